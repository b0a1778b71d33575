//! What callers ask about the business. Answered from the briefing alone: what is not in it is not known, and that is
//! said.

use crate::{
    domain::ServiceId,
    language::{Intent, Meaning, ServiceHeard, say},
};

use super::{Dialogue, Question, Reply};
use crate::call::{action::Outcome, lines::Line, timer::Ms};
use crate::language::say::Join;

impl Dialogue {
    /// Answers every question of a turn. Returns whether there was one.
    pub(super) fn inform(&mut self, _at: Ms, meaning: &Meaning, reply: &mut Reply) -> bool {
        let mut informed = false;
        let pending_question = match self.question {
            Question::WhichService(intent) if meaning.service.is_some() => {
                self.question = Question::AnythingElse;
                Some(intent)
            }
            _ => None,
        };
        let asked = meaning
            .intents
            .iter()
            .map(|heard| heard.value)
            .chain(pending_question);
        for intent in asked.collect::<Vec<_>>() {
            let answered = self.answer_question(intent, meaning, reply);
            if answered && intent != Intent::AskIfRobot {
                self.achieved(Outcome::Answered);
            }
            informed |= answered;
        }
        informed
    }

    /// Returns whether it was a question about the business.
    fn answer_question(&mut self, intent: Intent, meaning: &Meaning, reply: &mut Reply) -> bool {
        match intent {
            Intent::AskPrice | Intent::AskDuration => {
                let Some(service) = self.service_in_question(meaning) else {
                    self.question = Question::WhichService(intent);
                    self.tries = 0;
                    let services = self.all_services();
                    self.say_with(Line::WhichServiceAsked, &[("services", &services)], reply);
                    return true;
                };
                self.say_about_service(intent, service, reply);
            }
            Intent::AskHours => {
                let hours = self.hours_in_words();
                if hours.is_empty() {
                    self.say(Line::NotKnown, reply);
                } else {
                    self.say_with(Line::Hours, &[("hours", &hours)], reply);
                }
            }
            Intent::AskAddress => match self.business.address.clone() {
                Some(address) => self.say_with(Line::Address, &[("address", &address)], reply),
                None => self.say(Line::NotKnown, reply),
            },
            Intent::AskServices => {
                let services = self.all_services();
                self.say_with(Line::Services, &[("services", &services)], reply);
            }
            Intent::AskStaff => {
                let staff = self.staff_for_draft(Join::And);
                self.say_with(Line::Staff, &[("staff", &staff)], reply);
            }
            Intent::AskIfRobot => self.say(Line::Robot, reply),
            Intent::AskOther => match self.business.description.clone() {
                Some(text) => self.say_with(Line::Description, &[("description", &text)], reply),
                None => self.say(Line::NotKnown, reply),
            },
            _ => return false,
        }
        true
    }

    fn service_in_question(&self, meaning: &Meaning) -> Option<ServiceId> {
        match meaning.service.as_ref().map(|heard| &heard.value) {
            Some(ServiceHeard::Is(service)) => Some(*service),
            Some(ServiceHeard::AllOf(services) | ServiceHeard::OneOf(services)) => {
                services.first().copied()
            }
            Some(ServiceHeard::NotOffered(_)) => None,
            None => self
                .draft
                .service
                .or_else(|| self.made.last().map(|made| made.service))
                .or_else(|| self.only_service()),
        }
    }

    fn say_about_service(&mut self, intent: Intent, service: ServiceId, reply: &mut Reply) {
        let goes_on = !reply.say.is_empty();
        let name = self.service_name(service);
        let Some(card) = self.business.service(service) else {
            return;
        };
        if intent == Intent::AskDuration {
            let duration = self.duration_in_words(card.duration_minutes);
            if goes_on {
                return self.say_with(Line::DurationToo, &[("duration", &duration)], reply);
            }
            let values = [("service", name.as_str()), ("duration", &duration)];
            return self.say_with(Line::Duration, &values, reply);
        }
        match card
            .price
            .as_ref()
            .map(|price| say::money(self.tongue, price))
        {
            Some(price) if goes_on => self.say_with(Line::PriceToo, &[("price", &price)], reply),
            Some(price) => {
                let values = [("service", name.as_str()), ("price", &price)];
                self.say_with(Line::Price, &values, reply);
            }
            None => self.say_with(Line::PriceUnknown, &[("service", &name)], reply),
        }
    }
}
