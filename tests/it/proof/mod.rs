//! What the house promises, shown with real processes, real load and real accidents.

mod cut_off;
mod flood;
mod killed;
mod mixed;
mod salon;
mod starting;
mod storm;

use ringbook::store::Engine;

use crate::{
    store::raw,
    support::{TestDb, server::Server},
};

/// How often to do something that chance has a hand in: less in a developer's day, all of it where `RINGBOOK_FULL_PROOFS` is 1, as in
/// `.ci/run`.
pub(crate) fn full_or(brief: usize, full: usize) -> usize {
    let asked = std::env::var_os("RINGBOOK_FULL_PROOFS").is_some_and(|value| value == "1");
    if asked { full } else { brief }
}

/// Asks the tables themselves, without any of the program's own code: no two bookings of one person overlap, buffers included.
async fn assert_nothing_overlaps(test: &TestDb) {
    let keeping = "('held', 'tentative', 'booked')";
    let overlaps = format!(
        "bookings one join bookings other
           on one.business_id = other.business_id and one.staff_id = other.staff_id
          and one.id < other.id
          and one.busy_from < other.busy_until and other.busy_from < one.busy_until
         where one.status in {keeping} and other.status in {keeping}"
    );
    assert_eq!(raw::count(test, &overlaps).await, 0, "bookings overlap");
}

/// Postgres counts them, also those that a second try made good.
async fn assert_nobody_deadlocked(test: &TestDb) {
    if test.db.engine() == Engine::Postgres {
        let deadlocks = "pg_stat_database where datname = current_database() and deadlocks > 0";
        assert_eq!(raw::count(test, deadlocks).await, 0, "writers deadlocked");
    }
}

/// Nothing was swallowed either: no error, no panic, no lock that was given up on.
fn assert_quiet(server: &Server) {
    let log = server.log();
    for word in ["ERROR", "panicked", "locked", "deadlock"] {
        assert!(!log.contains(word), "a server logged:\n{log}");
    }
}
