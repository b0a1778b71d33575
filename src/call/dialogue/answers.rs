//! The answer to what was asked. Whatever else was said in the same breath is taken in afterwards, by `slots`.

use crate::{
    domain::Name,
    language::{Answer, Choice, Dates, Intent, Meaning, Times},
};

use super::{Change, Dialogue, Goal, Question, Reply, Took, offers::relative};
use crate::call::{draft::StaffWish, lines::Line, timer::Ms};

impl Dialogue {
    pub(super) fn take_answer(
        &mut self,
        at: Ms,
        meaning: &Meaning,
        heard_us: bool,
        reply: &mut Reply,
    ) -> Took {
        let yes = meaning.says(Answer::Yes);
        let no = meaning.says(Answer::No);
        match self.question.clone() {
            Question::ReadBack | Question::ConfirmMove if self.chosen.is_some() => {
                self.take_confirmation(at, meaning, heard_us, reply)
            }
            Question::ConfirmCancel => self.take_cancellation(meaning, heard_us, reply),
            Question::Offer => self.take_offer(at, meaning, reply),
            Question::WhichBooking => self.take_which_booking(at, meaning, reply),
            Question::CheckName(name) => self.take_checked_name(name, meaning, reply),
            Question::CallerPhone if yes => {
                self.draft.phone.clone_from(&self.caller);
                Took::Something
            }
            Question::CheckPhone(phone) if yes && meaning.phone.is_none() => {
                self.unsure_phone = None;
                self.draft.phone = Some(phone);
                Took::Something
            }
            Question::CallerPhone | Question::CheckPhone(_) if no && meaning.phone.is_none() => {
                self.unsure_phone = None;
                self.ask(Question::Phone, reply);
                Took::AndReplied
            }
            Question::Phone if meaning.wants(Intent::DontKnow) && self.caller.is_some() => {
                self.ask(Question::CallerPhone, reply);
                Took::AndReplied
            }
            Question::AnythingElse => self.take_anything_else(meaning, reply),
            Question::OfferPerson => self.take_offered_person(at, yes, no, reply),
            Question::OfferMessage if yes => {
                self.goal = Goal::Message;
                self.ask(Question::Message, reply);
                Took::AndReplied
            }
            Question::OfferMessage if no => {
                self.ask(Question::AnythingElse, reply);
                Took::AndReplied
            }
            Question::Staff if easy_going(meaning) => {
                self.draft.who = Some(StaffWish::Anyone);
                Took::Something
            }
            Question::When | Question::Day | Question::NewTime if easy_going(meaning) => {
                self.draft.wish.dates = Some(Dates::Soonest);
                Took::Something
            }
            Question::Time if easy_going(meaning) => {
                self.draft.wish.times = Some(Times::Any);
                Took::Something
            }
            Question::Service if meaning.wants(Intent::DontKnow) => {
                self.ask_again(reply);
                Took::AndReplied
            }
            Question::When | Question::Day | Question::Time if relative(meaning) => {
                self.look_further(at, meaning, reply)
            }
            Question::WhatToChange if no => {
                // "Nothing, it's fine": back to the read-back.
                Took::Something
            }
            _ => Took::Nothing,
        }
    }

    fn take_checked_name(&mut self, name: Name, meaning: &Meaning, reply: &mut Reply) -> Took {
        if meaning.name.is_some() || meaning.for_name.is_some() {
            return Took::Nothing;
        }
        if meaning.says(Answer::Yes) {
            self.set_name(name);
            return Took::Something;
        }
        if meaning.says(Answer::No) {
            self.unsure_name = None;
            self.ask(Question::Spelling, reply);
            return Took::AndReplied;
        }
        Took::Nothing
    }

    fn take_anything_else(&mut self, meaning: &Meaning, reply: &mut Reply) -> Took {
        let wants_more = super::goals::speaks_of_a_booking(meaning) || self.goal != Goal::None;
        if wants_more {
            return Took::Something;
        }
        if meaning.says(Answer::No)
            || meaning.wants(Intent::NothingElse)
            || meaning.wants(Intent::Thanks)
        {
            self.goodbye(reply);
            return Took::AndReplied;
        }
        if meaning.says(Answer::Yes) {
            self.ask(Question::Open, reply);
            return Took::AndReplied;
        }
        Took::Nothing
    }

    fn take_offered_person(&mut self, at: Ms, yes: bool, no: bool, reply: &mut Reply) -> Took {
        if yes {
            self.person(at, reply);
            return Took::AndReplied;
        }
        if no {
            self.misses = 0;
            self.say(Line::Sure, reply);
            self.question = Question::Open;
            self.advance(at, reply);
            return Took::AndReplied;
        }
        Took::Nothing
    }

    pub(super) fn begin_change(&mut self, change: Change, meaning: &Meaning) {
        // What this very call booked is theirs, without a look at any number.
        let about_this_call = meaning.service.is_none() || change == Change::Move;
        if let Some(made) = self.made.last().copied().filter(|_| about_this_call) {
            self.aim_at(made);
        }
    }
}

/// "Anyone", "I don't mind", "whenever".
fn easy_going(meaning: &Meaning) -> bool {
    meaning.wants(Intent::DontKnow)
        || meaning
            .choice
            .as_ref()
            .is_some_and(|heard| heard.value == Choice::Any)
}
