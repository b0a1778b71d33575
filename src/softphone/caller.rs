//! The person who calls: says the next line when the agent is done, or as it is typed.
//!
//! A telephone doesn't show whether the agent waits for an answer, so the caller goes by ear: somebody who has spoken, and is silent
//! for a while, is done. Time is counted in frames, which is how often the caller is asked.

use std::sync::Arc;

use tokio::sync::mpsc::{Receiver, error::TryRecvError};

use super::sound::Utterance;
use crate::{
    audio::FRAME_MS,
    call::{
        rehearsal::{self, When},
        timer::Ms,
    },
};

/// Between two sentences the agent is still talking.
const BETWEEN_SENTENCES: Ms = Ms(300);
/// And looks something up for less than this.
const DONE: Ms = Ms(800);
/// Nobody waits longer for somebody who says nothing.
const PATIENCE: Ms = Ms(15_000);
const COUGH: u64 = 350;
/// From one key to the next.
const KEY: Ms = Ms(240);

/// A thing that the caller does, ready to be done.
#[derive(Debug, Clone)]
pub struct Turn {
    pub act: Act,
    pub when: When,
}

#[derive(Debug, Clone)]
pub enum Act {
    Says(Arc<Utterance>),
    Presses(Arc<str>),
    /// Until the agent speaks up.
    StaysSilent,
    HangsUp,
}

impl From<rehearsal::Turn> for Turn {
    fn from(turn: rehearsal::Turn) -> Self {
        let act = match turn.caller {
            rehearsal::Act::Says(text) => Act::Says(Arc::new(Utterance::typed(&text))),
            rehearsal::Act::Coughs => Act::Says(Arc::new(Utterance::noise(COUGH))),
            rehearsal::Act::MakesNoise(Ms(length)) => Act::Says(Arc::new(Utterance::noise(length))),
            rehearsal::Act::Presses(keys) => Act::Presses(keys.into()),
            rehearsal::Act::StaysSilent => Act::StaysSilent,
            rehearsal::Act::HangsUp => Act::HangsUp,
        };
        let when = turn.when;
        Self { act, when }
    }
}

#[derive(Debug)]
pub struct Caller {
    turns: Turns,
    doing: Option<Doing>,
    now: Ms,
    /// When the last thing was done.
    last: Ms,
    ear: Ear,
    /// A person at a keyboard knows that it is their turn.
    prompted: bool,
}

#[derive(Debug)]
enum Turns {
    Script {
        turns: Arc<[Turn]>,
        next: usize,
        /// From the start again at its end.
        again: bool,
    },
    /// As they come, and at once.
    Live(Receiver<Turn>),
}

#[derive(Debug)]
enum Doing {
    Saying {
        utterance: Arc<Utterance>,
        frame: usize,
    },
    Pressing {
        keys: Arc<str>,
        key: usize,
        next: Ms,
    },
    Waiting,
}

/// What the caller hears of the agent.
#[derive(Debug, Default)]
struct Ear {
    began: Ms,
    last: Option<Ms>,
    /// Since the caller did something.
    answered: bool,
}

/// What is done in one frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Does {
    Nothing,
    Speaks {
        utterance: Arc<Utterance>,
        frame: usize,
    },
    Presses(char),
    HangsUp,
}

impl Caller {
    /// Speaks when the agent is done, and hangs up at the end of the script.
    pub fn with_script(turns: Arc<[Turn]>) -> Self {
        let again = false;
        Self::new(Turns::Script {
            turns,
            next: 0,
            again,
        })
    }

    /// Never stops by itself.
    pub fn over_and_over(turns: Arc<[Turn]>) -> Self {
        let again = true;
        Self::new(Turns::Script {
            turns,
            next: 0,
            again,
        })
    }

    /// Does what comes, when it comes, and hangs up when nothing can come any more.
    pub fn live(turns: Receiver<Turn>) -> Self {
        Self::new(Turns::Live(turns))
    }

    fn new(turns: Turns) -> Self {
        Self {
            turns,
            doing: None,
            now: Ms::ZERO,
            last: Ms::ZERO,
            ear: Ear::default(),
            prompted: false,
        }
    }

    /// Another stream of the same call begins: the agent has yet to speak.
    pub(super) fn is_connected_again(&mut self) {
        self.doing = None;
        self.last = self.now;
        self.ear = Ear::default();
        self.prompted = false;
    }

    /// True once, when the agent is done and a person would be next.
    pub(super) fn is_prompted(&mut self) -> bool {
        let live = matches!(self.turns, Turns::Live(_)) && self.doing.is_none();
        let prompted = live && !self.prompted && self.ear.waits(self.now) >= Some(DONE);
        self.prompted |= prompted;
        prompted
    }

    /// The next twenty milliseconds, in which the agent is heard or not.
    pub(super) fn tick(&mut self, hears: bool) -> Does {
        self.now = self.now + Ms(FRAME_MS);
        if hears {
            self.prompted &= self.ear.hears(self.now);
        }
        if self.doing.is_none() {
            match self.next_act() {
                Some(Act::HangsUp) => return Does::HangsUp,
                Some(act) => self.doing = Some(Doing::new(act, self.now)),
                None => return Does::Nothing,
            }
        }
        let (does, is_done) = match &mut self.doing {
            Some(doing) => doing.goes_on(self.now, hears),
            None => (Does::Nothing, false),
        };
        if is_done {
            self.doing = None;
            self.last = self.now;
            self.ear.answered = hears;
        }
        does
    }

    fn next_act(&mut self) -> Option<Act> {
        match &mut self.turns {
            Turns::Live(turns) => match turns.try_recv() {
                Ok(turn) => Some(turn.act),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Disconnected) => Some(Act::HangsUp),
            },
            Turns::Script { turns, next, again } => {
                if *again && *next == turns.len() {
                    *next = 0;
                }
                let Some(turn) = turns.get(*next) else {
                    return Some(Act::HangsUp);
                };
                if !self.ear.is_time(turn.when, self.now, self.last) {
                    return None;
                }
                *next += 1;
                Some(turn.act.clone())
            }
        }
    }
}

impl Doing {
    fn new(act: Act, now: Ms) -> Self {
        match act {
            Act::Says(utterance) => Self::Saying {
                utterance,
                frame: 0,
            },
            Act::Presses(keys) => Self::Pressing {
                keys,
                key: 0,
                next: now,
            },
            Act::StaysSilent | Act::HangsUp => Self::Waiting,
        }
    }

    /// What happens now, and whether that is the end of it.
    fn goes_on(&mut self, now: Ms, hears: bool) -> (Does, bool) {
        match self {
            Self::Waiting => (Does::Nothing, hears),
            Self::Saying { utterance, frame } => {
                let at = *frame;
                *frame += 1;
                let utterance = Arc::clone(utterance);
                let is_last = *frame >= utterance.frames();
                (
                    Does::Speaks {
                        utterance,
                        frame: at,
                    },
                    is_last,
                )
            }
            Self::Pressing { next, .. } if now < *next => (Does::Nothing, false),
            Self::Pressing { keys, key, next } => {
                let mut rest = keys.chars().skip(*key);
                *next = now + KEY;
                *key += 1;
                let does = rest.next().map_or(Does::Nothing, Does::Presses);
                (does, rest.next().is_none())
            }
        }
    }
}

impl Ear {
    /// False if the agent begins to talk now.
    fn hears(&mut self, now: Ms) -> bool {
        let goes_on = self.talks(now);
        if !goes_on {
            self.began = now;
        }
        self.last = Some(now);
        self.answered = true;
        goes_on
    }

    fn talks(&self, now: Ms) -> bool {
        self.last.is_some_and(|last| now - last < BETWEEN_SENTENCES)
    }

    /// How long the agent has been silent, once it has said something.
    fn waits(&self, now: Ms) -> Option<Ms> {
        self.last.filter(|_| self.answered).map(|last| now - last)
    }

    fn is_time(&self, when: When, now: Ms, before: Ms) -> bool {
        if now - before.max(self.last.unwrap_or_default()) >= PATIENCE {
            return true;
        }
        match when {
            When::AgentListensFor(length) => self.waits(now) >= Some(length.max(DONE)),
            When::AgentTalksFor(length) => {
                self.answered && self.talks(now) && now - self.began >= length
            }
            When::SinceLast(length) => now - before >= length,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    fn says(text: &str) -> rehearsal::Turn {
        let caller = rehearsal::Act::Says(text.to_owned());
        let when = When::default();
        rehearsal::Turn { caller, when }
    }

    fn script(turns: impl IntoIterator<Item = rehearsal::Turn>) -> Arc<[Turn]> {
        turns.into_iter().map(Turn::from).collect()
    }

    /// What the caller does in so many frames, each thing once.
    fn does(caller: &mut Caller, frames: usize, hears: bool) -> Vec<String> {
        let mut acts = Vec::new();
        for _ in 0..frames {
            match caller.tick(hears) {
                Does::Speaks {
                    utterance,
                    frame: 0,
                } => acts.push(utterance.text().to_owned()),
                Does::Presses(key) => acts.push(key.to_string()),
                Does::HangsUp => {
                    acts.push("hangs up".to_owned());
                    break;
                }
                Does::Speaks { .. } | Does::Nothing => {}
            }
        }
        acts
    }

    #[test]
    fn the_caller_waits_until_the_agent_is_done() {
        let mut caller = Caller::with_script(script([says("Hello"), says("Tuesday")]));
        assert!(
            does(&mut caller, 100, false).is_empty(),
            "nobody has picked up"
        );
        assert!(does(&mut caller, 100, true).is_empty(), "the agent talks");
        assert!(does(&mut caller, 30, false).is_empty(), "and may go on");
        assert_eq!(does(&mut caller, 40, false), ["Hello"]);
        assert!(does(&mut caller, 200, false).is_empty(), "no answer yet");
        assert!(does(&mut caller, 10, true).is_empty());
        assert_eq!(does(&mut caller, 80, false), ["Tuesday", "hangs up"]);
    }

    #[test]
    fn an_agent_that_says_nothing_is_not_waited_for_forever() {
        let mut caller = Caller::with_script(script([says("Hello?")]));
        assert_eq!(does(&mut caller, 2_000, false), ["Hello?", "hangs up"]);
    }

    #[test]
    fn words_can_be_said_into_the_agents() {
        let over = rehearsal::Turn {
            when: When::AgentTalksFor(Ms(1_000)),
            ..says("No, Thursday")
        };
        let mut caller = Caller::with_script(script([over]));
        assert!(does(&mut caller, 50, true).is_empty());
        assert_eq!(does(&mut caller, 5, true), ["No, Thursday"]);
    }

    #[test]
    fn keys_are_pressed_one_after_the_other() {
        let keys = rehearsal::Turn {
            caller: rehearsal::Act::Presses("4*#".to_owned()),
            when: When::SinceLast(Ms::ZERO),
        };
        let mut caller = Caller::with_script(script([keys]));
        assert_eq!(does(&mut caller, 1, false), ["4"]);
        assert!(does(&mut caller, 11, false).is_empty());
        assert_eq!(does(&mut caller, 13, false), ["*", "#"]);
    }

    #[test]
    fn who_stays_silent_waits_until_the_agent_speaks_up() {
        let silent = rehearsal::Turn {
            caller: rehearsal::Act::StaysSilent,
            when: When::default(),
        };
        let mut caller = Caller::with_script(script([silent, says("Here I am")]));
        does(&mut caller, 5, true);
        assert!(does(&mut caller, 500, false).is_empty());
        does(&mut caller, 5, true);
        assert_eq!(does(&mut caller, 60, false), ["Here I am"]);
    }

    #[test]
    fn what_is_typed_is_said_at_once_and_the_end_of_it_hangs_up() {
        let (sender, receiver) = mpsc::channel(4);
        let mut caller = Caller::live(receiver);
        does(&mut caller, 5, true);
        assert!(!caller.is_prompted());
        does(&mut caller, 60, false);
        assert!(caller.is_prompted());
        assert!(!caller.is_prompted(), "once is enough");
        sender.try_send(Turn::from(says("Hello"))).unwrap();
        assert_eq!(does(&mut caller, 30, false), ["Hello"]);
        drop(sender);
        assert_eq!(does(&mut caller, 1, false), ["hangs up"]);
    }
}
