//! The edge of a call: what carries the agent's words to the caller, and the caller's back.
//!
//! A telephone, a browser, a terminal or a script stands behind this. Sound, marks on the wire and pacing are the line's own
//! business; the driver knows events, actions and the time.

use std::future::pending;

use crate::call::{
    action::Action,
    event::Event,
    machine::Call,
    rehearsal::{self, Agent, Caller},
    timer::Ms,
};

pub trait Line: Send {
    /// Every action passes by here when it is done; a line takes what concerns it, and does not wait.
    fn take(&mut self, at: Ms, action: &Action);

    /// Told after every event, when its actions are done.
    fn settled(&mut self, _at: Ms, _call: &Call) {}

    /// When the line has something to say by the clock alone.
    fn deadline(&self) -> Option<Ms> {
        None
    }

    /// The first thing that is due by now.
    fn fire(&mut self, _at: Ms) -> Option<Event> {
        None
    }

    /// Waits for something from outside. Nothing is lost when the wait is given up, and a line that is closed waits for ever.
    /// "Nothing" is an answer too: look at the clock again.
    fn outside(&mut self) -> impl Future<Output = Option<Event>> + Send {
        pending()
    }

    /// When the first sound of the words said last went out. A line without sound does not know.
    fn sounded(&self) -> Option<Ms> {
        None
    }

    /// The line carries nothing any more, and the caller may come back on another: the call is to be left as it is. Asked after
    /// [`outside`](Self::outside) gave nothing.
    fn is_gone(&self) -> bool {
        false
    }
}

/// A caller who acts by a script, on a line that is only a clock. It lives by the clock alone, so it fits virtual time.
#[derive(Debug, Clone)]
pub struct Scripted {
    line: rehearsal::Line,
    caller: Caller,
}

impl Scripted {
    pub fn new(caller: Caller) -> Self {
        Self {
            line: rehearsal::Line::default(),
            caller,
        }
    }
}

impl Line for Scripted {
    fn take(&mut self, at: Ms, action: &Action) {
        self.line.take(at, action);
    }

    fn settled(&mut self, at: Ms, call: &Call) {
        self.caller.hears(at, Agent::now(at, call, &self.line));
    }

    fn deadline(&self) -> Option<Ms> {
        let (line, caller) = (self.line.deadline(), self.caller.deadline());
        line.into_iter().chain(caller).min()
    }

    fn fire(&mut self, at: Ms) -> Option<Event> {
        self.line.fire(at).or_else(|| self.caller.fire(at))
    }
}
