//! When somebody is there: working hours, and the leaves and closures that take from them, as stretches of UTC.
//!
//! It must not know about bookings.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::{
    Diary, House,
    zone::{Calendar, wall_time},
};
use crate::domain::{Closure, Interval, Leave, TimeSpan};

/// Whether the business itself is open at this instant, whoever works then.
pub fn is_open(house: &House, at: DateTime<Utc>) -> bool {
    let today = wall_time(house.zone, at).date();
    let calendar = Calendar::around(house.zone, today, today);
    let covers = |stretch: Interval| (stretch.from()..stretch.until()).contains(&at);
    let is_closed = house
        .closures
        .iter()
        .any(|closure| closed(&calendar, closure).any(covers));
    let is_within = |day: NaiveDate| {
        let spans = house.hours.on(day.weekday()).iter();
        spans
            .filter_map(|span| calendar.span(day, *span))
            .any(covers)
    };
    !is_closed && calendar.days().any(is_within)
}

/// Working hours; spans that touch, also across midnight, are one.
pub(super) fn working(calendar: &Calendar, house: &House, diary: &Diary) -> Vec<Interval> {
    let hours = diary.hours.as_ref().unwrap_or(house.hours);
    let mut spans: Vec<TimeSpan> = Vec::new();
    let mut stretches = Vec::new();
    for day in calendar.days() {
        spans.clear();
        let mut exceptions = diary.exceptions.iter().filter(|e| e.date == day).peekable();
        if exceptions.peek().is_some() {
            spans.extend(exceptions.flat_map(|exception| &exception.spans));
        } else {
            spans.extend(hours.on(day.weekday()));
        }
        stretches.extend(spans.iter().filter_map(|span| calendar.span(day, *span)));
    }
    joined(stretches)
}

/// The days on which the business is closed because of this.
pub(super) fn closed<'a>(
    calendar: &'a Calendar,
    closure: &'a Closure,
) -> impl Iterator<Item = Interval> + 'a {
    calendar
        .days()
        .filter(|day| is_closed_on(closure, *day))
        .filter_map(|day| calendar.whole(day))
}

/// The time that this leave takes.
pub(super) fn on_leave<'a>(
    calendar: &'a Calendar,
    leave: &'a Leave,
) -> impl Iterator<Item = Interval> + 'a {
    calendar
        .days()
        .filter(|day| leave.days.contains(*day))
        .filter_map(|day| match leave.part {
            Some(part) => calendar.span(day, part),
            None => calendar.whole(day),
        })
}

/// A yearly closure compares (year, month, day), not dates: so a 29th of February is closed in leap years only, and one
/// that runs past New Year needs no second case.
fn is_closed_on(closure: &Closure, day: NaiveDate) -> bool {
    if !closure.every_year {
        return closure.days.contains(day);
    }
    let later = |day: NaiveDate, years| (day.year() + years, day.month(), day.day());
    let (first, last) = (closure.days.first_day(), closure.days.last_day());
    let this = later(day, 0);
    let repeats = (day.year() - last.year()).max(0)..=day.year() - first.year();
    repeats
        .into_iter()
        .any(|years| later(first, years) <= this && this <= later(last, years))
}

/// In order, and apart: what overlaps or touches becomes one.
pub(super) fn joined(mut stretches: Vec<Interval>) -> Vec<Interval> {
    stretches.sort_unstable_by_key(Interval::from);
    stretches.dedup_by(|next, kept| {
        let touch = next.from() <= kept.until();
        if touch && let Ok(both) = Interval::new(kept.from(), kept.until().max(next.until())) {
            *kept = both;
        }
        touch
    });
    stretches
}
