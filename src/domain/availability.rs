//! Why a time can't be had, in the words that a caller is answered with.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyBusy {
    /// Somebody else has it.
    Taken,
    /// Free, and between two of the times at which bookings start.
    NotAStart,
    /// The business is closed on that day.
    ClosedDay,
    OutsideHours,
    /// That person is not in.
    StaffAway,
    TooSoon,
    TooFar,
    Past,
}
