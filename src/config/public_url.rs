//! The address others use for this server: links in texts, webhooks and signatures are built on it.

use std::{fmt, net::SocketAddr, str::FromStr};

use reqwest::Url;

/// `http` or `https`, a host, perhaps a port, and nothing more. Shown without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}; it looks like https://book.example.com")]
pub struct BadUrl(&'static str);

impl PublicUrl {
    /// The address of a listener. None if it listens on every address of the machine: then no one of them is the right one.
    pub fn of(listen: SocketAddr) -> Option<Self> {
        if listen.ip().is_unspecified() {
            return None;
        }
        format!("http://{listen}").parse().ok()
    }

    /// Whether it can mean only this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        match address.parse::<std::net::IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => host == "localhost" || host.ends_with(".localhost"),
        }
    }

    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// `path` begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{self}{path}")
    }
}

impl FromStr for PublicUrl {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, BadUrl> {
        let url = Url::parse(text.trim()).map_err(|_| BadUrl("it is no URL"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BadUrl("it must begin with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadUrl("it must not hold a user or a password"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(BadUrl("it must end after the host and port"));
        }
        Ok(Self(url))
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PublicUrl {
        text.parse().unwrap()
    }

    #[test]
    fn a_slash_at_the_end_makes_no_difference() {
        assert_eq!(
            url("https://book.example.com/"),
            url("https://book.example.com")
        );
        assert_eq!(
            url("https://book.example.com/").join("/docs"),
            "https://book.example.com/docs"
        );
    }

    #[test]
    fn loopback_is_known_in_every_spelling() {
        for text in [
            "http://localhost:8080",
            "http://LOCALHOST",
            "http://app.localhost",
            "http://127.0.0.1",
            "http://127.1.2.3:1",
            "http://[::1]:8080",
        ] {
            assert!(url(text).is_loopback(), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_loopback_is_not() {
        for text in [
            "https://localhost.example.com",
            "https://127.0.0.1.example.com",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "https://notlocalhost",
        ] {
            assert!(!url(text).is_loopback(), "{text}");
        }
    }

    #[test]
    fn what_no_link_can_be_built_on_is_refused() {
        for text in [
            "book.example.com",
            "ftp://book.example.com",
            "https://user@book.example.com",
            "https://book.example.com/app",
            "https://book.example.com?a=b",
            "",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
