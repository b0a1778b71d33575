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
}

impl<Id> Entry<Id> {
    fn new<'t>(id: Id, names: impl IntoIterator<Item = &'t str>) -> Self {
        let phrases = names
            .into_iter()
            .map(|name| {
                name.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
                    .map(plain)
                    .filter(|word| !word.is_empty())
                    .collect::<Vec<_>>()
            })
            .filter(|phrase| !phrase.is_empty())
            .collect();
        Self { id, phrases }
    }
}

/// Lower case, without accents and apostrophes: the form in which two spellings of a word are one.
pub(super) fn plain(word: &str) -> String {
    word.chars().flat_map(char::to_lowercase).fold(
        String::with_capacity(word.len()),
        |mut word, c| {
            match c {
                'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => word.push('a'),
                'è' | 'é' | 'ê' | 'ë' => word.push('e'),
                'ì' | 'í' | 'î' | 'ï' => word.push('i'),
                'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => word.push('o'),
                'ù' | 'ú' | 'û' | 'ü' => word.push('u'),
                'ç' => word.push('c'),
                'ñ' => word.push('n'),
                'ß' => word.push_str("ss"),
                '\'' | '’' => {}
                c if c.is_alphanumeric() => word.push(c),
                _ => {}
            }
            word
        },
    )
}
