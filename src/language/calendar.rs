//! Which day is meant: the rules by which an incomplete date becomes a day of the calendar. Knows no language.
//!
//! The rules, counted from today:
//! - a weekday alone is the next one after today; said on that weekday itself, it is a week from now, and unsure;
//! - "this" weekday is the one of this week (Monday to Sunday); if it is over or today, the coming one, and unsure;
//! - "next" weekday is the one of next week, and unsure if the same weekday is still to come this week;
//! - a day of the month alone is the next such day, today included; a month without it is passed over;
//! - a day and month without a year are in this year, unless that was more than four months ago: then in the next.
//!   What was less long ago is said to be past, because nobody books ten months ahead by a slip.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::{Confidence, Dates};

const FORGOTTEN_DAYS: i64 = 120;

pub(super) type Resolved = (Dates, Confidence);

/// How a weekday was pointed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pointing {
    Alone,
    This,
    Next,
    Last,
    /// "Tuesday week", "Tuesday after next": so many weeks after the coming one.
    WeeksLater(u32),
}

pub(super) fn later(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days))
        .unwrap_or(NaiveDate::MAX)
}

pub(super) fn earlier(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days))
        .unwrap_or(NaiveDate::MIN)
}

pub(super) fn months_later(date: NaiveDate, months: u32) -> NaiveDate {
    date.checked_add_months(Months::new(months))
        .unwrap_or(NaiveDate::MAX)
}

pub(super) fn monday_of(date: NaiveDate) -> NaiveDate {
    earlier(date, date.weekday().num_days_from_monday().into())
}

/// Monday and Sunday of the week so many weeks from now.
pub(super) fn week(today: NaiveDate, weeks: u64) -> (NaiveDate, NaiveDate) {
    let monday = later(monday_of(today), weeks * 7);
    (monday, later(monday, 6))
}

pub(super) fn month(first_in: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = first_in.with_day(1).unwrap_or(first_in);
    (first, earlier(months_later(first, 1), 1))
}

/// The month of that number, this year or next: the one that is not over.
pub(super) fn named_month(number: u32, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let year = if number < today.month() {
        today.year() + 1
    } else {
        today.year()
    };
    month(NaiveDate::from_ymd_opt(year, number, 1).unwrap_or(today))
}

/// The first such weekday after `date`.
pub(super) fn coming(weekday: Weekday, date: NaiveDate) -> NaiveDate {
    let ahead = weekday.days_since(date.weekday());
    later(date, if ahead == 0 { 7 } else { ahead.into() })
}

pub(super) fn weekday(weekday: Weekday, pointing: Pointing, today: NaiveDate) -> Resolved {
    let coming = coming(weekday, today);
    let in_week = |weeks| later(week(today, weeks).0, weekday.num_days_from_monday().into());
    match pointing {
        Pointing::Alone if weekday == today.weekday() => (Dates::On(coming), Confidence::Unsure),
        Pointing::Alone => (Dates::On(coming), Confidence::Sure),
        Pointing::This if in_week(0) > today => (Dates::On(in_week(0)), Confidence::Sure),
        Pointing::This => (Dates::On(coming), Confidence::Unsure),
        Pointing::Next if coming == in_week(1) => (Dates::On(coming), Confidence::Sure),
        Pointing::Next => (Dates::On(in_week(1)), Confidence::Unsure),
        Pointing::Last => (Dates::Past(earlier(coming, 7)), Confidence::Sure),
        Pointing::WeeksLater(weeks) => (
            Dates::On(later(coming, u64::from(weeks) * 7)),
            Confidence::Unsure,
        ),
    }
}

/// "The 24th": sought from `from` on.
pub(super) fn day_of_month(day: u32, from: NaiveDate) -> Resolved {
    days_of_month(day, from)
        .next()
        .map_or((Dates::Impossible, Confidence::Sure), |date| {
            (Dates::On(date), Confidence::Sure)
        })
}

/// "Friday the 13th": the next one or the one after, if it falls on that weekday; further away nobody means it.
pub(super) fn weekday_of_month(weekday: Weekday, day: u32, from: NaiveDate) -> Resolved {
    let found = days_of_month(day, from)
        .take(2)
        .find(|date| date.weekday() == weekday);
    match found {
        Some(date) => (Dates::On(date), Confidence::Sure),
        None => (Dates::Impossible, Confidence::Sure),
    }
}

fn days_of_month(day: u32, from: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let first = from.with_day(1).unwrap_or(from);
    (0..12)
        .filter_map(move |months| months_later(first, months).with_day(day))
        .filter(move |date| *date >= from)
}

pub(super) fn month_and_day(month: u32, day: u32, year: Option<i32>, today: NaiveDate) -> Resolved {
    // The 29th of February exists in some year only.
    let in_year = |year| NaiveDate::from_ymd_opt(year, month, day);
    let date = match year {
        Some(year) => in_year(year),
        None => in_year(today.year())
            .filter(|date| (today - *date).num_days() < FORGOTTEN_DAYS)
            .or_else(|| in_year(today.year() + 1)),
    };
    match date {
        Some(date) => (on(date, today), Confidence::Sure),
        None => (Dates::Impossible, Confidence::Sure),
    }
}

/// That day, or that it is over.
pub(super) fn on(date: NaiveDate, today: NaiveDate) -> Dates {
    if date < today {
        Dates::Past(date)
    } else {
        Dates::On(date)
    }
}
