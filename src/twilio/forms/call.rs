//! Forms about a call and its streams.

use std::{convert::Infallible, str::FromStr};

use super::{BadForm, Params, Party, optional, required};
use crate::{
    domain::PhoneNumber,
    twilio::{AccountSid, CallSid, StreamSid},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallStatus {
    Queued,
    Ringing,
    InProgress,
    Completed,
    Busy,
    Failed,
    NoAnswer,
    Canceled,
    Other(String),
}

impl CallStatus {
    /// Nothing more comes of a call in this status.
    pub fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled
        )
    }
}

impl FromStr for CallStatus {
    type Err = Infallible;

    fn from_str(word: &str) -> Result<Self, Infallible> {
        Ok(match word {
            "queued" => Self::Queued,
            "ringing" => Self::Ringing,
            "in-progress" => Self::InProgress,
            "completed" => Self::Completed,
            "busy" => Self::Busy,
            "failed" => Self::Failed,
            "no-answer" => Self::NoAnswer,
            "canceled" => Self::Canceled,
            other => Self::Other(other.to_owned()),
        })
    }
}

/// What was dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialled {
    Number(PhoneNumber),
    /// A program or an address: a test from Twilio's console, for instance.
    Other(String),
}

impl Dialled {
    pub fn number(&self) -> Option<&PhoneNumber> {
        match self {
            Self::Number(number) => Some(number),
            Self::Other(_) => None,
        }
    }
}

impl FromStr for Dialled {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(PhoneNumber::new(text).map_or_else(|_| Self::Other(text.to_owned()), Self::Number))
    }
}

/// Somebody calls. May come twice for one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    pub account: AccountSid,
    pub call: CallSid,
    pub from: Party,
    pub to: Dialled,
    pub status: CallStatus,
    pub forwarded_from: Option<PhoneNumber>,
}

impl Incoming {
    pub fn read(params: &Params<'_>) -> Result<Self, BadForm> {
        Ok(Self {
            account: required(params, "AccountSid")?,
            call: required(params, "CallSid")?,
            from: optional(params, "From").unwrap_or(Party::Anonymous),
            to: required(params, "To")?,
            status: required(params, "CallStatus")?,
            forwarded_from: optional(params, "ForwardedFrom"),
        })
    }
}

/// A stream is over, and Twilio asks what comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub call: CallSid,
    pub status: CallStatus,
    /// How the transfer went, if that is what is over.
    pub transferred: Option<Transferred>,
}

/// How it went when somebody else was rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transferred {
    /// `Completed` if somebody answered.
    pub status: CallStatus,
    pub seconds: u32,
}

impl After {
    pub fn read(params: &Params<'_>) -> Result<Self, BadForm> {
        let transferred = optional(params, "DialCallStatus").map(|status| Transferred {
            status,
            seconds: optional(params, "DialCallDuration").unwrap_or(0),
        });
        Ok(Self {
            call: required(params, "CallSid")?,
            status: required(params, "CallStatus")?,
            transferred,
        })
    }
}

/// A call's status callback. They arrive in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallProgress {
    pub call: CallSid,
    pub status: CallStatus,
    /// From 0; says which of two callbacks is later.
    pub number: Option<u32>,
    pub seconds: Option<u32>,
}

impl CallProgress {
    pub fn read(params: &Params<'_>) -> Result<Self, BadForm> {
        Ok(Self {
            call: required(params, "CallSid")?,
            status: required(params, "CallStatus")?,
            number: optional(params, "SequenceNumber"),
            seconds: optional(params, "CallDuration"),
        })
    }
}

/// A stream's status callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamStatus {
    pub call: CallSid,
    pub stream: StreamSid,
    pub name: Option<String>,
    pub event: StreamEvent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamEvent {
    Started,
    Stopped,
    /// With Twilio's words on it.
    Failed(String),
    Other(String),
}

impl StreamStatus {
    pub fn read(params: &Params<'_>) -> Result<Self, BadForm> {
        let event = params
            .get("StreamEvent")
            .ok_or(BadForm::Missing("StreamEvent"))?;
        let event = match event {
            "stream-started" => StreamEvent::Started,
            "stream-stopped" => StreamEvent::Stopped,
            "stream-error" => {
                StreamEvent::Failed(params.get("StreamError").unwrap_or_default().to_owned())
            }
            other => StreamEvent::Other(other.to_owned()),
        };
        Ok(Self {
            call: required(params, "CallSid")?,
            stream: required(params, "StreamSid")?,
            name: params.get("StreamName").map(str::to_owned),
            event,
        })
    }
}
