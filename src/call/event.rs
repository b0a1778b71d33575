//! Everything that can happen to a call. The journal is a list of these, each with its time; a field that changes
//! here changes the journal's format.
//!
//! PURE: an event says what happened, never how it was found out.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use crate::domain::WhyBusy as Busy;
use crate::domain::{BookingId, CallId, Name, PhoneNumber, ServiceId, StaffId};

use super::{
    briefing::Briefing,
    draft::Draft,
    playback::Mark,
    timer::{Ms, Timer},
};

/// Ties an answer to the action that asked for it. One that is no longer waited for is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkId(pub u32);

/// Numbers the caller's agreements in a call. With the call's id it is the key under which the desk does a thing once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProposalId(pub u32);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The line is open.
    Started(Box<Started>),
    /// Voice activity: sound that may be speech.
    SpeechStarted,
    SpeechEnded,
    /// What the caller seems to be saying, while they say it; each replaces the one before.
    Interim {
        text: String,
    },
    /// What the caller said, as far as the recogniser is concerned; it may come in pieces.
    Heard {
        text: String,
    },
    /// A key of the caller's telephone: `0` to `9`, `*`, `#`.
    Digit {
        digit: char,
    },
    /// The sound of one span was handed to the line, and is this long.
    Sent {
        mark: Mark,
        length: Ms,
    },
    /// The line says that everything up to this mark was played, or thrown away.
    Mark {
        mark: Mark,
    },
    Timer {
        timer: Timer,
    },
    Availability {
        id: WorkId,
        answer: Availability,
    },
    SlotsFound {
        id: WorkId,
        slots: Vec<Slot>,
    },
    Held {
        id: WorkId,
        hold: BookingId,
    },
    HoldRefused {
        id: WorkId,
        alternatives: Vec<Slot>,
    },
    Booked {
        id: WorkId,
        booking: BookingId,
        tentative: bool,
    },
    BookRefused {
        id: WorkId,
        why: Refused,
        alternatives: Vec<Slot>,
    },
    FoundBookings {
        id: WorkId,
        bookings: Vec<FoundBooking>,
    },
    Cancelled {
        id: WorkId,
    },
    CancelRefused {
        id: WorkId,
        why: Refused,
    },
    Rescheduled {
        id: WorkId,
        tentative: bool,
    },
    RescheduleRefused {
        id: WorkId,
        why: Refused,
        alternatives: Vec<Slot>,
    },
    MessageTaken {
        id: WorkId,
    },
    /// The work broke. Whether it was done is not known.
    Failed {
        id: WorkId,
    },
    HungUp,
    /// The call goes on elsewhere, or later: a new line, a fresh snapshot, and what the database knows.
    Resumed(Box<Resumed>),
}

impl Event {
    /// The work that this is an answer to.
    pub fn answers(&self) -> Option<WorkId> {
        match self {
            Self::Availability { id, .. }
            | Self::SlotsFound { id, .. }
            | Self::Held { id, .. }
            | Self::HoldRefused { id, .. }
            | Self::Booked { id, .. }
            | Self::BookRefused { id, .. }
            | Self::FoundBookings { id, .. }
            | Self::Cancelled { id }
            | Self::CancelRefused { id, .. }
            | Self::Rescheduled { id, .. }
            | Self::RescheduleRefused { id, .. }
            | Self::MessageTaken { id }
            | Self::Failed { id } => Some(*id),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Started {
    pub call: CallId,
    /// The wall's time at the call's first millisecond.
    pub at: DateTime<Utc>,
    /// The only chance in a call.
    pub seed: u64,
    /// Nothing for a number that is withheld or is none.
    #[serde(default)]
    pub caller: Option<PhoneNumber>,
    #[serde(default)]
    pub customer: Option<KnownCustomer>,
    pub business: Briefing,
}

/// Who last booked from the caller's number. Numbers can be forged: never spoken before the caller gave the name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownCustomer {
    pub name: Name,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resumed {
    pub business: Briefing,
    /// How often this call was picked up again, this time included.
    pub reconnects: u8,
    /// The times that are kept for this call now.
    pub holds: Vec<Hold>,
    /// What this call has done so far, by the number of the agreement.
    pub done: Vec<Done>,
    /// What the caller had said so far; for a machine that was not fed the journal.
    #[serde(default)]
    pub draft: Option<Draft>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub hold: BookingId,
    pub service: ServiceId,
    pub slot: Slot,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Done {
    pub proposal: ProposalId,
    pub deed: Deed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Deed {
    Booked {
        booking: BookingId,
        service: ServiceId,
        slot: Slot,
        tentative: bool,
    },
    Cancelled {
        booking: BookingId,
    },
    Rescheduled {
        booking: BookingId,
        slot: Slot,
    },
    MessageTaken,
}

/// A start that can be offered: whom and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    pub staff: StaffId,
    pub starts_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Availability {
    Free {
        staff: StaffId,
    },
    Busy {
        why: Busy,
        alternatives: Vec<Slot>,
    },
    /// A calendar could not be asked. As far as our own book goes, this person is free, if anyone.
    Unknown {
        staff: Option<StaffId>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// Somebody else has the time now.
    SlotTaken,
    /// The owner's rules: too late to change, not bookable.
    Rules,
    /// The calendar could not be asked, and the owner wants it asked.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundBooking {
    pub booking: BookingId,
    pub service: ServiceId,
    pub slot: Slot,
    /// Every name it is known under: the customer's, and the one it was made for.
    pub names: Vec<Name>,
}
