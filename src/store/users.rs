//! People and the businesses they work for. A person is one row wherever they work; what binds them to a business is a membership.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Error, Handle, Reader, Result, Tx, on, row::Place};
use crate::domain::{BusinessId, Email, Member, Membership, Name, Role, UserId};

/// A person, as whoever checks their password sees them.
#[derive(Debug, Clone)]
pub struct User {
    pub id: UserId,
    pub email: Email,
    pub name: Name,
    pub password_hash: String,
    pub version: i64,
}

#[derive(FromRow)]
struct UserRow {
    id: Uuid,
    email: String,
    name: String,
    password_hash: String,
    version: i64,
}

impl TryFrom<UserRow> for User {
    type Error = Error;

    fn try_from(row: UserRow) -> Result<Self> {
        let place = Place {
            table: "users",
            row: &row.id,
        };
        Ok(Self {
            id: UserId(row.id),
            email: place.parse(&row.email)?,
            name: place.text(&row.name)?,
            password_hash: row.password_hash,
            version: row.version,
        })
    }
}

#[derive(FromRow)]
struct MemberRow {
    user_id: Uuid,
    email: String,
    name: String,
    role: String,
    version: i64,
    created_at: DateTime<Utc>,
}

impl TryFrom<MemberRow> for Member {
    type Error = Error;

    fn try_from(row: MemberRow) -> Result<Self> {
        let place = Place {
            table: "memberships",
            row: &row.user_id,
        };
        Ok(Self {
            user_id: UserId(row.user_id),
            email: place.parse(&row.email)?,
            name: place.text(&row.name)?,
            role: place.parse(&row.role)?,
            version: row.version,
            since: row.created_at,
        })
    }
}

#[derive(FromRow)]
struct MembershipRow {
    business_id: Uuid,
    business_name: String,
    role: String,
    created_at: DateTime<Utc>,
}

impl TryFrom<MembershipRow> for Membership {
    type Error = Error;

    fn try_from(row: MembershipRow) -> Result<Self> {
        let place = Place {
            table: "memberships",
            row: &row.business_id,
        };
        Ok(Self {
            business_id: BusinessId(row.business_id),
            business_name: place.text(&row.business_name)?,
            role: place.parse(&row.role)?,
            since: row.created_at,
        })
    }
}

pub async fn insert(tx: &mut Tx, user: &User, now: DateTime<Utc>) -> Result<()> {
    let sql = "insert into users (id, email, name, password_hash, version, created_at, updated_at) \
               values ($1, $2, $3, $4, $5, $6, $6)";
    on!(tx, c => sqlx::query(sql)
        .bind(user.id.0)
        .bind(user.email.as_str())
        .bind(user.name.as_str())
        .bind(&user.password_hash)
        .bind(user.version)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub async fn get(reader: &mut Reader, id: UserId) -> Result<Option<User>> {
    let sql = "select id, email, name, password_hash, version from users where id = $1";
    let row: Option<UserRow> =
        on!(reader, c => sqlx::query_as(sql).bind(id.0).fetch_optional(c).await)?;
    row.map(User::try_from).transpose()
}

pub async fn by_email(reader: &mut Reader, email: &Email) -> Result<Option<User>> {
    let sql = "select id, email, name, password_hash, version from users where email = $1";
    let row: Option<UserRow> =
        on!(reader, c => sqlx::query_as(sql).bind(email.as_str()).fetch_optional(c).await)?;
    row.map(User::try_from).transpose()
}

/// Writes name and password over the row that is at `user`'s version. False if it is at another.
pub async fn update(tx: &mut Tx, user: &User, now: DateTime<Utc>) -> Result<bool> {
    let sql = "update users set name = $3, password_hash = $4, updated_at = $5, version = version + 1 \
               where id = $1 and version = $2";
    let changed = on!(tx, c => sqlx::query(sql)
        .bind(user.id.0)
        .bind(user.version)
        .bind(user.name.as_str())
        .bind(&user.password_hash)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

pub async fn delete(tx: &mut Tx, id: UserId) -> Result<()> {
    on!(tx, c => sqlx::query("delete from users where id = $1").bind(id.0).execute(c).await.map(drop))?;
    Ok(())
}

/// Whoever changes who works for a business waits here for the other who does, so that two owners can't remove each other at once.
/// Writers on `SQLite` have waited already.
pub async fn lock_members(tx: &mut Tx, business: BusinessId) -> Result<()> {
    match tx.handle() {
        Handle::Sqlite(_) => {}
        Handle::Postgres(c) => {
            sqlx::query("select 1 from businesses where id = $1 for update")
                .bind(business.0)
                .execute(c)
                .await?;
        }
    }
    Ok(())
}

pub async fn insert_membership(
    tx: &mut Tx,
    business: BusinessId,
    user: UserId,
    role: Role,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql =
        "insert into memberships (business_id, user_id, role, created_at) values ($1, $2, $3, $4)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(user.0)
        .bind(role.as_str())
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// False if the person, whose row carries the version of both, is at another version.
pub async fn update_role(
    tx: &mut Tx,
    business: BusinessId,
    member: &Member,
    now: DateTime<Utc>,
) -> Result<bool> {
    let person =
        "update users set version = version + 1, updated_at = $3 where id = $1 and version = $2";
    let changed = on!(tx, c => sqlx::query(person)
        .bind(member.user_id.0)
        .bind(member.version)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    let place = "update memberships set role = $3 where business_id = $1 and user_id = $2";
    on!(tx, c => sqlx::query(place)
        .bind(business.0)
        .bind(member.user_id.0)
        .bind(member.role.as_str())
        .execute(c)
        .await
        .map(drop))?;
    Ok(changed == 1)
}

pub async fn delete_membership(tx: &mut Tx, business: BusinessId, user: UserId) -> Result<()> {
    let sql = "delete from memberships where business_id = $1 and user_id = $2";
    on!(tx, c => sqlx::query(sql).bind(business.0).bind(user.0).execute(c).await.map(drop))?;
    Ok(())
}

pub async fn member(
    reader: &mut Reader,
    business: BusinessId,
    user: UserId,
) -> Result<Option<Member>> {
    let sql = "select m.user_id, u.email, u.name, m.role, u.version, m.created_at \
               from memberships m join users u on u.id = m.user_id \
               where m.business_id = $1 and m.user_id = $2";
    let row: Option<MemberRow> = on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(user.0).fetch_optional(c).await)?;
    row.map(Member::try_from).transpose()
}

/// In the order of their ids, which is the order in which they came into the house.
pub async fn members(
    reader: &mut Reader,
    business: BusinessId,
    after: Option<UserId>,
    limit: u32,
) -> Result<Vec<Member>> {
    let sql = "select m.user_id, u.email, u.name, m.role, u.version, m.created_at \
               from memberships m join users u on u.id = m.user_id \
               where m.business_id = $1 and m.user_id > $2 order by m.user_id limit $3";
    let rows: Vec<MemberRow> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0)
        .bind(after.map_or(Uuid::nil(), |id| id.0))
        .bind(i64::from(limit))
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(Member::try_from).collect()
}

pub async fn count_owners(reader: &mut Reader, business: BusinessId) -> Result<i64> {
    let sql = "select count(*) from memberships where business_id = $1 and role = 'owner'";
    let (owners,): (i64,) =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).fetch_one(c).await)?;
    Ok(owners)
}

/// The businesses that a person works for, the first one first.
pub async fn memberships(reader: &mut Reader, user: UserId) -> Result<Vec<Membership>> {
    let sql = "select m.business_id, b.name as business_name, m.role, m.created_at \
               from memberships m join businesses b on b.id = m.business_id \
               where m.user_id = $1 order by m.created_at, m.business_id";
    let rows: Vec<MembershipRow> =
        on!(reader, c => sqlx::query_as(sql).bind(user.0).fetch_all(c).await)?;
    rows.into_iter().map(Membership::try_from).collect()
}
