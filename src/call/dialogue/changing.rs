//! Hearing of, cancelling and moving a booking that exists. Only where the number and the name agree with it; who knows
//! only one of the two learns nothing.

use crate::{
    domain::{BookingId, Name, PhoneNumber},
    language::{Answer, Choice, Dates, Meaning, Offer, Times},
};

use super::{Change, Dialogue, Goal, Question, Reply, Target, Took, Work};
use crate::call::{
    action::{Action, Outcome},
    draft::{StaffWish, Wish},
    event::FoundBooking,
    lines::Line,
    timer::Ms,
};
use crate::language::say::Join;

impl Dialogue {
    pub(super) fn advance_change(&mut self, at: Ms, change: Change, reply: &mut Reply) {
        match (self.target, change) {
            (None, _) if self.found.len() > 1 => {
                self.offer_found();
                self.ask(Question::WhichBooking, reply);
            }
            (None, _) => self.look_up(reply),
            (Some(_), Change::Look) => {
                let booking = self.target_in_words();
                self.say_with(Line::YourBooking, &[("bookings", &booking)], reply);
                self.achieved(Outcome::Answered);
                self.drop_goal(reply);
                self.ask(Question::AnythingElse, reply);
            }
            (Some(_), Change::Cancel) => self.ask(Question::ConfirmCancel, reply),
            (Some(_), Change::Move) if self.chosen.is_some() => {
                self.ask(Question::ConfirmMove, reply);
            }
            (Some(_), Change::Move) => self.seek(at, reply),
        }
    }

    /// "The second one" is one of these.
    fn offer_found(&mut self) {
        self.offers.clear();
        self.offered = self
            .found
            .iter()
            .map(|found| Offer {
                start: self.local(found.slot.starts_at),
                staff: Some(found.slot.staff),
            })
            .collect();
    }

    /// Who is calling, and about which number?
    fn look_up(&mut self, reply: &mut Reply) {
        if self.draft.name.is_none() {
            return self.ask_name(Question::NameOnBooking, reply);
        }
        if self.unsure_phone.take().is_some() || !self.digits.is_empty() {
            self.say(Line::AskRestOfPhone, reply);
            self.question = Question::PhoneOnBooking;
            return;
        }
        match self.number_to_look_up() {
            Some(phone) => {
                let id = self.start(Work::Lookup);
                reply.actions.push(Action::FindBookings { id, phone });
            }
            None => self.ask(Question::PhoneOnBooking, reply),
        }
    }

    fn number_to_look_up(&self) -> Option<PhoneNumber> {
        self.draft
            .phone
            .clone()
            .or_else(|| self.caller.clone().filter(|_| !self.caller_has_none))
    }

    pub(super) fn on_bookings(&mut self, at: Ms, bookings: Vec<FoundBooking>, reply: &mut Reply) {
        let Goal::Change(change) = self.goal else {
            return;
        };
        let spoken = self.draft.phone.is_some();
        if bookings.is_empty() && !spoken {
            // They may have booked from another telephone.
            self.caller_has_none = true;
            self.say(Line::NoBookingFound, reply);
            return self.ask(Question::PhoneOnBooking, reply);
        }
        let none_at_all = bookings.is_empty();
        let name = self.draft.name.clone();
        let mut theirs: Vec<FoundBooking> = bookings
            .into_iter()
            .filter(|found| {
                name.as_ref()
                    .is_some_and(|name| names_agree(name, &found.names))
            })
            .collect();
        theirs.sort_by_key(|found| found.slot.starts_at);
        if theirs.is_empty() {
            self.say(
                if none_at_all {
                    Line::NoBookingFound
                } else {
                    Line::NotOnFile
                },
                reply,
            );
            self.drop_goal(reply);
            self.draft.phone = None;
            return self.offer_help(at, reply);
        }
        if change == Change::Look {
            self.found = theirs;
            let bookings = self.found_in_words(Join::And);
            self.say_with(Line::YourBooking, &[("bookings", &bookings)], reply);
            self.achieved(Outcome::Answered);
            self.drop_goal(reply);
            return self.ask(Question::AnythingElse, reply);
        }
        let meant: Vec<FoundBooking> = theirs
            .iter()
            .filter(|found| self.is_meant(found))
            .cloned()
            .collect();
        self.found = if meant.is_empty() { theirs } else { meant };
        self.narrow(at, change, reply);
    }

    fn narrow(&mut self, at: Ms, change: Change, reply: &mut Reply) {
        if let [only] = self.found.as_slice() {
            let target = Target {
                booking: only.booking,
                service: only.service,
                slot: only.slot,
            };
            self.aim_at(target);
        }
        self.advance_change(at, change, reply);
    }

    /// What was said so far may have named the booking ("my Tuesday appointment"), or the new time, or both.
    pub(super) fn aim_at(&mut self, target: Target) {
        self.target = Some(target);
        self.offered.clear();
        self.draft.service = Some(target.service);
        // Who comes to see somebody goes on seeing them, unless they say otherwise.
        let same_person = StaffWish::Is(target.slot.staff);
        self.draft.who.get_or_insert(same_person);
        let start = self.local(target.slot.starts_at);
        let wish = &mut self.draft.wish;
        let names_target = matches!(wish.times, None | Some(Times::At(_)))
            && match &wish.times {
                Some(Times::At(clock)) => clock.time == start.time(),
                _ => true,
            };
        match &wish.dates {
            Some(Dates::On(day)) if *day == start.date() && names_target => *wish = Wish::default(),
            Some(Dates::OneOf(days)) if days.first() == Some(&start.date()) && days.len() == 2 => {
                wish.dates = days.last().copied().map(Dates::On);
            }
            Some(Dates::Between { from, to, .. }) if *from == start.date() => {
                wish.dates = Some(Dates::On(*to));
            }
            _ => {}
        }
    }

    fn is_meant(&self, found: &FoundBooking) -> bool {
        let start = self.local(found.slot.starts_at);
        let service = self
            .draft
            .service
            .is_none_or(|service| service == found.service);
        let day = match &self.draft.wish.dates {
            Some(Dates::On(day)) => *day == start.date(),
            Some(Dates::OneOf(days)) => days.contains(&start.date()),
            Some(Dates::Between { from, to, .. }) => (*from..=*to).contains(&start.date()),
            _ => true,
        };
        let time = match &self.draft.wish.times {
            Some(Times::At(clock)) => {
                clock.time == start.time() || clock.other == Some(start.time())
            }
            _ => true,
        };
        service && day && time
    }

    pub(super) fn take_which_booking(
        &mut self,
        at: Ms,
        meaning: &Meaning,
        reply: &mut Reply,
    ) -> Took {
        let Goal::Change(change) = self.goal else {
            return Took::Nothing;
        };
        let picked = match meaning.choice.as_ref().map(|heard| heard.value) {
            Some(Choice::Nth(index)) => self.found.get(index).cloned(),
            _ => None,
        };
        if let Some(found) = picked {
            self.found = vec![found];
        } else {
            self.draft.wish = Wish::default();
            self.draft.service = None;
            if !self.fill(at, meaning, reply) {
                return Took::Nothing;
            }
            let meant: Vec<FoundBooking> = self
                .found
                .iter()
                .filter(|found| self.is_meant(found))
                .cloned()
                .collect();
            if !meant.is_empty() {
                self.found = meant;
            }
        }
        self.narrow(at, change, reply);
        Took::AndReplied
    }

    pub(super) fn take_cancellation(
        &mut self,
        meaning: &Meaning,
        heard_us: bool,
        reply: &mut Reply,
    ) -> Took {
        let Some(target) = self.target else {
            return Took::Nothing;
        };
        if super::goals::speaks_of_a_booking(meaning) {
            return Took::Nothing;
        }
        if meaning.says(Answer::Yes)
            && meaning
                .answer
                .as_ref()
                .is_some_and(crate::language::Heard::is_sure)
        {
            if heard_us {
                let proposal = self.agreed();
                let id = self.start(Work::Cancel(proposal));
                reply.actions.push(Action::Cancel {
                    id,
                    proposal,
                    booking: target.booking,
                });
            } else {
                self.ask_again(reply);
            }
            return Took::AndReplied;
        }
        if meaning.says(Answer::No) {
            self.say(Line::LeftAsItIs, reply);
            self.drop_goal(reply);
            self.ask(Question::AnythingElse, reply);
            return Took::AndReplied;
        }
        Took::Nothing
    }

    pub(super) fn on_cancelled(&mut self, at: Ms, reply: &mut Reply) {
        let Some(target) = self.target else { return };
        let when = self.say_when(target.slot.starts_at);
        self.say_with(Line::CancelDone, &[("when", &when)], reply);
        self.forget_made(target.booking);
        self.achieved(Outcome::Cancelled);
        self.drop_goal(reply);
        self.ask(Question::AnythingElse, reply);
        self.catch_up(at, reply);
    }

    pub(super) fn on_moved(&mut self, at: Ms, tentative: bool, reply: &mut Reply) {
        let (Some(target), Some(chosen)) = (self.target, self.chosen.take()) else {
            return;
        };
        let when = self.say_when(chosen.slot.starts_at);
        let line = if tentative {
            Line::MoveTentative
        } else {
            Line::MoveDone
        };
        self.say_with(line, &[("when", &when)], reply);
        self.forget_made(target.booking);
        self.made.push(Target {
            slot: chosen.slot,
            ..target
        });
        self.achieved(Outcome::Rescheduled);
        self.drop_goal(reply);
        self.ask(Question::AnythingElse, reply);
        self.catch_up(at, reply);
    }

    pub(super) fn forget_made(&mut self, booking: BookingId) {
        self.made.retain(|made| made.booking != booking);
    }
}

/// Does the name that was said go with one of those on file? A first name alone does; so does a letter that the ear
/// got wrong.
pub(super) fn names_agree(said: &Name, on_file: &[Name]) -> bool {
    let said = words_of(said);
    on_file.iter().map(|name| words_of(name)).any(|filed| {
        let (fewer, more) = if said.len() <= filed.len() {
            (&said, &filed)
        } else {
            (&filed, &said)
        };
        !fewer.is_empty()
            && fewer
                .iter()
                .all(|word| more.iter().any(|other| sounds_alike(word, other)))
    })
}

fn words_of(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// The same, or longer than three letters and one letter apart.
fn sounds_alike(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let (short, long): (Vec<char>, Vec<char>) = if one.len() <= other.len() {
        (one.chars().collect(), other.chars().collect())
    } else {
        (other.chars().collect(), one.chars().collect())
    };
    if short.len() <= 3 || long.len() > short.len() + 1 {
        return false;
    }
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let rest =
        |skip| short.get(same + usize::from(short.len() == long.len())..) == long.get(skip..);
    rest(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agree(said: &str, on_file: &str) -> bool {
        names_agree(&Name::new(said).unwrap(), &[Name::new(on_file).unwrap()])
    }

    #[test]
    fn a_first_name_or_a_misheard_letter_is_the_same_person() {
        assert!(agree("ada", "Ada Moss"));
        assert!(agree("Ada Moss", "Ada"));
        assert!(agree("Catherine", "Katherine"));
    }

    #[test]
    fn another_person_is_another_person() {
        assert!(!agree("Ben", "Ada Moss"));
        assert!(!agree("Ada Mills", "Ada Moss"));
        assert!(!agree("Tim", "Tom"));
    }
}
