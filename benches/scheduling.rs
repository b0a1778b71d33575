//! How long the rules take: a full fortnight of a busy house, and how that grows with days and staff.
#![expect(
    clippy::unwrap_used,
    reason = "a bench may stop on nonsense of its own making"
)]

use std::hint::black_box;

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::{Europe::London, Tz};
use ringbook::{
    domain::{
        DateException, DayRange, ExceptionId, Interval, Leave, LeaveId, Policies, StaffId,
        WeeklyHours,
    },
    scheduling::{
        Busy, BusyKind, Diary, House, Need, Who, check, fair_slots, free_slots, free_starts,
        nearest,
    },
};
use uuid::Uuid;

fn main() {
    divan::main();
}

const ZONE: Tz = London;

/// The clocks go forward in the middle of the fortnight.
fn now() -> DateTime<Utc> {
    ZONE.with_ymd_and_hms(2026, 3, 22, 8, 0, 0)
        .unwrap()
        .to_utc()
}

struct Town {
    hours: WeeklyHours,
    policies: Policies,
    diaries: Vec<Diary>,
    range: Interval,
    need: Need,
}

impl Town {
    /// Everyone has about fourteen bookings and blocks a day, a leave and an exception: 20 people have 4,000 in a fortnight.
    fn new(staff: u32, days: u32) -> Self {
        let day = r#"[{"from":"09:00","until":"13:00"},{"from":"14:00","until":"19:00"}]"#;
        let week = format!(
            r#"{{"mon":{day},"tue":{day},"wed":{day},"thu":{day},"fri":{day},"sat":{day}}}"#
        );
        Self {
            hours: serde_json::from_str(&week).unwrap(),
            policies: Policies::default(),
            diaries: (0..staff).map(|number| diary(number, days)).collect(),
            range: Interval::new(now(), now() + TimeDelta::days(days.into())).unwrap(),
            need: Need::new(30, 5, 10).unwrap(),
        }
    }

    fn house(&self) -> House<'_> {
        House {
            zone: ZONE,
            hours: &self.hours,
            closures: &[],
            policies: &self.policies,
        }
    }
}

fn diary(number: u32, days: u32) -> Diary {
    let staff_id = StaffId(Uuid::from_u128(number.into()));
    let today = NaiveDate::from_ymd_opt(2026, 3, 22).unwrap();
    let leave_day = today + TimeDelta::days(i64::from(number % days));
    let busy = |index: u32| {
        // Neither in order nor at random: the steps have no divisor in common with the minutes of the range.
        let minute = (index * 7919 + number * 131) * 5 % (days * 24 * 60);
        let from = now() + TimeDelta::minutes(minute.into());
        Busy {
            interval: Interval::new(from, from + TimeDelta::minutes(40)).unwrap(),
            kind: BusyKind::Booking,
        }
    };
    Diary {
        staff_id,
        hours: None,
        exceptions: vec![DateException {
            id: ExceptionId(Uuid::nil()),
            staff_id,
            date: leave_day + TimeDelta::days(1),
            spans: vec!["10:00-12:00".parse().unwrap()],
            reason: None,
        }],
        leaves: vec![Leave {
            id: LeaveId(Uuid::nil()),
            staff_id,
            days: DayRange::new(leave_day, leave_day).unwrap(),
            part: None,
            reason: None,
        }],
        busy: (0..days * 100 / 7).map(busy).collect(),
        load: number % 5,
    }
}

#[divan::bench(args = [1, 5, 20, 80])]
fn a_fortnight_of_so_many_staff(bencher: divan::Bencher, staff: u32) {
    let town = Town::new(staff, 14);
    bencher
        .bench_local(|| free_starts(&town.house(), &town.diaries, &town.need, &town.range, now()));
}

#[divan::bench(args = [1, 14, 90])]
fn twenty_staff_for_so_many_days(bencher: divan::Bencher, days: u32) {
    let town = Town::new(20, days);
    bencher
        .bench_local(|| free_starts(&town.house(), &town.diaries, &town.need, &town.range, now()));
}

#[divan::bench]
fn one_persons_fortnight(bencher: divan::Bencher) {
    let town = Town::new(1, 14);
    bencher.bench_local(|| {
        free_slots(
            &town.house(),
            &town.diaries[0],
            &town.need,
            &town.range,
            now(),
        )
    });
}

#[divan::bench]
fn check_of_one_time(bencher: divan::Bencher) {
    let town = Town::new(1, 14);
    let start = now() + TimeDelta::days(3);
    bencher.bench_local(|| {
        check(
            &town.house(),
            &town.diaries[0],
            &town.need,
            black_box(start),
            now(),
            Who::Customer,
        )
    });
}

#[divan::bench]
fn fair_choice_and_three_alternatives(bencher: divan::Bencher) {
    let town = Town::new(20, 14);
    let starts = free_starts(&town.house(), &town.diaries, &town.need, &town.range, now());
    bencher.bench_local(|| {
        let slots = fair_slots(&starts, &town.diaries, 7);
        nearest(ZONE, &slots, now() + TimeDelta::days(3), 3)
    });
}
