//! Setting up people, and what is refused.

use ringbook::{
    desk::{Error, NewStaff, StaffPatch},
    domain::{ServiceId, StaffId},
};
use serde_json::{Value, json};

use crate::support::{
    on_each_engine,
    tenants::{Tenants, new_staff},
};

fn patch(value: Value) -> StaffPatch {
    serde_json::from_value(value).unwrap()
}

#[tokio::test]
async fn a_person_is_shown_with_their_services_and_each_service_with_its_people() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants { desk, ours, .. } = &tenants;
        let cut = tenants.service(*ours, "Cut").await.id;
        let dye = tenants.service(*ours, "Dye").await.id;
        let new = NewStaff {
            service_ids: vec![dye, cut],
            ..new_staff("Anna")
        };
        let anna = desk.create_staff(*ours, new).await.unwrap();
        assert_eq!(anna, desk.staff_member(*ours, anna.id).await.unwrap());
        assert_eq!(anna.service_ids, [cut, dye]);
        let service = desk.service(*ours, cut).await.unwrap();
        assert_eq!((service.version, service.staff_ids), (2, vec![anna.id]));

        let moved = patch(json!({"service_ids": [dye]}));
        let anna = desk
            .update_staff(*ours, anna.id, Some(1), &moved)
            .await
            .unwrap();
        assert_eq!(anna, desk.staff_member(*ours, anna.id).await.unwrap());
        let service = desk.service(*ours, cut).await.unwrap();
        assert_eq!((service.version, service.staff_ids), (3, vec![]));
        let untouched = desk.service(*ours, dye).await.unwrap();
        assert_eq!((untouched.version, untouched.staff_ids), (2, vec![anna.id]));
    })
    .await;
}

#[tokio::test]
async fn own_hours_are_set_and_given_up_and_somebody_who_leaves_is_inactive() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants { desk, ours, .. } = &tenants;
        let anna = tenants.staff(*ours, "Anna").await;
        assert!(anna.active && anna.hours.is_none());
        let hours = patch(json!({"hours": {"mon": [{"from": "10:00", "until": "12:00"}]}}));
        let with_hours = desk
            .update_staff(*ours, anna.id, None, &hours)
            .await
            .unwrap();
        assert!(with_hours.hours.is_some());
        let leaves = patch(json!({"hours": null, "active": false}));
        let left = desk
            .update_staff(*ours, anna.id, Some(2), &leaves)
            .await
            .unwrap();
        assert_eq!(
            (left.hours.clone(), left.active, left.version),
            (None, false, 3)
        );
        assert_eq!(desk.staff(*ours, Some(true), None, 9).await.unwrap(), []);
        assert_eq!(desk.staff(*ours, None, None, 9).await.unwrap(), [left]);
    })
    .await;
}

#[tokio::test]
async fn what_would_make_no_sense_is_refused_by_field_and_changes_nothing() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants {
            desk,
            ours,
            theirs,
            clock,
            ..
        } = &tenants;
        let anna = tenants.staff(*ours, "Anna").await;
        let cut = tenants.service(*ours, "Cut").await.id;
        let strange = tenants.service(*theirs, "Cut").await.id;
        let nothing = ServiceId(clock.id());
        let wrong = [
            ("service_ids", json!({"service_ids": [cut, cut]})),
            ("service_ids", json!({"service_ids": [cut, strange]})),
            ("service_ids", json!({"service_ids": [nothing]})),
            (
                "profile.languages",
                json!({"profile": {"languages": ["en", "en"]}}),
            ),
            (
                "profile.experience_years",
                json!({"profile": {"experience_years": 101}}),
            ),
        ];
        for (field, mut value) in wrong {
            value["name"] = json!("Never kept");
            let refused = desk
                .update_staff(*ours, anna.id, None, &patch(value.clone()))
                .await;
            let refused = refused.unwrap_err();
            assert!(
                matches!(&refused, Error::Invalid { field: named, .. } if named == field),
                "{field}: {refused}"
            );
            let new = serde_json::from_value(value).unwrap();
            let refused = desk.create_staff(*ours, new).await.unwrap_err();
            assert!(
                matches!(&refused, Error::Invalid { field: named, .. } if named == field),
                "{field}: {refused}"
            );
        }
        assert_eq!(desk.staff(*ours, None, None, 9).await.unwrap(), [anna]);
        let service = desk.service(*ours, cut).await.unwrap();
        assert_eq!((service.version, service.staff_ids), (1, vec![]));
    })
    .await;
}

#[tokio::test]
async fn stale_unknown_and_other_peoples_staff_are_told_apart() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants {
            desk,
            ours,
            theirs,
            clock,
            ..
        } = &tenants;
        let anna = tenants.staff(*ours, "Anna").await;
        let renamed = patch(json!({"name": "Anne"}));
        let stale = desk
            .update_staff(*ours, anna.id, Some(7), &renamed)
            .await
            .unwrap_err();
        assert!(matches!(stale, Error::Stale { current: 1 }), "{stale}");
        for (by, id) in [(ours, StaffId(clock.id())), (theirs, anna.id)] {
            let unknown = desk
                .update_staff(*by, id, None, &renamed)
                .await
                .unwrap_err();
            assert!(
                matches!(unknown, Error::NotFound("staff member")),
                "{unknown}"
            );
            let unknown = desk.staff_member(*by, id).await.unwrap_err();
            assert!(
                matches!(unknown, Error::NotFound("staff member")),
                "{unknown}"
            );
        }
        assert_eq!(desk.staff_member(*ours, anna.id).await.unwrap(), anna);
    })
    .await;
}

#[tokio::test]
async fn of_two_changes_to_one_version_one_is_stale() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants { desk, ours, .. } = &tenants;
        let anna = tenants.staff(*ours, "Anna").await;
        let (one, other) = (
            patch(json!({"name": "Ann"})),
            patch(json!({"active": false})),
        );
        let (one, other) = tokio::join!(
            desk.update_staff(*ours, anna.id, Some(1), &one),
            desk.update_staff(*ours, anna.id, Some(1), &other),
        );
        let (kept, refused) = match (one, other) {
            (Ok(kept), Err(refused)) | (Err(refused), Ok(kept)) => (kept, refused),
            both => panic!("{both:?}"),
        };
        assert!(matches!(refused, Error::Stale { current: 2 }), "{refused}");
        assert_eq!(desk.staff_member(*ours, anna.id).await.unwrap(), kept);
    })
    .await;
}

#[tokio::test]
async fn changes_without_a_version_all_happen() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants { desk, ours, .. } = &tenants;
        let anna = tenants.staff(*ours, "Anna").await;
        let (one, other) = (
            patch(json!({"name": "Ann"})),
            patch(json!({"active": false})),
        );
        let (one, other) = tokio::join!(
            desk.update_staff(*ours, anna.id, None, &one),
            desk.update_staff(*ours, anna.id, None, &other),
        );
        one.unwrap();
        other.unwrap();
        let both = desk.staff_member(*ours, anna.id).await.unwrap();
        assert_eq!(
            (both.name.as_str(), both.active, both.version),
            ("Ann", false, 3)
        );
    })
    .await;
}
