//! Texts as people answer them and telephones take them: what comes in, how far what went out has come, and looking at both.
//!
//! A text that comes in twice is dealt with once. News of a text may come in any order, more than once, and before the answer to the
//! request that sent it. Who sends texts, and what they say, is not known here.

use chrono::TimeDelta;

use super::{By, Desk, Error, Result, retrying};
use crate::{
    domain::{
        Business, BusinessId, IncomingKind, Message, MessageId, Note, PhoneNumber, TextError,
        TextId, TextMessage, TextState, Unreached,
    },
    store::{
        Tx, businesses, customers, messages,
        text_numbers::{self, Incoming},
        texts::{self, Filter, News},
    },
};

/// Whoever gets an answer to one text gets none to the next ones for so long: the sender may be a machine that answers everything too.
const QUIET: TimeDelta = TimeDelta::hours(12);

/// A text that somebody sent to one of our numbers.
#[derive(Debug, Clone)]
pub struct TextCame {
    /// What the telephone company calls it.
    pub outside_id: String,
    /// Nothing for a sender that is no number.
    pub from: Option<PhoneNumber>,
    pub to: PhoneNumber,
    pub says: Says,
}

#[derive(Debug, Clone)]
pub enum Says {
    /// No more texts.
    Stop,
    /// Texts again.
    Start,
    /// Who is this?
    Help,
    /// Anything else. It is for the owner.
    Words(Note),
}

impl Says {
    fn kind(&self) -> IncomingKind {
        match self {
            Self::Stop => IncomingKind::Stop,
            Self::Start => IncomingKind::Start,
            Self::Help => IncomingKind::Help,
            Self::Words(_) => IncomingKind::Message,
        }
    }
}

/// What the sender of a text is to be told.
#[derive(Debug, Clone, PartialEq)]
pub enum TextAnswer {
    Nothing,
    WhoWeAre(Box<Business>),
    /// That a person will read it.
    Thanks(Box<Business>),
}

/// What the telephone company tells about a text of ours.
#[derive(Debug, Clone)]
pub struct TextNews {
    /// Our own name for it, if the telephone company was told.
    pub text: Option<(BusinessId, TextId)>,
    pub outside_id: String,
    pub state: TextState,
    pub error: Option<TextError>,
}

impl Desk {
    /// A number may be one business's own, or one from which several send their texts. Then a stop is meant for all who have texted that
    /// person, because none of them can reach them from there any more, and words are for whoever texted them last.
    pub async fn text_came(&self, came: &TextCame) -> Result<TextAnswer> {
        let mut reader = self.db.read().await?;
        let businesses = match (
            businesses::by_number(&mut reader, &came.to).await?,
            &came.from,
        ) {
            (Some(owner), _) => vec![owner],
            (None, Some(sender)) => texts::senders(&mut reader, sender).await?,
            (None, None) => Vec::new(),
        };
        drop(reader);
        let asked = match came.says {
            Says::Stop | Says::Start => &businesses[..],
            Says::Help | Says::Words(_) => &businesses[..businesses.len().min(1)],
        };
        let mut answer = TextAnswer::Nothing;
        for business in asked {
            answer = retrying(|| self.text_came_to(*business, came)).await?;
        }
        Ok(answer)
    }

    async fn text_came_to(&self, business: BusinessId, came: &TextCame) -> Result<TextAnswer> {
        let now = self.clock.now();
        let incoming = Incoming {
            outside_id: &came.outside_id,
            sender: came.from.as_ref(),
            kind: came.says.kind(),
            at: now,
        };
        let mut tx = self.db.write().await?;
        let is_new = text_numbers::came(&mut tx, business, incoming).await?;
        match (&came.says, &came.from) {
            (Says::Stop, Some(phone)) if is_new => {
                let why = Unreached::Stopped;
                text_numbers::unreached(&mut tx, business, phone, why, now).await?;
            }
            (Says::Start, Some(phone)) if is_new => {
                text_numbers::started(&mut tx, business, phone, now).await?;
            }
            (Says::Words(text), from) if is_new => {
                let known = match from {
                    Some(phone) => customers::by_phone(&mut tx, business, phone).await?,
                    None => None,
                };
                let message = Message {
                    id: MessageId(self.clock.id()),
                    call_id: None,
                    name: known.map(|customer| customer.name),
                    phone: from.clone(),
                    text: text.clone(),
                    done_at: None,
                    version: 1,
                    created_at: now,
                    updated_at: now,
                };
                messages::insert(&mut tx, business, &message, None).await?;
            }
            _ => {}
        }
        // Nothing is carried to whoever stopped texts, so there is no use in an answer.
        let can_be_answered = match &came.from {
            Some(phone) => {
                let number = text_numbers::get(&mut tx, business, phone).await?;
                number.stopped_at.is_none()
            }
            None => false,
        };
        let house = async |tx: &mut Tx| {
            let house = businesses::get(tx, business).await?;
            house.map(Box::new).ok_or(Error::NotFound("business"))
        };
        let answer = match came.says {
            Says::Help if can_be_answered => TextAnswer::WhoWeAre(house(&mut tx).await?),
            Says::Words(_)
                if can_be_answered
                    && text_numbers::others_since(&mut tx, business, incoming, now - QUIET)
                        .await?
                        == 0 =>
            {
                TextAnswer::Thanks(house(&mut tx).await?)
            }
            _ => TextAnswer::Nothing,
        };
        tx.commit().await?;
        Ok(answer)
    }

    /// False for what is no news, or news of no text of ours.
    pub async fn text_status(&self, news: &TextNews) -> Result<bool> {
        retrying(|| async {
            let mut tx = self.db.write().await?;
            let named = match news.text {
                Some(named) => Some(named),
                None => texts::known_as(&mut tx, &news.outside_id).await?,
            };
            let Some((business, id)) = named else {
                return Ok(false);
            };
            let Some(text) = texts::get(&mut tx, business, id).await? else {
                return Ok(false);
            };
            if text
                .outside_id
                .as_ref()
                .is_some_and(|known| *known != news.outside_id)
            {
                tracing::warn!(text.id = %id, "news came of a text that is known by another name");
                return Ok(false);
            }
            let at = self.clock.now();
            let error = news.error.as_ref();
            let told = News {
                state: news.state,
                outside_id: Some(&news.outside_id),
                error: error.map(|error| error.why.as_str()),
                error_code: error.map(|error| error.code),
                at,
            };
            let is_news = texts::tell(&mut tx, business, id, told).await?;
            if let Some(why) = error.and_then(|error| error.unreached)
                && is_news
            {
                text_numbers::unreached(&mut tx, business, &text.to, why, at).await?;
            }
            tx.commit().await?;
            Ok(is_news)
        })
        .await
    }

    /// What was sent, the newest first.
    pub async fn texts(
        &self,
        by: By,
        filter: Filter,
        before: Option<TextId>,
        limit: u32,
    ) -> Result<Vec<TextMessage>> {
        let mut reader = self.db.read().await?;
        Ok(texts::list(&mut reader, by.business_id, filter, before, limit).await?)
    }
}
