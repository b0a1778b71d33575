//! What a database can answer, in our own words.

use crate::domain::Invalid;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The constraint that two bookings of one person can't overlap.
    #[error("the time overlaps another booking of this staff member")]
    SlotTaken,
    /// A value that must be unique is not.
    #[error("`{0}` is taken")]
    Duplicate(&'static str),
    /// A row refers to one that isn't there (any more).
    #[error("it refers to something that does not exist")]
    Dangling,
    /// Two transactions stood in each other's way and this one was undone; doing it again is right.
    #[error("the database was busy; try again")]
    Contention,
    /// A stored value that our own types refuse.
    #[error("table {table}, row {row}: {why}")]
    Inconsistent {
        table: &'static str,
        row: String,
        why: Invalid,
    },
    #[error("the database address is not usable: {0}")]
    Address(String),
    #[error(transparent)]
    Database(sqlx::Error),
    #[error("a migration failed: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("{what}: {source}")]
    File {
        what: String,
        source: std::io::Error,
    },
}

/// The field to name, for each constraint as Postgres calls it and as SQLite spells it out.
const UNIQUE: &[(&str, &str, &str)] = &[
    ("customers_phone_key", "customers.phone", "phone"),
    (
        "business_numbers_phone_key",
        "business_numbers.phone",
        "phone_numbers",
    ),
    ("date_exceptions_day_key", "date_exceptions.date", "date"),
    ("users_email_key", "users.email", "email"),
    (
        "idempotency_keys_key",
        "idempotency_keys.key",
        "idempotency_key",
    ),
    ("jobs_dedupe_key", "jobs.dedupe_key", "dedupe_key"),
    ("jobs_running_key", "jobs.order_key", "order_key"),
    (
        "booking_external_ids_external_key",
        "booking_external_ids.external_id",
        "external_id",
    ),
];

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else {
            return Self::Database(error);
        };
        let code = database.code().unwrap_or_default();
        let message = database.message();
        // Postgres: exclusion_violation. SQLite: what the trigger raises.
        if database.constraint() == Some("slot_taken") || message.contains("slot_taken") {
            return Self::SlotTaken;
        }
        // Postgres: serialization_failure, deadlock_detected, lock_not_available. SQLite: busy and its kinds.
        if matches!(
            &*code,
            "40001" | "40P01" | "55P03" | "5" | "261" | "517" | "773"
        ) {
            return Self::Contention;
        }
        if database.is_foreign_key_violation() {
            return Self::Dangling;
        }
        if database.is_unique_violation() {
            let field = UNIQUE
                .iter()
                .find(|(postgres, sqlite, _)| {
                    database.constraint() == Some(postgres) || message.contains(sqlite)
                })
                .map_or("id", |(_, _, field)| field);
            return Self::Duplicate(field);
        }
        Self::Database(error)
    }
}

impl Error {
    /// Whether the transaction was undone through no fault of its own.
    pub fn is_contention(&self) -> bool {
        matches!(self, Self::Contention)
    }
}
