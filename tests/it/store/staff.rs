//! People, what they do, and the lock on their diaries.

use ringbook::{
    domain::{Staff, StaffId},
    store::{Engine, Error, staff, staff::Whose, staff_services},
};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use crate::support::{
    TestDb, on_each_engine,
    tenants::{Tenants, name},
};

/// Somebody with something in every column.
async fn full(test: &TestDb, tenants: &Tenants) -> Staff {
    let now = tenants.clock.now();
    let person = Staff {
        id: StaffId(tenants.clock.id()),
        name: name("Zoë"),
        hours: Some(
            serde_json::from_value(json!({"tue": [{"from": "22:00", "until": "02:00"}]})).unwrap(),
        ),
        service_ids: Vec::new(),
        active: false,
        profile: serde_json::from_value(json!({
            "email": "zoe@example.com", "experience_years": 7, "languages": ["fr", "en"],
        }))
        .unwrap(),
        version: 3,
        created_at: now,
        updated_at: now + chrono::Duration::microseconds(1),
    };
    let mut tx = test.db.write().await.unwrap();
    staff::insert(&mut tx, tenants.our_id(), &person)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    person
}

#[tokio::test]
async fn a_person_comes_back_as_they_were_kept() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let person = full(test, &tenants).await;
        let mut reader = test.db.read().await.unwrap();
        let found = staff::get(&mut reader, tenants.our_id(), person.id)
            .await
            .unwrap();
        assert_eq!(found, Some(person));
    })
    .await;
}

#[tokio::test]
async fn only_the_version_that_was_read_is_written_over() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let mut person = full(test, &tenants).await;
        let ours = tenants.our_id();
        person.name = name("Zoe");
        person.hours = None;
        person.active = true;
        let mut tx = test.db.write().await.unwrap();
        assert!(staff::update(&mut tx, ours, &person).await.unwrap());
        assert!(!staff::update(&mut tx, ours, &person).await.unwrap());
        person.version += 1;
        let found = staff::get(&mut tx, ours, person.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&person));

        let later = tenants.clock.now() + chrono::Duration::hours(1);
        staff::touch(&mut tx, ours, person.id, later).await.unwrap();
        let touched = staff::get(&mut tx, ours, person.id).await.unwrap().unwrap();
        assert_eq!(
            (touched.version, touched.updated_at),
            (person.version + 1, later)
        );
    })
    .await;
}

#[tokio::test]
async fn people_are_listed_page_by_page_each_with_their_own_services() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let ours = tenants.our_id();
        let anna = tenants.staff(tenants.ours, "Anna").await;
        let zoe = full(test, &tenants).await;
        let ben = tenants.staff(tenants.ours, "Ben").await;
        let cut = tenants.service(tenants.ours, "Cut").await;
        let dye = tenants.service(tenants.ours, "Dye").await;
        let mut tx = test.db.write().await.unwrap();
        for (person, service) in [(&anna, &cut), (&anna, &dye), (&ben, &dye), (&zoe, &dye)] {
            staff_services::link(&mut tx, ours, person.id, service.id)
                .await
                .unwrap();
        }

        let first = staff::list(&mut tx, ours, None, None, 2).await.unwrap();
        assert_eq!(ids(&first), [anna.id, zoe.id]);
        assert_eq!(first[0].service_ids, [cut.id, dye.id]);
        let rest = staff::list(&mut tx, ours, None, Some(zoe.id), 2)
            .await
            .unwrap();
        assert_eq!(ids(&rest), [ben.id]);
        assert_eq!(rest[0].service_ids, [dye.id]);
        let active = staff::list(&mut tx, ours, Some(true), None, 9)
            .await
            .unwrap();
        assert_eq!(ids(&active), [anna.id, ben.id]);
        let gone = staff::list(&mut tx, ours, Some(false), None, 9)
            .await
            .unwrap();
        assert_eq!(ids(&gone), [zoe.id]);

        let mut active = async |whose| ids(&staff::active(&mut tx, ours, whose).await.unwrap());
        assert_eq!(active(Whose::Service(dye.id)).await, [anna.id, ben.id]);
        assert_eq!(active(Whose::Service(cut.id)).await, [anna.id]);
        assert_eq!(active(Whose::Everyone).await, [anna.id, ben.id]);
        assert_eq!(active(Whose::Staff(ben.id)).await, [ben.id]);
        assert_eq!(active(Whose::Staff(zoe.id)).await, []);
    })
    .await;
}

fn ids(people: &[Staff]) -> Vec<StaffId> {
    people.iter().map(|person| person.id).collect()
}

#[tokio::test]
async fn who_does_what_is_read_from_both_sides_and_linking_twice_is_once() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let ours = tenants.our_id();
        let anna = tenants.staff(tenants.ours, "Anna").await.id;
        let cut = tenants.service(tenants.ours, "Cut").await.id;
        let mut tx = test.db.write().await.unwrap();
        for _ in 0..2 {
            staff_services::link(&mut tx, ours, anna, cut)
                .await
                .unwrap();
        }
        assert_eq!(
            staff_services::services_of(&mut tx, ours, anna)
                .await
                .unwrap(),
            [cut]
        );
        assert_eq!(
            staff_services::staff_of(&mut tx, ours, cut).await.unwrap(),
            [anna]
        );
        staff_services::unlink(&mut tx, ours, anna, cut)
            .await
            .unwrap();
        assert_eq!(
            staff_services::services_of(&mut tx, ours, anna)
                .await
                .unwrap(),
            []
        );
    })
    .await;
}

#[tokio::test]
async fn another_tenant_neither_sees_nor_changes_a_person() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let (ours, theirs) = (tenants.our_id(), tenants.their_id());
        let person = full(test, &tenants).await;
        let cut = tenants.service(tenants.ours, "Cut").await.id;
        let mut tx = test.db.write().await.unwrap();
        staff_services::link(&mut tx, ours, person.id, cut)
            .await
            .unwrap();

        assert_eq!(staff::get(&mut tx, theirs, person.id).await.unwrap(), None);
        assert_eq!(
            staff::list(&mut tx, theirs, None, None, 9).await.unwrap(),
            []
        );
        assert_eq!(
            staff::active(&mut tx, theirs, Whose::Everyone)
                .await
                .unwrap(),
            []
        );
        assert_eq!(
            staff::active(&mut tx, theirs, Whose::Service(cut))
                .await
                .unwrap(),
            []
        );
        assert_eq!(
            staff_services::services_of(&mut tx, theirs, person.id)
                .await
                .unwrap(),
            []
        );
        assert_eq!(
            staff_services::staff_of(&mut tx, theirs, cut)
                .await
                .unwrap(),
            []
        );
        assert!(!staff::update(&mut tx, theirs, &person).await.unwrap());
        staff::touch(&mut tx, theirs, person.id, tenants.clock.now())
            .await
            .unwrap();
        staff_services::unlink(&mut tx, theirs, person.id, cut)
            .await
            .unwrap();

        let kept = staff::get(&mut tx, ours, person.id).await.unwrap().unwrap();
        assert_eq!(
            (kept.version, kept.service_ids),
            (person.version, vec![cut])
        );
    })
    .await;
}

#[tokio::test]
async fn a_person_of_one_tenant_cant_do_a_service_of_another() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let anna = tenants.staff(tenants.ours, "Anna").await.id;
        let cut = tenants.service(tenants.theirs, "Cut").await.id;
        for business in [tenants.our_id(), tenants.their_id()] {
            let mut tx = test.db.write().await.unwrap();
            let refused = staff_services::link(&mut tx, business, anna, cut)
                .await
                .unwrap_err();
            assert!(matches!(refused, Error::Dangling), "{refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_locked_diary_is_closed_to_other_writers_and_to_nobody_else() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let anna = tenants.staff(tenants.ours, "Anna").await.id;
        let ben = tenants.staff(tenants.ours, "Ben").await.id;
        let strange = tenants.staff(tenants.theirs, "Cleo").await.id;

        let mut tx = test.db.write().await.unwrap();
        staff::lock(&mut tx, tenants.our_id(), &[anna, strange])
            .await
            .unwrap();
        if test.db.engine() == Engine::Postgres {
            assert!(!is_free(test, anna).await);
            assert!(is_free(test, ben).await);
            assert!(is_free(test, strange).await);
        }
        drop(tx);

        let mut tx = test.db.write().await.unwrap();
        staff::lock_everyone(&mut tx, tenants.our_id())
            .await
            .unwrap();
        if test.db.engine() == Engine::Postgres {
            assert!(!is_free(test, anna).await);
            assert!(!is_free(test, ben).await);
            assert!(is_free(test, strange).await);
        }
    })
    .await;
}

/// Whether another writer could take this row at once.
async fn is_free(test: &TestDb, id: StaffId) -> bool {
    let mut other = PgConnection::connect(&test.connect.url).await.unwrap();
    let sql = "select id from staff where id = $1 for no key update skip locked";
    let row: Option<(uuid::Uuid,)> = sqlx::query_as(sql)
        .bind(id.0)
        .fetch_optional(&mut other)
        .await
        .unwrap();
    other.close().await.unwrap();
    row.is_some()
}
