//! Made-up voices on made-up lines, always by way of mu-law.

use std::f32::consts::PI;

use super::*;
use crate::audio::mulaw;

/// A line whose noise, hum and voice can be set, in decibels.
struct Line {
    seed: u32,
    at: usize,
    detector: Detector,
    frames: u64,
}

#[derive(Clone, Copy)]
struct Sound {
    noise: f32,
    hum: f32,
    voice: f32,
}

const NOTHING: f32 = -120.0;
const QUIET: Sound = Sound {
    noise: -60.0,
    hum: NOTHING,
    voice: NOTHING,
};

fn voice(decibels: f32) -> Sound {
    Sound {
        voice: decibels,
        ..QUIET
    }
}

fn noise(decibels: f32) -> Sound {
    Sound {
        noise: decibels,
        ..QUIET
    }
}

/// The height of a sine of this level.
fn height(decibels: f32) -> f32 {
    32_768.0 * 2.0_f32.sqrt() * 10.0_f32.powf(decibels / 20.0)
}

impl Line {
    fn new() -> Self {
        Self {
            seed: 1,
            at: 0,
            detector: Detector::default(),
            frames: 0,
        }
    }

    fn random(&mut self) -> f32 {
        self.seed = self
            .seed
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        f32::from(u16::try_from(self.seed >> 16).unwrap()) / 32_768.0 - 1.0
    }

    #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
    fn sample(&mut self, sound: Sound) -> i16 {
        let seconds = self.at as f32 / 8000.0;
        self.at += 1;
        let wave = |hertz: f32| (2.0 * PI * hertz * seconds).sin();
        // A vowel, four syllables a second, with a dip after each.
        let syllable = (PI * 4.0 * seconds).sin().abs().powf(0.7);
        let vowel: f32 = [220.0, 440.0, 660.0, 880.0, 1320.0].map(wave).iter().sum();
        let value = height(sound.noise) * 1.2 * self.random()
            + height(sound.hum) * wave(50.0)
            + height(sound.voice) * 0.6 * syllable * vowel;
        #[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
        let sample = value as i16;
        mulaw::decode(mulaw::encode(sample))
    }

    /// What was told while this sounded, and after how many milliseconds.
    fn hear(&mut self, sound: Sound, ms: u64) -> Vec<(u64, Change)> {
        let mut told = Vec::new();
        for frame in 1..=ms / FRAME_MS {
            let samples: Vec<i16> = (0..FRAME).map(|_| self.sample(sound)).collect();
            self.frames += 1;
            if let Some(change) = self.detector.hear(samples.as_slice().try_into().unwrap()) {
                told.push((frame * FRAME_MS, change));
            }
        }
        told
    }
}

#[test]
fn speech_is_told_within_a_tenth_of_a_second_and_dated_back_to_its_begin() {
    for decibels in [-15.0, -25.0, -35.0] {
        let mut line = Line::new();
        assert_eq!(line.hear(QUIET, 2000), []);
        let told = line.hear(voice(decibels), 1000);
        let [(after, Change::Started { ago_ms })] = told[..] else {
            panic!("{decibels} dB: {told:?}")
        };
        assert!(after <= 100, "{decibels} dB: after {after} ms");
        assert!(ago_ms >= 60 && ago_ms <= after, "{ago_ms} of {after}");
        assert!(line.detector.is_speech());
    }
}

#[test]
fn the_end_is_told_after_a_gap_longer_than_between_words() {
    let mut line = Line::new();
    line.hear(QUIET, 1000);
    line.hear(voice(-25.0), 1500);
    assert_eq!(line.hear(QUIET, 160), [], "a gap between words");
    line.hear(voice(-25.0), 500);
    let told = line.hear(QUIET, 1000);
    let [(after, Change::Ended { ago_ms })] = told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(ago_ms, 200);
    assert!(after <= 240, "after {after} ms");
}

#[test]
fn a_long_sentence_is_one_piece() {
    let mut line = Line::new();
    line.hear(QUIET, 1000);
    let told = line.hear(voice(-25.0), 10_000);
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn noise_alone_is_never_speech() {
    for decibels in [-90.0, -60.0, -50.0, -40.0, -30.0] {
        let mut line = Line::new();
        assert_eq!(line.hear(noise(decibels), 20_000), [], "{decibels} dB");
    }
}

#[test]
fn hum_is_never_speech() {
    let mut line = Line::new();
    line.hear(QUIET, 1000);
    let hum = Sound {
        hum: -40.0,
        ..QUIET
    };
    assert_eq!(line.hear(hum, 5000), []);
}

#[test]
fn noise_that_sets_in_is_learned_and_speech_in_it_still_heard() {
    let mut line = Line::new();
    line.hear(QUIET, 2000);
    let told = line.hear(noise(-40.0), 4000);
    assert!(!line.detector.is_speech(), "{told:?}");
    let in_it = Sound {
        noise: -40.0,
        hum: NOTHING,
        voice: -25.0,
    };
    assert!(matches!(
        line.hear(in_it, 300)[..],
        [(_, Change::Started { .. })]
    ));
}

#[test]
fn a_click_is_not_speech() {
    let mut line = Line::new();
    line.hear(QUIET, 1000);
    assert_eq!(line.hear(voice(-10.0), 40), []);
    assert_eq!(line.hear(QUIET, 1000), []);
}

#[test]
fn lost_frames_do_not_make_the_noise_sound_like_speech() {
    let mut line = Line::new();
    line.hear(noise(-40.0), 2000);
    for _ in 0..50 {
        assert!(line.detector.hear(&[0; FRAME]).is_none());
        assert_eq!(line.hear(noise(-40.0), 380), []);
    }
}

#[test]
fn starts_and_ends_alternate_whatever_is_heard() {
    let mut line = Line::new();
    let mut told = Vec::new();
    for round in 0..400_u16 {
        let decibels = -f32::from(round * 37 % 97);
        let ms = u64::from(round * 53 % 19) * 20;
        told.extend(line.hear(voice(decibels), ms));
    }
    assert!(told.len() > 20, "{}", told.len());
    for pair in told.windows(2) {
        let starts = |place: usize| matches!(pair[place].1, Change::Started { .. });
        assert_ne!(starts(0), starts(1), "{pair:?}");
    }
}
