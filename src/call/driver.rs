//! Around the pure call: takes what happens, gives it to the machine, and does what the machine asks for.
//!
//! One event, all of its actions, then the next event. Events come from the line, from work that has ended, and from the
//! clock; nothing in here waits for any one of them while the others go on. It decides nothing: what to say is the
//! machine's business, what may be booked the desk's, and how sound travels the line's.

mod booking;
mod clock;
mod line;
mod past;
mod transcript;
mod work;
mod works;

use std::sync::Arc;

pub use self::{
    clock::CallClock,
    line::{Line, Scripted},
};
use self::{
    past::{Past, Rebuilt},
    transcript::Transcript,
    work::{Counter, Worked},
    works::Works,
};
use super::{
    action::{Action, Outcome},
    event::{Event, Started},
    journal::Journal,
    lines::Lines,
    live::{Live, NoRoom, Place},
    machine::Call,
    replay::Step,
    snapshot,
    turn::Pauses,
};
use crate::{
    desk::{self, By, Desk, NewCall},
    domain::{Actor, Business, BusinessId, CallClaim, Line as Words},
    providers::Registry,
    telemetry::metrics::Metrics,
};

/// What all calls of a process stand on. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ground {
    pub desk: Desk,
    pub providers: Registry,
    pub lines: Arc<Lines>,
    pub pauses: Pauses,
    pub metrics: Metrics,
}

/// A call that may begin.
#[derive(Debug)]
pub struct Beginning {
    pub business: Business,
    pub claim: CallClaim,
    pub started: Started,
    pub place: Place,
    past: Option<Past>,
}

/// Why a call could not begin.
#[derive(Debug, thiserror::Error)]
pub enum NotBegun {
    #[error(transparent)]
    Desk(#[from] desk::Error),
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
}

impl Ground {
    /// Gives a call its row, its place and its view of the business. Also a call that finds no room has its row, so that the
    /// owner sees who rang.
    pub async fn begin(
        &self,
        live: &Live,
        business: BusinessId,
        new: NewCall,
    ) -> Result<Beginning, NotBegun> {
        let house = By {
            business_id: business,
            actor: Actor::SYSTEM,
        };
        let (caller, dialled) = (new.caller.clone(), new.dialled.clone());
        let at = new.started_at;
        let snapshot = snapshot::take(&self.desk, house, caller.as_ref(), dialled.as_ref()).await?;
        let claim = self.desk.begin_call(business, new).await?;
        let place = match live.admit(claim.call) {
            Ok(place) => place,
            Err(full) => {
                let by = By::call(business, claim.call);
                let why = Words::new(&full.to_string()).ok();
                let never = Outcome::NeverStarted;
                self.desk
                    .end_call(by, claim, never, why.as_ref(), at)
                    .await?;
                return Err(full.into());
            }
        };
        Ok(Beginning {
            started: Started {
                call: claim.call,
                at,
                seed: self.desk.clock.below(u64::MAX),
                caller,
                customer: snapshot.customer,
                business: snapshot.briefing,
            },
            business: snapshot.business,
            claim,
            place,
            past: None,
        })
    }
}

/// How a call left its driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Finished(Outcome),
    /// It goes on, or may go on, elsewhere.
    Gone,
}

/// Drives one call over one line.
#[derive(Debug)]
pub struct Driver<L> {
    lines: Arc<Lines>,
    pauses: Pauses,
    call: Box<Call>,
    line: L,
    clock: CallClock,
    counter: Counter,
    works: Works,
    journal: Journal,
    transcript: Transcript,
    metrics: Metrics,
    place: Place,
    first: Option<(Started, Option<Past>)>,
    outcome: Option<Outcome>,
}

enum Next {
    Event(Event),
    /// Look at the clock again.
    Nothing,
    /// The action was held back until the journal was on disk.
    Do(Action),
    /// Another node has the call.
    TakenOver,
    /// This node has to let go of it.
    CutOff,
}

impl<L: Line> Driver<L> {
    pub fn new(ground: &Ground, beginning: Beginning, line: L, clock: CallClock) -> Self {
        let Ground {
            desk,
            providers,
            lines,
            pauses,
            metrics,
        } = ground.clone();
        let Beginning {
            business,
            claim,
            started,
            place,
            past,
        } = beginning;
        let by = By::call(business.id, claim.call);
        let (last_entry, last_turn) = past
            .as_ref()
            .map_or((0, 0), |past| (past.last_entry, past.last_turn));
        let counted = place.count_work();
        let journal = Journal::start(desk.clone(), by, claim, last_entry + 1, counted);
        Self {
            call: Box::new(Call::with_pauses(Arc::clone(&lines), pauses)),
            lines,
            pauses,
            line,
            clock,
            counter: Counter {
                desk,
                providers,
                business: Arc::new(business),
                not_by_phone: started.business.switches.not_by_phone.as_slice().into(),
                claim,
                caller: started.caller.clone(),
                last_asked: None,
            },
            works: Works::default(),
            journal,
            transcript: Transcript::new(last_turn + 1, metrics.clone()),
            metrics,
            place,
            first: Some((started, past)),
            outcome: None,
        }
    }

    /// From the first event until nothing of the call is left.
    pub async fn run(self) -> Ended {
        self.run_over().await.0
    }

    /// The same, and gives the line back for a goodbye of its own: the call's end is written by then. A call is large, so it stands on
    /// the heap, and not in every future that waits for it.
    pub fn run_over(self) -> impl Future<Output = (Ended, L)> + Send {
        Box::pin(self.see_through())
    }

    async fn see_through(mut self) -> (Ended, L) {
        match self.first.take() {
            None => {}
            Some((started, None)) => self.happens(Event::Started(Box::new(started))),
            Some((started, Some(past))) => self.goes_on(started, past),
        }
        while !self.call.is_over() || !self.works.is_empty() {
            match self.next().await {
                Next::Event(event) => self.happens(event),
                Next::Nothing => {}
                Next::Do(action) => self.line.take(self.clock.now(), &action),
                Next::TakenOver => return (Ended::Gone, self.line),
                Next::CutOff => return Box::pin(self.let_go()).await,
            }
        }
        Box::pin(self.finish()).await
    }

    /// Another node, or another line of this one, had the call.
    fn goes_on(&mut self, started: Started, past: Past) {
        self.clock.set_off(past.now);
        let rebuilt = past.rebuild(Arc::clone(&self.lines), self.pauses);
        let mut resumed = past.resumed;
        match rebuilt {
            Rebuilt::Same { call, outcome } => {
                self.call = call;
                self.outcome = outcome;
            }
            Rebuilt::Afresh(draft) => {
                tracing::info!("a call is picked up by other code than it was left by");
                let (at, on) = (self.clock.now(), Event::Started(Box::new(started)));
                let mut gave = Vec::new();
                // The caller was greeted before.
                self.call.handle(at, on.clone(), &mut gave);
                self.journal.note(&Step { at, on, gave });
                resumed.draft = draft;
            }
        }
        self.happens(Event::Resumed(Box::new(resumed)));
    }

    async fn next(&mut self) -> Next {
        let line = self.line.deadline();
        let timer = self.call.deadline().map(|(due, _)| due);
        let due = line.into_iter().chain(timer).min();
        let stands_still = self.clock.waits_for_work() && !self.works.is_empty();
        tokio::select! {
            biased;
            () = self.place.cancelled().cancelled() => Next::CutOff,
            () = self.journal.taken_over().cancelled() => Next::TakenOver,
            worked = self.works.next() => match worked {
                Worked::Answer(event) => Next::Event(event),
                Worked::Kept(action) => Next::Do(action),
                Worked::Done => Next::Nothing,
                Worked::TakenOver => Next::TakenOver,
            },
            () = self.clock.reach(due.unwrap_or_default()), if due.is_some() && !stands_still => self.due(),
            event = self.line.outside() => match event {
                Some(event) => Next::Event(event),
                None if self.line.is_gone() => Next::CutOff,
                None => Next::Nothing,
            },
        }
    }

    /// What the clock brings: the line's own event before a timer of the same moment.
    fn due(&mut self) -> Next {
        let now = self.clock.now();
        let timer = self.call.deadline();
        let line = self.line.deadline();
        let event = match timer.filter(|(due, _)| *due <= now) {
            Some((due, timer)) if line.is_none_or(|line| due < line) => {
                Some(Event::Timer { timer })
            }
            _ => self.line.fire(now),
        };
        event.map_or(Next::Nothing, Next::Event)
    }

    fn happens(&mut self, event: Event) {
        let at = self.clock.now();
        let mut gave = Vec::new();
        self.call.handle(at, event.clone(), &mut gave);
        let step = Step {
            at,
            on: event,
            gave,
        };
        self.journal.note(&step);
        if let Some(sounded) = self.line.sounded() {
            self.transcript.sounded(sounded);
        }
        if let Some(turn) = self.transcript.event(at, &step.on) {
            self.journal.turn(turn);
        }
        for action in step.gave {
            for turn in self.transcript.action(at, &action) {
                self.journal.turn(turn);
            }
            self.perform(action);
        }
        self.line.settled(at, &self.call);
    }

    fn perform(&mut self, action: Action) {
        let at = self.clock.now();
        match action {
            Action::Say { .. }
            | Action::Resume { .. }
            | Action::StopPlayback { .. }
            | Action::Transcript { .. }
            | Action::HangUp => self.line.take(at, &action),
            Action::Finish { outcome, .. } => {
                self.outcome = Some(outcome);
                self.line.take(at, &action);
            }
            action => {
                self.counter.remember(&action);
                let flusher = self.journal.flusher();
                self.works
                    .start(self.counter.clone(), action, flusher, &self.place);
            }
        }
    }

    /// What is under way is seen through, and its time stays kept: whoever picks the call up finds it in the database.
    async fn let_go(mut self) -> (Ended, L) {
        self.works.end().await;
        if self.journal.close().await.is_err() {
            tracing::warn!("a call was let go of before its journal was written");
        }
        (Ended::Gone, self.line)
    }

    async fn finish(self) -> (Ended, L) {
        let Self {
            counter,
            journal,
            outcome,
            line,
            metrics,
            place,
            ..
        } = self;
        let outcome = outcome.unwrap_or(Outcome::NeverStarted);
        if journal.close().await.is_err() {
            tracing::warn!("the end of a call's journal was not written");
        }
        let Counter {
            desk,
            business,
            claim,
            ..
        } = counter;
        let by = By::call(business.id, claim.call);
        let reason = Words::new(in_words(outcome)).ok();
        let now = desk.clock.now();
        let ended = desk
            .end_call(by, claim, outcome, reason.as_ref(), now)
            .await;
        drop(place);
        let ended = match ended {
            Err(desk::Error::CallTakenOver) => Ended::Gone,
            Err(error) => {
                tracing::error!(%error, "the end of a call was not written");
                Ended::Finished(outcome)
            }
            Ok(is_first) => {
                if is_first {
                    metrics.call_ended(outcome.as_str());
                }
                Ended::Finished(outcome)
            }
        };
        (ended, line)
    }
}

/// Why a call ended as it did, for the owner.
fn in_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Booked => "The caller booked.",
        Outcome::Rescheduled => "The caller moved a booking.",
        Outcome::Cancelled => "The caller cancelled a booking.",
        Outcome::Transferred => "The caller was put through to a person.",
        Outcome::MessageTaken => "The caller left a message.",
        Outcome::Answered => "The caller's questions were answered, and nothing was to be booked.",
        Outcome::Unsettled => {
            "The caller agreed to something, and it never became known whether it was done. Please look."
        }
        Outcome::GaveUp => "The caller left before anything was settled.",
        Outcome::Silent => "Nobody spoke.",
        Outcome::Voicemail => "A machine was calling.",
        Outcome::TooLong => "The call reached the longest time a call may last.",
        Outcome::NeverStarted => "The line closed before the call began.",
    }
}
