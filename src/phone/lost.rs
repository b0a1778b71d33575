//! Calls that nobody drives any more, on any node: theirs died, and Twilio did not ask what comes next, or asked in vain.
//!
//! Whoever drives a call writes its journal; so a call of which nothing was written for some minutes is lost, unless its caller talks
//! to a person meanwhile. It ends here, with the most that was done in it, and whoever got nothing is texted. All nodes look: what one
//! has ended, the next leaves alone.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::{MissedTickBehavior, interval};

use super::Switchboard;
use crate::{
    desk::{self, By},
    domain::Call,
};

const EVERY: Duration = Duration::from_mins(1);
/// A call that lives writes something down every few seconds; the journal of a node that can't reach the database waits for minutes.
const SILENT_FOR: TimeDelta = TimeDelta::minutes(5);
/// At one look.
const MOST: u32 = 200;

impl Switchboard {
    /// Looks again and again, until the server stops.
    pub async fn look_for_lost_calls(&self) {
        let mut looks = interval(EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.stopping().cancelled() => return,
                _ = looks.tick() => {}
            }
            if let Err(error) = self.end_lost_calls().await {
                tracing::warn!(%error, "lost calls could not be looked for");
            }
        }
    }

    pub async fn end_lost_calls(&self) -> desk::Result<()> {
        let since = self.desk().clock.now() - SILENT_FOR;
        for call in self.desk().silent_calls(since, MOST).await? {
            if !self.live().is_here(call.id) {
                self.end_lost_call(&call).await?;
            }
        }
        Ok(())
    }

    async fn end_lost_call(&self, call: &Call) -> desk::Result<()> {
        let ground = self.ground();
        let rings = ground.transfer_of(call.business_id, call.id).await?;
        if rings.is_some() {
            return Ok(());
        }
        // If its node lives after all, it can do nothing more for this call.
        let by = By::call(call.business_id, call.id);
        let claim = match self.desk().take_over_call(by, call.id).await {
            Ok(claim) => claim,
            Err(desk::Error::Refused { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        tracing::warn!(call.id = %call.id, "a call was lost");
        self.settle(
            call.business_id,
            claim,
            "The line broke, and no server got the call back.",
        )
        .await;
        Ok(())
    }
}
