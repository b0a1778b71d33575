//! From a `DATABASE_URL` to a pool.

use std::{path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions, Connection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{Notify, Semaphore};

use super::{Db, Error, Pool, Result};

/// How to reach the database.
#[derive(Debug, Clone)]
pub struct Connect {
    pub url: String,
    /// The most connections this process opens.
    pub connections: u32,
}

/// Longer than any transaction of ours takes, so that a writer in another process is waited for, not failed on.
const SQLITE_PATIENCE: Duration = Duration::from_secs(30);
const POOL_PATIENCE: Duration = Duration::from_secs(30);

impl Connect {
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            connections: 16,
        }
    }

    /// The file of an SQLite database; nothing for Postgres.
    pub fn file(&self) -> Result<Option<PathBuf>> {
        if !self.url.starts_with("sqlite:") {
            return Ok(None);
        }
        let options = self.sqlite()?;
        let file = options.get_filename().to_path_buf();
        if file.as_os_str().is_empty() || file.to_string_lossy().contains(":memory:") {
            return Err(Error::Address(
                "a database in memory would be a different one for each connection; name a file, like sqlite://ringbook.db"
                    .to_owned(),
            ));
        }
        Ok(Some(file))
    }

    pub async fn open(&self) -> Result<Db> {
        let pool = match self.url.split(':').next() {
            Some("sqlite") => {
                self.file()?;
                let pool = SqlitePoolOptions::new()
                    .max_connections(self.connections)
                    .acquire_timeout(POOL_PATIENCE)
                    .connect_with(self.sqlite()?)
                    .await?;
                Pool::Sqlite {
                    pool,
                    writer: Arc::new(Semaphore::new(1)),
                }
            }
            Some("postgres" | "postgresql") => {
                let options = PgConnectOptions::from_str(&self.url)
                    .map_err(|why| Error::Address(why.to_string()))?
                    .application_name("ringbook")
                    .options([("timezone", "UTC"), ("statement_timeout", "30s")])
                    .disable_statement_logging();
                // A pool would try for as long as its patience lasts, and then say only that time was up.
                options.connect().await?.close().await?;
                let pool = PgPoolOptions::new()
                    .max_connections(self.connections)
                    .acquire_timeout(POOL_PATIENCE)
                    .connect_with(options)
                    .await?;
                Pool::Postgres(pool)
            }
            _ => {
                return Err(Error::Address(
                    "it begins with `sqlite://` and a file, or is `postgres://user:password@host/database`"
                        .to_owned(),
                ));
            }
        };
        Ok(Db {
            pool,
            jobs_waiting: Arc::new(Notify::new()),
        })
    }

    fn sqlite(&self) -> Result<SqliteConnectOptions> {
        let options = SqliteConnectOptions::from_str(&self.url)
            .map_err(|why| Error::Address(why.to_string()))?;
        Ok(options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // In WAL mode `full` makes an acknowledged booking survive a power cut, not only a crash of ours.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(SQLITE_PATIENCE)
            .disable_statement_logging())
    }
}
