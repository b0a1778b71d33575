//! What is on disk of a call, and when.

use std::sync::Arc;

use ringbook::{
    call::{
        lines::Lines,
        replay::{Step, differences, parse, render, rerun},
        turn::Pauses,
    },
    domain::{CallClaim, Speaker},
};

use super::{CALLER, Exchange, booking::BOOKS};
use crate::support::on_each_engine;

impl Exchange {
    /// As it is in the database.
    pub(super) async fn journal(&self, claim: CallClaim) -> Vec<Step> {
        let entries = self
            .house
            .desk
            .journal(self.house.by, claim.call)
            .await
            .unwrap();
        assert!(
            entries
                .iter()
                .zip(1..)
                .all(|(entry, number)| entry.number == number)
        );
        let steps = entries
            .iter()
            .map(|entry| serde_json::from_str(&entry.body).unwrap());
        steps.collect()
    }
}

#[tokio::test]
async fn the_journal_of_a_real_call_replays_strictly_equal() {
    on_each_engine(async |test| {
        let exchange = Exchange::build(&test.db).await;
        let (claim, _) = exchange.rings(CALLER, BOOKS).await;
        let journal = exchange.journal(claim).await;
        assert!(journal.len() > 20);
        let file = render(&journal).unwrap();
        let read = parse(&file).unwrap();
        let lines = Arc::new(Lines::english().unwrap());
        let again = rerun(lines, Pauses::default(), &read);
        assert_eq!(differences(&read, &again), []);
        assert_eq!(render(&again).unwrap(), file);
    })
    .await;
}

#[tokio::test]
async fn the_transcript_has_both_sides_in_order_and_says_how_long_answers_took() {
    on_each_engine(async |test| {
        let exchange = Exchange::build(&test.db).await;
        let (claim, _) = exchange.rings(CALLER, BOOKS).await;
        let by = exchange.house.by;
        let turns = exchange
            .house
            .desk
            .transcript(by, claim.call)
            .await
            .unwrap();
        assert!(
            turns
                .iter()
                .zip(1..)
                .all(|(turn, number)| turn.number == number)
        );
        assert!(turns.is_sorted_by_key(|turn| turn.at_ms));
        let callers: Vec<_> = turns
            .iter()
            .filter(|turn| turn.speaker == Speaker::Caller)
            .collect();
        let said: Vec<_> = callers.iter().map(|turn| turn.text.as_str()).collect();
        assert_eq!(said, BOOKS);
        for turn in callers {
            for step in ["pause", "answer", "sound"] {
                assert!(turn.timings[step].is_u64(), "{step} of {turn:?}");
            }
        }
    })
    .await;
}
