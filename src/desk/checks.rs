//! What several use cases ask before they write.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{Error, Result};
use crate::{domain::DayRange, store};

/// Whether the caller saw the row as it is.
pub(super) fn fresh(expected: Option<i64>, current: i64) -> Result<()> {
    match expected {
        Some(expected) if expected != current => Err(Error::Stale { current }),
        _ => Ok(()),
    }
}

/// A row that was read a moment ago and is at another version by now was written by somebody else: look again.
pub(super) fn written(at_its_version: bool) -> Result<()> {
    if at_its_version {
        Ok(())
    } else {
        Err(store::Error::Contention.into())
    }
}

/// What to say when the row refers to something that is not there.
pub(super) fn dangling<T>(result: store::Result<T>, say: impl FnOnce() -> Error) -> Result<T> {
    match result {
        Err(store::Error::Dangling) => Err(say()),
        other => Ok(other?),
    }
}

/// Takes over a field that a patch mentions.
pub(super) fn set<T: Clone>(field: &mut T, new: Option<&T>) {
    if let Some(new) = new {
        field.clone_from(new);
    }
}

/// For a field of a patch that can be emptied: left out, `null` and a value are three things.
#[expect(
    clippy::option_option,
    reason = "the three cases are what a patch tells apart, and `Option` is what serde and `set` read"
)]
pub(super) fn clearable<'de, D, T>(input: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(input).map(Some)
}

pub(super) fn at_most(field: &'static str, count: usize, most: usize) -> Result<()> {
    if count <= most {
        Ok(())
    } else {
        Err(Error::invalid(
            field,
            format!("at most {most}, and these are {count}"),
        ))
    }
}

pub(super) fn no_repeats<T: Eq + std::hash::Hash>(
    field: &'static str,
    values: impl IntoIterator<Item = T>,
) -> Result<()> {
    let mut seen = HashSet::new();
    if values.into_iter().all(|value| seen.insert(value)) {
        Ok(())
    } else {
        Err(Error::invalid(field, "each at most once"))
    }
}

/// Years of four digits, which both databases know and sort as we do, and which no typing error reaches. Asked of questions too:
/// their times go to the database as well, and have some added and taken away before.
pub(super) fn plausible(field: &'static str, day: NaiveDate) -> Result<()> {
    if (1900..2200).contains(&day.year()) {
        Ok(())
    } else {
        Err(Error::invalid(field, "must lie in the years 1900 to 2199"))
    }
}

pub(super) fn plausible_time(field: &'static str, at: DateTime<Utc>) -> Result<()> {
    plausible(field, at.date_naive())
}

pub(super) fn days(first_day: NaiveDate, last_day: NaiveDate) -> Result<DayRange> {
    plausible("first_day", first_day)?;
    plausible("last_day", last_day)?;
    DayRange::new(first_day, last_day).map_err(|why| Error::invalid("last_day", why.to_string()))
}

/// Free-form JSON: bounded, and without the one character that Postgres can't keep.
pub(super) fn json_object(
    field: &'static str,
    map: &Map<String, Value>,
    most_bytes: usize,
) -> Result<()> {
    let bytes = serde_json::to_string(map).map_or(usize::MAX, |text| text.len());
    if bytes > most_bytes {
        return Err(Error::invalid(
            field,
            format!("must be at most {most_bytes} bytes of JSON"),
        ));
    }
    if map_has_nul(map) {
        return Err(Error::invalid(field, "must not hold the character U+0000"));
    }
    Ok(())
}

fn map_has_nul(map: &Map<String, Value>) -> bool {
    map.iter()
        .any(|(key, value)| key.contains('\0') || has_nul(value))
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(map) => map_has_nul(map),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
