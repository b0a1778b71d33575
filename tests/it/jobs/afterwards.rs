//! What follows a booking: the provider is told, the customer gets a text, and what was kept without an answer is settled.

use std::sync::Arc;

use chrono::Duration;
use ringbook::{
    desk::{BookRequest, By, Certainty, CustomerRef, Edit, HoldRequest, Move, StaffWish, Target},
    domain::{
        ActorKind, Booking, BookingId, BookingStatus, Business, Name, Source, TextKind, TextState,
    },
    jobs::{Context, Settings, Worker},
    providers::{Native, ProviderError, Registry, Script, Scripted, Told},
    scheduling::{Slot, Who},
    store::{
        jobs::{Job, JobState},
        texts::Filter,
    },
};
use serde_json::{Value, json};

use crate::support::{
    House, TestDb,
    house::{met, monday},
    on_each_engine,
    telephone::{Line, Telephone},
};

/// A house with a calendar, a telephone, and a worker that does its jobs.
pub(super) struct Office {
    pub(super) house: House,
    calendar: Scripted,
    telephone: Telephone,
    worker: Worker,
}

impl Office {
    async fn open(test: &TestDb) -> Self {
        let house = House::build(&test.db).await;
        let calendar = Scripted::new(Native::new(house.desk.clone()), Script::Honest);
        let telephone = Telephone::default();
        let providers = Registry::new(house.desk.clone())
            .with("scripted", Arc::new(calendar.clone()))
            .with_budget(std::time::Duration::from_mins(1));
        let context = Context {
            db: test.db.clone(),
            clock: house.clock.clone(),
            providers,
            post: telephone.post(),
        };
        let office = Self {
            house,
            calendar,
            telephone,
            worker: Worker::new(context, Settings::default()),
        };
        let integrations = json!({ "integrations": { "provider": "scripted" } });
        office.change(json!({ "ai_config": integrations })).await;
        office
    }

    async fn change(&self, patch: Value) -> Business {
        let House { desk, by, .. } = &self.house;
        let patch = serde_json::from_value(patch).unwrap();
        desk.update_business(*by, None, &patch).await.unwrap()
    }

    async fn book(&self, certainty: Certainty) -> Booking {
        let request = BookRequest {
            source: Source::Phone,
            certainty,
            ..self.house.cut_at(monday(10, 0))
        };
        self.book_as(&request).await
    }

    async fn book_as(&self, request: &BookRequest) -> Booking {
        let House { desk, by, .. } = &self.house;
        let done = desk.book(*by, request, Who::Customer, None).await;
        done.unwrap().booking
    }

    async fn move_to(&self, booking: BookingId, hour: u32) -> Booking {
        let House { desk, by, .. } = &self.house;
        let to = Move {
            starts_at: monday(hour, 0),
            staff: StaffWish::Same,
            certainty: None,
        };
        let moved = desk.reschedule(*by, target(booking), to, Who::Owner, None);
        moved.await.unwrap().booking
    }

    async fn cancel(&self, booking: BookingId) {
        let House { desk, by, .. } = &self.house;
        let cancelled = desk.cancel(*by, target(booking), None, Who::Owner, None);
        cancelled.await.unwrap();
    }

    async fn booking(&self, id: BookingId) -> Booking {
        self.house.desk.booking(self.house.by, id).await.unwrap()
    }

    /// Does what is due.
    async fn work(&self) -> usize {
        self.worker.drain().await.unwrap()
    }

    /// Does what is due now and in the next three hours.
    async fn work_on(&self) {
        for _ in 0..36 {
            self.work().await;
            self.house.clock.advance(Duration::minutes(5));
        }
    }

    async fn jobs(&self) -> Vec<Job> {
        let House { desk, by, .. } = &self.house;
        let mut jobs = desk.jobs(*by, None, None, 100).await.unwrap();
        jobs.reverse();
        jobs
    }

    async fn kinds(&self) -> Vec<String> {
        self.jobs().await.into_iter().map(|job| job.kind).collect()
    }
}

fn target(id: BookingId) -> Target {
    Target {
        id,
        version: None,
        call: None,
    }
}

#[tokio::test]
async fn a_booking_made_by_phone_is_mirrored_and_texted() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let booking = office.book(Certainty::Confirmed).await;
        assert_eq!(office.kinds().await, ["after_booking", "send_sms"]);
        let keys: Vec<_> = office
            .jobs()
            .await
            .into_iter()
            .map(|job| job.order_key.unwrap())
            .collect();
        assert_eq!(
            keys,
            [
                format!("{}:provider", booking.id),
                format!("{}:text", booking.id)
            ]
        );
        assert_eq!(office.work().await, 2);
        assert_eq!(office.calendar.told(), [(Told::Booked, booking.id)]);
        assert_eq!(
            office.telephone.delivered(),
            ["The Corner Salon: you're booked. Cut with Anna, Mon 2 Mar at 10:00 am."]
        );
        assert_eq!(office.telephone.recipients(), ["+442079460001"]);
    })
    .await;
}

#[tokio::test]
async fn each_change_is_mirrored_and_told_in_its_order() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let booking = office.book(Certainty::Confirmed).await.id;
        office.work().await;
        office.move_to(booking, 11).await;
        office.work().await;
        let note = Edit {
            for_name: Some(Some(Name::new("Theodora").unwrap())),
            ..Edit::default()
        };
        let House { desk, by, .. } = &office.house;
        desk.edit_booking(*by, target(booking), &note)
            .await
            .unwrap();
        office.work().await;
        office.cancel(booking).await;
        office.work().await;
        let told: Vec<_> = office
            .calendar
            .told()
            .into_iter()
            .map(|(what, _)| what)
            .collect();
        assert_eq!(
            told,
            [Told::Booked, Told::Changed, Told::Changed, Told::Cancelled]
        );
        let texts = office.telephone.delivered();
        assert_eq!(texts.len(), 3, "{texts:?}");
        assert!(texts[1].ends_with("has moved. Cut with Anna, now Mon 2 Mar at 11:00 am."));
        assert!(texts[2].contains("your booking is cancelled"));
    })
    .await;
}

#[tokio::test]
async fn a_hold_is_nothing_to_tell_anybody() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let House { desk, by, .. } = &office.house;
        let hold = HoldRequest {
            ..office.house.hold_at(monday(10, 0))
        };
        desk.hold(*by, &hold, Who::Customer).await.unwrap();
        assert_eq!(office.kinds().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn whose_bookings_are_texted_is_the_owners_to_say() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let mut hour = 9;
        for (policy, by_phone, by_api) in [
            (json!({}), true, false),
            (json!({ "texts": "always" }), true, true),
            (json!({ "texts": "never" }), false, false),
        ] {
            office.change(json!({ "policies": policy })).await;
            for (source, texted) in [(Source::Phone, by_phone), (Source::Api, by_api)] {
                let before = office.telephone.delivered().len();
                let request = BookRequest {
                    source,
                    ..office.house.cut_at(monday(hour, 0))
                };
                office.book_as(&request).await;
                hour += 1;
                office.work().await;
                let after = office.telephone.delivered().len();
                assert_eq!(after > before, texted, "{policy} {source}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_changes_a_booking_made_elsewhere_is_texted_too() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let booking = office.book_as(&office.house.cut_at(monday(10, 0))).await.id;
        office.work().await;
        let claim = office.house.ring().await;
        let by = By::call(office.house.by.business_id, claim.call);
        assert_eq!(by.actor.kind, ActorKind::Call);
        let mine = Target {
            call: Some(claim),
            ..target(booking)
        };
        let desk = &office.house.desk;
        desk.cancel(by, mine, None, Who::Customer, None)
            .await
            .unwrap();
        office.work().await;
        assert_eq!(office.telephone.delivered().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn who_opted_out_was_erased_or_has_been_there_gets_no_text() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let House {
            desk, by, clock, ..
        } = &office.house;
        let booking = office.book(Certainty::Confirmed).await;
        let customer = booking.customer_id.unwrap();
        let no_texts = json!({ "opt_outs": { "sms": true } });
        let no_texts = serde_json::from_value(no_texts).unwrap();
        desk.update_customer(*by, customer, None, &no_texts)
            .await
            .unwrap();
        office.work().await;

        let texts_again = json!({ "opt_outs": { "sms": false } });
        let texts_again = serde_json::from_value(texts_again).unwrap();
        desk.update_customer(*by, customer, None, &texts_again)
            .await
            .unwrap();
        office.cancel(booking.id).await;
        desk.erase_customer(*by, customer, None).await.unwrap();
        office.work().await;

        let request = BookRequest {
            source: Source::Phone,
            ..office.house.cut_at(monday(11, 0))
        };
        office.book_as(&request).await;
        clock.advance(Duration::hours(3));
        office.work().await;
        assert_eq!(office.telephone.delivered(), Vec::<String>::new());
        let ended = office.jobs().await;
        assert!(ended.iter().all(|job| job.state == JobState::Done));
    })
    .await;
}

#[tokio::test]
async fn a_text_whose_answer_was_lost_is_looked_for_and_not_sent_again() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let booking = office.book(Certainty::Confirmed).await;
        office.telephone.line(Line::LosesAnswers);
        office.work().await;
        office.telephone.line(Line::Works);
        office.work_on().await;
        assert_eq!(office.telephone.delivered().len(), 1);
        assert_eq!(office.telephone.looked_for(), 1);
        let mut reader = test.db.read().await.unwrap();
        let business = office.house.by.business_id;
        let filter = Filter {
            booking: Some(booking.id),
            ..Filter::default()
        };
        let texts = ringbook::store::texts::list(&mut reader, business, filter, None, 2).await;
        let text = texts.unwrap().remove(0);
        assert_eq!(
            (text.kind, text.state),
            (TextKind::Confirmation, TextState::Sent)
        );
        assert!(text.outside_id.unwrap().starts_with("SM"));
        assert_eq!(text.error, None);
    })
    .await;
}

#[tokio::test]
async fn a_text_waits_for_a_line_that_is_down_and_does_not_hold_up_the_calendar() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.telephone.line(Line::Down);
        office.book(Certainty::Confirmed).await;
        office.work().await;
        assert_eq!(office.calendar.told().len(), 1);
        assert_eq!(office.telephone.delivered(), Vec::<String>::new());
        office.telephone.line(Line::Works);
        office.house.clock.advance(Duration::minutes(1));
        office.work().await;
        assert_eq!(office.telephone.delivered().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_was_overtaken_while_the_line_was_down_is_not_told_any_more() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.telephone.line(Line::Down);
        let booking = office.book(Certainty::Confirmed).await.id;
        office.work().await;
        office.move_to(booking, 12).await;
        office.move_to(booking, 15).await;
        office.telephone.line(Line::Works);
        office.house.clock.advance(Duration::minutes(1));
        office.work().await;
        let texts = office.telephone.delivered();
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].contains("now Mon 2 Mar at 3:00 pm"), "{texts:?}");
    })
    .await;
}

#[tokio::test]
async fn a_refused_text_is_for_a_person_who_can_have_it_sent_after_all() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.telephone.line(Line::Refuses);
        office.book(Certainty::Confirmed).await;
        office.work().await;
        let job = office.jobs().await.pop().unwrap();
        assert_eq!((job.state, job.attempts), (JobState::Dead, 1));
        assert_eq!(job.last_error.unwrap(), "error 21606: the sender");
        office.telephone.line(Line::Works);
        let House { desk, by, .. } = &office.house;
        desk.retry_job(*by, job.id).await.unwrap();
        office.work().await;
        assert_eq!(office.telephone.delivered().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_calendar_that_fails_is_told_until_it_hears_and_the_booking_stands() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let down = ProviderError::Retry("error 503".to_owned());
        office.calendar.play(Script::Broken(down));
        let booking = office.book(Certainty::Confirmed).await;
        office.work().await;
        let job = &office.jobs().await[0];
        assert_eq!(job.state, JobState::Queued);
        assert_eq!(job.last_error.as_deref(), Some("error 503"));
        assert_eq!(
            office.booking(booking.id).await.status,
            BookingStatus::Booked
        );
        office.calendar.play(Script::Honest);
        office.house.clock.advance(Duration::minutes(1));
        office.work().await;
        assert_eq!(office.calendar.told(), [(Told::Booked, booking.id)]);

        let never = ProviderError::Fail("error 403".to_owned());
        office.calendar.play(Script::Broken(never));
        office.cancel(booking.id).await;
        office.work().await;
        let dead = office.jobs().await;
        let dead = dead.iter().find(|job| job.kind == "after_cancel").unwrap();
        assert_eq!(dead.state, JobState::Dead);
    })
    .await;
}

#[tokio::test]
async fn a_tentative_booking_is_asked_about_until_the_calendar_answers_and_then_confirmed() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.calendar.play(Script::Unknown);
        let booking = office.book(Certainty::Tentative).await;
        assert_eq!(office.kinds().await, ["send_sms", "confirm_tentative"]);
        office.work().await;
        let texts = office.telephone.delivered();
        assert!(texts[0].contains("We'll text you once it's confirmed."));
        office.house.clock.advance(Duration::minutes(1));
        office.work().await;
        assert_eq!(
            office.booking(booking.id).await.status,
            BookingStatus::Tentative
        );
        assert_eq!(office.calendar.told(), []);

        office.calendar.play(Script::Honest);
        office.house.clock.advance(Duration::minutes(1));
        office.work().await;
        assert_eq!(
            office.booking(booking.id).await.status,
            BookingStatus::Booked
        );
        assert_eq!(office.calendar.told(), [(Told::Booked, booking.id)]);
        assert!(office.telephone.delivered()[1].contains("you're booked"));
        let House { desk, by, .. } = &office.house;
        let changes = desk.booking_changes(*by, booking.id).await.unwrap();
        assert_eq!(changes.last().unwrap().actor.kind, ActorKind::Job);
    })
    .await;
}

#[tokio::test]
async fn a_tentative_booking_that_cannot_stand_is_let_go_with_other_times() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let House { desk, by, anna, clock, .. } = &office.house;
        let booking = office.book(Certainty::Tentative).await;
        let other = |hour| Slot {
            staff_id: *anna,
            starts_at: monday(hour, 0),
            ends_at: monday(hour, 30),
        };
        office.calendar.play(Script::Busy(vec![other(11), other(14)]));
        office.work().await;
        clock.advance(Duration::minutes(1));
        office.work().await;
        assert_eq!(office.booking(booking.id).await.status, BookingStatus::Cancelled);
        assert_eq!(
            office.telephone.delivered()[1],
            "The Corner Salon: sorry, Mon 2 Mar at 10:00 am isn't free after all. We still have Mon 2 Mar at 11:00 am or \
             Mon 2 Mar at 2:00 pm. Please call us."
        );
        // The time is somebody else's to have.
        let request = BookRequest {
            customer: met("+442079460002", "Yara"),
            ..office.house.cut_at(monday(10, 0))
        };
        desk.book(*by, &request, Who::Customer, None).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_tentative_booking_is_within_the_rules_it_was_made_under() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let booking = office.book(Certainty::Tentative).await;
        // Half an hour before it begins, when nobody could book it any more.
        office.house.clock.advance(Duration::minutes(90));
        office.work().await;
        assert_eq!(
            office.booking(booking.id).await.status,
            BookingStatus::Booked
        );
    })
    .await;
}

#[tokio::test]
async fn what_the_owner_settled_or_time_did_is_not_settled_again() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let House {
            desk, by, clock, ..
        } = &office.house;
        office.calendar.play(Script::Busy(Vec::new()));
        let confirmed = office.book(Certainty::Tentative).await;
        desk.confirm(*by, target(confirmed.id), None).await.unwrap();
        let request = BookRequest {
            certainty: Certainty::Tentative,
            customer: CustomerRef::Known(confirmed.customer_id.unwrap()),
            ..office.house.cut_at(monday(9, 0))
        };
        let past = office.book_as(&request).await;
        clock.advance(Duration::minutes(61));
        office.work().await;
        assert_eq!(
            office.booking(confirmed.id).await.status,
            BookingStatus::Booked
        );
        assert_eq!(
            office.booking(past.id).await.status,
            BookingStatus::Tentative
        );
    })
    .await;
}

#[tokio::test]
async fn without_an_answer_the_time_stays_kept_and_a_person_is_told() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.calendar.play(Script::Unknown);
        let request = BookRequest {
            certainty: Certainty::Tentative,
            ..office.house.cut_at(monday(10, 0) + Duration::days(3))
        };
        let booking = office.book_as(&request).await;
        for _ in 0..4 {
            office.work_on().await;
        }
        assert_eq!(
            office.booking(booking.id).await.status,
            BookingStatus::Tentative
        );
        let House { desk, by, .. } = &office.house;
        let dead = desk.jobs(*by, Some(JobState::Dead), None, 9).await.unwrap();
        assert_eq!(dead.len(), 1);
        assert_eq!(dead[0].kind, "confirm_tentative");
    })
    .await;
}
