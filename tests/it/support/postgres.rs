//! One throw-away Postgres for each test process, and a fresh database in it for each test.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use ringbook::store::Connect;
use sqlx::{Connection, PgConnection};

const TEMPLATE: &str = "ringbook_template";
const SCRIPT: &str = include_str!("cluster.sh");

/// Where a fresh, migrated database can be reached. Nothing where no Postgres is installed: then the skipped half is told on standard
/// error, past the test runner's capture, or is a failure if `RINGBOOK_REQUIRE_POSTGRES` asks for it.
pub(crate) async fn fresh_database() -> Option<String> {
    database_like(TEMPLATE).await
}

/// The same, with nothing in it.
pub(crate) async fn empty_database() -> Option<String> {
    database_like("template0").await
}

async fn database_like(template: &str) -> Option<String> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let Some(cluster) = CLUSTER.get_or_init(Cluster::start) else {
        tell_of_skipped_half();
        return None;
    };
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    cluster.create(&name, template).await;
    Some(cluster.url(&name))
}

pub(crate) async fn drop_database(url: &str) {
    let (server, name) = url
        .strip_prefix("postgres://postgres@localhost/")
        .and_then(|rest| rest.split_once('?'))
        .map(|(name, host)| {
            (
                format!("postgres://postgres@localhost/postgres?{host}"),
                name,
            )
        })
        .expect("the URL of a database that was made here");
    run(&server, format!("drop database {name} with (force)")).await;
}

fn tell_of_skipped_half() {
    static SKIPPED: AtomicU32 = AtomicU32::new(0);
    let required = std::env::var_os("RINGBOOK_REQUIRE_POSTGRES").is_some_and(|value| value == "1");
    assert!(
        !required,
        "RINGBOOK_REQUIRE_POSTGRES=1, but no Postgres is installed: initdb is neither on PATH, nor in \
         /usr/lib/postgresql/*/bin, nor in /usr/local/pgsql/bin"
    );
    let count = SKIPPED.fetch_add(1, Ordering::Relaxed) + 1;
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED on Postgres, which is not installed here: {count} so far. Install it to run both halves."
    );
}

struct Cluster {
    folder: String,
    /// Its standard input is what keeps the server alive.
    _keeper: Child,
}

impl Cluster {
    /// Panics if Postgres is installed and does not start: that is no reason to skip.
    fn start() -> Option<Self> {
        let programs = find_programs()?;
        let mut command = Command::new("sh");
        command
            .args(["-c", SCRIPT, "cluster.sh"])
            .arg(programs)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // So that Ctrl-C reaches the tests only, and the end of the tests reaches the server.
            .process_group(0);
        if let Some((user, group)) = instead_of_root() {
            command.uid(user).gid(group);
        }
        let mut keeper = command.spawn().expect("sh starts");
        let mut said = BufReader::new(keeper.stdout.take().expect("a pipe"));
        let mut line = String::new();
        said.read_line(&mut line).expect("readable output");
        let Some(folder) = line.strip_prefix("ready ") else {
            said.read_to_string(&mut line).expect("readable output");
            panic!("the throw-away Postgres does not start:\n{line}");
        };
        let cluster = Self {
            folder: folder.trim_end().to_owned(),
            _keeper: keeper,
        };
        cluster.make_template();
        Some(cluster)
    }

    fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres@localhost/{database}?host={}",
            self.folder
        )
    }

    async fn create(&self, name: &str, template: &str) {
        let statement = format!("create database {name} template {template}");
        run(&self.url("postgres"), statement).await;
    }

    /// In a thread and runtime of its own: the one of the test that came first ends with that test.
    fn make_template(&self) {
        std::thread::scope(|scope| {
            let made = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(async {
                    self.create(TEMPLATE, "template0").await;
                    let connect = Connect::new(self.url(TEMPLATE));
                    let db = connect.open().await.unwrap();
                    db.migrate(&connect).await.unwrap();
                    db.close().await;
                });
            });
            made.join().expect("the template is migrated");
        });
    }
}

async fn run(url: &str, statement: String) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

/// The folder of initdb and its siblings.
fn find_programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).collect::<Vec<_>>();
    on_path
        .into_iter()
        .chain(debian_versions())
        .chain([PathBuf::from("/usr/local/pgsql/bin")])
        .filter_map(|folder| fs::canonicalize(folder.join("initdb")).ok())
        .filter_map(|initdb| initdb.parent().map(Path::to_path_buf))
        .find(|folder| folder.join("postgres").is_file())
}

/// Newest first.
fn debian_versions() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir("/usr/lib/postgresql") else {
        return Vec::new();
    };
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

/// Postgres refuses to run as root; then it runs as the user its package made, or as nobody.
fn instead_of_root() -> Option<(u32, u32)> {
    let id = |flag: &str, user: &str| {
        let output = Command::new("id").args([flag, user]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    let me = Command::new("id")
        .arg("-u")
        .output()
        .expect("id runs")
        .stdout;
    if me.trim_ascii() != b"0" {
        return None;
    }
    ["postgres", "nobody"]
        .iter()
        .find_map(|user| Some((id("-u", user)?, id("-g", user)?)))
}
