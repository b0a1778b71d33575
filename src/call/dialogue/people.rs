//! What is answered at once, whatever was being talked about: farewells, a wish for a person, "say that again". And
//! what becomes of callers whom only a person can help.

use crate::language::{Answer, Choice, Confidence, Heard, Intent, Manner, Meaning, Span};

use super::{Dialogue, Goal, Question, Reply, Then, Work};
use crate::call::{
    action::{Action, Outcome},
    draft::Draft,
    event::Event,
    lines::Line,
    timer::Ms,
    turn::Expect,
};

impl Dialogue {
    /// Returns whether the turn is over with that.
    pub(super) fn answer_at_once(&mut self, at: Ms, meaning: &Meaning, reply: &mut Reply) -> bool {
        match &meaning.manner {
            Manner::Voicemail => {
                reply.then = Then::HangUp(Outcome::Voicemail);
                return true;
            }
            Manner::OtherLanguage(_) => {
                self.other_language(at, reply);
                return true;
            }
            Manner::Noise | Manner::Filler | Manner::Backchannel if meaning.is_empty() => {
                return true;
            }
            _ => {}
        }
        if meaning.wants(Intent::Urgent) {
            self.say(Line::Emergency, reply);
            self.offer_help(at, reply);
        } else if meaning.wants(Intent::TalkToPerson) {
            self.person(at, reply);
        } else if meaning.wants(Intent::OtherLanguage) {
            self.other_language(at, reply);
        } else if meaning.wants(Intent::WrongNumber) {
            self.say(Line::WrongNumber, reply);
            self.let_go(reply);
            reply.then = Then::HangUp(Outcome::Answered);
        } else if meaning.wants(Intent::Wait) {
            self.patient = true;
            self.say(Line::Wait, reply);
        } else if meaning.wants(Intent::Repeat) || meaning.wants(Intent::SlowDown) {
            let last = self.last_said.clone();
            self.say(Line::Sure, reply);
            reply.add(&last);
        } else if self.is_farewell(meaning) {
            self.goodbye(reply);
        } else if meaning.wants(Intent::StartOver) {
            self.drop_goal(reply);
            self.draft = Draft::default();
            self.unsure_name = None;
            self.unsure_phone = None;
            self.say(Line::Sure, reply);
            self.goal = Goal::None;
            self.ask(Question::Open, reply);
        } else if meaning.wants(Intent::NeverMind) && self.goal != Goal::None {
            let line = match self.goal {
                Goal::Book if self.made.is_empty() => Line::NothingBooked,
                _ => Line::LeftAsItIs,
            };
            self.drop_goal(reply);
            self.say(line, reply);
            self.ask(Question::AnythingElse, reply);
        } else {
            return false;
        }
        true
    }

    fn is_farewell(&self, meaning: &Meaning) -> bool {
        if super::goals::speaks_of_a_booking(meaning) || super::goals::names_a_goal(meaning) {
            return false;
        }
        // "No, that's all" may be a no to what was asked, unless that was whether there is anything else.
        let asks_about_a_booking = matches!(
            self.question,
            Question::ReadBack
                | Question::ConfirmMove
                | Question::ConfirmCancel
                | Question::Message
        );
        let done = meaning.wants(Intent::NothingElse) && !asks_about_a_booking;
        done || meaning.wants(Intent::Goodbye)
    }

    /// Keys were pressed: a number, the number of an offer, or the nought that everywhere means a person.
    pub(in crate::call) fn keyed(
        &mut self,
        at: Ms,
        digits: &str,
        heard_us: bool,
        reply: &mut Reply,
    ) {
        let dictates = self.question.expects() == Expect::Dictation;
        let offer = digits
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1));
        if digits == "0" && !dictates && !self.is_committed() {
            self.person(at, reply);
        } else if let (Question::Offer, Some(index)) = (&self.question, offer)
            && index < self.offers.len()
        {
            let choice = Heard {
                value: Choice::Nth(index),
                confidence: Confidence::Sure,
                span: Span::default(),
            };
            let meaning = Meaning {
                choice: Some(choice),
                ..Meaning::default()
            };
            self.take_offer(at, &meaning, reply);
        } else {
            self.heard(at, digits, heard_us, reply);
        }
    }

    pub(super) fn goodbye(&mut self, reply: &mut Reply) {
        self.let_go(reply);
        self.pending = None;
        let business = self.business.name.to_string();
        self.say_with(Line::Closing, &[("business", &business)], reply);
        reply.then = Then::HangUp(self.best.unwrap_or(Outcome::GaveUp));
    }

    pub(super) fn person(&mut self, at: Ms, reply: &mut Reply) {
        self.pending = None;
        if let Some(number) = self.transfer_now(at) {
            self.say(Line::Transferring, reply);
            reply.then = Then::Transfer(number);
        } else {
            self.say(Line::NobodyThere, reply);
            self.ask(Question::OfferMessage, reply);
        }
    }

    /// The words are said: the line may ring elsewhere.
    pub(in crate::call) fn transfer(&mut self, number: crate::domain::PhoneNumber) -> Action {
        let id = self.start(Work::Transfer);
        Action::Transfer { id, number }
    }

    /// Says that the telephone that they were put through to was not answered.
    pub(in crate::call) fn nobody_picked_up(&self, event: &Event) -> bool {
        let pending = self.pending.as_ref();
        matches!(event, Event::Failed { id } if pending.is_some_and(|pending| {
            pending.id == *id && matches!(pending.work, Work::Transfer)
        }))
    }

    fn transfer_now(&self, at: Ms) -> Option<crate::domain::PhoneNumber> {
        let transfer = self.business.switches.transfer.as_ref()?;
        let now = self.local_now(at);
        let there = transfer
            .hours
            .as_ref()
            .is_none_or(|hours| hours.contain(now));
        there.then(|| transfer.number.clone())
    }

    /// We can't; perhaps a person can.
    pub(super) fn offer_help(&mut self, at: Ms, reply: &mut Reply) {
        self.offered_person = true;
        let question = match self.transfer_now(at) {
            Some(_) => Question::OfferPerson,
            None => Question::OfferMessage,
        };
        self.ask(question, reply);
    }

    fn other_language(&mut self, at: Ms, reply: &mut Reply) {
        self.say(Line::OnlyLanguage, reply);
        self.misses = self.misses.saturating_add(1);
        if self.transfer_now(at).is_some() {
            // Whether they want that is a question they would not understand.
            self.person(at, reply);
        } else if self.misses < super::trouble::MOST_MISSES {
            self.ask_again(reply);
        } else {
            self.goodbye(reply);
        }
    }

    pub(super) fn take_message(
        &mut self,
        at: Ms,
        text: &str,
        meaning: &Meaning,
        reply: &mut Reply,
    ) {
        let declines = meaning.says(Answer::No)
            || meaning.wants(Intent::NeverMind)
            || meaning.wants(Intent::NothingElse);
        let books = meaning.wants(Intent::Book) && self.message_is_a_choice();
        if declines && text.split_whitespace().count() < 6 {
            self.goal = Goal::None;
            return self.ask(Question::AnythingElse, reply);
        }
        if books {
            self.goal = Goal::Book;
            self.question = Question::Open;
            self.fill(at, meaning, reply);
            return self.advance(at, reply);
        }
        self.message = Some(text.to_owned());
        self.fill_person_only(meaning, reply);
        self.advance(at, reply);
    }

    /// Where the owner wants messages only, a wish to book is one.
    fn message_is_a_choice(&self) -> bool {
        self.business.open
            || self.business.switches.after_hours != crate::call::briefing::AfterHours::Message
    }

    pub(super) fn advance_message(&mut self, reply: &mut Reply) {
        let Some(text) = self.message.clone() else {
            return self.ask(Question::Message, reply);
        };
        if self.draft.name.is_none() {
            return self.ask_name(Question::Name, reply);
        }
        if self.draft.phone.is_none() {
            match self.caller.clone() {
                Some(caller) => self.draft.phone = Some(caller),
                None => return self.ask(Question::Phone, reply),
            }
        }
        let proposal = self.agreed();
        let id = self.start(Work::Message(proposal));
        reply.actions.push(Action::TakeMessage {
            id,
            proposal,
            name: self.draft.name.clone(),
            phone: self.draft.phone.clone(),
            text,
        });
    }

    pub(super) fn on_message_taken(&mut self, at: Ms, reply: &mut Reply) {
        self.message = None;
        self.goal = Goal::None;
        self.achieved(Outcome::MessageTaken);
        self.say(Line::MessageTaken, reply);
        self.ask(Question::AnythingElse, reply);
        self.catch_up(at, reply);
    }

    pub(super) fn on_nobody_picked_up(&mut self, reply: &mut Reply) {
        self.say(Line::NobodyThere, reply);
        self.ask(Question::OfferMessage, reply);
    }

    fn fill_person_only(&mut self, meaning: &Meaning, reply: &mut Reply) {
        let person = Meaning {
            name: meaning.name.clone(),
            phone: meaning.phone.clone(),
            ..Meaning::default()
        };
        self.fill(Ms::ZERO, &person, reply);
    }
}
