//! What the caller said about the booking, put where it belongs. New words replace old ones; and what was found for the
//! old ones is let go.

use chrono::{NaiveDate, NaiveDateTime};

use crate::{
    domain::{Name, ServiceId, StaffId},
    language::{
        Clock, Dates, DayPart, Intent, Meaning, PhoneHeard, ServiceHeard, SpokenName, StaffHeard,
        Times,
    },
};

use super::{Change, Dialogue, Goal, Question, Reply};
use crate::call::{draft::StaffWish, lines::Line, timer::Ms};
use crate::language::say::Join;

/// More ruled-out days than anyone lists.
const MOST_RULED_OUT: usize = 16;

impl Dialogue {
    /// Takes in everything that was said. Returns whether there was anything.
    pub(super) fn fill(&mut self, at: Ms, meaning: &Meaning, reply: &mut Reply) -> bool {
        let before = (self.draft.service, self.draft.who, self.draft.wish.clone());
        let filled = [
            self.fill_service(meaning, reply),
            self.fill_staff(meaning, reply),
            self.fill_when(at, meaning),
            self.fill_name(meaning),
            self.fill_phone(meaning, reply),
        ];
        if before != (self.draft.service, self.draft.who, self.draft.wish.clone()) {
            self.let_go(reply);
            self.pending = None;
        }
        filled.contains(&true)
    }

    fn fill_service(&mut self, meaning: &Meaning, reply: &mut Reply) -> bool {
        let Some(heard) = &meaning.service else {
            return false;
        };
        match &heard.value {
            ServiceHeard::Is(service) => self.draft.service = Some(*service),
            ServiceHeard::OneOf(services) => {
                let named = self.services_in_words(services);
                self.draft.service = None;
                self.say_with(Line::AskWhichService, &[("services", &named)], reply);
                self.asked_already(Question::Service);
            }
            ServiceHeard::AllOf(services) => {
                let first = services.first().copied();
                self.draft.service = first;
                let name = first
                    .map(|first| self.service_name(first))
                    .unwrap_or_default();
                self.say_with(Line::OneServiceAtATime, &[("service", &name)], reply);
            }
            ServiceHeard::NotOffered(_) => {
                let all = self.all_services();
                self.draft.service = None;
                self.say_with(Line::ServiceNotOffered, &[("services", &all)], reply);
            }
        }
        true
    }

    /// They asked for something that isn't done here, or for nothing that we know of.
    pub(super) fn is_only_not_offered(&self, meaning: &Meaning) -> bool {
        let not_offered = matches!(
            meaning.service.as_ref().map(|heard| &heard.value),
            Some(ServiceHeard::NotOffered(_))
        );
        not_offered && meaning.intents.is_empty() && self.draft.service.is_none()
    }

    fn fill_staff(&mut self, meaning: &Meaning, reply: &mut Reply) -> bool {
        let Some(heard) = &meaning.staff else {
            return false;
        };
        match &heard.value {
            StaffHeard::Is(person) => self.wish_for(*person, reply),
            StaffHeard::OneOf(people) => {
                let named = self.staff_in_words(people, Join::Or);
                self.say_with(Line::AskWhichStaff, &[("staff", &named)], reply);
                self.asked_already(Question::Staff);
                self.draft.who = None;
            }
            StaffHeard::Anyone => self.draft.who = Some(StaffWish::Anyone),
            StaffHeard::AnyoneBut(person) => self.draft.who = Some(StaffWish::AnyoneBut(*person)),
            StaffHeard::Nobody(_) => {
                let named = self.staff_for_draft(Join::And);
                self.draft.who = None;
                self.say_with(Line::StaffUnknown, &[("staff", &named)], reply);
            }
        }
        true
    }

    fn wish_for(&mut self, person: StaffId, reply: &mut Reply) {
        let by_phone = self
            .business
            .staff_member(person)
            .is_some_and(|card| card.by_phone);
        if by_phone {
            self.draft.who = Some(StaffWish::Is(person));
        } else {
            let name = self.staff_name(person);
            self.draft.who = None;
            self.say_with(Line::StaffNotByPhone, &[("person", &name)], reply);
        }
    }

    fn fill_when(&mut self, at: Ms, meaning: &Meaning) -> bool {
        let dates = meaning.date.as_ref().map(|heard| heard.value.clone());
        let times = meaning.time.as_ref().map(|heard| heard.value.clone());
        let asks = meaning.wants(Intent::AskAvailability);
        let ruled_out = self.rule_out(at, meaning);
        if dates.is_none() && times.is_none() && !asks {
            return ruled_out;
        }
        let chosen = self.chosen.map(|chosen| self.local(chosen.slot.starts_at));
        if chosen.is_some_and(|start| agrees(start, dates.as_ref(), times.as_ref())) {
            return true;
        }
        let day = self.day_in_talk();
        let wish = &mut self.draft.wish;
        let had_time = times.is_some();
        if let Some(times) = times {
            wish.times = Some(times);
        }
        match dates {
            Some(dates) => {
                // "No, Thursday" keeps the hour that was spoken of; a look at a whole week does not.
                let one_day = matches!(dates, Dates::On(_));
                if one_day && !had_time && wish.times.is_none() && !asks {
                    wish.times = chosen.map(|start| exactly(start.time()));
                }
                wish.dates = Some(dates);
            }
            None if day.is_some() => wish.dates = day.map(Dates::On),
            None => {}
        }
        if asks && !had_time {
            wish.times = Some(Times::Any);
        }
        if asks && wish.dates.is_none() {
            wish.dates = Some(Dates::Soonest);
        }
        true
    }

    /// "Not Monday", "not in the morning".
    fn rule_out(&mut self, at: Ms, meaning: &Meaning) -> bool {
        let today = self.local_now(at).date();
        let wish = &mut self.draft.wish;
        if let Some(heard) = &meaning.not_date {
            let days: &[NaiveDate] = match &heard.value {
                Dates::On(day) => std::slice::from_ref(day),
                Dates::OneOf(days) => days,
                _ => &[],
            };
            for day in days {
                if !wish.not_on.contains(day) && wish.not_on.len() < MOST_RULED_OUT {
                    wish.not_on.push(*day);
                }
            }
            let gone = matches!(&wish.dates, Some(Dates::On(day)) if wish.not_on.contains(day));
            if gone || wish.dates.is_none() {
                wish.dates = Some(Dates::From(today));
                wish.times.get_or_insert(Times::Any);
            }
        }
        if let Some(heard) = &meaning.not_time
            && let Some(times) = opposite(&heard.value)
        {
            wish.times = Some(times);
        }
        meaning.not_date.is_some() || meaning.not_time.is_some()
    }

    fn fill_name(&mut self, meaning: &Meaning) -> bool {
        if meaning.wants(Intent::ForSomebodyElse) && !self.draft.for_other {
            self.draft.for_other = true;
            self.draft.name = None;
        }
        if meaning.wants(Intent::NotMe) {
            self.draft.name = None;
        }
        if let Some(heard) = &meaning.for_name {
            self.draft.for_other = true;
            return self.take_name(&heard.value, heard.is_sure());
        }
        match &meaning.name {
            // "This is Ann, I need a time for my son": the name that is wanted is the son's.
            Some(_) if meaning.wants(Intent::ForSomebodyElse) => true,
            Some(heard) => self.take_name(&heard.value, heard.is_sure()),
            None => meaning.wants(Intent::ForSomebodyElse) || meaning.wants(Intent::NotMe),
        }
    }

    fn take_name(&mut self, spoken: &SpokenName, sure: bool) -> bool {
        let Ok(name) = Name::new(&spoken.text) else {
            return false;
        };
        if sure || spoken.spelled {
            self.set_name(name);
        } else {
            self.draft.name = None;
            self.unsure_name = Some(name);
        }
        true
    }

    pub(super) fn set_name(&mut self, name: Name) {
        self.unsure_name = None;
        let known = self.customer.as_ref().is_some_and(|customer| {
            super::changing::names_agree(&name, std::slice::from_ref(&customer.name))
        });
        // A name and the number it is filed under: no need to ask for the number.
        if known && self.draft.phone.is_none() && !self.draft.for_other {
            self.draft.phone.clone_from(&self.caller);
        }
        self.draft.name = Some(name);
    }

    fn fill_phone(&mut self, meaning: &Meaning, reply: &mut Reply) -> bool {
        let Some(heard) = &meaning.phone else {
            return false;
        };
        match &heard.value {
            PhoneHeard::Number(number) if heard.is_sure() => {
                self.draft.phone = Some(number.clone());
                self.digits.clear();
                self.unsure_phone = None;
            }
            PhoneHeard::Number(number) => {
                self.draft.phone = None;
                self.digits.clear();
                self.unsure_phone = Some(number.clone());
            }
            PhoneHeard::SameAsCaller => self.draft.phone.clone_from(&self.caller),
            PhoneHeard::Part(digits) => {
                self.draft.phone = None;
                self.digits.clone_from(digits);
            }
            PhoneHeard::Wrong(_) => {
                self.digits.clear();
                self.say(Line::PhoneWrong, reply);
            }
        }
        true
    }

    /// The day that a bare time belongs to.
    pub(super) fn day_in_talk(&self) -> Option<NaiveDate> {
        if let Some(chosen) = self.chosen {
            return Some(self.local(chosen.slot.starts_at).date());
        }
        if let Some(Dates::On(day)) = self.draft.wish.dates {
            return Some(day);
        }
        let mut days = self.offered.iter().map(|offer| offer.start.date());
        match days.next() {
            Some(first) => days.all(|day| day == first).then_some(first),
            None if self.goal == Goal::Change(Change::Move) => self
                .target
                .map(|target| self.local(target.slot.starts_at).date()),
            None => None,
        }
    }

    pub(super) fn only_service(&self) -> Option<ServiceId> {
        match self.business.services.as_slice() {
            [only] => Some(only.id),
            _ => None,
        }
    }

    /// The question was already put by the sentence before.
    fn asked_already(&mut self, question: Question) {
        self.tries = 0;
        self.question = question;
        self.asked_in_passing = true;
    }
}

pub(super) fn is_wrong_phone(meaning: &Meaning) -> bool {
    let heard = meaning.phone.as_ref().map(|heard| &heard.value);
    matches!(heard, Some(PhoneHeard::Wrong(_)))
}

/// Is this the start that the words name, as far as they name one?
fn agrees(start: NaiveDateTime, dates: Option<&Dates>, times: Option<&Times>) -> bool {
    let day = match dates {
        None => true,
        Some(Dates::On(day)) => *day == start.date(),
        Some(_) => false,
    };
    let time = match times {
        None => true,
        Some(Times::At(clock) | Times::Around(clock)) => {
            clock.time == start.time() || clock.other == Some(start.time())
        }
        Some(Times::Part(part)) => {
            let (from, until) = part.span();
            from <= start.time() && start.time() < until
        }
        Some(_) => false,
    };
    day && time
}

pub(super) fn exactly(time: chrono::NaiveTime) -> Times {
    Times::At(Clock { time, other: None })
}

fn opposite(times: &Times) -> Option<Times> {
    match times {
        Times::Part(DayPart::Morning) => Some(Times::After(clock(DayPart::Morning.span().1))),
        Times::Part(part) => Some(Times::Before(clock(part.span().0))),
        Times::After(clock) => Some(Times::Before(*clock)),
        Times::Before(clock) => Some(Times::After(*clock)),
        _ => None,
    }
}

fn clock(time: chrono::NaiveTime) -> Clock {
    Clock { time, other: None }
}
