//! Making a booking: a service, a person or anyone, a free time that is kept while the rest is asked, a read-back, a
//! yes, and only then the booking.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, Timelike, Utc};

use crate::{
    domain::{BookingId, Interval, OnUnknown, StaffId},
    language::{Answer, Dates, Intent, Meaning, Times},
};

use super::{
    Chosen, Dialogue, Question, Reply, Search, Target, Took, Work,
    offers::relative,
    slots::exactly,
    when::{Aim, Calendar},
};
use crate::call::{
    action::{Action, Order, Outcome},
    briefing::Required,
    draft::{StaffWish, Wish},
    event::{Availability, Busy, ProposalId, Refused, Slot},
    lines::Line,
    timer::Ms,
};
use crate::language::say::Join;

impl Dialogue {
    pub(super) fn advance_booking(&mut self, at: Ms, reply: &mut Reply) {
        let Some(service) = self.draft.service.or_else(|| self.only_service()) else {
            return self.ask(Question::Service, reply);
        };
        self.draft.service = Some(service);
        if let Some(StaffWish::Is(person)) = self.draft.who
            && !self.does(person)
        {
            let names = (self.staff_name(person), self.service_name(service));
            self.draft.who = None;
            let others = self.staff_for_draft(Join::And);
            let values = [
                ("person", names.0.as_str()),
                ("service", &names.1),
                ("staff", &others),
            ];
            self.say_with(Line::StaffNotForService, &values, reply);
            return self.ask(Question::Staff, reply);
        }
        if self.draft.who.is_none() && self.must_ask_staff() {
            return self.ask(Question::Staff, reply);
        }
        match self.chosen {
            Some(_) => self.ask_details(reply),
            None => self.seek(at, reply),
        }
    }

    fn must_ask_staff(&self) -> bool {
        self.business.requires(Required::Staff)
            || self.question == Question::Staff && self.asked_in_passing
    }

    fn does(&self, person: StaffId) -> bool {
        let service = self
            .draft
            .service
            .and_then(|service| self.business.service(service));
        service.is_none_or(|service| service.staff.contains(&person))
    }

    /// Looks for a free time that fits the wish, or asks for what is missing of it.
    pub(super) fn seek(&mut self, at: Ms, reply: &mut Reply) {
        if !self.offers.is_empty() {
            return self.ask(Question::Offer, reply);
        }
        let aim = self.calendar(at).aim(&self.draft.wish);
        match aim {
            Aim::NothingSaid if self.target.is_some() => self.ask(Question::NewTime, reply),
            Aim::NothingSaid => self.ask(Question::When, reply),
            Aim::DayMissing => self.ask(Question::Day, reply),
            Aim::TimeMissing if self.closed_day().is_some() => {
                self.draft.wish.times = Some(Times::Any);
                self.seek(at, reply);
            }
            Aim::TimeMissing => self.ask(Question::Time, reply),
            Aim::Past(day) => {
                let day = self.say_day(day);
                self.draft.wish.dates = None;
                self.say_with(Line::DayPast, &[("day", &day)], reply);
                self.ask(Question::Day, reply);
            }
            Aim::Impossible => {
                self.draft.wish.dates = None;
                self.say(Line::DayImpossible, reply);
                self.ask(Question::Day, reply);
            }
            Aim::At(starts_at) => self.check(starts_at, reply),
            Aim::Among { windows, order } => self.search(windows, order, reply),
        }
    }

    pub(super) fn calendar(&self, at: Ms) -> Calendar {
        Calendar {
            zone: self.business.zone,
            now: self.now(at),
            horizon_days: self.business.horizon_days,
        }
    }

    fn check(&mut self, starts_at: DateTime<Utc>, reply: &mut Reply) {
        let Some(service) = self.draft.service else {
            return;
        };
        let id = self.start(Work::Check(starts_at));
        reply.actions.push(Action::CheckAvailability {
            id,
            service,
            who: self.draft.who.unwrap_or(StaffWish::Anyone),
            starts_at,
            moving: self.target.map(|target| target.booking),
        });
    }

    fn search(&mut self, windows: Vec<Interval>, order: Order, reply: &mut Reply) {
        let Some(first) = windows.first() else {
            self.say(Line::NothingFree, reply);
            return self.other_time(reply);
        };
        let half = (first.until() - first.from()) / 2;
        let middle = first.from() + half.min(Duration::hours(12));
        self.look(Search::Wished(middle), windows, order, reply);
    }

    pub(super) fn look(
        &mut self,
        search: Search,
        windows: Vec<Interval>,
        order: Order,
        reply: &mut Reply,
    ) {
        let Some(service) = self.draft.service else {
            return;
        };
        let id = self.start(Work::Find(search));
        reply.actions.push(Action::FindSlots {
            id,
            service,
            who: self.draft.who.unwrap_or(StaffWish::Anyone),
            windows,
            order,
            moving: self.target.map(|target| target.booking),
        });
    }

    /// Nothing of the wish is left to look for.
    pub(super) fn other_time(&mut self, reply: &mut Reply) {
        self.draft.wish = Wish {
            not_on: std::mem::take(&mut self.draft.wish.not_on),
            ..Wish::default()
        };
        self.say(Line::AskOtherTime, reply);
        self.question = Question::When;
        self.tries = 0;
    }

    pub(super) fn on_availability(
        &mut self,
        at: Ms,
        starts_at: DateTime<Utc>,
        answer: Availability,
        reply: &mut Reply,
    ) {
        match answer {
            Availability::Free { staff } => self.hold(Slot { staff, starts_at }, false, reply),
            Availability::Busy { why, alternatives } => {
                self.say_why(why, starts_at, reply);
                self.propose(alternatives, reply);
            }
            Availability::Unknown { staff: Some(staff) }
                if self.business.on_unknown != OnUnknown::Closed =>
            {
                self.hold(Slot { staff, starts_at }, true, reply);
            }
            Availability::Unknown { .. } => {
                self.say(Line::CalendarUnknown, reply);
                self.drop_goal(reply);
                self.offer_help(at, reply);
            }
        }
    }

    /// Where nothing is free, that is said together with what is near.
    pub(super) fn on_slots(&mut self, at: Ms, search: Search, slots: Vec<Slot>, reply: &mut Reply) {
        if let (Search::Wished(wanted), [], Some(whole)) =
            (search, &slots[..], self.calendar(at).whole())
        {
            return self.look(Search::Around, vec![whole], Order::Nearest(wanted), reply);
        }
        if search == Search::Around || slots.is_empty() {
            match self.closed_day().filter(|_| search == Search::Around) {
                Some(day) => {
                    let day = self.say_day(day);
                    self.say_with(Line::BusyClosedDay, &[("day", &day)], reply);
                }
                None => self.say(Line::NothingFree, reply),
            }
        }
        self.propose(slots, reply);
    }

    /// The one day they wish for, if the house is never open on such days.
    fn closed_day(&self) -> Option<NaiveDate> {
        match self.draft.wish.dates {
            Some(Dates::On(day)) if self.business.hours.on(day.weekday()).is_empty() => Some(day),
            _ => None,
        }
    }

    fn say_why(&mut self, why: Busy, starts_at: DateTime<Utc>, reply: &mut Reply) {
        let start = self.local(starts_at);
        let is_open = self.is_open(start);
        let why = match why {
            Busy::OutsideHours if self.business.hours.on(start.weekday()).is_empty() => {
                Busy::ClosedDay
            }
            why => why,
        };
        self.day_just_said =
            matches!(why, Busy::Taken | Busy::NotAStart | Busy::OutsideHours).then(|| start.date());
        let day = self.say_day(start.date());
        let when = self.say_when(starts_at);
        let person = match self.draft.who {
            Some(StaffWish::Is(person)) => self.staff_name(person),
            _ => String::new(),
        };
        let days = crate::language::say::number(self.tongue, self.business.horizon_days);
        match why {
            Busy::Taken => self.say_with(Line::BusyTaken, &[("when", &when)], reply),
            Busy::NotAStart => self.say_with(Line::BusyNotAStart, &[("when", &when)], reply),
            Busy::ClosedDay => self.say_with(Line::BusyClosedDay, &[("day", &day)], reply),
            // The hours that it is outside of are somebody's own.
            Busy::OutsideHours if is_open && person.is_empty() => {
                self.say(Line::NothingFree, reply);
            }
            Busy::OutsideHours if is_open => {
                self.say_with(Line::BusyStaffHours, &[("person", &person)], reply);
            }
            Busy::OutsideHours => {
                let hours = self.spans_in_words(self.business.hours.on(start.weekday()));
                let values = [("when", when.as_str()), ("day", &day), ("hours", &hours)];
                self.say_with(Line::BusyOutsideHours, &values, reply);
            }
            Busy::StaffAway if person.is_empty() => self.say(Line::NothingFree, reply),
            Busy::StaffAway => {
                self.say_with(
                    Line::BusyStaffAway,
                    &[("person", &person), ("day", &day)],
                    reply,
                );
            }
            Busy::TooSoon => self.say(Line::BusyTooSoon, reply),
            Busy::TooFar => self.say_with(Line::BusyTooFar, &[("days", &days)], reply),
            Busy::Past => self.say(Line::BusyPast, reply),
        }
    }

    /// Would what is being booked lie within the house's hours?
    fn is_open(&self, start: NaiveDateTime) -> bool {
        let length = self
            .draft
            .service
            .and_then(|service| self.business.service(service))
            .map_or(0, |card| card.duration_minutes);
        let minute = start.hour() * 60 + start.minute();
        self.business.hours.on(start.weekday()).iter().any(|span| {
            u32::from(span.from_minute()) <= minute
                && minute + length <= u32::from(span.until_minute())
        })
    }

    pub(super) fn hold(&mut self, slot: Slot, unchecked: bool, reply: &mut Reply) {
        let Some(service) = self.draft.service else {
            return;
        };
        self.let_go(reply);
        let start = self.local(slot.starts_at);
        self.draft.wish.dates = Some(Dates::On(start.date()));
        self.draft.wish.times = Some(exactly(start.time()));
        self.chosen = Some(Chosen {
            slot,
            hold: None,
            unchecked,
        });
        let id = self.start(Work::Hold(slot));
        reply.actions.push(Action::Hold { id, service, slot });
    }

    pub(super) fn on_held(&mut self, at: Ms, slot: Slot, hold: BookingId, reply: &mut Reply) {
        match &mut self.chosen {
            Some(chosen) if chosen.slot == slot => chosen.hold = Some(hold),
            _ => reply.actions.push(Action::ReleaseHold { hold }),
        }
        if self.target.is_none() && self.lacks_details() && !self.offered_this(slot) {
            let when = self.say_when(slot.starts_at);
            let unchecked = self.chosen.is_some_and(|chosen| chosen.unchecked);
            let line = if unchecked {
                Line::TimeSeemsFree
            } else {
                Line::TimeIsFree
            };
            self.say_with(line, &[("when", &when)], reply);
        }
        self.advance(at, reply);
    }

    fn offered_this(&self, slot: Slot) -> bool {
        self.question == Question::Offer && self.last_offer == Some(slot)
    }

    pub(super) fn on_hold_refused(
        &mut self,
        slot: Slot,
        alternatives: Vec<Slot>,
        reply: &mut Reply,
    ) {
        self.chosen = None;
        self.say_why(Busy::Taken, slot.starts_at, reply);
        self.propose(alternatives, reply);
    }

    fn lacks_details(&self) -> bool {
        self.lacks_name() || self.lacks_phone()
    }

    fn lacks_name(&self) -> bool {
        self.draft.name.is_none() && self.business.requires(Required::Name)
    }

    fn lacks_phone(&self) -> bool {
        self.draft.phone.is_none() && self.business.requires(Required::Phone)
    }

    /// The time is kept; whose is it?
    fn ask_details(&mut self, reply: &mut Reply) {
        if self.target.is_some() {
            return self.ask(Question::ConfirmMove, reply);
        }
        if self.lacks_name() {
            return self.ask_name(Question::Name, reply);
        }
        if self.lacks_phone() || self.unsure_phone.is_some() {
            return self.ask_phone(reply);
        }
        self.ask(Question::ReadBack, reply);
    }

    pub(super) fn ask_name(&mut self, question: Question, reply: &mut Reply) {
        match self.unsure_name.clone() {
            Some(name) => self.ask(Question::CheckName(name), reply),
            None if self.question == Question::Spelling => self.ask(Question::Spelling, reply),
            None => self.ask(question, reply),
        }
    }

    fn ask_phone(&mut self, reply: &mut Reply) {
        if let Some(phone) = self.unsure_phone.clone() {
            self.ask(Question::CheckPhone(phone), reply);
        } else if !self.digits.is_empty() {
            self.say(Line::AskRestOfPhone, reply);
            self.question = Question::Phone;
        } else if self.caller.is_some() && self.question != Question::Phone {
            self.ask(Question::CallerPhone, reply);
        } else {
            self.ask(Question::Phone, reply);
        }
    }

    /// The answer to the read-back. Only a plain yes to what was heard books anything.
    pub(super) fn take_confirmation(
        &mut self,
        at: Ms,
        meaning: &Meaning,
        heard_us: bool,
        reply: &mut Reply,
    ) -> Took {
        let before = (self.chosen, self.draft.clone());
        self.fill(at, meaning, reply);
        let changed = before != (self.chosen, self.draft.clone())
            || self.unsure_name.is_some()
            || self.unsure_phone.is_some()
            || !self.digits.is_empty();
        if changed || !reply.say.is_empty() {
            self.misses = 0;
            self.advance(at, reply);
            return Took::AndReplied;
        }
        if relative(meaning) {
            return self.look_further(at, meaning, reply);
        }
        let sure = meaning
            .answer
            .as_ref()
            .is_some_and(crate::language::Heard::is_sure);
        if meaning.says(Answer::Yes) && sure && !meaning.wants(Intent::Correction) {
            if heard_us {
                self.act_on_agreement(reply);
            } else {
                let text = self.confirmation_in_short();
                reply.add(&text);
            }
            return Took::AndReplied;
        }
        if meaning.says(Answer::No) || meaning.wants(Intent::Correction) {
            self.ask(Question::WhatToChange, reply);
            return Took::AndReplied;
        }
        Took::Nothing
    }

    fn act_on_agreement(&mut self, reply: &mut Reply) {
        let Some(Chosen { slot, hold, .. }) = self.chosen else {
            return;
        };
        let Some(service) = self.draft.service else {
            return;
        };
        let proposal = self.agreed();
        if let Some(target) = self.target {
            let id = self.start(Work::Move(proposal));
            let booking = target.booking;
            reply.actions.push(Action::Reschedule {
                id,
                proposal,
                booking,
                hold,
                slot,
            });
            return;
        }
        let id = self.start(Work::Book(proposal));
        reply.actions.push(Action::Book {
            id,
            proposal,
            hold,
            service,
            slot,
            phone: self.draft.phone.clone(),
            name: self.draft.name.clone(),
            for_other: self.draft.for_other,
        });
    }

    pub(super) fn on_booked(
        &mut self,
        at: Ms,
        booking: BookingId,
        tentative: bool,
        reply: &mut Reply,
    ) {
        // The hold became the booking.
        let Some(chosen) = self.chosen.take() else {
            return;
        };
        let Some(service) = self.draft.service else {
            return;
        };
        let when = self.say_when(chosen.slot.starts_at);
        let line = match (tentative, chosen.unchecked) {
            (true, _) => Line::BookedTentative,
            (false, true) => Line::BookedUnchecked,
            (false, false) => Line::Booked,
        };
        self.say_with(line, &[("when", &when)], reply);
        self.made.push(Target {
            booking,
            service,
            slot: chosen.slot,
        });
        self.achieved(Outcome::Booked);
        self.drop_goal(reply);
        self.ask(Question::AnythingElse, reply);
        self.catch_up(at, reply);
    }

    pub(super) fn on_refused(
        &mut self,
        at: Ms,
        why: Refused,
        mut alternatives: Vec<Slot>,
        rules: Line,
        reply: &mut Reply,
    ) {
        let refused = self.chosen.map(|chosen| chosen.slot.starts_at);
        alternatives.retain(|slot| Some(slot.starts_at) != refused);
        match why {
            Refused::SlotTaken => {
                self.say(Line::SlotLost, reply);
                self.let_go(reply);
                self.propose(alternatives, reply);
            }
            Refused::Rules if !alternatives.is_empty() => {
                self.say(rules, reply);
                self.let_go(reply);
                self.propose(alternatives, reply);
            }
            Refused::Rules => {
                self.say(rules, reply);
                self.achieved(Outcome::Answered);
                self.drop_goal(reply);
                self.offer_help(at, reply);
            }
            Refused::Unknown => {
                self.say(Line::CalendarUnknown, reply);
                self.drop_goal(reply);
                self.offer_help(at, reply);
            }
        }
        self.catch_up(at, reply);
    }

    pub(super) fn committed_proposal(&self) -> Option<ProposalId> {
        match self.pending.as_ref()?.work {
            Work::Book(proposal)
            | Work::Cancel(proposal)
            | Work::Move(proposal)
            | Work::Message(proposal) => Some(proposal),
            _ => None,
        }
    }
}
