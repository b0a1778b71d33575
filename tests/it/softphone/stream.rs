//! One stream in virtual time, over a pipe in memory: the clock goes on only when both sides wait.

use std::{sync::Mutex, time::Duration};

use futures_util::{SinkExt, StreamExt};
use ringbook::{
    audio::{FRAME, typed},
    call::{
        rehearsal::{Act, Turn, When},
        timer::Ms,
    },
    softphone::{Caller, Names, Over, Stream, Told, caller, tally::Tally},
    twilio::stream::{Frame, Message as From, Order, Sequence, Writer},
};
use tokio::{
    io::DuplexStream,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};

const STREAM: &str = "MZ00000000000000000000000000000001";
const FRAME_TIME: Duration = Duration::from_millis(20);

fn names() -> Names {
    Names {
        account: "AC00000000000000000000000000000001".parse().unwrap(),
        call: "CA00000000000000000000000000000001".parse().unwrap(),
        stream: STREAM.parse().unwrap(),
        parameters: vec![("token".to_owned(), "a \"b\"".to_owned())],
    }
}

fn at_once(act: Act) -> Turn {
    let when = When::SinceLast(Ms::ZERO);
    Turn { caller: act, when }
}

/// Says nothing for so long, then hangs up.
fn listener(seconds: u64) -> Vec<Turn> {
    let when = When::SinceLast(Ms(seconds * 1000));
    vec![Turn {
        caller: Act::HangsUp,
        when,
    }]
}

/// What came of a call, and when.
struct Played {
    over: Over,
    tally: Tally,
    told: Vec<(Duration, String)>,
}

impl Played {
    fn was_told(&self, what: &str) -> Vec<Duration> {
        let told = self.told.iter();
        told.filter(|(_, text)| text == what)
            .map(|(at, _)| *at)
            .collect()
    }
}

/// The caller's turns against a server.
async fn play(turns: Vec<Turn>, server: impl AsyncFnOnce(Server)) -> Played {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let ours = WebSocketStream::from_raw_socket(ours, Role::Client, None).await;
    let theirs = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
    let began = Instant::now();
    let tally = Mutex::new(Tally::default());
    let mut told = Vec::new();
    let mut watch = |what: Told<'_>| told.push((began.elapsed(), words(what)));
    let mut caller = Caller::with_script(turns.into_iter().map(caller::Turn::from).collect());
    let stream = Stream {
        names: &names(),
        caller: &mut caller,
        tally: &tally,
        watch: &mut watch,
        until: None,
    };
    let server = server(Server {
        socket: theirs,
        writer: Writer::new(&STREAM.parse().unwrap()),
        began,
    });
    let (over, ()) = tokio::join!(stream.play(ours), server);
    Played {
        over,
        tally: tally.into_inner().unwrap(),
        told,
    }
}

fn words(told: Told<'_>) -> String {
    match told {
        Told::AgentSays(text) => format!("agent says {text}"),
        Told::AgentSaid(text) => format!("agent said {text}"),
        Told::AgentStopped => "agent stopped".to_owned(),
        Told::CallerSays(text) => format!("caller says {text}"),
        Told::CallerPresses(key) => format!("caller presses {key}"),
        Told::Detail(text) => text.to_string(),
        other => format!("{other:?}"),
    }
}

struct Server {
    socket: WebSocketStream<DuplexStream>,
    writer: Writer,
    began: Instant,
}

impl Server {
    async fn next(&mut self) -> Option<(Duration, String)> {
        loop {
            match self.socket.next().await?.ok()? {
                Message::Text(text) => return Some((self.began.elapsed(), text.to_string())),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// Everything but sound, until the end.
    async fn events(&mut self) -> Vec<(u128, String)> {
        let mut events = Vec::new();
        while let Some((at, text)) = self.next().await {
            let event = match Frame::read(&text).unwrap().message {
                From::Media(_) => continue,
                From::Mark(name) => format!("mark {name}"),
                From::Dtmf(key) => format!("key {}", key.0),
                From::Start(_) => "start".to_owned(),
                other => format!("{other:?}").to_lowercase(),
            };
            events.push((at.as_millis(), event));
        }
        events
    }

    async fn send(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    async fn says(&mut self, text: &str, length_ms: u64) {
        for frame in typed::encode(text, length_ms) {
            self.send(self.writer.media(&frame)).await;
        }
    }

    async fn until(&self, ms: u64) {
        sleep_until(self.began + Duration::from_millis(ms)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn sound_goes_out_every_twenty_milliseconds_and_is_what_our_own_server_reads() {
    let turns = vec![
        at_once(Act::Says("Hello".to_owned())),
        at_once(Act::HangsUp),
    ];
    let mut ears = typed::Decoder::default();
    let mut heard = None;
    let mut sequence = Sequence::default();
    let mut kinds = Vec::new();
    let played = play(turns, async |mut server| {
        let mut sound = Vec::new();
        let mut chunk = 0;
        while let Some((at, text)) = server.next().await {
            let frame = Frame::read(&text).unwrap();
            assert!(
                frame
                    .number
                    .is_none_or(|number| sequence.take(number) == Order::Next)
            );
            match frame.message {
                From::Media(media) => {
                    chunk += 1;
                    assert_eq!(at, FRAME_TIME * chunk);
                    assert_eq!(u128::from(media.at_ms), at.as_millis());
                    media.decode(&mut sound).unwrap();
                    let frame: [u8; FRAME] = sound.as_slice().try_into().unwrap();
                    heard = ears.push(&frame).or(heard.take());
                }
                From::Start(start) => {
                    assert!(start.format.is_telephone());
                    assert_eq!(start.stream.as_str(), STREAM);
                    assert_eq!(start.parameters["token"], "a \"b\"");
                    kinds.push("start");
                }
                From::Connected => kinds.push("connected"),
                From::Stop => kinds.push("stop"),
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
    assert_eq!(played.over, Over::CallerHungUp);
    assert_eq!(kinds, ["connected", "start", "stop"]);
    assert_eq!(heard, Some(typed::Heard::Ended("Hello".to_owned())));
    assert_eq!(played.tally.sent, 15);
}

#[tokio::test(start_paused = true)]
async fn the_agents_words_are_told_when_they_are_played_and_marks_come_back_behind_them() {
    let mut events = Vec::new();
    let played = play(listener(4), async |mut server| {
        let none = server.writer.mark("nothing before it");
        server.send(none).await;
        server.says("Good morning.", 1_000).await;
        server.send(server.writer.mark("first")).await;
        server.says("What can I do for you?", 1_000).await;
        server.send(server.writer.mark("second")).await;
        events = server.events().await;
    })
    .await;
    let marks: Vec<_> = events
        .iter()
        .filter(|(_, event)| event.starts_with("mark"))
        .collect();
    assert_eq!(*marks[0], (0, "mark nothing before it".to_owned()));
    assert_eq!(
        *marks[1],
        (1_020, "mark first".to_owned()),
        "the first frame is played at 20 ms"
    );
    assert_eq!(*marks[2], (2_020, "mark second".to_owned()));
    let second = played.was_told("agent says What can I do for you?");
    assert!(second[0] > Duration::from_secs(1) && second[0] < Duration::from_millis(1_200));
    assert_eq!(
        played.was_told("agent said Good morning."),
        [Duration::from_secs(1)]
    );
    assert_eq!(played.tally.received, 100);
}

#[tokio::test(start_paused = true)]
async fn one_large_piece_of_sound_is_as_good_as_many_small_ones() {
    let played = play(listener(3), async |mut server| {
        let sound: Vec<u8> = typed::encode("All at once", 1_000).flatten().collect();
        server.send(server.writer.media(&sound)).await;
        server.events().await;
    })
    .await;
    assert_eq!(
        played.was_told("agent said All at once"),
        [Duration::from_secs(1)]
    );
}

#[tokio::test(start_paused = true)]
async fn clear_empties_the_line_and_brings_every_mark_back() {
    let played = play(listener(3), async |mut server| {
        for word in ["one", "two", "three"] {
            server.says(word, 1_000).await;
            server.send(server.writer.mark(word)).await;
        }
        server.until(1_510).await;
        server.send(server.writer.clear()).await;
        server.events().await;
    })
    .await;
    for (mark, at) in [("one", 1_020), ("two", 1_510), ("three", 1_510)] {
        let back = played.was_told(&format!("mark {mark} is back"));
        assert_eq!(back, [Duration::from_millis(at)], "{mark}");
    }
    assert_eq!(played.was_told("agent stopped").len(), 1);
    assert!(played.was_told("agent says three").is_empty());
    assert_eq!(played.tally.clears, 1);
}

#[tokio::test(start_paused = true)]
async fn keys_are_sent_as_twilio_sends_them() {
    let turns = vec![
        at_once(Act::Presses("4#".to_owned())),
        at_once(Act::HangsUp),
    ];
    let mut events = Vec::new();
    play(turns, async |mut server| events = server.events().await).await;
    let events: Vec<_> = events.iter().map(|(_, event)| event.as_str()).collect();
    assert_eq!(events, ["connected", "start", "key 4", "key #", "stop"]);
}

#[tokio::test(start_paused = true)]
async fn answers_and_late_sound_are_measured() {
    let says = at_once(Act::Says("When?".to_owned()));
    let turns = vec![says, listener(5).remove(0)];
    let played = play(turns, async |mut server| {
        let mut frames = typed::encode("On Tuesday", 400);
        // The caller is done after fifteen frames, at 300 ms.
        server.until(450).await;
        for (at, frame) in frames.by_ref().enumerate() {
            let late = if at == 9 { 70 } else { 0 };
            server.until(450 + 20 * at as u64 + late).await;
            server.send(server.writer.media(&frame)).await;
        }
        server.events().await;
    })
    .await;
    let answers = played.tally.answers.figures();
    assert_eq!((answers.count, answers.max), (1, 150.0));
    let pacing = played.tally.pacing.figures();
    assert_eq!((pacing.count, pacing.max), (19, 70.0));
    assert!(pacing.p50 < 1.0, "{pacing:?}");
    assert!(played.tally.own.figures().max < 0.1);
}

#[tokio::test(start_paused = true)]
async fn sound_that_is_sent_ahead_must_stay_ahead() {
    let played = play(listener(5), async |mut server| {
        for (at, frame) in typed::encode("On Tuesday", 400).enumerate() {
            let late = if at == 12 { 50 } else { 0 };
            let due = (20 * at as u64).saturating_sub(60);
            server.until(100 + due + late).await;
            server.send(server.writer.media(&frame)).await;
        }
        server.events().await;
    })
    .await;
    let pacing = played.tally.pacing.figures();
    assert_eq!((pacing.count, pacing.max), (19, 50.0));
    assert!(pacing.p50 < 1.0, "{pacing:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_between_two_answers_is_not_late() {
    let played = play(listener(5), async |mut server| {
        for (word, at) in [("one", 100), ("two", 600), ("three", 1_300)] {
            server.until(at).await;
            server.says(word, 300).await;
        }
        server.events().await;
    })
    .await;
    let pacing = played.tally.pacing.figures();
    assert_eq!((pacing.count, pacing.max), (42, 0.0));
}

#[tokio::test(start_paused = true)]
async fn what_twilio_refuses_breaks_the_stream() {
    let other = Writer::new(&"MZ2".parse().unwrap());
    let stream = |event: &str| format!(r#"{{"event":"{event}","streamSid":"{STREAM}"}}"#);
    for message in [
        "hello".to_owned(),
        stream("shout"),
        stream("media"),
        stream("media").replace('}', r#","media":{"payload":"*"}}"#),
        other.clear(),
    ] {
        let played = play(listener(5), async |mut server| {
            server.send(message.clone()).await;
            server.events().await;
        })
        .await;
        match played.over {
            Over::Broken(why) => assert!(why.contains("31951"), "{why}"),
            over => panic!("{message}: {over:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_server_may_close_the_stream_or_vanish() {
    let closed = play(listener(60), async |mut server| {
        server.until(500).await;
        server.socket.close(None).await.unwrap();
        server.events().await;
    });
    assert_eq!(closed.await.over, Over::ServerClosed);
    let gone = play(listener(60), async |server| server.until(500).await);
    assert!(matches!(
        gone.await.over,
        Over::Broken(_) | Over::ServerClosed
    ));
}
