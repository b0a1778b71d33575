//! The call's own time, and every reason it ever waits for.
//!
//! PURE: a deadline is a number in a table; who sleeps until it, and on which clock, is the driver's business.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// Milliseconds since the call began: an instant of the call, or a length of time in it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Ms(pub u64);

impl Ms {
    pub const ZERO: Self = Self(0);

    pub fn from_seconds(seconds: u32) -> Self {
        Self(u64::from(seconds) * 1000)
    }
}

impl Add for Ms {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Never below zero: what is already past is due now.
impl Sub for Ms {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// What a call waits for. Where two are due at once, the one named first fires first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// The hard limit of the call: for its start, for its length, and for its farewell.
    LongestCall,
    /// The line was told to close, or to ring elsewhere, and has not said that it did.
    Closing,
    /// The phone has not said that it played what was sent.
    Playback,
    /// The caller paused: is the turn over?
    EndOfTurn,
    /// The caller made a sound, and no words came of it.
    NoWords,
    /// The caller talks and talks.
    LongestTurn,
    /// No further key was pressed.
    LastDigit,
    /// Work takes long enough that the caller should hear something.
    Thinking,
    /// Work takes so long that we go on without it.
    NoAnswer,
    /// The caller was asked and says nothing.
    Silence,
}

impl Timer {
    pub const ALL: [Self; 10] = [
        Self::LongestCall,
        Self::Closing,
        Self::Playback,
        Self::EndOfTurn,
        Self::NoWords,
        Self::LongestTurn,
        Self::LastDigit,
        Self::Thinking,
        Self::NoAnswer,
        Self::Silence,
    ];
}

/// When each timer is due.
#[derive(Debug, Clone, Default)]
pub(super) struct Timers([Option<Ms>; Timer::ALL.len()]);

impl Timers {
    pub(super) fn set(&mut self, timer: Timer, due: Ms) {
        self.0[timer as usize] = Some(due);
    }

    pub(super) fn stop(&mut self, timer: Timer) {
        self.0[timer as usize] = None;
    }

    pub(super) fn stop_all(&mut self) {
        *self = Self::default();
    }

    pub(super) fn is_set(&self, timer: Timer) -> bool {
        self.0[timer as usize].is_some()
    }

    /// Takes the timer off the table if it is due; an early, late or repeated call of it changes nothing.
    pub(super) fn take_due(&mut self, timer: Timer, at: Ms) -> bool {
        let due = self.0[timer as usize].is_some_and(|due| due <= at);
        if due {
            self.stop(timer);
        }
        due
    }

    pub(super) fn next(&self) -> Option<(Ms, Timer)> {
        Timer::ALL
            .into_iter()
            .filter_map(|timer| self.0[timer as usize].map(|due| (due, timer)))
            .min_by_key(|(due, _)| *due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_timer_is_the_earliest_and_the_first_named_of_two_at_once() {
        let mut timers = Timers::default();
        timers.set(Timer::Silence, Ms(700));
        timers.set(Timer::EndOfTurn, Ms(500));
        timers.set(Timer::Playback, Ms(500));
        assert_eq!(timers.next(), Some((Ms(500), Timer::Playback)));
    }

    #[test]
    fn a_timer_fires_once_and_never_early() {
        let mut timers = Timers::default();
        timers.set(Timer::Silence, Ms(700));
        assert!(!timers.take_due(Timer::Silence, Ms(699)));
        assert!(timers.take_due(Timer::Silence, Ms(900)));
        assert!(!timers.take_due(Timer::Silence, Ms(900)));
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn the_list_of_timers_is_in_the_order_of_the_table() {
        for (index, timer) in Timer::ALL.into_iter().enumerate() {
            assert_eq!(timer as usize, index);
        }
    }
}
