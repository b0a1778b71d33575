//! The only `now()` and the only randomness. Whoever needs a time, an id or a secret number is given a [`Clock`], so that a test can
//! hold time still and meet the same ids twice.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use chrono::{DateTime, Duration, DurationRound, TimeDelta, Utc};
use rand::{Rng, SeedableRng, rngs::StdRng};
use uuid::{Builder, Uuid};

#[derive(Debug, Clone)]
pub struct Clock(Hand);

#[derive(Debug, Clone)]
enum Hand {
    System,
    /// The system's clock, so many microseconds off. Ids and chance stay the system's.
    Shifted(Arc<AtomicI64>),
    /// Microseconds since 1970 that move only when told to, and how many numbers were drawn so far.
    Held {
        micros: Arc<AtomicI64>,
        drawn: Arc<AtomicU64>,
    },
}

impl Clock {
    pub fn system() -> Self {
        Self(Hand::System)
    }

    /// A clock that shows another time and goes on from there, for trying things on a day of one's choice.
    pub fn set_to(at: DateTime<Utc>) -> Self {
        let off = at - Self::system().now();
        let micros = off.num_microseconds().unwrap_or(0);
        Self(Hand::Shifted(Arc::new(AtomicI64::new(micros))))
    }

    /// A clock that stands still, and draws the same numbers in each run.
    pub fn held_at(at: DateTime<Utc>) -> Self {
        Self(Hand::Held {
            micros: Arc::new(AtomicI64::new(at.timestamp_micros())),
            drawn: Arc::new(AtomicU64::new(0)),
        })
    }

    /// Moves a clock that was set or is held; the system's can't be moved.
    pub fn advance(&self, by: Duration) {
        if let Hand::Held { micros, .. } | Hand::Shifted(micros) = &self.0 {
            micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
        }
    }

    /// To the microsecond, because that is what both databases keep.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Hand::System => system_now(),
            Hand::Shifted(micros) => {
                let off = Duration::microseconds(micros.load(Ordering::Relaxed));
                let now = system_now();
                now.checked_add_signed(off).unwrap_or(now)
            }
            Hand::Held { micros, .. } => {
                DateTime::from_timestamp_micros(micros.load(Ordering::Relaxed)).unwrap_or_default()
            }
        }
    }

    /// A UUID of version 7: ids made later sort later, which keeps index pages and pages of results in order.
    pub fn id(&self) -> Uuid {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the one maker of ids")]
            Hand::System | Hand::Shifted(_) => Uuid::now_v7(),
            Hand::Held { drawn, .. } => {
                let count = drawn.fetch_add(1, Ordering::Relaxed);
                let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or(0);
                let mut tail = [0; 10];
                tail[2..].copy_from_slice(&count.to_be_bytes());
                Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
            }
        }
    }

    /// Unguessable bytes, for tokens and keys.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.0 {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the one source of randomness"
            )]
            Hand::System | Hand::Shifted(_) => rand::rng().fill_bytes(&mut bytes),
            Hand::Held { drawn, .. } => {
                StdRng::seed_from_u64(drawn.fetch_add(1, Ordering::Relaxed)).fill_bytes(&mut bytes);
            }
        }
        bytes
    }

    /// A number below `bound`, for jitter and for drawing lots.
    pub fn below(&self, bound: u64) -> u64 {
        u64::from_be_bytes(self.random()) % bound.max(1)
    }
}

fn system_now() -> DateTime<Utc> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one now() of the house"
    )]
    let now = Utc::now();
    now.duration_trunc(TimeDelta::microseconds(1))
        .unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_clock_moves_only_when_told() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let clock = Clock::held_at(start);
        assert_eq!(clock.now(), start);
        clock.advance(Duration::seconds(90));
        assert_eq!(clock.now(), start + Duration::seconds(90));
    }

    #[test]
    fn a_clock_that_was_set_goes_on_and_can_be_moved_and_its_ids_are_its_own() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let clock = Clock::set_to(start);
        assert!((start..start + Duration::hours(1)).contains(&clock.now()));
        clock.advance(Duration::days(2));
        assert!(clock.now() >= start + Duration::days(2));
        assert_ne!(Clock::set_to(start).id(), Clock::set_to(start).id());
    }

    #[test]
    fn ids_made_later_sort_later() {
        for clock in [Clock::system(), Clock::held_at(DateTime::UNIX_EPOCH)] {
            let ids: Vec<Uuid> = (0..1000).map(|_| clock.id()).collect();
            assert!(ids.is_sorted_by(|a, b| a < b));
        }
    }

    #[test]
    fn the_system_clock_keeps_whole_microseconds() {
        assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1000, 0);
    }

    #[test]
    fn random_bytes_differ_from_one_draw_to_the_next() {
        for clock in [Clock::system(), Clock::held_at(DateTime::UNIX_EPOCH)] {
            assert_ne!(clock.random::<32>(), clock.random::<32>());
        }
    }
}
