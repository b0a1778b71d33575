//! `ringbook replay` as a person types it.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use super::folder;
use crate::command_line::ringbook;

const CALL: &str = "a-cough-does-not-stop-the-agent.jsonl";

/// A folder with one recorded call and its house.
fn one_call() -> tempfile::TempDir {
    let temporary = tempfile::tempdir().unwrap();
    fs::create_dir(temporary.path().join("houses")).unwrap();
    for file in [CALL, "houses/barber.json"] {
        fs::copy(folder().join(file), temporary.path().join(file)).unwrap();
    }
    temporary
}

fn replay(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let arguments = [&["replay"], arguments].concat();
    let mut command: Command = ringbook(folder, &arguments);
    let Output { status, stdout, .. } = command.output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap())
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(file, text.replace(from, to)).unwrap();
}

#[test]
fn a_call_that_goes_as_before_is_one_line_and_a_success() {
    let temporary = one_call();
    let (code, said) = replay(temporary.path(), &[CALL]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        said,
        format!("ok       {CALL}\n1 of 1 recorded calls are as they were\n")
    );
}

#[test]
fn a_call_that_goes_otherwise_is_a_failure_until_it_is_blessed() {
    let temporary = one_call();
    let file = temporary.path().join(CALL);
    let before = fs::read_to_string(&file).unwrap();
    edit(&file, "What's your name, please?", "Who are you?");
    let (code, said) = replay(temporary.path(), &["."]);
    assert_eq!(code, 1, "{said}");
    assert!(said.starts_with("CHANGED  ./a-cough"), "{said}");
    assert!(said.contains("is free. Who are you?"), "{said}");
    assert!(
        said.contains("is free. What's your name, please?"),
        "{said}"
    );
    assert!(
        said.ends_with("0 of 1 recorded calls are as they were\n"),
        "{said}"
    );

    let (code, said) = replay(temporary.path(), &["--bless", "."]);
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("blessed  ./a-cough"), "{said}");
    assert_eq!(replay(temporary.path(), &["."]).0, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
}

#[test]
fn a_call_is_explained_as_a_script() {
    let temporary = one_call();
    let (code, said) = replay(temporary.path(), &["--explain", CALL]);
    assert_eq!(code, 0, "{said}");
    for told in [
        "A cough doesn't stop the agent",
        "agent   Hello, Corner Barbers. How can I help?",
        "caller  (a sound without words)",
        "agent   (talks on)",
        "->    BOOK haircut, Tue 2 Jun 14:00 with Ada, for Nora",
        "book    booked: haircut with Ada on 2026-06-02 14:00, Nora, +12125550134",
    ] {
        assert!(said.contains(told), "{told}\n{said}");
    }
}

#[test]
fn a_file_that_is_wrong_is_named_with_its_line() {
    let temporary = one_call();
    edit(&temporary.path().join(CALL), "\"coughs\"", "\"sneezes\"");
    let (code, said) = replay(temporary.path(), &[CALL]);
    assert_eq!(code, 1);
    let wrong = format!("BAD      {CALL}: line 4: unknown variant `sneezes`");
    assert!(said.starts_with(&wrong), "{said}");

    let house = temporary.path().join("houses/barber.json");
    edit(&temporary.path().join(CALL), "\"sneezes\"", "\"coughs\"");
    edit(&house, "\"Leo\"]", "\"Max\"]");
    let (code, said) = replay(temporary.path(), &[CALL]);
    assert_eq!(code, 1);
    assert!(said.contains("whom `staff` does not name"), "{said}");

    let (code, said) = replay(temporary.path(), &["none.jsonl"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("none.jsonl: the file can't be read"),
        "{said}"
    );
}
