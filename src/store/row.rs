//! From stored values to types that can't hold nonsense. A value that does not fit is reported with its table and row, never
//! passed over.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Error, Result};
use crate::domain::{Invalid, Money, Text};

/// Says which row a bad value stands in.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) table: &'static str,
    pub(super) row: &'a dyn std::fmt::Display,
}

impl Place<'_> {
    pub(super) fn check<T>(self, value: Result<T, Invalid>) -> Result<T> {
        value.map_err(|why| Error::Inconsistent {
            table: self.table,
            row: self.row.to_string(),
            why,
        })
    }

    pub(super) fn parse<T: FromStr>(self, text: &str) -> Result<T>
    where
        T::Err: std::fmt::Display,
    {
        self.check(
            text.parse()
                .map_err(|why: T::Err| Invalid::new(why.to_string())),
        )
    }

    pub(super) fn parse_some<T: FromStr>(self, text: Option<&str>) -> Result<Option<T>>
    where
        T::Err: std::fmt::Display,
    {
        text.map(|text| self.parse(text)).transpose()
    }

    pub(super) fn text<const MIN: usize, const MAX: usize>(
        self,
        text: &str,
    ) -> Result<Text<MIN, MAX>> {
        self.check(Text::new(text))
    }

    pub(super) fn text_some<const MIN: usize, const MAX: usize>(
        self,
        text: Option<&str>,
    ) -> Result<Option<Text<MIN, MAX>>> {
        text.map(|text| self.text(text)).transpose()
    }

    pub(super) fn json<T: serde::de::DeserializeOwned>(
        self,
        value: serde_json::Value,
    ) -> Result<T> {
        self.check(serde_json::from_value(value).map_err(|why| Invalid::new(why.to_string())))
    }

    /// An instant as the SQLite driver writes one. Read without a general parser, because a question about free time reads
    /// thousands.
    pub(super) fn instant(self, text: &str) -> Result<DateTime<Utc>> {
        match plain_instant(text.as_bytes()) {
            Some(instant) => Ok(instant),
            None => self.parse(text),
        }
    }

    pub(super) fn money(self, minor: Option<i64>, currency: Option<&str>) -> Result<Option<Money>> {
        match (minor, currency) {
            (Some(minor), Some(currency)) => self.check(Money::new(minor, currency)).map(Some),
            _ => Ok(None),
        }
    }

    pub(super) fn number<T: TryFrom<i64>>(self, number: i64) -> Result<T> {
        self.check(
            T::try_from(number).map_err(|_| Invalid::new(format!("{number} is out of range"))),
        )
    }
}

/// `2026-03-02T10:00:00+00:00`, in whole seconds.
fn plain_instant(text: &[u8]) -> Option<DateTime<Utc>> {
    let number = |range: std::ops::Range<usize>| {
        text.get(range)?.iter().try_fold(0_u32, |number, byte| {
            byte.is_ascii_digit()
                .then(|| number * 10 + u32::from(byte - b'0'))
        })
    };
    if text.len() != 25 || !text.ends_with(b"+00:00") {
        return None;
    }
    let year = i32::try_from(number(0..4)?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(5..7)?, number(8..10)?)?;
    let time = day.and_hms_opt(number(11..13)?, number(14..16)?, number(17..19)?)?;
    Some(time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_as_the_general_parser_reads_it() {
        let place = Place {
            table: "bookings",
            row: &1,
        };
        for text in [
            "2026-03-02T10:00:00+00:00",
            "2024-02-29T23:59:59+00:00",
            "2026-03-02T10:00:00.123456+00:00",
            "2026-03-02T11:30:00+01:00",
        ] {
            assert_eq!(
                place.instant(text).unwrap(),
                text.parse::<DateTime<Utc>>().unwrap()
            );
        }
    }

    #[test]
    fn what_is_no_instant_is_reported_with_its_place() {
        let place = Place {
            table: "bookings",
            row: &17,
        };
        for text in ["", "2026-02-30T10:00:00+00:00", "2026-03-02T1x:00:00+00:00"] {
            let error = place.instant(text).unwrap_err().to_string();
            assert!(error.starts_with("table bookings, row 17"), "{error}");
        }
    }
}
