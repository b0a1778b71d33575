//! `ringbook replay`: plays recorded calls again and shows what comes out differently.
//!
//! Files and folders are its business; how a call is played and compared is `call::replay`'s.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, bail};
use clap::Args;

use super::say;
use crate::call::{
    lines::Lines,
    replay::{
        Fixture, House, Manners, Names, Recording, Step, diff, drive, explain, format::Recorded,
        journal,
    },
    turn::Pauses,
};

/// Each file is a recorded call (fixtures/calls holds some; docs/recorded-calls.md tells how to write one) or the journal
/// of a real one.
///
/// A recorded call holds a caller and a world: both are let loose on the program as it is now, and everything that it does
/// is compared with what is recorded. One line is printed for each file, and under it what changed. The exit code is 1 if
/// anything did, or if a file can't be read.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Options {
    /// Recorded calls, or folders of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Record anew: what the program does now is right from here on
    #[arg(long)]
    bless: bool,
    /// Print each call as a script that people can read
    #[arg(long, conflicts_with = "bless")]
    explain: bool,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let lines = Lines::english().context("the agent's lines can't be used")?;
    let mut player = Player {
        manners: Manners {
            lines: Arc::new(lines),
            pauses: Pauses::default(),
        },
        houses: BTreeMap::new(),
    };
    let files = files(&options.files)?;
    let (mut changed, mut blessed) = (0, 0);
    for file in &files {
        let name = file.display();
        let played = player.play(file);
        match played {
            Ok(call) if options.explain => say(call.script())?,
            Ok(call) => match (call.difference(), &call.blessed) {
                (_, Some(text)) if options.bless => {
                    fs::write(file, text).with_context(|| format!("{name} can't be written"))?;
                    blessed += 1;
                    say(format_args!("blessed  {name}"))?;
                }
                (None, _) => say(format_args!("ok       {name}"))?,
                (Some(difference), _) => {
                    changed += 1;
                    say(format_args!("CHANGED  {name}\n{}", difference.trim_end()))?;
                }
            },
            Err(problem) => {
                changed += 1;
                say(format_args!("BAD      {name}: {problem:#}"))?;
            }
        }
    }
    if !options.explain {
        let calls = files.len();
        let unchanged = calls - changed - blessed;
        say(format_args!(
            "{unchanged} of {calls} recorded calls are as they were"
        ))?;
    }
    Ok(if changed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

struct Player {
    manners: Manners,
    houses: BTreeMap<PathBuf, House>,
}

/// A call as it was recorded, and as it goes now.
struct Played {
    title: String,
    names: Names,
    was: Vec<Recorded>,
    is: Vec<Recorded>,
    /// The file as it would be recorded now, if that is another one. A journal is what happened, and stays.
    blessed: Option<String>,
}

impl Played {
    fn difference(&self) -> Option<String> {
        diff(&self.names, &self.was, &self.is)
    }

    fn script(&self) -> String {
        format!("{}\n\n{}", self.title, explain(&self.names, &self.is))
    }
}

impl Player {
    fn play(&mut self, file: &Path) -> anyhow::Result<Played> {
        let text = fs::read_to_string(file).context("the file can't be read")?;
        match Recording::read(&text)? {
            Recording::Journal(steps) => self.rerun(file, &steps),
            Recording::Fixture(fixture) => self.drive(file, &text, *fixture),
        }
    }

    fn rerun(&self, file: &Path, steps: &[Step]) -> anyhow::Result<Played> {
        let Manners { lines, pauses } = &self.manners;
        let now = journal::rerun(Arc::clone(lines), *pauses, steps);
        let (names, was) = journal::rows(steps)?;
        let (_, is) = journal::rows(&now)?;
        Ok(Played {
            title: file.display().to_string(),
            names,
            was,
            is,
            blessed: None,
        })
    }

    fn drive(&mut self, file: &Path, text: &str, mut fixture: Fixture) -> anyhow::Result<Played> {
        let folder = file.parent().unwrap_or(Path::new("."));
        let house = self.house(&folder.join(&fixture.setup.house))?;
        let run = drive(&self.manners, &fixture, house)?;
        let was = std::mem::replace(&mut fixture.recorded, run.recorded);
        Ok(Played {
            title: fixture.title.clone(),
            names: run.names,
            blessed: Some(fixture.render()?).filter(|blessed| blessed != text),
            is: fixture.recorded,
            was,
        })
    }

    fn house(&mut self, file: &Path) -> anyhow::Result<House> {
        if let Some(house) = self.houses.get(file) {
            return Ok(house.clone());
        }
        let wrong = || format!("its house {} can't be used", file.display());
        let text = fs::read_to_string(file).with_context(wrong)?;
        let house = House::parse(&text).with_context(wrong)?;
        self.houses.insert(file.to_owned(), house.clone());
        Ok(house)
    }
}

/// The files themselves, and those right in the folders, in order.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries =
            fs::read_dir(path).with_context(|| format!("{} can't be read", path.display()))?;
        let mut found = Vec::new();
        for entry in entries {
            let file = entry?.path();
            if file.extension().is_some_and(|end| end == "jsonl") {
                found.push(file);
            }
        }
        if found.is_empty() {
            bail!("{} holds no recorded call (*.jsonl)", path.display());
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}
