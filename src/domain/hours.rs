//! Opening and working hours: local times of day, several spans a day, a week of them.

use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDateTime, NaiveTime, Timelike, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::Invalid;

const DAY: u16 = 24 * 60;

/// A stretch of the local day, to the minute. One that ends at or before its start ends on the next day
/// (`18:00`-`02:00`); `24:00` is the midnight at the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SpanText", into = "SpanText")]
pub struct TimeSpan {
    from: u16,
    until: u16,
}

/// A [`TimeSpan`] as it is written.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TimeSpan)]
pub struct SpanText {
    /// Local time of day, `HH:MM`.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "09:00")]
    from: String,
    /// Local time of day, `HH:MM`, up to `24:00`; at or before `from` it means the next day.
    #[schema(pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", example = "17:30")]
    until: String,
}

impl PartialSchema for TimeSpan {
    fn schema() -> RefOr<Schema> {
        SpanText::schema()
    }
}

impl ToSchema for TimeSpan {}

impl TimeSpan {
    /// `from` and `until` are minutes after the midnight that opens the day.
    pub fn from_minutes(from: u16, until: u16) -> Result<Self, Invalid> {
        if from < DAY && from < until && until - from <= DAY {
            Ok(Self { from, until })
        } else {
            Err(Invalid::new(
                "a span starts within the day and lasts at most 24 hours",
            ))
        }
    }

    pub fn parse(from: &str, until: &str) -> Result<Self, Invalid> {
        let start = minute_of_day(from)?;
        let end = minute_of_day(until)?;
        Self::from_minutes(start, if end <= start { end + DAY } else { end })
    }

    /// Minutes after the midnight that opens the day: 0 to 1439.
    pub fn from_minute(self) -> u16 {
        self.from
    }

    /// Minutes after the same midnight; past 1440 it is the next day.
    pub fn until_minute(self) -> u16 {
        self.until
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.until && other.from < self.until
    }
}

fn minute_of_day(text: &str) -> Result<u16, Invalid> {
    if text == "24:00" {
        return Ok(DAY);
    }
    let time = (text.len() == 5)
        .then(|| NaiveTime::parse_from_str(text, "%H:%M").ok())
        .flatten()
        .ok_or_else(|| Invalid::new("a time of day is `HH:MM`, like 09:30"))?;
    u16::try_from(time.hour() * 60 + time.minute()).map_err(|_| Invalid::new("not a time of day"))
}

fn time_text(minute: u16) -> String {
    let minute = if minute > DAY { minute - DAY } else { minute };
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", time_text(self.from), time_text(self.until))
    }
}

impl FromStr for TimeSpan {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (from, until) = text
            .split_once('-')
            .ok_or_else(|| Invalid::new("a span is `HH:MM-HH:MM`, like 09:00-17:30"))?;
        Self::parse(from, until)
    }
}

impl TryFrom<SpanText> for TimeSpan {
    type Error = Invalid;

    fn try_from(span: SpanText) -> Result<Self, Invalid> {
        Self::parse(&span.from, &span.until)
    }
}

impl From<TimeSpan> for SpanText {
    fn from(span: TimeSpan) -> Self {
        Self {
            from: time_text(span.from),
            until: time_text(span.until),
        }
    }
}

/// The spans of one day, in order and apart. An empty day is a closed day.
pub fn ordered_spans(mut spans: Vec<TimeSpan>) -> Result<Vec<TimeSpan>, Invalid> {
    const MOST: usize = 12;
    if spans.len() > MOST {
        return Err(Invalid::new(format!("a day has at most {MOST} spans")));
    }
    spans.sort_by_key(|span| span.from);
    for pair in spans.windows(2) {
        if pair[0].overlaps(pair[1]) {
            return Err(Invalid::new(format!("{} and {} overlap", pair[0], pair[1])));
        }
    }
    Ok(spans)
}

/// Hours of each weekday. A day that is left out is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Week", into = "Week")]
#[schema(as = WeeklyHours, value_type = Week)]
pub struct WeeklyHours([Vec<TimeSpan>; 7]);

#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Week {
    #[schema(max_items = 12)]
    mon: Vec<TimeSpan>,
    #[schema(max_items = 12)]
    tue: Vec<TimeSpan>,
    #[schema(max_items = 12)]
    wed: Vec<TimeSpan>,
    #[schema(max_items = 12)]
    thu: Vec<TimeSpan>,
    #[schema(max_items = 12)]
    fri: Vec<TimeSpan>,
    #[schema(max_items = 12)]
    sat: Vec<TimeSpan>,
    #[schema(max_items = 12)]
    sun: Vec<TimeSpan>,
}

impl WeeklyHours {
    /// Monday first.
    pub fn new(days: [Vec<TimeSpan>; 7]) -> Result<Self, Invalid> {
        let mut week = Self::default();
        for (slot, spans) in week.0.iter_mut().zip(days) {
            *slot = ordered_spans(spans)?;
        }
        Ok(week)
    }

    /// Whether they are on at this time of the local clock; a span may reach into the next day.
    pub fn contain(&self, local: NaiveDateTime) -> bool {
        let minute = local.hour() * 60 + local.minute();
        let holds = |day: Weekday, minute: u32| {
            self.on(day).iter().any(|span| {
                (u32::from(span.from_minute())..u32::from(span.until_minute())).contains(&minute)
            })
        };
        let today = local.weekday();
        holds(today, minute) || holds(today.pred(), minute + 24 * 60)
    }

    pub fn on(&self, day: Weekday) -> &[TimeSpan] {
        &self.0[day.num_days_from_monday() as usize]
    }
}

impl TryFrom<Week> for WeeklyHours {
    type Error = Invalid;

    fn try_from(week: Week) -> Result<Self, Invalid> {
        let Week {
            mon,
            tue,
            wed,
            thu,
            fri,
            sat,
            sun,
        } = week;
        Self::new([mon, tue, wed, thu, fri, sat, sun])
    }
}

impl From<WeeklyHours> for Week {
    fn from(hours: WeeklyHours) -> Self {
        let [mon, tue, wed, thu, fri, sat, sun] = hours.0;
        Self {
            mon,
            tue,
            wed,
            thu,
            fri,
            sat,
            sun,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_that_ends_before_it_starts_ends_on_the_next_day() {
        let span: TimeSpan = "18:00-02:00".parse().unwrap();
        assert_eq!((span.from_minute(), span.until_minute()), (1080, 1560));
        assert_eq!(span.to_string(), "18:00-02:00");
    }

    #[test]
    fn midnight_at_the_end_of_a_day_keeps_its_name() {
        let span: TimeSpan = "00:00-24:00".parse().unwrap();
        assert_eq!((span.from_minute(), span.until_minute()), (0, 1440));
        assert_eq!(span.to_string(), "00:00-24:00");
    }

    #[test]
    fn overlapping_spans_of_a_day_are_refused_by_name() {
        let week = r#"{"mon":[{"from":"13:00","until":"17:00"},{"from":"09:00","until":"13:30"}]}"#;
        let refused = serde_json::from_str::<WeeklyHours>(week)
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("09:00-13:30 and 13:00-17:00 overlap"),
            "{refused}"
        );
    }

    #[test]
    fn times_that_are_no_times_are_refused() {
        for text in [
            "9:00-10:00",
            "09:60-10:00",
            "24:00-01:00",
            "09:00",
            "09:00-25:00",
            "",
        ] {
            assert!(text.parse::<TimeSpan>().is_err(), "{text}");
        }
    }
}
