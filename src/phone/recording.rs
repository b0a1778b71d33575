//! Recording a call at Twilio, from the moment at which the caller has heard that it is recorded, and never before.
//!
//! It goes on until the call ends, also over streams that come later. A stream that was opened to go on with a call says nothing of a
//! recording any more, and so begins none.

use std::{convert::Infallible, future::pending, time::Duration};

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{
    call::{
        action::Action,
        playback::{Generation, Mark, UtteranceId},
    },
    domain::CallSwitches,
    twilio::{
        CallSid,
        rest::{Client, Error},
    },
};

const TRIES: u32 = 3;
const BETWEEN: Duration = Duration::from_secs(1);

/// Watches a line until the words of consent were heard to their end.
#[derive(Debug)]
pub(super) struct Consent {
    words: String,
    /// The last mark of those words, but for its generation.
    last: Option<(UtteranceId, u16)>,
    /// What was thrown away before it was heard.
    stopped: Option<Generation>,
    heard: CancellationToken,
}

impl Consent {
    /// Nothing for a house that does not record.
    pub(super) fn of(switches: &CallSwitches) -> Option<Self> {
        let words = switches.consent.as_ref().filter(|_| switches.record)?;
        Some(Self {
            words: words.to_string(),
            last: None,
            stopped: None,
            heard: CancellationToken::new(),
        })
    }

    /// Rings when they were heard.
    pub(super) fn heard(&self) -> CancellationToken {
        self.heard.clone()
    }

    pub(super) fn sees(&mut self, action: &Action) {
        match action {
            Action::Say {
                utterance,
                text,
                spans,
                ..
            } if *text == self.words => {
                let last = spans.len().checked_sub(1);
                let last = last.and_then(|last| u16::try_from(last).ok());
                self.last = last.map(|last| (*utterance, last));
            }
            Action::StopPlayback { generation } => {
                self.stopped = self.stopped.max(Some(*generation));
            }
            _ => {}
        }
    }

    pub(super) fn mark_is_back(&self, mark: Mark) {
        let was_played = self.stopped.is_none_or(|stopped| mark.generation > stopped);
        if was_played && self.last == Some((mark.utterance, mark.span)) {
            self.heard.cancel();
        }
    }
}

/// Begins once it may. It never ends by itself, because a call is over when its line is.
pub(super) async fn record(
    client: Option<&Client>,
    call: &CallSid,
    may: Option<CancellationToken>,
) -> Infallible {
    let Some(may) = may else {
        return pending().await;
    };
    may.cancelled().await;
    if let Some(client) = client {
        begin(client, call).await;
    } else {
        tracing::warn!("a call is not recorded: no Twilio account is set");
    }
    pending().await
}

async fn begin(client: &Client, call: &CallSid) {
    for _ in 0..TRIES {
        match client.record_call(call).await {
            Ok(recording) => {
                tracing::info!(%recording, "a call is recorded");
                return;
            }
            Err(Error::Retryable { wait, .. }) => sleep(wait.unwrap_or(BETWEEN).min(BETWEEN)).await,
            // Whether it began is not known, and two recordings of one call would be paid twice.
            Err(error) => {
                tracing::error!(code = ?error.code(), "a call could not be recorded");
                return;
            }
        }
    }
    tracing::error!("a call could not be recorded: Twilio was not to be reached");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{call::playback::Span, domain::Line};

    const WORDS: &str = "This call is recorded. Stay on the line if you agree.";

    fn consent(record: bool, words: Option<&str>) -> Option<Consent> {
        Consent::of(&CallSwitches {
            record,
            consent: words.map(|words| Line::new(words).unwrap()),
            ..CallSwitches::default()
        })
    }

    fn said(utterance: u32, text: &str) -> Action {
        let spans = vec![Span { from: 0, until: 9 }, Span { from: 9, until: 20 }];
        Action::Say {
            utterance: UtteranceId(utterance),
            generation: Generation(1),
            text: text.to_owned(),
            spans,
        }
    }

    fn mark(generation: u32, utterance: u32, span: u16) -> Mark {
        Mark {
            generation: Generation(generation),
            utterance: UtteranceId(utterance),
            span,
        }
    }

    #[test]
    fn only_a_house_that_records_and_says_so_needs_consent() {
        assert!(consent(true, Some(WORDS)).is_some());
        assert!(consent(false, Some(WORDS)).is_none());
        assert!(consent(true, None).is_none());
    }

    #[test]
    fn nothing_counts_but_the_last_of_the_words_heard_to_its_end() {
        let mut consent = consent(true, Some(WORDS)).unwrap();
        let heard = consent.heard();
        consent.mark_is_back(mark(1, 0, 1));
        consent.sees(&said(0, WORDS));
        consent.sees(&said(1, "Hello, how can I help?"));
        consent.mark_is_back(mark(1, 0, 0));
        consent.mark_is_back(mark(1, 1, 1));
        assert!(!heard.is_cancelled());
        consent.mark_is_back(mark(1, 0, 1));
        assert!(heard.is_cancelled());
    }

    #[test]
    fn words_that_were_thrown_away_were_not_heard_until_they_were_said_again() {
        let mut consent = consent(true, Some(WORDS)).unwrap();
        let heard = consent.heard();
        consent.sees(&said(0, WORDS));
        consent.sees(&Action::StopPlayback {
            generation: Generation(1),
        });
        consent.mark_is_back(mark(1, 0, 1));
        assert!(!heard.is_cancelled());
        consent.mark_is_back(mark(2, 0, 1));
        assert!(heard.is_cancelled());
    }
}
