use proptest::prelude::*;

use super::*;
use crate::audio::activity::{Change, Detector};

fn heard(frames: impl IntoIterator<Item = [u8; FRAME]>) -> Vec<Heard> {
    let mut decoder = Decoder::default();
    frames
        .into_iter()
        .filter_map(|frame| decoder.push(&frame))
        .collect()
}

fn silence(frames: usize) -> impl Iterator<Item = [u8; FRAME]> {
    std::iter::repeat_n([mulaw::SILENCE; FRAME], frames)
}

fn samples(frame: [u8; FRAME]) -> [i16; FRAME] {
    frame.map(mulaw::decode)
}

#[test]
fn an_utterance_lasts_as_long_as_it_is_said_to() {
    assert_eq!(encode("Good morning", 1_500).len(), 75);
    assert_eq!(encode("Good morning", 1_500).count(), 75);
    assert_eq!(encode("", 0).count(), 4, "there is no utterance of no time");
}

#[test]
fn the_text_is_known_while_the_words_are_still_said() {
    let text = "On Tuesday at half past two, please.".to_owned();
    let mut decoder = Decoder::default();
    let mut frames = encode(&text, 2_000);
    let first = frames.by_ref().take(4);
    let first: Vec<_> = first.filter_map(|frame| decoder.push(&frame)).collect();
    assert_eq!(first, [Heard::Began, Heard::Interim(text.clone())]);
    let rest: Vec<_> = frames.map(|frame| decoder.push(&frame)).collect();
    let (last, between) = rest.split_last().unwrap();
    assert_eq!(*last, Some(Heard::Ended(text)));
    assert!(between.iter().all(Option::is_none));
}

#[test]
fn the_same_words_twice_are_two_utterances() {
    let yes = || encode("yes", 400);
    let twice = heard(yes().chain(yes()));
    let ended = Heard::Ended("yes".to_owned());
    assert_eq!(twice.iter().filter(|heard| **heard == ended).count(), 2);
    let without_an_end = heard(yes().take(10).chain(yes()).chain(silence(1)));
    assert_eq!(
        without_an_end
            .iter()
            .filter(|heard| **heard == ended)
            .count(),
        2
    );
}

#[test]
fn an_utterance_that_breaks_off_ends_a_while_later() {
    let broken_off = encode("I would like to", 1_000).take(20).chain(silence(60));
    let heard = heard(broken_off);
    assert_eq!(
        heard.last(),
        Some(&Heard::Ended("I would like to".to_owned()))
    );
    assert_eq!(
        heard
            .iter()
            .filter(|heard| matches!(heard, Heard::Ended(_)))
            .count(),
        1
    );
}

#[test]
fn what_is_cut_off_is_told_and_then_forgotten() {
    let mut decoder = Decoder::default();
    for frame in encode("Which day", 1_000).take(8) {
        decoder.push(&frame);
    }
    assert!(decoder.is_open());
    assert_eq!(decoder.cut_off(), Some("Which day".to_owned()));
    assert!(silence(60).all(|frame| decoder.push(&frame).is_none()));
}

/// However long it is: noise is what never pauses.
#[test]
fn a_voice_detector_takes_it_for_one_stretch_of_speech() {
    let lines = [quiet(), [mulaw::SILENCE; FRAME]];
    let utterances = [("yes", 300), ("and another thing", 12_000)];
    for (line, (text, length_ms)) in lines
        .into_iter()
        .flat_map(|line| utterances.map(|utterance| (line, utterance)))
    {
        let mut detector = Detector::default();
        let line = || std::iter::repeat_n(line, 50);
        let call = line().chain(encode(text, length_ms)).chain(line());
        let mut changes = Vec::new();
        for (at, frame) in call.enumerate() {
            changes.extend(detector.hear(&samples(frame)).map(|change| (at, change)));
        }
        let length = usize::try_from(length_ms / FRAME_MS).unwrap();
        match changes[..] {
            [
                (began, Change::Started { .. }),
                (ended, Change::Ended { ago_ms }),
            ] => {
                assert!((50..58).contains(&began), "{began}");
                let last = ended - usize::try_from(ago_ms / FRAME_MS).unwrap();
                assert!(last.abs_diff(50 + length) <= 1, "{last}");
            }
            _ => panic!("{changes:?}"),
        }
    }
}

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-z ,.'éßжあ🙂]{1,60}", 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn every_text_arrives_whole(text in words(), length_ms in 0u64..20_000) {
        let heard = heard(encode(&text, length_ms));
        prop_assert_eq!(heard.first(), Some(&Heard::Began));
        prop_assert_eq!(heard.last(), Some(&Heard::Ended(text)));
    }

    #[test]
    fn a_tenth_of_the_frames_may_be_lost(text in words(), seed in prop::collection::vec(0..10u8, 1000)) {
        let length_ms = 20_000;
        let kept = encode(&text, length_ms)
            .zip(seed.iter().cycle())
            .filter(|(_, lot)| **lot != 0)
            .map(|(frame, _)| frame);
        let heard = heard(kept.chain(silence(60)));
        prop_assert_eq!(heard.iter().filter(|heard| matches!(heard, Heard::Began)).count(), 1);
        prop_assert_eq!(heard.last(), Some(&Heard::Ended(text)));
    }

    #[test]
    fn a_damaged_frame_is_only_sound(text in words(), at in 0..FRAME, bit in 0..8u8) {
        let mut frame = encode(&text, 1_000).next().unwrap();
        frame[at] ^= 1 << bit;
        prop_assert_eq!(Decoder::default().push(&frame), None);
    }

    #[test]
    fn sound_is_never_taken_for_text(
        frames in prop::collection::vec(prop::array::uniform32(any::<[u8; 5]>()), 0..20),
        with_magic: bool,
    ) {
        let frames = frames.iter().map(|parts| {
            let mut frame = [0; FRAME];
            frame.copy_from_slice(parts.as_flattened());
            if with_magic {
                frame[..MAGIC.len()].copy_from_slice(&MAGIC);
            }
            frame
        });
        prop_assert_eq!(heard(frames), []);
    }
}
