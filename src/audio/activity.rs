//! When somebody speaks: by loudness over the noise of the line, which is learned as the call goes on.
//!
//! It tells early and wrongly rather than late: the start of speech only pauses the agent, and whether it was words is decided
//! elsewhere. It knows nothing of turns; how long a pause ends one depends on what was asked.

use std::collections::VecDeque;

use super::{FRAME, FRAME_MS, level};

/// No line that has a microphone at its end stays within one step of mu-law for a whole frame.
const LOST: u16 = 8;

/// What counts as speech.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Decibels above the noise at which speech starts.
    pub starts_above: f32,
    /// And above which it still goes on.
    pub stays_above: f32,
    /// No sound quieter than this is speech, however quiet the line.
    pub quietest_speech: f32,
    /// Of as many frames, all but one must be loud for speech to start: a click is shorter.
    pub start_frames: usize,
    /// So many quiet frames end it: words have gaps.
    pub end_frames: u32,
    /// The noise is the quietest moment of so many frames; nobody speaks longer without a gap.
    pub noise_frames: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            starts_above: 9.0,
            stays_above: 6.0,
            quietest_speech: -48.0,
            start_frames: 4,
            end_frames: 10,
            noise_frames: 100,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Speech began so long ago.
    Started { ago_ms: u64 },
    /// The last of it was heard so long ago.
    Ended { ago_ms: u64 },
}

/// Listens to one side of one call.
#[derive(Debug, Clone)]
pub struct Detector {
    settings: Settings,
    rumble: HighPass,
    noise: Quietest,
    /// Which of the last frames were loud, the newest in the lowest bit.
    loud: u32,
    speaking: bool,
    quiet_frames: u32,
}

impl Default for Detector {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl Detector {
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            rumble: HighPass::default(),
            noise: Quietest::new(settings.noise_frames),
            loud: 0,
            speaking: false,
            quiet_frames: 0,
        }
    }

    pub fn is_speech(&self) -> bool {
        self.speaking
    }

    pub fn hear(&mut self, frame: &[i16; FRAME]) -> Option<Change> {
        let power = level::power(frame.iter().map(|sample| self.rumble.without(*sample)));
        let level = level::of_power(power);
        // A frame that was lost on the way is silent, and says nothing about the noise.
        let lost = frame.iter().all(|sample| sample.unsigned_abs() <= LOST);
        let noise = self.noise.with((!lost).then_some(level));
        let above = if self.speaking {
            self.settings.stays_above
        } else {
            self.settings.starts_above
        };
        let loud = level > (noise + above).max(self.settings.quietest_speech);
        self.loud = self.loud << 1 | u32::from(loud);
        if self.speaking {
            self.perhaps_end(loud)
        } else {
            self.perhaps_start()
        }
    }

    fn perhaps_start(&mut self) -> Option<Change> {
        let frames = self.settings.start_frames.clamp(1, 31);
        let recent = self.loud & ((1 << frames) - 1);
        let enough = (frames - 1).max(1);
        if (recent.count_ones() as usize) < enough {
            return None;
        }
        self.speaking = true;
        self.quiet_frames = 0;
        let since_first = u64::from(u32::BITS - recent.leading_zeros());
        Some(Change::Started {
            ago_ms: since_first * FRAME_MS,
        })
    }

    fn perhaps_end(&mut self, loud: bool) -> Option<Change> {
        if loud {
            self.quiet_frames = 0;
            return None;
        }
        self.quiet_frames += 1;
        if self.quiet_frames < self.settings.end_frames {
            return None;
        }
        self.speaking = false;
        self.loud = 0;
        Some(Change::Ended {
            ago_ms: u64::from(self.quiet_frames) * FRAME_MS,
        })
    }
}

/// Takes away hum and rumble, which are loud and no speech.
#[derive(Debug, Clone, Default)]
struct HighPass {
    input: f32,
    output: f32,
}

impl HighPass {
    fn without(&mut self, sample: i16) -> f32 {
        /// Of the power at 140 Hz a half is left, and at 50 Hz a tenth.
        const KEPT: f32 = 0.9;
        let input = f32::from(sample);
        self.output = KEPT * (self.output + input - self.input);
        self.input = input;
        self.output
    }
}

/// The quietest of the last levels.
#[derive(Debug, Clone)]
struct Quietest {
    frames: usize,
    /// Levels and when they were heard; a level goes when a quieter one comes, so the first is the quietest.
    levels: VecDeque<(usize, f32)>,
    now: usize,
}

impl Quietest {
    fn new(frames: usize) -> Self {
        Self {
            frames,
            levels: VecDeque::new(),
            now: 0,
        }
    }

    fn with(&mut self, level: Option<f32>) -> f32 {
        self.now += 1;
        if let Some(level) = level {
            while self
                .levels
                .pop_back_if(|(_, older)| *older >= level)
                .is_some()
            {}
            self.levels.push_back((self.now, level));
        }
        let gone = self.now.saturating_sub(self.frames);
        while self.levels.pop_front_if(|(at, _)| *at <= gone).is_some() {}
        self.levels
            .front()
            .map_or(level::QUIETEST, |(_, quietest)| *quietest)
    }
}

#[cfg(test)]
mod tests;
