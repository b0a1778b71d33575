//! What the caller was asked, and so what their next words probably answer.

use crate::{
    domain::{Name, PhoneNumber},
    language::{Answer, Asked, Intent, Meaning, PhoneHeard, ServiceHeard},
};

use super::{Dialogue, Reply};
use crate::call::{lines::Line, turn::Expect};
use crate::language::say::Join;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    /// "How can I help?"
    Open,
    Service,
    Staff,
    When,
    Day,
    Time,
    Offer,
    Name,
    Spelling,
    CheckName(Name),
    Phone,
    CallerPhone,
    CheckPhone(PhoneNumber),
    ReadBack,
    WhatToChange,
    NameOnBooking,
    PhoneOnBooking,
    WhichBooking,
    ConfirmCancel,
    NewTime,
    ConfirmMove,
    AnythingElse,
    OfferPerson,
    OfferMessage,
    Message,
    /// Of which service they want to know this.
    WhichService(Intent),
}

impl Question {
    pub(super) fn asked(&self) -> Asked {
        match self {
            Self::Open | Self::WhatToChange | Self::Message => Asked::Nothing,
            Self::Service | Self::WhichService(_) => Asked::Service,
            Self::Staff => Asked::Staff,
            Self::When | Self::Day | Self::NewTime => Asked::When,
            Self::Time => Asked::Time,
            Self::Offer | Self::WhichBooking => Asked::PickOffer,
            Self::Name | Self::NameOnBooking => Asked::Name,
            Self::Spelling => Asked::Spelling,
            Self::Phone | Self::PhoneOnBooking => Asked::Phone,
            Self::ReadBack => Asked::ConfirmBooking,
            Self::CheckName(_)
            | Self::CallerPhone
            | Self::CheckPhone(_)
            | Self::ConfirmCancel
            | Self::ConfirmMove
            | Self::OfferPerson
            | Self::OfferMessage => Asked::YesNo,
            Self::AnythingElse => Asked::AnythingElse,
        }
    }

    pub(super) fn expects(&self) -> Expect {
        match self {
            Self::Message => Expect::Speech,
            Self::Name | Self::NameOnBooking => Expect::Name,
            Self::Spelling | Self::Phone | Self::PhoneOnBooking => Expect::Dictation,
            Self::Offer
            | Self::WhichBooking
            | Self::Service
            | Self::Staff
            | Self::WhichService(_) => Expect::Choice,
            _ if self.is_yes_or_no() => Expect::YesOrNo,
            _ => Expect::Open,
        }
    }

    pub(super) fn is_yes_or_no(&self) -> bool {
        matches!(self.asked(), Asked::YesNo | Asked::ConfirmBooking)
    }

    /// Nothing more is to be expected of this answer.
    pub(super) fn is_answered_by(&self, meaning: &Meaning) -> bool {
        let plain_answer = meaning.intents.is_empty() && meaning.date.is_none();
        match self {
            Self::Phone | Self::PhoneOnBooking => meaning.phone.as_ref().is_some_and(|phone| {
                phone.is_sure() && !matches!(phone.value, PhoneHeard::Part(_))
            }),
            Self::Offer | Self::WhichBooking => meaning
                .choice
                .as_ref()
                .is_some_and(crate::language::Heard::is_sure),
            Self::Service => meaning.service.as_ref().is_some_and(|service| {
                service.is_sure() && matches!(service.value, ServiceHeard::Is(_))
            }),
            _ if self.is_yes_or_no() => {
                plain_answer && (meaning.says(Answer::Yes) || meaning.says(Answer::No))
            }
            _ => false,
        }
    }
}

impl Dialogue {
    /// Asks, in another wording if it is the same question once more.
    pub(super) fn ask(&mut self, question: Question, reply: &mut Reply) {
        let again = self.question == question;
        if !again {
            self.tries = 0;
        }
        let question_is_new_number = matches!(question, Question::Phone | Question::PhoneOnBooking);
        if question_is_new_number && !again {
            self.digits.clear();
        }
        self.question = question;
        if std::mem::take(&mut self.asked_in_passing) && again {
            return;
        }
        let text = self.question_text();
        reply.add(&text);
    }

    /// The same question, reworded.
    pub(super) fn ask_again(&mut self, reply: &mut Reply) {
        self.tries = self.tries.saturating_add(1);
        self.ask(self.question.clone(), reply);
    }

    fn question_text(&mut self) -> String {
        let services = self.all_services();
        let tries = usize::from(self.tries);
        let fill = |line, values: &[(&str, &str)]| self.lines.fill(line, tries, values);
        match &self.question {
            Question::Open => fill(Line::HowCanIHelp, &[]),
            Question::Service => fill(Line::AskService, &[("services", &services)]),
            Question::WhichService(_) => fill(Line::WhichServiceAsked, &[("services", &services)]),
            Question::Staff => fill(
                Line::AskStaff,
                &[("staff", &self.staff_for_draft(Join::Or))],
            ),
            Question::When => fill(Line::AskWhen, &[]),
            Question::Day => fill(Line::AskDay, &[]),
            Question::Time => match self.day_in_talk() {
                Some(day) => fill(Line::AskTime, &[("day", &self.say_day(day))]),
                None => fill(Line::AskWhen, &[]),
            },
            Question::Offer if self.offers.len() == 1 => fill(
                Line::OfferOne,
                &[("slots", &self.offers_in_words(Join::Or))],
            ),
            Question::Offer => fill(
                Line::OfferMany,
                &[("slots", &self.offers_in_words(Join::Or))],
            ),
            Question::Name if self.draft.for_other => fill(Line::AskForName, &[]),
            Question::Name => fill(Line::AskName, &[]),
            Question::Spelling => fill(Line::AskSpelling, &[]),
            Question::CheckName(name) => fill(Line::CheckName, &[("name", name)]),
            Question::Phone => fill(Line::AskPhone, &[]),
            Question::CallerPhone => fill(Line::AskCallerPhone, &[]),
            Question::CheckPhone(phone) => {
                fill(Line::CheckPhone, &[("phone", &self.say_phone(phone))])
            }
            Question::ReadBack => {
                let text = self.text_in_words();
                fill(
                    Line::ReadBack,
                    &[("booking", &self.draft_in_words()), ("text", &text)],
                )
            }
            Question::WhatToChange => fill(Line::WhatToChange, &[]),
            Question::NameOnBooking => fill(Line::AskNameOnBooking, &[]),
            Question::PhoneOnBooking => fill(Line::AskPhoneOnBooking, &[]),
            Question::WhichBooking => fill(
                Line::WhichBooking,
                &[("bookings", &self.found_in_words(Join::And))],
            ),
            Question::ConfirmCancel => {
                fill(Line::ConfirmCancel, &[("booking", &self.target_in_words())])
            }
            Question::NewTime => fill(Line::AskNewTime, &[("booking", &self.target_in_words())]),
            Question::ConfirmMove => self.move_in_words(tries),
            Question::AnythingElse => fill(Line::AnythingElse, &[]),
            Question::OfferPerson => fill(Line::OfferPerson, &[]),
            Question::OfferMessage => fill(Line::OfferMessage, &[]),
            Question::Message => fill(Line::AskMessage, &[]),
        }
    }
}
