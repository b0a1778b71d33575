//! The tables `customers` and `customer_history`.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Error, Handle, Reader, Result, Tx, on, row::Place};
use crate::domain::{
    BusinessId, Customer, CustomerId, Email, Gender, HistoryEntry, HistoryEntryId, Name, OptOuts,
    PhoneNumber,
};

macro_rules! select_customer {
    ($rest:literal) => {
        concat!(
            "select id, phone, name, email, gender, date_of_birth, preferences, no_sms, no_email,
                    version, created_at, updated_at
             from customers ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    phone: String,
    name: String,
    email: Option<String>,
    gender: Option<String>,
    date_of_birth: Option<NaiveDate>,
    preferences: Value,
    no_sms: bool,
    no_email: bool,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<Row> for Customer {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let place = Place {
            table: "customers",
            row: &row.id,
        };
        Ok(Self {
            id: CustomerId(row.id),
            phone: place.parse(&row.phone)?,
            name: place.text(&row.name)?,
            email: place.parse_some(row.email.as_deref())?,
            gender: place.parse_some(row.gender.as_deref())?,
            date_of_birth: row.date_of_birth,
            preferences: place.json(row.preferences)?,
            opt_outs: OptOuts {
                sms: row.no_sms,
                email: row.no_email,
            },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// [`Error::Duplicate`] when the business has a customer with this number.
pub async fn insert(tx: &mut Tx, business: BusinessId, customer: &Customer) -> Result<()> {
    if insert_unless_known(tx, business, customer).await? {
        Ok(())
    } else {
        Err(Error::Duplicate("phone"))
    }
}

async fn insert_unless_known(
    tx: &mut Tx,
    business: BusinessId,
    customer: &Customer,
) -> Result<bool> {
    let sql = "insert into customers
               (business_id, id, phone, name, email, gender, date_of_birth, preferences, no_sms,
                no_email, version, created_at, updated_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
               on conflict (business_id, phone) do nothing";
    let inserted = on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(customer.id.0)
        .bind(customer.phone.as_str())
        .bind(customer.name.as_str())
        .bind(customer.email.as_ref().map(Email::as_str))
        .bind(customer.gender.map(Gender::as_str))
        .bind(customer.date_of_birth)
        .bind(Json(&customer.preferences))
        .bind(customer.opt_outs.sms)
        .bind(customer.opt_outs.email)
        .bind(customer.version)
        .bind(customer.created_at)
        .bind(customer.updated_at)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

/// Whoever has this number already, exactly as they are: a call must never rename a customer. Otherwise `newcomer`. Either way
/// the row is there until the transaction ends.
pub async fn find_or_insert(
    tx: &mut Tx,
    business: BusinessId,
    newcomer: &Customer,
) -> Result<Customer> {
    if insert_unless_known(tx, business, newcomer).await? {
        return Ok(newcomer.clone());
    }
    let known = by_phone(tx, business, &newcomer.phone).await?;
    match known {
        Some(known) if lock(tx, business, known.id).await? => Ok(known),
        // Erased between two of our statements: the next try will insert.
        _ => Err(Error::Contention),
    }
}

/// Keeps a customer from being changed or erased until the transaction ends; false if there is none. After the locks on staff,
/// never before. On SQLite a writing transaction is alone anyway.
pub async fn lock(tx: &mut Tx, business: BusinessId, id: CustomerId) -> Result<bool> {
    let sql = match tx.handle() {
        Handle::Sqlite(_) => "select 1 from customers where business_id = $1 and id = $2",
        Handle::Postgres(_) => {
            "select 1 from customers where business_id = $1 and id = $2 for update"
        }
    };
    let found = on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(id.0).fetch_optional(c).await.map(|row| row.is_some()))?;
    Ok(found)
}

pub async fn get(
    reader: &mut Reader,
    business: BusinessId,
    id: CustomerId,
) -> Result<Option<Customer>> {
    let sql = select_customer!("where business_id = $1 and id = $2");
    let row: Option<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(id.0).fetch_optional(c).await)?;
    row.map(Customer::try_from).transpose()
}

pub async fn by_phone(
    reader: &mut Reader,
    business: BusinessId,
    phone: &PhoneNumber,
) -> Result<Option<Customer>> {
    let sql = select_customer!("where business_id = $1 and phone = $2");
    let row: Option<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(phone.as_str()).fetch_optional(c).await)?;
    row.map(Customer::try_from).transpose()
}

/// Which customers a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// How one of their names begins. Without regard to case, but for letters outside ASCII on SQLite.
    pub name: Option<Name>,
    pub phone: Option<PhoneNumber>,
}

/// At most `limit` customers whose ids come after `after`, in the order of their ids.
pub async fn list(
    reader: &mut Reader,
    business: BusinessId,
    filter: &Filter,
    after: Option<CustomerId>,
    limit: u32,
) -> Result<Vec<Customer>> {
    let sql = select_customer!(
        "where business_id = $1 and id > $2
           and ($3 is null or lower(' ' || name) like lower($3) escape '!')
           and ($4 is null or phone = $4)
         order by id limit $5"
    );
    let rows: Vec<Row> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0)
        .bind(after.map_or(Uuid::nil(), |id| id.0))
        .bind(filter.name.as_deref().map(begins_a_word))
        .bind(filter.phone.as_ref().map(PhoneNumber::as_str))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    rows.into_iter().map(Customer::try_from).collect()
}

/// A pattern for a text with a space put before it.
fn begins_a_word(start: &str) -> String {
    let mut pattern = String::from("% ");
    for character in start.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// Writes a customer over the row that is at its version, which then is one higher. False if the row is at another version.
pub async fn update(tx: &mut Tx, business: BusinessId, customer: &Customer) -> Result<bool> {
    let sql = "update customers set phone = $4, name = $5, email = $6, gender = $7,
                   date_of_birth = $8, preferences = $9, no_sms = $10, no_email = $11,
                   updated_at = $12, version = version + 1
               where business_id = $1 and id = $2 and version = $3";
    let written = on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(customer.id.0)
        .bind(customer.version)
        .bind(customer.phone.as_str())
        .bind(customer.name.as_str())
        .bind(customer.email.as_ref().map(Email::as_str))
        .bind(customer.gender.map(Gender::as_str))
        .bind(customer.date_of_birth)
        .bind(Json(&customer.preferences))
        .bind(customer.opt_outs.sms)
        .bind(customer.opt_outs.email)
        .bind(customer.updated_at)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(written == 1)
}

#[derive(sqlx::FromRow)]
struct HistoryRow {
    id: Uuid,
    customer_id: Uuid,
    kind: String,
    text: String,
    recorded_at: DateTime<Utc>,
}

impl TryFrom<HistoryRow> for HistoryEntry {
    type Error = Error;

    fn try_from(row: HistoryRow) -> Result<Self> {
        let place = Place {
            table: "customer_history",
            row: &row.id,
        };
        Ok(Self {
            id: HistoryEntryId(row.id),
            customer_id: CustomerId(row.customer_id),
            kind: place.parse(&row.kind)?,
            text: place.text(&row.text)?,
            recorded_at: row.recorded_at,
        })
    }
}

pub async fn insert_history(tx: &mut Tx, business: BusinessId, entry: &HistoryEntry) -> Result<()> {
    let sql = "insert into customer_history
               (business_id, id, customer_id, kind, text, recorded_at)
               values ($1, $2, $3, $4, $5, $6)";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(entry.id.0)
        .bind(entry.customer_id.0)
        .bind(entry.kind.as_str())
        .bind(entry.text.as_str())
        .bind(entry.recorded_at)
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Oldest first.
pub async fn history(
    reader: &mut Reader,
    business: BusinessId,
    customer: CustomerId,
    after: Option<HistoryEntryId>,
    limit: u32,
) -> Result<Vec<HistoryEntry>> {
    let sql = "select id, customer_id, kind, text, recorded_at from customer_history
               where business_id = $1 and customer_id = $2 and id > $3 order by id limit $4";
    let rows: Vec<HistoryRow> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0)
        .bind(customer.0)
        .bind(after.map_or(Uuid::nil(), |id| id.0))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    rows.into_iter().map(HistoryEntry::try_from).collect()
}

/// Whether there was one to remove.
pub async fn remove_history(
    tx: &mut Tx,
    business: BusinessId,
    customer: CustomerId,
    id: HistoryEntryId,
) -> Result<bool> {
    let sql = "delete from customer_history
               where business_id = $1 and customer_id = $2 and id = $3";
    let removed = on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(customer.0).bind(id.0)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(removed == 1)
}
