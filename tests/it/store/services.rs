//! Services, and who does them.

use ringbook::{
    domain::{Money, Service, ServiceId},
    store::{services, staff_services},
};

use crate::support::{
    TestDb, on_each_engine,
    tenants::{Tenants, name},
};

/// A service with something in every column.
async fn full(test: &TestDb, tenants: &Tenants) -> Service {
    let now = tenants.clock.now();
    let service = Service {
        id: ServiceId(tenants.clock.id()),
        name: name("Colour"),
        aliases: vec![name("dye"), name("highlights")],
        duration_minutes: 90,
        buffer_before_minutes: 5,
        buffer_after_minutes: 15,
        price: Some(Money::new(12_050, "GBP").unwrap()),
        staff_ids: Vec::new(),
        active: false,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let mut tx = test.db.write().await.unwrap();
    services::insert(&mut tx, tenants.our_id(), &service)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    service
}

#[tokio::test]
async fn a_service_comes_back_as_it_was_kept_and_changes_at_its_version_only() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let ours = tenants.our_id();
        let mut service = full(test, &tenants).await;
        let mut tx = test.db.write().await.unwrap();
        let found = services::get(&mut tx, ours, service.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&service));

        service.aliases.clear();
        service.price = None;
        service.duration_minutes = 45;
        assert!(services::update(&mut tx, ours, &service).await.unwrap());
        assert!(!services::update(&mut tx, ours, &service).await.unwrap());
        service.version += 1;
        let found = services::get(&mut tx, ours, service.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&service));

        let later = tenants.clock.now() + chrono::Duration::hours(1);
        services::touch(&mut tx, ours, service.id, later)
            .await
            .unwrap();
        let touched = services::get(&mut tx, ours, service.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (touched.version, touched.updated_at),
            (service.version + 1, later)
        );
    })
    .await;
}

#[tokio::test]
async fn services_are_listed_page_by_page_each_with_its_own_people() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let ours = tenants.our_id();
        let cut = tenants.service(tenants.ours, "Cut").await.id;
        let colour = full(test, &tenants).await.id;
        let shave = tenants.service(tenants.ours, "Shave").await.id;
        let anna = tenants.staff(tenants.ours, "Anna").await.id;
        let ben = tenants.staff(tenants.ours, "Ben").await.id;
        let mut tx = test.db.write().await.unwrap();
        for (person, service) in [(anna, cut), (ben, cut), (ben, shave)] {
            staff_services::link(&mut tx, ours, person, service)
                .await
                .unwrap();
        }
        let first = services::list(&mut tx, ours, None, None, 2).await.unwrap();
        assert_eq!(first[0].staff_ids, [anna, ben]);
        assert_eq!((first[1].id, first[1].staff_ids.len()), (colour, 0));
        let rest = services::list(&mut tx, ours, None, Some(colour), 2)
            .await
            .unwrap();
        assert_eq!((rest[0].id, rest.len()), (shave, 1));
        assert_eq!(rest[0].staff_ids, [ben]);
        let active = services::list(&mut tx, ours, Some(true), None, 9)
            .await
            .unwrap();
        assert_eq!(active.len(), 2);
        let inactive = services::list(&mut tx, ours, Some(false), None, 9)
            .await
            .unwrap();
        assert_eq!((inactive[0].id, inactive.len()), (colour, 1));
    })
    .await;
}

#[tokio::test]
async fn another_tenant_neither_sees_nor_changes_a_service() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let (ours, theirs) = (tenants.our_id(), tenants.their_id());
        let service = full(test, &tenants).await;
        let mut tx = test.db.write().await.unwrap();
        assert_eq!(
            services::get(&mut tx, theirs, service.id).await.unwrap(),
            None
        );
        assert_eq!(
            services::list(&mut tx, theirs, None, None, 9)
                .await
                .unwrap(),
            []
        );
        assert!(!services::update(&mut tx, theirs, &service).await.unwrap());
        services::touch(&mut tx, theirs, service.id, tenants.clock.now())
            .await
            .unwrap();
        let kept = services::get(&mut tx, ours, service.id).await.unwrap();
        assert_eq!(kept, Some(service));
    })
    .await;
}
