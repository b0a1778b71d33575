//! From stored values to types that can't hold nonsense. A value that does not fit is reported with its table and row, never
//! passed over.

use std::str::FromStr;

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
