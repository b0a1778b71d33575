//! A media stream's socket: messages in, messages out, and what is too much.
//!
//! Nothing waits in here: it is polled, so that the one task of a call hears, speaks and thinks in turn, and nothing is lost when
//! whoever waits turns to something else. It knows the form of messages, and not what they are about.

use std::{
    collections::VecDeque,
    task::{Context, Poll},
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message as Packet, WebSocket};
use futures_util::{SinkExt, StreamExt};
use tokio::time::timeout;

use crate::{
    call::timer::Ms,
    twilio::stream::{Frame, LONGEST_FRAME, Refused},
};

/// Messages that go beyond this many a second for some seconds are not those of a telephone, which sends fifty.
const RATE: u64 = 150;
/// After the network held them back, many come at once.
const BURST: u64 = 1_500;
/// Fifty a second go out; the rest of a second is as much as a network may hold back.
const MOST_WAITING: usize = 200;
/// So much nonsense, and whoever is at the other end is not Twilio.
const MOST_REFUSED: u32 = 20;
const GOODBYE: Duration = Duration::from_secs(2);

/// Small, because each call has its own: fifty messages of some hundred bytes a second.
pub(super) const READ_BUFFER: usize = 1024;

/// Why nothing more comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Closed {
    #[error("the other side is gone")]
    Gone,
    #[error("more messages came than a telephone sends")]
    Flood,
    #[error("messages came that can't be read")]
    Nonsense,
    #[error("the other side takes nothing any more")]
    Stuck,
}

#[derive(Debug)]
pub(super) struct Wire {
    socket: WebSocket,
    waiting: VecDeque<Packet>,
    /// Messages that may still come, and when that was counted.
    allowed: u64,
    counted_at: Ms,
    refused: u32,
}

impl Wire {
    pub(super) fn new(socket: WebSocket) -> Self {
        Self {
            socket,
            waiting: VecDeque::new(),
            allowed: BURST,
            counted_at: Ms::ZERO,
            refused: 0,
        }
    }

    pub(super) fn send(&mut self, text: String) {
        self.waiting.push_back(Packet::Text(text.into()));
    }

    /// Hands over what waits.
    pub(super) fn poll_send(&mut self, context: &mut Context<'_>) -> Result<(), Closed> {
        while !self.waiting.is_empty() {
            match self.socket.poll_ready_unpin(context) {
                Poll::Pending if self.waiting.len() > MOST_WAITING => return Err(Closed::Stuck),
                Poll::Pending => return Ok(()),
                Poll::Ready(Err(_)) => return Err(Closed::Gone),
                Poll::Ready(Ok(())) => {}
            }
            if let Some(packet) = self.waiting.pop_front() {
                self.socket
                    .start_send_unpin(packet)
                    .map_err(|_| Closed::Gone)?;
            }
        }
        match self.socket.poll_flush_unpin(context) {
            Poll::Ready(Err(_)) => Err(Closed::Gone),
            Poll::Ready(Ok(())) | Poll::Pending => Ok(()),
        }
    }

    /// Shows the next message to `read`. Whatever can't be read is passed over, a number of times.
    pub(super) fn poll_message<T>(
        &mut self,
        context: &mut Context<'_>,
        now: Ms,
        mut read: impl FnMut(Frame<'_>) -> Result<T, Refused>,
    ) -> Poll<Result<T, Closed>> {
        loop {
            let packet = match self.socket.poll_next_unpin(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(packet))) => packet,
                Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(Err(Closed::Gone)),
            };
            if !self.is_bearable(now) {
                return Poll::Ready(Err(Closed::Flood));
            }
            let message = match packet {
                Packet::Text(text) => Frame::read(&text).and_then(&mut read),
                Packet::Ping(_) | Packet::Pong(_) => continue,
                Packet::Close(_) => return Poll::Ready(Err(Closed::Gone)),
                Packet::Binary(_) => Err(Refused::Malformed),
            };
            match message {
                Ok(message) => return Poll::Ready(Ok(message)),
                Err(problem) => {
                    self.refused += 1;
                    tracing::debug!(%problem, "a message was passed over");
                    if self.refused > MOST_REFUSED || problem == Refused::TooLong {
                        return Poll::Ready(Err(Closed::Nonsense));
                    }
                }
            }
        }
    }

    fn is_bearable(&mut self, now: Ms) -> bool {
        let passed = (now - self.counted_at).0;
        let more = passed * RATE / 1000;
        if more > 0 {
            self.allowed = (self.allowed + more).min(BURST);
            self.counted_at = now;
        }
        let bearable = self.allowed > 0;
        self.allowed = self.allowed.saturating_sub(1);
        bearable
    }

    /// Says goodbye, as far as the other side still listens.
    pub(super) async fn close(mut self, code: u16, reason: &'static str) {
        let goodbye = Packet::Close(Some(CloseFrame {
            code,
            reason: reason.into(),
        }));
        let closing = async {
            self.waiting.push_back(goodbye);
            while let Some(packet) = self.waiting.pop_front() {
                self.socket.send(packet).await?;
            }
            // Until the other side has said goodbye as well, which is when it has everything.
            while let Some(Ok(_)) = self.socket.next().await {}
            Ok::<_, axum::Error>(())
        };
        // Whoever does not listen any more needs no goodbye.
        let _ = timeout(GOODBYE, closing).await;
    }
}

/// The most that one message may have.
pub(super) const LONGEST_PACKET: usize = LONGEST_FRAME;
