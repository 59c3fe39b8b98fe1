//! Words of a text, folded so that spellings which look the same to a reader are equal.

use crate::letters;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// One word: letters and digits without case, accents and ligatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    /// Whether only a hyphen, a slash or a full stop separates it from the word before, as in `2025/26`.
    pub is_joined: bool,
}

/// Words of a text in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<Word>);

impl Words {
    /// Reads a text: applies NFKD, removes accents, case and invisible characters. Every character that is neither
    /// letter nor digit separates words, so `Citta'` and `Città` are the same word.
    pub fn of(text: &str) -> Self {
        let seen = text
            .chars()
            .filter(|c| c.is_whitespace() || !letters::is_unseen(*c))
            .nfkd()
            .filter(|c| !is_combining_mark(*c));
        let (mut words, mut word, mut between) = (Vec::new(), String::new(), String::new());
        for c in seen.chain([' ']) {
            if c.is_alphanumeric() {
                word.extend(c.to_lowercase());
                continue;
            }
            if !word.is_empty() {
                let is_joined = !words.is_empty() && joins(&between);
                words.push(Word { text: std::mem::take(&mut word), is_joined });
                between.clear();
            }
            between.push(c);
        }
        Self(words)
    }

    pub fn as_slice(&self) -> &[Word] {
        &self.0
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the words between two positions; none if the range is invalid.
    pub fn part(&self, from: usize, upto: usize) -> Self {
        Self(self.0.get(from..upto).unwrap_or_default().to_vec())
    }

    /// Adds the words of another text.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// Returns the position of the first occurrence of the words of `what`, in their order. An empty `what` is never
    /// found.
    pub fn find(&self, what: &Self) -> Option<usize> {
        self.positions(what).next()
    }

    /// Returns the positions of all occurrences of the words of `what`, in their order.
    pub fn positions<'a>(&'a self, what: &'a Self) -> impl Iterator<Item = usize> + 'a {
        let is_there =
            |place: &[Word]| place.iter().zip(&what.0).all(|(one, other)| one.text == other.text) && !what.is_empty();
        self.0.windows(what.len().max(1)).enumerate().filter(move |(_, place)| is_there(place)).map(|(at, _)| at)
    }

    /// Returns the words separated by single blanks.
    pub fn joined(&self) -> String {
        self.0.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

fn joins(between: &str) -> bool {
    let is_dash = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let inner = between.trim();
    let mut characters = inner.chars();
    match (characters.next(), characters.next()) {
        (Some(c), None) if is_dash(c) || c == '/' => true,
        (Some('.'), None) => inner.len() == between.len(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_word_are_one() {
        for (one, other) in [
            ("Città", "CITTA'"),
            ("Città", "Citta\u{300}"),
            ("lavoro", "la\u{ad}vo\u{200b}ro"),
            ("dell’anno", "dell'anno"),
            ("ufficio", "u\u{fb03}cio"),
            ("1º trimestre", "1o trimestre"),
            ("sud–est", "sud-est"),
            ("a\u{a0}b", "a b"),
        ] {
            assert_eq!(Words::of(one).joined(), Words::of(other).joined(), "{one} {other}");
        }
        assert_ne!(Words::of("Lodi"), Words::of("lodigiano"));
    }

    #[test]
    fn words_are_found_whole_and_in_their_order() {
        let words = Words::of("Il comodo lodigiano, Monza e Brianza");
        for (what, at) in [("monza e brianza", Some(3)), ("Como", None), ("e Monza", None), ("", None), ("!", None)] {
            assert_eq!(words.find(&Words::of(what)), at, "{what}");
        }
        let joined: Vec<bool> = Words::of("2025/26 – 2027, 19.03. e").as_slice().iter().map(|w| w.is_joined).collect();
        assert_eq!(joined, [false, true, true, false, true, false]);
    }
}
