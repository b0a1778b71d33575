//! `ringbook serve`: from settings to a server that answers, until it is told to stop.

use anyhow::Context;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::{say, seed::plant_demo_if_empty};
use crate::{
    app::App,
    clock::Clock,
    config::{Config, PrivateAddress},
};

pub(super) async fn run(mut config: Config) -> anyhow::Result<()> {
    let stop = stop_signal()?;
    let listen = config.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!(
            "can't listen on {listen}; set LISTEN to an address of this machine and a free port"
        )
    })?;
    // Port 0 asks for any free one; from here on it is known which.
    config.listen = listener.local_addr()?;
    let private = match config.metrics_listen {
        Some(PrivateAddress(address)) => {
            Some(TcpListener::bind(address).await.with_context(|| {
                format!("can't listen on {address}; set METRICS_LISTEN to a free port")
            })?)
        }
        None => None,
    };
    let app = App::start(config, Clock::system()).await?;
    plant_demo_if_empty(&app.config, &app.db, &app.clock).await?;
    if let Some(private) = &private {
        let address = private.local_addr()?;
        say(format_args!("Metrics are on http://{address}/metrics"))?;
    }
    if app.config.public_url.is_some() {
        say(format_args!("Ringbook listens on {}", app.config.listen))?;
    }
    say(format_args!("Ringbook answers on {}", app.public_url))?;
    say(format_args!(
        "The API is explained on {}",
        app.public_url.join("/docs")
    ))?;
    app.serve(listener, private, stop).await
}

/// Ends at the first SIGTERM (a platform that moves us) or SIGINT (Ctrl-C).
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM can't be waited for")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT can't be waited for")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}
