//! The one secret of an installation, and the keys made from it.
//!
//! Each use has its own key (`derive("access-token")`), so that what one part signs means nothing to another.

use std::{
    fmt, fs,
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;

/// Ends every message that asks for a better key.
pub const HOW_TO_MAKE_ONE: &str = "Make one with `ringbook key secret` (or `openssl rand -base64 32`), and set it as SECRET_KEY. \
     Keep it: with another key, everybody has to log in again.";

const LEAST_BYTES: usize = 32;

/// `SECRET_KEY`, or the key made on this machine.
#[derive(Clone, Debug)]
pub struct SecretKey(SecretString);

impl SecretKey {
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The key for one use. Equal labels give equal keys; no derived key tells another, nor the secret itself.
    pub fn derive(&self, label: &str) -> SecretBox<[u8; 32]> {
        let secret = self.0.expose_secret().as_bytes();
        #[expect(
            clippy::expect_used,
            reason = "HMAC takes keys of every length; the error type is shared with algorithms that don't"
        )]
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any length will do");
        mac.update(b"ringbook/");
        mac.update(label.as_bytes());
        SecretBox::new(Box::new(mac.finalize().into_bytes().into()))
    }
}

/// Random bytes as text that fits an environment variable.
pub fn text_of(random: &[u8; 32]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(random)
}

/// Why a key could be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    Short(usize),
    Repetitive,
    Sequence,
    Placeholder,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short(bytes) => write!(f, "it has {bytes} bytes, and needs {LEAST_BYTES}"),
            Self::Repetitive => f.write_str("it repeats itself"),
            Self::Sequence => f.write_str("its characters follow one another in order"),
            Self::Placeholder => f.write_str("it looks like a placeholder from an example"),
        }
    }
}

/// Looks for what people type in place of a random key. Says nothing about a key that was made by chance.
pub fn weakness(key: &str) -> Option<Weakness> {
    const WORDS: [&str; 10] = [
        "changeme",
        "change-me",
        "change_me",
        "example",
        "insecure",
        "password",
        "placeholder",
        "replace",
        "ringbook",
        "secret",
    ];
    let bytes = key.as_bytes();
    if bytes.len() < LEAST_BYTES {
        return Some(Weakness::Short(bytes.len()));
    }
    let lower = key.to_lowercase();
    if WORDS.iter().any(|word| lower.contains(word)) {
        return Some(Weakness::Placeholder);
    }
    let kinds = (0..=u8::MAX).filter(|byte| bytes.contains(byte)).count();
    let repeats = |period: usize| bytes.iter().zip(&bytes[period..]).all(|(a, b)| a == b);
    if kinds < 8 || (1..=bytes.len() / 2).any(repeats) {
        return Some(Weakness::Repetitive);
    }
    let steps = bytes
        .windows(2)
        .filter(|pair| pair[0].abs_diff(pair[1]) <= 1);
    (steps.count() * 2 > bytes.len()).then_some(Weakness::Sequence)
}

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{} could not be {doing}: {source}.\nSet SECRET_KEY, or SECRET_FILE to a place that this user can write.", path.display())]
    Io {
        path: PathBuf,
        doing: &'static str,
        source: io::Error,
    },
    #[error("{0} can be read by other users of this machine.\nRun `chmod 600 {0}`", path.display())]
    Open { path: PathBuf },
    #[error("{} holds no usable key: {weakness}.\nDelete it, and a new one is made; everybody has to log in again.", path.display())]
    Weak { path: PathBuf, weakness: Weakness },
}

/// The key in the file. If there is no file, `fresh` becomes the key, in a file that only this user can read.
pub fn read_or_make(path: &Path, fresh: &[u8; 32]) -> Result<SecretKey, FileError> {
    match read(path) {
        Err(FileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            make(path, fresh).map_err(|source| FileError::Io {
                path: path.to_owned(),
                doing: "written",
                source,
            })?;
            read(path)
        }
        other => other,
    }
}

pub fn read(path: &Path) -> Result<SecretKey, FileError> {
    let failed = |source| FileError::Io {
        path: path.to_owned(),
        doing: "read",
        source,
    };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(FileError::Open {
            path: path.to_owned(),
        });
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    match weakness(text.trim()) {
        None => Ok(SecretKey::new(text.trim())),
        Some(weakness) => Err(FileError::Weak {
            path: path.to_owned(),
            weakness,
        }),
    }
}

/// Written whole under another name and then linked, so that two servers that start at once end up with one whole key.
fn make(path: &Path, fresh: &[u8; 32]) -> io::Result<()> {
    let text = text_of(fresh);
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    let linked = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FRESH: &[u8; 32] = b"\x05\xd1\x3a\x88\xf0\x17\x62\xc9 and 20 bytes that go on";
    const OTHER: &[u8; 32] = b"\x9e\x41\xb7\x2c\x08\xee\x73\xd6 and 20 bytes that go on";

    #[test]
    fn keys_for_two_uses_differ_and_stay_the_same_between_starts() {
        let key = || SecretKey::new("J6n0cZ1vXw9pQeR2tYb4uKdLfGh8sMaV");
        let derived = |label: &str| *key().derive(label).expose_secret();
        assert_eq!(derived("access-token"), derived("access-token"));
        assert_ne!(derived("access-token"), derived("page-session"));
    }

    #[test]
    fn what_people_type_instead_of_a_key_is_weak() {
        for (key, why) in [
            ("", Weakness::Short(0)),
            ("J6n0cZ1vXw9pQeR2tYb4uKdLfGh8sMa", Weakness::Short(31)),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Weakness::Repetitive),
            ("abcdabcdabcdabcdabcdabcdabcdabcdab", Weakness::Repetitive),
            ("Kx7pQ2mZKx7pQ2mZKx7pQ2mZKx7pQ2mZ", Weakness::Repetitive),
            ("0123456789abcdefghijklmnopqrstuv", Weakness::Sequence),
            ("this-is-my-super-secret-key-12345", Weakness::Placeholder),
            ("CHANGEME_J6n0cZ1vXw9pQeR2tYb4uKdL", Weakness::Placeholder),
        ] {
            assert_eq!(weakness(key), Some(why), "{key}");
        }
    }

    proptest! {
        #[test]
        fn a_random_key_is_never_called_weak(random: [u8; 32]) {
            prop_assume!((0..=u8::MAX).filter(|byte| random.contains(byte)).count() > 16);
            prop_assert_eq!(weakness(&text_of(&random)), None);
        }
    }

    #[test]
    fn a_made_key_is_readable_by_its_user_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ringbook.secret");
        read_or_make(&path, FRESH).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "the draft is gone"
        );
    }

    #[test]
    fn a_key_that_others_can_read_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ringbook.secret");
        fs::write(&path, "J6n0cZ1vXw9pQeR2tYb4uKdLfGh8sMaV").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = read_or_make(&path, FRESH).unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
    }

    #[test]
    fn an_empty_key_file_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ringbook.secret");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(
            read_or_make(&path, FRESH),
            Err(FileError::Weak { .. })
        ));
        assert_eq!(fs::read(&path).unwrap(), b"");
    }

    #[test]
    fn of_many_servers_that_start_at_once_all_have_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ringbook.secret");
        make(&path, FRESH).unwrap();
        make(&path, OTHER).unwrap();
        let kept = fs::read_to_string(&path).unwrap();
        assert_eq!(kept, text_of(FRESH));
    }
}
