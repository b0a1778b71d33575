//! What all calls of a node share at the telephone's doors: whom to believe, which calls have a line here, and what is still to be
//! settled when a line broke.

use std::{sync::Arc, time::Duration};

use dashmap::DashMap;
use tokio::time::{sleep, timeout};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

use super::{answer::Answer, signed::Trust, signed::socket_url};
use crate::{
    call::{driver::Ground, lines::Line as Words, live::Live},
    config::PublicUrl,
    desk::{self, By, Desk},
    domain::{Business, BusinessId, CallClaim, CallId, Line},
    notify::Wording,
    speech::Engine,
    telemetry::metrics::Metrics,
    twilio::{
        CallSid,
        rest::Client,
        twiml::{Connect, Draft, Retries, RetryOn, StreamUrl, Webhook},
    },
};
use secrecy::ExposeSecret;

/// How long sockets may take to say goodbye when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub struct Settings {
    /// How Twilio reaches this server.
    pub public_url: PublicUrl,
    pub trust: Trust,
    pub patience: Patience,
    /// For answers to texts.
    pub wording: Arc<Wording>,
    /// Where calls are recorded, if there is an account for it.
    pub twilio: Option<Client>,
}

/// How long each thing is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// From a socket's opening until Twilio says whose it is.
    pub start: Duration,
    /// Without any message; Twilio sends fifty a second, also where nobody speaks.
    pub idle: Duration,
    /// After a line broke, until the caller counts as gone. Twilio asks what comes next within a second, and again if nobody answers.
    pub lost: Duration,
    /// Beyond the longest that a call may last by its own clock.
    pub beyond: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            start: Duration::from_secs(5),
            idle: Duration::from_secs(10),
            lost: Duration::from_secs(30),
            beyond: Duration::from_mins(2),
        }
    }
}

/// What has not ended yet. After the last call: nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Leftovers {
    pub calls: usize,
    pub works: usize,
    /// Sockets, also those that no call has yet.
    pub sockets: usize,
    /// Calls that can be told here that the caller is gone.
    pub lines: usize,
    /// Calls whose line broke, and which nobody has picked up so far.
    pub unsettled: usize,
}

/// Cheap to clone; clones are the same.
#[derive(Debug, Clone)]
pub struct Switchboard(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    ground: Ground,
    live: Live,
    engine: Arc<dyn Engine>,
    settings: Settings,
    /// The calls that have a line here. What is rung says that the caller is gone.
    lines: DashMap<CallId, CancellationToken>,
    /// Those whose line broke. What is rung says that the call was found again.
    lost: DashMap<CallId, CancellationToken>,
    sockets: TaskTracker,
    unsettled: TaskTracker,
    stopping: CancellationToken,
}

impl Switchboard {
    pub fn new(ground: Ground, live: Live, engine: Arc<dyn Engine>, settings: Settings) -> Self {
        Self(Arc::new(Shared {
            ground,
            live,
            engine,
            settings,
            lines: DashMap::new(),
            lost: DashMap::new(),
            sockets: TaskTracker::new(),
            unsettled: TaskTracker::new(),
            stopping: CancellationToken::new(),
        }))
    }

    pub fn leftovers(&self) -> Leftovers {
        let live = self.0.live.leftovers();
        Leftovers {
            calls: live.calls,
            works: live.works,
            sockets: self.0.sockets.len(),
            lines: self.0.lines.len(),
            unsettled: self.0.unsettled.len(),
        }
    }

    /// Puts what has not ended among the metrics.
    pub fn count_leftovers(&self) {
        let Leftovers {
            calls,
            works,
            sockets,
            lines,
            unsettled,
        } = self.leftovers();
        for (kind, count) in [
            ("calls", calls),
            ("works", works),
            ("sockets", sockets),
            ("lines", lines),
            ("unsettled", unsettled),
        ] {
            self.metrics().open(kind, count);
        }
    }

    /// Takes no more calls, lets those in progress end, and after `patience` lets go of the rest, where another node may go on with
    /// them. Twilio is still to be answered meanwhile.
    pub async fn drain(&self, patience: Duration) {
        tracing::info!(calls = self.leftovers().calls, "no more calls are taken");
        self.0.live.drain(patience).await;
        self.0.stopping.cancel();
        self.0.unsettled.close();
        self.0.unsettled.wait().await;
        // A socket that is closed properly tells Twilio at once to ask what comes next.
        self.0.sockets.close();
        if timeout(LAST_WORDS, self.0.sockets.wait()).await.is_err() {
            tracing::warn!(sockets = self.0.sockets.len(), "sockets were cut off");
        }
    }

    pub(super) fn ground(&self) -> &Ground {
        &self.0.ground
    }

    pub(super) fn desk(&self) -> &Desk {
        &self.0.ground.desk
    }

    pub(super) fn live(&self) -> &Live {
        &self.0.live
    }

    pub(super) fn engine(&self) -> &dyn Engine {
        self.0.engine.as_ref()
    }

    pub(super) fn trust(&self) -> &Trust {
        &self.0.settings.trust
    }

    pub(super) fn public_url(&self) -> &PublicUrl {
        &self.0.settings.public_url
    }

    pub(super) fn patience(&self) -> Patience {
        self.0.settings.patience
    }

    pub(super) fn wording(&self) -> &Wording {
        &self.0.settings.wording
    }

    pub(super) fn twilio(&self) -> Option<&Client> {
        self.0.settings.twilio.as_ref()
    }

    pub(super) fn stopping(&self) -> &CancellationToken {
        &self.0.stopping
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.0.ground.metrics
    }

    /// Kept as long as a socket is open.
    pub(super) fn count_socket(&self) -> TaskTrackerToken {
        self.0.sockets.token()
    }

    /// Kept while the call has its line here.
    pub(super) fn has_line(&self, call: CallId) -> HasLine {
        let hung_up = CancellationToken::new();
        self.0.lines.insert(call, hung_up.clone());
        self.is_found(call);
        HasLine {
            board: self.clone(),
            call,
            hung_up,
        }
    }

    /// Tells a call that has its line here that the caller is gone.
    pub(super) fn caller_is_gone(&self, call: CallId) {
        if let Some(line) = self.0.lines.get(&call) {
            line.value().cancel();
        }
    }

    /// Ends a call whose line broke, unless somebody picks it up in time.
    pub(super) fn settle_later(&self, business: BusinessId, claim: CallClaim) {
        let board = self.clone();
        let found = CancellationToken::new();
        if let Some(before) = self.0.lost.insert(claim.call, found.clone()) {
            before.cancel();
        }
        self.0.unsettled.spawn(async move {
            tokio::select! {
                () = found.cancelled() => {}
                () = board.0.stopping.cancelled() => {}
                () = sleep(board.patience().lost) => {
                    board.settle(business, claim, "The line broke, and the caller did not come back.").await;
                }
            }
            found.cancel();
            board.0.lost.remove_if(&claim.call, |_, newest| newest.is_cancelled());
        });
    }

    /// Nobody need end it as lost.
    pub(super) fn is_found(&self, call: CallId) {
        if let Some((_, found)) = self.0.lost.remove(&call) {
            found.cancel();
        }
    }

    /// Ends a call that nobody drives any more.
    pub(super) async fn settle(&self, business: BusinessId, claim: CallClaim, why: &str) {
        let Ok(reason) = Line::new(why) else { return };
        let by = By::call(business, claim.call);
        match self.desk().end_lost_call(by, claim, &reason).await {
            Ok(Some(outcome)) => self.metrics().call_ended(outcome.as_str()),
            Ok(None) | Err(desk::Error::CallTakenOver) => {}
            Err(error) => tracing::error!(%error, "a call that was cut off could not be ended"),
        }
    }

    /// A new stream for the call.
    pub(super) async fn connect(
        &self,
        by: By,
        call: CallId,
        sid: &CallSid,
    ) -> Result<Answer, Answer> {
        let token = self.desk().offer_stream(by, call, sid.as_str()).await?;
        let path = format!("/voice/stream/{}", token.expose_secret());
        let url: StreamUrl = socket_url(self.public_url(), &path)
            .parse()
            .map_err(|_| {
                tracing::error!("Twilio opens no socket to a server without TLS; PUBLIC_URL must begin with https://");
                Answer::trouble()
            })?;
        let after = self.after(call);
        let connect = Connect::new(url)
            .action(after.clone())
            .status(&self.public_url().join("/voice/stream-status"));
        // The tail is for a Connect whose action is passed over: it leads to the same place.
        Ok(Draft::new().connect(&connect).redirect(&after).into())
    }

    /// In a moment somebody else answers: another node, or this one started again.
    pub(super) fn ask_again(&self, call: CallId) -> Answer {
        Draft::new().pause(2).redirect(&self.after(call)).into()
    }

    /// A line in the business's own wording.
    pub(super) fn words(&self, business: &Business, line: Words) -> String {
        let lines = &self.0.ground.lines;
        let own = business.ai_config.call_switches().ok();
        let own = own.and_then(|switches| lines.with_wordings(&switches.lines).ok());
        own.as_ref().unwrap_or(lines).fill(line, 0, &[])
    }

    /// Where Twilio asks what comes next. It asks again, because the node that answers may just have died.
    pub(super) fn after(&self, call: CallId) -> Webhook {
        let retries = Retries::new(5, &[RetryOn::Connect, RetryOn::Read, RetryOn::ServerError])
            .connect_within(3_000)
            .read_within(8_000);
        Webhook::new(&self.public_url().join(&format!("/voice/after/{call}"))).retrying(retries)
    }
}

/// A call's line here. See [`Switchboard::has_line`].
#[derive(Debug)]
pub(super) struct HasLine {
    board: Switchboard,
    call: CallId,
    pub(super) hung_up: CancellationToken,
}

impl Drop for HasLine {
    fn drop(&mut self) {
        // A newer line of the same call stays.
        self.hung_up.cancel();
        let lines = &self.board.0.lines;
        lines.remove_if(&self.call, |_, newest| newest.is_cancelled());
    }
}
