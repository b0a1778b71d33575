//! The program as a process of its own, for proofs about processes: several over one database, and one that is killed.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use reqwest::{RequestBuilder, StatusCode, header};
use serde_json::Value;

pub(crate) use super::http::client;

/// The server lives as long as somebody holds this script's standard input: a pipe that the kernel closes when the test process ends,
/// however it ends. Then it is killed as by a power cut.
const KEEPER: &str = r#"
"$@" </dev/null &
server=$!
echo "$server" >"$PID_FILE"
exec >/dev/null
cat
kill -KILL "$server" 2>/dev/null
wait "$server"
"#;

/// Dropping it kills it, as `kill -9` does, and waits until it is gone.
pub(crate) struct Server {
    keeper: Child,
    /// Like `http://127.0.0.1:40123`.
    pub(crate) url: String,
    /// What it said on standard output until it answered.
    pub(crate) said: String,
    log: PathBuf,
    pid_file: PathBuf,
}

/// A server that has been started, and may not answer yet.
pub(crate) struct Starting {
    keeper: Child,
    output: BufReader<ChildStdout>,
    log: PathBuf,
    pid_file: PathBuf,
}

impl Server {
    /// In `folder`, with nothing of this machine's environment. Its log is a file there, called `name`.
    pub(crate) fn start(folder: &Path, name: &str, database_url: &str) -> Starting {
        Self::start_with(folder, name, database_url, &[])
    }

    pub(crate) fn start_with(
        folder: &Path,
        name: &str,
        database_url: &str,
        settings: &[(&str, &str)],
    ) -> Starting {
        let log = folder.join(format!("{name}.log"));
        let pid_file = folder.join(format!("{name}.pid"));
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(env!("CARGO_BIN_EXE_ringbook"))
            .args(["serve", "--log=warn"])
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LISTEN", "127.0.0.1:0")
            .env("DATABASE_URL", database_url)
            .env("RATE_LIMIT", "1000000")
            .env("PID_FILE", &pid_file)
            .envs(settings.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .expect("sh starts");
        let output = BufReader::new(keeper.stdout.take().expect("a pipe"));
        Starting {
            keeper,
            output,
            log,
            pid_file,
        }
    }

    /// Everything it logged: warnings and worse.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Asks it to stop, as a platform does that moves it, and waits until it has.
    pub(crate) async fn stop(self) {
        let pid = fs::read_to_string(&self.pid_file).unwrap();
        let pid = pid.trim();
        let told = Command::new("kill").args(["-TERM", pid]).status();
        assert!(told.unwrap().success());
        let is_over = || {
            let state = fs::read_to_string(format!("/proc/{pid}/stat"));
            state.map_or(true, |state| state.contains(") Z "))
        };
        super::doors::until("the server stops", async || is_over()).await;
    }
}

impl Starting {
    /// Waits until it says where it answers.
    pub(crate) fn answers(mut self) -> Server {
        let mut said = String::new();
        loop {
            let begin = said.len();
            let read = self.output.read_line(&mut said).expect("readable output");
            let line = &said[begin..];
            if let Some(url) = line.strip_prefix("Ringbook answers on ") {
                return Server {
                    url: url.trim_end().to_owned(),
                    keeper: self.keeper,
                    said,
                    log: self.log,
                    pid_file: self.pid_file,
                };
            }
            if read == 0 {
                end(&mut self.keeper);
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                panic!("the server did not start: {said}{log}");
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.keeper);
    }
}

fn end(keeper: &mut Child) {
    drop(keeper.stdin.take());
    let _ = keeper.wait();
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    /// Whether it repeats the first answer to the same idempotency key.
    pub(crate) replayed: bool,
    pub(crate) body: Value,
}

/// An error where no whole answer came back.
pub(crate) async fn ask(request: RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let text = |name| {
        let value = response.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    Ok(Answer {
        status: response.status(),
        content_type: text(header::CONTENT_TYPE.as_str()).unwrap_or_default(),
        replayed: text("idempotent-replayed").is_some(),
        body: response.json().await?,
    })
}
