//! With what this server asks something of Twilio: the rules that join the account, its token and its keys.

use secrecy::{ExposeSecret, SecretString};

use super::{Config, ConfigError};

/// An account, and what opens it.
#[derive(Debug, Clone)]
pub enum TwilioLogin {
    Token {
        account: String,
        token: SecretString,
    },
    Key {
        account: String,
        key: String,
        secret: SecretString,
    },
}

impl Config {
    /// Nothing without an account, or for an account with nothing that opens it: then nothing can be asked of Twilio. A token without an
    /// account only proves who asks us.
    pub fn twilio_login(&self) -> Result<Option<TwilioLogin>, ConfigError> {
        let account = given(self.twilio_account_sid.as_ref());
        let key = given(self.twilio_api_key.as_ref());
        let secret = self.twilio_api_secret.as_ref();
        let secret = secret.filter(|secret| !secret.expose_secret().trim().is_empty());
        match (account, key, secret) {
            (_, Some(_), None) => Err(ConfigError::TwilioLogin(
                "TWILIO_API_KEY is set without TWILIO_API_SECRET; Twilio shows the secret once, when the key is made",
            )),
            (_, None, Some(_)) => Err(ConfigError::TwilioLogin(
                "TWILIO_API_SECRET is set without TWILIO_API_KEY, which begins with SK",
            )),
            (None, Some(_), Some(_)) => Err(ConfigError::TwilioLogin(
                "TWILIO_API_KEY is set without TWILIO_ACCOUNT_SID, the account that it opens",
            )),
            (Some(account), Some(key), Some(secret)) => Ok(Some(TwilioLogin::Key {
                account: account.to_owned(),
                key: key.to_owned(),
                secret: secret.clone(),
            })),
            (Some(account), None, None) => {
                Ok(self.twilio_auth_token().map(|token| TwilioLogin::Token {
                    account: account.to_owned(),
                    token: token.clone(),
                }))
            }
            (None, None, None) => Ok(None),
        }
    }

    /// `TWILIO_TEXT_FROM`; an empty one is none.
    pub fn twilio_text_from(&self) -> Option<&str> {
        given(self.twilio_text_from.as_ref())
    }
}

fn given(text: Option<&String>) -> Option<&str> {
    let text = text.map(|text| text.trim());
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        config: Config,
    }

    fn login(flags: &[&str]) -> Result<Option<TwilioLogin>, ConfigError> {
        let none = [
            "ringbook",
            "--twilio-account-sid=",
            "--twilio-auth-token=",
            "--twilio-api-key=",
            "--twilio-api-secret=",
        ];
        let name = |flag: &str| flag.split('=').next().map(str::to_owned);
        let kept = none
            .iter()
            .filter(|flag| !flags.iter().any(|given| name(given) == name(flag)));
        let line = Line::try_parse_from(kept.chain(flags)).unwrap();
        line.config.twilio_login()
    }

    #[test]
    fn an_account_is_opened_by_its_key_before_its_token() {
        let account = "--twilio-account-sid=AC1";
        let token = "--twilio-auth-token=t";
        let both = ["--twilio-api-key=SK1", "--twilio-api-secret=s"];
        assert!(login(&[]).unwrap().is_none());
        assert!(login(&[account]).unwrap().is_none());
        assert!(login(&[token]).unwrap().is_none());
        let by_token = login(&[account, token]).unwrap();
        assert!(matches!(by_token, Some(TwilioLogin::Token { .. })));
        let by_key = login(&[account, token, both[0], both[1]]).unwrap();
        assert!(matches!(by_key, Some(TwilioLogin::Key { .. })));
    }

    #[test]
    fn half_a_key_and_a_key_to_nothing_are_errors_that_say_what_is_missing() {
        for (flags, missing) in [
            (&["--twilio-api-key=SK1"][..], "TWILIO_API_SECRET"),
            (&["--twilio-api-secret=s"], "TWILIO_API_KEY"),
            (
                &["--twilio-api-key=SK1", "--twilio-api-secret=s"],
                "TWILIO_ACCOUNT_SID",
            ),
        ] {
            let refused = login(flags).unwrap_err().to_string();
            assert!(refused.contains(missing), "{refused}");
        }
    }
}
