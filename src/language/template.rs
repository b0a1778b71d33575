//! One wording with blanks in it (`Hello from {business}!`), checked when it is read, so that a blank that can't be filled is found by
//! whoever wrote it and not by whoever hears it.
//!
//! PURE. It knows neither what the blanks mean nor when the wording is said.

/// What a line may speak of.
#[derive(Debug, Clone, Copy)]
pub struct Blanks {
    /// The line's name, for whoever is told what is wrong.
    pub line: &'static str,
    /// What every wording has to mention.
    pub must: &'static [&'static str],
    pub may: &'static [&'static str],
}

#[derive(Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// Goes in here by name.
    Value(&'static str),
}

impl Blanks {
    /// The name under which a value is filled in, if this line knows it.
    fn value(self, name: &str) -> Option<&'static str> {
        let mut known = self.must.iter().chain(self.may).copied();
        known.find(|known| *known == name)
    }

    fn in_words(self) -> String {
        let known = self.must.iter().chain(self.may);
        let known: Vec<String> = known.map(|name| format!("{{{name}}}")).collect();
        if known.is_empty() {
            "no values".to_owned()
        } else {
            known.join(", ")
        }
    }
}

impl Template {
    /// Refuses a wording that names something it can't know, or leaves out what it must say.
    pub fn parse(blanks: Blanks, wording: &str) -> Result<Self, String> {
        let line = blanks.line;
        if wording.is_empty() {
            return Err(format!("a wording of `{line}` is empty"));
        }
        let mut parts = Vec::new();
        let mut rest = wording;
        while let Some(open) = rest.find('{') {
            let (text, from) = rest.split_at(open);
            let close = from.find('}').ok_or("a `{` is never closed")?;
            let name = &from[1..close];
            let value = blanks.value(name).ok_or_else(|| {
                format!(
                    "`{line}` knows no {{{name}}}; it knows {}",
                    blanks.in_words()
                )
            })?;
            if !text.is_empty() {
                parts.push(Part::Text(text.to_owned()));
            }
            parts.push(Part::Value(value));
            rest = &from[close + 1..];
        }
        if rest.contains('}') {
            return Err("a `}` was never opened".to_owned());
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        let missing = blanks
            .must
            .iter()
            .find(|must| !parts.contains(&Part::Value(must)));
        match missing {
            Some(must) => Err(format!("a wording of `{line}` must say {{{must}}}")),
            None => Ok(Self(parts)),
        }
    }

    /// A value may be empty; no double space or space before a full stop is left where it would have been.
    pub fn fill(&self, values: &[(&str, &str)]) -> String {
        let mut filled = String::with_capacity(96);
        for part in &self.0 {
            let text = match part {
                Part::Text(text) => text.as_str(),
                Part::Value(name) => values
                    .iter()
                    .find(|(known, _)| known == name)
                    .map_or("", |(_, value)| value),
            };
            append(&mut filled, text);
        }
        filled.truncate(filled.trim_end().len());
        filled
    }
}

fn append(filled: &mut String, text: &str) {
    let joins_at_space = filled.is_empty() || filled.ends_with(' ');
    let text = if joins_at_space {
        text.trim_start_matches(' ')
    } else {
        text
    };
    if text.starts_with(['.', ',', '?', '!', ';', ':']) {
        filled.truncate(filled.trim_end().len());
        // "Dr." at the end of a sentence brings its own full stop.
        let text = if filled.ends_with('.') {
            text.strip_prefix('.').unwrap_or(text)
        } else {
            text
        };
        filled.push_str(text);
    } else {
        filled.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLANKS: Blanks = Blanks {
        line: "booking",
        must: &["service", "when"],
        may: &["with", "for"],
    };

    fn fault(wording: &str) -> String {
        Template::parse(BLANKS, wording).unwrap_err()
    }

    #[test]
    fn an_empty_value_leaves_no_gap() {
        let template = Template::parse(BLANKS, "{service} {with} on {when} {for}.").unwrap();
        let values = [
            ("service", "Haircut"),
            ("with", ""),
            ("when", "Tuesday"),
            ("for", ""),
        ];
        assert_eq!(template.fill(&values), "Haircut on Tuesday.");
    }

    #[test]
    fn a_blank_that_cannot_be_filled_is_refused_and_so_is_a_wording_that_says_too_little() {
        assert_eq!(fault("{service}"), "a wording of `booking` must say {when}");
        assert_eq!(
            fault("{service} {day}"),
            "`booking` knows no {day}; it knows {service}, {when}, {with}, {for}"
        );
        assert_eq!(fault(""), "a wording of `booking` is empty");
        assert_eq!(fault("{service"), "a `{` is never closed");
        assert_eq!(fault("service}"), "a `}` was never opened");
    }
}
