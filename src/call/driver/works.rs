//! The work that a call has under way: started, kept in order, and awaited.
//!
//! Work runs beside the conversation. What writes goes one after another, in the order in which it was asked for, and what
//! reads waits for the writes asked for before it: so a question never meets the hold that the caller has just let go.
//! It must not know what any work does.

use std::{collections::HashMap, time::Duration};

use tokio::{
    task::{self, JoinSet},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::work::{Counter, Worked};
use crate::call::{
    action::Action,
    event::{Event, WorkId},
    journal::Flusher,
    live::Place,
};

/// Nothing takes longer. By then the caller was told long ago that it is not known whether it was done.
const LONGEST: Duration = Duration::from_secs(20);

#[derive(Debug, Default)]
pub(super) struct Works {
    running: JoinSet<Worked>,
    ids: HashMap<task::Id, WorkId>,
    /// Rings when the last write is done.
    wrote: Option<CancellationToken>,
}

impl Works {
    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// An effect is done only once everything noted before is on disk.
    pub(super) fn start(
        &mut self,
        counter: Counter,
        action: Action,
        flusher: Flusher,
        place: &Place,
    ) {
        let id = action.work();
        let is_effect = action.is_effect();
        let before = self.wrote.clone();
        let done = (is_effect || matches!(action, Action::ReleaseHold { .. })).then(|| {
            let wrote = CancellationToken::new();
            self.wrote = Some(wrote.clone());
            wrote.drop_guard()
        });
        let counted = place.count_work();
        let work = async move {
            let _at_the_end = (counted, done);
            let in_order = async {
                if let Some(before) = before {
                    before.cancelled().await;
                }
                if is_effect && flusher.flush().await.is_err() {
                    return failed(id);
                }
                counter.work(action).await
            };
            timeout(LONGEST, in_order)
                .await
                .unwrap_or_else(|_| failed(id))
        };
        let started = self.running.spawn(work);
        if let Some(id) = id {
            self.ids.insert(started.id(), id);
        }
    }

    /// What the next piece of work came to; for ever if there is none.
    pub(super) async fn next(&mut self) -> Worked {
        let Some(ended) = self.running.join_next_with_id().await else {
            return std::future::pending().await;
        };
        match ended {
            Ok((task, worked)) => {
                self.ids.remove(&task);
                worked
            }
            Err(error) => {
                tracing::error!(%error, "a call's work fell over");
                failed(self.ids.remove(&error.id()))
            }
        }
    }

    /// Lets what is under way end.
    pub(super) async fn end(&mut self) {
        while self.running.join_next().await.is_some() {}
    }
}

fn failed(id: Option<WorkId>) -> Worked {
    id.map_or(Worked::Done, |id| Worked::Answer(Event::Failed { id }))
}
