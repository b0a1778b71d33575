//! The least that a server of media streams can do: what `docs/load.md` measures Ringbook against.
//!
//! It reads each message, decodes its sound, takes a turn of the caller for over when it has been quiet for a while, and answers with
//! a tone, a frame every twenty milliseconds. It knows no words, no call and no database, and none of Ringbook's own code.

use std::{error::Error, net::SocketAddr, rc::Rc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use clap::Parser;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{LocalSet, spawn_local},
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::{
    accept_async_with_config,
    tungstenite::{self, Message, protocol::WebSocketConfig},
};

const FRAME: usize = 160;
const FRAME_TIME: Duration = Duration::from_millis(20);
/// The mean of what is somebody's voice.
const LOUD: u32 = 500;

/// A bare server of media streams, to compare with.
#[derive(Parser)]
struct Options {
    #[arg(long, default_value = "127.0.0.1:9100")]
    listen: SocketAddr,
    /// Quiet for so long, and the caller's turn is over.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 500)]
    pause: u64,
    /// How long an answer is.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 3_000)]
    answer: u64,
    /// It ends by itself after so long.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    at_most: u64,
}

struct House {
    pause: u64,
    answer: u64,
    /// What each byte of mu-law is worth.
    levels: [u16; 256],
    tone: [u8; FRAME],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Incoming<'a> {
    event: &'a str,
    stream_sid: Option<&'a str>,
    #[serde(borrow)]
    media: Option<Media<'a>>,
}

#[derive(Deserialize)]
struct Media<'a> {
    payload: &'a str,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let house = Rc::new(House {
        pause: options.pause / 20,
        answer: options.answer / 20,
        levels: std::array::from_fn(level),
        tone: std::array::from_fn(|at| if at % 20 < 10 { 0x9f } else { 0x1f }),
    });
    let listener = TcpListener::bind(options.listen).await?;
    let serve = async {
        loop {
            let (socket, _) = listener.accept().await?;
            spawn_local(call(socket, Rc::clone(&house)));
        }
    };
    let limited = timeout(Duration::from_secs(options.at_most), serve);
    LocalSet::new().run_until(limited).await.unwrap_or(Ok(()))
}

/// Of a byte of mu-law.
fn level(byte: usize) -> u16 {
    let byte = !u8::try_from(byte).unwrap_or(u8::MAX);
    let low = (u16::from(byte & 0x0f) << 3) + 0x84;
    (low << ((byte & 0x70) >> 4)) - 0x84
}

/// Whatever goes wrong with a call, it is over.
async fn call(socket: TcpStream, house: Rc<House>) {
    let _ = socket.set_nodelay(true);
    let settings = WebSocketConfig::default().read_buffer_size(4096);
    if let Ok(socket) = accept_async_with_config(socket, Some(settings)).await {
        let _ = converse(socket, &house).await;
    }
}

async fn converse(
    mut socket: tokio_tungstenite::WebSocketStream<TcpStream>,
    house: &House,
) -> Result<(), tungstenite::Error> {
    let mut stream = String::new();
    let mut sound = Vec::with_capacity(FRAME);
    let (mut quiet, mut heard) = (0, false);
    let (mut left, mut next) = (0, Instant::now());
    loop {
        tokio::select! {
            message = socket.next() => {
                let Some(message) = message else { return Ok(()) };
                let Message::Text(text) = message? else { continue };
                let Ok(incoming) = serde_json::from_str::<Incoming<'_>>(&text) else { continue };
                match (incoming.event, incoming.media) {
                    ("media", Some(media)) => {
                        sound.clear();
                        if BASE64_STANDARD.decode_vec(media.payload, &mut sound).is_err() {
                            continue;
                        }
                        let sum: u32 = sound.iter().map(|byte| u32::from(house.levels[usize::from(*byte)])).sum();
                        if sum > LOUD * 160 {
                            (quiet, heard) = (0, true);
                        } else {
                            quiet += 1;
                        }
                        if heard && quiet == house.pause {
                            heard = false;
                            (left, next) = (house.answer, Instant::now());
                        }
                    }
                    ("start", _) => incoming.stream_sid.unwrap_or_default().clone_into(&mut stream),
                    ("stop", _) => return socket.close(None).await,
                    _ => {}
                }
            }
            () = sleep_until(next), if left > 0 => {
                let tone = BASE64_STANDARD.encode(house.tone);
                let media = format!(r#"{{"event":"media","streamSid":"{stream}","media":{{"payload":"{tone}"}}}}"#);
                socket.send(Message::text(media)).await?;
                left -= 1;
                next += FRAME_TIME;
            }
        }
    }
}
