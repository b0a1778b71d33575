//! From Twilio to us.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, de};

use crate::twilio::{AccountSid, CallSid, StreamSid};

/// `start` with all the parameters it may carry stays below this; a media message has some 400 bytes.
pub const LONGEST_FRAME: usize = 32 * 1024;
/// Two seconds of audio in one message. Twilio sends 160 bytes.
pub const LONGEST_PAYLOAD: usize = 16_000;

const MOST_PARAMETERS: usize = 64;

/// One message, and where it stood among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    /// `connected` has none; `start` has 1.
    pub number: Option<u64>,
    pub message: Message<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message<'a> {
    Connected,
    Start(Box<Start>),
    Media(Media<'a>),
    Dtmf(Dtmf),
    /// What we sent before this mark was played, or was thrown away by a `clear`.
    Mark(Cow<'a, str>),
    Stop,
    /// An event that this version doesn't know.
    Unknown(Cow<'a, str>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    pub account: AccountSid,
    pub call: CallSid,
    pub stream: StreamSid,
    pub format: MediaFormat,
    /// The `<Parameter>`s of the document that opened the stream.
    pub parameters: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MediaFormat {
    pub encoding: String,
    #[serde(deserialize_with = "number")]
    pub sample_rate: u64,
    #[serde(deserialize_with = "number")]
    pub channels: u64,
}

impl MediaFormat {
    /// The one form of audio that is documented, and understood here.
    pub fn is_telephone(&self) -> bool {
        self.encoding == "audio/x-mulaw" && self.sample_rate == 8000 && self.channels == 1
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media<'a> {
    /// Milliseconds since the stream began.
    pub at_ms: u64,
    payload: Cow<'a, str>,
}

impl Media<'_> {
    /// The audio, in place of what `audio` held: a buffer that is used again for each message.
    pub fn decode(&self, audio: &mut Vec<u8>) -> Result<(), Refused> {
        audio.clear();
        if self.payload.len() > LONGEST_PAYLOAD.div_ceil(3) * 4 {
            return Err(Refused::TooLong);
        }
        let decoded = BASE64_STANDARD.decode_vec(self.payload.as_bytes(), audio);
        decoded.map_err(|_| {
            audio.clear();
            Refused::NotBase64
        })
    }
}

/// A key: `0` to `9`, `*`, `#`, `A` to `D`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dtmf(pub char);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the message is longer than any of Twilio's")]
    TooLong,
    #[error("the message is no JSON of a known form")]
    Malformed,
    #[error("the audio is not base64")]
    NotBase64,
    #[error("{event} has no usable {field}")]
    Missing {
        event: &'static str,
        field: &'static str,
    },
}

impl<'a> Frame<'a> {
    pub fn read(text: &'a str) -> Result<Self, Refused> {
        if text.len() > LONGEST_FRAME {
            return Err(Refused::TooLong);
        }
        let wire: Wire<'a> = match serde_json::from_str(text) {
            Ok(wire) => wire,
            Err(_) => return Self::unknown(text),
        };
        let number = wire.sequence_number;
        let message = wire.message()?;
        Ok(Self { number, message })
    }

    /// An event of the future may give our names to fields of another form.
    fn unknown(text: &'a str) -> Result<Self, Refused> {
        let named: Named<'a> = serde_json::from_str(text).map_err(|_| Refused::Malformed)?;
        if EVENTS.contains(&&*named.event) {
            return Err(Refused::Malformed);
        }
        Ok(Self {
            number: None,
            message: Message::Unknown(named.event),
        })
    }
}

const EVENTS: [&str; 6] = ["connected", "start", "media", "dtmf", "mark", "stop"];

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
}

/// All messages at once, as they are written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(default, deserialize_with = "perhaps_number")]
    sequence_number: Option<u64>,
    #[serde(default, borrow)]
    media: Option<WireMedia<'a>>,
    #[serde(default)]
    start: Option<Box<WireStart>>,
    #[serde(default)]
    dtmf: Option<WireDtmf>,
    #[serde(default, borrow)]
    mark: Option<WireMark<'a>>,
}

#[derive(Deserialize)]
struct WireMedia<'a> {
    #[serde(default, borrow)]
    track: Cow<'a, str>,
    #[serde(default, deserialize_with = "perhaps_number")]
    timestamp: Option<u64>,
    #[serde(borrow)]
    payload: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireStart {
    account_sid: AccountSid,
    call_sid: CallSid,
    stream_sid: StreamSid,
    media_format: MediaFormat,
    #[serde(default)]
    custom_parameters: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct WireDtmf {
    digit: String,
}

#[derive(Deserialize)]
struct WireMark<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

impl<'a> Wire<'a> {
    fn message(self) -> Result<Message<'a>, Refused> {
        let missing = |event, field| Refused::Missing { event, field };
        Ok(match &*self.event {
            "media" => {
                let media = self.media.ok_or(missing("media", "media"))?;
                if !matches!(&*media.track, "" | "inbound") {
                    // Our own voice, which only a stream opened in another way carries.
                    return Ok(Message::Unknown(Cow::Borrowed("media of another track")));
                }
                Message::Media(Media {
                    at_ms: media.timestamp.ok_or(missing("media", "timestamp"))?,
                    payload: media.payload,
                })
            }
            "mark" => Message::Mark(self.mark.ok_or(missing("mark", "mark"))?.name),
            "dtmf" => {
                let digit = self.dtmf.map(|dtmf| dtmf.digit).unwrap_or_default();
                let mut keys = digit.chars();
                match (keys.next(), keys.next()) {
                    (Some(key @ ('0'..='9' | '*' | '#' | 'A'..='D')), None) => {
                        Message::Dtmf(Dtmf(key))
                    }
                    _ => return Err(missing("dtmf", "digit")),
                }
            }
            "start" => Message::Start(Box::new(
                self.start.ok_or(missing("start", "start"))?.checked()?,
            )),
            "connected" => Message::Connected,
            "stop" => Message::Stop,
            _ => Message::Unknown(self.event),
        })
    }
}

impl WireStart {
    fn checked(self) -> Result<Start, Refused> {
        if self.custom_parameters.len() > MOST_PARAMETERS {
            return Err(Refused::TooLong);
        }
        Ok(Start {
            account: self.account_sid,
            call: self.call_sid,
            stream: self.stream_sid,
            format: self.media_format,
            parameters: self.custom_parameters,
        })
    }
}

/// Numbers are sent as text in most places and as numbers in some.
struct Number;

impl de::Visitor<'_> for Number {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number, or one as text")
    }

    fn visit_u64<E>(self, number: u64) -> Result<u64, E> {
        Ok(number)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
        text.parse()
            .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

fn number<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    from.deserialize_any(Number)
}

fn perhaps_number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    number(from).map(Some)
}

/// Follows the numbers of one stream's messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sequence {
    last: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Next,
    /// So many messages before this one never came.
    Gap(u64),
    /// This one, or a later one, was here before.
    Stale,
}

impl Sequence {
    pub fn take(&mut self, number: u64) -> Order {
        if number <= self.last {
            return Order::Stale;
        }
        let missed = number - self.last - 1;
        self.last = number;
        if missed == 0 {
            Order::Next
        } else {
            Order::Gap(missed)
        }
    }
}

#[cfg(test)]
mod tests;
