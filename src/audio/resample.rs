//! Between the telephone's 8,000 samples a second and the 16,000 that recognisers and synthesisers work with.
//!
//! One half-band filter in two phases: every other of its taps is zero, so half of the samples only pass through. Speech keeps its
//! whole band (to 3,400 Hz), what would fold over it is 60 decibels down, and either way costs 1.4 milliseconds of delay.

use std::{f32::consts::PI, sync::LazyLock};

/// Taps that are not zero, the middle one left out.
const TAPS: usize = 24;
/// Where the middle tap stands among the samples of its phase.
const MIDDLE: usize = TAPS / 2 - 1;

static FILTER: LazyLock<[f32; TAPS]> = LazyLock::new(filter);

/// Half of the whole gain; the middle tap is the other half.
#[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
fn filter() -> [f32; TAPS] {
    /// Of the window: 60 decibels.
    const SHAPE: f32 = 5.65;
    let reach = TAPS as f32;
    let mut taps = [0.0; TAPS];
    for (place, tap) in taps.iter_mut().enumerate() {
        let from_middle = 2.0 * place as f32 - (reach - 1.0);
        let ideal = (PI * from_middle / 2.0).sin() / (PI * from_middle);
        let across = from_middle / reach;
        *tap = ideal * bessel(SHAPE * (1.0 - across * across).sqrt()) / bessel(SHAPE);
    }
    let gain: f32 = taps.iter().sum();
    taps.map(|tap| tap / gain / 2.0)
}

/// The modified Bessel function of order zero, by its series.
fn bessel(x: f32) -> f32 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for step in 1..=20_u8 {
        term *= (x / (2.0 * f32::from(step))).powi(2);
        sum += term;
    }
    sum
}

fn filtered(window: &[f32]) -> f32 {
    window.iter().zip(FILTER.iter()).map(|(s, t)| s * t).sum()
}

fn sample(value: f32) -> i16 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the cast saturates, which is what a sample does"
    )]
    let sample = value.round() as i16;
    sample
}

/// 8,000 to 16,000.
#[derive(Debug, Clone)]
pub struct Upsampler {
    past: Vec<f32>,
}

impl Default for Upsampler {
    fn default() -> Self {
        Self {
            past: vec![0.0; TAPS - 1],
        }
    }
}

impl Upsampler {
    /// Adds two samples to `out` for each of `samples`.
    pub fn push(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        self.past.extend(samples.iter().map(|s| f32::from(*s)));
        for window in self.past.windows(TAPS) {
            out.push(sample(2.0 * filtered(window)));
            out.push(sample(window[TAPS - 1 - MIDDLE]));
        }
        self.past.drain(..samples.len());
    }
}

/// 16,000 to 8,000.
#[derive(Debug, Clone)]
pub struct Downsampler {
    even: Vec<f32>,
    odd: Vec<f32>,
    waiting: Option<f32>,
}

impl Default for Downsampler {
    fn default() -> Self {
        Self {
            even: vec![0.0; TAPS - 1],
            odd: vec![0.0; TAPS - 1],
            waiting: None,
        }
    }
}

impl Downsampler {
    /// Adds a sample to `out` for each two of `samples`; an odd one waits for the next piece.
    pub fn push(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        for next in samples.iter().map(|s| f32::from(*s)) {
            match self.waiting.take() {
                None => self.waiting = Some(next),
                Some(first) => {
                    self.even.push(first);
                    self.odd.push(next);
                }
            }
        }
        let pairs = self.even.windows(TAPS).zip(self.odd.windows(TAPS));
        for (even, odd) in pairs {
            out.push(sample(filtered(odd) + even[TAPS - 1 - MIDDLE] / 2.0));
        }
        let done = self.even.len() - (TAPS - 1);
        self.even.drain(..done);
        self.odd.drain(..done);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::audio::level::decibels;

    #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
    fn tone(hertz: f32, rate: f32, count: usize) -> Vec<i16> {
        (0..count)
            .map(|n| sample(10_000.0 * (2.0 * PI * hertz * n as f32 / rate).sin()))
            .collect()
    }

    fn up(samples: &[i16]) -> Vec<i16> {
        let mut out = Vec::new();
        Upsampler::default().push(samples, &mut out);
        out
    }

    fn down(samples: &[i16]) -> Vec<i16> {
        let mut out = Vec::new();
        Downsampler::default().push(samples, &mut out);
        out
    }

    /// What is left when the best-fitting tone of this pitch is taken away.
    #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
    fn beside(samples: &[i16], hertz: f32, rate: f32) -> f32 {
        let samples = &samples[200..];
        let turn = |n: usize| 2.0 * PI * hertz * n as f32 / rate;
        let along = |wave: fn(f32) -> f32| {
            let sum: f32 = (0..samples.len())
                .map(|n| f32::from(samples[n]) * wave(turn(n)))
                .sum();
            2.0 * sum / samples.len() as f32
        };
        let (sine, cosine) = (along(f32::sin), along(f32::cos));
        let rest: Vec<i16> = (0..samples.len())
            .map(|n| {
                let tone = sine * turn(n).sin() + cosine * turn(n).cos();
                sample(f32::from(samples[n]) - tone)
            })
            .collect();
        decibels(&rest) - decibels(samples)
    }

    #[test]
    fn speech_passes_both_ways_unharmed() {
        for hertz in [200.0, 300.0, 1000.0, 2500.0, 3400.0] {
            let low = tone(hertz, 8000.0, 8200);
            let high = up(&low);
            assert_eq!(high.len(), 16_400);
            let change = decibels(&high[400..]) - decibels(&low[200..]);
            assert!(change.abs() < 0.1, "{hertz} Hz: {change} dB");
            let image = beside(&high, hertz, 16_000.0);
            assert!(image < -55.0, "{hertz} Hz: {image} dB beside the tone");

            let back = down(&tone(hertz, 16_000.0, 16_400));
            assert_eq!(back.len(), 8200);
            let change = decibels(&back[200..]) - decibels(&low[200..]);
            assert!(change.abs() < 0.1, "{hertz} Hz: {change} dB");
        }
    }

    #[test]
    fn what_the_telephone_cannot_carry_does_not_fold_into_speech() {
        for hertz in [4600.0, 5000.0, 6000.0, 7500.0] {
            let high = tone(hertz, 16_000.0, 16_400);
            let folded = decibels(&down(&high)[200..]) - decibels(&high);
            assert!(folded < -55.0, "{hertz} Hz: {folded} dB");
        }
    }

    #[test]
    fn the_loudest_sound_is_cut_and_does_not_turn_over() {
        let square: Vec<i16> = (0..800)
            .map(|n| if n / 40 % 2 == 0 { i16::MAX } else { i16::MIN })
            .collect();
        let high = up(&square);
        for (place, sample) in high.iter().enumerate().skip(100) {
            let settled = (place / 2).saturating_sub(MIDDLE) % 40;
            if (15..25).contains(&settled) {
                assert!(sample.unsigned_abs() > 30_000, "{place}: {sample}");
            }
        }
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_the_sound_is_cut(
            samples in prop::collection::vec(any::<i16>(), 0..600),
            at in 0usize..600,
        ) {
            let at = at.min(samples.len());
            let mut upsampler = Upsampler::default();
            let mut downsampler = Downsampler::default();
            let (mut high, mut low) = (Vec::new(), Vec::new());
            for piece in [&samples[..at], &samples[at..]] {
                upsampler.push(piece, &mut high);
                downsampler.push(piece, &mut low);
            }
            prop_assert_eq!(high, up(&samples));
            prop_assert_eq!(low, down(&samples));
        }
    }
}
