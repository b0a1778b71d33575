//! The phone against small servers that are scripted to do one thing, and against our own as a process.

mod cut_off;
mod following;
mod front;
mod process;
mod program;
mod stream;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use ringbook::clock::Clock;

/// One on which the demo's Nurse Amina works, some days from now.
fn tuesday() -> NaiveDate {
    let soon = Clock::system().now().date_naive() + Days::new(3);
    soon.iter_days()
        .filter(|day| day.weekday() == Weekday::Tue)
        .find(|day| (day.month(), day.day()) != (12, 25))
        .unwrap()
}
