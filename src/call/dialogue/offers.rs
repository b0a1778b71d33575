//! Times on the table: read out, picked from, or pushed aside for others.

use chrono::{DateTime, Utc};

use crate::language::{Answer, Choice, Dates, Intent, Meaning, Offer, Times};

use super::{Dialogue, Question, Reply, Search, Took, when::Aim};
use crate::call::{event::Slot, timer::Ms};

/// More than three times in one sentence, and nobody remembers the first.
const MOST_OFFERS: usize = 3;

impl Dialogue {
    /// Other times in place of one that can't be had.
    pub(super) fn propose(&mut self, slots: Vec<Slot>, reply: &mut Reply) {
        if slots.is_empty() {
            return self.other_time(reply);
        }
        self.offer(slots);
        self.tries = 0;
        self.ask(Question::Offer, reply);
    }

    /// These are on the table now; the same hour with two people is one offer.
    pub(super) fn offer(&mut self, mut slots: Vec<Slot>) {
        let mut seen: Vec<DateTime<Utc>> = Vec::new();
        slots.retain(|slot| {
            let new = !seen.contains(&slot.starts_at) && seen.len() < MOST_OFFERS;
            if new {
                seen.push(slot.starts_at);
            }
            new
        });
        slots.sort_by_key(|slot| slot.starts_at);
        self.offered = slots
            .iter()
            .map(|slot| Offer {
                start: self.local(slot.starts_at),
                staff: Some(slot.staff),
            })
            .collect();
        self.offers = slots;
    }

    /// The caller chose from what was offered, or wants something else.
    pub(super) fn take_offer(&mut self, at: Ms, meaning: &Meaning, reply: &mut Reply) -> Took {
        let choice = meaning.choice.as_ref().map(|heard| heard.value);
        let picked = match choice {
            Some(Choice::Nth(index)) => self.offers.get(index).copied(),
            Some(Choice::Any) => self.offers.first().copied(),
            _ if self.offers.len() == 1
                && meaning.says(Answer::Yes)
                && !self.wants_another_time(meaning) =>
            {
                self.offers.first().copied()
            }
            _ => self.offer_at(meaning),
        };
        if let Some(slot) = picked {
            self.fill(at, &without_when(meaning), reply);
            self.last_offer = Some(slot);
            self.hold(slot, false, reply);
            return Took::AndReplied;
        }
        if choice == Some(Choice::NoneOfThem) || meaning.says(Answer::No) || relative(meaning) {
            return self.look_further(at, meaning, reply);
        }
        Took::Nothing
    }

    /// The one offer that begins at the time the caller named.
    fn offer_at(&self, meaning: &Meaning) -> Option<Slot> {
        let Some(Times::At(clock)) = meaning.time.as_ref().map(|heard| &heard.value) else {
            return None;
        };
        let day = match meaning.date.as_ref().map(|heard| &heard.value) {
            None => None,
            Some(Dates::On(day)) => Some(*day),
            Some(_) => return None,
        };
        let at = |time| {
            let mut fitting = self.offers.iter().zip(&self.offered).filter(|(_, offer)| {
                offer.start.time() == time && day.is_none_or(|day| day == offer.start.date())
            });
            fitting
                .next()
                .filter(|_| fitting.next().is_none())
                .map(|(slot, _)| *slot)
        };
        at(clock.time).or_else(|| clock.other.and_then(at))
    }

    fn wants_another_time(&self, meaning: &Meaning) -> bool {
        let named = meaning.date.is_some() || meaning.time.is_some();
        relative(meaning) || named && self.offer_at(meaning).is_none()
    }

    /// "Earlier", "something else", "another day": searches from where the talk is.
    pub(super) fn look_further(&mut self, at: Ms, meaning: &Meaning, reply: &mut Reply) -> Took {
        if meaning.date.is_some() || meaning.time.is_some() {
            return Took::Nothing;
        }
        let calendar = self.calendar(at);
        let first = self
            .offers
            .first()
            .or(self.chosen.as_ref().map(|chosen| &chosen.slot));
        let last = self
            .offers
            .last()
            .or(self.chosen.as_ref().map(|chosen| &chosen.slot));
        let aim = if meaning.wants(Intent::Earlier) {
            first.and_then(|slot| calendar.before(slot.starts_at))
        } else if meaning.wants(Intent::Later) || meaning.wants(Intent::OtherOffers) {
            last.and_then(|slot| calendar.after(slot.starts_at))
        } else {
            None
        };
        self.let_go(reply);
        self.pending = None;
        match aim {
            Some(Aim::Among { windows, order }) => {
                self.look(Search::Further, windows, order, reply);
            }
            _ if meaning.wants(Intent::OtherDay) => {
                self.draft.wish.dates = None;
                self.ask(Question::Day, reply);
            }
            _ => self.other_time(reply),
        }
        Took::AndReplied
    }
}

/// Compared with what is on the table.
pub(super) fn relative(meaning: &Meaning) -> bool {
    [
        Intent::Earlier,
        Intent::Later,
        Intent::OtherOffers,
        Intent::OtherDay,
    ]
    .into_iter()
    .any(|intent| meaning.wants(intent))
}

fn without_when(meaning: &Meaning) -> Meaning {
    Meaning {
        date: None,
        time: None,
        not_date: None,
        not_time: None,
        intents: Vec::new(),
        ..meaning.clone()
    }
}
