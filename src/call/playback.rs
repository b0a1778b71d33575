//! What the caller has heard. The line takes sound faster than it plays it, and after a `clear` it echoes every mark it
//! still held; so a mark is believed only in the generation that is being played, and never before its sound can have
//! ended.
//!
//! PURE. It knows spans of text and lengths of time, and no sound.

use std::{collections::VecDeque, fmt, ops::Range, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::domain::Invalid;

use super::timer::Ms;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UtteranceId(pub u32);

/// Goes up with each `clear`. A mark of an older one says "thrown away", not "heard".
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Generation(pub u32);

/// A stretch of an utterance's text, in bytes: the least that is played or repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub from: u32,
    pub until: u32,
}

impl Span {
    fn new(from: usize, until: usize) -> Self {
        let bytes = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            from: bytes(from),
            until: bytes(until),
        }
    }

    fn range(self) -> Range<usize> {
        self.from as usize..self.until as usize
    }
}

/// The name under which the end of a span comes back from the line: `generation.utterance.span`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mark {
    pub generation: Generation,
    pub utterance: UtteranceId,
    pub span: u16,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            generation,
            utterance,
            span,
        } = self;
        write!(f, "{}.{}.{span}", generation.0, utterance.0)
    }
}

impl FromStr for Mark {
    type Err = Invalid;

    fn from_str(name: &str) -> Result<Self, Invalid> {
        fn number<T: FromStr>(part: Option<&str>) -> Option<T> {
            part.and_then(|part| part.parse().ok())
        }
        let mut parts = name.split('.');
        let mark = number(parts.next())
            .zip(number(parts.next()))
            .zip(number(parts.next()))
            .filter(|_| parts.next().is_none());
        let ((generation, utterance), span) =
            mark.ok_or_else(|| Invalid::new("a mark is `generation.utterance.span`"))?;
        Ok(Self {
            generation: Generation(generation),
            utterance: UtteranceId(utterance),
            span,
        })
    }
}

impl TryFrom<String> for Mark {
    type Error = Invalid;

    fn try_from(name: String) -> Result<Self, Invalid> {
        name.parse()
    }
}

impl From<Mark> for String {
    fn from(mark: Mark) -> Self {
        mark.to_string()
    }
}

/// How long after its computed end a sound may still be on its way to the caller's ear.
const LINE_DELAY: Ms = Ms(150);
/// How long after the end of the sound its mark may take. Later, the clock is believed.
const MARK_PATIENCE: Ms = Ms(2_000);
/// How long the first or next sound of an utterance may take to be made.
const SOUND_PATIENCE: Ms = Ms(8_000);

#[derive(Debug, Clone)]
struct Piece {
    span: Span,
    /// When it starts and ends on the line, once it was sent in this generation.
    plays: Option<(Ms, Ms)>,
}

#[derive(Debug, Clone)]
struct Playing {
    utterance: UtteranceId,
    text: String,
    pieces: Vec<Piece>,
    /// How many pieces were heard to their end.
    heard: usize,
    /// How much of the text was heard, in bytes; may lie within a piece.
    heard_bytes: usize,
    open: bool,
}

/// Something that was said to its end, or dropped before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spoken {
    text: String,
    heard: usize,
    point: usize,
}

impl Spoken {
    /// The start of the text, as far as it was heard.
    pub(super) fn into_heard(mut self) -> String {
        self.text.truncate(self.heard);
        self.text.truncate(self.text.trim_end().len());
        self.text
    }

    /// All but its last few words: enough to have been answered.
    pub(super) fn was_heard_to_its_point(&self) -> bool {
        self.heard >= self.point
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Playback {
    generation: Generation,
    said: u32,
    queue: VecDeque<Playing>,
    /// When the line will have played all that it has.
    line_free: Ms,
    /// The last time that something moved: said, sent or heard.
    moved: Ms,
    paused: bool,
}

impl Playback {
    pub(super) fn generation(&self) -> Generation {
        self.generation
    }

    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty()
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused
    }

    /// The caller may cut in on everything that is being said.
    pub(super) fn is_open(&self) -> bool {
        self.queue.iter().all(|playing| playing.open)
    }

    /// Takes on a text; the caller of this sends the sound.
    pub(super) fn say(&mut self, at: Ms, text: &str, open: bool) -> (UtteranceId, Vec<Span>) {
        self.said += 1;
        let utterance = UtteranceId(self.said);
        let spans = spans_of(text);
        self.queue.push_back(Playing {
            utterance,
            text: text.to_owned(),
            pieces: spans
                .iter()
                .map(|span| Piece {
                    span: *span,
                    plays: None,
                })
                .collect(),
            heard: 0,
            heard_bytes: 0,
            open,
        });
        self.moved = at;
        (utterance, spans)
    }

    /// Sound of a span went to the line. Whatever was not asked for, or was asked for before a `clear`, is ignored.
    pub(super) fn sent(&mut self, at: Ms, mark: Mark, length: Ms) {
        if mark.generation != self.generation || self.paused {
            return;
        }
        let starts = at.max(self.line_free);
        if let Some(piece) = self.next_to_send().filter(|(next, _)| *next == mark) {
            piece.1.plays = Some((starts, starts + length));
            self.line_free = starts + length;
            self.moved = at;
        }
    }

    /// Sound is sent in order, or it is not the sound that was asked for.
    fn next_to_send(&mut self) -> Option<(Mark, &mut Piece)> {
        let generation = self.generation;
        self.queue.iter_mut().find_map(|playing| {
            let utterance = playing.utterance;
            let heard = playing.heard;
            let pieces = playing.pieces.iter_mut().enumerate().skip(heard);
            let (span, piece) = pieces
                .into_iter()
                .find(|(_, piece)| piece.plays.is_none())?;
            let span = u16::try_from(span).ok()?;
            Some((
                Mark {
                    generation,
                    utterance,
                    span,
                },
                piece,
            ))
        })
    }

    /// All sound up to this mark was played, if the mark is of this generation and its sound was sent.
    pub(super) fn mark(&mut self, at: Ms, mark: Mark) {
        if mark.generation != self.generation || !self.was_sent(mark) {
            return;
        }
        self.moved = at;
        for playing in &mut self.queue {
            if playing.utterance == mark.utterance {
                playing.hear(usize::from(mark.span) + 1);
                break;
            }
            playing.hear(playing.pieces.len());
        }
    }

    /// The next utterance that was heard to its end.
    pub(super) fn take_finished(&mut self) -> Option<Spoken> {
        let done = self
            .queue
            .front()
            .is_some_and(|front| front.heard == front.pieces.len());
        done.then(|| self.pop()).flatten()
    }

    /// Stops the line and keeps what was not heard. Returns the generation that is to be thrown away.
    pub(super) fn pause(&mut self, at: Ms) -> Option<Generation> {
        if self.paused || self.queue.is_empty() {
            return None;
        }
        self.believe_the_clock(at);
        for playing in &mut self.queue {
            for piece in &mut playing.pieces {
                piece.plays = None;
            }
        }
        let stopped = self.generation;
        self.generation = Generation(stopped.0.wrapping_add(1));
        self.line_free = at;
        self.paused = true;
        Some(stopped)
    }

    /// Goes on from the last boundary that was heard: which utterances to send again, and from which span.
    pub(super) fn resume(&mut self, at: Ms) -> impl Iterator<Item = (UtteranceId, u16)> {
        self.paused = false;
        self.moved = at;
        self.queue
            .iter()
            .filter(|playing| playing.heard < playing.pieces.len())
            .map(|playing| {
                (
                    playing.utterance,
                    u16::try_from(playing.heard).unwrap_or(u16::MAX),
                )
            })
    }

    /// Gives up what was not heard, one utterance a call. The line must have been stopped before.
    pub(super) fn take_dropped(&mut self) -> Option<Spoken> {
        let dropped = self.pop();
        self.paused &= !self.queue.is_empty();
        dropped
    }

    /// When to stop waiting for a mark or a sound.
    pub(super) fn overdue_at(&self) -> Option<Ms> {
        if self.paused {
            return None;
        }
        let all_sent = self.queue.back()?.pieces.last()?.plays.is_some();
        Some(if all_sent {
            self.line_free.max(self.moved) + MARK_PATIENCE
        } else {
            self.line_free.max(self.moved) + SOUND_PATIENCE
        })
    }

    /// Takes what the clock says for heard.
    pub(super) fn believe_the_clock(&mut self, at: Ms) {
        for playing in &mut self.queue {
            playing.hear_by_clock(at);
            if playing.heard < playing.pieces.len() {
                break;
            }
        }
    }

    fn was_sent(&self, mark: Mark) -> bool {
        self.queue
            .iter()
            .find(|playing| playing.utterance == mark.utterance)
            .and_then(|playing| playing.pieces.get(usize::from(mark.span)))
            .is_some_and(|piece| piece.plays.is_some())
    }

    fn pop(&mut self) -> Option<Spoken> {
        self.queue.pop_front().map(|playing| Spoken {
            point: playing.point(),
            heard: playing.heard_bytes,
            text: playing.text,
        })
    }
}

impl Playing {
    /// Where somebody who has heard so far knows what is being asked: the last sentence is the question, and what it
    /// is about comes before.
    fn point(&self) -> usize {
        match self.pieces.as_slice() {
            [_, .., last] => (last.span.from as usize).max(self.text.len() * 2 / 3),
            _ => self.text.len(),
        }
    }

    fn hear(&mut self, pieces: usize) {
        if pieces > self.heard {
            self.heard = pieces;
            let end = self.pieces[pieces - 1].span.until as usize;
            self.heard_bytes = self.heard_bytes.max(end);
        }
    }

    fn hear_by_clock(&mut self, at: Ms) {
        while let Some((starts, ends)) = self.pieces.get(self.heard).and_then(|next| next.plays) {
            if ends + LINE_DELAY <= at {
                self.hear(self.heard + 1);
                continue;
            }
            let share = (at - LINE_DELAY - starts, ends - starts);
            let within = self
                .text
                .get(self.pieces[self.heard].span.range())
                .unwrap_or_default();
            let words = words_within(within, share);
            let end = self.pieces[self.heard].span.from as usize + words;
            self.heard_bytes = self.heard_bytes.max(end);
            return;
        }
    }
}

/// How many bytes of the text are words that were surely heard, when `part` of `whole` of its sound was.
fn words_within(text: &str, (part, whole): (Ms, Ms)) -> usize {
    let length = text.len() as u64;
    let reached = (length * part.0.min(whole.0))
        .checked_div(whole.0)
        .unwrap_or(0);
    text.match_indices(' ')
        .map(|(space, _)| space)
        .take_while(|space| *space as u64 <= reached)
        .last()
        .unwrap_or(0)
}

/// The shortest stretch that a comma may end; shorter ones sound chopped.
const SHORTEST_CLAUSE: usize = 24;

/// Cuts a text where a speaker would breathe: after sentences, and after the commas of long ones.
fn spans_of(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut from = 0;
    for (space, _) in text.match_indices(' ') {
        let until = space + 1;
        if until > from && ends_breath(&text[from..space]) {
            spans.push(Span::new(from, until));
            from = until;
        }
    }
    if from < text.len() {
        spans.push(Span::new(from, text.len()));
    }
    spans
}

fn ends_breath(stretch: &str) -> bool {
    match stretch.bytes().last() {
        Some(b'?' | b'!') => true,
        Some(b'.') => !ends_in_abbreviation(stretch),
        Some(b',' | b';' | b':') => stretch.len() >= SHORTEST_CLAUSE,
        _ => false,
    }
}

/// "Dr." and "p.m." end no sentence; neither does an initial.
fn ends_in_abbreviation(stretch: &str) -> bool {
    let word = stretch
        .rsplit(' ')
        .next()
        .unwrap_or_default()
        .trim_end_matches('.');
    word.contains('.') || word.len() <= 3 && word.starts_with(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Good morning, this is the Corner Barbers. What can I do for you?";

    fn mark(playback: &Playback, utterance: UtteranceId, span: u16) -> Mark {
        Mark {
            generation: playback.generation(),
            utterance,
            span,
        }
    }

    fn talking() -> (Playback, UtteranceId) {
        let mut playback = Playback::default();
        let (utterance, spans) = playback.say(Ms(0), TEXT, true);
        assert_eq!(spans.len(), 2);
        playback.sent(Ms(10), mark(&playback, utterance, 0), Ms(2_000));
        playback.sent(Ms(20), mark(&playback, utterance, 1), Ms(1_000));
        (playback, utterance)
    }

    #[test]
    fn the_last_mark_ends_an_utterance_and_all_of_it_was_heard() {
        let (mut playback, utterance) = talking();
        playback.mark(Ms(3_100), mark(&playback, utterance, 1));
        let spoken = playback.take_finished().unwrap();
        assert_eq!(spoken.into_heard(), TEXT);
        assert!(playback.is_idle());
    }

    #[test]
    fn marks_that_come_back_after_a_clear_are_not_heard() {
        let (mut playback, utterance) = talking();
        let echoes = [mark(&playback, utterance, 0), mark(&playback, utterance, 1)];
        playback.pause(Ms(300)).unwrap();
        for echo in echoes {
            playback.mark(Ms(310), echo);
        }
        assert_eq!(playback.take_finished(), None);
        assert_eq!(
            playback.resume(Ms(900)).collect::<Vec<_>>(),
            [(utterance, 0)]
        );
    }

    #[test]
    fn what_was_heard_of_a_span_is_cut_at_a_word() {
        let (mut playback, _) = talking();
        playback.pause(Ms(1_000)).unwrap();
        let heard = playback.take_dropped().unwrap().into_heard();
        assert_eq!(heard, "Good morning,");
        assert!(!playback.is_paused());
    }

    #[test]
    fn a_resumed_utterance_goes_on_from_the_last_boundary() {
        let (mut playback, utterance) = talking();
        playback.mark(Ms(2_050), mark(&playback, utterance, 0));
        playback.pause(Ms(2_300)).unwrap();
        assert_eq!(
            playback.resume(Ms(3_000)).collect::<Vec<_>>(),
            [(utterance, 1)]
        );
        playback.sent(Ms(3_010), mark(&playback, utterance, 1), Ms(1_000));
        playback.mark(Ms(4_100), mark(&playback, utterance, 1));
        assert_eq!(playback.take_finished().unwrap().into_heard(), TEXT);
    }

    #[test]
    fn a_mark_of_sound_that_was_never_sent_says_nothing() {
        let mut playback = Playback::default();
        let (utterance, _) = playback.say(Ms(0), TEXT, true);
        playback.mark(Ms(10), mark(&playback, utterance, 1));
        assert_eq!(playback.take_finished(), None);
    }

    #[test]
    fn a_line_that_never_sends_marks_is_overtaken_by_the_clock() {
        let (mut playback, _) = talking();
        let overdue = playback.overdue_at().unwrap();
        assert_eq!(overdue, Ms(3_010) + MARK_PATIENCE);
        playback.believe_the_clock(overdue);
        assert_eq!(playback.take_finished().unwrap().into_heard(), TEXT);
    }

    #[test]
    fn titles_and_times_of_day_end_no_sentence() {
        let text = "Is half past 2 p.m. with Dr. Ada all right? I can wait.";
        let parts: Vec<_> = spans_of(text)
            .iter()
            .map(|span| &text[span.range()])
            .collect();
        assert_eq!(
            parts,
            [
                "Is half past 2 p.m. with Dr. Ada all right? ",
                "I can wait."
            ]
        );
    }

    #[test]
    fn a_mark_is_written_as_its_name_and_read_back() {
        let mark = Mark {
            generation: Generation(3),
            utterance: UtteranceId(12),
            span: 0,
        };
        assert_eq!(serde_json::to_string(&mark).unwrap(), r#""3.12.0""#);
        assert_eq!("3.12.0".parse(), Ok(mark));
        for wrong in ["", "3.12", "3.12.0.1", "a.b.c", "3.12.70000"] {
            assert!(wrong.parse::<Mark>().is_err(), "{wrong}");
        }
    }
}
