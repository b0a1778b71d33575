//! What this project says to Twilio, for others to judge: `tests/oracles/run` hands it to Twilio's own libraries.
//!
//! `documents` prints documents, `sign` signs and `check` checks what comes in, line by line, `speak` makes the frames of a typed caller,
//! and `ask BASE` sends each kind of request to whatever answers there. Everything in and out is JSON, a value a line.
#![expect(
    clippy::print_stdout,
    reason = "a tool whose output is read by another"
)]

use std::{io::BufRead, process::ExitCode};

use anyhow::{Context, bail};
use base64::{Engine, prelude::BASE64_STANDARD};
use clap::Parser;
use ringbook::{
    audio::typed,
    domain::PhoneNumber,
    twilio::{
        CallSid, Params,
        rest::{
            CallUpdate, Client, Credentials, Error, MessageFilter, NewCall, NewMessage, Sender,
        },
        signature::{self, Body, Keys, Request},
        twiml::{
            Connect, Dial, Document, Draft, NOTHING, Record, Reject, Retries, RetryOn, Say,
            Webhook, reply,
        },
    },
};
use serde::Deserialize;
use serde_json::json;

#[derive(Parser)]
enum Command {
    Documents,
    Sign,
    Check,
    Speak,
    Ask { base: String },
}

#[derive(Deserialize)]
struct Signed {
    token: String,
    url: String,
    params: Vec<(String, String)>,
    #[serde(default)]
    signature: String,
}

impl Signed {
    fn params(&self) -> Params<'_> {
        let params = self.params.iter();
        params
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Documents => documents(),
        Command::Sign => each_line(|line| {
            let asked: Signed = serde_json::from_str(line)?;
            let token = asked.token.clone().into();
            Ok(json!(signature::sign(&token, &asked.url, &asked.params())))
        }),
        Command::Check => each_line(|line| {
            let asked: Signed = serde_json::from_str(line)?;
            let keys = Keys::default().token(asked.token.clone().into());
            let checked = keys.check(&Request {
                url: &asked.url,
                body: Body::Form(&asked.params()),
                signature: Some(&asked.signature),
                settings: None,
            });
            Ok(json!(checked.is_ok()))
        }),
        Command::Speak => each_line(|line| {
            let text: String = serde_json::from_str(line)?;
            let frames = typed::encode(&text, 60 * text.len() as u64);
            let frames: Vec<_> = frames.map(|frame| BASE64_STANDARD.encode(frame)).collect();
            Ok(json!(frames))
        }),
        Command::Ask { base } => ask(&base),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{}", json!(format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}

fn each_line(answer: impl Fn(&str) -> anyhow::Result<serde_json::Value>) -> anyhow::Result<()> {
    for line in std::io::stdin().lock().lines() {
        println!("{}", answer(&line?)?);
    }
    Ok(())
}

/// Every verb that is used, with words that XML has to be careful about.
fn documents() -> anyhow::Result<()> {
    const ODD: &str = "Fish & \"chips\" <at> Zoë's — déjà vu 😀\n'quoted' ]]> end";
    let retries = Retries::new(5, &[RetryOn::Connect, RetryOn::Read, RetryOn::ServerError])
        .connect_within(3_000)
        .read_within(8_000);
    let after = Webhook::new("https://book.example.com/voice/after/1?a=b&c=d").retrying(retries);
    let to: PhoneNumber = "+14155550134".parse()?;
    let stream = || "wss://book.example.com/voice/stream/abc".parse();
    let connect = Connect::new(stream()?)
        .action(after.clone())
        .name("a & b")
        .status("https://book.example.com/voice/stream-status")
        .parameter("token", ODD)?;
    let dial = Dial::new(to.clone(), after.clone());
    let say = Say::new(ODD).voice("Polly.Amy").language("en-GB");
    let voice = [
        Draft::new().hang_up(),
        Document::reject(Reject::Rejected),
        Document::reject(Reject::Busy),
        Draft::new().say(&Say::new(ODD)).say(&say).hang_up(),
        Draft::new().pause(2).redirect(&after),
        Draft::new().connect(&connect).redirect(&after),
        Draft::new().connect(&Connect::new(stream()?)).hang_up(),
        Draft::new()
            .dial(
                &dial
                    .clone()
                    .ring_for(25)
                    .talk_for(600)
                    .caller_id(to)
                    .recorded(),
            )
            .redirect(&after),
        Draft::new().dial(&dial).hang_up(),
        Draft::new()
            .record(&Record::new(after).at_most(60).until_silent_for(4))
            .hang_up(),
    ];
    for document in voice {
        println!("{}", json!({"kind": "voice", "xml": document.to_string()}));
    }
    for xml in [reply(ODD), NOTHING.to_owned()] {
        println!("{}", json!({"kind": "messaging", "xml": xml}));
    }
    Ok(())
}

/// Each kind of request, once; the answers are as good as whoever gives them.
#[tokio::main]
async fn ask(base: &str) -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let hex = "0123456789abcdef".repeat(2);
    let credentials = Credentials::Key {
        account: format!("AC{hex}").parse()?,
        key: format!("SK{hex}"),
        secret: "secret".to_owned().into(),
    };
    let client = Client::new(base, credentials)?;
    let (to, from): (PhoneNumber, PhoneNumber) = ("+14155550134".parse()?, "+15005550006".parse()?);
    let call: CallSid = format!("CA{hex}").parse()?;
    let document = Draft::new().say(&Say::new("Goodbye & thanks")).hang_up();
    let again = Webhook::new("https://book.example.com/voice/after/1");
    let status = Some("https://book.example.com/sms/status?business=1&text=2");
    let mut refused = Vec::new();
    let mut note = |what: &str, error: Option<Error>| {
        println!(
            "{}",
            json!({"asked": what, "refused": error.as_ref().map(ToString::to_string)})
        );
        refused.extend(error.map(|_| what.to_owned()));
    };
    for sender in [Sender::Number(from.clone()), format!("MG{hex}").parse()?] {
        let new = NewMessage {
            to: &to,
            from: &sender,
            body: "You're booked & expected: Tue 24 Nov at 2:30 pm.",
            status_callback: status,
            worth_seconds: Some(3600),
        };
        note("send a text", client.send_message(&new).await.err());
    }
    let filter = MessageFilter {
        to: Some(&to),
        from: Some(&from),
        sent_since: Some("2026-11-01".parse().context("a day")?),
    };
    note("list texts", client.messages(&filter).await.err());
    note("look whether one may", client.check().await.err());
    note(
        "look at a text",
        client.message(&format!("SM{hex}").parse()?).await.err(),
    );
    let new = NewCall {
        to: &to,
        from: &from,
        document: &document,
        // With one, the steps to be told of are a field for each, as Twilio's document asks; Prism 5.16 refuses every form of that.
        status_callback: None,
    };
    note("start a call", client.start_call(&new).await.err());
    note("look at a call", client.call(&call).await.err());
    for (what, update) in [
        ("cancel a call", CallUpdate::Cancel),
        ("hang a call up", CallUpdate::HangUp),
        ("hand a call a document", CallUpdate::Follow(&document)),
        ("send a call elsewhere", CallUpdate::Ask(&again)),
    ] {
        note(what, client.update_call(&call, update).await.err());
    }
    note("record a call", client.record_call(&call).await.err());
    if refused.is_empty() {
        Ok(())
    } else {
        bail!("refused: {}", refused.join(", "))
    }
}
