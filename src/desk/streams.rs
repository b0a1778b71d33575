//! The media streams of a telephone call: a token that opens one, the first stream, those that come after it, and a call whose last
//! stream is gone for good.
//!
//! A token is good for one stream of one call, for a minute, on any node. The stream that was opened last has the call: opening it
//! makes every older claim worthless. Nothing here knows what travels in a stream.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::{
    By, Deed, DeedKind, Desk, Error, Result, after, call_records::deeds, calls::must_own, retrying,
};
use crate::{
    domain::{BusinessId, Call, CallClaim, CallId, CallOutcome, CallState, Line, PhoneNumber},
    store::{
        Reader, bookings, businesses, calls,
        stream_tokens::{self, StreamToken},
    },
};

/// A stream is opened at once, or not at all.
const TOKEN_LIFE: TimeDelta = TimeDelta::minutes(1);

/// What was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenedStream {
    pub business_id: BusinessId,
    pub claim: CallClaim,
}

/// The streams that a call was given so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamCount {
    pub offered: i64,
    pub opened: i64,
}

fn bad_token() -> Error {
    Error::refused(
        "stream_token",
        "this token is unknown, used, too old, or another call's",
    )
}

impl Desk {
    /// Whose telephone number this is.
    pub async fn business_of_number(&self, number: &PhoneNumber) -> Result<Option<BusinessId>> {
        let mut reader = self.db.read().await?;
        Ok(businesses::by_number(&mut reader, number).await?)
    }

    /// What the telephone company knows by this name, the newest first: one call, but where it was passed on between businesses.
    pub async fn calls_known_as(&self, outside_id: &str) -> Result<Vec<Call>> {
        Ok(calls::known_as(&mut self.db.read().await?, outside_id).await?)
    }

    /// Telephone calls in progress of which nothing was written down since `since`: whoever drove them is gone, or waits while the
    /// caller talks to somebody else.
    pub async fn silent_calls(&self, since: DateTime<Utc>, limit: u32) -> Result<Vec<Call>> {
        let mut reader = self.db.read().await?;
        let calls = calls::in_progress(&mut reader, since, limit).await?;
        let last = |call: &Call, ms: u64| {
            let ms = i64::try_from(ms).unwrap_or(i64::MAX);
            let passed = TimeDelta::try_milliseconds(ms).unwrap_or(TimeDelta::MAX);
            call.started_at.checked_add_signed(passed)
        };
        let silent = calls
            .into_iter()
            .filter(|(call, ms)| last(call, *ms).is_some_and(|last| last < since));
        Ok(silent.map(|(call, _)| call).collect())
    }

    /// What opens the next stream of a call. Shown once, and kept as a hash.
    pub async fn offer_stream(
        &self,
        by: By,
        call: CallId,
        outside_id: &str,
    ) -> Result<SecretString> {
        let secret = BASE64_URL_SAFE_NO_PAD.encode(self.clock.random::<32>());
        let hash = hash_of(&secret);
        retrying(|| async {
            let now = self.clock.now();
            let token = StreamToken {
                hash: &hash,
                business_id: by.business_id,
                call_id: call,
                outside_id,
                expires_at: now + TOKEN_LIFE,
            };
            let mut tx = self.db.write().await?;
            stream_tokens::insert(&mut tx, token, now).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(secret.into())
    }

    pub async fn streams_of_call(&self, by: By, call: CallId) -> Result<StreamCount> {
        let mut reader = self.db.read().await?;
        let (offered, opened) = stream_tokens::count(&mut reader, by.business_id, call).await?;
        Ok(StreamCount { offered, opened })
    }

    /// The call that a stream would be for. It gives nothing away: the token is still to be used.
    pub async fn call_of_stream(&self, token: &str, outside_id: &str) -> Result<CallId> {
        let mut reader = self.db.read().await?;
        let (hash, now) = (hash_of(token), self.clock.now());
        let found = stream_tokens::find(&mut reader, &hash, outside_id, now).await?;
        found.map(|(_, call)| call).ok_or_else(bad_token)
    }

    /// Uses the token. A call's first stream has the claim that the call began with; each later one takes the call over.
    pub async fn open_stream(&self, token: &str, outside_id: &str) -> Result<OpenedStream> {
        let hash = hash_of(token);
        retrying(|| async {
            let now = self.clock.now();
            let mut tx = self.db.write().await?;
            let found = stream_tokens::find(&mut tx, &hash, outside_id, now).await?;
            let (business_id, call) = found.ok_or_else(bad_token)?;
            let epoch = calls::lock(&mut tx, business_id, call).await?;
            let epoch = epoch.ok_or(Error::NotFound("call"))?;
            let (_, opened) = stream_tokens::count(&mut tx, business_id, call).await?;
            if !stream_tokens::consume(&mut tx, &hash, now).await? {
                return Err(bad_token());
            }
            let epoch = if opened == 0 && is_in_progress(&mut tx, business_id, call).await? {
                epoch
            } else {
                let next = calls::take_over(&mut tx, business_id, call, now).await?;
                next.ok_or_else(|| Error::refused("call_ended", "the call has ended"))?
            };
            tx.commit().await?;
            let claim = CallClaim { call, epoch };
            Ok(OpenedStream { business_id, claim })
        })
        .await
    }

    /// Ends a call that nobody drives any more, with the most that was done in it. `None` if it had ended. Its claim's holder loses
    /// nothing by it: whoever has taken the call over has another claim.
    pub async fn end_lost_call(
        &self,
        by: By,
        claim: CallClaim,
        reason: &Line,
    ) -> Result<Option<CallOutcome>> {
        retrying(|| async {
            let mut tx = self.db.write().await?;
            must_own(&mut tx, by, Some(claim)).await?;
            let call = calls::get(&mut tx, by.business_id, claim.call).await?;
            let Some(call) = call.filter(|call| call.state == CallState::InProgress) else {
                return Ok(None);
            };
            let (_, opened) = stream_tokens::count(&mut tx, by.business_id, claim.call).await?;
            let outcome = match most_of(&deeds(&mut tx, by, claim.call).await?) {
                Some(outcome) => outcome,
                None if opened == 0 => CallOutcome::NeverStarted,
                None => CallOutcome::GaveUp,
            };
            let now = self.clock.now();
            let end = calls::End {
                outcome,
                reason: Some(reason),
                at: now,
            };
            calls::end(&mut tx, by.business_id, claim.call, end, now).await?;
            bookings::delete_holds_of_call(&mut tx, by.business_id, claim.call).await?;
            if outcome == CallOutcome::GaveUp {
                after::cut_off(&mut tx, &self.clock, &call).await?;
            }
            tx.commit().await?;
            Ok(Some(outcome))
        })
        .await
    }
}

async fn is_in_progress(reader: &mut Reader, business: BusinessId, call: CallId) -> Result<bool> {
    let call = calls::get(reader, business, call).await?;
    Ok(call.is_some_and(|call| call.state == CallState::InProgress))
}

fn most_of(deeds: &[Deed]) -> Option<CallOutcome> {
    let outcomes = deeds.iter().map(|deed| match deed.what {
        DeedKind::Booked(_) => CallOutcome::Booked,
        DeedKind::Rescheduled(_) => CallOutcome::Rescheduled,
        DeedKind::Cancelled(_) => CallOutcome::Cancelled,
        DeedKind::MessageTaken(_) => CallOutcome::MessageTaken,
    });
    let rank = |outcome: &CallOutcome| match outcome {
        CallOutcome::Booked => 4,
        CallOutcome::Rescheduled => 3,
        CallOutcome::Cancelled => 2,
        _ => 1,
    };
    outcomes.max_by_key(rank)
}

fn hash_of(token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}
