//! The verbs that hold more than a word.

use std::{fmt, str::FromStr};

use super::{Webhook, xml::Element};
use crate::{
    domain::{Invalid, PhoneNumber},
    twilio::is_this_machine,
};

/// Words that Twilio speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    text: String,
    voice: Option<String>,
    language: Option<String>,
}

impl Say {
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            voice: None,
            language: None,
        }
    }

    /// Like `Polly.Joanna`.
    #[must_use]
    pub fn voice(mut self, voice: &str) -> Self {
        self.voice = Some(voice.to_owned());
        self
    }

    /// Like `en-GB`.
    #[must_use]
    pub fn language(mut self, language: &str) -> Self {
        self.language = Some(language.to_owned());
        self
    }

    pub(super) fn element(&self) -> Element {
        Element::new("Say")
            .perhaps("voice", self.voice.as_ref())
            .perhaps("language", self.language.as_ref())
            .text(&self.text)
    }
}

/// Where a stream's socket is: `wss`, and no query, which Twilio does not allow. `ws` only on this machine, for stand-ins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamUrl(String);

impl FromStr for StreamUrl {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = || {
            Invalid::new(
                "a stream's address begins with wss:// and has no query, like wss://book.example.com/voice/stream/abc",
            )
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(refused)?;
        let authority = rest.split('/').next().unwrap_or_default();
        let good_scheme =
            scheme == "wss" || (scheme == "ws" && is_this_machine(host_of(authority)));
        let plain =
            |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '?' | '#' | '@');
        if good_scheme && !authority.is_empty() && rest.chars().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(refused())
        }
    }
}

impl fmt::Display for StreamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// A two-way stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    url: StreamUrl,
    name: Option<String>,
    action: Option<Webhook>,
    status: Option<String>,
    parameters: Vec<(String, String)>,
}

impl Connect {
    /// Twilio's limit on a parameter's name and value together.
    const LONGEST_PARAMETER: usize = 499;

    pub fn new(url: StreamUrl) -> Self {
        Self {
            url,
            name: None,
            action: None,
            status: None,
            parameters: Vec::new(),
        }
    }

    /// Different for each stream of one call.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Asked when the stream is over, however it ended.
    #[must_use]
    pub fn action(mut self, action: Webhook) -> Self {
        self.action = Some(action);
        self
    }

    /// Told when the stream starts, stops or fails. An absolute URL.
    #[must_use]
    pub fn status(mut self, url: &str) -> Self {
        self.status = Some(url.to_owned());
        self
    }

    /// Comes back in the stream's `start`.
    pub fn parameter(mut self, name: &str, value: &str) -> Result<Self, Invalid> {
        if name.chars().count() + value.chars().count() > Self::LONGEST_PARAMETER {
            return Err(Invalid::new(
                "a stream's parameter has fewer than 500 characters, name and value together",
            ));
        }
        self.parameters.push((name.to_owned(), value.to_owned()));
        Ok(self)
    }

    pub(super) fn element(&self) -> Element {
        let method = self.action.as_ref().map(|_| "POST");
        let status_method = self.status.as_ref().map(|_| "POST");
        let mut stream = Element::new("Stream")
            .attribute("url", &self.url)
            .perhaps("name", self.name.as_ref())
            .perhaps("statusCallback", self.status.as_ref())
            .perhaps("statusCallbackMethod", status_method);
        for (name, value) in &self.parameters {
            let parameter = Element::new("Parameter").attribute("name", name);
            stream = stream.child(parameter.attribute("value", value));
        }
        Element::new("Connect")
            .perhaps("action", self.action.as_ref())
            .perhaps("method", method)
            .child(stream)
    }
}

/// Rings one number and joins it to the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    to: PhoneNumber,
    action: Webhook,
    ring_seconds: Option<u16>,
    longest_seconds: Option<u32>,
    caller_id: Option<PhoneNumber>,
    record: bool,
}

impl Dial {
    /// The action is told how it went, and says what comes next.
    pub fn new(to: PhoneNumber, action: Webhook) -> Self {
        Self {
            to,
            action,
            ring_seconds: None,
            longest_seconds: None,
            caller_id: None,
            record: false,
        }
    }

    /// How long it rings: Twilio allows 5 to 600 seconds.
    #[must_use]
    pub fn ring_for(mut self, seconds: u16) -> Self {
        self.ring_seconds = Some(seconds.clamp(5, 600));
        self
    }

    /// How long the two may talk: at most a day.
    #[must_use]
    pub fn talk_for(mut self, seconds: u32) -> Self {
        self.longest_seconds = Some(seconds.clamp(1, 86_400));
        self
    }

    /// The number that the called person sees. Without one, it is the caller's.
    #[must_use]
    pub fn caller_id(mut self, number: PhoneNumber) -> Self {
        self.caller_id = Some(number);
        self
    }

    /// From the moment that the other side answers.
    #[must_use]
    pub fn recorded(mut self) -> Self {
        self.record = true;
        self
    }

    pub(super) fn element(&self) -> Element {
        Element::new("Dial")
            .attribute("action", &self.action)
            .attribute("method", "POST")
            .perhaps("timeout", self.ring_seconds)
            .perhaps("timeLimit", self.longest_seconds)
            .perhaps("callerId", self.caller_id.as_ref())
            .perhaps("record", self.record.then_some("record-from-answer"))
            .child(Element::new("Number").text(self.to.as_str()))
    }
}

/// Takes a spoken message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    action: Webhook,
    longest_seconds: u16,
    silence_seconds: u16,
}

impl Record {
    pub fn new(action: Webhook) -> Self {
        Self {
            action,
            longest_seconds: 120,
            silence_seconds: 5,
        }
    }

    /// Twilio allows up to four hours.
    #[must_use]
    pub fn at_most(mut self, seconds: u16) -> Self {
        self.longest_seconds = seconds.clamp(2, 14_400);
        self
    }

    /// How long a silence ends the message.
    #[must_use]
    pub fn until_silent_for(mut self, seconds: u16) -> Self {
        self.silence_seconds = seconds.max(1);
        self
    }

    pub(super) fn element(&self) -> Element {
        Element::new("Record")
            .attribute("action", &self.action)
            .attribute("method", "POST")
            .attribute("maxLength", self.longest_seconds)
            .attribute("timeout", self.silence_seconds)
            .attribute("playBeep", "true")
    }
}
