//! A node that answers the telephone, and a telephone that rings there as Twilio does: signed, over a real socket, marks and all.
//!
//! The agent's words are short sounds and the pauses are short, so a call takes a moment; what the caller says comes all at once.

use std::{sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::{SinkExt, StreamExt};
use reqwest::{StatusCode, header};
use ringbook::{
    audio::{
        FRAME,
        typed::{self, Decoder, Heard},
    },
    call::{
        driver::Ground,
        lines::Lines,
        live::Live,
        timer::Ms,
        turn::Pauses,
    },
    clock::Clock,
    domain::{Booking, Call},
    phone::{self, Leftovers, Patience, Settings, Switchboard, Trust},
    providers::Registry,
    speech::Typed,
    store::{Db, bookings::Filter},
    twilio::{
        Params,
        signature::{self, Keys},
    },
};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Error as SocketError, Message, client::IntoClientRequest, protocol::CloseFrame,
    },
};

use super::{
    House,
    house::monday,
    server::client,
    twilio::{ACCOUNT, TOKEN},
};

pub(crate) const CALLER: &str = "+442079460001";
const DIALLED: &str = "+442079460000";
/// Whatever takes longer has failed.
const LONG: Duration = Duration::from_secs(20);

/// One node.
pub(crate) struct Doors {
    pub(crate) house: Arc<House>,
    pub(crate) board: Switchboard,
    /// Like `http://127.0.0.1:40123`.
    pub(crate) url: String,
    server: JoinHandle<()>,
}

impl Doors {
    /// A call whose line broke is over at once.
    pub(crate) const PATIENCE: Patience = Patience {
        start: Duration::from_millis(500),
        idle: Duration::from_secs(10),
        lost: Duration::ZERO,
        beyond: Duration::from_secs(120),
    };
    const ROOM: usize = 8;

    pub(crate) async fn open(db: &Db) -> Self {
        Self::with_room_for(db, Self::ROOM).await
    }

    pub(crate) async fn with_room_for(db: &Db, calls: usize) -> Self {
        Self::over(Self::house(db).await, calls, Self::PATIENCE).await
    }

    pub(crate) async fn patient(db: &Db, patience: Patience) -> Self {
        Self::over(Self::house(db).await, Self::ROOM, patience).await
    }

    /// A call whose line broke may be picked up.
    pub(crate) async fn that_wait(db: &Db) -> Self {
        let patience = Patience {
            lost: Duration::from_secs(60),
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
        Self::over(house, Self::ROOM, Self::PATIENCE).await
    }

    async fn over(house: Arc<House>, calls: usize, patience: Patience) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let ground = Ground {
            desk: house.desk.clone(),
            providers: Registry::new(house.desk.clone()),
            lines: Arc::new(Lines::english().unwrap()),
            pauses: quick(),
        };
        let keys = Keys::default().token(TOKEN.to_owned().into());
        let settings = Settings {
            public_url: url.parse().unwrap(),
            trust: Trust::new(keys, true),
            patience,
        };
        let engine = Arc::new(Typed { letter_ms: 1 });
        let board = Switchboard::new(ground, Live::new(calls), engine, settings);
        let app = phone::router(board.clone());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            house,
            board,
            url,
            server,
        }
    }

    /// Twilio asks here, signed, with these in addition to what it always sends.
    pub(crate) async fn asks(&self, path: &str, sid: &str, more: &[(&str, &str)]) -> Answer {
        self.asks_signed(path, sid, more, |signature| signature).await
    }

    pub(crate) async fn asks_signed(
        &self,
        path: &str,
        sid: &str,
        more: &[(&str, &str)],
        forge: impl FnOnce(String) -> String,
    ) -> Answer {
        let mut form = vec![
            ("CallSid", sid),
            ("AccountSid", ACCOUNT),
            ("From", CALLER),
            ("To", DIALLED),
            ("ApiVersion", "2010-04-01"),
            ("Direction", "inbound"),
        ];
        form.extend(more);
        if !more.iter().any(|(name, _)| *name == "CallStatus") {
            form.push(("CallStatus", "in-progress"));
        }
        let url = format!("{}{path}", self.url);
        let params: Params<'_> = form.iter().copied().collect();
        let signed = forge(signature::sign(&token(), &url, &params));
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&form);
        let response = client()
            .post(&url)
            .header(signature::HEADER, signed)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.finish())
            .send()
            .await
            .unwrap();
        let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap();
        assert!(kind.starts_with("text/xml"), "{kind}");
        Answer {
            status: response.status(),
            document: response.text().await.unwrap(),
        }
    }

    /// Somebody dials the house.
    pub(crate) async fn rings(&self, sid: &str) -> Answer {
        let path = format!("/voice/incoming/{}", self.house.by.business_id);
        self.asks(&path, sid, &[]).await
    }

    /// Twilio asks what comes next, as the document told it to.
    pub(crate) async fn after(&self, document: &Answer, sid: &str, status: &str) -> Answer {
        self.asks(&document.action(), sid, &[("CallStatus", status)])
            .await
    }

    /// Somebody dials, and their stream opens.
    pub(crate) async fn calls(&self, sid: &str) -> (Answer, Telephone) {
        let answer = self.rings(sid).await;
        let telephone = self.connects(&answer, sid).await;
        (answer, telephone)
    }

    pub(crate) async fn connects(&self, document: &Answer, sid: &str) -> Telephone {
        let mut telephone = self.opens(&document.stream()).await.unwrap();
        telephone.starts(sid).await;
        telephone
    }

    /// A socket at this path, with the signature that belongs to it.
    pub(crate) async fn opens(&self, path: &str) -> Result<Telephone, SocketError> {
        let url = format!("{}{path}", self.url.replacen("http", "ws", 1));
        let signature = signature::sign(&token(), &url, &Params::default());
        self.opens_with(path, &signature).await
    }

    pub(crate) async fn opens_with(
        &self,
        path: &str,
        signature: &str,
    ) -> Result<Telephone, SocketError> {
        let address = self.url.strip_prefix("http://").unwrap();
        let url = format!("ws://{address}{path}");
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert(signature::HEADER, signature.parse().unwrap());
        let socket = TcpStream::connect(address).await.unwrap();
        let (socket, _) = client_async(request, socket).await?;
        Ok(Telephone {
            socket,
            decoder: Decoder::default(),
            heard: String::new(),
            number: 0,
            chunk: 0,
        })
    }

    /// The only call that there is.
    pub(crate) async fn call(&self) -> Call {
        let calls = self
            .house
            .desk
            .calls(self.house.by, &ringbook::store::calls::Filter::default(), None, 2)
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
        until("nothing is left of any call", async || {
            self.board.leftovers() == Leftovers::default()
        })
        .await;
    }
}

impl Drop for Doors {
    fn drop(&mut self) {
        self.server.abort();
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

fn token() -> SecretString {
    TOKEN.to_owned().into()
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

/// A document, or a refusal.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) document: String,
}

impl Answer {
    /// The path of the stream that is to be opened.
    #[track_caller]
    pub(crate) fn stream(&self) -> String {
        self.path_in("<Stream url=\"")
    }

    /// The path where Twilio is to ask next.
    #[track_caller]
    pub(crate) fn action(&self) -> String {
        let whole = self.path_in(" action=\"");
        whole.split('#').next().unwrap().to_owned()
    }

    #[track_caller]
    fn path_in(&self, attribute: &str) -> String {
        let (_, rest) = self.document.split_once(attribute).unwrap_or_else(|| {
            panic!("no {attribute} in {}", self.document);
        });
        let url = rest.split('"').next().unwrap();
        let path = url.splitn(4, '/').nth(3).unwrap();
        format!("/{path}")
    }

    #[track_caller]
    pub(crate) fn says(&self, words: &str) {
        assert!(self.document.contains(words), "{}", self.document);
    }

    /// It hangs up, without a word.
    #[track_caller]
    pub(crate) fn only_hangs_up(&self) {
        assert_eq!(self.status, StatusCode::OK);
        self.says("<Response><Hangup/></Response>");
    }
}

/// The caller's end of a stream.
pub(crate) struct Telephone {
    socket: WebSocketStream<TcpStream>,
    decoder: Decoder,
    /// All that the agent has said since the caller last spoke.
    pub(crate) heard: String,
    number: u64,
    chunk: u64,
}

/// What comes over the line.
enum Came {
    Words,
    Mark,
    Clear,
    Closed(Option<CloseFrame>),
}

impl Telephone {
    pub(crate) async fn starts(&mut self, sid: &str) {
        let connected = json!({"event": "connected", "protocol": "Call", "version": "1.0.0"});
        self.sends(connected.to_string()).await;
        let start = self.numbered(json!({"event": "start", "start": {
            "accountSid": ACCOUNT, "streamSid": "MZ01", "callSid": sid, "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {},
        }}));
        self.sends(start).await;
    }

    pub(crate) fn numbered(&mut self, mut message: Value) -> String {
        self.number += 1;
        message["sequenceNumber"] = self.number.to_string().into();
        message["streamSid"] = "MZ01".into();
        message.to_string()
    }

    /// Whatever it is. An error is left to whoever reads next.
    pub(crate) async fn sends(&mut self, text: String) {
        let _ = self.socket.send(Message::Text(text.into())).await;
    }

    pub(crate) async fn sends_message(&mut self, message: Message) {
        let _ = self.socket.send(message).await;
    }

    pub(crate) async fn says(&mut self, text: &str) {
        self.heard.clear();
        for frame in typed::encode(text, 0) {
            self.chunk += 1;
            let media = self.numbered(json!({"event": "media", "media": {
                "track": "inbound", "chunk": self.chunk.to_string(),
                "timestamp": (self.chunk * 20).to_string(),
                "payload": BASE64_STANDARD.encode(frame),
            }}));
            self.sends(media).await;
        }
    }

    pub(crate) async fn presses(&mut self, keys: &str) {
        self.heard.clear();
        for key in keys.chars() {
            let dtmf = json!({"track": "inbound_track", "digit": key.to_string()});
            let message = self.numbered(json!({"event": "dtmf", "dtmf": dtmf}));
            self.sends(message).await;
        }
    }

    /// Waits until the agent has said these words, and the caller has heard them.
    pub(crate) async fn hears(&mut self, words: &str) {
        loop {
            match self.next().await {
                Came::Mark if self.heard.contains(words) => return,
                Came::Closed(_) => panic!("closed before {words:?}: {}", self.heard),
                _ => {}
            }
        }
    }

    /// Waits until the other side hangs up, and says how it did.
    pub(crate) async fn is_hung_up(mut self) -> Option<CloseFrame> {
        loop {
            if let Came::Closed(frame) = self.next().await {
                return frame;
            }
        }
    }

    /// The caller hangs up.
    pub(crate) async fn stops(mut self) {
        let stop = json!({"accountSid": ACCOUNT, "callSid": "CA"});
        let stop = self.numbered(json!({"event": "stop", "stop": stop}));
        self.sends(stop).await;
        self.is_hung_up().await;
    }

    /// The line breaks.
    pub(crate) fn breaks(self) {
        drop(self);
    }

    async fn next(&mut self) -> Came {
        let wait = timeout(LONG, self.next_message());
        let Ok(came) = wait.await else {
            panic!("nothing comes; heard so far: {}", self.heard)
        };
        came
    }

    async fn next_message(&mut self) -> Came {
        loop {
            let message = match self.socket.next().await {
                None | Some(Err(_)) => return Came::Closed(None),
                Some(Ok(Message::Close(frame))) => return Came::Closed(frame),
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(_)) => continue,
            };
            let message: Value = serde_json::from_str(&message).unwrap();
            match message["event"].as_str().unwrap() {
                "media" => {
                    let payload = message["media"]["payload"].as_str().unwrap();
                    let sound = BASE64_STANDARD.decode(payload).unwrap();
                    let frame: &[u8; FRAME] = sound[..].try_into().unwrap();
                    if let Some(Heard::Ended(text)) = self.decoder.push(frame) {
                        self.heard.push_str(&text);
                        return Came::Words;
                    }
                }
                "mark" => {
                    let name = message["mark"]["name"].clone();
                    let back = self.numbered(json!({"event": "mark", "mark": {"name": name}}));
                    self.sends(back).await;
                    return Came::Mark;
                }
                "clear" => {
                    self.decoder.cut_off();
                    return Came::Clear;
                }
                other => panic!("{other} is no message of ours"),
            }
        }
    }
}
