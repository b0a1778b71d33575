//! What callers leave for the owner, and dealing with it.

use super::{By, Desk, Error, Key, Result, calls::must_own, checks, retrying};
use crate::{
    domain::{CallClaim, Message, MessageId, Name, Note, PhoneNumber},
    store::{
        self,
        messages::{self, Filter},
    },
};

#[derive(Debug, Clone)]
pub struct TakeMessage {
    pub call: Option<CallClaim>,
    pub name: Option<Name>,
    /// The number to ring back.
    pub phone: Option<PhoneNumber>,
    pub text: Note,
}

const NO_MESSAGE: Error = Error::NotFound("message");

impl Desk {
    /// Asked for again under the same key, it is the message that was left first.
    pub async fn take_message(
        &self,
        by: By,
        new: &TakeMessage,
        key: Option<&Key>,
    ) -> Result<MessageId> {
        retrying(|| async {
            let mut tx = self.db.write().await?;
            must_own(&mut tx, by, new.call).await?;
            let now = self.clock.now();
            let message = Message {
                id: MessageId(self.clock.id()),
                call_id: new.call.map(|claim| claim.call),
                name: new.name.clone(),
                phone: new.phone.clone(),
                text: new.text.clone(),
                done_at: None,
                version: 1,
                created_at: now,
                updated_at: now,
            };
            let key = key.map(Key::as_str);
            let inserted = messages::insert(&mut tx, by.business_id, &message, key).await;
            let id = if checks::dangling(inserted, || Error::NotFound("business"))? {
                message.id
            } else {
                let first = messages::by_request(&mut tx, by.business_id, key.unwrap_or_default());
                first.await?.ok_or(store::Error::Contention)?.id
            };
            tx.commit().await?;
            Ok(id)
        })
        .await
    }

    /// The newest first.
    pub async fn messages(
        &self,
        by: By,
        filter: Filter,
        before: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>> {
        let mut reader = self.db.read().await?;
        Ok(messages::list(&mut reader, by.business_id, filter, before, limit).await?)
    }

    pub async fn message(&self, by: By, id: MessageId) -> Result<Message> {
        messages::get(&mut self.db.read().await?, by.business_id, id)
            .await?
            .ok_or(NO_MESSAGE)
    }

    /// Done, or open again. One that is so already keeps its time.
    pub async fn settle_message(
        &self,
        by: By,
        id: MessageId,
        expected: Option<i64>,
        done: bool,
    ) -> Result<Message> {
        retrying(|| async {
            let mut tx = self.db.write().await?;
            let mut message = messages::get(&mut tx, by.business_id, id)
                .await?
                .ok_or(NO_MESSAGE)?;
            checks::fresh(expected, message.version)?;
            if message.done_at.is_some() == done {
                return Ok(message);
            }
            message.updated_at = self.clock.now();
            message.done_at = done.then_some(message.updated_at);
            checks::written(messages::update(&mut tx, by.business_id, &message).await?)?;
            tx.commit().await?;
            message.version += 1;
            Ok(message)
        })
        .await
    }
}
