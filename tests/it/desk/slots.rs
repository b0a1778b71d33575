//! What is free.

use chrono::Duration;
use ringbook::{
    desk::{Error, HoldRequest, LONGEST_RANGE, SlotQuery},
    domain::Interval,
    scheduling::Who,
    store::bookings::Filter,
};

use crate::support::{House, house::monday, on_each_engine};

fn today(house: &House) -> SlotQuery {
    SlotQuery {
        service_id: house.cut,
        staff_id: Some(house.anna),
        not_staff_ids: Vec::new(),
        starts: Interval::new(monday(0, 0), monday(23, 0)).unwrap(),
        but_not: None,
    }
}

#[tokio::test]
async fn what_is_booked_or_held_is_not_free_and_what_expired_is() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let free = async || {
            house
                .desk
                .find_slots(house.by, &today(&house))
                .await
                .unwrap()
                .len()
        };
        // From nine (an hour's notice) to half past four, every quarter of an hour.
        assert_eq!(free().await, 31);
        let request = house.cut_at(monday(12, 0));
        house
            .desk
            .book(house.by, &request, Who::Customer, None)
            .await
            .unwrap();
        assert_eq!(free().await, 28);
        house
            .desk
            .hold(house.by, &house.hold_at(monday(14, 0)), Who::Customer)
            .await
            .unwrap();
        assert_eq!(free().await, 25);
        house.clock.advance(Duration::seconds(120));
        assert_eq!(
            free().await,
            27,
            "the hold is over, and nine o'clock is too soon"
        );
    })
    .await;
}

#[tokio::test]
async fn an_own_hold_can_be_left_out_of_the_way() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let hold = HoldRequest {
            ..house.hold_at(monday(14, 0))
        };
        let hold = house
            .desk
            .hold(house.by, &hold, Who::Customer)
            .await
            .unwrap();
        let query = SlotQuery {
            but_not: Some(hold.id),
            ..today(&house)
        };
        assert_eq!(
            house.desk.find_slots(house.by, &query).await.unwrap().len(),
            31
        );
    })
    .await;
}

#[tokio::test]
async fn the_nearest_times_are_offered_for_one_that_is_taken() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let request = house.cut_at(monday(12, 0));
        house
            .desk
            .book(house.by, &request, Who::Customer, None)
            .await
            .unwrap();
        let offers = house
            .desk
            .nearest_slots(house.by, &today(&house), monday(12, 0), 3)
            .await
            .unwrap();
        assert_eq!(offers.len(), 3);
        assert!(offers.iter().all(|slot| slot.starts_at != monday(12, 0)));
        assert!(
            offers
                .iter()
                .any(|slot| (slot.starts_at - monday(12, 0)).abs() <= Duration::hours(1))
        );
    })
    .await;
}

#[tokio::test]
async fn anyone_but_one_person_is_everybody_else() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let query = SlotQuery {
            staff_id: None,
            not_staff_ids: vec![house.anna],
            ..today(&house)
        };
        let starts = house.desk.find_slots(house.by, &query).await.unwrap();
        assert!(!starts.is_empty());
        assert!(starts.iter().all(|start| start.staff == [house.ben]));
    })
    .await;
}

#[tokio::test]
async fn a_question_about_too_long_a_time_is_refused() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let starts = Interval::new(monday(0, 0), monday(0, 1) + LONGEST_RANGE).unwrap();
        let query = SlotQuery {
            starts,
            ..today(&house)
        };
        let refused = house.desk.find_slots(house.by, &query).await;
        assert!(matches!(refused, Err(Error::Invalid { field, .. }) if field == "until"));
    })
    .await;
}

#[tokio::test]
async fn a_list_is_read_page_by_page_without_gaps_or_repeats() {
    on_each_engine(async |test| {
        let house = House::build(&test.db).await;
        let mut booked = Vec::new();
        for hour in [15, 9, 11, 13, 10] {
            let request = house.cut_at(monday(hour, 0));
            booked.push(
                house
                    .desk
                    .book(house.by, &request, Who::Customer, None)
                    .await
                    .unwrap()
                    .booking,
            );
        }
        booked.sort_by_key(|booking| booking.starts_at);
        let filter = Filter {
            staff: Some(house.anna),
            from: Some(monday(9, 0)),
            until: Some(monday(15, 0)),
            ..Filter::default()
        };
        let mut listed = Vec::new();
        let mut after = None;
        loop {
            let page = house
                .desk
                .bookings(house.by, &filter, after, 3)
                .await
                .unwrap();
            listed.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(listed, booked[..4]);
    })
    .await;
}
