//! A call without a telephone: a line that plays sound by the clock alone, and a caller who acts by a script. In virtual
//! time for recorded calls, in real time for a call in the terminal.
//!
//! PURE. They only see what a telephone would: actions go in, events come out. What the world answers is not known here.

mod caller;
mod line;

pub use caller::{Act, Caller, Turn, When};
pub use line::Line;

use super::{machine::Call, timer::Ms};

/// What the agent is doing, as far as a caller can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agent {
    Talks,
    /// Neither talks nor waits for an answer.
    Works,
    Listens,
}

impl Agent {
    pub fn now(at: Ms, call: &Call, line: &Line) -> Self {
        if line.is_playing(at) {
            Self::Talks
        } else if call.awaits_caller() {
            Self::Listens
        } else {
            Self::Works
        }
    }
}
