//! Texts about the jobs and the other background parts of the service.

use super::schedule::Job;
use crate::texts::Lang;
use crate::vitals::{self, Sign};

/// Returns a sentence about a silent part.
pub fn silence(sign: Sign, lang: Lang) -> String {
    let part = match Job::named(sign.part) {
        Some(job) => lang.t(job.text).trim_end_matches('.'),
        None => part(sign.part, lang),
    };
    let since = duration(i64::try_from(sign.silence.as_millis()).unwrap_or(i64::MAX), lang);
    lang.f("jobs.silent", &[("part", part), ("since", &since)])
}

/// Returns the name of a part of the service that is not a job.
fn part(part: &'static str, lang: Lang) -> &'static str {
    match part {
        vitals::WRITING => lang.t("jobs.part_writing"),
        vitals::DISPATCHER => lang.t("jobs.part_dispatcher"),
        vitals::OUTBOX => lang.t("jobs.part_outbox"),
        unnamed => unnamed,
    }
}

/// Returns the name of the outcome of a job's last run, or a text for a job that never ran.
pub fn outcome(outcome: &str, lang: Lang) -> &'static str {
    lang.t(match outcome {
        "never" => "jobs.outcome_never",
        "running" => "jobs.outcome_running",
        "done" => "jobs.outcome_done",
        "timed_out" => "jobs.outcome_timed_out",
        "panicked" => "jobs.outcome_panicked",
        "interrupted" => "jobs.outcome_interrupted",
        _ => "jobs.outcome_failed",
    })
}

/// «meno di un secondo», «1,4 secondi», «2 minuti».
pub fn duration(milliseconds: i64, lang: Lang) -> String {
    if milliseconds < 1_000 {
        return lang.t("jobs.under_a_second").to_owned();
    }
    if milliseconds >= 120_000 {
        return lang.f("jobs.minutes", &[("number", &(milliseconds / 60_000).to_string())]);
    }
    let point = if lang == Lang::It { "," } else { "." };
    let tenths = (milliseconds + 50) / 100;
    lang.f("jobs.seconds", &[("number", &format!("{}{point}{}", tenths / 10, tenths % 10))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_rounded_for_people() {
        assert_eq!(duration(40, Lang::En), Lang::En.t("jobs.under_a_second"));
        assert_eq!(duration(1_250, Lang::It), Lang::It.f("jobs.seconds", &[("number", "1,3")]));
        assert_eq!(duration(125_000, Lang::It), Lang::It.f("jobs.minutes", &[("number", "2")]));
    }
}
