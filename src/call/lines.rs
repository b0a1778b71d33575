//! The agent's words. They stand in `prompts/`, where an owner can read them; here they are read, checked, and filled
//! in. What a line may speak of is listed here ([`Line`]), so a line that names something it can't know is found when
//! it is loaded, and not by a caller.
//!
//! PURE: text in, checked lines out. Nothing here knows when a line is said.

use std::{collections::BTreeMap, sync::Arc};

mod table;

pub use table::Line;

use crate::language::template::Template;

/// A folder of lines, as `(name, text)`.
type Files<'a> = &'a [(&'a str, &'a str)];

const ENGLISH: Files<'static> = &[
    (
        "prompts/en/greeting.md",
        include_str!("../../prompts/en/greeting.md"),
    ),
    (
        "prompts/en/booking.md",
        include_str!("../../prompts/en/booking.md"),
    ),
    (
        "prompts/en/changing.md",
        include_str!("../../prompts/en/changing.md"),
    ),
    (
        "prompts/en/questions.md",
        include_str!("../../prompts/en/questions.md"),
    ),
    (
        "prompts/en/people.md",
        include_str!("../../prompts/en/people.md"),
    ),
    (
        "prompts/en/trouble.md",
        include_str!("../../prompts/en/trouble.md"),
    ),
];

/// What is wrong with a file of lines, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct LineFault {
    pub file: String,
    pub line: usize,
    pub problem: String,
}

/// Every line in every wording, checked.
#[derive(Debug, Clone, Default)]
pub struct Lines(Vec<Vec<Arc<Template>>>);

impl Lines {
    pub fn english() -> Result<Self, LineFault> {
        Self::read(ENGLISH)
    }

    /// Reads files of lines: `## name of the line`, a sentence for the reader, and a list of wordings. A line that is
    /// asked again gets its next wording.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, LineFault> {
        let mut lines = Self(vec![Vec::new(); Line::ALL.len()]);
        for (file, text) in files {
            lines.read_file(file, text)?;
        }
        let missing = Line::ALL
            .iter()
            .find(|line| lines.0[**line as usize].is_empty());
        match missing {
            None => Ok(lines),
            Some(line) => Err(LineFault {
                file: files
                    .last()
                    .map_or_else(String::new, |(file, _)| (*file).to_owned()),
                line: files.last().map_or(1, |(_, text)| text.lines().count()),
                problem: format!(
                    "no file has the line `{line}`; add `## {line}` and at least one wording under it"
                ),
            }),
        }
    }

    fn read_file(&mut self, file: &str, text: &str) -> Result<(), LineFault> {
        let mut current = None;
        for (number, row) in text.lines().enumerate() {
            let fault = |problem| LineFault {
                file: file.to_owned(),
                line: number + 1,
                problem,
            };
            if let Some(name) = row.strip_prefix("## ") {
                let line = name
                    .trim()
                    .parse::<Line>()
                    .map_err(|_| fault(format!("there is no line called `{}`", name.trim())))?;
                if !self.0[line as usize].is_empty() {
                    return Err(fault(format!("`{line}` is there twice")));
                }
                current = Some(line);
            } else if let Some(wording) = row.strip_prefix("- ") {
                let line = current.ok_or_else(|| {
                    fault("a wording stands under the name of its line, like `## greeting`".into())
                })?;
                let template = Template::parse(line.blanks(), wording.trim()).map_err(fault)?;
                self.0[line as usize].push(Arc::new(template));
            }
        }
        Ok(())
    }

    /// The owner's own wordings in place of ours. Refuses a line that can't be filled in.
    pub fn with_wordings(
        &self,
        wordings: &BTreeMap<String, Vec<String>>,
    ) -> Result<Self, LineFault> {
        let mut lines = self.clone();
        for (name, wordings) in wordings {
            let fault = |line, problem| LineFault {
                file: name.clone(),
                line,
                problem,
            };
            let line = name
                .parse::<Line>()
                .map_err(|_| fault(1, format!("there is no line called `{name}`")))?;
            let templates = wordings
                .iter()
                .enumerate()
                .map(|(index, wording)| {
                    Template::parse(line.blanks(), wording.trim())
                        .map(Arc::new)
                        .map_err(|problem| fault(index + 1, problem))
                })
                .collect::<Result<Vec<_>, _>>()?;
            if !templates.is_empty() {
                lines.0[line as usize] = templates;
            }
        }
        Ok(lines)
    }

    /// The `times`-th wording of a line, the first again after the last, with its values filled in.
    pub fn fill(&self, line: Line, times: usize, values: &[(&str, &str)]) -> String {
        let wordings = &self.0[line as usize];
        match wordings.get(times % wordings.len().max(1)) {
            Some(template) => template.fill(values),
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        Lines::read(&[("greeting.md", text)])
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn the_lines_that_are_shipped_are_whole() {
        Lines::english().unwrap();
    }

    #[test]
    fn a_line_that_leaves_out_what_it_must_say_is_refused_with_file_and_line() {
        assert_eq!(
            fault("## read_back\nSaid before the yes.\n- Shall I book it?\n"),
            "greeting.md:3: a wording of `read_back` must say {booking}"
        );
    }

    #[test]
    fn a_line_that_speaks_of_what_it_cannot_know_is_refused_with_file_and_line() {
        let said = fault("## greeting\n\n- Hello, {customer}!\n");
        assert!(
            said.starts_with("greeting.md:3: `greeting` knows no {customer}"),
            "{said}"
        );
        assert!(fault("## greeting\n- Hello, {business!\n").starts_with("greeting.md:2: "));
        assert!(fault("## gretting\n- Hello\n").starts_with("greeting.md:1: "));
        assert!(fault("- Hello\n").starts_with("greeting.md:1: "));
        assert!(fault("## wait\n- A\n## wait\n- B\n").starts_with("greeting.md:3: "));
    }

    #[test]
    fn a_line_that_is_nowhere_is_named() {
        assert!(fault("# Nothing\n").contains("no file has the line `"));
    }

    #[test]
    fn asking_again_uses_the_next_wording() {
        let lines = Lines::english().unwrap();
        let first = lines.fill(Line::AskPhone, 0, &[]);
        assert_ne!(first, lines.fill(Line::AskPhone, 1, &[]));
    }

    #[test]
    fn an_owner_may_reword_a_line_and_is_told_what_is_wrong_with_it() {
        let lines = Lines::english().unwrap();
        let own = |text: &str| BTreeMap::from([("greeting".to_owned(), vec![text.to_owned()])]);
        let reworded = lines.with_wordings(&own("Ahoy from {business}!")).unwrap();
        assert_eq!(
            reworded.fill(Line::Greeting, 0, &[("business", "the Barge")]),
            "Ahoy from the Barge!"
        );
        let fault = lines
            .with_wordings(&own("Ahoy, {name}!"))
            .unwrap_err()
            .to_string();
        assert!(fault.starts_with("greeting:1: "), "{fault}");
    }
}
