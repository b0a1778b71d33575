//! What must be known about the moment to understand an utterance: nothing here is remembered between two of them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use super::Vocabulary;
use crate::domain::{Language, StaffId};

/// A country as the numbering plans know it; also decides whether `3/4` is in March or in April.
pub use phonenumber::country::Id as Country;

#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub tongue: Tongue,
    /// Local wall time of the business. "Tomorrow" counts from here.
    pub now: NaiveDateTime,
    /// The question that the caller is answering, as far as they are.
    pub asked: Asked,
    /// The words for this business's services and people.
    pub vocabulary: &'a Vocabulary,
    /// What was read out last and may be chosen from ("the second one"), in the order it was read.
    pub offers: &'a [Offer],
    /// The day in talk: "half past three" needs no day, and "the 24th" is first sought in its month.
    pub day_in_talk: Option<NaiveDate>,
    /// First and last time at which a booking may begin on a usual day. It decides whether "two" is at night.
    pub plausible: (NaiveTime, NaiveTime),
    /// Where a number without a country code belongs.
    pub country: Country,
    /// The name so far, for "with no e" and "Smith with a y".
    pub name: Option<&'a str>,
    /// The digits so far of a number that comes in pieces ([`super::PhoneHeard::Part`]).
    pub digits: &'a str,
}

impl<'a> Context<'a> {
    /// The start of a conversation: nothing asked, nothing offered, daytime hours, the United States.
    pub fn new(now: NaiveDateTime, vocabulary: &'a Vocabulary) -> Self {
        Self {
            tongue: Tongue::English,
            now,
            asked: Asked::Nothing,
            vocabulary,
            offers: &[],
            day_in_talk: None,
            plausible: (
                NaiveTime::from_hms_opt(7, 0, 0).unwrap_or_default(),
                NaiveTime::from_hms_opt(20, 59, 0).unwrap_or_default(),
            ),
            country: Country::US,
            name: None,
            digits: "",
        }
    }
}

/// A language that this room speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Tongue {
    #[default]
    English,
}

impl Tongue {
    /// `None`: the language is not spoken here, and whoever asked decides what to do about it.
    pub fn of(language: &Language) -> Option<Self> {
        let tag = language.as_str();
        match tag.split_once('-').map_or(tag, |(language, _)| language) {
            "en" => Some(Self::English),
            _ => None,
        }
    }
}

/// What the caller was asked. A bare "two" is a time after one question and a digit after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// The open question: "How can I help?"
    #[default]
    Nothing,
    Name,
    /// Letter by letter.
    Spelling,
    Phone,
    Service,
    Staff,
    /// A day, a time, or both.
    When,
    /// Only the hour is missing.
    Time,
    /// "Tuesday the 24th at half past two, shall I book it?"
    ConfirmBooking,
    /// Any other question that yes and no answer.
    YesNo,
    /// "I have two o'clock or half past three."
    PickOffer,
    /// "Is there anything else?": here a no ends the call and refuses nothing.
    AnythingElse,
}

/// One of the things that were read out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Local wall time.
    pub start: NaiveDateTime,
    pub staff: Option<StaffId>,
}
