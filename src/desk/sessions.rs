//! Logging in, staying logged in, logging out.
//!
//! A session is one login on one device. The device holds a refresh token that is good for one use: using it gives the next one. A
//! token that comes a second time was copied by somebody, and nobody can say who is the thief, so the session ends for both.

use chrono::{DateTime, Duration, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::{Desk, Error, password, retrying, token::Token};
use crate::{
    domain::{BusinessId, Email, Membership, Role, SessionId, UserId},
    store::{
        Tx,
        sessions::{self, Session},
        users,
    },
};

const KIND: &str = "rbr";
/// A device that isn't used for so long has to log in again.
const IDLE: Duration = Duration::days(30);
/// How many replaced tokens a session knows again. An older one opens nothing either; it just doesn't end the session.
const REMEMBERED: usize = 100;

/// Why somebody is not logged in.
#[derive(Debug, thiserror::Error)]
pub enum NotLoggedIn {
    /// Unknown address or wrong password: which of the two is nobody's business.
    #[error("the e-mail address or the password is wrong")]
    WrongPassword,
    #[error("the refresh token is not valid any more")]
    BadToken,
    #[error("you don't work for that business")]
    NotAMember,
    #[error(transparent)]
    Desk(#[from] Error),
}

impl From<crate::store::Error> for NotLoggedIn {
    fn from(error: crate::store::Error) -> Self {
        Self::Desk(error.into())
    }
}

/// A running session, as it is told to the device.
#[derive(Debug)]
pub struct LoggedIn {
    pub session_id: SessionId,
    pub user_id: UserId,
    /// The business that the session looks at.
    pub business_id: BusinessId,
    pub role: Role,
    /// All that it could look at.
    pub memberships: Vec<Membership>,
    pub refresh_token: SecretString,
    pub refresh_expires_at: DateTime<Utc>,
}

impl Desk {
    /// Without a business, the session looks at the first one that the person came to work for.
    pub async fn log_in(
        &self,
        email: &Email,
        password: &SecretString,
        business: Option<BusinessId>,
    ) -> Result<LoggedIn, NotLoggedIn> {
        let user = users::by_email(&mut self.db.read().await?, email).await?;
        let hash = user.as_ref().map(|user| user.password_hash.as_str());
        let matches = password::matches(password, hash).await?;
        let Some(user) = user.filter(|_| matches) else {
            return Err(NotLoggedIn::WrongPassword);
        };

        let mut tx = self.db.write().await?;
        let memberships = users::memberships(&mut tx, user.id).await?;
        let chosen = choose(&memberships, business, None)?;
        let now = self.clock.now();
        let token = Token::new(self.clock.id(), &self.clock);
        let session = Session {
            id: SessionId(token.id),
            user_id: user.id,
            business_id: Some(chosen.business_id),
            token_hash: token.hash(),
            used_hashes: Vec::new(),
            expires_at: now + IDLE,
            ended_at: None,
        };
        sessions::insert(&mut tx, &session, now).await?;
        tx.commit().await?;
        Ok(logged_in(&session, &token, &chosen, memberships))
    }

    /// Trades a refresh token for the next one, and may turn the session to another business.
    pub async fn refresh(
        &self,
        shown: &SecretString,
        business: Option<BusinessId>,
    ) -> Result<LoggedIn, NotLoggedIn> {
        let token = Token::parse(KIND, shown.expose_secret()).ok_or(NotLoggedIn::BadToken)?;
        let mut tx = self.db.write().await?;
        let now = self.clock.now();
        let mut session = sessions::get(&mut tx, SessionId(token.id))
            .await?
            .filter(|session| session.ended_at.is_none() && session.expires_at > now)
            .ok_or(NotLoggedIn::BadToken)?;
        let old = session.token_hash.clone();
        if !token.hashes_to(&old) {
            if session.used_hashes.iter().any(|used| token.hashes_to(used)) {
                return Err(end_because_copied(tx, session.id, now).await);
            }
            return Err(NotLoggedIn::BadToken);
        }

        let memberships = users::memberships(&mut tx, session.user_id).await?;
        let chosen = choose(&memberships, business, session.business_id)?;
        let next = Token::new(token.id, &self.clock);
        session.business_id = Some(chosen.business_id);
        session.token_hash = next.hash();
        session.used_hashes.insert(0, old.clone());
        session.used_hashes.truncate(REMEMBERED);
        session.expires_at = now + IDLE;
        if !sessions::rotate(&mut tx, &session, &old).await? {
            return Err(end_because_copied(tx, session.id, now).await);
        }
        tx.commit().await?;
        Ok(logged_in(&session, &next, &chosen, memberships))
    }

    /// Ends the session of a refresh token. One that opens nothing is as good as logged out.
    pub async fn log_out(&self, shown: &SecretString) -> Result<(), Error> {
        let Some(token) = Token::parse(KIND, shown.expose_secret()) else {
            return Ok(());
        };
        retrying(async || {
            let mut tx = self.db.write().await?;
            let session = sessions::get(&mut tx, SessionId(token.id)).await?;
            let holds_it = session.is_some_and(|session| {
                token.hashes_to(&session.token_hash)
                    || session.used_hashes.iter().any(|used| token.hashes_to(used))
            });
            if holds_it {
                sessions::end(&mut tx, SessionId(token.id), self.clock.now()).await?;
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    /// What a running session may be in a business at this moment; nothing if it is over, or if the person doesn't work there.
    pub async fn role_now(
        &self,
        session: SessionId,
        business: BusinessId,
    ) -> Result<Option<Role>, Error> {
        let mut reader = self.db.read().await?;
        Ok(sessions::role_now(&mut reader, session, business, self.clock.now()).await?)
    }
}

/// The business that was asked for; else the one of the session, else the first.
fn choose(
    memberships: &[Membership],
    wanted: Option<BusinessId>,
    last: Option<BusinessId>,
) -> Result<Membership, NotLoggedIn> {
    let find = |id: BusinessId| memberships.iter().find(|place| place.business_id == id);
    match wanted {
        Some(wanted) => find(wanted),
        None => last.and_then(find).or(memberships.first()),
    }
    .cloned()
    .ok_or(NotLoggedIn::NotAMember)
}

async fn end_because_copied(mut tx: Tx, session: SessionId, now: DateTime<Utc>) -> NotLoggedIn {
    tracing::warn!(session.id = %session, "a refresh token was used twice; its session is ended");
    let ended = async {
        sessions::end(&mut tx, session, now).await?;
        tx.commit().await
    };
    match ended.await {
        Ok(()) => NotLoggedIn::BadToken,
        Err(error) => error.into(),
    }
}

fn logged_in(
    session: &Session,
    token: &Token,
    chosen: &Membership,
    memberships: Vec<Membership>,
) -> LoggedIn {
    LoggedIn {
        session_id: session.id,
        user_id: session.user_id,
        business_id: chosen.business_id,
        role: chosen.role,
        memberships,
        refresh_token: token.show(KIND),
        refresh_expires_at: session.expires_at,
    }
}
