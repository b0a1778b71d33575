//! What is known, put into words. The sentences are in `prompts/`; how times, prices and lists are said is `language`'s.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc, Weekday};

use crate::{
    domain::{PhoneNumber, ServiceId, StaffId, TimeSpan},
    language::say::{self, Join},
};

use super::{Dialogue, Reply, Target};
use crate::call::{
    draft::StaffWish,
    event::{FoundBooking, Slot},
    lines::Line,
    timer::Ms,
};

impl Dialogue {
    /// Adds a line. One that was said before in this call comes in its next wording.
    pub(super) fn say(&mut self, line: Line, reply: &mut Reply) {
        self.say_with(line, &[], reply);
    }

    pub(super) fn say_with(&mut self, line: Line, values: &[(&str, &str)], reply: &mut Reply) {
        let used = &mut self.used[line as usize];
        let mut times = usize::from(*used);
        if line == Line::Sure {
            // Not every call should begin with the same one.
            times += usize::from(self.seed);
        }
        *used = used.wrapping_add(1);
        let text = if values.is_empty() {
            self.lines
                .fill(line, times, &[("business", &self.business.name)])
        } else {
            self.lines.fill(line, times, values)
        };
        reply.add(&text);
    }

    fn piece(&self, line: Line, values: &[(&str, &str)]) -> String {
        self.lines.fill(line, 0, values)
    }

    pub(super) fn say_day(&self, day: NaiveDate) -> String {
        say::date(self.tongue, day, self.today)
    }

    pub(super) fn say_when(&self, instant: DateTime<Utc>) -> String {
        say::date_time(self.tongue, self.local(instant), self.today)
    }

    fn list(&self, items: &[String], join: Join) -> String {
        say::list(self.tongue, items, join)
    }

    pub(super) fn service_name(&self, service: ServiceId) -> String {
        self.business
            .service(service)
            .map_or_else(String::new, |card| card.name.to_string())
    }

    pub(super) fn staff_name(&self, person: StaffId) -> String {
        self.business
            .staff_member(person)
            .map_or_else(String::new, |card| card.name.to_string())
    }

    pub(super) fn all_services(&self) -> String {
        let names: Vec<String> = self
            .business
            .services
            .iter()
            .map(|service| service.name.to_string())
            .collect();
        self.list(&names, Join::And)
    }

    pub(super) fn services_in_words(&self, services: &[ServiceId]) -> String {
        let names: Vec<String> = services
            .iter()
            .map(|service| self.service_name(*service))
            .collect();
        self.list(&names, Join::Or)
    }

    pub(super) fn staff_in_words(&self, people: &[StaffId], join: Join) -> String {
        let names: Vec<String> = people
            .iter()
            .map(|person| self.staff_name(*person))
            .collect();
        self.list(&names, join)
    }

    /// Those who can be booked by phone for what is being booked.
    pub(super) fn staff_for_draft(&self, join: Join) -> String {
        let service = self
            .draft
            .service
            .and_then(|service| self.business.service(service));
        let names: Vec<String> = self
            .business
            .staff
            .iter()
            .filter(|person| person.by_phone)
            .filter(|person| service.is_none_or(|service| service.staff.contains(&person.id)))
            .map(|person| person.name.to_string())
            .collect();
        self.list(&names, join)
    }

    /// Each day is said once, and not at all right after it was said.
    pub(super) fn offers_in_words(&self, join: Join) -> String {
        let mut days: Vec<(NaiveDate, Vec<NaiveTime>)> = Vec::new();
        for offer in &self.offered {
            let (day, time) = (offer.start.date(), offer.start.time());
            match days.last_mut() {
                Some((last, times)) if *last == day => times.push(time),
                _ => days.push((day, vec![time])),
            }
        }
        if let [(day, times)] = days.as_slice()
            && self.day_just_said == Some(*day)
        {
            return say::times(self.tongue, times, join);
        }
        let nested = days.len() == 2 && days[0].1.len() > 1;
        let mut days: Vec<String> = days
            .into_iter()
            .map(|(day, times)| {
                let times = say::times(self.tongue, &times, join);
                let day = self.say_day(day);
                self.piece(Line::SameDay, &[("day", &day), ("times", &times)])
            })
            .collect();
        if let (true, Some(first)) = (nested, days.first_mut()) {
            // "At eleven or noon, or on Monday": the pause tells which belong together.
            first.push(',');
        }
        self.list(&days, join)
    }

    /// Named only where there is more than one it could be.
    fn with_whom(&self, service: ServiceId, person: StaffId) -> String {
        let others = self
            .business
            .service(service)
            .is_some_and(|card| card.staff.len() > 1);
        let asked_for = matches!(self.draft.who, Some(StaffWish::Is(_)));
        if others || asked_for {
            self.piece(Line::PartWith, &[("person", &self.staff_name(person))])
        } else {
            String::new()
        }
    }

    /// "Your haircut with Ada on Thursday": a booking that exists.
    fn their_booking_in_words(&self, service: ServiceId, slot: Slot) -> String {
        self.piece(
            Line::TheirBooking,
            &[
                ("service", &self.service_name(service)),
                ("with", &self.with_whom(service, slot.staff)),
                ("when", &self.say_when(slot.starts_at)),
            ],
        )
    }

    fn booking_in_words(&self, service: ServiceId, slot: Slot, name: Option<&str>) -> String {
        let whose = name.map(|name| self.piece(Line::PartFor, &[("name", name)]));
        self.piece(
            Line::Booking,
            &[
                ("service", &self.service_name(service)),
                ("with", &self.with_whom(service, slot.staff)),
                ("when", &self.say_when(slot.starts_at)),
                ("for", whose.as_deref().unwrap_or_default()),
            ],
        )
    }

    pub(super) fn draft_in_words(&self) -> String {
        match (self.draft.service, self.chosen) {
            (Some(service), Some(chosen)) => {
                self.booking_in_words(service, chosen.slot, self.draft.name.as_deref())
            }
            _ => String::new(),
        }
    }

    /// A number that was spoken is read back; the one they call from they know.
    pub(super) fn text_in_words(&self) -> String {
        match &self.draft.phone {
            Some(phone) if self.caller.as_ref() != Some(phone) => {
                self.piece(Line::PartText, &[("phone", &self.say_phone(phone))])
            }
            _ => String::new(),
        }
    }

    pub(super) fn say_phone(&self, phone: &PhoneNumber) -> String {
        say::phone_digits(self.tongue, phone.as_str(), self.business.country)
    }

    pub(super) fn target_in_words(&self) -> String {
        self.target
            .map_or_else(String::new, |Target { service, slot, .. }| {
                self.their_booking_in_words(service, slot)
            })
    }

    pub(super) fn found_in_words(&self, join: Join) -> String {
        let bookings: Vec<String> = self
            .found
            .iter()
            .map(|FoundBooking { service, slot, .. }| self.their_booking_in_words(*service, *slot))
            .collect();
        self.list(&bookings, join)
    }

    pub(super) fn move_in_words(&self, times: usize) -> String {
        let (Some(target), Some(chosen)) = (self.target, self.chosen) else {
            return String::new();
        };
        let start = self.local(target.slot.starts_at);
        let same_day = start.date() == self.local(chosen.slot.starts_at).date();
        let from = if same_day {
            say::time(self.tongue, start.time())
        } else {
            self.say_when(target.slot.starts_at)
        };
        self.lines.fill(
            Line::ConfirmMove,
            times,
            &[
                ("service", &self.service_name(target.service)),
                ("when", &self.say_when(chosen.slot.starts_at)),
                ("from", &from),
                ("with", &self.with_whom(target.service, chosen.slot.staff)),
            ],
        )
    }

    /// The facts once more, for somebody who answered before they had heard them.
    pub(super) fn confirmation_in_short(&self) -> String {
        match self.target {
            Some(_) => self.move_in_words(1),
            None => self.piece(Line::ReadBackShort, &[("booking", &self.draft_in_words())]),
        }
    }

    /// "Monday to Friday from nine to five, and Saturday from ten to two".
    pub(super) fn hours_in_words(&self) -> String {
        let mut groups: Vec<(Days, &[TimeSpan])> = Vec::new();
        for (day, _) in WEEK {
            let spans = self.business.hours.on(day);
            match groups.iter_mut().find(|(_, same)| *same == spans) {
                Some((days, _)) => match days.last_mut() {
                    Some((_, last)) if last.succ() == day => *last = day,
                    _ => days.push((day, day)),
                },
                None => groups.push((vec![(day, day)], spans)),
            }
        }
        let sentences: Vec<String> = groups
            .into_iter()
            .filter(|(_, spans)| !spans.is_empty())
            .map(|(days, spans)| {
                let days = days.into_iter();
                let days: Vec<String> = days
                    .map(|(first, last)| self.days_in_words(first, last))
                    .collect();
                let days = self.list(&days, Join::And);
                let hours = self.spans_in_words(spans);
                self.piece(Line::HoursOf, &[("days", &days), ("hours", &hours)])
            })
            .collect();
        self.list(&sentences, Join::And)
    }

    /// "Nine to one and two to six".
    pub(super) fn spans_in_words(&self, spans: &[TimeSpan]) -> String {
        let spans: Vec<String> = spans.iter().map(|span| self.span_in_words(*span)).collect();
        self.list(&spans, Join::And)
    }

    fn days_in_words(&self, first: Weekday, last: Weekday) -> String {
        let name = |wanted| {
            let line = WEEK
                .into_iter()
                .find(|(day, _)| *day == wanted)
                .map(|(_, line)| line);
            line.map_or_else(String::new, |line| self.piece(line, &[]))
        };
        if first == last {
            name(first)
        } else if first.succ() == last {
            self.list(&[name(first), name(last)], Join::And)
        } else {
            self.piece(
                Line::DaysSpan,
                &[("first", &name(first)), ("last", &name(last))],
            )
        }
    }

    fn span_in_words(&self, span: TimeSpan) -> String {
        let time = |minute: u16| {
            let seconds = u32::from(minute % (24 * 60)) * 60;
            NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default()
        };
        let (from, until) = say::opening(
            self.tongue,
            time(span.from_minute()),
            time(span.until_minute()),
        );
        self.piece(Line::HoursSpan, &[("from", &from), ("until", &until)])
    }

    pub(super) fn duration_in_words(&self, minutes: u32) -> String {
        say::duration(self.tongue, Duration::minutes(minutes.into()))
    }

    /// Days are said from where today stands.
    pub(super) fn look_at_the_date(&mut self, at: Ms) {
        self.today = self.local_now(at).date();
    }
}

/// Stretches of days, each from its first to its last.
type Days = Vec<(Weekday, Weekday)>;

const WEEK: [(Weekday, Line); 7] = [
    (Weekday::Mon, Line::Monday),
    (Weekday::Tue, Line::Tuesday),
    (Weekday::Wed, Line::Wednesday),
    (Weekday::Thu, Line::Thursday),
    (Weekday::Fri, Line::Friday),
    (Weekday::Sat, Line::Saturday),
    (Weekday::Sun, Line::Sunday),
];
