//! The phone as people start it: `ringbook call` and `ringbook load`, against a server that is a process of its own.

use std::{
    io::Write,
    path::Path,
    process::{Output, Stdio},
};

use serde_json::Value;

use super::{process::Server, tuesday};
use crate::command_line::ringbook;

/// A phone that calls it, with these lines at its keyboard.
fn phone(server: &Server, folder: &Path, arguments: &[&str], typed: &str) -> Output {
    let mut phone = ringbook(folder, arguments)
        .arg(format!("--to={}", server.url))
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

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_stranger_calls_the_demo_business_and_gets_a_booking_and_a_text() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "server", &[]);
    let script = format!(
        "Hello, this is Zoe, I'd like a vaccination with Nurse Amina on {} at 9:15 am\n\
         yes, that number is fine\nyes please\nno thank you, goodbye\n",
        tuesday().format("%B %-d")
    );
    let called = phone(&server, folder.path(), &["call"], &script);
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
    let server = Server::start(folder.path(), "server", &["--twilio-auth-token=right"]);
    let called = phone(
        &server,
        folder.path(),
        &["call", "--twilio-auth-token=wrong"],
        "Hi",
    );
    assert_eq!(called.status.code(), Some(1));
    let said = text(&called.stderr);
    assert!(said.contains("doesn't believe the signature"), "{said}");
    let called = phone(
        &server,
        folder.path(),
        &["call", "--twilio-auth-token=right"],
        "",
    );
    assert!(called.status.success(), "{}", text(&called.stderr));
}

#[test]
fn a_number_that_nobody_has_is_not_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "server", &[]);
    let nobody = "--business=01900000-0000-7000-8000-000000000000";
    let called = phone(&server, folder.path(), &["call", nobody], "Hi");
    assert_eq!(called.status.code(), Some(1));
    assert!(text(&called.stdout).contains("nobody answered"));
}

#[test]
fn many_callers_at_once_are_measured() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "server", &[]);
    let pid = format!("--pid={}", server.child.id());
    let load = ["load", "--calls=5", "--seconds=3", "--ramp=1", &pid];
    let loaded = phone(&server, folder.path(), &load, "");
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
