//! The use cases: what a receptionist does. Each is one method of [`Desk`], in a file of its own, and one transaction.
//!
//! Every door (phone, API, dashboard) comes in here, so no rule holds at one door only. The desk knows nothing of HTTP, of how a call
//! goes, or of calendars; what must happen outside the database is a job, written in the same transaction.

mod absences;
mod after;
mod api_keys;
mod audit;
mod book;
mod bookings;
mod business;
mod call_records;
mod calls;
mod change;
mod check_time;
mod checks;
mod customers;
mod diaries;
mod error;
mod find_slots;
mod idempotency;
mod jobs;
mod messages;
mod password;
mod reschedule;
mod services;
mod sessions;
mod staff;
mod streams;
mod texting;
mod token;
mod users;

pub use absences::{NewBlock, NewException, NewLeave};
use audit::record;
pub use book::{BookRequest, Certainty, CustomerRef, HoldRequest};
pub use bookings::Bookings;
pub use business::{BusinessPatch, NewBusiness, NewClosure};
pub use call_records::{CallProgress, Calls, Deed, DeedKind};
pub use calls::NewCall;
pub use change::{Edit, Target};
pub use check_time::{TimeAnswer, TimeQuestion};
pub use customers::{CustomerFilter, CustomerPatch, NewCustomer, NewHistoryEntry};
pub use error::{Error, Result};
pub use find_slots::{LONGEST_RANGE, SlotQuery};
pub use idempotency::{Done, Key};
pub use messages::TakeMessage;
pub use password::Password;
pub use reschedule::{Move, StaffWish};
pub use services::{NewService, ServicePatch};
pub use sessions::{LoggedIn, NotLoggedIn};
pub use staff::{NewStaff, StaffPatch};
pub use streams::{OpenedStream, StreamCount};
pub use texting::{Says, TextAnswer, TextCame, TextNews};
pub use users::{Invitation, Invited};

use crate::{
    clock::Clock,
    domain::{Actor, BusinessId},
    store::Db,
};

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Desk {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
}

/// On whose behalf something is done: which tenant's rows it may touch, and whose name goes into the audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    pub business_id: BusinessId,
    pub actor: Actor,
}

impl Desk {
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.db.read().await?.ping().await?)
    }
}

/// A transaction that was undone because another stood in its way is done again, a bounded number of times.
pub(crate) async fn retrying<T, F>(mut once: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    const TRIES: u32 = 5;
    for _ in 1..TRIES {
        match once().await {
            Err(Error::Store(error)) if error.is_contention() => {}
            settled => return settled,
        }
    }
    once().await
}
