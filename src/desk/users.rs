//! Who works for a business, and as what.
//!
//! A person may work for several, with one login. So what one owner may do to a person ends where another business begins: they can
//! take their own place away, not the person's name or password.

use secrecy::SecretString;

use super::{By, Desk, Error, Password, Result, password, retrying};
use crate::{
    domain::{Email, Member, Membership, Name, Role, SessionId, UserId},
    store::{
        sessions,
        users::{self, User},
    },
};

/// Somebody who is to work for a business.
#[derive(Debug, Clone)]
pub struct Invitation {
    pub email: Email,
    pub name: Name,
    pub role: Role,
    /// Without one, one is made up.
    pub password: Option<Password>,
}

#[derive(Debug)]
pub struct Invited {
    pub member: Member,
    /// The password of a new person, to be passed on. Somebody who had a login already keeps theirs.
    pub password: Option<Password>,
}

impl Desk {
    /// A person who is known by that address gets one more business; their name and password stay.
    pub async fn invite(&self, by: By, invitation: &Invitation) -> Result<Invited> {
        let known = users::by_email(&mut self.db.read().await?, &invitation.email).await?;
        let first_login = if known.is_some() {
            None
        } else {
            let password = match &invitation.password {
                Some(password) => password.clone(),
                None => Password::made_up(&self.clock),
            };
            let hash = password.hash(&self.clock).await?;
            Some((password, hash))
        };
        let hash = first_login.as_ref().map(|(_, hash)| hash.as_str());
        let member = retrying(|| self.add_member(by, invitation, hash)).await?;
        Ok(Invited {
            member,
            password: first_login.map(|(password, _)| password),
        })
    }

    async fn add_member(&self, by: By, who: &Invitation, hash: Option<&str>) -> Result<Member> {
        let mut tx = self.db.write().await?;
        users::lock_members(&mut tx, by.business_id).await?;
        let now = self.clock.now();
        let user_id = match (users::by_email(&mut tx, &who.email).await?, hash) {
            (None, Some(hash)) => {
                let user = User {
                    id: UserId(self.clock.id()),
                    email: who.email.clone(),
                    name: who.name.clone(),
                    password_hash: hash.to_owned(),
                    version: 1,
                };
                users::insert(&mut tx, &user, now).await?;
                user.id
            }
            (Some(user), None) => user.id,
            // Somebody else invited, or removed, the same person in between.
            (Some(_), Some(_)) | (None, None) => return Err(Error::Duplicate("email")),
        };
        if users::member(&mut tx, by.business_id, user_id)
            .await?
            .is_some()
        {
            return Err(Error::Duplicate("email"));
        }
        users::insert_membership(&mut tx, by.business_id, user_id, who.role, now).await?;
        let member = users::member(&mut tx, by.business_id, user_id)
            .await?
            .ok_or(NO_MEMBER)?;
        tx.commit().await?;
        Ok(member)
    }

    pub async fn members(&self, by: By, after: Option<UserId>, limit: u32) -> Result<Vec<Member>> {
        let mut reader = self.db.read().await?;
        Ok(users::members(&mut reader, by.business_id, after, limit).await?)
    }

    pub async fn member(&self, by: By, user: UserId) -> Result<Member> {
        let mut reader = self.db.read().await?;
        users::member(&mut reader, by.business_id, user)
            .await?
            .ok_or(NO_MEMBER)
    }

    pub async fn change_role(
        &self,
        by: By,
        user: UserId,
        version: i64,
        role: Role,
    ) -> Result<Member> {
        retrying(async || {
            let mut tx = self.db.write().await?;
            users::lock_members(&mut tx, by.business_id).await?;
            let mut member = users::member(&mut tx, by.business_id, user)
                .await?
                .ok_or(NO_MEMBER)?;
            if member.version != version {
                return Err(Error::Stale {
                    current: member.version,
                });
            }
            if member.role == Role::Owner && role != Role::Owner {
                keep_an_owner(users::count_owners(&mut tx, by.business_id).await?)?;
            }
            member.role = role;
            if !users::update_role(&mut tx, by.business_id, &member, self.clock.now()).await? {
                return Err(Error::Stale {
                    current: version + 1,
                });
            }
            tx.commit().await?;
            member.version += 1;
            Ok(member)
        })
        .await
    }

    /// Somebody who then works nowhere is forgotten altogether.
    pub async fn remove_member(&self, by: By, user: UserId) -> Result<()> {
        retrying(async || {
            let mut tx = self.db.write().await?;
            users::lock_members(&mut tx, by.business_id).await?;
            let member = users::member(&mut tx, by.business_id, user)
                .await?
                .ok_or(NO_MEMBER)?;
            if member.role == Role::Owner {
                keep_an_owner(users::count_owners(&mut tx, by.business_id).await?)?;
            }
            users::delete_membership(&mut tx, by.business_id, user).await?;
            if users::memberships(&mut tx, user).await?.is_empty() {
                users::delete(&mut tx, user).await?;
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    /// For somebody who forgot theirs. All their sessions end.
    pub async fn reset_password(&self, by: By, user: UserId) -> Result<Password> {
        self.member(by, user).await?;
        let made_up = Password::made_up(&self.clock);
        let hash = made_up.hash(&self.clock).await?;
        retrying(async || {
            let mut tx = self.db.write().await?;
            users::member(&mut tx, by.business_id, user).await?.ok_or(NO_MEMBER)?;
            if users::memberships(&mut tx, user).await?.len() > 1 {
                return Err(Error::Refused {
                    code: "works_elsewhere",
                    why: "this person works for another business too, so only they themselves can change their password"
                        .to_owned(),
                });
            }
            let user = users::get(&mut tx, user).await?.ok_or(NO_MEMBER)?;
            let changed = User { password_hash: hash.clone(), ..user };
            if !users::update(&mut tx, &changed, self.clock.now()).await? {
                return Err(Error::Stale { current: changed.version + 1 });
            }
            sessions::end_others(&mut tx, changed.id, None, self.clock.now()).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(made_up)
    }

    /// For the command line, whose user has the database anyway.
    pub async fn set_password(&self, email: &Email, new: &Password) -> Result<()> {
        let hash = new.hash(&self.clock).await?;
        retrying(async || {
            let mut tx = self.db.write().await?;
            let user = users::by_email(&mut tx, email).await?.ok_or(NO_USER)?;
            let changed = User {
                password_hash: hash.clone(),
                ..user
            };
            if !users::update(&mut tx, &changed, self.clock.now()).await? {
                return Err(Error::Stale {
                    current: changed.version + 1,
                });
            }
            sessions::end_others(&mut tx, changed.id, None, self.clock.now()).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    pub async fn memberships(&self, user: UserId) -> Result<Vec<Membership>> {
        let mut reader = self.db.read().await?;
        Ok(users::memberships(&mut reader, user).await?)
    }

    pub async fn rename_user(&self, user: UserId, version: i64, name: &Name) -> Result<()> {
        retrying(async || {
            let mut tx = self.db.write().await?;
            let mut user = users::get(&mut tx, user).await?.ok_or(NO_USER)?;
            if user.version != version {
                return Err(Error::Stale {
                    current: user.version,
                });
            }
            user.name = name.clone();
            if !users::update(&mut tx, &user, self.clock.now()).await? {
                return Err(Error::Stale {
                    current: version + 1,
                });
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    /// One's own password, for which one shows the present one. The other devices have to log in again.
    pub async fn change_password(
        &self,
        user: UserId,
        session: SessionId,
        present: &SecretString,
        new: &Password,
    ) -> Result<()> {
        let known = users::get(&mut self.db.read().await?, user)
            .await?
            .ok_or(NO_USER)?;
        if !password::matches(present, Some(&known.password_hash)).await? {
            return Err(Error::invalid("current_password", "is not your password"));
        }
        let changed = User {
            password_hash: new.hash(&self.clock).await?,
            ..known
        };
        retrying(async || {
            let mut tx = self.db.write().await?;
            if !users::update(&mut tx, &changed, self.clock.now()).await? {
                return Err(Error::Stale {
                    current: changed.version + 1,
                });
            }
            sessions::end_others(&mut tx, user, Some(session), self.clock.now()).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}

const NO_MEMBER: Error = Error::NotFound("user");
const NO_USER: Error = Error::NotFound("user");

fn keep_an_owner(owners: i64) -> Result<()> {
    if owners > 1 {
        return Ok(());
    }
    Err(Error::Refused {
        code: "last_owner",
        why: "a business keeps at least one owner; make somebody else an owner first".to_owned(),
    })
}
