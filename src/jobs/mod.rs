//! What happens after the transaction: the outbox's worker, and one file per kind of job.
//!
//! A job runs at least once, so whatever it does must be safe to do again. To add a kind: a variant of
//! [`Payload`], a file here, and an arm in [`Context`]'s `run`.

mod backoff;
pub mod clean_up;
mod confirm_tentative;
mod error;
mod mirror;
mod noop;
mod send_sms;
mod text_caller;
mod text_out;
mod worker;

pub use error::JobError;
pub use worker::{Settings, Worker};

use mirror::News;
use send_sms::About;

use crate::{
    clock::Clock,
    desk::Desk,
    notify::Post,
    providers::Registry,
    store::{
        Db,
        jobs::{Job, Payload},
    },
};

/// What jobs need to do their work.
#[derive(Debug, Clone)]
pub struct Context {
    pub db: Db,
    pub clock: Clock,
    pub providers: Registry,
    pub post: Post,
}

impl Context {
    fn desk(&self) -> Desk {
        Desk::new(self.db.clone(), self.clock.clone())
    }
}

/// Does what a job asks for. Outside tests it is a [`Context`].
pub trait Runner: Send + Sync + 'static {
    fn run(&self, job: &Job, payload: Payload)
    -> impl Future<Output = Result<(), JobError>> + Send;
}

impl Runner for Context {
    async fn run(&self, job: &Job, payload: Payload) -> Result<(), JobError> {
        let business = || {
            let nobodys = || JobError::fail("the job belongs to no business");
            job.business_id.ok_or_else(nobodys)
        };
        match payload {
            Payload::Noop { number } => noop::run(number),
            Payload::CleanUp => clean_up::run(self).await,
            Payload::AfterBooking { booking_id } => {
                mirror::run(self, business()?, booking_id, News::Booked).await
            }
            Payload::AfterChange { booking_id } => {
                mirror::run(self, business()?, booking_id, News::Changed).await
            }
            Payload::AfterCancel { booking_id } => {
                mirror::run(self, business()?, booking_id, News::Cancelled).await
            }
            Payload::SendSms {
                booking_id,
                text,
                version,
            } => {
                let about = About {
                    business: business()?,
                    booking: booking_id,
                    kind: text,
                    version,
                };
                send_sms::run(self, about).await
            }
            Payload::TextCaller { call_id } => text_caller::run(self, business()?, call_id).await,
            Payload::ConfirmTentative { booking_id } => {
                confirm_tentative::run(self, job.id, business()?, booking_id).await
            }
        }
    }
}
