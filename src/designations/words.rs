//! The register's facts in the reader's words, for pages, mails and REST alike.

use super::model::{Act, Reason, Seat};
use crate::texts::{Label, Lang};
use crate::time::words;

/// «Decreto n. 12/2027 del 01.03.2027, Presidente».
pub fn act(act: &Act, lang: Lang) -> String {
    lang.f(
        "designations.act_line",
        &[
            ("kind", act.kind.label(lang)),
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
    format!("{} · {}", seat.kind.label(lang), seat.place())
}

/// Returns the text key of an act in the audit trail; `None` for an action that is not one of the register's.
pub fn did(action: &str) -> Option<&'static str> {
    Some(match action.strip_prefix("designations.")? {
        "designate" => "designations.did_designate",
        "end" => "designations.did_end",
        "correct" => "designations.did_correct",
        "annul" => "designations.did_annul",
        "hand_over" => "designations.did_hand_over",
        "keep_document" => "designations.did_keep_document",
        "request_designation" => "designations.did_request_designation",
        "declare_unavailable" => "designations.did_declare_unavailable",
        "withdraw_unavailability" => "designations.did_withdraw_unavailability",
        _ => return None,
    })
}
