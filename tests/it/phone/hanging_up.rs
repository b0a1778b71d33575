//! Callers who are gone at any moment, in any way. Nothing is left of them, and whatever was kept for them is free again.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use ringbook::{
    domain::{BookingStatus, CallState, StaffId},
    scheduling::Who,
    store::calls::Filter,
};
use tokio::{task::JoinSet, time::timeout};

use crate::{
    proof::full_or,
    support::{TestDb, doors::Doors, house::monday, on_each_engine},
};

const AT_ONCE: usize = 12;
/// Until then callers talk, if nothing happens.
const LONGEST_TALK_MS: u64 = 900;
const SLOTS: i32 = 16;

const SAYINGS: [&str; 10] = [
    "yes please",
    "yes, that number is fine",
    "no",
    "a cut with Ben tomorrow at eleven",
    "anyone is fine",
    "Thursday afternoon",
    "what do you have on Friday?",
    "I would like to cancel my appointment",
    "this is Zoe",
    "can I leave a message",
];

#[derive(Debug, Clone, Copy)]
enum Way {
    Breaks,
    Stops,
    FallsSilent,
    /// Nothing but a status callback says that the caller is gone.
    IsOnlyTold,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_who_hang_up_at_any_moment_leave_nothing_behind() {
    on_each_engine(async |test| {
        let mut patience = Doors::PATIENCE;
        patience.idle = Duration::from_secs(2);
        let doors = Arc::new(Doors::with(&test.db, 4 * AT_ONCE, patience).await);
        let calls = full_or(48, 500);
        let mut callers = JoinSet::new();
        for number in 0..calls {
            if callers.len() == AT_ONCE {
                callers.join_next().await.unwrap().unwrap();
            }
            callers.spawn(hangs_up(Arc::clone(&doors), number));
        }
        callers.join_all().await;
        doors.is_clean().await;

        assert_eq!(doors.counted("ringbook_streams_total"), calls);
        assert_eq!(doors.counted("ringbook_calls_total"), calls);
        let going_on = Filter {
            state: Some(CallState::InProgress),
            ..Filter::default()
        };
        let (desk, by) = (&doors.house.desk, doors.house.by);
        let left = desk.calls(by, &going_on, None, 1).await.unwrap();
        assert!(left.items.is_empty(), "{left:?}");
        nothing_is_kept(test, &doors).await;
        who_was_cut_off_is_texted(test).await;
    })
    .await;
}

async fn hangs_up(doors: Arc<Doors>, number: usize) {
    let mut chance = StdRng::seed_from_u64(number as u64);
    let sid = format!("CA{number:032x}");
    let (_, mut telephone) = doors.calls(&sid).await;
    let mut wish = Some(format!(
        "this is Zoe, I would like a cut with Anna today at {}",
        ["ten", "eleven", "two in the afternoon", "half past three"][chance.random_range(0..4)]
    ));
    let talks = Duration::from_millis(chance.random_range(0..LONGEST_TALK_MS));
    let way = [Way::Breaks, Way::Stops, Way::FallsSilent, Way::IsOnlyTold][number % 4];
    let chat = telephone.chats(|_| {
        let any = SAYINGS[chance.random_range(0..SAYINGS.len())];
        wish.take().unwrap_or_else(|| any.to_owned())
    });
    let _ = timeout(talks, chat).await;
    let is_over = [("CallStatus", "completed")];
    match way {
        Way::Breaks => telephone.breaks(),
        Way::Stops => telephone.stops().await,
        Way::FallsSilent => telephone.falls_silent().await,
        Way::IsOnlyTold => {
            doors.asks("/voice/status", &sid, &is_over).await;
            telephone.falls_silent().await;
        }
    }
    // It is always told in the end, whatever happened to the stream.
    let answer = doors.asks("/voice/status", &sid, &is_over).await;
    answer.says("<Response/>");
}

/// And nobody else: whoever hangs up was not cut off, and who has booked gets another text.
async fn who_was_cut_off_is_texted(test: &TestDb) {
    let count = async |what| crate::store::raw::count(test, what).await;
    let cut_off = count("calls where outcome = 'gave_up' and reason like '%line broke%'").await;
    assert!(cut_off > 0, "nobody was cut off");
    assert_eq!(count("jobs where kind = 'text_caller'").await, cut_off);
}

/// But the appointments that somebody agreed to.
async fn nothing_is_kept(test: &TestDb, doors: &Doors) {
    let held = crate::store::raw::count(test, "bookings where status = 'held'").await;
    assert_eq!(held, 0, "holds are left");
    let booked: Vec<_> = doors
        .bookings()
        .await
        .into_iter()
        .filter(|booking| booking.status == BookingStatus::Booked)
        .map(|booking| (booking.staff_id, booking.starts_at))
        .collect();
    let people: [StaffId; 2] = [doors.house.anna, doors.house.ben];
    for half_hour in 0..SLOTS {
        let starts_at = monday(9, 0) + TimeDelta::minutes(30) * half_hour;
        for staff in people {
            let mut hold = doors.house.hold_at(starts_at);
            hold.staff_id = Some(staff);
            let (desk, by) = (&doors.house.desk, doors.house.by);
            let free = desk.hold(by, &hold, Who::Owner).await.is_ok();
            assert_ne!(free, booked.contains(&(staff, starts_at)), "{starts_at}");
        }
    }
}
