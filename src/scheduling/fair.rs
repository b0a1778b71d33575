//! Who gets the booking when anyone will do.
//!
//! It must not know why somebody is laden: the diary's `load` is the whole measure.

use super::{Diary, FreeStart, Slot};
use crate::domain::StaffId;

/// The least laden of those who are free. Equals take turns: the same `turn` always gives the same person, and counting
/// `turn` up goes round among them.
pub fn fair<'a>(free: impl IntoIterator<Item = &'a Diary>, turn: u64) -> Option<StaffId> {
    let free: Vec<&Diary> = free.into_iter().collect();
    let least = free.iter().map(|diary| diary.load).min()?;
    let mut equals: Vec<StaffId> = free
        .iter()
        .filter(|diary| diary.load == least)
        .map(|diary| diary.staff_id)
        .collect();
    equals.sort_unstable();
    let index = turn % u64::try_from(equals.len()).ok()?;
    equals.get(usize::try_from(index).ok()?).copied()
}

/// One slot for each start, with the fairly chosen person.
pub fn fair_slots(starts: &[FreeStart], diaries: &[Diary], turn: u64) -> Vec<Slot> {
    starts
        .iter()
        .filter_map(|start| {
            let free = diaries
                .iter()
                .filter(|diary| start.staff.contains(&diary.staff_id));
            fair(free, turn).map(|staff_id| start.with(staff_id))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn diary(number: u128, load: u32) -> Diary {
        Diary {
            staff_id: StaffId(Uuid::from_u128(number)),
            hours: None,
            exceptions: Vec::new(),
            leaves: Vec::new(),
            busy: Vec::new(),
            load,
        }
    }

    fn chosen(diaries: &[Diary], turn: u64) -> u128 {
        fair(diaries, turn).unwrap().0.as_u128()
    }

    #[test]
    fn the_least_laden_is_chosen_whatever_the_turn() {
        let diaries = [diary(1, 3), diary(2, 1), diary(3, 2)];
        assert!((0..10).all(|turn| chosen(&diaries, turn) == 2));
    }

    #[test]
    fn equals_take_turns_and_nobody_is_left_out() {
        let diaries = [diary(3, 0), diary(9, 5), diary(1, 0), diary(2, 0)];
        let six: Vec<_> = (0..6).map(|turn| chosen(&diaries, turn)).collect();
        assert_eq!(six, [1, 2, 3, 1, 2, 3]);
    }

    #[test]
    fn the_choice_does_not_hang_on_the_order_of_the_diaries() {
        let forth = [diary(1, 0), diary(2, 0), diary(3, 0)];
        let back = [diary(3, 0), diary(2, 0), diary(1, 0)];
        assert!((0..9).all(|turn| chosen(&forth, turn) == chosen(&back, turn)));
    }

    #[test]
    fn nobody_free_is_nobody_chosen() {
        assert_eq!(fair([], 7), None);
    }
}
