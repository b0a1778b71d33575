//! Dates: which days an utterance speaks of, and which it rules out.
//!
//! Expressions are found from left to right, neighbours are joined ("Tuesday" + "the 24th"), and what the words around
//! them do to them is applied last: "not", "after", "or", "no, I mean".

mod pieces;

use std::ops::Range;

use chrono::{Datelike, NaiveDate};

use self::pieces::{Piece, piece, week_of};
use super::{corrections, tokens::Words};
use crate::language::{
    Confidence, Context, Dates, Heard,
    calendar::{self, Pointing, Resolved, earlier, later},
};

/// How far "any Tuesday" reaches.
const ANY_REACHES_DAYS: u64 = 55;

#[derive(Debug)]
struct Found {
    piece: Piece,
    words: Range<usize>,
}

/// Dates wanted, and dates ruled out.
pub(super) type Both = (Option<Heard<Dates>>, Option<Heard<Dates>>);

pub(super) fn dates(words: &mut Words<'_>, context: &Context<'_>) -> Both {
    let mut found = find(words, context);
    join_neighbours(words, &mut found);
    let today = context.now.date();
    let mut wanted: Vec<(Resolved, Range<usize>)> = Vec::new();
    let mut refused: Vec<(Resolved, Range<usize>)> = Vec::new();
    for Found {
        piece,
        words: range,
    } in &found
    {
        let resolved = resolve(piece, context);
        let (resolved, range) = modified(words, resolved, range.clone(), today);
        words.take(range.clone());
        if is_refused(words, &range) {
            refused.push((resolved, range));
        } else {
            wanted.push((resolved, range));
        }
    }
    corrections::keep_last(words, &mut wanted);
    (together(words, wanted), together(words, refused))
}

fn find(words: &Words<'_>, context: &Context<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match piece(words, at, context) {
            Some((piece, length)) if !(at..at + length).any(|at| words.taken(at)) => {
                found.push(Found {
                    piece,
                    words: at..at + length,
                });
                at += length.max(1);
            }
            _ => at += 1,
        }
    }
    found
}

/// Joins expressions that name one day together, as far as only small words stand between them.
fn join_neighbours(words: &Words<'_>, found: &mut Vec<Found>) {
    let mut at = 0;
    while at + 1 < found.len() {
        let gap = found[at].words.end..found[at + 1].words.start;
        let near = gap.len() <= 2
            && gap.clone().all(|at| {
                words.is(
                    at,
                    &[
                        "the", "of", "on", "in", "sometime", "any", "during", "that", "is", "so",
                        "which",
                    ],
                )
            });
        let joined = near
            .then(|| join(&found[at].piece, &found[at + 1].piece))
            .flatten();
        match joined {
            Some(piece) => {
                let end = found[at + 1].words.end;
                found[at].piece = piece;
                found[at].words.end = end;
                found.remove(at + 1);
            }
            None => at += 1,
        }
    }
}

fn join(first: &Piece, second: &Piece) -> Option<Piece> {
    use Piece::{AnyOf, DayOfMonth, Exact, MonthDay, Range, Weekday};
    let impossible = MonthDay(2, 30, None);
    Some(match (first, second) {
        (Weekday(day, _), DayOfMonth(number)) | (DayOfMonth(number), Weekday(day, _)) => {
            Piece::WeekdayOfMonth(*day, *number)
        }
        (Weekday(weekday, _), MonthDay(month, day, year))
        | (MonthDay(month, day, year), Weekday(weekday, _)) => {
            Piece::WeekdayMonthDay(*weekday, *month, *day, *year)
        }
        (Weekday(day, _), Exact(date, sure)) | (Exact(date, sure), Weekday(day, _)) => {
            if date.weekday() == *day {
                Exact(*date, *sure)
            } else if *sure == Confidence::Unsure {
                // "Thursday in two weeks" counts weeks, not days.
                let monday = calendar::monday_of(*date);
                let days = day.num_days_from_monday();
                Exact(later(monday, days.into()), Confidence::Unsure)
            } else {
                impossible
            }
        }
        (DayOfMonth(day), Exact(date, sure)) | (Exact(date, sure), DayOfMonth(day)) => {
            if date.day() == *day {
                Exact(*date, *sure)
            } else {
                impossible
            }
        }
        (MonthDay(month, day, _), Exact(date, sure))
        | (Exact(date, sure), MonthDay(month, day, _)) => {
            if (date.month(), date.day()) == (*month, *day) {
                Exact(*date, *sure)
            } else {
                impossible
            }
        }
        (Weekday(day, _), Range(from, to)) | (Range(from, to), Weekday(day, _)) => {
            within(&[*day], *from, *to)?
        }
        (AnyOf(days), Range(from, to)) | (Range(from, to), AnyOf(days)) => {
            within(days, *from, *to)?
        }
        (DayOfMonth(day), Range(from, to)) | (Range(from, to), DayOfMonth(day)) => {
            let in_range = from.iter_days().take_while(|date| date <= to).take(62);
            let date = in_range.into_iter().find(|date| date.day() == *day);
            date.map_or(impossible, |date| Exact(date, Confidence::Sure))
        }
        // "Any day next week", "as soon as possible next week".
        (Piece::Any, Range(from, to)) | (Range(from, to), Piece::Any) => Range(*from, *to),
        _ => return None,
    })
}

fn within(days: &[chrono::Weekday], from: NaiveDate, to: NaiveDate) -> Option<Piece> {
    if let [day] = days
        && (to - from).num_days() < 7
    {
        let date = from
            .iter_days()
            .take(7)
            .find(|date| date.weekday() == *day)?;
        return (date <= to).then_some(Piece::Exact(date, Confidence::Sure));
    }
    Some(Piece::WeekdaysWithin(days.to_vec(), from, to))
}

fn resolve(piece: &Piece, context: &Context<'_>) -> Resolved {
    let today = context.now.date();
    let sure = |dates| (dates, Confidence::Sure);
    let sought_from = context
        .day_in_talk
        .and_then(|day| day.with_day(1))
        .map_or(today, |first| first.max(today));
    let agrees = |weekday, resolved: Resolved| match resolved.0 {
        Dates::On(date) if date.weekday() != weekday => sure(Dates::Impossible),
        _ => resolved,
    };
    match piece {
        Piece::Weekday(day, Pointing::Alone) => match day_at_hand(*day, context) {
            Some(date) => sure(Dates::On(date)),
            None => calendar::weekday(*day, Pointing::Alone, today),
        },
        Piece::Weekday(day, pointing) => calendar::weekday(*day, *pointing, today),
        Piece::WeekdayOfMonth(weekday, day) => {
            match calendar::weekday_of_month(*weekday, *day, sought_from) {
                (Dates::Impossible, _) if sought_from > today => {
                    calendar::weekday_of_month(*weekday, *day, today)
                }
                resolved => resolved,
            }
        }
        Piece::WeekdayMonthDay(weekday, month, day, year) => {
            let next_year = calendar::month_and_day(*month, *day, Some(today.year() + 1), today);
            match calendar::month_and_day(*month, *day, *year, today) {
                // "Wednesday the 21st of July": not the one that is over, for that was a Tuesday.
                (Dates::Past(date), _) if year.is_none() && date.weekday() != *weekday => {
                    agrees(*weekday, next_year)
                }
                resolved => agrees(*weekday, resolved),
            }
        }
        Piece::DayOfMonth(day) => calendar::day_of_month(*day, sought_from),
        Piece::MonthDay(month, day, year) => calendar::month_and_day(*month, *day, *year, today),
        Piece::Exact(date, confidence) => (calendar::on(*date, today), *confidence),
        Piece::AnyOf(days) => sure(Dates::Between {
            from: later(today, 1),
            to: later(today, ANY_REACHES_DAYS),
            weekdays: days.clone(),
        }),
        Piece::WeekdaysWithin(days, from, to) => sure(Dates::Between {
            from: *from,
            to: *to,
            weekdays: days.clone(),
        }),
        Piece::Range(from, to) => sure(Dates::Between {
            from: *from,
            to: *to,
            weekdays: Vec::new(),
        }),
        Piece::Soonest => sure(Dates::Soonest),
        Piece::Any => sure(Dates::Any),
    }
}

/// The day of that name that is being talked about, or the only one among the offers.
fn day_at_hand(weekday: chrono::Weekday, context: &Context<'_>) -> Option<NaiveDate> {
    let today = context.now.date();
    let offered = context.offers.iter().map(|offer| offer.start.date());
    let mut fitting = context
        .day_in_talk
        .into_iter()
        .chain(offered)
        .filter(|date| date.weekday() == weekday && *date >= today);
    let first = fitting.next()?;
    fitting.all(|date| date == first).then_some(first)
}

/// "After the 24th", "by Friday", "the week of the 3rd", "from Monday on".
fn modified(
    words: &Words<'_>,
    (dates, confidence): Resolved,
    range: Range<usize>,
    today: NaiveDate,
) -> (Resolved, Range<usize>) {
    let (first, last) = match &dates {
        Dates::On(date) => (*date, *date),
        Dates::Between { from, to, .. } => (*from, *to),
        _ => return ((dates, confidence), range),
    };
    let before = |back| words.before(range.start, back);
    let spread = |from: NaiveDate, to: NaiveDate| Dates::Between {
        from: from.max(today),
        to: to.max(today),
        weekdays: Vec::new(),
    };
    // An article may stand between: "after the weekend" is one expression, "after my holiday on Monday" is none.
    let (dates, lead) = match before(1) {
        "after" if before(2) == "day" => (Dates::On(later(first, 1)), 2),
        "before" if before(2) == "day" => (calendar::on(earlier(first, 1), today), 2),
        "after" | "past" => (Dates::From(later(last, 1)), 1),
        "than" if before(2) == "later" && before(3) == "no" => (spread(today, last), 3),
        "than" if before(2) == "later" => (Dates::From(later(last, 1)), 2),
        "than" if matches!(before(2), "earlier" | "sooner") => {
            (spread(today, earlier(first, 1)), 2)
        }
        "before" if before(2) == "not" => (Dates::From(first), 2),
        "before" => (spread(today, earlier(first, 1)), 1),
        "by" | "until" | "till" => (spread(today, last), 1),
        "of" if before(2) == "week" => match week_of(first) {
            Piece::Range(from, to) => (spread(from, to), 2),
            _ => (dates, 0),
        },
        "since" | "starting" => (Dates::From(first), 1),
        _ => (dates, 0),
    };
    let start = range.start - lead.min(range.start);
    let on = words.any(
        range.end,
        &[
            "onwards",
            "onward",
            "or later",
            "or after",
            "and after",
            "or any day after",
            "on or after",
        ],
    );
    if let (Some(length), 0) = (on, lead) {
        return ((Dates::From(first), confidence), start..range.end + length);
    }
    ((dates, confidence), start..range.end)
}

/// "Not Monday", "any day but Monday", "I can't do Monday", "Monday doesn't work".
pub(super) fn is_refused(words: &Words<'_>, range: &Range<usize>) -> bool {
    let small = |at: usize| words.is(at, &["on", "the", "in", "at", "for"]);
    let lead = (1..=2)
        .take_while(|back| range.start >= *back && small(range.start - back))
        .count();
    let at = range.start - lead;
    let before = |back| words.before(at, back);
    let ruled_out = match before(1) {
        "not" => !matches!(before(2), "why" | "if" | "or"),
        "but" | "except" | "besides" | "excluding" => {
            matches!(
                before(2),
                "anything"
                    | "day"
                    | "time"
                    | "except"
                    | "anytime"
                    | "any"
                    | "days"
                    | "times"
                    | "all"
            ) || matches!(before(1), "except" | "besides" | "excluding")
        }
        "than" => before(2) == "other" || before(2) == "rather",
        "for" if before(2) == "except" => true,
        "of" => before(2) == "instead",
        "it" => matches!(before(2), "make" | "do") && before(3) == "not",
        "do" | "make" | "manage" | "come" | "be" | "have" | "like" | "want" | "free"
        | "available" | "work" => {
            (2..=4).any(|back| before(back) == "not")
                && !(2..=4).any(|back| matches!(before(back), "why" | "if"))
        }
        _ => false,
    };
    ruled_out || is_turned_down_after(words, range.end)
}

/// "... doesn't work", "... is no good", "... won't suit me".
fn is_turned_down_after(words: &Words<'_>, end: usize) -> bool {
    words
        .any(
            end,
            &[
                "does not work",
                "do not work",
                "will not work",
                "is not good",
                "is not possible",
                "is not going to work",
                "is no good",
                "is bad",
                "is out",
                "is difficult",
                "is too early",
                "is too late",
                "is too soon",
                "would not work",
                "does not suit",
                "is not great",
                "is not convenient",
                "i can not",
                "i am busy",
                "i am working",
                "i work",
            ],
        )
        .is_some()
}

/// Several days at once: "Tuesday or Wednesday", "from Monday to Wednesday".
fn together(words: &Words<'_>, found: Vec<(Resolved, Range<usize>)>) -> Option<Heard<Dates>> {
    let (mut dates, mut confidence, mut range) = {
        let ((dates, confidence), range) = found.first()?.clone();
        (dates, confidence, range)
    };
    for ((more, sure), next) in found.into_iter().skip(1) {
        let gap = words.before(next.start, 1);
        let to = matches!(gap, "to" | "until" | "till" | "through" | "thru" | "-")
            || gap == "and" && words.before(range.start, 1) == "between";
        let between = range.end..next.start;
        let linked = between.len() <= 2 || between.clone().any(|at| words.at(at) == "or");
        let joined = match (&mut dates, more) {
            (Dates::On(from), Dates::On(until)) if to && *from < until => Dates::Between {
                from: *from,
                to: until,
                weekdays: Vec::new(),
            },
            (
                Dates::On(from),
                Dates::Between {
                    from: now,
                    to: until,
                    weekdays,
                },
            ) if weekdays.is_empty()
                && matches!(words.at(next.start), "until" | "till" | "by")
                && now <= *from
                && *from < until =>
            {
                Dates::Between {
                    from: *from,
                    to: until,
                    weekdays,
                }
            }
            // "Between Monday and Wednesday", said on a Tuesday.
            (Dates::On(from), Dates::On(until)) if to && later(until, 7) > *from => {
                Dates::Between {
                    from: *from,
                    to: later(until, 7),
                    weekdays: Vec::new(),
                }
            }
            // "I have something on the 12th, can you do the 13th": nothing says that both would do.
            (Dates::On(one), Dates::On(other)) if *one != other && !linked => {
                confidence = Confidence::Unsure;
                Dates::On(other)
            }
            (Dates::On(one), Dates::On(other)) if *one != other => Dates::OneOf(vec![*one, other]),
            (Dates::OneOf(several), Dates::On(other)) => {
                if !several.contains(&other) {
                    several.push(other);
                }
                Dates::OneOf(std::mem::take(several))
            }
            (Dates::Between { weekdays, from, to }, Dates::Between { weekdays: more, .. })
                if !weekdays.is_empty() && !more.is_empty() =>
            {
                for day in more {
                    if !weekdays.contains(&day) {
                        weekdays.push(day);
                    }
                }
                Dates::Between {
                    from: *from,
                    to: *to,
                    weekdays: std::mem::take(weekdays),
                }
            }
            // A day says more than "as soon as possible" or "any day", whichever comes first.
            (Dates::Between { .. }, specific @ Dates::On(_))
            | (Dates::Soonest | Dates::Any, specific) => specific,
            _ => continue,
        };
        dates = joined;
        if sure == Confidence::Unsure {
            confidence = sure;
        }
        range = range.start.min(next.start)..range.end.max(next.end);
    }
    Some(Heard {
        value: dates,
        confidence,
        span: words.span(range),
    })
}
