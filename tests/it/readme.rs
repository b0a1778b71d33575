//! The README's tour is run as it stands, so that it can't rot.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::command_line::Server;

/// What a reader pastes into a shell.
fn shell_blocks() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    fs::read_to_string(path)
        .unwrap()
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split_once("```").unwrap().0.to_owned())
        .collect()
}

#[test]
fn the_tour_works_line_by_line() {
    let blocks = shell_blocks();
    assert!(blocks.len() >= 7, "the tour was not found");
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut tour = String::from("set -eu\n");
    for block in blocks {
        let block = block
            .replace("127.0.0.1:8080", &server.address)
            .replace("xxxx-xxxx-xxxx-xxxx", &server.password);
        // The line that a block fails in is the last one on standard error.
        tour.push_str("set -x\n");
        tour.push_str(&block);
    }
    let walked = Command::new("sh")
        .args(["-c", &tour])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let shown = String::from_utf8(walked.stdout).unwrap();
    let told = String::from_utf8(walked.stderr).unwrap();
    assert!(
        walked.status.success(),
        "the tour needs curl, and the server to do as the README says:\n{told}\n{shown}"
    );
    let mut rest = shown.as_str();
    for step in [
        "\"scopes\":[\"read\",\"book\",\"manage\",\"admin\"]",
        "The first of the free times is 20",
        "\"status\":\"booked\"",
        "\"code\":\"slot_taken\"",
        "\"status\":\"booked\"",
        "\"status\":\"cancelled\"",
        "\"action\":\"booked\"",
        "\"action\":\"rescheduled\"",
        "\"action\":\"cancelled\"",
    ] {
        let (_, after) = rest
            .split_once(step)
            .unwrap_or_else(|| panic!("{step} is missing from:\n{shown}\n{told}"));
        rest = after;
    }
}
