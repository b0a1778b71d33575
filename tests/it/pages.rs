//! What the pages for people name is there: files they link to, and files of the source they speak of.

use std::{fs, path::Path};

const PAGES: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/first-designs.md",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The targets of `[text](target)`.
fn links(page: &str) -> impl Iterator<Item = &str> {
    page.split("](")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(')')?.0))
}

/// What stands between single backquotes.
fn quoted(page: &str) -> impl Iterator<Item = &str> {
    page.lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Whether it is the path of something in this repository, and not of something that a reader is to make.
fn is_path(word: &str) -> bool {
    let folders = [
        "src/",
        "tests/",
        "migrations/",
        "docs/",
        "fixtures/",
        "benches/",
    ];
    folders.iter().any(|folder| word.starts_with(folder))
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
}

#[test]
fn every_link_leads_to_a_file() {
    for page in PAGES {
        let path = root().join(page);
        let text = fs::read_to_string(&path).unwrap();
        for link in links(&text).filter(|link| !link.contains("://")) {
            let file = link.split_once('#').map_or(link, |(file, _)| file);
            let target = path.parent().unwrap().join(file);
            assert!(target.exists(), "{page} links to {link}");
        }
    }
}

#[test]
fn every_file_that_is_named_is_there() {
    let mut named = 0;
    for page in PAGES {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for word in quoted(&text).filter(|word| is_path(word)) {
            named += 1;
            assert!(root().join(word).exists(), "{page} names {word}");
        }
    }
    assert!(named > 20, "the names of files were not found");
}
