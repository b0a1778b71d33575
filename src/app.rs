//! Wires the parts together; the order of start and of shutdown.

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, sync::Arc, time::Duration};

use anyhow::Context;
use axum::{Json, Router, routing::get};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    config::{Config, PublicUrl, SecretKey},
    jobs::{self, Worker},
    store::{Connect, Db},
};

/// What a running program is made of. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub public_url: PublicUrl,
    pub secret: SecretKey,
    pub clock: Clock,
    pub db: Db,
}

impl App {
    /// Settings are judged before the database is touched.
    pub async fn start(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let public_url = config.public_url()?;
        let secret = config.secret(&clock.random())?;
        let db = open(&config).await?;
        Ok(Self {
            config: Arc::new(config),
            public_url,
            secret,
            clock,
            db,
        })
    }

    pub fn worker(&self) -> Worker {
        let context = jobs::Context {
            db: self.db.clone(),
            clock: self.clock.clone(),
        };
        Worker::new(context, jobs::Settings::default())
    }

    /// Everything the server answers.
    pub fn router(&self) -> Router {
        Router::new().route(
            "/health",
            get(async || Json(serde_json::json!({ "status": "ok" }))),
        )
    }

    /// Answers, and does the jobs, until `stop` comes. Then no new connection is taken and those under way get their time to end;
    /// after them the worker ends its jobs, because the last requests may have left some; the database is closed last.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let no_more_jobs = CancellationToken::new();
        let worker = tokio::spawn({
            let (worker, stop) = (self.worker(), no_more_jobs.clone());
            async move { worker.run(stop).await }
        });
        let answered = answer(listener, self.router(), stop, self.config.shutdown_grace()).await;
        no_more_jobs.cancel();
        let worked = worker.await.context("the worker of the jobs fell over");
        self.db.close().await;
        tracing::info!("stopped");
        answered.and(worked)
    }
}

/// The database, brought up to date.
pub async fn open(config: &Config) -> anyhow::Result<Db> {
    let (connect, db) = open_as_it_is(config).await?;
    db.migrate(&connect)
        .await
        .context("the database can't be brought up to date")?;
    Ok(db)
}

/// A database file is made for its owner only, because SQLite would make it for everybody: it holds names and numbers.
pub async fn open_as_it_is(config: &Config) -> anyhow::Result<(Connect, Db)> {
    if let Some(file) = config.sqlite_file() {
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(file)
            .with_context(|| {
                format!(
                    "{} can't be written; set DATABASE_URL to a place that this user can write",
                    file.display()
                )
            })?;
    }
    let connect = Connect {
        url: config.database_url().to_owned(),
        connections: config.database_pool,
    };
    let db = connect
        .open()
        .await
        .context("the database can't be opened; check DATABASE_URL, or run `ringbook doctor`")?;
    Ok((connect, db))
}

async fn answer(
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
        ended = server.into_future() => ended.context("the server stopped"),
        () = late => {
            tracing::warn!(seconds = grace.as_secs(), "requests still under way were cut off");
            Ok(())
        }
    }
}
