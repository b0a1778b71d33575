//! Telling customers: what a text says, and sending it. It must not know bookings' rules, nor keep anything: who gets a text and that
//! none is sent twice is the business of the job that sends it.

mod console;
mod wording;

use std::{fmt::Debug, pin::Pin, sync::Arc};

use chrono::{DateTime, Utc};

pub use console::Console;
pub use wording::{Facts, Fault, Wording};

use crate::domain::{PhoneNumber, TextId};

/// The edge of the system: whoever carries a text to a telephone.
pub trait TextSender: Debug + Send + Sync {
    fn send<'a>(&'a self, text: &'a OutgoingText) -> Answer<'a, Result<Sent, NotSent>>;

    /// Whether this text has gone out already. Asked before a text is sent again whose first answer was lost.
    fn find<'a>(&'a self, text: &'a OutgoingText) -> Answer<'a, Result<Option<Sent>, NotSent>>;
}

pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingText {
    pub id: TextId,
    /// The business's own number; nothing where it has none.
    pub from: Option<PhoneNumber>,
    pub to: PhoneNumber,
    pub body: String,
    /// When it was written: it can't have gone out before.
    pub written_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// What the telephone company calls it.
    pub outside_id: Option<String>,
}

/// Both texts are kept and shown to people: they may name ids and error codes, never a person's data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// It may go well later. Whether it went out this time is not known.
    #[error("{0}")]
    Retry(String),
    /// It did not go out, and never will.
    #[error("{0}")]
    Refused(String),
}

/// What jobs need to tell customers something. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Post {
    pub sender: Arc<dyn TextSender>,
    pub wording: Arc<Wording>,
}
