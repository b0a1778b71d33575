//! Setting up a business and its closures, and what is refused.

use std::slice::from_ref;

use ringbook::{
    desk::{BusinessPatch, Error, NewClosure},
    domain::{AiConfig, Language, Note},
};
use serde_json::{Value, json};

use crate::support::{
    on_each_engine,
    tenants::{Tenants, name, new_business, phone},
};

fn patch(value: Value) -> BusinessPatch {
    serde_json::from_value(value).unwrap()
}

fn closure(value: Value) -> NewClosure {
    serde_json::from_value(value).unwrap()
}

#[tokio::test]
async fn a_patch_changes_what_it_mentions_and_clears_what_it_says_is_null() {
    on_each_engine(async |test| {
        let Tenants { desk, ours, clock, .. } = Tenants::move_in(&test.db).await;
        let before = desk.business(ours).await.unwrap();
        clock.advance(chrono::Duration::hours(1));
        let described = patch(json!({
            "description": "Ring twice", "zone": "Asia/Kathmandu", "phone_numbers": ["+442079460001"],
        }));
        let after = desk.update_business(ours, Some(1), &described).await.unwrap();
        assert_eq!(after, desk.business(ours).await.unwrap());
        assert_eq!((after.version, after.updated_at), (2, clock.now()));
        assert_eq!(after.description, Some(Note::new("Ring twice").unwrap()));
        assert_eq!(after.phone_numbers, [phone("+442079460001")]);
        assert_eq!((&after.name, &after.hours), (&before.name, &before.hours));

        let kept = desk.update_business(ours, None, &patch(json!({"name": "Salon"}))).await;
        assert_eq!(kept.unwrap().description, after.description);
        let cleared = desk.update_business(ours, None, &patch(json!({"description": null}))).await;
        assert_eq!(cleared.unwrap().description, None);
    })
    .await;
}

#[tokio::test]
async fn a_stale_version_is_refused_with_the_current_one() {
    on_each_engine(async |test| {
        let Tenants { desk, ours, .. } = Tenants::move_in(&test.db).await;
        let renamed = patch(json!({"name": "Salon"}));
        desk.update_business(ours, Some(1), &renamed).await.unwrap();
        let refused = desk
            .update_business(ours, Some(1), &renamed)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Stale { current: 2 }), "{refused}");
        assert_eq!(desk.business(ours).await.unwrap().version, 2);
    })
    .await;
}

#[tokio::test]
async fn what_would_make_no_sense_is_refused_by_field_and_changes_nothing() {
    on_each_engine(async |test| {
        let Tenants { desk, ours, .. } = Tenants::move_in(&test.db).await;
        let before = desk.business(ours).await.unwrap();
        let wrong = [
            ("languages", json!({"languages": []})),
            ("languages", json!({"languages": ["en", "en"]})),
            (
                "phone_numbers",
                json!({"phone_numbers": ["+442079460001", "+44 2079 460001"]}),
            ),
            ("ai_config", json!({"ai_config": {"greeting": ["a\u{0}b"]}})),
            ("ai_config", json!({"ai_config": {"a\u{0}": 1}})),
        ];
        for (field, mut value) in wrong {
            value["name"] = json!("Never kept");
            let refused = desk
                .update_business(ours, None, &patch(value))
                .await
                .unwrap_err();
            assert!(
                matches!(&refused, Error::Invalid { field: named, .. } if named == field),
                "{field}: {refused}"
            );
        }
        assert_eq!(desk.business(ours).await.unwrap(), before);
    })
    .await;
}

#[tokio::test]
async fn a_number_that_another_business_answers_is_refused_whole() {
    on_each_engine(async |test| {
        let Tenants {
            desk, ours, theirs, ..
        } = Tenants::move_in(&test.db).await;
        let numbers = patch(json!({"phone_numbers": ["+442079460001"], "name": "First"}));
        desk.update_business(ours, None, &numbers).await.unwrap();
        let refused = desk
            .update_business(theirs, None, &numbers)
            .await
            .unwrap_err();
        assert!(
            matches!(refused, Error::Duplicate("phone_numbers")),
            "{refused}"
        );
        let unchanged = desk.business(theirs).await.unwrap();
        assert_eq!(
            (unchanged.name, unchanged.version),
            (name("Corner Salon"), 1)
        );

        let mut new = new_business();
        new.phone_numbers = vec![phone("+442079460001")];
        let refused = desk.create_business(new).await.unwrap_err();
        assert!(
            matches!(refused, Error::Duplicate("phone_numbers")),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_business_speaks_english_unless_it_says_otherwise() {
    let new = new_business();
    assert_eq!(new.languages, [Language::default()]);
    assert_eq!(new.ai_config, AiConfig::default());
}

#[tokio::test]
async fn closures_belong_to_one_business_and_last_as_long_as_they_make_sense() {
    on_each_engine(async |test| {
        let Tenants { desk, ours, theirs, .. } = Tenants::move_in(&test.db).await;
        let christmas = closure(json!({
            "kind": "holiday", "first_day": "2025-12-25", "last_day": "2025-12-26", "every_year": true,
        }));
        let added = desk.add_closure(ours, christmas).await.unwrap();
        assert_eq!(desk.closures(ours, None, 9).await.unwrap(), from_ref(&added));
        assert_eq!(desk.closures(theirs, None, 9).await.unwrap(), []);

        let wrong = [
            ("last_day", json!({"first_day": "2026-01-02", "last_day": "2026-01-01"})),
            ("first_day", json!({"first_day": "0200-01-02", "last_day": "2026-01-01"})),
            (
                "last_day",
                json!({"first_day": "2026-01-01", "last_day": "2027-01-01", "every_year": true}),
            ),
        ];
        for (field, value) in wrong {
            let refused = desk.add_closure(ours, closure(value)).await.unwrap_err();
            assert!(
                matches!(&refused, Error::Invalid { field: named, .. } if named == field),
                "{field}: {refused}"
            );
        }

        let refused = desk.remove_closure(theirs, added.id).await.unwrap_err();
        assert!(matches!(refused, Error::NotFound("closure")), "{refused}");
        assert_eq!(desk.closures(ours, None, 9).await.unwrap().len(), 1);
        desk.remove_closure(ours, added.id).await.unwrap();
        assert_eq!(desk.closures(ours, None, 9).await.unwrap(), []);
    })
    .await;
}
