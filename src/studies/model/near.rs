//! Nearness of two pieces of work, by plain rules that each give their reason.
//!
//! Two pieces are near in their *subject* if they have the same theme, or words of their titles in common; in their *place*
//! if they are about the same or a neighbouring territory; in their *time* if their periods overlap or lie at most
//! [`MONTHS_APART`] months apart. They are near each other if they are near in their subject and in place or time. A
//! single common word needs both, because one word may be there by chance.

use crate::letters;
use crate::time::Period;
use chrono::{Days, Months};
use entity::kinds::Theme;

/// Most months between two periods that are near each other.
pub const MONTHS_APART: u32 = 6;

/// Fewest letters of a word that says something.
const FEWEST_LETTERS: usize = 4;

/// Words that say nothing about the subject: those of grammar, and those that most titles of the network have.
const STOP_WORDS: &[&str] = &[
    "agli",
    "alla",
    "alle",
    "allo",
    "come",
    "dagli",
    "dalla",
    "dalle",
    "degli",
    "della",
    "delle",
    "dello",
    "dopo",
    "dove",
    "durante",
    "nella",
    "nelle",
    "nello",
    "negli",
    "oltre",
    "prima",
    "quale",
    "quali",
    "quanto",
    "quanti",
    "quando",
    "sono",
    "sugli",
    "sulla",
    "sulle",
    "sullo",
    "verso",
    "loro",
    "anche",
    "analisi",
    "anno",
    "annuale",
    "approfondimento",
    "bollettino",
    "dati",
    "focus",
    "indagine",
    "lavoro",
    "lombardia",
    "lombarda",
    "lombardo",
    "mensile",
    "mercato",
    "nota",
    "osservatorio",
    "primo",
    "secondo",
    "terzo",
    "quarto",
    "provincia",
    "province",
    "provinciale",
    "quadro",
    "rapporto",
    "regionale",
    "relazione",
    "report",
    "ricerca",
    "semestre",
    "studio",
    "territoriale",
    "territorio",
    "territori",
    "trimestrale",
    "trimestre",
    "andamento",
];

/// A piece of work of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub title: String,
    pub theme: Option<Theme>,
    /// Codes of the territories that it is about.
    pub territories: Vec<String>,
    pub period: Period,
}

/// Reason why two pieces are near each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    SameTheme(Theme),
    /// Words of the first title that the second has too, as they are written there.
    Words(Vec<String>),
    SameTerritory,
    /// Code of the neighbouring territory.
    Neighbour(String),
    Period,
}

impl Reason {
    const fn is_subject(&self) -> bool {
        matches!(self, Self::SameTheme(_) | Self::Words(_))
    }

    const fn is_time(&self) -> bool {
        matches!(self, Self::Period)
    }
}

/// Returns why another piece is near; empty if it is not. `borders` tells whether two territories border on each other,
/// `places` are the names of territories, which are no words of a subject.
pub fn reasons(own: &Piece, other: &Piece, borders: impl Fn(&str, &str) -> bool, places: &[String]) -> Vec<Reason> {
    let words = common_words(&own.title, &other.title, places);
    let theme = own.theme.filter(|theme| *theme != Theme::Other && other.theme == Some(*theme));
    let is_certain = theme.is_some() || words.len() > 1;
    let mut found: Vec<Reason> = theme.map(Reason::SameTheme).into_iter().collect();
    if !words.is_empty() {
        found.push(Reason::Words(words));
    }
    found.extend(place(own, other, borders));
    if are_close(own.period, other.period) {
        found.push(Reason::Period);
    }
    let subjects = found.iter().filter(|reason| reason.is_subject()).count();
    let beside = found.len() - subjects;
    let has_place = beside > usize::from(found.iter().any(Reason::is_time));
    let is_near = subjects > 0 && if is_certain { beside > 0 } else { beside > 1 && has_place };
    if is_near { found } else { Vec::new() }
}

fn place(own: &Piece, other: &Piece, borders: impl Fn(&str, &str) -> bool) -> Option<Reason> {
    if own.territories.iter().any(|code| other.territories.contains(code)) {
        return Some(Reason::SameTerritory);
    }
    let borders_on_own = |code: &&String| own.territories.iter().any(|mine| borders(mine, code));
    other.territories.iter().find(borders_on_own).map(|code| Reason::Neighbour(code.clone()))
}

/// Tells whether two periods overlap or lie at most [`MONTHS_APART`] months apart.
fn are_close(one: Period, other: Period) -> bool {
    let (earlier, later) = if one.first_day() <= other.first_day() { (one, other) } else { (other, one) };
    later.first_day() <= earlier.last_day() + Days::new(1) + Months::new(MONTHS_APART)
}

/// Returns the words of a title that another title has too, in another number or gender or in the same.
fn common_words(own: &str, other: &str, places: &[String]) -> Vec<String> {
    let said_there: Vec<String> = meaningful(other, places).map(|word| stem(&word)).collect();
    let mut common: Vec<String> = Vec::new();
    for word in meaningful(own, places).filter(|word| said_there.contains(&stem(word))) {
        if common.iter().all(|known| stem(known) != stem(&word)) {
            common.push(word);
        }
    }
    common
}

/// Lists the words of a title that say something, in lower case and as they are written.
fn meaningful(title: &str, places: &[String]) -> impl Iterator<Item = String> {
    let words = title.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase);
    words.filter(|word| {
        let key = letters::name_key(word, "");
        let is_place = places.iter().any(|place| place.split(' ').any(|part| letters::name_key(part, "") == key));
        let says_something = key.chars().count() >= FEWEST_LETTERS || key.chars().all(|letter| letter.is_ascii_digit());
        let is_a_year = key.chars().all(|letter| letter.is_ascii_digit());
        says_something && !is_a_year && !is_place && !STOP_WORDS.contains(&key.as_str())
    })
}

/// Returns a word without accents and without the vowels at its end, which tell number and gender: *giovani* and *giovane*
/// are one, *imprese* and *impresa*, *industria* and *industrie*.
fn stem(word: &str) -> String {
    let key = letters::name_key(word, "");
    let is_vowel = |letter: char| "aeiou".contains(letter);
    let shorter = key.trim_end_matches(is_vowel);
    // An h that only keeps the sound of a plural: *politica*, *politiche*.
    let shorter = shorter.strip_suffix('h').unwrap_or(shorter);
    if shorter.chars().count() + 1 < FEWEST_LETTERS { key } else { shorter.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(title: &str, theme: Option<Theme>, territory: &str, period: &str) -> Piece {
        Piece {
            title: title.to_owned(),
            theme,
            territories: vec![territory.to_owned()],
            period: period.parse().expect("a period of the test"),
        }
    }

    fn borders(one: &str, other: &str) -> bool {
        [("BG", "BS"), ("BG", "LC"), ("CO", "LC")].iter().any(|pair| *pair == (one, other) || *pair == (other, one))
    }

    fn why(own: &Piece, other: &Piece) -> Vec<Reason> {
        reasons(own, other, borders, &["Bergamo".to_owned(), "Monza e Brianza".to_owned()])
    }

    /// Words a reason.
    fn told(reasons: &[Reason]) -> String {
        let told = |reason: &Reason| match reason {
            Reason::SameTheme(theme) => theme.to_string(),
            Reason::Words(words) => words.join("+"),
            Reason::SameTerritory => "here".to_owned(),
            Reason::Neighbour(code) => format!("beside {code}"),
            Reason::Period => "then".to_owned(),
        };
        reasons.iter().map(told).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn planted_pairs_are_found_each_with_its_reasons() {
        let own = piece("Giovani e imprese della meccanica a Bergamo", Some(Theme::Hiring), "BG", "2026");
        let planted = [
            (piece("Assunzioni nel turismo", Some(Theme::Hiring), "BG", "2019"), "hiring, here"),
            (piece("Assunzioni nel turismo", Some(Theme::Hiring), "BS", "2019"), "hiring, beside BS"),
            (piece("Assunzioni nel turismo", Some(Theme::Hiring), "MN", "2026-Q3"), "hiring, then"),
            (piece("L’impresa meccanica", Some(Theme::Economy), "MN", "2027-S1"), "imprese+meccanica, then"),
            (piece("Le politiche per i giovani", None, "LC", "2025-S2"), "giovani, beside LC, then"),
            (piece("Giovane meccanica", None, "BG", "2026"), "giovani+meccanica, here, then"),
        ];
        for (other, reasons) in planted {
            assert_eq!(told(&why(&own, &other)), reasons, "{}", other.title);
        }
    }

    #[test]
    fn unrelated_pairs_are_not_found() {
        let own = piece("Giovani e imprese della meccanica a Bergamo", Some(Theme::Hiring), "BG", "2026");
        for other in [
            piece("Il lavoro di cura", Some(Theme::Inclusion), "BG", "2026"),
            piece("Relazione territoriale sul mercato del lavoro", None, "BG", "2026"),
            piece("Assunzioni nel turismo", Some(Theme::Hiring), "MN", "2019"),
            piece("I giovani", None, "MN", "2026"),
            piece("I giovani", None, "BG", "2019"),
            piece("Donne a Bergamo", Some(Theme::Inclusion), "BG", "2026"),
        ] {
            assert_eq!(told(&why(&own, &other)), "", "{}", other.title);
        }
        let vague = piece("Varie", Some(Theme::Other), "BG", "2026");
        assert_eq!(told(&why(&vague, &piece("Diverse", Some(Theme::Other), "BG", "2026"))), "");
    }

    #[test]
    fn a_period_is_near_up_to_six_months_away() {
        let period = |text: &str| text.parse::<Period>().expect("a period of the test");
        assert!(are_close(period("2026-Q1"), period("2026-Q4")));
        assert!(!are_close(period("2026-Q1"), period("2027")));
        assert!(are_close(period("2027-03"), period("2026")));
    }

    #[test]
    fn words_are_the_same_in_another_number() {
        for (one, other) in
            [("giovani", "giovane"), ("industrie", "industria"), ("politiche", "politica"), ("città", "citta")]
        {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
        assert_ne!(stem("donne"), stem("donazioni"));
    }
}
