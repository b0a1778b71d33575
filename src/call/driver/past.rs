//! A call that is picked up again: what it was, from its journal, and what it has, from the database.
//!
//! The machine is fed the journal. If it answers as it did, it is the machine that was lost; if it answers otherwise, newer code has
//! the call now, and starts afresh from what the caller had said so far. Either way the database wins: it is told as
//! [`Event::Resumed`].

use std::sync::Arc;

use super::{Beginning, Ground, NotBegun};
use crate::{
    call::{
        action::{Action, Outcome},
        draft::Draft,
        event::{Deed, Done, Event, Hold, ProposalId, Resumed, Slot, Started, WorkId},
        lines::Lines,
        live::Live,
        machine::Call,
        replay::Step,
        snapshot,
        timer::Ms,
        turn::Pauses,
    },
    desk::{self, By, CallProgress, DeedKind},
    domain::{
        Actor, Booking, BookingStatus, BusinessId, CallClaim, CallId, JournalEntry, PhoneNumber,
    },
};

/// A call before this node had it.
#[derive(Debug)]
pub(super) struct Past {
    pub(super) resumed: Resumed,
    steps: Vec<Step>,
    pub(super) last_entry: u64,
    pub(super) last_turn: u32,
    /// How late in the call it is.
    pub(super) now: Ms,
}

/// The machine as it was, as far as it can be had.
pub(super) enum Rebuilt {
    /// To go on with.
    Same {
        call: Box<Call>,
        outcome: Option<Outcome>,
    },
    /// It is another machine now, and starts from the caller's wishes.
    Afresh(Option<Draft>),
}

impl Ground {
    /// Gives a call that has its row, and whose claim is ours, its place and its view of the business; and if it was driven before,
    /// its past.
    pub async fn pick_up(
        &self,
        live: &Live,
        business: BusinessId,
        claim: CallClaim,
    ) -> Result<Beginning, NotBegun> {
        let place = live.admit(claim.call)?;
        let by = By::call(business, claim.call);
        let house = By {
            business_id: business,
            actor: Actor::SYSTEM,
        };
        let call = self.desk.call(by, claim.call).await?;
        let (caller, dialled) = (call.caller, call.dialled);
        let snapshot = snapshot::take(&self.desk, house, caller.as_ref(), dialled.as_ref()).await?;
        let entries = self.desk.journal(by, claim.call).await?;
        let now = self.desk.clock.now();
        let mut started = Started {
            call: claim.call,
            at: now,
            seed: self.desk.clock.below(u64::MAX),
            caller,
            customer: snapshot.customer,
            business: snapshot.briefing,
        };
        let last_entry = entries.last().map_or(0, |entry| entry.number);
        let steps = since_it_last_started(&entries);
        let past = match steps.first().map(|step| (step.at, &step.on)) {
            Some((began, Event::Started(first))) => {
                started.at = first.at;
                started.seed = first.seed;
                let passed = (now - first.at).num_milliseconds();
                let passed = began + Ms(u64::try_from(passed).unwrap_or(0));
                let last = steps.last().map_or(Ms::ZERO, |step| step.at);
                let turns = self.desk.transcript(by, claim.call).await?;
                let progress = self.desk.call_state(by, claim).await?;
                let resumed = Resumed {
                    business: started.business.clone(),
                    reconnects: u8::try_from(call.reconnects).unwrap_or(u8::MAX),
                    holds: progress.holds.iter().map(hold).collect(),
                    done: done(progress),
                    draft: None,
                };
                Some(Past {
                    resumed,
                    last_entry,
                    last_turn: turns.last().map_or(0, |turn| turn.number),
                    now: passed.max(last),
                    steps,
                })
            }
            _ => None,
        };
        Ok(Beginning {
            business: snapshot.business,
            claim,
            started,
            place,
            past,
        })
    }
}

impl Ground {
    /// The number at which a call is to ring, if that is what its line was closed for.
    pub async fn transfer_of(
        &self,
        business: BusinessId,
        call: CallId,
    ) -> desk::Result<Option<PhoneNumber>> {
        let entries = self.desk.journal(By::call(business, call), call).await?;
        let mut asked = None;
        for step in since_it_last_started(&entries) {
            if matches!(step.on, Event::Resumed(_))
                || step
                    .on
                    .answers()
                    .is_some_and(|id| asked.as_ref().is_some_and(|(asked, _)| *asked == id))
            {
                asked = None;
            }
            asked = step.gave.into_iter().find_map(transfer_in).or(asked);
        }
        Ok(asked.map(|(_, number)| number))
    }
}

fn transfer_in(action: Action) -> Option<(WorkId, PhoneNumber)> {
    match action {
        Action::Transfer { id, number } => Some((id, number)),
        _ => None,
    }
}

impl Past {
    pub(super) fn rebuild(&self, lines: Arc<Lines>, pauses: Pauses) -> Rebuilt {
        let mut call = Call::with_pauses(lines, pauses);
        let mut outcome = None;
        for step in &self.steps {
            let before = call.draft().cloned();
            let mut gave = Vec::new();
            call.handle(step.at, step.on.clone(), &mut gave);
            if gave != step.gave {
                return Rebuilt::Afresh(before);
            }
            outcome = gave.iter().find_map(outcome_in).or(outcome);
        }
        Rebuilt::Same {
            call: Box::new(call),
            outcome,
        }
    }
}

fn outcome_in(action: &Action) -> Option<Outcome> {
    match action {
        Action::Finish { outcome, .. } => Some(*outcome),
        _ => None,
    }
}

/// The steps from the last start on: a call that newer code picked up started again. What can't be read any more, and what came after
/// it, is left out.
fn since_it_last_started(entries: &[JournalEntry]) -> Vec<Step> {
    let readable = entries
        .iter()
        .map_while(|entry| serde_json::from_str::<Step>(&entry.body).ok());
    let mut steps: Vec<Step> = readable.collect();
    let start = steps
        .iter()
        .rposition(|step| matches!(step.on, Event::Started(_)));
    steps.split_off(start.unwrap_or(steps.len()))
}

fn slot_of(booking: &Booking) -> Slot {
    Slot {
        staff: booking.staff_id,
        starts_at: booking.starts_at,
    }
}

fn hold(booking: &Booking) -> Hold {
    Hold {
        hold: booking.id,
        service: booking.service_id,
        slot: slot_of(booking),
    }
}

fn done(progress: CallProgress) -> Vec<Done> {
    let told = progress
        .done
        .into_iter()
        .map(|desk::Deed { proposal, what }| Done {
            proposal: ProposalId(proposal),
            deed: match what {
                DeedKind::Booked(booking) => Deed::Booked {
                    booking: booking.id,
                    service: booking.service_id,
                    slot: slot_of(&booking),
                    tentative: booking.status == BookingStatus::Tentative,
                },
                DeedKind::Rescheduled(booking) => Deed::Rescheduled {
                    booking: booking.id,
                    slot: slot_of(&booking),
                },
                DeedKind::Cancelled(booking) => Deed::Cancelled {
                    booking: booking.id,
                },
                DeedKind::MessageTaken(_) => Deed::MessageTaken,
            },
        });
    told.collect()
}
