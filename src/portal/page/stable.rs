//! Fingerprint of the essential text of a page, which ignores clocks and counters.
//!
//! The rule, described in `docs/domain.md`: the fingerprint covers the words of the main text, without lines that are
//! only a date or an hour, and without short lines about updates, visits or visitors. A line of numbers right below the
//! name of a counter is left out with it. Case, punctuation and markup do not count; digits do.

use super::periods::{is_figure, month};
use super::words::Words;
use crate::secret;

/// Longest line, in words, that counts as a counter or update line; a longer one is a sentence of the text.
const SHORT: usize = 12;

/// Phrases about updates and actions on the page.
const PASSING: &[&str] = &[
    "ultimo aggiornamento",
    "ultima modifica",
    "ultima revisione",
    "aggiornato il",
    "aggiornata il",
    "aggiornato al",
    "aggiornata al",
    "data di aggiornamento",
    "data aggiornamento",
    "modificato il",
    "modificata il",
    "pagina aggiornata",
    "tempo di lettura",
    "condividi",
    "stampa",
    "last updated",
    "last modified",
    "last update",
    "updated on",
    "reading time",
    "share",
];

/// Phrases about visitors; the number may be on the line below.
const COUNTERS: &[&str] = &[
    "visite",
    "visitatori",
    "visualizzazioni",
    "letture",
    "letto",
    "letta",
    "accessi",
    "download",
    "scaricato",
    "scaricata",
    "utenti online",
    "utenti connessi",
    "online ora",
    "page views",
    "views",
    "visits",
    "visitors",
];

/// Words beside a date or an hour that add no meaning.
const BESIDE: &[&str] = &[
    "oggi",
    "e",
    "il",
    "le",
    "alle",
    "ore",
    "ora",
    "del",
    "di",
    "today",
    "is",
    "at",
    "the",
    "of",
    "am",
    "pm",
    "cet",
    "cest",
    "lunedi",
    "martedi",
    "mercoledi",
    "giovedi",
    "venerdi",
    "sabato",
    "domenica",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Returns the fingerprint of the essential lines, as lower-case hexadecimal SHA-256.
pub fn fingerprint<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let of = |phrases: &[&str]| phrases.iter().map(|phrase| Words::of(phrase)).collect::<Vec<_>>();
    let (passing, counters) = (of(PASSING), of(COUNTERS));
    let (mut kept, mut is_below_a_counter) = (String::new(), false);
    for line in lines {
        let words = Words::of(line);
        let says = |phrases: &[Words]| words.len() <= SHORT && phrases.iter().any(|one| words.find(one).is_some());
        let counts = says(&counters);
        let is_left_out =
            counts || says(&passing) || is_moment(line, &words) || (is_below_a_counter && is_number(&words));
        is_below_a_counter = counts && !words.as_slice().iter().any(|word| is_figure(&word.text));
        if !is_left_out {
            kept.push_str(&words.joined());
            kept.push(' ');
        }
    }
    secret::sha256_hex(kept.as_bytes())
}

/// Returns whether a line is only a date or an hour. Digits alone are not, because tables consist of them.
fn is_moment(line: &str, words: &Words) -> bool {
    let words = words.as_slice();
    let is_part = |word: &str| is_figure(word) || BESIDE.contains(&word) || month(word).is_some();
    let has_hour = line.split_whitespace().any(|piece| {
        piece
            .split_once(':')
            .is_some_and(|(hour, rest)| is_figure(hour) && rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    let has_date = words.windows(3).any(|three| {
        let [day, one, year] = three else { return false };
        is_figure(&day.text)
            && year.text.len() == 4
            && is_figure(&year.text)
            && (month(&one.text).is_some() || (one.is_joined && year.is_joined && is_figure(&one.text)))
    });
    (has_hour || has_date) && words.iter().all(|word| is_part(&word.text))
}

fn is_number(words: &Words) -> bool {
    words.as_slice().iter().all(|word| is_figure(&word.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_counters_do_not_change_the_fingerprint() {
        let page = ["Relazione territoriale", "Gli occupati sono 450.000.", "12,5", "451.000"];
        let of = |lines: &[&str]| fingerprint(lines.iter().copied());
        let with = |line: &str| of(&[&page[..2], &[line], &page[2..]].concat());
        for passing in [
            "Ultimo aggiornamento: 19/03/2027, 10:32",
            "Pagina aggiornata il 3 aprile 2027",
            "Visite: 12.345",
            "Letto 45 volte",
            "venerdì 19 marzo 2027, ore 10:32:07",
            "19/03/2027",
            "10:32",
            "Today is Friday, 19 March 2027",
            "Condividi",
        ] {
            assert_eq!(with(passing), of(&page), "{passing}");
        }
        for matters in [
            "Errata corrige",
            "12,7",
            "2027",
            "marzo 2027",
            "Il dato è stato aggiornato il 3 aprile perché le visite ispettive del secondo semestre mancavano del tutto",
        ] {
            assert_ne!(with(matters), of(&page), "{matters}");
        }
        assert_eq!(of(&["Visitatori", "12.345", "testo"]), of(&["Visitatori", "12.346", "testo"]));
        assert_ne!(of(&["Visite: 3", "12.345"]), of(&["Visite: 3", "12.346"]), "the count is there already");
        assert_ne!(of(&["Occupati", "12.345"]), of(&["Occupati", "12.346"]));
        assert_eq!(of(&["RELAZIONE  territoriale!"]), of(&["Relazione territoriale"]));
    }
}
