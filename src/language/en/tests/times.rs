//! Times of the day, at a business that is open in the daytime.

use chrono::NaiveTime;

use super::{check, hear, hear_with, hours, short};
use crate::language::Asked;

fn time(text: &str) -> String {
    short(hear(Asked::Time, text).time.as_ref(), hours)
}

fn unasked(text: &str) -> String {
    short(hear(Asked::Nothing, text).time.as_ref(), hours)
}

#[test]
fn clock_times_are_understood_in_words_and_figures() {
    check(
        &[
            ("half past two", "14:30"),
            ("half two", "14:30"),
            ("half past 2", "14:30"),
            ("quarter past nine", "09:15"),
            ("a quarter past nine", "09:15"),
            ("quarter to three", "14:45"),
            ("a quarter to one", "12:45"),
            ("ten past four", "16:10"),
            ("twenty to eleven", "10:40"),
            ("twenty five to five", "16:35"),
            ("five minutes to ten", "09:55"),
            ("two thirty", "14:30"),
            ("two thirty pm", "14:30"),
            ("2:30", "14:30"),
            ("2.30", "14:30"),
            ("2:30pm", "14:30"),
            ("2 30 p.m.", "14:30"),
            ("two oh five", "14:05"),
            ("fourteen thirty", "14:30"),
            ("1430", "14:30"),
            ("fourteen hundred", "14:00"),
            ("three o'clock", "15:00"),
            ("three", "15:00"),
            ("eleven", "11:00"),
            ("noon", "12:00"),
            ("twelve noon", "12:00"),
            ("midday", "12:00"),
            ("midnight", "00:00"),
            ("twelve", "12:00"),
            ("half past twelve", "12:30"),
            ("nine forty five", "09:45"),
            ("10am", "10:00"),
            ("ten a.m.", "10:00"),
            ("three in the afternoon", "15:00"),
            ("nine in the morning", "09:00"),
            ("seven in the evening", "19:00"),
            ("seven tonight", "19:00"),
            ("4 p m", "16:00"),
            ("at 17h30", "17:30"),
        ],
        time,
    );
}

#[test]
fn the_half_of_the_day_follows_from_the_hours_and_the_words() {
    check(
        &[
            ("at eight", "08:00?"),
            ("at eight in the evening", "20:00"),
            ("in the evening at eight", "20:00"),
            ("tomorrow morning at eight", "08:00"),
            ("at six", "18:00"),
            ("at one", "13:00"),
            ("08:00", "08:00"),
            ("at twenty", "20:00"),
        ],
        time,
    );
    let late_bar = |text: &str| {
        let clock = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let heard = hear_with(text, |context| {
            context.asked = Asked::Time;
            context.plausible = (clock(18), clock(2));
        });
        short(heard.time.as_ref(), hours)
    };
    check(
        &[
            ("at eight", "20:00"),
            ("at one", "01:00"),
            ("half past eleven", "23:30"),
        ],
        late_bar,
    );
}

#[test]
fn bounds_and_ranges_are_understood() {
    check(
        &[
            ("after three", "after 15:00"),
            ("any time after three", "after 15:00"),
            ("from three on", "after 15:00"),
            ("three or later", "after 15:00"),
            ("not before three", "after 15:00"),
            ("no earlier than ten", "after 10:00"),
            ("before noon", "before 12:00"),
            ("by five", "before 17:00"),
            ("no later than five", "before 17:00"),
            ("five at the latest", "before 17:00"),
            ("around two", "around 14:00"),
            ("about half past two", "around 14:30"),
            ("two ish", "around 14:00"),
            ("2ish", "around 14:00"),
            ("two or so", "around 14:00"),
            ("between two and four", "14:00 to 16:00"),
            ("from ten to two", "10:00 to 14:00"),
            ("from nine until noon", "09:00 to 12:00"),
            ("between 2 and 4 pm", "14:00 to 16:00"),
            ("11 to 1", "11:00 to 13:00"),
            ("after two but before five", "14:00 to 17:00"),
            ("two or three", "14:00 or 15:00"),
            ("two, half past three or five", "14:00 or 15:30 or 17:00"),
            ("after work", "after 17:00"),
        ],
        time,
    );
}

#[test]
fn parts_of_the_day_need_no_number() {
    check(
        &[
            ("in the morning", "morning"),
            ("Tuesday afternoon", "afternoon"),
            ("some evening", "evening"),
            ("at lunchtime", "lunchtime"),
            ("around lunch time", "lunchtime"),
            ("after lunch", "afternoon"),
            ("morning or afternoon", "05:00 to 17:00"),
            ("first thing", "earliest"),
            ("first thing in the morning", "earliest"),
            ("as early as possible", "earliest"),
            ("end of the day", "latest"),
            ("any time", "any"),
            ("anytime on Tuesday", "any"),
            ("in two hours", "around 12:00"),
            ("in half an hour", "around 10:30"),
            ("good morning", "-"),
            ("have a nice evening", "-"),
        ],
        time,
    );
}

#[test]
fn a_number_is_a_time_only_where_something_says_so() {
    check(
        &[
            ("can I come at two", "14:00"),
            ("tomorrow at two", "14:00"),
            ("tomorrow two thirty", "14:30"),
            ("Thursday 3 would be good", "15:00"),
            ("two works", "14:00"),
            ("I have two kids", "-"),
            ("we are two people", "-"),
            ("that one", "-"),
            ("the one at the corner", "-"),
            ("I like that one, am I too late", "-"),
            ("how about one in the city", "-"),
            ("it takes 45 minutes", "-"),
            ("two haircuts please", "-"),
            ("one moment", "-"),
        ],
        unasked,
    );
}

#[test]
fn times_are_ruled_out_and_taken_back() {
    let not_time = |text: &str| short(hear(Asked::Time, text).not_time.as_ref(), hours);
    check(
        &[
            ("not in the morning", "morning"),
            ("not three", "15:00"),
            ("three doesn't work for me", "15:00"),
            ("anything but the morning", "morning"),
        ],
        not_time,
    );
    check(
        &[
            ("two, no, three", "15:00"),
            ("at two, sorry, half past two", "14:30"),
        ],
        time,
    );
}

#[test]
fn the_other_reading_of_a_bare_hour_is_kept() {
    let heard = hear(Asked::Time, "at eight").time.unwrap();
    let crate::language::Times::At(clock) = heard.value else {
        panic!("{heard:?}");
    };
    assert_eq!(clock.other, NaiveTime::from_hms_opt(20, 0, 0));
}
