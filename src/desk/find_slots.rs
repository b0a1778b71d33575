//! What is free? The answer is an offer, not a promise: only a hold or a booking keeps a time.

use chrono::{DateTime, Duration, Utc};

use super::{
    By, Desk, Error, Result, checks,
    diaries::{self, Diaries, Question},
};
use crate::{
    domain::{BookingId, Interval, ServiceId, StaffId},
    scheduling::{self, FreeStart, Slot},
};

#[derive(Debug, Clone)]
pub struct SlotQuery {
    pub service_id: ServiceId,
    /// Without one, anyone who does the service.
    pub staff_id: Option<StaffId>,
    /// Anyone but these people.
    pub not_staff_ids: Vec<StaffId>,
    /// When the appointment may start.
    pub starts: Interval,
    /// A booking that is not in the way: the one that is being moved, or the asker's own hold.
    pub but_not: Option<BookingId>,
}

/// Longer questions are asked in parts.
pub const LONGEST_RANGE: Duration = Duration::days(62);

impl Desk {
    /// Every free start in the range, with all who are free then.
    pub async fn find_slots(&self, by: By, query: &SlotQuery) -> Result<Vec<FreeStart>> {
        checks::plausible_time("from", query.starts.from())?;
        checks::plausible_time("until", query.starts.until())?;
        let now = self.clock.now();
        let diaries = self.open_diaries(by, query, now).await?;
        Ok(scheduling::free_starts(
            &diaries.house(),
            &diaries.staff,
            &diaries.need(),
            &query.starts,
            now,
        ))
    }

    /// The free times nearest to a wanted one, each with a fairly chosen person: what to offer when that one is taken.
    pub async fn nearest_slots(
        &self,
        by: By,
        query: &SlotQuery,
        wanted: DateTime<Utc>,
        count: usize,
    ) -> Result<Vec<Slot>> {
        checks::plausible_time("wanted", wanted)?;
        let now = self.clock.now();
        let diaries = self.open_diaries(by, query, now).await?;
        let house = diaries.house();
        let starts =
            scheduling::free_starts(&house, &diaries.staff, &diaries.need(), &query.starts, now);
        let slots = scheduling::fair_slots(&starts, &diaries.staff, self.clock.below(u64::MAX));
        Ok(scheduling::nearest(house.zone, &slots, wanted, count))
    }

    async fn open_diaries(&self, by: By, query: &SlotQuery, now: DateTime<Utc>) -> Result<Diaries> {
        if query.starts.length() > LONGEST_RANGE {
            return Err(Error::invalid(
                "until",
                format!(
                    "ask for at most {} days at a time",
                    LONGEST_RANGE.num_days()
                ),
            ));
        }
        let question = Question {
            business_id: by.business_id,
            service_id: query.service_id,
            staff_id: query.staff_id,
            starts: query.starts,
            but_not: [query.but_not, None],
            now,
        };
        let diaries = diaries::open(&mut self.db.read().await?, &question).await?;
        Ok(diaries.without(&query.not_staff_ids))
    }
}
