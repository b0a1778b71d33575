//! What is written down of a call, and reading it again: the journal, the transcript, and what the call has done.

use super::{By, Desk, Error, Key, Result, calls::must_own, checks, idempotency, retrying};
use crate::{
    domain::{
        Booking, BookingId, BookingStatus, Call, CallClaim, CallId, JournalEntry, MessageId, Turn,
    },
    store::{
        Reader, bookings,
        calls::{self, After, Filter},
        idempotency as requests, journal, messages, transcripts,
    },
};

/// A page of calls, the newest first, and where the next one begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Calls {
    pub items: Vec<Call>,
    pub next: Option<After>,
}

/// What the database knows that a call has and did, for a node that takes it over.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallProgress {
    /// The times that are still kept for it.
    pub holds: Vec<Booking>,
    /// In the order of their proposals.
    pub done: Vec<Deed>,
}

/// What came of one proposal that the caller agreed to.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    pub proposal: u32,
    pub what: DeedKind,
}

/// Each booking as that proposal left it.
#[derive(Debug, Clone, PartialEq)]
pub enum DeedKind {
    Booked(Box<Booking>),
    Rescheduled(Box<Booking>),
    Cancelled(Box<Booking>),
    MessageTaken(MessageId),
}

const NO_CALL: Error = Error::NotFound("call");

impl Desk {
    /// What happened in a call and what was said in it, together. When it returns, both are on disk: only then may the call do what they
    /// lead to. Entries may be written again; a turn written again replaces the one with its number.
    pub async fn write_record(
        &self,
        by: By,
        claim: CallClaim,
        entries: &[JournalEntry],
        turns: &[Turn],
    ) -> Result<()> {
        let turns: Vec<Turn> = turns.iter().map(storable).collect();
        retrying(|| async {
            let mut tx = self.db.write().await?;
            must_own(&mut tx, by, Some(claim)).await?;
            journal::append(&mut tx, by.business_id, claim.call, entries).await?;
            transcripts::write(&mut tx, by.business_id, claim.call, &turns).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    pub async fn call(&self, by: By, id: CallId) -> Result<Call> {
        calls::get(&mut self.db.read().await?, by.business_id, id)
            .await?
            .ok_or(NO_CALL)
    }

    pub async fn calls(
        &self,
        by: By,
        filter: &Filter,
        after: Option<After>,
        limit: u32,
    ) -> Result<Calls> {
        let last_seen = after.map(|(started_at, _)| started_at);
        for (field, at) in [
            ("from", filter.from),
            ("until", filter.until),
            ("cursor", last_seen),
        ] {
            at.map_or(Ok(()), |at| checks::plausible_time(field, at))?;
        }
        let mut reader = self.db.read().await?;
        let more = limit.saturating_add(1);
        let mut items = calls::list(&mut reader, by.business_id, filter, after, more).await?;
        let full = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items
            .last()
            .filter(|_| full)
            .map(|last| (last.started_at, last.id));
        Ok(Calls { items, next })
    }

    /// The bookings that a call made or changed, oldest first.
    pub async fn bookings_of_call(&self, by: By, id: CallId) -> Result<Vec<BookingId>> {
        Ok(calls::booking_ids(&mut self.db.read().await?, by.business_id, id).await?)
    }

    /// First to last; nothing of a call whose transcript is not kept any more.
    pub async fn transcript(&self, by: By, id: CallId) -> Result<Vec<Turn>> {
        let mut reader = self.db.read().await?;
        calls::get(&mut reader, by.business_id, id)
            .await?
            .ok_or(NO_CALL)?;
        Ok(transcripts::turns(&mut reader, by.business_id, id).await?)
    }

    /// All of it, to play the call again.
    pub async fn journal(&self, by: By, id: CallId) -> Result<Vec<JournalEntry>> {
        self.journal_page(by, id, None, u32::MAX).await
    }

    pub async fn journal_page(
        &self,
        by: By,
        id: CallId,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<JournalEntry>> {
        let mut reader = self.db.read().await?;
        calls::get(&mut reader, by.business_id, id)
            .await?
            .ok_or(NO_CALL)?;
        Ok(journal::entries(&mut reader, by.business_id, id, after, limit).await?)
    }

    /// Nothing can be added to it meanwhile but by the claim's own holder: older claims are refused.
    pub async fn call_state(&self, by: By, claim: CallClaim) -> Result<CallProgress> {
        retrying(|| async {
            let mut tx = self.db.write().await?;
            must_own(&mut tx, by, Some(claim)).await?;
            let now = self.clock.now();
            let mut holds = bookings::of_call(&mut tx, by.business_id, claim.call).await?;
            holds.retain(|booking| {
                booking.status == BookingStatus::Held
                    && booking.hold_expires_at.is_some_and(|at| at > now)
            });
            let done = deeds(&mut tx, by, claim.call).await?;
            Ok(CallProgress { holds, done })
        })
        .await
    }
}

/// What a call has done, in the order of its proposals.
pub(super) async fn deeds(reader: &mut Reader, by: By, call: CallId) -> Result<Vec<Deed>> {
    let mut done = Vec::new();
    for (key, success) in requests::of_call(reader, by.business_id, call).await? {
        done.extend(deed(call, &key, success)?);
    }
    for (id, key) in messages::of_call(reader, by.business_id, call).await? {
        let proposal = key.and_then(|key| Key::proposal_of(call, &key));
        done.extend(proposal.map(|proposal| Deed {
            proposal,
            what: DeedKind::MessageTaken(id),
        }));
    }
    done.sort_by_key(|deed| deed.proposal);
    Ok(done)
}

/// Nothing for what is no agreement with the caller.
fn deed(call: CallId, key: &str, success: requests::Remembered) -> Result<Option<Deed>> {
    let Some(proposal) = Key::proposal_of(call, key) else {
        return Ok(None);
    };
    let kind = match success.request.as_str() {
        "book" => DeedKind::Booked,
        "reschedule" => DeedKind::Rescheduled,
        "cancel" => DeedKind::Cancelled,
        _ => return Ok(None),
    };
    let booking = idempotency::booking_in(success)?;
    Ok(Some(Deed {
        proposal,
        what: kind(Box::new(booking)),
    }))
}

/// Postgres keeps every character but one, and what a recogniser hears is not ours to trust.
fn storable(turn: &Turn) -> Turn {
    Turn {
        text: turn.text.replace('\0', ""),
        ..turn.clone()
    }
}
