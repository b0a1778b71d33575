//! A recorded call as a script that people can read: who said what and when, what was asked of the world and what it
//! answered, and what is in the book at the end.
//!
//! It reads the recording as plain JSON and leaves out what it doesn't know, so that it can still tell a call that was
//! recorded in other words than today's.

use std::{collections::BTreeMap, fmt};

use chrono::DateTime;
use chrono_tz::Tz;
use serde_json::Value;

use super::format::Recorded;
use crate::call::{briefing::Briefing, timer::Ms};

/// What ids stand for, and whose time it is.
#[derive(Debug, Clone)]
pub struct Names {
    ids: BTreeMap<String, String>,
    zone: Tz,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            ids: BTreeMap::new(),
            zone: Tz::UTC,
        }
    }
}

impl Names {
    pub fn of(business: &Briefing) -> Self {
        let services = business.services.iter();
        let staff = business.staff.iter();
        let ids = services
            .map(|service| (service.id.to_string(), service.name.to_string()))
            .chain(staff.map(|person| (person.id.to_string(), person.name.to_string())))
            .collect();
        Self {
            ids,
            zone: business.zone,
        }
    }

    fn name(&self, id: &Value) -> String {
        let id = text(id);
        self.ids.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    fn time(&self, instant: &Value) -> String {
        let instant = text(instant);
        DateTime::parse_from_rfc3339(instant).map_or_else(
            |_| instant.to_owned(),
            |time| {
                time.with_timezone(&self.zone)
                    .format("%a %-d %b %H:%M")
                    .to_string()
            },
        )
    }

    fn slot(&self, slot: &Value) -> String {
        format!(
            "{} with {}",
            self.time(&slot["starts_at"]),
            self.name(&slot["staff"])
        )
    }

    fn slots(&self, slots: &Value) -> String {
        let slots: Vec<String> = list(slots).map(|slot| self.slot(slot)).collect();
        if slots.is_empty() {
            "nothing".to_owned()
        } else {
            slots.join(", ")
        }
    }
}

/// A line of the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// What stands in the book has no time.
    pub(super) at: Option<Ms>,
    pub(super) who: &'static str,
    pub(super) what: String,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(Ms(at)) => write!(f, "{:>4}.{:02}", at / 1000, at % 1000 / 10)?,
            None => write!(f, "       ")?,
        }
        write!(f, "  {:<6}  {}", self.who, self.what)
    }
}

/// The whole call, a line for each thing that happens.
pub fn explain(names: &Names, recorded: &[Recorded]) -> String {
    let mut script = String::new();
    for told in tell(names, recorded) {
        script.extend([&told.to_string(), "\n"]);
    }
    script
}

pub(super) fn tell(names: &Names, recorded: &[Recorded]) -> Vec<Told> {
    let mut script = Script {
        names,
        told: Vec::new(),
        said: Vec::new(),
    };
    for (index, row) in recorded.iter().enumerate() {
        script.row(&row.value, &recorded[index + 1..]);
    }
    script.told
}

struct Script<'a> {
    names: &'a Names,
    told: Vec<Told>,
    said: Vec<String>,
}

impl Script<'_> {
    fn row(&mut self, row: &Value, rest: &[Recorded]) {
        let Some(at) = row["at"].as_u64().map(Ms) else {
            let (who, what) = entry(row);
            return self.told.push(Told {
                at: None,
                who,
                what,
            });
        };
        if let Some((who, what)) = self.event(&row["on"], rest) {
            self.tell(at, who, what);
        }
        for action in list(&row["gave"]) {
            if let Some((who, what)) = self.action(action) {
                self.tell(at, who, what);
            }
        }
    }

    fn tell(&mut self, at: Ms, who: &'static str, what: String) {
        self.told.push(Told {
            at: Some(at),
            who,
            what,
        });
    }

    fn event(&self, event: &Value, rest: &[Recorded]) -> Option<(&'static str, String)> {
        let answer = |what: String| Some(("  <-", what));
        let names = self.names;
        match text(&event["event"]) {
            "speech_ended" if !has_words(rest) => {
                Some(("caller", "(a sound without words)".into()))
            }
            "heard" => Some(("caller", text(&event["text"]).to_owned())),
            "hung_up" => Some(("line", "closed".into())),
            "resumed" => Some(("line", "back after a break".into())),
            "availability" => answer(self.availability(&event["answer"])),
            "slots_found" => answer(names.slots(&event["slots"])),
            "held" => answer("kept".into()),
            "hold_refused" => answer(format!(
                "taken; free is {}",
                names.slots(&event["alternatives"])
            )),
            "booked" | "rescheduled" if event["tentative"] == true => answer("tentatively".into()),
            "booked" | "rescheduled" | "cancelled" | "message_taken" => answer("done".into()),
            "book_refused" | "reschedule_refused" | "cancel_refused" => {
                let why = text(&event["why"]).replace('_', " ");
                match list(&event["alternatives"]).next() {
                    Some(_) => answer(format!(
                        "refused: {why}; free is {}",
                        names.slots(&event["alternatives"])
                    )),
                    None => answer(format!("refused: {why}")),
                }
            }
            "found_bookings" => {
                let found: Vec<String> = list(&event["bookings"])
                    .map(|booking| {
                        format!(
                            "{} on {}",
                            names.name(&booking["service"]),
                            names.slot(&booking["slot"])
                        )
                    })
                    .collect();
                answer(if found.is_empty() {
                    "none".into()
                } else {
                    found.join(", ")
                })
            }
            "failed" => answer("it broke".into()),
            _ => None,
        }
    }

    fn availability(&self, answer: &Value) -> String {
        let names = self.names;
        match text(&answer["is"]) {
            "free" => format!("free, with {}", names.name(&answer["staff"])),
            "unknown" => "not known".to_owned(),
            _ => {
                let why = text(&answer["why"]).replace('_', " ");
                format!(
                    "busy ({why}); free is {}",
                    names.slots(&answer["alternatives"])
                )
            }
        }
    }

    fn action(&mut self, action: &Value) -> Option<(&'static str, String)> {
        let ask = |what: String| Some(("  ->", what));
        let names = self.names;
        let service = || names.name(&action["service"]);
        match text(&action["action"]) {
            "say" => {
                let text = text(&action["text"]).to_owned();
                self.said.push(text.clone());
                Some(("agent", text))
            }
            "resume" => Some(("agent", "(talks on)".into())),
            "stop_playback" => Some(("agent", "(stops)".into())),
            "transcript" => self.transcript(action),
            "check_availability" => ask(format!(
                "is {} free on {} with {}?",
                service(),
                names.time(&action["starts_at"]),
                self.wish(&action["who"])
            )),
            "find_slots" => {
                let windows: Vec<String> = list(&action["windows"])
                    .map(|window| {
                        format!(
                            "{} to {}",
                            names.time(&window["from"]),
                            names.time(&window["until"])
                        )
                    })
                    .collect();
                ask(format!(
                    "when is {} free with {}, {}?",
                    service(),
                    self.wish(&action["who"]),
                    windows.join(", ")
                ))
            }
            "hold" => ask(format!("keep {}", names.slot(&action["slot"]))),
            "release_hold" => ask("give the time back".into()),
            "book" => ask(format!(
                "BOOK {}, {}, for {}{}, {}",
                service(),
                names.slot(&action["slot"]),
                or(&action["name"], "nobody"),
                if action["for_other"] == true {
                    " (not the caller)"
                } else {
                    ""
                },
                or(&action["phone"], "no number")
            )),
            "find_bookings" => ask(format!("what is booked under {}?", text(&action["phone"]))),
            "cancel" => ask("CANCEL it".into()),
            "reschedule" => ask(format!("MOVE it to {}", names.slot(&action["slot"]))),
            "take_message" => ask(format!(
                "MESSAGE from {}, {}: {}",
                or(&action["name"], "nobody"),
                or(&action["phone"], "no number"),
                text(&action["text"])
            )),
            "transfer" => ask(format!("RING {}", text(&action["number"]))),
            "hang_up" => Some(("agent", "(hangs up)".into())),
            "finish" => Some(("over", finish(action))),
            _ => Some(("  ->", action.to_string())),
        }
    }

    fn transcript(&self, action: &Value) -> Option<(&'static str, String)> {
        let words = text(&action["text"]);
        let keys = |c: char| c.is_ascii_digit() || c == '*' || c == '#';
        match text(&action["who"]) {
            "agent" if !self.said.iter().any(|said| said == words) => {
                Some(("heard", format!("only \"{words}\"")))
            }
            "caller" if words.chars().all(keys) => Some(("caller", format!("(presses {words})"))),
            "caller" if !self.heard(words) => Some(("caller", format!("{words} ..."))),
            _ => None,
        }
    }

    /// Was it told piece by piece, as the recogniser found it?
    fn heard(&self, words: &str) -> bool {
        let pieces = self.told.iter().filter(|told| told.who == "caller");
        let heard: Vec<&str> = pieces.map(|told| told.what.as_str()).collect();
        heard.join(" ").ends_with(words)
    }

    fn wish(&self, who: &Value) -> String {
        match who {
            Value::Object(wish) => {
                let (kind, id) = wish
                    .iter()
                    .next()
                    .map_or(("", &Value::Null), |(kind, id)| (kind, id));
                let but = if kind == "anyone_but" {
                    "anyone but "
                } else {
                    ""
                };
                format!("{but}{}", self.names.name(id))
            }
            _ => "anyone".to_owned(),
        }
    }
}

/// What is in the book at the end, or was left for the owner.
fn entry(row: &Value) -> (&'static str, String) {
    if let Some(message) = row["message"].as_str() {
        let from = (or(&row["name"], "nobody"), or(&row["phone"], "no number"));
        return ("message", format!("{message} ({}, {})", from.0, from.1));
    }
    let status = row["booking"].as_str().unwrap_or("still kept");
    let time = text(&row["starts_at"]).replace('T', " ");
    let what = format!(
        "{} with {} on {time}",
        text(&row["service"]),
        text(&row["staff"])
    );
    let whose = [&row["name"], &row["phone"]]
        .into_iter()
        .filter_map(Value::as_str)
        .map(|whose| format!(", {whose}"));
    (
        "book",
        format!("{status}: {what}{}", whose.collect::<String>()),
    )
}

/// Do words come of the sound that has just ended?
fn has_words(rest: &[Recorded]) -> bool {
    rest.iter()
        .map(|row| text(&row.value["on"]["event"]))
        .find(|event| matches!(*event, "heard" | "speech_started"))
        == Some("heard")
}

fn finish(action: &Value) -> String {
    let outcome = text(&action["outcome"]).replace('_', " ");
    match action["heard"].as_str() {
        Some(heard) => format!("{outcome}; the last that was heard: \"{heard}\""),
        None => outcome,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn or<'a>(value: &'a Value, otherwise: &'a str) -> &'a str {
    value.as_str().unwrap_or(otherwise)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
