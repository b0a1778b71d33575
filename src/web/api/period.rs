//! The stretch of time that a list is about: a day of the business's own, or from one instant until another.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    desk::{By, Desk},
    scheduling::zone::local_day,
    web::error::{Error, Result},
};

pub(super) async fn period(
    desk: &Desk,
    by: By,
    day: Option<NaiveDate>,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<(Option<DateTime<Utc>>, Option<DateTime<Utc>>)> {
    let Some(day) = day else {
        return Ok((from, until));
    };
    if from.is_some() || until.is_some() {
        return Err(Error::field(
            "day",
            "send this, or `from` and `until`, not both",
        ));
    }
    let zone = desk.business(by).await?.zone;
    let day = local_day(zone, day)
        .ok_or_else(|| Error::field("day", format!("there is no such day in {zone}")))?;
    Ok((Some(day.from()), Some(day.until())))
}
