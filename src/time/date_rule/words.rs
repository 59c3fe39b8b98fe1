//! Rules and derived days in one sentence. Like `time::words`, the grammar is code, because the order of the words
//! depends on the rule.

use super::{Adjust, Anchor, DateRule, Derived, Distance, Nth, Passed, SpanOfYear, Unfit, Unit};
use crate::texts::Lang;
use crate::time::period::Period;
use crate::time::words::{date, listed, long_day, month, month_year, weekday};
use chrono::{Datelike as _, Months, NaiveDate};

impl Derived {
    /// Explains the day in one sentence: «Lunedì 15 febbraio 2027: primo giorno utile dopo domenica 14 febbraio 2027,
    /// cioè 45 giorni dopo la fine del periodo (31 dicembre 2026); esclusi: 14 febbraio (fine settimana).»
    ///
    /// `name` returns the name under which the reader knows a product or a source.
    pub fn sentence(&self, rule: &DateRule, period: Period, lang: Lang, name: impl Fn(&str) -> String) -> String {
        let mut origin = origin(&rule.day, period, lang, &name);
        if let Some(day) = self.source_day {
            origin = format!("{origin} ({})", date(day, lang));
        }
        let day = capital(&long_day(self.day, lang));
        if self.day == self.anchor {
            return format!("{day}: {origin}.");
        }
        let anchor = long_day(self.anchor, lang);
        let passed: Vec<String> = self.passed.iter().map(|run| passed_text(run, lang)).collect();
        let passed = listed(&passed, lang);
        let direction = match (lang, rule.adjust) {
            (Lang::It, Adjust::Next) => "primo giorno utile dopo",
            (Lang::It, Adjust::Previous) => "ultimo giorno utile prima di",
            (Lang::It, Adjust::Nearest) => "giorno utile più vicino a",
            (Lang::En, Adjust::Next) => "first suitable day after",
            (Lang::En, Adjust::Previous) => "last suitable day before",
            (Lang::En, Adjust::Nearest) => "suitable day nearest to",
        };
        match lang {
            Lang::It => format!("{day}: {direction} {anchor}, cioè {origin}; esclusi: {passed}."),
            Lang::En => format!("{day}: {direction} {anchor}, that is {origin}; passed over: {passed}."),
        }
    }
}

impl DateRule {
    /// Describes the rule in one sentence: «45 giorni dopo la fine del periodo, poi il primo giorno utile successivo; mai
    /// dal 1° agosto al 31 agosto; al massimo 2 uscite in un giorno.»
    ///
    /// `name` returns the name under which the reader knows a product, a source or a territory.
    pub fn description(&self, lang: Lang, name: impl Fn(&str) -> String) -> String {
        let mut parts = vec![format!("{}{}", general_origin(&self.day, lang, &name), self.adjustment(lang, &name))];
        if !self.avoid.is_empty() {
            let spans: Vec<String> = self.avoid.iter().map(|span| span_text(*span, lang)).collect();
            parts.push(format!("{} {}", in_lang("mai", "never", lang), listed(&spans, lang)));
        }
        if let Some(most) = self.most_a_day {
            parts.push(match (lang, most) {
                (Lang::It, 1) => "al massimo un’uscita in un giorno".to_owned(),
                (Lang::It, most) => format!("al massimo {most} uscite in un giorno"),
                (Lang::En, 1) => "at most 1 release a day".to_owned(),
                (Lang::En, most) => format!("at most {most} releases a day"),
            });
        }
        format!("{}.", capital(&parts.join("; ")))
    }

    fn adjustment(&self, lang: Lang, name: &impl Fn(&str) -> String) -> String {
        let whose = match (&self.worked_by, lang) {
            (None, Lang::It) => "lavorativo per tutti".to_owned(),
            (None, Lang::En) => "worked by all".to_owned(),
            (Some(code), Lang::It) => format!("lavorativo a {}", name(code)),
            (Some(code), Lang::En) => format!("worked in {}", name(code)),
        };
        match (lang, self.adjust) {
            (Lang::It, Adjust::Next) => format!(", o il primo giorno successivo {whose}"),
            (Lang::It, Adjust::Previous) => format!(", o l’ultimo giorno precedente {whose}"),
            (Lang::It, Adjust::Nearest) => format!(", o il giorno più vicino {whose}"),
            (Lang::En, Adjust::Next) => format!(", or the next day {whose}"),
            (Lang::En, Adjust::Previous) => format!(", or the last day before {whose}"),
            (Lang::En, Adjust::Nearest) => format!(", or the nearest day {whose}"),
        }
    }
}

/// Describes where the anchor lies for one period: «45 giorni dopo la fine del periodo (31 dicembre 2026)».
fn origin(anchor: &Anchor, period: Period, lang: Lang, name: &impl Fn(&str) -> String) -> String {
    let end = period.last_day();
    match anchor {
        Anchor::EndOfPeriod(_) => format!("{} ({})", general_origin(anchor, lang, name), date(end, lang)),
        Anchor::NthWeekday { nth, weekday: day, month } => {
            let in_month = end - Months::new(end.month0()) + Months::new(end.month0() + u32::from(*month));
            let (nth, day) = (nth_text(*nth, lang), weekday(*day, lang));
            match lang {
                Lang::It => format!("{nth} {day} di {}", month_year(in_month, lang)),
                Lang::En => format!("{nth} {day} of {}", month_year(in_month, lang)),
            }
        }
        Anchor::Release { .. } | Anchor::Source { .. } => general_origin(anchor, lang, name),
    }
}

/// Describes where the anchor lies for any period.
fn general_origin(anchor: &Anchor, lang: Lang, name: &impl Fn(&str) -> String) -> String {
    match anchor {
        Anchor::EndOfPeriod(distance) => match (lang, distance.plus) {
            (Lang::It, 0) => "l’ultimo giorno del periodo".to_owned(),
            (Lang::En, 0) => "last day of the period".to_owned(),
            (Lang::It, _) => format!("{} dopo la fine del periodo", distance_text(*distance, lang)),
            (Lang::En, _) => format!("{} after the end of the period", distance_text(*distance, lang)),
        },
        Anchor::NthWeekday { nth, weekday: day, month } => {
            let (nth, day) = (nth_text(*nth, lang), weekday(*day, lang));
            match (lang, month) {
                (Lang::It, 1) => format!("{nth} {day} del mese dopo la fine del periodo"),
                (Lang::It, month) => format!("{nth} {day} del {month}° mese dopo la fine del periodo"),
                (Lang::En, 1) => format!("{nth} {day} of the month after the end of the period"),
                (Lang::En, month) => format!("{nth} {day} of month {month} after the end of the period"),
            }
        }
        Anchor::Release { product, plus, unit } => after(
            Distance { plus: *plus, unit: *unit },
            &in_lang("l’uscita di", "the release of", lang),
            &name(product),
            lang,
        ),
        Anchor::Source { source, plus, unit } => after(
            Distance { plus: *plus, unit: *unit },
            &in_lang("la data della fonte", "the date of the source", lang),
            &name(source),
            lang,
        ),
    }
}

fn after(distance: Distance, what: &str, name: &str, lang: Lang) -> String {
    match (lang, distance.plus) {
        (Lang::It, 0) => format!("lo stesso giorno: {what} «{name}»"),
        (Lang::En, 0) => format!("the same day as {what} “{name}”"),
        (Lang::It, _) => format!("{} dopo {what} «{name}»", distance_text(distance, lang)),
        (Lang::En, _) => format!("{} after {what} “{name}”", distance_text(distance, lang)),
    }
}

fn distance_text(distance: Distance, lang: Lang) -> String {
    let (one, many) = match (lang, distance.unit) {
        (Lang::It, Unit::Days) => ("giorno", "giorni"),
        (Lang::It, Unit::WorkingDays) => ("giorno lavorativo", "giorni lavorativi"),
        (Lang::It, Unit::Months) => ("mese", "mesi"),
        (Lang::En, Unit::Days) => ("day", "days"),
        (Lang::En, Unit::WorkingDays) => ("working day", "working days"),
        (Lang::En, Unit::Months) => ("month", "months"),
    };
    format!("{} {}", distance.plus, if distance.plus == 1 { one } else { many })
}

fn nth_text(nth: Nth, lang: Lang) -> &'static str {
    match (lang, nth) {
        (Lang::It, Nth::First) => "1°",
        (Lang::It, Nth::Second) => "2°",
        (Lang::It, Nth::Third) => "3°",
        (Lang::It, Nth::Fourth) => "4°",
        (Lang::It, Nth::Last) => "ultimo",
        (Lang::En, Nth::First) => "first",
        (Lang::En, Nth::Second) => "second",
        (Lang::En, Nth::Third) => "third",
        (Lang::En, Nth::Fourth) => "fourth",
        (Lang::En, Nth::Last) => "last",
    }
}

/// «14 febbraio (fine settimana)», «dal 1° agosto al 31 agosto (periodo escluso)».
fn passed_text(run: &Passed, lang: Lang) -> String {
    let days = if run.from == run.to { day_of_year(run.from, lang) } else { days_text(run.from, run.to, lang) };
    let why = match &run.why {
        Unfit::Weekend => in_lang("fine settimana", "weekend", lang),
        Unfit::Closed(closed) => closed.text(lang),
        Unfit::Avoided => in_lang("periodo escluso", "avoided", lang),
        Unfit::Full(1) => in_lang("c’è già un’uscita", "there is already a release", lang),
        Unfit::Full(there) => match lang {
            Lang::It => format!("ci sono già {there} uscite"),
            Lang::En => format!("there are already {there} releases"),
        },
    };
    format!("{days} ({why})")
}

fn span_text(span: SpanOfYear, lang: Lang) -> String {
    span.days().map_or_else(|| span.to_string(), |(from, to)| days_text(from, to, lang))
}

/// «dal 1° agosto al 31 agosto», «dall’8 all’11 maggio» / "1 August to 31 August".
fn days_text(from: NaiveDate, to: NaiveDate, lang: Lang) -> String {
    let (first, last) = (day_of_year(from, lang), day_of_year(to, lang));
    let before = |day: NaiveDate, plain: &str, elided: &str| {
        if matches!(day.day(), 8 | 11) { elided.to_owned() } else { format!("{plain} ") }
    };
    match lang {
        Lang::It => format!("{}{first} {}{last}", before(from, "dal", "dall’"), before(to, "al", "all’")),
        Lang::En => format!("{first} to {last}"),
    }
}

/// «14 febbraio», «1° marzo» / "14 February".
fn day_of_year(day: NaiveDate, lang: Lang) -> String {
    let ordinal = if lang == Lang::It && day.day() == 1 { "°" } else { "" };
    format!("{}{ordinal} {}", day.day(), month(day, lang))
}

fn in_lang(it: &str, en: &str, lang: Lang) -> String {
    match lang {
        Lang::It => it.to_owned(),
        Lang::En => en.to_owned(),
    }
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
