//! Texts that go out: once each, whatever becomes of the answers.

use chrono::Duration;
use ringbook::{
    domain::{CallOutcome, CallState, TextKind, TextState},
    store::jobs::JobState,
};

use super::{Office, ZOE};
use crate::support::{
    carrier::CALLER,
    doors::until,
    house::monday,
    on_each_engine,
    twilio::{OWN, Trouble},
};

#[tokio::test]
async fn a_booking_is_texted_from_the_houses_own_number() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.book(ZOE, monday(10, 0)).await;
        office.work().await;
        let sent = &office.at_twilio(ZOE)[0];
        assert_eq!(sent.from, OWN);
        assert_eq!(
            sent.body,
            "The Corner Salon: you're booked. Cut with Anna, Mon 2 Mar at 10:00 am."
        );
        let text = office.the_text().await;
        assert_eq!((text.state, text.segments), (TextState::Queued, 1));
        assert_eq!(text.outside_id.as_deref(), Some(sent.sid.as_str()));
        assert!(text.sent_at.is_some());
    })
    .await;
}

/// Each two troubles in a row, on the way out or on the way to find out: in the end there is one text, and it is known.
#[tokio::test]
async fn no_trouble_makes_two_texts_of_one_or_none() {
    const TROUBLES: [Trouble; 6] = [
        Trouble::TooMany(30),
        Trouble::Down,
        Trouble::DownAsTooMany,
        Trouble::DoneThenDown,
        Trouble::DoneThenGarbled,
        Trouble::DoneThenSilent,
    ];
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let mut number = 0;
        for first in TROUBLES {
            for second in TROUBLES {
                let phone = format!("+4420794602{number:02}");
                let day = Duration::days(1 + i64::from(number / 16));
                let time = monday(9 + number / 2 % 8, number % 2 * 30);
                office.book(&phone, time + day).await;
                office.twilio.trouble(first);
                office.twilio.trouble(second);
                office.work_on().await;
                let sent = office.at_twilio(&phone);
                assert_eq!(sent.len(), 1, "{first:?}, then {second:?}");
                let texts = office.texts().await;
                assert_eq!(texts[0].to.as_str(), phone);
                assert_eq!(
                    texts[0].state,
                    TextState::Queued,
                    "{first:?}, then {second:?}"
                );
                assert_eq!(texts[0].outside_id.as_deref(), Some(sent[0].sid.as_str()));
                assert_eq!(texts[0].error, None);
                office.doors.house.clock.advance(-Duration::minutes(36));
                number += 1;
            }
        }
        let jobs = office.jobs().await;
        assert!(jobs.iter().all(|job| job.state == JobState::Done));
    })
    .await;
}

#[tokio::test]
async fn a_text_of_the_same_words_is_not_taken_for_another() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let house = &office.doors.house;
        let first = office.book(ZOE, monday(10, 0)).await;
        office.work().await;
        let target = ringbook::desk::Target {
            id: first.id,
            version: None,
            call: None,
        };
        let who = ringbook::scheduling::Who::Owner;
        let cancelled = house.desk.cancel(house.by, target, None, who, None).await;
        cancelled.unwrap();
        office.work().await;
        // The same time again, in the same words; and this time it does not even reach Twilio.
        office.book(ZOE, monday(10, 0)).await;
        office.twilio.trouble(Trouble::Down);
        office.work_on().await;
        let words: Vec<_> = office
            .at_twilio(ZOE)
            .into_iter()
            .map(|it| it.body)
            .collect();
        assert_eq!(words.len(), 3, "{words:?}");
        assert_eq!(words[0], words[2]);
    })
    .await;
}

#[tokio::test]
async fn twilio_is_left_alone_for_as_long_as_it_asks() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let booked_at = office.doors.house.clock.now();
        office.book(ZOE, monday(15, 0)).await;
        office.twilio.trouble(Trouble::TooMany(900));
        office.work().await;
        let job = &office.jobs().await[0];
        assert_eq!(job.state, JobState::Queued);
        assert!(job.run_at >= booked_at + Duration::minutes(15));
        assert_eq!(office.twilio.requests(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_number_that_gets_no_texts_is_remembered_and_no_persons_trouble() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        for (number, code, again) in [
            ("+15005550001", 21211, false),
            ("+15005550009", 21614, false),
            ("+15005550004", 21610, true),
        ] {
            let requests = office.twilio.requests();
            office.book(number, monday(10, 0)).await;
            office.work().await;
            let text = office.texts().await.remove(0);
            assert_eq!(
                (text.state, text.error_code),
                (TextState::Failed, Some(code))
            );
            assert!(text.error.unwrap().starts_with(&format!("error {code}: ")));
            assert_eq!(office.jobs().await[0].state, JobState::Done);
            assert_eq!(office.wants_no_texts(number).await, code == 21610);

            // The next one is not even tried. Who stopped texts gets none; for the others it says why.
            office.book(number, monday(11, 0)).await;
            office.work().await;
            assert_eq!(office.twilio.requests(), requests + 1);
            let text = office.texts().await.remove(0);
            assert_eq!(text.state, TextState::Failed);
            assert_eq!(text.error_code.is_some(), again);
            let house = &office.doors.house;
            for booking in office.doors.bookings().await {
                let target = ringbook::desk::Target {
                    id: booking.id,
                    version: None,
                    call: None,
                };
                let who = ringbook::scheduling::Who::Owner;
                let _ = house.desk.cancel(house.by, target, None, who, None).await;
            }
            office.work().await;
        }
        assert!(office.twilio.messages().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_a_person_has_to_put_right_is_given_up_at_once_and_sent_when_they_have() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        office.book("+15005550003", monday(10, 0)).await;
        office.work().await;
        let job = &office.jobs().await[0];
        assert_eq!((job.state, job.attempts), (JobState::Dead, 1));
        let why = job.last_error.clone().unwrap();
        assert!(why.starts_with("error 21408: "), "{why}");
        assert!(!why.contains("555"), "{why}");
        assert_eq!(office.the_text().await.state, TextState::Failed);
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_was_cut_off_is_texted_once() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let (_, mut telephone) = office.doors.calls("CA01").await;
        telephone.hears("help").await;
        telephone.breaks();
        until("the call ends", async || {
            office.doors.call().await.state == CallState::Ended
        })
        .await;
        let call = office.doors.call().await;
        assert_eq!(call.outcome, Some(CallOutcome::GaveUp));
        office.twilio.trouble(Trouble::DoneThenDown);
        office.work_on().await;
        let sent = office.at_twilio(CALLER);
        assert_eq!(sent.len(), 1);
        assert!(
            sent[0].body.contains("our call was cut off"),
            "{}",
            sent[0].body
        );
        let text = office.the_text().await;
        assert_eq!(
            (text.kind, text.state),
            (TextKind::CutOff, TextState::Queued)
        );
        office.doors.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn who_hangs_up_was_not_cut_off() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let (_, mut telephone) = office.doors.calls("CA01").await;
        telephone.hears("help").await;
        telephone.stops().await;
        // And somebody who hung up before their stream opened.
        let answer = office.doors.rings("CA02").await;
        office.doors.after(&answer, "CA02", "completed").await;
        office.doors.is_clean().await;
        office.work().await;
        assert!(office.twilio.messages().is_empty());
        assert!(office.jobs().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_apology_that_comes_too_late_is_not_sent() {
    on_each_engine(async |test| {
        let office = Office::open(test).await;
        let (_, mut telephone) = office.doors.calls("CA01").await;
        telephone.hears("help").await;
        telephone.breaks();
        office.doors.is_clean().await;
        office.doors.house.clock.advance(Duration::minutes(61));
        office.work().await;
        assert_eq!(office.jobs().await[0].state, JobState::Done);
        assert!(office.twilio.messages().is_empty());
    })
    .await;
}
