//! Entering, changing and finding customers, and what is refused.

use std::slice::from_ref;

use ringbook::{
    desk::{CustomerFilter, CustomerPatch, Error, NewCustomer, NewHistoryEntry},
    domain::{CustomerId, HistoryKind, Note},
};
use serde_json::{Value, json};

use crate::support::{
    on_each_engine,
    tenants::{Tenants, name, phone},
};

fn patch(value: Value) -> CustomerPatch {
    serde_json::from_value(value).unwrap()
}

fn an_allergy() -> NewHistoryEntry {
    NewHistoryEntry {
        kind: HistoryKind::Allergy,
        text: Note::new("Nuts").unwrap(),
    }
}

#[tokio::test]
async fn a_customer_is_entered_found_and_changed() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants { desk, ours, .. } = &tenants;
        let new: NewCustomer = serde_json::from_value(json!({
            "phone": "+1 415 555 0101", "name": "Dana", "email": "Dana@Example.com",
            "date_of_birth": "1984-02-29", "preferences": {"tea": "green"},
        }))
        .unwrap();
        let dana = desk.create_customer(*ours, new).await.unwrap();
        assert_eq!(desk.customer(*ours, dana.id).await.unwrap(), dana);
        let by_phone = desk.customer_by_phone(*ours, &phone("+14155550101")).await;
        assert_eq!(by_phone.unwrap(), dana);
        let page = desk
            .customers(*ours, &CustomerFilter::default(), None, 9)
            .await;
        assert_eq!(page.unwrap(), from_ref(&dana));

        let cleared = patch(json!({
            "email": null, "date_of_birth": null, "preferences": {}, "opt_outs": {"sms": true},
        }));
        let after = desk
            .update_customer(*ours, dana.id, Some(1), &cleared)
            .await
            .unwrap();
        assert_eq!(desk.customer(*ours, dana.id).await.unwrap(), after);
        assert_eq!(
            (after.version, &after.name, after.email),
            (2, &dana.name, None)
        );
        assert!(after.date_of_birth.is_none() && after.preferences.is_empty());
        assert!(after.opt_outs.sms && !after.opt_outs.email);
    })
    .await;
}

#[tokio::test]
async fn what_would_make_no_sense_is_refused_by_field_and_changes_nothing() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants { desk, ours, .. } = &tenants;
        let dana = tenants.customer(*ours, "Dana", "+14155550101").await;
        tenants.customer(*ours, "Eve", "+14155550102").await;
        let wrong = [
            ("date_of_birth", json!({"date_of_birth": "2026-03-03"})),
            ("date_of_birth", json!({"date_of_birth": "1784-03-03"})),
            ("preferences", json!({"preferences": {"a": {"b": "\u{0}"}}})),
            (
                "preferences",
                json!({"preferences": {"a": "x".repeat(17_000)}}),
            ),
        ];
        for (field, value) in wrong {
            let refused = desk
                .update_customer(*ours, dana.id, None, &patch(value))
                .await;
            let refused = refused.unwrap_err();
            assert!(
                matches!(&refused, Error::Invalid { field: named, .. } if named == field),
                "{field}: {refused}"
            );
        }
        let taken = patch(json!({"phone": "+14155550102", "name": "Never kept"}));
        let refused = desk
            .update_customer(*ours, dana.id, None, &taken)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Duplicate("phone")), "{refused}");
        let again = NewCustomer::called(name("Twin"), phone("+14155550101"));
        let refused = desk.create_customer(*ours, again).await.unwrap_err();
        assert!(matches!(refused, Error::Duplicate("phone")), "{refused}");
        assert_eq!(desk.customer(*ours, dana.id).await.unwrap(), dana);
    })
    .await;
}

#[tokio::test]
async fn history_is_added_listed_and_removed() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants {
            desk, ours, clock, ..
        } = &tenants;
        let dana = tenants.customer(*ours, "Dana", "+14155550101").await.id;
        let entry = desk.add_history(*ours, dana, an_allergy()).await.unwrap();
        assert_eq!(entry.recorded_at, clock.now());
        assert_eq!(
            desk.history(*ours, dana, None, 9).await.unwrap(),
            from_ref(&entry)
        );
        desk.remove_history(*ours, dana, entry.id).await.unwrap();
        assert_eq!(desk.history(*ours, dana, None, 9).await.unwrap(), []);
        let refused = desk
            .remove_history(*ours, dana, entry.id)
            .await
            .unwrap_err();
        assert!(
            matches!(refused, Error::NotFound("history entry")),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test]
async fn stale_unknown_and_other_peoples_customers_are_told_apart() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants {
            desk,
            ours,
            theirs,
            clock,
            ..
        } = &tenants;
        let dana = tenants.customer(*ours, "Dana", "+14155550101").await;
        let entry = desk
            .add_history(*ours, dana.id, an_allergy())
            .await
            .unwrap();
        let renamed = patch(json!({"name": "Diana"}));
        let stale = [
            desk.update_customer(*ours, dana.id, Some(7), &renamed)
                .await
                .unwrap_err(),
            desk.erase_customer(*ours, dana.id, Some(7))
                .await
                .unwrap_err(),
        ];
        for refused in stale {
            assert!(matches!(refused, Error::Stale { current: 1 }), "{refused}");
        }
        for (by, id) in [(ours, CustomerId(clock.id())), (theirs, dana.id)] {
            let refusals = [
                desk.customer(*by, id).await.unwrap_err(),
                desk.update_customer(*by, id, None, &renamed)
                    .await
                    .unwrap_err(),
                desk.erase_customer(*by, id, None).await.unwrap_err(),
                desk.add_history(*by, id, an_allergy()).await.unwrap_err(),
                desk.history(*by, id, None, 9).await.unwrap_err(),
            ];
            for refused in refusals {
                assert!(matches!(refused, Error::NotFound("customer")), "{refused}");
            }
        }
        let refused = desk
            .customer_by_phone(*theirs, &dana.phone)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::NotFound("customer")), "{refused}");
        let refused = desk
            .remove_history(*theirs, dana.id, entry.id)
            .await
            .unwrap_err();
        assert!(
            matches!(refused, Error::NotFound("history entry")),
            "{refused}"
        );
        assert_eq!(desk.customer(*ours, dana.id).await.unwrap(), dana);
        assert_eq!(
            desk.history(*ours, dana.id, None, 9).await.unwrap(),
            [entry]
        );
    })
    .await;
}
