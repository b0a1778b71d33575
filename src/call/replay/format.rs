//! A recorded call as it is written: one JSON object a line, always in the same order, so that a change shows in a diff as
//! the lines it touched. `docs/recorded-calls.md` is its reference.
//!
//! Only the form is known here. What the lines do is known to `world` and to the rehearsal's caller.

use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Fault;
use crate::{
    call::{briefing::Switches, rehearsal::Turn, timer::Ms},
    domain::{Name, OnUnknown, PhoneNumber},
};

/// Goes up when a fixture of before can't be read any more.
pub const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq)]
pub struct Fixture {
    pub title: String,
    pub setup: Setup,
    pub world: Vec<Numbered<Circumstance>>,
    pub caller: Vec<Numbered<Turn>>,
    /// What came of it when it was recorded, line by line. Kept as text: this must stay readable when the words for it
    /// have changed.
    pub recorded: Vec<Recorded>,
}

/// Something, and the line on which it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered<T> {
    pub line: usize,
    pub is: T,
}

impl<T: DeserializeOwned> Numbered<T> {
    fn read(line: usize, text: &str) -> Result<Self, Fault> {
        let is = row(line, text)?;
        Ok(Self { line, is })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub text: String,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    ringbook_call: u32,
    title: String,
}

/// Who calls whom, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The file of the business, from where this one lies.
    pub house: String,
    /// The house's time when the line opens.
    pub now: Local,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<PhoneNumber>,
    /// Who last booked from that number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Name>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub seed: u64,
    /// The call comes in while nobody is there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_unknown: Option<OnUnknown>,
    /// In place of the house's; kept as they were written, without the defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switches: Option<Value>,
}

impl Setup {
    pub(super) fn switches(&self) -> Result<Option<Switches>, Fault> {
        let written = self.switches.clone();
        written
            .map(serde_json::from_value)
            .transpose()
            .map_err(|problem| Fault::new(2, format!("`switches`: {problem}")))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A time as the house's clock shows it, to the minute. One that comes twice is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Local(NaiveDateTime);

const LOCAL: &str = "%Y-%m-%dT%H:%M";

impl TryFrom<String> for Local {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        NaiveDateTime::parse_from_str(&text, LOCAL)
            .map(Self)
            .map_err(|_| format!("`{text}` is no local time like 2026-06-02T14:30"))
    }
}

impl From<Local> for String {
    fn from(Local(time): Local) -> Self {
        time.format(LOCAL).to_string()
    }
}

impl Local {
    pub(super) fn of(instant: DateTime<Utc>, zone: Tz) -> Self {
        Self(instant.with_timezone(&zone).naive_local())
    }

    /// Nothing for a time that a clock change skips.
    pub(super) fn instant(self, zone: Tz) -> Option<DateTime<Utc>> {
        match zone.from_local_datetime(&self.0) {
            LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => {
                Some(instant.with_timezone(&Utc))
            }
            LocalResult::None => None,
        }
    }
}

/// How the world differs from an empty week in which everything works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "world", rename_all = "snake_case", deny_unknown_fields)]
pub enum Circumstance {
    /// This person has no time then.
    Taken {
        staff: Name,
        from: Local,
        until: Local,
    },
    /// This person is not in on that day.
    Away { staff: Name, on: NaiveDate },
    /// A booking that exists, or that another call makes so many milliseconds into this one.
    Booking {
        service: Name,
        staff: Name,
        at: Local,
        name: Name,
        phone: PhoneNumber,
        #[serde(default, skip_serializing_if = "is_start")]
        made_at: Ms,
    },
    /// A time kept for another call that goes on at the same time.
    Kept {
        service: Name,
        staff: Name,
        at: Local,
    },
    /// What is asked is answered late, otherwise, or not at all.
    Answers {
        to: Ask,
        /// Counted from 1; without it, every time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nth: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        with: Option<Instead>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Ms>,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_start(at: &Ms) -> bool {
    *at == Ms::ZERO
}

/// What a call asks of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    CheckAvailability,
    FindSlots,
    Hold,
    Book,
    FindBookings,
    Cancel,
    Reschedule,
    TakeMessage,
    Transfer,
}

/// In place of the answer that the house's rules and book would give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instead {
    /// Some calendar could not be asked.
    Unknown,
    /// Somebody else takes the time a moment before.
    Lost,
    /// The owner's rules are against it.
    Rules,
    /// The work breaks.
    Fails,
    /// Nothing ever comes back.
    Never,
}

impl Fixture {
    /// Reads a fixture. Empty lines are skipped.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut rows = (1..)
            .zip(text.lines())
            .filter(|(_, row)| !row.trim().is_empty());
        let begins = format!(
            "a recorded call begins with {{\"ringbook_call\":{VERSION},\"title\":\"…\"}}, and a journal with {{\"ringbook_journal\":{}}}",
            super::VERSION
        );
        let (line, first) = rows.next().ok_or_else(|| Fault::new(1, &begins))?;
        let header: Header = serde_json::from_str(first)
            .map_err(|problem| Fault::new(line, format!("{begins}: {}", plain(&problem))))?;
        if header.ringbook_call != VERSION {
            return Err(Fault::new(
                line,
                format!(
                    "version {} of recorded calls; this program reads version {VERSION}",
                    header.ringbook_call
                ),
            ));
        }
        let (line, second) = rows.next().ok_or_else(|| {
            Fault::new(
                line + 1,
                "the second line says who calls whom: {\"house\":\"…\",\"now\":\"…\"}",
            )
        })?;
        let mut fixture = Self {
            title: header.title,
            setup: row(line, second)?,
            world: Vec::new(),
            caller: Vec::new(),
            recorded: Vec::new(),
        };
        for (line, text) in rows {
            fixture.take(line, text)?;
        }
        Ok(fixture)
    }

    fn take(&mut self, line: usize, text: &str) -> Result<(), Fault> {
        let value: Value = row(line, text)?;
        let has = |key: &str| value.get(key).is_some();
        if has("world") {
            self.world.push(Numbered::read(line, text)?);
        } else if has("caller") {
            self.caller.push(Numbered::read(line, text)?);
        } else if has("at") || has("booking") || has("message") || has("kept") {
            let text = text.to_owned();
            self.recorded.push(Recorded { text, value });
        } else {
            return Err(Fault::new(
                line,
                "a line of a recorded call is about the `world`, about the `caller`, or about what came of it",
            ));
        }
        Ok(())
    }

    /// Writes a fixture as [`Fixture::parse`] reads it.
    pub fn render(&self) -> Result<String, serde_json::Error> {
        let header = Header {
            ringbook_call: VERSION,
            title: self.title.clone(),
        };
        let mut rows = vec![
            serde_json::to_string(&header)?,
            serde_json::to_string(&self.setup)?,
        ];
        for circumstance in &self.world {
            rows.push(serde_json::to_string(&circumstance.is)?);
        }
        for turn in &self.caller {
            rows.push(serde_json::to_string(&turn.is)?);
        }
        rows.extend(self.recorded.iter().map(|recorded| recorded.text.clone()));
        rows.push(String::new());
        Ok(rows.join("\n"))
    }
}

fn row<T: DeserializeOwned>(line: usize, text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|problem| Fault::new(line, plain(&problem)))
}

/// Without the position: it would speak of line 1, and the line is known.
fn plain(problem: &serde_json::Error) -> String {
    let text = problem.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// Two instants of local time, in order.
pub(super) fn stretch(
    from: Local,
    until: Local,
    zone: Tz,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let (from, until) = (from.instant(zone)?, until.instant(zone)?);
    (from < until && until - from < Duration::days(31)).then_some((from, until))
}
