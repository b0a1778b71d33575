//! The private port: what the program counts, for Prometheus. Nothing else answers there, and it is nobody's business outside.
//!
//! What is (calls in progress, queues) is looked at when somebody asks.

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};

use super::App;
use crate::{store, telemetry::metrics::CONTENT_TYPE};

pub(super) fn router(app: App) -> Router {
    Router::new().route("/metrics", get(page)).with_state(app)
}

async fn page(State(app): State<App>) -> impl IntoResponse {
    app.board.count_leftovers();
    if let Err(error) = count_jobs(&app).await {
        tracing::warn!(%error, "the jobs could not be counted");
    }
    let kind = [(header::CONTENT_TYPE, CONTENT_TYPE)];
    (kind, app.metrics.render())
}

async fn count_jobs(app: &App) -> store::Result<()> {
    let now = app.clock.now();
    let queue = store::jobs::queue(&mut app.db.read().await?, now).await?;
    for (state, count) in [
        ("later", queue.later),
        ("due", queue.due),
        ("running", queue.running),
        ("dead", queue.dead),
    ] {
        app.metrics.jobs(state, count);
    }
    let age = queue
        .oldest_due
        .map_or(0, |since| (now - since).num_seconds());
    app.metrics.oldest_due_job(age);
    Ok(())
}
