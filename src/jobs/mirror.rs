//! Telling a business's provider what became of a booking. It is told until it has heard; the booking stands whatever it says.

use super::{Context, JobError};
use crate::{
    domain::{BookingId, BusinessId},
    providers::ProviderError,
    store,
};

#[derive(Debug, Clone, Copy)]
pub(super) enum News {
    Booked,
    Changed,
    Cancelled,
}

pub(super) async fn run(
    context: &Context,
    business: BusinessId,
    booking: BookingId,
    news: News,
) -> Result<(), JobError> {
    let found = store::businesses::get(&mut context.db.read().await?, business).await?;
    let Some(found) = found else {
        return Ok(());
    };
    let (provider, _) = context.providers.of(&found);
    match news {
        News::Booked => provider.after_booking(business, booking).await?,
        News::Changed => provider.after_change(business, booking).await?,
        News::Cancelled => provider.after_cancel(business, booking).await?,
    }
    Ok(())
}

impl From<ProviderError> for JobError {
    fn from(error: ProviderError) -> Self {
        match error {
            ProviderError::Retry(why) => Self::Retry(why),
            ProviderError::Fail(why) => Self::Fail(why),
        }
    }
}
