//! Bookings and holds. That two of one person can't overlap is the tables' own promise, and comes back as `SlotTaken`.

use chrono::{DateTime, Duration, Utc};
use sqlx::{AssertSqlSafe, Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::{Error, Reader, Result, Tx, on, row::Place};
use crate::domain::{
    Booking, BookingId, BookingStatus, BusinessId, CallId, CustomerId, Interval, Money, ServiceId,
    Source, StaffId, Sync,
};

/// No booking is busy for longer; the tables check it. Whoever looks for overlaps need not look back further.
pub(super) const LONGEST_BUSY: Duration = Duration::days(2);

macro_rules! select_booking {
    ($rest:literal) => {
        concat!(
            "select id, staff_id, service_id, customer_id, for_name, starts_at, ends_at, busy_from, busy_until, ",
            "status, source, hold_expires_at, unverified, notes, price_minor, price_currency, cancel_reason, ",
            "call_id, sync_status, sync_error, last_synced_at, version, created_at, updated_at from bookings ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    staff_id: Uuid,
    service_id: Uuid,
    customer_id: Option<Uuid>,
    for_name: Option<String>,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    busy_from: DateTime<Utc>,
    busy_until: DateTime<Utc>,
    status: String,
    source: String,
    hold_expires_at: Option<DateTime<Utc>>,
    unverified: bool,
    notes: Option<String>,
    price_minor: Option<i64>,
    price_currency: Option<String>,
    cancel_reason: Option<String>,
    call_id: Option<Uuid>,
    sync_status: Option<String>,
    sync_error: Option<String>,
    last_synced_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<Row> for Booking {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let place = Place {
            table: "bookings",
            row: &row.id,
        };
        let sync = place
            .parse_some(row.sync_status.as_deref())?
            .map(|status| Sync {
                status,
                error: row.sync_error,
                last_synced_at: row.last_synced_at,
            });
        Ok(Self {
            id: BookingId(row.id),
            staff_id: StaffId(row.staff_id),
            service_id: ServiceId(row.service_id),
            customer_id: row.customer_id.map(CustomerId),
            for_name: place.text_some(row.for_name.as_deref())?,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            busy: place.check(Interval::new(row.busy_from, row.busy_until))?,
            status: place.parse(&row.status)?,
            source: place.parse(&row.source)?,
            hold_expires_at: row.hold_expires_at,
            unverified: row.unverified,
            notes: place.text_some(row.notes.as_deref())?,
            price: place.money(row.price_minor, row.price_currency.as_deref())?,
            cancel_reason: place.text_some(row.cancel_reason.as_deref())?,
            call_id: row.call_id.map(CallId),
            sync,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

pub async fn insert(tx: &mut Tx, business: BusinessId, booking: &Booking) -> Result<()> {
    insert_many(tx, business, std::slice::from_ref(booking)).await
}

/// Some rows with one statement, and then the next: a row alone costs mostly the way there and back.
pub async fn insert_many(tx: &mut Tx, business: BusinessId, bookings: &[Booking]) -> Result<()> {
    const COLUMNS: &str = "business_id, id, staff_id, service_id, customer_id, for_name, starts_at, ends_at, \
                           busy_from, busy_until, status, source, hold_expires_at, unverified, notes, price_minor, \
                           price_currency, cancel_reason, call_id, sync_status, sync_error, last_synced_at, version, \
                           created_at, updated_at";
    const WIDTH: usize = 25;
    /// SQLite looks for each value by walking past those before it, so that a long statement costs more than two short ones.
    const ROWS: usize = 40;
    for rows in bookings.chunks(ROWS) {
        let places: Vec<String> = (0..rows.len())
            .map(|row| {
                let places: Vec<String> = (1..=WIDTH)
                    .map(|column| format!("${}", row * WIDTH + column))
                    .collect();
                format!("({})", places.join(", "))
            })
            .collect();
        let sql = format!(
            "insert into bookings ({COLUMNS}) values {}",
            places.join(", ")
        );
        on!(tx, c => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for booking in rows {
                query = query
                    .bind(business.0)
                    .bind(booking.id.0)
                    .bind(booking.staff_id.0)
                    .bind(booking.service_id.0)
                    .bind(booking.customer_id.map(|id| id.0))
                    .bind(booking.for_name.as_deref())
                    .bind(booking.starts_at)
                    .bind(booking.ends_at)
                    .bind(booking.busy.from())
                    .bind(booking.busy.until())
                    .bind(booking.status.as_str())
                    .bind(booking.source.as_str())
                    .bind(booking.hold_expires_at)
                    .bind(booking.unverified)
                    .bind(booking.notes.as_deref())
                    .bind(booking.price.as_ref().map(Money::minor))
                    .bind(booking.price.as_ref().map(Money::currency))
                    .bind(booking.cancel_reason.as_deref())
                    .bind(booking.call_id.map(|id| id.0))
                    .bind(booking.sync.as_ref().map(|sync| sync.status.as_str()))
                    .bind(booking.sync.as_ref().and_then(|sync| sync.error.as_deref()))
                    .bind(booking.sync.as_ref().and_then(|sync| sync.last_synced_at))
                    .bind(booking.version)
                    .bind(booking.created_at)
                    .bind(booking.updated_at);
            }
            query.execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Writes `booking` over the row that is at its version, which then is one higher. False if the row is at another version.
pub async fn update(tx: &mut Tx, business: BusinessId, booking: &Booking) -> Result<bool> {
    let sql = "update bookings set staff_id = $4, service_id = $5, customer_id = $6, for_name = $7, starts_at = $8, \
               ends_at = $9, busy_from = $10, busy_until = $11, status = $12, source = $13, hold_expires_at = $14, \
               unverified = $15, notes = $16, price_minor = $17, price_currency = $18, cancel_reason = $19, \
               call_id = $20, updated_at = $21, version = version + 1 \
               where business_id = $1 and id = $2 and version = $3";
    let changed = on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(booking.id.0)
        .bind(booking.version)
        .bind(booking.staff_id.0)
        .bind(booking.service_id.0)
        .bind(booking.customer_id.map(|id| id.0))
        .bind(booking.for_name.as_deref())
        .bind(booking.starts_at)
        .bind(booking.ends_at)
        .bind(booking.busy.from())
        .bind(booking.busy.until())
        .bind(booking.status.as_str())
        .bind(booking.source.as_str())
        .bind(booking.hold_expires_at)
        .bind(booking.unverified)
        .bind(booking.notes.as_deref())
        .bind(booking.price.as_ref().map(Money::minor))
        .bind(booking.price.as_ref().map(Money::currency))
        .bind(booking.cancel_reason.as_deref())
        .bind(booking.call_id.map(|id| id.0))
        .bind(booking.updated_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

pub async fn get(
    reader: &mut Reader,
    business: BusinessId,
    id: BookingId,
) -> Result<Option<Booking>> {
    let sql = select_booking!("where business_id = $1 and id = $2");
    let row: Option<Row> =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(id.0).fetch_optional(c).await)?;
    row.map(Booking::try_from).transpose()
}

/// The bookings that a call made and holds, oldest first.
pub async fn of_call(
    reader: &mut Reader,
    business: BusinessId,
    call: CallId,
) -> Result<Vec<Booking>> {
    let sql = select_booking!("where business_id = $1 and call_id = $2 order by id");
    let rows: Vec<Row> =
        on!(reader, c => sqlx::query_as(sql).bind(business.0).bind(call.0).fetch_all(c).await)?;
    rows.into_iter().map(Booking::try_from).collect()
}

/// Holds leave no trace: nothing was promised.
pub async fn delete_hold(tx: &mut Tx, business: BusinessId, id: BookingId) -> Result<bool> {
    let sql = "delete from bookings where business_id = $1 and id = $2 and status = 'held'";
    let deleted = on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(id.0).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(deleted == 1)
}

pub async fn delete_holds_of_call(tx: &mut Tx, business: BusinessId, call: CallId) -> Result<u64> {
    let sql = "delete from bookings where business_id = $1 and call_id = $2 and status = 'held'";
    Ok(on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(call.0).execute(c).await.map(|done| done.rows_affected()))?)
}

/// Clears what would keep a person's time although nobody waits for it any more.
pub async fn delete_expired_holds(
    tx: &mut Tx,
    business: BusinessId,
    staff: StaffId,
    time: &Interval,
    now: DateTime<Utc>,
) -> Result<u64> {
    let sql = "delete from bookings where business_id = $1 and staff_id = $2 and status = 'held' \
               and hold_expires_at <= $3 and busy_from < $4 and busy_until > $5 and busy_from > $6";
    Ok(on!(tx, c => sqlx::query(sql)
        .bind(business.0)
        .bind(staff.0)
        .bind(now)
        .bind(time.until())
        .bind(time.from())
        .bind(time.from() - LONGEST_BUSY)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
}

/// Which bookings a list shows. Holds are in none.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub staff: Option<StaffId>,
    pub customer: Option<CustomerId>,
    pub status: Option<BookingStatus>,
    pub source: Option<Source>,
    pub from: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
}

/// The place in a list after which a page begins: the start and id of the last booking seen.
pub type After = (DateTime<Utc>, BookingId);

/// In order of their start.
pub async fn list(
    reader: &mut Reader,
    business: BusinessId,
    filter: &Filter,
    after: Option<After>,
    limit: u32,
) -> Result<Vec<Booking>> {
    let rows: Vec<Row> = on!(reader, c => list_query(business, filter, after, limit)
        .build_query_as()
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(Booking::try_from).collect()
}

fn list_query<DB: Database>(
    business: BusinessId,
    filter: &Filter,
    after: Option<After>,
    limit: u32,
) -> QueryBuilder<DB>
where
    for<'q> Uuid: Encode<'q, DB> + Type<DB>,
    for<'q> DateTime<Utc>: Encode<'q, DB> + Type<DB>,
    for<'q> &'static str: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(select_booking!("where status <> 'held' and business_id = "));
    query.push_bind(business.0);
    if let Some(staff) = filter.staff {
        query.push(" and staff_id = ").push_bind(staff.0);
    }
    if let Some(customer) = filter.customer {
        query.push(" and customer_id = ").push_bind(customer.0);
    }
    if let Some(status) = filter.status {
        query.push(" and status = ").push_bind(status.as_str());
    }
    if let Some(source) = filter.source {
        query.push(" and source = ").push_bind(source.as_str());
    }
    if let Some(from) = filter.from {
        query.push(" and starts_at >= ").push_bind(from);
    }
    if let Some(until) = filter.until {
        query.push(" and starts_at < ").push_bind(until);
    }
    if let Some((starts_at, id)) = after {
        query.push(" and (starts_at, id) > (").push_bind(starts_at);
        query.push(", ").push_bind(id.0).push(")");
    }
    query
        .push(" order by starts_at, id limit ")
        .push_bind(i64::from(limit));
    query
}
