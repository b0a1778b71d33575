//! One call over one media stream: Twilio's messages become events, and the machine's actions become sound.
//!
//! The line of a telephone (see [`Line`]). It hears, speaks and keeps the pace of the ear; what is said, and when the call is over,
//! is not its business. A line that breaks says so by being gone, and the call is left as it is, for whoever picks it up.

use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::{
    playout::{Due, Playout},
    recording::Consent,
    wire::{Closed, Wire},
};
use crate::{
    audio::{FRAME_MS, frame::Framer},
    call::{
        action::Action,
        driver::{CallClock, Line},
        event::Event,
        playback::Mark,
        timer::Ms,
    },
    speech::{Ears, Engine, Heard},
    telemetry::metrics::Metrics,
    twilio::{
        StreamSid,
        stream::{Frame, Message, Order, Refused, Sequence, Writer},
    },
};

/// How long sound that is due waits for the caller's, which comes along in most cases. It is small beside the lead that it has.
const GRACE: Ms = Ms(5);

/// How a stream came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The caller, or Twilio, ended it.
    Stopped,
    /// We are about to.
    HangingUp,
    /// The call is to ring elsewhere, which happens when the stream is closed.
    Transferring,
    /// It broke.
    Lost(Closed),
    /// Twilio fell silent.
    Idle,
}

impl End {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::HangingUp => "hung_up",
            Self::Transferring => "transferred",
            Self::Lost(_) => "lost",
            Self::Idle => "silent",
        }
    }
}

#[derive(Debug)]
pub(super) struct StreamLine {
    wire: Wire,
    writer: Writer,
    ears: Box<dyn Ears>,
    playout: Playout,
    framer: Framer,
    sequence: Sequence,
    audio: Vec<u8>,
    heard: Vec<Heard>,
    /// What the machine is still to be told.
    events: VecDeque<Event>,
    clock: CallClock,
    metrics: Metrics,
    /// When the first sound of the words said last went out.
    sounded: Option<Ms>,
    /// Nothing before the line was first listened to: the clock of a call that goes on is set by then.
    last_message: Option<Ms>,
    idle: Ms,
    alarm: Pin<Box<Sleep>>,
    alarm_at: Option<Ms>,
    consent: Option<Consent>,
    /// Rings when somebody else says that the caller is gone.
    hung_up: Pin<Box<WaitForCancellationFutureOwned>>,
    end: Option<End>,
}

/// What a message asks for, once it was read.
#[derive(Debug, Clone, Copy)]
enum Taken {
    Sound,
    Nothing,
    Digit(char),
    Mark(Option<Mark>),
    Stop,
}

impl StreamLine {
    pub(super) fn new(
        wire: Wire,
        stream: &StreamSid,
        engine: &dyn Engine,
        clock: CallClock,
        metrics: Metrics,
        idle: Duration,
        hung_up: CancellationToken,
    ) -> Self {
        Self {
            wire,
            writer: Writer::new(stream),
            ears: engine.ears(),
            playout: Playout::new(engine.mouth()),
            framer: Framer::default(),
            sequence: Sequence::default(),
            audio: Vec::new(),
            heard: Vec::new(),
            events: VecDeque::new(),
            clock,
            metrics,
            sounded: None,
            last_message: None,
            idle: Ms(u64::try_from(idle.as_millis()).unwrap_or(u64::MAX)),
            alarm: Box::pin(sleep_until(Instant::now())),
            alarm_at: None,
            consent: None,
            hung_up: Box::pin(hung_up.cancelled_owned()),
            end: None,
        }
    }

    /// Watches whether the words of consent are heard.
    pub(super) fn watching(self, consent: Option<Consent>) -> Self {
        Self { consent, ..self }
    }

    pub(super) fn end(&self) -> Option<End> {
        self.end
    }

    pub(super) fn into_wire(self) -> Wire {
        self.wire
    }

    /// The next event, or that there is no line any more.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        if let Some(event) = self.events.pop_front() {
            return Poll::Ready(Some(event));
        }
        match self.end {
            Some(End::Stopped | End::HangingUp) => return Poll::Pending,
            Some(End::Transferring | End::Lost(_) | End::Idle) => return Poll::Ready(None),
            None => {}
        }
        loop {
            let now = self.clock.now();
            if let Err(closed) = self.poll_messages(context, now) {
                self.end = Some(End::Lost(closed));
            }
            self.poll_senses(context);
            // The caller's sound wakes us as often as ours is due, so the two go together: one waking in place of two.
            let until = match self.last_message {
                Some(last) if last == now => now + Ms(FRAME_MS),
                _ => now,
            };
            if let Err(closed) = self.speak(context, now, until) {
                self.end.get_or_insert(End::Lost(closed));
            }
            if self.end.is_none() && self.idle_at(now) <= now {
                self.end = Some(End::Idle);
            }
            if let Some(event) = self.events.pop_front() {
                return Poll::Ready(Some(event));
            }
            if self.end.is_some_and(|end| end != End::Stopped) {
                return Poll::Ready(None);
            }
            if self.poll_alarm(context, now).is_pending() {
                return Poll::Pending;
            }
        }
    }

    fn poll_messages(&mut self, context: &mut Context<'_>, now: Ms) -> Result<(), Closed> {
        if self.end.is_none() && self.hung_up.as_mut().poll(context).is_ready() {
            self.stops();
        }
        while self.end.is_none() {
            let Self {
                wire,
                sequence,
                audio,
                ..
            } = self;
            let polled = wire.poll_message(context, now, |frame| read(&frame, sequence, audio));
            let Poll::Ready(message) = polled else { break };
            self.last_message = Some(now);
            self.takes(message?);
        }
        Ok(())
    }

    fn takes(&mut self, message: Taken) {
        match message {
            Taken::Nothing => {}
            Taken::Sound => {
                let Self {
                    framer,
                    ears,
                    heard,
                    audio,
                    ..
                } = self;
                framer.push(audio, |frame| ears.take(frame, heard));
                self.events.extend(self.heard.drain(..).map(event));
            }
            Taken::Digit(digit) => self.events.push_back(Event::Digit { digit }),
            Taken::Mark(mark) => {
                if let Some(mark) = mark {
                    self.playout.mark_is_back(mark);
                    if let Some(consent) = &self.consent {
                        consent.mark_is_back(mark);
                    }
                    self.events.push_back(Event::Mark { mark });
                }
            }
            Taken::Stop => self.stops(),
        }
    }

    fn stops(&mut self) {
        self.end = Some(End::Stopped);
        self.events.push_back(Event::HungUp);
    }

    fn poll_senses(&mut self, context: &mut Context<'_>) {
        while let Poll::Ready(heard) = self.ears.poll(context) {
            self.events.push_back(event(heard));
        }
        self.playout.poll(context, &mut self.events);
    }

    fn speak(&mut self, context: &mut Context<'_>, now: Ms, until: Ms) -> Result<(), Closed> {
        while let Some(due) = self.playout.take_due(now, until) {
            let message = match due {
                Due::Sound { frame, late, first } => {
                    self.metrics.frame_sent(Duration::from_millis(late.0));
                    if first {
                        self.sounded = Some(now);
                    }
                    self.writer.media(frame)
                }
                Due::Mark(mark) => self.writer.mark(&mark.to_string()),
            };
            self.wire.send(message);
        }
        self.wire.poll_send(context)
    }

    /// When Twilio has been silent for too long, unless it says something before.
    fn idle_at(&mut self, now: Ms) -> Ms {
        *self.last_message.get_or_insert(now) + self.idle
    }

    /// Pending until there is something to be done by the clock.
    fn poll_alarm(&mut self, context: &mut Context<'_>, now: Ms) -> Poll<()> {
        let idle = self.idle_at(now);
        let sound = self.playout.due().map(|due| due + GRACE);
        let due = sound.map_or(idle, |sound| sound.min(idle));
        if due <= now {
            return Poll::Ready(());
        }
        // Frames come so often that the alarm for silence need not follow each: it is looked at when it rings.
        let stands = self.alarm_at.is_some_and(|at| at > now && at <= due);
        if !stands {
            self.alarm_at = Some(due);
            let left = Duration::from_millis((due - now).0);
            self.alarm.as_mut().reset(Instant::now() + left);
        }
        self.alarm.as_mut().poll(context).map(|()| {
            self.alarm_at = None;
        })
    }
}

/// Reads a message while it is there to be read. Sound is decoded into `audio`.
fn read(frame: &Frame<'_>, sequence: &mut Sequence, audio: &mut Vec<u8>) -> Result<Taken, Refused> {
    // Whatever its number, nothing comes after the end.
    if let Some(number) = frame.number
        && sequence.take(number) == Order::Stale
        && frame.message != Message::Stop
    {
        return Ok(Taken::Nothing);
    }
    Ok(match &frame.message {
        Message::Media(media) => {
            media.decode(audio)?;
            Taken::Sound
        }
        Message::Dtmf(dtmf) => Taken::Digit(dtmf.0),
        Message::Mark(name) => Taken::Mark(name.parse().ok()),
        Message::Stop => Taken::Stop,
        Message::Connected | Message::Start(_) | Message::Unknown(_) => Taken::Nothing,
    })
}

fn event(heard: Heard) -> Event {
    match heard {
        Heard::SpeechStarted => Event::SpeechStarted,
        Heard::Interim(text) => Event::Interim { text },
        Heard::Words(text) => Event::Heard { text },
        Heard::SpeechEnded => Event::SpeechEnded,
    }
}

impl Line for StreamLine {
    fn take(&mut self, at: Ms, action: &Action) {
        if let Some(consent) = &mut self.consent {
            consent.sees(action);
        }
        match action {
            Action::Say {
                utterance,
                generation,
                text,
                spans,
            } => self.playout.say(*utterance, *generation, text, spans),
            Action::Resume {
                utterance,
                generation,
                from,
            } => self.playout.resume(*utterance, *generation, *from),
            Action::StopPlayback { generation } => {
                self.playout.stop(at, *generation);
                self.wire.send(self.writer.clear());
            }
            Action::Transfer { .. } => {
                self.end.get_or_insert(End::Transferring);
            }
            // Closing the stream is what hangs up, and that comes when the call's end is written.
            Action::HangUp if self.end.is_none() => {
                self.end = Some(End::HangingUp);
                self.events.push_back(Event::HungUp);
            }
            _ => {}
        }
    }

    async fn outside(&mut self) -> Option<Event> {
        poll_fn(|context| self.poll(context)).await
    }

    fn sounded(&self) -> Option<Ms> {
        self.sounded
    }

    fn is_gone(&self) -> bool {
        matches!(self.end, Some(End::Transferring | End::Lost(_) | End::Idle))
    }
}
