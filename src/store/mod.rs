//! SQL, and nothing but SQL: one file per group of tables. Rules live above, in `desk`; the rows' shapes stay here.
//!
//! [`Db`] stands over two real pools. Each query is written once and runs on either engine through [`on!`]; only what the engines
//! do differently (a lock, a skip) is a `match`. Reading functions take a [`Reader`]; writing functions take a [`Tx`], which
//! can read too, and which leaves nothing behind unless it is committed.

pub mod absences;
pub mod api_keys;
pub mod bookings;
pub mod businesses;
pub mod calls;
pub mod changes;
pub mod clean_up;
pub mod closures;
mod connect;
pub mod customers;
pub mod erasure;
mod error;
pub mod idempotency;
pub mod jobs;
pub mod journal;
pub mod kept_time;
pub mod leases;
pub mod messages;
mod migrate;
pub mod retention;
mod row;
pub mod services;
pub mod sessions;
pub mod staff;
pub mod staff_services;
pub mod stream_tokens;
pub mod text_numbers;
pub mod texts;
mod time;
pub mod transcripts;
pub mod users;

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{
    PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::PoolConnection,
};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

pub use connect::Connect;
pub use error::{Error, Result};
pub use migrate::Migrations;

/// The database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pool: Pool,
    /// Rung after a commit that left a job behind.
    jobs_waiting: Arc<Notify>,
}

#[derive(Debug, Clone)]
enum Pool {
    Sqlite {
        pool: SqlitePool,
        /// SQLite lets one writer in at a time. Waiting here is fair and costs nothing; waiting in the database is neither.
        writer: Arc<Semaphore>,
    },
    Postgres(PgPool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A connection that reads.
#[derive(Debug)]
pub struct Reader(Inner);

#[derive(Debug)]
enum Inner {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
    /// Field order matters: the transaction ends before the next writer is let in.
    SqliteTx(Transaction<'static, Sqlite>, OwnedSemaphorePermit),
    PostgresTx(Transaction<'static, Postgres>),
}

/// What [`on!`] matches on.
pub(crate) enum Handle<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

/// Runs one expression on whichever engine is behind a [`Reader`] or [`Tx`].
macro_rules! on {
    ($reader:expr, $connection:ident => $query:expr) => {
        match $reader.handle() {
            $crate::store::Handle::Sqlite($connection) => $query,
            $crate::store::Handle::Postgres($connection) => $query,
        }
    };
}
pub(crate) use on;

/// One query in two parts. Between them Postgres is told to pass over rows that another transaction holds; SQLite, which has one
/// writer at a time, has no such words.
macro_rules! skipping_locked {
    ($reader:expr, $select:literal, $rest:literal) => {
        match $reader.engine() {
            $crate::store::Engine::Sqlite => concat!($select, $rest),
            $crate::store::Engine::Postgres => concat!($select, " for update skip locked", $rest),
        }
    };
}
pub(crate) use skipping_locked;

impl Db {
    pub fn engine(&self) -> Engine {
        match &self.pool {
            Pool::Sqlite { .. } => Engine::Sqlite,
            Pool::Postgres(_) => Engine::Postgres,
        }
    }

    pub async fn read(&self) -> Result<Reader> {
        Ok(Reader(match &self.pool {
            Pool::Sqlite { pool, .. } => Inner::Sqlite(pool.acquire().await?),
            Pool::Postgres(pool) => Inner::Postgres(pool.acquire().await?),
        }))
    }

    pub async fn write(&self) -> Result<Tx> {
        let inner = match &self.pool {
            Pool::Sqlite { pool, writer } => {
                let permit = Arc::clone(writer)
                    .acquire_owned()
                    .await
                    .map_err(|_| Error::Database(sqlx::Error::PoolClosed))?;
                // A transaction that reads first and writes later would be refused at once, without waiting, if
                // another process wrote in between.
                Inner::SqliteTx(pool.begin_with("begin immediate").await?, permit)
            }
            Pool::Postgres(pool) => Inner::PostgresTx(pool.begin().await?),
        };
        Ok(Tx {
            reader: Reader(inner),
            jobs_waiting: Arc::clone(&self.jobs_waiting),
            enqueued: false,
        })
    }

    /// Resolves after a commit in this process that left a job behind.
    pub async fn jobs_waiting(&self) {
        self.jobs_waiting.notified().await;
    }

    /// For after many rows at once. Postgres plans by what it knows of its tables, which is nothing until its own housekeeping
    /// comes by; until then a large question may take ten times as long.
    pub async fn take_stock(&self) -> Result<()> {
        if let Pool::Postgres(pool) = &self.pool {
            sqlx::query("vacuum analyze").execute(pool).await?;
        }
        Ok(())
    }

    pub async fn close(&self) {
        match &self.pool {
            Pool::Sqlite { pool, .. } => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

impl Reader {
    pub(crate) fn handle(&mut self) -> Handle<'_> {
        match &mut self.0 {
            Inner::Sqlite(connection) => Handle::Sqlite(connection),
            Inner::Postgres(connection) => Handle::Postgres(connection),
            Inner::SqliteTx(tx, _) => Handle::Sqlite(tx),
            Inner::PostgresTx(tx) => Handle::Postgres(tx),
        }
    }

    pub(crate) fn engine(&self) -> Engine {
        match &self.0 {
            Inner::Sqlite(_) | Inner::SqliteTx(..) => Engine::Sqlite,
            Inner::Postgres(_) | Inner::PostgresTx(_) => Engine::Postgres,
        }
    }

    /// A question that any database in working order answers.
    pub async fn ping(&mut self) -> Result<()> {
        on!(self, c => sqlx::query("select 1").execute(c).await.map(drop))?;
        Ok(())
    }
}

/// A transaction: undone when it is dropped, kept when it is committed.
#[derive(Debug)]
pub struct Tx {
    reader: Reader,
    jobs_waiting: Arc<Notify>,
    enqueued: bool,
}

impl Tx {
    pub async fn commit(self) -> Result<()> {
        match self.reader.0 {
            Inner::SqliteTx(tx, _permit) => tx.commit().await?,
            Inner::PostgresTx(tx) => tx.commit().await?,
            Inner::Sqlite(_) | Inner::Postgres(_) => {}
        }
        if self.enqueued {
            self.jobs_waiting.notify_one();
        }
        Ok(())
    }

    /// Ring for the worker once this is committed.
    pub(crate) fn ring_for_jobs(&mut self) {
        self.enqueued = true;
    }
}

impl Deref for Tx {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Reader {
        &mut self.reader
    }
}
