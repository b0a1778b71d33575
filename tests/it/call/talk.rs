//! `ringbook talk`, as a stranger starts it: in an empty folder, without a terminal.

use std::{io::Write, path::Path, process::Stdio};

use crate::command_line::ringbook;

/// What the program says when this is piped into it.
fn talk(folder: &Path, arguments: &[&str], caller: &str) -> String {
    let mut command = ringbook(folder, &[&["talk"], arguments].concat());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(caller.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn a_stranger_books_moves_and_cancels_without_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let now = "--now=2026-03-02 09:00";
    let said = talk(
        folder.path(),
        &[now, "--record=call.jsonl"],
        "# A first try\nHello, I'd like a check-up\ntomorrow at two\nNora\nyes\nyes please\nno, that's all\n",
    );
    let booked = "booked: Check-up with Dr. Maya on Tuesday 3 March 2026, 14:00 to 14:30, for Nora";
    assert!(said.contains(booked), "{said}");
    assert!(said.contains("Text to +14155550134: "), "{said}");
    let replayed = ringbook(folder.path(), &["replay", "call.jsonl"]).output();
    assert!(replayed.unwrap().status.success());

    let said = talk(
        folder.path(),
        &[now],
        "I need to move my appointment, this is Nora\nWednesday at ten\nyes\nno, bye\n",
    );
    assert!(
        said.contains("moved to: Check-up with Dr. Maya on Wednesday 4 March 2026, 10:00"),
        "{said}"
    );

    let said = talk(
        folder.path(),
        &[now, "--business=harbour street clinic"],
        "Please cancel my appointment, this is Nora\nyes\nno, bye\n",
    );
    assert!(
        said.contains("cancelled: Check-up with Dr. Maya on Wednesday 4 March 2026"),
        "{said}"
    );
}

#[test]
fn a_line_that_is_not_understood_is_told_before_anybody_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("call.txt");
    std::fs::write(&script, "Hello\n/shout\n").unwrap();
    let output = ringbook(folder.path(), &["talk", "--script=call.txt"])
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        error.contains("line 2: `/shout` is none of: words"),
        "{error}"
    );
    assert!(!folder.path().join("ringbook.db").exists());
}
