//! Texts from end to end: a house, its worker, its doors, and a stand-in for Twilio that keeps what it is sent.

mod incoming;
mod sending;
mod status;

use std::{sync::Arc, time::Duration as Wait};

use chrono::{DateTime, Duration, Utc};
use reqwest::StatusCode;
use ringbook::{
    desk::{BookRequest, BusinessPatch},
    domain::{Booking, Message, PhoneNumber, Source, TextMessage},
    jobs::{Context, Settings, Worker},
    notify::{ByTwilio, Post, StatusAddress, Wording},
    providers::Registry,
    scheduling::Who,
    store::{jobs::Job, messages, texts::Filter},
    twilio::rest::Client,
};

use crate::support::{
    TestDb,
    doors::Doors,
    house::met,
    twilio::{FakeTwilio, KeptMessage, OWN, Texted},
};

const ZOE: &str = "+442079460001";

struct Office {
    doors: Doors,
    twilio: FakeTwilio,
    worker: Worker,
}

impl Office {
    async fn open(test: &TestDb) -> Self {
        let doors = Doors::open(&test.db).await;
        let clock = doors.house.clock.clone();
        let twilio = FakeTwilio::with_clock(clock.clone()).await;
        crate::support::http::client();
        let soon = Wait::from_millis(300);
        let client = Client::with_limits(&twilio.base, FakeTwilio::with_key(), soon, soon).unwrap();
        let status = StatusAddress::new(format!("{}/sms/status", doors.url));
        let context = Context {
            db: test.db.clone(),
            clock,
            providers: Registry::new(doors.house.desk.clone()),
            post: Post {
                sender: Arc::new(ByTwilio::new(client, None, Some(status))),
                wording: Arc::new(Wording::english().unwrap()),
            },
        };
        let office = Self {
            doors,
            twilio,
            worker: Worker::new(context, Settings::default()),
        };
        let numbers = BusinessPatch {
            phone_numbers: Some(vec![OWN.parse().unwrap()]),
            ..BusinessPatch::default()
        };
        let house = &office.doors.house;
        let changed = house.desk.update_business(house.by, None, &numbers).await;
        changed.unwrap();
        office
    }

    async fn book(&self, phone: &str, starts_at: DateTime<Utc>) -> Booking {
        let house = &self.doors.house;
        let request = BookRequest {
            source: Source::Phone,
            customer: met(phone, "Zoe"),
            ..house.cut_at(starts_at)
        };
        let done = house.desk.book(house.by, &request, Who::Owner, None).await;
        done.unwrap().booking
    }

    /// Does what is due.
    async fn work(&self) -> usize {
        self.worker.drain().await.unwrap()
    }

    /// Does what is due now and in the next hours.
    async fn work_on(&self) {
        for _ in 0..12 {
            self.work().await;
            self.doors.house.clock.advance(Duration::minutes(3));
        }
    }

    /// The newest first.
    async fn texts(&self) -> Vec<TextMessage> {
        let house = &self.doors.house;
        let texts = house
            .desk
            .texts(house.by, Filter::default(), None, 100)
            .await;
        texts.unwrap()
    }

    async fn the_text(&self) -> TextMessage {
        let mut texts = self.texts().await;
        assert_eq!(texts.len(), 1, "{texts:?}");
        texts.remove(0)
    }

    /// What Twilio was given for this number.
    fn at_twilio(&self, phone: &str) -> Vec<KeptMessage> {
        let mut messages = self.twilio.messages();
        messages.retain(|message| message.to == phone);
        messages
    }

    async fn jobs(&self) -> Vec<Job> {
        let house = &self.doors.house;
        let mut jobs = house.desk.jobs(house.by, None, None, 100).await.unwrap();
        jobs.retain(|job| matches!(job.kind.as_str(), "send_sms" | "text_caller"));
        jobs
    }

    /// Somebody texts the house.
    async fn texted(&self, sid: &str, body: &str) -> String {
        let (status, answer) = self.texted_with(sid, ZOE, body, &[]).await;
        assert_eq!(status, StatusCode::OK);
        answer
    }

    async fn texted_with(
        &self,
        sid: &str,
        from: &str,
        body: &str,
        more: &[(&str, &str)],
    ) -> (StatusCode, String) {
        let url = format!("{}/sms/incoming", self.doors.url);
        let text = Texted {
            sid,
            from,
            to: OWN,
            body,
        };
        self.twilio.texted(&url, text, more).await.unwrap()
    }

    async fn for_the_owner(&self) -> Vec<Message> {
        let house = &self.doors.house;
        let all = messages::Filter::default();
        house.desk.messages(house.by, all, None, 100).await.unwrap()
    }

    async fn wants_no_texts(&self, phone: &str) -> bool {
        let house = &self.doors.house;
        let phone: PhoneNumber = phone.parse().unwrap();
        let customer = house.desk.customer_by_phone(house.by, &phone).await;
        customer.unwrap().opt_outs.sms
    }
}
