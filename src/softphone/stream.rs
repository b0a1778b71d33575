//! One media stream, as Twilio plays it: the caller's sound goes out every twenty milliseconds, the agent's is played at the same
//! pace, and marks come back as it is.

use std::{
    borrow::Cow,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{self, Message},
};

use super::{Caller, Told, Watch, caller::Does, playout::Playout, sound, tally::Tally};
use crate::{
    audio::{
        FRAME, FRAME_MS, mulaw,
        typed::{self, Decoder, Heard},
    },
    twilio::{AccountSid, CallSid, StreamSid},
};

const FRAME_TIME: Duration = Duration::from_millis(FRAME_MS);
/// A server that takes nothing for so long is gone.
const STUCK: Duration = Duration::from_secs(10);
/// How long we wait for the server to close its side.
const FAREWELL: Duration = Duration::from_secs(2);
/// After so long a silence, sound belongs to another answer.
const PAUSE: Duration = Duration::from_millis(250);

/// What a stream is called, and what the document gave it.
#[derive(Debug, Clone)]
pub struct Names {
    pub account: AccountSid,
    pub call: CallSid,
    pub stream: StreamSid,
    pub parameters: Vec<(String, String)>,
}

/// How a stream ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    CallerHungUp,
    /// Twilio goes on with its document.
    ServerClosed,
    /// So it does here; the words say what went wrong.
    Broken(String),
}

/// Everything about a stream but its socket.
pub struct Stream<'a> {
    pub names: &'a Names,
    pub caller: &'a mut Caller,
    pub tally: &'a Mutex<Tally>,
    pub watch: Watch<'a>,
    /// The caller hangs up then, whatever they are doing.
    pub until: Option<Instant>,
}

impl Stream<'_> {
    pub async fn play<S>(self, socket: WebSocketStream<S>) -> Over
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut playing = Playing {
            media_tail: format!(r#""}},"streamSid":"{}"}}"#, self.names.stream),
            quiet: sound::quiet(),
            socket,
            number: 0,
            chunk: 0,
            playout: Playout::default(),
            agent: Decoder::default(),
            told: 0,
            flow: Flow::default(),
            sound: Vec::new(),
            stream: self,
        };
        match playing.run().await {
            Ok(over) => over,
            Err(Gone::Closed) => Over::ServerClosed,
            Err(Gone::Failed(why)) => Over::Broken(why),
        }
    }
}

/// Why there is no stream any more.
enum Gone {
    Closed,
    Failed(String),
}

impl From<tungstenite::Error> for Gone {
    fn from(error: tungstenite::Error) -> Self {
        match error {
            tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => {
                Self::Closed
            }
            error => Self::Failed(format!("the socket broke (31903): {error}")),
        }
    }
}

struct Playing<'a, S> {
    stream: Stream<'a>,
    socket: WebSocketStream<S>,
    media_tail: String,
    quiet: String,
    /// Of the last message.
    number: u64,
    chunk: u64,
    playout: Playout,
    agent: Decoder,
    /// Bytes of the agent's present utterance that were told.
    told: usize,
    flow: Flow,
    /// A buffer that is used again for each message.
    sound: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Playing<'_, S> {
    async fn run(&mut self) -> Result<Over, Gone> {
        self.begin().await?;
        let mut next = Instant::now() + FRAME_TIME;
        loop {
            tokio::select! {
                biased;
                () = sleep_until(next) => {
                    if self.tick(next).await? {
                        self.hang_up().await;
                        return Ok(Over::CallerHungUp);
                    }
                    next += FRAME_TIME;
                }
                message = self.socket.next() => match message {
                    None => return Err(Gone::Closed),
                    Some(message) => self.hears(&message?).await?,
                },
            }
        }
    }

    async fn begin(&mut self) -> Result<(), Gone> {
        let Names {
            account,
            call,
            stream,
            parameters,
        } = self.stream.names;
        let parameters: serde_json::Map<String, Value> = parameters
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect();
        let start = json!({
            "accountSid": account, "streamSid": stream, "callSid": call, "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": parameters,
        });
        let connected = json!({"event": "connected", "protocol": "Call", "version": "1.0.0"});
        self.feed(connected.to_string()).await?;
        self.event(json!({"event": "start", "start": start}))
            .await?;
        self.flush().await
    }

    /// True if the caller hangs up.
    async fn tick(&mut self, due: Instant) -> Result<bool, Gone> {
        let now = Instant::now();
        let played = self.playout.tick();
        for name in played.marks {
            self.give_back(&name).await?;
        }
        let loud = played.frame.as_ref().is_some_and(sound::is_loud);
        self.listens(played.frame.as_ref());
        let is_late = self.stream.until.is_some_and(|until| now >= until);
        let does = if is_late {
            Does::HangsUp
        } else {
            self.stream.caller.tick(loud)
        };
        if self.stream.caller.is_prompted() {
            (self.stream.watch)(Told::AgentListens);
        }
        match does {
            Does::HangsUp => return Ok(true),
            Does::Nothing => self.media(None).await?,
            Does::Presses(key) => {
                (self.stream.watch)(Told::CallerPresses(key));
                self.media(None).await?;
                let dtmf = json!({"track": "inbound_track", "digit": key.to_string()});
                self.event(json!({"event": "dtmf", "dtmf": dtmf})).await?;
            }
            Does::Speaks { utterance, frame } => {
                if frame == 0 {
                    (self.stream.watch)(Told::CallerSays(utterance.text()));
                    self.flow.caller_speaks();
                }
                self.media(utterance.payload(frame)).await?;
                if frame + 1 == utterance.frames() {
                    self.flow.caller_is_done(now, self.playout.is_idle());
                }
            }
        }
        self.flush().await?;
        let mut tally = lock(self.stream.tally);
        tally.sent += 1;
        tally.own.add(now.saturating_duration_since(due));
        Ok(false)
    }

    async fn hears(&mut self, message: &Message) -> Result<(), Gone> {
        let text = match message {
            Message::Text(text) => text,
            Message::Close(_) => return Err(Gone::Closed),
            Message::Binary(_) => return Err(malformed("it is binary")),
            _ => return Ok(()),
        };
        let wire: Wire<'_> =
            serde_json::from_str(text).map_err(|error| malformed(&error.to_string()))?;
        if wire.stream_sid != self.stream.names.stream.as_str() {
            return Err(malformed("it is about another stream"));
        }
        match (&*wire.event, wire.media, wire.mark) {
            ("media", Some(media), _) => self.agent_sends(&media.payload)?,
            ("mark", _, Some(mark)) => {
                lock(self.stream.tally).marks += 1;
                self.detail(format_args!("mark {}", mark.name));
                if let Some(name) = self.playout.mark(mark.name.into_owned()) {
                    self.give_back(&name).await?;
                    self.flush().await?;
                }
            }
            ("clear", ..) => {
                lock(self.stream.tally).clears += 1;
                self.detail(format_args!("clear"));
                self.flow.is_cleared();
                if self.agent.cut_off().is_some() {
                    self.told = 0;
                    (self.stream.watch)(Told::AgentStopped);
                }
                for name in self.playout.clear() {
                    self.give_back(&name).await?;
                }
                self.flush().await?;
            }
            (event, ..) => return Err(malformed(&format!("there is no such `{event}`"))),
        }
        Ok(())
    }

    fn agent_sends(&mut self, payload: &str) -> Result<(), Gone> {
        self.sound.clear();
        let decoded = BASE64_STANDARD.decode_vec(payload.as_bytes(), &mut self.sound);
        decoded.map_err(|_| malformed("its sound is no base64"))?;
        {
            let mut tally = lock(self.stream.tally);
            tally.received += (self.sound.len() / FRAME) as u64;
            self.flow
                .agent_sends(Instant::now(), &self.sound, &mut tally);
        }
        if !self.playout.sound(&self.sound) {
            self.detail(format_args!(
                "more than ten minutes of sound wait to be played: the rest is dropped (31931)"
            ));
        }
        Ok(())
    }

    /// Reads what is played.
    fn listens(&mut self, frame: Option<&[u8; FRAME]>) {
        if frame.is_none() && !self.agent.is_open() {
            return;
        }
        let heard = self.agent.push(frame.unwrap_or(&[mulaw::SILENCE; FRAME]));
        let (text, is_over) = match heard {
            None | Some(Heard::Began) => return,
            Some(Heard::Interim(text)) => (text, false),
            Some(Heard::Ended(text)) => (text, true),
        };
        if let Some(new) = text.get(self.told..).filter(|new| !new.is_empty()) {
            (self.stream.watch)(Told::AgentSays(new));
        }
        self.told = text.len();
        if is_over {
            self.told = 0;
            (self.stream.watch)(Told::AgentSaid(&text));
        }
    }

    async fn media(&mut self, payload: Option<&str>) -> Result<(), Gone> {
        self.number += 1;
        self.chunk += 1;
        let payload = payload.unwrap_or(&self.quiet);
        let text = format!(
            r#"{{"event":"media","sequenceNumber":"{}","media":{{"track":"inbound","chunk":"{}","timestamp":"{}","payload":"{payload}{}"#,
            self.number,
            self.chunk,
            self.chunk * FRAME_MS,
            self.media_tail,
        );
        self.feed(text).await
    }

    async fn give_back(&mut self, name: &str) -> Result<(), Gone> {
        self.detail(format_args!("mark {name} is back"));
        self.event(json!({"event": "mark", "mark": {"name": name}}))
            .await
    }

    /// With its number, and the stream's name.
    async fn event(&mut self, mut event: Value) -> Result<(), Gone> {
        self.number += 1;
        event["sequenceNumber"] = self.number.to_string().into();
        event["streamSid"] = self.stream.names.stream.as_str().into();
        self.feed(event.to_string()).await
    }

    async fn hang_up(&mut self) {
        let Names { account, call, .. } = self.stream.names;
        let stop = json!({"event": "stop", "stop": {"accountSid": account, "callSid": call}});
        let farewell = async {
            self.event(stop).await?;
            self.socket.close(None).await?;
            while self
                .socket
                .next()
                .await
                .is_some_and(|message| message.is_ok())
            {}
            Ok::<_, Gone>(())
        };
        // The caller has hung up, whatever the server makes of it.
        let _ = timeout(FAREWELL, farewell).await;
    }

    async fn feed(&mut self, text: String) -> Result<(), Gone> {
        let fed = timeout(STUCK, self.socket.feed(Message::text(text))).await;
        Ok(fed.map_err(|_| stuck())??)
    }

    async fn flush(&mut self) -> Result<(), Gone> {
        let flushed = timeout(STUCK, self.socket.flush()).await;
        Ok(flushed.map_err(|_| stuck())??)
    }

    fn detail(&mut self, text: fmt::Arguments<'_>) {
        (self.stream.watch)(Told::Detail(text));
    }
}

/// From the server, as Twilio takes it: what it doesn't know is an error (31951).
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow, rename = "streamSid")]
    stream_sid: Cow<'a, str>,
    #[serde(default, borrow)]
    media: Option<WireMedia<'a>>,
    #[serde(default, borrow)]
    mark: Option<WireMark<'a>>,
}

#[derive(Deserialize)]
struct WireMedia<'a> {
    #[serde(borrow)]
    payload: Cow<'a, str>,
}

#[derive(Deserialize)]
struct WireMark<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

/// When the agent's sound comes, against its own schedule: a frame every twenty milliseconds, from the earliest on that showed how
/// far ahead it is sent.
#[derive(Debug, Default)]
struct Flow {
    schedule: Option<Schedule>,
    /// The caller is done, and nothing has been answered yet.
    waits_since: Option<Instant>,
}

#[derive(Debug)]
struct Schedule {
    began: Instant,
    frames: u32,
    /// How far before its time by the first frame the earliest one came.
    ahead: Duration,
    /// Typed frames tell where an utterance ends. Of any other sound, a pause does.
    is_typed: bool,
    is_over: bool,
}

impl Flow {
    fn caller_speaks(&mut self) {
        self.waits_since = None;
    }

    /// Where the agent is still talking, what comes next is no answer.
    fn caller_is_done(&mut self, now: Instant, agent_is_silent: bool) {
        self.waits_since = agent_is_silent.then_some(now);
    }

    fn is_cleared(&mut self) {
        self.schedule = None;
    }

    fn agent_sends(&mut self, now: Instant, sound: &[u8], tally: &mut Tally) {
        if let Some(since) = self.waits_since.take() {
            tally.answers.add(now - since);
        }
        for frame in sound.chunks(FRAME) {
            let kind = frame.try_into().ok().and_then(typed::kind);
            let begins = kind == Some(typed::Kind::Begins);
            match &mut self.schedule {
                Some(schedule) if !begins && schedule.goes_on(now) => {
                    tally.pacing.add(schedule.late(now));
                    schedule.is_over = kind == Some(typed::Kind::Ends);
                }
                schedule => *schedule = Some(Schedule::new(now, begins)),
            }
        }
    }
}

impl Schedule {
    fn new(began: Instant, is_typed: bool) -> Self {
        Self {
            began,
            frames: 1,
            ahead: Duration::ZERO,
            is_typed,
            is_over: false,
        }
    }

    /// Sound that comes late may still belong to what came before.
    fn goes_on(&self, now: Instant) -> bool {
        let played = self.began + FRAME_TIME * self.frames;
        let soon = now.saturating_duration_since(played) < PAUSE;
        !self.is_over && (self.is_typed || soon)
    }

    /// Of the next frame.
    fn late(&mut self, now: Instant) -> Duration {
        let alone = self.began + FRAME_TIME * self.frames;
        self.frames += 1;
        self.ahead = self.ahead.max(alone.saturating_duration_since(now));
        let due = (alone - self.ahead).max(self.began);
        now.saturating_duration_since(due)
    }
}

fn malformed(what: &str) -> Gone {
    Gone::Failed(format!(
        "the server sent a message that Twilio refuses (31951): {what}"
    ))
}

fn stuck() -> Gone {
    Gone::Failed("the server takes nothing any more (31901)".to_owned())
}

/// What was counted stands, even if a thread that counted too has died.
pub(super) fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}
