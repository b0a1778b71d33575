//! Asks the server as Twilio asks: signed, within its limits of time and size, and as often again as the address's fragment says.

use std::{sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use form_urlencoded::Serializer;
use reqwest::{Client, Response, StatusCode, Upgraded, Url, header};
use secrecy::SecretString;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig},
    },
};

use super::twiml::{self, Verb};
use crate::{
    clock::Clock,
    twilio::{AccountSid, Params, forms::REPEAT_HEADER, signature},
};

/// However often it tries.
const LONGEST: Duration = Duration::from_secs(15);
const LONGEST_ANSWER: usize = 64 * 1024;
/// Between two tries: Twilio doesn't document one; without any, a server that is starting again would never be met.
const BREATH: Duration = Duration::from_millis(500);

/// Twilio's half of what both sides know, and its way to the server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Operator {
    client: Client,
    pub account: AccountSid,
    /// Without one, nothing is signed.
    token: Option<Arc<SecretString>>,
    pub clock: Clock,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    #[error("the server can't be reached")]
    NoConnection,
    #[error("the server did not answer in time")]
    TooSlow,
    #[error("the server answered {0}")]
    Status(StatusCode),
    #[error("the answer is of type `{0}`; a document is text/xml (12300)")]
    NotXml(String),
    #[error("the answer is longer than 64 kB (11750)")]
    TooLong,
    #[error(transparent)]
    BadDocument(#[from] twiml::BadDocument),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    #[error("the stream's address is not ws:// or wss://")]
    Scheme,
    #[error("the server can't be reached")]
    NoConnection,
    #[error("the server did not open the stream in time (31901)")]
    TooSlow,
    #[error("the server answered {0} in place of opening the stream (31920)")]
    Refused(StatusCode),
    #[error("the server's handshake is wrong (31920)")]
    Handshake,
}

impl Operator {
    pub fn new(
        account: AccountSid,
        token: Option<SecretString>,
        clock: Clock,
    ) -> reqwest::Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .http1_only()
            .connect_timeout(Duration::from_secs(5))
            .user_agent("TwilioProxy/1.1")
            .build()?;
        Ok(Self {
            client,
            account,
            token: token.map(Arc::new),
            clock,
        })
    }

    /// What to do next, by the server.
    pub async fn ask(&self, url: &Url, form: &[(&str, &str)]) -> Result<Vec<Verb>, Unanswered> {
        let (content_type, body) = self.persist(url, form).await?;
        let is_xml = ["text/xml", "application/xml", "text/html"]
            .iter()
            .any(|known| content_type.starts_with(known));
        if !is_xml {
            return Err(Unanswered::NotXml(content_type));
        }
        Ok(twiml::read(&body)?)
    }

    /// Tells the server how it went; what it answers means nothing.
    pub async fn tell(&self, url: &Url, form: &[(&str, &str)]) -> Result<(), Unanswered> {
        self.persist(url, form).await.map(|_| ())
    }

    /// The content type and the body of the first good answer.
    async fn persist(
        &self,
        url: &Url,
        form: &[(&str, &str)],
    ) -> Result<(String, String), Unanswered> {
        let patience = Patience::read(url.fragment().unwrap_or_default());
        // The same in all tries.
        let request = self.clock.id().to_string();
        let tries = async {
            let mut left = patience.times;
            loop {
                let tried = timeout(patience.one_try, self.post(url, form, &request));
                let failed = match tried.await {
                    Ok(Ok(answer)) => return Ok(answer),
                    Ok(Err(failed)) => failed,
                    Err(_) => Unanswered::TooSlow,
                };
                if left == 0 || !patience.covers(&failed) {
                    return Err(failed);
                }
                left -= 1;
                sleep(BREATH).await;
            }
        };
        let tried = timeout(LONGEST, tries).await;
        tried.unwrap_or(Err(Unanswered::TooSlow))
    }

    async fn post(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        request: &str,
    ) -> Result<(String, String), Unanswered> {
        let params: Params<'_> = form.iter().copied().collect();
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        let mut post = self
            .client
            .post(url.clone())
            .header(
                header::CONTENT_TYPE,
                "application/x-www-form-urlencoded; charset=UTF-8",
            )
            .header(REPEAT_HEADER, request)
            .body(body);
        if let Some(token) = &self.token {
            post = post.header(
                signature::HEADER,
                signature::sign(token, &signed(url), &params),
            );
        }
        let answer = post.send().await.map_err(|error| unanswered(&error))?;
        let status = answer.status();
        if !status.is_success() {
            return Err(Unanswered::Status(status));
        }
        let content_type = answer.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        Ok((content_type, body_of(answer).await?))
    }

    /// Opens the socket of a stream.
    pub async fn open(&self, url: &Url) -> Result<WebSocketStream<Upgraded>, Unopened> {
        let mut http = url.clone();
        let scheme = match url.scheme() {
            "ws" => "http",
            "wss" => "https",
            _ => return Err(Unopened::Scheme),
        };
        http.set_scheme(scheme).map_err(|()| Unopened::Scheme)?;
        let key = BASE64_STANDARD.encode(self.clock.random::<16>());
        let mut upgrade = self
            .client
            .get(http)
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::SEC_WEBSOCKET_KEY, &key);
        if let Some(token) = &self.token {
            let text = signed(url);
            let signature = signature::sign(token, &text, &Params::default());
            upgrade = upgrade.header(signature::HEADER, signature);
        }
        let opened = timeout(LONGEST, upgrade.send()).await;
        let answer = opened
            .map_err(|_| Unopened::TooSlow)?
            .map_err(|_| Unopened::NoConnection)?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(Unopened::Refused(answer.status()));
        }
        let accepted = answer.headers().get(header::SEC_WEBSOCKET_ACCEPT);
        if accepted.is_none_or(|accepted| *accepted != derive_accept_key(key.as_bytes())) {
            return Err(Unopened::Handshake);
        }
        let socket = answer.upgrade().await.map_err(|_| Unopened::Handshake)?;
        Ok(WebSocketStream::from_raw_socket(socket, Role::Client, Some(socket_settings())).await)
    }
}

/// The library clears its whole buffer before every read: a small one costs a quarter less.
pub fn socket_settings() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(4096)
        .max_message_size(Some(1 << 20))
        .max_frame_size(Some(1 << 20))
}

/// As Twilio writes the address before it signs: never with the fragment, and over TLS without the port.
fn signed(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    if matches!(url.scheme(), "https" | "wss") {
        let _ = url.set_port(None);
    }
    url.into()
}

fn unanswered(error: &reqwest::Error) -> Unanswered {
    match error {
        error if error.is_timeout() && !error.is_connect() => Unanswered::TooSlow,
        _ => Unanswered::NoConnection,
    }
}

async fn body_of(mut answer: Response) -> Result<String, Unanswered> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| unanswered(&error))? {
        body.extend_from_slice(&piece);
        if body.len() > LONGEST_ANSWER {
            return Err(Unanswered::TooLong);
        }
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}

/// How hard Twilio tries, from an address's fragment: `#rc=3&rp=ct,5xx&ct=2000&rt=5000`.
#[derive(Debug, PartialEq, Eq)]
struct Patience {
    times: u8,
    on: Vec<String>,
    one_try: Duration,
}

impl Patience {
    fn read(fragment: &str) -> Self {
        let named = |wanted: &str| {
            let mut parts = fragment.split('&').filter_map(|part| part.split_once('='));
            parts
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| value)
        };
        let ms = |name, usual| {
            let asked = named(name).and_then(|text| text.parse().ok());
            Duration::from_millis(asked.unwrap_or(usual))
        };
        let on = named("rp").unwrap_or("ct").split(',').map(str::to_owned);
        Self {
            times: named("rc")
                .and_then(|text| text.parse().ok())
                .unwrap_or(1)
                .min(5),
            on: on.collect(),
            one_try: ms("ct", 5_000) + ms("rt", 15_000),
        }
    }

    fn covers(&self, failed: &Unanswered) -> bool {
        let word = match failed {
            Unanswered::NoConnection => "ct",
            Unanswered::TooSlow => "rt",
            Unanswered::Status(status) if status.is_server_error() => "5xx",
            Unanswered::Status(status) if status.is_client_error() => "4xx",
            _ => return false,
        };
        self.on.iter().any(|on| on == word || on == "all")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fragment_says_how_hard_to_try() {
        let usual = Patience::read("");
        assert_eq!((usual.times, usual.one_try), (1, Duration::from_secs(20)));
        assert!(usual.covers(&Unanswered::NoConnection));
        assert!(!usual.covers(&Unanswered::Status(StatusCode::BAD_GATEWAY)));
        let hard = Patience::read("rc=9&rp=5xx,rt&ct=100&rt=200");
        assert_eq!((hard.times, hard.one_try), (5, Duration::from_millis(300)));
        assert!(hard.covers(&Unanswered::Status(StatusCode::BAD_GATEWAY)));
        assert!(hard.covers(&Unanswered::TooSlow));
        assert!(!hard.covers(&Unanswered::NoConnection));
        assert!(Patience::read("rp=all").covers(&Unanswered::NoConnection));
    }

    #[test]
    fn neither_the_fragment_nor_a_port_over_tls_is_signed() {
        let of = |text: &str| signed(&text.parse().unwrap());
        assert_eq!(
            of("https://a.example:8443/v?x=1#rc=2"),
            "https://a.example/v?x=1"
        );
        assert_eq!(of("http://127.0.0.1:8080/v"), "http://127.0.0.1:8080/v");
        assert_eq!(of("wss://a.example/s"), "wss://a.example/s");
    }
}
