//! Wires the parts together; the order of start and of shutdown.

use std::{future::Future, time::Duration};

use anyhow::Context;
use axum::{Json, Router, routing::get};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Everything the server answers.
pub fn router() -> Router {
    Router::new().route(
        "/health",
        get(async || Json(serde_json::json!({ "status": "ok" }))),
    )
}

/// Answers until `stop` comes, then takes no new connection and gives those under way `grace` to end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> anyhow::Result<()> {
    let stopping = CancellationToken::new();
    let server = axum::serve(listener, router).with_graceful_shutdown({
        let stopping = stopping.clone();
        async move {
            stop.await;
            stopping.cancel();
        }
    });
    let late = async {
        stopping.cancelled().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        ended = server => ended.context("the server stopped"),
        () = late => {
            tracing::warn!(seconds = grace.as_secs(), "requests were still under way and were cut off");
            Ok(())
        }
    }
}
