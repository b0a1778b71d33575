//! A server as a process of its own, as a person starts it.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Lines},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::command_line::ringbook;

/// Dropping it kills it, as `kill -9` does.
pub(super) struct Server {
    pub(super) child: Child,
    said: Lines<BufReader<ChildStdout>>,
    log: PathBuf,
    /// How others reach it.
    pub(super) url: String,
    /// Where it listens.
    pub(super) address: SocketAddr,
}

impl Server {
    /// In `folder`, where its log is a file of this name. It answers.
    pub(super) fn start(folder: &Path, name: &str, settings: &[&str]) -> Self {
        let log = folder.join(format!("{name}.log"));
        let mut child = ringbook(folder, settings)
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut server = Self {
            child,
            said,
            log,
            url: String::new(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        // Where others reach it at another address than it listens on, it says both.
        let mut listens = server.says("Ringbook ");
        while let Some(address) = listens.strip_prefix("listens on ") {
            server.address = address.parse().unwrap();
            listens = server.says("Ringbook ");
        }
        let url = listens.strip_prefix("answers on ").unwrap();
        if server.address.port() == 0 {
            server.address = url.strip_prefix("http://").unwrap().parse().unwrap();
        }
        url.clone_into(&mut server.url);
        server
    }

    /// Waits for a line, and returns what follows these words in it.
    pub(super) fn says(&mut self, words: &str) -> String {
        let mut lines = self.said.by_ref().map_while(Result::ok);
        let rest = lines.find_map(|line| Some(line.split_once(words)?.1.to_owned()));
        rest.unwrap_or_else(|| panic!("the server never said: {words}\n{}", self.log()))
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// No error, no panic, nothing that was given up on.
    pub(super) fn was_quiet(&self) {
        let log = self.log();
        for word in ["ERROR", "panicked", "locked", "deadlock"] {
            assert!(!log.contains(word), "a server logged:\n{log}");
        }
    }

    /// As by a power cut.
    pub(super) fn kill(self) {
        drop(self);
    }

    /// As if its machine were frozen: it does nothing, and its connections stay open.
    pub(super) fn pause(&self) {
        self.signal("-STOP");
    }

    pub(super) fn wake(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.unwrap().success(), "kill {signal}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
