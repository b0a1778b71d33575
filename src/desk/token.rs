//! Tokens that are shown to whoever holds them and are kept here as hashes only: refresh tokens and API keys.
//!
//! Written `<kind>_<id>_<secret>`. The id finds the row, so nothing has to be searched by a secret; the kind tells a scanner of
//! leaked secrets, and whoever finds one in a log, what it is. The secret is 256 random bits, so a fast hash is enough.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::clock::Clock;

#[derive(Debug)]
pub(super) struct Token {
    pub(super) id: Uuid,
    secret: SecretBox<[u8; 32]>,
}

impl Token {
    pub(super) fn new(id: Uuid, clock: &Clock) -> Self {
        Self {
            id,
            secret: SecretBox::new(Box::new(clock.random())),
        }
    }

    pub(super) fn parse(kind: &str, text: &str) -> Option<Self> {
        let rest = text.strip_prefix(kind)?.strip_prefix('_')?;
        let (id, secret) = rest.split_once('_')?;
        let secret = BASE64_URL_SAFE_NO_PAD.decode(secret).ok()?;
        Some(Self {
            id: Uuid::try_parse(id).ok().filter(|_| id.len() == 32)?,
            secret: SecretBox::new(Box::new(secret.try_into().ok()?)),
        })
    }

    /// The only time that it is seen whole.
    pub(super) fn show(&self, kind: &str) -> SecretString {
        let secret = BASE64_URL_SAFE_NO_PAD.encode(self.secret.expose_secret());
        format!("{kind}_{}_{secret}", self.id.simple()).into()
    }

    pub(super) fn hash(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.secret.expose_secret()))
    }

    pub(super) fn hashes_to(&self, hash: &str) -> bool {
        self.hash().as_bytes().ct_eq(hash.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_was_shown_is_read_again() {
        let clock = Clock::system();
        let token = Token::new(clock.id(), &clock);
        let shown = token.show("rbk");
        let read = Token::parse("rbk", shown.expose_secret()).unwrap();
        assert_eq!(read.id, token.id);
        assert!(read.hashes_to(&token.hash()));
    }

    #[test]
    fn another_secret_has_another_hash() {
        let clock = Clock::system();
        let id = clock.id();
        assert!(!Token::new(id, &clock).hashes_to(&Token::new(id, &clock).hash()));
    }

    #[test]
    fn a_token_of_another_kind_or_shape_is_none() {
        let clock = Clock::system();
        let shown = Token::new(clock.id(), &clock).show("rbk");
        let shown = shown.expose_secret();
        assert!(Token::parse("rbr", shown).is_none());
        assert!(Token::parse("rbk", &shown[..shown.len() - 2]).is_none());
        assert!(Token::parse("rbk", &format!("{shown}AA")).is_none());
        for text in ["", "rbk", "rbk_", "rbk__", "rbk_x_y", "rbk_é_é"] {
            assert!(Token::parse("rbk", text).is_none(), "{text}");
        }
    }
}
