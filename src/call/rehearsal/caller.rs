//! A caller who acts by a script: says this, coughs then, hangs up while the agent talks.
//!
//! PURE. What a caller does depends on what they hear of the agent, so that the script still fits when the agent's words
//! get longer or shorter.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Agent, line::LETTER};
use crate::call::{event::Event, timer::Ms};

/// One thing that the caller does, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    pub caller: Act,
    #[serde(default, skip_serializing_if = "When::is_usual")]
    pub when: When,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Says(String),
    Coughs,
    /// Sound without words, for so many milliseconds.
    MakesNoise(Ms),
    /// Keys of the telephone, one after the other.
    Presses(String),
    /// Lets the agent wait until it speaks up.
    StaysSilent,
    HangsUp,
}

/// In milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The agent has been waiting for an answer for so long.
    AgentListensFor(Ms),
    /// The agent began to talk so long ago, and may still be talking.
    AgentTalksFor(Ms),
    /// The caller did the thing before so long ago, whatever the agent does.
    SinceLast(Ms),
}

impl Default for When {
    fn default() -> Self {
        Self::AgentListensFor(Ms(400))
    }
}

impl When {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// How long a cough is.
const COUGH: Ms = Ms(350);
/// From one key to the next.
const KEY: Ms = Ms(250);
/// From the end of the words until the recogniser is sure of them.
const RECOGNISED: Ms = Ms(150);
/// How often the recogniser guesses while the caller talks.
const GUESS: Ms = Ms(1_200);

#[derive(Debug, Clone)]
pub struct Caller {
    turns: VecDeque<Turn>,
    /// What the act under way still brings.
    coming: VecDeque<(Ms, Event)>,
    /// When the next act begins, once that is known.
    begins: Option<Ms>,
    /// When the act before was over.
    last: Ms,
    hears: Agent,
}

impl Caller {
    pub fn new(turns: impl IntoIterator<Item = Turn>) -> Self {
        Self {
            turns: turns.into_iter().collect(),
            coming: VecDeque::new(),
            begins: None,
            last: Ms::ZERO,
            hears: Agent::Works,
        }
    }

    /// What the caller would still do.
    pub fn rest(&self) -> impl Iterator<Item = &Turn> {
        self.turns.iter()
    }

    /// To be told after every event, and before the caller is asked for more.
    pub fn hears(&mut self, at: Ms, agent: Agent) {
        let before = std::mem::replace(&mut self.hears, agent);
        if !self.coming.is_empty() {
            return;
        }
        let Some(turn) = self.turns.front() else {
            return;
        };
        let waits = turn.caller == Act::StaysSilent;
        if waits && before == Agent::Listens && agent != Agent::Listens {
            self.turns.pop_front();
            self.last = at;
            return self.plan(at, before);
        }
        if !waits {
            self.plan(at, before);
        }
    }

    fn plan(&mut self, at: Ms, before: Agent) {
        let Some(turn) = self
            .turns
            .front()
            .filter(|turn| turn.caller != Act::StaysSilent)
        else {
            return;
        };
        let agent = self.hears;
        self.begins = match turn.when {
            When::AgentListensFor(pause) if agent == Agent::Listens => {
                let running = self.begins.filter(|_| before == Agent::Listens);
                Some(running.unwrap_or(at + pause))
            }
            When::AgentListensFor(_) => None,
            When::AgentTalksFor(time) if agent == Agent::Talks => {
                Some(self.begins.unwrap_or(at + time))
            }
            When::AgentTalksFor(_) => self.begins,
            When::SinceLast(pause) => Some(self.last + pause),
        };
    }

    pub fn deadline(&self) -> Option<Ms> {
        self.coming.front().map(|(due, _)| *due).or(self.begins)
    }

    /// The first thing that is due by now. Its actions are to be taken before the next is asked for.
    pub fn fire(&mut self, at: Ms) -> Option<Event> {
        if self.coming.is_empty() && self.begins.is_some_and(|begins| begins <= at) {
            self.begins = None;
            let turn = self.turns.pop_front()?;
            self.coming = events(at, turn.caller);
        }
        let (due, event) = self.coming.pop_front_if(|(due, _)| *due <= at)?;
        if self.coming.is_empty() {
            self.last = due;
            // What comes next is planned from what is heard from here on.
            self.hears = Agent::Works;
        }
        Some(event)
    }
}

fn events(at: Ms, act: Act) -> VecDeque<(Ms, Event)> {
    match act {
        Act::Says(text) => speech(at, text),
        Act::Coughs => noise(at, COUGH),
        Act::MakesNoise(length) => noise(at, length),
        Act::Presses(keys) => {
            let times = std::iter::successors(Some(at), |at| Some(*at + KEY));
            let keys = keys.chars().map(|digit| Event::Digit { digit });
            times.zip(keys).collect()
        }
        Act::StaysSilent => VecDeque::new(),
        Act::HangsUp => VecDeque::from([(at, Event::HungUp)]),
    }
}

fn noise(at: Ms, length: Ms) -> VecDeque<(Ms, Event)> {
    VecDeque::from([
        (at, Event::SpeechStarted),
        (at + length, Event::SpeechEnded),
    ])
}

/// The words become known as a recogniser finds them: guesses on the way, and the whole a moment after the end.
fn speech(at: Ms, text: String) -> VecDeque<(Ms, Event)> {
    let said_by = |letters: usize| at + Ms(LETTER.0 * letters as u64);
    let ends = said_by(text.chars().count());
    let mut events = VecDeque::from([(at, Event::SpeechStarted)]);
    let mut guessed = at;
    for (letters, (byte, letter)) in text.char_indices().enumerate() {
        let now = said_by(letters);
        if letter == ' ' && now >= guessed + GUESS && now + GUESS < ends {
            let text = text[..byte].to_owned();
            events.push_back((now, Event::Interim { text }));
            guessed = now;
        }
    }
    events.push_back((ends, Event::SpeechEnded));
    events.push_back((ends + RECOGNISED, Event::Heard { text }));
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(turns: &[(Act, When)]) -> Caller {
        let turns = turns.iter().cloned();
        Caller::new(turns.map(|(caller, when)| Turn { caller, when }))
    }

    fn says(text: &str) -> Act {
        Act::Says(text.to_owned())
    }

    fn all(caller: &mut Caller) -> Vec<(Ms, Event)> {
        std::iter::from_fn(|| {
            let due = caller.deadline()?;
            Some((due, caller.fire(due)?))
        })
        .collect()
    }

    #[test]
    fn a_caller_waits_until_the_agent_listens() {
        let mut caller = caller(&[(says("yes"), When::default())]);
        caller.hears(Ms(0), Agent::Talks);
        assert_eq!(caller.deadline(), None);
        caller.hears(Ms(1_000), Agent::Listens);
        caller.hears(Ms(1_200), Agent::Listens);
        assert_eq!(caller.deadline(), Some(Ms(1_400)));
        let text = "yes".to_owned();
        let expected = [
            (Ms(1_400), Event::SpeechStarted),
            (Ms(1_580), Event::SpeechEnded),
            (Ms(1_730), Event::Heard { text }),
        ];
        assert_eq!(all(&mut caller), expected);
    }

    #[test]
    fn a_caller_who_was_about_to_speak_lets_the_agent_go_first() {
        let mut caller = caller(&[(says("yes"), When::AgentListensFor(Ms(5_000)))]);
        caller.hears(Ms(1_000), Agent::Listens);
        caller.hears(Ms(4_000), Agent::Talks);
        assert_eq!(caller.deadline(), None);
        caller.hears(Ms(5_000), Agent::Listens);
        assert_eq!(caller.deadline(), Some(Ms(10_000)));
    }

    #[test]
    fn a_caller_can_talk_over_the_agent_and_into_the_silence_after_it() {
        let mut caller = caller(&[(Act::Coughs, When::AgentTalksFor(Ms(700)))]);
        caller.hears(Ms(0), Agent::Works);
        assert_eq!(caller.deadline(), None);
        caller.hears(Ms(100), Agent::Talks);
        caller.hears(Ms(600), Agent::Listens);
        assert_eq!(caller.deadline(), Some(Ms(800)));
    }

    #[test]
    fn a_silent_caller_waits_for_the_agent_to_speak_up() {
        let mut caller = caller(&[
            (Act::StaysSilent, When::default()),
            (says("yes"), When::default()),
        ]);
        caller.hears(Ms(0), Agent::Listens);
        assert_eq!(caller.deadline(), None);
        caller.hears(Ms(7_000), Agent::Talks);
        assert_eq!(caller.deadline(), None);
        caller.hears(Ms(9_000), Agent::Listens);
        assert_eq!(caller.deadline(), Some(Ms(9_400)));
    }

    #[test]
    fn a_caller_can_go_on_whatever_the_agent_does() {
        let mut caller = caller(&[
            (Act::Presses("21".to_owned()), When::default()),
            (Act::HangsUp, When::SinceLast(Ms(100))),
        ]);
        caller.hears(Ms(0), Agent::Listens);
        assert_eq!(all(&mut caller).len(), 2);
        caller.hears(Ms(650), Agent::Works);
        assert_eq!(all(&mut caller), [(Ms(750), Event::HungUp)]);
        assert_eq!(caller.rest().count(), 0);
    }

    #[test]
    fn long_speech_is_guessed_at_on_the_way() {
        let mut caller = caller(&[(
            says("I'd like a haircut on Tuesday at half past two, with Ada if she is in"),
            When::default(),
        )]);
        caller.hears(Ms(0), Agent::Listens);
        let events = all(&mut caller);
        let is_guess = |(_, event): &&(Ms, Event)| matches!(event, Event::Interim { .. });
        assert_eq!(events.iter().filter(is_guess).count(), 2);
        assert!(events.is_sorted_by_key(|(due, _)| *due));
    }

    #[test]
    fn a_turn_is_written_shortly() {
        let usual = r#"{"caller":{"says":"yes"}}"#;
        let turn: Turn = serde_json::from_str(usual).unwrap();
        assert_eq!(serde_json::to_string(&turn).unwrap(), usual);
        let over = r#"{"caller":"coughs","when":{"agent_talks_for":700}}"#;
        let turn: Turn = serde_json::from_str(over).unwrap();
        assert_eq!(turn.when, When::AgentTalksFor(Ms(700)));
        assert_eq!(serde_json::to_string(&turn).unwrap(), over);
    }
}
