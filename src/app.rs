//! Wires the parts together; the order of start and of shutdown.

use std::{
    fs::OpenOptions, net::SocketAddr, num::NonZeroU32, os::unix::fs::OpenOptionsExt, sync::Arc,
    time::Duration,
};

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    config::{Config, Origin, PublicUrl, SecretKey},
    desk::Desk,
    jobs::{self, Worker},
    store::{Connect, Db},
    web,
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
        let config = &self.config;
        let settings = web::Settings {
            access_token_key: self.secret.derive("access-token"),
            https: self.public_url.is_https(),
            origins: config.cors_origins.iter().map(Origin::to_string).collect(),
            rate_limit: NonZeroU32::new(config.rate_limit).unwrap_or(NonZeroU32::MIN),
            body_limit: usize::try_from(config.body_limit).unwrap_or(usize::MAX),
            address_header: config.address_header.clone(),
        };
        let desk = Desk::new(self.db.clone(), self.clock.clone());
        web::router(desk, self.clock.clone(), settings)
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

/// The document of the API, as text.
pub fn openapi() -> anyhow::Result<String> {
    web::openapi()
        .to_pretty_json()
        .context("the document can't be written")
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
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown({
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
