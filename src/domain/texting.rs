//! Texts to customers: which bookings get one, what it says, and how it stands.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BookingId, CallId, PhoneNumber, TextId, words};

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

/// What a text says. Its words are filled in when it is sent, from the booking or the call as it is then.
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
    /// The line broke before anything was settled.
    CutOff,
}

words!(TextKind {
    Confirmation = "confirmation",
    Change = "change",
    Cancellation = "cancellation",
    Tentative = "tentative",
    Declined = "declined",
    CutOff = "cut_off",
});

/// What a text is about. There is one text of a kind about each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// And its version, when what the text says happened.
    Booking(BookingId, i64),
    Call(CallId),
}

/// One text, written down before it is sent, so that it is never sent twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextMessage {
    pub id: TextId,
    pub about: Subject,
    pub kind: TextKind,
    pub to: PhoneNumber,
    pub body: String,
    /// How many texts it is sent, and paid, as.
    pub segments: u32,
    pub state: TextState,
    /// What the telephone company calls it.
    pub outside_id: Option<String>,
    /// Why it did not arrive.
    pub error: Option<String>,
    /// The telephone company's number for that.
    pub error_code: Option<u32>,
    pub created_at: DateTime<Utc>,
    /// Since when the telephone company has it.
    pub sent_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextState {
    /// On its way: it may have gone out, or not.
    Sending,
    /// The telephone company has it.
    Queued,
    /// On its way to the telephone.
    Sent,
    Delivered,
    /// It went out and did not arrive.
    Undelivered,
    /// It did not go out, and is not tried again by itself.
    Failed,
}

words!(TextState {
    Sending = "sending",
    Queued = "queued",
    Sent = "sent",
    Delivered = "delivered",
    Undelivered = "undelivered",
    Failed = "failed",
});

impl TextState {
    /// News of a text arrive in any order: only what ranks higher is news. Nothing follows the highest.
    pub const fn rank(self) -> i64 {
        match self {
            Self::Sending => 0,
            Self::Queued => 1,
            Self::Sent => 2,
            Self::Delivered | Self::Undelivered | Self::Failed => 3,
        }
    }
}

/// What a number has to say to texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextNumber {
    /// Since when they want no texts.
    pub stopped_at: Option<DateTime<Utc>>,
    /// When it last turned out that texts can't reach it: a landline, or no number at all.
    pub unreached_at: Option<DateTime<Utc>>,
}

/// Why a text can't be had by this number, whoever sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreached {
    /// They said that they want none.
    Stopped,
    /// A landline, or no number at all.
    NoTexts,
}

/// Why a text did not arrive, as the telephone company told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextError {
    /// Its own number for that.
    pub code: u32,
    /// For people. It names nobody.
    pub why: String,
    /// Whether it holds for every text to that number.
    pub unreached: Option<Unreached>,
}

/// What came in, for the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncomingKind {
    Stop,
    Start,
    Help,
    /// Words for the owner.
    Message,
}

words!(IncomingKind { Stop = "stop", Start = "start", Help = "help", Message = "message" });
