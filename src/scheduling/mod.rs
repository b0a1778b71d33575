//! When is it free: slots, the check of one time, the nearest alternatives, and the fair choice among staff.
//!
//! PURE: times come in as arguments, and nothing here knows a database, a socket or the time of day. The rules:
//!
//! - What the customer sees of an appointment lies within working time: the staff member's own hours or else the business's,
//!   replaced on single dates by exceptions. Own hours stand *instead of* the business's, so someone with own hours may work
//!   while the business is not open. Spans that touch are one, also across midnight.
//! - It meets no closure and no leave. These always win, and count by the local days and times they name, so they also cut
//!   off a shift that runs past midnight into them.
//! - With its buffers it overlaps nothing that is already taken. Buffers may stick out of working time.
//! - Customers book not too soon (minimum notice), not too far ahead (the horizon counts local days, today being day 0), and
//!   at starts of the slot grid, which is counted in wall time from each local midnight. Where the clock is put back, a wall
//!   time is two starts; where it is put forward, none.
//! - Hours are wall time and [`zone`] says what that means when clocks change. Durations, buffers and notice are elapsed time.

mod appointment;
mod check;
mod diary;
mod fair;
mod nearest;
mod presence;
mod slots;
pub mod zone;

#[cfg(test)]
mod clocks;
#[cfg(test)]
mod model;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod sample;

pub use appointment::Slot;
pub use check::{Refusal, Who, check};
pub use diary::{Busy, BusyKind, Diary, House, Need};
pub use fair::{fair, fair_slots};
pub use nearest::nearest;
pub use presence::is_open;
pub use slots::{FreeStart, free_slots, free_slots_of_all, free_starts};
