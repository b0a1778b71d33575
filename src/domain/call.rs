//! A telephone call as people see it afterwards, and as a node owns it while it lasts.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BusinessId, CallId, CustomerId, Line, PhoneNumber, words};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Call {
    pub id: CallId,
    pub business_id: BusinessId,
    pub channel: CallChannel,
    pub state: CallState,
    /// Nothing for a number that is withheld, and for a customer who was erased.
    pub caller: Option<PhoneNumber>,
    pub dialled: Option<PhoneNumber>,
    /// Who has the caller's number, or else the first one that the call booked for.
    pub customer_id: Option<CustomerId>,
    /// What the telephone company calls it.
    pub outside_id: Option<String>,
    /// Grows each time another node takes the call over; see [`CallClaim`].
    pub epoch: u32,
    /// How often the line broke and the call went on.
    pub reconnects: u32,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub outcome: Option<CallOutcome>,
    /// Why it ended so, in plain words.
    pub reason: Option<Line>,
    /// Whether what was said is still kept; see the policy `keep_transcripts_days`.
    pub transcript_kept: bool,
    /// Whether every single event is still kept; see the policy `keep_journals_days`.
    pub journal_kept: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Call {
    /// No call lasts as long: one that still seems to go on has lost its node.
    pub const LOST_AFTER: Duration = Duration::days(1);
}

/// The right to write for a call. A node that was cut off and has been replaced has an older epoch, and is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallClaim {
    pub call: CallId,
    pub epoch: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    InProgress,
    Ended,
}

words!(CallState { InProgress = "in_progress", Ended = "ended" });

/// What the caller spoke into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallChannel {
    Phone,
    Browser,
    Terminal,
}

words!(CallChannel { Phone = "phone", Browser = "browser", Terminal = "terminal" });

/// What came of a call: its most that was done, or why nothing was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    Booked,
    Rescheduled,
    Cancelled,
    Transferred,
    MessageTaken,
    /// Asked and answered, and nothing was to be booked.
    Answered,
    /// Something was asked of the desk, and its answer never came. The owner should look.
    Unsettled,
    /// The caller left in the middle.
    GaveUp,
    /// Nobody spoke.
    Silent,
    /// A machine was calling.
    Voicemail,
    /// Longer than a call may last.
    TooLong,
    /// It was never told what it is about.
    NeverStarted,
}

words!(CallOutcome {
    Booked = "booked",
    Rescheduled = "rescheduled",
    Cancelled = "cancelled",
    Transferred = "transferred",
    MessageTaken = "message_taken",
    Answered = "answered",
    Unsettled = "unsettled",
    GaveUp = "gave_up",
    Silent = "silent",
    Voicemail = "voicemail",
    TooLong = "too_long",
    NeverStarted = "never_started",
});

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    Caller,
    Agent,
}

words!(Speaker { Caller = "caller", Agent = "agent" });

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Turn {
    /// Counted from the start of the call.
    pub number: u32,
    pub speaker: Speaker,
    /// Of the agent's words, those that were heard.
    pub text: String,
    /// Milliseconds since the call began.
    pub at_ms: u64,
    /// How long each step of it took, in milliseconds.
    #[schema(value_type = Object)]
    pub timings: serde_json::Value,
}

/// One event of a call, as the machine was told it. Enough of them play the call again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Counted from the start of the call.
    pub number: u64,
    /// Milliseconds since the call began.
    pub at_ms: u64,
    /// JSON, kept to the byte.
    pub body: String,
}
