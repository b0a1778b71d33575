//! Dates, from a Tuesday in November.

use super::{check, days, hear, hear_with, short};
use crate::language::{Asked, Country};

fn date(text: &str) -> String {
    short(hear(Asked::When, text).date.as_ref(), days)
}

fn not_date(text: &str) -> String {
    short(hear(Asked::When, text).not_date.as_ref(), days)
}

#[test]
fn days_near_today_have_names_of_their_own() {
    check(
        &[
            ("today", "Nov 17"),
            ("later today", "Nov 17"),
            ("tonight", "Nov 17"),
            ("this afternoon", "Nov 17"),
            ("tomorrow", "Nov 18"),
            ("Tomorrow's fine.", "Nov 18"),
            ("tomorrow morning", "Nov 18"),
            ("the day after tomorrow", "Nov 19"),
            ("yesterday", "past Nov 16"),
            ("in three days", "Nov 20"),
            ("three days from now", "Nov 20"),
            ("a week from today", "Nov 24"),
            ("a week from tomorrow", "Nov 25"),
            ("in a week", "Nov 24?"),
            ("in two weeks", "Dec 1?"),
            ("in a couple of weeks", "Dec 1?"),
            ("in a fortnight", "Dec 1?"),
            ("in two weeks' time", "Dec 1?"),
            ("in a month", "Dec 17?"),
        ],
        date,
    );
}

#[test]
fn a_weekday_is_the_next_one_after_today() {
    check(
        &[
            ("Thursday", "Nov 19"),
            ("on Friday please", "Nov 20"),
            ("Monday", "Nov 23"),
            ("can I come in on Saturday", "Nov 21"),
            ("this Friday", "Nov 20"),
            ("this coming Sunday", "Nov 22"),
            ("Tuesday", "Nov 24?"),
            ("next Monday", "Nov 23"),
            ("next Tuesday", "Nov 24"),
            ("next Thursday", "Nov 26?"),
            ("Thursday next week", "Nov 26"),
            ("next week on Thursday", "Nov 26"),
            ("Thursday of next week", "Nov 26"),
            ("Thursday week", "Nov 26?"),
            ("a week on Thursday", "Nov 26?"),
            ("Thursday in two weeks", "Dec 3?"),
            ("last Friday", "past Nov 13"),
            ("tomorrow, Wednesday", "Nov 18"),
            ("tomorrow, Friday", "impossible"),
        ],
        date,
    );
}

#[test]
fn a_day_of_the_month_is_the_next_such_day() {
    check(
        &[
            ("the 24th", "Nov 24"),
            ("the twenty fourth", "Nov 24"),
            ("the twenty-fourth", "Nov 24"),
            ("on the 17th", "Nov 17"),
            ("on the 3rd", "Dec 3"),
            ("the 31st", "Dec 31"),
            ("Tuesday the 24th", "Nov 24"),
            ("Tuesday 24", "Nov 24"),
            ("Friday the 13th", "impossible"),
            ("Tuesday the 25th", "impossible"),
            ("the 5th of next month", "Dec 5"),
        ],
        date,
    );
}

#[test]
fn a_day_and_month_are_this_year_unless_that_is_long_over() {
    check(
        &[
            ("November 24th", "Nov 24"),
            ("november twenty fourth", "Nov 24"),
            ("the 24th of November", "Nov 24"),
            ("24 November", "Nov 24"),
            ("Tuesday, November 24th", "Nov 24"),
            ("Tuesday the 24th of November", "Nov 24"),
            ("December first", "Dec 1"),
            ("the first of December", "Dec 1"),
            ("January 5th", "Jan 5 2027"),
            ("March the 3rd", "Mar 3 2027"),
            ("March 3rd 2027", "Mar 3 2027"),
            ("march third twenty twenty seven", "Mar 3 2027"),
            (
                "the third of March two thousand and twenty seven",
                "Mar 3 2027",
            ),
            ("October 1st", "past Oct 1"),
            ("November 10th", "past Nov 10"),
            ("March 3rd 2025", "past Mar 3 2025"),
            ("February 30th", "impossible"),
            ("the 31st of November", "impossible"),
            ("Wednesday the 24th of November", "impossible"),
            ("Christmas Eve", "Dec 24"),
            ("may I come in", "-"),
        ],
        date,
    );
}

#[test]
fn figures_are_read_the_way_the_country_writes_them() {
    check(
        &[
            ("12/4", "Dec 4"),
            ("12/24/2026", "Dec 24"),
            ("24/12", "Dec 24"),
            ("2026-12-04", "Dec 4"),
        ],
        date,
    );
    check(
        &[
            ("4/12", "Dec 4"),
            ("24.12.2026", "Dec 24"),
            ("24/12/26", "Dec 24"),
            ("2026-12-04", "Dec 4"),
        ],
        |text| {
            let heard = hear_with(text, |context| context.country = Country::GB);
            short(heard.date.as_ref(), days)
        },
    );
}

#[test]
fn weeks_begin_on_monday_and_ranges_on_today() {
    check(
        &[
            ("this week", "Nov 17 to Nov 22"),
            ("next week", "Nov 23 to Nov 29"),
            ("sometime next week", "Nov 23 to Nov 29"),
            ("any day next week", "Nov 23 to Nov 29"),
            ("the week after next", "Nov 30 to Dec 6"),
            ("this weekend", "Nov 21 to Nov 22"),
            ("at the weekend", "Nov 21 to Nov 22"),
            ("next weekend", "Nov 28 to Nov 29"),
            ("early next week", "Nov 23 to Nov 25"),
            ("later this week", "Nov 19 to Nov 21"),
            ("this month", "Nov 17 to Nov 30"),
            ("next month", "Dec 1 to Dec 31"),
            ("in December", "Dec 1 to Dec 31"),
            ("early December", "Dec 1 to Dec 10"),
            ("end of the month", "Nov 21 to Nov 30"),
            ("the week of the 23rd", "Nov 23 to Nov 29"),
            ("in the next two weeks", "Nov 17 to Dec 1"),
            ("between Monday and Wednesday", "Nov 23 to Nov 25"),
            ("from Wednesday to Friday", "Nov 18 to Nov 20"),
            (
                "a weekday next week",
                "Nov 23 to Nov 29 Mon Tue Wed Thu Fri",
            ),
            ("any Friday", "Nov 18 to Jan 11 2027 Fri"),
            ("a Tuesday in December", "Dec 1 to Dec 31 Tue"),
            ("the first Monday of December", "Dec 7"),
            ("the last Friday of next month", "Dec 25"),
            ("after Friday", "from Nov 21"),
            ("any time after the 24th", "from Nov 25"),
            ("before Friday", "Nov 17 to Nov 19"),
            ("by Friday", "Nov 17 to Nov 20"),
            ("from Monday onwards", "from Nov 23"),
            ("starting Monday", "from Nov 23"),
        ],
        date,
    );
}

#[test]
fn several_days_or_any_or_the_soonest_may_be_wanted() {
    check(
        &[
            ("Thursday or Friday", "Nov 19 or Nov 20"),
            ("Monday, Wednesday or Friday", "Nov 23 or Nov 18 or Nov 20"),
            ("either the 24th or the 25th", "Nov 24 or Nov 25"),
            ("as soon as possible", "soonest"),
            ("the next available appointment", "soonest"),
            ("ASAP", "soonest"),
            ("as soon as possible on Friday", "Nov 20"),
            ("any day", "any"),
            ("whenever", "any"),
            ("I'm flexible", "any"),
        ],
        date,
    );
}

#[test]
fn what_is_taken_back_is_forgotten() {
    check(
        &[
            ("Thursday, no, Friday", "Nov 20"),
            ("Thursday, sorry, I mean Friday", "Nov 20"),
            ("Thursday the 19th, actually make it the 20th", "Nov 20"),
            ("Not Thursday, Friday", "Nov 20"),
        ],
        date,
    );
}

#[test]
fn days_are_ruled_out() {
    check(
        &[
            ("not Monday", "Nov 23"),
            ("anything but Monday", "Nov 23"),
            ("any day except Friday", "Nov 20"),
            ("I can't do Thursday", "Nov 19"),
            ("I can't make it on Thursday", "Nov 19"),
            ("Thursday doesn't work", "Nov 19"),
            ("Thursday is no good for me", "Nov 19"),
            ("not next week", "Nov 23 to Nov 29"),
            ("why not Monday", "-"),
        ],
        not_date,
    );
    check(
        &[
            ("not Monday", "-"),
            ("I can't do Thursday but Friday works", "Nov 20"),
        ],
        date,
    );
}

#[test]
fn the_day_in_talk_is_what_relative_days_count_from() {
    let talking_of_december_8th = |text: &str| {
        let heard = hear_with(text, |context| {
            context.day_in_talk = chrono::NaiveDate::from_ymd_opt(2026, 12, 8);
        });
        short(heard.date.as_ref(), days)
    };
    check(
        &[
            ("what about the day after", "Dec 9?"),
            ("the same day", "Dec 8?"),
            ("the 24th", "Dec 24"),
            ("the 5th", "Dec 5"),
        ],
        talking_of_december_8th,
    );
}

#[test]
fn ordinary_words_are_no_days() {
    check(
        &[
            ("just a second", "-"),
            ("the first one", "-"),
            ("I sat down", "-"),
            ("march on", "-"),
            ("on second thought", "-"),
            ("have a good day", "-"),
        ],
        date,
    );
}
