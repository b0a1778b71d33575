//! What Twilio holds of the agent's sound: it is played at the telephone's pace, and marks come back when it has been.

use std::collections::VecDeque;

use crate::audio::{FRAME, mulaw::SILENCE};

/// Ten minutes; what comes beyond is dropped (31931).
const MOST_BYTES: usize = 600 * 8000;

#[derive(Debug, Default)]
pub(super) struct Playout {
    sound: VecDeque<u8>,
    /// Each with the number of the byte before which it stands.
    marks: VecDeque<(u64, String)>,
    /// Bytes that were ever queued or played.
    queued: u64,
    played: u64,
    /// A frame is being played; its end is the next tick.
    playing: bool,
}

/// One tick of twenty milliseconds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tick {
    /// What is played from now on.
    pub(super) frame: Option<[u8; FRAME]>,
    /// These were reached.
    pub(super) marks: Vec<String>,
}

impl Playout {
    /// False if there was no room for it.
    pub(super) fn sound(&mut self, sound: &[u8]) -> bool {
        if self.sound.len() + sound.len() > MOST_BYTES {
            return false;
        }
        self.sound.extend(sound);
        self.queued += sound.len() as u64;
        true
    }

    /// Gives it back where nothing is left to be played before it.
    pub(super) fn mark(&mut self, name: String) -> Option<String> {
        if self.is_idle() && self.marks.is_empty() {
            return Some(name);
        }
        self.marks.push_back((self.queued, name));
        None
    }

    /// Throws the sound away, and gives back every mark.
    pub(super) fn clear(&mut self) -> Vec<String> {
        self.sound.clear();
        self.playing = false;
        self.played = self.queued;
        self.marks.drain(..).map(|(_, name)| name).collect()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.sound.is_empty() && !self.playing
    }

    pub(super) fn tick(&mut self) -> Tick {
        let mut marks = Vec::new();
        while let Some((_, name)) = self.marks.pop_front_if(|(at, _)| *at <= self.played) {
            marks.push(name);
        }
        let length = self.sound.len().min(FRAME);
        self.playing = length > 0;
        if !self.playing {
            return Tick { frame: None, marks };
        }
        let mut frame = [SILENCE; FRAME];
        for (byte, sound) in frame.iter_mut().zip(self.sound.drain(..length)) {
            *byte = sound;
        }
        self.played += length as u64;
        let frame = Some(frame);
        Tick { frame, marks }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nothing() -> Tick {
        Tick {
            frame: None,
            marks: Vec::new(),
        }
    }

    #[test]
    fn a_mark_comes_back_when_what_stands_before_it_has_been_played() {
        let mut playout = Playout::default();
        assert!(playout.sound(&[1; 2 * FRAME]));
        assert_eq!(playout.mark("a".to_owned()), None);
        assert!(playout.sound(&[2; FRAME]));
        assert_eq!(playout.mark("b".to_owned()), None);
        let ticks: Vec<_> = (0..5).map(|_| playout.tick()).collect();
        let marks: Vec<_> = ticks.iter().map(|tick| tick.marks.join(",")).collect();
        assert_eq!(marks, ["", "", "a", "b", ""]);
        assert_eq!(ticks[2].frame, Some([2; FRAME]));
        assert_eq!(ticks[4], nothing());
    }

    #[test]
    fn a_mark_behind_nothing_comes_back_at_once() {
        let mut playout = Playout::default();
        assert_eq!(playout.mark("a".to_owned()), Some("a".to_owned()));
        playout.sound(&[1; FRAME]);
        playout.tick();
        assert_eq!(playout.mark("b".to_owned()), None, "a frame is in the air");
        assert_eq!(playout.tick().marks, ["b"]);
    }

    #[test]
    fn all_marks_come_back_after_a_clear() {
        let mut playout = Playout::default();
        playout.sound(&[1; 3 * FRAME]);
        playout.mark("a".to_owned());
        playout.tick();
        playout.sound(&[1; FRAME]);
        playout.mark("b".to_owned());
        assert_eq!(playout.clear(), ["a", "b"]);
        assert_eq!(playout.tick(), nothing());
    }

    #[test]
    fn more_than_ten_minutes_are_dropped() {
        let mut playout = Playout::default();
        assert!(playout.sound(&vec![1; MOST_BYTES]));
        assert!(!playout.sound(&[1]));
    }

    proptest! {
        #[test]
        fn pieces_of_any_length_are_played_whole_and_in_order(
            pieces in prop::collection::vec(prop::collection::vec(1..=9u8, 0..900), 0..8),
        ) {
            let mut playout = Playout::default();
            for piece in &pieces {
                playout.sound(piece);
            }
            let mut played = Vec::new();
            while let Some(frame) = playout.tick().frame {
                played.extend(frame);
            }
            let whole = pieces.concat();
            prop_assert_eq!(&played[..whole.len()], &whole[..]);
            prop_assert!(played[whole.len()..].iter().all(|byte| *byte == SILENCE));
        }
    }
}
