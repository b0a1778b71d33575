//! Writing down who did what to a booking, in the transaction that does it.

use super::{By, Error, Result};
use crate::{
    clock::Clock,
    domain::{Action, Booking, Change, ChangeId, Invalid},
    store::{self, Tx, changes},
};

pub(super) async fn write(
    tx: &mut Tx,
    by: By,
    clock: &Clock,
    action: Action,
    before: Option<&Booking>,
    after: &Booking,
) -> Result<()> {
    let change = Change {
        id: ChangeId(clock.id()),
        booking_id: after.id,
        at: clock.now(),
        actor: by.actor,
        action,
        before: before.map(record).transpose()?,
        after: record(after)?,
    };
    Ok(changes::insert(tx, by.business_id, &change).await?)
}

/// A booking as it is kept in the audit trail and under an idempotency key.
pub(super) fn record(booking: &Booking) -> Result<serde_json::Value> {
    serde_json::to_value(booking).map_err(|why| {
        Error::Store(store::Error::Inconsistent {
            table: "bookings",
            row: booking.id.to_string(),
            why: Invalid::new(why.to_string()),
        })
    })
}
