//! Calls over a real database: a caller who acts by a script, in virtual time, and the desk that books.

mod booking;
mod ending;
mod journal;
mod talk;
mod trouble;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use ringbook::{
    call::{
        action::Action,
        driver::{Beginning, CallClock, Driver, Ended, Ground, Line, Scripted},
        event::Event,
        lines::Lines,
        live::{Leftovers, Live},
        machine::Call,
        rehearsal::{Act, Caller, Turn, When},
        timer::Ms,
        turn::Pauses,
    },
    clock::Clock,
    desk::{By, NewCall},
    domain::{Booking, CallChannel, CallClaim, PhoneNumber},
    providers::Registry,
    store::{Db, bookings::Filter},
    telemetry::metrics::Metrics,
};

use crate::support::{House, house::monday};

pub(crate) const CALLER: &str = "+442079460001";

/// The house with everything that calls stand on. Its clock goes with the calls' time.
pub(crate) struct Exchange {
    pub(crate) house: House,
    pub(crate) ground: Ground,
    pub(crate) live: Live,
}

impl Exchange {
    pub(crate) async fn build(db: &Db) -> Self {
        Self::over(House::with_clock(db, Clock::set_to(monday(8, 0))).await)
    }

    pub(crate) fn over(house: House) -> Self {
        let ground = Ground {
            desk: house.desk.clone(),
            // However busy the machine is, an answer that comes is not too late.
            providers: Registry::new(house.desk.clone()).with_budget(Duration::from_mins(1)),
            lines: Arc::new(Lines::english().unwrap()),
            pauses: Pauses::default(),
            metrics: Metrics::default(),
        };
        Self {
            house,
            ground,
            live: Live::new(8),
        }
    }

    pub(crate) fn incoming(&self, number: &str) -> NewCall {
        NewCall {
            channel: CallChannel::Terminal,
            caller: Some(PhoneNumber::new(number).unwrap()),
            dialled: None,
            outside_id: None,
            started_at: self.house.clock.now(),
        }
    }

    /// A call over a line of its own, ready to run.
    pub(crate) async fn call(
        &self,
        number: &str,
        turns: Vec<Turn>,
    ) -> (CallClaim, Driver<Scripted>) {
        let beginning = self.begin(number).await;
        let line = Scripted::new(Caller::new(turns));
        (beginning.claim, self.drive(beginning, line))
    }

    pub(crate) async fn begin(&self, number: &str) -> Beginning {
        let business = self.house.by.business_id;
        let new = self.incoming(number);
        let begun = self.ground.begin(&self.live, business, new).await;
        begun.unwrap()
    }

    pub(crate) fn drive<L: Line>(&self, beginning: Beginning, line: L) -> Driver<L> {
        let clock = CallClock::virtual_beside(self.house.clock.clone());
        Driver::new(&self.ground, beginning, line, clock)
    }

    /// Somebody calls, says this one after the other, and hangs up if nobody else did.
    pub(crate) async fn rings(&self, number: &str, says: &[&str]) -> (CallClaim, Ended) {
        let (claim, driver) = self.call(number, script(says)).await;
        (claim, Box::pin(driver.run()).await)
    }

    pub(crate) async fn bookings(&self) -> Vec<Booking> {
        let desk = &self.house.desk;
        let all = Filter::default();
        let page = desk.bookings(self.house.by, &all, None, 100).await;
        page.unwrap().items
    }

    /// What the agent was heard to say.
    pub(crate) async fn heard(&self, claim: CallClaim) -> String {
        let desk = &self.house.desk;
        let turns = desk.transcript(self.house.by, claim.call).await.unwrap();
        let told = turns
            .iter()
            .map(|turn| format!("{}: {}", turn.speaker, turn.text));
        told.collect::<Vec<_>>().join(
            "
",
        )
    }

    /// Nothing of any call is left in this process, and no time is kept for this one.
    pub(crate) async fn is_clean_after(&self, claim: CallClaim) {
        assert_eq!(self.live.leftovers(), Leftovers::default());
        let by = By::call(self.house.by.business_id, claim.call);
        let state = self.house.desk.call_state(by, claim).await.unwrap();
        assert_eq!(state.holds, []);
    }
}

pub(crate) fn says(text: &str) -> Turn {
    Turn {
        caller: Act::Says(text.to_owned()),
        when: When::default(),
    }
}

pub(crate) fn hangs_up() -> Turn {
    Turn {
        caller: Act::HangsUp,
        when: When::default(),
    }
}

pub(crate) fn script(lines: &[&str]) -> Vec<Turn> {
    lines
        .iter()
        .map(|line| says(line))
        .chain([hangs_up()])
        .collect()
}

/// A line that is listened to: told of every action before the line does it.
pub(crate) struct Tapped<F> {
    line: Scripted,
    hear: F,
}

impl<F: FnMut(&Action) + Send> Tapped<F> {
    pub(crate) fn new(turns: Vec<Turn>, hear: F) -> Self {
        let line = Scripted::new(Caller::new(turns));
        Self { line, hear }
    }
}

impl<F: FnMut(&Action) + Send> Line for Tapped<F> {
    fn take(&mut self, at: Ms, action: &Action) {
        (self.hear)(action);
        self.line.take(at, action);
    }

    fn settled(&mut self, at: Ms, call: &Call) {
        self.line.settled(at, call);
    }

    fn deadline(&self) -> Option<Ms> {
        self.line.deadline()
    }

    fn fire(&mut self, at: Ms) -> Option<Event> {
        self.line.fire(at)
    }
}

/// Everything the agent says, for whoever holds the other end.
pub(crate) fn ear() -> (Arc<Mutex<String>>, impl FnMut(&Action) + Send) {
    let said = Arc::new(Mutex::new(String::new()));
    let ear = Arc::clone(&said);
    let hear = move |action: &Action| {
        if let Action::Say { text, .. } = action {
            let mut said = ear.lock().unwrap();
            said.push_str(text);
            said.push('\n');
        }
    };
    (said, hear)
}
