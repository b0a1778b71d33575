//! What a caller sends: utterances made ready for the wire once, and sent by as many calls as there are.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::audio::{FRAME, FRAME_MS, frame::Framer, mulaw, resample::Downsampler, typed};

/// Names of files that hold mu-law and nothing else.
const BARE: [&str; 3] = [".ulaw", ".mulaw", ".ul"];
/// How long people take for a letter.
const LETTER_MS: u64 = 60;
const SHORTEST_MS: u64 = 300;

/// One utterance, frame by frame as base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utterance {
    text: String,
    payloads: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the sound can't be used: {0}")]
pub struct BadSound(&'static str);

impl Utterance {
    /// Words as typed frames, which take as long as a person does.
    pub fn typed(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            payloads: typed::encode(text, spoken_ms(text))
                .map(|frame| payload(&frame))
                .collect(),
        }
    }

    /// Sound without words: a cough, a door.
    pub fn noise(length_ms: u64) -> Self {
        let loud: [u8; FRAME] = std::array::from_fn(|at| {
            mulaw::encode(if (at / 8).is_multiple_of(2) {
                7000
            } else {
                -7000
            })
        });
        let frames = usize::try_from(length_ms / FRAME_MS).unwrap_or(0).max(1);
        Self {
            text: String::new(),
            payloads: vec![payload(&loud); frames],
        }
    }

    /// A file of sound: WAV with one channel, as 16-bit PCM (8,000 or 16,000 samples a second) or mu-law (8,000); or mu-law without
    /// any header, where the name says so.
    pub fn file(name: &str, file: &[u8]) -> Result<Self, BadSound> {
        let is_bare = BARE.iter().any(|ending| name.ends_with(ending));
        let bytes = if is_bare {
            file.to_vec()
        } else {
            read_wav(file)?
        };
        if bytes.is_empty() {
            return Err(BadSound("it holds no sound"));
        }
        let mut framer = Framer::default();
        let mut payloads = Vec::new();
        framer.push(&bytes, |frame| payloads.push(payload(frame)));
        payloads.extend(framer.finish().map(|frame| payload(&frame)));
        let text = format!("({name})");
        Ok(Self { text, payloads })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn frames(&self) -> usize {
        self.payloads.len()
    }

    pub(super) fn payload(&self, at: usize) -> Option<&str> {
        self.payloads.get(at).map(String::as_str)
    }
}

/// How long it takes to say this.
pub fn spoken_ms(text: &str) -> u64 {
    let letters = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    letters.saturating_mul(LETTER_MS).max(SHORTEST_MS)
}

/// What is sent while the caller says nothing.
pub(super) fn quiet() -> String {
    payload(&typed::quiet())
}

fn payload(frame: &[u8; FRAME]) -> String {
    BASE64_STANDARD.encode(frame)
}

/// Anybody speaks in this frame; looked at fifty times a second for each call, so it stops at the first loud sample.
pub(super) fn is_loud(frame: &[u8; FRAME]) -> bool {
    const LOUD: u16 = 500;
    frame
        .iter()
        .any(|byte| mulaw::decode(*byte).unsigned_abs() > LOUD)
}

/// As mu-law at the telephone's rate.
fn read_wav(file: &[u8]) -> Result<Vec<u8>, BadSound> {
    let is_wav = file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WAVE");
    let body = file.get(12..).filter(|_| is_wav);
    let body = body.ok_or(BadSound("it is no WAV file"))?;
    let format = chunk(body, *b"fmt ").ok_or(BadSound("it says nothing of its format"))?;
    let data = chunk(body, *b"data").ok_or(BadSound("it holds no sound"))?;
    match Format::read(format)? {
        Format {
            kind: PCM,
            channels: 1,
            bits: 16,
            rate: 8_000,
        } => Ok(encoded(&samples(data))),
        Format {
            kind: PCM,
            channels: 1,
            bits: 16,
            rate: 16_000,
        } => Ok(encoded(&halve(&samples(data)))),
        Format {
            kind: MULAW,
            channels: 1,
            rate: 8_000,
            ..
        } => Ok(data.to_vec()),
        _ => Err(BadSound(
            "it is neither 16-bit PCM with 8,000 or 16,000 samples a second, nor mu-law with 8,000, on one channel",
        )),
    }
}

const PCM: u16 = 1;
const MULAW: u16 = 7;

struct Format {
    kind: u16,
    channels: u16,
    rate: u32,
    bits: u16,
}

impl Format {
    fn read(chunk: &[u8]) -> Result<Self, BadSound> {
        let short = |at: usize| {
            let bytes = chunk.get(at..at + 2)?;
            Some(u16::from_le_bytes(bytes.try_into().ok()?))
        };
        let read = || {
            Some(Self {
                kind: short(0)?,
                channels: short(2)?,
                rate: u32::from(short(4)?) | u32::from(short(6)?) << 16,
                bits: short(14)?,
            })
        };
        read().ok_or(BadSound("it says too little of its format"))
    }
}

fn samples(data: &[u8]) -> Vec<i16> {
    let pairs = data.as_chunks().0.iter();
    pairs.map(|pair| i16::from_le_bytes(*pair)).collect()
}

fn encoded(samples: &[i16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(samples.len());
    mulaw::encode_into(samples, &mut bytes);
    bytes
}

fn halve(samples: &[i16]) -> Vec<i16> {
    let mut halved = Vec::with_capacity(samples.len() / 2);
    Downsampler::default().push(samples, &mut halved);
    halved
}

/// What stands in the chunk of this name; the last one may be longer than the file says or has.
fn chunk(mut body: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    while let [n0, n1, n2, n3, l0, l1, l2, l3, rest @ ..] = body {
        let length = usize::try_from(u32::from_le_bytes([*l0, *l1, *l2, *l3])).ok()?;
        if [*n0, *n1, *n2, *n3] == name {
            return Some(&rest[..length.min(rest.len())]);
        }
        body = rest.get(length.checked_add(length % 2)?..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(kind: u16, rate: u32, data: &[u8]) -> Vec<u8> {
        let bytes: u16 = if kind == MULAW { 1 } else { 2 };
        let mut file = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0".to_vec();
        file.extend(kind.to_le_bytes());
        file.extend(1_u16.to_le_bytes());
        file.extend(rate.to_le_bytes());
        file.extend((rate * u32::from(bytes)).to_le_bytes());
        file.extend(bytes.to_le_bytes());
        file.extend((bytes * 8).to_le_bytes());
        file.extend(b"data");
        file.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        file.extend(data);
        file
    }

    #[test]
    fn a_file_is_played_at_the_telephones_rate() {
        let of = |file: &[u8]| Utterance::file("x.wav", file).unwrap().frames();
        assert_eq!(of(&wav(PCM, 8_000, &[100; 1_600])), 5);
        assert_eq!(of(&wav(PCM, 8_000, &[100; 1_602])), 6);
        assert_eq!(of(&wav(PCM, 16_000, &[100; 3_200])), 5);
        assert_eq!(of(&wav(MULAW, 8_000, &[100; 801])), 6);
    }

    #[test]
    fn mu_law_is_sent_as_it_is() {
        let bare = Utterance::file("x.ulaw", &[7; FRAME]).unwrap();
        assert_eq!(bare.payload(0), Some(&*payload(&[7; FRAME])));
        let dressed = Utterance::file("x.wav", &wav(MULAW, 8_000, &[7; FRAME])).unwrap();
        assert_eq!(dressed.payloads, bare.payloads);
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        let good = wav(PCM, 8_000, &[1; 320]);
        for bad in [
            wav(PCM, 44_100, &[1; 320]),
            wav(MULAW, 16_000, &[1; 320]),
            wav(6, 8_000, &[1; 320]),
            wav(PCM, 8_000, &[]),
            b"ID3 and so on".to_vec(),
        ] {
            assert!(Utterance::file("x.wav", &bad).is_err());
        }
        for length in 0..=good.len() - 320 {
            assert!(
                Utterance::file("x.wav", &good[..length]).is_err(),
                "{length}"
            );
        }
        assert!(Utterance::file("x.ulaw", &[]).is_err());
    }

    #[test]
    fn a_longer_text_takes_longer() {
        assert!(Utterance::typed("yes").frames() >= 15);
        let long = Utterance::typed("Tuesday at half past two in the afternoon");
        assert_eq!(long.frames(), 41 * 3);
    }
}
