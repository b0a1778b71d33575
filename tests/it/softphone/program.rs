//! The phone as people start it: `ringbook call` and `ringbook load`, against a server that is a process of its own.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    path::Path,
    process::{Child, ChildStdout, Output, Stdio},
};

use chrono::{Datelike, Days, Weekday};
use ringbook::clock::Clock;
use serde_json::Value;

use crate::command_line::ringbook;

/// Ends with the test, however the test ends.
struct Server {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Server {
    fn start(folder: &Path, settings: &[&str]) -> Self {
        let mut child = ringbook(folder, settings)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut server = Self {
            child,
            said,
            url: String::new(),
        };
        server.url = server.says("Ringbook answers on ");
        server
    }

    /// Waits for a line, and returns what follows these words in it.
    fn says(&mut self, words: &str) -> String {
        let mut lines = self.said.by_ref().map_while(Result::ok);
        let rest = lines.find_map(|line| Some(line.split_once(words)?.1.to_owned()));
        rest.unwrap_or_else(|| panic!("the server never said: {words}"))
    }

    fn phone(&self, folder: &Path, arguments: &[&str], typed: &str) -> Output {
        let mut phone = ringbook(folder, arguments)
            .arg(format!("--to={}", self.url))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut keyboard = phone.stdin.take().unwrap();
        keyboard.write_all(typed.as_bytes()).unwrap();
        drop(keyboard);
        phone.wait_with_output().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// When Nurse Amina is there.
fn tuesday() -> String {
    let mut day = Clock::system().now().date_naive() + Days::new(3);
    while day.weekday() != Weekday::Tue {
        day = day + Days::new(1);
    }
    day.format("%B %-d").to_string()
}

#[test]
fn a_stranger_calls_the_demo_business_and_gets_a_booking_and_a_text() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), &[]);
    let script = format!(
        "Hello, this is Zoe, I'd like a vaccination with Nurse Amina on {} at 9:15 am\n\
         yes, that number is fine\nyes please\nno thank you, goodbye\n",
        tuesday()
    );
    let called = server.phone(folder.path(), &["call"], &script);
    let seen = text(&called.stdout);
    assert!(called.status.success(), "{seen}{}", text(&called.stderr));
    assert!(
        seen.contains("agent   Hello, Harbour Street Clinic."),
        "{seen}"
    );
    assert!(seen.contains("you     yes please"), "{seen}");
    assert!(seen.contains("You're booked for Tuesday"), "{seen}");
    assert!(
        seen.ends_with("-- the call is over: the server hung up\n"),
        "{seen}"
    );
    let confirmed = server.says("Text to +14155550134: ");
    assert!(confirmed.contains("9:15"), "{confirmed}");
}

#[test]
fn a_phone_without_a_server_says_how_to_start_one() {
    let folder = tempfile::tempdir().unwrap();
    let called = ringbook(
        folder.path(),
        &["call", "--to=http://127.0.0.1:1", "--script=-"],
    )
    .output()
    .unwrap();
    assert_eq!(called.status.code(), Some(1));
    let said = text(&called.stderr);
    assert!(said.contains("start it with `ringbook serve`"), "{said}");
}

#[test]
fn a_phone_that_signs_with_another_token_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--twilio-auth-token=right"]);
    let called = server.phone(folder.path(), &["call", "--twilio-auth-token=wrong"], "Hi");
    assert_eq!(called.status.code(), Some(1));
    let said = text(&called.stderr);
    assert!(said.contains("doesn't believe the signature"), "{said}");
    let called = server.phone(folder.path(), &["call", "--twilio-auth-token=right"], "");
    assert!(called.status.success(), "{}", text(&called.stderr));
}

#[test]
fn a_number_that_nobody_has_is_not_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let nobody = "--business=01900000-0000-7000-8000-000000000000";
    let called = server.phone(folder.path(), &["call", nobody], "Hi");
    assert_eq!(called.status.code(), Some(1));
    assert!(text(&called.stdout).contains("nobody answered"));
}

#[test]
fn many_callers_at_once_are_measured() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let pid = format!("--pid={}", server.child.id());
    let load = ["load", "--calls=5", "--seconds=3", "--ramp=1", &pid];
    let loaded = server.phone(folder.path(), &load, "");
    let report: Value = serde_json::from_slice(&loaded.stdout).unwrap();
    assert!(loaded.status.success(), "{report}");
    assert_eq!(
        (&report["calls"], &report["dialled"]),
        (&5.into(), &5.into())
    );
    let sent = report["frames_sent"].as_u64().unwrap();
    assert!((600..=800).contains(&sent), "{report}");
    assert!(
        report["frames_received"].as_u64().unwrap() > 100,
        "{report}"
    );
    assert!(
        report["pacing_ms"]["count"].as_u64().unwrap() > 100,
        "{report}"
    );
    assert!(
        report["server_cpu_ms_per_call_second"].as_f64().unwrap() > 0.0,
        "{report}"
    );
}
