//! Passwords: how they are hashed, checked and made up.
//!
//! Argon2id takes 19 MiB and tens of milliseconds on purpose, so it runs on threads that may block, and only a few at a time: a
//! crowd at the door must not eat the memory that calls need.

use std::sync::{Arc, LazyLock};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::{Error, Result};
use crate::{clock::Clock, domain::Invalid};

const AT_ONCE: usize = 2;

static THREADS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));

/// A password that may be set. What is shown at a login need not be one: it is only compared.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Password(SecretString);

impl Password {
    pub const LEAST: usize = 10;
    /// Enough for a sentence; keeps the work of hashing bounded.
    pub const MOST: usize = 200;

    pub fn new(text: &str) -> Result<Self, Invalid> {
        if (Self::LEAST..=Self::MOST).contains(&text.chars().count()) {
            Ok(Self(text.into()))
        } else {
            Err(Invalid::new(format!(
                "must be {} to {} characters long",
                Self::LEAST,
                Self::MOST
            )))
        }
    }

    /// Eighty random bits, written so that they can be read out: no letter looks like a digit.
    pub fn made_up(clock: &Clock) -> Self {
        const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
        let mut text = String::new();
        for (position, byte) in clock.random::<16>().into_iter().enumerate() {
            if position > 0 && position % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(LETTERS[usize::from(byte % 32)]));
        }
        Self(text.into())
    }

    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(super) async fn hash(&self, clock: &Clock) -> Result<String> {
        let (password, salt) = (self.0.clone(), clock.random::<16>());
        off_the_runtime(move || hash_with(password.expose_secret(), &salt)).await?
    }
}

impl TryFrom<String> for Password {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::new(&text)
    }
}

/// Takes as long for nobody's password as for somebody's, so that an answer doesn't tell who has an account.
pub(super) async fn matches(shown: &SecretString, hash: Option<&str>) -> Result<bool> {
    static NOBODY: LazyLock<Option<String>> =
        LazyLock::new(|| hash_with("nobody's password", &[0; 16]).ok());
    let shown = shown.clone();
    let hash = hash.map(str::to_owned);
    off_the_runtime(move || {
        let known = hash.is_some();
        let Some(hash) = hash.or_else(|| NOBODY.clone()) else {
            return false;
        };
        let same = PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(shown.expose_secret().as_bytes(), &hash)
                .is_ok()
        });
        known && same
    })
    .await
}

fn hash_with(password: &str, salt: &[u8]) -> Result<String> {
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash: PasswordHash| hash.to_string())
        .map_err(|_| Error::Broken("a password could not be hashed"))
}

async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    const STOPPING: Error = Error::Broken("the work on a password was given up");
    let permit = Arc::clone(&THREADS)
        .acquire_owned()
        .await
        .map_err(|_| STOPPING)?;
    tokio::task::spawn_blocking(move || {
        // Kept by the thread, not by whoever waits: a caller that hangs up doesn't free the memory.
        let _permit = permit;
        work()
    })
    .await
    .map_err(|_| STOPPING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_that_was_hashed_matches() {
        let clock = Clock::system();
        let hash = Password::new("correct horse")
            .unwrap()
            .hash(&clock)
            .await
            .unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(matches(&"correct horse".into(), Some(&hash)).await.unwrap());
        assert!(!matches(&"correct horsE".into(), Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn no_password_is_nobodys() {
        assert!(!matches(&"nobody's password".into(), None).await.unwrap());
    }

    #[test]
    fn passwords_that_are_made_up_differ_and_may_be_set() {
        let clock = Clock::system();
        let one = Password::made_up(&clock);
        assert_ne!(one.expose(), Password::made_up(&clock).expose());
        assert!(Password::new(one.expose()).is_ok());
    }

    #[test]
    fn a_password_is_never_printed() {
        let printed = format!("{:?}", Password::new("correct horse").unwrap());
        assert!(!printed.contains("correct"), "{printed}");
    }
}
