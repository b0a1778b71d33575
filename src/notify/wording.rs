//! The words of texts. They stand in `prompts/`, where an owner can read them; here they are checked, and filled in.
//!
//! PURE: a clock and a database are somebody else's.

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

use crate::{
    domain::TextKind,
    language::template::{Blanks, Template},
    twilio::{forms::OptOut, segments},
};

const FILE: &str = "prompts/en/texts.md";
const ENGLISH: &str = include_str!("../../prompts/en/texts.md");

/// What is wrong with the file of texts, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{FILE}:{line}: {problem}")]
pub struct Fault {
    pub line: usize,
    pub problem: String,
}

/// What a text can speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub business: String,
    pub service: String,
    pub staff: String,
    pub zone: Tz,
    pub starts_at: DateTime<Utc>,
    /// Other times near, for a booking that could not be kept.
    pub others: Vec<DateTime<Utc>>,
    pub now: DateTime<Utc>,
}

/// Every text in its one wording, checked.
#[derive(Debug)]
pub struct Wording(Vec<(Blanks, Template)>);

const APPOINTMENT: &[&str] = &["business", "service", "staff", "when"];
const DECLINED_FULL: &str = "declined_full";

const WHO_WE_ARE: &str = "who_we_are";
const THANKS: &str = "thanks";

const ALL: [Blanks; 9] = [
    appointment(TextKind::Confirmation),
    appointment(TextKind::Change),
    appointment(TextKind::Cancellation),
    appointment(TextKind::Tentative),
    Blanks {
        line: "declined",
        must: &["business", "when", "others"],
        may: &["service", "staff"],
    },
    Blanks {
        line: DECLINED_FULL,
        must: &["business", "when"],
        may: &["service", "staff"],
    },
    Blanks {
        line: TextKind::CutOff.as_str(),
        must: &["business"],
        may: &[],
    },
    Blanks {
        line: WHO_WE_ARE,
        must: &["business", "number"],
        may: &[],
    },
    Blanks {
        line: THANKS,
        must: &["business"],
        may: &["number"],
    },
];

const fn appointment(kind: TextKind) -> Blanks {
    Blanks {
        line: kind.as_str(),
        must: &["business", "when"],
        may: APPOINTMENT,
    }
}

impl Wording {
    pub fn english() -> Result<Self, Fault> {
        Self::read(ENGLISH)
    }

    /// Reads `## name of the text`, sentences for the reader, and one wording in a list.
    fn read(text: &str) -> Result<Self, Fault> {
        let mut read: Vec<(Blanks, Template)> = Vec::new();
        let mut current = None;
        for (number, row) in text.lines().enumerate() {
            let fault = |problem| Fault {
                line: number + 1,
                problem,
            };
            if let Some(name) = row.strip_prefix("## ") {
                let known = ALL.into_iter().find(|blanks| blanks.line == name.trim());
                current =
                    Some(known.ok_or_else(|| {
                        fault(format!("there is no text called `{}`", name.trim()))
                    })?);
            } else if let Some(wording) = row.strip_prefix("- ") {
                let blanks = current.take().ok_or_else(|| {
                    fault(
                        "one wording stands under the name of its text, like `## change`"
                            .to_owned(),
                    )
                })?;
                if let Some(word) = stopping(wording) {
                    return Err(fault(format!(
                        "`{word}` as a word of its own invites people to send it back, which stops all texts to them; \
                         say it otherwise"
                    )));
                }
                let template = Template::parse(blanks, wording.trim()).map_err(fault)?;
                read.push((blanks, template));
            }
        }
        let missing = ALL
            .iter()
            .find(|blanks| read.iter().filter(|(it, _)| it.line == blanks.line).count() != 1);
        match missing {
            None => Ok(Self(read)),
            Some(blanks) => Err(Fault {
                line: text.lines().count(),
                problem: format!(
                    "`## {}` must be there once, with one wording under it",
                    blanks.line
                ),
            }),
        }
    }

    pub fn fill(&self, kind: TextKind, facts: &Facts) -> String {
        let line = match kind {
            TextKind::Declined if facts.others.is_empty() => DECLINED_FULL,
            kind => kind.as_str(),
        };
        let others: Vec<_> = facts.others.iter().map(|at| facts.spell(*at)).collect();
        let values = [
            ("business", facts.business.as_str()),
            ("service", &facts.service),
            ("staff", &facts.staff),
            ("when", &facts.spell(facts.starts_at)),
            ("others", &any_of(&others)),
        ];
        self.line(line, &values)
    }

    /// To a caller whose line broke.
    pub fn cut_off(&self, business: &str) -> String {
        self.line(TextKind::CutOff.as_str(), &[("business", business)])
    }

    /// To whoever asks who texts them.
    pub fn who_we_are(&self, business: &str, number: &str) -> String {
        self.line(WHO_WE_ARE, &[("business", business), ("number", number)])
    }

    /// To whoever texted something that a person will read.
    pub fn thanks(&self, business: &str, number: &str) -> String {
        self.line(THANKS, &[("business", business), ("number", number)])
    }

    /// In letters that a telephone can send at the usual price, as far as names allow.
    fn line(&self, line: &str, values: &[(&str, &str)]) -> String {
        let found = self.0.iter().find(|(blanks, _)| blanks.line == line);
        let filled = found.map_or_else(String::new, |(_, template)| template.fill(values));
        segments::plain(&filled).into_owned()
    }
}

/// The word in a wording that, sent back, would stop all texts.
fn stopping(wording: &str) -> Option<&str> {
    let mut words = wording.split(|c: char| !c.is_ascii_alphabetic());
    words.find(|word| OptOut::of_body(word) == Some(OptOut::Stop))
}

impl Facts {
    /// `Tue 24 Nov at 2:30 pm`, with the year if it is another.
    fn spell(&self, at: DateTime<Utc>) -> String {
        let local = at.with_timezone(&self.zone);
        let form = if local.year() == self.now.with_timezone(&self.zone).year() {
            "%a %-d %b at %-I:%M %P"
        } else {
            "%a %-d %b %Y at %-I:%M %P"
        };
        local.format(form).to_string()
    }
}

fn any_of(times: &[String]) -> String {
    match times {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone};

    use super::*;

    fn facts() -> Facts {
        let now = Utc.with_ymd_and_hms(2026, 3, 2, 8, 0, 0).unwrap();
        Facts {
            business: "The Corner Salon".to_owned(),
            service: "Cut and colour".to_owned(),
            staff: "Anna".to_owned(),
            zone: chrono_tz::America::New_York,
            starts_at: Utc.with_ymd_and_hms(2026, 11, 24, 19, 30, 0).unwrap(),
            others: Vec::new(),
            now,
        }
    }

    fn fault(text: &str) -> String {
        Wording::read(text).unwrap_err().to_string()
    }

    #[test]
    fn a_text_says_the_time_as_the_clock_of_the_business_shows_it() {
        let said = Wording::english()
            .unwrap()
            .fill(TextKind::Confirmation, &facts());
        assert_eq!(
            said,
            "The Corner Salon: you're booked. Cut and colour with Anna, Tue 24 Nov at 2:30 pm."
        );
        let next_year = Facts {
            starts_at: facts().starts_at + Duration::days(60),
            ..facts()
        };
        let said = Wording::english()
            .unwrap()
            .fill(TextKind::Change, &next_year);
        assert!(said.ends_with("now Sat 23 Jan 2027 at 2:30 pm."), "{said}");
    }

    #[test]
    fn a_booking_that_could_not_be_kept_comes_with_other_times_if_there_are_any() {
        let wording = Wording::english().unwrap();
        let mut facts = facts();
        assert!(
            wording
                .fill(TextKind::Declined, &facts)
                .ends_with("for another time.")
        );
        facts.others = vec![
            facts.starts_at + Duration::hours(1),
            facts.starts_at + Duration::hours(2),
            facts.starts_at + Duration::days(1),
        ];
        let said = wording.fill(TextKind::Declined, &facts);
        let others = "Tue 24 Nov at 3:30 pm, Tue 24 Nov at 4:30 pm or Wed 25 Nov at 2:30 pm";
        assert!(said.contains(others), "{said}");
    }

    #[test]
    fn every_text_of_usual_length_is_sent_as_one() {
        let wording = Wording::english().unwrap();
        for &kind in TextKind::ALL {
            let said = wording.fill(kind, &facts());
            assert_eq!(segments::count(&said).segments, 1, "{said}");
        }
    }

    #[test]
    fn a_name_from_another_keyboard_does_not_double_the_price() {
        let facts = Facts {
            business: "Zoe’s “Corner” – Salon".to_owned(),
            ..facts()
        };
        let said = Wording::english()
            .unwrap()
            .fill(TextKind::Confirmation, &facts);
        assert!(said.starts_with("Zoe's \"Corner\" - Salon: "), "{said}");
    }

    #[test]
    fn answers_to_texts_are_sent_as_one() {
        let wording = Wording::english().unwrap();
        let (business, number) = ("The Corner Salon", "+442079460000");
        for said in [
            wording.cut_off(business),
            wording.who_we_are(business, number),
            wording.thanks(business, number),
        ] {
            assert_eq!(segments::count(&said).segments, 1, "{said}");
            assert!(said.contains(business), "{said}");
        }
    }

    #[test]
    fn a_fault_is_told_with_its_line() {
        let known = "prompts/en/texts.md:2: `change` knows no {name}; it knows ";
        assert!(fault("## change\n- {business} {when} {name}\n").starts_with(known));
        assert_eq!(
            fault("## change\n\n- {when}\n"),
            "prompts/en/texts.md:3: a wording of `change` must say {business}"
        );
        assert!(fault("## chnge\n").contains("1: there is no text called `chnge`"));
        assert!(fault("- {when}\n").contains("1: one wording stands under"));
        assert!(
            fault("## change\n- {business} {when}. Text CANCEL to cancel.\n")
                .contains("`CANCEL` as a word of its own")
        );
        assert!(fault("# Texts\n").contains("`## confirmation` must be there once"));
    }
}
