//! What was said, turn by turn, with how long each step to our answer took.
//!
//! It only listens: events and actions pass by, turns come out.

use serde_json::{Map, Value, json};

use crate::{
    call::{action::Action, event::Event, timer::Ms},
    domain::{Speaker, Turn},
};

/// The transcript of a call as it grows.
#[derive(Debug)]
pub(super) struct Transcript {
    next: u32,
    /// When the caller was last heard.
    heard: Option<Ms>,
    /// The caller's turn that is being answered.
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    turn: Turn,
    taken: Ms,
    said: Option<Ms>,
}

impl Transcript {
    pub(super) fn from_turn(next: u32) -> Self {
        Self {
            next,
            heard: None,
            open: None,
        }
    }

    /// The turn that this event completes.
    pub(super) fn event(&mut self, at: Ms, event: &Event) -> Option<Turn> {
        match event {
            Event::SpeechEnded | Event::Heard { .. } | Event::Digit { .. } => {
                self.heard = Some(at);
                None
            }
            Event::Sent { .. } => {
                let said = self.open.as_ref()?.said?;
                self.close("sound", at - said)
            }
            _ => None,
        }
    }

    /// The turns that this action completes.
    pub(super) fn action(&mut self, at: Ms, action: &Action) -> Vec<Turn> {
        match action {
            Action::Transcript { who, text } => self.line(at, *who, text),
            Action::Say { .. } => {
                if let Some(open) = self.open.as_mut().filter(|open| open.said.is_none()) {
                    open.said = Some(at);
                    set(&mut open.turn, "answer", at - open.taken);
                }
                Vec::new()
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
            _ => Vec::new(),
        }
    }

    fn line(&mut self, at: Ms, who: Speaker, text: &str) -> Vec<Turn> {
        let before = self.open.take().map(|open| open.turn);
        let mut turn = self.new_turn(at, who, text);
        if who == Speaker::Agent {
            return before.into_iter().chain([turn]).collect();
        }
        if let Some(heard) = self.heard.take() {
            set(&mut turn, "pause", at - heard);
        }
        self.open = Some(Open {
            turn,
            taken: at,
            said: None,
        });
        before.into_iter().collect()
    }

    fn close(&mut self, step: &str, took: Ms) -> Option<Turn> {
        let mut turn = self.open.take()?.turn;
        set(&mut turn, step, took);
        Some(turn)
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

fn set(turn: &mut Turn, step: &str, took: Ms) {
    if let Value::Object(timings) = &mut turn.timings {
        timings.insert(step.to_owned(), json!(took.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::playback::{Generation, Mark, UtteranceId};

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

    fn sent() -> Event {
        Event::Sent {
            mark: Mark {
                generation: Generation(0),
                utterance: UtteranceId(1),
                span: 0,
            },
            length: Ms(600),
        }
    }

    #[test]
    fn a_callers_turn_says_how_long_each_step_to_the_answer_took() {
        let mut transcript = Transcript::from_turn(1);
        assert_eq!(transcript.event(Ms(1_000), &Event::SpeechEnded), None);
        assert!(
            transcript
                .action(Ms(1_900), &says(Speaker::Caller, "a haircut"))
                .is_empty()
        );
        assert!(transcript.action(Ms(2_150), &say()).is_empty());
        let turn = transcript.event(Ms(2_170), &sent()).unwrap();
        assert_eq!((turn.number, turn.speaker), (1, Speaker::Caller));
        assert_eq!(
            turn.timings,
            json!({ "pause": 900, "answer": 250, "sound": 20 })
        );
        let turns = transcript.action(Ms(3_000), &says(Speaker::Agent, "Which day?"));
        assert_eq!(turns[0].number, 2);
    }

    #[test]
    fn the_end_of_a_call_leaves_no_turn_behind() {
        let mut transcript = Transcript::from_turn(7);
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
