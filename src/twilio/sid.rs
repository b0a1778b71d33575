//! The names Twilio gives to things: two letters that say the kind, and the rest.
//!
//! The published pattern of the rest is 32 hexadecimal digits. Stand-ins make other ones, and nothing depends on it, so letters
//! and digits will do: what matters is that a name can stand in a path, a log and a JSON text as it is.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::domain::Invalid;

const LONGEST: usize = 64;

macro_rules! sid {
    ($(#[$doc:meta])* $name:ident, $($kind:literal)|+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn new(text: &str) -> Result<Self, Invalid> {
                checked(text, &[$($kind),+]).map(Self)
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(text: String) -> Result<Self, Invalid> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(sid: $name) -> Self {
                sid.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

sid!(AccountSid, "AC");
sid!(CallSid, "CA");
sid!(StreamSid, "MZ");
sid!(
    /// `SM` for a plain text, `MM` for one with a picture.
    MessageSid,
    "SM" | "MM"
);
sid!(RecordingSid, "RE");

fn checked(text: &str, kinds: &[&str]) -> Result<String, Invalid> {
    let rest = kinds.iter().find_map(|kind| text.strip_prefix(kind));
    let fits = rest.is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    if fits && text.len() <= LONGEST {
        Ok(text.to_owned())
    } else {
        Err(Invalid::new(format!(
            "must be {} followed by letters and digits",
            kinds.join(" or ")
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_its_kind() {
        assert!(CallSid::new("CA1234567890ABCDE").is_ok());
        assert!(StreamSid::new("CA1234567890ABCDE").is_err());
        assert!(MessageSid::new("SM0123456789abcdef").is_ok());
        assert!(MessageSid::new("MM0123456789abcdef").is_ok());
    }

    #[test]
    fn what_could_lead_elsewhere_in_a_path_is_no_name() {
        for text in ["CA", "", "CA../..", "CA12?x=1", "CA12 3", "CAé", "ca1234"] {
            assert!(CallSid::new(text).is_err(), "{text}");
        }
        assert!(CallSid::new(&format!("CA{}", "0".repeat(63))).is_err());
    }
}
