//! Keys for programs: made, shown once, checked on every request, revoked.

use std::collections::BTreeSet;

use chrono::Duration;
use secrecy::SecretString;

use super::{By, Desk, Error, Result, retrying, token::Token};
use crate::{
    domain::{Actor, ActorKind, ApiKey, ApiKeyId, Name, Scope},
    store::api_keys,
};

const KIND: &str = "rbk";
/// So that a busy key doesn't write a row with every request.
const BETWEEN_TOUCHES: Duration = Duration::minutes(1);

impl Desk {
    /// Nobody can give away more than they have: `holder` is what the maker may do.
    pub async fn make_key(
        &self,
        by: By,
        holder: &BTreeSet<Scope>,
        name: Name,
        scopes: BTreeSet<Scope>,
    ) -> Result<(ApiKey, SecretString)> {
        if scopes.is_empty() {
            return Err(Error::invalid(
                "scopes",
                "name at least one; a key without any could do nothing",
            ));
        }
        if let Some(beyond) = scopes.difference(holder).next() {
            return Err(Error::Refused {
                code: "scope_not_held",
                why: format!(
                    "a key can't get the scope `{beyond}` from somebody who doesn't have it"
                ),
            });
        }
        let token = Token::new(self.clock.id(), &self.clock);
        let key = ApiKey {
            id: ApiKeyId(token.id),
            name,
            scopes,
            created_at: self.clock.now(),
            last_used_at: None,
            revoked_at: None,
        };
        retrying(async || {
            let mut tx = self.db.write().await?;
            api_keys::insert(&mut tx, by.business_id, &key, &token.hash()).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok((key, token.show(KIND)))
    }

    pub async fn keys(&self, by: By, after: Option<ApiKeyId>, limit: u32) -> Result<Vec<ApiKey>> {
        let mut reader = self.db.read().await?;
        Ok(api_keys::list(&mut reader, by.business_id, after, limit).await?)
    }

    pub async fn key(&self, by: By, id: ApiKeyId) -> Result<ApiKey> {
        let mut reader = self.db.read().await?;
        api_keys::get(&mut reader, by.business_id, id)
            .await?
            .ok_or(Error::NotFound("API key"))
    }

    /// Works at once, and once: a key that was revoked stays so.
    pub async fn revoke_key(&self, by: By, id: ApiKeyId) -> Result<()> {
        retrying(async || {
            let mut tx = self.db.write().await?;
            if !api_keys::revoke(&mut tx, by.business_id, id, self.clock.now()).await?
                && api_keys::get(&mut tx, by.business_id, id).await?.is_none()
            {
                return Err(Error::NotFound("API key"));
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Whose key this is and what it opens. Nothing for one that opens nothing, whatever the reason.
    pub async fn holder_of_key(
        &self,
        shown: &str,
    ) -> Result<Option<(ApiKeyId, By, BTreeSet<Scope>)>> {
        let Some(token) = Token::parse(KIND, shown) else {
            return Ok(None);
        };
        let known = api_keys::known(&mut self.db.read().await?, ApiKeyId(token.id)).await?;
        let Some(known) =
            known.filter(|known| token.hashes_to(&known.hash) && known.key.revoked_at.is_none())
        else {
            return Ok(None);
        };
        let by = By {
            business_id: known.business_id,
            actor: Actor::new(ActorKind::ApiKey, token.id),
        };
        let now = self.clock.now();
        if known
            .key
            .last_used_at
            .is_none_or(|last| now - last >= BETWEEN_TOUCHES)
            && let Err(error) = self.touch_key(by, known.key.id).await
        {
            tracing::warn!(%error, "the last use of an API key was not written down");
        }
        Ok(Some((known.key.id, by, known.key.scopes)))
    }

    async fn touch_key(&self, by: By, id: ApiKeyId) -> Result<()> {
        let mut tx = self.db.write().await?;
        api_keys::touch(&mut tx, by.business_id, id, self.clock.now()).await?;
        Ok(tx.commit().await?)
    }
}
