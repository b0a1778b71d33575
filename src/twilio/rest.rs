//! Twilio's REST interface: texts, and calls in progress.
//!
//! One request each, with a time limit and no second try: whether to repeat is the caller's to decide, and what makes that decision
//! safe is the error. Twilio has no idempotency keys, so a request whose fate is unknown must be looked up before it is sent again.

mod calls;
mod error;
mod messages;

pub use calls::{Call, CallUpdate, LONGEST_UPDATE, NewCall};
pub use error::{Code, Error};
pub use messages::{LONGEST_BODY, Message, MessageFilter, NewMessage, Page, Sender};

use std::{fmt, time::Duration};

use reqwest::{Method, RequestBuilder, Response, StatusCode, Url, header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};

use super::{AccountSid, is_this_machine};
use error::from_sending;

pub const PUBLIC_URL: &str = "https://api.twilio.com";

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// A page of a thousand texts stays below this.
const LONGEST_ANSWER: usize = 8 * 1024 * 1024;

/// Who asks. An API key can be withdrawn by itself; the account's token also signs webhooks.
#[derive(Debug, Clone)]
pub enum Credentials {
    Token {
        account: AccountSid,
        token: SecretString,
    },
    Key {
        account: AccountSid,
        /// Begins with `SK`.
        key: String,
        secret: SecretString,
    },
}

impl Credentials {
    pub fn account(&self) -> &AccountSid {
        match self {
            Self::Token { account, .. } | Self::Key { account, .. } => account,
        }
    }

    fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::Token { account, token } => {
                request.basic_auth(account, Some(token.expose_secret()))
            }
            Self::Key { key, secret, .. } => request.basic_auth(key, Some(secret.expose_secret())),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    credentials: Credentials,
}

#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("{0} is no address that Twilio's interface could have; it looks like {PUBLIC_URL}")]
    Address(String),
    #[error("no HTTP client could be made: {0}")]
    Client(#[from] reqwest::Error),
}

impl Client {
    /// `base` is [`PUBLIC_URL`], or where a stand-in listens.
    pub fn new(base: &str, credentials: Credentials) -> Result<Self, SetupError> {
        Self::with_limits(base, credentials, CONNECT_WITHIN, ANSWER_WITHIN)
    }

    pub fn with_limits(
        base: &str,
        credentials: Credentials,
        connect_within: Duration,
        answer_within: Duration,
    ) -> Result<Self, SetupError> {
        let refused = || SetupError::Address(base.to_owned());
        let base = Url::parse(base).map_err(|_| refused())?;
        if base.cannot_be_a_base() || !matches!(base.scheme(), "http" | "https") {
            return Err(refused());
        }
        let http = reqwest::Client::builder()
            .connect_timeout(connect_within)
            .timeout(answer_within)
            .redirect(reqwest::redirect::Policy::none());
        // No proxy leads to a stand-in on this machine.
        let http = if is_this_machine(base.host_str().unwrap_or_default()) {
            http.no_proxy()
        } else {
            http
        };
        let http = http.build()?;
        Ok(Self {
            http,
            base,
            credentials,
        })
    }

    /// Whether it is not Twilio that is asked, but something on this machine.
    pub fn is_stand_in(&self) -> bool {
        is_this_machine(self.base.host_str().unwrap_or_default())
    }

    /// `path` stands below the account: `Messages.json`.
    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!(
            "/2010-04-01/Accounts/{}/{path}",
            self.credentials.account()
        ));
        url
    }

    async fn read<T: DeserializeOwned>(&self, url: Url) -> Result<T, Error> {
        let request = self.http.request(Method::GET, url);
        self.send(request, Effect::Reads).await
    }

    /// Not `async` itself: a form is nothing that a task could take along from thread to thread.
    fn write<T: DeserializeOwned>(
        &self,
        path: &str,
        form: Form,
    ) -> impl Future<Output = Result<T, Error>> {
        let request = self
            .http
            .request(Method::POST, self.url(path))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.finish());
        self.send(request, Effect::Writes)
    }

    async fn send<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        effect: Effect,
    ) -> Result<T, Error> {
        let response = self.credentials.sign(request).send().await;
        let response = response.map_err(|error| from_sending(&error, effect))?;
        let status = response.status();
        let wait = retry_after(&response);
        let body = whole(response).await;
        if status.is_success() {
            let body = body.map_err(|why| effect.unanswered(why))?;
            return serde_json::from_slice(&body)
                .map_err(|error| effect.unanswered(format!("the answer can't be read: {error}")));
        }
        let problem = body
            .ok()
            .and_then(|body| serde_json::from_slice(&body).ok());
        Err(from_status(status, problem, wait, effect))
    }
}

/// Whether a request that got no clear answer may have changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Reads,
    Writes,
}

impl Effect {
    fn unanswered(self, why: impl fmt::Display) -> Error {
        let why = why.to_string();
        match self {
            Self::Reads => Error::Retryable { why, wait: None },
            Self::Writes => Error::UnknownFate { why },
        }
    }
}

/// What Twilio says with an error.
#[derive(Debug, Deserialize)]
struct Problem {
    code: Option<u32>,
    #[serde(default)]
    message: String,
}

fn from_status(
    status: StatusCode,
    problem: Option<Problem>,
    wait: Option<Duration>,
    effect: Effect,
) -> Error {
    let code = problem.as_ref().and_then(|problem| problem.code);
    let why = match problem {
        Some(problem) if !problem.message.is_empty() => problem.message,
        _ => format!("the answer was {status}"),
    };
    if status == StatusCode::TOO_MANY_REQUESTS || code == Some(Code::TooManyRequests.number()) {
        // Twilio says of this one answer that it was never processed.
        return Error::Retryable { why, wait };
    }
    if status.is_server_error() || !status.is_client_error() {
        return effect.unanswered(why);
    }
    Error::Refused {
        status: status.as_u16(),
        code: code.map(Code::from),
        why,
    }
}

/// In seconds; the other form, a date, is not sent by Twilio.
fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

async fn whole(mut response: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(error::without_address)? {
        if body.len() + piece.len() > LONGEST_ANSWER {
            return Err("the answer is longer than any of Twilio's".to_owned());
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// A form body in the making.
struct Form(form_urlencoded::Serializer<'static, String>);

impl Form {
    fn new() -> Self {
        Self(form_urlencoded::Serializer::new(String::new()))
    }

    fn field(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.0.append_pair(name, &value.to_string());
        self
    }

    fn finish(mut self) -> String {
        self.0.finish()
    }

    fn perhaps(self, name: &str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.field(name, value),
            None => self,
        }
    }
}
