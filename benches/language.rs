//! How long it takes to understand an utterance, and to say a time. One core must manage 20,000 utterances a second.

use chrono::NaiveDate;
use divan::{Bencher, black_box, counter::ItemsCount};
use ringbook::{
    domain::{ServiceId, StaffId},
    language::{Asked, Context, Country, Tongue, Vocabulary, say, understand, warm_up},
};
use uuid::Uuid;

fn main() {
    warm_up(Tongue::English, Country::US);
    divan::main();
}

/// A call's worth of turns, as a recogniser writes them, each with the question it answers.
const TURNS: [(Asked, &str); 16] = [
    (
        Asked::Nothing,
        "hi this is ann can i get a haircut on tuesday the twenty fourth at half past two",
    ),
    (
        Asked::Nothing,
        "Hello, I'd like to make an appointment please.",
    ),
    (Asked::Service, "a haircut and a beard trim"),
    (Asked::Staff, "with maria or anyone really"),
    (
        Asked::When,
        "do you have anything next week in the afternoon but not monday",
    ),
    (Asked::PickOffer, "the second one please"),
    (Asked::Name, "my name is ann lee"),
    (Asked::Spelling, "L double E"),
    (
        Asked::Phone,
        "it's four one five triple five oh one three four",
    ),
    (Asked::Phone, "the number I'm calling from"),
    (
        Asked::ConfirmBooking,
        "yes but could you make it half past three",
    ),
    (Asked::ConfirmBooking, "no, Thursday"),
    (Asked::ConfirmBooking, "yes"),
    (
        Asked::Nothing,
        "how much does it cost and do you have parking",
    ),
    (Asked::YesNo, "mm-hm"),
    (
        Asked::AnythingElse,
        "no that's all thank you, have a nice day",
    ),
];

/// A salon of eight services and five people.
fn vocabulary() -> Vocabulary {
    let mut vocabulary = Vocabulary::default();
    let services = [
        "Haircut",
        "Haircut and beard",
        "Beard trim",
        "Full colour",
        "Highlights",
        "Blow dry",
        "Swedish massage",
        "Deep tissue massage",
    ];
    for (id, name) in (1..).zip(services) {
        vocabulary.service(ServiceId(Uuid::from_u128(id)), [name]);
    }
    for (id, name) in (1..).zip(["Maria", "Tom", "Dr Lee", "Priya", "Sam"]) {
        vocabulary.person(StaffId(Uuid::from_u128(id)), [name]);
    }
    vocabulary
}

fn context(vocabulary: &Vocabulary) -> Context<'_> {
    let now = NaiveDate::from_ymd_opt(2026, 11, 17)
        .and_then(|date| date.and_hms_opt(10, 0, 0))
        .unwrap_or_default();
    Context::new(now, vocabulary)
}

/// The figure that counts: a mix as in a real call.
#[divan::bench]
fn a_call_of_sixteen_turns(bencher: Bencher<'_, '_>) {
    let vocabulary = vocabulary();
    let context = context(&vocabulary);
    bencher
        .counter(ItemsCount::new(TURNS.len()))
        .bench_local(|| {
            for (asked, text) in TURNS {
                black_box(understand(black_box(text), &Context { asked, ..context }));
            }
        });
}

#[divan::bench(args = TURNS.map(|(_, text)| text))]
fn one_turn(bencher: Bencher<'_, '_>, text: &str) {
    let vocabulary = vocabulary();
    let asked = TURNS
        .iter()
        .find(|turn| turn.1 == text)
        .map_or(Asked::Nothing, |turn| turn.0);
    let context = Context {
        asked,
        ..context(&vocabulary)
    };
    bencher.bench_local(|| understand(black_box(text), &context));
}

/// The longest text that is looked at.
#[divan::bench]
fn an_endless_talker(bencher: Bencher<'_, '_>) {
    let vocabulary = vocabulary();
    let context = context(&vocabulary);
    let text = "and then on tuesday I said to her at half past two that a haircut is not 415 of those things ".repeat(40);
    bencher.bench_local(|| understand(black_box(&text), &context));
}

#[divan::bench]
fn a_date_and_time_to_say(bencher: Bencher<'_, '_>) {
    let vocabulary = vocabulary();
    let now = context(&vocabulary).now;
    bencher.bench_local(|| say::date_time(Tongue::English, black_box(now), now.date()));
}
