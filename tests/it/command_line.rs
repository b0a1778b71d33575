//! The program as a person starts it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::support::on_each_engine;

/// In an empty folder, with nothing of this machine's environment.
pub(crate) fn ringbook(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringbook"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("LISTEN", "127.0.0.1:0")
        .stdin(Stdio::null());
    command
}

/// Ends with the test, however the test ends.
pub(crate) struct Server {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
    /// Of the demo's owner.
    pub(crate) password: String,
}

impl Server {
    pub(crate) fn start(folder: &Path) -> Self {
        let mut child = ringbook(folder, &[])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let mut after = |words| {
            said.find_map(|line| Some(line.split_once(words)?.1.to_owned()))
                .expect("the server says how to log in, and where it answers")
        };
        Self {
            password: after("the password "),
            address: after("http://"),
            child,
        }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n",
            self.address
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_empty_folder_is_enough_to_start_and_sigterm_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path());
    let answer = server.get("/health");
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
    assert!(folder.path().join("ringbook.db").is_file());
    let id = server.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    assert!(server.child.wait().unwrap().success());
}

#[test]
fn a_server_that_others_reach_does_not_start_without_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let refused = ringbook(folder.path(), &["--public-url=https://book.example.com"])
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("SECRET_KEY is not set"), "{said}");
    assert!(!folder.path().join("ringbook.db").exists());
}

#[test]
fn settings_are_read_from_a_file_and_doctor_judges_them() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join(".env"),
        "PUBLIC_URL=https://book.invalid\nSECRET_KEY=short\n",
    )
    .unwrap();
    let report = ringbook(folder.path(), &["doctor"]).output().unwrap();
    let said = String::from_utf8(report.stdout).unwrap();
    assert_eq!(report.status.code(), Some(1), "{said}");
    assert!(said.contains("FAIL  secret"), "{said}");
    assert!(said.contains("ringbook key secret"), "{said}");
}

#[test]
fn doctor_has_nothing_against_an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    let report = ringbook(folder.path(), &["doctor"]).output().unwrap();
    assert!(report.status.success());
    assert!(!folder.path().join("ringbook.db").exists());
}

#[test]
fn a_printed_key_is_good_enough_to_use() {
    let folder = tempfile::tempdir().unwrap();
    let key = ringbook(folder.path(), &["key", "secret"])
        .output()
        .unwrap();
    let key = String::from_utf8(key.stdout).unwrap();
    assert_eq!(ringbook::config::secret::weakness(key.trim()), None);
}

#[test]
fn seeding_twice_makes_one_demo_business() {
    let folder = tempfile::tempdir().unwrap();
    let said = || {
        let seeded = ringbook(folder.path(), &["seed"]).output().unwrap();
        assert!(seeded.status.success());
        String::from_utf8(seeded.stdout).unwrap()
    };
    assert!(said().contains("is there, with"));
    assert!(said().contains("was there already"));
}

#[test]
fn the_demo_owner_is_made_on_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    let said = |arguments: &[&str]| {
        let seeded = ringbook(folder.path(), arguments).output().unwrap();
        String::from_utf8(seeded.stdout).unwrap()
    };
    let open = said(&["seed", "--public-url=https://book.example.com"]);
    assert!(!open.contains("password"), "{open}");
    let local = said(&["seed", "--database-url=sqlite://other.db"]);
    assert!(local.contains("Log in as owner@example.com"), "{local}");
}

#[test]
fn a_person_and_a_key_are_made_for_the_only_business() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str]| {
        let output = ringbook(folder.path(), arguments).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let said = |arguments: &[&str]| {
        let output = ringbook(folder.path(), arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let add = ["user", "add", "--email=ada@example.com", "--name=Ada"];
    assert!(refused(&add).contains("there is no business yet"));
    said(&["seed"]);
    assert!(said(&add).starts_with("Password: "));
    assert!(said(&["user", "password", "--email=ada@example.com"]).starts_with("Password: "));
    assert!(said(&["key", "api", "--name=Till"]).starts_with("rbk"));
    said(&["seed", "--bookings=10"]);
    assert!(refused(&["key", "api", "--name=Till"]).contains("say which with --business ID"));
}

#[tokio::test]
async fn bookings_to_measure_with_fit_into_both_engines() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let seeded = ringbook(
            folder.path(),
            &["seed", "--bookings=100", "--staff=2", "--days=4"],
        )
        .env("DATABASE_URL", &test.connect.url)
        .output()
        .unwrap();
        let said = String::from_utf8(seeded.stdout).unwrap();
        assert_eq!(said, "100 bookings are there, in 1 business.\n");
    })
    .await;
}
