//! Texts to customers: which bookings get one, what it says, and how it stands.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BookingId, PhoneNumber, TextId, words};

/// Whose bookings get a text. A customer who opted out gets none, whatever stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Texts {
    Never,
    /// Those that were made, moved or cancelled on the telephone: whoever only heard a time likes to read it.
    #[default]
    Phone,
    /// Those that come in by any door.
    Always,
}

words!(Texts { Never = "never", Phone = "phone", Always = "always" });

/// What a text is about. Its words are filled in when it is sent, from the booking as it is then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextKind {
    Confirmation,
    Change,
    Cancellation,
    /// The time is kept; another text will say whether it stands.
    Tentative,
    /// A tentative booking that could not be kept.
    Declined,
}

words!(TextKind {
    Confirmation = "confirmation",
    Change = "change",
    Cancellation = "cancellation",
    Tentative = "tentative",
    Declined = "declined",
});

/// One text, written down before it is sent, so that it is never sent twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextMessage {
    pub id: TextId,
    pub booking_id: BookingId,
    /// Of the booking, when what the text is about happened.
    pub booking_version: i64,
    pub kind: TextKind,
    pub to: PhoneNumber,
    pub body: String,
    pub state: TextState,
    /// What the telephone company calls it.
    pub outside_id: Option<String>,
    pub error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextState {
    /// On its way: it may have gone out, or not.
    Sending,
    Sent,
    /// It was refused, and is not tried again by itself.
    Failed,
}

words!(TextState { Sending = "sending", Sent = "sent", Failed = "failed" });
