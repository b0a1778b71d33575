//! Everything that moves bookings, at once and at random, straight on the desk: two desks with pools of their own, as two processes have.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use ringbook::{
    clock::Clock,
    desk::{
        BookRequest, Certainty, CustomerRef, Desk, Error, HoldRequest, Move, StaffWish, Target,
    },
    domain::{Booking, Name, PhoneNumber, Source, StaffId},
    scheduling::Who,
};
use tokio::task::JoinSet;

use super::{
    assert_nobody_deadlocked, assert_nothing_overlaps, full_or,
    salon::{STAFF, Salon, phone, quarter},
};
use crate::{
    store::raw,
    support::{TestDb, on_each_engine},
};

const GUESTS: usize = 64;
/// Of one day: few enough that most wishes collide.
const QUARTERS: usize = 32;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bookings_holds_moves_and_cancellations_at_once_never_overlap() {
    on_each_engine(async |test| {
        let salon = Arc::new(Salon::open(&test.db).await);
        let mut desks = Vec::new();
        for _ in 0..2 {
            desks.push(Desk::new(
                test.connect.open().await.unwrap(),
                Clock::system(),
            ));
        }
        let mut guests = JoinSet::new();
        for number in 0..GUESTS {
            let guest = Guest {
                desk: desks[number % 2].clone(),
                salon: Arc::clone(&salon),
                number,
                chance: StdRng::seed_from_u64(number as u64),
                bookings: Vec::new(),
                changes: 0,
            };
            guests.spawn(guest.act(full_or(10, 40)));
        }
        let mut changes = 0;
        for guest in guests.join_all().await {
            guest.finds_its_bookings(test).await;
            changes += guest.changes;
        }
        println!("{changes} changes");
        assert!(changes > GUESTS);
        let trail = raw::count(test, "booking_changes").await;
        assert_eq!(usize::try_from(trail), Ok(changes));
        assert_nothing_overlaps(test).await;
        assert_nobody_deadlocked(test).await;
    })
    .await;
}

struct Guest {
    desk: Desk,
    salon: Arc<Salon>,
    number: usize,
    chance: StdRng,
    /// As this guest, who alone changes them, left them.
    bookings: Vec<Booking>,
    changes: usize,
}

impl Guest {
    async fn act(mut self, times: usize) -> Self {
        for _ in 0..times {
            match self.chance.random_range(0..10) {
                0..4 => self.book().await,
                4..6 => self.hold_and_book().await,
                6..9 => self.reschedule().await,
                _ => self.cancel().await,
            }
        }
        self
    }

    fn a_time(&mut self) -> DateTime<Utc> {
        quarter(0, self.chance.random_range(0..QUARTERS))
    }

    fn somebody(&mut self) -> StaffId {
        self.salon.staff[self.chance.random_range(0..STAFF)]
    }

    fn somebody_or_anyone(&mut self) -> Option<StaffId> {
        let anyone = self.chance.random_bool(0.5);
        if anyone { None } else { Some(self.somebody()) }
    }

    fn wish(&mut self) -> BookRequest {
        BookRequest {
            service_id: self.salon.services[self.chance.random_range(0..2)],
            staff_id: self.somebody_or_anyone(),
            starts_at: self.a_time(),
            customer: CustomerRef::Met {
                phone: PhoneNumber::new(&phone(self.number)).unwrap(),
                name: Name::new("Guest").unwrap(),
                email: None,
            },
            for_name: None,
            notes: None,
            source: Source::Api,
            certainty: Certainty::Confirmed,
            hold: None,
            call: None,
        }
    }

    async fn book(&mut self) {
        let wish = self.wish();
        let booked = self.desk.book(self.salon.by, &wish, Who::Owner, None).await;
        if let Some(done) = unless_taken(booked) {
            self.bookings.push(done.booking);
            self.changes += 1;
        }
    }

    /// What is held can be booked, whoever else wants it.
    async fn hold_and_book(&mut self) {
        let mut wish = self.wish();
        let hold = HoldRequest {
            service_id: wish.service_id,
            staff_id: wish.staff_id,
            starts_at: wish.starts_at,
            source: Source::Api,
            call: None,
        };
        let held = self.desk.hold(self.salon.by, &hold, Who::Owner).await;
        let Some(hold) = unless_taken(held) else {
            return;
        };
        wish.hold = Some(hold.id);
        let booked = self.desk.book(self.salon.by, &wish, Who::Owner, None).await;
        self.bookings.push(booked.unwrap().booking);
        self.changes += 1;
    }

    async fn reschedule(&mut self) {
        let to = Move {
            starts_at: self.a_time(),
            staff: match self.chance.random_range(0..3) {
                0 => StaffWish::Same,
                1 => StaffWish::Anyone,
                _ => StaffWish::This(self.somebody()),
            },
            certainty: None,
        };
        let Some(booking) = self.bookings.iter_mut().find(|one| one.status.is_open()) else {
            return;
        };
        let target = Target {
            id: booking.id,
            version: Some(booking.version),
            call: None,
        };
        let moved = self
            .desk
            .reschedule(self.salon.by, target, to, Who::Owner, None)
            .await;
        if let Some(done) = unless_taken(moved) {
            *booking = done.booking;
            self.changes += 1;
        }
    }

    async fn cancel(&mut self) {
        let Some(booking) = self.bookings.iter_mut().find(|one| one.status.is_open()) else {
            return;
        };
        let target = Target {
            id: booking.id,
            version: Some(booking.version),
            call: None,
        };
        let cancelled = self
            .desk
            .cancel(self.salon.by, target, None, Who::Owner, None)
            .await;
        *booking = cancelled.unwrap().booking;
        self.changes += 1;
    }

    async fn finds_its_bookings(&self, test: &TestDb) {
        let desk = Desk::new(test.db.clone(), Clock::system());
        for booking in &self.bookings {
            let found = desk.booking(self.salon.by, booking.id).await.unwrap();
            assert_eq!(found, *booking);
        }
    }
}

/// Any other refusal is a failure: nobody but the guest touches the guest's bookings, and every time is within the rules.
fn unless_taken<T: std::fmt::Debug>(result: Result<T, Error>) -> Option<T> {
    match result {
        Err(Error::SlotTaken) => None,
        other => Some(other.unwrap()),
    }
}
