//! Telling customers: what a text says, and sending it. It must not know bookings' rules, nor keep anything: who gets a text and that
//! none is sent twice is the business of the job that sends it.

mod console;
mod twilio;
mod wording;

use std::{fmt::Debug, pin::Pin, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

pub use console::Console;
pub use twilio::{ByTwilio, StatusAddress, state_of, text_error};
pub use wording::{Facts, Fault, Wording};

use crate::domain::{BusinessId, PhoneNumber, TextId, TextState, Unreached};

/// The edge of the system: whoever carries a text to a telephone.
pub trait TextSender: Debug + Send + Sync {
    fn send<'a>(&'a self, text: &'a OutgoingText) -> Answer<'a, Result<Sent, NotSent>>;

    /// Whether this text has gone out already. Asked before a text is sent again whose first answer was lost. `others` are the names of
    /// texts to the same number that are not this one.
    fn find<'a>(
        &'a self,
        text: &'a OutgoingText,
        others: &'a [String],
    ) -> Answer<'a, Result<Option<Sent>, NotSent>>;
}

pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingText {
    pub business: BusinessId,
    pub id: TextId,
    /// The business's own number; nothing where it has none.
    pub from: Option<PhoneNumber>,
    pub to: PhoneNumber,
    pub body: String,
    /// When it was written: it can't have gone out before.
    pub written_at: DateTime<Utc>,
    /// After so long nobody needs it any more.
    pub worth: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// What the telephone company calls it.
    pub outside_id: Option<String>,
    pub state: TextState,
    /// Where it went out and failed at once.
    pub error_code: Option<u32>,
}

/// All texts in it are kept and shown to people: they may name ids and error codes, never a person's data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// It did not go out, and may later.
    #[error("{why}")]
    Later {
        why: String,
        /// How long the telephone company asks to be left alone.
        wait: Option<Duration>,
    },
    /// Nobody knows whether it went out: look before sending it again.
    #[error("{0}")]
    Unknown(String),
    /// It did not go out and will not, until a person has changed something.
    #[error("{0}")]
    Refused(String),
    /// It did not go out, and no text will to this number.
    #[error("{why}")]
    Unreached {
        why: String,
        code: u32,
        unreached: Unreached,
    },
}

/// What jobs need to tell customers something. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Post {
    pub sender: Arc<dyn TextSender>,
    pub wording: Arc<Wording>,
}
