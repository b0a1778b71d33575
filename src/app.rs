//! Wires the parts together; the order of start and of shutdown.

mod metrics;

use std::{
    fs::OpenOptions, net::SocketAddr, os::unix::fs::OpenOptionsExt, sync::Arc, time::Duration,
};

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    call::{driver::Ground, lines::Lines, live::Live, turn::Pauses},
    clock::Clock,
    config::{Config, PublicUrl, SecretKey, TwilioLogin},
    desk::Desk,
    jobs::{self, Worker},
    notify::{ByTwilio, Console, Post, StatusAddress, TextSender, Wording},
    phone::{self, Switchboard, Trust},
    providers::Registry,
    speech,
    store::{Connect, Db},
    telemetry::metrics::Metrics,
    twilio::{
        rest::{Client, Credentials, Sender},
        signature::Keys,
    },
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
    pub post: Post,
    /// Where calls come in.
    pub board: Switchboard,
    pub metrics: Metrics,
}

impl App {
    /// Settings are judged before the database is touched.
    pub async fn start(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let public_url = config.public_url()?;
        let secret = config.secret(&clock.random())?;
        let twilio = twilio(&config)?;
        let post = Post {
            sender: text_sender(&config, &public_url, twilio.clone())?,
            wording: Arc::new(Wording::english()?),
        };
        let trust = trust(&config)?;
        match trust {
            Trust::Signed(_) => {}
            Trust::Anybody => tracing::info!(
                "TWILIO_AUTH_TOKEN is not set: any program on this machine may ring, and need not sign"
            ),
            Trust::Nobody => tracing::warn!(
                "TWILIO_AUTH_TOKEN is not set: no telephone call is answered, because anybody could pretend to be Twilio"
            ),
        }
        let lines = Lines::english().context("the agent's lines can't be used")?;
        let db = open(&config).await?;
        let desk = Desk::new(db.clone(), clock.clone());
        let metrics = Metrics::default();
        let ground = Ground {
            providers: providers(desk.clone(), &config),
            desk,
            lines: Arc::new(lines),
            pauses: Pauses::default(),
            metrics: metrics.clone(),
        };
        let settings = phone::Settings {
            public_url: public_url.clone(),
            trust,
            patience: phone::Patience::default(),
            wording: Arc::clone(&post.wording),
            twilio,
        };
        let live = Live::new(usize::try_from(config.most_calls).unwrap_or(usize::MAX));
        let board = Switchboard::new(ground, live, Arc::new(speech::Typed::default()), settings);
        Ok(Self {
            config: Arc::new(config),
            board,
            metrics,
            public_url,
            secret,
            clock,
            db,
            post,
        })
    }

    pub fn worker(&self) -> Worker {
        let context = jobs::Context {
            db: self.db.clone(),
            clock: self.clock.clone(),
            providers: self.providers(),
            post: self.post.clone(),
        };
        Worker::new(context, jobs::Settings::default())
    }

    pub fn desk(&self) -> Desk {
        Desk::new(self.db.clone(), self.clock.clone())
    }

    /// Every provider that a business can choose.
    pub fn providers(&self) -> Registry {
        providers(self.desk(), &self.config)
    }

    /// Everything the server answers.
    pub fn router(&self) -> Router {
        let settings = web::Settings {
            access_token_key: self.secret.derive("access token"),
            https: self.public_url.is_https(),
            origins: self
                .config
                .cors_origins
                .iter()
                .map(ToString::to_string)
                .collect(),
            rate_limit: self.config.rate_limit,
            body_limit: usize::try_from(self.config.body_limit).unwrap_or(usize::MAX),
            address_header: self.config.address_header.clone(),
        };
        let doors = phone::router(self.board.clone());
        web::router(
            self.desk(),
            self.providers(),
            self.clock.clone(),
            doors,
            settings,
        )
    }

    /// The first of the jobs that call for themselves again.
    async fn schedule(&self) -> anyhow::Result<()> {
        let mut tx = self.db.write().await?;
        jobs::clean_up::schedule(&mut tx, &self.clock).await?;
        Ok(tx.commit().await?)
    }

    /// Answers, and does the jobs, until `stop` comes. Then no new call is taken, and those in progress get their time to end, while
    /// everything else is still answered. After them no new connection is taken, and the requests under way get theirs; then the
    /// worker ends its jobs, because the last requests may have left some; the database is closed last.
    ///
    /// The metrics are told on `private`, if there is one, until the very end.
    pub async fn serve(
        self,
        listener: TcpListener,
        private: Option<TcpListener>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        self.schedule().await?;
        let telling = private.map(|private| {
            let telling = axum::serve(private, metrics::router(self.clone())).into_future();
            AbortOnDropHandle::new(tokio::spawn(telling))
        });
        let no_more_jobs = CancellationToken::new();
        let worker = tokio::spawn({
            let (worker, stop) = (self.worker(), no_more_jobs.clone());
            async move { worker.run(stop).await }
        });
        let looking = tokio::spawn({
            let board = self.board.clone();
            async move { board.look_for_lost_calls().await }
        });
        let _looking = AbortOnDropHandle::new(looking);
        let (board, patience) = (self.board.clone(), self.config.call_grace());
        let stop = async move {
            stop.await;
            board.drain(patience).await;
        };
        let answered = answer(listener, self.router(), stop, self.config.shutdown_grace()).await;
        no_more_jobs.cancel();
        let worked = worker.await.context("the worker of the jobs fell over");
        drop(telling);
        self.db.close().await;
        tracing::info!("stopped");
        answered.and(worked)
    }
}

/// Whose webhooks are believed.
pub fn trust(config: &Config) -> anyhow::Result<Trust> {
    let mut keys = Keys::default();
    if let Some(token) = config.twilio_auth_token() {
        keys = keys.token(token.clone());
    }
    if let Some((id, secret)) = config.twilio_signing_key()? {
        keys = keys.shared(&id, secret);
    }
    Ok(Trust::new(keys, config.is_local()))
}

/// Twilio's interface, if there is an account to ask it for.
pub fn twilio(config: &Config) -> anyhow::Result<Option<Client>> {
    let Some(login) = config.twilio_login()? else {
        return Ok(None);
    };
    let account = |sid: &str| sid.parse().context("TWILIO_ACCOUNT_SID is no account");
    let credentials = match login {
        TwilioLogin::Token {
            account: sid,
            token,
        } => Credentials::Token {
            account: account(&sid)?,
            token,
        },
        TwilioLogin::Key {
            account: sid,
            key,
            secret,
        } => Credentials::Key {
            account: account(&sid)?,
            key,
            secret,
        },
    };
    let client = Client::new(&config.twilio_url, credentials);
    client.context("TWILIO_URL can't be used").map(Some)
}

/// What all texts come from, if it is not each business's own number.
pub fn texts_from(config: &Config) -> anyhow::Result<Option<Sender>> {
    let from = config.twilio_text_from();
    let from = from.map(|text| text.parse().context("TWILIO_TEXT_FROM can't be used"));
    from.transpose()
}

/// Without an account, texts are printed.
fn text_sender(
    config: &Config,
    public_url: &PublicUrl,
    client: Option<Client>,
) -> anyhow::Result<Arc<dyn TextSender>> {
    let from = texts_from(config)?;
    let Some(client) = client else {
        return Ok(Arc::new(Console));
    };
    // Twilio takes no address for its news that it can't reach, so there is none on this machine but for a stand-in on it.
    let status = (client.is_stand_in() || !public_url.is_loopback())
        .then(|| StatusAddress::new(public_url.join("/sms/status")));
    Ok(Arc::new(ByTwilio::new(client, from, status)))
}

pub fn providers(desk: Desk, config: &Config) -> Registry {
    Registry::new(desk).with_budget(config.provider_timeout())
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
    let server = axum::serve(
        listener,
        router.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown({
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
