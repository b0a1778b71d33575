//! What the machine asks of the world, done: by a provider, or by the desk. Every answer becomes an event.
//!
//! What could not be done is [`Event::Failed`], never "free" and never "nothing found". It must not know when the machine
//! asks, nor what the caller hears of the answer.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::booking::Wanted;
use crate::{
    call::{
        action::{Action, Order},
        draft::StaffWish,
        event::{Event, FoundBooking, ProposalId, Refused, Slot, WorkId},
    },
    desk::{self, By, Desk, HoldRequest, Key, LONGEST_RANGE, SlotQuery, TakeMessage, Target},
    domain::{
        BookingId, Business, CallClaim, Interval, Name, Note, PhoneNumber, ServiceId, Source,
        StaffId,
    },
    providers::Registry,
    scheduling::{self, Who},
    store::bookings::Filter as BookingFilter,
};

/// How many times are offered in place of one that can't be had.
const OFFERS: usize = 3;
/// How far around a time that can't be had others are looked for.
const BEFORE: TimeDelta = TimeDelta::days(3);
const AFTER: TimeDelta = TimeDelta::days(14);
/// More open bookings than these, nobody has under one number.
const MOST_FOUND: u32 = 20;

/// What came of a piece of work.
#[derive(Debug)]
pub(super) enum Worked {
    Answer(Event),
    /// Everything noted before is on disk, and the line may do this now.
    Kept(Action),
    /// It was only to be done.
    Done,
    /// Another node has the call, and this one may do nothing more for it.
    TakenOver,
}

/// What is known of a question that the caller asked last: what is offered in place of a lost time keeps to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastAsked {
    who: StaffWish,
    moving: Option<BookingId>,
}

/// One call's way to the desk.
#[derive(Debug, Clone)]
pub(super) struct Counter {
    pub(super) desk: Desk,
    pub(super) providers: Registry,
    pub(super) business: Arc<Business>,
    pub(super) claim: CallClaim,
    pub(super) not_by_phone: Arc<[StaffId]>,
    /// The number they call from.
    pub(super) caller: Option<PhoneNumber>,
    pub(super) last_asked: Option<LastAsked>,
}

pub(super) type Result<T, E = desk::Error> = std::result::Result<T, E>;

impl Counter {
    /// What is offered in place of a lost time keeps to what was asked for last.
    pub(super) fn remember(&mut self, action: &Action) {
        if let Action::CheckAvailability { who, moving, .. }
        | Action::FindSlots { who, moving, .. } = action
        {
            self.last_asked = Some(LastAsked {
                who: *who,
                moving: *moving,
            });
        }
    }

    /// Does what the action asks for.
    pub(super) async fn work(self, action: Action) -> Worked {
        let id = action.work();
        let done = match action {
            Action::CheckAvailability {
                id,
                service,
                who,
                starts_at,
                moving,
            } => Ok(self.check(id, service, who, starts_at, moving).await),
            Action::FindSlots {
                id,
                service,
                who,
                windows,
                order,
                moving,
            } => {
                let slots = self.find_slots(service, who, windows, order, moving).await;
                slots.map(|slots| Event::SlotsFound { id, slots })
            }
            Action::Hold { id, service, slot } => self.hold(id, service, slot).await,
            Action::ReleaseHold { hold } => return self.release(hold).await,
            Action::Book {
                id,
                proposal,
                hold,
                service,
                slot,
                phone,
                name,
                for_other,
            } => {
                let wanted = Wanted {
                    id,
                    proposal,
                    hold,
                    service,
                    slot,
                    phone,
                    name,
                    for_other,
                };
                self.book(wanted).await
            }
            Action::FindBookings { id, phone } => {
                let bookings = self.find_bookings(&phone).await;
                bookings.map(|bookings| Event::FoundBookings { id, bookings })
            }
            Action::Cancel {
                id,
                proposal,
                booking,
            } => self.cancel(id, proposal, booking).await,
            Action::Reschedule {
                id,
                proposal,
                booking,
                slot,
                ..
            } => self.reschedule(id, proposal, booking, slot).await,
            Action::TakeMessage {
                id,
                proposal,
                name,
                phone,
                text,
            } => self.take_message(id, proposal, name, phone, &text).await,
            lines_own => return Worked::Kept(lines_own),
        };
        match done {
            Ok(event) => Worked::Answer(event),
            Err(desk::Error::CallTakenOver) => Worked::TakenOver,
            Err(error) => {
                tracing::warn!(%error, "the desk could not do what a call asked for");
                id.map_or(Worked::Done, |id| Worked::Answer(Event::Failed { id }))
            }
        }
    }

    pub(super) fn by(&self) -> By {
        By::call(self.business.id, self.claim.call)
    }

    /// The same agreement asked for twice is done once.
    pub(super) fn key(&self, proposal: ProposalId) -> Result<Key> {
        Key::of_proposal(self.claim.call, proposal.0)
            .map_err(|_| desk::Error::Broken("the key of an agreement was refused"))
    }

    async fn find_slots(
        &self,
        service: ServiceId,
        who: StaffWish,
        mut windows: Vec<Interval>,
        order: Order,
        moving: Option<BookingId>,
    ) -> Result<Vec<Slot>> {
        let wanted = |window: &Interval| match order {
            Order::Earliest => window.from(),
            Order::Latest => window.until(),
            Order::Nearest(at) => at,
        };
        match order {
            Order::Earliest => windows.sort_by_key(Interval::from),
            Order::Latest => windows.sort_by_key(|window| std::cmp::Reverse(window.until())),
            Order::Nearest(at) => windows.sort_by_key(|window| {
                let within = at.clamp(window.from(), window.until());
                (within - at).abs()
            }),
        }
        let mut found = Vec::new();
        for window in windows.iter().flat_map(|window| parts(window, order)) {
            let query = self.query(service, who, window, moving);
            let more = OFFERS - found.len();
            found.extend(self.nearest(&query, wanted(&window), more).await?);
            if found.len() >= OFFERS {
                break;
            }
        }
        Ok(found)
    }

    fn query(
        &self,
        service: ServiceId,
        who: StaffWish,
        starts: Interval,
        moving: Option<BookingId>,
    ) -> SlotQuery {
        let (staff_id, not_staff_ids) = self.people(who);
        SlotQuery {
            service_id: service,
            staff_id,
            not_staff_ids,
            starts,
            but_not: moving,
        }
    }

    pub(super) async fn nearest(
        &self,
        query: &SlotQuery,
        wanted: DateTime<Utc>,
        count: usize,
    ) -> Result<Vec<Slot>> {
        let slots = self
            .desk
            .nearest_slots(self.by(), query, wanted, count)
            .await?;
        Ok(slots.into_iter().map(slot).collect())
    }

    /// What to offer in place of a time that is lost. Nothing, if that can't be found out: the loss itself is known.
    pub(super) async fn alternatives(&self, service: ServiceId, lost: Slot) -> Vec<Slot> {
        let LastAsked { who, moving } = self.last_asked.unwrap_or(LastAsked {
            who: StaffWish::Is(lost.staff),
            moving: None,
        });
        let Ok(around) = Interval::new(lost.starts_at - BEFORE, lost.starts_at + AFTER) else {
            return Vec::new();
        };
        let query = self.query(service, who, around, moving);
        let found = self.nearest(&query, lost.starts_at, OFFERS).await;
        found.unwrap_or_else(|error| {
            tracing::warn!(%error, "no other times could be looked for");
            Vec::new()
        })
    }

    async fn hold(&self, id: WorkId, service: ServiceId, slot: Slot) -> Result<Event> {
        let request = HoldRequest {
            service_id: service,
            staff_id: Some(slot.staff),
            starts_at: slot.starts_at,
            source: Source::Phone,
            call: Some(self.claim),
        };
        let refusal = match self.desk.hold(self.by(), &request, Who::Customer).await {
            Ok(held) => return Ok(Event::Held { id, hold: held.id }),
            Err(error) => refusal(error)?,
        };
        if refusal == Refused::SlotTaken
            && let Some(moving) = self.keeps_it_itself(service, slot).await?
        {
            return Ok(Event::Held { id, hold: moving });
        }
        let alternatives = self.alternatives(service, slot).await;
        Ok(Event::HoldRefused { id, alternatives })
    }

    /// A booking that is moved by less than its length stands in the new time already, and no hold can stand there beside it.
    /// Then the booking itself is what keeps the time; letting go of it as of a hold does nothing.
    async fn keeps_it_itself(&self, service: ServiceId, slot: Slot) -> Result<Option<BookingId>> {
        let Some(moving) = self.last_asked.and_then(|asked| asked.moving) else {
            return Ok(None);
        };
        let Some(instant) = instant(slot.starts_at) else {
            return Ok(None);
        };
        let query = self.query(service, StaffWish::Is(slot.staff), instant, Some(moving));
        let free = self.nearest(&query, slot.starts_at, 1).await?;
        Ok((!free.is_empty()).then_some(moving))
    }

    async fn release(&self, hold: BookingId) -> Worked {
        let released = self.desk.release_hold(self.by(), hold, Some(self.claim));
        match released.await {
            Ok(_) => Worked::Done,
            Err(desk::Error::CallTakenOver) => Worked::TakenOver,
            Err(error) => {
                tracing::warn!(%error, "a hold could not be given back; it lets go by itself");
                Worked::Done
            }
        }
    }

    async fn find_bookings(&self, phone: &PhoneNumber) -> Result<Vec<FoundBooking>> {
        let by = self.by();
        let customer = match self.desk.customer_by_phone(by, phone).await {
            Ok(customer) => customer,
            Err(desk::Error::NotFound(_)) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let filter = BookingFilter {
            customer: Some(customer.id),
            from: Some(self.desk.clock.now()),
            ..BookingFilter::default()
        };
        let page = self.desk.bookings(by, &filter, None, MOST_FOUND).await?;
        let open = page
            .items
            .into_iter()
            .filter(|booking| booking.status.is_open());
        Ok(open
            .map(|booking| FoundBooking {
                booking: booking.id,
                service: booking.service_id,
                slot: Slot {
                    staff: booking.staff_id,
                    starts_at: booking.starts_at,
                },
                names: [Some(customer.name.clone()), booking.for_name]
                    .into_iter()
                    .flatten()
                    .collect(),
            })
            .collect())
    }

    async fn cancel(&self, id: WorkId, proposal: ProposalId, booking: BookingId) -> Result<Event> {
        let key = self.key(proposal)?;
        let target = self.target(booking);
        let done = self
            .desk
            .cancel(self.by(), target, None, Who::Customer, Some(&key))
            .await;
        Ok(match done {
            Ok(_) => Event::Cancelled { id },
            Err(error) => Event::CancelRefused {
                id,
                why: refusal(error)?,
            },
        })
    }

    async fn take_message(
        &self,
        id: WorkId,
        proposal: ProposalId,
        name: Option<Name>,
        phone: Option<PhoneNumber>,
        text: &str,
    ) -> Result<Event> {
        let key = self.key(proposal)?;
        let text = Note::new(text).map_err(|_| desk::Error::Broken("a message without words"))?;
        let message = TakeMessage {
            call: Some(self.claim),
            name,
            phone,
            text,
        };
        self.desk
            .take_message(self.by(), &message, Some(&key))
            .await?;
        Ok(Event::MessageTaken { id })
    }

    pub(super) fn target(&self, booking: BookingId) -> Target {
        Target {
            id: booking,
            version: None,
            call: Some(self.claim),
        }
    }
}

/// What a rule of the house, or somebody who was faster, has against it; an error is no refusal.
pub(super) fn refusal(error: desk::Error) -> Result<Refused> {
    match error {
        desk::Error::SlotTaken
        | desk::Error::Refused {
            code: "blocked", ..
        } => Ok(Refused::SlotTaken),
        desk::Error::Refused { .. } | desk::Error::NotFound(_) => Ok(Refused::Rules),
        error => Err(error),
    }
}

/// The one start that is asked about, as a range; nothing at the end of time.
pub(super) fn instant(starts_at: DateTime<Utc>) -> Option<Interval> {
    let end = starts_at.checked_add_signed(TimeDelta::microseconds(1))?;
    Interval::new(starts_at, end).ok()
}

pub(super) fn slot(slot: scheduling::Slot) -> Slot {
    Slot {
        staff: slot.staff_id,
        starts_at: slot.starts_at,
    }
}

/// The window in stretches as long as the desk answers for, in the order in which they are wanted.
fn parts(window: &Interval, order: Order) -> Vec<Interval> {
    let mut parts = Vec::new();
    let mut from = window.from();
    while let Ok(rest) = Interval::new(from, window.until()) {
        let until = rest.until().min(from + LONGEST_RANGE);
        parts.extend(Interval::new(from, until));
        from = until;
    }
    match order {
        Order::Earliest => {}
        Order::Latest => parts.reverse(),
        Order::Nearest(at) => {
            parts.sort_by_key(|part| (at.clamp(part.from(), part.until()) - at).abs());
        }
    }
    parts
}
