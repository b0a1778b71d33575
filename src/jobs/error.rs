//! Why a job did not do its work, and whether to try again: whoever sees the failure decides.

use std::time::Duration;

use sqlx::error::DatabaseError;

use crate::store;

/// All texts are kept, and shown to people: they may name ids and status codes, never a person's data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// It may go well later.
    #[error("{0}")]
    Retry(String),
    /// It may go well later, and not before this long.
    #[error("{why}")]
    RetryAfter { why: String, wait: Duration },
    /// It never will by itself; a person should look.
    #[error("{0}")]
    Fail(String),
}

impl JobError {
    pub fn retry(why: impl Into<String>) -> Self {
        Self::Retry(why.into())
    }

    pub fn fail(why: impl Into<String>) -> Self {
        Self::Fail(why.into())
    }
}

impl From<store::Error> for JobError {
    fn from(error: store::Error) -> Self {
        match error {
            // The database's own words may quote a value of the row.
            store::Error::Database(error) => {
                match error.as_database_error().and_then(DatabaseError::code) {
                    Some(code) => Self::Retry(format!("the database answered with error {code}")),
                    None => Self::retry("the database could not be asked"),
                }
            }
            store::Error::Inconsistent { table, row, .. } => Self::Fail(format!(
                "table {table}, row {row} holds a value that this version of the program refuses"
            )),
            other => Self::Retry(other.to_string()),
        }
    }
}
