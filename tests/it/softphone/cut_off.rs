//! The node of many calls dies, or stops and wakes again, each call being at another point. Each goes on elsewhere, and ends in the
//! booking that its caller asked for: one row, one text.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use ringbook::{
    call::rehearsal::{Act, Turn, When},
    clock::Clock,
    desk::{By, Desk},
    domain::{Actor, BookingStatus},
    softphone::{Caller, Ended, Line, Operator, Told, caller, tally::Tally},
    store::{bookings::Filter, businesses},
};
use tokio::{
    sync::{Notify, mpsc},
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{front::Front, process::Server, tuesday};
use crate::{
    store::raw,
    support::{TestDb, on_postgres, on_sqlite, server},
};

const CALLS: usize = 20;
const TOKEN: &str = "the token of nobody's account";
/// A call that nobody disturbs is over by then.
const LENGTH: Duration = Duration::from_secs(28);
/// Whoever is not done by then is stuck.
const LONG: Duration = Duration::from_mins(4);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_whose_node_is_killed_go_on_at_another_and_book_once() {
    on_postgres(async |test| {
        let town = Town::open(test).await;
        let (first, second) = (town.node("first"), town.node("second"));
        town.front.leads_to(&first);
        let calls = town.calls_at_all_points(CALLS).await;
        first.kill();
        town.front.leads_to(&second);
        calls.all_booked(test).await;
        second.was_quiet();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_whose_only_node_is_killed_go_on_when_it_is_back() {
    on_sqlite(async |test| {
        let town = Town::open(test).await;
        let node = town.node("killed");
        town.front.leads_to(&node);
        let calls = town.calls_at_all_points(CALLS).await;
        town.front.leads_nowhere();
        node.kill();
        let again = town.node("again");
        town.front.leads_to(&again);
        calls.all_booked(test).await;
        again.was_quiet();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_was_frozen_and_wakes_changes_nothing() {
    on_postgres(async |test| {
        let town = Town::open(test).await;
        let (frozen, other) = (town.node("frozen"), town.node("other"));
        town.front.leads_to(&frozen);
        let calls = town.calls_at_all_points(CALLS).await;
        frozen.pause();
        town.front.leads_to(&other);
        calls.one_goes_on.notified().await;
        frozen.wake();
        calls.all_booked(test).await;
        other.was_quiet();
        frozen.was_quiet();
    })
    .await;
}

/// The demo business with nodes behind one address, and its callers.
struct Town {
    front: Front,
    folder: tempfile::TempDir,
    database_url: String,
}

impl Town {
    async fn open(test: &TestDb) -> Self {
        Self {
            front: Front::open().await,
            folder: tempfile::tempdir().unwrap(),
            database_url: test.connect.url.clone(),
        }
    }

    fn node(&self, name: &str) -> Server {
        let public = format!("--public-url={}", self.front.url);
        let database = format!("--database-url={}", self.database_url);
        let token = format!("--twilio-auth-token={TOKEN}");
        let settings = ["--log=warn", &public, &database, &token];
        Server::start(self.folder.path(), name, &settings)
    }

    /// Calls that began one after the other, so that by now each is at some point, by chance, between its first ring and its end.
    async fn calls_at_all_points(&self, count: usize) -> Calls {
        let url = |path: &str| format!("{}{path}", self.front.url).parse().unwrap();
        let clock = Clock::system();
        let length = u64::try_from(LENGTH.as_millis()).unwrap();
        let points: Vec<_> = (0..count)
            .map(|_| Duration::from_millis(clock.below(length)))
            .collect();
        let calls = Calls {
            points: points.clone(),
            running: Mutex::default(),
            one_goes_on: Arc::default(),
            cut_off: Arc::default(),
        };
        let mut running = JoinSet::new();
        for (number, point) in points.into_iter().enumerate() {
            let line = Line {
                incoming: url("/voice/incoming"),
                fallback: Some(url("/voice/incoming")),
                status: Some(url("/voice/status")),
                from: phone(number),
                to: "+14155550100".to_owned(),
                dial_status: "completed".to_owned(),
            };
            let wish = Wish::number(number);
            let (goes_on, cut_off) = (Arc::clone(&calls.one_goes_on), Arc::clone(&calls.cut_off));
            running.spawn(async move {
                sleep(LENGTH.saturating_sub(point)).await;
                wish.call(&line, &goes_on, &cut_off).await
            });
        }
        *calls.running.lock().unwrap() = running;
        sleep(LENGTH).await;
        calls
    }
}

/// Calls under way.
struct Calls {
    points: Vec<Duration>,
    running: Mutex<JoinSet<(String, Ended)>>,
    one_goes_on: Arc<Notify>,
    /// Callers who were told so.
    cut_off: Arc<AtomicUsize>,
}

impl Calls {
    async fn all_booked(&self, test: &TestDb) {
        let mut running = std::mem::take(&mut *self.running.lock().unwrap());
        let mut talk = Vec::new();
        while let Some(ended) = running.join_next().await {
            let (said, ended) = ended.unwrap();
            assert_eq!(ended, Ended::ServerHungUp, "{said}");
            talk.push(said);
        }
        let talk = talk.join("\n");
        let wanted: BTreeMap<_, _> = (0..self.points.len())
            .map(|number| (phone(number), Wish::number(number).at.to_utc()))
            .collect();
        let desk = Desk::new(test.db.clone(), Clock::system());
        let mut reader = test.db.read().await.unwrap();
        let demo = businesses::ids(&mut reader, None, 9).await.unwrap();
        drop(reader);
        let house = By {
            business_id: demo[0],
            actor: Actor::SYSTEM,
        };
        let all = Filter::default();
        let bookings = desk.bookings(house, &all, None, 100).await.unwrap();
        let mut made = BTreeMap::new();
        for booking in &bookings.items {
            assert_eq!(booking.status, BookingStatus::Booked, "{talk}");
            let customer = booking.customer_id.unwrap();
            let customer = desk.customer(house, customer).await.unwrap();
            let twice = made.insert(customer.phone.to_string(), booking.starts_at);
            assert_eq!(twice, None, "{} booked twice\n{talk}", customer.phone);
        }
        assert_eq!(made, wanted, "{talk}");
        // No time is kept that nobody booked.
        let rows = usize::try_from(raw::count(test, "bookings").await).unwrap();
        assert_eq!(rows, wanted.len(), "{talk}");
        self.one_text_each(test).await;
        let cut_off = self.cut_off.load(Ordering::Relaxed);
        println!(
            "{} calls, cut off at {:?}: {cut_off} were told so, all booked once",
            self.points.len(),
            self.points,
        );
        assert!(cut_off > 0, "no call noticed anything\n{talk}");
    }

    /// A text that was being sent may have to wait until the dead node's lease is over.
    async fn one_text_each(&self, test: &TestDb) {
        let count = i64::try_from(self.points.len()).unwrap();
        let until = Instant::now() + LONG;
        while raw::count(test, "texts where state = 'sent'").await < count {
            assert!(Instant::now() < until, "texts were not sent");
            sleep(Duration::from_millis(200)).await;
        }
        assert_eq!(raw::count(test, "texts").await, count);
        let jobs = "jobs where kind = 'send_sms' and state <> 'done'";
        assert_eq!(raw::count(test, jobs).await, 0);
    }
}

/// What one caller wants.
#[derive(Clone, Copy)]
struct Wish {
    number: usize,
    at: DateTime<Tz>,
}

fn phone(number: usize) -> String {
    format!("+141555501{:02}", 10 + number)
}

impl Wish {
    /// None stands in another's way.
    fn number(number: usize) -> Self {
        const STEPS: i64 = 15;
        let minutes = STEPS * i64::try_from(number).unwrap();
        let begin = if minutes < 240 { (8, 0) } else { (9, 30) };
        let begin = NaiveTime::from_hms_opt(begin.0, begin.1, 0).unwrap();
        let at = tuesday().and_time(begin) + TimeDelta::minutes(minutes);
        let at = at.and_local_timezone(chrono_tz::America::New_York).unwrap();
        Self { number, at }
    }

    fn words(self) -> String {
        let at = self.at.format("%B %-d at %-I:%M %P");
        format!("This is Zoe, a vaccination with Nurse Amina on {at}")
    }

    /// An answer to what the agent asked last.
    fn answer(self, heard: &str) -> String {
        let answers = [
            ("Shall I book", "yes"),
            ("anything else", "no thanks"),
            ("calling from", "yes"),
        ];
        let asked = answers
            .iter()
            .filter_map(|(question, answer)| Some((heard.rfind(question)?, *answer)));
        match asked.max() {
            Some((_, answer)) => answer.to_owned(),
            None => self.words(),
        }
    }

    /// Talks until the server hangs up. What was said, and how it ended.
    async fn call(self, line: &Line, goes_on: &Notify, cut_off: &AtomicUsize) -> (String, Ended) {
        server::client();
        let account = "AC00000000000000000000000000000001".parse().unwrap();
        let token = Some(TOKEN.to_owned().into());
        let operator = Operator::new(account, token, Clock::system()).unwrap();
        let (says, turns) = mpsc::channel(4);
        let mut caller = Caller::live(turns);
        let tally = Mutex::new(Tally::default());
        let mut heard = String::new();
        let mut talk = vec![format!("caller {}", self.number)];
        let mut watch = |told: Told<'_>| match told {
            Told::AgentSays(words) => heard += words,
            Told::AgentSaid(words) => {
                talk.push(format!("  agent: {words}"));
                if words.contains("cut off") {
                    cut_off.fetch_add(1, Ordering::Relaxed);
                    goes_on.notify_one();
                }
            }
            Told::AgentListens => {
                let caller = Act::Says(self.answer(&heard));
                let when = When::default();
                let turn = caller::Turn::from(Turn { caller, when });
                says.try_send(turn).unwrap();
                heard.clear();
            }
            Told::CallerSays(words) => talk.push(format!("  caller: {words}")),
            Told::Announced(words) => talk.push(format!("  Twilio: {words}")),
            Told::Detail(what) => talk.push(format!("    {what}")),
            _ => {}
        };
        let until = Some(Instant::now() + LONG);
        let ended = line.call(&operator, &mut caller, &tally, &mut watch, until);
        let ended = ended.await;
        let talk = talk.join("\n");
        match ended {
            Ok(ended) => (talk, ended),
            Err(failed) => panic!("{failed}\n{talk}"),
        }
    }
}
