//! Each rule of the house as a sentence, in small examples. The property tests in `model` hold them together.

use chrono::{DateTime, Duration, Utc, Weekday};
use chrono_tz::Europe::Berlin;

use super::{
    BusyKind::{Block, Booking},
    Need, Refusal,
    Who::{Customer, Owner},
    free_slots, is_open,
    sample::{Sample, every_day},
};
use crate::domain::{Interval, Line, Policies, WeeklyHours};

/// Open 09:00-12:00 on every day of March 2026, asked on the first.
fn mornings() -> Sample {
    Sample::new(Berlin, &["09:00-12:00"], "2026-03-01 00:00")
}

const MARCH_4: (&str, &str) = ("2026-03-04 00:00", "2026-03-05 00:00");

fn on_march_4(sample: &Sample) -> Vec<String> {
    sample.starts(MARCH_4.0, MARCH_4.1)
}

#[test]
fn an_appointment_begins_and_ends_within_working_hours() {
    let mut sample = mornings();
    assert_eq!(on_march_4(&sample), ["04 09:00", "04 10:00", "04 11:00"]);
    sample.need = Need::new(61, 0, 0).unwrap();
    assert_eq!(on_march_4(&sample), ["04 09:00", "04 10:00"]);
    assert_eq!(
        sample.check("2026-03-04 11:00", Customer),
        Err(Refusal::OutsideHours)
    );
}

#[test]
fn own_hours_stand_instead_of_the_businesss() {
    let mut sample = mornings();
    sample.diary.hours = Some(every_day(&["06:00-07:00", "13:00-14:00"]));
    assert_eq!(on_march_4(&sample), ["04 06:00", "04 13:00"]);
}

#[test]
fn a_weekday_without_hours_is_closed() {
    let mut sample = mornings();
    let mut week: [Vec<_>; 7] = Default::default();
    week[Weekday::Tue.num_days_from_monday() as usize] = vec!["09:00-10:00".parse().unwrap()];
    sample.hours = WeeklyHours::new(week).unwrap();
    let march = sample.starts("2026-03-01 00:00", "2026-03-15 00:00");
    assert_eq!(march, ["03 09:00", "10 09:00"]);
}

#[test]
fn an_exception_replaces_the_hours_of_its_date() {
    let mut sample = mornings();
    sample.except("2026-03-04", &["15:00-17:00"]);
    assert_eq!(on_march_4(&sample), ["04 15:00", "04 16:00"]);
    sample.diary.exceptions.clear();
    sample.except("2026-03-04", &[]);
    assert_eq!(on_march_4(&sample), Vec::<String>::new());
}

#[test]
fn an_exception_leaves_last_nights_shift_alone() {
    let mut sample = Sample::new(Berlin, &["22:00-02:00"], "2026-03-01 00:00");
    sample.except("2026-03-04", &[]);
    assert_eq!(on_march_4(&sample), ["04 00:00", "04 01:00"]);
}

#[test]
fn spans_that_touch_are_one_also_across_midnight() {
    let mut sample = Sample::new(Berlin, &["00:00-12:00", "12:00-24:00"], "2026-03-01 00:00");
    sample.need = Need::new(24 * 60, 0, 0).unwrap();
    assert_eq!(on_march_4(&sample).len(), 24);
}

#[test]
fn a_shift_past_midnight_belongs_to_the_evening_it_began() {
    let mut sample = mornings();
    let mut week: [Vec<_>; 7] = Default::default();
    week[Weekday::Tue.num_days_from_monday() as usize] = vec!["22:00-02:00".parse().unwrap()];
    sample.hours = WeeklyHours::new(week).unwrap();
    let march = sample.starts("2026-03-01 00:00", "2026-03-08 00:00");
    assert_eq!(march, ["03 22:00", "03 23:00", "04 00:00", "04 01:00"]);
}

#[test]
fn a_closure_wins_over_everything_and_says_why() {
    let mut sample = mornings();
    sample.except("2026-03-04", &["15:00-17:00"]);
    sample.close("2026-03-03", "2026-03-04", false);
    sample.closures[0].reason = Some(Line::new("stocktaking").unwrap());
    assert_eq!(on_march_4(&sample), Vec::<String>::new());
    let refusal = sample.check("2026-03-04 15:00", Owner).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "the business is closed then (stocktaking): choose another day"
    );
    assert!(sample.check("2026-03-05 09:00", Customer).is_ok());
}

#[test]
fn a_closure_cuts_off_the_shift_that_runs_into_it() {
    let mut sample = Sample::new(Berlin, &["22:00-02:00"], "2026-03-01 00:00");
    sample.close("2026-03-04", "2026-03-04", false);
    let night = sample.starts("2026-03-03 12:00", "2026-03-05 12:00");
    assert_eq!(night, ["03 22:00", "03 23:00", "05 00:00", "05 01:00"]);
}

#[test]
fn a_yearly_closure_runs_past_new_year_from_its_first_year_on() {
    let mut sample = Sample::new(Berlin, &["09:00-10:00"], "2024-12-01 00:00");
    sample.policies.horizon_days = 730;
    sample.close("2025-12-24", "2026-01-02", true);
    let free = |day: &str| sample.check(&format!("{day} 09:00"), Customer).is_ok();
    assert!(free("2024-12-24") && free("2025-01-02"));
    assert!(free("2025-12-23") && !free("2025-12-24") && !free("2026-01-02"));
    assert!(free("2026-01-03") && free("2026-11-30"));
}

#[test]
fn a_yearly_closure_on_the_leap_day_is_in_leap_years_only() {
    let mut sample = Sample::new(Berlin, &["09:00-10:00"], "2027-01-01 00:00");
    sample.policies.horizon_days = 730;
    sample.close("2024-02-29", "2024-02-29", true);
    let days_of = |year: u16| {
        sample.starts(
            &format!("{year}-02-27 00:00"),
            &format!("{year}-03-02 00:00"),
        )
    };
    assert_eq!(days_of(2027), ["27 09:00", "28 09:00", "01 09:00"]);
    assert_eq!(days_of(2028), ["27 09:00", "28 09:00", "01 09:00"]);
}

#[test]
fn the_leap_day_is_a_day_like_others() {
    let sample = Sample::new(Berlin, &["23:00-24:00"], "2028-02-01 00:00");
    let days = sample.starts("2028-02-28 00:00", "2028-03-02 00:00");
    assert_eq!(days, ["28 23:00", "29 23:00", "01 23:00"]);
}

#[test]
fn a_leave_takes_whole_days_or_the_same_part_of_each() {
    let mut sample = mornings();
    sample.leave("2026-03-03", "2026-03-04", Some("09:30-10:00"));
    assert_eq!(on_march_4(&sample), ["04 10:00", "04 11:00"]);
    assert_eq!(
        sample.check("2026-03-04 09:00", Owner),
        Err(Refusal::OnLeave)
    );
    sample.leave("2026-03-04", "2026-03-04", None);
    assert_eq!(on_march_4(&sample), Vec::<String>::new());
}

#[test]
fn a_part_of_a_leave_may_run_past_midnight() {
    let mut sample = Sample::new(Berlin, &["22:00-02:00"], "2026-03-01 00:00");
    sample.leave("2026-03-03", "2026-03-03", Some("23:00-01:00"));
    let night = sample.starts("2026-03-03 12:00", "2026-03-04 12:00");
    assert_eq!(night, ["03 22:00", "04 01:00"]);
}

#[test]
fn busy_time_and_buffers_keep_apart_and_may_touch() {
    let mut sample = mornings();
    sample.policies.slot_interval_minutes = 30;
    sample.need = Need::new(30, 10, 20).unwrap();
    sample.busy(Booking, "2026-03-04 10:20", "2026-03-04 10:50");
    assert_eq!(
        on_march_4(&sample),
        ["04 09:00", "04 09:30", "04 11:00", "04 11:30"]
    );
    let refused = |start| sample.check(start, Owner).unwrap_err().code();
    assert_eq!(refused("2026-03-04 09:31"), "taken");
    assert_eq!(refused("2026-03-04 10:59"), "taken");
}

#[test]
fn buffers_may_stick_out_of_working_hours_and_into_leaves() {
    let mut sample = mornings();
    sample.need = Need::new(180, 240, 240).unwrap();
    sample.leave("2026-03-04", "2026-03-04", Some("12:00-18:00"));
    assert_eq!(on_march_4(&sample), ["04 09:00"]);
}

#[test]
fn overlapping_busy_times_in_any_order_hide_nothing() {
    let mut sample = mornings();
    sample.busy(Block, "2026-03-04 10:10", "2026-03-04 10:20");
    sample.busy(Block, "2026-03-04 08:00", "2026-03-04 11:00");
    sample.busy(Booking, "2026-03-04 08:10", "2026-03-04 08:20");
    assert_eq!(on_march_4(&sample), ["04 11:00"]);
    assert_eq!(
        sample.check("2026-03-04 10:00", Customer),
        Err(Refusal::Blocked)
    );
}

#[test]
fn a_fraction_of_a_second_is_busy_too() {
    let mut sample = mornings();
    sample.busy(Block, "2026-03-04 09:00", "2026-03-04 10:00");
    let late = sample.at("2026-03-04 10:00") + Duration::microseconds(1);
    sample.diary.busy[0].interval = Interval::new(sample.at("2026-03-04 09:00"), late).unwrap();
    assert_eq!(on_march_4(&sample), ["04 11:00"]);
}

#[test]
fn notice_is_counted_from_now_to_the_minute() {
    let mut sample = Sample::new(Berlin, &["09:00-12:00"], "2026-03-04 08:00");
    sample.policies.minimum_notice_minutes = 120;
    assert_eq!(on_march_4(&sample), ["04 10:00", "04 11:00"]);
    sample.now += Duration::seconds(1);
    assert_eq!(on_march_4(&sample), ["04 11:00"]);
    assert_eq!(
        sample.check("2026-03-04 10:00", Customer),
        Err(Refusal::TooSoon {
            earliest: sample.now + Duration::hours(2)
        })
    );
    assert!(sample.check("2026-03-04 10:00", Owner).is_ok());
}

#[test]
fn nobody_books_the_past() {
    let mut sample = Sample::new(Berlin, &["09:00-12:00"], "2026-03-04 10:00");
    assert_eq!(on_march_4(&sample), ["04 10:00", "04 11:00"]);
    sample.now += Duration::microseconds(1);
    assert_eq!(on_march_4(&sample), ["04 11:00"]);
    assert_eq!(sample.check("2026-03-04 10:00", Owner), Err(Refusal::Past));
}

#[test]
fn the_horizon_counts_local_days_to_the_end_of_the_last() {
    let mut sample = Sample::new(Berlin, &["00:00-24:00"], "2026-03-01 23:59");
    sample.policies.horizon_days = 2;
    let starts = sample.starts("2026-03-02 00:00", "2026-03-31 00:00");
    assert_eq!(starts.len(), 48);
    assert_eq!(starts[47], "03 23:00");
    assert_eq!(
        sample
            .check("2026-03-04 00:00", Customer)
            .unwrap_err()
            .to_string(),
        "this is too far ahead to book: choose a time on 2026-03-03 or before"
    );
    assert!(sample.check("2026-03-04 00:00", Owner).is_ok());
}

#[test]
fn the_owners_own_hand_has_an_end_too() {
    let sample = mornings();
    let end_of_time = DateTime::<Utc>::MAX_UTC;
    for who in [Customer, Owner] {
        let refusal = sample.check_at(end_of_time, who).unwrap_err();
        assert_eq!(refusal.code(), "too_far");
    }
}

#[test]
fn slots_start_on_the_grid_counted_from_midnight() {
    let mut sample = Sample::new(Berlin, &["09:10-11:00"], "2026-03-01 00:00");
    sample.policies.slot_interval_minutes = 25;
    sample.need = Need::new(25, 0, 0).unwrap();
    assert_eq!(
        on_march_4(&sample),
        ["04 09:10", "04 09:35", "04 10:00", "04 10:25"]
    );
    assert_eq!(
        sample.check("2026-03-04 09:30", Customer),
        Err(Refusal::OffGrid {
            interval_minutes: 25
        })
    );
    assert!(sample.check("2026-03-04 09:30", Owner).is_ok());
}

#[test]
fn the_range_takes_starts_from_its_first_instant_until_before_its_last() {
    let sample = mornings();
    let starts = sample.starts("2026-03-04 09:00", "2026-03-04 11:00");
    assert_eq!(starts, ["04 09:00", "04 10:00"]);
}

#[test]
fn a_range_from_the_beginning_to_the_end_of_time_is_cut_to_the_horizon() {
    let mut sample = mornings();
    sample.policies.horizon_days = 1;
    let policies = sample.policies.clone().try_into().unwrap();
    let ever = Interval::new(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC).unwrap();
    let house = sample.house(&policies);
    let slots = free_slots(&house, &sample.diary, &sample.need, &ever, sample.now);
    assert_eq!(slots.len(), 6);
}

#[test]
fn a_business_is_open_within_its_hours_also_past_midnight_and_on_no_closed_day() {
    let mut sample = Sample::new(Berlin, &["09:00-12:00", "22:00-02:00"], "2026-03-01 00:00");
    sample.close("2026-03-05", "2026-03-05", false);
    let open = |at: &str| {
        let policies = Policies::default();
        is_open(&sample.house(&policies), sample.at(at))
    };
    for at in ["2026-03-03 09:00", "2026-03-03 11:59", "2026-03-04 01:30"] {
        assert!(open(at), "{at}");
    }
    for at in [
        "2026-03-03 08:59",
        "2026-03-03 12:00",
        "2026-03-04 02:00",
        "2026-03-05 10:00",
    ] {
        assert!(!open(at), "{at}");
    }
}
