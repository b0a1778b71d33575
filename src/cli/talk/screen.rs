//! What a person sees of a call in the terminal: who says what, as it is said.

use std::io::{self, IsTerminal, Write};

/// Standard output, and what stands on its last line.
#[derive(Debug)]
pub(in crate::cli) struct Screen {
    colours: bool,
    column: Column,
    /// What was typed last stands behind the word that asked for it.
    answered: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Start,
    /// In the agent's words.
    Agent,
    /// Behind the word that asks for input.
    Prompt,
}

const AGENT: &str = "agent   ";
const CALLER: &str = "you     ";

#[derive(Debug, Clone, Copy)]
enum Ink {
    Agent,
    Caller,
    Aside,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Self::Agent => "\x1b[36m",
            Self::Caller => "\x1b[32m",
            Self::Aside => "\x1b[2m",
        }
    }
}

impl Screen {
    pub(in crate::cli) fn new() -> Self {
        Self {
            colours: io::stdout().is_terminal(),
            column: Column::Start,
            answered: false,
        }
    }

    /// The next of the agent's words.
    pub(in crate::cli) fn agent_says(&mut self, words: &str) {
        if self.column != Column::Agent {
            self.new_line();
            self.ink(Ink::Agent, AGENT);
        }
        put(words);
        self.column = Column::Agent;
    }

    /// The rest of the agent's words is not said.
    pub(in crate::cli) fn agent_stops(&mut self) {
        if self.column == Column::Agent {
            put("—");
            self.new_line();
        }
    }

    pub(in crate::cli) fn agent_said(&mut self, words: &str) {
        self.agent_says(words);
        self.new_line();
    }

    pub(in crate::cli) fn caller_said(&mut self, words: &str) {
        self.new_line();
        self.ink(Ink::Caller, CALLER);
        put(words);
        put("\n");
    }

    pub(in crate::cli) fn asks_for_input(&mut self) {
        if self.column != Column::Prompt {
            self.new_line();
            self.ink(Ink::Caller, CALLER);
            self.column = Column::Prompt;
        }
    }

    /// The person pressed Enter, and the terminal began a new line.
    pub(in crate::cli) fn was_answered(&mut self) {
        self.answered = self.column == Column::Prompt;
        self.column = Column::Start;
    }

    /// Shows what the caller says, unless it was typed where it was asked for, and so is there to be read.
    pub(in crate::cli) fn caller_says(&mut self, words: &str) {
        if !std::mem::take(&mut self.answered) {
            self.caller_said(words);
        }
    }

    pub(in crate::cli) fn aside(&mut self, text: &str) {
        self.new_line();
        self.ink(Ink::Aside, text);
        put("\n");
    }

    fn new_line(&mut self) {
        if self.column != Column::Start {
            put("\n");
            self.column = Column::Start;
        }
    }

    fn ink(&self, ink: Ink, text: &str) {
        if self.colours {
            put(ink.code());
            put(text);
            put("\x1b[0m");
        } else {
            put(text);
        }
    }
}

/// Whoever stops reading stops nothing else.
fn put(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
