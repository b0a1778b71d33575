//! A small business for the tests of the rules, and times written as the clock on its wall shows them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::{
    Busy, BusyKind, Diary, House, Need, Refusal, Slot, Who, check, free_slots, zone::wall_time,
};
use crate::domain::{
    Closure, ClosureId, ClosureKind, DateException, DayRange, ExceptionId, Interval, Leave,
    LeaveId, Policies, StaffId, TimeSpan, WeeklyHours, policy::UncheckedPolicies,
};

pub(super) const STAFF: StaffId = StaffId(Uuid::nil());

/// Everything one question needs, with defaults that don't get in the way: hours as given on every day of the week, hourly
/// slots of an hour, no notice, a long horizon, and a moment long before.
pub(super) struct Sample {
    pub(super) zone: Tz,
    pub(super) hours: WeeklyHours,
    pub(super) closures: Vec<Closure>,
    pub(super) policies: UncheckedPolicies,
    pub(super) diary: Diary,
    pub(super) need: Need,
    pub(super) now: DateTime<Utc>,
}

impl Sample {
    pub(super) fn new(zone: Tz, hours: &[&str], now: &str) -> Self {
        Self {
            zone,
            hours: every_day(hours),
            closures: Vec::new(),
            policies: UncheckedPolicies {
                slot_interval_minutes: 60,
                minimum_notice_minutes: 0,
                horizon_days: 365,
                ..UncheckedPolicies::default()
            },
            diary: Diary {
                staff_id: STAFF,
                hours: None,
                exceptions: Vec::new(),
                leaves: Vec::new(),
                busy: Vec::new(),
                load: 0,
            },
            need: Need::new(60, 0, 0).unwrap(),
            now: instant(zone, now),
        }
    }

    pub(super) fn at(&self, text: &str) -> DateTime<Utc> {
        instant(self.zone, text)
    }

    pub(super) fn close(&mut self, first: &str, last: &str, every_year: bool) {
        self.closures.push(Closure {
            id: ClosureId(Uuid::nil()),
            kind: ClosureKind::Closure,
            days: days(first, last),
            every_year,
            reason: None,
        });
    }

    pub(super) fn leave(&mut self, first: &str, last: &str, part: Option<&str>) {
        self.diary.leaves.push(Leave {
            id: LeaveId(Uuid::nil()),
            staff_id: STAFF,
            days: days(first, last),
            part: part.map(|part| part.parse().unwrap()),
            reason: None,
        });
    }

    pub(super) fn except(&mut self, date: &str, spans: &[&str]) {
        self.diary.exceptions.push(DateException {
            id: ExceptionId(Uuid::nil()),
            staff_id: STAFF,
            date: date.parse().unwrap(),
            spans: parsed(spans),
            reason: None,
        });
    }

    pub(super) fn busy(&mut self, kind: BusyKind, from: &str, until: &str) {
        self.diary.busy.push(Busy {
            interval: Interval::new(self.at(from), self.at(until)).unwrap(),
            kind,
        });
    }

    pub(super) fn slots(&self, from: &str, until: &str) -> Vec<Slot> {
        self.slots_in(&Interval::new(self.at(from), self.at(until)).unwrap())
    }

    fn slots_in(&self, range: &Interval) -> Vec<Slot> {
        let policies = Policies::try_from(self.policies.clone()).unwrap();
        let house = self.house(&policies);
        free_slots(&house, &self.diary, &self.need, range, self.now)
    }

    /// The free starts as the clock shows them.
    pub(super) fn starts(&self, from: &str, until: &str) -> Vec<String> {
        self.starts_in(&Interval::new(self.at(from), self.at(until)).unwrap())
    }

    pub(super) fn starts_in(&self, range: &Interval) -> Vec<String> {
        let slots = self.slots_in(range);
        let shown = slots
            .iter()
            .map(|slot| wall_time(self.zone, slot.starts_at));
        shown
            .map(|time| time.format("%d %H:%M").to_string())
            .collect()
    }

    pub(super) fn check(&self, start: &str, who: Who) -> Result<Slot, Refusal> {
        self.check_at(self.at(start), who)
    }

    pub(super) fn check_at(&self, start: DateTime<Utc>, who: Who) -> Result<Slot, Refusal> {
        let policies = Policies::try_from(self.policies.clone()).unwrap();
        check(
            &self.house(&policies),
            &self.diary,
            &self.need,
            start,
            self.now,
            who,
        )
    }

    pub(super) fn house<'a>(&'a self, policies: &'a Policies) -> House<'a> {
        House {
            zone: self.zone,
            hours: &self.hours,
            closures: &self.closures,
            policies,
        }
    }
}

/// `2026-03-04 14:30`, the first time the clock shows it.
fn instant(zone: Tz, text: &str) -> DateTime<Utc> {
    let wall = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    let at = zone.from_local_datetime(&wall).earliest();
    at.unwrap_or_else(|| panic!("{zone} never shows {text}"))
        .to_utc()
}

pub(super) fn every_day(spans: &[&str]) -> WeeklyHours {
    WeeklyHours::new(std::array::from_fn(|_| parsed(spans))).unwrap()
}

fn parsed(spans: &[&str]) -> Vec<TimeSpan> {
    spans.iter().map(|span| span.parse().unwrap()).collect()
}

fn days(first: &str, last: &str) -> DayRange {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    DayRange::new(day(first), day(last)).unwrap()
}
