//! What a provider has a say in: whether a time is free, booking it, and moving a booking there.
//!
//! It is asked when a time is named, and again right before it is written: minutes may lie between, in which a caller spells
//! a name. Here nobody knows what providers there are, nor how long they may take.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::work::{Counter, Result, refusal, slot};
use crate::{
    call::{
        draft::StaffWish,
        event::{self, Event, ProposalId, Refused, Slot, WorkId},
    },
    desk::{self, BookRequest, Certainty, CustomerRef, Move, StaffWish as MoveTo},
    domain::{BookingId, BookingStatus, Name, PhoneNumber, ServiceId, Source, StaffId},
    providers::{Ask, Availability, Permit},
    scheduling::Who,
};

/// A caller who need not give a name, and whom nobody knows.
const SOMEBODY: &str = "Caller";

/// A booking that the caller has said yes to.
pub(super) struct Wanted {
    pub(super) id: WorkId,
    pub(super) proposal: ProposalId,
    pub(super) hold: Option<BookingId>,
    pub(super) service: ServiceId,
    pub(super) slot: Slot,
    pub(super) phone: Option<PhoneNumber>,
    pub(super) name: Option<Name>,
    pub(super) for_other: bool,
}

impl Counter {
    pub(super) async fn check(
        &self,
        id: WorkId,
        service: ServiceId,
        who: StaffWish,
        starts_at: DateTime<Utc>,
        moving: Option<BookingId>,
    ) -> Event {
        let ask = self.ask(service, who, starts_at, moving);
        let answer = match self.providers.check(&ask).await {
            Availability::Free { staff } => event::Availability::Free { staff },
            Availability::Busy { why, alternatives } => event::Availability::Busy {
                why,
                alternatives: slots(alternatives),
            },
            Availability::Unknown { staff, .. } => event::Availability::Unknown { staff },
        };
        Event::Availability { id, answer }
    }

    pub(super) async fn book(&self, wanted: Wanted) -> Result<Event> {
        let Wanted {
            id,
            proposal,
            hold,
            service,
            slot,
            phone,
            name,
            for_other,
        } = wanted;
        let refused = |why, alternatives| Event::BookRefused {
            id,
            why,
            alternatives,
        };
        let key = self.key(proposal)?;
        let Some(customer) = self.customer(phone, name.clone())? else {
            return Ok(refused(Refused::Rules, Vec::new()));
        };
        let certainty = match self.may_write(service, slot, None).await {
            Ok(certainty) => certainty,
            Err((why, alternatives)) => return Ok(refused(why, alternatives)),
        };
        let request = BookRequest {
            service_id: service,
            staff_id: Some(slot.staff),
            starts_at: slot.starts_at,
            customer,
            for_name: name.filter(|_| for_other),
            notes: None,
            source: Source::Phone,
            certainty,
            hold,
            call: Some(self.claim),
        };
        let done = self
            .desk
            .book(self.by(), &request, Who::Customer, Some(&key))
            .await;
        Ok(match done {
            Ok(done) => Event::Booked {
                id,
                booking: done.booking.id,
                tentative: done.booking.status == BookingStatus::Tentative,
            },
            Err(error) => {
                let why = refusal(error)?;
                refused(why, self.others(why, service, slot).await)
            }
        })
    }

    pub(super) async fn reschedule(
        &self,
        id: WorkId,
        proposal: ProposalId,
        booking: BookingId,
        slot: Slot,
    ) -> Result<Event> {
        let refused = |why, alternatives| Event::RescheduleRefused {
            id,
            why,
            alternatives,
        };
        let key = self.key(proposal)?;
        let service = match self.desk.booking(self.by(), booking).await {
            Ok(found) => found.service_id,
            Err(error) => return Ok(refused(refusal(error)?, Vec::new())),
        };
        let certainty = match self.may_write(service, slot, Some(booking)).await {
            Ok(certainty) => certainty,
            Err((why, alternatives)) => return Ok(refused(why, alternatives)),
        };
        let to = Move {
            starts_at: slot.starts_at,
            staff: MoveTo::This(slot.staff),
            certainty: Some(certainty),
        };
        let target = self.target(booking);
        let done = self
            .desk
            .reschedule(self.by(), target, to, Who::Customer, Some(&key))
            .await;
        Ok(match done {
            Ok(done) => Event::Rescheduled {
                id,
                tentative: done.booking.status == BookingStatus::Tentative,
            },
            Err(error) => {
                let why = refusal(error)?;
                refused(why, self.others(why, service, slot).await)
            }
        })
    }

    /// What the provider, and the owner's policy where it does not know, say to a booking at this time.
    async fn may_write(
        &self,
        service: ServiceId,
        slot: Slot,
        moving: Option<BookingId>,
    ) -> Result<Certainty, (Refused, Vec<Slot>)> {
        let ask = self.ask(service, StaffWish::Is(slot.staff), slot.starts_at, moving);
        match self.providers.before_writing(&ask, None).await {
            Permit::Book(certainty) => Ok(certainty),
            Permit::Busy { alternatives, .. } => Err((Refused::SlotTaken, slots(alternatives))),
            Permit::Closed => Err((Refused::Unknown, Vec::new())),
        }
    }

    /// Other times help where the time was lost, and nowhere else.
    async fn others(&self, why: Refused, service: ServiceId, lost: Slot) -> Vec<Slot> {
        match why {
            Refused::SlotTaken => self.alternatives(service, lost).await,
            Refused::Rules | Refused::Unknown => Vec::new(),
        }
    }

    /// Whose booking it is. Nobody's, if no number is known to find them by.
    fn customer(
        &self,
        phone: Option<PhoneNumber>,
        name: Option<Name>,
    ) -> Result<Option<CustomerRef>> {
        let Some(phone) = phone.or_else(|| self.caller.clone()) else {
            return Ok(None);
        };
        let name = match name {
            Some(name) => name,
            None => Name::new(SOMEBODY).map_err(|_| desk::Error::Broken("a name was refused"))?,
        };
        Ok(Some(CustomerRef::Met {
            phone,
            name,
            email: None,
        }))
    }

    fn ask(
        &self,
        service: ServiceId,
        who: StaffWish,
        starts_at: DateTime<Utc>,
        moving: Option<BookingId>,
    ) -> Ask {
        let (staff, not_staff) = self.people(who);
        Ask {
            business: Arc::clone(&self.business),
            service,
            staff,
            not_staff,
            starts_at,
            moving,
            call: Some(self.claim),
            who: Who::Customer,
        }
    }

    /// Who may be booked, and who not. Nobody is whom the owner does not let callers book.
    pub(super) fn people(&self, who: StaffWish) -> (Option<StaffId>, Vec<StaffId>) {
        let mut not_staff = self.not_by_phone.to_vec();
        let staff = match who {
            StaffWish::Anyone => None,
            StaffWish::Is(staff) => Some(staff),
            StaffWish::AnyoneBut(staff) => {
                not_staff.push(staff);
                None
            }
        };
        (staff, not_staff)
    }
}

fn slots(slots: Vec<crate::scheduling::Slot>) -> Vec<Slot> {
    slots.into_iter().map(slot).collect()
}
