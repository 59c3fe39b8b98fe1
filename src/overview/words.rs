//! Texts of the overview.

use super::radar::SeatAtRisk;
use crate::risk::RiskKind;
use crate::texts::{Label, Lang};
use crate::time::words;

pub fn risk_kind(kind: RiskKind, lang: Lang) -> &'static str {
    kind.label(lang)
}

/// Returns the colour of a risk; its text says the same.
pub const fn risk_colour(kind: RiskKind) -> &'static str {
    match kind {
        RiskKind::Vacant | RiskKind::Uncovered => "danger",
        RiskKind::Bounced | RiskKind::Silent | RiskKind::Expiring => "warning",
        RiskKind::VacantLater => "info",
    }
}

/// Returns one sentence about a risk: kind, day and person.
pub fn risk(risk: &SeatAtRisk, lang: Lang) -> String {
    let holder = risk.holder.as_deref().unwrap_or_default();
    let day = risk.day.map(|day| words::date(day, lang)).unwrap_or_default();
    let key = match (risk.kind, risk.day) {
        (RiskKind::Vacant, Some(_)) => "overview.says_vacant_since",
        (RiskKind::Vacant, None) => "overview.says_never_held",
        (RiskKind::Uncovered, _) => "overview.says_uncovered",
        (RiskKind::Bounced, _) => "overview.says_bounced",
        (RiskKind::Silent, _) => "overview.says_silent",
        (RiskKind::Expiring, _) => "overview.says_expiring",
        (RiskKind::VacantLater, _) => "overview.says_vacant_later",
    };
    lang.f(key, &[("holder", holder), ("day", &day)])
}
