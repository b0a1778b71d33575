//! The nouns of the house, as types that can't hold nonsense.
//!
//! PURE: no socket, database, clock or randomness. A value of these types was checked when it was made (`TryFrom`, which
//! `serde` goes through as well), so the rooms above never check it again.

pub mod absence;
pub mod access;
pub mod audit;
pub mod availability;
pub mod booking;
pub mod business;
pub mod call;
pub mod customer;
pub mod hours;
pub mod ids;
pub mod integrations;
pub mod interval;
pub mod message;
pub mod misfit;
pub mod money;
pub mod phone;
pub mod policy;
pub mod service;
pub mod staff;
pub mod switches;
pub mod text;
pub mod texting;

pub use absence::{Block, BlockSource, Closure, ClosureKind, DateException, Leave};
pub use access::{ApiKey, Member, Membership, Role, Scope};
pub use audit::{Action, Actor, ActorKind, Change};
pub use availability::WhyBusy;
pub use booking::{Booking, BookingStatus, Source, Sync, SyncStatus};
pub use business::{AiConfig, Business, Language};
pub use call::{Call, CallChannel, CallClaim, CallOutcome, CallState, JournalEntry, Speaker, Turn};
pub use customer::{Customer, Email, Gender, HistoryEntry, HistoryKind, OptOuts};
pub use hours::{TimeSpan, WeeklyHours};
pub use ids::*;
pub use integrations::{Integrations, ProviderSettings};
pub use interval::{DayRange, Interval};
pub use message::Message;
pub use misfit::Misfit;
pub use money::Money;
pub use phone::PhoneNumber;
pub use policy::{OnUnknown, Policies};
pub use service::Service;
pub use staff::{Staff, StaffProfile};
pub use switches::{AfterHours, CallSwitches, Required, Transfer};
pub use text::{Line, Name, Note, Text};
pub use texting::{
    IncomingKind, Subject, TextError, TextKind, TextMessage, TextNumber, TextState, Texts,
    Unreached,
};

/// Why a value was refused: a sentence for the person who sent it, saying what would be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(String);

impl Invalid {
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// Text in the database or the API <-> a fieldless enum, from one list of words.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::Invalid;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    other => Err($crate::domain::Invalid::new(format!(
                        "`{other}` is not one of {}",
                        [$($word),+].join(", ")
                    ))),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;
