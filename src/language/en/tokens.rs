//! Text to words: lower case, without accents, contractions opened ("I'd" is "i would"), hesitation dropped, numbers
//! split from what is stuck to them. Done once per utterance; every other room reads words only from here.

use std::ops::Range;

use crate::language::{Span, vocabulary::fold};

/// The words of one utterance.
#[derive(Debug, Default)]
pub(super) struct Words<'t> {
    pub(super) text: &'t str,
    buffer: String,
    list: Vec<Word>,
    /// Hesitations that were dropped.
    pub(super) fillers: usize,
    /// Swear words that were dropped.
    pub(super) oaths: usize,
}

#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent facts about a word"
)]
struct Word {
    form: Range<u32>,
    span: Span,
    /// A comma, a full stop or the like stands before it.
    pause: bool,
    /// No space stands before it: the `pm` of `2pm`.
    glued: bool,
    /// It is written with a capital.
    capital: bool,
    /// Already part of a slot.
    taken: bool,
}

impl<'t> Words<'t> {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// The word at `at`; past the end there are only empty words, so that rooms may look ahead freely.
    pub(super) fn at(&self, at: usize) -> &str {
        self.list
            .get(at)
            .and_then(|word| {
                self.buffer
                    .get(word.form.start as usize..word.form.end as usize)
            })
            .unwrap_or_default()
    }

    /// The word `back` places before `at`; before the start there are only empty words.
    pub(super) fn before(&self, at: usize, back: usize) -> &str {
        at.checked_sub(back).map_or("", |at| self.at(at))
    }

    pub(super) fn is(&self, at: usize, words: &[&str]) -> bool {
        words.contains(&self.at(at))
    }

    /// Whether these words stand at `at`, one after the other.
    pub(super) fn has(&self, at: usize, phrase: &str) -> bool {
        self.goes_on(at, self.at(at), phrase)
    }

    /// The first of the phrases that stands at `at`, as its number of words.
    pub(super) fn any(&self, at: usize, phrases: &[&str]) -> Option<usize> {
        let first = self.at(at);
        let phrase = phrases
            .iter()
            .find(|phrase| self.goes_on(at, first, phrase))?;
        Some(phrase.split(' ').count())
    }

    /// The longest of the phrases that stands at `at`, as its number of words.
    pub(super) fn longest(&self, at: usize, phrases: &[&str]) -> Option<usize> {
        let first = self.at(at);
        let standing = phrases
            .iter()
            .filter(|phrase| self.goes_on(at, first, phrase));
        standing.map(|phrase| phrase.split(' ').count()).max()
    }

    /// Whether the phrase begins with `first`, the word at `at`, and its other words follow there. Hundreds of phrases
    /// are tried at every word, so the first word, which nearly always decides, is not looked up for each.
    fn goes_on(&self, at: usize, first: &str, phrase: &str) -> bool {
        // One byte is compared in place; comparing more is a call.
        if phrase.as_bytes().first() != first.as_bytes().first() {
            return false;
        }
        match phrase.strip_prefix(first) {
            Some("") => !first.is_empty(),
            Some(rest) => rest.strip_prefix(' ').is_some_and(|rest| {
                rest.split(' ')
                    .enumerate()
                    .all(|(ahead, word)| self.at(at + 1 + ahead) == word)
            }),
            None => false,
        }
    }

    pub(super) fn contains(&self, phrase: &str) -> bool {
        (0..self.len()).any(|at| self.has(at, phrase))
    }

    pub(super) fn pause_before(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|word| word.pause)
    }

    pub(super) fn glued(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|word| word.glued)
    }

    pub(super) fn capital(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|word| word.capital)
    }

    pub(super) fn taken(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|word| word.taken)
    }

    pub(super) fn take(&mut self, range: Range<usize>) {
        if let Some(words) = self.list.get_mut(range) {
            for word in words {
                word.taken = true;
            }
        }
    }

    /// Where in the text these words were.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        match self.list.get(range) {
            Some([first, .., last]) => Span {
                start: first.span.start,
                end: last.span.end,
            },
            Some([only]) => only.span,
            _ => Span::default(),
        }
    }

    /// How the word was written.
    pub(super) fn written(&self, at: usize) -> &'t str {
        self.list.get(at).map_or("", |word| word.span.of(self.text))
    }

    pub(super) fn of(text: &'t str) -> Self {
        let mut words = Self {
            text,
            buffer: String::with_capacity(text.len() + 16),
            list: Vec::with_capacity(text.len() / 4 + 1),
            ..Self::default()
        };
        words.read();
        words
    }

    fn read(&mut self) {
        let text = self.text;
        let mut rest = text;
        let mut pause = false;
        let mut glued = false;
        while let Some(first) = rest.chars().next() {
            let start = text.len() - rest.len();
            if first.is_alphanumeric() {
                let end = start + run_length(rest);
                self.word(start..end, pause, glued);
                rest = &text[end..];
                pause = false;
                glued = true;
                continue;
            }
            let mut after = first.len_utf8();
            let next_is_digit = rest[after..].starts_with(|c: char| c.is_ascii_digit());
            let last_is_digit = text[..start].ends_with(|c: char| c.is_ascii_digit());
            match first {
                ':' | '.' | '/' | '-' if last_is_digit && next_is_digit => {
                    self.push(&text[start..=start], start..start + 1, false, true);
                    glued = true;
                }
                '+' if next_is_digit => {
                    self.push("+", start..start + 1, pause, glued);
                    glued = true;
                }
                '&' => {
                    self.push("and", start..start + 1, pause, false);
                    glued = false;
                }
                '[' | '<' | '*' | '(' => {
                    after = aside_length(rest).unwrap_or(after);
                    glued = false;
                }
                '-' | '\'' | '’' => {}
                _ if first.is_whitespace() => glued = false,
                ',' | '.' | ';' | ':' | '?' | '!' | '…' | '–' | '—' => {
                    pause = true;
                    glued = false;
                }
                _ => glued = false,
            }
            rest = &rest[after..];
        }
    }

    /// One run of letters and digits: opened into the words it holds.
    fn word(&mut self, range: Range<usize>, pause: bool, glued: bool) {
        let written = &self.text[range.clone()];
        if let Some(end) = written.find(|c: char| !c.is_ascii_digit()) {
            if end > 0 {
                let letters = &written[end..];
                if ["st", "nd", "rd", "th"].contains(&letters) {
                    self.push(written, range, pause, glued);
                } else {
                    let middle = range.start + end;
                    self.push(&written[..end], range.start..middle, pause, glued);
                    self.word(middle..range.end, false, true);
                }
                return;
            }
        } else {
            self.push(written, range, pause, glued);
            return;
        }
        if let Some(digit) = written.find(|c: char| c.is_ascii_digit()) {
            let middle = range.start + digit;
            self.word(range.start..middle, pause, glued);
            self.word(middle..range.end, false, true);
            return;
        }
        self.letters(written, range, pause, glued);
    }

    fn letters(&mut self, written: &str, range: Range<usize>, pause: bool, glued: bool) {
        let from = self.buffer.len();
        fold(written, &mut self.buffer);
        let folded = &self.buffer[from..];
        let apostrophe = written.contains(['\'', '’']);
        if is_filler(folded) {
            let joins_next = ["uh", "mm", "um"].contains(&folded);
            if !(joins_next && self.starts_assent(range.end)) {
                self.fillers += 1;
                self.buffer.truncate(from);
                return;
            }
        } else if is_oath(folded) {
            self.oaths += 1;
            self.buffer.truncate(from);
            return;
        }
        if let Some(opened) = contraction(folded, apostrophe) {
            self.buffer.truncate(from);
            for (place, word) in opened.split(' ').enumerate() {
                self.push(word, range.clone(), pause && place == 0, glued);
            }
            return;
        }
        // A genitive tells nothing that the word before it does not; "the name's Leo" was opened above.
        if apostrophe && written.ends_with(['s', 'S']) {
            let before_s = written
                .get(..written.len() - 1)
                .is_some_and(|w| w.ends_with(['\'', '’']));
            if before_s {
                self.buffer.pop();
            }
        }
        self.finish(from, range, pause, glued);
    }

    /// Whether "huh" or "hm" follows, which makes "uh-huh" and "mm-hm" of what would be hesitation.
    fn starts_assent(&self, end: usize) -> bool {
        let next = self.text[end..].trim_start_matches([' ', '-', ',']);
        let length = next
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(next.len());
        ["huh", "hm", "hmm", "hum"]
            .iter()
            .any(|word| next[..length].eq_ignore_ascii_case(word))
    }

    fn push(&mut self, form: &str, range: Range<usize>, pause: bool, glued: bool) {
        let from = self.buffer.len();
        self.buffer.push_str(form);
        self.finish(from, range, pause, glued);
    }

    fn finish(&mut self, from: usize, range: Range<usize>, pause: bool, glued: bool) {
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.list.push(Word {
            form: small(from)..small(self.buffer.len()),
            capital: self.text[range.clone()].starts_with(char::is_uppercase),
            span: Span {
                start: small(range.start),
                end: small(range.end),
            },
            pause,
            glued,
            taken: false,
        });
    }
}

/// Bytes of the run of letters, digits and inner apostrophes that the text starts with.
fn run_length(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let inner =
            matches!(c, '\'' | '’') && chars.peek().is_some_and(|(_, c)| c.is_alphanumeric());
        if !c.is_alphanumeric() && !inner {
            return at;
        }
    }
    text.len()
}

/// Bytes of `[laughs]`, `<noise>`, `*cough*` or `(inaudible)` at the start of the text: what a recogniser heard, not
/// what was said. Brackets around digits are an area code.
fn aside_length(text: &str) -> Option<usize> {
    let close = match text.as_bytes().first()? {
        b'[' => ']',
        b'<' => '>',
        b'*' => '*',
        _ => ')',
    };
    let end = text.get(1..)?.find(close)? + 1;
    let digits = text[..end].contains(|c: char| c.is_ascii_digit());
    (end < 40 && !digits).then_some(end + 1)
}

fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "um" | "umm"
            | "uh"
            | "uhh"
            | "uhm"
            | "er"
            | "err"
            | "erm"
            | "hmm"
            | "hm"
            | "ah"
            | "eh"
            | "mm"
            | "mmm"
    )
}

fn is_oath(word: &str) -> bool {
    matches!(
        word,
        "damn"
            | "dammit"
            | "fuck"
            | "fucking"
            | "fucked"
            | "shit"
            | "bullshit"
            | "crap"
            | "bloody"
            | "bastard"
            | "asshole"
            | "arsehole"
            | "bitch"
            | "goddamn"
    )
}

/// What a contraction stands for. Without its apostrophe a recogniser's "dont" counts as well, where no other word
/// is spelled so ("well", "ill", "wed").
fn contraction(word: &str, apostrophe: bool) -> Option<&'static str> {
    let opened = match word {
        "im" => "i am",
        "ive" => "i have",
        "its" => "it is",
        "itll" => "it will",
        "thats" => "that is",
        "thatll" => "that will",
        "whats" => "what is",
        "wheres" => "where is",
        "whens" => "when is",
        "whos" => "who is",
        "hows" => "how is",
        "theres" => "there is",
        "heres" => "here is",
        "names" => "name is",
        "dont" => "do not",
        "doesnt" => "does not",
        "didnt" => "did not",
        "cant" | "cannot" => "can not",
        "wont" => "will not",
        "isnt" | "aint" => "is not",
        "arent" => "are not",
        "wasnt" => "was not",
        "werent" => "were not",
        "couldnt" => "could not",
        "wouldnt" => "would not",
        "shouldnt" => "should not",
        "havent" => "have not",
        "hasnt" => "has not",
        "youre" => "you are",
        "youve" => "you have",
        "theyre" => "they are",
        "lets" => "let us",
        "gonna" => "going to",
        "wanna" => "want to",
        "gotta" => "got to",
        "gimme" => "give me",
        "lemme" => "let me",
        "cause" => "because",
        "oclock" => "oclock",
        "id" if apostrophe => "i would",
        "ill" if apostrophe => "i will",
        "well" if apostrophe => "we will",
        "wed" if apostrophe => "we would",
        "were" if apostrophe => "we are",
        "shes" if apostrophe => "she is",
        "hes" if apostrophe => "he is",
        "youd" => "you would",
        "youll" => "you will",
        "numbers" if apostrophe => "number is",
        _ => return None,
    };
    Some(opened)
}
