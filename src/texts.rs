//! Texts of pages and mails: one folder per language, one file per area, one flat key per text.
//!
//! A test checks that both languages have the same keys with the same placeholders, that every key used in code and
//! templates exists, and that every key is used.

use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Language of pages and mails. Italian is the default everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    #[default]
    It,
    En,
}

/// A closed vocabulary with displayed names.
///
/// The key of each value is written out in a `match`: a value without a name does not compile, and `tests/it/texts.rs`
/// finds the keys.
pub trait Label: Copy {
    fn label_key(self) -> &'static str;

    fn label(self, lang: Lang) -> &'static str {
        lang.t(self.label_key())
    }
}

/// The files of texts, `<language>/<area>.toml`.
#[derive(RustEmbed)]
#[folder = "src/texts"]
struct Files;

/// Area of the texts for empty fields.
const FIELDS: &str = "fields";

static ITALIAN: LazyLock<HashMap<String, String>> = LazyLock::new(|| read(Lang::It));
static ENGLISH: LazyLock<HashMap<String, String>> = LazyLock::new(|| read(Lang::En));

/// Reads the texts of a language: `area.key`, where the area is the name of the file.
fn read(lang: Lang) -> HashMap<String, String> {
    let mut all = HashMap::new();
    for path in Files::iter() {
        let Some((folder, file)) = path.split_once('/') else { continue };
        let Some(area) = file.strip_suffix(".toml").filter(|_| folder == lang.code()) else { continue };
        let file = Files::get(&path).map(|file| file.data).unwrap_or_default();
        let texts: HashMap<String, String> =
            toml::from_slice(&file).unwrap_or_else(|error| unreachable!("{path}, read by a test: {error}"));
        all.extend(texts.into_iter().map(|(key, text)| (format!("{area}.{key}"), text)));
    }
    all
}

impl Lang {
    pub const ALL: [Self; 2] = [Self::It, Self::En];

    /// The code of ISO 639-1, as in `lang=""` and in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::It => "it",
            Self::En => "en",
        }
    }

    /// Returns the language of a code; an unknown code gives Italian.
    pub fn of(code: &str) -> Self {
        if code == "en" { Self::En } else { Self::It }
    }

    /// Returns the text of `area.key`. An unknown key gives `[?]`; a test prevents this.
    pub fn t(self, key: &str) -> &'static str {
        self.all().get(key).map_or("[?]", String::as_str)
    }

    /// Returns the text that tells what to write in an empty field, by the name of the field: those of `fields.toml`.
    /// `tests/it/forms.rs` fails if a required field of a form has none.
    pub fn asking_for(self, field: &str) -> Option<&'static str> {
        self.all().get(&[FIELDS, field].join(".")).map(String::as_str)
    }

    /// Returns the text of `area.key` with `{name}` replaced by each value. Values are not searched for placeholders
    /// again.
    pub fn f(self, key: &str, values: &[(&str, &str)]) -> String {
        let mut rest = self.t(key);
        let mut text = String::with_capacity(rest.len() + 32);
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                text.push('{');
                rest = after;
                continue;
            };
            match values.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => {
                    if self == Self::It && is_day_that_elides(value) {
                        elide_last_word(&mut text);
                    }
                    text.push_str(value);
                }
                None => {
                    text.push('{');
                    text.push_str(name);
                    text.push('}');
                }
            }
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    /// Returns every key with its text, for the test that compares the languages.
    pub fn all(self) -> &'static HashMap<String, String> {
        match self {
            Self::It => &ITALIAN,
            Self::En => &ENGLISH,
        }
    }
}

/// Returns whether a value begins with a day in words that starts with a vowel in Italian: «8 marzo», «11 gennaio
/// 2027».
fn is_day_that_elides(value: &str) -> bool {
    value.split_once(' ').is_some_and(|(day, month)| {
        matches!(day, "8" | "11") && month.starts_with(|letter: char| letter.is_ascii_lowercase())
    })
}

/// Elides article or preposition before a vowel: «dal » becomes «dall’», «il » becomes «l’».
fn elide_last_word(text: &mut String) {
    let Some(words) = text.strip_suffix(' ') else { return };
    let last = words.rsplit(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
    let elided = match last {
        "il" => "l’",
        "Il" => "L’",
        "al" => "all’",
        "dal" => "dall’",
        "Dal" => "Dall’",
        "del" => "dell’",
        "nel" => "nell’",
        "sul" => "sull’",
        _ => return,
    };
    text.truncate(words.len() - last.len());
    text.push_str(elided);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn article_and_preposition_fit_a_day_that_begins_with_a_vowel() {
        let term = |from, to| Lang::It.f("designations.term_from_to", &[("from", from), ("to", to)]);
        assert_eq!(term("11 gennaio 2027", "8 marzo 2027"), "dall’11 gennaio 2027 all’8 marzo 2027");
        assert_eq!(term("1° gennaio 2027", "18 marzo 2027"), "dal 1° gennaio 2027 al 18 marzo 2027");
        assert_eq!(term("lunedì 11 gennaio 2027", "11.01.2027"), "dal lunedì 11 gennaio 2027 al 11.01.2027");
        let term = |from| Lang::En.f("designations.term_from", &[("from", from)]);
        assert_eq!(term("11 January 2027"), "from 11 January 2027, until further notice");
    }
}
