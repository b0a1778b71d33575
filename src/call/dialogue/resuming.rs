//! What comes back: the answers to our work, and a call that was cut off. An answer that is not waited for any more
//! changes nothing, except that a time kept for nobody is given back.

use super::{Dialogue, Goal, Pending, Question, Reply, Target, Then, Work};
use crate::call::{
    action::{Action, Outcome},
    draft::Draft,
    event::{Deed, Done, Event, ProposalId, Resumed},
    lines::Line,
    timer::Ms,
};

/// A line that breaks more often than this will break again.
const MOST_RECONNECTS: u8 = 2;

impl Dialogue {
    /// Takes the world's answer to something that was asked of it.
    pub(in crate::call) fn answered(&mut self, at: Ms, event: Event, reply: &mut Reply) {
        self.look_at_the_date(at);
        self.day_just_said = None;
        let waited_for = self
            .pending
            .take_if(|pending| event.answers() == Some(pending.id));
        let Some(Pending { id, work }) = waited_for else {
            return self.give_back(&event, reply);
        };
        match (work, event) {
            (work, Event::Failed { .. }) => self.failed(at, work, reply),
            (Work::Check(starts_at), Event::Availability { answer, .. }) => {
                self.on_availability(at, starts_at, answer, reply);
            }
            (Work::Find(search), Event::SlotsFound { slots, .. }) => {
                self.on_slots(at, search, slots, reply);
            }
            (Work::Hold(slot), Event::Held { hold, .. }) => self.on_held(at, slot, hold, reply),
            (Work::Hold(slot), Event::HoldRefused { alternatives, .. }) => {
                self.on_hold_refused(slot, alternatives, reply);
            }
            (
                Work::Book(_),
                Event::Booked {
                    booking, tentative, ..
                },
            ) => {
                self.on_booked(at, booking, tentative, reply);
            }
            (
                Work::Book(_),
                Event::BookRefused {
                    why, alternatives, ..
                },
            ) => {
                self.on_refused(at, why, alternatives, Line::BookRules, reply);
            }
            (Work::Lookup, Event::FoundBookings { bookings, .. }) => {
                self.on_bookings(at, bookings, reply);
            }
            (Work::Cancel(_), Event::Cancelled { .. }) => self.on_cancelled(at, reply),
            (Work::Cancel(_), Event::CancelRefused { why, .. }) => {
                self.on_refused(at, why, Vec::new(), Line::CancelRules, reply);
            }
            (Work::Move(_), Event::Rescheduled { tentative, .. }) => {
                self.on_moved(at, tentative, reply);
            }
            (
                Work::Move(_),
                Event::RescheduleRefused {
                    why, alternatives, ..
                },
            ) => {
                self.on_refused(at, why, alternatives, Line::MoveRules, reply);
            }
            (Work::Message(_), Event::MessageTaken { .. }) => self.on_message_taken(at, reply),
            (work, event) => {
                // An answer of another kind is none; the right one is still waited for.
                self.pending = Some(Pending { id, work });
                self.give_back(&event, reply);
            }
        }
    }

    /// A time that is kept for a wish the caller has changed by now.
    fn give_back(&self, late: &Event, reply: &mut Reply) {
        if let Event::Held { hold, .. } = *late
            && self.chosen.is_none_or(|chosen| chosen.hold != Some(hold))
        {
            reply.actions.push(Action::ReleaseHold { hold });
        }
    }

    /// The call goes on, on a new line. What the database says wins over what this machine believes.
    pub(in crate::call) fn resume(&mut self, at: Ms, resumed: Resumed, reply: &mut Reply) {
        self.look_at_the_date(at);
        let Resumed {
            business,
            reconnects,
            holds,
            done,
            draft,
        } = resumed;
        self.vocabulary = super::vocabulary_of(&business);
        self.business = business;
        self.silences = 0;
        self.meanwhile = None;
        if let Some(draft) = draft
            && self.draft == Draft::default()
        {
            self.take_up(draft);
        }
        let committed = self.committed_proposal();
        let transferring = matches!(
            &self.pending,
            Some(Pending {
                work: Work::Transfer,
                ..
            })
        );
        self.pending = None;
        for hold in &holds {
            let wanted = self.chosen.is_some_and(|chosen| {
                chosen.slot == hold.slot && chosen.hold.is_none_or(|id| id == hold.hold)
            });
            match &mut self.chosen {
                Some(chosen) if wanted => chosen.hold = Some(hold.hold),
                _ => reply.actions.push(Action::ReleaseHold { hold: hold.hold }),
            }
        }
        if let Some(chosen) = &mut self.chosen
            && !holds.iter().any(|hold| chosen.hold == Some(hold.hold))
        {
            // Nobody keeps the time any more; it is looked for again.
            self.chosen = None;
        }
        if reconnects > MOST_RECONNECTS {
            self.let_go(reply);
            self.say(Line::TooManyReconnects, reply);
            reply.then = Then::HangUp(self.best.unwrap_or(Outcome::GaveUp));
            return;
        }
        self.say(Line::WelcomeBack, reply);
        let settled = self.settle(&done, committed, reply);
        if transferring {
            self.on_nobody_picked_up(reply);
        } else if settled || self.goal == Goal::None {
            self.goal = Goal::None;
            self.ask_where_we_were(reply);
        } else if committed.is_some() && self.chosen.is_none() && self.message.is_some() {
            // The message was not taken down, and is not said to have been.
            self.advance_message(reply);
        } else {
            self.question = Question::Open;
            self.advance(at, reply);
        }
    }

    fn take_up(&mut self, draft: Draft) {
        let wants_a_time = draft.service.is_some() || draft.wish.dates.is_some();
        self.draft = draft;
        if wants_a_time {
            self.goal = Goal::Book;
        }
    }

    fn ask_where_we_were(&mut self, reply: &mut Reply) {
        let question = if self.best.is_some() {
            Question::AnythingElse
        } else {
            Question::Open
        };
        self.ask(question, reply);
    }

    /// Learns what was done. Returns whether that was what we were waiting for when the line broke.
    fn settle(&mut self, done: &[Done], committed: Option<ProposalId>, reply: &mut Reply) -> bool {
        let mut settled = false;
        for Done { proposal, deed } in done {
            self.proposals = self.proposals.max(proposal.0);
            let waited_for = committed == Some(*proposal);
            settled |= waited_for;
            self.learn(deed, waited_for, reply);
        }
        settled
    }

    fn learn(&mut self, deed: &Deed, tell: bool, reply: &mut Reply) {
        let (outcome, line, start) = match *deed {
            Deed::Booked {
                booking,
                service,
                slot,
                tentative,
            } => {
                self.forget_made(booking);
                self.made.push(Target {
                    booking,
                    service,
                    slot,
                });
                let line = if tentative {
                    Line::BookedTentative
                } else {
                    Line::Booked
                };
                (Outcome::Booked, line, Some(slot.starts_at))
            }
            Deed::Cancelled { booking } => {
                self.forget_made(booking);
                let start = self.target.map(|target| target.slot.starts_at);
                (Outcome::Cancelled, Line::CancelDone, start)
            }
            Deed::Rescheduled { booking, slot } => {
                if let Some(made) = self.made.iter_mut().find(|made| made.booking == booking) {
                    made.slot = slot;
                }
                (Outcome::Rescheduled, Line::MoveDone, Some(slot.starts_at))
            }
            Deed::MessageTaken => (Outcome::MessageTaken, Line::MessageTaken, None),
        };
        self.achieved(outcome);
        if tell {
            let when = start.map_or_else(String::new, |start| self.say_when(start));
            self.say_with(line, &[("when", &when)], reply);
            self.chosen = None;
            self.message = None;
            self.drop_goal(reply);
        }
    }

    /// Keeps the words for "could you say that again?".
    pub(in crate::call) fn said(&mut self, text: &str) {
        self.last_said.clear();
        self.last_said.push_str(text);
    }
}
