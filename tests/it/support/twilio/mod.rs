//! A stand-in for Twilio's REST side: it keeps what it is sent, refuses what the real one refuses, and tells its status callbacks,
//! signed, in whatever order a test wants.
//!
//! It knows the numbers that Twilio's own test credentials know (`+15005550001` is no number, `+15005550009` no mobile …), so a test
//! need not set them up. It can be started by hand, too: `cargo run --example fake_twilio`.

mod calls;
mod messages;

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use ringbook::{
    clock::Clock,
    twilio::{
        Params,
        rest::{Client, Credentials},
        signature,
    },
};
use secrecy::SecretString;
use serde_json::json;
use tokio::net::TcpListener;

pub(crate) use calls::KeptCall;
pub(crate) use messages::{KeptMessage, Texted};

pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const TOKEN: &str = "token-of-the-stand-in";
pub(crate) const KEY: &str = "SK00000000000000000000000000000001";
pub(crate) const KEY_SECRET: &str = "secret-of-the-stand-in";
/// A number of the account.
pub(crate) const OWN: &str = "+15005550006";

/// What the next request meets in place of its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    /// 429, nothing done. Asks to wait so many seconds.
    TooMany(u64),
    /// 503, nothing done.
    Down,
    /// 500, though it was done.
    DoneThenDown,
    /// Done, and no answer comes.
    DoneThenSilent,
    /// Done, and the answer is not JSON.
    DoneThenGarbled,
    /// 503 with the number that says it was never processed.
    DownAsTooMany,
}

pub(crate) struct FakeTwilio {
    pub(crate) base: String,
    house: Arc<House>,
    server: tokio::task::JoinHandle<()>,
}

struct House {
    kept: Mutex<Kept>,
    clock: Clock,
}

struct Kept {
    own: HashSet<String>,
    opted_out: HashSet<String>,
    troubles: VecDeque<Trouble>,
    messages: Vec<KeptMessage>,
    calls: Vec<KeptCall>,
    requests: usize,
    made: usize,
}

impl House {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }
}

impl Kept {
    fn sid(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{kind}{:032x}", self.made)
    }
}

impl FakeTwilio {
    pub(crate) async fn start() -> Self {
        Self::with_clock(Clock::held_at("2026-11-18T15:00:00Z".parse().unwrap())).await
    }

    pub(crate) async fn with_clock(clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::over(listener, clock)
    }

    /// `listener` must be on this machine only: everybody knows the token.
    pub(crate) fn over(listener: TcpListener, clock: Clock) -> Self {
        let base = format!("http://{}", listener.local_addr().unwrap());
        let house = Arc::new(House {
            kept: Mutex::new(Kept {
                own: HashSet::from([OWN.to_owned()]),
                opted_out: HashSet::new(),
                troubles: VecDeque::new(),
                messages: Vec::new(),
                calls: Vec::new(),
                requests: 0,
                made: 0,
            }),
            clock,
        });
        let app = router(&house);
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            base,
            house,
            server,
        }
    }

    pub(crate) fn with_token() -> Credentials {
        Credentials::Token {
            account: ACCOUNT.parse().unwrap(),
            token: TOKEN.to_owned().into(),
        }
    }

    pub(crate) fn with_key() -> Credentials {
        Credentials::Key {
            account: ACCOUNT.parse().unwrap(),
            key: KEY.to_owned(),
            secret: KEY_SECRET.to_owned().into(),
        }
    }

    pub(crate) fn client(&self) -> Client {
        super::http::client();
        Client::new(&self.base, Self::with_key()).unwrap()
    }

    pub(crate) fn opt_out(&self, number: &str) {
        self.house.kept().opted_out.insert(number.to_owned());
    }

    /// Meets the next request; a second one, the request after it.
    pub(crate) fn trouble(&self, trouble: Trouble) {
        self.house.kept().troubles.push_back(trouble);
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.house.clock
    }

    /// How many requests came, good or bad.
    pub(crate) fn requests(&self) -> usize {
        self.house.kept().requests
    }

    /// Tells `url` something, signed as Twilio signs. Gives back the answer, and its document.
    async fn tell(
        &self,
        url: &str,
        params: &[(&str, &str)],
    ) -> reqwest::Result<(StatusCode, String)> {
        let params: Params<'_> = params.iter().copied().collect();
        let token: SecretString = TOKEN.to_owned().into();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(params.iter());
        let request = super::http::client()
            .post(url)
            .header(signature::HEADER, signature::sign(&token, url, &params))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.finish());
        let answer = request.send().await?;
        Ok((answer.status(), answer.text().await?))
    }
}

impl Drop for FakeTwilio {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn router(house: &Arc<House>) -> Router {
    let account = Router::new()
        .route("/Messages.json", post(messages::create).get(messages::list))
        .route("/Messages/{file}", get(messages::fetch))
        .route("/Calls.json", post(calls::create))
        .route("/Calls/{file}", post(calls::update).get(calls::fetch))
        .route("/Calls/{file}/Recordings.json", post(calls::record));
    Router::new()
        .nest("/2010-04-01/Accounts/{account}", account)
        .fallback(async || Problem::new(404, 20404, "The requested resource was not found"))
        .layer(middleware::from_fn_with_state(Arc::clone(house), admit))
        .with_state(Arc::clone(house))
}

/// Asks who it is, then lets the next trouble happen.
async fn admit(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    house.kept().requests += 1;
    let account = request.uri().path().split('/').nth(3).unwrap_or_default();
    if account != ACCOUNT || !is_known(request.headers()) {
        return Problem::new(401, 20003, "Authenticate").into_response();
    }
    let form = "application/x-www-form-urlencoded";
    let content = request.headers().get(header::CONTENT_TYPE);
    if request.method() == "POST" && content.is_none_or(|content| content != form) {
        return Problem::new(415, 20415, "Unsupported Media Type").into_response();
    }
    let trouble = house.kept().troubles.pop_front();
    match trouble {
        None => next.run(request).await,
        Some(Trouble::TooMany(seconds)) => {
            let mut answer = Problem::new(429, 20429, "Too Many Requests").into_response();
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
            answer
        }
        Some(Trouble::Down) => {
            (StatusCode::SERVICE_UNAVAILABLE, "upstream is away").into_response()
        }
        Some(Trouble::DownAsTooMany) => {
            Problem::new(503, 20429, "Too Many Requests").into_response()
        }
        Some(Trouble::DoneThenDown) => {
            next.run(request).await;
            Problem::new(500, 20500, "Internal Server Error").into_response()
        }
        Some(Trouble::DoneThenSilent) => {
            next.run(request).await;
            std::future::pending().await
        }
        Some(Trouble::DoneThenGarbled) => {
            let status = next.run(request).await.status();
            (status, "<html>created</html>").into_response()
        }
    }
}

fn is_known(headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION);
    [(ACCOUNT, TOKEN), (KEY, KEY_SECRET)]
        .map(|(user, password)| BASE64_STANDARD.encode(format!("{user}:{password}")))
        .iter()
        .any(|known| given.is_some_and(|given| *given == format!("Basic {known}")))
}

/// How Twilio says no.
#[derive(Debug, Clone)]
struct Problem {
    status: u16,
    code: u32,
    message: &'static str,
}

impl Problem {
    fn new(status: u16, code: u32, message: &'static str) -> Self {
        Self {
            status,
            code,
            message,
        }
    }

    fn bad(code: u32, message: &'static str) -> Self {
        Self::new(400, code, message)
    }

    fn not_found() -> Self {
        Self::new(404, 20404, "The requested resource was not found")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status,
        });
        let status = StatusCode::from_u16(self.status).unwrap();
        (status, Json(body)).into_response()
    }
}

/// The name in front of `.json`.
fn sid_of(Path((_, file)): &Path<(String, String)>) -> Result<&str, Problem> {
    file.strip_suffix(".json").ok_or_else(Problem::not_found)
}

/// What a number of Twilio's documentation stands for, when it is called or texted.
fn check_number(number: &str) -> Result<(), Problem> {
    let digits = number.strip_prefix('+').unwrap_or_default();
    let is_number = (8..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    match number {
        _ if !is_number => Err(Problem::bad(21211, "Invalid 'To' Phone Number")),
        "+15005550001" => Err(Problem::bad(21211, "Invalid 'To' Phone Number")),
        "+15005550002" => Err(Problem::bad(
            21612,
            "Message cannot be sent with the current combination of 'To' and/or 'From' parameters",
        )),
        "+15005550003" => Err(Problem::bad(
            21408,
            "Permission to send an SMS has not been enabled for the region",
        )),
        "+15005550004" => Err(Problem::bad(
            21610,
            "Attempt to send to unsubscribed recipient",
        )),
        "+15005550009" => Err(Problem::bad(
            21614,
            "'To' number is not a valid mobile number",
        )),
        _ => Ok(()),
    }
}

fn mail_date(date: DateTime<Utc>) -> String {
    date.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
