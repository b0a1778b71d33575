//! What the rules come to on the days on which clocks change. Real zones, real dates.

use chrono::TimeDelta;
use chrono_tz::{
    Africa, America, Asia, Atlantic, Australia,
    Europe::{Berlin, London},
    Pacific, Tz,
};

use super::{Need, Who::Customer, sample::Sample, zone::local_day};
use crate::domain::Interval;

/// Open all day; asked the day before.
fn always_open(zone: Tz, asked: &str) -> Sample {
    Sample::new(zone, &["00:00-24:00"], asked)
}

fn hours_of(zone: Tz, day: &str) -> i64 {
    local_day(zone, day.parse().unwrap())
        .unwrap()
        .length()
        .num_hours()
}

#[test]
fn no_slot_starts_in_the_hour_that_spring_skips() {
    let sample = always_open(London, "2026-03-28 00:00");
    let starts = sample.starts("2026-03-29 00:00", "2026-03-29 04:00");
    assert_eq!(starts, ["29 00:00", "29 02:00", "29 03:00"]);
}

#[test]
fn the_hour_that_autumn_repeats_has_two_slots() {
    let sample = always_open(America::New_York, "2026-10-31 00:00");
    let slots = sample.slots("2026-11-01 00:00", "2026-11-01 03:00");
    let utc: Vec<_> = slots
        .iter()
        .map(|slot| slot.starts_at.format("%H:%M").to_string())
        .collect();
    assert_eq!(utc, ["04:00", "05:00", "06:00", "07:00"]);
    let starts = sample.starts("2026-11-01 00:00", "2026-11-01 03:00");
    assert_eq!(starts, ["01 00:00", "01 01:00", "01 01:00", "01 02:00"]);
}

#[test]
fn an_hour_is_an_hour_across_the_change() {
    let mut sample = Sample::new(Berlin, &["00:00-04:00"], "2026-03-28 00:00");
    sample.need = Need::new(180, 0, 0).unwrap();
    let spring = sample.starts("2026-03-29 00:00", "2026-03-30 00:00");
    assert_eq!(spring, ["29 00:00"]);
    let autumn = sample.starts("2026-10-25 00:00", "2026-10-26 00:00");
    assert_eq!(autumn, ["25 00:00", "25 01:00", "25 02:00"]);
}

#[test]
fn hours_that_open_or_close_in_the_gap_do_so_when_the_clock_jumps() {
    let opens = Sample::new(Berlin, &["02:30-05:00"], "2026-03-28 00:00");
    let starts = opens.starts("2026-03-29 00:00", "2026-03-30 00:00");
    assert_eq!(starts, ["29 03:00", "29 04:00"]);
    let closes = Sample::new(Berlin, &["00:00-02:30"], "2026-03-28 00:00");
    let starts = closes.starts("2026-03-29 00:00", "2026-03-30 00:00");
    assert_eq!(starts, ["29 00:00", "29 01:00"]);
    let within = Sample::new(Berlin, &["02:00-03:00"], "2026-03-28 00:00");
    assert!(
        within
            .slots("2026-03-29 00:00", "2026-03-30 00:00")
            .is_empty()
    );
}

#[test]
fn hours_that_open_or_close_in_the_fold_take_the_longer_way() {
    let mut opens = Sample::new(Berlin, &["02:30-04:00"], "2026-10-24 00:00");
    opens.policies.slot_interval_minutes = 30;
    let starts = opens.starts("2026-10-25 00:00", "2026-10-26 00:00");
    assert_eq!(
        starts,
        ["25 02:30", "25 02:00", "25 02:30", "25 03:00"],
        "from the first half past two"
    );
    let mut closes = Sample::new(Berlin, &["01:00-02:30"], "2026-10-24 00:00");
    closes.policies.slot_interval_minutes = 30;
    let starts = closes.starts("2026-10-25 00:00", "2026-10-26 00:00");
    assert_eq!(
        starts,
        ["25 01:00", "25 01:30", "25 02:00", "25 02:30"],
        "until the second half past two"
    );
}

#[test]
fn closing_at_the_time_the_clock_is_put_back_to_is_no_reason_to_wait_for_it() {
    let sample = Sample::new(Berlin, &["00:00-02:00"], "2026-10-24 00:00");
    let starts = sample.starts("2026-10-25 00:00", "2026-10-26 00:00");
    assert_eq!(starts, ["25 00:00", "25 01:00"]);
}

#[test]
fn lord_howe_changes_by_half_an_hour() {
    let mut sample = always_open(Australia::Lord_Howe, "2026-04-04 00:00");
    sample.policies.slot_interval_minutes = 15;
    sample.need = Need::new(15, 0, 0).unwrap();
    let autumn = sample.starts("2026-04-05 01:15", "2026-04-05 02:15");
    assert_eq!(
        autumn,
        [
            "05 01:15", "05 01:30", "05 01:45", "05 01:30", "05 01:45", "05 02:00"
        ]
    );
    let spring = sample.starts("2026-10-04 01:30", "2026-10-04 03:00");
    assert_eq!(spring, ["04 01:30", "04 01:45", "04 02:30", "04 02:45"]);
}

#[test]
fn a_day_may_begin_at_one() {
    for (zone, asked, eve, day) in [
        (
            America::Havana,
            "2026-03-01 12:00",
            "2026-03-07",
            "2026-03-08",
        ),
        (
            Africa::Cairo,
            "2026-04-01 12:00",
            "2026-04-23",
            "2026-04-24",
        ),
        (Asia::Beirut, "2026-03-01 12:00", "2026-03-28", "2026-03-29"),
        (
            America::Sao_Paulo,
            "2018-11-01 12:00",
            "2018-11-03",
            "2018-11-04",
        ),
    ] {
        let sample = always_open(zone, asked);
        let starts = sample.starts(&format!("{eve} 22:00"), &format!("{day} 03:00"));
        let times: Vec<_> = starts.iter().map(|start| &start[3..]).collect();
        assert_eq!(times, ["22:00", "23:00", "01:00", "02:00"], "{zone}");
        assert_eq!(hours_of(zone, day), 23, "{zone}");
    }
}

#[test]
fn midnight_may_come_twice_on_one_date() {
    let sample = always_open(America::Havana, "2026-10-01 12:00");
    let starts = sample.starts("2026-10-31 23:00", "2026-11-01 02:00");
    assert_eq!(starts, ["31 23:00", "01 00:00", "01 00:00", "01 01:00"]);
    assert_eq!(hours_of(America::Havana, "2026-11-01"), 25);
    assert_eq!(hours_of(America::Havana, "2026-10-31"), 24);
}

#[test]
fn the_last_hour_of_a_day_may_come_twice() {
    for (zone, asked, day, next) in [
        (
            Africa::Cairo,
            "2026-10-01 12:00",
            "2026-10-29",
            "2026-10-30",
        ),
        (Asia::Beirut, "2026-10-01 12:00", "2026-10-24", "2026-10-25"),
        (
            America::Sao_Paulo,
            "2018-02-01 12:00",
            "2018-02-17",
            "2018-02-18",
        ),
    ] {
        let sample = always_open(zone, asked);
        let starts = sample.starts(&format!("{day} 22:00"), &format!("{next} 01:00"));
        let times: Vec<_> = starts.iter().map(|start| &start[3..]).collect();
        assert_eq!(times, ["22:00", "23:00", "23:00", "00:00"], "{zone}");
        assert_eq!(hours_of(zone, day), 25, "{zone}");
        assert_eq!(hours_of(zone, next), 24, "{zone}");
    }
}

#[test]
fn a_date_may_begin_and_then_wait_while_the_day_before_comes_back() {
    // At one minute past midnight, the clock was put back to one minute past eleven.
    let mut sample = always_open(America::St_Johns, "2010-11-01 12:00");
    sample.policies.slot_interval_minutes = 30;
    let starts = sample.starts("2010-11-07 00:00", "2010-11-07 00:30");
    assert_eq!(starts, ["07 00:00", "06 23:30", "07 00:00"]);

    let midnight = sample.at("2010-11-07 00:00");
    let until_the_day_before = Interval::new(midnight, midnight + TimeDelta::minutes(10)).unwrap();
    assert_eq!(sample.starts_in(&until_the_day_before), ["07 00:00"]);

    sample.close("2010-11-07", "2010-11-07", false);
    sample.need = Need::new(30, 0, 0).unwrap();
    let starts = sample.starts("2010-11-06 23:00", "2010-11-08 01:00");
    assert_eq!(
        starts,
        ["06 23:00", "06 23:30", "08 00:00", "08 00:30"],
        "closed from its first minute, the hour of the day before included"
    );
}

#[test]
fn a_closed_day_is_closed_from_its_first_instant_to_its_last() {
    let mut sample = always_open(Asia::Beirut, "2026-10-01 12:00");
    sample.close("2026-10-24", "2026-10-24", false);
    let starts = sample.starts("2026-10-23 22:00", "2026-10-25 02:00");
    assert_eq!(starts, ["23 22:00", "23 23:00", "25 00:00", "25 01:00"]);
}

#[test]
fn the_day_that_apia_skipped_has_no_slots_and_no_hours() {
    let mut sample = always_open(Pacific::Apia, "2011-12-01 12:00");
    let starts = sample.starts("2011-12-29 22:00", "2011-12-31 02:00");
    assert_eq!(starts, ["29 22:00", "29 23:00", "31 00:00", "31 01:00"]);
    assert_eq!(
        local_day(Pacific::Apia, "2011-12-30".parse().unwrap()),
        None
    );

    sample.close("2011-12-30", "2011-12-30", false);
    let starts = sample.starts("2011-12-29 22:00", "2011-12-31 02:00");
    assert_eq!(
        starts.len(),
        4,
        "a closure of the skipped day closes nothing"
    );
}

#[test]
fn of_a_shift_into_or_out_of_the_skipped_day_stays_what_the_clock_shows() {
    let sample = Sample::new(Pacific::Apia, &["22:00-02:00"], "2011-12-01 12:00");
    let starts = sample.starts("2011-12-29 12:00", "2011-12-31 23:00");
    assert_eq!(
        starts,
        ["29 22:00", "29 23:00", "31 00:00", "31 01:00", "31 22:00"]
    );
}

#[test]
fn a_long_appointment_finds_its_hours_beyond_the_skipped_day() {
    let mut sample = always_open(Pacific::Apia, "2011-12-01 12:00");
    sample.need = Need::new(24 * 60, 0, 0).unwrap();
    assert!(sample.check("2011-12-29 13:00", Customer).is_ok());
}

#[test]
fn a_shift_through_both_changes_is_an_hour_shorter_and_longer() {
    let mut sample = Sample::new(Atlantic::Azores, &["20:00-04:00"], "2026-03-01 12:00");
    let spring = sample.slots("2026-03-28 12:00", "2026-03-29 12:00");
    assert_eq!(spring.len(), 7);
    sample.now = sample.at("2026-10-01 12:00");
    let autumn = sample.slots("2026-10-24 12:00", "2026-10-25 12:00");
    assert_eq!(autumn.len(), 9);
}

#[test]
fn the_horizon_ends_with_the_local_day_also_when_its_last_hour_repeats() {
    let mut sample = always_open(Africa::Cairo, "2026-10-28 12:00");
    sample.policies.horizon_days = 1;
    let starts = sample.starts("2026-10-29 22:00", "2026-10-31 00:00");
    assert_eq!(starts, ["29 22:00", "29 23:00", "29 23:00"]);
}
