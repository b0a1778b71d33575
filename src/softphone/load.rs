//! Many calls at once, and what they cost the server.
//!
//! It must be much lighter than what it measures: sounds are made ready once, a call is one task, and what is counted has one size.

use std::{
    collections::BTreeMap,
    process,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::Url;
use serde::Serialize;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{
    Caller, Failed, Line, Operator, Over, Told,
    caller::Turn,
    follow::sid,
    process::{cpu_time, memory},
    stream::{Names, Stream, lock},
    tally::{Figures, Tally, round},
};

/// What to do.
#[derive(Debug, Clone)]
pub struct Plan {
    pub target: Target,
    pub turns: Arc<[Turn]>,
    /// Callers start again at the end of the script, in place of hanging up and calling again.
    pub again: bool,
    pub calls: u32,
    /// Calls begin evenly over this time; some seconds later it is measured.
    pub ramp: Duration,
    pub length: Duration,
    /// The server's process.
    pub pid: Option<u32>,
    /// A call in which the agent says this has made a booking.
    pub booked: String,
}

#[derive(Debug, Clone)]
pub enum Target {
    Phone(Box<Line>),
    /// Only a socket: no webhook comes before it.
    Socket(Url),
}

/// One line for a table.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub calls: u32,
    pub seconds: f64,
    /// Calls that were begun, with those that came after others.
    pub dialled: u64,
    pub failures: BTreeMap<String, u64>,
    pub bookings: u64,
    pub frames_sent: u64,
    pub frames_received: u64,
    pub marks: u64,
    pub clears: u64,
    /// How late the agent's sound came.
    pub pacing_ms: Figures,
    /// From the end of the caller's turn to the first of the answer.
    pub answer_ms: Figures,
    /// How late our own sound went out: where this is large, the others mean nothing.
    pub own_pacing_ms: Figures,
    pub server_cpu_ms_per_call_second: Option<f64>,
    pub server_memory_kb_per_call: Option<f64>,
    pub own_cpu_ms_per_call_second: Option<f64>,
}

/// Until the last caller has been greeted and has heard a first answer: from then on all calls are alike.
const SETTLING: Duration = Duration::from_secs(10);

/// Calls, measures, hangs up all calls, and tells.
pub async fn run(operator: &Operator, plan: &Plan) -> Report {
    let begin = Instant::now();
    let measured_from = begin + plan.ramp + SETTLING;
    let until = measured_from + plan.length;
    let memory_before = plan.pid.and_then(memory);
    let tally = Arc::new(Mutex::new(Tally::default()));
    let shared = Arc::new(plan.clone());
    let mut callers = JoinSet::new();
    for number in 0..plan.calls {
        let starts = begin + plan.ramp * number / plan.calls.max(1);
        let caller = One {
            operator: operator.clone(),
            plan: Arc::clone(&shared),
            tally: Arc::clone(&tally),
            starts,
            until,
        };
        callers.spawn(caller.run());
    }
    sleep_until(measured_from).await;
    let before = Cost::now(plan.pid);
    let failed_before = {
        let mut tally = lock(&tally);
        let ramp = std::mem::take(&mut *tally);
        tally.calls = ramp.calls;
        tally.bookings = ramp.bookings;
        ramp.failures
    };
    sleep_until(until).await;
    let after = Cost::now(plan.pid);
    let memory_after = plan.pid.and_then(memory);
    let seconds = measured_from.elapsed().as_secs_f64();
    let mut counted = std::mem::take(&mut *lock(&tally));
    while callers.join_next().await.is_some() {}
    for failures in [failed_before, std::mem::take(&mut lock(&tally).failures)] {
        for (kind, times) in failures {
            *counted.failures.entry(kind).or_default() += times;
        }
    }
    let call_seconds = f64::from(plan.calls) * seconds;
    let per_call_second =
        |cost: Option<Duration>| Some(round(cost?.as_secs_f64() * 1000.0 / call_seconds));
    Report {
        calls: plan.calls,
        seconds: round(seconds),
        dialled: counted.calls,
        failures: counted.failures,
        bookings: counted.bookings,
        frames_sent: counted.sent,
        frames_received: counted.received,
        marks: counted.marks,
        clears: counted.clears,
        pacing_ms: counted.pacing.figures(),
        answer_ms: counted.answers.figures(),
        own_pacing_ms: counted.own.figures(),
        server_cpu_ms_per_call_second: per_call_second(difference(before.server, after.server)),
        server_memory_kb_per_call: growth(memory_before, memory_after, plan.calls),
        own_cpu_ms_per_call_second: per_call_second(difference(before.own, after.own)),
    }
}

/// Time on a processor so far.
struct Cost {
    server: Option<Duration>,
    own: Option<Duration>,
}

impl Cost {
    fn now(server: Option<u32>) -> Self {
        Self {
            server: server.and_then(cpu_time),
            own: cpu_time(process::id()),
        }
    }
}

fn difference(before: Option<Duration>, after: Option<Duration>) -> Option<Duration> {
    Some(after?.saturating_sub(before?))
}

#[expect(clippy::cast_precision_loss, reason = "kilobytes")]
fn growth(before: Option<u64>, after: Option<u64>, calls: u32) -> Option<f64> {
    let grown = after?.saturating_sub(before?) / 1024;
    Some(round(grown as f64 / f64::from(calls.max(1))))
}

/// One caller, who calls again until the time is over.
struct One {
    operator: Operator,
    plan: Arc<Plan>,
    tally: Arc<Mutex<Tally>>,
    starts: Instant,
    until: Instant,
}

impl One {
    /// A caller who can't get through tries again, and not at once.
    const BREATH: Duration = Duration::from_secs(1);

    async fn run(self) {
        sleep_until(self.starts).await;
        while Instant::now() < self.until {
            let got_through = match &self.plan.target {
                Target::Phone(line) => self.phone(line).await.is_ok(),
                Target::Socket(url) => self.socket(url).await,
            };
            if !got_through {
                sleep_until(self.until.min(Instant::now() + Self::BREATH)).await;
            }
        }
    }

    fn caller(&self) -> Caller {
        let turns = Arc::clone(&self.plan.turns);
        if self.plan.again {
            Caller::over_and_over(turns)
        } else {
            Caller::with_script(turns)
        }
    }

    async fn phone(&self, line: &Line) -> Result<(), Failed> {
        let tally = &*self.tally;
        let booked = &self.plan.booked;
        let mut watch = |told: Told<'_>| {
            if let Told::AgentSaid(text) = told
                && text.contains(booked)
            {
                lock(tally).bookings += 1;
            }
        };
        let mut caller = self.caller();
        let called = line.call(
            &self.operator,
            &mut caller,
            tally,
            &mut watch,
            Some(self.until),
        );
        called.await.map(|_| ())
    }

    async fn socket(&self, url: &Url) -> bool {
        lock(&self.tally).calls += 1;
        let socket = match self.operator.open(url).await {
            Ok(socket) => socket,
            Err(unopened) => {
                lock(&self.tally).failed(unopened.to_string());
                return false;
            }
        };
        let clock = &self.operator.clock;
        let (Ok(call), Ok(stream)) = (sid(clock, "CA").parse(), sid(clock, "MZ").parse()) else {
            return false;
        };
        let names = Names {
            account: self.operator.account.clone(),
            call,
            stream,
            parameters: Vec::new(),
        };
        let playing = Stream {
            names: &names,
            caller: &mut self.caller(),
            tally: &self.tally,
            watch: &mut |_| {},
            until: Some(self.until),
        };
        match playing.play(socket).await {
            Over::CallerHungUp => true,
            Over::ServerClosed => {
                lock(&self.tally).failed("the server closed the stream");
                false
            }
            Over::Broken(why) => {
                lock(&self.tally).failed(why.split(':').next().unwrap_or(&why));
                false
            }
        }
    }
}
