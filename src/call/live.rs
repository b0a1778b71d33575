//! The calls in progress on this node: who is let in, who is on the line, and what is left when they are gone.
//!
//! It knows calls by their id only; what they talk about is the driver's business.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use dashmap::DashMap;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

use crate::domain::CallId;

/// Cheap to clone; clones are the same.
#[derive(Debug, Clone)]
pub struct Live(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    calls: DashMap<CallId, CancellationToken>,
    room: Arc<Semaphore>,
    /// Every call's token is a child of this.
    all: CancellationToken,
    /// Closed: nobody is let in any more.
    present: TaskTracker,
    works: Arc<AtomicUsize>,
    /// Rings when a call leaves its place.
    left: Notify,
}

/// Why a call is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRoom {
    #[error("as many calls are in progress as this node takes")]
    Full,
    #[error("this node is stopping and takes no more calls")]
    Closing,
    #[error("this call is in progress here already")]
    Present,
}

/// What has not ended yet. After the last call: nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Leftovers {
    pub calls: usize,
    /// Tasks that calls started: questions and orders to the desk, journals.
    pub works: usize,
}

impl Live {
    pub fn new(most_calls: usize) -> Self {
        Self(Arc::new(Shared {
            calls: DashMap::new(),
            room: Arc::new(Semaphore::new(most_calls.min(Semaphore::MAX_PERMITS))),
            all: CancellationToken::new(),
            present: TaskTracker::new(),
            works: Arc::default(),
            left: Notify::new(),
        }))
    }

    /// The call has its place until the [`Place`] is dropped.
    pub fn admit(&self, call: CallId) -> Result<Place, NoRoom> {
        // Asked for before the door is looked at: whoever closes it afterwards waits for this call.
        let present = self.0.present.token();
        if self.0.present.is_closed() {
            return Err(NoRoom::Closing);
        }
        let room = Arc::clone(&self.0.room)
            .try_acquire_owned()
            .map_err(|_| NoRoom::Full)?;
        let cancelled = self.0.all.child_token();
        match self.0.calls.entry(call) {
            dashmap::Entry::Occupied(_) => Err(NoRoom::Present),
            dashmap::Entry::Vacant(vacant) => {
                vacant.insert(cancelled.clone());
                Ok(Place {
                    call,
                    cancelled,
                    live: self.clone(),
                    room: Some(room),
                    _present: present,
                })
            }
        }
    }

    /// Lets nobody in any more, waits until all have gone, and after `patience` takes the rest off their lines, where another node
    /// may go on with them.
    pub async fn drain(&self, patience: Duration) {
        self.0.present.close();
        if timeout(patience, self.0.present.wait()).await.is_err() {
            tracing::warn!(calls = self.0.calls.len(), "calls were cut off");
            self.0.all.cancel();
            self.0.present.wait().await;
        }
    }

    /// Takes one call off its line; false if it is not here.
    pub fn cut_off(&self, call: CallId) -> bool {
        let token = self.0.calls.get(&call).map(|entry| entry.value().clone());
        token.inspect(CancellationToken::cancel).is_some()
    }

    /// Takes one call off its line, if it is here, and waits until it is gone.
    pub async fn vacate(&self, call: CallId) {
        loop {
            let left = self.0.left.notified();
            if !self.cut_off(call) {
                return;
            }
            left.await;
        }
    }

    /// Whether one more call would be let in now.
    pub fn has_room(&self) -> bool {
        self.0.room.available_permits() > 0 && !self.0.present.is_closed()
    }

    /// Whether nobody is let in any more.
    pub fn is_closing(&self) -> bool {
        self.0.present.is_closed()
    }

    pub fn is_here(&self, call: CallId) -> bool {
        self.0.calls.contains_key(&call)
    }

    pub fn leftovers(&self) -> Leftovers {
        Leftovers {
            calls: self.0.calls.len(),
            works: self.0.works.load(Ordering::Relaxed),
        }
    }
}

/// One call's place among the calls in progress.
#[derive(Debug)]
pub struct Place {
    call: CallId,
    cancelled: CancellationToken,
    live: Live,
    room: Option<OwnedSemaphorePermit>,
    _present: TaskTrackerToken,
}

impl Place {
    pub fn call(&self) -> CallId {
        self.call
    }

    /// Rings when the call is to leave its line at once.
    pub(super) fn cancelled(&self) -> &CancellationToken {
        &self.cancelled
    }

    /// To be kept by a task for as long as it runs.
    pub(super) fn count_work(&self) -> Counted {
        let works = Arc::clone(&self.live.0.works);
        works.fetch_add(1, Ordering::Relaxed);
        Counted(works)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room = None;
        self.live.0.calls.remove(&self.call);
        self.live.0.left.notify_waiters();
    }
}

#[derive(Debug)]
pub(super) struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> CallId {
        CallId(Uuid::from_u128(number))
    }

    #[test]
    fn a_full_house_lets_nobody_in_until_somebody_leaves() {
        let live = Live::new(1);
        let place = live.admit(id(1)).unwrap();
        assert_eq!(live.admit(id(2)).unwrap_err(), NoRoom::Full);
        drop(place);
        assert!(live.admit(id(2)).is_ok());
        assert_eq!(live.leftovers(), Leftovers::default());
    }

    #[test]
    fn a_call_is_in_one_place_at_a_time() {
        let live = Live::new(5);
        let _place = live.admit(id(1)).unwrap();
        assert_eq!(live.admit(id(1)).unwrap_err(), NoRoom::Present);
    }

    #[tokio::test]
    async fn a_node_that_stops_waits_for_its_calls_and_then_cuts_them_off() {
        let live = Live::new(5);
        let place = live.admit(id(1)).unwrap();
        let call = tokio::spawn(async move { place.cancelled().cancelled().await });
        live.drain(Duration::ZERO).await;
        call.await.unwrap();
        assert_eq!(live.leftovers(), Leftovers::default());
        assert_eq!(live.admit(id(2)).unwrap_err(), NoRoom::Closing);
    }

    #[test]
    fn one_call_can_be_cut_off_and_the_others_go_on() {
        let live = Live::new(5);
        let (first, second) = (live.admit(id(1)).unwrap(), live.admit(id(2)).unwrap());
        assert!(live.cut_off(id(1)) && !live.cut_off(id(3)));
        assert!(first.cancelled().is_cancelled() && !second.cancelled().is_cancelled());
    }
}
