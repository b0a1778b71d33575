//! A telephone line that is only a clock. It takes sound at once and plays it at its own pace, sends a mark back when the
//! sound before it was played, and after a `clear` sends back every mark it still holds.
//!
//! PURE. It knows lengths of time and no sound; whoever drives it says what time it is.

use std::collections::BTreeMap;

use crate::call::{
    action::Action,
    event::Event,
    playback::{Generation, Mark, Span, UtteranceId},
    timer::Ms,
};

/// How fast people talk: the length of one letter.
pub(super) const LETTER: Ms = Ms(60);
/// From asking for a sound until the line has it.
const SOUND_IS_MADE: Ms = Ms(20);
/// From the end of a sound until its mark is back.
const MARK_COMES_BACK: Ms = Ms(60);
const CLEARED_MARK_COMES_BACK: Ms = Ms(30);
const CLOSES: Ms = Ms(200);

#[derive(Debug, Clone)]
pub struct Line {
    letter: Ms,
    texts: BTreeMap<UtteranceId, Vec<Span>>,
    coming: Vec<(Ms, Event)>,
    /// When all that was sent has been played.
    free: Ms,
}

impl Default for Line {
    fn default() -> Self {
        Self::with_letter(LETTER)
    }
}

impl Line {
    /// A line on which a letter takes so long.
    pub fn with_letter(letter: Ms) -> Self {
        Self {
            letter,
            texts: BTreeMap::new(),
            coming: Vec::new(),
            free: Ms::ZERO,
        }
    }

    /// Takes what concerns a line, and ignores the rest.
    pub fn take(&mut self, at: Ms, action: &Action) {
        match action {
            Action::Say {
                utterance,
                generation,
                spans,
                ..
            } => {
                self.texts.insert(*utterance, spans.clone());
                self.play(at, *utterance, *generation, 0);
            }
            Action::Resume {
                utterance,
                generation,
                from,
            } => self.play(at, *utterance, *generation, *from),
            Action::StopPlayback { generation } => self.clear(at, *generation),
            Action::HangUp => self.coming.push((at + CLOSES, Event::HungUp)),
            _ => {}
        }
    }

    /// When it next has something to say.
    pub fn deadline(&self) -> Option<Ms> {
        self.coming.iter().map(|(due, _)| *due).min()
    }

    /// The first thing that is due by now. Its actions are to be taken before the next is asked for.
    pub fn fire(&mut self, at: Ms) -> Option<Event> {
        let coming = self.coming.iter().enumerate();
        let (index, _) = coming
            .filter(|(_, (due, _))| *due <= at)
            .min_by_key(|(_, (due, _))| *due)?;
        Some(self.coming.remove(index).1)
    }

    /// Does the caller hear the agent?
    pub fn is_playing(&self, at: Ms) -> bool {
        at < self.free
    }

    fn play(&mut self, at: Ms, utterance: UtteranceId, generation: Generation, from: u16) {
        let spans = self.texts.get(&utterance).map_or(&[][..], Vec::as_slice);
        let sent = at + SOUND_IS_MADE;
        for (span, Span { from, until }) in (0_u16..).zip(spans).skip(from.into()) {
            let mark = Mark {
                generation,
                utterance,
                span,
            };
            let length = Ms(u64::from(until.saturating_sub(*from)) * self.letter.0);
            self.free = self.free.max(sent) + length;
            self.coming.push((sent, Event::Sent { mark, length }));
            self.coming
                .push((self.free + MARK_COMES_BACK, Event::Mark { mark }));
        }
    }

    /// Throws away the sound that it has, and that which is still being made.
    fn clear(&mut self, at: Ms, generation: Generation) {
        self.free = at;
        let unsent: Vec<Mark> = self
            .coming
            .iter()
            .filter_map(|(_, event)| match event {
                Event::Sent { mark, .. } if mark.generation <= generation => Some(*mark),
                _ => None,
            })
            .collect();
        self.coming.retain(|(_, event)| match event {
            Event::Sent { mark, .. } | Event::Mark { mark } => !unsent.contains(mark),
            _ => true,
        });
        for (due, event) in &mut self.coming {
            if matches!(event, Event::Mark { mark } if mark.generation <= generation) {
                *due = (*due).min(at + CLEARED_MARK_COMES_BACK);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(text: &str, generation: u32) -> Action {
        let middle = u32::try_from(text.len() / 2).unwrap();
        let until = u32::try_from(text.len()).unwrap();
        Action::Say {
            utterance: UtteranceId(1),
            generation: Generation(generation),
            text: text.to_owned(),
            spans: vec![
                Span {
                    from: 0,
                    until: middle,
                },
                Span {
                    from: middle,
                    until,
                },
            ],
        }
    }

    fn all(line: &mut Line) -> Vec<(Ms, Event)> {
        std::iter::from_fn(|| {
            let due = line.deadline()?;
            Some((due, line.fire(due)?))
        })
        .collect()
    }

    fn mark(span: u16) -> Mark {
        Mark {
            generation: Generation(0),
            utterance: UtteranceId(1),
            span,
        }
    }

    #[test]
    fn sound_is_taken_at_once_and_played_at_its_own_pace() {
        let mut line = Line::with_letter(Ms(100));
        line.take(Ms(0), &say("ten, eight", 0));
        assert!(line.is_playing(Ms(1_000)) && !line.is_playing(Ms(1_020)));
        let length = Ms(500);
        let expected = [
            (
                Ms(20),
                Event::Sent {
                    mark: mark(0),
                    length,
                },
            ),
            (
                Ms(20),
                Event::Sent {
                    mark: mark(1),
                    length,
                },
            ),
            (Ms(580), Event::Mark { mark: mark(0) }),
            (Ms(1_080), Event::Mark { mark: mark(1) }),
        ];
        assert_eq!(all(&mut line), expected);
    }

    #[test]
    fn after_a_clear_every_mark_comes_back_at_once() {
        let mut line = Line::with_letter(Ms(100));
        line.take(Ms(0), &say("ten, eight", 0));
        line.fire(Ms(20));
        line.fire(Ms(20));
        line.take(
            Ms(200),
            &Action::StopPlayback {
                generation: Generation(0),
            },
        );
        assert!(!line.is_playing(Ms(200)));
        let back: Vec<Ms> = all(&mut line).into_iter().map(|(due, _)| due).collect();
        assert_eq!(back, [Ms(230), Ms(230)]);
    }

    #[test]
    fn sound_that_never_reached_the_line_has_no_mark() {
        let mut line = Line::default();
        line.take(Ms(0), &say("ten, eight", 0));
        line.take(
            Ms(10),
            &Action::StopPlayback {
                generation: Generation(0),
            },
        );
        assert_eq!(line.deadline(), None);
    }
}
