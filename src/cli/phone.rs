//! What `ringbook call` and `ringbook load` share: whom to call, from where, and as which account.

use anyhow::{Context, ensure};
use clap::Args;
use reqwest::Url;

use super::talk::SOMEBODY;
use crate::{
    clock::Clock,
    config::Config,
    domain::{BusinessId, PhoneNumber},
    softphone::{Line, Operator},
};

/// The demo business's.
const DEMO_NUMBER: &str = "+14155550100";
/// Of nobody.
const ACCOUNT: &str = "AC00000000000000000000000000000000";

#[derive(Debug, Args)]
pub(super) struct Phone {
    /// Whom to call: the server's address, a number that it answers, or the whole address of a voice webhook
    /// [default: the demo business, on the server at `PUBLIC_URL`]
    #[arg(long, value_name = "URL|NUMBER")]
    to: Option<String>,

    /// The number you call from, or `anonymous`
    #[arg(long, value_name = "NUMBER", default_value = SOMEBODY)]
    from: String,

    /// Call this business, whatever its number
    #[arg(long, value_name = "ID")]
    business: Option<BusinessId>,

    /// Where to ask when the voice webhook fails
    #[arg(long, value_name = "URL")]
    fallback: Option<Url>,

    /// Whom to tell that the call is over [default: /voice/status of the server]
    #[arg(long, value_name = "URL")]
    status: Option<Url>,

    /// What becomes of it when the server has somebody else rung
    #[arg(long, value_name = "WORD", default_value = "completed",
          value_parser = ["completed", "busy", "no-answer", "failed", "canceled"])]
    dial_status: String,
}

impl Phone {
    /// Signs as Twilio does where the token is known: the same setting as the server's. A server that only this machine can reach
    /// asks for no signature if it has no token.
    pub(super) fn operator(config: &Config) -> anyhow::Result<Operator> {
        let account = config.twilio_account_sid.as_deref().unwrap_or(ACCOUNT);
        let account = account.parse().context("TWILIO_ACCOUNT_SID")?;
        let token = config.twilio_auth_token().cloned();
        Operator::new(account, token, Clock::system()).context("no connections can be made")
    }

    pub(super) fn line(&self, config: &Config) -> anyhow::Result<Line> {
        let (server, to) = self.whom(config)?;
        let incoming = match self.business {
            _ if server.path().len() > 1 => server.clone(),
            Some(id) => server.join(&format!("/voice/incoming/{id}"))?,
            None => server.join("/voice/incoming")?,
        };
        let status = self
            .status
            .clone()
            .map_or_else(|| server.join("/voice/status"), Ok)?;
        Ok(Line {
            incoming,
            fallback: self.fallback.clone(),
            status: Some(status),
            from: self.from.clone(),
            to,
            dial_status: self.dial_status.clone(),
        })
    }

    /// The server, or a webhook of it, and the number that is dialled.
    fn whom(&self, config: &Config) -> anyhow::Result<(Url, String)> {
        let Some(to) = self.to.as_deref() else {
            return Ok((here(config)?, DEMO_NUMBER.to_owned()));
        };
        if let Ok(number) = PhoneNumber::new(to) {
            return Ok((here(config)?, number.to_string()));
        }
        let wrong = || format!("--to {to} is neither a number like +14155550100 nor a URL");
        let url: Url = to.parse().with_context(wrong)?;
        ensure!(matches!(url.scheme(), "http" | "https"), "{}", wrong());
        Ok((url, DEMO_NUMBER.to_owned()))
    }
}

/// The server that has the same settings: where Twilio would reach it, because that is what it checks a signature against.
fn here(config: &Config) -> anyhow::Result<Url> {
    Ok(config.public_url()?.to_string().parse()?)
}
