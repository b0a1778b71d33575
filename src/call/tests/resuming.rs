//! A call that is picked up again after its node died or its line broke.

use uuid::Uuid;

use super::super::{
    action::Action,
    event::{Deed, Done, Event, Hold, ProposalId, Resumed},
    script::*,
    timer::Ms,
};
use crate::domain::BookingId;

fn resumed() -> Resumed {
    Resumed {
        business: started().business,
        reconnects: 1,
        holds: Vec::new(),
        done: Vec::new(),
        draft: None,
    }
}

fn comes_back(call: &mut Script, resumed: Resumed) {
    call.now = call.now + Ms(5_000);
    call.seen_so_far();
    call.happens(Event::Resumed(Box::new(resumed)));
    call.until_quiet();
}

#[test]
fn it_goes_on_where_it_was_and_reads_back() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("yes");
    let held = call.actions.iter().find_map(|action| match action {
        Action::Hold { service, slot, .. } => Some((*service, *slot)),
        _ => None,
    });
    let (service, slot) = held.unwrap();
    let hold = call.hold().unwrap();
    comes_back(
        &mut call,
        Resumed {
            holds: vec![Hold {
                hold,
                service,
                slot,
            }],
            ..resumed()
        },
    );
    call.agent("Sorry, we were cut off.")
        .agent("So, Haircut")
        .agent("Tuesday the 2nd");
    assert_eq!(
        call.did(|action| matches!(action, Action::Hold { .. })),
        1,
        "it is still kept"
    );
    call.caller("yes").agent("You're booked");
}

#[test]
fn a_hold_that_is_gone_is_looked_for_again() {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("yes");
    comes_back(&mut call, resumed());
    call.agent("Sorry, we were cut off.").agent("So, Haircut");
    assert_eq!(call.did(|action| matches!(action, Action::Hold { .. })), 2);
}

/// The caller has said yes, and the node died before the answer came.
fn cut_off_while_booking() -> Script {
    let mut call = Script::new();
    call.caller("This is Nora, a haircut on Tuesday at two")
        .caller("yes");
    call.world.silent = true;
    call.now = call.now + Ms(400);
    call.happens(Event::Heard {
        text: "yes".to_owned(),
    });
    call.pass(Ms(600));
    assert_eq!(call.bookings().len(), 1);
    call.world.silent = false;
    call
}

#[test]
fn a_booking_that_was_made_is_told_and_not_made_again() {
    let mut call = cut_off_while_booking();
    let slot = free(&["06-02 14:00"])[0];
    let deed = Deed::Booked {
        booking: BookingId(Uuid::from_u128(77)),
        service: HAIRCUT,
        slot,
        tentative: false,
    };
    let done = vec![Done {
        proposal: ProposalId(1),
        deed,
    }];
    comes_back(&mut call, Resumed { done, ..resumed() });
    call.agent("Sorry, we were cut off. You're booked for Tuesday the 2nd at two o'clock.");
    call.caller("No, that's all");
    assert_eq!(call.bookings().len(), 1);
}

#[test]
fn a_booking_that_was_not_made_needs_a_new_yes() {
    let mut call = cut_off_while_booking();
    comes_back(&mut call, resumed());
    call.agent("Sorry, we were cut off.").agent("So, Haircut");
    assert_eq!(call.bookings().len(), 1);
    call.caller("yes").agent("You're booked");
    let proposals: Vec<u32> = call
        .actions
        .iter()
        .filter_map(|action| match action {
            Action::Book { proposal, .. } => Some(proposal.0),
            _ => None,
        })
        .collect();
    assert_eq!(proposals, [1, 2]);
}

#[test]
fn a_machine_without_the_journal_starts_from_the_draft() {
    let mut before = Script::new();
    before
        .caller("This is Nora, a haircut on Tuesday at two")
        .caller("yes");
    let draft = before.call.draft().cloned();
    let mut call = Script::new();
    comes_back(&mut call, Resumed { draft, ..resumed() });
    call.agent("Sorry, we were cut off.")
        .agent("So, Haircut with Ada on Tuesday the 2nd at two o'clock for Nora.");
}

#[test]
fn a_line_that_keeps_breaking_is_given_up_kindly() {
    let mut call = Script::new();
    call.caller("A haircut on Tuesday at two");
    comes_back(
        &mut call,
        Resumed {
            reconnects: 3,
            ..resumed()
        },
    );
    call.agent("the line keeps breaking");
    assert!(call.call.is_over());
}
