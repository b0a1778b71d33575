//! Both databases are brought up by the same steps.

use std::{collections::BTreeSet, fs, path::Path};

use crate::support::on_each_engine;

fn names(engine: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(engine);
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn both_engines_have_the_same_migrations() {
    let sqlite = names("sqlite");
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, names("postgres"));
}

#[test]
fn migrations_are_numbered_without_gaps() {
    for (number, name) in (1..).zip(names("sqlite")) {
        assert!(name.starts_with(&format!("{number:04}_")), "{name}");
        assert!(
            Path::new(&name).extension().is_some_and(|end| end == "sql"),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_migrated_database_has_every_migration_and_takes_them_once() {
    on_each_engine(async |test| {
        let before = test.db.migrations().await.unwrap();
        assert_eq!(before.applied.len(), names("sqlite").len());
        assert!(before.pending.is_empty() && before.unknown.is_empty());
        test.db.migrate(&test.connect).await.unwrap();
        assert_eq!(test.db.migrations().await.unwrap(), before);
    })
    .await;
}
