//! What Twilio's webhooks say, as types.
//!
//! PURE. Names that are not listed here are let pass, words that are not known are kept as `Other`, and what Twilio only sometimes
//! sends is optional: new parameters and new words come without notice. Only what a webhook means nothing without is required.

mod call;
mod party;
mod text;

pub use call::{
    After, CallProgress, CallStatus, Dialled, Incoming, StreamEvent, StreamStatus, Transferred,
};
pub use party::Party;
pub use text::{IncomingText, OptOut, TextState, TextStatus};

use std::str::FromStr;

use super::Params;

/// Marks the repeats of one webhook.
pub const REPEAT_HEADER: &str = "i-twilio-idempotency-token";

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadForm {
    #[error("the form has no {0}")]
    Missing(&'static str),
    #[error("the form's {0} is not of its form")]
    Malformed(&'static str),
}

fn required<T: FromStr>(params: &Params<'_>, name: &'static str) -> Result<T, BadForm> {
    let value = params.get(name).ok_or(BadForm::Missing(name))?;
    value.parse().map_err(|_| BadForm::Malformed(name))
}

/// What can't be read is as good as not sent.
fn optional<T: FromStr>(params: &Params<'_>, name: &str) -> Option<T> {
    params.get(name)?.parse().ok()
}

#[cfg(test)]
mod tests;
