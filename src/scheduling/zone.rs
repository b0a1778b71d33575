//! Between what the clock on the wall shows and the instants of UTC.
//!
//! Clocks are put forward (a gap: times that never show) and back (a fold: times that show twice), by an hour, by half an
//! hour or by a whole day, at night or at midnight. One rule answers for all of it: a stretch of wall time opens when the
//! clock *first* shows its beginning or anything later, and closes when the clock *last* leaves what comes before its end.
//! So an edge in a gap falls on the jump, a shift through a fold lasts an hour longer, and a day that was skipped is empty.
//!
//! This file must not know what the time is used for, and no other file may convert between wall time and UTC.

use chrono::{
    DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone,
    Utc,
};
use chrono_tz::{GapInfo, Tz};

use crate::domain::{Interval, TimeSpan};

const MINUTES_OF_A_DAY: u16 = 24 * 60;

/// What the clock on the wall shows.
pub fn wall_time(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    let utc = at.naive_utc();
    let offset = zone.offset_from_utc_datetime(&utc).fix();
    utc.checked_add_offset(offset).unwrap_or(utc)
}

/// A local day from its first instant to its last; none where the zone skipped it.
///
/// Where the clock is put back over midnight, two days share the hour that shows both dates.
pub fn local_day(zone: Tz, day: NaiveDate) -> Option<Interval> {
    let midnight = day.and_time(NaiveTime::MIN);
    let next = day.succ_opt()?.and_time(NaiveTime::MIN);
    Interval::new(opening(zone, midnight), closing(zone, next)).ok()
}

/// The instants at which the clock shows exactly this, in order.
fn showings(zone: Tz, wall: NaiveDateTime) -> impl Iterator<Item = DateTime<Utc>> {
    let (first, second) = match zone.from_local_datetime(&wall) {
        LocalResult::Single(at) => (Some(at), None),
        LocalResult::Ambiguous(first, second) => (Some(first), Some(second)),
        LocalResult::None => (None, None),
    };
    first.into_iter().chain(second).map(|at| at.to_utc())
}

/// When the clock first shows this or anything later.
fn opening(zone: Tz, wall: NaiveDateTime) -> DateTime<Utc> {
    showings(zone, wall)
        .next()
        .unwrap_or_else(|| jump_over(zone, wall))
}

/// When the clock last leaves what comes before this.
fn closing(zone: Tz, wall: NaiveDateTime) -> DateTime<Utc> {
    // A clock put back *to* this time shows it again without having shown anything earlier in between.
    let shows_earlier =
        |at: &DateTime<Utc>| wall_time(zone, *at - TimeDelta::nanoseconds(1)) < wall;
    showings(zone, wall)
        .filter(shows_earlier)
        .last()
        .unwrap_or_else(|| jump_over(zone, wall))
}

/// When the clock jumps over a time that it never shows.
fn jump_over(zone: Tz, wall: NaiveDateTime) -> DateTime<Utc> {
    GapInfo::new(&wall, &zone)
        .and_then(|gap| gap.begin)
        .and_then(|(shown, before)| shown.checked_sub_offset(before.fix()))
        .unwrap_or(wall)
        .and_utc()
}

/// The local days around a question. Most days run evenly from midnight to midnight, and their times are found by adding;
/// the others are looked up one by one.
pub(super) struct Calendar {
    zone: Tz,
    first_day: NaiveDate,
    /// Of each day, when it begins, if it runs evenly.
    even: Vec<Option<DateTime<Utc>>>,
}

impl Calendar {
    /// A shift of a day before, and an appointment of a day after, can reach into these days, each a day later still where
    /// a zone skips one.
    const MARGIN: u64 = 3;

    pub(super) fn around(zone: Tz, first_day: NaiveDate, last_day: NaiveDate) -> Self {
        let margin = Days::new(Self::MARGIN);
        let first_day = first_day.checked_sub_days(margin).unwrap_or(first_day);
        let last_day = last_day.checked_add_days(margin).unwrap_or(last_day);
        let midnights: Vec<_> = first_day
            .iter_days()
            .take_while(|day| day.pred_opt().is_none_or(|before| before <= last_day))
            .map(|day| zone.from_local_datetime(&day.and_time(NaiveTime::MIN)))
            .collect();
        let even = midnights
            .windows(2)
            .map(|pair| match pair {
                [LocalResult::Single(this), LocalResult::Single(next)] => {
                    (*next - *this == TimeDelta::days(1)).then(|| this.to_utc())
                }
                _ => None,
            })
            .collect();
        Self {
            zone,
            first_day,
            even,
        }
    }

    pub(super) fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        self.first_day.iter_days().take(self.even.len())
    }

    /// A span of hours on a day; none where the clock jumps over all of it.
    pub(super) fn span(&self, day: NaiveDate, span: TimeSpan) -> Option<Interval> {
        self.stretch(day, span.from_minute(), span.until_minute())
    }

    /// The whole day, as [`local_day`] has it.
    pub(super) fn whole(&self, day: NaiveDate) -> Option<Interval> {
        self.stretch(day, 0, MINUTES_OF_A_DAY)
    }

    /// The instants of a day at which the clock shows a multiple of so many minutes, in order.
    pub(super) fn grid(&self, day: NaiveDate, minutes: u32) -> Vec<DateTime<Utc>> {
        let times = (0..u32::from(MINUTES_OF_A_DAY))
            .step_by(minutes as usize)
            .map(|minute| TimeDelta::minutes(minute.into()));
        if let Some(midnight) = self.even_midnight(day) {
            return times.map(|time| midnight + time).collect();
        }
        let midnight = day.and_time(NaiveTime::MIN);
        let mut instants: Vec<_> = times
            .flat_map(|time| showings(self.zone, midnight + time))
            .collect();
        instants.sort_unstable();
        instants
    }

    fn stretch(&self, day: NaiveDate, from: u16, until: u16) -> Option<Interval> {
        let from = self.edge(day, from, opening)?;
        let until = self.edge(day, until, closing)?;
        Interval::new(from, until).ok()
    }

    fn edge(
        &self,
        day: NaiveDate,
        minute: u16,
        otherwise: fn(Tz, NaiveDateTime) -> DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let day = day.checked_add_days(Days::new((minute / MINUTES_OF_A_DAY).into()))?;
        let time = TimeDelta::minutes((minute % MINUTES_OF_A_DAY).into());
        Some(match self.even_midnight(day) {
            Some(midnight) => midnight + time,
            None => otherwise(self.zone, day.and_time(NaiveTime::MIN) + time),
        })
    }

    fn even_midnight(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let index = usize::try_from((day - self.first_day).num_days()).ok()?;
        *self.even.get(index)?
    }
}
