//! How long to wait before a job is tried again.

use chrono::Duration;

const FIRST: Duration = Duration::seconds(10);
pub(super) const LONGEST: Duration = Duration::hours(1);

/// Doubles with each attempt, up to an hour. The upper half is drawn by lot, so that jobs that failed together do not come back
/// together; `draw` gives a number below its argument.
pub(super) fn before_next(attempts: u32, draw: impl FnOnce(u64) -> u64) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    let longest = (FIRST * 2_i32.pow(doublings)).min(LONGEST);
    let half = longest / 2;
    let extra = draw(half.num_milliseconds().unsigned_abs() + 1);
    half + Duration::milliseconds(i64::try_from(extra).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_wait_grows_with_each_attempt_and_never_passes_an_hour(
            attempts in 1_u32..100, lot: u64, next_lot: u64,
        ) {
            let wait = before_next(attempts, |bound| lot % bound);
            let next = before_next(attempts + 1, |bound| next_lot % bound);
            prop_assert!(wait >= FIRST / 2);
            prop_assert!(next <= LONGEST);
            prop_assert!(next >= wait.min(LONGEST / 2));
        }
    }

    #[test]
    fn jobs_that_failed_together_come_back_apart() {
        let soonest = before_next(3, |_| 0);
        let latest = before_next(3, |bound| bound - 1);
        assert_eq!(soonest, Duration::seconds(20));
        assert_eq!(latest, Duration::seconds(40));
    }

    #[test]
    fn an_outage_of_three_hours_is_outlived() {
        let waits: i64 = (1..12).map(|n| before_next(n, |_| 0).num_seconds()).sum();
        assert!(waits > 90 * 60, "{waits} seconds at the soonest");
        let waits: i64 = (1..12)
            .map(|n| before_next(n, |bound| bound / 2).num_seconds())
            .sum();
        assert!(waits > 150 * 60, "{waits} seconds by the middle lot");
    }
}
