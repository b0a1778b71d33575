//! What the messages of a media stream cost. A call has fifty of each kind a second, so a thousand calls on one core leave 10
//! microseconds for one in and one out, everything else included.

use divan::{Bencher, black_box, counter::ItemsCount};
use ringbook::twilio::{
    StreamSid,
    stream::{Frame, Message, Writer},
};

fn main() {
    divan::main();
}

/// Twenty milliseconds.
const AUDIO: [u8; 160] = [0x5a; 160];

fn writer() -> Writer {
    StreamSid::new("MZ18ad3ab5a668481ce02b83e7395059f0").map_or_else(
        |error| unreachable!("{error}"),
        |stream| Writer::new(&stream),
    )
}

/// As Twilio writes one.
fn incoming() -> String {
    writer().media(&AUDIO).replace(
        r#""media":{"#,
        r#""sequenceNumber":"1234","media":{"track":"inbound","chunk":"1233","timestamp":"24660","#,
    )
}

#[divan::bench]
fn one_frame_in(bencher: Bencher<'_, '_>) {
    let text = incoming();
    let mut audio = Vec::with_capacity(AUDIO.len());
    bencher
        .counter(ItemsCount::new(1usize))
        .bench_local(move || match Frame::read(black_box(&text)) {
            Ok(Frame {
                message: Message::Media(media),
                ..
            }) => {
                black_box(media.decode(&mut audio).is_ok());
            }
            other => unreachable!("{other:?}"),
        });
}

#[divan::bench]
fn one_frame_out(bencher: Bencher<'_, '_>) {
    let writer = writer();
    bencher
        .counter(ItemsCount::new(1usize))
        .bench_local(|| writer.media(black_box(&AUDIO)));
}

#[divan::bench]
fn one_mark_in(bencher: Bencher<'_, '_>) {
    let text = writer()
        .mark("12:345")
        .replace(r#""mark":{"#, r#""sequenceNumber":"77","mark":{"#);
    bencher
        .counter(ItemsCount::new(1usize))
        .bench_local(|| Frame::read(black_box(&text)).is_ok());
}
