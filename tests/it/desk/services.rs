//! Setting up services, and what is refused.

use ringbook::{
    desk::{Error, NewService, ServicePatch},
    domain::{ServiceId, StaffId},
};
use serde_json::{Value, json};

use crate::support::{
    on_each_engine,
    tenants::{Tenants, new_service},
};

fn patch(value: Value) -> ServicePatch {
    serde_json::from_value(value).unwrap()
}

#[tokio::test]
async fn a_service_is_shown_with_its_people_and_each_of_them_with_the_service() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants { desk, ours, .. } = &tenants;
        let anna = tenants.staff(*ours, "Anna").await.id;
        let ben = tenants.staff(*ours, "Ben").await.id;
        let new = NewService {
            staff_ids: vec![anna],
            ..new_service("Cut")
        };
        let cut = desk.create_service(*ours, new).await.unwrap();
        let swapped =
            patch(json!({"staff_ids": [ben], "price": {"minor": 4500, "currency": "EUR"}}));
        let cut = desk
            .update_service(*ours, cut.id, Some(1), &swapped)
            .await
            .unwrap();
        assert_eq!(cut, desk.service(*ours, cut.id).await.unwrap());
        assert_eq!(
            (cut.version, cut.staff_ids.as_slice()),
            (2, [ben].as_slice())
        );
        let anna = desk.staff_member(*ours, anna).await.unwrap();
        assert_eq!((anna.version, anna.service_ids), (3, vec![]));
        let ben = desk.staff_member(*ours, ben).await.unwrap();
        assert_eq!((ben.version, ben.service_ids), (2, vec![cut.id]));

        let free = desk
            .update_service(*ours, cut.id, None, &patch(json!({"price": null})))
            .await;
        let free = free.unwrap();
        assert_eq!((free.price, free.staff_ids), (None, vec![ben.id]));
        let gone = desk
            .update_service(*ours, cut.id, None, &patch(json!({"active": false})))
            .await;
        assert_eq!(
            desk.services(*ours, Some(false), None, 9).await.unwrap(),
            [gone.unwrap()]
        );
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
        let cut = tenants.service(*ours, "Cut").await;
        let anna = tenants.staff(*ours, "Anna").await;
        let strange = tenants.staff(*theirs, "Cleo").await.id;
        let nobody = StaffId(clock.id());
        let wrong = [
            ("duration_minutes", json!({"duration_minutes": 4})),
            ("duration_minutes", json!({"duration_minutes": 1441})),
            (
                "buffer_before_minutes",
                json!({"buffer_before_minutes": 481}),
            ),
            ("buffer_after_minutes", json!({"buffer_after_minutes": 481})),
            ("aliases", json!({"aliases": ["trim", "Trim"]})),
            ("aliases", json!({"name": "Trim", "aliases": ["trim"]})),
            ("staff_ids", json!({"staff_ids": [anna.id, anna.id]})),
            ("staff_ids", json!({"staff_ids": [anna.id, strange]})),
            ("staff_ids", json!({"staff_ids": [nobody]})),
        ];
        for (field, value) in wrong {
            let refused = desk
                .update_service(*ours, cut.id, None, &patch(value))
                .await
                .unwrap_err();
            assert!(
                matches!(&refused, Error::Invalid { field: named, .. } if named == field),
                "{field}: {refused}"
            );
        }
        let new = NewService {
            staff_ids: vec![anna.id, strange],
            ..new_service("Shave")
        };
        let refused = desk.create_service(*ours, new).await.unwrap_err();
        assert!(
            matches!(&refused, Error::Invalid { field, .. } if field == "staff_ids"),
            "{refused}"
        );

        assert_eq!(desk.services(*ours, None, None, 9).await.unwrap(), [cut]);
        assert_eq!(desk.staff(*ours, None, None, 9).await.unwrap(), [anna]);
    })
    .await;
}

#[tokio::test]
async fn stale_unknown_and_other_peoples_services_are_told_apart() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let Tenants {
            desk,
            ours,
            theirs,
            clock,
            ..
        } = &tenants;
        let cut = tenants.service(*ours, "Cut").await;
        let renamed = patch(json!({"name": "Trim"}));
        let stale = desk
            .update_service(*ours, cut.id, Some(7), &renamed)
            .await
            .unwrap_err();
        assert!(matches!(stale, Error::Stale { current: 1 }), "{stale}");
        for (by, id) in [(ours, ServiceId(clock.id())), (theirs, cut.id)] {
            let unknown = desk
                .update_service(*by, id, None, &renamed)
                .await
                .unwrap_err();
            assert!(matches!(unknown, Error::NotFound("service")), "{unknown}");
            let unknown = desk.service(*by, id).await.unwrap_err();
            assert!(matches!(unknown, Error::NotFound("service")), "{unknown}");
        }
        assert_eq!(desk.service(*ours, cut.id).await.unwrap(), cut);
    })
    .await;
}
