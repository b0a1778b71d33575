//! Texts: send one, look one up, list those that were sent.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use reqwest::Url;
use serde::{Deserialize, Deserializer};

use super::{Client, Error, Form};
use crate::{
    domain::{Invalid, PhoneNumber},
    twilio::{MessageSid, forms::TextState},
};

/// In characters.
pub const LONGEST_BODY: usize = 1600;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    Number(PhoneNumber),
    /// A messaging service picks the number; begins with `MG`.
    Service(String),
}

impl FromStr for Sender {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let is_service = text.strip_prefix("MG").is_some_and(|rest| {
            rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        if is_service {
            return Ok(Self::Service(text.to_owned()));
        }
        PhoneNumber::new(text).map(Self::Number).map_err(|_| {
            Invalid::new(
                "texts come from a number like +14155550134, or from a messaging service: MG and 32 hexadecimal digits",
            )
        })
    }
}

#[derive(Clone, PartialEq, Eq)]
pub struct NewMessage<'a> {
    pub to: &'a PhoneNumber,
    pub from: &'a Sender,
    pub body: &'a str,
    /// An absolute URL. Carrying an id of ours, it is what tells a text apart from another of the same words.
    pub status_callback: Option<&'a str>,
    /// After so many seconds the text is no longer worth sending: 1 to 36,000.
    pub worth_seconds: Option<u16>,
}

/// A text as Twilio keeps it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Message {
    pub sid: MessageSid,
    pub status: TextState,
    pub to: String,
    /// None while a messaging service has not picked a number.
    pub from: Option<String>,
    #[serde(default)]
    pub body: String,
    #[serde(default, deserialize_with = "number_as_text")]
    pub num_segments: Option<u32>,
    pub error_code: Option<u32>,
    #[serde(default, deserialize_with = "mail_date")]
    pub date_created: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "mail_date")]
    pub date_sent: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageFilter<'a> {
    pub to: Option<&'a PhoneNumber>,
    pub from: Option<&'a PhoneNumber>,
    /// Sent on this day of UTC or later.
    pub sent_since: Option<NaiveDate>,
}

/// The newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub messages: Vec<Message>,
    /// Asked for with [`Client::more_messages`].
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct WirePage {
    messages: Vec<Message>,
    #[serde(default)]
    next_page_uri: Option<String>,
}

const PAGE: u16 = 200;

impl Client {
    pub async fn send_message(&self, new: &NewMessage<'_>) -> Result<Message, Error> {
        let form = Form::new().field("To", new.to).field("Body", new.body);
        let form = match new.from {
            Sender::Number(number) => form.field("From", number),
            Sender::Service(service) => form.field("MessagingServiceSid", service),
        };
        let form = form
            .perhaps("StatusCallback", new.status_callback)
            .perhaps("ValidityPeriod", new.worth_seconds);
        self.write("Messages.json", form).await
    }

    /// Whether these credentials may look at texts, which whoever sends some has to.
    pub async fn check(&self) -> Result<(), Error> {
        let mut url = self.url("Messages.json");
        url.set_query(Some("PageSize=1"));
        self.page(url).await.map(drop)
    }

    pub async fn message(&self, sid: &MessageSid) -> Result<Message, Error> {
        self.read(self.url(&format!("Messages/{sid}.json"))).await
    }

    pub async fn messages(&self, filter: &MessageFilter<'_>) -> Result<Page, Error> {
        self.page(self.list_url(filter)).await
    }

    fn list_url(&self, filter: &MessageFilter<'_>) -> Url {
        let mut url = self.url("Messages.json");
        let mut query = url.query_pairs_mut();
        if let Some(to) = filter.to {
            query.append_pair("To", to.as_str());
        }
        if let Some(from) = filter.from {
            query.append_pair("From", from.as_str());
        }
        if let Some(day) = filter.sent_since {
            query.append_pair("DateSent>", &day.to_string());
        }
        query.append_pair("PageSize", &PAGE.to_string());
        drop(query);
        url
    }

    pub async fn more_messages(&self, next: &str) -> Result<Page, Error> {
        // Only the query is taken over, so that the credentials go nowhere but to our own account.
        let mut url = self.url("Messages.json");
        url.set_query(next.split_once('?').map(|(_, query)| query));
        self.page(url).await
    }

    async fn page(&self, url: Url) -> Result<Page, Error> {
        let page: WirePage = self.read(url).await?;
        Ok(Page {
            messages: page.messages,
            next: page.next_page_uri,
        })
    }
}

/// `"2"`, and null while it is not known.
fn number_as_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    let text: Option<String> = Deserialize::deserialize(from)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

/// As mails have them: `Tue, 18 Nov 2026 15:00:00 +0000`.
fn mail_date<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let text: Option<String> = Deserialize::deserialize(from)?;
    let date = text.and_then(|text| DateTime::parse_from_rfc2822(&text).ok());
    Ok(date.map(|date| date.to_utc()))
}

/// Neither the number nor the words.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("sid", &self.sid)
            .field("status", &self.status)
            .field("error_code", &self.error_code)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for NewMessage<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewMessage")
            .field("to", self.to)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_from_a_number_or_a_service_and_nothing_else() {
        let service = format!("MG{}", "0a".repeat(16));
        assert_eq!(service.parse(), Ok(Sender::Service(service.clone())));
        let number = PhoneNumber::new("+14155550134").unwrap();
        assert_eq!("+1 415 555 0134".parse(), Ok(Sender::Number(number)));
        for text in ["", "Ringbook", "4155550134", "MG", "MG12", "SM0a"] {
            assert!(text.parse::<Sender>().is_err(), "{text}");
        }
    }
}
