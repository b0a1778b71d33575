//! What the caller is after: taken up, changed, dropped, achieved.

use crate::language::{Intent, Meaning};

use super::{Change, Dialogue, Goal, Reply};
use crate::call::{
    action::{Action, Outcome},
    draft::Wish,
};

impl Dialogue {
    /// Does the caller say what they are after? Then it is that from now on.
    pub(super) fn set_goal(&mut self, meaning: &Meaning, informed: bool, reply: &mut Reply) {
        let goal = if meaning.wants(Intent::Cancel) {
            Goal::Change(Change::Cancel)
        } else if meaning.wants(Intent::Reschedule) {
            Goal::Change(Change::Move)
        } else if meaning.wants(Intent::AskBooking) {
            Goal::Change(Change::Look)
        } else if meaning.wants(Intent::LeaveMessage) {
            Goal::Message
        } else if meaning.wants(Intent::Book) || meaning.wants(Intent::AskAvailability) {
            Goal::Book
        } else if self.goal == Goal::None && !informed && speaks_of_a_booking(meaning) {
            self.goal_of_bare_slots(meaning)
        } else {
            return;
        };
        let same = goal == self.goal
            // "Book" in the middle of moving a booking is how people agree to the new time.
            || goal == Goal::Book && matches!(self.goal, Goal::Change(Change::Move));
        if same {
            return;
        }
        if self.goal == Goal::Book && goal == Goal::Change(Change::Cancel) && self.chosen.is_some()
        {
            // Nothing of theirs is booked yet that "cancel that" could mean.
            self.drop_goal(reply);
            return;
        }
        self.drop_goal(reply);
        self.goal = goal;
        if let Goal::Change(change) = goal {
            self.begin_change(change, meaning);
        }
    }

    fn goal_of_bare_slots(&self, meaning: &Meaning) -> Goal {
        let corrects = meaning.wants(Intent::Correction)
            || meaning.service.is_none() && meaning.for_name.is_none();
        match self.made.last() {
            Some(_) if corrects && (meaning.date.is_some() || meaning.time.is_some()) => {
                Goal::Change(Change::Move)
            }
            _ => Goal::Book,
        }
    }

    pub(super) fn is_goal(&self, meaning: &Meaning) -> bool {
        self.goal != Goal::None && names_a_goal(meaning)
    }

    /// What the caller was after is dropped, what they said about themselves is kept.
    pub(super) fn drop_goal(&mut self, reply: &mut Reply) {
        self.let_go(reply);
        self.goal = Goal::None;
        self.pending = None;
        self.found.clear();
        self.target = None;
        self.draft.service = None;
        self.draft.who = None;
        self.draft.wish = Wish::default();
        if self.draft.for_other {
            self.draft.name = None;
            self.draft.for_other = false;
        }
    }

    /// The time in question is no longer in question.
    pub(super) fn let_go(&mut self, reply: &mut Reply) {
        self.offer(Vec::new());
        if let Some(hold) = self.chosen.take().and_then(|chosen| chosen.hold) {
            reply.actions.push(Action::ReleaseHold { hold });
        }
    }

    pub(super) fn achieved(&mut self, outcome: Outcome) {
        let keep = matches!(
            (self.best, outcome),
            (
                Some(Outcome::Booked | Outcome::Rescheduled | Outcome::Cancelled),
                Outcome::Answered
            ) | (Some(Outcome::Unsettled), _)
        );
        if !keep {
            self.best = Some(outcome);
        }
    }
}

/// Does the caller say what they are after?
pub(super) fn names_a_goal(meaning: &Meaning) -> bool {
    const GOALS: [Intent; 6] = [
        Intent::Book,
        Intent::Cancel,
        Intent::Reschedule,
        Intent::AskBooking,
        Intent::AskAvailability,
        Intent::LeaveMessage,
    ];
    GOALS.into_iter().any(|goal| meaning.wants(goal))
}

pub(super) fn speaks_of_a_booking(meaning: &Meaning) -> bool {
    meaning.service.is_some()
        || meaning.date.is_some()
        || meaning.time.is_some()
        || meaning.staff.is_some()
        || meaning.for_name.is_some()
}
