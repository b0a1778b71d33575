//! What a call leaves in the metrics, and what it must not.

use super::calling::{asks_for_two_o_clock, says_yes_and_goodbye};
use crate::support::{TestDb, carrier::CALLER, doors::Doors};

#[tokio::test]
async fn a_call_is_counted_by_its_outcome_and_each_turn_by_its_steps() {
    let test = TestDb::on_sqlite().await;
    let doors = Doors::open(&test.db).await;
    let (_, mut telephone) = doors.calls("CA01").await;
    asks_for_two_o_clock(&mut telephone).await;
    doors.board.count_leftovers();
    let page = doors.metrics.render();
    for line in [
        "ringbook_open{kind=\"calls\"} 1",
        "ringbook_open{kind=\"sockets\"} 1",
    ] {
        assert!(page.contains(line), "{line} is missing from:\n{page}");
    }
    says_yes_and_goodbye(telephone).await;
    doors
        .asks_signed("/voice/status", "CA01", &[], |_| String::new())
        .await;
    doors.is_clean().await;
    doors.board.count_leftovers();
    let page = doors.metrics.render();
    for line in [
        "ringbook_calls_total{outcome=\"booked\"} 1",
        "ringbook_streams_total{end=\"hung_up\"} 1",
        "ringbook_webhooks_refused_total{why=\"unsigned\"} 1",
        "ringbook_open{kind=\"calls\"} 0",
        "ringbook_open{kind=\"works\"} 0",
        "ringbook_open{kind=\"sockets\"} 0",
    ] {
        assert!(page.contains(line), "{line} is missing from:\n{page}");
    }
    for step in ["pause", "work", "answer", "sound", "heard"] {
        let step = format!("ringbook_turn_seconds_count{{step=\"{step}\"}}");
        assert!(page.contains(&step), "{step} is missing from:\n{page}");
    }
    assert!(doors.counted("ringbook_frame_lateness_seconds_count") > 10);
    for secret in [CALLER.trim_start_matches('+'), "CA01", "Zoe", "Anna"] {
        assert!(!page.contains(secret), "{secret}: {page}");
    }
}
