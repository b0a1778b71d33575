//! The provider that needs nobody: our own database is the calendar.

use super::{After, Answer, Ask, Availability, BookingIntent, BookingProvider, WhyUnknown};
use crate::{
    desk::{self, Desk, TimeAnswer, TimeQuestion},
    domain::{BookingId, BusinessId, WhyBusy},
};

#[derive(Debug, Clone)]
pub struct Native {
    desk: Desk,
}

impl Native {
    pub fn new(desk: Desk) -> Self {
        Self { desk }
    }

    async fn look(&self, ask: &Ask) -> Availability {
        let question = TimeQuestion {
            service_id: ask.service,
            staff_id: ask.staff,
            not_staff_ids: ask.not_staff.clone(),
            starts_at: ask.starts_at,
            moving: ask.moving,
            call: ask.call.map(|claim| claim.call),
            who: ask.who,
        };
        match self.desk.check_time(ask.by(), &question).await {
            Ok(TimeAnswer::Free(staff)) => Availability::Free { staff },
            Ok(TimeAnswer::Busy { why, alternatives }) => Availability::Busy { why, alternatives },
            // Since the asking began, this person or service was taken off the books.
            Err(desk::Error::Refused { .. } | desk::Error::NotFound(_)) => Availability::Busy {
                why: WhyBusy::StaffAway,
                alternatives: Vec::new(),
            },
            Err(error) => {
                tracing::warn!(business.id = %ask.business.id, %error, "our own book could not be asked");
                Availability::Unknown {
                    why: WhyUnknown::Error,
                    staff: None,
                }
            }
        }
    }
}

impl BookingProvider for Native {
    fn check_availability<'a>(&'a self, ask: &'a Ask) -> Answer<'a, Availability> {
        Box::pin(self.look(ask))
    }

    /// The database decides in the moment of writing; there is nobody else to wait for.
    fn create_booking<'a>(&'a self, _: &'a Ask) -> Answer<'a, BookingIntent> {
        Box::pin(async { BookingIntent::Confirmed })
    }

    fn after_booking(&self, _: BusinessId, _: BookingId) -> After<'_> {
        Box::pin(async { Ok(()) })
    }

    fn after_change(&self, _: BusinessId, _: BookingId) -> After<'_> {
        Box::pin(async { Ok(()) })
    }

    fn after_cancel(&self, _: BusinessId, _: BookingId) -> After<'_> {
        Box::pin(async { Ok(()) })
    }
}
