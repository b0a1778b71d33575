//! Bringing a database up to this program's schema.

use std::{fs::File, path::Path};

use sqlx::migrate::Migrator;

use super::{Connect, Db, Error, Pool, Result, on};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How a database stands to this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrations {
    pub applied: Vec<i64>,
    pub pending: Vec<i64>,
    /// Applied by a newer program than this one.
    pub unknown: Vec<i64>,
}

impl Db {
    /// Applies what is missing. Many nodes may start at once: one does the work, the others wait for it. Postgres has a lock for
    /// that; beside an SQLite file stands a lock file.
    pub async fn migrate(&self, connect: &Connect) -> Result<()> {
        match &self.pool {
            Pool::Postgres(pool) => POSTGRES.run(pool).await?,
            Pool::Sqlite { pool, .. } => {
                let _lock = match connect.file()? {
                    Some(file) => Some(lock_beside(&file).await?),
                    None => None,
                };
                SQLITE.run(pool).await?;
            }
        }
        Ok(())
    }

    pub async fn migrations(&self) -> Result<Migrations> {
        let known: Vec<i64> = match &self.pool {
            Pool::Sqlite { .. } => &SQLITE,
            Pool::Postgres(_) => &POSTGRES,
        }
        .iter()
        .map(|migration| migration.version)
        .collect();
        let applied = self.applied().await?;
        Ok(Migrations {
            pending: known
                .iter()
                .copied()
                .filter(|v| !applied.contains(v))
                .collect(),
            unknown: applied
                .iter()
                .copied()
                .filter(|v| !known.contains(v))
                .collect(),
            applied,
        })
    }

    async fn applied(&self) -> Result<Vec<i64>> {
        let mut reader = self.read().await?;
        let table = match &self.pool {
            Pool::Sqlite { .. } => {
                "select count(*) from sqlite_master where name = '_sqlx_migrations'"
            }
            Pool::Postgres(_) => {
                "select count(*) from pg_tables where tablename = '_sqlx_migrations'"
            }
        };
        let (tables,): (i64,) = on!(reader, c => sqlx::query_as(table).fetch_one(c).await)?;
        if tables == 0 {
            return Ok(Vec::new());
        }
        let sql = "select version from _sqlx_migrations where success order by version";
        let rows: Vec<(i64,)> = on!(reader, c => sqlx::query_as(sql).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(version,)| version).collect())
    }
}

/// The lock is the kernel's: it goes when the process does, however it goes.
async fn lock_beside(database: &Path) -> Result<File> {
    let path = database.with_added_extension("lock");
    let what = format!("locking {} before migrating", path.display());
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::create(path)?;
        file.lock()?;
        Ok(file)
    })
    .await;
    match locked {
        Ok(result) => result.map_err(|source| Error::File { what, source }),
        Err(_) => Err(Error::File {
            what,
            source: std::io::ErrorKind::Interrupted.into(),
        }),
    }
}
