//! What every integration test stands on: a database that is its own, on each engine.

pub(crate) mod carrier;
pub(crate) mod doors;
pub(crate) mod handset;
pub(crate) mod house;
pub(crate) mod http;
pub(crate) mod postgres;
pub(crate) mod server;
pub(crate) mod telephone;
pub(crate) mod tenants;
pub(crate) mod twilio;

pub(crate) use house::House;

use ringbook::store::{Connect, Db};
use tempfile::TempDir;

/// A migrated database that nobody else uses.
pub(crate) struct TestDb {
    pub(crate) db: Db,
    /// For a second pool, or a server of its own, over the same data.
    pub(crate) connect: Connect,
    /// The folder of an `SQLite` file; it goes with the test.
    folder: Option<TempDir>,
}

impl TestDb {
    pub(crate) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/test.db", folder.path().display());
        let connect = Connect::new(url);
        let db = connect.open().await.unwrap();
        db.migrate(&connect).await.unwrap();
        Self {
            db,
            connect,
            folder: Some(folder),
        }
    }

    /// Nothing where no Postgres is installed.
    pub(crate) async fn on_postgres() -> Option<Self> {
        let connect = Connect::new(postgres::fresh_database().await?);
        let db = connect.open().await.unwrap();
        Some(Self {
            db,
            connect,
            folder: None,
        })
    }

    async fn remove(db: Db, connect: Connect, folder: Option<TempDir>) {
        db.close().await;
        if folder.is_none() {
            postgres::drop_database(&connect.url).await;
        }
    }
}

/// Runs a test once on a fresh database of each engine. Standard output says which engine it was on when it failed.
///
/// ```ignore
/// on_each_engine(async |test| {
///     let mut tx = test.db.write().await.unwrap();
/// })
/// .await;
/// ```
pub(crate) async fn on_each_engine(test: impl AsyncFn(&TestDb)) {
    let engines = [Some(TestDb::on_sqlite().await), TestDb::on_postgres().await];
    for database in engines.into_iter().flatten() {
        on(database, &test).await;
    }
}

/// For what takes long: the half on `SQLite`, as a test of its own.
pub(crate) async fn on_sqlite(test: impl AsyncFn(&TestDb)) {
    on(TestDb::on_sqlite().await, &test).await;
}

/// And the half on Postgres.
pub(crate) async fn on_postgres(test: impl AsyncFn(&TestDb)) {
    if let Some(database) = TestDb::on_postgres().await {
        on(database, &test).await;
    }
}

async fn on(database: TestDb, test: &impl AsyncFn(&TestDb)) {
    println!("on {:?}:", database.db.engine());
    test(&database).await;
    let TestDb {
        db,
        connect,
        folder,
    } = database;
    TestDb::remove(db, connect, folder).await;
}

/// Runs a test once on each engine with the address of a database that nobody has touched: on `SQLite`, there is no file yet.
pub(crate) async fn on_each_empty_database(test: impl AsyncFn(&str)) {
    println!("on Sqlite:");
    let folder = tempfile::tempdir().unwrap();
    test(&format!("sqlite://{}/test.db", folder.path().display())).await;
    if let Some(url) = postgres::empty_database().await {
        println!("on Postgres:");
        test(&url).await;
        postgres::drop_database(&url).await;
    }
}
