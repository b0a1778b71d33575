//! The one large question to the database: what time of whom is kept. It is asked while a caller waits.

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{Handle, Reader, Result, bookings::LONGEST_BUSY, row::Place, staff::Whose};
use crate::domain::{BookingId, BusinessId, Interval, StaffId};

/// A booking and a hold that are in nobody's way.
pub type ButNot = [Option<BookingId>; 2];

type Times = Vec<DateTime<Utc>>;

/// The time that bookings and live holds keep, buffers included, where it overlaps `during`. `but_not` leaves some out: a booking
/// that is being moved is not in its own way, nor is a hold in the way of the call it belongs to.
///
/// A fortnight of a busy house is thousands of times, so they come as one row for each person: a row costs more than a time does.
pub async fn of(
    reader: &mut Reader,
    business: BusinessId,
    whose: Whose,
    during: &Interval,
    but_not: ButNot,
    now: DateTime<Utc>,
) -> Result<Vec<(StaffId, Vec<Interval>)>> {
    let condition = whose.condition("staff_id");
    let rest = format!(
        "from bookings where business_id = $1 and {condition} and status in ('held', 'tentative', 'booked')
           and busy_from < $3 and busy_from > $4 and busy_until > $5
           and (status <> 'held' or hold_expires_at > $6) and id not in ($7, $8)
         group by staff_id"
    );
    let id = whose.id(business);
    let (from, until) = (during.from(), during.until());
    let [booking, hold] = but_not.map(|id| id.map_or(Uuid::nil(), |id| id.0));
    match reader.handle() {
        Handle::Sqlite(c) => {
            let sql = format!(
                "select staff_id, group_concat(busy_from || ' ' || busy_until, ' ') {rest}"
            );
            let rows: Vec<(Uuid, String)> = sqlx::query_as(AssertSqlSafe(sql))
                .bind(business.0)
                .bind(id)
                .bind(until)
                .bind(from - LONGEST_BUSY)
                .bind(from)
                .bind(now)
                .bind(booking)
                .bind(hold)
                .fetch_all(c)
                .await?;
            rows.into_iter()
                .map(|(staff, times)| {
                    let place = Place {
                        table: "bookings",
                        row: &staff,
                    };
                    let times = times.split(' ').map(|time| place.instant(time));
                    kept(
                        staff,
                        times
                            .collect::<Result<Vec<_>>>()?
                            .chunks_exact(2)
                            .map(|pair| (pair[0], pair[1])),
                    )
                })
                .collect()
        }
        Handle::Postgres(c) => {
            let sql =
                format!("select staff_id, array_agg(busy_from), array_agg(busy_until) {rest}");
            let rows: Vec<(Uuid, Times, Times)> = sqlx::query_as(AssertSqlSafe(sql))
                .bind(business.0)
                .bind(id)
                .bind(until)
                .bind(from - LONGEST_BUSY)
                .bind(from)
                .bind(now)
                .bind(booking)
                .bind(hold)
                .fetch_all(c)
                .await?;
            rows.into_iter()
                .map(|(staff, from, until)| kept(staff, from.into_iter().zip(until)))
                .collect()
        }
    }
}

fn kept(
    staff: Uuid,
    times: impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)>,
) -> Result<(StaffId, Vec<Interval>)> {
    let place = Place {
        table: "bookings",
        row: &staff,
    };
    let times = times.map(|(from, until)| place.check(Interval::new(from, until)));
    Ok((StaffId(staff), times.collect::<Result<_>>()?))
}
