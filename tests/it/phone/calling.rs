//! Calls that go as they should.

use ringbook::domain::{CallOutcome, CallState};

use crate::support::{
    carrier::CALLER, doors::Doors, handset::Telephone, house::monday, on_each_engine,
};

/// Says what it takes to be asked for a last yes.
pub(super) async fn asks_for_two_o_clock(telephone: &mut Telephone) {
    telephone.hears("help").await;
    telephone
        .says("Hello, this is Zoe, I would like a cut with Anna today at two in the afternoon")
        .await;
    telephone.hears("number").await;
    telephone.says("yes, that number is fine").await;
    telephone.hears("?").await;
}

pub(super) async fn says_yes_and_goodbye(mut telephone: Telephone) {
    telephone.says("yes please").await;
    telephone.hears("?").await;
    telephone.says("no thank you, goodbye").await;
    let goodbye = telephone.waits_for_hang_up().await.unwrap();
    assert_eq!(u16::from(goodbye.code), 1000);
}

#[tokio::test]
async fn a_caller_books_over_a_real_socket() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let (answer, mut telephone) = doors.calls("CA01").await;
        asks_for_two_o_clock(&mut telephone).await;
        says_yes_and_goodbye(telephone).await;

        let call = doors.call().await;
        assert_eq!(call.outcome, Some(CallOutcome::Booked));
        assert_eq!(call.caller.unwrap().as_str(), CALLER);
        assert_eq!(call.outside_id.as_deref(), Some("CA01"));
        let bookings = doors.bookings().await;
        assert_eq!(bookings.len(), 1);
        assert_eq!(bookings[0].starts_at, monday(14, 0));
        let next = doors.after(&answer, "CA01", "in-progress").await;
        next.only_hangs_up();
        doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_dialled_number_finds_its_business() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let patch = ringbook::desk::BusinessPatch {
            phone_numbers: Some(vec!["+442079460000".parse().unwrap()]),
            ..Default::default()
        };
        let desk = &doors.house.desk;
        desk.update_business(doors.house.by, None, &patch)
            .await
            .unwrap();
        let answer = doors.asks("/voice/incoming", "CA01", &[]).await;
        let mut telephone = doors.connects(&answer, "CA01").await;
        telephone.hears("help").await;
        telephone.stops().await;
        assert_eq!(doors.call().await.outcome, Some(CallOutcome::GaveUp));
        doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn keys_are_heard() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let (_, mut telephone) = doors.calls("CA01").await;
        telephone.hears("help").await;
        telephone
            .says("This is Zoe, I would like a cut with Anna today at two in the afternoon")
            .await;
        telephone.hears("number").await;
        telephone.says("no, another one").await;
        telephone.hears("?").await;
        telephone.presses("02079460777#").await;
        telephone.hears("?").await;
        assert!(
            telephone.heard.contains("7 7 7") || telephone.heard.contains("seven seven seven"),
            "{}",
            telephone.heard
        );
        telephone.stops().await;
        doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_caller_is_put_through_and_if_nobody_picks_up_the_call_goes_on() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        put_through_to(&doors, "+442079460099").await;
        let (answer, mut telephone) = doors.calls("CA01").await;
        telephone.hears("help").await;
        telephone.says("Can I talk to a person please").await;
        telephone.waits_for_hang_up().await.unwrap();
        let rings = doors.after(&answer, "CA01", "in-progress").await;
        rings.says("<Number>+442079460099</Number>");

        let dialled = [("DialCallStatus", "no-answer")];
        let answer = doors.asks(&rings.action(), "CA01", &dialled).await;
        let mut telephone = doors.connects(&answer, "CA01").await;
        telephone.hears("message").await;
        telephone.says("put me through again please").await;
        telephone.waits_for_hang_up().await.unwrap();
        let rings = doors.after(&answer, "CA01", "in-progress").await;

        let dialled = [("DialCallStatus", "completed"), ("DialCallDuration", "60")];
        let next = doors.asks(&rings.action(), "CA01", &dialled).await;
        next.only_hangs_up();
        assert_eq!(doors.call().await.outcome, Some(CallOutcome::Transferred));
        doors.is_clean().await;
    })
    .await;
}

pub(super) async fn put_through_to(doors: &Doors, number: &str) {
    let config = serde_json::json!({ "call": { "transfer": { "number": number } } });
    let patch = ringbook::desk::BusinessPatch {
        ai_config: Some(serde_json::from_value(config).unwrap()),
        ..Default::default()
    };
    let desk = &doors.house.desk;
    desk.update_business(doors.house.by, None, &patch)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_caller_who_finds_no_room_hears_so_and_one_who_can_be_put_through_is() {
    on_each_engine(async |test| {
        let doors = Doors::with_room_for(&test.db, 1).await;
        let (_, mut telephone) = doors.calls("CA01").await;
        telephone.hears("help").await;
        doors.rings("CA02").await.says("all our lines are busy");
        put_through_to(&doors, "+442079460099").await;
        let rings = doors.rings("CA03").await;
        rings.says("<Number>+442079460099</Number>");
        // A second document for the call that has its room is none for a new call.
        doors.rings("CA01").await.stream();
        telephone.stops().await;
        doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_call_that_is_over_for_twilio_is_over_here() {
    on_each_engine(async |test| {
        let doors = Doors::open(&test.db).await;
        let (_, mut telephone) = doors.calls("CA01").await;
        telephone.hears("help").await;
        let status = [("CallStatus", "completed"), ("CallDuration", "12")];
        let answer = doors.asks("/voice/status", "CA01", &status).await;
        answer.says("<Response/>");
        telephone.waits_for_hang_up().await;
        assert_eq!(doors.call().await.state, CallState::Ended);
        doors.is_clean().await;
    })
    .await;
}
