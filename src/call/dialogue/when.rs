//! From the days and times that a caller wishes for to instants that can be looked up.
//!
//! Local time is resolved here for the wish only. A local time that a clock change skips is moved to the next one
//! that exists, and one that comes twice is the first; the read-back says which time it became.

use chrono::{
    DateTime, Datelike, Days, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone,
    Utc, Weekday,
};
use chrono_tz::Tz;

use crate::{
    domain::{Interval, WeeklyHours},
    language::{Clock, Dates, Times},
};

use crate::call::{action::Order, draft::Wish};

/// What a wish comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Aim {
    NothingSaid,
    DayMissing,
    TimeMissing,
    Past(NaiveDate),
    Impossible,
    /// One start, to be checked.
    At(DateTime<Utc>),
    /// Several that would do, to be searched.
    Among {
        windows: Vec<Interval>,
        order: Order,
    },
}

/// More windows than this make no better answer.
const MOST_WINDOWS: usize = 31;

pub(super) struct Calendar {
    pub(super) zone: Tz,
    pub(super) now: DateTime<Utc>,
    pub(super) horizon_days: u32,
}

impl Calendar {
    pub(super) fn aim(&self, wish: &Wish) -> Aim {
        let exact = |times: &Option<Times>| match times {
            Some(Times::At(clock)) => Some(*clock),
            _ => None,
        };
        match &wish.dates {
            Some(Dates::Past(day)) => Aim::Past(*day),
            Some(Dates::Impossible) => Aim::Impossible,
            Some(Dates::On(day)) if wish.times.is_none() => {
                if *day < self.today() {
                    Aim::Past(*day)
                } else {
                    Aim::TimeMissing
                }
            }
            Some(Dates::On(day)) => match exact(&wish.times) {
                Some(clock) => Aim::At(self.instant(day.and_time(clock.time))),
                None => self.among(&[*day], wish),
            },
            None => match wish.times {
                None => Aim::NothingSaid,
                Some(Times::Earliest | Times::Any) => {
                    self.among(&self.days_from(self.today()), wish)
                }
                Some(_) => Aim::DayMissing,
            },
            Some(dates) => self.among(&self.days_of(dates), wish),
        }
    }

    /// Earlier or later than what was offered.
    pub(super) fn before(&self, start: DateTime<Utc>) -> Option<Aim> {
        let windows = vec![Interval::new(self.now, start).ok()?];
        Some(Aim::Among {
            windows,
            order: Order::Latest,
        })
    }

    pub(super) fn after(&self, start: DateTime<Utc>) -> Option<Aim> {
        let start = start + Duration::minutes(1);
        let windows = vec![Interval::new(start, self.horizon()).ok()?];
        Some(Aim::Among {
            windows,
            order: Order::Earliest,
        })
    }

    fn among(&self, days: &[NaiveDate], wish: &Wish) -> Aim {
        let days = days.iter().filter(|day| !wish.not_on.contains(day));
        let times = wish.times.as_ref().unwrap_or(&Times::Any);
        let mut windows: Vec<Interval> = Vec::new();
        for day in days {
            for (from, until) in stretches(times) {
                let Some(window) = self.window(*day, from, until) else {
                    continue;
                };
                if let Some(last) = windows
                    .last_mut()
                    .filter(|last| last.until() == window.from())
                {
                    *last = Interval::new(last.from(), window.until()).unwrap_or(window);
                } else if windows.len() < MOST_WINDOWS {
                    windows.push(window);
                }
            }
        }
        let order = match (times, windows.first()) {
            (Times::Latest, _) => Order::Latest,
            (Times::Around(clock), Some(first)) => {
                let day = first.from().with_timezone(&self.zone).date_naive();
                Order::Nearest(self.instant(day.and_time(clock.time)))
            }
            _ => Order::Earliest,
        };
        Aim::Among { windows, order }
    }

    fn window(
        &self,
        day: NaiveDate,
        from: NaiveTime,
        until: Option<NaiveTime>,
    ) -> Option<Interval> {
        let ends = match until {
            Some(until) => day.and_time(until),
            None => day.succ_opt()?.and_time(NaiveTime::MIN),
        };
        let from = self.instant(day.and_time(from)).max(self.now);
        Interval::new(from, self.instant(ends)).ok()
    }

    fn days_of(&self, dates: &Dates) -> Vec<NaiveDate> {
        match dates {
            Dates::On(day) | Dates::Past(day) => vec![*day],
            Dates::OneOf(days) => days.clone(),
            Dates::Between { from, to, weekdays } => self
                .days_from((*from).max(self.today()))
                .into_iter()
                .take_while(|day| day <= to)
                .filter(|day| weekdays.is_empty() || weekdays.contains(&day.weekday()))
                .collect(),
            Dates::From(day) => self.days_from((*day).max(self.today())),
            Dates::Soonest | Dates::Any => self.days_from(self.today()),
            Dates::Impossible => Vec::new(),
        }
    }

    fn days_from(&self, day: NaiveDate) -> Vec<NaiveDate> {
        let last = self.today() + Days::new(self.horizon_days.into());
        day.iter_days().take_while(|day| *day <= last).collect()
    }

    fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }

    /// All the time that can be booked.
    pub(super) fn whole(&self) -> Option<Interval> {
        Interval::new(self.now, self.horizon()).ok()
    }

    fn horizon(&self) -> DateTime<Utc> {
        self.now + Duration::days(self.horizon_days.into())
    }

    pub(super) fn instant(&self, local: NaiveDateTime) -> DateTime<Utc> {
        // No zone has ever skipped more than a day.
        (0..=96)
            .map(|quarters| local + Duration::minutes(15 * quarters))
            .find_map(|local| match self.zone.from_local_datetime(&local) {
                LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => Some(instant),
                LocalResult::None => None,
            })
            .map_or_else(|| local.and_utc(), |instant| instant.with_timezone(&Utc))
    }
}

/// The stretches of a day that a wish allows; no end means the end of the day.
fn stretches(times: &Times) -> Vec<(NaiveTime, Option<NaiveTime>)> {
    let start_of_day = NaiveTime::MIN;
    match times {
        Times::At(clock) => vec![minute_of(*clock)],
        Times::OneOf(clocks) => clocks.iter().map(|clock| minute_of(*clock)).collect(),
        Times::After(clock) => vec![(clock.time, None)],
        Times::Before(clock) => vec![(start_of_day, Some(clock.time))],
        Times::Between(from, until) => vec![(from.time, Some(until.time))],
        Times::Part(part) => {
            let (from, until) = part.span();
            vec![(from, Some(until))]
        }
        Times::Around(_) | Times::Earliest | Times::Latest | Times::Any => {
            vec![(start_of_day, None)]
        }
    }
}

fn minute_of(clock: Clock) -> (NaiveTime, Option<NaiveTime>) {
    let (next, days) = clock.time.overflowing_add_signed(Duration::minutes(1));
    (clock.time, (days == 0).then_some(next))
}

/// The first and last time at which a visit may begin on a usual day.
pub(super) fn plausible(hours: &WeeklyHours) -> (NaiveTime, NaiveTime) {
    const WEEK: [Weekday; 7] = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
    ];
    let spans = || WEEK.into_iter().flat_map(|day| hours.on(day));
    let time = |minute: u16| {
        let seconds = u32::from(minute.min(24 * 60 - 1)) * 60;
        NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default()
    };
    let first = spans()
        .map(|span| span.from_minute())
        .min()
        .unwrap_or(7 * 60);
    let last = spans()
        .map(|span| span.until_minute())
        .max()
        .unwrap_or(21 * 60);
    (time(first), time(last.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::DayPart;

    fn calendar(zone: Tz, now: &str) -> Calendar {
        Calendar {
            zone,
            now: now.parse().unwrap(),
            horizon_days: 60,
        }
    }

    fn clock(time: &str) -> Clock {
        Clock {
            time: time.parse().unwrap(),
            other: None,
        }
    }

    fn wish(dates: Option<Dates>, times: Option<Times>) -> Wish {
        Wish {
            dates,
            times,
            not_on: Vec::new(),
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_and_a_time_are_one_instant_in_the_zone_of_the_business() {
        let calendar = calendar(chrono_tz::Europe::London, "2026-06-01T08:00:00Z");
        let wish = wish(
            Some(Dates::On(day("2026-06-02"))),
            Some(Times::At(clock("14:30:00"))),
        );
        assert_eq!(
            calendar.aim(&wish),
            Aim::At("2026-06-02T13:30:00Z".parse().unwrap())
        );
    }

    #[test]
    fn a_time_that_the_clock_change_skips_is_the_next_that_exists() {
        let calendar = calendar(chrono_tz::America::New_York, "2026-03-01T12:00:00Z");
        let wish = wish(
            Some(Dates::On(day("2026-03-08"))),
            Some(Times::At(clock("02:30:00"))),
        );
        assert_eq!(
            calendar.aim(&wish),
            Aim::At("2026-03-08T07:00:00Z".parse().unwrap())
        );
    }

    #[test]
    fn a_time_that_comes_twice_is_the_first() {
        let calendar = calendar(chrono_tz::America::New_York, "2026-10-30T12:00:00Z");
        let wish = wish(
            Some(Dates::On(day("2026-11-01"))),
            Some(Times::At(clock("01:30:00"))),
        );
        assert_eq!(
            calendar.aim(&wish),
            Aim::At("2026-11-01T05:30:00Z".parse().unwrap())
        );
    }

    #[test]
    fn whole_days_in_a_row_are_one_window_and_start_now() {
        let calendar = calendar(chrono_tz::UTC, "2026-06-01T08:00:00Z");
        let dates = Dates::Between {
            from: day("2026-06-01"),
            to: day("2026-06-03"),
            weekdays: Vec::new(),
        };
        let Aim::Among { windows, .. } = calendar.aim(&wish(Some(dates), None)) else {
            panic!()
        };
        let whole = Interval::new(
            "2026-06-01T08:00:00Z".parse().unwrap(),
            "2026-06-04T00:00:00Z".parse().unwrap(),
        );
        assert_eq!(windows, [whole.unwrap()]);
    }

    #[test]
    fn a_part_of_the_day_on_ruled_out_days_is_not_searched() {
        let calendar = calendar(chrono_tz::UTC, "2026-06-01T08:00:00Z");
        let mut wish = wish(
            Some(Dates::OneOf(vec![day("2026-06-02"), day("2026-06-03")])),
            Some(Times::Part(DayPart::Morning)),
        );
        wish.not_on.push(day("2026-06-02"));
        let Aim::Among { windows, .. } = calendar.aim(&wish) else {
            panic!()
        };
        assert_eq!(windows.len(), 1);
        assert_eq!(
            windows[0].from(),
            "2026-06-03T05:00:00Z".parse::<DateTime<Utc>>().unwrap()
        );
    }

    #[test]
    fn what_is_missing_is_asked_for_and_what_is_over_is_said_to_be() {
        let calendar = calendar(chrono_tz::UTC, "2026-06-01T08:00:00Z");
        let at_two = Some(Times::At(clock("14:00:00")));
        assert_eq!(calendar.aim(&wish(None, None)), Aim::NothingSaid);
        assert_eq!(calendar.aim(&wish(None, at_two)), Aim::DayMissing);
        let on = |text| Some(Dates::On(day(text)));
        assert_eq!(
            calendar.aim(&wish(on("2026-06-02"), None)),
            Aim::TimeMissing
        );
        assert_eq!(
            calendar.aim(&wish(on("2026-05-02"), None)),
            Aim::Past(day("2026-05-02"))
        );
    }
}
