//! The server is told to stop in the middle of calls, with no time for them to end. Another one answers, and every caller gets the
//! appointment they asked for, once. What becomes of calls whose server is killed is in `softphone/cut_off.rs`.
//!
//! The callers are at different points of their calls when it happens. The agent speaks as fast as people do, so this takes a while.

use std::{path::Path, time::Duration};

use chrono::Timelike;
use reqwest::StatusCode;
use ringbook::{
    clock::Clock,
    desk::Desk,
    domain::{Booking, CallOutcome},
    store::{bookings, calls},
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::timeout,
};

use super::{
    assert_nothing_overlaps, assert_quiet, full_or,
    salon::{STAFF, Salon},
};
use crate::{
    store::raw,
    support::{
        TestDb,
        carrier::{Answer, Carrier},
        handset::Telephone,
        on_each_engine,
        server::Server,
    },
};

const PEOPLE: [&str; STAFF] = ["Anna", "Ben", "Cleo", "Dan", "Eve"];
const HOURS: [(&str, u32); 4] = [
    ("nine in the morning", 9),
    ("eleven in the morning", 11),
    ("two in the afternoon", 14),
    ("four in the afternoon", 16),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_whose_server_is_stopped_are_booked_by_the_next_one() {
    on_each_engine(server_is_stopped).await;
}

async fn server_is_stopped(test: &TestDb) {
    let salon = Salon::open(&test.db).await;
    let folder = tempfile::tempdir().unwrap();
    let mut server = start(folder.path(), 0, test);
    let (tell, node) = watch::channel(Carrier::new(&server.url, salon.by.business_id));
    let (greeted, mut greetings) = mpsc::unbounded_channel();
    let (count, times) = (full_or(4, 20), full_or(1, 2));
    let mut callers = JoinSet::new();
    for number in 0..count {
        let caller = Caller {
            number,
            node: node.clone(),
            greeted: greeted.clone(),
        };
        callers.spawn(caller.calls());
        // One after another, so that each is at another point of the call.
        greetings.recv().await.unwrap();
        if (number + 1) * times % count < times {
            server.stop().await;
            server = start(folder.path(), number + 1, test);
            tell.send_modify(|carrier| carrier.url.clone_from(&server.url));
        }
    }
    callers.join_all().await;

    let desk = Desk::new(test.db.clone(), Clock::system());
    let all = bookings::Filter::default();
    let booked = desk.bookings(salon.by, &all, None, 100).await.unwrap();
    let mut booked: Vec<_> = booked.items.iter().map(|it| place(&salon, it)).collect();
    let mut wished: Vec<_> = (0..count).map(|it| (it % STAFF, hour(it).1)).collect();
    booked.sort_unstable();
    wished.sort_unstable();
    assert_eq!(booked, wished);
    assert_nothing_overlaps(test).await;
    let all = calls::Filter::default();
    let calls = desk.calls(salon.by, &all, None, 100).await.unwrap();
    assert_eq!(calls.items.len(), count);
    for call in calls.items {
        assert_eq!(call.outcome, Some(CallOutcome::Booked), "{call:?}");
    }
    let resumed = raw::count(test, "calls where reconnects > 0").await;
    println!("{resumed} of {count} calls went on at another server");
    assert!(resumed > 0);
    assert_quiet(&server);
}

fn start(folder: &Path, number: usize, test: &TestDb) -> Server {
    let settings = [("CALL_GRACE", "0")];
    let name = format!("server-{number}");
    Server::start_with(folder, &name, &test.connect.url, &settings).answers()
}

fn hour(number: usize) -> (&'static str, u32) {
    HOURS[number / STAFF % HOURS.len()]
}

fn place(salon: &Salon, booking: &Booking) -> (usize, u32) {
    let who = salon.staff.iter().position(|it| *it == booking.staff_id);
    (who.unwrap(), booking.starts_at.hour())
}

/// Wants an appointment, and stays on the line until they have it.
struct Caller {
    number: usize,
    /// Whoever answers now.
    node: watch::Receiver<Carrier>,
    greeted: mpsc::UnboundedSender<()>,
}

impl Caller {
    async fn calls(mut self) {
        let sid = format!("CA{:032x}", self.number);
        let from = format!("+44207946{:04}", self.number + 100);
        let from = [("From", from.as_str())];
        let node = self.node.borrow_and_update().clone();
        let path = format!("/voice/incoming/{}", node.business);
        let mut document = node.asks(&path, &sid, &from).await;
        while document.document.contains("<Stream") {
            let node = self.node.borrow_and_update().clone();
            // A server that went away just now is no answer, and Twilio asks again.
            if let Ok(telephone) = node.opens(&document.stream()).await {
                self.talks(telephone, &sid).await;
            }
            document = self.asks_what_comes_next(&document, &sid).await;
        }
        // And not with a goodbye because the line broke too often.
        document.only_hangs_up();
    }

    async fn talks(&self, mut telephone: Telephone, sid: &str) {
        telephone.starts(sid).await;
        let (time, _) = hour(self.number);
        let person = PEOPLE[self.number % STAFF];
        telephone
            .chats(|question| {
                if question.contains("else") {
                    "no thank you, goodbye".to_owned()
                } else if question.contains("number") {
                    "yes, that number is fine".to_owned()
                } else if question.contains("help") {
                    self.greeted.send(()).unwrap();
                    format!("this is Zoe, I would like a cut with {person} tomorrow at {time}")
                } else {
                    "yes please".to_owned()
                }
            })
            .await;
    }

    async fn asks_what_comes_next(&mut self, document: &Answer, sid: &str) -> Answer {
        let path = document.action();
        loop {
            let node = self.node.borrow_and_update().clone();
            match node.tries(&path, sid).await {
                Some(answer)
                    if answer.status == StatusCode::OK && !answer.document.contains("<Pause") =>
                {
                    return answer;
                }
                _ => self.another_server().await,
            }
        }
    }

    /// Or a moment, as Twilio waits before it asks again.
    async fn another_server(&mut self) {
        let _ = timeout(Duration::from_millis(500), self.node.changed()).await;
    }
}
