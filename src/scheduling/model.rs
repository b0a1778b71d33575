//! The rules once more, minute by minute, in the plainest way there is; and the properties that hold the real ones to it.
//!
//! The model lays out a line of minutes, asks the time zone only what the clock shows at each of them, and never converts
//! wall time to UTC. A stretch of wall time has begun once the clock has shown its beginning or later, and is over once the
//! clock will never again show anything before its end. It shares no code with the rules but the types of their inputs.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use proptest::{collection::vec, prelude::*, sample::select};
use uuid::Uuid;

use super::{
    Busy, BusyKind, Diary, House, Need, Slot, Who, check, free_slots, free_slots_of_all,
    free_starts,
};
use crate::domain::{
    Closure, ClosureId, ClosureKind, DateException, DayRange, ExceptionId, Interval, Leave,
    LeaveId, Policies, StaffId, TimeSpan, WeeklyHours, policy::UncheckedPolicies,
};

const MINUTE: TimeDelta = TimeDelta::minutes(1);

#[derive(Debug, Clone)]
struct Question {
    zone: Tz,
    hours: WeeklyHours,
    closures: Vec<Closure>,
    policies: Policies,
    diary: Diary,
    duration: i64,
    before: i64,
    after: i64,
    range: Interval,
    now: DateTime<Utc>,
}

impl Question {
    fn house(&self) -> House<'_> {
        House {
            zone: self.zone,
            hours: &self.hours,
            closures: &self.closures,
            policies: &self.policies,
        }
    }

    fn need(&self) -> Need {
        let minutes = |minutes| u32::try_from(minutes).unwrap();
        Need::new(
            minutes(self.duration),
            minutes(self.before),
            minutes(self.after),
        )
        .unwrap()
    }

    fn slots(&self) -> Vec<Slot> {
        free_slots(
            &self.house(),
            &self.diary,
            &self.need(),
            &self.range,
            self.now,
        )
    }
}

/// What there is to know of one minute.
struct Minute {
    at: DateTime<Utc>,
    shows: NaiveDateTime,
    /// The latest that the clock has shown until now.
    has_shown: NaiveDateTime,
    /// The earliest that it shows from now on.
    will_show: NaiveDateTime,
    works: bool,
    away: bool,
    taken: bool,
}

/// A stretch of what the clock shows.
struct Shown {
    from: NaiveDateTime,
    until: NaiveDateTime,
}

impl Shown {
    fn part_of(day: NaiveDate, from: u16, until: u16) -> Self {
        let midnight = day.and_hms_opt(0, 0, 0).unwrap();
        Self {
            from: midnight + TimeDelta::minutes(from.into()),
            until: midnight + TimeDelta::minutes(until.into()),
        }
    }

    fn span(day: NaiveDate, span: TimeSpan) -> Self {
        Self::part_of(day, span.from_minute(), span.until_minute())
    }

    fn whole(day: NaiveDate) -> Self {
        Self::part_of(day, 0, 1440)
    }

    fn holds(&self, minute: &Minute) -> bool {
        minute.has_shown >= self.from && minute.will_show < self.until
    }
}

fn line_of_minutes(question: &Question) -> Vec<Minute> {
    let margin = TimeDelta::hours(48);
    let shows = |at: DateTime<Utc>| at.with_timezone(&question.zone).naive_local();
    let mut minutes = Vec::new();
    let mut at = question.range.from() - margin;
    let mut has_shown = shows(at);
    while at < question.range.until() + margin {
        has_shown = has_shown.max(shows(at));
        minutes.push(Minute {
            at,
            shows: shows(at),
            has_shown,
            will_show: shows(at),
            works: false,
            away: false,
            taken: false,
        });
        at += MINUTE;
    }
    let mut will_show = has_shown;
    let days = || (0..14).map(|days| has_shown.date() + Days::new(2) - Days::new(days));
    let shifts: Vec<_> = days().flat_map(|day| shifts(question, day)).collect();
    let absences: Vec<_> = days().flat_map(|day| absences(question, day)).collect();
    for minute in minutes.iter_mut().rev() {
        will_show = will_show.min(minute.shows);
        minute.will_show = will_show;
        minute.works = shifts.iter().any(|shift| shift.holds(minute));
        minute.away = absences.iter().any(|absence| absence.holds(minute));
        minute.taken = is_taken(question, minute);
    }
    minutes
}

fn shifts(question: &Question, day: NaiveDate) -> Vec<Shown> {
    let diary = &question.diary;
    let special: Vec<_> = diary.exceptions.iter().filter(|e| e.date == day).collect();
    let usual = diary.hours.as_ref().unwrap_or(&question.hours);
    let spans = if special.is_empty() {
        usual.on(day.weekday()).to_vec()
    } else {
        special.iter().flat_map(|e| e.spans.clone()).collect()
    };
    spans.iter().map(|span| Shown::span(day, *span)).collect()
}

fn absences(question: &Question, day: NaiveDate) -> Vec<Shown> {
    let mut absences = Vec::new();
    if question.closures.iter().any(|it| is_closed_on(it, day)) {
        absences.push(Shown::whole(day));
    }
    for leave in &question.diary.leaves {
        if leave.days.first_day() <= day && day <= leave.days.last_day() {
            absences.push(match leave.part {
                Some(part) => Shown::span(day, part),
                None => Shown::whole(day),
            });
        }
    }
    absences
}

/// Copies the closure into the later years, and looks whether one of the copies holds the day.
fn is_closed_on(closure: &Closure, day: NaiveDate) -> bool {
    let (first, last) = (closure.days.first_day(), closure.days.last_day());
    let copies = if closure.every_year { 8 } else { 1 };
    (0..copies).any(|years| {
        let (from, until) = (first.year() + years, last.year() + years);
        let first = first
            .with_year(from)
            .or(NaiveDate::from_ymd_opt(from, 3, 1));
        let last = last
            .with_year(until)
            .or(NaiveDate::from_ymd_opt(until, 2, 28));
        first.unwrap() <= day && day <= last.unwrap()
    })
}

fn is_taken(question: &Question, minute: &Minute) -> bool {
    let busy = &question.diary.busy;
    busy.iter()
        .any(|it| it.interval.from() < minute.at + MINUTE && minute.at < it.interval.until())
}

/// Every start that each minute of the appointment has something for and nothing against.
fn free_by_the_minute(question: &Question) -> Vec<DateTime<Utc>> {
    let minutes = line_of_minutes(question);
    let policies = &question.policies;
    let now = question.now;
    let today = now.with_timezone(&question.zone).date_naive();
    let last_day = today + Days::new(policies.horizon_days.into());
    let index =
        |minute: usize, by: i64| usize::try_from(i64::try_from(minute).unwrap() + by).unwrap();
    (0..minutes.len())
        .filter(|this| {
            let Minute { at, shows, .. } = minutes[*this];
            question.range.from() <= at
                && at < question.range.until()
                && at >= now + TimeDelta::minutes(policies.minimum_notice_minutes.into())
                && shows.date() <= last_day
                && shows.second() == 0
                && (shows.hour() * 60 + shows.minute()) % policies.slot_interval_minutes == 0
        })
        .filter(|this| {
            let visible = &minutes[*this..index(*this, question.duration)];
            let whole = &minutes
                [index(*this, -question.before)..index(*this, question.duration + question.after)];
            visible.iter().all(|minute| minute.works && !minute.away)
                && whole.iter().all(|minute| !minute.taken)
        })
        .map(|this| minutes[this].at)
        .collect()
}

fn offset(zone: Tz, at: DateTime<Utc>) -> TimeDelta {
    at.with_timezone(&zone).naive_local() - at.naive_utc()
}

/// A moment at which the zone's clock changes, in the years that have rules, or any moment where it never does.
fn interesting_moment(zone: Tz, seed: i64) -> DateTime<Utc> {
    let step = TimeDelta::hours(6);
    let begin = DateTime::UNIX_EPOCH + TimeDelta::hours(30 * 8766 + seed % (40 * 8766));
    let mut at = begin;
    for _ in 0..1200 {
        if offset(zone, at) != offset(zone, at + step) {
            return at;
        }
        at += step;
    }
    begin
}

fn zones_that_change_their_clocks() -> Vec<Tz> {
    let spring = DateTime::UNIX_EPOCH + TimeDelta::days(365 * 56);
    let autumn = spring + TimeDelta::days(182);
    let changes = |zone: &Tz| offset(*zone, spring) != offset(*zone, autumn);
    TZ_VARIANTS.iter().copied().filter(changes).collect()
}

fn span() -> impl Strategy<Value = TimeSpan> {
    let quarter = |quarters: u16| quarters * 15;
    // Clocks change at night, so let half of the spans have to do with the night.
    prop_oneof![0..20_u16, 84..96_u16, 0..96_u16, 24..72_u16]
        .prop_flat_map(|from| (Just(from), 1..=96_u16))
        .prop_map(move |(from, length)| {
            TimeSpan::from_minutes(quarter(from), quarter(from + length)).unwrap()
        })
}

fn spans_of_a_day() -> impl Strategy<Value = Vec<TimeSpan>> {
    vec(span(), 0..4).prop_map(|spans| {
        let mut apart: Vec<TimeSpan> = Vec::new();
        for span in spans {
            if !apart.iter().any(|other| other.overlaps(span)) {
                apart.push(span);
            }
        }
        apart
    })
}

// Boxed, because strategies nest by value, and a thread's stack has an end.
fn weekly_hours() -> BoxedStrategy<WeeklyHours> {
    let day_and_night = Just(vec![TimeSpan::from_minutes(0, 1440).unwrap()]);
    let day = prop_oneof![2 => spans_of_a_day(), 1 => day_and_night];
    vec(day, 7)
        .prop_map(|days| WeeklyHours::new(days.try_into().unwrap()).unwrap())
        .boxed()
}

fn some_days(around: NaiveDate) -> impl Strategy<Value = DayRange> {
    (-4..4_i64, 0..3_i64).prop_map(move |(first, more)| {
        let first = around + TimeDelta::days(first);
        DayRange::new(first, first + TimeDelta::days(more)).unwrap()
    })
}

fn closure(around: NaiveDate) -> impl Strategy<Value = Closure> {
    let yearly = (some_days(around), -1..4_i32, 0..400_i64, 0..20_u32).prop_map(
        |(days, years, more, rare)| {
            // Two years long is rare, but has rules too.
            let more = if rare == 0 { more * 2 } else { more % 12 };
            let first = days.first_day();
            let first = first.with_year(first.year() - years).unwrap_or(first);
            (
                DayRange::new(first, first + TimeDelta::days(more)).unwrap(),
                true,
            )
        },
    );
    let once = some_days(around).prop_map(|days| (days, false));
    prop_oneof![once, yearly].prop_map(|(days, every_year)| Closure {
        id: ClosureId(Uuid::nil()),
        kind: ClosureKind::Holiday,
        days,
        every_year,
        reason: None,
    })
}

fn diary(moment: DateTime<Utc>, day: NaiveDate) -> BoxedStrategy<Diary> {
    let staff_id = StaffId(Uuid::nil());
    let exception = (-3..4_i64, spans_of_a_day()).prop_map(move |(days, spans)| DateException {
        id: ExceptionId(Uuid::nil()),
        staff_id,
        date: day + TimeDelta::days(days),
        spans,
        reason: None,
    });
    let leave = (some_days(day), prop::option::of(span())).prop_map(move |(days, part)| Leave {
        id: LeaveId(Uuid::nil()),
        staff_id,
        days,
        part,
        reason: None,
    });
    let kind = select(vec![BusyKind::Booking, BusyKind::Block]);
    let busy = (-4000..4000_i64, 1..400_i64, kind).prop_map(move |(from, length, kind)| {
        let from = moment + TimeDelta::minutes(from);
        let interval = Interval::new(from, from + TimeDelta::minutes(length)).unwrap();
        Busy { interval, kind }
    });
    let leaves = prop_oneof![3 => Just(Vec::new()), 1 => vec(leave, 1..3)];
    (
        prop::option::of(weekly_hours()),
        vec(exception, 0..3),
        leaves,
        vec(busy, 0..6),
    )
        .prop_map(move |(hours, exceptions, leaves, busy)| Diary {
            staff_id,
            hours,
            exceptions,
            leaves,
            busy,
            load: 0,
        })
        .boxed()
}

fn policies() -> impl Strategy<Value = Policies> {
    let interval = select(vec![5_u32, 10, 15, 20, 30, 45, 60, 90, 7, 240]);
    let horizon = prop_oneof![1 => 1..6_u32, 2 => Just(90)];
    (
        interval,
        prop_oneof![2 => Just(0), 1 => 0..3000_u32],
        horizon,
    )
        .prop_map(|(interval, notice, horizon)| {
            Policies::try_from(UncheckedPolicies {
                slot_interval_minutes: interval,
                minimum_notice_minutes: notice,
                horizon_days: horizon,
                ..UncheckedPolicies::default()
            })
            .unwrap()
        })
}

fn question() -> BoxedStrategy<Question> {
    let zone = prop_oneof![
        select(TZ_VARIANTS.as_slice()),
        select(zones_that_change_their_clocks())
    ];
    (zone, 0..1_000_000_000_i64)
        .prop_flat_map(|(zone, seed)| {
            let moment = interesting_moment(zone, seed);
            let day = moment.with_timezone(&zone).date_naive();
            let closures = prop_oneof![3 => Just(Vec::new()), 1 => vec(closure(day), 1..3)];
            let quarters = (1..12_i64).prop_map(|quarters| quarters * 15);
            let duration = prop_oneof![3 => quarters, 2 => 5..180_i64, 1 => 5..=1440_i64];
            let buffer = || prop_oneof![2 => Just(0), 2 => 0..60_i64, 1 => 0..=480_i64];
            let range = prop_oneof![
                3 => (-1080..120_i64, 720..1440_i64),
                1 => (-2880..2880_i64, 1..2880_i64),
            ];
            let before_range = prop_oneof![1 => -1440..4320_i64, 2 => Just(4320)];
            (
                (weekly_hours(), closures, policies(), diary(moment, day)),
                (duration, buffer(), buffer()),
                (range, before_range),
            )
                .prop_map(
                    move |(rules, (duration, before, after), ((from, length), earlier))| {
                        let (hours, closures, policies, diary) = rules;
                        let from = moment + TimeDelta::minutes(from);
                        Question {
                            zone,
                            hours,
                            closures,
                            policies,
                            diary,
                            duration,
                            before,
                            after,
                            range: Interval::new(from, from + TimeDelta::minutes(length)).unwrap(),
                            now: from - TimeDelta::minutes(earlier),
                        }
                    },
                )
        })
        .boxed()
}

proptest! {
    #[test]
    fn free_slots_are_what_the_minutes_say(question in question()) {
        let slots = question.slots();
        let starts: Vec<_> = slots.iter().map(|slot| slot.starts_at).collect();
        prop_assert_eq!(starts, free_by_the_minute(&question));
        let duration = TimeDelta::minutes(question.duration);
        prop_assert!(slots.iter().all(|slot| slot.ends_at - slot.starts_at == duration));
    }

    #[test]
    fn a_customer_may_book_exactly_what_is_free(question in question()) {
        let slots = question.slots();
        let mut start = question.range.from();
        while start < question.range.until() {
            let (house, need) = (question.house(), question.need());
            let checked = check(&house, &question.diary, &need, start, question.now, Who::Customer);
            let listed = slots.iter().find(|slot| slot.starts_at == start);
            prop_assert_eq!(checked.as_ref().ok(), listed, "{}: {:?}", start, checked);
            start += MINUTE * 5;
        }
    }

    #[test]
    fn the_staff_together_have_what_each_of_them_has(
        question in question(),
        other in question(),
    ) {
        let diaries = [
            Diary { staff_id: StaffId(Uuid::from_u128(2)), ..other.diary },
            Diary { staff_id: StaffId(Uuid::from_u128(1)), ..question.diary.clone() },
        ];
        let (house, need) = (question.house(), question.need());
        let mut each: Vec<Slot> = diaries
            .iter()
            .flat_map(|diary| free_slots(&house, diary, &need, &question.range, question.now))
            .collect();
        each.sort_by_key(|slot| (slot.starts_at, slot.staff_id));
        let all = free_slots_of_all(&house, &diaries, &need, &question.range, question.now);
        prop_assert_eq!(&all, &each);
        let starts = free_starts(&house, &diaries, &need, &question.range, question.now);
        prop_assert!(starts.is_sorted_by(|a, b| a.starts_at < b.starts_at));
        let spread: Vec<Slot> = starts
            .iter()
            .flat_map(|start| start.staff.iter().map(|staff_id| start.with(*staff_id)))
            .collect();
        prop_assert_eq!(spread, all);
    }
}
