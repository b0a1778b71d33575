//! Text with a length: trimmed, without control characters, and never longer than a page can show.

use std::{borrow::Cow, fmt, ops::Deref};

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use super::Invalid;

/// Trimmed text of `MIN` to `MAX` characters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const MIN: usize, const MAX: usize>(String);

/// What something or someone is called.
pub type Name = Text<1, 120>;
/// One line: a reason, a specialization.
pub type Line = Text<1, 300>;
/// A paragraph or two.
pub type Note = Text<1, 4000>;

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// In characters.
    pub const LONGEST: usize = MAX;

    pub fn new(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let length = text.chars().count();
        if length < MIN || length > MAX {
            return Err(Invalid::new(format!(
                "must be {MIN} to {MAX} characters long, and is {length}"
            )));
        }
        if text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
        {
            return Err(Invalid::new("must not hold control characters"));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize> TryFrom<String> for Text<MIN, MAX> {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::new(&text)
    }
}

impl<const MIN: usize, const MAX: usize> From<Text<MIN, MAX>> for String {
    fn from(text: Text<MIN, MAX>) -> Self {
        text.0
    }
}

impl<const MIN: usize, const MAX: usize> Deref for Text<MIN, MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MIN: usize, const MAX: usize> PartialSchema for Text<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(MIN))
            .max_length(Some(MAX))
            .into()
    }
}

impl<const MIN: usize, const MAX: usize> ToSchema for Text<MIN, MAX> {
    fn name() -> Cow<'static, str> {
        format!("Text{MIN}To{MAX}").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_counted_in_characters() {
        assert_eq!(Name::new("  Zoë ").unwrap().as_str(), "Zoë");
        assert!(Name::new(&"ë".repeat(120)).is_ok());
        assert!(Name::new(&"ë".repeat(121)).is_err());
    }

    #[test]
    fn a_blank_name_and_a_name_with_a_bell_in_it_are_refused() {
        assert!(Name::new(" \n ").is_err());
        assert!(Name::new("Ann\u{7}a").is_err());
    }
}
