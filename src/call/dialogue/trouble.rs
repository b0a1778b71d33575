//! Silence, words that mean nothing to us, and work that breaks. What is not known is said to be not known.

use super::{Dialogue, Goal, Question, Reply, Then, Work};
use crate::call::{action::Outcome, event::Availability, lines::Line, timer::Ms};

/// After so many misunderstandings in a row, a person is offered.
pub(super) const MOST_MISSES: u8 = 3;
/// So often is a silent caller asked again.
const MOST_SILENCES: u8 = 2;

impl Dialogue {
    pub(super) fn misunderstood(&mut self, at: Ms, reply: &mut Reply) {
        self.misses = self.misses.saturating_add(1);
        if self.misses < MOST_MISSES
            || self.question == Question::OfferMessage && self.misses == MOST_MISSES
        {
            self.say(Line::NotUnderstood, reply);
            return self.ask_again(reply);
        }
        if self.offered_person && self.misses > MOST_MISSES {
            return self.goodbye(reply);
        }
        self.say(Line::NotUnderstood, reply);
        self.offer_help(at, reply);
    }

    /// The caller says nothing.
    pub(in crate::call) fn silence(&mut self, reply: &mut Reply) {
        self.patient = false;
        self.silences = self.silences.saturating_add(1);
        if self.silences > MOST_SILENCES {
            self.let_go(reply);
            self.say(Line::SilenceGoodbye, reply);
            reply.then = Then::HangUp(self.best.unwrap_or(Outcome::Silent));
            return;
        }
        self.say(Line::StillThere, reply);
        self.ask_again(reply);
    }

    /// Work takes a while.
    pub(in crate::call) fn still_working(&mut self, reply: &mut Reply) {
        self.say(Line::OneMoment, reply);
    }

    pub(in crate::call) fn cut_in(&mut self, reply: &mut Reply) {
        self.say(Line::CutIn, reply);
    }

    pub(in crate::call) fn longest_call_is_over(&mut self, reply: &mut Reply) {
        self.let_go(reply);
        self.pending = None;
        self.say(Line::LongestCall, reply);
        reply.then = Then::HangUp(self.best.unwrap_or(Outcome::TooLong));
    }

    /// Nobody answered in time.
    pub(in crate::call) fn give_up_waiting(&mut self, at: Ms, reply: &mut Reply) {
        if let Some(pending) = self.pending.take() {
            self.failed(at, pending.work, reply);
        }
    }

    /// Whether it was done is not known.
    pub(super) fn failed(&mut self, at: Ms, work: Work, reply: &mut Reply) {
        match work {
            Work::Check(starts_at) => {
                let unknown = Availability::Unknown { staff: None };
                self.on_availability(at, starts_at, unknown, reply);
            }
            Work::Find(_) | Work::Lookup | Work::Hold(_) => {
                self.say(Line::Trouble, reply);
                self.drop_goal(reply);
                self.offer_help(at, reply);
            }
            Work::Book(_) => {
                self.leave_hold_alone();
                self.unsettled(at, Line::BookUnsettled, reply);
            }
            Work::Move(_) => {
                self.leave_hold_alone();
                self.unsettled(at, Line::ChangeUnsettled, reply);
            }
            Work::Cancel(_) => self.unsettled(at, Line::ChangeUnsettled, reply),
            Work::Message(_) => {
                self.message = None;
                self.unsettled(at, Line::MessageUnsettled, reply);
            }
            Work::Transfer => self.on_nobody_picked_up(reply),
        }
    }

    /// It may be the booking by now.
    fn leave_hold_alone(&mut self) {
        self.chosen = None;
    }

    /// It may have been done.
    fn unsettled(&mut self, at: Ms, line: Line, reply: &mut Reply) {
        self.best = Some(Outcome::Unsettled);
        self.say(line, reply);
        self.drop_goal(reply);
        self.goal = Goal::None;
        self.ask(Question::AnythingElse, reply);
        self.catch_up(at, reply);
    }
}
