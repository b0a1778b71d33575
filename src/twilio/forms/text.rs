//! Forms about texts.

use std::{convert::Infallible, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{BadForm, Params, Party, optional, required};
use crate::{domain::PhoneNumber, twilio::MessageSid};

/// Somebody sent a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingText {
    pub message: MessageSid,
    pub from: Party,
    pub to: PhoneNumber,
    pub body: String,
    /// What Twilio itself understood and has already answered; only where the account has advanced opt-out. Without it, the words
    /// of the body decide.
    pub opt_out: Option<OptOut>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptOut {
    Stop,
    Start,
    Help,
}

impl OptOut {
    /// By the words that Twilio takes so on an ordinary number when a text holds nothing else. `CANCEL` is among them: never ask for
    /// it in a text. `YES`, which some numbers take for `START`, is more often the answer to a question.
    pub fn of_body(body: &str) -> Option<Self> {
        match body.trim().to_ascii_uppercase().as_str() {
            "STOP" | "STOPALL" | "UNSUBSCRIBE" | "CANCEL" | "END" | "QUIT" | "REVOKE"
            | "OPTOUT" => Some(Self::Stop),
            "START" | "UNSTOP" => Some(Self::Start),
            "HELP" | "INFO" => Some(Self::Help),
            _ => None,
        }
    }
}

impl IncomingText {
    pub fn read(params: &Params<'_>) -> Result<Self, BadForm> {
        let opt_out = match params.get("OptOutType") {
            Some("STOP") => Some(OptOut::Stop),
            Some("START") => Some(OptOut::Start),
            Some("HELP") => Some(OptOut::Help),
            _ => None,
        };
        Ok(Self {
            message: required(params, "MessageSid")?,
            from: required(params, "From")?,
            to: required(params, "To")?,
            body: params.get("Body").unwrap_or_default().to_owned(),
            opt_out,
        })
    }
}

/// How far a text has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum TextState {
    Accepted,
    Scheduled,
    Queued,
    Sending,
    Sent,
    Delivered,
    Undelivered,
    Failed,
    Canceled,
    Read,
    /// A text from somebody else.
    Received,
    Other(String),
}

impl TextState {
    /// Callbacks arrive in any order: only one with a higher rank is news. Nothing follows the highest but `Read`.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Other(_) => 0,
            Self::Accepted | Self::Scheduled => 1,
            Self::Queued => 2,
            Self::Sending => 3,
            Self::Sent => 4,
            Self::Delivered
            | Self::Undelivered
            | Self::Failed
            | Self::Canceled
            | Self::Received => 5,
            Self::Read => 6,
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Accepted => "accepted",
            Self::Scheduled => "scheduled",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Read => "read",
            Self::Received => "received",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for TextState {
    fn from(word: &str) -> Self {
        match word {
            "accepted" => Self::Accepted,
            "scheduled" => Self::Scheduled,
            "queued" => Self::Queued,
            "sending" => Self::Sending,
            "sent" => Self::Sent,
            "delivered" => Self::Delivered,
            "undelivered" => Self::Undelivered,
            "failed" => Self::Failed,
            "canceled" => Self::Canceled,
            "read" => Self::Read,
            "received" | "receiving" => Self::Received,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl FromStr for TextState {
    type Err = Infallible;

    fn from_str(word: &str) -> Result<Self, Infallible> {
        Ok(word.into())
    }
}

impl From<String> for TextState {
    fn from(word: String) -> Self {
        word.as_str().into()
    }
}

impl From<TextState> for String {
    fn from(state: TextState) -> Self {
        state.as_str().to_owned()
    }
}

/// A text's status callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextStatus {
    pub message: MessageSid,
    pub state: TextState,
    /// Why it failed: see `rest::Code`.
    pub error: Option<u32>,
}

impl TextStatus {
    pub fn read(params: &Params<'_>) -> Result<Self, BadForm> {
        Ok(Self {
            message: required(params, "MessageSid")?,
            state: required(params, "MessageStatus")?,
            error: optional(params, "ErrorCode"),
        })
    }
}
