//! Whole calls over real sockets: documents that lead on, signatures, retries and callbacks.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{FromRequestParts, Request, State, WebSocketUpgrade, ws},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use ringbook::{
    call::{
        rehearsal::{Act, Turn, When},
        timer::Ms,
    },
    clock::Clock,
    softphone::{Caller, Ended, Failed, Line, Operator, Told, caller, tally::Tally},
    twilio::{
        Params,
        signature::{self, Body, Keys},
    },
};
use secrecy::SecretString;
use tokio::net::TcpListener;

use crate::support::server;

/// A server that answers each path with what it was given, in turn, and the last of it for good.
struct Scripted {
    base: String,
    house: Arc<House>,
}

struct House {
    base: String,
    answers: Mutex<BTreeMap<&'static str, VecDeque<(u16, String)>>>,
    /// Path and form of all that was asked.
    asked: Mutex<Vec<(String, String)>>,
}

fn token() -> SecretString {
    "token-of-the-stand-in".to_owned().into()
}

impl Scripted {
    async fn start(answers: &[(&'static str, u16, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut scripted: BTreeMap<_, VecDeque<_>> = BTreeMap::new();
        for (path, status, body) in answers {
            let body = format!("<Response>{body}</Response>");
            scripted
                .entry(*path)
                .or_default()
                .push_back((*status, body));
        }
        let house = Arc::new(House {
            base: base.clone(),
            answers: Mutex::new(scripted),
            asked: Mutex::default(),
        });
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&house));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { base, house }
    }

    /// The paths that were asked, and what one of the form's fields was.
    fn asked(&self, field: &str) -> Vec<String> {
        let asked = self.house.asked.lock().unwrap();
        let told = asked.iter().map(|(path, form)| {
            let params = Params::parse(form.as_bytes()).unwrap();
            format!("{path} {}", params.get(field).unwrap_or_default())
        });
        told.map(|text| text.trim_end().to_owned()).collect()
    }

    fn line(&self) -> Line {
        let url = |path: &str| format!("{}{path}", self.base).parse().unwrap();
        Line {
            incoming: url("/incoming"),
            fallback: None,
            status: Some(url("/status")),
            from: "+14155550134".to_owned(),
            to: "+14155550100".to_owned(),
            dial_status: "no-answer".to_owned(),
        }
    }

    async fn call(&self, line: &Line) -> (Result<Ended, Failed>, Vec<String>) {
        server::client();
        let account = "AC00000000000000000000000000000001".parse().unwrap();
        let operator = Operator::new(account, Some(token()), Clock::system()).unwrap();
        let turn = Turn {
            caller: Act::HangsUp,
            when: When::SinceLast(Ms(60_000)),
        };
        let mut caller = Caller::with_script([caller::Turn::from(turn)].into());
        let tally = Mutex::new(Tally::default());
        let mut told = Vec::new();
        let mut watch = |what: Told<'_>| match what {
            Told::Announced(text) => told.push(format!("says {text}")),
            Told::Rings(number) => told.push(format!("rings {number}")),
            Told::TakesMessage => told.push("records".to_owned()),
            _ => {}
        };
        let ended = line
            .call(&operator, &mut caller, &tally, &mut watch, None)
            .await;
        (ended, told)
    }
}

async fn answer(State(house): State<Arc<House>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 100_000).await.unwrap();
    let path = parts.uri.path().to_owned();
    let is_stream = parts.headers.contains_key(header::UPGRADE);
    let base = if is_stream {
        house.base.replacen("http", "ws", 1)
    } else {
        house.base.clone()
    };
    let params = Params::parse(&body).unwrap();
    let signed = parts.headers.get(signature::HEADER);
    let checked = Keys::default().token(token()).check(&signature::Request {
        url: &format!("{base}{}", parts.uri),
        body: if is_stream {
            Body::None
        } else {
            Body::Form(&params)
        },
        signature: signed.and_then(|value| value.to_str().ok()),
        settings: None,
    });
    if checked.is_err() {
        return StatusCode::FORBIDDEN.into_response();
    }
    let form = String::from_utf8(body.to_vec()).unwrap();
    house.asked.lock().unwrap().push((path.clone(), form));
    if is_stream {
        let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &())
            .await
            .unwrap();
        return upgrade.on_upgrade(close_after_a_moment);
    }
    let mut answers = house.answers.lock().unwrap();
    let Some(scripted) = answers.get_mut(&*path) else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let (status, body) = scripted.front().cloned().unwrap();
    if scripted.len() > 1 {
        scripted.pop_front();
    }
    let status = StatusCode::from_u16(status).unwrap();
    (status, [(header::CONTENT_TYPE, "text/xml")], body).into_response()
}

/// Once it has heard the caller.
async fn close_after_a_moment(mut socket: ws::WebSocket) {
    for _ in 0..4 {
        socket.recv().await;
    }
    let _ = socket.send(ws::Message::Close(None)).await;
    while let Some(Ok(_)) = socket.recv().await {}
}

#[tokio::test]
async fn a_call_is_followed_through_every_verb_to_its_end() {
    let server = Scripted::start(&[
        ("/incoming", 200, "<Say>Hi</Say><Pause length='0'/><Redirect>after/../second?x=1#rc=3</Redirect>"),
        (
            "/second",
            200,
            "<Connect action='/voice/after'><Stream url='/stream/abc' name='s'/></Connect><Hangup/>",
        ),
        ("/voice/after", 200, "<Dial action='dialled'><Number>+14155550199</Number></Dial>"),
        ("/voice/dialled", 200, "<Record action='/recorded'/>"),
        ("/recorded", 200, "<Hangup/>"),
    ])
    .await;
    let (ended, told) = server.call(&server.line()).await;
    assert_eq!(ended, Ok(Ended::ServerHungUp));
    assert_eq!(told, ["says Hi", "rings +14155550199", "records"]);
    assert_eq!(
        server.asked("CallStatus"),
        [
            "/incoming ringing",
            "/second in-progress",
            "/stream/abc",
            "/voice/after in-progress",
            "/voice/dialled in-progress",
            "/recorded in-progress",
            "/status completed",
        ]
    );
    let dialled = server.asked("DialCallStatus");
    assert_eq!(dialled[4], "/voice/dialled no-answer");
    let calls = server.house.asked.lock().unwrap();
    let sids = calls.iter().filter(|(_, form)| !form.is_empty());
    let sids: Vec<_> = sids
        .map(|(_, form)| {
            Params::parse(form.as_bytes())
                .unwrap()
                .get("CallSid")
                .map(str::to_owned)
        })
        .collect();
    assert!(
        sids[0].is_some() && sids.iter().all(|sid| *sid == sids[0]),
        "{sids:?}"
    );
}

#[tokio::test]
async fn a_stream_tells_its_status_and_goes_on_even_if_it_never_opened() {
    let server = Scripted::start(&[("/incoming", 200, "")]).await;
    let stream = format!(
        "<Response><Connect action='/after'><Stream url='ws://127.0.0.1:1/s' statusCallback='{}/st'/></Connect></Response>",
        server.base
    );
    server
        .house
        .answers
        .lock()
        .unwrap()
        .insert("/incoming", [(200, stream)].into());
    let (ended, _) = server.call(&server.line()).await;
    assert!(ended.is_err(), "/after answers with no document");
    assert_eq!(
        server.asked("StreamEvent"),
        ["/incoming", "/st stream-error", "/after", "/status"]
    );
}

#[tokio::test]
async fn a_server_that_fails_is_asked_again_as_often_as_its_address_says() {
    let server = Scripted::start(&[
        (
            "/incoming",
            200,
            "<Redirect>/flaky#rc=2&amp;rp=5xx</Redirect>",
        ),
        ("/flaky", 503, ""),
        ("/flaky", 502, ""),
        ("/flaky", 200, "<Hangup/>"),
    ])
    .await;
    let (ended, _) = server.call(&server.line()).await;
    assert_eq!(ended, Ok(Ended::ServerHungUp));
    assert_eq!(
        server.asked("x"),
        ["/incoming", "/flaky", "/flaky", "/flaky", "/status"]
    );
}

#[tokio::test]
async fn without_settings_an_error_is_final_and_goes_to_the_fallback() {
    let server = Scripted::start(&[
        ("/incoming", 500, ""),
        ("/fallback", 200, "<Reject reason='busy'/>"),
    ])
    .await;
    let (ended, _) = server.call(&server.line()).await;
    assert!(matches!(ended, Err(Failed::Webhook { .. })), "{ended:?}");
    assert_eq!(
        server.asked("CallStatus"),
        ["/incoming ringing", "/status failed"]
    );
    let line = Line {
        fallback: Some(format!("{}/fallback", server.base).parse().unwrap()),
        ..server.line()
    };
    let (ended, _) = server.call(&line).await;
    assert_eq!(ended, Ok(Ended::Rejected));
    assert_eq!(
        server.asked("ErrorCode")[3..],
        ["/fallback 11200", "/status"]
    );
}

#[tokio::test]
async fn a_server_that_is_gone_can_not_be_reached_and_circles_end() {
    let server = Scripted::start(&[("/incoming", 200, "<Redirect>/incoming</Redirect>")]).await;
    let (ended, _) = server.call(&server.line()).await;
    assert_eq!(ended, Err(Failed::Circles));
    let line = Line {
        incoming: "http://127.0.0.1:1/incoming#rc=0".parse().unwrap(),
        ..server.line()
    };
    let (ended, _) = server.call(&line).await;
    assert_eq!(ended.unwrap_err().kind(), "the server can't be reached");
}
