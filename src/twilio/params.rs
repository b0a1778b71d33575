//! The named values of a webhook, read once for both the signature and the form.
//!
//! They are kept as they were sent: every name (new ones appear without notice, and are signed), every repetition, no trimming.

use std::borrow::Cow;

/// Far more than any webhook has; a flood of names costs its sender the answer.
const MOST: usize = 512;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the form has more than {MOST} fields")]
pub struct TooMany;

impl<'a> Params<'a> {
    /// Reads a form body or the query of a GET.
    pub fn parse(form: &'a [u8]) -> Result<Self, TooMany> {
        let pairs: Vec<_> = form_urlencoded::parse(form).take(MOST + 1).collect();
        if pairs.len() > MOST {
            return Err(TooMany);
        }
        Ok(Self(pairs))
    }

    /// The first value with this name. An empty one counts as missing: that is how Twilio sends what it does not know.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(found, _)| found == name)?;
        (!value.is_empty()).then_some(value)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Params<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter();
        Self(
            pairs
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_not_trimmed() {
        let params = Params::parse(b"Body=++A%2BB+%26+C%3DD++&From=%2B12025550123").unwrap();
        assert_eq!(params.get("Body"), Some("  A+B & C=D  "));
        assert_eq!(params.get("From"), Some("+12025550123"));
    }

    #[test]
    fn an_empty_value_is_missing_but_still_listed() {
        let params = Params::parse(b"CallerName=&To=x").unwrap();
        assert_eq!(params.get("CallerName"), None);
        assert_eq!(params.iter().count(), 2);
    }

    #[test]
    fn a_flood_of_names_is_refused() {
        assert!(Params::parse("a=1&".repeat(MOST).as_bytes()).is_ok());
        assert!(Params::parse("a=1&".repeat(MOST + 1).as_bytes()).is_err());
    }
}
