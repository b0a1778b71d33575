//! The agent's words on their way to the caller: made into sound, and handed over at the pace at which they are heard.
//!
//! Little is ever at Twilio's: a frame goes out some moments before it is due, on a schedule that counts from the first frame of a
//! speech and not from the last one sent, so that being late once makes nothing later. Behind each span goes its mark. What was
//! made is kept until it was heard, because the caller may interrupt with a cough, and then we go on from where we were.
//!
//! It knows no socket; whoever has one asks what is due.

use std::{
    collections::VecDeque,
    task::{Context, Poll},
};

use crate::{
    audio::{FRAME, RATE},
    call::{
        event::Event,
        playback::{Generation, Mark, Span, UtteranceId},
        timer::Ms,
    },
    speech::{Mouth, Speech},
};

/// How far ahead of the ear sound is sent: the jitter of a good network, and little to throw away.
const LEAD: Ms = Ms(60);
/// The span that is being heard, and the one behind it, so that there is no gap; a whole utterance is half a megabyte a minute.
const SPANS_AHEAD: usize = 2;
/// What was said before these, nobody goes back to.
const MOST_UTTERANCES: usize = 8;
const SAMPLES_A_MS: usize = RATE / 1000;

/// What is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Due<'a> {
    Sound {
        frame: &'a [u8],
        /// How long after its time.
        late: Ms,
        /// With it begin the words of a turn.
        first: bool,
    },
    Mark(Mark),
}

#[derive(Debug)]
pub(super) struct Playout {
    mouth: Box<dyn Mouth>,
    utterances: VecDeque<Utterance>,
    /// In the order in which they are to be heard.
    queue: VecDeque<Play>,
    /// When the caller will have heard all that was sent, in samples since the call began.
    heard_until: u64,
    /// Since when sound has been going out without a break: what is due earlier than that is not late.
    flows_since: Option<Ms>,
    /// Marks of this generation, and of those before, say nothing of what was heard.
    stopped: Option<Generation>,
}

#[derive(Debug)]
struct Utterance {
    id: UtteranceId,
    spans: Vec<Spoken>,
}

/// One span, and its sound as far as it was made.
#[derive(Debug)]
struct Spoken {
    words: String,
    speech: Option<Speech>,
    sound: Vec<u8>,
    whole: bool,
}

#[derive(Debug)]
struct Play {
    mark: Mark,
    /// How much of it was sent.
    sent: usize,
    /// The machine knows how long it is.
    told: bool,
}

impl Playout {
    pub(super) fn new(mouth: Box<dyn Mouth>) -> Self {
        Self {
            mouth,
            utterances: VecDeque::new(),
            queue: VecDeque::new(),
            heard_until: 0,
            flows_since: None,
            stopped: None,
        }
    }

    pub(super) fn say(
        &mut self,
        utterance: UtteranceId,
        generation: Generation,
        text: &str,
        spans: &[Span],
    ) {
        let spans = spans.iter().map(|span| Spoken {
            words: text
                .get(span.from as usize..span.until as usize)
                .unwrap_or_default()
                .to_owned(),
            speech: None,
            sound: Vec::new(),
            whole: false,
        });
        self.utterances.push_back(Utterance {
            id: utterance,
            spans: spans.collect(),
        });
        if self.utterances.len() > MOST_UTTERANCES {
            self.utterances.pop_front();
        }
        self.play(utterance, generation, 0);
    }

    /// Again from this span on; what is still to come of it comes once.
    pub(super) fn resume(&mut self, utterance: UtteranceId, generation: Generation, from: u16) {
        self.queue.retain(|play| play.mark.utterance != utterance);
        self.play(utterance, generation, from);
    }

    /// Forgets what was to be played of this generation and those before.
    pub(super) fn stop(&mut self, at: Ms, generation: Generation) {
        self.queue.retain(|play| play.mark.generation > generation);
        self.stopped = self.stopped.max(Some(generation));
        self.heard_until = samples(at);
        self.flows_since = None;
    }

    /// The line says that this was played, or thrown away. Once an utterance was heard to its end, it and those before it are done.
    /// What was not sent was not heard, whatever the line says.
    pub(super) fn mark_is_back(&mut self, mark: Mark) {
        if self
            .stopped
            .is_some_and(|stopped| mark.generation <= stopped)
        {
            return;
        }
        let is_sent =
            |play: &Play| play.mark.utterance != mark.utterance || play.mark.span > mark.span;
        if !self.queue.iter().all(is_sent) {
            return;
        }
        let heard = usize::from(mark.span) + 1;
        let of = |utterance: &Utterance| utterance.id == mark.utterance;
        let Some(index) = self.utterances.iter().position(of) else {
            return;
        };
        if heard >= self.utterances[index].spans.len() {
            self.utterances.drain(..=index);
        } else {
            let spans = self.utterances[index].spans.iter_mut();
            spans.take(heard).for_each(Spoken::forget);
        }
    }

    /// Makes sound, and says of each span that is whole how long it is.
    pub(super) fn poll(&mut self, context: &mut Context<'_>, events: &mut VecDeque<Event>) {
        let near = self.queue.iter_mut().take(SPANS_AHEAD);
        for play in near.filter(|play| !play.told) {
            let mark = play.mark;
            let spoken = self
                .utterances
                .iter_mut()
                .find(|utterance| utterance.id == mark.utterance)
                .and_then(|utterance| utterance.spans.get_mut(usize::from(mark.span)));
            let Some(spoken) = spoken else {
                play.told = true;
                continue;
            };
            if !spoken.whole {
                spoken.make(self.mouth.as_mut(), context);
            }
            if !spoken.whole {
                return;
            }
            play.told = true;
            let length = Ms(u64::try_from(spoken.sound.len() / SAMPLES_A_MS).unwrap_or(0));
            events.push_back(Event::Sent { mark, length });
        }
    }

    /// When something is to be sent; nothing while there is nothing, or it is still being made.
    pub(super) fn due(&self) -> Option<Ms> {
        let play = self.queue.front()?;
        match self.spoken(play.mark) {
            Some(spoken) if play.sent < spoken.sound.len() => {
                let is_frame = spoken.sound.len() - play.sent >= FRAME || spoken.whole;
                is_frame.then(|| Ms(self.heard_until / SAMPLES_A_MS as u64) - LEAD)
            }
            Some(spoken) if !spoken.whole => None,
            // Its mark, right behind it.
            _ => Some(Ms::ZERO),
        }
    }

    /// What is due until then, a moment from now at most, one thing at a time.
    pub(super) fn take_due(&mut self, now: Ms, until: Ms) -> Option<Due<'_>> {
        let due = self.due()?;
        if due > until {
            return None;
        }
        let play = self.queue.front_mut()?;
        let mark = play.mark;
        let spoken = self
            .utterances
            .iter()
            .find(|utterance| utterance.id == mark.utterance)
            .and_then(|utterance| utterance.spans.get(usize::from(mark.span)));
        let rest = spoken.and_then(|spoken| spoken.sound.get(play.sent..));
        let rest = rest.unwrap_or_default();
        if rest.is_empty() {
            self.queue.pop_front();
            if self.queue.is_empty() {
                self.flows_since = None;
            }
            return Some(Due::Mark(mark));
        }
        let frame = &rest[..rest.len().min(FRAME)];
        let first = play.sent == 0 && mark.span == 0;
        play.sent += frame.len();
        let late = self
            .flows_since
            .map_or(Ms::ZERO, |since| now - due.max(since));
        // After a gap, what follows is in time again: the schedule counts from here.
        if self.flows_since.is_none() || self.heard_until < samples(now) {
            self.flows_since = Some(now);
        }
        self.heard_until = self.heard_until.max(samples(now)) + frame.len() as u64;
        Some(Due::Sound { frame, late, first })
    }

    fn play(&mut self, utterance: UtteranceId, generation: Generation, from: u16) {
        let known = self.utterances.iter().find(|known| known.id == utterance);
        let spans = known.map_or(0, |utterance| utterance.spans.len());
        let spans = u16::try_from(spans).unwrap_or(u16::MAX);
        self.queue.extend((from..spans).map(|span| Play {
            mark: Mark {
                generation,
                utterance,
                span,
            },
            sent: 0,
            told: false,
        }));
    }

    fn spoken(&self, mark: Mark) -> Option<&Spoken> {
        self.utterances
            .iter()
            .find(|utterance| utterance.id == mark.utterance)?
            .spans
            .get(usize::from(mark.span))
    }
}

impl Spoken {
    fn make(&mut self, mouth: &mut dyn Mouth, context: &mut Context<'_>) {
        let words = &self.words;
        let speech = self.speech.get_or_insert_with(|| mouth.speak(words));
        while let Poll::Ready(piece) = speech.poll_piece(context) {
            match piece {
                Some(Ok(piece)) if self.sound.is_empty() => self.sound = piece,
                Some(Ok(piece)) => self.sound.extend_from_slice(&piece),
                Some(Err(error)) => {
                    tracing::warn!(%error, "some of the agent's words are not heard");
                    return self.is_whole();
                }
                None => return self.is_whole(),
            }
        }
    }

    fn is_whole(&mut self) {
        self.whole = true;
        self.speech = None;
    }

    /// It was heard. Should it be wanted again, it is made again.
    fn forget(&mut self) {
        self.sound = Vec::new();
        self.whole = false;
    }
}

fn samples(at: Ms) -> u64 {
    at.0.saturating_mul(SAMPLES_A_MS as u64)
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;
    use crate::speech::Speechless;
    use tokio::sync::mpsc;

    /// Says each letter as a frame.
    #[derive(Debug)]
    struct Letters;

    impl Mouth for Letters {
        fn speak(&mut self, words: &str) -> Speech {
            Speech::whole(words.bytes().flat_map(|letter| [letter; FRAME]).collect())
        }
    }

    #[derive(Debug)]
    struct Slow(Option<mpsc::Receiver<Result<Vec<u8>, Speechless>>>);

    impl Mouth for Slow {
        fn speak(&mut self, _: &str) -> Speech {
            Speech::coming(self.0.take().unwrap())
        }
    }

    fn spans(text: &str) -> Vec<Span> {
        let middle = u32::try_from(text.len() / 2).unwrap();
        let until = u32::try_from(text.len()).unwrap();
        let (first, second) = ((0, middle), (middle, until));
        [first, second]
            .map(|(from, until)| Span { from, until })
            .to_vec()
    }

    fn say(playout: &mut Playout, text: &str) {
        playout.say(UtteranceId(1), Generation(0), text, &spans(text));
    }

    fn make(playout: &mut Playout) -> Vec<Event> {
        let mut events = VecDeque::new();
        playout.poll(&mut Context::from_waker(Waker::noop()), &mut events);
        events.into()
    }

    /// What goes out when, on a clock that is looked at every millisecond.
    fn sends(playout: &mut Playout, from: u64, until: u64) -> Vec<(u64, String)> {
        let mut sent = Vec::new();
        for now in from..until {
            while let Some(due) = playout.take_due(Ms(now), Ms(now)) {
                let told = match due {
                    Due::Sound { frame, .. } => char::from(frame[0]).to_string(),
                    Due::Mark(mark) => mark.to_string(),
                };
                sent.push((now, told));
            }
        }
        sent
    }

    fn mark(span: u16) -> Mark {
        Mark {
            generation: Generation(0),
            utterance: UtteranceId(1),
            span,
        }
    }

    #[test]
    fn frames_go_out_at_the_pace_of_the_ear_and_a_little_ahead() {
        let mut playout = Playout::new(Box::new(Letters));
        say(&mut playout, "abcdef");
        let length = Ms(60);
        let sent = [mark(0), mark(1)].map(|mark| Event::Sent { mark, length });
        assert_eq!(make(&mut playout), sent);
        let times: Vec<_> = sends(&mut playout, 1_000, 2_000);
        let told: Vec<_> = times
            .iter()
            .map(|(at, what)| (*at, what.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (1_000, "a"),
                (1_000, "b"),
                (1_000, "c"),
                (1_000, "0.1.0"),
                (1_000, "d"),
                (1_020, "e"),
                (1_040, "f"),
                (1_040, "0.1.1"),
            ]
        );
    }

    #[test]
    fn what_is_due_by_the_callers_next_frame_goes_out_with_this_one() {
        let mut playout = Playout::new(Box::new(Letters));
        say(&mut playout, "abcdefghijkl");
        make(&mut playout);
        let mut sent = Vec::new();
        for tick in 0..10 {
            let now = Ms(1_003 + 20 * tick);
            let mut frames = 0;
            while let Some(due) = playout.take_due(now, now + Ms(20)) {
                frames += usize::from(matches!(due, Due::Sound { .. }));
            }
            sent.push(frames);
        }
        // What is heard at once, the lead, and the frame that the next tick is too late for.
        assert_eq!(sent, [5, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
    }

    #[test]
    fn being_late_once_makes_nothing_later() {
        let mut playout = Playout::new(Box::new(Letters));
        say(&mut playout, "abcdefghijkl");
        make(&mut playout);
        sends(&mut playout, 0, 30);
        let late = sends(&mut playout, 75, 130);
        let times: Vec<u64> = late.iter().map(|(at, _)| *at).collect();
        assert_eq!(times, [75, 75, 75, 80, 100, 120]);
    }

    /// How late each frame is that goes out until then.
    fn lateness(playout: &mut Playout, now: u64) -> Vec<u64> {
        let mut late = Vec::new();
        while let Some(due) = playout.take_due(Ms(now), Ms(now)) {
            if let Due::Sound { late: ms, .. } = due {
                late.push(ms.0);
            }
        }
        late
    }

    #[test]
    fn a_frame_is_late_by_its_own_time_and_after_a_gap_all_is_in_time_again() {
        let mut playout = Playout::new(Box::new(Letters));
        say(&mut playout, "abcdefghijkl");
        make(&mut playout);
        assert_eq!(lateness(&mut playout, 1_000), [0, 0, 0, 0]);
        assert_eq!(lateness(&mut playout, 1_021), [1]);
        assert_eq!(lateness(&mut playout, 1_075), [35, 15]);
        // 1,140 is when the caller would have heard everything.
        assert_eq!(lateness(&mut playout, 1_200), [120, 0, 0, 0]);
    }

    #[test]
    fn what_was_stopped_is_resumed_from_its_span_and_without_being_made_again() {
        let mut playout = Playout::new(Box::new(Letters));
        say(&mut playout, "abcd");
        make(&mut playout);
        sends(&mut playout, 0, 1);
        playout.stop(Ms(10), Generation(0));
        assert_eq!(playout.due(), None);
        playout.mark_is_back(mark(1));
        playout.resume(UtteranceId(1), Generation(1), 1);
        assert_eq!(make(&mut playout).len(), 1);
        let sent = sends(&mut playout, 500, 600);
        let told: Vec<_> = sent.iter().map(|(_, what)| what.as_str()).collect();
        assert_eq!(told, ["c", "d", "1.1.1"]);
    }

    #[test]
    fn sound_is_made_when_it_is_nearly_wanted_and_forgotten_when_it_was_heard() {
        let mut playout = Playout::new(Box::new(Letters));
        let pairs = (0..4).map(|pair| Span {
            from: 2 * pair,
            until: 2 * pair + 2,
        });
        let pairs: Vec<_> = pairs.collect();
        playout.say(UtteranceId(1), Generation(0), "abcdefgh", &pairs);
        let kept = |playout: &Playout| {
            let spans = playout.utterances[0].spans.iter();
            spans.map(|span| span.sound.len()).sum::<usize>() / FRAME
        };
        assert_eq!(make(&mut playout).len(), SPANS_AHEAD);
        assert_eq!(kept(&playout), 4);
        playout.mark_is_back(mark(0));
        assert_eq!(kept(&playout), 4, "nobody hears what was not sent");
        let sent = sends(&mut playout, 0, 1);
        assert_eq!(sent.last().map(|(_, what)| what.as_str()), Some("0.1.1"));
        playout.mark_is_back(mark(0));
        assert_eq!(kept(&playout), 2, "it may be wanted again");
        playout.mark_is_back(mark(1));
        assert_eq!(kept(&playout), 0);
        assert_eq!(make(&mut playout).len(), SPANS_AHEAD);
        assert_eq!(kept(&playout), 4);
    }

    #[test]
    fn what_was_heard_is_not_kept() {
        let mut playout = Playout::new(Box::new(Letters));
        say(&mut playout, "abcd");
        make(&mut playout);
        sends(&mut playout, 0, 100);
        playout.mark_is_back(mark(0));
        assert_eq!(playout.utterances.len(), 1);
        playout.mark_is_back(mark(1));
        assert!(playout.utterances.is_empty());
    }

    #[test]
    fn sound_that_is_slow_to_come_is_waited_for() {
        let (sender, receiver) = mpsc::channel(4);
        let mut playout = Playout::new(Box::new(Slow(Some(receiver))));
        playout.say(
            UtteranceId(1),
            Generation(0),
            "hi",
            &[Span { from: 0, until: 2 }],
        );
        assert_eq!(make(&mut playout), []);
        assert_eq!(playout.due(), None);
        sender.try_send(Ok(vec![b'h'; FRAME + 10])).unwrap();
        assert_eq!(make(&mut playout), []);
        assert_eq!(sends(&mut playout, 0, 100).len(), 1, "a whole frame");
        drop(sender);
        assert_eq!(make(&mut playout).len(), 1);
        let rest = sends(&mut playout, 100, 200);
        assert_eq!(rest[1].1, "0.1.0");
    }

    #[test]
    fn words_that_nobody_can_say_are_passed_over() {
        let (sender, receiver) = mpsc::channel(4);
        let mut playout = Playout::new(Box::new(Slow(Some(receiver))));
        playout.say(
            UtteranceId(1),
            Generation(0),
            "hi",
            &[Span { from: 0, until: 2 }],
        );
        sender
            .try_send(Err(Speechless("no voice".to_owned())))
            .unwrap();
        let length = Ms(0);
        assert_eq!(
            make(&mut playout),
            [Event::Sent {
                mark: mark(0),
                length
            }]
        );
        assert_eq!(sends(&mut playout, 0, 1), [(0, "0.1.0".to_owned())]);
    }
}
