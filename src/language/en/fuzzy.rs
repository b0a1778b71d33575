//! How different two words are, for what a recogniser misheard by a letter or two.

/// Longer words are compared whole or not at all.
const LONGEST: usize = 32;

/// The number of letters to add, drop, change or swap with their neighbour to turn one word into the other.
pub(super) fn distance(one: &str, other: &str) -> usize {
    if one == other {
        return 0;
    }
    let (mut a, mut b) = ([' '; LONGEST], [' '; LONGEST]);
    let (a, b) = (letters(one, &mut a), letters(other, &mut b));
    let (Some(a), Some(b)) = (a, b) else {
        return LONGEST;
    };
    let mut before = [0; LONGEST + 1];
    let mut last: [usize; LONGEST + 1] = std::array::from_fn(|column| column);
    for row in 1..=a.len() {
        let mut now = [row; LONGEST + 1];
        for column in 1..=b.len() {
            let change = usize::from(a[row - 1] != b[column - 1]);
            let mut least = (last[column] + 1)
                .min(now[column - 1] + 1)
                .min(last[column - 1] + change);
            let swapped =
                row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1];
            if swapped {
                least = least.min(before[column - 2] + 1);
            }
            now[column] = least;
        }
        before = last;
        last = now;
    }
    last[b.len()]
}

fn letters<'a>(word: &str, into: &'a mut [char; LONGEST]) -> Option<&'a [char]> {
    let mut length = 0;
    for c in word.chars() {
        *into.get_mut(length)? = c;
        length += 1;
    }
    into.get(..length)
}

/// Whether one word may be the other, misheard. Short words must be exact.
pub(super) fn alike(said: &str, meant: &str) -> bool {
    if said.as_bytes().first() != meant.as_bytes().first() {
        return false;
    }
    if said == meant {
        return true;
    }
    let allowed = match meant.len() {
        0..=4 => return stem(said) == stem(meant) && said.len() > 2,
        5..=7 => 1,
        _ => 2,
    };
    said.len().abs_diff(meant.len()) <= allowed && distance(said, meant) <= allowed
        || stem(said) == stem(meant)
}

/// A word without the ending of its plural.
fn stem(word: &str) -> &str {
    word.strip_suffix("es")
        .filter(|stem| stem.ends_with(['s', 'x', 'h']))
        .or_else(|| word.strip_suffix('s').filter(|stem| stem.len() > 2))
        .unwrap_or(word)
}
