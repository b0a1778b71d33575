//! The time of one call: as it passes, or as fast as the work allows.
//!
//! It knows nothing of what is waited for. In virtual time nothing waits: the clock jumps to the next deadline, and stands
//! still while work is under way, so that a call of ten minutes is over in milliseconds and still sees its answers in order.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chrono::TimeDelta;
use tokio::time::{Duration, Instant, sleep_until};

use crate::{call::timer::Ms, clock::Clock};

/// Clones show the same time.
#[derive(Debug, Clone)]
pub enum CallClock {
    Real {
        began: Instant,
        /// How far it was moved on by hand.
        skipped: Arc<AtomicU64>,
    },
    /// Moves the clock on the wall along.
    Virtual { now: Arc<AtomicU64>, wall: Clock },
}

impl CallClock {
    /// Begins now, and passes as time does.
    pub fn real() -> Self {
        Self::Real {
            began: Instant::now(),
            skipped: Arc::default(),
        }
    }

    pub fn virtual_beside(wall: Clock) -> Self {
        Self::Virtual {
            now: Arc::default(),
            wall,
        }
    }

    pub fn now(&self) -> Ms {
        match self {
            Self::Real { began, skipped } => {
                let passed = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                Ms(passed) + Ms(skipped.load(Ordering::Relaxed))
            }
            Self::Virtual { now, .. } => Ms(now.load(Ordering::Relaxed)),
        }
    }

    /// Moves on without waiting.
    pub fn skip(&self, time: Ms) {
        match self {
            Self::Real { skipped, .. } => {
                skipped.fetch_add(time.0, Ordering::Relaxed);
            }
            Self::Virtual { now, wall } => {
                now.fetch_add(time.0, Ordering::Relaxed);
                wall.advance(TimeDelta::milliseconds(
                    i64::try_from(time.0).unwrap_or(i64::MAX),
                ));
            }
        }
    }

    /// Shows at least this time from here on: the call began on another clock.
    pub(super) fn set_off(&self, at: Ms) {
        let ahead = (at - self.now()).0;
        let (Self::Real { skipped: own, .. } | Self::Virtual { now: own, .. }) = self;
        own.fetch_add(ahead, Ordering::Relaxed);
    }

    /// Whether time stands still while work is under way.
    pub(super) fn waits_for_work(&self) -> bool {
        matches!(self, Self::Virtual { .. })
    }

    /// Resolves when it is this late. To be asked anew after each [`skip`](Self::skip).
    pub(super) async fn reach(&self, due: Ms) {
        let left = due - self.now();
        match self {
            Self::Real { .. } => sleep_until(Instant::now() + Duration::from_millis(left.0)).await,
            Self::Virtual { .. } => self.skip(left),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[tokio::test]
    async fn virtual_time_jumps_and_takes_the_wall_along() {
        let wall = Clock::held_at(DateTime::UNIX_EPOCH);
        let clock = CallClock::virtual_beside(wall.clone());
        clock.reach(Ms(600_000)).await;
        clock.reach(Ms(599_000)).await;
        assert_eq!(clock.now(), Ms(600_000));
        assert_eq!(wall.now(), DateTime::UNIX_EPOCH + TimeDelta::minutes(10));
    }

    #[tokio::test]
    async fn real_time_can_be_moved_on_by_hand() {
        let clock = CallClock::real();
        clock.clone().skip(Ms(60_000));
        clock.reach(Ms(60_000)).await;
        assert!((Ms(60_000)..Ms(65_000)).contains(&clock.now()));
    }
}
