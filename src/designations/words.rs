//! The register's facts in the reader's words, for pages, mails and REST alike.

use super::model::{Act, Reason, Seat};
use super::verb::Verb;
use crate::texts::Lang;
use crate::time::words;

/// «Decreto n. 12/2027 del 01.03.2027, Presidente».
pub fn act(act: &Act, lang: Lang) -> String {
    lang.f(
        "designations.act_line",
        &[
            ("kind", lang.t(&format!("designations.act_kind_{}", act.kind))),
            ("number", &act.number),
            ("date", &words::short_day(act.date)),
            ("organ", &act.organ),
        ],
    )
}

/// Words the reason of an end, a correction or an annulment: as somebody wrote it, or by the act that replaced the holder.
pub fn reason(reason: &Reason, lang: Lang) -> String {
    match reason {
        Reason::Said(text) => text.clone(),
        Reason::Replaced { by } => lang.f("designations.reason_replaced", &[("act", &act(by, lang))]),
    }
}

/// *Referente · Osservatorio di Bergamo*.
pub fn seat_name(seat: &Seat, lang: Lang) -> String {
    format!("{} · {}", lang.t(&format!("designations.seat_{}", seat.kind)), seat.place())
}

/// Returns what the trail says happened to a designation.
pub fn did(verb: Verb, lang: Lang) -> &'static str {
    lang.t(&format!("designations.did_{}", verb.as_str()))
}
