//! What serde finds wrong with a value from outside, told to the person who sent it: which field, and why.
//!
//! PURE. It must not know where the value came from; whoever read it puts its place in front ([`Misfit::within`]).

use serde::de::DeserializeOwned;
use serde_json::Value;

/// One value that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {why}")]
pub struct Misfit {
    /// Its path, like `call.transfer.number`. Empty for the whole.
    pub field: String,
    pub why: String,
}

impl Misfit {
    pub fn new(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            why: why.into(),
        }
    }

    /// Where a field is missing or unknown, serde's path may end at what should hold it, and the message has its name.
    pub fn told(path: &str, message: &str) -> Self {
        let parent = path.trim_end_matches('?').trim_end_matches('.');
        let name = ["missing field `", "unknown field `", "duplicate field `"]
            .iter()
            .find_map(|start| message.strip_prefix(start)?.split('`').next());
        let field = match name {
            Some(name) if parent.rsplit('.').next() != Some(name) => joined(parent, name),
            _ => parent.to_owned(),
        };
        Self::new(field, in_plain_words(message))
    }

    /// The same, seen from what it stands in.
    #[must_use]
    pub fn within(self, outer: &str) -> Self {
        Self {
            field: joined(outer, &self.field),
            ..self
        }
    }
}

/// An object that is part of a larger JSON value, read strictly. Serde would read a list as the object's fields in order.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Misfit> {
    if value.is_array() {
        return Err(Misfit::new("", "must be an object, and is a list"));
    }
    serde_path_to_error::deserialize(value)
        .map_err(|why| Misfit::told(&why.path().to_string(), &why.inner().to_string()))
}

fn joined(outer: &str, inner: &str) -> String {
    match (outer, inner) {
        ("", only) | (only, "") => only.to_owned(),
        (outer, inner) => format!("{outer}.{inner}"),
    }
}

/// Serde says what it wanted in words of Rust, which mean nothing to a caller.
fn in_plain_words(message: &str) -> String {
    match message.rsplit_once("expected ") {
        Some((found, "u8" | "u16" | "u32" | "u64" | "i64")) => {
            format!("{found}expected a whole number, not too small and not too large")
        }
        Some((found, wanted)) if wanted.starts_with("struct ") => {
            format!("{found}expected an object")
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(path: &str, message: &str) -> String {
        Misfit::told(path, message).field
    }

    #[test]
    fn a_missing_field_is_named_by_its_whole_path() {
        assert_eq!(field(".", "missing field `name`"), "name");
        assert_eq!(field("customer", "missing field `phone`"), "customer.phone");
    }

    #[test]
    fn an_unknown_field_is_named_once() {
        let message = "unknown field `nmae`, expected `name`";
        assert_eq!(field("nmae", message), "nmae");
        assert_eq!(field(".", message), "nmae");
    }

    #[test]
    fn a_field_that_comes_twice_is_named() {
        assert_eq!(field(".", "duplicate field `limit`"), "limit");
    }

    #[test]
    fn what_was_expected_is_told_without_words_of_rust() {
        assert_eq!(
            in_plain_words("invalid type: null, expected struct NewStaff"),
            "invalid type: null, expected an object"
        );
        assert!(in_plain_words("invalid type: string \"15\", expected u32").ends_with("too large"));
        let other = "unknown field `nmae`, expected `name`";
        assert_eq!(in_plain_words(other), other);
    }

    #[test]
    fn a_part_is_named_from_the_whole_it_stands_in() {
        let whole = Misfit::new("", "no").within("ai_config.call");
        assert_eq!(whole.field, "ai_config.call");
        let part = Misfit::new("transfer", "no").within("ai_config.call");
        assert_eq!(part.field, "ai_config.call.transfer");
    }
}
