//! Ears and mouth: what turns a caller's sound into words, and the agent's words into sound.
//!
//! Each kind is an adapter behind [`Ears`] and [`Mouth`], made for a call by an [`Engine`]. A telephone's twenty milliseconds go in,
//! events come out; a text goes in, sound comes out piece by piece. Nothing here waits on the caller's time: whatever is slow works
//! elsewhere and is polled. This room knows sound and words, and neither a call nor how sound travels.

pub mod typed;

use std::{
    fmt,
    task::{Context, Poll},
};

use tokio::sync::mpsc;

use crate::audio::FRAME;

pub use typed::Typed;

/// What ears understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Sound that may be speech. It comes early, and is sometimes wrong.
    SpeechStarted,
    /// What is being said, as far as it is known; each replaces the one before.
    Interim(String),
    /// What was said, for good. It may come in pieces.
    Words(String),
    SpeechEnded,
}

/// Makes the ears and the mouth of each call.
pub trait Engine: fmt::Debug + Send + Sync {
    fn ears(&self) -> Box<dyn Ears>;

    fn mouth(&self) -> Box<dyn Mouth>;
}

/// The ears of one call.
pub trait Ears: fmt::Debug + Send {
    /// Takes the next twenty milliseconds, and never waits. What is understood at once goes to `heard`.
    fn take(&mut self, frame: &[u8; FRAME], heard: &mut Vec<Heard>);

    /// What was understood in the meantime, where it takes time. Whoever gets `Pending` is woken when there is more.
    fn poll(&mut self, _context: &mut Context<'_>) -> Poll<Heard> {
        Poll::Pending
    }
}

/// The mouth of one call.
pub trait Mouth: fmt::Debug + Send {
    /// Begins to make the sound of these words, a sentence or a part of one, and returns at once.
    fn speak(&mut self, words: &str) -> Speech;
}

/// The sound could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no sound could be made of the words: {0}")]
pub struct Speechless(pub String);

/// Sound in the making: mu-law, in pieces of any length. Dropping it says that nobody wants the rest.
#[derive(Debug)]
pub struct Speech(Source);

#[derive(Debug)]
enum Source {
    Whole(Option<Vec<u8>>),
    Coming(mpsc::Receiver<Result<Vec<u8>, Speechless>>),
}

impl Speech {
    /// Sound that is there already.
    pub fn whole(sound: Vec<u8>) -> Self {
        Self(Source::Whole(Some(sound)))
    }

    /// Sound that is made elsewhere, at most as far ahead as the channel is long. It is whole when the channel closes.
    pub fn coming(pieces: mpsc::Receiver<Result<Vec<u8>, Speechless>>) -> Self {
        Self(Source::Coming(pieces))
    }

    /// The next piece; `None` when the sound is whole.
    pub fn poll_piece(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Vec<u8>, Speechless>>> {
        match &mut self.0 {
            Source::Whole(sound) => Poll::Ready(sound.take().map(Ok)),
            Source::Coming(pieces) => pieces.poll_recv(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    #[test]
    fn sound_that_is_made_elsewhere_comes_in_pieces_and_ends() {
        let (sender, receiver) = mpsc::channel(4);
        let mut speech = Speech::coming(receiver);
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(speech.poll_piece(&mut context), Poll::Pending);
        sender.try_send(Ok(vec![1, 2])).unwrap();
        sender.try_send(Ok(vec![3])).unwrap();
        drop(sender);
        let mut pieces = Vec::new();
        while let Poll::Ready(Some(piece)) = speech.poll_piece(&mut context) {
            pieces.extend(piece.unwrap());
        }
        assert_eq!(pieces, [1, 2, 3]);
    }

    #[tokio::test]
    async fn nobody_goes_on_making_sound_that_is_not_wanted() {
        let (sender, receiver) = mpsc::channel(4);
        drop(Speech::coming(receiver));
        sender.closed().await;
    }
}
