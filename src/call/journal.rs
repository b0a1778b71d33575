//! Writes down what happens in a call, off the path of sound.
//!
//! One writer per call, because its order, its right to write and its troubles are that call's alone: a call whose writes
//! fail holds up no other. The writer gathers what comes in and writes it in one go: a second after something that the call would
//! miss, or every [`BATCH`] entries, or at once when somebody is about to change the world and asks for a flush. That sound was
//! played or begins to be heard is not missed, and waits for company: many calls share one database, and a commit costs as much
//! as a second of sound.
//!
//! When the database is slow or away, the call goes on and entries wait in a bounded queue; what needs a flush fails, and
//! the caller is told. When the queue is full the journal has a gap: from then on every flush fails, because the call could
//! not be rebuilt from it.
//!
//! It must not know what the entries mean.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{action::Action, event::Event, live::Counted, replay::Step};
use crate::{
    desk::{By, Desk, Error},
    domain::{CallClaim, JournalEntry, Turn},
};

/// Written in one go.
const BATCH: usize = 128;
/// Nothing that the call would miss waits longer than this to be written, while the database answers.
const INTERVAL: Duration = Duration::from_secs(1);
/// And what passes by, longer than this.
const LEISURE: Duration = Duration::from_secs(5);
/// Between two tries while it does not.
const PAUSE: Duration = Duration::from_millis(250);
/// So often the end of a call is tried to be written.
const LAST_TRIES: u32 = 3;
/// Some minutes of talk. More than this unwritten, and the journal has a gap.
const MOST_WAITING: usize = 1024;
/// How long whoever waits for a flush is kept waiting.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the end of a call may take to be written.
const LAST_PATIENCE: Duration = Duration::from_secs(10);

/// What was noted is not on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the journal could not be written")]
pub(super) struct Unwritten;

#[derive(Debug)]
enum Note {
    /// To be written within this time.
    Entry(JournalEntry, Duration),
    Turn(Turn),
    Flush(oneshot::Sender<Result<(), Unwritten>>),
}

#[derive(Debug)]
pub(super) struct Journal {
    flusher: Flusher,
    next: u64,
    taken_over: CancellationToken,
    writer: AbortOnDropHandle<Result<(), Unwritten>>,
}

/// Waits for a journal to be on disk.
#[derive(Debug, Clone)]
pub(super) struct Flusher {
    queue: mpsc::Sender<Note>,
    has_gap: Arc<AtomicBool>,
}

impl Journal {
    /// The first entry gets the number `next`.
    pub(super) fn start(desk: Desk, by: By, claim: CallClaim, next: u64, counted: Counted) -> Self {
        let (queue, notes) = mpsc::channel(MOST_WAITING);
        let taken_over = CancellationToken::new();
        let writer = Writer {
            desk,
            by,
            claim,
            entries: Vec::new(),
            turns: Vec::new(),
            flushes: Vec::new(),
            due: None,
            taken_over: taken_over.clone(),
            failing: false,
            _counted: counted,
        };
        Self {
            flusher: Flusher {
                queue,
                has_gap: Arc::default(),
            },
            next,
            taken_over,
            writer: AbortOnDropHandle::new(tokio::spawn(writer.run(notes))),
        }
    }

    /// Never waits.
    pub(super) fn note(&mut self, step: &Step) {
        let number = self.next;
        self.next += 1;
        let at_ms = step.at.0;
        let within = if passes_by(step) { LEISURE } else { INTERVAL };
        let noted = serde_json::to_string(step).is_ok_and(|body| {
            let entry = JournalEntry {
                number,
                at_ms,
                body,
            };
            self.put(Note::Entry(entry, within))
        });
        if !noted && !self.flusher.has_gap.swap(true, Ordering::Relaxed) {
            tracing::error!("a call's journal has a gap: the database did not keep up");
        }
    }

    /// A line of the transcript. One that finds no room is lost, and the entries that it was made from are not.
    pub(super) fn turn(&mut self, turn: Turn) {
        self.put(Note::Turn(turn));
    }

    pub(super) fn flusher(&self) -> Flusher {
        self.flusher.clone()
    }

    /// Rings when somebody else has the call, and nothing more of ours will be written.
    pub(super) fn taken_over(&self) -> &CancellationToken {
        &self.taken_over
    }

    /// Writes what is left.
    pub(super) async fn close(self) -> Result<(), Unwritten> {
        let Self {
            flusher, writer, ..
        } = self;
        drop(flusher);
        match timeout(LAST_PATIENCE, writer).await {
            Ok(Ok(written)) => written,
            Ok(Err(_)) | Err(_) => Err(Unwritten),
        }
    }

    fn put(&self, note: Note) -> bool {
        self.flusher.queue.try_send(note).is_ok()
    }
}

/// Nothing came of it that a node which takes the call over would have to ask for again.
fn passes_by(step: &Step) -> bool {
    let event = matches!(
        step.on,
        Event::SpeechStarted
            | Event::SpeechEnded
            | Event::Interim { .. }
            | Event::Sent { .. }
            | Event::Mark { .. }
    );
    let mut gave = step.gave.iter();
    event && gave.all(|action| matches!(action, Action::Transcript { .. }))
}

impl Flusher {
    /// Resolves when everything noted before is on disk.
    pub(super) async fn flush(&self) -> Result<(), Unwritten> {
        if self.has_gap.load(Ordering::Relaxed) {
            return Err(Unwritten);
        }
        let (written, answer) = oneshot::channel();
        let flush = async {
            self.queue
                .send(Note::Flush(written))
                .await
                .map_err(|_| Unwritten)?;
            answer.await.map_err(|_| Unwritten)?
        };
        timeout(PATIENCE, flush).await.map_err(|_| Unwritten)?
    }
}

struct Writer {
    desk: Desk,
    by: By,
    claim: CallClaim,
    entries: Vec<JournalEntry>,
    turns: Vec<Turn>,
    flushes: Vec<oneshot::Sender<Result<(), Unwritten>>>,
    /// When what was gathered is to be written.
    due: Option<Instant>,
    taken_over: CancellationToken,
    /// The last write failed, and the log has it.
    failing: bool,
    _counted: Counted,
}

impl Writer {
    async fn run(mut self, mut notes: mpsc::Receiver<Note>) -> Result<(), Unwritten> {
        let mut last_tries = 0;
        loop {
            let open = self.gather(&mut notes).await;
            last_tries += u32::from(!open);
            let written = self.write().await;
            for flush in self.flushes.drain(..) {
                // Whoever asked may have given up.
                let _ = flush.send(written);
            }
            match written {
                Ok(()) if !open => return Ok(()),
                Err(Unwritten) if self.taken_over.is_cancelled() || last_tries >= LAST_TRIES => {
                    return Err(Unwritten);
                }
                Err(Unwritten) => sleep(PAUSE).await,
                Ok(()) => {}
            }
        }
    }

    /// Takes what comes until it is time to write; false if nothing comes any more.
    async fn gather(&mut self, notes: &mut mpsc::Receiver<Note>) -> bool {
        while self.entries.len() < BATCH && self.flushes.is_empty() {
            let note = match self.due {
                None => notes.recv().await,
                Some(due) => match timeout_at(due, notes.recv()).await {
                    Ok(note) => note,
                    Err(_) => return true,
                },
            };
            match note {
                Some(note) => self.take(note),
                None => return false,
            }
        }
        true
    }

    fn take(&mut self, note: Note) {
        let within = match note {
            Note::Entry(entry, within) => {
                self.entries.push(entry);
                within
            }
            Note::Turn(turn) => {
                self.turns.push(turn);
                LEISURE
            }
            Note::Flush(written) => return self.flushes.push(written),
        };
        self.is_due_in(within);
    }

    fn is_due_in(&mut self, time: Duration) {
        let due = Instant::now() + time;
        self.due = Some(self.due.map_or(due, |before| before.min(due)));
    }

    async fn write(&mut self) -> Result<(), Unwritten> {
        let written = self.try_write().await;
        self.due = None;
        if written.is_err() {
            self.is_due_in(INTERVAL);
        }
        let failed_before = std::mem::replace(&mut self.failing, written.is_err());
        written.map_err(|error| {
            if matches!(error, Error::CallTakenOver) {
                tracing::info!("another node has the call");
                self.taken_over.cancel();
            } else if !failed_before {
                tracing::warn!(%error, "a call's journal waits for the database");
            }
            Unwritten
        })
    }

    async fn try_write(&mut self) -> Result<(), Error> {
        let Self {
            desk, by, claim, ..
        } = self;
        if !self.entries.is_empty() || !self.turns.is_empty() {
            // Large, and seldom under way: it takes its room only then.
            Box::pin(desk.write_record(*by, *claim, &self.entries, &self.turns)).await?;
            self.entries.clear();
            self.turns.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::{
        call::{live::Live, timer::Ms},
        clock::Clock,
        domain::{BusinessId, CallId},
        store::Connect,
    };

    /// A journal whose database is gone.
    async fn in_vain() -> Journal {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/gone.db", folder.path().display());
        let db = Connect::new(url).open().await.unwrap();
        db.close().await;
        let call = CallId(Uuid::nil());
        let place = Live::new(1).admit(call).unwrap();
        let by = By::call(BusinessId(Uuid::nil()), call);
        let claim = CallClaim { call, epoch: 1 };
        let desk = Desk::new(db, Clock::held_at(DateTime::UNIX_EPOCH));
        Journal::start(desk, by, claim, 1, place.count_work())
    }

    fn step(at: u64) -> Step {
        Step {
            at: Ms(at),
            on: Event::HungUp,
            gave: Vec::new(),
        }
    }

    #[tokio::test]
    async fn what_can_not_be_written_is_not_said_to_be() {
        let mut journal = in_vain().await;
        journal.note(&step(1));
        assert_eq!(journal.flusher().flush().await, Err(Unwritten));
        assert!(!journal.taken_over().is_cancelled());
        assert_eq!(journal.close().await, Err(Unwritten));
    }

    #[tokio::test]
    async fn a_journal_that_has_a_gap_is_never_whole_again() {
        let mut journal = in_vain().await;
        // Nobody takes them off the queue until this waits for something.
        for at in 0..=MOST_WAITING as u64 {
            journal.note(&step(at));
        }
        assert!(journal.flusher.has_gap.load(Ordering::Relaxed));
        assert_eq!(journal.flusher().flush().await, Err(Unwritten));
    }
}
