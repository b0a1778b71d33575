//! Whose turn it is to speak: the caller's words as they come in, and how long a pause must be before it is ours.
//!
//! PURE. Every number of turn taking stands here, in [`Pauses`]; what the words mean is not known here.

use super::timer::Ms;

/// The pauses of a conversation, in milliseconds. Shorter ones cut people off, longer ones feel slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pauses {
    /// After an answer that needs nothing more: a yes to a yes-or-no question, the last digit of a number.
    pub complete: Ms,
    pub yes_or_no: Ms,
    pub choice: Ms,
    /// After an open question, where people plan their sentence as they speak.
    pub open: Ms,
    pub name: Ms,
    /// Letters and digits come in groups, with breaths between them.
    pub dictation: Ms,
    /// "Um", "let me see": the caller says that more is coming.
    pub thinking_aloud: Ms,
    /// A sound stopped us and no words came of it: talk on.
    pub no_words: Ms,
    /// Cut in on a turn that does not end.
    pub longest_turn: Ms,
    pub last_digit: Ms,
    /// Ask again.
    pub silence: Ms,
    /// The caller asked us to wait.
    pub asked_to_wait: Ms,
    /// Say that we are still working on it, and after another while say it again.
    pub thinking: Ms,
    pub still_thinking: Ms,
    /// Give up on an answer, and say so.
    pub no_answer: Ms,
    /// The line had long enough to close, or to ring elsewhere.
    pub closing: Ms,
    /// What a farewell may take once the longest call is over.
    pub farewell: Ms,
}

impl Default for Pauses {
    fn default() -> Self {
        Self {
            complete: Ms(250),
            yes_or_no: Ms(500),
            choice: Ms(700),
            open: Ms(900),
            name: Ms(1_200),
            dictation: Ms(1_800),
            thinking_aloud: Ms(2_000),
            no_words: Ms(1_200),
            longest_turn: Ms(25_000),
            last_digit: Ms(3_000),
            silence: Ms(7_000),
            asked_to_wait: Ms(30_000),
            thinking: Ms(1_200),
            still_thinking: Ms(4_000),
            no_answer: Ms(9_000),
            closing: Ms(30_000),
            farewell: Ms(20_000),
        }
    }
}

/// What kind of answer the caller is giving, which decides how long they may pause in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expect {
    #[default]
    Open,
    YesOrNo,
    Choice,
    Name,
    /// Digits, or letters one by one.
    Dictation,
    /// Anything, at length: a message.
    Speech,
}

/// What the words so far sound like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// Nothing that was meant for us.
    Noise,
    /// "Mm-hm": go on.
    Backchannel,
    /// "Um, let me see": more is coming.
    Filler,
    Words,
    /// All that was asked for.
    Complete,
}

impl Pauses {
    pub fn after(&self, sense: Sense, expect: Expect) -> Ms {
        match (sense, expect) {
            (Sense::Complete, _) => self.complete,
            (Sense::Filler, _) => self.thinking_aloud,
            (_, Expect::YesOrNo) => self.yes_or_no,
            (_, Expect::Choice) => self.choice,
            (_, Expect::Open) => self.open,
            (_, Expect::Name) => self.name,
            (_, Expect::Dictation | Expect::Speech) => self.dictation,
        }
    }
}

/// Nobody says more in one turn; a recogniser that runs wild is cut here.
const MOST_BYTES: usize = 4_000;

/// The turn that the caller is taking.
#[derive(Debug, Clone, Default)]
pub(super) struct Turn {
    speaking: bool,
    /// When the caller last fell silent.
    quiet_since: Ms,
    /// What was heard. From `settled` on it may still change.
    words: String,
    settled: usize,
    /// So many words of what the recogniser is still guessing at were answered already.
    answered: usize,
    /// What is here is the rest of something that was answered before it was whole.
    is_rest: bool,
    digits: String,
}

impl Turn {
    pub(super) fn is_speaking(&self) -> bool {
        self.speaking
    }

    pub(super) fn quiet_since(&self) -> Ms {
        self.quiet_since
    }

    pub(super) fn words(&self) -> &str {
        &self.words
    }

    pub(super) fn speech_started(&mut self) {
        self.speaking = true;
        self.answered = 0;
        self.is_rest = false;
    }

    pub(super) fn speech_ended(&mut self, at: Ms) {
        self.speaking = false;
        self.quiet_since = at;
    }

    /// The newest guess replaces the one before.
    pub(super) fn guess(&mut self, text: &str) {
        self.words.truncate(self.settled);
        self.is_rest |= self.answered > 0;
        self.append(after_words(text, self.answered));
    }

    /// A piece that will not change any more.
    pub(super) fn settle(&mut self, at: Ms, text: &str) {
        self.guess(text);
        self.answered = 0;
        self.settled = self.words.len();
        if !self.speaking {
            self.quiet_since = self.quiet_since.max(at);
        }
    }

    pub(super) fn press(&mut self, digit: char) {
        if self.digits.len() < 32 {
            self.digits.push(digit);
        }
    }

    pub(super) fn digits(&self) -> &str {
        &self.digits
    }

    pub(super) fn take_digits(&mut self) -> String {
        std::mem::take(&mut self.digits)
    }

    /// Said before our answer, so no answer to it: "please", after the "yes" of "yes please".
    pub(super) fn is_rest(&self) -> bool {
        self.is_rest
    }

    /// Ends the turn, whether or not the caller has.
    pub(super) fn take(&mut self) -> String {
        self.answered += self.words[self.settled..].split_whitespace().count();
        self.settled = 0;
        self.is_rest = false;
        std::mem::take(&mut self.words)
    }

    /// A new line: whoever was speaking, was speaking into the old one.
    pub(super) fn restart(&mut self, at: Ms) {
        *self = Self {
            quiet_since: at,
            ..Self::default()
        };
    }

    fn append(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() || self.words.len() + text.len() > MOST_BYTES {
            return;
        }
        if !self.words.is_empty() {
            self.words.push(' ');
        }
        self.words.push_str(text);
    }
}

fn after_words(text: &str, count: usize) -> &str {
    let mut rest = text.trim_start();
    for _ in 0..count {
        rest = rest
            .split_once(char::is_whitespace)
            .map_or("", |(_, rest)| rest.trim_start());
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_answered_while_it_was_guessed_at_is_not_heard_again() {
        let mut turn = Turn::default();
        turn.speech_started();
        turn.guess("so I was thinking");
        assert_eq!(turn.take(), "so I was thinking");
        turn.guess("so I was thinking about a haircut");
        assert_eq!(turn.words(), "about a haircut");
        assert!(turn.is_rest());
        turn.settle(Ms(900), "so I was thinking about a haircut");
        assert_eq!(turn.take(), "about a haircut");
        turn.settle(Ms(1_900), "on Tuesday");
        assert!(!turn.is_rest());
        assert_eq!(turn.take(), "on Tuesday");
    }

    #[test]
    fn a_guess_is_replaced_and_a_settled_piece_is_kept() {
        let mut turn = Turn::default();
        turn.speech_started();
        turn.guess("a hair");
        turn.guess("a haircut");
        turn.settle(Ms(500), "a haircut");
        turn.guess("on choose");
        turn.settle(Ms(900), "on Tuesday");
        assert_eq!(turn.take(), "a haircut on Tuesday");
        assert_eq!(turn.words(), "");
    }

    #[test]
    fn digits_get_more_time_than_a_yes() {
        let pauses = Pauses::default();
        assert!(
            pauses.after(Sense::Words, Expect::Dictation)
                > pauses.after(Sense::Words, Expect::YesOrNo)
        );
        assert_eq!(
            pauses.after(Sense::Complete, Expect::Dictation),
            pauses.complete
        );
    }

    #[test]
    fn a_recogniser_that_runs_wild_is_cut() {
        let mut turn = Turn::default();
        for _ in 0..10_000 {
            turn.settle(Ms(1), "and another thing");
        }
        assert!(turn.take().len() <= MOST_BYTES);
    }
}
