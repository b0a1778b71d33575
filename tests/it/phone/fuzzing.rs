//! Nonsense of every kind at every door: a clear refusal, nothing left of it, and a call beside it that does not notice.
//!
//! Chance is drawn from numbers that are the same in each run.

use std::{sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::StatusCode;
use ringbook::domain::CallState;
use serde_json::json;
use tokio::task::{JoinHandle, JoinSet};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use crate::{
    proof::full_or,
    support::{
        TestDb,
        carrier::{Answer, CALLER, DIALLED},
        doors::Doors,
        on_each_engine,
        twilio::ACCOUNT,
    },
};

const AT_ONCE: usize = 8;

/// A call that goes on while all of this happens.
struct Beside {
    enough: CancellationToken,
    talk: JoinHandle<()>,
}

impl Beside {
    async fn begins(doors: &Doors) -> Self {
        let (_, mut telephone) = doors.calls("CAbeside").await;
        telephone.hears("help").await;
        let enough = CancellationToken::new();
        let over = enough.clone();
        let talk = tokio::spawn(async move {
            loop {
                telephone.says("What time is it open on Friday?").await;
                telephone.hears("nine").await;
                if over.is_cancelled() {
                    return telephone.stops().await;
                }
            }
        });
        Self { enough, talk }
    }

    async fn noticed_nothing(self) {
        self.enough.cancel();
        self.talk.await.unwrap();
    }
}

const VALUES: [&str; 20] = [
    "",
    " ",
    "anonymous",
    "+266696687",
    "client:anna",
    "+442079460000",
    "\0",
    "completed",
    "in-progress",
    "ringing",
    "no-answer",
    "null",
    "-1",
    "18446744073709551616",
    "1e999",
    "<Response><Say>hello</Say></Response>",
    "' or 1=1 --",
    "\u{1f487}\u{202e}",
    "CA0",
    "%00%ff",
];

const NAMES: [&str; 10] = [
    "CallSid",
    "AccountSid",
    "From",
    "To",
    "CallStatus",
    "DialCallStatus",
    "StreamSid",
    "StreamEvent",
    "SequenceNumber",
    "Weather",
];

/// A form as Twilio sends it, with something wrong.
fn form(chance: &mut StdRng, sid: &str) -> Vec<u8> {
    let mut fields: Vec<(String, String)> = [
        ("CallSid", sid),
        ("AccountSid", ACCOUNT),
        ("From", CALLER),
        ("To", DIALLED),
        ("CallStatus", "in-progress"),
        ("StreamSid", "MZ01"),
        ("StreamEvent", "stream-error"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    for _ in 0..chance.random_range(1..4) {
        let at = chance.random_range(0..fields.len());
        let value = VALUES[chance.random_range(0..VALUES.len())].to_owned();
        match chance.random_range(0..6) {
            0 if fields.len() > 1 => drop(fields.remove(at)),
            1 => fields.push((NAMES[chance.random_range(0..NAMES.len())].to_owned(), value)),
            2 => fields[at].1 = "9".repeat(chance.random_range(1..70_000)),
            3 => fields[at].0 = value,
            4 => fields.extend((0..600).map(|field| (field.to_string(), String::new()))),
            _ => fields[at].1 = value,
        }
    }
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(&fields);
    let mut body = body.finish().into_bytes();
    if chance.random_range(0..4) == 0 {
        scramble(chance, &mut body);
    }
    body
}

fn scramble(chance: &mut StdRng, bytes: &mut Vec<u8>) {
    for _ in 0..chance.random_range(1..8) {
        let at = chance.random_range(0..bytes.len());
        match chance.random_range(0..3) {
            0 => bytes[at] = chance.random_range(0..=255),
            1 => bytes.insert(at, chance.random_range(0..=255)),
            _ => bytes.truncate(at.max(1)),
        }
    }
}

#[tokio::test]
async fn whatever_a_form_says_the_answer_is_a_document_that_twilio_can_follow() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let beside = Beside::begins(&doors).await;
        let mut chance = StdRng::seed_from_u64(1);
        let call = doors.call().await.id;
        let paths = [
            "/voice/incoming".to_owned(),
            format!("/voice/incoming/{}", doors.house.by.business_id),
            format!("/voice/after/{call}"),
            "/voice/after/nonsense".to_owned(),
            "/voice/status".to_owned(),
            "/voice/stream-status".to_owned(),
        ];
        for number in 0..full_or(300, 5_000) {
            let body = form(&mut chance, &format!("CA{number}"));
            let path = &paths[chance.random_range(0..paths.len())];
            let Answer { status, .. } = doors.posts(path, body).await;
            let good = [
                StatusCode::OK,
                StatusCode::BAD_REQUEST,
                StatusCode::FORBIDDEN,
                StatusCode::PAYLOAD_TOO_LARGE,
            ];
            assert!(good.contains(&status), "{status} at {path}, form {number}");
        }
        beside.noticed_nothing().await;
        doors.is_clean().await;
    })
    .await;
}

/// What comes over a stream, and should not, or not like that.
fn message(chance: &mut StdRng, other: &str) -> Message {
    let media = |payload: &str| {
        json!({"event": "media", "sequenceNumber": "2", "media":
            {"track": "inbound", "chunk": "1", "timestamp": "20", "payload": payload}})
        .to_string()
    };
    let whole = media(&BASE64_STANDARD.encode([0xff; 160]));
    Message::text(match chance.random_range(0..15) {
        0 | 1 => {
            let mut bytes = whole.into_bytes();
            scramble(chance, &mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        }
        2 => "x".repeat(40_000),
        3 => return Message::binary(vec![7; chance.random_range(0..2_000)]),
        4 => media("%%%"),
        5 => media(&"/".repeat(30_000)),
        6 => "[".repeat(10_000),
        7 => start(other),
        8 => whole,
        9 => json!({"event": "dtmf", "dtmf": {"digit": "five"}}).to_string(),
        10 => json!({"event": "mark", "mark": {"name": "0.1.0"}}).to_string(),
        11 => json!({"event": "stop", "sequenceNumber": chance.random_range(0..9)}).to_string(),
        12 => json!({"event": "connected", "sequenceNumber": "nine"}).to_string(),
        13 => return Message::Ping(vec![1; 125].into()),
        _ => json!({"event": ["media"], "media": null}).to_string(),
    })
}

fn start(sid: &str) -> String {
    json!({"event": "start", "sequenceNumber": "1", "streamSid": "MZ01", "start": {
        "accountSid": ACCOUNT, "streamSid": "MZ01", "callSid": sid, "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {},
    }})
    .to_string()
}

/// A socket with its own token, another call's, a used one or none that is known; it says some of what it should, and much else.
async fn one_socket(doors: Arc<Doors>, number: usize) {
    let mut chance = StdRng::seed_from_u64(number as u64);
    let sid = format!("CA{number:032x}");
    let other = format!("CA{:032x}", number + 1);
    let own = doors.rings(&sid).await.stream();
    let path = match chance.random_range(0..6) {
        0 => "/voice/stream/made-up".to_owned(),
        1 => doors.rings(&other).await.stream(),
        _ => own,
    };
    let mut telephone = doors.opens(&path).await.unwrap();
    if chance.random_range(0..4) > 0 {
        telephone.sends(start(&sid)).await;
    }
    for _ in 0..chance.random_range(0..12) {
        telephone.sends_message(message(&mut chance, &other)).await;
        if chance.random_range(0..3) == 0 {
            tokio::task::yield_now().await;
        }
    }
    match chance.random_range(0..3) {
        0 => telephone.breaks(),
        1 => telephone.stops().await,
        _ => {
            telephone.sends_message(Message::Close(None)).await;
            telephone.falls_silent().await;
        }
    }
    for sid in [sid, other] {
        doors
            .asks("/voice/status", &sid, &[("CallStatus", "failed")])
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_comes_over_a_stream_it_ends_and_no_other_call_notices() {
    on_each_engine(async |test| {
        let mut patience = Doors::PATIENCE;
        patience.idle = Duration::from_secs(20);
        let doors = Arc::new(Doors::with(&test.db, 2 * AT_ONCE, patience).await);
        let beside = Beside::begins(&doors).await;
        let count = full_or(60, 2_000);
        let mut sockets = JoinSet::new();
        for number in 0..count {
            if sockets.len() == AT_ONCE {
                sockets.join_next().await.unwrap().unwrap();
            }
            // Every second number, because each looks at its neighbour's token.
            sockets.spawn(one_socket(Arc::clone(&doors), 2 * number));
        }
        sockets.join_all().await;
        beside.noticed_nothing().await;
        doors.is_clean().await;
        // One that fell over would not have been counted.
        assert_eq!(doors.counted("ringbook_streams_total"), count + 1);
    })
    .await;
}

#[tokio::test]
async fn news_of_a_call_may_come_in_any_order_and_more_than_once() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let mut chance = StdRng::seed_from_u64(3);
        for number in 0..full_or(12, 200) {
            let sid = format!("CA{number:032x}");
            let (answer, mut telephone) = doors.calls(&sid).await;
            telephone.hears("help").await;
            let mut news = ["initiated", "ringing", "in-progress", "answered", "ringing"].to_vec();
            news.insert(chance.random_range(0..=news.len()), "completed");
            news.insert(chance.random_range(0..=news.len()), "completed");
            for (at, status) in news.iter().enumerate() {
                let number = at.to_string();
                let told = [("CallStatus", *status), ("SequenceNumber", number.as_str())];
                doors
                    .asks("/voice/status", &sid, &told)
                    .await
                    .says("<Response/>");
            }
            telephone.waits_for_hang_up().await;
            doors
                .after(&answer, &sid, "completed")
                .await
                .only_hangs_up();
            let calls = doors.house.desk.calls_known_as(&sid).await.unwrap();
            assert_eq!(calls[0].state, CallState::Ended);
        }
        doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_token_that_was_used_opens_nothing_while_its_call_goes_on() {
    let test = TestDb::on_sqlite().await;
    let doors = Doors::open(&test.db).await;
    let answer = doors.rings("CA01").await;
    let mut telephone = doors.connects(&answer, "CA01").await;
    telephone.hears("help").await;
    for _ in 0..20 {
        let replayed = doors.connects(&answer, "CA01").await;
        let goodbye = replayed.waits_for_hang_up().await.expect("a goodbye");
        assert_eq!(u16::from(goodbye.code), 1008);
    }
    telephone.says("What time is it open on Friday?").await;
    telephone.hears("nine").await;
    telephone.stops().await;
    doors.is_clean().await;
}
