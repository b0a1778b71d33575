//! What was meant: typed slots, all of them optional, each with where it was said and how sure that is.
//!
//! It must not know how any language says these things, nor what the dialogue makes of them.

use chrono::{NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use crate::domain::{Language, PhoneNumber, ServiceId, StaffId};

/// One utterance, understood. Empty slots were not spoken of.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Meaning {
    pub manner: Manner,
    /// What the caller wants, in the order they said it; none twice.
    pub intents: Vec<Heard<Intent>>,
    /// A yes or no that answers the question. "Yes, but Thursday" has this, a [`Intent::Correction`], and a date.
    pub answer: Option<Heard<Answer>>,
    pub date: Option<Heard<Dates>>,
    /// Days ruled out: "not Monday", "any day but the 24th".
    pub not_date: Option<Heard<Dates>>,
    pub time: Option<Heard<Times>>,
    /// Times ruled out: "not in the morning", "three doesn't work".
    pub not_time: Option<Heard<Times>>,
    pub phone: Option<Heard<PhoneHeard>>,
    pub name: Option<Heard<SpokenName>>,
    /// The person the booking is for, if it is not the caller: "for my son Leo". Goes with [`Intent::ForSomebodyElse`].
    pub for_name: Option<Heard<SpokenName>>,
    pub service: Option<Heard<ServiceHeard>>,
    pub staff: Option<Heard<StaffHeard>>,
    pub choice: Option<Heard<Choice>>,
}

impl Meaning {
    pub fn wants(&self, intent: Intent) -> bool {
        self.intents.iter().any(|heard| heard.value == intent)
    }

    pub fn says(&self, answer: Answer) -> bool {
        self.answer
            .as_ref()
            .is_some_and(|heard| heard.value == answer)
    }

    /// Nothing to act upon: no slot, no intent, no answer.
    pub fn is_empty(&self) -> bool {
        let Self {
            manner: _,
            intents,
            answer,
            date,
            not_date,
            time,
            not_time,
            phone,
            name,
            for_name,
            service,
            staff,
            choice,
        } = self;
        intents.is_empty()
            && answer.is_none()
            && date.is_none()
            && not_date.is_none()
            && time.is_none()
            && not_time.is_none()
            && phone.is_none()
            && name.is_none()
            && for_name.is_none()
            && service.is_none()
            && staff.is_none()
            && choice.is_none()
    }
}

/// A value, where in the text it was said, and whether to ask again before relying on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard<T> {
    pub value: T,
    pub confidence: Confidence,
    pub span: Span,
}

impl<T> Heard<T> {
    pub fn is_sure(&self) -> bool {
        self.confidence == Confidence::Sure
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The usual read-back is enough.
    Sure,
    /// A likely reading among others: say it back and wait for a yes of its own.
    Unsure,
}

/// Bytes `start..end` of the text that was given, on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

/// What kind of sound the utterance was, as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// Words said to us. They may still mean nothing we know.
    #[default]
    Words,
    /// "Mm-hm", "right", "okay" while listening: not a turn. After a question that yes answers it is a
    /// [`Answer::Yes`] as well, and it is the machine that knows whether the agent was still talking.
    Backchannel,
    /// "Um", "well", "let me see": the caller is thinking and will go on.
    Filler,
    /// Nothing that was meant for us: empty text, `[noise]`, swearing and nothing else.
    Noise,
    /// Another language than ours.
    OtherLanguage(Language),
    /// A machine at the other end: "please leave a message after the tone".
    Voicemail,
}

/// What the caller wants done or told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    Book,
    Cancel,
    Reschedule,
    AskPrice,
    AskHours,
    AskAddress,
    /// How long the service takes.
    AskDuration,
    /// What can be booked here.
    AskServices,
    /// Who works here.
    AskStaff,
    /// "What do you have on Friday afternoon?": the date and time slots say when.
    AskAvailability,
    /// When is the booking I have?
    AskBooking,
    AskIfRobot,
    /// A question about the business that only its description may answer: parking, cards, what to bring.
    AskOther,
    TalkToPerson,
    LeaveMessage,
    Repeat,
    SlowDown,
    /// "Hold on a second."
    Wait,
    Greeting,
    Thanks,
    Goodbye,
    /// "That's all, thanks."
    NothingElse,
    /// What follows replaces what was said before: "no, Thursday", "actually", "I meant".
    Correction,
    StartOver,
    /// "Never mind": the caller drops what they were after, which is not a cancellation of a booking.
    NeverMind,
    ForSomebodyElse,
    /// "That's not me": the name or booking we found is another person's.
    NotMe,
    DontKnow,
    /// "Earlier", "something sooner", compared with what was offered.
    Earlier,
    Later,
    /// "What else have you got?"
    OtherOffers,
    OtherDay,
    /// "Do you speak Spanish?"
    OtherLanguage,
    WrongNumber,
    /// "It's an emergency."
    Urgent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Yes,
    No,
    /// "Maybe", "I'm not sure": neither.
    Maybe,
}

/// Days. Weeks begin on Monday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dates {
    On(NaiveDate),
    /// "Tuesday or Wednesday", in the order said; at least two.
    OneOf(Vec<NaiveDate>),
    /// From the first to the last, both included: "next week". `weekdays` narrows it ("a Tuesday in May");
    /// empty means any day.
    Between {
        from: NaiveDate,
        to: NaiveDate,
        weekdays: Vec<Weekday>,
    },
    /// From this day on: "after the 24th".
    From(NaiveDate),
    /// "As soon as possible", "the next available".
    Soonest,
    /// "Any day".
    Any,
    /// A day that is over: said, understood, and never moved to another year on our own.
    Past(NaiveDate),
    /// There is no such day, or the weekday and the date contradict each other: ask again.
    Impossible,
}

/// Times of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Times {
    At(Clock),
    /// "Around two".
    Around(Clock),
    /// "Two or half past three", in the order said; at least two.
    OneOf(Vec<Clock>),
    /// "After three", "from three on": three itself is welcome, which nobody has minded yet.
    After(Clock),
    /// "Before noon", "by five".
    Before(Clock),
    Between(Clock, Clock),
    Part(DayPart),
    /// "As early as you can", "first thing".
    Earliest,
    /// "The last one of the day".
    Latest,
    Any,
}

/// A time on the face of a clock. Without "a.m." or "in the evening" it can be two times of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Clock {
    /// The reading that fits the caller's words and the plausible hours best.
    pub time: NaiveTime,
    /// The other reading, where the words allow one. If both are plausible, the slot is [`Confidence::Unsure`].
    pub other: Option<NaiveTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayPart {
    Morning,
    Lunchtime,
    Afternoon,
    Evening,
    Night,
}

impl DayPart {
    /// From (included) and until (excluded). The night ends with the day.
    pub fn span(self) -> (NaiveTime, NaiveTime) {
        let (from, until) = match self {
            Self::Morning => (5, 12),
            Self::Lunchtime => (12, 14),
            Self::Afternoon => (12, 17),
            Self::Evening => (17, 21),
            Self::Night => (20, 24),
        };
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
        let last_minute = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(NaiveTime::MIN);
        (
            hour(from),
            if until == 24 {
                last_minute
            } else {
                hour(until)
            },
        )
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneHeard {
    /// As many digits as its country's numbers have. Unsure if the plan has no such number.
    Number(PhoneNumber),
    /// "The number I'm calling from".
    SameAsCaller,
    /// Fewer digits than a number has: all of them so far, with those of [`super::Context::digits`]. Keep them there,
    /// and more may follow. A leading `+` stands for "plus".
    Part(String),
    /// More digits than any number has, or a country code that does not exist. Ask again from the start.
    Wrong(String),
}

/// A name as it would be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpokenName {
    pub text: String,
    /// Letter by letter, or corrected by letter: worth more than what a recogniser made of the sound.
    pub spelled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceHeard {
    Is(ServiceId),
    /// The words fit several: ask which.
    OneOf(Vec<ServiceId>),
    /// Several were named: "a cut and a beard trim".
    AllOf(Vec<ServiceId>),
    /// Something was named where a service goes, and it is none of ours.
    NotOffered(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffHeard {
    Is(StaffId),
    /// Two people share that name, or both would do.
    OneOf(Vec<StaffId>),
    Anyone,
    AnyoneBut(StaffId),
    /// Somebody was asked for by a name that nobody here has.
    Nobody(String),
}

/// Which of the offers that were read out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Counted from 0, and always within the offers.
    Nth(usize),
    /// "Either is fine".
    Any,
    /// "None of those".
    NoneOfThem,
}
