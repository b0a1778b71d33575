//! What was said, turn by turn, with how long each step to our answer took.
//!
//! It only listens: events and actions pass by, turns come out.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::{
    call::{
        action::Action,
        event::Event,
        playback::{Mark, UtteranceId},
        timer::Ms,
    },
    domain::{Speaker, Turn},
    telemetry::metrics::Metrics,
};

/// From the caller's last sound until their words were taken for a turn.
const PAUSE: &str = "pause";
/// How long the desk and the calendar were asked before the answer.
const WORK: &str = "work";
/// From the caller's turn to the answer's words.
const ANSWER: &str = "answer";
/// From there to its first sound.
const SOUND: &str = "sound";
/// From there until the line says that its first part was heard.
const HEARD: &str = "heard";

/// The transcript of a call as it grows.
#[derive(Debug)]
pub(super) struct Transcript {
    next: u32,
    metrics: Metrics,
    /// When the caller was last heard.
    heard: Option<Ms>,
    /// The caller's turn that is being answered.
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    turn: Turn,
    taken: Ms,
    /// The first question, and the last answer to one.
    asked: Option<Ms>,
    told: Option<Ms>,
    said: Option<(UtteranceId, Ms)>,
    sounded: Option<Ms>,
}

impl Open {
    fn is_answer(&self, mark: Mark) -> bool {
        self.said.is_some_and(|(said, _)| said == mark.utterance)
    }
}

impl Transcript {
    pub(super) fn new(next: u32, metrics: Metrics) -> Self {
        Self {
            next,
            metrics,
            heard: None,
            open: None,
        }
    }

    /// The line says when the first sound of the last words went out.
    pub(super) fn sounded(&mut self, at: Ms) {
        let Self { metrics, open, .. } = self;
        if let Some(open) = open
            && let Some((_, said)) = open.said.filter(|(_, said)| *said <= at)
            && open.sounded.is_none()
        {
            open.sounded = Some(at);
            note(metrics, &mut open.turn, SOUND, at - said);
        }
    }

    fn is_answer(&self, mark: Mark) -> bool {
        let open = self.open.as_ref();
        open.is_some_and(|open| open.is_answer(mark))
    }

    /// The turn that this event completes.
    pub(super) fn event(&mut self, at: Ms, event: &Event) -> Option<Turn> {
        match event {
            Event::SpeechEnded | Event::Heard { .. } | Event::Digit { .. } => {
                self.heard = Some(at);
            }
            Event::Sent { mark, .. } if self.is_answer(*mark) => self.sounded(at),
            Event::Mark { mark } => {
                let mut open = self.open.take_if(|open| open.is_answer(*mark))?;
                if let Some(first) = open.sounded {
                    note(&self.metrics, &mut open.turn, HEARD, at - first);
                }
                return Some(open.turn);
            }
            event if event.answers().is_some() => {
                if let Some(open) = &mut self.open {
                    open.told = Some(at);
                }
            }
            _ => {}
        }
        None
    }

    /// The turns that this action completes.
    pub(super) fn action(&mut self, at: Ms, action: &Action) -> Vec<Turn> {
        match action {
            Action::Transcript { who, text } => self.line(at, *who, text),
            Action::Say { utterance, .. } => {
                self.answer(at, *utterance);
                Vec::new()
            }
            // The marks that come back now say nothing of what was heard.
            Action::StopPlayback { .. } => {
                let said = self.open.take_if(|open| open.said.is_some());
                said.map(|open| open.turn).into_iter().collect()
            }
            Action::Finish { heard, .. } => {
                let last = heard.as_deref();
                let last = last.map(|text| self.new_turn(at, Speaker::Agent, text));
                self.open
                    .take()
                    .map(|open| open.turn)
                    .into_iter()
                    .chain(last)
                    .collect()
            }
            action if action.work().is_some() => {
                if let Some(open) = &mut self.open {
                    open.asked.get_or_insert(at);
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn answer(&mut self, at: Ms, utterance: UtteranceId) {
        let Self { metrics, open, .. } = self;
        let Some(open) = open.as_mut().filter(|open| open.said.is_none()) else {
            return;
        };
        open.said = Some((utterance, at));
        if let (Some(asked), Some(told)) = (open.asked, open.told) {
            note(metrics, &mut open.turn, WORK, told - asked);
        }
        note(metrics, &mut open.turn, ANSWER, at - open.taken);
    }

    fn line(&mut self, at: Ms, who: Speaker, text: &str) -> Vec<Turn> {
        let before = self.open.take().map(|open| open.turn);
        let mut turn = self.new_turn(at, who, text);
        if who == Speaker::Agent {
            return before.into_iter().chain([turn]).collect();
        }
        if let Some(heard) = self.heard.take() {
            note(&self.metrics, &mut turn, PAUSE, at - heard);
        }
        self.open = Some(Open {
            turn,
            taken: at,
            asked: None,
            told: None,
            said: None,
            sounded: None,
        });
        before.into_iter().collect()
    }

    fn new_turn(&mut self, at: Ms, speaker: Speaker, text: &str) -> Turn {
        let number = self.next;
        self.next += 1;
        Turn {
            number,
            speaker,
            text: text.to_owned(),
            at_ms: at.0,
            timings: Value::Object(Map::new()),
        }
    }
}

fn note(metrics: &Metrics, turn: &mut Turn, step: &'static str, took: Ms) {
    metrics.turn(step, Duration::from_millis(took.0));
    if let Value::Object(timings) = &mut turn.timings {
        timings.insert(step.to_owned(), json!(took.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{
        event::WorkId,
        playback::{Generation, UtteranceId},
    };

    fn says(who: Speaker, text: &str) -> Action {
        Action::Transcript {
            who,
            text: text.to_owned(),
        }
    }

    fn say() -> Action {
        Action::Say {
            utterance: UtteranceId(1),
            generation: Generation(0),
            text: "Which day?".to_owned(),
            spans: Vec::new(),
        }
    }

    fn mark() -> Mark {
        Mark {
            generation: Generation(0),
            utterance: UtteranceId(1),
            span: 0,
        }
    }

    fn looks_up(id: WorkId) -> Action {
        Action::FindBookings {
            id,
            phone: "+442079460001".parse().unwrap(),
        }
    }

    #[test]
    fn a_callers_turn_says_how_long_each_step_to_the_answer_took() {
        let metrics = Metrics::default();
        let mut transcript = Transcript::new(1, metrics.clone());
        assert_eq!(transcript.event(Ms(1_000), &Event::SpeechEnded), None);
        let caller = says(Speaker::Caller, "a haircut");
        assert!(transcript.action(Ms(1_900), &caller).is_empty());
        let id = WorkId(1);
        assert!(transcript.action(Ms(1_900), &looks_up(id)).is_empty());
        assert_eq!(transcript.event(Ms(2_130), &Event::Failed { id }), None);
        assert!(transcript.action(Ms(2_150), &say()).is_empty());
        transcript.sounded(Ms(1_000));
        transcript.sounded(Ms(2_170));
        let length = Ms(600);
        let mark = mark();
        assert_eq!(
            transcript.event(Ms(2_180), &Event::Sent { mark, length }),
            None
        );
        let turn = transcript.event(Ms(2_790), &Event::Mark { mark }).unwrap();
        assert_eq!((turn.number, turn.speaker), (1, Speaker::Caller));
        assert_eq!(
            turn.timings,
            json!({ "pause": 900, "work": 230, "answer": 250, "sound": 20, "heard": 620 })
        );
        let turns = transcript.action(Ms(3_000), &says(Speaker::Agent, "Which day?"));
        assert_eq!(turns[0].number, 2);
        let page = metrics.render();
        let once = "ringbook_turn_seconds_count{step=\"heard\"} 1";
        assert!(page.contains(once), "{page}");
        assert!(
            !page.contains("haircut") && !page.contains("0001"),
            "{page}"
        );
    }

    #[test]
    fn an_answer_that_was_cut_short_is_not_taken_for_heard() {
        let mut transcript = Transcript::new(1, Metrics::default());
        transcript.action(Ms(10), &says(Speaker::Caller, "a haircut"));
        transcript.action(Ms(20), &say());
        transcript.sounded(Ms(30));
        let stop = Action::StopPlayback {
            generation: Generation(0),
        };
        let turns = transcript.action(Ms(40), &stop);
        assert_eq!(turns[0].timings, json!({ "answer": 10, "sound": 10 }));
        assert_eq!(
            transcript.event(Ms(50), &Event::Mark { mark: mark() }),
            None
        );
    }

    #[test]
    fn the_end_of_a_call_leaves_no_turn_behind() {
        let mut transcript = Transcript::new(7, Metrics::default());
        transcript.action(Ms(10), &says(Speaker::Caller, "hello"));
        let finish = Action::Finish {
            outcome: crate::call::action::Outcome::GaveUp,
            heard: Some("Good".to_owned()),
        };
        let turns = transcript.action(Ms(20), &finish);
        let told: Vec<_> = turns
            .iter()
            .map(|turn| (turn.number, turn.text.as_str()))
            .collect();
        assert_eq!(told, [(7, "hello"), (8, "Good")]);
    }
}
