//! Looking at the outbox, and trying again what was given up.

use super::{By, Desk, Error, Result, retrying};
use crate::{
    domain::JobId,
    store::jobs::{self, Job, JobState},
};

const NO_JOB: Error = Error::NotFound("job");

impl Desk {
    /// The newest first.
    pub async fn jobs(
        &self,
        by: By,
        state: Option<JobState>,
        before: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<Job>> {
        let mut reader = self.db.read().await?;
        Ok(jobs::list(&mut reader, by.business_id, state, before, limit).await?)
    }

    pub async fn job(&self, by: By, id: JobId) -> Result<Job> {
        let mut reader = self.db.read().await?;
        jobs::get(&mut reader, by.business_id, id)
            .await?
            .ok_or(NO_JOB)
    }

    /// Only a job that was given up: the others run by themselves.
    pub async fn retry_job(&self, by: By, id: JobId) -> Result<Job> {
        retrying(async || {
            let mut tx = self.db.write().await?;
            if !jobs::retry_dead(&mut tx, by.business_id, id, self.clock.now()).await? {
                let job = jobs::get(&mut tx, by.business_id, id)
                    .await?
                    .ok_or(NO_JOB)?;
                return Err(Error::refused(
                    "job_not_dead",
                    format!(
                        "only a job that was given up can be retried, and this one is {}",
                        job.state
                    ),
                ));
            }
            let job = jobs::get(&mut tx, by.business_id, id)
                .await?
                .ok_or(NO_JOB)?;
            tx.commit().await?;
            Ok(job)
        })
        .await
    }
}
