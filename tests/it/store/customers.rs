//! Customers and their history: one for a number, and never renamed by a call.

use std::slice::from_ref;

use ringbook::{
    domain::{
        Customer, CustomerId, Email, Gender, HistoryEntry, HistoryEntryId, HistoryKind, Note,
        OptOuts,
    },
    store::{Error, customers, customers::Filter},
};
use serde_json::json;

use crate::support::{
    TestDb, on_each_engine,
    tenants::{Tenants, name, phone},
};

/// Somebody with something in every column. Not stored yet.
fn somebody(tenants: &Tenants, called: &str, number: &str) -> Customer {
    let now = tenants.clock.now();
    Customer {
        id: CustomerId(tenants.clock.id()),
        phone: phone(number),
        name: name(called),
        email: Some(Email::new("mail@example.com").unwrap()),
        gender: Some(Gender::Other),
        date_of_birth: Some("1984-02-29".parse().unwrap()),
        preferences: serde_json::from_value(json!({"tea": true, "with": ["Anna"]})).unwrap(),
        opt_outs: OptOuts {
            sms: true,
            email: false,
        },
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

async fn keep(test: &TestDb, tenants: &Tenants, customer: &Customer) {
    let mut tx = test.db.write().await.unwrap();
    customers::insert(&mut tx, tenants.our_id(), customer)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_customer_comes_back_as_they_were_kept_and_changes_at_their_version_only() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let ours = tenants.our_id();
        let mut dana = somebody(&tenants, "Dana", "+14155550101");
        keep(test, &tenants, &dana).await;
        let mut tx = test.db.write().await.unwrap();
        let found = customers::get(&mut tx, ours, dana.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&dana));
        let found = customers::by_phone(&mut tx, ours, &dana.phone)
            .await
            .unwrap();
        assert_eq!(found.as_ref(), Some(&dana));
        assert!(customers::lock(&mut tx, ours, dana.id).await.unwrap());

        dana.phone = phone("+14155550102");
        dana.email = None;
        dana.gender = None;
        dana.date_of_birth = None;
        dana.opt_outs.email = true;
        assert!(customers::update(&mut tx, ours, &dana).await.unwrap());
        assert!(!customers::update(&mut tx, ours, &dana).await.unwrap());
        dana.version += 1;
        assert_eq!(
            customers::get(&mut tx, ours, dana.id).await.unwrap(),
            Some(dana)
        );
    })
    .await;
}

#[tokio::test]
async fn a_number_is_taken_within_a_tenant_and_free_in_another() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let dana = somebody(&tenants, "Dana", "+14155550101");
        let eve = somebody(&tenants, "Eve", "+14155550102");
        keep(test, &tenants, &dana).await;
        keep(test, &tenants, &eve).await;
        let mut twin = somebody(&tenants, "Twin", "+14155550101");
        let mut tx = test.db.write().await.unwrap();
        let refused = customers::insert(&mut tx, tenants.our_id(), &twin)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Duplicate("phone")), "{refused}");
        customers::insert(&mut tx, tenants.their_id(), &twin)
            .await
            .unwrap();
        tx.commit().await.unwrap();

        twin = eve;
        twin.phone = dana.phone;
        let mut tx = test.db.write().await.unwrap();
        let refused = customers::update(&mut tx, tenants.our_id(), &twin)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Duplicate("phone")), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn somebody_known_is_found_by_phone_and_keeps_the_name_they_have() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let dana = somebody(&tenants, "Dana", "+14155550101");
        let said = somebody(&tenants, "Diana", "+14155550101");
        let mut tx = test.db.write().await.unwrap();
        let mut meet = async |business, who: &Customer| {
            customers::find_or_insert(&mut tx, business, who)
                .await
                .unwrap()
        };
        assert_eq!(meet(tenants.our_id(), &dana).await, dana);
        assert_eq!(meet(tenants.our_id(), &said).await, dana);
        assert_eq!(meet(tenants.their_id(), &said).await, said);
        let all = customers::list(&mut tx, tenants.our_id(), &Filter::default(), None, 9).await;
        assert_eq!(all.unwrap(), [dana]);
    })
    .await;
}

#[tokio::test]
async fn two_who_meet_the_same_newcomer_at_once_meet_one_customer() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let meet = async |called: &str| {
            let newcomer = somebody(&tenants, called, "+14155550101");
            let mut tx = test.db.write().await.unwrap();
            let met = customers::find_or_insert(&mut tx, tenants.our_id(), &newcomer).await;
            tx.commit().await.unwrap();
            met.unwrap()
        };
        let (one, other) = tokio::join!(meet("Dana"), meet("Diana"));
        assert_eq!(one, other);
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_the_beginning_of_any_name_and_takes_signs_literally() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let called = ["Dana Smith", "Smithers", "Blacksmith", "100%_!er"];
        for (number, called) in (1..).zip(called) {
            let number = format!("+1415555010{number}");
            keep(test, &tenants, &somebody(&tenants, called, &number)).await;
        }
        let mut reader = test.db.read().await.unwrap();
        let mut search = async |filter: Filter| {
            let page = customers::list(&mut reader, tenants.our_id(), &filter, None, 9).await;
            let names = page
                .unwrap()
                .into_iter()
                .map(|found| found.name.to_string());
            names.collect::<Vec<_>>()
        };
        let by_name = |text| Filter {
            name: Some(name(text)),
            phone: None,
        };
        assert_eq!(search(by_name("smith")).await, ["Dana Smith", "Smithers"]);
        assert_eq!(search(by_name("DANA S")).await, ["Dana Smith"]);
        assert_eq!(search(by_name("100%_!")).await, ["100%_!er"]);
        assert_eq!(search(by_name("%")).await, [""; 0]);
        assert_eq!(search(by_name("_")).await, [""; 0]);
        let by_phone = Filter {
            name: None,
            phone: Some(phone("+14155550103")),
        };
        assert_eq!(search(by_phone).await, ["Blacksmith"]);
        let both = Filter {
            name: Some(name("smith")),
            phone: Some(phone("+14155550102")),
        };
        assert_eq!(search(both).await, ["Smithers"]);
    })
    .await;
}

#[tokio::test]
async fn customers_and_their_history_are_listed_page_by_page() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let ours = tenants.our_id();
        let mut kept = Vec::new();
        for number in 1..=3 {
            let customer = somebody(&tenants, "Dana", &format!("+1415555010{number}"));
            keep(test, &tenants, &customer).await;
            kept.push(customer);
        }
        let dana = kept[0].id;
        let entries: Vec<HistoryEntry> = HistoryKind::ALL
            .iter()
            .map(|kind| HistoryEntry {
                id: HistoryEntryId(tenants.clock.id()),
                customer_id: dana,
                kind: *kind,
                text: Note::new("Nuts").unwrap(),
                recorded_at: tenants.clock.now(),
            })
            .collect();
        let mut tx = test.db.write().await.unwrap();
        for entry in &entries {
            customers::insert_history(&mut tx, ours, entry)
                .await
                .unwrap();
        }

        let all = Filter::default();
        let first = customers::list(&mut tx, ours, &all, None, 2).await.unwrap();
        assert_eq!(first, kept[..2]);
        let rest = customers::list(&mut tx, ours, &all, Some(kept[1].id), 2)
            .await
            .unwrap();
        assert_eq!(rest, kept[2..]);

        let first = customers::history(&mut tx, ours, dana, None, 3)
            .await
            .unwrap();
        assert_eq!(first, entries[..3]);
        let rest = customers::history(&mut tx, ours, dana, Some(entries[2].id), 3)
            .await
            .unwrap();
        assert_eq!(rest, entries[3..]);
        let of_another = customers::history(&mut tx, ours, kept[1].id, None, 9)
            .await
            .unwrap();
        assert_eq!(of_another, []);

        let id = entries[0].id;
        assert!(
            !customers::remove_history(&mut tx, ours, kept[1].id, id)
                .await
                .unwrap()
        );
        assert!(
            customers::remove_history(&mut tx, ours, dana, id)
                .await
                .unwrap()
        );
        assert!(
            !customers::remove_history(&mut tx, ours, dana, id)
                .await
                .unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn another_tenant_neither_sees_nor_changes_a_customer() {
    on_each_engine(async |test| {
        let tenants = Tenants::move_in(&test.db).await;
        let (ours, theirs) = (tenants.our_id(), tenants.their_id());
        let dana = somebody(&tenants, "Dana", "+14155550101");
        keep(test, &tenants, &dana).await;
        let entry = HistoryEntry {
            id: HistoryEntryId(tenants.clock.id()),
            customer_id: dana.id,
            kind: HistoryKind::Note,
            text: Note::new("Parks outside").unwrap(),
            recorded_at: tenants.clock.now(),
        };
        let mut tx = test.db.write().await.unwrap();
        customers::insert_history(&mut tx, ours, &entry)
            .await
            .unwrap();

        assert_eq!(
            customers::get(&mut tx, theirs, dana.id).await.unwrap(),
            None
        );
        assert_eq!(
            customers::by_phone(&mut tx, theirs, &dana.phone)
                .await
                .unwrap(),
            None
        );
        assert!(!customers::lock(&mut tx, theirs, dana.id).await.unwrap());
        let listed = customers::list(&mut tx, theirs, &Filter::default(), None, 9).await;
        assert_eq!(listed.unwrap(), []);
        assert!(!customers::update(&mut tx, theirs, &dana).await.unwrap());
        assert_eq!(
            customers::history(&mut tx, theirs, dana.id, None, 9)
                .await
                .unwrap(),
            []
        );
        assert!(
            !customers::remove_history(&mut tx, theirs, dana.id, entry.id)
                .await
                .unwrap()
        );

        assert_eq!(
            customers::get(&mut tx, ours, dana.id).await.unwrap(),
            Some(dana.clone())
        );
        assert_eq!(
            customers::history(&mut tx, ours, dana.id, None, 9)
                .await
                .unwrap(),
            from_ref(&entry)
        );
        let refused = customers::insert_history(&mut tx, theirs, &entry)
            .await
            .unwrap_err();
        assert!(
            matches!(refused, Error::Duplicate(_) | Error::Dangling),
            "{refused}"
        );
    })
    .await;
}
