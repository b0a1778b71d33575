//! The line to a person at the terminal: the agent's words appear as fast as they are spoken, and what is typed is heard.
//!
//! It plays no sound; how long the words take is the rehearsal line's business.

use std::{
    collections::{BTreeMap, VecDeque},
    future::pending,
    io::BufRead,
};

use tokio::{
    signal::unix::Signal,
    sync::mpsc::{self, Receiver},
};

use super::{input, screen::Screen};
use crate::call::{
    action::Action,
    driver::{CallClock, Line},
    event::Event,
    machine::Call,
    playback::{Mark, UtteranceId},
    rehearsal::{self, Act},
    timer::Ms,
};

#[derive(Debug)]
pub(super) struct Typed {
    line: rehearsal::Line,
    clock: CallClock,
    screen: Screen,
    input: Receiver<String>,
    interrupt: Signal,
    texts: BTreeMap<UtteranceId, Vec<String>>,
    /// Words that the line has, and when it plays them.
    unplayed: VecDeque<(Ms, String)>,
    /// When the line has played all that it has.
    free: Ms,
    /// What a typed line still brings.
    coming: VecDeque<Event>,
    /// When the machine goes on by itself.
    next: Option<Ms>,
    hung_up: bool,
}

impl Typed {
    pub(super) fn new(clock: CallClock, letter: Ms, interrupt: Signal) -> Self {
        Self {
            line: rehearsal::Line::with_letter(letter),
            clock,
            screen: Screen::new(),
            input: lines_of_stdin(),
            interrupt,
            texts: BTreeMap::new(),
            unplayed: VecDeque::new(),
            free: Ms::ZERO,
            coming: VecDeque::new(),
            next: None,
            hung_up: false,
        }
    }

    fn was_typed(&mut self, text: &str) {
        self.screen.was_answered();
        if text.trim().is_empty() {
            return self.goes_on();
        }
        match input::parse(text) {
            Ok(Some(turn)) => self.coming.extend(events(turn.caller)),
            Ok(None) => {}
            Err(error) => self.screen.aside(&error.to_string()),
        }
    }

    /// Enter alone: the agent's words are over at once, or the silence after them is.
    fn goes_on(&mut self) {
        let now = self.clock.now();
        if self.free > now {
            self.clock.skip(self.free - now);
            self.show(self.free);
        } else if let Some(next) = self.next {
            self.clock.skip(next - now);
        }
    }

    fn show(&mut self, until: Ms) {
        while let Some((_, words)) = self.unplayed.pop_front_if(|(due, _)| *due <= until) {
            self.screen.agent_says(&words);
        }
    }

    fn was_sent(&mut self, at: Ms, mark: Mark, length: Ms) {
        let starts = self.free.max(at);
        self.free = starts + length;
        let words = self
            .texts
            .get(&mark.utterance)
            .and_then(|spans| spans.get(usize::from(mark.span)));
        if let Some(words) = words {
            self.unplayed.push_back((starts, words.clone()));
        }
        self.show(at);
    }
}

impl Line for Typed {
    fn take(&mut self, at: Ms, action: &Action) {
        match action {
            Action::Say {
                utterance,
                text,
                spans,
                ..
            } => {
                let words = spans.iter().map(|span| {
                    let words = text.get(span.from as usize..span.until as usize);
                    words.unwrap_or_default().to_owned()
                });
                self.texts.insert(*utterance, words.collect());
            }
            Action::StopPlayback { .. } => {
                if !self.unplayed.is_empty() || self.free > at {
                    self.screen.agent_stops();
                }
                self.unplayed.clear();
                self.free = at;
            }
            Action::Transfer { number, .. } => {
                self.screen
                    .aside(&format!("(the call would ring at {number} now)"));
                self.coming.push_back(Event::HungUp);
            }
            _ => {}
        }
        self.line.take(at, action);
    }

    fn settled(&mut self, at: Ms, call: &Call) {
        self.next = call.deadline().map(|(due, _)| due);
        if call.awaits_caller() && !self.line.is_playing(at) {
            self.screen.asks_for_input();
        }
    }

    fn deadline(&self) -> Option<Ms> {
        let words = self.unplayed.front().map(|(due, _)| *due);
        self.line.deadline().into_iter().chain(words).min()
    }

    fn fire(&mut self, at: Ms) -> Option<Event> {
        self.show(at);
        let event = self.line.fire(at)?;
        if let Event::Sent { mark, length } = &event {
            self.was_sent(at, *mark, *length);
        }
        Some(event)
    }

    async fn outside(&mut self) -> Option<Event> {
        if let Some(event) = self.coming.pop_front() {
            return Some(event);
        }
        if self.hung_up {
            return pending().await;
        }
        let typed = tokio::select! {
            typed = self.input.recv() => typed,
            _ = self.interrupt.recv() => None,
        };
        if let Some(text) = typed {
            self.was_typed(&text);
            return None;
        }
        self.hung_up = true;
        Some(Event::HungUp)
    }
}

/// What is typed is said in an instant.
fn events(act: Act) -> Vec<Event> {
    match act {
        Act::Says(text) => vec![
            Event::SpeechStarted,
            Event::Heard { text },
            Event::SpeechEnded,
        ],
        Act::Coughs | Act::MakesNoise(_) => vec![Event::SpeechStarted, Event::SpeechEnded],
        Act::Presses(keys) => keys.chars().map(|digit| Event::Digit { digit }).collect(),
        Act::StaysSilent => Vec::new(),
        Act::HangsUp => vec![Event::HungUp],
    }
}

/// A thread of its own, because reading from a terminal waits and can't be given up; it ends with the program.
pub(in crate::cli) fn lines_of_stdin() -> Receiver<String> {
    let (sender, receiver) = mpsc::channel(16);
    std::thread::spawn(move || {
        let lines = std::io::stdin().lock().lines();
        for line in lines.map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
