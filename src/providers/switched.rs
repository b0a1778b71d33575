//! A provider under the owner's switches, so that no provider has to read them by itself.

use std::sync::Arc;

use super::{After, Answer, Ask, Availability, BookingIntent, BookingProvider, Native};
use crate::domain::{BookingId, BusinessId, ProviderSettings};

#[derive(Debug)]
pub(super) struct Switched {
    chosen: Arc<dyn BookingProvider>,
    native: Native,
    settings: ProviderSettings,
}

impl Switched {
    pub(super) fn new(
        chosen: Arc<dyn BookingProvider>,
        native: Native,
        settings: ProviderSettings,
    ) -> Self {
        Self {
            chosen,
            native,
            settings,
        }
    }

    /// Who is asked before a booking.
    fn before(&self) -> &dyn BookingProvider {
        if self.settings.check_availability {
            self.chosen.as_ref()
        } else {
            &self.native
        }
    }

    /// Who is told after it.
    fn after(&self) -> &dyn BookingProvider {
        if self.settings.create_events {
            self.chosen.as_ref()
        } else {
            &self.native
        }
    }
}

impl BookingProvider for Switched {
    fn check_availability<'a>(&'a self, ask: &'a Ask) -> Answer<'a, Availability> {
        self.before().check_availability(ask)
    }

    fn create_booking<'a>(&'a self, ask: &'a Ask) -> Answer<'a, BookingIntent> {
        self.before().create_booking(ask)
    }

    fn after_booking(&self, business: BusinessId, booking: BookingId) -> After<'_> {
        self.after().after_booking(business, booking)
    }

    fn after_change(&self, business: BusinessId, booking: BookingId) -> After<'_> {
        self.after().after_change(business, booking)
    }

    fn after_cancel(&self, business: BusinessId, booking: BookingId) -> After<'_> {
        // What was shown while the switch was on still has to go.
        self.chosen.after_cancel(business, booking)
    }
}
