//! A node that answers the telephone: the doors over a real socket, and a small business behind them.
//!
//! The agent's words are short sounds and the pauses are short, so a call takes a moment; what the caller says comes all at once.

use std::{ops::Deref, sync::Arc, time::Duration};

use ringbook::{
    call::{driver::Ground, lines::Lines, live::Live, timer::Ms, turn::Pauses},
    clock::Clock,
    domain::{Booking, Call},
    notify::Wording,
    phone::{self, Leftovers, Patience, Settings, Switchboard, Trust},
    providers::Registry,
    speech::Typed,
    store::{Db, bookings::Filter},
    telemetry::metrics::Metrics,
    twilio::{rest::Client, signature::Keys},
};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};

use super::{House, carrier::Carrier, house::monday, twilio::TOKEN};

/// Whatever takes longer has failed.
const LONG: Duration = Duration::from_secs(20);

/// A key that webhooks may be signed with as well.
pub(crate) const SHARED: &str = "a key that two sides share";

/// One node.
pub(crate) struct Doors {
    pub(crate) house: Arc<House>,
    pub(crate) board: Switchboard,
    pub(crate) metrics: Metrics,
    /// Twilio, which knows this node.
    carrier: Carrier,
    server: JoinHandle<()>,
}

impl Doors {
    /// A call whose line broke is over at once.
    pub(crate) const PATIENCE: Patience = Patience {
        start: Duration::from_millis(500),
        idle: Duration::from_secs(10),
        lost: Duration::ZERO,
        beyond: Duration::from_mins(2),
    };
    const ROOM: usize = 8;

    pub(crate) async fn open(db: &Db) -> Self {
        Self::with_room_for(db, Self::ROOM).await
    }

    pub(crate) async fn with_room_for(db: &Db, calls: usize) -> Self {
        Self::with(db, calls, Self::PATIENCE).await
    }

    pub(crate) async fn patient(db: &Db, patience: Patience) -> Self {
        Self::with(db, Self::ROOM, patience).await
    }

    pub(crate) async fn with(db: &Db, calls: usize, patience: Patience) -> Self {
        Self::over(Self::house(db).await, calls, patience, None).await
    }

    /// With an account to record calls at.
    pub(crate) async fn with_twilio(db: &Db, twilio: Client) -> Self {
        let house = Self::house(db).await;
        Self::over(house, Self::ROOM, Self::PATIENCE, Some(twilio)).await
    }

    /// A call whose line broke may be picked up.
    pub(crate) async fn that_wait(db: &Db) -> Self {
        let patience = Patience {
            lost: Duration::from_mins(1),
            ..Self::PATIENCE
        };
        Self::patient(db, patience).await
    }

    async fn house(db: &Db) -> Arc<House> {
        Arc::new(House::with_clock(db, Clock::set_to(monday(8, 0))).await)
    }

    /// Another node of the same house.
    pub(crate) async fn beside(&self) -> Self {
        let house = Arc::clone(&self.house);
        Self::over(house, Self::ROOM, Self::PATIENCE, None).await
    }

    async fn over(
        house: Arc<House>,
        calls: usize,
        patience: Patience,
        twilio: Option<Client>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let metrics = Metrics::default();
        let ground = Ground {
            desk: house.desk.clone(),
            // However busy the machine is, an answer that comes is not too late.
            providers: Registry::new(house.desk.clone()).with_budget(Duration::from_mins(1)),
            lines: Arc::new(Lines::english().unwrap()),
            pauses: quick(),
            metrics: metrics.clone(),
        };
        let keys = Keys::default()
            .token(TOKEN.to_owned().into())
            .shared("SK01", SHARED.to_owned().into());
        let settings = Settings {
            public_url: url.parse().unwrap(),
            trust: Trust::new(keys, true),
            patience,
            wording: Arc::new(Wording::english().unwrap()),
            twilio,
        };
        let engine = Arc::new(Typed { letter_ms: 1 });
        let board = Switchboard::new(ground, Live::new(calls), engine, settings);
        let app = phone::router(board.clone());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            carrier: Carrier::new(&url, house.by.business_id),
            house,
            board,
            metrics,
            server,
        }
    }

    /// What a counter has come to, over all of its labels.
    pub(crate) fn counted(&self, name: &str) -> usize {
        let page = self.metrics.render();
        let values = page.lines().filter_map(|line| {
            let (series, value) = line.split_once(' ')?;
            let series = series.split('{').next()?;
            (series == name).then(|| value.parse::<usize>().unwrap())
        });
        values.sum()
    }

    /// The only call that there is.
    pub(crate) async fn call(&self) -> Call {
        let calls = self
            .house
            .desk
            .calls(
                self.house.by,
                &ringbook::store::calls::Filter::default(),
                None,
                2,
            )
            .await
            .unwrap()
            .items;
        let [call] = &calls[..] else {
            panic!("{} calls", calls.len());
        };
        call.clone()
    }

    /// Its journal, as it is on disk by now.
    pub(crate) async fn journal(&self) -> String {
        let call = self.call().await.id;
        let entries = self.house.desk.journal(self.house.by, call).await.unwrap();
        entries.into_iter().map(|entry| entry.body).collect()
    }

    pub(crate) async fn bookings(&self) -> Vec<Booking> {
        let desk = &self.house.desk;
        let all = Filter::default();
        let page = desk.bookings(self.house.by, &all, None, 100).await;
        page.unwrap().items
    }

    /// Waits until nothing of any call is left on this node.
    pub(crate) async fn is_clean(&self) {
        let wait = async {
            while self.board.leftovers() != Leftovers::default() {
                tokio::task::yield_now().await;
            }
        };
        let clean = timeout(LONG, wait).await.is_ok();
        assert!(clean, "left over: {:?}", self.board.leftovers());
    }

    /// The same, for one that would still wait for calls to come back.
    pub(crate) async fn is_clean_once_it_stops(&self) {
        self.board.drain(Duration::ZERO).await;
        self.is_clean().await;
    }
}

impl Deref for Doors {
    type Target = Carrier;

    fn deref(&self) -> &Carrier {
        &self.carrier
    }
}

impl Drop for Doors {
    /// After every test, whatever it was about, nothing may be left of its calls.
    fn drop(&mut self) {
        self.server.abort();
        if !std::thread::panicking() {
            assert_eq!(self.board.leftovers(), Leftovers::default());
        }
    }
}

/// Asks again until it is so.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(timeout(LONG, wait).await.is_ok(), "{what}");
}

/// As in a call, and soon over.
fn quick() -> Pauses {
    Pauses {
        complete: Ms(20),
        yes_or_no: Ms(30),
        choice: Ms(30),
        open: Ms(40),
        name: Ms(40),
        dictation: Ms(60),
        thinking_aloud: Ms(60),
        ..Pauses::default()
    }
}
