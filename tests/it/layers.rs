//! The layer rule: imports only point down, and the pure rooms know neither network, database nor clock.
//!
//! Walls between crates would say the same, at the price of many crates. This reads the source instead: every path that begins
//! with `crate::`, or that climbs out of its room with `super::`, names a room, and that room must lie below.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Each room, and the rooms right below it. What lies below those lies below it too. `call::machine` is the pure half of `call`.
const BELOW: &[(&str, &[&str])] = &[
    ("cli", &["app", "softphone"]),
    (
        "softphone",
        &["call::machine", "twilio", "audio", "domain", "clock"],
    ),
    ("app", &["web", "phone", "jobs", "telemetry", "config"]),
    (
        "web",
        &[
            "call",
            "desk",
            "jobs",
            "sync",
            "oauth",
            "providers",
            "twilio",
            "store",
            "config",
        ],
    ),
    (
        "phone",
        &[
            "call",
            "desk",
            "jobs",
            "sync",
            "oauth",
            "providers",
            "twilio",
            "store",
            "config",
        ],
    ),
    (
        "call",
        &[
            "call::machine",
            "providers",
            "desk",
            "speech",
            "llm",
            "store",
            "audio",
            "telemetry",
        ],
    ),
    ("call::machine", &["language", "domain"]),
    ("jobs", &["sync", "providers", "notify", "desk", "store"]),
    ("sync", &["desk", "calendar", "oauth", "store"]),
    ("providers", &["desk", "calendar", "oauth", "store"]),
    ("oauth", &["store", "vault"]),
    ("notify", &["twilio", "language"]),
    ("desk", &["scheduling", "store"]),
    ("speech", &["audio"]),
    ("telemetry", &["config"]),
    ("calendar", &["domain", "clock"]),
    ("llm", &["domain", "clock"]),
    ("twilio", &["domain", "clock"]),
    ("vault", &["domain", "clock"]),
    ("store", &["domain", "clock"]),
    ("scheduling", &["domain"]),
    ("language", &["domain"]),
    ("audio", &["domain"]),
    ("config", &[]),
    ("clock", &[]),
    ("domain", &[]),
];

/// Parts of `call` that reach the world, or play one (`replay`). All others in it are its pure half.
const CALL_ASYNC: &[&str] = &["driver", "journal", "live", "replay", "snapshot"];

const PURE: &[&str] = &["domain", "scheduling", "language", "audio", "call::machine"];

/// What no pure room may name.
const WORLD: &[&str] = &[
    "tokio",
    "sqlx",
    "reqwest",
    "axum",
    "rand",
    "Utc::now",
    "Local::now",
    "Instant",
    "SystemTime",
];

fn room_of(module: &[String]) -> String {
    match module {
        [call, part, ..] if call == "call" && !CALL_ASYNC.contains(&part.as_str()) => {
            "call::machine".to_owned()
        }
        [first, ..] => first.clone(),
        [] => "lib".to_owned(),
    }
}

/// Every room that lies below.
fn below(room: &str) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let mut rooms = vec![room.to_owned()];
    while let Some(room) = rooms.pop() {
        let next = BELOW.iter().find(|(name, _)| *name == room);
        for lower in next.map_or(&[][..], |(_, lower)| lower) {
            if found.insert(*lower) {
                rooms.push((*lower).to_owned());
            }
        }
    }
    found
}

/// Source without comments and without what stands in quotes.
fn code_of(source: &str) -> String {
    let lines = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines
        .map(|line| {
            let mut pieces = line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
            if let Some(comment) = pieces.find(" // ") {
                pieces.truncate(comment);
            }
            pieces + "\n"
        })
        .collect()
}

/// The paths that `text` begins with, as their segments: one, or as many as a `{…}` stands for.
fn paths_after(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        return members(group).into_iter().flat_map(paths_after).collect();
    }
    let length = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let segment = text[..length].to_owned();
    match text[length..].strip_prefix("::") {
        Some(rest) => paths_after(rest)
            .into_iter()
            .map(|path| [vec![segment.clone()], path].concat())
            .collect(),
        None => vec![vec![segment]],
    }
}

/// What stands between the commas of a group whose `{` was read.
fn members(group: &str) -> Vec<&str> {
    let mut depth = 1;
    let mut start = 0;
    let mut members = Vec::new();
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if (c == ',' && depth == 1) || depth == 0 {
            members.push(&group[start..at]);
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    members
}

/// Where `name` stands as a whole word.
fn words<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name)
        .map(|(at, _)| at)
        .filter(move |at| {
            let before = code[..*at].chars().next_back();
            let after = code[at + name.len()..].chars().next();
            !before.is_some_and(part) && !after.is_some_and(part)
        })
}

/// The module paths, from the root of the crate, that the code of `module` names.
fn named(module: &[String], code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for at in words(code, "crate") {
        let rest = &code[at + "crate".len()..];
        let is_macro = code[..at].ends_with('$');
        let is_visibility = code[..at].ends_with("pub(in ");
        if !is_macro
            && !is_visibility
            && let Some(rest) = rest.strip_prefix("::")
        {
            found.extend(paths_after(rest));
        }
    }
    for at in words(code, "super") {
        if code[..at].ends_with("super::") {
            continue;
        }
        let mut rest = &code[at..];
        let mut climbed = 0;
        while let Some(more) = rest.strip_prefix("super::") {
            climbed += 1;
            rest = more;
        }
        // In an inline module one `super` leads only to the file, so the highest climb is taken for the root as well.
        for kept in [
            module.len().checked_sub(climbed),
            (module.len() + 1).checked_sub(climbed),
        ] {
            let prefix = &module[..kept.unwrap_or(0).min(module.len())];
            if prefix.len() < module.len() && (prefix.is_empty() || prefix == ["call"]) {
                let whole = paths_after(rest).into_iter();
                found.extend(whole.map(|path| [prefix, &path[..]].concat()));
            }
        }
    }
    found
}

fn violations(module: &[String], source: &str) -> Vec<String> {
    let code = code_of(source);
    let room = room_of(module);
    let file = module.join("::");
    let lower = below(&room);
    let known = |name: &str| BELOW.iter().any(|(room, _)| *room == name);
    let mut found = BTreeSet::new();
    for path in named(module, &code) {
        let other = room_of(&path);
        if known(&other) && other != room && !lower.contains(other.as_str()) {
            found.insert(format!("{file} names {other}, which is not below {room}"));
        }
    }
    if PURE.contains(&room.as_str()) {
        for world in WORLD
            .iter()
            .filter(|world| words(&code, world).next().is_some())
        {
            found.insert(format!("{file} is pure, and names {world}"));
        }
    }
    found.into_iter().collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files
}

/// `call/driver.rs` -> `call`, `driver`; `call/mod.rs` -> `call`; `lib.rs` -> nothing.
fn module_of(file: &Path, root: &Path) -> Vec<String> {
    let path = file.strip_prefix(root).unwrap().with_extension("");
    let mut module: Vec<String> = path
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    if module
        .last()
        .is_some_and(|last| last == "mod" || last == "lib" || last == "main")
    {
        module.pop();
    }
    module
}

#[test]
fn imports_only_point_down_and_pure_rooms_are_pure() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = sources(&root);
    assert!(files.len() > 20, "the sources were not found");
    let found: Vec<String> = files
        .iter()
        .flat_map(|file| violations(&module_of(file, &root), &fs::read_to_string(file).unwrap()))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_room_of_the_source_is_on_the_map() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in sources(&root) {
        let room = room_of(&module_of(&file, &root));
        assert!(
            room == "lib" || BELOW.iter().any(|(name, _)| *name == room),
            "{} stands in no room of the map in this file",
            file.display()
        );
    }
}

#[test]
fn no_room_lies_below_itself() {
    for (room, _) in BELOW {
        assert!(!below(room).contains(room), "{room}");
    }
}

mod the_checker {
    use super::violations;

    fn found(module: &[&str], source: &str) -> usize {
        let module: Vec<String> = module.iter().map(|&part| part.to_owned()).collect();
        violations(&module, source).len()
    }

    #[test]
    fn sees_an_upward_import_in_every_spelling() {
        for source in [
            "use crate::desk::book;",
            "use crate::{domain::Name, desk::{book, cancel}};",
            "use crate::{\n    domain::{Name, Note},\n    desk,\n};",
            "fn f() { crate::desk::book(); }",
            "use super::super::desk;",
            "mod tests { use super::super::super::desk; }",
        ] {
            assert_eq!(found(&["store", "jobs"], source), 1, "{source}");
        }
    }

    #[test]
    fn sees_the_world_in_a_pure_room() {
        for source in [
            "use tokio::sync::mpsc;",
            "let now = chrono::Utc::now();",
            "fn f(at: std::time::Instant) {}",
            "let rows = sqlx::query(\"select 1\");",
            "use crate::clock::Clock;",
        ] {
            assert_eq!(found(&["scheduling", "slots"], source), 1, "{source}");
        }
    }

    #[test]
    fn keeps_the_two_halves_of_a_call_apart() {
        assert_eq!(found(&["call", "machine"], "use super::driver::Driver;"), 1);
        assert_eq!(found(&["call", "turn"], "use crate::call::live;"), 1);
        assert_eq!(found(&["call", "driver"], "use super::machine::Call;"), 0);
        assert_eq!(found(&["call", "machine"], "use super::turn::Turn;"), 0);
        let grouped = "use crate::call::{turn::{A, B}, timer::Timer};";
        assert_eq!(found(&["call", "machine"], grouped), 0);
        let grouped = "use crate::call::{turn::Turn, journal::Journal};";
        assert_eq!(found(&["call", "machine"], grouped), 1);
        assert_eq!(found(&["call", "machine"], "use crate::store::Db;"), 1);
        let visible = "pub(in crate::call) fn f() {}";
        assert_eq!(found(&["call", "dialogue"], visible), 0);
    }

    #[test]
    fn passes_what_is_allowed() {
        for source in [
            "use crate::{domain::Name, clock::Clock};",
            "// use crate::desk::book;",
            "let text = \"crate::desk::book\";",
            "use super::error::Error;",
            "let desk = desk_of(x); // crate::desk is above",
        ] {
            assert_eq!(found(&["store", "jobs"], source), 0, "{source}");
        }
    }
}
