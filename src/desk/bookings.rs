//! Looking bookings up. Holds are shown nowhere.

use chrono::{DateTime, Utc};

use super::{By, Desk, Error, Result, checks};
use crate::{
    domain::{Booking, BookingId, BookingStatus, Change},
    store::{
        self,
        bookings::{After, Filter},
    },
};

/// A page of bookings, in the order of their start, and where the next one begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Bookings {
    pub items: Vec<Booking>,
    pub next: Option<(DateTime<Utc>, BookingId)>,
}

impl Desk {
    pub async fn booking(&self, by: By, id: BookingId) -> Result<Booking> {
        store::bookings::get(&mut self.db.read().await?, by.business_id, id)
            .await?
            .filter(|booking| booking.status != BookingStatus::Held)
            .ok_or(Error::NotFound("booking"))
    }

    pub async fn bookings(
        &self,
        by: By,
        filter: &Filter,
        after: Option<After>,
        limit: u32,
    ) -> Result<Bookings> {
        let last_seen = after.map(|(starts_at, _)| starts_at);
        for (field, at) in [
            ("from", filter.from),
            ("until", filter.until),
            ("cursor", last_seen),
        ] {
            at.map_or(Ok(()), |at| checks::plausible_time(field, at))?;
        }
        let mut reader = self.db.read().await?;
        let more = limit.saturating_add(1);
        let mut items =
            store::bookings::list(&mut reader, by.business_id, filter, after, more).await?;
        let full = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items
            .last()
            .filter(|_| full)
            .map(|last| (last.starts_at, last.id));
        Ok(Bookings { items, next })
    }

    /// What happened to a booking, first to last.
    pub async fn booking_changes(&self, by: By, id: BookingId) -> Result<Vec<Change>> {
        self.booking(by, id).await?;
        Ok(store::changes::of_booking(&mut self.db.read().await?, by.business_id, id).await?)
    }
}
