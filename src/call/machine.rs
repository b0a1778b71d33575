//! The call: an event and a time go in, actions come out.
//!
//! PURE. Here the parts meet and none of them does the work: `turn` says when the caller is done, `dialogue` what to say,
//! `playback` what was heard of it, and this file only carries one to the next. After each event all actions are taken
//! before the next event comes.

use std::sync::Arc;

use super::{
    action::{Action, Outcome, Who},
    dialogue::{Dialogue, Reply, Then},
    draft::Draft,
    event::{Event, Resumed, Started},
    lines::Lines,
    playback::{Playback, Spoken},
    timer::{Ms, Timer, Timers},
    turn::{Expect, Pauses, Sense, Turn},
};

/// A call that nobody starts is given up after this.
const START: Ms = Ms(30_000);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    Waiting,
    Talking,
    /// The last words are being said.
    Leaving(Then),
    /// The line was told to close or to ring elsewhere.
    Closing(Outcome),
    /// The caller is gone, and something they agreed to is still being done.
    Settling,
    Over,
}

/// One telephone call.
#[derive(Debug, Clone)]
pub struct Call {
    lines: Arc<Lines>,
    pauses: Pauses,
    now: Ms,
    phase: Phase,
    timers: Timers,
    turn: Turn,
    playback: Playback,
    dialogue: Option<Box<Dialogue>>,
    /// Whether the caller had heard our question when they last began to speak.
    heard_us: bool,
}

impl Call {
    pub fn new(lines: Arc<Lines>) -> Self {
        Self::with_pauses(lines, Pauses::default())
    }

    pub fn with_pauses(lines: Arc<Lines>, pauses: Pauses) -> Self {
        let mut timers = Timers::default();
        timers.set(Timer::LongestCall, START);
        Self {
            lines,
            pauses,
            now: Ms::ZERO,
            phase: Phase::Waiting,
            timers,
            turn: Turn::default(),
            playback: Playback::default(),
            dialogue: None,
            heard_us: true,
        }
    }

    /// When to send which [`Event::Timer`]; nothing once the call is over.
    pub fn deadline(&self) -> Option<(Ms, Timer)> {
        self.timers.next()
    }

    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Nobody talks and nothing is worked on: the next word is the caller's.
    pub fn awaits_caller(&self) -> bool {
        self.timers.is_set(Timer::Silence)
    }

    /// What the caller has said so far, for whoever has to go on from here.
    pub fn draft(&self) -> Option<&Draft> {
        self.dialogue.as_deref().map(Dialogue::draft)
    }

    /// Takes one event. Time never runs backwards: an earlier `at` counts as now.
    pub fn handle(&mut self, at: Ms, event: Event, out: &mut Vec<Action>) {
        self.now = self.now.max(at);
        match self.phase {
            Phase::Over => return give_back_late_hold(&event, out),
            Phase::Waiting
                if !matches!(
                    event,
                    Event::Started(_) | Event::HungUp | Event::Timer { .. }
                ) =>
            {
                return;
            }
            Phase::Settling => return self.settle_after_the_end(event, out),
            _ => {}
        }
        match event {
            Event::Started(started) => self.start(*started, out),
            Event::SpeechStarted => self.speech_started(out),
            Event::SpeechEnded => self.speech_ended(),
            Event::Interim { text } => self.words(&text, false, out),
            Event::Heard { text } => self.words(&text, true, out),
            Event::Digit { digit } => self.digit(digit, out),
            Event::Sent { mark, length } => self.playback.sent(self.now, mark, length),
            Event::Mark { mark } => {
                self.playback.mark(self.now, mark);
                self.note_finished(out);
            }
            Event::Timer { timer } => self.timer(timer, out),
            Event::HungUp => self.hung_up(out),
            Event::Resumed(resumed) => self.resume(*resumed, out),
            answer => self.answered(answer, out),
        }
        self.settle_timers(out);
    }

    fn start(&mut self, started: Started, out: &mut Vec<Action>) {
        if self.phase != Phase::Waiting {
            return;
        }
        let mut dialogue = Box::new(Dialogue::new(started, &self.lines));
        self.timers
            .set(Timer::LongestCall, self.now + dialogue.longest_call());
        self.phase = Phase::Talking;
        if let Some(consent) = dialogue.consent() {
            let consent = consent.to_owned();
            self.say(&consent, false, out);
        }
        let mut reply = Reply::default();
        dialogue.greet(self.now, &mut reply);
        self.dialogue = Some(dialogue);
        self.carry_out(reply, out);
    }

    // The caller's side.

    fn speech_started(&mut self, out: &mut Vec<Action>) {
        if self.phase != Phase::Talking {
            return;
        }
        self.turn.speech_started();
        self.timers.stop(Timer::EndOfTurn);
        self.timers.stop(Timer::NoWords);
        if !self.timers.is_set(Timer::LongestTurn) {
            self.timers
                .set(Timer::LongestTurn, self.now + self.pauses.longest_turn);
        }
        if self.playback.is_open() {
            self.stop_playback(out);
        }
    }

    fn speech_ended(&mut self) {
        if self.phase != Phase::Talking || !self.turn.is_speaking() {
            return;
        }
        self.turn.speech_ended(self.now);
        self.timers.stop(Timer::LongestTurn);
        if self.turn.words().is_empty() {
            self.timers
                .set(Timer::NoWords, self.now + self.pauses.no_words);
        } else {
            self.wait_for_end_of_turn();
        }
    }

    fn words(&mut self, text: &str, settled: bool, out: &mut Vec<Action>) {
        if self.phase != Phase::Talking {
            return;
        }
        if settled {
            self.turn.settle(self.now, text);
        } else {
            self.turn.guess(text);
        }
        if self.turn.words().is_empty() {
            return;
        }
        self.timers.stop(Timer::NoWords);
        if matches!(self.sense(), Sense::Words | Sense::Complete) {
            self.interrupt(out);
        }
        if !self.turn.is_speaking() {
            self.wait_for_end_of_turn();
        }
    }

    /// The agent's words give way to the caller's, if they may.
    fn interrupt(&mut self, out: &mut Vec<Action>) {
        if self.playback.is_idle() || !self.playback.is_open() {
            return;
        }
        self.stop_playback(out);
        while let Some(dropped) = self.playback.take_dropped() {
            self.heard_us &= dropped.was_heard_to_its_point();
            note(dropped, out);
        }
    }

    fn stop_playback(&mut self, out: &mut Vec<Action>) {
        if let Some(generation) = self.playback.pause(self.now) {
            out.push(Action::StopPlayback { generation });
            self.note_finished(out);
        }
    }

    fn wait_for_end_of_turn(&mut self) {
        let sense = self.sense();
        let expects = self
            .dialogue
            .as_ref()
            .map_or(Expect::Open, |dialogue| dialogue.expects());
        let pause = self.pauses.after(sense, expects);
        let due = self.turn.quiet_since() + pause;
        self.timers.set(Timer::EndOfTurn, due.max(self.now));
    }

    fn sense(&mut self) -> Sense {
        let talking = !self.playback.is_idle();
        let words = self.turn.words();
        self.dialogue.as_mut().map_or(Sense::Noise, |dialogue| {
            dialogue.sense(self.now, words, talking)
        })
    }

    fn digit(&mut self, digit: char, out: &mut Vec<Action>) {
        let is_key = digit.is_ascii_digit() || matches!(digit, '*' | '#');
        if self.phase != Phase::Talking || !is_key {
            return;
        }
        self.interrupt(out);
        self.turn.press(digit);
        let whole = digit == '#' || {
            let digits = self.turn.digits();
            self.dialogue
                .as_mut()
                .is_some_and(|dialogue| dialogue.sense(self.now, digits, false) == Sense::Complete)
        };
        let pause = if whole {
            Ms::ZERO
        } else {
            self.pauses.last_digit
        };
        self.timers.set(Timer::LastDigit, self.now + pause);
    }

    fn end_of_turn(&mut self, out: &mut Vec<Action>) {
        let sense = self.sense();
        let is_rest = self.turn.is_rest();
        let text = self.turn.take();
        if matches!(sense, Sense::Noise | Sense::Backchannel | Sense::Filler) {
            // Nothing was said to us: talk on, or go on listening.
            return self.talk_on(out);
        }
        self.interrupt(out);
        self.heard_us &= !is_rest;
        self.caller_said(&text, out);
    }

    fn caller_said(&mut self, text: &str, out: &mut Vec<Action>) {
        let heard_us = self.take_heard_us();
        out.push(Action::Transcript {
            who: Who::Caller,
            text: text.to_owned(),
        });
        self.reply_with(out, |dialogue, at, reply| {
            dialogue.heard(at, text, heard_us, reply);
        });
    }

    fn caller_keyed(&mut self, digits: &str, out: &mut Vec<Action>) {
        if digits.is_empty() {
            return;
        }
        let heard_us = self.take_heard_us();
        out.push(Action::Transcript {
            who: Who::Caller,
            text: digits.to_owned(),
        });
        self.reply_with(out, |dialogue, at, reply| {
            dialogue.keyed(at, digits, heard_us, reply);
        });
    }

    fn take_heard_us(&mut self) -> bool {
        std::mem::replace(&mut self.heard_us, true) && self.playback.is_idle()
    }

    fn talk_on(&mut self, out: &mut Vec<Action>) {
        if !self.playback.is_paused() {
            return;
        }
        let generation = self.playback.generation();
        for (utterance, from) in self.playback.resume(self.now) {
            out.push(Action::Resume {
                utterance,
                generation,
                from,
            });
        }
    }

    // Our side.

    fn carry_out(&mut self, reply: Reply, out: &mut Vec<Action>) {
        let Reply {
            say,
            actions,
            then,
            closed,
        } = reply;
        if let Some(dialogue) = &mut self.dialogue {
            dialogue.moved_on();
            if !say.is_empty() {
                dialogue.said(&say);
            }
        }
        if !say.is_empty() {
            self.say(&say, !closed && then == Then::Listen, out);
        }
        let works = actions.iter().any(|action| action.work().is_some());
        out.extend(actions);
        if works {
            self.timers
                .set(Timer::Thinking, self.now + self.pauses.thinking);
            self.timers
                .set(Timer::NoAnswer, self.now + self.pauses.no_answer);
        }
        if then != Then::Listen {
            self.phase = Phase::Leaving(then);
        }
    }

    fn say(&mut self, text: &str, open: bool, out: &mut Vec<Action>) {
        let (utterance, spans) = self.playback.say(self.now, text, open);
        let generation = self.playback.generation();
        out.push(Action::Say {
            utterance,
            generation,
            text: text.to_owned(),
            spans,
        });
    }

    fn note_finished(&mut self, out: &mut Vec<Action>) {
        while let Some(spoken) = self.playback.take_finished() {
            self.heard_us = true;
            note(spoken, out);
        }
    }

    fn answered(&mut self, event: Event, out: &mut Vec<Action>) {
        let Some(dialogue) = &mut self.dialogue else {
            return;
        };
        if matches!(self.phase, Phase::Closing(_)) {
            if !dialogue.nobody_picked_up(&event) {
                return self.answered_too_late(event, out);
            }
            // The caller is back.
            self.phase = Phase::Talking;
            self.timers.stop(Timer::Closing);
            let longest = self.now.max(dialogue.longest_call());
            self.timers.set(Timer::LongestCall, longest);
        }
        let mut reply = Reply::default();
        dialogue.answered(self.now, event, &mut reply);
        self.carry_out(reply, out);
    }

    /// Nobody hears what would be said to it. Times that it kept are given back.
    fn answered_too_late(&mut self, event: Event, out: &mut Vec<Action>) {
        let Some(dialogue) = &mut self.dialogue else {
            return;
        };
        let mut unsaid = Reply::default();
        dialogue.answered(self.now, event, &mut unsaid);
        let holds = unsaid.actions.into_iter();
        out.extend(holds.filter(|action| matches!(action, Action::ReleaseHold { .. })));
    }

    fn timer(&mut self, timer: Timer, out: &mut Vec<Action>) {
        if !self.timers.take_due(timer, self.now) {
            return;
        }
        match timer {
            Timer::LongestCall => self.longest_call(out),
            Timer::Closing => self.finish_closed(out),
            Timer::Playback => {
                self.playback.believe_the_clock(self.now);
                self.note_finished(out);
                self.abandon_playback(out);
            }
            Timer::EndOfTurn => self.end_of_turn(out),
            Timer::NoWords => self.talk_on(out),
            Timer::LongestTurn => self.longest_turn(out),
            Timer::LastDigit => {
                let digits = self.turn.take_digits();
                self.caller_keyed(digits.trim_end_matches('#'), out);
            }
            Timer::Thinking => {
                self.timers
                    .set(Timer::Thinking, self.now + self.pauses.still_thinking);
                self.reply_with(out, |dialogue, _, reply| dialogue.still_working(reply));
            }
            Timer::NoAnswer => self.reply_with(out, Dialogue::give_up_waiting),
            Timer::Silence => self.reply_with(out, |dialogue, _, reply| dialogue.silence(reply)),
        }
    }

    fn reply_with(
        &mut self,
        out: &mut Vec<Action>,
        act: impl FnOnce(&mut Dialogue, Ms, &mut Reply),
    ) {
        let mut reply = Reply::default();
        if let Some(dialogue) = &mut self.dialogue {
            act(dialogue, self.now, &mut reply);
        }
        self.carry_out(reply, out);
    }

    /// The line never played what it was given. What the clock says was heard is believed, and the rest was not.
    fn abandon_playback(&mut self, out: &mut Vec<Action>) {
        if let Some(generation) = self.playback.pause(self.now) {
            out.push(Action::StopPlayback { generation });
        }
        while let Some(dropped) = self.playback.take_dropped() {
            self.heard_us &= dropped.was_heard_to_its_point();
            note(dropped, out);
        }
    }

    /// Somebody talks and talks: what they said so far is answered now, and the answer is not to be talked over. If they
    /// go on all the same, the rest is another turn.
    fn longest_turn(&mut self, out: &mut Vec<Action>) {
        let is_rest = self.turn.is_rest();
        let text = self.turn.take();
        if text.is_empty() {
            // Sound without words, and without end: it is nobody talking to us.
            self.turn.speech_ended(self.now);
            return self.talk_on(out);
        }
        self.timers
            .set(Timer::LongestTurn, self.now + self.pauses.longest_turn);
        self.interrupt(out);
        let heard_us = self.take_heard_us() && !is_rest;
        out.push(Action::Transcript {
            who: Who::Caller,
            text: text.clone(),
        });
        self.reply_with(out, |dialogue, at, reply| {
            reply.closed = true;
            dialogue.cut_in(reply);
            dialogue.heard(at, &text, heard_us, reply);
        });
    }

    // The end.

    fn longest_call(&mut self, out: &mut Vec<Action>) {
        match self.phase {
            Phase::Waiting => self.finish(Outcome::NeverStarted, out),
            // A moment, and it is known whether what they agreed to was done.
            Phase::Talking if self.is_committed() => {
                self.timers
                    .set(Timer::LongestCall, self.now + self.pauses.no_answer);
            }
            Phase::Talking => {
                self.abandon_playback(out);
                self.reply_with(out, |dialogue, _, reply| {
                    dialogue.longest_call_is_over(reply);
                });
                self.timers
                    .set(Timer::LongestCall, self.now + self.pauses.farewell);
            }
            _ => self.hang_up(self.outcome_of_leaving(), out),
        }
    }

    /// Our last words were heard: now the line is closed, or rings elsewhere.
    fn after_last_words(&mut self, then: Then, out: &mut Vec<Action>) {
        match then {
            Then::Listen => {}
            Then::HangUp(outcome) => self.hang_up(outcome, out),
            Then::Transfer(number) => {
                if let Some(dialogue) = &mut self.dialogue {
                    out.push(dialogue.transfer(number));
                }
                self.phase = Phase::Closing(Outcome::Transferred);
                self.timers.stop_all();
                self.timers
                    .set(Timer::Closing, self.now + self.pauses.closing);
            }
        }
    }

    fn hang_up(&mut self, outcome: Outcome, out: &mut Vec<Action>) {
        self.abandon_playback(out);
        self.release_hold(out);
        out.push(Action::HangUp);
        self.phase = Phase::Closing(outcome);
        self.timers.stop_all();
        self.timers
            .set(Timer::Closing, self.now + self.pauses.closing);
    }

    fn finish_closed(&mut self, out: &mut Vec<Action>) {
        if let Phase::Closing(outcome) = self.phase {
            self.finish(outcome, out);
        }
    }

    fn hung_up(&mut self, out: &mut Vec<Action>) {
        match self.phase {
            Phase::Closing(outcome) => self.finish(outcome, out),
            // Under way, and stands. A hold that is being turned into a booking is not given back under its hands.
            _ if self.is_committed() => {
                if let Some(dialogue) = &mut self.dialogue {
                    dialogue.caller_is_gone();
                }
                self.timers.stop_all();
                self.timers
                    .set(Timer::NoAnswer, self.now + self.pauses.no_answer);
                self.phase = Phase::Settling;
            }
            _ => self.finish(self.outcome_of_leaving(), out),
        }
    }

    fn outcome_of_leaving(&self) -> Outcome {
        match (&self.phase, &self.dialogue) {
            (Phase::Leaving(Then::HangUp(outcome)), _) => *outcome,
            (_, Some(dialogue)) => dialogue.outcome().unwrap_or(Outcome::GaveUp),
            (_, None) => Outcome::NeverStarted,
        }
    }

    /// The caller is gone. Only how it ended is still of interest.
    fn settle_after_the_end(&mut self, event: Event, out: &mut Vec<Action>) {
        match event {
            Event::Timer { timer } if self.timers.take_due(timer, self.now) => {
                self.finish(Outcome::Unsettled, out);
            }
            Event::Timer { .. } => {}
            Event::Held { .. } => give_back_late_hold(&event, out),
            answer => {
                self.answered_too_late(answer, out);
                if !self.is_committed() {
                    let outcome = self
                        .dialogue
                        .as_ref()
                        .and_then(|dialogue| dialogue.outcome());
                    self.finish(outcome.unwrap_or(Outcome::GaveUp), out);
                }
            }
        }
    }

    fn finish(&mut self, outcome: Outcome, out: &mut Vec<Action>) {
        self.release_hold(out);
        self.playback.pause(self.now);
        let heard: Vec<String> = std::iter::from_fn(|| self.playback.take_dropped())
            .map(Spoken::into_heard)
            .filter(|heard| !heard.is_empty())
            .collect();
        let heard = (!heard.is_empty()).then(|| heard.join(" "));
        out.push(Action::Finish { outcome, heard });
        self.phase = Phase::Over;
        self.timers.stop_all();
        // A call that is over keeps no memory of what was said.
        self.dialogue = None;
        self.turn = Turn::default();
    }

    fn release_hold(&mut self, out: &mut Vec<Action>) {
        if let Some(hold) = self.dialogue.as_mut().and_then(|dialogue| dialogue.leave()) {
            out.push(Action::ReleaseHold { hold });
        }
    }

    fn is_committed(&self) -> bool {
        self.dialogue
            .as_ref()
            .is_some_and(|dialogue| dialogue.is_committed())
    }

    fn resume(&mut self, resumed: Resumed, out: &mut Vec<Action>) {
        if !matches!(
            self.phase,
            Phase::Talking | Phase::Leaving(_) | Phase::Closing(_)
        ) {
            return;
        }
        self.playback.pause(self.now);
        while let Some(dropped) = self.playback.take_dropped() {
            note(dropped, out);
        }
        self.turn.restart(self.now);
        let longest = self
            .dialogue
            .as_ref()
            .map_or(START, |dialogue| dialogue.longest_call());
        self.timers.stop_all();
        self.timers.set(Timer::LongestCall, longest.max(self.now));
        self.phase = Phase::Talking;
        self.heard_us = true;
        let now = self.now;
        self.reply_with(out, |dialogue, _, reply| {
            dialogue.resume(now, resumed, reply);
        });
    }

    // What is waited for follows from what is going on.

    fn settle_timers(&mut self, out: &mut Vec<Action>) {
        if let Phase::Leaving(then) = &self.phase
            && self.playback.is_idle()
        {
            let then = then.clone();
            self.after_last_words(then, out);
        }
        match self.playback.overdue_at() {
            Some(due) => self.timers.set(Timer::Playback, due),
            None => self.timers.stop(Timer::Playback),
        }
        let working = self
            .dialogue
            .as_ref()
            .is_some_and(|dialogue| dialogue.is_waiting_for_work());
        if !working || self.phase != Phase::Talking {
            self.timers.stop(Timer::Thinking);
        }
        if !working || !matches!(self.phase, Phase::Talking | Phase::Settling) {
            self.timers.stop(Timer::NoAnswer);
        }
        self.settle_silence(working);
        if self.phase != Phase::Talking {
            for timer in [
                Timer::EndOfTurn,
                Timer::NoWords,
                Timer::LongestTurn,
                Timer::LastDigit,
            ] {
                self.timers.stop(timer);
            }
        }
    }

    fn settle_silence(&mut self, working: bool) {
        const SOMEBODY_SPEAKS: [Timer; 4] = [
            Timer::EndOfTurn,
            Timer::NoWords,
            Timer::LastDigit,
            Timer::LongestTurn,
        ];
        let quiet = self.phase == Phase::Talking
            && self.playback.is_idle()
            && !working
            && !self.turn.is_speaking()
            && !SOMEBODY_SPEAKS
                .into_iter()
                .any(|timer| self.timers.is_set(timer));
        if !quiet {
            self.timers.stop(Timer::Silence);
        } else if !self.timers.is_set(Timer::Silence) {
            let patient = self
                .dialogue
                .as_ref()
                .is_some_and(|dialogue| dialogue.was_asked_to_wait());
            let pause = if patient {
                self.pauses.asked_to_wait
            } else {
                self.pauses.silence
            };
            self.timers.set(Timer::Silence, self.now + pause);
        }
    }
}

fn note(spoken: Spoken, out: &mut Vec<Action>) {
    let text = spoken.into_heard();
    if !text.is_empty() {
        out.push(Action::Transcript {
            who: Who::Agent,
            text,
        });
    }
}

/// The call is over; a time that was kept for it in the meantime is nobody's.
fn give_back_late_hold(event: &Event, out: &mut Vec<Action>) {
    if let Event::Held { hold, .. } = event {
        out.push(Action::ReleaseHold { hold: *hold });
    }
}
