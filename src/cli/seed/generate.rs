//! Which bookings a measured database holds: a plan that is the same for the same numbers, on every machine.
//!
//! PURE. Each person's day is cut into pieces of half an hour; each booking takes one, so no two overlap, and the bookings
//! are spread evenly over all days.

/// How much to make, for one business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) bookings: u64,
    pub(super) staff: u32,
    pub(super) days: u32,
    pub(super) seed: u64,
}

/// One booking to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Planned {
    /// Counted from the first day of the plan.
    pub(super) day: u32,
    /// Which half hour after opening.
    pub(super) piece: u32,
    pub(super) staff: u32,
    /// A number to draw everything else from: the service, the customer, how it ended.
    pub(super) lot: u64,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{wanted} bookings do not fit: {staff} people in {days} days have room for {room}. Ask for more --staff or --days, or fewer bookings"
)]
pub(super) struct TooMany {
    wanted: u64,
    staff: u32,
    days: u32,
    room: u64,
}

impl Plan {
    /// Half hours of a day of ten hours.
    pub(super) const PIECES: u32 = 20;

    pub(super) fn check(&self) -> Result<(), TooMany> {
        let room = self.person_days() * u64::from(Self::PIECES);
        if self.bookings <= room {
            Ok(())
        } else {
            Err(TooMany {
                wanted: self.bookings,
                staff: self.staff,
                days: self.days,
                room,
            })
        }
    }

    /// In the order of their days.
    pub(super) fn bookings(self) -> impl Iterator<Item = Planned> {
        let person_days = self.person_days();
        (0..person_days).flat_map(move |cell| {
            // The difference of two roundings: exact in sum, and even in between.
            let until =
                |cell: u64| u128::from(cell) * u128::from(self.bookings) / u128::from(person_days);
            let count = until(cell + 1) - until(cell);
            self.day_of_one(cell, usize::try_from(count).unwrap_or(usize::MAX))
        })
    }

    fn day_of_one(self, cell: u64, count: usize) -> impl Iterator<Item = Planned> {
        let mut lots = Lots(self.seed ^ cell.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let mut pieces: Vec<u32> = (0..Self::PIECES).collect();
        for at in 0..pieces.len() {
            let left = (pieces.len() - at) as u64;
            pieces.swap(at, at + usize::try_from(lots.draw() % left).unwrap_or(0));
        }
        pieces.truncate(count);
        pieces.sort_unstable();
        let staff = u64::from(self.staff);
        pieces.into_iter().map(move |piece| Planned {
            day: u32::try_from(cell / staff).unwrap_or(u32::MAX),
            piece,
            staff: u32::try_from(cell % staff).unwrap_or(u32::MAX),
            lot: lots.draw(),
        })
    }

    fn person_days(&self) -> u64 {
        u64::from(self.staff) * u64::from(self.days)
    }
}

/// Numbers that look drawn and are the same each time (`SplitMix64`, a published generator).
struct Lots(u64);

impl Lots {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_plan_that_fits_gives_exactly_what_was_asked_and_promises_no_time_twice(
            staff in 1_u32..8, days in 1_u32..40, part in 0.0_f64..=1.0, seed: u64,
        ) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count within the room")]
            let bookings = (f64::from(staff * days * Plan::PIECES) * part) as u64;
            let plan = Plan { bookings, staff, days, seed };
            prop_assert!(plan.check().is_ok());
            let all: Vec<Planned> = plan.bookings().collect();
            let times: HashSet<_> = all.iter().map(|b| (b.staff, b.day, b.piece)).collect();
            prop_assert_eq!(all.len() as u64, bookings);
            prop_assert_eq!(times.len(), all.len());
            prop_assert!(all.iter().all(|b| b.staff < staff && b.day < days && b.piece < Plan::PIECES));
        }
    }

    #[test]
    fn the_same_numbers_give_the_same_bookings() {
        let plan = |seed| Plan {
            bookings: 500,
            staff: 3,
            days: 30,
            seed,
        };
        let made = |seed| plan(seed).bookings().collect::<Vec<_>>();
        assert_eq!(made(1), made(1));
        assert_ne!(made(1), made(2));
    }

    #[test]
    fn a_plan_that_does_not_fit_says_what_would() {
        let plan = Plan {
            bookings: 41,
            staff: 2,
            days: 1,
            seed: 0,
        };
        assert!(
            plan.check()
                .unwrap_err()
                .to_string()
                .contains("room for 40")
        );
    }
}
