//! Lists in pages. A page ends with a cursor, which is where the next one begins; rows that are added or removed in between make
//! no row come twice or be missed.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::Invalid;

/// How many on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub(super) struct Limit(u32);

impl Limit {
    const MOST: u32 = 200;

    /// One more than is shown tells whether there is a next page.
    pub(super) fn and_one_more(self) -> u32 {
        self.0 + 1
    }

    pub(super) fn get(self) -> u32 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<u32> for Limit {
    type Error = Invalid;

    fn try_from(limit: u32) -> Result<Self, Invalid> {
        if (1..=Self::MOST).contains(&limit) {
            Ok(Self(limit))
        } else {
            Err(Invalid::new(format!("must be from 1 to {}", Self::MOST)))
        }
    }
}

/// The sort key of the last row seen, in a form that says nothing and promises nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String", bound = "K: DeserializeOwned")]
pub(super) struct Cursor<K>(pub K);

impl<K: DeserializeOwned> TryFrom<String> for Cursor<K> {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        BASE64_URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .map(Self)
            .ok_or_else(|| Invalid::new("must be the `next_cursor` of the page before, unchanged"))
    }
}

impl<K: Serialize> Cursor<K> {
    pub(super) fn write(&self) -> Option<String> {
        let bytes = serde_json::to_vec(&self.0).ok()?;
        Some(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// The parameters of a list that is in the order of its ids and has no filter.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// How many on a page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Limit,
    /// The `next_cursor` of the page before; without it, the first page.
    #[param(value_type = Option<String>)]
    pub cursor: Option<Cursor<Uuid>>,
}

impl Page {
    /// The id of the last row seen.
    pub(super) fn after<I>(&self, id: impl Fn(Uuid) -> I) -> Option<I> {
        self.cursor.map(|cursor| id(cursor.0))
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct List<T> {
    pub items: Vec<T>,
    /// Send it as `cursor` for the next page; without it, this was the last.
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// From up to one row more than is shown.
    pub(super) fn of<K: Serialize>(mut items: Vec<T>, limit: Limit, key: impl Fn(&T) -> K) -> Self {
        let full = items.len() > limit.get() as usize;
        items.truncate(limit.get() as usize);
        let last = items.last().filter(|_| full);
        Self {
            next_cursor: last.and_then(|last| Cursor(key(last)).write()),
            items,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is() {
        let text = Cursor(("2026-03-01", 7)).write().unwrap();
        assert_eq!(
            Cursor::<(String, u8)>::try_from(text.clone()).unwrap().0,
            ("2026-03-01".into(), 7)
        );
        for other in ["", "x", "e30", &text[1..], "é"] {
            assert!(
                Cursor::<(String, u8)>::try_from(other.to_owned()).is_err(),
                "{other}"
            );
        }
    }

    #[test]
    fn only_a_full_page_has_a_next_one() {
        let limit = Limit(2);
        assert!(List::of(vec![1, 2], limit, |n| *n).next_cursor.is_none());
        let full = List::of(vec![1, 2, 3], limit, |n| *n);
        assert_eq!(full.items, [1, 2]);
        assert_eq!(full.next_cursor, Cursor(2).write());
    }
}
