//! An address that Twilio asks next, and how hard it tries.

use std::fmt;

/// A URL, absolute or relative, without a fragment of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    url: String,
    retries: Option<Retries>,
}

/// What Twilio does when this server doesn't answer. They ride in the URL's fragment, which is neither sent nor signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retries {
    times: u8,
    on: Vec<RetryOn>,
    connect_ms: Option<u16>,
    read_ms: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryOn {
    /// No connection: all that Twilio repeats by itself.
    Connect,
    /// A connection, and no answer in time.
    Read,
    /// An answer that says the server failed.
    ServerError,
    /// Any failure.
    All,
}

impl Retries {
    const MOST: u8 = 5;
    const LEAST_MS: u16 = 100;
    const LONGEST_CONNECT_MS: u16 = 10_000;
    const LONGEST_READ_MS: u16 = 15_000;

    /// At most 5 times.
    pub fn new(times: u8, on: &[RetryOn]) -> Self {
        Self {
            times: times.min(Self::MOST),
            on: on.to_vec(),
            connect_ms: None,
            read_ms: None,
        }
    }

    /// How long one try waits for a connection: a tenth of a second to ten.
    #[must_use]
    pub fn connect_within(mut self, ms: u16) -> Self {
        self.connect_ms = Some(ms.clamp(Self::LEAST_MS, Self::LONGEST_CONNECT_MS));
        self
    }

    /// How long one try waits for the answer: a tenth of a second to fifteen.
    #[must_use]
    pub fn read_within(mut self, ms: u16) -> Self {
        self.read_ms = Some(ms.clamp(Self::LEAST_MS, Self::LONGEST_READ_MS));
        self
    }
}

impl RetryOn {
    fn word(self) -> &'static str {
        match self {
            Self::Connect => "ct",
            Self::Read => "rt",
            Self::ServerError => "5xx",
            Self::All => "all",
        }
    }
}

impl Webhook {
    pub fn new(url: &str) -> Self {
        let url = url.split('#').next().unwrap_or_default();
        Self {
            url: url.to_owned(),
            retries: None,
        }
    }

    #[must_use]
    pub fn retrying(mut self, retries: Retries) -> Self {
        self.retries = Some(retries);
        self
    }
}

impl fmt::Display for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)?;
        let Some(retries) = &self.retries else {
            return Ok(());
        };
        write!(f, "#rc={}", retries.times)?;
        if !retries.on.is_empty() {
            let on: Vec<_> = retries.on.iter().map(|on| on.word()).collect();
            write!(f, "&rp={}", on.join(","))?;
        }
        if let Some(ms) = retries.connect_ms {
            write!(f, "&ct={ms}")?;
        }
        if let Some(ms) = retries.read_ms {
            write!(f, "&rt={ms}")?;
        }
        Ok(())
    }
}
