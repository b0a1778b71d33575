//! Whatever happens, in whatever order: what must always hold, and what must never be done.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use uuid::Uuid;

use super::super::{
    action::{Action, Who},
    event::{Availability, Busy, Deed, Done, Event, ProposalId, Refused, Resumed, WorkId},
    machine::Call,
    playback::{Generation, Mark, Span, UtteranceId},
    script::*,
    timer::{Ms, Timer},
};
use crate::domain::BookingId;

const WORDS: &[&str] = &[
    "yes",
    "yes please",
    "yes, but Thursday",
    "no",
    "no, at three o'clock",
    "mm-hm",
    "um",
    "",
    "[noise]",
    "I'd like a haircut on Tuesday at two",
    "this is Nora",
    "a beard trim with Leo",
    "Tuesday",
    "half past two",
    "what do you have on Friday afternoon?",
    "a haircut on Sunday",
    "the second one",
    "something earlier",
    "anyone is fine",
    "for my son Tim",
    "the number I'm calling from",
    "212 555 0177",
    "212 555",
    "S I O B H A N",
    "how much is it?",
    "when are you open?",
    "cancel my appointment",
    "Nora Hill",
    "move my appointment to Friday at four",
    "when is my appointment?",
    "can I talk to a person?",
    "I'd like to leave a message",
    "hold on a second",
    "could you repeat that?",
    "never mind",
    "start over",
    "that's all, goodbye",
    "thanks",
    "please leave a message after the tone",
    "hola, quisiera una cita",
    "purple monkey dishwasher",
];

/// Something that happens. What it refers to is found when it happens.
#[derive(Debug, Clone)]
enum Happens {
    SpeechStarted,
    SpeechEnded,
    Interim(usize),
    Heard(usize),
    /// A whole turn, with the pause after it.
    Says(usize),
    Digit(char),
    /// The line takes and plays the next sound.
    Plays,
    Mark {
        generation: u32,
        utterance: u32,
        span: u16,
    },
    Sent {
        generation: u32,
        utterance: u32,
        span: u16,
        length: u64,
    },
    /// What is due, fires.
    Due,
    Timer(usize),
    /// The world answers what was asked last, in one of its ways.
    Answers(u8),
    /// It answers something else.
    AnswersStale(u32, u8),
    HungUp,
    Resumed {
        holds: bool,
        done: u32,
        reconnects: u8,
    },
    StartsAgain,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        4 => Just(Happens::SpeechStarted),
        4 => Just(Happens::SpeechEnded),
        3 => (0..WORDS.len()).prop_map(Happens::Interim),
        6 => (0..WORDS.len()).prop_map(Happens::Heard),
        16 => (0..WORDS.len()).prop_map(Happens::Says),
        2 => prop::sample::select(vec!['0', '1', '2', '5', '7', '#', '*', 'x']).prop_map(Happens::Digit),
        16 => Just(Happens::Plays),
        2 => (0..6_u32, 0..9_u32, 0..4_u16)
            .prop_map(|(generation, utterance, span)| Happens::Mark { generation, utterance, span }),
        2 => (0..6_u32, 0..9_u32, 0..4_u16, 0..9_000_u64).prop_map(
            |(generation, utterance, span, length)| Happens::Sent { generation, utterance, span, length }
        ),
        16 => Just(Happens::Due),
        2 => (0..Timer::ALL.len()).prop_map(Happens::Timer),
        16 => (0..8_u8).prop_map(Happens::Answers),
        1 => (0..6_u32, 0..8_u8).prop_map(|(id, way)| Happens::AnswersStale(id, way)),
        1 => Just(Happens::HungUp),
        1 => (any::<bool>(), 0..4_u32, 0..5_u8)
            .prop_map(|(holds, done, reconnects)| Happens::Resumed { holds, done, reconnects }),
        1 => Just(Happens::StartsAgain),
    ]
}

/// A call, the world around it, and everything that must hold.
struct Watch {
    call: Call,
    now: Ms,
    journal: Vec<(Ms, Event)>,
    actions: Vec<Action>,
    asked: Option<Action>,
    made: u128,
    /// What was said, and how far its sound was sent.
    said: BTreeMap<UtteranceId, (String, Vec<Span>, usize)>,
    generation: Generation,
    to_play: Vec<Mark>,
    last_noted: UtteranceId,
    last_proposal: u32,
    last_work: u32,
    hung_up: bool,
    /// We have hung up, and the line has not closed yet.
    hanging_up: bool,
    finished: bool,
    /// Times that are kept for the call and not given back.
    kept: BTreeSet<BookingId>,
}

impl Watch {
    fn new() -> Self {
        let mut watch = Self {
            call: Call::new(lines()),
            now: Ms(0),
            journal: Vec::new(),
            actions: Vec::new(),
            asked: None,
            made: 0,
            said: BTreeMap::new(),
            generation: Generation(0),
            to_play: Vec::new(),
            last_noted: UtteranceId(0),
            last_proposal: 0,
            last_work: 0,
            hung_up: false,
            hanging_up: false,
            finished: false,
            kept: BTreeSet::new(),
        };
        watch.event(Event::Started(Box::new(started())));
        watch
    }

    fn happens(&mut self, what: &Happens) {
        match what {
            Happens::SpeechStarted => self.event(Event::SpeechStarted),
            Happens::SpeechEnded => self.event(Event::SpeechEnded),
            Happens::Interim(index) => self.event(Event::Interim {
                text: WORDS[*index].into(),
            }),
            Happens::Heard(index) => self.event(Event::Heard {
                text: WORDS[*index].into(),
            }),
            Happens::Says(index) => {
                self.event(Event::SpeechStarted);
                self.event(Event::Heard {
                    text: WORDS[*index].into(),
                });
                self.event(Event::SpeechEnded);
                self.now = self.now + Ms(2_500);
                self.event(Event::Timer {
                    timer: Timer::EndOfTurn,
                });
            }
            Happens::Digit(digit) => self.event(Event::Digit { digit: *digit }),
            Happens::Plays if self.to_play.is_empty() => {}
            Happens::Plays => {
                let mark = self.to_play.remove(0);
                self.event(Event::Sent {
                    mark,
                    length: Ms(1_000),
                });
                self.now = self.now + Ms(1_000);
                self.event(Event::Mark { mark });
            }
            Happens::Mark {
                generation,
                utterance,
                span,
            } => {
                self.event(Event::Mark {
                    mark: mark(*generation, *utterance, *span),
                });
            }
            Happens::Sent {
                generation,
                utterance,
                span,
                length,
            } => {
                let mark = mark(*generation, *utterance, *span);
                self.event(Event::Sent {
                    mark,
                    length: Ms(*length),
                });
            }
            Happens::Due => {
                if let Some((due, timer)) = self.call.deadline() {
                    self.now = self.now.max(due);
                    self.event(Event::Timer { timer });
                }
            }
            Happens::Timer(index) => self.event(Event::Timer {
                timer: Timer::ALL[*index],
            }),
            Happens::Answers(way) => {
                if let Some(asked) = self.asked.take() {
                    self.answer(&asked, *way);
                }
            }
            Happens::AnswersStale(id, way) => {
                let id = WorkId(*id);
                let asked = match way % 4 {
                    0 => Action::FindBookings {
                        id,
                        phone: started().caller.unwrap(),
                    },
                    1 => Action::Cancel {
                        id,
                        proposal: ProposalId(1),
                        booking: booking(9),
                    },
                    _ => {
                        let slot = free(&["06-02 14:00"])[0];
                        Action::Hold {
                            id,
                            service: HAIRCUT,
                            slot,
                        }
                    }
                };
                self.answer(&asked, *way);
            }
            Happens::HungUp => {
                self.hung_up = true;
                self.event(Event::HungUp);
            }
            Happens::Resumed {
                holds,
                done,
                reconnects,
            } => {
                self.event(resumed(*holds, *done, *reconnects));
            }
            Happens::StartsAgain => self.event(Event::Started(Box::new(started()))),
        }
    }

    fn answer(&mut self, asked: &Action, way: u8) {
        self.made += 1;
        let alternatives = free(&["06-02 15:00", "06-03 10:00"]);
        let Some(id) = asked.work() else { return };
        let event = match (asked, way) {
            (_, 0) => Event::Failed { id },
            (Action::CheckAvailability { .. }, 1) => Event::Availability {
                id,
                answer: Availability::Busy {
                    why: Busy::Taken,
                    alternatives,
                },
            },
            (Action::CheckAvailability { .. }, 2) => Event::Availability {
                id,
                answer: Availability::Unknown { staff: Some(ADA) },
            },
            (Action::CheckAvailability { .. }, _) => Event::Availability {
                id,
                answer: Availability::Free { staff: ADA },
            },
            (Action::FindSlots { .. }, 1) => Event::SlotsFound {
                id,
                slots: Vec::new(),
            },
            (Action::FindSlots { .. }, _) => Event::SlotsFound {
                id,
                slots: alternatives,
            },
            (Action::Hold { .. }, 1) => Event::HoldRefused { id, alternatives },
            (Action::Hold { .. }, _) => Event::Held {
                id,
                hold: booking(self.made),
            },
            (Action::Book { .. }, 1) => Event::BookRefused {
                id,
                why: Refused::SlotTaken,
                alternatives,
            },
            (Action::Book { .. }, 2) => Event::BookRefused {
                id,
                why: Refused::Rules,
                alternatives,
            },
            (Action::Book { .. }, _) => Event::Booked {
                id,
                booking: booking(self.made),
                tentative: way == 3,
            },
            (Action::FindBookings { .. }, 1) => Event::FoundBookings {
                id,
                bookings: Vec::new(),
            },
            (Action::FindBookings { .. }, way) => {
                let mut bookings = vec![on_file(50, HAIRCUT, "06-04 10:00", "Nora Hill")];
                if way > 4 {
                    bookings.push(on_file(51, BEARD, "06-09 16:00", "Nora Hill"));
                }
                Event::FoundBookings { id, bookings }
            }
            (Action::Cancel { .. }, 1) => Event::CancelRefused {
                id,
                why: Refused::Rules,
            },
            (Action::Cancel { .. }, _) => Event::Cancelled { id },
            (Action::Reschedule { .. }, 1) => Event::RescheduleRefused {
                id,
                why: Refused::SlotTaken,
                alternatives,
            },
            (Action::Reschedule { .. }, _) => Event::Rescheduled {
                id,
                tentative: way == 3,
            },
            (Action::TakeMessage { .. }, _) => Event::MessageTaken { id },
            _ => return,
        };
        self.event(event);
    }

    fn event(&mut self, event: Event) {
        let mut out = Vec::new();
        self.journal.push((self.now, event.clone()));
        if let Event::Sent { mark, .. } = &event
            && mark.generation == self.generation
            && let Some((_, spans, sent)) = self.said.get_mut(&mark.utterance)
            && usize::from(mark.span) < spans.len()
            && usize::from(mark.span) <= *sent
        {
            *sent = (*sent).max(usize::from(mark.span) + 1);
        }
        match &event {
            Event::Held { hold, .. } => {
                self.kept.insert(*hold);
            }
            // Only what the database says is kept.
            Event::Resumed(resumed) if !self.finished && !self.hung_up => {
                self.kept = resumed.holds.iter().map(|hold| hold.hold).collect();
                self.hanging_up = false;
            }
            _ => {}
        }
        self.call.handle(self.now, event, &mut out);
        let agreed = out.iter().any(|action| {
            matches!(action, Action::Transcript { who: Who::Caller, text }
                if text.contains("yes") || text.contains("mm-hm"))
        });
        for action in out {
            self.check(&action, agreed);
            self.actions.push(action);
        }
        if self.finished {
            assert!(self.kept.is_empty(), "a time is kept for nobody");
        }
        assert_eq!(
            self.finished,
            self.call.deadline().is_none(),
            "a deadline until the end"
        );
    }

    fn check(&mut self, action: &Action, agreed: bool) {
        let is_release = matches!(action, Action::ReleaseHold { .. });
        assert!(!self.finished || is_release, "after the end: {action:?}");
        let is_end = matches!(action, Action::Finish { .. });
        assert!(
            !self.hung_up || is_release || is_end,
            "after the hang-up: {action:?}"
        );
        let goes_on =
            matches!(action, Action::Say { .. } | Action::Resume { .. }) || action.work().is_some();
        assert!(!self.hanging_up || !goes_on, "after hanging up: {action:?}");
        if let Some(WorkId(id)) = action.work() {
            assert!(id > self.last_work, "work ids are used once");
            self.last_work = id;
            self.asked = Some(action.clone());
        }
        match action {
            // Given back; or it is the booking now, or nobody knows.
            Action::ReleaseHold { hold }
            | Action::Book {
                hold: Some(hold), ..
            }
            | Action::Reschedule {
                hold: Some(hold), ..
            } => {
                self.kept.remove(hold);
            }
            _ => {}
        }
        match action {
            Action::Book { proposal, .. }
            | Action::Cancel { proposal, .. }
            | Action::Reschedule { proposal, .. } => {
                assert!(agreed, "nothing is done without a yes: {action:?}");
                self.use_proposal(*proposal);
            }
            Action::TakeMessage { proposal, .. } => self.use_proposal(*proposal),
            Action::Say {
                utterance,
                generation,
                text,
                spans,
            } => {
                assert_eq!(
                    spans.last().map(|span| span.until as usize),
                    Some(text.len())
                );
                self.said
                    .insert(*utterance, (text.clone(), spans.clone(), 0));
                self.generation = *generation;
                for span in 0..spans.len() {
                    self.to_play.push(mark(
                        generation.0,
                        utterance.0,
                        u16::try_from(span).unwrap(),
                    ));
                }
            }
            Action::Resume {
                utterance,
                generation,
                from,
            } => {
                self.generation = *generation;
                let spans = self.said[utterance].1.len();
                assert!(usize::from(*from) < spans, "there is something left to say");
                for span in usize::from(*from)..spans {
                    self.to_play.push(mark(
                        generation.0,
                        utterance.0,
                        u16::try_from(span).unwrap(),
                    ));
                }
            }
            Action::StopPlayback { .. } => self.to_play.clear(),
            Action::Transcript {
                who: Who::Agent,
                text,
            } => self.note(text),
            Action::HangUp => self.hanging_up = true,
            Action::Finish { .. } => self.finished = true,
            _ => {}
        }
    }

    fn use_proposal(&mut self, proposal: ProposalId) {
        assert!(proposal.0 > self.last_proposal, "one agreement, one deed");
        self.last_proposal = proposal.0;
    }

    /// What was heard is the beginning of what was said, in that order, and no more than was sent.
    fn note(&mut self, heard: &str) {
        let reached = |spans: &[Span], sent: usize| {
            sent.checked_sub(1)
                .map_or(0, |last| spans[last].until as usize)
        };
        let (utterance, _) = self
            .said
            .range(UtteranceId(self.last_noted.0 + 1)..)
            .find(|(_, (text, spans, sent))| {
                text.starts_with(heard) && heard.len() <= reached(spans, *sent)
            })
            .expect("heard, and never said, or never sent");
        self.last_noted = *utterance;
    }
}

fn mark(generation: u32, utterance: u32, span: u16) -> Mark {
    Mark {
        generation: Generation(generation),
        utterance: UtteranceId(utterance),
        span,
    }
}

fn booking(number: u128) -> BookingId {
    BookingId(Uuid::from_u128(2_000 + number))
}

fn resumed(holds: bool, done: u32, reconnects: u8) -> Event {
    let slot = free(&["06-02 14:00"])[0];
    let hold = super::super::event::Hold {
        hold: booking(1),
        service: HAIRCUT,
        slot,
    };
    let done = (1..=done).map(|proposal| Done {
        proposal: ProposalId(proposal),
        deed: Deed::Booked {
            booking: booking(proposal.into()),
            service: HAIRCUT,
            slot,
            tentative: false,
        },
    });
    Event::Resumed(Box::new(Resumed {
        business: started().business,
        reconnects,
        holds: if holds { vec![hold] } else { Vec::new() },
        done: done.collect(),
        draft: None,
    }))
}

fn play_back(journal: &[(Ms, Event)]) -> (Call, Vec<Action>) {
    let mut call = Call::new(lines());
    let mut actions = Vec::new();
    for (at, event) in journal {
        call.handle(*at, event.clone(), &mut actions);
    }
    (call, actions)
}

proptest! {
    #[test]
    fn no_order_of_events_breaks_a_promise(
        story in prop::collection::vec((0..900_u64, happens()), 1..60),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut watch = Watch::new();
        for (time, what) in &story {
            watch.now = watch.now + Ms(*time);
            watch.happens(what);
        }

        let (_, again) = play_back(&watch.journal);
        prop_assert_eq!(&again, &watch.actions, "the same journal gives the same actions");

        // A machine dies anywhere; another is rebuilt from the journal, and does nothing twice.
        let upto = cut.index(watch.journal.len()) + 1;
        let (call, before) = play_back(&watch.journal[..upto]);
        let ended = before.iter().any(|action| matches!(action, Action::Finish { .. }));
        let mut rebuilt = Watch { call, finished: ended, ..Watch::new() };
        rebuilt.now = watch.journal[upto - 1].0;
        rebuilt.hung_up = ended;
        rebuilt.said.clear();
        for action in &before {
            match action {
                Action::Book { proposal, .. }
                | Action::Cancel { proposal, .. }
                | Action::Reschedule { proposal, .. }
                | Action::TakeMessage { proposal, .. } => rebuilt.last_proposal = proposal.0,
                Action::Say { utterance, text, spans, .. } => {
                    rebuilt.said.insert(*utterance, (text.clone(), spans.clone(), spans.len()));
                }
                _ => {}
            }
            rebuilt.last_work = action.work().map_or(rebuilt.last_work, |id| id.0);
        }
        let hung_up = watch.journal[..upto].iter().any(|(_, event)| matches!(event, Event::HungUp));
        if !hung_up && !ended {
            rebuilt.event(resumed(false, 0, 1));
            for what in [Happens::Plays, Happens::Plays, Happens::Says(0), Happens::Answers(4), Happens::Due] {
                rebuilt.happens(&what);
            }
        }
    }
}
