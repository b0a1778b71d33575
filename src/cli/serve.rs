//! `ringbook serve`: from settings to a server that answers, until it is told to stop.

use anyhow::Context;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::say;
use crate::{app, config::Config};

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let public_url = config.public_url()?;
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "can't listen on {}; set LISTEN to an address of this machine and a free port",
            config.listen
        )
    })?;
    say(format_args!("Ringbook answers on {public_url}"))?;
    app::serve(listener, app::router(), stop_signal()?, config.shutdown_grace()).await
}

/// Ends at the first SIGTERM (a platform that moves us) or SIGINT (Ctrl-C).
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM can't be listened for")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT can't be listened for")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}
