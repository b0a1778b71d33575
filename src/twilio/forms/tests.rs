//! Whole forms, as they come.

use super::*;
use crate::twilio::Params;

const CALL: &str = "CA00000000000000000000000000000001";

fn form<T>(text: &str, read: impl Fn(&Params<'_>) -> Result<T, BadForm>) -> Result<T, BadForm> {
    read(&Params::parse(text.as_bytes()).unwrap())
}

fn incoming(from: &str) -> String {
    format!(
        "AccountSid=AC01&ApiVersion=2010-04-01&CallSid={CALL}&CallStatus=ringing&Called=%2B14155550100&Direction=inbound\
         &From={from}&FromCity=&FromCountry=US&StirVerstat=TN-Validation-Passed-A&To=%2B14155550100&SomethingNew=1"
    )
}

#[test]
fn a_call_comes_in_with_more_than_is_known() {
    let call = form(&incoming("%2B14155550134"), Incoming::read).unwrap();
    assert_eq!(call.call.as_str(), CALL);
    assert_eq!(call.from.number().unwrap().as_str(), "+14155550134");
    assert_eq!(call.to.number().unwrap().as_str(), "+14155550100");
    assert_eq!(call.status, CallStatus::Ringing);
    assert_eq!(call.forwarded_from, None);
}

#[test]
fn a_caller_without_a_number_is_still_a_caller() {
    for from in ["", "anonymous", "%2B266696687"] {
        let call = form(&incoming(from), Incoming::read).unwrap();
        assert_eq!(call.from, Party::Anonymous, "{from}");
    }
    let call = form(&incoming("client%3Aanna"), Incoming::read).unwrap();
    assert_eq!(call.from, Party::Other("client:anna".to_owned()));
}

#[test]
fn a_form_without_its_call_is_refused() {
    let without = incoming("").replace("CallSid", "Sid");
    assert_eq!(
        form(&without, Incoming::read),
        Err(BadForm::Missing("CallSid"))
    );
    let odd = incoming("").replace(CALL, "CA1%2F..%2F2");
    assert_eq!(
        form(&odd, Incoming::read),
        Err(BadForm::Malformed("CallSid"))
    );
}

#[test]
fn the_end_of_a_stream_and_of_a_transfer_come_the_same_way() {
    let stream = form(
        &format!("CallSid={CALL}&CallStatus=in-progress"),
        After::read,
    )
    .unwrap();
    assert_eq!(stream.transferred, None);
    assert!(!stream.status.is_over());
    let transfer = form(
        &format!("CallSid={CALL}&CallStatus=completed&DialCallStatus=no-answer&DialCallSid=CA2"),
        After::read,
    )
    .unwrap();
    let went = transfer.transferred.unwrap();
    assert_eq!((went.status, went.seconds), (CallStatus::NoAnswer, 0));
    assert!(transfer.status.is_over());
}

#[test]
fn progress_carries_its_place_in_the_order() {
    let progress = form(
        &format!("CallSid={CALL}&CallStatus=completed&SequenceNumber=2&CallDuration=61&Duration=2"),
        CallProgress::read,
    )
    .unwrap();
    assert_eq!((progress.number, progress.seconds), (Some(2), Some(61)));
}

#[test]
fn a_stream_tells_how_it_fares() {
    let base = format!("AccountSid=AC1&CallSid={CALL}&StreamSid=MZ1&StreamName=first&StreamEvent=");
    let of = |event: &str| {
        form(&format!("{base}{event}"), StreamStatus::read)
            .unwrap()
            .event
    };
    assert_eq!(of("stream-started"), StreamEvent::Started);
    assert_eq!(of("stream-stopped"), StreamEvent::Stopped);
    assert_eq!(
        of("stream-error&StreamError=broken"),
        StreamEvent::Failed("broken".to_owned())
    );
    assert_eq!(
        of("stream-paused"),
        StreamEvent::Other("stream-paused".to_owned())
    );
}

#[test]
fn a_text_comes_in_with_its_body_as_it_was_typed() {
    let text = form(
        "MessageSid=SM1&SmsSid=SM1&From=%2B14155550134&To=%2B14155550100&Body=+C+&NumMedia=0",
        IncomingText::read,
    )
    .unwrap();
    assert_eq!((text.body.as_str(), text.opt_out), (" C ", None));
    let stop = form(
        "MessageSid=SM1&From=%2B14155550134&To=%2B14155550100&Body=arret&OptOutType=STOP",
        IncomingText::read,
    )
    .unwrap();
    assert_eq!(stop.opt_out, Some(OptOut::Stop));
}

#[test]
fn the_words_that_end_all_texts_stand_alone_in_theirs() {
    for body in ["STOP", " stop ", "Cancel", "optout"] {
        assert_eq!(OptOut::of_body(body), Some(OptOut::Stop), "{body}");
    }
    assert_eq!(OptOut::of_body("start"), Some(OptOut::Start));
    assert_eq!(OptOut::of_body("Info"), Some(OptOut::Help));
    for body in ["please stop", "cancel my booking", "C", ""] {
        assert_eq!(OptOut::of_body(body), None, "{body}");
    }
}

#[test]
fn delivery_only_moves_forward_whatever_the_order() {
    let of = |state: &str| {
        form(
            &format!("MessageSid=SM1&MessageStatus={state}&ErrorCode=30003"),
            TextStatus::read,
        )
        .unwrap()
    };
    assert_eq!(of("undelivered").error, Some(30003));
    let ranks = [
        "flying",
        "accepted",
        "queued",
        "sending",
        "sent",
        "delivered",
        "read",
    ]
    .map(|state| of(state).state.rank());
    assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
    for word in ["failed", "canceled", "flying"] {
        assert_eq!(of(word).state.as_str(), word);
    }
}
