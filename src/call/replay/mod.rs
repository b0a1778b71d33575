//! Recorded calls, played again. There are two kinds, told apart by their first line:
//!
//! - a *journal* is what a real call left behind. The same events go into the machine, and whatever comes out differently
//!   is shown ([`journal`]). It holds for the code that wrote it.
//! - a *fixture* holds the caller and the world ([`format`](mod@format)). They are let loose on the machine as it is now
//!   ([`drive`](mod@drive)), so a call that goes another way shows how it goes ([`diff`](mod@diff)).
//!
//! Text in, text out: files are the command line's business.

mod diff;
mod drive;
mod explain;
pub mod format;
mod house;
pub mod journal;
mod world;

use std::sync::Arc;

pub use diff::diff;
pub use drive::{Run, drive};
pub use explain::{Names, explain};
pub use format::Fixture;
pub use house::House;
pub use journal::{Difference, Step, VERSION, differences, parse, render, rerun};

use super::{lines::Lines, turn::Pauses};

/// What is wrong with a recorded call, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct Fault {
    pub line: usize,
    pub problem: String,
}

impl Fault {
    fn new(line: usize, problem: impl Into<String>) -> Self {
        Self {
            line,
            problem: problem.into(),
        }
    }
}

/// A recorded call of either kind.
#[derive(Debug, Clone)]
pub enum Recording {
    Journal(Vec<Step>),
    Fixture(Box<Fixture>),
}

impl Recording {
    pub fn read(text: &str) -> Result<Self, Fault> {
        let first = text.lines().find(|row| !row.trim().is_empty());
        if first.is_some_and(|row| row.contains("\"ringbook_journal\"")) {
            return Ok(Self::Journal(parse(text)?));
        }
        Ok(Self::Fixture(Box::new(Fixture::parse(text)?)))
    }
}

/// What the agent says and how long it waits: the code under test, apart from the code itself.
#[derive(Debug, Clone)]
pub struct Manners {
    pub lines: Arc<Lines>,
    pub pauses: Pauses,
}
