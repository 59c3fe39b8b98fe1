//! Reference periods in Italian and English texts.
//!
//! Each year of a text is read once, with the words beside it: `19 marzo 2027` is a day and no period, `marzo 2027` a
//! month, `I trimestre 2027` a quarter, `gennaio-giugno 2027` a half-year, `2025/2026` the year 2026, and a single year
//! is that year.

use super::words::{Word, Words};
use crate::time::{Frequency, Period};

/// Spellings of the numbers of periods, from the first period on.
const ORDINALS: [&[&str]; 4] = [
    &["i", "1", "1o", "1a", "1st", "primo", "prima", "first"],
    &["ii", "2", "2o", "2a", "2nd", "secondo", "seconda", "second"],
    &["iii", "3", "3o", "3a", "3rd", "terzo", "terza", "third"],
    &["iv", "4", "4o", "4a", "4th", "quarto", "quarta", "fourth"],
];

/// Words for parts of a year.
const PARTS: &[(Frequency, &[&str])] = &[
    (Frequency::Half, &["semestre", "sem", "half"]),
    (Frequency::FourMonth, &["quadrimestre", "quadrim"]),
    (Frequency::Quarter, &["trimestre", "trim", "quarter"]),
];

/// Letters for a part of a year beside its number, as in `T1 2027` and `1T 2027`. `T` is a quarter, except for a
/// product with three releases a year, where it is the *quadrimestre* of our own labels.
const LETTERS: &[(Frequency, &str)] =
    &[(Frequency::Half, "s"), (Frequency::Half, "h"), (Frequency::Quarter, "q"), (Frequency::Quarter, "t")];

/// Names of the months; their first three letters are enough.
const MONTHS: [[&str; 2]; 12] = [
    ["gennaio", "january"],
    ["febbraio", "february"],
    ["marzo", "march"],
    ["aprile", "april"],
    ["maggio", "may"],
    ["giugno", "june"],
    ["luglio", "july"],
    ["agosto", "august"],
    ["settembre", "september"],
    ["ottobre", "october"],
    ["novembre", "november"],
    ["dicembre", "december"],
];

/// Words allowed between a part of a year and its year: `primo trimestre dell'anno 2027`.
const BETWEEN: &[&str] = &["del", "dell", "di", "de", "of", "anno", "the", "year"];

/// Returns the periods of one frequency in the order of the text, each as often as it is named.
pub fn named(words: &Words, frequency: Frequency) -> Vec<Period> {
    let words = words.as_slice();
    let mut named = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let read = year(words, at).map(|year| read(words, at, year, frequency));
        let length = read.as_ref().map_or(1, |read| read.length);
        named.extend(read.and_then(|read| read.period).filter(|period| period.frequency() == frequency));
        at += length;
    }
    named
}

/// Returns the number of a named month, 1 for January.
pub fn month(word: &str) -> Option<u32> {
    let is_meant = |name: &&str| *name == word || (word.len() == 3 && name.starts_with(word));
    let at = MONTHS.iter().position(|names| names.iter().any(&is_meant))?;
    u32::try_from(at + 1).ok()
}

/// Result of reading one year with the words beside it.
struct Read {
    period: Option<Period>,
    /// Words, counted from the year, that belong to it.
    length: usize,
}

fn read(words: &[Word], at: usize, year: i32, frequency: Frequency) -> Read {
    let named = |period: Option<Period>, length| Read { period, length };
    if let Some((part, length)) = part_behind(words, at, frequency) {
        return named(period(part, year), 1 + length);
    }
    if let Some(last) = end_of_span(words, at, year) {
        return named(Period::new(Frequency::Year, last, 1).ok(), 2);
    }
    let mut before = &words[..at];
    while before.last().is_some_and(|word| BETWEEN.contains(&word.text.as_str())) {
        before = &before[..before.len() - 1];
    }
    if let Some(part) = part_before(before, frequency) {
        return named(period(part, year), 1);
    }
    if let Some(months) = months_before(before) {
        return named(months.and_then(|part| period(part, year)), 1);
    }
    if let Some(figure) = words[..at].last().filter(|word| words[at].is_joined && is_figure(&word.text)) {
        // `03/2027` is a month; `19/03/2027` is a day and `22/2006` a law, which are no periods.
        let month = number(&figure.text, 12).filter(|_| !figure.is_joined);
        return named(month.and_then(|month| period((Frequency::Month, month), year)), 1);
    }
    named(Period::new(Frequency::Year, year, 1).ok(), 1)
}

/// A part of a year: its frequency and its number, from 1.
type Part = (Frequency, u32);

fn period((frequency, number): Part, year: i32) -> Option<Period> {
    Period::new(frequency, year, number).ok()
}

fn year(words: &[Word], at: usize) -> Option<i32> {
    let text = &words[at].text;
    let year = text.parse().ok().filter(|_| text.len() == 4)?;
    (1900..=2099).contains(&year).then_some(year)
}

/// Returns whether a word consists of digits only.
pub fn is_figure(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(text: &str, most: u32) -> Option<u32> {
    text.parse().ok().filter(|number| (1..=most).contains(number) && text.len() <= 2)
}

/// Returns the last year of `2025/2026` or `2025/26`, because a span is named after its last year.
fn end_of_span(words: &[Word], at: usize, first: i32) -> Option<i32> {
    let next = words.get(at + 1).filter(|word| word.is_joined)?;
    match next.text.len() {
        4 => year(words, at + 1).filter(|last| *last > first),
        2 => number(&next.text, 99)
            .and_then(|last| i32::try_from(last).ok())
            .map(|last| first - first % 100 + last)
            .filter(|last| *last == first + 1),
        _ => None,
    }
}

/// Reads a part of a year at the end of the words before a year: `trimestre I`, `I trimestre`, `T1`, `1T`.
fn part_before(before: &[Word], frequency: Frequency) -> Option<Part> {
    let [.., last] = before else { return None };
    lettered(&last.text, frequency).or_else(|| match before {
        [.., one, two] => spelt(&one.text, &two.text),
        _ => None,
    })
}

/// Reads a part of a year right after the year, also `2027-Q1` and `2027-03`, and returns it with its number of words.
fn part_behind(words: &[Word], at: usize, frequency: Frequency) -> Option<(Part, usize)> {
    let next = words.get(at + 1)?;
    if let Some(part) = lettered(&next.text, frequency) {
        return Some((part, 1));
    }
    if let Some(part) = words.get(at + 2).and_then(|two| spelt(&next.text, &two.text)) {
        // `2025, primo trimestre 2026`: the part belongs to the later year.
        let has_own_year = (at + 3..words.len().min(at + 6))
            .take_while(|place| *place == at + 3 || BETWEEN.contains(&words[place - 1].text.as_str()))
            .any(|place| year(words, place).is_some());
        return (!has_own_year).then_some((part, 2));
    }
    let month = Some(&next.text).filter(|text| next.is_joined && text.len() == 2).and_then(|text| number(text, 12))?;
    let is_day = words.get(at + 2).is_some_and(|day| day.is_joined && number(&day.text, 31).is_some());
    let is_span = words[at].text.ends_with(&format!("{:02}", month.saturating_sub(1)));
    match (is_day, is_span) {
        // A whole day is no period; the impossible month 0 takes its words.
        (true, _) => Some(((Frequency::Month, 0), 2)),
        (false, true) => None,
        (false, false) => Some(((Frequency::Month, month), 1)),
    }
}

fn lettered(text: &str, frequency: Frequency) -> Option<Part> {
    LETTERS.iter().find_map(|(part, letter)| {
        let number = text.strip_prefix(letter).or_else(|| text.strip_suffix(letter))?;
        let is_four_month = *letter == "t" && frequency == Frequency::FourMonth;
        let part = if is_four_month { Frequency::FourMonth } else { *part };
        Some((part, number.parse().ok().filter(|number| (1..=part.in_a_year()).contains(number))?))
    })
}

fn spelt(one: &str, two: &str) -> Option<Part> {
    let part = |text: &str| PARTS.iter().find(|(_, words)| words.contains(&text)).map(|(frequency, _)| *frequency);
    let place = |text: &str| ORDINALS.iter().position(|words| words.contains(&text));
    let (frequency, place) = part(two).zip(place(one)).or_else(|| part(one).zip(place(two)))?;
    let number = u32::try_from(place + 1).ok()?;
    (number <= frequency.in_a_year()).then_some((frequency, number))
}

/// Reads months before a year: one, a span, or the month of a day, which is no period (`Some(None)`).
fn months_before(before: &[Word]) -> Option<Option<Part>> {
    let [rest @ .., last] = before else { return None };
    let last_month = month(&last.text)?;
    let first = match rest {
        [.., first, to] if matches!(to.text.as_str(), "a" | "to") => month(&first.text),
        [.., first] if last.is_joined => month(&first.text),
        _ => None,
    };
    let Some(first) = first else {
        let day = rest.last().map(|word| word.text.trim_end_matches(['o', 'a']));
        let is_day = day.is_some_and(|day| number(day, 31).is_some());
        return Some((!is_day).then_some((Frequency::Month, last_month)));
    };
    let part = Frequency::ALL
        .into_iter()
        .find(|part| last_month + 1 == first + part.months() && (first - 1) % part.months() == 0);
    Some(part.map(|part| (part, (first - 1) / part.months() + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str, frequency: Frequency) -> Vec<String> {
        named(&Words::of(text), frequency).iter().map(Period::to_string).collect()
    }

    #[test]
    fn periods_are_read_in_the_words_of_a_page() {
        use Frequency::{FourMonth, Half, Month, Quarter, Year};
        let table: &[(Frequency, &str, &[&str])] = &[
            (Year, "Relazione territoriale 2026", &["2026"]),
            (Year, "anno 2026, dati 2025", &["2026", "2025"]),
            (Year, "Rapporto 2025/2026", &["2026"]),
            (Year, "Rapporto 2025-26", &["2026"]),
            (Year, "Rapporto 2024 – 2026", &["2026"]),
            (Year, "gennaio-dicembre 2026", &["2026"]),
            (Year, "pubblicata il 19 marzo 2026", &[]),
            (Year, "aggiornata al 1º marzo 2026", &[]),
            (Year, "del 19/03/2026 e del 19.3.2026", &[]),
            (Year, "2026-03-19", &[]),
            (Year, "a marzo 2026", &[]),
            (Year, "primo trimestre 2026", &[]),
            (Year, "l.r. 22/2006", &[]),
            (Year, "12026 occupati, 1026", &[]),
            (Year, "nel 2025. 2026 sarà", &["2025", "2026"]),
            (Quarter, "I trimestre 2027", &["2027-Q1"]),
            (Quarter, "primo trimestre 2027", &["2027-Q1"]),
            (Quarter, "1° trimestre 2027", &["2027-Q1"]),
            (Quarter, "1º trimestre del 2027", &["2027-Q1"]),
            (Quarter, "IV trim. 2026", &["2026-Q4"]),
            (Quarter, "trimestre 3 dell’anno 2026", &["2026-Q3"]),
            (Quarter, "T2 2027, 2T 2027, Q2 2027", &["2027-Q2", "2027-Q2", "2027-Q2"]),
            (Quarter, "2027 – II trimestre", &["2027-Q2"]),
            (Quarter, "2027-Q1", &["2027-Q1"]),
            (Quarter, "gennaio-marzo 2027", &["2027-Q1"]),
            (Quarter, "da aprile a giugno 2027", &["2027-Q2"]),
            (Quarter, "first quarter of 2027", &["2027-Q1"]),
            (Quarter, "nel 2026, primo trimestre 2027", &["2027-Q1"]),
            (Quarter, "febbraio-aprile 2027", &[]),
            (Quarter, "anno 2027", &[]),
            (Half, "secondo semestre 2026", &["2026-S2"]),
            (Half, "gennaio/giugno 2027", &["2027-S1"]),
            (Half, "H1 2027", &["2027-S1"]),
            (FourMonth, "III quadrimestre 2026", &["2026-T3"]),
            (FourMonth, "2026-T3", &["2026-T3"]),
            (FourMonth, "settembre - dicembre 2026", &["2026-T3"]),
            (Month, "marzo 2027", &["2027-03"]),
            (Month, "Marzo dell'anno 2027", &["2027-03"]),
            (Month, "03/2027", &["2027-03"]),
            (Month, "2027-03", &["2027-03"]),
            (Month, "March 2027", &["2027-03"]),
            (Month, "19 marzo 2027", &[]),
            (Month, "19/03/2027", &[]),
            (Month, "gennaio-marzo 2027", &[]),
        ];
        for (frequency, text, expected) in table {
            assert_eq!(&labels(text, *frequency), expected, "{frequency:?}: {text}");
        }
    }
}
