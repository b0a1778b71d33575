//! Leaves, special hours and blocks of one person. None of them undoes a booking that stands; they let no new one in.
//!
//! The person's row is locked first, so that a booking that is just being written has been checked either before or after, never
//! halfway.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{By, Desk, Error, Result, checks, retrying};
use crate::{
    domain::{
        Block, BlockId, BlockSource, DateException, DayRange, ExceptionId, Interval, Leave,
        LeaveId, Line, StaffId, TimeSpan, hours,
    },
    store::{Reader, Tx, absences, staff, staff::Whose},
};

#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLeave {
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    /// Only this part of each day; without it, whole days.
    #[serde(default)]
    pub part: Option<TimeSpan>,
    #[serde(default)]
    pub reason: Option<Line>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewException {
    pub date: NaiveDate,
    /// Instead of the weekly hours; none: off.
    #[serde(default)]
    #[schema(max_items = 12)]
    pub spans: Vec<TimeSpan>,
    #[serde(default)]
    pub reason: Option<Line>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBlock {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    #[serde(default)]
    pub reason: Option<Line>,
}

const NO_STAFF: Error = Error::NotFound("staff member");

impl Desk {
    pub async fn add_leave(&self, by: By, staff_id: StaffId, new: NewLeave) -> Result<Leave> {
        let leave = Leave {
            id: LeaveId(self.clock.id()),
            staff_id,
            days: checks::days(new.first_day, new.last_day)?,
            part: new.part,
            reason: new.reason,
        };
        retrying(|| async {
            let mut tx = self.open_diary(by, staff_id).await?;
            let inserted = absences::insert_leave(&mut tx, by.business_id, &leave).await;
            checks::dangling(inserted, || NO_STAFF)?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(leave)
    }

    /// Those that have one of these days in them.
    pub async fn leaves(&self, by: By, staff_id: StaffId, days: DayRange) -> Result<Vec<Leave>> {
        plausible_days(days)?;
        let mut reader = self.db.read().await?;
        require_staff(&mut reader, by, staff_id).await?;
        Ok(absences::leaves(&mut reader, by.business_id, Whose::Staff(staff_id), days).await?)
    }

    pub async fn remove_leave(&self, by: By, staff_id: StaffId, id: LeaveId) -> Result<()> {
        retrying(|| async {
            let mut tx = self.open_diary(by, staff_id).await?;
            if !absences::remove_leave(&mut tx, by.business_id, staff_id, id).await? {
                return Err(Error::NotFound("leave"));
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    /// At most one for a date: remove the one that is there to say something else.
    pub async fn add_exception(
        &self,
        by: By,
        staff_id: StaffId,
        new: NewException,
    ) -> Result<DateException> {
        checks::plausible("date", new.date)?;
        let exception = DateException {
            id: ExceptionId(self.clock.id()),
            staff_id,
            date: new.date,
            spans: hours::ordered_spans(new.spans)
                .map_err(|why| Error::invalid("spans", why.to_string()))?,
            reason: new.reason,
        };
        retrying(|| async {
            let mut tx = self.open_diary(by, staff_id).await?;
            let inserted = absences::insert_exception(&mut tx, by.business_id, &exception).await;
            checks::dangling(inserted, || NO_STAFF)?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(exception)
    }

    pub async fn exceptions(
        &self,
        by: By,
        staff_id: StaffId,
        days: DayRange,
    ) -> Result<Vec<DateException>> {
        plausible_days(days)?;
        let mut reader = self.db.read().await?;
        require_staff(&mut reader, by, staff_id).await?;
        let whose = Whose::Staff(staff_id);
        Ok(absences::exceptions(&mut reader, by.business_id, whose, days).await?)
    }

    pub async fn remove_exception(&self, by: By, staff_id: StaffId, id: ExceptionId) -> Result<()> {
        retrying(|| async {
            let mut tx = self.open_diary(by, staff_id).await?;
            if !absences::remove_exception(&mut tx, by.business_id, staff_id, id).await? {
                return Err(Error::NotFound("exception"));
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    pub async fn add_block(&self, by: By, staff_id: StaffId, new: NewBlock) -> Result<Block> {
        let block = Block {
            id: BlockId(self.clock.id()),
            staff_id,
            interval: whole_microseconds(new.from, new.until)?,
            source: BlockSource::Manual,
            reason: new.reason,
        };
        retrying(|| async {
            let mut tx = self.open_diary(by, staff_id).await?;
            let inserted = absences::insert_block(&mut tx, by.business_id, &block).await;
            checks::dangling(inserted, || NO_STAFF)?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(block)
    }

    /// Those that take some of this time, whoever set them.
    pub async fn blocks(&self, by: By, staff_id: StaffId, during: Interval) -> Result<Vec<Block>> {
        checks::plausible_time("from", during.from())?;
        checks::plausible_time("until", during.until())?;
        let mut reader = self.db.read().await?;
        require_staff(&mut reader, by, staff_id).await?;
        let whose = Whose::Staff(staff_id);
        Ok(absences::blocks(&mut reader, by.business_id, whose, during).await?)
    }

    /// Only one that was set by hand: one from a calendar would come back, or hide that the calendar says otherwise.
    pub async fn remove_block(&self, by: By, staff_id: StaffId, id: BlockId) -> Result<()> {
        retrying(|| async {
            let mut tx = self.open_diary(by, staff_id).await?;
            let block = absences::block(&mut tx, by.business_id, staff_id, id)
                .await?
                .ok_or(Error::NotFound("block"))?;
            if block.source == BlockSource::Calendar {
                return Err(Error::refused(
                    "block_from_calendar",
                    "this time is blocked by the connected calendar: change it there",
                ));
            }
            absences::remove_block(&mut tx, by.business_id, staff_id, id).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    async fn open_diary(&self, by: By, staff_id: StaffId) -> Result<Tx> {
        let mut tx = self.db.write().await?;
        staff::lock(&mut tx, by.business_id, &[staff_id]).await?;
        Ok(tx)
    }
}

async fn require_staff(reader: &mut Reader, by: By, id: StaffId) -> Result<()> {
    let found = staff::get(reader, by.business_id, id).await?;
    found.map(drop).ok_or(NO_STAFF)
}

/// As exact as both databases are, so that what is returned is what is stored.
fn plausible_days(days: DayRange) -> Result<()> {
    checks::plausible("from", days.first_day())?;
    checks::plausible("until", days.last_day())
}

fn whole_microseconds(from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Interval> {
    let rounded = |field: &'static str, at: DateTime<Utc>| {
        checks::plausible_time(field, at)?;
        DateTime::from_timestamp_micros(at.timestamp_micros())
            .ok_or_else(|| Error::invalid(field, "is further away than time is counted"))
    };
    Interval::new(rounded("from", from)?, rounded("until", until)?)
        .map_err(|why| Error::invalid("until", why.to_string()))
}
