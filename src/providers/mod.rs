//! How a business checks and mirrors its bookings: by our own database alone, or by asking a calendar as well.
//!
//! A provider can veto a time and show a booking; it never grants one, because the database decides when the booking is written.
//! It has three answers, and an error or a silence is the third: not known. What may be booked then is the business's policy, applied
//! in one place ([`permit`]). Nothing here knows what a telephone call is.

mod native;
mod policy;
mod registry;
mod scripted;
mod switched;

use std::{fmt::Debug, pin::Pin, sync::Arc};

use chrono::{DateTime, Utc};

pub use native::Native;
pub use policy::{Permit, permit};
pub use registry::{Registry, Warning};
pub use scripted::{Script, Scripted, Told};

use crate::{
    desk::By,
    domain::{Actor, BookingId, Business, BusinessId, CallClaim, ServiceId, StaffId, WhyBusy},
    scheduling::{Slot, Who},
};

pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The three questions before a booking and after it. What follows a booking is run by a job, which is tried again until it went
/// well, so it must be safe to do twice, and mirrors the booking as it is when it runs.
pub trait BookingProvider: Debug + Send + Sync {
    /// Under a deadline: see [`Registry::check`].
    fn check_availability<'a>(&'a self, ask: &'a Ask) -> Answer<'a, Availability>;

    /// As what a booking is to be written for which this provider has said that the time is free.
    fn create_booking<'a>(&'a self, ask: &'a Ask) -> Answer<'a, BookingIntent>;

    fn after_booking(&self, business: BusinessId, booking: BookingId) -> After<'_>;

    fn after_change(&self, business: BusinessId, booking: BookingId) -> After<'_>;

    fn after_cancel(&self, business: BusinessId, booking: BookingId) -> After<'_>;
}

pub type After<'a> = Answer<'a, Result<(), ProviderError>>;

/// One time that somebody wants.
#[derive(Debug, Clone)]
pub struct Ask {
    /// As it was when the asking began: a call keeps to the settings it started with.
    pub business: Arc<Business>,
    pub service: ServiceId,
    /// Without one, anyone who does the service.
    pub staff: Option<StaffId>,
    /// Anyone but these people.
    pub not_staff: Vec<StaffId>,
    pub starts_at: DateTime<Utc>,
    /// The booking that is to be moved there; it is not in its own way.
    pub moving: Option<BookingId>,
    /// Whose hold is not in the way.
    pub call: Option<CallClaim>,
    /// Whether the rules for customers hold. A booking that stands is asked about again without them.
    pub who: Who,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    Free {
        staff: StaffId,
    },
    Busy {
        why: WhyBusy,
        alternatives: Vec<Slot>,
    },
    Unknown {
        why: WhyUnknown,
        /// Who is free as far as our own book goes, if that could be asked.
        staff: Option<StaffId>,
    },
}

/// For logs and metrics: the caller is told the same, whichever it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyUnknown {
    /// There was no answer in time.
    Timeout,
    /// The answer was an error.
    Error,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookingIntent {
    Confirmed,
    /// The time is kept, and somebody settles later whether it stands.
    Tentative,
}

/// Both texts are kept with the job and shown to people: they may name ids and status codes, never a person's data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It may go well later.
    #[error("{0}")]
    Retry(String),
    /// It never will by itself; a person should look.
    #[error("{0}")]
    Fail(String),
}

impl Ask {
    /// In whose name the desk is asked.
    fn by(&self) -> By {
        match self.call {
            Some(claim) => By::call(self.business.id, claim.call),
            None => By {
                business_id: self.business.id,
                actor: Actor::SYSTEM,
            },
        }
    }
}
