//! `ringbook doctor`: looks at everything that goes wrong outside the program, and says in plain words what to fix.

use std::{
    fmt::{self, Write as _},
    io,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::ExitCode,
    time::Duration,
};

use super::say;
use crate::{
    app,
    clock::Clock,
    config::{Config, ConfigError, PublicUrl, secret},
    desk::Desk,
    phone::{self, Trust},
    providers::Registry,
    store::{self, Db},
    twilio::rest::Error,
};

/// How one check came out.
#[derive(Debug, PartialEq, Eq)]
enum Finding {
    Ok(String),
    /// It works, and deserves a look.
    Warn(String),
    /// It must be fixed before others rely on this server.
    Fail(String),
}

use Finding::{Fail, Ok as Good, Warn};

struct Check(&'static str, Finding);

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name, finding) = self;
        let (mark, said) = match finding {
            Good(said) => ("ok  ", said),
            Warn(said) => ("warn", said),
            Fail(said) => ("FAIL", said),
        };
        write!(f, "{mark}  {name:<11} {}", said.replace('\n', " "))
    }
}

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut failed = false;
    let mut report = |check: Check| {
        failed |= matches!(check.1, Fail(_));
        say(check)
    };
    let clock = Clock::system();
    if let Some(file) = config.sqlite_file().filter(|file| !file.exists()) {
        let to_come = format!("{} will be made at the first start", file.display());
        report(Check("database", Good(to_come)))?;
        report(Check("clock", judge_clock(clock.now(), None)))?;
    } else {
        match app::open_as_it_is(config).await {
            Err(error) => report(Check("database", Fail(format!("{error:#}"))))?,
            Ok((_, db)) => {
                report(Check("database", database(&db).await))?;
                report(Check("migrations", migrations(&db).await))?;
                report(Check("clock", compare_clocks(&db, &clock).await))?;
                report(Check("businesses", businesses(&db, &clock, config).await))?;
                db.close().await;
            }
        }
    }
    report(Check("secret", secret_key(config)))?;
    report(Check("public url", public_url(config)))?;
    report(Check("reachable", reachable(config).await))?;
    report(Check("telephone", telephone(config).await))?;
    report(Check("texts", texts(config).await))?;
    report(Check("files", files(config)))?;
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn unreachable(error: &store::Error) -> Finding {
    Fail(format!(
        "it can't be opened: {error}. Check DATABASE_URL, and that the database runs and lets this user in"
    ))
}

async fn database(db: &Db) -> Finding {
    let answered = match db.read().await {
        Ok(mut reader) => reader.ping().await,
        Err(error) => Err(error),
    };
    match answered {
        Ok(()) => Good(format!("{:?} answers", db.engine())),
        Err(error) => unreachable(&error),
    }
}

async fn migrations(db: &Db) -> Finding {
    match db.migrations().await {
        Err(error) => Fail(format!("they can't be read: {error}")),
        Ok(m) if !m.unknown.is_empty() => Fail(format!(
            "the database was brought up by a newer program (migration {}). Run that version, or a newer one",
            m.unknown.iter().max().copied().unwrap_or_default()
        )),
        Ok(m) if !m.pending.is_empty() => Warn(format!(
            "{} to apply. Run `ringbook migrate`; `ringbook serve` does it too",
            m.pending.len()
        )),
        Ok(m) => Good(format!("{} applied, none missing", m.applied.len())),
    }
}

/// What owners see among their business's warnings.
async fn businesses(db: &Db, clock: &Clock, config: &Config) -> Finding {
    const SHOWN: usize = 5;
    let providers = app::providers(Desk::new(db.clone(), clock.clone()), config);
    match warnings(db, &providers).await {
        Err(error) => Fail(format!("they can't be read: {error}")),
        Ok(warnings) if warnings.is_empty() => Good("their settings fit".to_owned()),
        Ok(warnings) => {
            let more = warnings.len().saturating_sub(SHOWN);
            let mut said = warnings[..warnings.len().min(SHOWN)].join(" ");
            if more > 0 {
                write!(said, " And {more} more.").ok();
            }
            Warn(said)
        }
    }
}

async fn warnings(db: &Db, providers: &Registry) -> store::Result<Vec<String>> {
    const PAGE: u32 = 100;
    let mut reader = db.read().await?;
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store::businesses::ids(&mut reader, after, PAGE).await?;
        for id in &page {
            let business = store::businesses::get(&mut reader, *id).await?;
            for warning in business.iter().flat_map(|it| providers.warnings(it)) {
                found.push(format!("{id}: {}: {}.", warning.field, warning.message));
            }
        }
        after = page.last().copied();
        if after.is_none() {
            return Ok(found);
        }
    }
}

async fn compare_clocks(db: &Db, clock: &Clock) -> Finding {
    let asked = match db.read().await {
        Ok(mut reader) => reader.database_time().await,
        Err(error) => Err(error),
    };
    match asked {
        Err(error) => Fail(format!("the database can't be asked for its time: {error}")),
        Ok(theirs) => judge_clock(clock.now(), theirs),
    }
}

/// Bookings are made of instants: a clock that is wrong by minutes offers times that are over.
fn judge_clock(
    ours: chrono::DateTime<chrono::Utc>,
    theirs: Option<chrono::DateTime<chrono::Utc>>,
) -> Finding {
    /// When this was written: a clock before it has not been set.
    const WRITTEN: i64 = 1_790_000_000;
    if ours.timestamp() < WRITTEN {
        return Fail(format!(
            "this machine believes it is {ours}. Set its clock, best by NTP"
        ));
    }
    let Some(theirs) = theirs else {
        return Good("set".to_owned());
    };
    let apart = (ours - theirs).num_seconds().abs();
    let said = format!("this machine and the database are {apart} s apart");
    match apart {
        0..=2 => Good(said),
        3..=30 => Warn(format!("{said}. Let both follow NTP")),
        _ => Fail(format!(
            "{said}: times would be offered that are over. Let both follow NTP"
        )),
    }
}

/// Judges the key without making one.
fn secret_key(config: &Config) -> Finding {
    let public_url = match config.public_url() {
        Ok(url) => url,
        Err(error) => return Warn(format!("it can't be judged: {error}")),
    };
    match config.given_secret() {
        Some(text) => match secret::weakness(text) {
            None => Good("SECRET_KEY is strong".to_owned()),
            Some(weakness) if public_url.is_loopback() => Warn(format!(
                "SECRET_KEY is weak ({weakness}), which only this machine forgives. {}",
                secret::HOW_TO_MAKE_ONE
            )),
            Some(weakness) => Fail(
                ConfigError::WeakSecret {
                    public_url,
                    weakness,
                }
                .to_string(),
            ),
        },
        None if !public_url.is_loopback() => {
            Fail(ConfigError::MissingSecret { public_url }.to_string())
        }
        None => key_file(&config.secret_file()),
    }
}

fn key_file(path: &Path) -> Finding {
    if !path.exists() {
        return Good(format!(
            "will be made at the first start, in {}",
            path.display()
        ));
    }
    match secret::read(path) {
        Ok(_) => Good(format!("made on this machine, kept in {}", path.display())),
        Err(error) => Fail(error.to_string()),
    }
}

fn public_url(config: &Config) -> Finding {
    match config.public_url() {
        Err(error) => Fail(error.to_string()),
        Ok(url) => judge_url(&url),
    }
}

fn judge_url(url: &PublicUrl) -> Finding {
    if url.is_loopback() {
        Good(format!("{url}: for this machine only"))
    } else if url.is_https() {
        Good(url.to_string())
    } else {
        Fail(format!(
            "{url} is not encrypted: logins could be read on the way. Put TLS in front, and set PUBLIC_URL to https://…"
        ))
    }
}

async fn reachable(config: &Config) -> Finding {
    let Ok(url) = config.public_url() else {
        return Warn("not asked: the public URL is not known".to_owned());
    };
    let health = url.join("/health");
    match ask(&health).await {
        Ok(answer) if answer.status().is_success() => Good(format!("{health} answers")),
        Ok(answer) => Warn(format!(
            "{health} answers {}. Something else listens there, or a proxy does not find this server",
            answer.status().as_u16()
        )),
        Err(_) => Warn(format!(
            "{health} does not answer. Right if the server is not running; else check DNS, TLS and the proxy"
        )),
    }
}

/// Whether Twilio is believed, and whether what it asks as a last resort is answered.
async fn telephone(config: &Config) -> Finding {
    match (app::trust(config), config.public_url()) {
        (Err(error), _) => Fail(format!("{error:#}")),
        (_, Err(_)) => Warn("not judged: the public URL is not known".to_owned()),
        (Ok(Trust::Nobody), Ok(_)) => Fail(
            "TWILIO_AUTH_TOKEN is not set, so no call is answered. Copy it from the account's page at Twilio"
                .to_owned(),
        ),
        (Ok(Trust::Anybody), Ok(_)) => Good(
            "TWILIO_AUTH_TOKEN is not set: any program on this machine may ring, and nobody else"
                .to_owned(),
        ),
        (Ok(Trust::Signed(_)), Ok(url)) if !url.is_https() => Fail(format!(
            "Twilio opens a call's sound only to a server with TLS, and PUBLIC_URL is {url}"
        )),
        (Ok(Trust::Signed(_)), Ok(url)) => fallback(&url).await,
    }
}

async fn fallback(url: &PublicUrl) -> Finding {
    let (calls, fallback) = (url.join("/voice/incoming"), url.join(phone::FALLBACK));
    let document = match ask(&fallback).await {
        Ok(answer) if answer.status().is_success() => answer.text().await,
        Ok(answer) => answer.error_for_status().map(|_| String::new()),
        Err(error) => Err(error),
    };
    match document {
        Ok(document) if document.contains("<Response>") => Good(format!(
            "a number's webhook is {calls}, and its fallback {fallback}, which answers"
        )),
        Ok(_) | Err(_) => Warn(format!(
            "the fallback of a number, {fallback}, does not answer as Twilio needs it. Right if the server is not running; \
             else look at the proxy"
        )),
    }
}

async fn ask(url: &str) -> reqwest::Result<reqwest::Response> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(5))
        .build()?;
    client.get(url).send().await
}

/// Whether customers get their texts.
async fn texts(config: &Config) -> Finding {
    let client = match app::texts_from(config).and_then(|_| app::twilio(config)) {
        Ok(client) => client,
        Err(error) => return Fail(format!("{error:#}")),
    };
    let Some(client) = client else {
        return if config.is_local() {
            Good("printed by the server, because no Twilio account is set".to_owned())
        } else {
            Warn(
                "no Twilio account is set, so they are printed by the server and nobody gets one. Set TWILIO_ACCOUNT_SID, \
                 and TWILIO_API_KEY with TWILIO_API_SECRET, or TWILIO_AUTH_TOKEN"
                    .to_owned(),
            )
        };
    };
    if let Some(host) = config.public_url().ok().and_then(|url| underscored(&url)) {
        return Fail(format!(
            "Twilio tells nothing to an address with an underscore in its host, as in {host}. Choose another name"
        ));
    }
    match client.check().await {
        Ok(()) => Good("Twilio knows the account and what opens it".to_owned()),
        Err(Error::Refused { status, code, .. }) => Fail(format!(
            "Twilio refused with {}. Check TWILIO_ACCOUNT_SID, and TWILIO_API_KEY with its secret, or TWILIO_AUTH_TOKEN",
            code.map_or_else(
                || format!("status {status}"),
                |code| format!("error {code}")
            )
        )),
        Err(_) => Warn(format!(
            "{} could not be asked whether it knows the account. Check TWILIO_URL, and this machine's way out",
            config.twilio_url
        )),
    }
}

fn underscored(url: &PublicUrl) -> Option<String> {
    let url = url.to_string();
    let (_, host) = url.split_once("://")?;
    host.contains('_').then(|| host.to_owned())
}

/// The database holds names and numbers of people: no other user of the machine should read it.
fn files(config: &Config) -> Finding {
    let Some(path) = config.sqlite_file() else {
        return Good("the data is on a database server".to_owned());
    };
    match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Good("the database will be made for its owner only".to_owned())
        }
        Err(error) => Fail(format!("{} can't be looked at: {error}", path.display())),
        Ok(data) if data.permissions().readonly() => Fail(format!(
            "{0} can't be written. Run `chmod u+w {0}`, or start the server as its owner",
            path.display()
        )),
        Ok(data) if data.permissions().mode() & 0o007 != 0 => Warn(format!(
            "{0} can be read by every user of this machine. Run `chmod o-rwx {0}`",
            path.display()
        )),
        Ok(_) => Good(format!("{} is for its owner only", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    #[test]
    fn clocks_that_are_apart_are_found() {
        let judged = |seconds| judge_clock(now(), Some(now() + TimeDelta::seconds(seconds)));
        assert!(matches!(judged(1), Good(_)));
        assert!(matches!(judged(-10), Warn(_)));
        assert!(matches!(judged(3600), Fail(_)));
    }

    #[test]
    fn a_clock_that_was_never_set_is_found() {
        assert!(matches!(judge_clock(DateTime::UNIX_EPOCH, None), Fail(_)));
    }

    #[test]
    fn an_open_address_needs_encryption_and_this_machine_does_not() {
        let judged = |url: &str| judge_url(&url.parse().unwrap());
        assert!(matches!(judged("http://book.example.com"), Fail(_)));
        assert!(matches!(judged("https://book.example.com"), Good(_)));
        assert!(matches!(judged("http://localhost:8080"), Good(_)));
    }

    #[test]
    fn an_address_that_twilio_takes_for_none_is_found() {
        let judged = |url: &str| underscored(&url.parse().unwrap());
        let found = judged("https://my_salon.example.com");
        assert_eq!(found.as_deref(), Some("my_salon.example.com"));
        assert_eq!(judged("https://my-salon.example.com"), None);
    }

    #[test]
    fn a_check_is_one_line_however_long_the_remedy() {
        let check = Check("secret", Fail("one\ntwo".to_owned()));
        assert_eq!(check.to_string(), "FAIL  secret      one two");
    }
}
