//! Why the desk did not do what it was asked.

use std::borrow::Cow;

use crate::{domain::Misfit, scheduling::Refusal, store};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It isn't there, or belongs to another business, which is the same to whoever asks.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A field's value is fine by itself and wrong here.
    #[error("`{field}`: {why}")]
    Invalid {
        field: Cow<'static, str>,
        why: String,
    },
    /// Another row has this value, and only one can.
    #[error("`{0}` is taken already")]
    Duplicate(&'static str),
    /// Somebody changed it since the caller looked.
    #[error("it was changed in the meantime; it is at version {current} now")]
    Stale { current: i64 },
    /// Somebody else has the time.
    #[error("that time has just been taken")]
    SlotTaken,
    /// The idempotency key was used for something else.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// The call goes on elsewhere, and whoever asked does not know it yet.
    #[error("another node has taken this call over")]
    CallTakenOver,
    /// A rule of the business says no.
    #[error("{why}")]
    Refused { code: &'static str, why: String },
    /// Something of our own that does not fail did.
    #[error("{0}")]
    Broken(&'static str),
    #[error(transparent)]
    Store(store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::SlotTaken => Self::SlotTaken,
            store::Error::Duplicate(field) => Self::Duplicate(field),
            other => Self::Store(other),
        }
    }
}

impl Error {
    pub(crate) fn refused(code: &'static str, why: impl Into<String>) -> Self {
        Self::Refused {
            code,
            why: why.into(),
        }
    }

    pub(crate) fn invalid(field: impl Into<Cow<'static, str>>, why: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            why: why.into(),
        }
    }
}

impl From<Misfit> for Error {
    fn from(misfit: Misfit) -> Self {
        Self::invalid(misfit.field, misfit.why)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Taken => Self::SlotTaken,
            other => Self::refused(other.code(), other.to_string()),
        }
    }
}
