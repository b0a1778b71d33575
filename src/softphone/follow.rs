//! A whole call: asks what to do, does it, and asks again where the document leads, until the call is over.

use std::{fmt::Write, sync::Mutex, time::Duration};

use reqwest::Url;
use tokio::time::{Instant, sleep};

use super::{
    Caller, Told, Watch,
    sound::spoken_ms,
    stream::{Names, Over, Stream, lock},
    tally::Tally,
    twiml::{self, Verb},
    webhook::{Operator, Unanswered},
};
use crate::{
    clock::Clock,
    twilio::{CallSid, StreamSid},
};

/// Documents that lead in circles end here.
const MOST_DOCUMENTS: u32 = 50;

/// Who calls whom, and where Twilio asks about it.
#[derive(Debug, Clone)]
pub struct Line {
    /// The number's voice webhook.
    pub incoming: Url,
    /// Asked where the webhook fails.
    pub fallback: Option<Url>,
    /// Told when the call is over.
    pub status: Option<Url>,
    pub from: String,
    pub to: String,
    /// How it goes when the server has somebody else rung.
    pub dial_status: String,
}

/// Why a call was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    CallerHungUp,
    ServerHungUp,
    /// Never answered.
    Rejected,
    /// The document ran out, which hangs up as well.
    RanOut,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    #[error("{url}: {why}")]
    Webhook { url: String, why: Unanswered },
    #[error("`{0}` is no address")]
    Address(String),
    #[error("the documents lead in circles")]
    Circles,
}

impl Failed {
    /// A word for a table.
    pub fn kind(&self) -> String {
        match self {
            Self::Webhook { why, .. } => why.to_string(),
            other => other.to_string(),
        }
    }
}

impl Line {
    /// Calls, and stays until the call is over.
    pub async fn call(
        &self,
        operator: &Operator,
        caller: &mut Caller,
        tally: &Mutex<Tally>,
        watch: Watch<'_>,
        until: Option<Instant>,
    ) -> Result<Ended, Failed> {
        let mut call = Call {
            line: self,
            operator,
            sid: sid(&operator.clock, "CA"),
            began: Instant::now(),
            streams: 0,
            caller,
            tally,
            watch,
            until,
        };
        lock(tally).calls += 1;
        let ended = call.run().await;
        call.tell_the_end(&ended).await;
        if let Err(failed) = &ended {
            lock(tally).failed(failed.kind());
        }
        ended
    }
}

struct Call<'a> {
    line: &'a Line,
    operator: &'a Operator,
    sid: String,
    began: Instant,
    streams: u32,
    caller: &'a mut Caller,
    tally: &'a Mutex<Tally>,
    watch: Watch<'a>,
    until: Option<Instant>,
}

/// Where a verb leads.
enum Next {
    Verb,
    /// To the document at this address, which is told these besides.
    Document(Url, Vec<(&'static str, String)>),
    End(Ended),
}

type More = Vec<(&'static str, String)>;

impl Call<'_> {
    async fn run(&mut self) -> Result<Ended, Failed> {
        let mut at = self.line.incoming.clone();
        let mut more: More = Vec::new();
        let mut status = "ringing";
        for _ in 0..MOST_DOCUMENTS {
            let verbs = self.document(&mut at, &more, status).await?;
            match self.follow(verbs, &at).await? {
                Next::Verb => return Ok(Ended::RanOut),
                Next::End(ended) => return Ok(ended),
                Next::Document(url, told) => (at, more) = (url, told),
            }
            status = "in-progress";
        }
        Err(Failed::Circles)
    }

    /// From the fallback, if the address fails: later addresses are then relative to that one.
    async fn document(
        &mut self,
        at: &mut Url,
        more: &More,
        status: &str,
    ) -> Result<Vec<Verb>, Failed> {
        let failed = |url: &Url, why| Failed::Webhook {
            url: url.to_string(),
            why,
        };
        (self.watch)(Told::Detail(format_args!("asks {at}")));
        let why = match self
            .operator
            .ask(at, &pairs(&self.form(status, more)))
            .await
        {
            Ok(verbs) => return Ok(verbs),
            Err(why) => why,
        };
        let Some(fallback) = self.line.fallback.clone() else {
            return Err(failed(at, why));
        };
        (self.watch)(Told::Detail(format_args!("{at}: {why}; asks {fallback}")));
        lock(self.tally).failed(why.to_string());
        let told = vec![
            ("ErrorCode", "11200".to_owned()),
            ("ErrorUrl", at.to_string()),
        ];
        *at = fallback;
        let form = self.form(status, &told);
        let asked = self.operator.ask(at, &pairs(&form)).await;
        asked.map_err(|why| failed(at, why))
    }

    async fn follow(&mut self, verbs: Vec<Verb>, at: &Url) -> Result<Next, Failed> {
        for verb in verbs {
            match self.verb(verb, at).await? {
                Next::Verb => {}
                next => return Ok(next),
            }
        }
        Ok(Next::Verb)
    }

    async fn verb(&mut self, verb: Verb, at: &Url) -> Result<Next, Failed> {
        match verb {
            Verb::Say(text) => {
                (self.watch)(Told::Announced(&text));
                sleep(Duration::from_millis(spoken_ms(&text))).await;
                Ok(Next::Verb)
            }
            Verb::Pause { seconds } => {
                sleep(Duration::from_secs(seconds)).await;
                Ok(Next::Verb)
            }
            Verb::Connect(stream) => self.connect(&stream, at).await,
            Verb::Dial { number, action } => {
                (self.watch)(Told::Rings(&number));
                let told = vec![
                    ("DialCallStatus", self.line.dial_status.clone()),
                    ("DialCallSid", sid(&self.operator.clock, "CA")),
                    ("DialCallDuration", "0".to_owned()),
                ];
                leads_to(action.as_deref(), at, told)
            }
            Verb::Record { action } => {
                (self.watch)(Told::TakesMessage);
                let recording = sid(&self.operator.clock, "RE");
                let account = &self.operator.account;
                let url = format!(
                    "https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{recording}"
                );
                let told = vec![
                    ("RecordingUrl", url),
                    ("RecordingSid", recording),
                    ("RecordingDuration", "5".to_owned()),
                ];
                leads_to(action.as_deref(), at, told)
            }
            Verb::Redirect(url) => leads_to(Some(&url), at, Vec::new()),
            Verb::Hangup => Ok(Next::End(Ended::ServerHungUp)),
            Verb::Reject { .. } => Ok(Next::End(Ended::Rejected)),
        }
    }

    async fn connect(&mut self, stream: &twiml::Stream, at: &Url) -> Result<Next, Failed> {
        let status = match &stream.status {
            Some(url) => Some(Url::parse(url).map_err(|_| Failed::Address(url.clone()))?),
            None => None,
        };
        let name = sid(&self.operator.clock, "MZ");
        let over = self.play(stream, &name, at, status.as_ref()).await?;
        let (event, error) = match &over {
            Over::Broken(why) => ("stream-error", Some(why.as_str())),
            _ => ("stream-stopped", None),
        };
        (self.watch)(Told::Detail(format_args!(
            "{event} {}",
            error.unwrap_or_default()
        )));
        if let Some(why) = error {
            lock(self.tally).failed(why.split(':').next().unwrap_or(why));
        }
        self.stream_is(status.as_ref(), &name, stream, event, error)
            .await;
        if over == Over::CallerHungUp {
            return Ok(Next::End(Ended::CallerHungUp));
        }
        leads_to(stream.action.as_deref(), at, Vec::new())
    }

    async fn play(
        &mut self,
        stream: &twiml::Stream,
        name: &str,
        at: &Url,
        status: Option<&Url>,
    ) -> Result<Over, Failed> {
        let url = stream_url(&stream.url, at)?;
        (self.watch)(Told::Detail(format_args!("opens {url}")));
        let socket = match self.operator.open(&url).await {
            Ok(socket) => socket,
            Err(unopened) => return Ok(Over::Broken(unopened.to_string())),
        };
        self.stream_is(status, name, stream, "stream-started", None)
            .await;
        if self.streams > 0 {
            self.caller.is_connected_again();
        }
        self.streams += 1;
        let (Ok(call), Ok(stream_sid)) = (CallSid::new(&self.sid), StreamSid::new(name)) else {
            return Err(Failed::Address(name.to_owned()));
        };
        let names = Names {
            account: self.operator.account.clone(),
            call,
            stream: stream_sid,
            parameters: stream.parameters.clone(),
        };
        let playing = Stream {
            names: &names,
            caller: self.caller,
            tally: self.tally,
            watch: self.watch,
            until: self.until,
        };
        Ok(playing.play(socket).await)
    }

    /// What every webhook about a call says.
    fn form(&self, status: &str, more: &More) -> More {
        let Line { from, to, .. } = self.line;
        let mut form = vec![
            ("AccountSid", self.operator.account.to_string()),
            ("ApiVersion", "2010-04-01".to_owned()),
            ("CallSid", self.sid.clone()),
            ("CallStatus", status.to_owned()),
            ("Called", to.clone()),
            ("Caller", from.clone()),
            ("Direction", "inbound".to_owned()),
            ("From", from.clone()),
            ("To", to.clone()),
        ];
        form.extend(more.iter().cloned());
        form
    }

    async fn stream_is(
        &mut self,
        status: Option<&Url>,
        sid: &str,
        stream: &twiml::Stream,
        event: &str,
        error: Option<&str>,
    ) {
        let Some(url) = status else { return };
        let mut form = vec![
            ("AccountSid", self.operator.account.to_string()),
            ("CallSid", self.sid.clone()),
            ("StreamSid", sid.to_owned()),
            ("StreamEvent", event.to_owned()),
            ("Timestamp", self.operator.clock.now().to_rfc3339()),
        ];
        form.extend(stream.name.clone().map(|name| ("StreamName", name)));
        form.extend(error.map(|error| ("StreamError", error.to_owned())));
        if let Err(why) = self.operator.tell(url, &pairs(&form)).await {
            lock(self.tally).failed(format!("stream status: {why}"));
        }
    }

    async fn tell_the_end(&mut self, ended: &Result<Ended, Failed>) {
        let Some(url) = &self.line.status else { return };
        let status = match ended {
            Ok(Ended::Rejected) => "busy",
            Ok(_) => "completed",
            Err(_) => "failed",
        };
        let seconds = self.began.elapsed().as_secs();
        let told = vec![
            ("CallDuration", seconds.to_string()),
            ("Duration", seconds.div_ceil(60).to_string()),
            ("CallbackSource", "call-progress-events".to_owned()),
            ("SequenceNumber", "0".to_owned()),
            ("Timestamp", self.operator.clock.now().to_rfc2822()),
        ];
        let form = self.form(status, &told);
        if let Err(why) = self.operator.tell(url, &pairs(&form)).await {
            lock(self.tally).failed(format!("status callback: {why}"));
        }
    }
}

fn pairs(form: &More) -> Vec<(&str, &str)> {
    form.iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

/// Without an address, to the next verb.
fn leads_to(url: Option<&str>, at: &Url, told: More) -> Result<Next, Failed> {
    match url {
        Some(url) => Ok(Next::Document(join(at, url)?, told)),
        None => Ok(Next::Verb),
    }
}

fn join(at: &Url, url: &str) -> Result<Url, Failed> {
    at.join(url).map_err(|_| Failed::Address(url.to_owned()))
}

/// A relative one is on the server that gave it.
fn stream_url(url: &str, at: &Url) -> Result<Url, Failed> {
    let mut url = join(at, url)?;
    let scheme = match url.scheme() {
        "http" => "ws",
        "https" => "wss",
        other => other,
    };
    let scheme = scheme.to_owned();
    let set = url.set_scheme(&scheme);
    set.map_err(|()| Failed::Address(url.to_string()))?;
    Ok(url)
}

/// A new name of this kind.
pub(super) fn sid(clock: &Clock, kind: &str) -> String {
    let mut name = kind.to_owned();
    for byte in clock.random::<16>() {
        let _ = write!(name, "{byte:02x}");
    }
    name
}
