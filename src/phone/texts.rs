//! Texts that come in, and what Twilio tells of those that went out.
//!
//! Twilio itself answers STOP, START and HELP on an ordinary number, and carries no text to whoever sent STOP: so we write it down and keep
//! quiet, but for saying who we are. Any other words wait for the owner as a message, and their sender is told so.

use axum::extract::{RawQuery, State};

use super::{Switchboard, answer::Answer, signed::Signed};
use crate::{
    desk::{self, Says, TextAnswer, TextCame, TextNews},
    domain::{Business, BusinessId, Note, TextId},
    notify::{state_of, text_error},
    twilio::{
        Params,
        forms::{IncomingText, OptOut, TextStatus},
    },
};

pub(super) async fn came_in(
    State(board): State<Switchboard>,
    signed: Signed,
) -> Result<Answer, Answer> {
    let text = signed.read(IncomingText::read)?;
    let dialled = text.to.to_string();
    let answered = text.opt_out;
    let came = TextCame {
        outside_id: text.message.to_string(),
        from: text.from.number().cloned(),
        says: says(&text),
        to: text.to,
    };
    let answer = board
        .desk()
        .text_came(&came)
        .await
        .map_err(|error| later(&error))?;
    tracing::info!(text = %came.outside_id, "a text came in");
    let number = |business: &Business| {
        let own = business.phone_numbers.first();
        own.map_or_else(|| dialled.clone(), ToString::to_string)
    };
    let wording = board.wording();
    Ok(match answer {
        // Twilio has answered in the account's own words.
        TextAnswer::WhoWeAre(_) if answered.is_some() => Answer::nothing(),
        TextAnswer::Nothing => Answer::nothing(),
        TextAnswer::WhoWeAre(business) => {
            Answer::reply(&wording.who_we_are(&business.name, &number(&business)))
        }
        TextAnswer::Thanks(business) => {
            Answer::reply(&wording.thanks(&business.name, &number(&business)))
        }
    })
}

fn says(text: &IncomingText) -> Says {
    match text.opt_out.or_else(|| OptOut::of_body(&text.body)) {
        Some(OptOut::Stop) => Says::Stop,
        Some(OptOut::Start) => Says::Start,
        Some(OptOut::Help) => Says::Help,
        None => Says::Words(words(&text.body)),
    }
}

/// As a message can hold them. A picture without words is worth a look, too, where it is.
#[expect(
    clippy::expect_used,
    reason = "the text is neither empty nor too long, and has no control characters left"
)]
fn words(body: &str) -> Note {
    let printable = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    let clean: String = body.chars().map(printable).collect();
    let clean: String = clean.trim().chars().take(Note::LONGEST).collect();
    let text = match clean.as_str() {
        "" => "(A text without words, perhaps a picture: Twilio's console shows it.)",
        words => words,
    };
    Note::new(text).expect("a text that fits")
}

pub(super) async fn status(
    State(board): State<Switchboard>,
    RawQuery(query): RawQuery,
    signed: Signed,
) -> Result<Answer, Answer> {
    let status = signed.read(TextStatus::read)?;
    let Some(state) = state_of(&status.state) else {
        return Ok(Answer::nothing());
    };
    let news = TextNews {
        text: named(query.as_deref().unwrap_or_default()),
        outside_id: status.message.to_string(),
        state,
        error: status.error.map(text_error),
    };
    let is_news = board
        .desk()
        .text_status(&news)
        .await
        .map_err(|error| later(&error))?;
    tracing::debug!(text = %news.outside_id, state = %state, is_news, "a text's status");
    Ok(Answer::nothing())
}

/// Our own name for a text, as we gave it to Twilio.
fn named(query: &str) -> Option<(BusinessId, TextId)> {
    let params = Params::parse(query.as_bytes()).ok()?;
    let business = params.get("business")?.parse().ok()?;
    let text = params.get("text")?.parse().ok()?;
    Some((business, text))
}

fn later(error: &desk::Error) -> Answer {
    tracing::error!(%error, "a text could not be dealt with");
    Answer::later()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &str, more: &[(&str, &str)]) -> Says {
        let params = [
            ("MessageSid", "SM01"),
            ("From", "+442079460001"),
            ("To", "+442079460000"),
            ("Body", body),
        ];
        let params: Params<'_> = params.iter().chain(more).copied().collect();
        says(&IncomingText::read(&params).unwrap())
    }

    #[test]
    fn the_words_that_stop_texts_are_known_alone_and_in_any_case() {
        for word in [
            "STOP",
            "stop",
            " Stop ",
            "stopall",
            "UNSUBSCRIBE",
            "cancel",
            "END",
            "quit",
            "revoke",
            "OPTOUT",
        ] {
            assert!(matches!(said(word, &[]), Says::Stop), "{word}");
        }
        for words in [
            "please stop by at five",
            "cancel my appointment",
            "YES",
            "the end",
            "",
        ] {
            assert!(matches!(said(words, &[]), Says::Words(_)), "{words}");
        }
        assert!(matches!(said("unstop", &[]), Says::Start));
        assert!(matches!(said("Info", &[]), Says::Help));
    }

    #[test]
    fn what_twilio_understood_counts_whatever_the_words() {
        assert!(matches!(
            said("arrêt", &[("OptOutType", "STOP")]),
            Says::Stop
        ));
    }

    #[test]
    fn whatever_was_texted_can_be_kept_as_a_message() {
        for body in ["\0\u{7}", "", "  ", &"é".repeat(9000), "two\nlines"] {
            let Says::Words(note) = said(body, &[]) else {
                panic!("{body} is words");
            };
            assert!(!note.is_empty() && !note.contains('\0'));
        }
    }
}
