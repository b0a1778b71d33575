//! Calls: start one, look one up, change one that is in progress.

use serde::{Deserialize, Deserializer};

use super::{Client, Error, Form};
use crate::{
    domain::PhoneNumber,
    twilio::{
        CallSid, RecordingSid,
        forms::CallStatus,
        twiml::{Document, Webhook},
    },
};

/// A document that is sent along may have so many characters.
pub const LONGEST_UPDATE: usize = 4000;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Call {
    pub sid: CallSid,
    #[serde(deserialize_with = "status")]
    pub status: CallStatus,
}

/// What becomes of a call. All but the first replace the document it follows: its stream ends, and neither the stream's action nor
/// the verbs behind it run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallUpdate<'a> {
    /// Only while it is queued or rings.
    Cancel,
    HangUp,
    Follow(&'a Document),
    Ask(&'a Webhook),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCall<'a> {
    pub to: &'a PhoneNumber,
    pub from: &'a PhoneNumber,
    pub document: &'a Document,
    /// An absolute URL, told of each step.
    pub status_callback: Option<&'a str>,
}

impl Client {
    pub async fn start_call(&self, new: &NewCall<'_>) -> Result<Call, Error> {
        let mut form = Form::new()
            .field("To", new.to)
            .field("From", new.from)
            .field("Twiml", new.document);
        if let Some(url) = new.status_callback {
            form = form.field("StatusCallback", url);
            for step in ["initiated", "ringing", "answered", "completed"] {
                form = form.field("StatusCallbackEvent", step);
            }
        }
        self.write("Calls.json", form).await
    }

    pub async fn call(&self, sid: &CallSid) -> Result<Call, Error> {
        self.read(self.url(&format!("Calls/{sid}.json"))).await
    }

    pub async fn update_call(&self, sid: &CallSid, update: CallUpdate<'_>) -> Result<Call, Error> {
        let form = match update {
            CallUpdate::Cancel => Form::new().field("Status", "canceled"),
            CallUpdate::HangUp => Form::new().field("Status", "completed"),
            CallUpdate::Follow(document) => Form::new().field("Twiml", document),
            CallUpdate::Ask(webhook) => Form::new().field("Url", webhook).field("Method", "POST"),
        };
        self.write(&format!("Calls/{sid}.json"), form).await
    }

    /// Records a call in progress, each side on a channel of its own, until it ends.
    pub async fn record_call(&self, sid: &CallSid) -> Result<RecordingSid, Error> {
        #[derive(Deserialize)]
        struct Recording {
            sid: RecordingSid,
        }
        let form = Form::new().field("RecordingChannels", "dual");
        let path = format!("Calls/{sid}/Recordings.json");
        let recording: Recording = self.write(&path, form).await?;
        Ok(recording.sid)
    }
}

fn status<'de, D: Deserializer<'de>>(from: D) -> Result<CallStatus, D::Error> {
    let word = String::deserialize(from)?;
    word.parse().map_err(serde::de::Error::custom)
}
