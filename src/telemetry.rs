//! What the program says of itself: log lines, for people or for machines, and numbers (`metrics`).
//!
//! Rule for every line, at `info` and above: ids, kinds, counts and durations. No telephone number, name, address,
//! transcript, text or token. Types that hold one hide it in `{:?}`; text that may hold one goes through [`redacted`].

pub mod metrics;

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::LogFormat;

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error(
        "LOG is no level and no list of rules: {0}.\nUse info, or rules like info,ringbook=debug"
    )]
    Rules(#[from] tracing_subscriber::filter::ParseError),
    #[error("the log could not be set up: {0}")]
    Started(#[from] tracing_subscriber::util::TryInitError),
}

/// Log lines go to standard error, so that a command's answer can be piped.
pub fn start(rules: &str, format: LogFormat) -> Result<(), TelemetryError> {
    let filter = EnvFilter::builder().parse(rules)?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let registry = tracing_subscriber::registry().with(filter);
    match format {
        LogFormat::Text => registry.with(lines.with_target(false)).try_init()?,
        LogFormat::Json => registry
            .with(lines.json().flatten_event(true).with_current_span(false))
            .try_init()?,
    }
    Ok(())
}

/// Text from outside (an error of another service, a header) without the telephone numbers and addresses in it.
/// Seven digits and more count as a number, whatever stands between them; a word with an `@` as an address.
pub fn redacted(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (length, hide) = match number_length(rest) {
            0 => word(rest, next),
            length => (length, true),
        };
        clean.push_str(if hide { "…" } else { &rest[..length] });
        rest = &rest[length..];
    }
    clean
}

/// Bytes of the telephone number that `text` begins with; 0 if it begins with none.
fn number_length(text: &str) -> usize {
    const SHORTEST: usize = 7;
    let mut digits = 0;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        match c {
            '0'..='9' => {
                digits += 1;
                end = at + 1;
            }
            '+' | '(' if at == 0 => {}
            ' ' | '-' | '.' | '(' | ')' if at > 0 && at - end < 2 => {}
            _ => break,
        }
    }
    if digits < SHORTEST { 0 } else { end }
}

/// The length of what `text` begins with, up to where a number could begin, and whether it is an address.
fn word(text: &str, first: char) -> (usize, bool) {
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '+' | '%');
    let length = text.find(|c| !in_word(c)).unwrap_or(text.len());
    if text[..length].contains('@') {
        return (length, true);
    }
    let digits = first.is_ascii_digit();
    let step = text
        .find(|c: char| c.is_ascii_digit() != digits || !in_word(c))
        .unwrap_or(text.len());
    (step.max(first.len_utf8()), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_are_taken_out_of_text() {
        for (text, clean) in [
            ("to +14155550134 failed", "to … failed"),
            ("to (415) 555-0134, twice", "to …, twice"),
            ("to 07946 0958: busy", "to …: busy"),
            ("tel:+14155550134", "tel:…"),
            ("caller14155550134x", "caller…x"),
            ("mail ann@example.com bounced", "mail … bounced"),
            ("<ann.b+c@example.com>", "<…>"),
        ] {
            assert_eq!(redacted(text), clean);
        }
    }

    #[test]
    fn what_tells_an_operator_something_is_left() {
        for text in [
            "",
            "error 21610: not sent",
            "HTTP 503 after 120 ms",
            "zoë + (x)",
            "at 10:30",
        ] {
            assert_eq!(redacted(text), text);
        }
    }

    #[test]
    fn bad_rules_are_refused_with_an_example() {
        let refused = start("ringbook=loud", LogFormat::Text).unwrap_err();
        assert!(refused.to_string().contains("info,ringbook=debug"));
    }
}
