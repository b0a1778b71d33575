//! A server dies in the middle of its work. What it acknowledged is there, what is there is whole, and asking again completes the rest.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use reqwest::{Client, StatusCode};
use ringbook::{
    clock::Clock,
    desk::Desk,
    domain::{Action, BookingId, BookingStatus},
    store::customers,
};
use tokio::{sync::mpsc, task::JoinSet};

use super::{
    assert_nothing_overlaps, assert_quiet, full_or,
    salon::{STAFF, Salon, phone, quarter},
};
use crate::{
    store::raw,
    support::{
        TestDb, on_each_engine,
        server::{Answer, Server, ask, client},
    },
};

const BOOKINGS: usize = 200;
const WRITERS: usize = 32;
/// Half-hours of one day that are booked with everybody.
const STARTS: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_under_load_comes_back_with_every_acknowledged_booking() {
    on_each_engine(async |test| {
        let salon = Arc::new(Salon::open(&test.db).await);
        let folder = tempfile::tempdir().unwrap();
        let start = |name: &str| Server::start(folder.path(), name, &test.connect.url).answers();
        for kill in 0..full_or(1, 4) {
            let storm = Arc::new(Storm {
                number: kill,
                salon: Arc::clone(&salon),
                client: client(),
            });
            // With all writers still waiting for an answer, fewer than all bookings are made.
            let most = (BOOKINGS - 2 * WRITERS) as u64;
            let after = 1 + usize::try_from(Clock::system().below(most)).unwrap();
            let acknowledged = storm.until_killed(start("killed"), after).await;

            let server = start("restarted");
            for (number, id) in &acknowledged {
                assert_there(test, &salon, *id, storm.guest(*number)).await;
            }
            assert_nothing_is_half_written(test).await;
            let untold = storm.complete(&server.url, &acknowledged).await;
            println!(
                "killed after {after} of {BOOKINGS}: {} acknowledged, {untold} written but not told",
                acknowledged.len()
            );
            assert_each_exactly_once(test, (kill + 1) * BOOKINGS).await;
            assert_quiet(&server);
        }
        assert_nothing_is_half_written(test).await;
        assert_nothing_overlaps(test).await;
    })
    .await;
}

/// Two hundred bookings, each with a guest, a time, a person and a key of its own.
struct Storm {
    number: usize,
    salon: Arc<Salon>,
    client: Client,
}

impl Storm {
    fn guest(&self, booking: usize) -> usize {
        self.number * BOOKINGS + booking
    }

    /// Nothing where the server went away before it answered.
    async fn book(&self, url: &str, booking: usize) -> Option<Answer> {
        let (slot, staff) = (booking / STAFF, booking % STAFF);
        let days = BOOKINGS / STAFF / STARTS;
        let day = self.number * days + slot / STARTS;
        let at = quarter(day, 2 * (slot % STARTS));
        let body = self.salon.cut_at(at, Some(staff), self.guest(booking));
        let key = format!("guest-{}", self.guest(booking));
        let request = self.salon.post(&self.client, url, &body);
        ask(request.header("idempotency-key", key)).await.ok()
    }

    /// Books until so many bookings were acknowledged and the server was killed for it. What it acknowledged, by number.
    async fn until_killed(
        self: &Arc<Self>,
        server: Server,
        after: usize,
    ) -> BTreeMap<usize, BookingId> {
        let next = Arc::new(AtomicUsize::new(0));
        let (tell, mut told) = mpsc::unbounded_channel();
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS {
            let (storm, url) = (Arc::clone(self), server.url.clone());
            let (next, tell) = (Arc::clone(&next), tell.clone());
            writers.spawn(async move {
                while let number = next.fetch_add(1, Ordering::Relaxed)
                    && number < BOOKINGS
                    && let Some(answer) = storm.book(&url, number).await
                {
                    tell.send((number, id_of(&answer))).unwrap();
                }
            });
        }
        drop(tell);
        let mut server = Some(server);
        let mut acknowledged = BTreeMap::new();
        while let Some((number, id)) = told.recv().await {
            acknowledged.insert(number, id);
            if acknowledged.len() == after
                && let Some(server) = server.take()
            {
                server.kill();
            }
        }
        writers.join_all().await;
        assert!((after..BOOKINGS).contains(&acknowledged.len()));
        acknowledged
    }

    /// Sends every request once more, with its key. How many had been written without anybody hearing of it.
    async fn complete(&self, url: &str, acknowledged: &BTreeMap<usize, BookingId>) -> usize {
        let mut untold = 0;
        for number in 0..BOOKINGS {
            let answer = self.book(url, number).await.expect("an answer");
            let id = id_of(&answer);
            match acknowledged.get(&number) {
                Some(first) => {
                    assert!(answer.replayed, "booked again: {answer:?}");
                    assert_eq!(id, *first);
                }
                None => untold += usize::from(answer.replayed),
            }
        }
        untold
    }
}

fn id_of(answer: &Answer) -> BookingId {
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    serde_json::from_value(answer.body["id"].clone()).unwrap()
}

async fn assert_there(test: &TestDb, salon: &Salon, id: BookingId, guest: usize) {
    let desk = Desk::new(test.db.clone(), Clock::system());
    let booking = desk.booking(salon.by, id).await.unwrap();
    assert_eq!(booking.status, BookingStatus::Booked);
    let customer = booking.customer_id.unwrap();
    let mut reader = test.db.read().await.unwrap();
    let customer = customers::get(&mut reader, salon.by.business_id, customer)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(customer.phone.as_str(), phone(guest));
    let changes = desk.booking_changes(salon.by, id).await.unwrap();
    let actions: Vec<Action> = changes.iter().map(|change| change.action).collect();
    assert_eq!(actions, [Action::Booked]);
}

/// Each of the four rows that a booking consists of has the others.
async fn assert_nothing_is_half_written(test: &TestDb) {
    for (row, other, link) in [
        ("bookings", "customers", "other.id = row.customer_id"),
        ("bookings", "booking_changes", "other.booking_id = row.id"),
        ("bookings", "idempotency_keys", "other.booking_id = row.id"),
        ("customers", "bookings", "other.customer_id = row.id"),
        ("booking_changes", "bookings", "other.id = row.booking_id"),
        ("idempotency_keys", "bookings", "other.id = row.booking_id"),
    ] {
        let alone = format!(
            "{row} as row where not exists (select 1 from {other} as other
             where other.business_id = row.business_id and {link})"
        );
        let alone = raw::count(test, &alone).await;
        assert_eq!(alone, 0, "{row} without {other}");
    }
}

async fn assert_each_exactly_once(test: &TestDb, bookings: usize) {
    for table in [
        "bookings",
        "booking_changes",
        "customers",
        "idempotency_keys",
    ] {
        let rows = raw::count(test, table).await;
        assert_eq!(usize::try_from(rows), Ok(bookings), "{table}");
    }
}
