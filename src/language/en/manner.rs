//! What kind of sound an utterance was: words to us, listening, thinking, noise, a machine, another language.

use super::tokens::Words;
use crate::{domain::Language, language::Manner};

#[rustfmt::skip]
const BACKCHANNEL: &[&str] = &[
    "mhm", "mmhm", "mmhmm", "mm", "uh huh", "um huh", "uh", "um", "aha", "okay", "ok", "yeah", "yep", "right", "sure",
    "alright", "all right", "i see", "got it", "gotcha", "oh", "cool", "great", "good", "fine", "nice", "perfect",
    "wow", "really",
];
#[rustfmt::skip]
const FILLER: &[&str] = &[
    "well", "so", "like", "oh", "and", "but", "then", "the", "a", "i", "let me see", "let us see", "let me think",
    "you know", "i mean", "okay so", "the thing is", "how do i say", "what was it", "it is", "it was", "is", "my",
    "to", "for", "at", "on", "of", "or", "because", "i would like", "i want", "i would", "can i", "could i", "just",
    "actually", "basically", "huh",
];
#[rustfmt::skip]
const VOICEMAIL: &[&str] = &[
    "leave a message after", "leave your message", "leave me a message", "leave a message at",
    "please leave a message", "after the tone", "after the beep", "at the tone", "record your message",
    "is not available to take your call", "can not take your call", "can not come to the phone",
    "unable to take your call", "the person you are calling", "the number you have dialed",
    "the number you have dialled", "forwarded to voicemail", "forwarded to an automated", "reached the voicemail",
    "you have reached the voicemail", "mailbox is full", "finished recording", "when you are finished recording",
];

pub(super) fn of(words: &Words<'_>) -> Manner {
    if words.len() == 0 {
        return if words.fillers > 0 {
            Manner::Filler
        } else {
            Manner::Noise
        };
    }
    let asks = words.is(0, &["can", "could", "may"]) || words.has(0, "i would");
    if !asks && (0..words.len()).any(|at| words.any(at, VOICEMAIL).is_some()) {
        return Manner::Voicemail;
    }
    if consists_of(words, BACKCHANNEL) {
        return Manner::Backchannel;
    }
    if consists_of(words, FILLER) {
        return Manner::Filler;
    }
    Manner::Words
}

/// The utterance is made of these phrases and nothing else.
fn consists_of(words: &Words<'_>, phrases: &[&str]) -> bool {
    let mut at = 0;
    while at < words.len().min(8) {
        match words.longest(at, phrases) {
            Some(length) => at += length,
            None => return false,
        }
    }
    at >= words.len()
}

/// The language that an utterance without any meaning to us may be in: by its script, or by its small words.
pub(super) fn other_language(words: &Words<'_>) -> Option<Language> {
    let tag = by_script(words.text).or_else(|| by_small_words(words))?;
    Language::new(tag).ok()
}

fn by_script(text: &str) -> Option<&'static str> {
    let tag = |c: char| {
        Some(match c {
            '\u{0400}'..='\u{04ff}' => "ru",
            '\u{0370}'..='\u{03ff}' => "el",
            '\u{0590}'..='\u{05ff}' => "he",
            '\u{0600}'..='\u{06ff}' => "ar",
            '\u{0900}'..='\u{097f}' => "hi",
            '\u{0e00}'..='\u{0e7f}' => "th",
            '\u{3040}'..='\u{30ff}' => "ja",
            '\u{ac00}'..='\u{d7af}' => "ko",
            '\u{4e00}'..='\u{9fff}' => "zh",
            _ => return None,
        })
    };
    let mut first = None;
    let (mut foreign, mut letters) = (0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        if let Some(tag) = tag(c) {
            foreign += 1;
            // Japanese is written with Chinese characters as well.
            if first.is_none() || tag == "ja" {
                first = Some(tag);
            }
        }
    }
    first.filter(|_| foreign * 2 > letters)
}

const SMALL_WORDS: &[(&str, &[&str])] = &[
    (
        "es",
        &[
            "hola", "buenos", "buenas", "dias", "tardes", "quiero", "quisiera", "una", "para",
            "por", "favor", "cita", "gracias", "que", "el", "los", "usted", "habla", "espanol",
            "necesito", "hacer", "puedo", "manana", "si", "de", "la", "con", "tengo", "llamo",
            "hablar",
        ],
    ),
    (
        "fr",
        &[
            "bonjour", "bonsoir", "je", "voudrais", "un", "une", "rendez", "vous", "pour", "merci",
            "est", "parlez", "francais", "le", "les", "des", "s'il", "plait", "demain", "suis",
            "avec", "oui", "mais", "pas", "ce", "que", "allo", "prendre",
        ],
    ),
    (
        "de",
        &[
            "guten", "tag", "morgen", "ich", "mochte", "hatte", "gerne", "einen", "termin",
            "bitte", "danke", "sprechen", "sie", "deutsch", "und", "nicht", "der", "das", "ein",
            "eine", "fur", "mit", "ist", "hallo", "brauche", "mein", "konnen", "ja", "nein",
        ],
    ),
    (
        "it",
        &[
            "buongiorno",
            "buonasera",
            "vorrei",
            "un",
            "una",
            "appuntamento",
            "per",
            "favore",
            "grazie",
            "sono",
            "parla",
            "italiano",
            "domani",
            "che",
            "non",
            "il",
            "di",
            "prenotare",
            "pronto",
            "ciao",
        ],
    ),
    (
        "pt",
        &[
            "ola",
            "bom",
            "boa",
            "tarde",
            "eu",
            "quero",
            "gostaria",
            "de",
            "marcar",
            "uma",
            "consulta",
            "por",
            "favor",
            "obrigado",
            "obrigada",
            "fala",
            "portugues",
            "nao",
            "sim",
            "para",
            "amanha",
            "voce",
        ],
    ),
    (
        "nl",
        &[
            "goedemorgen",
            "goedemiddag",
            "hallo",
            "ik",
            "wil",
            "graag",
            "een",
            "afspraak",
            "maken",
            "alstublieft",
            "dank",
            "spreekt",
            "nederlands",
            "het",
            "niet",
            "voor",
            "met",
            "morgen",
        ],
    ),
    (
        "pl",
        &[
            "dzien",
            "dobry",
            "chcialbym",
            "chcialabym",
            "umowic",
            "sie",
            "na",
            "wizyte",
            "prosze",
            "dziekuje",
            "czy",
            "mowi",
            "pan",
            "pani",
            "polsku",
            "jest",
            "nie",
            "tak",
        ],
    ),
    (
        "tr",
        &[
            "merhaba",
            "randevu",
            "almak",
            "istiyorum",
            "lutfen",
            "tesekkur",
            "evet",
            "hayir",
            "bir",
            "icin",
            "turkce",
            "yarin",
        ],
    ),
];

fn by_small_words(words: &Words<'_>) -> Option<&'static str> {
    let count = words.len();
    let hits = |list: &[&str]| {
        (0..count)
            .filter(|&at| list.contains(&words.at(at)))
            .count()
    };
    let (tag, most) = SMALL_WORDS
        .iter()
        .map(|(tag, list)| (*tag, hits(list)))
        .max_by_key(|(_, hits)| *hits)?;
    // Short words are shared by many languages, so a lone one proves nothing in a longer sentence.
    (most >= 2 && most * 5 >= count * 2 || most >= 1 && most == count && words.at(0).len() > 3)
        .then_some(tag)
}
