//! What happens after the transaction: the outbox's worker, and one file per kind of job.
//!
//! A job runs at least once, so whatever it does must be safe to do again. To add a kind: a variant of
//! [`Payload`], a file here, and an arm in [`Context`]'s `run`.

mod backoff;
pub mod clean_up;
mod error;
mod noop;
mod worker;

pub use error::JobError;
pub use worker::{Settings, Worker};

use crate::{
    clock::Clock,
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
}

/// Does what a job asks for. Outside tests it is a [`Context`].
pub trait Runner: Send + Sync + 'static {
    fn run(&self, job: &Job, payload: Payload)
    -> impl Future<Output = Result<(), JobError>> + Send;
}

impl Runner for Context {
    async fn run(&self, _job: &Job, payload: Payload) -> Result<(), JobError> {
        match payload {
            Payload::Noop { number } => noop::run(number),
            Payload::CleanUp => clean_up::run(self).await,
        }
    }
}
