//! The journal of a real call, played again: the same events go in, and whatever comes out differently is shown.
//!
//! Text in, text out: files are the command line's business. The format is one JSON object a line: a header that
//! names the version, then a step for each event with its time and the actions that it brought. Lines end where events
//! end, so that a change shows in a diff as the steps it touched.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Fault, explain::Names, format::Recorded};
use crate::call::{
    action::Action, event::Event, lines::Lines, machine::Call, timer::Ms, turn::Pauses,
};

/// Goes up when a journal of before can't be read any more.
pub const VERSION: u32 = 1;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    ringbook_journal: u32,
}

/// One event and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub at: Ms,
    pub on: Event,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gave: Vec<Action>,
}

/// Reads a journal. Empty lines are skipped.
pub fn parse(text: &str) -> Result<Vec<Step>, Fault> {
    let mut rows = text
        .lines()
        .enumerate()
        .map(|(index, row)| (index + 1, row))
        .filter(|(_, row)| !row.trim().is_empty());
    let fault = Fault::new;
    let (line, first) = rows.next().ok_or_else(|| {
        fault(
            1,
            "the file is empty; a journal begins with its version".into(),
        )
    })?;
    let header: Header = serde_json::from_str(first).map_err(|_| {
        fault(
            line,
            format!("a journal begins with {{\"ringbook_journal\":{VERSION}}}"),
        )
    })?;
    if header.ringbook_journal != VERSION {
        let version = header.ringbook_journal;
        return Err(fault(
            line,
            format!("version {version} of the journal; this program reads version {VERSION}"),
        ));
    }
    rows.map(|(line, row)| {
        serde_json::from_str(row).map_err(|problem| fault(line, problem.to_string()))
    })
    .collect()
}

/// Writes a journal as [`parse`] reads it.
pub fn render(steps: &[Step]) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string(&Header {
        ringbook_journal: VERSION,
    })?;
    text.push('\n');
    for step in steps {
        text.push_str(&serde_json::to_string(step)?);
        text.push('\n');
    }
    Ok(text)
}

/// The same events through the machine as it is now.
pub fn rerun(lines: Arc<Lines>, pauses: Pauses, steps: &[Step]) -> Vec<Step> {
    let mut call = Call::with_pauses(lines, pauses);
    steps
        .iter()
        .map(|Step { at, on, .. }| {
            let mut gave = Vec::new();
            call.handle(*at, on.clone(), &mut gave);
            Step {
                at: *at,
                on: on.clone(),
                gave,
            }
        })
        .collect()
}

/// A step that comes out differently.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Counted from 1, without the header.
    pub step: usize,
    pub at: Ms,
    pub on: Event,
    pub was: Vec<Action>,
    pub is: Vec<Action>,
}

/// Every step that comes out differently than it was recorded.
pub fn differences(recorded: &[Step], now: &[Step]) -> Vec<Difference> {
    recorded
        .iter()
        .zip(now)
        .enumerate()
        .filter(|(_, (was, is))| was.gave != is.gave)
        .map(|(index, (was, is))| Difference {
            step: index + 1,
            at: was.at,
            on: was.on.clone(),
            was: was.gave.clone(),
            is: is.gave.clone(),
        })
        .collect()
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "step {} at {} ms, on {}",
            self.step,
            self.at.0,
            json(&self.on)
        )?;
        for action in self.was.iter().filter(|action| !self.is.contains(action)) {
            writeln!(f, "  - {}", json(action))?;
        }
        for action in self.is.iter().filter(|action| !self.was.contains(action)) {
            writeln!(f, "  + {}", json(action))?;
        }
        Ok(())
    }
}

/// As the lines of a file, and the names that its ids stand for.
pub fn rows(steps: &[Step]) -> Result<(Names, Vec<Recorded>), serde_json::Error> {
    let names = steps.iter().find_map(|step| match &step.on {
        Event::Started(started) => Some(Names::of(&started.business)),
        _ => None,
    });
    let rows = steps.iter().map(|step| {
        Ok(Recorded {
            text: serde_json::to_string(step)?,
            value: serde_json::to_value(step)?,
        })
    });
    Ok((
        names.unwrap_or_default(),
        rows.collect::<Result<_, serde_json::Error>>()?,
    ))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|problem| problem.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::call::{
        replay::explain,
        script::{Script, lines},
    };

    fn recorded() -> Vec<Step> {
        let mut call = Script::new();
        call.caller("This is Nora, a haircut on Tuesday at two")
            .caller("yes")
            .caller("yes");
        call.caller("No, goodbye");
        let steps: Vec<Step> = call
            .journal
            .into_iter()
            .map(|(at, on)| Step {
                at,
                on,
                gave: Vec::new(),
            })
            .collect();
        rerun(lines(), Pauses::default(), &steps)
    }

    #[test]
    fn a_journal_that_is_written_and_read_replays_byte_for_byte() {
        let recorded = recorded();
        let text = render(&recorded).unwrap();
        let read = parse(&text).unwrap();
        assert_eq!(read, recorded);
        let again = rerun(lines(), Pauses::default(), &read);
        assert_eq!(render(&again).unwrap(), text);
        assert!(differences(&read, &again).is_empty());
    }

    #[test]
    fn a_changed_line_shows_as_the_steps_it_changed() {
        let recorded = recorded();
        let own = BTreeMap::from([("booked".to_owned(), vec!["It's yours: {when}.".to_owned()])]);
        let reworded = Arc::new(lines().with_wordings(&own).unwrap());
        let now = rerun(reworded, Pauses::default(), &recorded);
        let changed: String = differences(&recorded, &now)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert!(
            changed.contains('-') && changed.contains("It's yours: Tuesday"),
            "{changed}"
        );
        assert!(changed.contains("You're booked for Tuesday"), "{changed}");
        assert!(!changed.contains("How can I help?"), "{changed}");
    }

    #[test]
    fn a_journal_can_be_read_as_a_script() {
        let (names, rows) = rows(&recorded()).unwrap();
        let script = explain(&names, &rows);
        assert!(
            script.contains("caller  This is Nora, a haircut on Tuesday at two"),
            "{script}"
        );
        assert!(
            script.contains("agent   You're booked for Tuesday the 2nd at two o'clock."),
            "{script}"
        );
        assert!(
            script.contains("BOOK Haircut, Tue 2 Jun 14:00 with Ada, for Nora"),
            "{script}"
        );
        assert!(!script.contains("speech_started"), "{script}");
    }

    #[test]
    fn what_is_wrong_with_a_journal_is_said_with_its_line() {
        assert_eq!(parse("").unwrap_err().line, 1);
        assert!(
            parse("{\"ringbook_journal\":9}\n")
                .unwrap_err()
                .to_string()
                .contains("version 9")
        );
        let fault = parse("{\"ringbook_journal\":1}\n\n{\"at\":1}\n").unwrap_err();
        assert_eq!(fault.line, 3);
    }
}
