//! Stands in for a telephone company: whoever runs the program reads the texts on the terminal. On standard output and not in the log,
//! because a text names a person and a log must not.

use std::io::{self, Write};

use super::{Answer, NotSent, OutgoingText, Sent, TextSender};
use crate::domain::TextState;

#[derive(Debug, Clone, Copy)]
pub struct Console;

impl TextSender for Console {
    fn send<'a>(&'a self, text: &'a OutgoingText) -> Answer<'a, Result<Sent, NotSent>> {
        Box::pin(async move {
            let written = writeln!(io::stdout().lock(), "Text to {}: {}", text.to, text.body);
            match written {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(NotSent::Later {
                    why: format!("the terminal can't be written: {error}"),
                    wait: None,
                }),
                // Nobody reads there any more, and nobody misses it.
                _ => Ok(Sent {
                    outside_id: None,
                    state: TextState::Sent,
                    error_code: None,
                }),
            }
        })
    }

    /// A terminal remembers nothing; reading a text twice there does no harm.
    fn find<'a>(
        &'a self,
        _: &'a OutgoingText,
        _: &'a [String],
    ) -> Answer<'a, Result<Option<Sent>, NotSent>> {
        Box::pin(async { Ok(None) })
    }
}
