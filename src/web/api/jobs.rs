//! Work that is done after the answer: what waits, what was given up, and trying again.

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    desk::Desk,
    domain::JobId,
    store::jobs::{Job, JobState},
    web::{
        AppState, Problem,
        auth::{CanManage, CanRead},
        error::Result,
        extract::{Json, Path, Query},
        paging::{Cursor, Limit, List},
    },
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(retry))
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
struct JobView {
    id: JobId,
    kind: String,
    state: JobState,
    /// When it may run next.
    run_at: DateTime<Utc>,
    /// How often it was started, since it was enqueued or last retried by hand.
    attempts: u32,
    /// Why its last run did not do its work.
    last_error: Option<String>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            state: job.state,
            run_at: job.run_at,
            attempts: job.attempts,
            last_error: job.last_error,
            created_at: job.created_at,
            finished_at: job.finished_at,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Filter {
    state: Option<JobState>,
    /// How many on a page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// The `next_cursor` of the page before; without it, the first page.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<Uuid>>,
}

/// List the jobs, newest first
#[utoipa::path(
    get, path = "/jobs", tag = "jobs", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(Filter), responses((status = 200, body = List<JobView>))
)]
async fn list(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Query(filter): Query<Filter>,
) -> Result<Json<List<JobView>>> {
    let before = filter.cursor.map(|cursor| JobId(cursor.0));
    let found = desk
        .jobs(caller.by, filter.state, before, filter.limit.and_one_more())
        .await?;
    let views = found.into_iter().map(JobView::from).collect();
    Ok(Json(List::of(views, filter.limit, |job| job.id)))
}

/// Get a job
#[utoipa::path(
    get, path = "/jobs/{job_id}", tag = "jobs", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    responses((status = 200, body = JobView))
)]
async fn get(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Path(job_id): Path<JobId>,
) -> Result<Json<JobView>> {
    Ok(Json(desk.job(caller.by, job_id).await?.into()))
}

/// Try a job again that was given up
#[utoipa::path(
    post, path = "/jobs/{job_id}/retry", tag = "jobs",
    security(("access_token" = ["manage"]), ("api_key" = ["manage"])),
    responses(
        (status = 200, body = JobView),
        (status = 409, description = "An equal job waits already.", body = Problem,
         content_type = "application/problem+json"),
        (status = 422, description = "It was not given up.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn retry(
    CanManage(caller): CanManage,
    State(desk): State<Desk>,
    Path(job_id): Path<JobId>,
) -> Result<Json<JobView>> {
    Ok(Json(desk.retry_job(caller.by, job_id).await?.into()))
}
