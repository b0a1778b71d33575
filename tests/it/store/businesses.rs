//! Tenants and the numbers they answer.

use ringbook::{
    domain::{Business, BusinessId, Note},
    store::{Error, businesses},
};

use crate::support::{
    TestDb, on_each_engine,
    tenants::{Tenants, name, phone},
};

/// A business with something in every column.
async fn full(test: &TestDb, tenants: &Tenants) -> Business {
    let mut business = tenants.desk.business(tenants.ours).await.unwrap();
    business.id = BusinessId(tenants.clock.id());
    business.phone_numbers = vec![phone("+442079460002"), phone("+442079460001")];
    business.description = Some(Note::new("Round the corner.\nRing twice.").unwrap());
    business.languages = serde_json::from_value(serde_json::json!(["de-CH", "en"])).unwrap();
    business.policies =
        serde_json::from_value(serde_json::json!({"on_unknown": "hold", "horizon_days": 30}))
            .unwrap();
    business.ai_config =
        serde_json::from_value(serde_json::json!({"greeting": "Hallo", "deep": {"a": [1, 2.5]}}))
            .unwrap();
    let mut tx = test.db.write().await.unwrap();
    businesses::insert(&mut tx, &business).await.unwrap();
    tx.commit().await.unwrap();
    business
}

#[tokio::test]
async fn a_business_comes_back_as_it_was_kept_with_its_numbers_in_order() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let business = full(test, &tenants).await;
        let mut reader = test.db.read().await.unwrap();
        let found = businesses::get(&mut reader, business.id).await.unwrap();
        assert_eq!(found, Some(business));
    })
    .await;
}

#[tokio::test]
async fn a_number_leads_to_its_business_and_to_no_other() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let business = full(test, &tenants).await;
        let mut tx = test.db.write().await.unwrap();
        let known = businesses::by_number(&mut tx, &phone("+442079460001")).await;
        assert_eq!(known.unwrap(), Some(business.id));
        let unknown = businesses::by_number(&mut tx, &phone("+442079460003")).await;
        assert_eq!(unknown.unwrap(), None);

        let mut other = tenants.desk.business(tenants.theirs).await.unwrap();
        other.phone_numbers = vec![phone("+442079460001")];
        let refused = businesses::update(&mut tx, &other).await.unwrap_err();
        assert!(
            matches!(refused, Error::Duplicate("phone_numbers")),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test]
async fn only_the_version_that_was_read_is_written_over() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let mut business = full(test, &tenants).await;
        business.name = name("Corner");
        business.phone_numbers = vec![phone("+442079460009")];
        let mut tx = test.db.write().await.unwrap();
        assert!(businesses::update(&mut tx, &business).await.unwrap());
        assert!(!businesses::update(&mut tx, &business).await.unwrap());
        business.version += 1;
        let found = businesses::get(&mut tx, business.id).await.unwrap();
        assert_eq!(found, Some(business));
    })
    .await;
}

#[tokio::test]
async fn tenants_are_listed_page_by_page() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let (ours, theirs) = (tenants.our_id(), tenants.their_id());
        let mut reader = test.db.read().await.unwrap();
        let first = businesses::ids(&mut reader, None, 1).await.unwrap();
        assert_eq!(first, [ours]);
        let second = businesses::ids(&mut reader, Some(ours), 5).await.unwrap();
        assert_eq!(second, [theirs]);
    })
    .await;
}
