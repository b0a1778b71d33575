//! Ears and a mouth for words that travel as typed frames (see [`crate::audio::typed`]): a real telephone path without a recogniser
//! or a voice. For developers, tests and loads.
//!
//! Of a real caller's voice they understand nothing.

use super::{Ears, Engine, Heard, Mouth, Speech};
use crate::audio::{FRAME, typed};

#[derive(Debug, Clone, Copy)]
pub struct Typed {
    /// How long a letter takes to say.
    pub letter_ms: u64,
}

impl Default for Typed {
    /// As fast as people talk.
    fn default() -> Self {
        Self { letter_ms: 60 }
    }
}

impl Engine for Typed {
    fn ears(&self) -> Box<dyn Ears> {
        Box::new(Listening::default())
    }

    fn mouth(&self) -> Box<dyn Mouth> {
        Box::new(Talking(*self))
    }
}

#[derive(Debug, Default)]
struct Listening(typed::Decoder);

impl Ears for Listening {
    fn take(&mut self, frame: &[u8; FRAME], heard: &mut Vec<Heard>) {
        match self.0.push(frame) {
            None => {}
            Some(typed::Heard::Began) => heard.push(Heard::SpeechStarted),
            Some(typed::Heard::Interim(text)) => heard.push(Heard::Interim(text)),
            Some(typed::Heard::Ended(text)) => {
                heard.extend([Heard::Words(text), Heard::SpeechEnded]);
            }
        }
    }
}

#[derive(Debug)]
struct Talking(Typed);

impl Mouth for Talking {
    fn speak(&mut self, words: &str) -> Speech {
        let letters = u64::try_from(words.chars().count()).unwrap_or(u64::MAX);
        let frames = typed::encode(words, letters.saturating_mul(self.0.letter_ms));
        let mut sound = Vec::with_capacity(frames.len() * FRAME);
        sound.extend(frames.flatten());
        Speech::whole(sound)
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::audio::FRAME_MS;

    fn sound_of(words: &str) -> Vec<u8> {
        let mut speech = Typed::default().mouth().speak(words);
        match speech.poll_piece(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Some(Ok(sound))) => sound,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_the_mouth_says_the_ears_understand() {
        let text = "Tuesday at half past two, for Zoë?";
        let mut ears = Typed::default().ears();
        let mut heard = Vec::new();
        for frame in sound_of(text).chunks_exact(FRAME) {
            ears.take(frame.try_into().unwrap(), &mut heard);
        }
        assert_eq!(heard.first(), Some(&Heard::SpeechStarted));
        let end = [Heard::Words(text.to_owned()), Heard::SpeechEnded];
        assert_eq!(heard[heard.len() - 2..], end);
    }

    #[test]
    fn words_take_as_long_as_people_take_to_say_them() {
        let frames = sound_of("Which day would suit you?").len() / FRAME;
        let ms = u64::try_from(frames).unwrap() * FRAME_MS;
        assert!((1_400..=1_600).contains(&ms), "{ms} ms");
    }
}
