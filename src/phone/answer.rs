//! What Twilio is told. Always a document it can follow, also where we fail: anything else would be read out to the caller.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    desk,
    twilio::twiml::{self, CONTENT_TYPE, Document, Draft, NOTHING, Reject, Say},
};

#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    body: String,
}

impl Answer {
    /// For a request that nobody we know has sent: there is no caller to be kind to.
    pub(super) fn refused(status: StatusCode) -> Self {
        Self {
            status,
            body: Document::reject(Reject::Rejected).to_string(),
        }
    }

    /// Nothing is asked of Twilio.
    pub(super) fn nothing() -> Self {
        Self {
            status: StatusCode::OK,
            body: NOTHING.to_owned(),
        }
    }

    /// A text to whoever sent one.
    pub(super) fn reply(words: &str) -> Self {
        Self {
            status: StatusCode::OK,
            body: twiml::reply(words),
        }
    }

    /// It could not be dealt with now, and nobody is on the line to be told.
    pub(super) fn later() -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            body: NOTHING.to_owned(),
        }
    }

    /// Some words of ours, and the end.
    pub(super) fn goodbye(words: &str) -> Self {
        Draft::new().say(&Say::new(words)).hang_up().into()
    }

    pub(super) fn hang_up() -> Self {
        Draft::new().hang_up().into()
    }

    /// Our own trouble. A success all the same: the caller hears us, and not a machine's error message.
    pub(super) fn trouble() -> Self {
        Self::goodbye(
            "I'm sorry, we can't take your call right now. Please call again in a few minutes.",
        )
    }
}

impl From<Document> for Answer {
    fn from(document: Document) -> Self {
        Self {
            status: StatusCode::OK,
            body: document.to_string(),
        }
    }
}

impl From<desk::Error> for Answer {
    fn from(error: desk::Error) -> Self {
        tracing::error!(%error, "a call could not be looked after");
        Self::trouble()
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE))];
        (self.status, kind, self.body).into_response()
    }
}
