//! What may be booked on which answer: the one place where a business's policy for "not known" is applied.

use super::Availability;
use crate::{
    desk::Certainty,
    domain::{OnUnknown, WhyBusy},
    scheduling::Slot,
};

/// What whoever wants to book may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permit {
    /// Write it, as sure as this.
    Book(Certainty),
    Busy {
        why: WhyBusy,
        alternatives: Vec<Slot>,
    },
    /// The calendar could not be asked, and the owner wants it asked.
    Closed,
}

/// What an answer permits.
pub fn permit(answer: Availability, on_unknown: OnUnknown) -> Permit {
    match answer {
        Availability::Free { .. } => Permit::Book(Certainty::Confirmed),
        Availability::Busy { why, alternatives } => Permit::Busy { why, alternatives },
        Availability::Unknown { .. } => match on_unknown {
            OnUnknown::Open => Permit::Book(Certainty::Unverified),
            OnUnknown::Hold => Permit::Book(Certainty::Tentative),
            OnUnknown::Closed => Permit::Closed,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::WhyUnknown;

    #[test]
    fn not_known_is_never_free_and_the_owner_says_what_it_is_instead() {
        let on = |policy| {
            let why = WhyUnknown::Timeout;
            permit(Availability::Unknown { why, staff: None }, policy)
        };
        assert_eq!(on(OnUnknown::Open), Permit::Book(Certainty::Unverified));
        assert_eq!(on(OnUnknown::Hold), Permit::Book(Certainty::Tentative));
        assert_eq!(on(OnUnknown::Closed), Permit::Closed);
    }

    #[test]
    fn busy_is_busy_under_every_policy() {
        for &policy in OnUnknown::ALL {
            let why = WhyBusy::Taken;
            let alternatives = Vec::new();
            let answer = Availability::Busy { why, alternatives };
            assert!(matches!(permit(answer, policy), Permit::Busy { .. }));
        }
    }
}
