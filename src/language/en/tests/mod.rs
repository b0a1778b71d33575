//! What is understood of several hundred things that callers say.
//!
//! It is Tuesday, the 17th of November 2026, ten in the morning. Meanings are written in short, so that a table reads
//! as what it says: a `?` marks what is unsure.

mod answers;
mod catalogue;
mod dates;
mod intents;
mod names;
mod phones;
mod sentences;
mod times;

use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime};
use uuid::Uuid;

use crate::{
    domain::{ServiceId, StaffId},
    language::{
        Answer, Asked, Choice, Clock, Confidence, Context, Dates, DayPart, Heard, Meaning, Offer,
        PhoneHeard, ServiceHeard, StaffHeard, Times, Vocabulary, understand,
    },
};

const CUT: ServiceId = ServiceId(Uuid::from_u128(1));
const CUT_AND_BEARD: ServiceId = ServiceId(Uuid::from_u128(2));
const BEARD: ServiceId = ServiceId(Uuid::from_u128(3));
const COLOUR: ServiceId = ServiceId(Uuid::from_u128(4));
const SWEDISH: ServiceId = ServiceId(Uuid::from_u128(5));
const DEEP_TISSUE: ServiceId = ServiceId(Uuid::from_u128(6));
const MARIA: StaffId = StaffId(Uuid::from_u128(1));
const TOM: StaffId = StaffId(Uuid::from_u128(2));
const DR_LEE: StaffId = StaffId(Uuid::from_u128(3));

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let mut vocabulary = Vocabulary::default();
    vocabulary
        .service(CUT, ["Haircut", "Trim"])
        .service(CUT_AND_BEARD, ["Haircut and beard"])
        .service(BEARD, ["Beard trim"])
        .service(COLOUR, ["Full colour", "Hair colour", "Dye"])
        .service(SWEDISH, ["Swedish massage"])
        .service(DEEP_TISSUE, ["Deep tissue massage"])
        .person(MARIA, ["Maria"])
        .person(TOM, ["Tom", "Tommy"])
        .person(DR_LEE, ["Dr Lee"]);
    vocabulary
});

fn at(day: u32, hour: u32, minute: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 11, day)
        .and_then(|date| date.and_hms_opt(hour, minute, 0))
        .unwrap()
}

/// Two o'clock and half past three on Tuesday the 24th, and eleven on the Wednesday with Tom.
static OFFERS: LazyLock<[Offer; 3]> = LazyLock::new(|| {
    [
        Offer {
            start: at(24, 14, 0),
            staff: Some(MARIA),
        },
        Offer {
            start: at(24, 15, 30),
            staff: Some(MARIA),
        },
        Offer {
            start: at(25, 11, 0),
            staff: Some(TOM),
        },
    ]
});

fn hear(asked: Asked, text: &str) -> Meaning {
    hear_with(text, |context| context.asked = asked)
}

fn hear_with(text: &str, change: impl FnOnce(&mut Context<'static>)) -> Meaning {
    let mut context = Context::new(at(17, 10, 0), &VOCABULARY);
    change(&mut context);
    understand(text, &context)
}

/// Runs a table and tells all its failures at once.
fn check(table: &[(&str, &str)], heard: impl Fn(&str) -> String) {
    let wrong: Vec<String> = table
        .iter()
        .map(|(text, meant)| (text, meant, heard(text)))
        .filter(|(_, meant, heard)| **meant != heard)
        .map(|(text, meant, heard)| format!("“{text}” means `{meant}`, and `{heard}` was heard"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A slot in short; `-` if it is empty.
fn short<T>(slot: Option<&Heard<T>>, say: impl Fn(&T) -> String) -> String {
    slot.map_or("-".to_owned(), |heard| {
        let unsure = if heard.confidence == Confidence::Unsure {
            "?"
        } else {
            ""
        };
        format!("{}{unsure}", say(&heard.value))
    })
}

fn days(dates: &Dates) -> String {
    let day = |date: &NaiveDate| {
        let year = if date.format("%Y").to_string() == "2026" {
            ""
        } else {
            " %Y"
        };
        date.format(&format!("%b %-d{year}")).to_string()
    };
    match dates {
        Dates::On(date) => day(date),
        Dates::OneOf(dates) => dates.iter().map(day).collect::<Vec<_>>().join(" or "),
        Dates::Between { from, to, weekdays } => {
            let only = weekdays
                .iter()
                .fold(String::new(), |only, day| only + &format!(" {day}"));
            format!("{} to {}{only}", day(from), day(to))
        }
        Dates::From(date) => format!("from {}", day(date)),
        Dates::Soonest => "soonest".to_owned(),
        Dates::Any => "any".to_owned(),
        Dates::Past(date) => format!("past {}", day(date)),
        Dates::Impossible => "impossible".to_owned(),
    }
}

fn hours(times: &Times) -> String {
    let clock = |clock: &Clock| clock.time.format("%H:%M").to_string();
    match times {
        Times::At(at) => clock(at),
        Times::Around(at) => format!("around {}", clock(at)),
        Times::OneOf(several) => several.iter().map(clock).collect::<Vec<_>>().join(" or "),
        Times::After(at) => format!("after {}", clock(at)),
        Times::Before(at) => format!("before {}", clock(at)),
        Times::Between(from, until) => format!("{} to {}", clock(from), clock(until)),
        Times::Part(part) => match part {
            DayPart::Morning => "morning",
            DayPart::Lunchtime => "lunchtime",
            DayPart::Afternoon => "afternoon",
            DayPart::Evening => "evening",
            DayPart::Night => "night",
        }
        .to_owned(),
        Times::Earliest => "earliest".to_owned(),
        Times::Latest => "latest".to_owned(),
        Times::Any => "any".to_owned(),
    }
}

fn digits(phone: &PhoneHeard) -> String {
    match phone {
        PhoneHeard::Number(number) => number.to_string(),
        PhoneHeard::SameAsCaller => "caller".to_owned(),
        PhoneHeard::Part(digits) => format!("part {digits}"),
        PhoneHeard::Wrong(digits) => format!("wrong {digits}"),
    }
}

fn service_name(service: &ServiceHeard) -> String {
    let name = |id: &ServiceId| {
        match *id {
            CUT => "cut",
            CUT_AND_BEARD => "cut+beard",
            BEARD => "beard",
            COLOUR => "colour",
            SWEDISH => "swedish",
            DEEP_TISSUE => "deep",
            _ => "unknown",
        }
        .to_owned()
    };
    let names = |ids: &[ServiceId], join: &str| ids.iter().map(name).collect::<Vec<_>>().join(join);
    match service {
        ServiceHeard::Is(id) => name(id),
        ServiceHeard::OneOf(ids) => names(ids, " or "),
        ServiceHeard::AllOf(ids) => names(ids, " and "),
        ServiceHeard::NotOffered(what) => format!("no {what}"),
    }
}

fn staff_name(staff: &StaffHeard) -> String {
    let name = |id: &StaffId| {
        match *id {
            MARIA => "Maria",
            TOM => "Tom",
            DR_LEE => "Lee",
            _ => "unknown",
        }
        .to_owned()
    };
    match staff {
        StaffHeard::Is(id) => name(id),
        StaffHeard::OneOf(ids) => ids.iter().map(name).collect::<Vec<_>>().join(" or "),
        StaffHeard::Anyone => "anyone".to_owned(),
        StaffHeard::AnyoneBut(id) => format!("not {}", name(id)),
        StaffHeard::Nobody(who) => format!("no {who}"),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that `short` wants"
)]
fn answer(answer: &Answer) -> String {
    format!("{answer:?}").to_lowercase()
}

fn choice(choice: &Choice) -> String {
    match choice {
        Choice::Nth(nth) => nth.to_string(),
        Choice::Any => "any".to_owned(),
        Choice::NoneOfThem => "none".to_owned(),
    }
}

fn intents(meaning: &Meaning) -> String {
    let names: Vec<String> = meaning
        .intents
        .iter()
        .map(|heard| format!("{:?}", heard.value))
        .collect();
    names.join(" ")
}

/// Everything in short, empty slots left out.
fn all(meaning: &Meaning) -> String {
    let name = |name: &crate::language::SpokenName| name.text.clone();
    [
        ("date", short(meaning.date.as_ref(), days)),
        ("not", short(meaning.not_date.as_ref(), days)),
        ("time", short(meaning.time.as_ref(), hours)),
        ("phone", short(meaning.phone.as_ref(), digits)),
        ("name", short(meaning.name.as_ref(), name)),
        ("for", short(meaning.for_name.as_ref(), name)),
        ("service", short(meaning.service.as_ref(), service_name)),
        ("staff", short(meaning.staff.as_ref(), staff_name)),
        ("answer", short(meaning.answer.as_ref(), answer)),
        ("choice", short(meaning.choice.as_ref(), choice)),
    ]
    .into_iter()
    .filter(|(_, value)| value != "-")
    .map(|(slot, value)| format!("{slot}: {value}"))
    .collect::<Vec<_>>()
    .join(", ")
}
