//! One text, from being written down to the answer of whoever carries it. Never sent twice.
//!
//! A text is written down before it is sent. Whoever finds it written, but not known to have gone, asks the telephone company first
//! whether it went out. What a text says, and whether it is still worth saying, is for the job that wants it sent.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Context, JobError};
use crate::{
    domain::{
        Business, BusinessId, PhoneNumber, Subject, TextId, TextKind, TextMessage, TextState,
    },
    notify::{NotSent, OutgoingText, Sent, text_error},
    store::{
        self, Tx, text_numbers,
        texts::{self, News},
    },
    twilio::segments,
};

/// A number that texts can't reach is tried again after this: numbers change hands, and kinds.
const UNREACHED_FOR: TimeDelta = TimeDelta::days(30);
/// A text that was perhaps sent is looked for when it had time to be listed.
const BEFORE_LOOKING: Duration = Duration::from_mins(1);

/// What is to be said, and to whom.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) business: Business,
    pub(super) about: Subject,
    pub(super) kind: TextKind,
    pub(super) to: PhoneNumber,
    pub(super) body: String,
    /// From here on nobody needs it.
    pub(super) worth_until: DateTime<Utc>,
}

/// A text that stands in the database.
#[derive(Debug)]
pub(super) struct Written {
    text: OutgoingText,
    /// Just now, so nobody has sent it.
    is_new: bool,
}

/// Ends the transaction. Nothing if there is nothing to send: it has gone, or its number gets no texts.
pub(super) async fn write_down(
    context: &Context,
    mut tx: Tx,
    wanted: Wanted,
) -> Result<Option<Written>, JobError> {
    let now = context.clock.now();
    let business = wanted.business.id;
    let number = text_numbers::get(&mut tx, business, &wanted.to).await?;
    if number.stopped_at.is_some() {
        return Ok(None);
    }
    let unreached = number
        .unreached_at
        .is_some_and(|at| at > now - UNREACHED_FOR);
    let text = TextMessage {
        id: TextId(context.clock.id()),
        about: wanted.about,
        kind: wanted.kind,
        to: wanted.to,
        segments: u32::try_from(segments::count(&wanted.body).segments).unwrap_or(u32::MAX),
        body: wanted.body,
        state: if unreached {
            TextState::Failed
        } else {
            TextState::Sending
        },
        outside_id: None,
        error: unreached
            .then(|| "it was not sent: texts did not reach this number before".to_owned()),
        error_code: None,
        created_at: now,
        sent_at: None,
        updated_at: now,
    };
    let (text, is_new) = if texts::insert(&mut tx, business, &text).await? {
        (text, true)
    } else {
        let first = texts::about(&mut tx, business, text.about, text.kind).await?;
        match first.filter(may_go) {
            Some(first) => (first, false),
            None => return Ok(None),
        }
    };
    if !is_new {
        texts::still_sending(&mut tx, business, text.id, text.error.as_deref(), now).await?;
    }
    tx.commit().await?;
    let worth = (wanted.worth_until - now).to_std().unwrap_or_default();
    let text = OutgoingText {
        business,
        id: text.id,
        from: wanted.business.phone_numbers.first().cloned(),
        to: text.to,
        body: text.body,
        written_at: text.created_at,
        worth: Some(worth),
    };
    Ok((!(is_new && unreached)).then_some(Written { text, is_new }))
}

/// Whether a text that was written before can still be sent: not once the telephone company has had it.
fn may_go(text: &TextMessage) -> bool {
    match text.state {
        TextState::Sending => true,
        // A person wants it tried again.
        TextState::Failed => text.outside_id.is_none(),
        TextState::Queued | TextState::Sent | TextState::Delivered | TextState::Undelivered => {
            false
        }
    }
}

pub(super) async fn send(context: &Context, written: Written) -> Result<(), JobError> {
    let Written { text, is_new } = written;
    let sender = &context.post.sender;
    let gone_before = if is_new {
        Ok(None)
    } else {
        let others = texts::outside_ids(&mut context.db.read().await?, &text.to).await?;
        sender.find(&text, &others).await
    };
    let went = match gone_before {
        Ok(Some(sent)) => Ok(sent),
        Ok(None) => sender.send(&text).await,
        Err(why) => Err(why),
    };
    note(context, &text, &went).await?;
    match went {
        Ok(_) | Err(NotSent::Unreached { .. }) => Ok(()),
        Err(NotSent::Later { why, wait }) => Err(match wait {
            Some(wait) => JobError::RetryAfter { why, wait },
            None => JobError::Retry(why),
        }),
        Err(NotSent::Unknown(why)) => Err(JobError::RetryAfter {
            why,
            wait: BEFORE_LOOKING,
        }),
        Err(NotSent::Refused(why)) => Err(JobError::Fail(why)),
    }
}

async fn note(
    context: &Context,
    text: &OutgoingText,
    went: &Result<Sent, NotSent>,
) -> Result<(), store::Error> {
    let at = context.clock.now();
    let (business, id) = (text.business, text.id);
    let mut tx = context.db.write().await?;
    match went {
        Ok(sent) => {
            let error = sent.error_code.map(text_error);
            let news = News {
                state: sent.state,
                outside_id: sent.outside_id.as_deref(),
                error: error.as_ref().map(|error| error.why.as_str()),
                error_code: sent.error_code,
                at,
            };
            texts::tell(&mut tx, business, id, news).await?;
            if let Some(why) = error.and_then(|error| error.unreached) {
                text_numbers::unreached(&mut tx, business, &text.to, why, at).await?;
            }
        }
        Err(NotSent::Later { why, .. } | NotSent::Unknown(why)) => {
            texts::still_sending(&mut tx, business, id, Some(why), at).await?;
        }
        Err(NotSent::Refused(why)) => fail(&mut tx, business, id, (why, None), at).await?,
        Err(NotSent::Unreached {
            why,
            code,
            unreached,
        }) => {
            fail(&mut tx, business, id, (why, Some(*code)), at).await?;
            text_numbers::unreached(&mut tx, business, &text.to, *unreached, at).await?;
        }
    }
    tx.commit().await
}

async fn fail(
    tx: &mut Tx,
    business: BusinessId,
    id: TextId,
    (why, code): (&str, Option<u32>),
    at: DateTime<Utc>,
) -> Result<(), store::Error> {
    let news = News {
        state: TextState::Failed,
        outside_id: None,
        error: Some(why),
        error_code: code,
        at,
    };
    texts::tell(tx, business, id, news).await?;
    Ok(())
}
