//! Providers: which one a business has, what it answers, and what may be booked on its answer.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use ringbook::{
    desk::{BookRequest, BusinessPatch, Certainty, Error, HoldRequest},
    domain::{AiConfig, Business, OnUnknown, Policies, WhyBusy},
    providers::{Ask, Availability, Native, Permit, Registry, Script, Scripted, Told, WhyUnknown},
    scheduling::Who,
};
use serde_json::{Value, json};

use crate::support::{House, house::monday, on_each_engine};

/// A registry with a scripted calendar in it.
struct Calendar {
    house: House,
    scripted: Scripted,
    registry: Registry,
}

impl Calendar {
    /// Of a business that chose it, with these settings.
    async fn with_settings(test: &crate::support::TestDb, settings: Value) -> Self {
        let house = House::build(&test.db).await;
        let native = Native::new(house.desk.clone());
        let scripted = Scripted::new(native, Script::Honest);
        let registry = Registry::new(house.desk.clone())
            .with("scripted", Arc::new(scripted.clone()))
            // However busy the machine is, an answer that comes is not too late.
            .with_budget(Duration::from_mins(1));
        let calendar = Self {
            house,
            scripted,
            registry,
        };
        let integrations = json!({ "provider": "scripted", "scripted": settings });
        calendar
            .change(json!({ "ai_config": { "integrations": integrations } }))
            .await;
        calendar
    }

    async fn of(test: &crate::support::TestDb) -> Self {
        Self::with_settings(test, json!({})).await
    }

    /// What never answers is waited for in full.
    fn in_a_hurry(mut self) -> Self {
        self.registry = self.registry.with_budget(Duration::from_millis(200));
        self
    }

    async fn change(&self, patch: Value) -> Business {
        let patch: BusinessPatch = serde_json::from_value(patch).unwrap();
        let House { desk, by, .. } = &self.house;
        desk.update_business(*by, None, &patch).await.unwrap()
    }

    async fn on_unknown(&self, policy: OnUnknown) {
        self.change(json!({ "policies": { "on_unknown": policy } }))
            .await;
    }

    async fn ask_for(&self, starts_at: DateTime<Utc>) -> Ask {
        Ask {
            business: Arc::new(self.house.desk.business(self.house.by).await.unwrap()),
            service: self.house.cut,
            staff: Some(self.house.anna),
            not_staff: Vec::new(),
            starts_at,
            moving: None,
            call: None,
            who: Who::Customer,
        }
    }

    async fn check(&self, starts_at: DateTime<Utc>) -> Availability {
        self.registry.check(&self.ask_for(starts_at).await).await
    }

    async fn permit(&self, starts_at: DateTime<Utc>) -> Permit {
        let ask = self.ask_for(starts_at).await;
        self.registry.before_writing(&ask, None).await
    }

    async fn book(&self, starts_at: DateTime<Utc>) {
        let House { desk, by, .. } = &self.house;
        let request = self.house.cut_at(starts_at);
        desk.book(*by, &request, Who::Customer, None).await.unwrap();
    }
}

fn business(mut business: Business, config: Value) -> Business {
    business.ai_config = serde_json::from_value::<AiConfig>(config).unwrap();
    business
}

#[tokio::test]
async fn native_tells_what_is_free_and_what_is_taken() {
    on_each_engine(async |test| {
        let calendar = Calendar::of(test).await;
        calendar.change(json!({ "ai_config": {} })).await;
        calendar.book(monday(10, 0)).await;
        let staff = calendar.house.anna;
        assert_eq!(
            calendar.check(monday(11, 0)).await,
            Availability::Free { staff }
        );
        let taken = calendar.check(monday(10, 0)).await;
        let Availability::Busy { why, alternatives } = taken else {
            panic!("{taken:?}");
        };
        assert_eq!(why, WhyBusy::Taken);
        assert_eq!(alternatives.len(), 3);
        assert!(alternatives.iter().all(|slot| slot.staff_id == staff));
        let confirmed = Permit::Book(Certainty::Confirmed);
        assert_eq!(calendar.permit(monday(11, 0)).await, confirmed);
    })
    .await;
}

#[tokio::test]
async fn native_leaves_a_calls_own_hold_and_the_booking_it_moves_out_of_the_way() {
    on_each_engine(async |test| {
        let calendar = Calendar::of(test).await;
        let House { desk, by, .. } = &calendar.house;
        let call = Some(calendar.house.ring().await);
        let request = BookRequest {
            call,
            ..calendar.house.cut_at(monday(10, 0))
        };
        let booked = desk.book(*by, &request, Who::Customer, None).await.unwrap();
        let hold = HoldRequest {
            call,
            ..calendar.house.hold_at(monday(10, 30))
        };
        desk.hold(*by, &hold, Who::Customer).await.unwrap();
        let ask = calendar.ask_for(monday(10, 15)).await;
        let answer = calendar.registry.check(&ask).await;
        assert!(matches!(answer, Availability::Busy { .. }));
        let own = Ask {
            call,
            moving: Some(booked.booking.id),
            ..ask
        };
        let answer = calendar.registry.check(&own).await;
        assert!(matches!(answer, Availability::Free { .. }));
    })
    .await;
}

#[tokio::test]
async fn whom_nobody_can_book_any_more_is_not_in() {
    on_each_engine(async |test| {
        let calendar = Calendar::of(test).await;
        let House { desk, by, anna, .. } = &calendar.house;
        let ask = calendar.ask_for(monday(10, 0)).await;
        let gone = serde_json::from_value(json!({ "active": false })).unwrap();
        desk.update_staff(*by, *anna, None, &gone).await.unwrap();
        let answer = calendar.registry.check(&ask).await;
        let why = WhyBusy::StaffAway;
        let alternatives = Vec::new();
        assert_eq!(answer, Availability::Busy { why, alternatives });
    })
    .await;
}

#[tokio::test]
async fn a_silent_or_broken_calendar_leaves_it_unknown_and_our_own_book_is_still_asked() {
    on_each_engine(async |test| {
        let calendar = Calendar::of(test).await.in_a_hurry();
        calendar.book(monday(10, 0)).await;
        for (script, why) in [
            (Script::Slow, WhyUnknown::Timeout),
            (Script::Unknown, WhyUnknown::Error),
        ] {
            calendar.scripted.play(script.clone());
            let staff = Some(calendar.house.anna);
            let unknown = Availability::Unknown { why, staff };
            assert_eq!(calendar.check(monday(11, 0)).await, unknown);
        }
        calendar.scripted.play(Script::Slow);
        let taken = calendar.check(monday(10, 0)).await;
        assert!(matches!(taken, Availability::Busy { .. }), "{taken:?}");
    })
    .await;
}

#[tokio::test]
async fn on_unknown_the_owners_policy_decides_and_the_booking_says_so() {
    on_each_engine(async |test| {
        let calendar = Calendar::of(test).await;
        calendar.scripted.play(Script::Unknown);
        for (policy, permit) in [
            (OnUnknown::Open, Permit::Book(Certainty::Unverified)),
            (OnUnknown::Hold, Permit::Book(Certainty::Tentative)),
            (OnUnknown::Closed, Permit::Closed),
        ] {
            calendar.on_unknown(policy).await;
            assert_eq!(calendar.permit(monday(10, 0)).await, permit);
        }
        assert_eq!(Policies::default().on_unknown, OnUnknown::Open);
        let request = BookRequest {
            certainty: Certainty::Unverified,
            ..calendar.house.cut_at(monday(10, 0))
        };
        let House { desk, by, .. } = &calendar.house;
        let done = desk.book(*by, &request, Who::Customer, None).await.unwrap();
        assert!(done.booking.unverified);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_was_given_is_not_asked_for_twice() {
    on_each_engine(async |test| {
        let calendar = Calendar::of(test).await;
        let ask = calendar.ask_for(monday(10, 0)).await;
        let said = calendar.registry.check(&ask).await;
        calendar.scripted.play(Script::Unknown);
        let permit = calendar.registry.before_writing(&ask, Some(said)).await;
        assert_eq!(permit, Permit::Book(Certainty::Confirmed));
        calendar.scripted.play(Script::Tentative);
        let permit = calendar.registry.before_writing(&ask, None).await;
        assert_eq!(permit, Permit::Book(Certainty::Tentative));
    })
    .await;
}

#[tokio::test]
async fn a_calendar_can_refuse_a_time_that_our_own_book_has_free() {
    on_each_engine(async |test| {
        let calendar = Calendar::of(test).await;
        calendar.scripted.play(Script::Busy(Vec::new()));
        let answer = calendar.permit(monday(10, 0)).await;
        let why = WhyBusy::Taken;
        let alternatives = Vec::new();
        assert_eq!(answer, Permit::Busy { why, alternatives });
    })
    .await;
}

#[tokio::test]
async fn a_calendar_that_lies_grants_nothing_because_the_database_decides() {
    on_each_engine(async |test| {
        let calendar = Calendar::of(test).await;
        calendar.book(monday(10, 0)).await;
        let House { desk, by, anna, .. } = &calendar.house;
        calendar.scripted.play(Script::Lying(*anna));
        let answer = calendar.permit(monday(10, 0)).await;
        assert_eq!(answer, Permit::Book(Certainty::Confirmed));
        let request = calendar.house.cut_at(monday(10, 0));
        let refused = desk.book(*by, &request, Who::Customer, None).await;
        assert!(matches!(refused, Err(Error::SlotTaken)));
    })
    .await;
}

#[tokio::test]
async fn each_switch_of_a_provider_does_what_it_says() {
    on_each_engine(async |test| {
        let calendar = Calendar::of(test).await;
        calendar.scripted.play(Script::Busy(Vec::new()));
        let House { desk, by, .. } = &calendar.house;
        let booked = desk
            .book(*by, &calendar.house.cut_at(monday(9, 0)), Who::Owner, None)
            .await
            .unwrap()
            .booking;
        for (settings, asked, told) in [
            (json!({}), true, true),
            (json!({ "check_availability": false }), false, true),
            (json!({ "create_events": false }), true, false),
            (json!({ "enabled": false }), false, false),
        ] {
            let integrations = json!({ "provider": "scripted", "scripted": settings });
            let config = json!({ "ai_config": { "integrations": integrations } });
            let business = calendar.change(config).await;
            let answer = calendar.check(monday(10, 0)).await;
            let busy = matches!(answer, Availability::Busy { .. });
            assert_eq!(busy, asked, "{settings}");
            let (provider, warning) = calendar.registry.of(&business);
            assert_eq!(warning, None);
            let before = calendar.scripted.told().len();
            provider
                .after_booking(business.id, booked.id)
                .await
                .unwrap();
            let heard = calendar.scripted.told().len() > before;
            assert_eq!(heard, told, "{settings}");
        }
        assert_eq!(calendar.scripted.told()[0], (Told::Booked, booked.id));
    })
    .await;
}

#[tokio::test]
async fn a_name_that_nobody_registered_means_native_and_the_owner_is_told() {
    on_each_engine(async |test| {
        let calendar = Calendar::of(test).await;
        calendar.scripted.play(Script::Busy(Vec::new()));
        let integrations = json!({ "provider": "carrier_pigeon" });
        let config = json!({ "ai_config": { "integrations": integrations } });
        let changed = calendar.change(config).await;
        let warnings = calendar.registry.warnings(&changed);
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].field, "ai_config.integrations.provider");
        let said = &warnings[0].message;
        assert!(said.contains("`carrier_pigeon`"), "{said}");
        assert!(said.ends_with("native, scripted"), "{said}");
        let answer = calendar.check(monday(10, 0)).await;
        assert!(matches!(answer, Availability::Free { .. }));

        let plain = Registry::new(calendar.house.desk.clone());
        let scripted = json!({ "integrations": { "provider": "scripted" } });
        let unregistered = business(changed.clone(), scripted);
        assert_eq!(plain.warnings(&unregistered).len(), 1);
        let damaged = json!({ "integrations": [], "call": { "lingo": 1 } });
        let fields = plain.warnings(&business(changed, damaged));
        let fields: Vec<_> = fields.iter().map(|warning| &warning.field).collect();
        assert_eq!(fields, ["ai_config.integrations", "ai_config.call.lingo"]);
    })
    .await;
}
