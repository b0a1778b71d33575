//! What a phone measures, over one call or many: counts, and how late things came. Its size doesn't grow with the calls.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub calls: u64,
    pub sent: u64,
    pub received: u64,
    pub marks: u64,
    pub clears: u64,
    pub bookings: u64,
    /// By their words, which name a kind and no caller.
    pub failures: BTreeMap<String, u64>,
    /// How late sound came, against the schedule that what came before it set.
    pub pacing: Spread,
    /// From the caller's last sound to the agent's first.
    pub answers: Spread,
    /// Our own sends against their time: the phone's own error.
    pub own: Spread,
}

impl Tally {
    pub fn failed(&mut self, kind: impl Into<String>) {
        *self.failures.entry(kind.into()).or_default() += 1;
    }
}

/// Lengths of time, to a tenth of a millisecond up to ten seconds.
#[derive(Debug, Clone, Default)]
pub struct Spread {
    buckets: Vec<u32>,
    count: u64,
    longest: Duration,
}

/// The figures of a [`Spread`], in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    pub count: u64,
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
    /// The share that was within one frame, in percent.
    pub within_20_ms: f64,
}

impl Spread {
    const BUCKETS: usize = 100_000;

    pub fn add(&mut self, time: Duration) {
        let bucket = usize::try_from(time.as_micros() / 100).unwrap_or(usize::MAX);
        let bucket = bucket.min(Self::BUCKETS - 1);
        if self.buckets.len() <= bucket {
            self.buckets.resize(bucket + 1, 0);
        }
        self.buckets[bucket] += 1;
        self.count += 1;
        self.longest = self.longest.max(time);
    }

    pub fn figures(&self) -> Figures {
        if self.count == 0 {
            return Figures::default();
        }
        let within: u64 = self.buckets.iter().take(200).map(|n| u64::from(*n)).sum();
        Figures {
            count: self.count,
            p50: self.at(50),
            p99: self.at(99),
            max: round(self.longest.as_secs_f64() * 1000.0),
            within_20_ms: share(within, self.count),
        }
    }

    /// The middle of the bucket that so many percent lie below or in.
    fn at(&self, percent: u64) -> f64 {
        let wanted = (self.count * percent).div_ceil(100);
        let mut below = 0;
        for (bucket, count) in (0_u32..).zip(&self.buckets) {
            below += u64::from(*count);
            if below >= wanted {
                return round(f64::from(bucket) / 10.0 + 0.05);
            }
        }
        0.0
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub(super) fn share(part: u64, whole: u64) -> f64 {
    round(100.0 * part as f64 / whole.max(1) as f64)
}

/// Two decimals are as much as these figures are worth.
pub(super) fn round(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_sorted_list() {
        let mut spread = Spread::default();
        for ms in 1..=100 {
            spread.add(Duration::from_millis(ms));
        }
        let figures = spread.figures();
        let expected = Figures {
            count: 100,
            p50: 50.05,
            p99: 99.05,
            max: 100.0,
            within_20_ms: 19.0,
        };
        assert_eq!(figures, expected);
    }

    #[test]
    fn nothing_has_no_figures() {
        assert_eq!(Spread::default().figures(), Figures::default());
    }

    #[test]
    fn what_takes_too_long_for_the_list_is_still_the_longest() {
        let mut spread = Spread::default();
        spread.add(Duration::from_mins(1));
        assert!(spread.figures().max > 59_999.0);
    }
}
