//! Everything a call can ask for. The machine decides, the driver does.
//!
//! PURE. An action that slow work answers carries an id, and its answer is an event with that id.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use crate::domain::{CallOutcome as Outcome, Speaker as Who};

use crate::domain::{BookingId, Interval, Name, PhoneNumber, ServiceId};

use super::{
    draft::StaffWish,
    event::{ProposalId, Slot, WorkId},
    playback::{Generation, Span, UtteranceId},
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Speak: make sound of each span, hand it to the line, and follow it with its mark.
    Say {
        utterance: UtteranceId,
        generation: Generation,
        text: String,
        spans: Vec<Span>,
    },
    /// Speak again from this span on; the sound was made before.
    Resume {
        utterance: UtteranceId,
        generation: Generation,
        from: u16,
    },
    /// Silence at once: what the line still has of this generation or an older one is thrown away.
    StopPlayback {
        generation: Generation,
    },
    /// A line of the transcript: what was said, and for our own words what was heard of it.
    Transcript {
        who: Who,
        text: String,
    },
    CheckAvailability {
        id: WorkId,
        service: ServiceId,
        who: StaffWish,
        starts_at: DateTime<Utc>,
        /// The booking that would move there, which does not stand in its own way.
        moving: Option<BookingId>,
    },
    FindSlots {
        id: WorkId,
        service: ServiceId,
        who: StaffWish,
        /// Where a start may lie.
        windows: Vec<Interval>,
        order: Order,
        moving: Option<BookingId>,
    },
    Hold {
        id: WorkId,
        service: ServiceId,
        slot: Slot,
    },
    ReleaseHold {
        hold: BookingId,
    },
    Book {
        id: WorkId,
        proposal: ProposalId,
        hold: Option<BookingId>,
        service: ServiceId,
        slot: Slot,
        phone: Option<PhoneNumber>,
        /// Who comes.
        name: Option<Name>,
        /// The caller has said that they book for somebody else.
        for_other: bool,
    },
    FindBookings {
        id: WorkId,
        phone: PhoneNumber,
    },
    Cancel {
        id: WorkId,
        proposal: ProposalId,
        booking: BookingId,
    },
    Reschedule {
        id: WorkId,
        proposal: ProposalId,
        booking: BookingId,
        hold: Option<BookingId>,
        slot: Slot,
    },
    TakeMessage {
        id: WorkId,
        proposal: ProposalId,
        name: Option<Name>,
        phone: Option<PhoneNumber>,
        text: String,
    },
    /// Ring a person and give them the call.
    Transfer {
        id: WorkId,
        number: PhoneNumber,
    },
    HangUp,
    /// Nothing comes after this.
    Finish {
        outcome: Outcome,
        /// What was heard of the words that the end cut short.
        heard: Option<String>,
    },
}

impl Action {
    /// Changes the world: everything journaled so far must be on disk before it is done, so that a call that is
    /// picked up again knows that it may have been.
    pub fn is_effect(&self) -> bool {
        matches!(
            self,
            Self::Hold { .. }
                | Self::Book { .. }
                | Self::Cancel { .. }
                | Self::Reschedule { .. }
                | Self::TakeMessage { .. }
                | Self::Transfer { .. }
        )
    }

    /// The id under which the answer is awaited.
    pub fn work(&self) -> Option<WorkId> {
        match self {
            Self::CheckAvailability { id, .. }
            | Self::FindSlots { id, .. }
            | Self::Hold { id, .. }
            | Self::Book { id, .. }
            | Self::FindBookings { id, .. }
            | Self::Cancel { id, .. }
            | Self::Reschedule { id, .. }
            | Self::TakeMessage { id, .. }
            | Self::Transfer { id, .. } => Some(*id),
            _ => None,
        }
    }
}

/// Which of many free starts to name first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    Earliest,
    Latest,
    Nearest(DateTime<Utc>),
}
