//! What can go wrong with a request, by what may be done next.

use std::{fmt, time::Duration};

use super::Effect;

/// None of these holds a number, a text or a secret but for Twilio's own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing happened, and the same request may succeed later.
    #[error("not done, and can be tried again: {why}")]
    Retryable {
        why: String,
        /// How long Twilio asks to be left alone.
        wait: Option<Duration>,
    },
    /// Twilio will not do it, now or later.
    #[error("refused ({}): {why}", code.map_or_else(|| status.to_string(), |code| code.to_string()))]
    Refused {
        status: u16,
        code: Option<Code>,
        why: String,
    },
    /// It was sent, and no clear answer came: it may have been done. Look before sending it again.
    #[error("sent, and perhaps done: {why}")]
    UnknownFate { why: String },
}

impl Error {
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused { code, .. } => *code,
            Self::Retryable { .. } | Self::UnknownFate { .. } => None,
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)+) => {
        /// Twilio's error numbers that somebody has to act on; in answers, and in the callbacks of texts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)+
            Other(u32),
        }

        impl Code {
            pub fn number(self) -> u32 {
                match self {
                    $(Self::$name => $number,)+
                    Self::Other(number) => number,
                }
            }
        }

        impl From<u32> for Code {
            fn from(number: u32) -> Self {
                match number {
                    $($number => Self::$name,)+
                    other => Self::Other(other),
                }
            }
        }
    };
}

codes! {
    /// The credentials are wrong.
    BadCredentials = 20003,
    NotFound = 20404,
    TooManyRequests = 20429,
    /// `To` is no number.
    BadNumber = 21211,
    CallNotInProgress = 21220,
    /// The account may not text that country.
    RegionOff = 21408,
    BodyMissing = 21602,
    /// `From` is not a number of this account that can text.
    CannotSend = 21606,
    BadStatusCallback = 21609,
    /// A trial account may only text numbers that were verified.
    TrialUnverified = 21608,
    /// They sent STOP.
    OptedOut = 21610,
    /// More texts wait for this sender than it can send in ten hours.
    QueueFull = 21611,
    NoRoute = 21612,
    /// `To` can't receive texts.
    NotMobile = 21614,
    BodyTooLong = 21617,
    QueueOverflow = 30001,
    Suspended = 30002,
    /// Switched off or out of reach.
    Unreachable = 30003,
    Blocked = 30004,
    UnknownDestination = 30005,
    Landline = 30006,
    /// The carrier took it for spam.
    Filtered = 30007,
    UnknownFailure = 30008,
    /// The number is not registered for business texts.
    Unregistered = 30034,
    DocumentTooLong = 32018,
}

impl Code {
    /// No text will ever reach this number.
    pub fn means_no_texts(self) -> bool {
        matches!(
            self,
            Self::BadNumber | Self::NotMobile | Self::Landline | Self::UnknownDestination
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

/// A connection that never stood carried nothing; of any other failure nobody knows.
pub(super) fn from_sending(error: &reqwest::Error, effect: Effect) -> Error {
    let why = causes(error);
    if error.is_connect() || error.is_builder() {
        Error::Retryable { why, wait: None }
    } else {
        effect.unanswered(why)
    }
}

pub(super) fn without_address(error: reqwest::Error) -> String {
    causes(&error.without_url())
}

/// The address holds the number that was asked about, so only the causes are told.
fn causes(error: &reqwest::Error) -> String {
    let what = match error {
        error if error.is_timeout() && error.is_connect() => "no connection in time",
        error if error.is_timeout() => "no answer in time",
        error if error.is_connect() => "no connection",
        _ => "the exchange broke off",
    };
    let mut told = what.to_owned();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}
