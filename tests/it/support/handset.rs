//! The caller's end of a media stream, as Twilio plays it: frames out, words in, every mark back.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::{SinkExt, StreamExt};
use ringbook::audio::{
    FRAME,
    typed::{self, Decoder, Heard},
};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::CloseFrame},
};

use super::twilio::ACCOUNT;

/// Whatever takes longer has failed.
const LONG: Duration = Duration::from_secs(20);

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
    pub(super) fn over(socket: WebSocketStream<TcpStream>) -> Self {
        Self {
            socket,
            decoder: Decoder::default(),
            heard: String::new(),
            number: 0,
            chunk: 0,
        }
    }

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
    pub(crate) async fn waits_for_hang_up(mut self) -> Option<CloseFrame> {
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
        self.waits_for_hang_up().await;
    }

    /// Answers whatever is asked, for as long as the line holds.
    pub(crate) async fn chats(&mut self, mut answer: impl FnMut(&str) -> String) {
        loop {
            match self.next().await {
                Came::Mark if self.heard.ends_with('?') => {
                    let answer = answer(&self.heard);
                    self.says(&answer).await;
                }
                Came::Closed(_) => return,
                _ => {}
            }
        }
    }

    /// Nothing comes from the caller's side any more, not even marks.
    pub(crate) async fn falls_silent(mut self) {
        let wait = async { while let Some(Ok(_)) = self.socket.next().await {} };
        assert!(timeout(LONG, wait).await.is_ok(), "the line stays open");
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
