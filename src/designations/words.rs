//! Texts about the register for pages, mails and REST.

use super::model::{Act, Reason, Seat};
use super::verb::Verb;
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

/// Returns the text of a reason: as written, or with the act of the replacing designation.
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

/// Returns the text of an action on a designation.
pub fn did(verb: Verb, lang: Lang) -> &'static str {
    lang.t(match verb {
        Verb::Designate => "designations.did_designate",
        Verb::End => "designations.did_end",
        Verb::Correct => "designations.did_correct",
        Verb::Annul => "designations.did_annul",
        Verb::DeclareUnavailable => "designations.did_declare_unavailable",
        Verb::WithdrawUnavailability => "designations.did_withdraw_unavailability",
        Verb::RequestDesignation => "designations.did_request_designation",
        Verb::KeepDocument => "designations.did_keep_document",
        Verb::HandOver => "designations.did_hand_over",
    })
}
