//! Another site that may call the API from its pages.

use std::{fmt, str::FromStr};

use super::public_url::{BadUrl, PublicUrl};

/// Scheme, host and port, as a browser writes them into `Origin`: no default port, no slash at the end. `*` is refused:
/// who may call is always a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(PublicUrl);

impl FromStr for Origin {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, BadUrl> {
        text.parse().map(Self)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_a_browser_writes_it() {
        let origin: Origin = "https://Shop.Example.com:443/".parse().unwrap();
        assert_eq!(origin.to_string(), "https://shop.example.com");
    }

    #[test]
    fn everybody_is_no_origin() {
        assert!("*".parse::<Origin>().is_err());
        assert!("null".parse::<Origin>().is_err());
    }
}
