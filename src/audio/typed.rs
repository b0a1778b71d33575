//! Text that travels as sound: what a typed caller or agent says, in frames that go through the real telephone path.
//!
//! Where there are no ears and no mouth yet, or a test wants none, words ride in the frames that would carry a voice. The frames
//! last as long as the words take to say, and a voice detector takes them for speech, so that turns, pauses and interruptions are
//! those of a real call. Every frame carries a piece of the text, over and over: losing some of them loses no words. It knows no
//! mark, queue or clock.

use std::ops::Range;

use super::{FRAME, FRAME_MS, mulaw};

const MAGIC: [u8; 8] = *b"\x01TYPED\x02\x81";
const KIND: usize = 8;
const TEXT_ID: usize = 9;
const POSITION: usize = 13;
const PIECE: usize = 15;
const PIECES: usize = 16;
const LENGTH: usize = 17;
const TEXT: usize = 18;
/// Leaves a third of the frame to the voice, which is what makes it loud.
const LONGEST_PIECE: usize = 90;
const CHECK: usize = FRAME - 4;
const MOST_PIECES: usize = 250;

/// Speech has gaps; a detector that knows that takes what has none for noise. Of so many frames, these are a gap: early, because
/// on a line without any noise the first gap tells that the rest is louder.
const SYLLABLE: usize = 12;
const GAP: Range<usize> = 1..3;
/// So long without a typed frame, and the utterance was cut off.
const CUT_OFF: u32 = 25;

/// What a listener learns from one frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Began,
    /// The text as far as it is known. It is whole long before the words are said.
    Interim(String),
    /// The utterance is over, or was cut off a while ago.
    Ended(String),
}

/// Where a typed frame stands in its utterance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Begins,
    Continues,
    Ends,
}

/// The frames of one utterance, which takes `length_ms` to say. A text that does not fit into the time takes longer; one of more than
/// 20,000 bytes loses its end.
pub fn encode(text: &str, length_ms: u64) -> Frames {
    let pieces = pieces(text);
    let asked = usize::try_from(length_ms / FRAME_MS).unwrap_or(usize::MAX);
    Frames {
        id: fnv(text.as_bytes()),
        count: asked.max(least_frames(pieces.len())),
        pieces,
        at: 0,
        carried: 0,
    }
}

/// See [`encode`].
#[derive(Debug, Clone)]
pub struct Frames {
    id: u32,
    pieces: Vec<String>,
    count: usize,
    at: usize,
    /// How many pieces were carried so far.
    carried: usize,
}

/// All pieces once, with the gaps between them and an end.
fn least_frames(pieces: usize) -> usize {
    let between = (pieces / (SYLLABLE - GAP.len()) + 1) * GAP.len();
    pieces + between + 1
}

fn is_gap(at: usize) -> bool {
    GAP.contains(&(at % SYLLABLE))
}

impl Iterator for Frames {
    type Item = [u8; FRAME];

    fn next(&mut self) -> Option<Self::Item> {
        if self.at == self.count {
            return None;
        }
        let at = self.at;
        self.at += 1;
        let kind = match at {
            0 => Kind::Begins,
            _ if self.at == self.count => Kind::Ends,
            _ if is_gap(at) => return Some(quiet()),
            _ => Kind::Continues,
        };
        let piece = self.carried % self.pieces.len();
        self.carried += 1;
        Some(self.frame(kind, at, piece))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count - self.at;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Frames {}

impl Frames {
    fn frame(&self, kind: Kind, at: usize, piece: usize) -> [u8; FRAME] {
        let text = self.pieces[piece].as_bytes();
        let mut frame = voice();
        frame[..MAGIC.len()].copy_from_slice(&MAGIC);
        frame[KIND] = kind.byte();
        frame[TEXT_ID..][..4].copy_from_slice(&self.id.to_be_bytes());
        let position = u16::try_from(at).unwrap_or(u16::MAX);
        frame[POSITION..][..2].copy_from_slice(&position.to_be_bytes());
        frame[PIECE] = small(piece);
        frame[PIECES] = small(self.pieces.len());
        frame[LENGTH] = small(text.len());
        frame[TEXT..][..text.len()].copy_from_slice(text);
        let check = fnv(&frame[..CHECK]);
        frame[CHECK..].copy_from_slice(&check.to_be_bytes());
        frame
    }
}

impl Kind {
    fn byte(self) -> u8 {
        match self {
            Self::Begins => 1,
            Self::Continues => 2,
            Self::Ends => 3,
        }
    }

    fn of(byte: u8) -> Option<Self> {
        [Self::Begins, Self::Continues, Self::Ends]
            .into_iter()
            .find(|kind| kind.byte() == byte)
    }
}

/// At least one, each within a frame.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut last = 0;
    for letter in text.chars() {
        if pieces[last].len() + letter.len_utf8() > LONGEST_PIECE {
            if pieces.len() == MOST_PIECES {
                break;
            }
            pieces.push(String::new());
            last += 1;
        }
        pieces[last].push(letter);
    }
    pieces
}

/// Numbers of pieces and the length of one stay below 256.
fn small(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

/// 400 Hz, as loud as a person.
fn voice() -> [u8; FRAME] {
    const HALF: usize = 10;
    let (high, low) = (mulaw::encode(5000), mulaw::encode(-5000));
    std::array::from_fn(|at| {
        if (at / HALF).is_multiple_of(2) {
            high
        } else {
            low
        }
    })
}

/// A line that is open, and nobody speaks: what a caller sends between two utterances.
pub fn quiet() -> [u8; FRAME] {
    let (high, low) = (mulaw::encode(24), mulaw::encode(-24));
    std::array::from_fn(|at| {
        if (at / 4).is_multiple_of(2) {
            high
        } else {
            low
        }
    })
}

fn fnv(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash: u32, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

/// Nothing for any other sound.
pub fn kind(frame: &[u8; FRAME]) -> Option<Kind> {
    Typed::read(frame).map(|typed| typed.kind)
}

/// One typed frame, read back.
struct Typed<'a> {
    kind: Kind,
    id: u32,
    position: u16,
    piece: usize,
    pieces: usize,
    text: &'a str,
}

impl<'a> Typed<'a> {
    fn read(frame: &'a [u8; FRAME]) -> Option<Self> {
        if !frame.starts_with(&MAGIC) {
            return None;
        }
        let number = |at: usize| {
            u32::from_be_bytes([frame[at], frame[at + 1], frame[at + 2], frame[at + 3]])
        };
        if fnv(&frame[..CHECK]) != number(CHECK) {
            return None;
        }
        let text = frame.get(TEXT..TEXT + usize::from(frame[LENGTH]))?;
        let typed = Self {
            kind: Kind::of(frame[KIND])?,
            id: number(TEXT_ID),
            position: u16::from_be_bytes([frame[POSITION], frame[POSITION + 1]]),
            piece: frame[PIECE].into(),
            pieces: frame[PIECES].into(),
            text: std::str::from_utf8(text).ok()?,
        };
        (typed.piece < typed.pieces).then_some(typed)
    }
}

/// Reads typed utterances out of frames among which there may be any sound. Frames may be missing; none may change places.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    open: Option<Open>,
}

/// An utterance that is not over.
#[derive(Debug, Clone)]
struct Open {
    id: u32,
    position: u16,
    pieces: Vec<Option<String>>,
    /// The listener was told that it began.
    announced: bool,
    /// And this text.
    told: String,
    /// Frames since its last one.
    missed: u32,
}

impl Decoder {
    pub fn push(&mut self, frame: &[u8; FRAME]) -> Option<Heard> {
        let Some(typed) = Typed::read(frame) else {
            return self.missed_one();
        };
        let cut_off = self.open.take_if(|open| !open.goes_on_with(&typed));
        let open = self.open.get_or_insert_with(|| Open::new(&typed));
        open.take(&typed);
        if let Some(before) = cut_off {
            return Some(Heard::Ended(before.text()));
        }
        if typed.kind == Kind::Ends {
            let text = open.text();
            self.open = None;
            return Some(Heard::Ended(text));
        }
        open.news()
    }

    /// Somebody is in the middle of an utterance.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The next frame has nothing to do with those before. Gives the text of what is cut off.
    pub fn cut_off(&mut self) -> Option<String> {
        self.open.take().map(|open| open.text())
    }

    fn missed_one(&mut self) -> Option<Heard> {
        self.open.as_mut()?.missed += 1;
        let gone = self.open.take_if(|open| open.missed >= CUT_OFF)?;
        Some(Heard::Ended(gone.text()))
    }
}

impl Open {
    fn new(first: &Typed<'_>) -> Self {
        Self {
            id: first.id,
            position: first.position,
            pieces: vec![None; first.pieces],
            announced: false,
            told: String::new(),
            missed: 0,
        }
    }

    fn goes_on_with(&self, next: &Typed<'_>) -> bool {
        let later = next.position > self.position || self.position == u16::MAX;
        self.id == next.id && self.pieces.len() == next.pieces && next.kind != Kind::Begins && later
    }

    fn take(&mut self, next: &Typed<'_>) {
        self.position = next.position;
        self.missed = 0;
        let piece = &mut self.pieces[next.piece];
        if piece.is_none() {
            *piece = Some(next.text.to_owned());
        }
    }

    fn news(&mut self) -> Option<Heard> {
        if !self.announced {
            self.announced = true;
            return Some(Heard::Began);
        }
        let known: usize = self.beginning().map(str::len).sum();
        if known <= self.told.len() {
            return None;
        }
        self.told = self.beginning().collect();
        Some(Heard::Interim(self.told.clone()))
    }

    /// The pieces in front of the first that is missing.
    fn beginning(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().map_while(|piece| piece.as_deref())
    }

    /// All that is known.
    fn text(&self) -> String {
        self.pieces.iter().flatten().map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests;
