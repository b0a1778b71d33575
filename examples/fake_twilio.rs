//! The tests' stand-in for Twilio, started by hand: `cargo run --example fake_twilio`.
//!
//! It listens on this machine only, because everybody knows its token. Texts that it is sent it shows and "delivers", with signed
//! callbacks; what is typed makes it fail, or makes somebody text. It places no calls: `ringbook call` does.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a tool for a developer's terminal, like the tests that it is made of"
)]

#[path = "../tests/it/support/http.rs"]
mod http;
#[expect(dead_code, reason = "tests use more of it")]
#[path = "../tests/it/support/twilio/mod.rs"]
mod twilio;

use std::{collections::HashSet, io::BufRead, time::Duration};

use clap::Parser;
use ringbook::clock::Clock;
use tokio::{net::TcpListener, sync::mpsc, time::interval};
use twilio::{ACCOUNT, FakeTwilio, KeptMessage, OWN, TOKEN, Texted, Trouble};

const HELP: &str = "\
text NUMBER WORDS    somebody texts these words to the house
busy SECONDS         the next request is asked to come back later (429)
down                 the next request fails, and nothing was done (503)
lost                 the next request is done, and fails all the same (500)
silent               the next request is done, and never answered
garbled              the next request is done, and its answer is no JSON

Texts to these numbers fail: +15005550001 no number, +15005550003 another region, +15005550004 stopped, +15005550009 no mobile.
These fail on the way: a number that ends in 3003 is switched off, in 3006 a landline, in 3007 filtered.
";

#[derive(Parser)]
struct Arguments {
    /// Where it listens, on 127.0.0.1
    #[arg(long, default_value_t = 8900)]
    port: u16,
    /// Where Ringbook answers
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    ringbook: String,
}

#[tokio::main]
async fn main() {
    let Arguments { port, ringbook } = Arguments::parse();
    let listener = TcpListener::bind(("127.0.0.1", port)).await;
    let fake = FakeTwilio::over(listener.expect("a free port"), Clock::system());
    println!(
        "A stand-in for Twilio answers on {}. Start Ringbook beside it:\n\n    \
         TWILIO_URL={0} TWILIO_ACCOUNT_SID={ACCOUNT} \\\n    \
         TWILIO_AUTH_TOKEN={TOKEN} TWILIO_TEXT_FROM={OWN} cargo run\n\n{HELP}",
        fake.base
    );
    let mut typed = typed();
    let mut told = HashSet::new();
    let mut look = interval(Duration::from_millis(200));
    loop {
        tokio::select! {
            _ = look.tick() => {
                for message in fake.messages() {
                    if told.insert(message.sid.clone()) {
                        carry(&fake, &message).await;
                    }
                }
            }
            Some(line) = typed.recv() => obey(&fake, &ringbook, &line).await,
            _ = tokio::signal::ctrl_c() => return,
        }
    }
}

/// Lines of the terminal. Where there is none, nothing ever comes.
fn typed() -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Shows a text, and tells what becomes of it.
async fn carry(fake: &FakeTwilio, message: &KeptMessage) {
    println!("{} to {}: {}", message.sid, message.to, message.body);
    let fails = |ending, code| {
        message
            .to
            .ends_with(ending)
            .then_some(("undelivered", Some(code)))
    };
    let end = fails("3003", 30003)
        .or_else(|| fails("3006", 30006))
        .or_else(|| fails("3007", 30007))
        .unwrap_or(("delivered", None));
    let told = fake
        .deliver(&message.sid, &[("sent", None), end], &[0, 1])
        .await;
    let (state, _) = end;
    match told {
        Ok(answers) if answers.is_empty() => println!("{} is {state}", message.sid),
        Ok(answers) => println!("{} is {state}; Ringbook said {answers:?}", message.sid),
        Err(error) => println!("{} is {state}; Ringbook was not told: {error}", message.sid),
    }
}

async fn obey(fake: &FakeTwilio, ringbook: &str, line: &str) {
    let mut words = line.splitn(3, ' ');
    match (words.next().unwrap_or_default(), words.next(), words.next()) {
        ("text", Some(from), Some(body)) => {
            let sid = format!("SM{}", Clock::system().id().simple());
            let text = Texted {
                sid: &sid,
                from,
                to: OWN,
                body,
            };
            let url = format!("{ringbook}/sms/incoming");
            match fake.texted(&url, text, &[]).await {
                Ok((status, answer)) => println!("{status}: {answer}"),
                Err(error) => println!("{error}"),
            }
        }
        ("busy", Some(seconds), None) => {
            fake.trouble(Trouble::TooMany(seconds.parse().unwrap_or(30)));
        }
        ("down", None, None) => fake.trouble(Trouble::Down),
        ("lost", None, None) => fake.trouble(Trouble::DoneThenDown),
        ("silent", None, None) => fake.trouble(Trouble::DoneThenSilent),
        ("garbled", None, None) => fake.trouble(Trouble::DoneThenGarbled),
        _ => println!("{HELP}"),
    }
}
