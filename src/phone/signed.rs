//! Who may ring: a request counts only if Twilio signed it.
//!
//! The signature covers the address as Twilio asked for it, so it is built on the configured public address, and never on what a
//! request says of itself. Nothing of a request is looked at before its signature is found good. What the words in it mean is for
//! those who asked.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, OriginalUri, Request},
    http::{HeaderMap, Method, StatusCode, request::Parts},
};

use super::{Switchboard, answer::Answer};
use crate::{
    config::PublicUrl,
    twilio::{
        Params,
        forms::BadForm,
        signature::{self, Body, Keys},
    },
};

/// Twilio's forms have some kilobytes.
pub(super) const LONGEST_FORM: usize = 64 * 1024;

/// Whose requests are believed.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Those that were signed with one of these.
    Signed(Arc<Keys>),
    /// Everybody's: for development, where only this machine can ask.
    Anybody,
    /// Nobody's: others can reach us, and no key is known.
    Nobody,
}

impl Trust {
    pub fn new(keys: Keys, only_this_machine: bool) -> Self {
        match (keys.is_empty(), only_this_machine) {
            (false, _) => Self::Signed(Arc::new(keys)),
            (true, true) => Self::Anybody,
            (true, false) => Self::Nobody,
        }
    }

    fn admits(&self, url: &str, headers: &HeaderMap, body: Body<'_>) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let keys = match self {
            Self::Signed(keys) => keys,
            Self::Anybody => return true,
            Self::Nobody => return false,
        };
        let request = signature::Request {
            url,
            body,
            signature: text(signature::HEADER),
            settings: text(signature::SETTINGS_HEADER),
        };
        keys.check(&request)
            .inspect_err(|refused| tracing::debug!(%refused, "a request was turned away"))
            .is_ok()
    }
}

/// A webhook of Twilio's, whose form is still to be read.
#[derive(Debug)]
pub(super) struct Signed(Bytes);

impl Signed {
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Params<'_>) -> Result<T, BadForm>,
    ) -> Result<T, Answer> {
        let params =
            Params::parse(&self.0).map_err(|_| Answer::refused(StatusCode::BAD_REQUEST))?;
        read(&params).map_err(|problem| {
            tracing::warn!(%problem, "a webhook can't be read");
            Answer::refused(StatusCode::BAD_REQUEST)
        })
    }
}

impl FromRequest<Switchboard> for Signed {
    type Rejection = Answer;

    async fn from_request(request: Request, board: &Switchboard) -> Result<Self, Answer> {
        let (parts, body) = request.into_parts();
        let path = path_of(&parts);
        let url = board.public_url().join(&path);
        let body = axum::body::to_bytes(body, LONGEST_FORM)
            .await
            .map_err(|_| {
                board.metrics().webhook_refused("too_long");
                Answer::refused(StatusCode::PAYLOAD_TOO_LARGE)
            })?;
        if parts.method == Method::GET {
            let admitted = board.trust().admits(&url, &parts.headers, Body::None);
            let query = path.split_once('?').map_or("", |(_, query)| query);
            let query = Bytes::copy_from_slice(query.as_bytes());
            return admitted
                .then_some(Self(query))
                .ok_or_else(|| forbidden(board));
        }
        let params = Params::parse(&body).map_err(|_| Answer::refused(StatusCode::BAD_REQUEST))?;
        let admitted = board
            .trust()
            .admits(&url, &parts.headers, Body::Form(&params));
        drop(params);
        admitted
            .then_some(Self(body))
            .ok_or_else(|| forbidden(board))
    }
}

/// That Twilio opens a socket.
#[derive(Debug)]
pub(super) struct SignedUpgrade;

impl FromRequestParts<Switchboard> for SignedUpgrade {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, board: &Switchboard) -> Result<Self, Answer> {
        let url = socket_url(board.public_url(), &path_of(parts));
        let admitted = board.trust().admits(&url, &parts.headers, Body::None);
        admitted.then_some(Self).ok_or_else(|| forbidden(board))
    }
}

/// The address of a socket of ours: Twilio signs it as it asked for it.
pub(super) fn socket_url(public: &PublicUrl, path: &str) -> String {
    let url = public.join(path);
    url.strip_prefix("http")
        .map_or_else(|| url.clone(), |rest| format!("ws{rest}"))
}

fn path_of(parts: &Parts) -> String {
    let whole = parts.extensions.get::<OriginalUri>();
    let uri = whole.map_or(&parts.uri, |OriginalUri(uri)| uri);
    uri.path_and_query()
        .map_or_else(|| "/".to_owned(), ToString::to_string)
}

fn forbidden(board: &Switchboard) -> Answer {
    board.metrics().webhook_refused("unsigned");
    Answer::refused(StatusCode::FORBIDDEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_has_the_public_address_with_a_scheme_of_its_own() {
        let of = |public: &str| socket_url(&public.parse().unwrap(), "/voice/stream/x");
        assert_eq!(
            of("https://book.example.com"),
            "wss://book.example.com/voice/stream/x"
        );
        assert_eq!(
            of("http://127.0.0.1:8080"),
            "ws://127.0.0.1:8080/voice/stream/x"
        );
    }

    #[test]
    fn without_a_key_only_this_machine_is_believed() {
        let some = Keys::default().token("x".to_owned().into());
        assert!(matches!(Trust::new(some, true), Trust::Signed(_)));
        assert!(matches!(Trust::new(Keys::default(), true), Trust::Anybody));
        assert!(matches!(Trust::new(Keys::default(), false), Trust::Nobody));
    }
}
