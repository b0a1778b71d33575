//! How fast the call machine is, and how little memory a call takes. `cargo bench --bench machine`.

use std::sync::Arc;

use divan::{AllocProfiler, Bencher, counter::ItemsCount};
use ringbook::call::{
    action::Action,
    event::{Availability, Event, Started, WorkId},
    lines::Lines,
    machine::Call,
    playback::{Generation, Mark, UtteranceId},
    timer::{Ms, Timer},
};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

const STARTED: &str = include_str!("started.json");
/// Events of one iteration, so that the clock's own cost does not count.
const MANY: usize = 1_000;

fn lines() -> Arc<Lines> {
    Arc::new(Lines::english().unwrap_or_default())
}

fn started() -> Started {
    serde_json::from_str(STARTED).unwrap_or_else(|problem| {
        unreachable!("started.json is a call's beginning, as a journal has it: {problem}")
    })
}

fn begun(lines: &Arc<Lines>) -> (Call, Vec<Action>) {
    let mut call = Call::new(Arc::clone(lines));
    let mut out = Vec::with_capacity(16);
    call.handle(Ms(0), Event::Started(Box::new(started())), &mut out);
    (call, out)
}

/// A turn of the caller, answered by the world; the agent's words are played at once.
fn turn(call: &mut Call, at: &mut u64, text: &str, out: &mut Vec<Action>) {
    *at += 500;
    call.handle(Ms(*at), Event::SpeechStarted, out);
    call.handle(
        Ms(*at),
        Event::Heard {
            text: text.to_owned(),
        },
        out,
    );
    call.handle(Ms(*at), Event::SpeechEnded, out);
    *at += 3_000;
    call.handle(
        Ms(*at),
        Event::Timer {
            timer: Timer::EndOfTurn,
        },
        out,
    );
}

#[divan::bench]
fn voice_activity_marks_and_timers(bencher: Bencher) {
    let lines = lines();
    bencher
        .counter(ItemsCount::new(MANY))
        .with_inputs(|| begun(&lines))
        .bench_local_refs(|(call, out)| {
            let mark = Mark {
                generation: Generation(0),
                utterance: UtteranceId(1),
                span: 0,
            };
            for step in 0..MANY / 4 {
                let at = Ms(step as u64 * 20);
                call.handle(at, Event::SpeechStarted, out);
                call.handle(at, Event::SpeechEnded, out);
                call.handle(at, Event::Mark { mark }, out);
                call.handle(
                    at,
                    Event::Timer {
                        timer: Timer::NoWords,
                    },
                    out,
                );
                out.clear();
            }
        });
}

#[divan::bench]
fn utterances(bencher: Bencher) {
    const TURNS: [&str; 4] = [
        "I'd like a haircut on Tuesday at half past two",
        "no, Thursday at three o'clock",
        "how much is it?",
        "my name is Nora",
    ];
    let lines = lines();
    bencher
        .counter(ItemsCount::new(TURNS.len() * 25))
        .with_inputs(|| begun(&lines))
        .bench_local_refs(|(call, out)| {
            let mut at = 5_000;
            for text in TURNS.iter().cycle().take(TURNS.len() * 25) {
                turn(call, &mut at, text, out);
                out.clear();
            }
        });
}

#[divan::bench]
fn a_whole_booking(bencher: Bencher) {
    let lines = lines();
    bencher.bench_local(|| {
        let (mut call, mut out) = begun(&lines);
        let mut at = 5_000;
        turn(
            &mut call,
            &mut at,
            "This is Nora, a haircut on Tuesday at two",
            &mut out,
        );
        let staff = started().business.staff[0].id;
        let answer = Availability::Free { staff };
        call.handle(
            Ms(at),
            Event::Availability {
                id: WorkId(1),
                answer,
            },
            &mut out,
        );
        turn(&mut call, &mut at, "yes", &mut out);
        call.handle(Ms(at), Event::HungUp, &mut out);
        out
    });
}

/// The allocations of this are the memory of a call that has begun; see `max alloc` in the output.
#[divan::bench]
fn memory_of_a_call(bencher: Bencher) {
    let lines = lines();
    bencher.bench_local(|| begun(&lines));
}
