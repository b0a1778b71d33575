//! What a person types to play the caller, line by line; the same in the terminal and in a file.

use std::fmt;

use crate::call::{
    rehearsal::{Act, Turn, When},
    timer::Ms,
};

/// Into the agent's words, not on their first syllable.
const INTO: Ms = Ms(1_000);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::cli) struct NotUnderstood(String);

impl fmt::Display for NotUnderstood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = "words, #123, /silence, /cough, /over WORDS, /hangup, # a note";
        write!(f, "`{}` is none of: {known}", self.0)
    }
}

/// Nothing for an empty line and for a note.
pub(in crate::cli) fn parse(line: &str) -> Result<Option<Turn>, NotUnderstood> {
    let line = line.trim();
    let turn = |caller| {
        let when = When::default();
        Ok(Some(Turn { caller, when }))
    };
    if line.is_empty() || line == "#" || line.starts_with("# ") {
        return Ok(None);
    }
    if let Some(keys) = line.strip_prefix('#') {
        let are_keys = keys
            .chars()
            .all(|key| key.is_ascii_digit() || matches!(key, '*' | '#'));
        return if are_keys {
            turn(Act::Presses(keys.to_owned()))
        } else {
            Err(NotUnderstood(line.to_owned()))
        };
    }
    if let Some(words) = line.strip_prefix("/over ") {
        return Ok(Some(Turn {
            caller: Act::Says(words.trim().to_owned()),
            when: When::AgentTalksFor(INTO),
        }));
    }
    match line {
        "/silence" => turn(Act::StaysSilent),
        "/cough" => turn(Act::Coughs),
        "/hangup" => turn(Act::HangsUp),
        command if command.starts_with('/') => Err(NotUnderstood(command.to_owned())),
        words => turn(Act::Says(words.to_owned())),
    }
}

/// A whole script, at whose end the caller hangs up.
pub(in crate::cli) fn script(text: &str) -> anyhow::Result<Vec<Turn>> {
    let mut turns = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let turn = parse(line).map_err(|error| anyhow::anyhow!("line {}: {error}", index + 1))?;
        turns.extend(turn);
    }
    turns.push(Turn {
        caller: Act::HangsUp,
        when: When::default(),
    });
    Ok(turns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(line: &str) -> Option<Act> {
        parse(line).unwrap().map(|turn| turn.caller)
    }

    #[test]
    fn a_line_is_what_the_caller_says_or_does() {
        assert_eq!(
            act(" Good morning "),
            Some(Act::Says("Good morning".to_owned()))
        );
        assert_eq!(act("#415*#"), Some(Act::Presses("415*#".to_owned())));
        assert_eq!(act("/silence"), Some(Act::StaysSilent));
        assert_eq!(act("/cough"), Some(Act::Coughs));
        assert_eq!(act("/hangup"), Some(Act::HangsUp));
    }

    #[test]
    fn notes_and_empty_lines_do_nothing() {
        for line in ["", "   ", "#", "# a second try"] {
            assert_eq!(act(line), None, "{line}");
        }
    }

    #[test]
    fn words_can_be_said_while_the_agent_talks() {
        let turn = parse("/over no, Thursday").unwrap().unwrap();
        assert_eq!(turn.caller, Act::Says("no, Thursday".to_owned()));
        assert_eq!(turn.when, When::AgentTalksFor(INTO));
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line_and_what_would_be() {
        let told = script("Hello\n\n/shout\n").unwrap_err().to_string();
        assert!(told.starts_with("line 3: `/shout` is none of:"), "{told}");
        assert!(parse("#12b").is_err());
    }

    #[test]
    fn a_script_ends_with_hanging_up() {
        let turns = script("# only this\nHello\n").unwrap();
        assert_eq!(turns.len(), 2);
        assert_eq!(turns[1].caller, Act::HangsUp);
    }
}
