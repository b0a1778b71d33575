//! English: the rooms that turn words into slots, and slots into words.

use super::{Answer, Confidence, Context, Heard, Manner, Meaning, Span};

pub(in crate::language) mod say;

pub(in crate::language) fn understand(text: &str, context: &Context<'_>) -> Meaning {
    let _ = context;
    let said = text.trim().to_lowercase();
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let answer = match said.trim_end_matches(['.', ',', '!']) {
        "" => {
            return Meaning {
                manner: Manner::Noise,
                ..Meaning::default()
            };
        }
        "yes" | "yeah" | "yep" | "sure" => Answer::Yes,
        "no" | "nope" => Answer::No,
        _ => return Meaning::default(),
    };
    Meaning {
        answer: Some(Heard {
            value: answer,
            confidence: Confidence::Sure,
            span: Span { start: 0, end },
        }),
        ..Meaning::default()
    }
}
