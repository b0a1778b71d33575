//! A provider whose answers are set: busy, silent, broken, lying. It stands in for a calendar wherever no real one may be asked. Nobody
//! can choose it in a business's settings unless it was registered under a name.

use std::{
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    After, Answer, Ask, Availability, BookingIntent, BookingProvider, Native, ProviderError,
    WhyUnknown,
};
use crate::{
    domain::{BookingId, BusinessId, StaffId, WhyBusy},
    scheduling::Slot,
};

/// How it behaves, until it is told otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    /// As our own database says.
    Honest,
    /// The calendar has something at every time, but for these.
    Busy(Vec<Slot>),
    /// It never answers.
    Slow,
    /// It answers with an error.
    Unknown,
    /// It says that this person is free, whatever the database says.
    Lying(StaffId),
    /// Free, and to be settled later.
    Tentative,
    /// As honest, and what follows a booking fails.
    Broken(ProviderError),
}

/// Cheap to clone; all clones play the same script.
#[derive(Debug, Clone)]
pub struct Scripted {
    native: Native,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    script: Script,
    told: Vec<(Told, BookingId)>,
}

/// What it was told after the fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Booked,
    Changed,
    Cancelled,
}

impl Scripted {
    pub fn new(native: Native, script: Script) -> Self {
        let told = Vec::new();
        Self {
            native,
            state: Arc::new(Mutex::new(State { script, told })),
        }
    }

    pub fn play(&self, script: Script) {
        self.state().script = script;
    }

    /// Everything it was told so far, in order.
    pub fn told(&self) -> Vec<(Told, BookingId)> {
        self.state().told.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, ask: &Ask) -> Availability {
        let script = self.state().script.clone();
        let honest = self.native.check_availability(ask).await;
        match script {
            Script::Honest | Script::Tentative | Script::Broken(_) => honest,
            Script::Slow => pending().await,
            Script::Lying(staff) => Availability::Free { staff },
            Script::Unknown => Availability::Unknown {
                why: WhyUnknown::Error,
                staff: match honest {
                    Availability::Free { staff } => Some(staff),
                    _ => None,
                },
            },
            Script::Busy(alternatives) => Availability::Busy {
                why: WhyBusy::Taken,
                alternatives,
            },
        }
    }

    fn hear(&self, what: Told, booking: BookingId) -> After<'_> {
        Box::pin(async move {
            let mut state = self.state();
            if let Script::Broken(error) = &state.script {
                return Err(error.clone());
            }
            state.told.push((what, booking));
            Ok(())
        })
    }
}

impl BookingProvider for Scripted {
    fn check_availability<'a>(&'a self, ask: &'a Ask) -> Answer<'a, Availability> {
        Box::pin(self.answer(ask))
    }

    fn create_booking<'a>(&'a self, _: &'a Ask) -> Answer<'a, BookingIntent> {
        let script = self.state().script.clone();
        Box::pin(async move {
            match script {
                Script::Slow => pending().await,
                Script::Tentative => BookingIntent::Tentative,
                _ => BookingIntent::Confirmed,
            }
        })
    }

    fn after_booking(&self, _: BusinessId, booking: BookingId) -> After<'_> {
        self.hear(Told::Booked, booking)
    }

    fn after_change(&self, _: BusinessId, booking: BookingId) -> After<'_> {
        self.hear(Told::Changed, booking)
    }

    fn after_cancel(&self, _: BusinessId, booking: BookingId) -> After<'_> {
        self.hear(Told::Cancelled, booking)
    }
}
