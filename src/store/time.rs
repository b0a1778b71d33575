//! What time the database believes it is. Only `doctor` asks: every instant that is stored comes from the program's clock.

use chrono::{DateTime, Utc};

use super::{Handle, Reader, Result};

impl Reader {
    /// Nothing for SQLite, which has no clock but this machine's.
    pub async fn database_time(&mut self) -> Result<Option<DateTime<Utc>>> {
        match self.handle() {
            Handle::Sqlite(_) => Ok(None),
            Handle::Postgres(connection) => {
                let (now,) = sqlx::query_as("select clock_timestamp()")
                    .fetch_one(connection)
                    .await?;
                Ok(Some(now))
            }
        }
    }
}
