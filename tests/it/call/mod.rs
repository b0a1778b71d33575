//! Calls over a real database: a caller who acts by a script, in virtual time, and the desk that books.

mod booking;

use std::{sync::Arc, time::Duration};

use ringbook::{
    call::{
        driver::{CallClock, Driver, Ended, Ground, Scripted},
        lines::Lines,
        live::Live,
        rehearsal::{Act, Caller, Turn, When},
        turn::Pauses,
    },
    clock::Clock,
    desk::{By, NewCall},
    domain::{Booking, CallChannel, CallClaim, PhoneNumber},
    providers::Registry,
    store::{Db, bookings::Filter},
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
            providers: Registry::new(house.desk.clone()),
            lines: Arc::new(Lines::english().unwrap()),
            pauses: Pauses::default(),
            patience: Duration::from_secs(2),
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
        let business = self.house.by.business_id;
        let new = self.incoming(number);
        let beginning = self.ground.begin(&self.live, business, new).await.unwrap();
        let claim = beginning.claim;
        let clock = CallClock::virtual_beside(self.house.clock.clone());
        let line = Scripted::new(Caller::new(turns));
        (claim, Driver::new(&self.ground, beginning, line, clock))
    }

    /// Somebody calls, says this one after the other, and hangs up if nobody else did.
    pub(crate) async fn rings(&self, number: &str, says: &[&str]) -> (CallClaim, Ended) {
        let (claim, driver) = self.call(number, script(says)).await;
        (claim, driver.run().await)
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
        turns
            .into_iter()
            .map(|turn| format!("{}: {}\n", turn.speaker, turn.text))
            .collect()
    }

    pub(crate) fn by(&self, claim: CallClaim) -> By {
        By::call(self.house.by.business_id, claim.call)
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
