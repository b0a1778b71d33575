//! Language: what a caller meant by their words, and how to say things back to them.
//!
//! PURE, and the same text with the same [`Context`] always means the same. It understands one utterance at a time:
//! what was said before reaches it only through the context, and what to do about a meaning is the dialogue's business.
//!
//! The types here know no language; everything that does stands in a module of its own (`en`). Rules were chosen
//! over a model for this first reading because they answer in microseconds and can be read. Where they are unsure
//! they say so ([`Confidence::Unsure`]), or say nothing: a wrong value is far worse than none.

mod calendar;
pub mod context;
mod country;
mod en;
pub mod meaning;
pub mod phone;
pub mod say;
pub mod template;
pub mod vocabulary;

pub use context::{Asked, Context, Country, Offer, Tongue};
pub use country::{country_of_number, country_of_zone};
pub use meaning::{
    Answer, Choice, Clock, Confidence, Dates, DayPart, Heard, Intent, Manner, Meaning, PhoneHeard,
    ServiceHeard, Span, SpokenName, StaffHeard, Times,
};
pub use vocabulary::Vocabulary;

/// Longer texts are cut here: nobody says this much in one breath, and the work per utterance stays bounded.
pub const MOST_CHARACTERS: usize = 2_000;

/// Everything that was meant, all at once. Never fails: what is not understood is simply not in the [`Meaning`].
pub fn understand(text: &str, context: &Context<'_>) -> Meaning {
    let text = match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => &text[..end],
        None => text,
    };
    match context.tongue {
        Tongue::English => en::understand(text, context),
    }
}

/// Loads what is otherwise loaded by the first utterance that needs it: the numbering plans take tens of milliseconds,
/// and the rules of a country a few more. To be called before the first call is answered.
pub fn warm_up(tongue: Tongue, country: Country) {
    let nobody = Vocabulary::default();
    let context = Context {
        tongue,
        country,
        asked: Asked::Phone,
        ..Context::new(chrono::NaiveDateTime::default(), &nobody)
    };
    understand("202 555 0100", &context);
}
