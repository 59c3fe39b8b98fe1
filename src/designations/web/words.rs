//! Texts of the register's pages.

use crate::designations::model::{Record, Standing, Term, needs_a_holder};
use crate::designations::risks::Presence;
use crate::designations::words as shared;
use crate::http::page::Badge;
use crate::texts::{Label, Lang};
use crate::time::words;
use entity::kinds::{ActKind, Channel, SeatKind, UnavailabilityMode};

pub use crate::designations::words::{act, seat_name};

/// Returns the text of the reason why a record superseded another, if it has one.
pub fn reason(record: &Record, lang: Lang) -> Option<String> {
    record.reason.as_ref().map(|reason| shared::reason(reason, lang))
}

pub fn seat_kind(kind: SeatKind, lang: Lang) -> &'static str {
    kind.label(lang)
}

pub fn act_kind(kind: ActKind, lang: Lang) -> &'static str {
    kind.label(lang)
}

pub fn channel(channel: Channel, lang: Lang) -> &'static str {
    channel.label(lang)
}

pub fn absence_mode(mode: UnavailabilityMode, lang: Lang) -> &'static str {
    mode.label(lang)
}

pub fn standing(standing: Standing, lang: Lang) -> &'static str {
    standing.label(lang)
}

/// Returns the colour of a standing. Its text says the same, so colour is never the only sign.
pub const fn standing_kind(standing: Standing) -> &'static str {
    match standing {
        Standing::Announced => "info",
        Standing::InForce => "success",
        Standing::Ended => "neutral",
        Standing::Annulled => "danger",
    }
}

/// Returns the state of a person on the board, as a word with its colour.
pub fn presence(presence: Presence, lang: Lang) -> Badge {
    let (key, kind) = match presence {
        Presence::InForce => ("designations.standing_in_force", "success"),
        Presence::Ending { .. } => ("designations.presence_ending", "warning"),
        Presence::Away { .. } => ("designations.presence_away", "warning"),
        Presence::Announced { .. } => ("designations.standing_announced", "info"),
    };
    Badge { text: lang.t(key), kind }
}

/// «fino al 30 giugno 2027», «dal 1° marzo 2027»; `None` for a person whose state has no near end.
pub fn presence_until(presence: Presence, lang: Lang) -> Option<String> {
    let (key, day) = match presence {
        Presence::InForce => return None,
        Presence::Ending { last_day: day } | Presence::Away { until: day } => ("designations.presence_until", day),
        Presence::Announced { from } => ("designations.presence_from", from),
    };
    Some(lang.f(key, &[("day", &words::date(day, lang))]))
}

/// Returns the word for a seat without a holder; deputies and partners are optional.
pub fn vacancy(kind: SeatKind, lang: Lang) -> Badge {
    if needs_a_holder(kind) {
        Badge { text: lang.t("designations.vacant"), kind: "danger" }
    } else {
        Badge { text: lang.t("designations.nobody"), kind: "neutral" }
    }
}

/// «30 giugno 2027», or «fino a nuova comunicazione».
pub fn last_day(term: Term, lang: Lang) -> String {
    term.to.map_or_else(|| lang.t("designations.until_further_notice").to_owned(), |day| words::date(day, lang))
}

/// «dal 1° marzo 2027 al 30 giugno 2027», «dal 1° marzo 2027, fino a nuova comunicazione».
pub fn term(term: Term, lang: Lang) -> String {
    let from = words::date(term.from, lang);
    match term.to {
        Some(day) => lang.f("designations.term_from_to", &[("from", &from), ("to", &words::date(day, lang))]),
        None => lang.f("designations.term_from", &[("from", &from)]),
    }
}

/// Formats the days to the communication of a designation (protocol, art. 3).
pub fn promptness(record: &Record, lang: Lang) -> String {
    let days = record.days_to_communicate();
    let number = days.unsigned_abs().to_string();
    let key = match days {
        0 => "designations.communicated_same_day",
        1 => "designations.communicated_one_day_late",
        -1 => "designations.communicated_one_day_ahead",
        _ if days > 0 => "designations.communicated_days_late",
        _ => "designations.communicated_days_ahead",
    };
    lang.f(key, &[("days", &number)])
}

/// «1,2 MB», «340 kB».
pub fn size(bytes: i64, lang: Lang) -> String {
    const KILO: i64 = 1000;
    let point = if lang == Lang::It { "," } else { "." };
    if bytes < KILO {
        format!("{bytes} B")
    } else if bytes < KILO * KILO {
        format!("{} kB", (bytes + KILO / 2) / KILO)
    } else {
        let tenths = (bytes + 50 * KILO) / (100 * KILO);
        format!("{}{point}{} MB", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_as_people_say_them() {
        assert_eq!(size(999, Lang::It), "999 B");
        assert_eq!(size(340_400, Lang::It), "340 kB");
        assert_eq!(size(1_249_999, Lang::It), "1,2 MB");
        assert_eq!(size(10_485_760, Lang::En), "10.5 MB");
    }
}
