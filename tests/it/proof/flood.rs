//! Somebody who is not Twilio asks and asks. They are turned away, and the calls in progress are spoken to in time.
//!
//! The program itself says how late its frames went out, on the port for metrics.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{assert_quiet, full_or, salon::Salon};
use crate::support::{
    TestDb,
    carrier::Carrier,
    server::{Server, client},
    twilio::TOKEN,
};

const CALLS: usize = 5;
const TICK: Duration = Duration::from_millis(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_unsigned_requests_leaves_the_calls_in_progress_in_time() {
    let test = TestDb::on_sqlite().await;
    let salon = Salon::open(&test.db).await;
    let folder = tempfile::tempdir().unwrap();
    let settings = [("METRICS_LISTEN", "0"), ("TWILIO_AUTH_TOKEN", TOKEN)];
    let server =
        Server::start_with(folder.path(), "server", &test.connect.url, &settings).answers();
    let metrics = after(&server.said, "Metrics are on ");
    let carrier = Carrier::new(&server.url, salon.by.business_id);
    let client = client();

    let quiet = spoken_to(&carrier, "1").await;
    assert_eq!(quiet, CALLS);
    let before = Frames::sent(&client, &metrics).await;

    let enough = CancellationToken::new();
    let a_tick = full_or(4, 10);
    let flood = tokio::spawn(flood(
        client.clone(),
        carrier.clone(),
        a_tick,
        enough.clone(),
    ));
    assert_eq!(spoken_to(&carrier, "2").await, CALLS);
    enough.cancel();
    let refused = flood.await.unwrap();
    let all = Frames::sent(&client, &metrics).await;
    let during = all.since(before);
    println!(
        "{refused} requests turned away; more than 20 ms late: {:.2} % of {} frames before, {:.2} % of {} meanwhile",
        before.late(),
        before.count,
        during.late(),
        during.count
    );
    assert!(refused > 100 && during.count > 500);
    assert!(during.late() < before.late() + 10.0);
    assert_quiet(&server);
}

fn after(said: &str, words: &str) -> String {
    let line = said.lines().find_map(|line| line.strip_prefix(words));
    line.expect("the server says where it answers").to_owned()
}

/// Callers who listen to the greeting, and to being asked whether they are still there. How many heard it.
async fn spoken_to(carrier: &Carrier, round: &str) -> usize {
    let mut callers = JoinSet::new();
    for number in 0..CALLS {
        let (carrier, sid) = (carrier.clone(), format!("CA{round}{number}"));
        callers.spawn(async move {
            let (_, mut telephone) = carrier.calls(&sid).await;
            telephone.hears("help").await;
            telephone.says("what are your opening hours?").await;
            telephone.hears("eight").await;
            telephone.stops().await;
        });
    }
    callers.join_all().await.len()
}

async fn flood(
    client: Client,
    carrier: Carrier,
    a_tick: usize,
    enough: CancellationToken,
) -> usize {
    let url = format!("{}/voice/incoming/{}", carrier.url, carrier.business);
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut refused = 0;
    while !enough.is_cancelled() {
        ticks.tick().await;
        let mut requests = JoinSet::new();
        for _ in 0..a_tick {
            let form = [("CallSid", "CA00"), ("From", "+442079460099")];
            let mut body = form_urlencoded::Serializer::new(String::new());
            body.extend_pairs(form);
            let request = client.post(&url).body(body.finish());
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            requests.spawn(async move { request.send().await.unwrap().status() });
        }
        let answers = requests.join_all().await;
        assert!(
            answers
                .iter()
                .all(|status| *status == StatusCode::FORBIDDEN)
        );
        refused += answers.len();
    }
    refused
}

/// The frames of the agent's voice that went out.
#[derive(Debug, Clone, Copy)]
struct Frames {
    count: u64,
    in_time: u64,
}

impl Frames {
    async fn sent(client: &Client, metrics: &str) -> Self {
        let page = client.get(metrics).send().await.unwrap();
        let page = page.error_for_status().unwrap().text().await.unwrap();
        let value = |series: &str| {
            let line = page.lines().find_map(|line| line.strip_prefix(series));
            line.expect(series).trim().parse().unwrap()
        };
        Self {
            count: value("ringbook_frame_lateness_seconds_count "),
            in_time: value("ringbook_frame_lateness_seconds_bucket{le=\"0.02\"} "),
        }
    }

    fn since(self, before: Self) -> Self {
        Self {
            count: self.count - before.count,
            in_time: self.in_time - before.in_time,
        }
    }

    /// In percent.
    #[expect(clippy::cast_precision_loss, reason = "a share to look at")]
    fn late(self) -> f64 {
        100.0 * (self.count - self.in_time) as f64 / self.count as f64
    }
}
