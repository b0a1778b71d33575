//! Documents as Twilio will read them.

use proptest::prelude::*;

use super::*;
use crate::domain::PhoneNumber;

fn xml(document: &Document) -> String {
    document
        .to_string()
        .strip_prefix(r#"<?xml version="1.0" encoding="UTF-8"?>"#)
        .unwrap()
        .to_owned()
}

#[test]
fn a_call_is_answered_with_a_stream_an_action_and_a_safe_tail() {
    let retries = Retries::new(2, &[RetryOn::ServerError, RetryOn::Read]).read_within(5000);
    let action = Webhook::new("https://book.example.com/voice/after/1").retrying(retries);
    let connect = Connect::new("wss://book.example.com/voice/stream/t0ken".parse().unwrap())
        .name("first")
        .action(action)
        .status("https://book.example.com/voice/stream-status")
        .parameter("language", "en")
        .unwrap();
    let document = Draft::new()
        .connect(&connect)
        .redirect(&Webhook::new("/voice/after/1"));
    assert_eq!(
        xml(&document),
        concat!(
            r#"<Response><Connect action="https://book.example.com/voice/after/1#rc=2&amp;rp=5xx,rt&amp;rt=5000" method="POST">"#,
            r#"<Stream url="wss://book.example.com/voice/stream/t0ken" name="first" statusCallback="https://book.example.com/voice/stream-status" statusCallbackMethod="POST">"#,
            r#"<Parameter name="language" value="en"/></Stream></Connect>"#,
            r#"<Redirect method="POST">/voice/after/1</Redirect></Response>"#
        )
    );
}

#[test]
fn a_transfer_has_limits_and_tells_how_it_went() {
    let number = |text| PhoneNumber::new(text).unwrap();
    let dial = Dial::new(number("+14155550134"), Webhook::new("/voice/dialled/1"))
        .ring_for(2)
        .talk_for(3600)
        .caller_id(number("+14155550100"))
        .recorded();
    let say = Say::new("One moment.").voice("Polly.Amy").language("en-GB");
    let document = Draft::new().say(&say).dial(&dial).hang_up();
    assert_eq!(
        xml(&document),
        concat!(
            r#"<Response><Say voice="Polly.Amy" language="en-GB">One moment.</Say>"#,
            r#"<Dial action="/voice/dialled/1" method="POST" timeout="5" timeLimit="3600" callerId="+14155550100" record="record-from-answer">"#,
            "<Number>+14155550134</Number></Dial><Hangup/></Response>"
        )
    );
}

#[test]
fn a_message_is_taken_after_hours() {
    let record = Record::new(Webhook::new("/voice/message/1"))
        .at_most(60)
        .until_silent_for(3);
    let document = Draft::new().pause(1).record(&record).hang_up();
    assert_eq!(
        xml(&document),
        concat!(
            r#"<Response><Pause length="1"/>"#,
            r#"<Record action="/voice/message/1" method="POST" maxLength="60" timeout="3" playBeep="true"/>"#,
            "<Hangup/></Response>"
        )
    );
}

#[test]
fn a_call_is_turned_away_without_being_answered() {
    assert_eq!(
        xml(&Document::reject(Reject::Busy)),
        r#"<Response><Reject reason="busy"/></Response>"#
    );
}

#[test]
fn a_text_is_answered_with_a_text() {
    assert!(
        reply("5 < 6 & \"so\" on")
            .ends_with("<Response><Message>5 &lt; 6 &amp; &quot;so&quot; on</Message></Response>")
    );
    assert!(NOTHING.ends_with("?><Response/>"));
}

#[test]
fn retry_settings_stay_within_what_twilio_takes() {
    let retries = Retries::new(200, &[RetryOn::All])
        .connect_within(1)
        .read_within(60_000);
    assert_eq!(
        Webhook::new("/after#old").retrying(retries).to_string(),
        "/after#rc=5&rp=all&ct=100&rt=15000"
    );
}

#[test]
fn a_stream_goes_only_where_twilio_or_a_stand_in_can_reach_it() {
    for good in [
        "wss://book.example.com/voice/stream/abc",
        "wss://book.example.com:8443/x",
        "ws://127.0.0.1:8080/x",
        "ws://[::1]:8080/x",
        "ws://localhost/x",
    ] {
        assert!(good.parse::<StreamUrl>().is_ok(), "{good}");
    }
    for bad in [
        "https://book.example.com/x",
        "ws://book.example.com/x",
        "ws://127.0.0.1.example.com/x",
        "ws://localhost@book.example.com/x",
        "wss://book.example.com/x?token=1",
        "wss://book.example.com/x#1",
        "wss:///x",
        "book.example.com",
        "wss://book.example.com/a b",
    ] {
        assert!(bad.parse::<StreamUrl>().is_err(), "{bad}");
    }
}

#[test]
fn a_parameter_that_twilio_would_refuse_is_refused_here() {
    let connect = || Connect::new("wss://book.example.com/x".parse().unwrap());
    assert!(connect().parameter("name", &"é".repeat(495)).is_ok());
    assert!(connect().parameter("name", &"é".repeat(496)).is_err());
}

/// Undoes `escape`, and sees that nothing of its own stands in it.
fn unescaped(escaped: &str) -> String {
    assert!(!escaped.contains(['<', '>', '"']), "{escaped}");
    let pieces = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#9;", "\t"),
        ("&#10;", "\n"),
        ("&#13;", "\r"),
        ("&amp;", "&"),
    ];
    pieces.iter().fold(escaped.to_owned(), |text, (from, to)| {
        text.replace(from, to)
    })
}

proptest! {
    #[test]
    fn no_text_can_leave_its_place(text: String) {
        let document = xml(&Draft::new().say(&Say::new(&text).voice(&text)).hang_up());
        let rest = document.strip_prefix("<Response><Say voice=\"").unwrap();
        let (voice, rest) = rest.split_once("\">").unwrap();
        let said = rest.strip_suffix("</Say><Hangup/></Response>").unwrap();
        let kept: String = text
            .chars()
            .filter(|c| matches!(c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}')))
            .collect();
        prop_assert_eq!(unescaped(voice), kept.as_str());
        prop_assert_eq!(unescaped(said), kept.as_str());
    }
}
