//! Texts of the overview.

use super::radar::{Risk, RiskKind};
use crate::jobs::schedule::Job;
use crate::texts::{Label, Lang};
use crate::time::words;
use crate::vitals::{self, Sign};
use entity::kinds::NotificationState;

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
pub fn risk(risk: &Risk, lang: Lang) -> String {
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

/// Returns one sentence about a part without signs of life.
pub fn silence(sign: Sign, lang: Lang) -> String {
    let part = match Job::named(sign.part) {
        Some(job) => lang.t(job.text).trim_end_matches('.'),
        None => part(sign.part, lang),
    };
    let since = duration(i64::try_from(sign.silence.as_millis()).unwrap_or(i64::MAX), lang);
    lang.f("overview.silent", &[("part", part), ("since", &since)])
}

/// Returns the name of a part of the service that is not a job.
fn part(part: &'static str, lang: Lang) -> &'static str {
    match part {
        vitals::WRITING => lang.t("overview.part_writing"),
        vitals::DISPATCHER => lang.t("overview.part_dispatcher"),
        vitals::OUTBOX => lang.t("overview.part_outbox"),
        unnamed => unnamed,
    }
}

/// Returns the name of the end of a job's last run; of a job that never ran, that it did not.
pub fn job_outcome(outcome: &str, lang: Lang) -> &'static str {
    lang.t(match outcome {
        "never" => "overview.job_outcome_never",
        "running" => "overview.job_outcome_running",
        "done" => "overview.job_outcome_done",
        "timed_out" => "overview.job_outcome_timed_out",
        "panicked" => "overview.job_outcome_panicked",
        "interrupted" => "overview.job_outcome_interrupted",
        _ => "overview.job_outcome_failed",
    })
}

pub fn mail_state(state: NotificationState, lang: Lang) -> &'static str {
    state.label(lang)
}

/// Returns the colour of a mail's state; its text says the same.
pub const fn mail_state_colour(state: NotificationState) -> &'static str {
    match state {
        NotificationState::Sent => "success",
        NotificationState::Pending | NotificationState::Leased => "info",
        NotificationState::Unknown | NotificationState::Failed => "warning",
        NotificationState::Dead => "danger",
        NotificationState::Expired | NotificationState::Cancelled => "neutral",
    }
}

/// «meno di un secondo», «1,4 secondi», «2 minuti».
pub fn duration(milliseconds: i64, lang: Lang) -> String {
    if milliseconds < 1_000 {
        return lang.t("overview.under_a_second").to_owned();
    }
    if milliseconds >= 120_000 {
        return lang.f("overview.minutes", &[("number", &(milliseconds / 60_000).to_string())]);
    }
    let point = if lang == Lang::It { "," } else { "." };
    let tenths = (milliseconds + 50) / 100;
    lang.f("overview.seconds", &[("number", &format!("{}{point}{}", tenths / 10, tenths % 10))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_rounded_for_people() {
        assert_eq!(duration(40, Lang::En), Lang::En.t("overview.under_a_second"));
        assert_eq!(duration(1_250, Lang::It), Lang::It.f("overview.seconds", &[("number", "1,3")]));
        assert_eq!(duration(125_000, Lang::It), Lang::It.f("overview.minutes", &[("number", "2")]));
    }
}
