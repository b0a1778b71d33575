//! Every setting, once: its flag, its environment variable, its default and what it is for.
//!
//! `--help` is this file read aloud. The rules that join two settings (a key that is good enough for where we are reached)
//! are functions here, so that `serve` and `doctor` can't disagree. Knows nothing of databases or the web.

pub mod origin;
mod private_address;
pub mod public_url;
pub mod secret;
pub mod twilio;

use std::{
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};

use axum::http::HeaderName;
use clap::{Args, ValueEnum};
use secrecy::{ExposeSecret, SecretString};

pub use origin::Origin;
pub use private_address::PrivateAddress;
pub use public_url::PublicUrl;
pub use secret::{SecretKey, Weakness};
pub use twilio::TwilioLogin;

/// What is wrong with the settings, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error(
        "LISTEN is {0}, which is every address of this machine, so PUBLIC_URL can't be guessed.\n\
         Set PUBLIC_URL to the address that callers and browsers use, like https://book.example.com"
    )]
    UnknownPublicUrl(SocketAddr),
    #[error(
        "SECRET_KEY is not set, and PUBLIC_URL ({public_url}) can be reached by others.\n{}",
        secret::HOW_TO_MAKE_ONE
    )]
    MissingSecret { public_url: PublicUrl },
    #[error(
        "SECRET_KEY is too weak for a server that others can reach ({public_url}): {weakness}.\n{}",
        secret::HOW_TO_MAKE_ONE
    )]
    WeakSecret {
        public_url: PublicUrl,
        weakness: Weakness,
    },
    #[error(
        "TWILIO_SIGNING_KEY is not of its form; it looks like ID:SECRET, as Twilio shows the two"
    )]
    SigningKey,
    #[error("{0}")]
    TwilioLogin(&'static str),
    #[error(transparent)]
    SecretFile(#[from] secret::FileError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line, for machines.
    Json,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings")]
pub struct Config {
    /// Where the data is: `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`
    #[arg(
        long,
        env,
        hide_env_values = true,
        global = true,
        value_name = "URL",
        default_value = "sqlite://ringbook.db"
    )]
    pub database_url: SecretString,

    /// Most connections to the database at once
    #[arg(long, env, global = true, value_name = "N", default_value_t = 16,
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub database_pool: u32,

    /// Address and port to listen on
    #[arg(
        long,
        env,
        global = true,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080"
    )]
    pub listen: SocketAddr,

    /// How others reach this server: a URL without a path [default: made from LISTEN]
    #[arg(long, env, global = true, value_name = "URL")]
    pub public_url: Option<PublicUrl>,

    /// Signs logins; at least 32 random bytes. Needed once `PUBLIC_URL` is not this machine
    #[arg(
        long,
        env,
        hide_env_values = true,
        global = true,
        value_name = "TEXT",
        hide_default_value = true
    )]
    pub secret_key: Option<SecretString>,

    /// A port of this machine on which Prometheus finds numbers, or an address and a port; nobody outside should reach it
    /// [default: none]
    #[arg(long, env, global = true, value_name = "PORT")]
    pub metrics_listen: Option<PrivateAddress>,

    /// Where a key made on this machine is kept [default: ringbook.secret, next to the database]
    #[arg(long, env, global = true, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,

    /// What is logged: error, warn, info, debug, trace, or rules like `info,ringbook=debug`
    #[arg(
        long,
        env,
        global = true,
        value_name = "LEVEL",
        default_value = "info,sqlx=warn"
    )]
    pub log: String,

    /// How it is logged
    #[arg(long, env, global = true, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// Other sites whose pages may call the API from a browser, with commas between them
    #[arg(
        long,
        env,
        global = true,
        value_name = "ORIGIN,…",
        value_delimiter = ','
    )]
    pub cors_origins: Vec<Origin>,

    /// Requests a minute that one credential, or one address without a credential, may make
    #[arg(long, env, global = true, value_name = "N", default_value = "600")]
    pub rate_limit: NonZeroU32,

    /// Behind a proxy: the header in which it writes the address of whoever asks, like `X-Forwarded-For`. Leave it out where
    /// there is no proxy, because there anybody can write it
    #[arg(long, env, global = true, value_name = "NAME")]
    pub address_header: Option<HeaderName>,

    /// Largest request body, in bytes
    #[arg(long, env, global = true, value_name = "BYTES", default_value_t = 256 * 1024,
          value_parser = clap::value_parser!(u64).range(1024..=64 * 1024 * 1024))]
    pub body_limit: u64,

    /// How many milliseconds a caller is kept waiting for a calendar, before it is not known whether a time is free
    #[arg(long, env, global = true, value_name = "MILLISECONDS", default_value_t = 500,
          value_parser = clap::value_parser!(u64).range(50..=10_000))]
    pub provider_timeout: u64,

    /// Calls that one server takes at once; whoever calls then is put through, or asked to call again
    #[arg(long, env, global = true, value_name = "N", default_value_t = 200,
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub most_calls: u32,

    /// How many seconds calls in progress may go on after the signal to stop, before another server goes on with them
    #[arg(long, env, global = true, value_name = "SECONDS", default_value_t = 60)]
    pub call_grace: u64,

    /// Twilio account: begins with `AC`
    #[arg(long, env, global = true, value_name = "SID")]
    pub twilio_account_sid: Option<String>,

    /// The account's auth token: proves that a webhook comes from Twilio. Needed once `PUBLIC_URL` is not this machine
    #[arg(
        long,
        env,
        hide_env_values = true,
        global = true,
        value_name = "TOKEN",
        hide_default_value = true
    )]
    pub twilio_auth_token: Option<SecretString>,

    /// A shared key that webhooks are signed with as well, as `ID:SECRET`
    #[arg(
        long,
        env,
        hide_env_values = true,
        global = true,
        value_name = "ID:SECRET",
        hide_default_value = true
    )]
    pub twilio_signing_key: Option<SecretString>,

    /// An API key of the account, which can be withdrawn by itself: begins with `SK`. With it, texts are sent without the auth token
    #[arg(long, env, global = true, value_name = "SID")]
    pub twilio_api_key: Option<String>,

    /// The API key's secret
    #[arg(
        long,
        env,
        hide_env_values = true,
        global = true,
        value_name = "SECRET",
        hide_default_value = true
    )]
    pub twilio_api_secret: Option<SecretString>,

    /// What texts come from: a number like `+14155550134`, or a messaging service, which begins with `MG` [default: each business's
    /// first number]
    #[arg(long, env, global = true, value_name = "NUMBER")]
    pub twilio_text_from: Option<String>,

    /// Where Twilio's interface is; another one for a stand-in
    #[arg(
        long,
        env,
        global = true,
        value_name = "URL",
        default_value = "https://api.twilio.com"
    )]
    pub twilio_url: String,

    /// How many seconds requests under way may go on after the signal to stop
    #[arg(long, env, global = true, value_name = "SECONDS", default_value_t = 20)]
    pub shutdown_grace: u64,
}

impl Config {
    pub fn public_url(&self) -> Result<PublicUrl, ConfigError> {
        match &self.public_url {
            Some(url) => Ok(url.clone()),
            None => PublicUrl::of(self.listen).ok_or(ConfigError::UnknownPublicUrl(self.listen)),
        }
    }

    /// Whether only this machine can reach the server: where a demo login may be made.
    pub fn is_local(&self) -> bool {
        self.listen.ip().is_loopback() && self.public_url().is_ok_and(|url| url.is_loopback())
    }

    /// The key to sign with. Where others can reach the server it must be set, and be strong; on this machine alone, `fresh`
    /// becomes the key, kept in [`Self::secret_file`], if there is none yet.
    pub fn secret(&self, fresh: &[u8; 32]) -> Result<SecretKey, ConfigError> {
        let public_url = self.public_url()?;
        match self.given_secret() {
            Some(text) => match secret::weakness(text) {
                Some(weakness) if !public_url.is_loopback() => Err(ConfigError::WeakSecret {
                    public_url,
                    weakness,
                }),
                _ => Ok(SecretKey::new(text)),
            },
            None if public_url.is_loopback() => {
                Ok(secret::read_or_make(&self.secret_file(), fresh)?)
            }
            None => Err(ConfigError::MissingSecret { public_url }),
        }
    }

    /// `SECRET_KEY` as it was given; an empty one is none.
    pub fn given_secret(&self) -> Option<&str> {
        self.secret_key
            .as_ref()
            .map(|key| key.expose_secret().trim())
            .filter(|key| !key.is_empty())
    }

    pub fn database_url(&self) -> &str {
        self.database_url.expose_secret()
    }

    pub fn secret_file(&self) -> PathBuf {
        const NAME: &str = "ringbook.secret";
        match (&self.secret_file, self.sqlite_file()) {
            (Some(file), _) => file.clone(),
            (None, Some(database)) => database.with_file_name(NAME),
            (None, None) => PathBuf::from(NAME),
        }
    }

    /// The file of an SQLite database; none for Postgres.
    pub fn sqlite_file(&self) -> Option<&Path> {
        let rest = self.database_url().strip_prefix("sqlite:")?;
        let file = rest.strip_prefix("//").unwrap_or(rest);
        let file = file.split_once('?').map_or(file, |(file, _)| file);
        (!file.is_empty() && file != ":memory:").then(|| Path::new(file))
    }

    pub fn provider_timeout(&self) -> Duration {
        Duration::from_millis(self.provider_timeout)
    }

    pub fn call_grace(&self) -> Duration {
        Duration::from_secs(self.call_grace)
    }

    /// `TWILIO_AUTH_TOKEN`; an empty one is none.
    pub fn twilio_auth_token(&self) -> Option<&SecretString> {
        let token = self.twilio_auth_token.as_ref();
        token.filter(|token| !token.expose_secret().trim().is_empty())
    }

    /// The id and the secret in `TWILIO_SIGNING_KEY`; an empty one is none.
    pub fn twilio_signing_key(&self) -> Result<Option<(String, SecretString)>, ConfigError> {
        let given = self.twilio_signing_key.as_ref();
        let Some(text) = given
            .map(|key| key.expose_secret().trim())
            .filter(|key| !key.is_empty())
        else {
            return Ok(None);
        };
        match text.split_once(':') {
            Some((id, secret)) if !id.is_empty() && !secret.is_empty() => {
                Ok(Some((id.to_owned(), secret.into())))
            }
            _ => Err(ConfigError::SigningKey),
        }
    }

    pub fn shutdown_grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    const STRONG: &str = "J6n0cZ1vXw9pQeR2tYb4uKdLfGh8sMaV";
    const FRESH: &[u8; 32] = b"\x05\xd1\x3a\x88\xf0\x17\x62\xc9 and 20 bytes that go on";

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        config: Config,
    }

    /// Flags win over the environment, so what a test says holds wherever it runs.
    fn config(flags: &[&str]) -> Config {
        let basic = [
            "ringbook",
            "--listen=127.0.0.1:8080",
            "--database-url=sqlite://ringbook.db",
        ];
        let line = basic.iter().chain(flags.iter());
        let mut config = Line::try_parse_from(line).unwrap().config;
        if !flags.iter().any(|flag| flag.starts_with("--secret-key")) {
            config.secret_key = None;
        }
        config
    }

    #[test]
    fn the_later_of_a_repeated_flag_is_not_silently_dropped() {
        assert!(Line::try_parse_from(["ringbook", "--log=info", "--log=warn"]).is_err());
    }

    #[test]
    fn the_public_url_follows_the_address_listened_on() {
        let url = config(&["--public-url=http://[::1]:9000"]).public_url();
        assert_eq!(url.unwrap().to_string(), "http://[::1]:9000");
        let mut unset = config(&[]);
        unset.public_url = None;
        assert_eq!(
            unset.public_url().unwrap().to_string(),
            "http://127.0.0.1:8080"
        );
        unset.listen = "0.0.0.0:80".parse().unwrap();
        let refused = unset.public_url().unwrap_err().to_string();
        assert!(refused.contains("Set PUBLIC_URL"), "{refused}");
    }

    #[test]
    fn a_missing_key_is_an_error_where_others_reach_the_server_and_says_how_to_make_one() {
        let config = config(&["--public-url=https://book.example.com"]);
        let refused = config.secret(FRESH).unwrap_err().to_string();
        assert!(refused.contains("SECRET_KEY is not set"), "{refused}");
        assert!(refused.contains("ringbook key secret"), "{refused}");
    }

    #[test]
    fn a_weak_key_is_an_error_where_others_reach_the_server_and_is_never_repeated() {
        let weak = "changeme-changeme-changeme-please";
        let config = config(&[
            "--public-url=https://book.example.com",
            &format!("--secret-key={weak}"),
        ]);
        let refused = config.secret(FRESH).unwrap_err().to_string();
        assert!(refused.contains("too weak"), "{refused}");
        assert!(!refused.contains(weak), "{refused}");
        assert!(!format!("{config:?}").contains(weak));
    }

    #[test]
    fn a_strong_key_is_taken_everywhere_and_a_weak_one_on_this_machine() {
        let strong = format!("--secret-key={STRONG}");
        let public = config(&["--public-url=https://book.example.com", &strong]);
        assert!(public.secret(FRESH).is_ok());
        let local = config(&["--public-url=http://localhost:1", "--secret-key=short"]);
        assert!(local.secret(FRESH).is_ok());
    }

    #[test]
    fn a_key_made_on_this_machine_stays_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}/a.db?mode=rwc", folder.path().display());
        let mut local = config(&["--public-url=http://127.0.0.1:8080"]);
        local.database_url = database.into();
        let made = local.secret(FRESH).unwrap();
        let read = local.secret(&[9; 32]).unwrap();
        assert_eq!(
            made.derive("test").expose_secret(),
            read.derive("test").expose_secret()
        );
        assert!(folder.path().join("ringbook.secret").is_file());
    }

    #[test]
    fn only_a_server_that_listens_and_is_reached_here_is_local() {
        assert!(config(&["--public-url=http://localhost:8080"]).is_local());
        assert!(!config(&["--public-url=https://book.example.com"]).is_local());
        let mut open = config(&["--public-url=http://localhost:8080"]);
        open.listen = "0.0.0.0:8080".parse().unwrap();
        assert!(!open.is_local());
    }

    #[test]
    fn the_database_file_is_found_in_its_url() {
        let file = |url: &str| {
            let mut config = config(&[]);
            config.database_url = url.into();
            config.sqlite_file().map(Path::to_path_buf)
        };
        assert_eq!(file("sqlite://a/b.db"), Some("a/b.db".into()));
        assert_eq!(file("sqlite:///a/b.db?mode=rwc"), Some("/a/b.db".into()));
        assert_eq!(file("sqlite:b.db"), Some("b.db".into()));
        assert_eq!(file("sqlite::memory:"), None);
        assert_eq!(file("postgres://db.example.com/a"), None);
    }

    #[test]
    fn a_database_password_is_not_shown_by_debug() {
        let mut config = config(&[]);
        config.database_url = "postgres://app:hunter2@db/app".into();
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
