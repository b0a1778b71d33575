//! What an owner switches for calls: `ai_config.call`, read as a type.
//!
//! PURE. It must not know how a call uses a switch. The wordings in `lines` are only counted here; what a line may say is known to
//! `call::lines` alone, and whoever takes them from outside asks there.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::{AiConfig, Language, Line, Misfit, PhoneNumber, StaffId, WeeklyHours, misfit};

/// What an owner switches for calls. What is left out has the default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallSwitches {
    /// What a booking can't do without, besides the service and the time.
    pub required: Vec<Required>,
    /// The people who are not booked by phone. Everybody else who is active is, newcomers as well.
    pub not_by_phone: Vec<StaffId>,
    pub transfer: Option<Transfer>,
    pub after_hours: AfterHours,
    /// Said first, and never cut short: "This call is recorded."
    pub consent: Option<Line>,
    /// Calls are recorded at the telephone company once `consent` was heard, which then can't be left out.
    pub record: bool,
    #[serde(deserialize_with = "bearable")]
    pub longest_call_seconds: u32,
    pub language: Language,
    /// The owner's own wording, by line: greeting, closing and whatever else should sound like the house.
    pub lines: BTreeMap<String, Vec<String>>,
}

impl Default for CallSwitches {
    fn default() -> Self {
        Self {
            required: vec![Required::Name, Required::Phone],
            not_by_phone: Vec::new(),
            transfer: None,
            after_hours: AfterHours::default(),
            consent: None,
            record: false,
            longest_call_seconds: 15 * 60,
            language: Language::default(),
            lines: BTreeMap::new(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Required {
    Name,
    Phone,
    /// A named person, not "anyone".
    Staff,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    pub number: PhoneNumber,
    /// When somebody is there to pick up; without it, always.
    #[serde(default)]
    pub hours: Option<WeeklyHours>,
}

/// What a caller gets while the business is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterHours {
    /// The same as by day: bookings need nobody awake.
    #[default]
    Book,
    Message,
    Transfer,
}

impl AiConfig {
    /// `ai_config.call`. Nothing there is every default.
    pub fn call_switches(&self) -> Result<CallSwitches, Misfit> {
        let Some(value) = self.get("call") else {
            return Ok(CallSwitches::default());
        };
        misfit::read(value)
            .and_then(CallSwitches::checked)
            .map_err(|misfit| misfit.within("ai_config.call"))
    }
}

impl CallSwitches {
    /// More than any house says in its own words; it keeps what is read for each call short.
    const MOST_WORDINGS: usize = 10;

    fn checked(self) -> Result<Self, Misfit> {
        if self.after_hours == AfterHours::Transfer && self.transfer.is_none() {
            return Err(Misfit::new(
                "after_hours",
                "to put callers through, say to which number in `transfer`",
            ));
        }
        if self.record && self.consent.is_none() {
            return Err(Misfit::new(
                "record",
                "to record calls, say so first: write in `consent` what every caller hears",
            ));
        }
        let crowded = self
            .lines
            .iter()
            .find(|(_, wordings)| !(1..=Self::MOST_WORDINGS).contains(&wordings.len()));
        match crowded {
            Some((line, _)) => Err(Misfit::new(
                format!("lines.{line}"),
                format!(
                    "give 1 to {} wordings, or leave the line out to have ours",
                    Self::MOST_WORDINGS
                ),
            )),
            None => Ok(self),
        }
    }
}

/// A minute is the least in which something can be booked; nobody means to pay for more than two hours of one call.
fn bearable<'de, D: Deserializer<'de>>(input: D) -> Result<u32, D::Error> {
    let seconds = u32::deserialize(input)?;
    if (60..=7200).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(D::Error::custom("must be from 60 to 7200 seconds"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(call: &serde_json::Value) -> Result<CallSwitches, Misfit> {
        let config: AiConfig = serde_json::from_value(json!({ "call": call, "mine": 1 })).unwrap();
        config.call_switches()
    }

    #[test]
    fn what_is_not_switched_has_its_default() {
        assert_eq!(
            AiConfig::default().call_switches(),
            Ok(CallSwitches::default())
        );
        let some = read(&json!({ "longest_call_seconds": 300 })).unwrap();
        assert_eq!(some.longest_call_seconds, 300);
        assert_eq!(some.required, CallSwitches::default().required);
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_whole_path() {
        for (call, field) in [
            (json!([]), "ai_config.call"),
            (json!({ "lingo": "en" }), "ai_config.call.lingo"),
            (
                json!({ "required": ["name", "age"] }),
                "ai_config.call.required[1]",
            ),
            (
                json!({ "transfer": { "number": "12" } }),
                "ai_config.call.transfer.number",
            ),
            (json!({ "transfer": {} }), "ai_config.call.transfer.number"),
            (
                json!({ "after_hours": "transfer" }),
                "ai_config.call.after_hours",
            ),
            (json!({ "record": true }), "ai_config.call.record"),
            (
                json!({ "longest_call_seconds": 59 }),
                "ai_config.call.longest_call_seconds",
            ),
            (
                json!({ "lines": { "greeting": "Hi" } }),
                "ai_config.call.lines.greeting",
            ),
            (
                json!({ "lines": { "greeting": [] } }),
                "ai_config.call.lines.greeting",
            ),
        ] {
            assert_eq!(read(&call).unwrap_err().field, field);
        }
    }
}
