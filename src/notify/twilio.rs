//! Texts by way of Twilio's Messages API.
//!
//! Twilio has no idempotency keys, so a text whose fate is unknown is looked for among those that went out: one to the same number, with
//! the same words, made since ours was written, and none of our others. A status callback carries our own name for its text, and so tells
//! of it as well when the answer to the request was lost.

use std::time::Duration;

use chrono::TimeDelta;

use super::{Answer, NotSent, OutgoingText, Sent, TextSender};
use crate::{
    domain::{BusinessId, TextError, TextId, TextState, Unreached},
    twilio::{
        forms,
        rest::{Client, Code, Error, Message, MessageFilter, NewMessage, Sender},
    },
};

/// How far Twilio's clock and ours may be apart.
const SKEW: TimeDelta = TimeDelta::minutes(5);
/// So many pages of two hundred texts to one number are looked through.
const MOST_PAGES: usize = 5;
/// What Twilio allows.
const LONGEST_WORTH: u16 = 36_000;
/// Shorter ones, Twilio advises against.
const SHORTEST_WORTH: u16 = 60;
const QUEUE_WAIT: Duration = Duration::from_mins(10);

#[derive(Debug)]
pub struct ByTwilio {
    client: Client,
    /// For all businesses; without one, each business's own number.
    from: Option<Sender>,
    status: Option<StatusAddress>,
}

/// Where Twilio tells how far a text has come.
#[derive(Debug, Clone)]
pub struct StatusAddress(String);

impl StatusAddress {
    /// `url` is absolute, and has no query.
    pub fn new(url: String) -> Self {
        Self(url)
    }

    fn of(&self, business: BusinessId, text: TextId) -> String {
        format!("{}?business={business}&text={text}", self.0)
    }
}

impl ByTwilio {
    pub fn new(client: Client, from: Option<Sender>, status: Option<StatusAddress>) -> Self {
        Self {
            client,
            from,
            status,
        }
    }

    async fn post(&self, text: &OutgoingText) -> Result<Sent, NotSent> {
        let own = || text.from.clone().map(Sender::Number);
        let from = self.from.clone().or_else(own).ok_or_else(|| {
            NotSent::Refused(
                "there is no number to send texts from: give the business one, or set TWILIO_TEXT_FROM"
                    .to_owned(),
            )
        })?;
        let status = self.status.as_ref();
        let status = status.map(|address| address.of(text.business, text.id));
        let new = NewMessage {
            to: &text.to,
            from: &from,
            body: &text.body,
            status_callback: status.as_deref(),
            worth_seconds: text.worth.map(seconds),
        };
        let sent = self.client.send_message(&new).await;
        sent.map(|message| told(&message))
            .map_err(|error| not_sent(&error))
    }

    async fn look_for(
        &self,
        text: &OutgoingText,
        others: &[String],
    ) -> Result<Option<Sent>, NotSent> {
        let since = text.written_at - SKEW;
        // Not by the day on which it was sent: one that still waits has none.
        let filter = MessageFilter {
            to: Some(&text.to),
            ..MessageFilter::default()
        };
        let mut page = self
            .client
            .messages(&filter)
            .await
            .map_err(|error| not_found_out(&error))?;
        for _ in 1..MOST_PAGES {
            let is_it = |message: &&Message| {
                message.body.trim_end() == text.body.trim_end()
                    && message.date_created.is_none_or(|at| at >= since)
                    && message.status != forms::TextState::Received
                    && !others.iter().any(|other| other == message.sid.as_str())
            };
            if let Some(found) = page.messages.iter().find(is_it) {
                return Ok(Some(told(found)));
            }
            let older = |message: &Message| message.date_created.is_some_and(|at| at < since);
            let all_seen = !page.messages.is_empty() && page.messages.iter().all(older);
            match page.next {
                Some(next) if !all_seen => {
                    page = self
                        .client
                        .more_messages(&next)
                        .await
                        .map_err(|error| not_found_out(&error))?;
                }
                _ => return Ok(None),
            }
        }
        Err(NotSent::Unknown(
            "too many texts went to that number to find out whether this one did".to_owned(),
        ))
    }
}

impl TextSender for ByTwilio {
    fn send<'a>(&'a self, text: &'a OutgoingText) -> Answer<'a, Result<Sent, NotSent>> {
        Box::pin(self.post(text))
    }

    fn find<'a>(
        &'a self,
        text: &'a OutgoingText,
        others: &'a [String],
    ) -> Answer<'a, Result<Option<Sent>, NotSent>> {
        Box::pin(self.look_for(text, others))
    }
}

fn seconds(worth: Duration) -> u16 {
    let seconds = u16::try_from(worth.as_secs()).unwrap_or(LONGEST_WORTH);
    seconds.clamp(SHORTEST_WORTH, LONGEST_WORTH)
}

fn told(message: &Message) -> Sent {
    Sent {
        outside_id: Some(message.sid.to_string()),
        state: state_of(&message.status).unwrap_or(TextState::Queued),
        error_code: message.error_code,
    }
}

/// Nothing for a word that is not known, and for a text of somebody else's.
pub fn state_of(state: &forms::TextState) -> Option<TextState> {
    use forms::TextState as Theirs;
    Some(match state {
        Theirs::Accepted | Theirs::Scheduled | Theirs::Queued | Theirs::Sending => {
            TextState::Queued
        }
        Theirs::Sent => TextState::Sent,
        Theirs::Delivered | Theirs::Read => TextState::Delivered,
        Theirs::Undelivered => TextState::Undelivered,
        Theirs::Failed | Theirs::Canceled => TextState::Failed,
        Theirs::Received | Theirs::Other(_) => return None,
    })
}

/// In our own words, because Twilio's may quote the number.
pub fn text_error(code: u32) -> TextError {
    let known = Code::from(code);
    let unreached = match known {
        Code::OptedOut => Some(Unreached::Stopped),
        code if code.means_no_texts() => Some(Unreached::NoTexts),
        _ => None,
    };
    TextError {
        code,
        why: format!("error {code}: {}", in_words(known)),
        unreached,
    }
}

fn in_words(code: Code) -> &'static str {
    match code {
        Code::BadCredentials => "Twilio does not know these credentials",
        Code::TooManyRequests => "too many requests at a time",
        Code::BadNumber => "this is no telephone number",
        Code::RegionOff => {
            "the account may not text to that country; Twilio's console can allow it"
        }
        Code::BodyMissing => "the text is empty",
        Code::CannotSend => {
            "the number that texts come from can't send any, or is not the account's"
        }
        Code::BadStatusCallback => "Twilio takes PUBLIC_URL for no address",
        Code::TrialUnverified => "a trial account may text only numbers that were verified",
        Code::OptedOut => "they asked for no texts",
        Code::QueueFull | Code::QueueOverflow => "too many texts wait to be sent",
        Code::NoRoute => "there is no way from this number to that one",
        Code::NotMobile => "this number can't receive texts",
        Code::BodyTooLong => "the text is too long",
        Code::Suspended => "the account is suspended",
        Code::Unreachable => "the telephone is switched off or out of reach",
        Code::Blocked => "the carrier or the telephone blocks texts",
        Code::UnknownDestination => "nobody has this number",
        Code::Landline => "a landline, or out of every carrier's reach",
        Code::Filtered => "the carrier took it for spam",
        Code::Unregistered => "the number is not registered for business texts",
        _ => "Twilio's documentation tells what it means",
    }
}

fn not_sent(error: &Error) -> NotSent {
    match *error {
        Error::Retryable { wait, .. } => NotSent::Later {
            why: "Twilio could not be reached, or asked to be left alone for a while".to_owned(),
            wait,
        },
        Error::UnknownFate { .. } => NotSent::Unknown(
            "Twilio's answer was lost, and the text has perhaps gone out".to_owned(),
        ),
        Error::Refused { status, code, .. } => refused(status, code),
    }
}

fn refused(status: u16, code: Option<Code>) -> NotSent {
    let Some(code) = code else {
        return NotSent::Refused(format!("Twilio refused the text with status {status}"));
    };
    let TextError {
        code: number,
        why,
        unreached,
    } = text_error(code.number());
    match unreached {
        Some(unreached) => NotSent::Unreached {
            why,
            code: number,
            unreached,
        },
        None if matches!(code, Code::QueueFull | Code::QueueOverflow) => NotSent::Later {
            why,
            wait: Some(QUEUE_WAIT),
        },
        None => NotSent::Refused(why),
    }
}

/// A question that failed leaves the text as it was: perhaps gone out.
fn not_found_out(error: &Error) -> NotSent {
    match not_sent(error) {
        NotSent::Unknown(_) | NotSent::Unreached { .. } => {
            NotSent::Unknown("Twilio could not say whether the text went out".to_owned())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_twilios_has_its_place() {
        for (word, state) in [
            ("accepted", Some(TextState::Queued)),
            ("sending", Some(TextState::Queued)),
            ("sent", Some(TextState::Sent)),
            ("read", Some(TextState::Delivered)),
            ("undelivered", Some(TextState::Undelivered)),
            ("canceled", Some(TextState::Failed)),
            ("received", None),
            ("teleported", None),
        ] {
            assert_eq!(state_of(&word.into()), state, "{word}");
        }
    }

    #[test]
    fn what_an_error_says_of_the_number_is_known() {
        for (code, unreached) in [
            (21610, Some(Unreached::Stopped)),
            (21211, Some(Unreached::NoTexts)),
            (21614, Some(Unreached::NoTexts)),
            (30006, Some(Unreached::NoTexts)),
            // Switched off today is not gone for ever.
            (30003, None),
            (30007, None),
            (99999, None),
        ] {
            assert_eq!(text_error(code).unreached, unreached, "{code}");
        }
    }

    #[test]
    fn a_text_is_worth_as_long_as_twilio_allows() {
        assert_eq!(seconds(Duration::from_secs(7)), 60);
        assert_eq!(seconds(Duration::from_mins(15)), 900);
        assert_eq!(seconds(Duration::from_hours(72)), 36_000);
    }
}
