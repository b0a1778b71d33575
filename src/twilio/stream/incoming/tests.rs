//! Each message in the documented form, and what may not pass.

use proptest::prelude::*;

use super::*;

const STREAM: &str = "MZ18ad3ab5a668481ce02b83e7395059f0";

fn message(text: &str) -> Message<'_> {
    Frame::read(text).unwrap().message
}

fn media(payload: &str) -> String {
    format!(
        r#"{{"event":"media","sequenceNumber":"3","media":{{"track":"inbound","chunk":"1","timestamp":"5","payload":"{payload}"}},"streamSid":"{STREAM}"}}"#
    )
}

fn start(more: &str) -> String {
    format!(
        r#"{{"event":"start","sequenceNumber":"1","start":{{"accountSid":"AC1","streamSid":"{STREAM}","callSid":"CA1","tracks":["inbound"],"mediaFormat":{{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}},"customParameters":{{{more}}}}},"streamSid":"{STREAM}"}}"#
    )
}

#[test]
fn a_stream_says_hello_then_whose_it_is() {
    let hello = r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#;
    let hello = Frame::read(hello).unwrap();
    assert_eq!((hello.number, hello.message), (None, Message::Connected));

    let text = start(r#""token":"abc","language":"en""#);
    let frame = Frame::read(&text).unwrap();
    assert_eq!(frame.number, Some(1));
    let Message::Start(start) = frame.message else {
        panic!("{frame:?}")
    };
    assert_eq!(start.stream.as_str(), STREAM);
    assert_eq!(start.call.as_str(), "CA1");
    assert_eq!(start.parameters["token"], "abc");
    assert!(start.format.is_telephone());
}

#[test]
fn audio_in_another_form_is_told_apart() {
    let text = start("").replace("8000", "16000");
    let Message::Start(start) = message(&text) else {
        panic!("{text}")
    };
    assert!(!start.format.is_telephone());
}

#[test]
fn audio_is_decoded_into_the_same_buffer_each_time() {
    let mut buffer = Vec::new();
    for (payload, audio) in [
        ("/38A", &[0xff, 0x7f, 0][..]),
        ("", &[]),
        (r"\/38A", &[0xff, 0x7f, 0]),
    ] {
        let text = media(payload);
        let Message::Media(media) = message(&text) else {
            panic!("{text}")
        };
        assert_eq!(media.at_ms, 5);
        media.decode(&mut buffer).unwrap();
        assert_eq!(buffer, audio);
    }
}

#[test]
fn keys_marks_and_the_end_are_read() {
    let dtmf = format!(
        r##"{{"event":"dtmf","streamSid":"{STREAM}","sequenceNumber":"5","dtmf":{{"track":"inbound_track","digit":"#"}}}}"##
    );
    assert_eq!(message(&dtmf), Message::Dtmf(Dtmf('#')));
    let mark = format!(
        r#"{{"event":"mark","sequenceNumber":4,"streamSid":"{STREAM}","mark":{{"name":"2:9"}}}}"#
    );
    assert_eq!(message(&mark), Message::Mark("2:9".into()));
    assert_eq!(Frame::read(&mark).unwrap().number, Some(4));
    let stop = format!(
        r#"{{"event":"stop","sequenceNumber":"5","stop":{{"accountSid":"AC1","callSid":"CA1"}},"streamSid":"{STREAM}"}}"#
    );
    assert_eq!(message(&stop), Message::Stop);
}

#[test]
fn what_is_new_is_let_pass() {
    for text in [
        r#"{"event":"weather","sequenceNumber":"9"}"#,
        r#"{"event":"weather","media":"sunny","mark":[1],"sequenceNumber":{"at":9}}"#,
    ] {
        assert_eq!(message(text), Message::Unknown("weather".into()));
    }
    let more = start("").replacen('{', r#"{"colour":{"red":[1,2]},"#, 1);
    assert!(matches!(message(&more), Message::Start(_)));
    let own_voice = media("").replace("\"inbound\"", "\"outbound\"");
    assert!(matches!(message(&own_voice), Message::Unknown(_)));
}

#[test]
fn what_is_malformed_is_refused() {
    for text in [
        "",
        "null",
        "[]",
        "hello",
        r#"{"event":5}"#,
        r#"{"sequenceNumber":"1"}"#,
        r#"{"event":"media"}"#,
        r#"{"event":"media","media":{"timestamp":"5"}}"#,
        r#"{"event":"media","media":{"payload":"AAAA"}}"#,
        r#"{"event":"media","media":{"timestamp":"-5","payload":"AAAA"}}"#,
        r#"{"event":"media","media":7}"#,
        r#"{"event":"media","sequenceNumber":"x","media":{"timestamp":"5","payload":""}}"#,
        r#"{"event":"dtmf","dtmf":{"digit":"12"}}"#,
        r#"{"event":"dtmf","dtmf":{"digit":"x"}}"#,
        r#"{"event":"dtmf"}"#,
        r#"{"event":"mark"}"#,
        r#"{"event":"start"}"#,
        r#"{"event":"start","start":{"callSid":"../x"}}"#,
    ] {
        assert!(Frame::read(text).is_err(), "{text}");
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let long = media(&"A".repeat(LONGEST_FRAME));
    assert_eq!(Frame::read(&long), Err(Refused::TooLong));
    let most = media(&"A".repeat(LONGEST_PAYLOAD / 3 * 4));
    let more = media(&"A".repeat(LONGEST_PAYLOAD / 3 * 4 + 8));
    let mut audio = Vec::new();
    let Message::Media(most) = message(&most) else {
        panic!()
    };
    assert!(most.decode(&mut audio).is_ok());
    let Message::Media(more) = message(&more) else {
        panic!()
    };
    assert_eq!(more.decode(&mut audio), Err(Refused::TooLong));
    let crowd: Vec<String> = (0..=MOST_PARAMETERS)
        .map(|n| format!(r#""p{n}":"""#))
        .collect();
    assert_eq!(Frame::read(&start(&crowd.join(","))), Err(Refused::TooLong));
}

#[test]
fn audio_that_is_no_base64_is_refused() {
    let mut audio = Vec::new();
    for payload in ["A", "A===", "????", "_-_-"] {
        let text = media(payload);
        let Message::Media(media) = message(&text) else {
            panic!("{text}")
        };
        assert_eq!(media.decode(&mut audio), Err(Refused::NotBase64));
        assert!(audio.is_empty(), "nothing half-decoded is played");
    }
}

#[test]
fn numbers_tell_what_was_lost_and_what_came_twice() {
    let mut sequence = Sequence::default();
    let orders = [1, 2, 2, 5, 4, 6].map(|number| sequence.take(number));
    assert_eq!(
        orders,
        [
            Order::Next,
            Order::Next,
            Order::Stale,
            Order::Gap(2),
            Order::Stale,
            Order::Next
        ]
    );
}

proptest! {
    #[test]
    fn no_text_stops_the_reader(text in "\\PC{0,300}") {
        let _ = Frame::read(&text);
    }

    #[test]
    fn no_damage_to_a_good_message_stops_the_reader(at in 0usize..400, with in "\\PC{0,3}", cut in 0usize..5) {
        let mut audio = Vec::new();
        for good in [media("/38A"), start(r#""a":"b""#)] {
            let at = at.min(good.len());
            let end = (at + cut).min(good.len());
            let text = format!("{}{with}{}", &good[..at], &good[end..]);
            if let Ok(Frame { message: Message::Media(media), .. }) = Frame::read(&text) {
                let _ = media.decode(&mut audio);
            }
        }
    }
}
