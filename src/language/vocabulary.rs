//! The words for one business's services and people, prepared once per call so that an utterance costs no
//! preparation. It knows no language: it only keeps words in the form in which utterances are compared.

use crate::domain::{ServiceId, StaffId};

/// Everything that can be asked for by name.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    pub(super) services: Vec<Entry<ServiceId>>,
    pub(super) staff: Vec<Entry<StaffId>>,
}

/// One thing and the ways to call it.
#[derive(Debug, Clone)]
pub(super) struct Entry<Id> {
    pub(super) id: Id,
    pub(super) phrases: Vec<Vec<String>>,
}

impl Vocabulary {
    /// Adds a service under its name and its aliases.
    pub fn service<'t>(
        &mut self,
        id: ServiceId,
        names: impl IntoIterator<Item = &'t str>,
    ) -> &mut Self {
        self.services.push(Entry::new(id, names));
        self
    }

    /// Adds a person under their name and other ways to call them. First and last names alone are understood as well.
    pub fn person<'t>(
        &mut self,
        id: StaffId,
        names: impl IntoIterator<Item = &'t str>,
    ) -> &mut Self {
        self.staff.push(Entry::new(id, names));
        self
    }

    /// Is this word, folded, part of somebody's name here?
    pub(super) fn names_staff(&self, word: &str) -> bool {
        let mut phrases = self.staff.iter().flat_map(|person| &person.phrases);
        phrases.any(|phrase| phrase.iter().any(|part| part == word))
    }
}

impl<Id> Entry<Id> {
    fn new<'t>(id: Id, names: impl IntoIterator<Item = &'t str>) -> Self {
        let phrases = names
            .into_iter()
            .map(|name| {
                name.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
                    .map(|word| {
                        let mut folded = String::new();
                        let stem = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s"));
                        fold(stem.unwrap_or(word), &mut folded);
                        folded
                    })
                    .filter(|word| !word.is_empty())
                    .collect::<Vec<_>>()
            })
            .filter(|phrase| !phrase.is_empty())
            .collect();
        Self { id, phrases }
    }
}

/// Lower case, without accents and apostrophes: the form in which two spellings of a word are one.
pub(super) fn fold(word: &str, folded: &mut String) {
    if word.bytes().all(|b| b.is_ascii_lowercase()) {
        folded.push_str(word);
        return;
    }
    for c in word.chars().flat_map(char::to_lowercase) {
        match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => folded.push('a'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => folded.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            'ß' => folded.push_str("ss"),
            c if c.is_alphanumeric() => folded.push(c),
            _ => {}
        }
    }
}
