//! Doing a thing once, however often it is asked for. Only committed successes are remembered; a refused request may be tried
//! again with the same key, because the world may have changed.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{By, Error, Result};
use crate::{
    clock::Clock,
    domain::{Booking, CallId, Invalid, Text},
    store::{Reader, Tx, idempotency as table},
};

/// What a caller names a request by: on the API the `Idempotency-Key` header, on the phone the call and the number of the
/// confirmed proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    text: Text<1, 255>,
    call: Option<CallId>,
}

impl Key {
    pub fn new(text: &str) -> Result<Self, Invalid> {
        if text.bytes().all(|b| b.is_ascii_graphic()) {
            Text::new(text).map(|text| Self { text, call: None })
        } else {
            Err(Invalid::new("must be 1 to 255 visible ASCII characters"))
        }
    }

    /// For what a caller has agreed to: by number, because a caller may book, cancel, and book the same again.
    pub fn of_proposal(call: CallId, proposal: u32) -> Result<Self, Invalid> {
        Ok(Self {
            call: Some(call),
            ..Self::new(&format!("call:{call}:{proposal}"))?
        })
    }

    /// The number of the proposal, if the key is one of this call's.
    pub(super) fn proposal_of(call: CallId, key: &str) -> Option<u32> {
        let number = key.strip_prefix("call:")?.strip_prefix(&call.to_string())?;
        number.strip_prefix(':')?.parse().ok()
    }

    pub(super) fn as_str(&self) -> &str {
        self.text.as_str()
    }
}

/// A success, and whether it was one already before this request.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    pub booking: Booking,
    pub repeated: bool,
}

impl Done {
    pub(super) fn now(booking: Booking) -> Self {
        Self {
            booking,
            repeated: false,
        }
    }
}

/// One request under its key, if it has one.
pub(super) struct Once<'a> {
    key: Option<&'a Key>,
    request: &'static str,
    fingerprint: String,
}

impl<'a> Once<'a> {
    /// `what` and `request` together tell this request from any other.
    pub(super) fn new(
        key: Option<&'a Key>,
        what: &'static str,
        request: &impl Serialize,
    ) -> Result<Self> {
        let body = serde_json::to_vec(&(what, request))
            .map_err(|why| Error::invalid("idempotency_key", why.to_string()))?;
        let fingerprint = URL_SAFE_NO_PAD.encode(Sha256::digest(body));
        Ok(Self {
            key,
            request: what,
            fingerprint,
        })
    }

    /// The first success, if there was one.
    pub(super) async fn recall(&self, reader: &mut Reader, by: By) -> Result<Option<Done>> {
        let Some(key) = self.key else {
            return Ok(None);
        };
        match table::recall(reader, by.business_id, key.as_str()).await? {
            None => Ok(None),
            Some(first) if first.fingerprint != self.fingerprint => Err(Error::KeyReused),
            Some(first) => Ok(Some(Done {
                booking: booking_in(first)?,
                repeated: true,
            })),
        }
    }

    pub(super) async fn remember(
        &self,
        tx: &mut Tx,
        by: By,
        clock: &Clock,
        booking: &Booking,
    ) -> Result<()> {
        let Some(key) = self.key else {
            return Ok(());
        };
        let success = table::Remembered {
            fingerprint: self.fingerprint.clone(),
            request: self.request.to_owned(),
            call_id: key.call,
            booking_id: booking.id,
            outcome: super::record(booking)?,
        };
        match table::remember(tx, by.business_id, key.as_str(), &success, clock.now()).await {
            // The same request, sent twice at once, committed first: done again, this one finds it.
            Err(crate::store::Error::Duplicate(_)) => Err(crate::store::Error::Contention.into()),
            other => Ok(other?),
        }
    }
}

/// The booking as a request left it.
pub(super) fn booking_in(success: table::Remembered) -> Result<Booking> {
    serde_json::from_value(success.outcome).map_err(|why| {
        Error::Store(crate::store::Error::Inconsistent {
            table: "idempotency_keys",
            row: success.booking_id.to_string(),
            why: Invalid::new(why.to_string()),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_visible_ascii_of_a_bounded_length() {
        assert!(Key::new("order-17/1").is_ok());
        for bad in ["", "with space", "zoë", &"k".repeat(256)] {
            assert!(Key::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_same_body_for_another_purpose_has_another_fingerprint() {
        let first = Once::new(None, "book", &1).unwrap().fingerprint;
        assert_eq!(first, Once::new(None, "book", &1).unwrap().fingerprint);
        assert_ne!(first, Once::new(None, "book", &2).unwrap().fingerprint);
        assert_ne!(first, Once::new(None, "cancel", &1).unwrap().fingerprint);
    }

    #[test]
    fn the_key_of_a_proposal_is_read_back_for_its_own_call_only() {
        let call = CallId(uuid::Uuid::from_u128(7));
        let key = Key::of_proposal(call, 12).unwrap();
        assert_eq!(Key::proposal_of(call, key.as_str()), Some(12));
        let other = CallId(uuid::Uuid::from_u128(8));
        assert_eq!(Key::proposal_of(other, key.as_str()), None);
    }
}
