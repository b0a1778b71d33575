//! What a provider has a say in: whether a time is free, booking it, and moving a booking there.
//!
//! It is asked under a deadline of ours, whatever its own is, because a caller is waiting. Here nobody knows what providers
//! there are.

use chrono::{DateTime, Utc};
use tokio::time::timeout;

use super::work::{Counter, Result, instant, refusal, slot};
use crate::{
    call::{
        draft::StaffWish,
        event::{self, Event, ProposalId, Refused, Slot, WorkId},
    },
    desk::{self, BookRequest, Certainty, CustomerRef, Move, StaffWish as MoveTo},
    domain::{BookingId, BookingStatus, Name, OnUnknown, PhoneNumber, ServiceId, Source, StaffId},
    providers::{self, Ask, Availability, BookingIntent, Busy},
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
        let (provider, _) = self.providers.of(&self.business);
        let answer = match timeout(self.patience, provider.check_availability(&ask)).await {
            Ok(Availability::Free { staff }) => event::Availability::Free { staff },
            Ok(Availability::Busy { why, alternatives }) => event::Availability::Busy {
                why: why_busy(why),
                alternatives: alternatives.into_iter().map(slot).collect(),
            },
            Ok(Availability::Unknown { staff, .. }) => event::Availability::Unknown { staff },
            Err(_) => {
                tracing::warn!("a provider did not say in time whether a time is free");
                let staff = self.free_by_our_book(service, who, starts_at, moving).await;
                event::Availability::Unknown { staff }
            }
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
        let key = self.key(proposal)?;
        let Some(certainty) = self.certainty(service, slot).await else {
            return Ok(refused(id, Refused::Unknown, Vec::new()));
        };
        let Some(customer) = self.customer(phone, name.clone())? else {
            return Ok(refused(id, Refused::Rules, Vec::new()));
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
                refused(id, why, self.others(why, service, slot).await)
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
        let key = self.key(proposal)?;
        let to = Move {
            starts_at: slot.starts_at,
            staff: MoveTo::This(slot.staff),
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
                let moved = self.desk.booking(self.by(), booking).await;
                let alternatives = match moved {
                    Ok(moved) => self.others(why, moved.service_id, slot).await,
                    Err(_) => Vec::new(),
                };
                Event::RescheduleRefused {
                    id,
                    why,
                    alternatives,
                }
            }
        })
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
        Ask {
            business: self.business.id,
            service,
            who: match who {
                StaffWish::Anyone => providers::StaffWish::Anyone,
                StaffWish::Is(staff) => providers::StaffWish::Is(staff),
                StaffWish::AnyoneBut(staff) => providers::StaffWish::AnyoneBut(staff),
            },
            starts_at,
            moving,
            call: Some(self.claim),
        }
    }

    /// How sure the provider is of a booking; nothing if it is not to be made. One that does not say is one that does not know.
    async fn certainty(&self, service: ServiceId, slot: Slot) -> Option<Certainty> {
        let ask = self.ask(service, StaffWish::Is(slot.staff), slot.starts_at, None);
        let (provider, _) = self.providers.of(&self.business);
        match timeout(self.patience, provider.create_booking(&ask)).await {
            Ok(BookingIntent::Confirmed) => Some(Certainty::Confirmed),
            Ok(BookingIntent::Tentative) => Some(Certainty::Tentative),
            Err(_) => match self.business.policies.on_unknown {
                OnUnknown::Open => Some(Certainty::Unverified),
                OnUnknown::Hold => Some(Certainty::Tentative),
                OnUnknown::Closed => None,
            },
        }
    }

    /// Who is free as far as we know ourselves, when a provider does not say.
    async fn free_by_our_book(
        &self,
        service: ServiceId,
        who: StaffWish,
        starts_at: DateTime<Utc>,
        moving: Option<BookingId>,
    ) -> Option<StaffId> {
        let query = self.query(service, who, instant(starts_at)?, moving);
        let free = self.nearest(&query, starts_at, 1).await.ok()?;
        free.first().map(|slot| slot.staff)
    }
}

fn why_busy(why: Busy) -> event::Busy {
    match why {
        Busy::Taken => event::Busy::Taken,
        Busy::ClosedDay => event::Busy::ClosedDay,
        Busy::OutsideHours => event::Busy::OutsideHours,
        Busy::StaffAway => event::Busy::StaffAway,
        Busy::TooSoon => event::Busy::TooSoon,
        Busy::TooFar => event::Busy::TooFar,
        Busy::Past => event::Busy::Past,
    }
}

fn refused(id: WorkId, why: Refused, alternatives: Vec<Slot>) -> Event {
    Event::BookRefused {
        id,
        why,
        alternatives,
    }
}
