//! The few free times to say aloud when the wanted one is gone.
//!
//! A caller remembers three times at most, so they should be near, easy to say, and really different from each other. Each
//! time has a cost in minutes, and the cheapest are taken one after the other, later picks keeping away from earlier ones.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::{Slot, zone::wall_time};

/// Two offers closer than this sound like one,
const ELBOW_ROOM_MINUTES: i64 = 60;
/// and two closer than this are hardly a choice.
const A_CHOICE_MINUTES: i64 = 30;

/// Up to `count` slots to offer instead of `wanted`, in the order of time. At most one per start: which of several staff is
/// the caller's choice to make before (see [`fair_slots`](super::fair_slots)).
pub fn nearest(zone: Tz, slots: &[Slot], wanted: DateTime<Utc>, count: usize) -> Vec<Slot> {
    let mut offers: Vec<Offer> = slots
        .iter()
        .map(|slot| Offer::new(zone, *slot, wanted))
        .collect();
    let mut chosen: Vec<Slot> = Vec::new();
    while chosen.len() < count
        && let Some(best) = offers
            .iter()
            .map(|offer| (offer.cost, offer.slot))
            .min_by_key(|(cost, slot)| (*cost, slot.starts_at, slot.staff_id))
            .map(|(_, slot)| slot)
    {
        offers.retain(|offer| offer.slot.starts_at != best.starts_at);
        for offer in &mut offers {
            offer.cost += crowding(offer.slot.starts_at - best.starts_at);
        }
        chosen.push(best);
    }
    chosen.sort_unstable_by_key(|slot| slot.starts_at);
    chosen
}

struct Offer {
    slot: Slot,
    cost: i64,
}

impl Offer {
    fn new(zone: Tz, slot: Slot, wanted: DateTime<Utc>) -> Self {
        let away = (slot.starts_at - wanted).num_minutes().abs();
        let cost = if slot.starts_at == wanted {
            0
        } else {
            let shown = wall_time(zone, slot.starts_at);
            away + other_time_of_day(shown, wall_time(zone, wanted)) + hard_to_say(shown)
        };
        Self { slot, cost }
    }
}

/// On another day the time of day counts as well, and more: "the same time tomorrow" beats tomorrow morning.
fn other_time_of_day(offered: NaiveDateTime, wanted: NaiveDateTime) -> i64 {
    const DAY: i64 = 24 * 60;
    if offered.date() == wanted.date() {
        return 0;
    }
    let minute = |time: NaiveDateTime| i64::from(time.hour() * 60 + time.minute());
    let apart = (minute(offered) - minute(wanted)).abs();
    2 * apart.min(DAY - apart)
}

fn hard_to_say(time: NaiveDateTime) -> i64 {
    match time.minute() {
        0 => 0,
        30 => 2,
        15 | 45 => 8,
        _ => 12,
    }
}

fn crowding(distance: TimeDelta) -> i64 {
    let apart = distance.num_minutes().abs();
    (ELBOW_ROOM_MINUTES - apart).max(0) + (A_CHOICE_MINUTES - apart).max(0)
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, NaiveDate, TimeZone};
    use chrono_tz::Europe::Berlin;
    use uuid::Uuid;

    use super::*;
    use crate::domain::StaffId;

    /// `"4 14:30"`: on the 4th of March 2026, a Wednesday, in Berlin.
    fn at(text: &str) -> DateTime<Utc> {
        let (day, time) = text.split_once(' ').unwrap();
        let date = NaiveDate::from_ymd_opt(2026, 3, day.parse().unwrap()).unwrap();
        let wall = date.and_time(time.parse::<chrono::NaiveTime>().unwrap());
        Berlin.from_local_datetime(&wall).single().unwrap().to_utc()
    }

    fn slot_of(staff: u128, start: DateTime<Utc>) -> Slot {
        Slot {
            staff_id: StaffId(Uuid::from_u128(staff)),
            starts_at: start,
            ends_at: start + Duration::minutes(30),
        }
    }

    fn offered(free: &[&str], wanted: &str, count: usize) -> Vec<String> {
        let slots: Vec<_> = free.iter().map(|text| slot_of(1, at(text))).collect();
        nearest(Berlin, &slots, at(wanted), count)
            .iter()
            .map(|slot| {
                wall_time(Berlin, slot.starts_at)
                    .format("%-d %H:%M")
                    .to_string()
            })
            .collect()
    }

    #[test]
    fn the_wanted_time_itself_comes_first_if_it_is_free() {
        let free = ["4 14:00", "4 14:10", "4 15:00"];
        assert_eq!(offered(&free, "4 14:10", 1), ["4 14:10"]);
    }

    #[test]
    fn near_times_of_the_same_day_come_before_other_days() {
        let free = ["3 14:30", "4 09:00", "4 17:30", "5 14:30"];
        assert_eq!(offered(&free, "4 14:30", 2), ["4 09:00", "4 17:30"]);
    }

    #[test]
    fn on_another_day_the_same_time_of_day_is_nearest() {
        let free = ["5 09:00", "5 14:30", "5 17:00", "6 14:30"];
        assert_eq!(offered(&free, "4 14:30", 1), ["5 14:30"]);
    }

    #[test]
    fn just_after_midnight_is_near_to_just_before() {
        let free = ["4 18:00", "5 00:15", "5 23:30"];
        assert_eq!(offered(&free, "4 23:30", 1), ["5 00:15"]);
    }

    #[test]
    fn offers_are_spread_when_there_is_room() {
        let free = [
            "4 14:15", "4 14:45", "4 15:00", "4 15:15", "4 15:30", "4 16:00", "4 16:30",
        ];
        let three = offered(&free, "4 14:30", 3);
        assert_eq!(three, ["4 14:15", "4 15:00", "4 16:00"]);
    }

    #[test]
    fn the_first_of_many_times_are_half_an_hour_apart_at_least() {
        let free = [
            "4 17:00", "4 17:15", "4 17:30", "4 17:45", "4 18:00", "4 18:15",
        ];
        let three = offered(&free, "4 17:00", 3);
        assert_eq!(three, ["4 17:00", "4 17:30", "4 18:00"]);
    }

    #[test]
    fn adjacent_times_are_offered_when_there_is_nothing_else() {
        let free = ["4 14:15", "4 14:30", "4 14:45"];
        assert_eq!(offered(&free, "4 10:00", 3), free);
    }

    #[test]
    fn a_round_time_beats_a_slightly_nearer_crooked_one() {
        assert_eq!(offered(&["4 14:15", "4 14:30"], "4 14:20", 1), ["4 14:30"]);
        assert_eq!(offered(&["4 09:50", "4 10:00"], "4 09:45", 1), ["4 10:00"]);
    }

    #[test]
    fn of_two_equally_good_times_the_earlier_is_offered() {
        assert_eq!(offered(&["4 15:00", "4 14:00"], "4 14:30", 1), ["4 14:00"]);
    }

    #[test]
    fn a_start_is_offered_once_however_many_people_have_it() {
        let start = at("4 15:00");
        let slots = [slot_of(2, start), slot_of(1, start)];
        assert_eq!(
            nearest(Berlin, &slots, at("4 14:30"), 3),
            [slot_of(1, start)]
        );
    }

    #[test]
    fn no_more_is_offered_than_asked_for_or_there_is() {
        assert_eq!(offered(&["4 15:00"], "4 14:30", 3).len(), 1);
        assert_eq!(offered(&["4 15:00"], "4 14:30", 0).len(), 0);
        assert_eq!(offered(&[], "4 14:30", 3).len(), 0);
    }
}
