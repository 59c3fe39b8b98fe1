//! Schedule of all jobs. A new job needs one line here and one text.
//!
//! Six fields, UTC: second, minute, hour, day of month, month, day of week. UTC because the library fixes a zone's
//! offset when a job is registered, so that its runs would be an hour off after a change of summer time; a job that
//! needs the hour in Rome uses `time::zone`. Never set both day fields, because the parser then requires both to match.

use super::{Report, housekeeping, outbox_sweep, retention};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::{designations, documents, meetings, portal, reminders};
use chrono::{DateTime, SubsecRound, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use futures_util::future::BoxFuture;
use std::time::Duration;

/// One entry of the schedule.
#[derive(Clone, Copy)]
pub struct Job {
    /// Stable name: in the database, at the command line, in the log.
    pub name: &'static str,
    /// Rule of the planned instants, in UTC.
    pub cron: &'static str,
    /// Longest run; a longer one is abandoned, and its transaction rolled back.
    pub deadline: Duration,
    /// Key of the text that describes the job.
    pub text: &'static str,
    pub run: for<'a> fn(&'a Ctx) -> BoxFuture<'a, Result<Report>>,
}

/// The schedule.
pub const JOBS: &[Job] = &[
    job("publish", "*/5 * * * * *", 10, "jobs.publish", |ctx| Box::pin(portal::job::publish(ctx))),
    job("verify", "30 * * * * *", 110, "jobs.verify", |ctx| Box::pin(portal::job::verify(ctx))),
    job("reminders", "0 * * * * *", 50, "jobs.reminders", |ctx| Box::pin(reminders::job::run(ctx))),
    job("outbox_sweep", "*/30 * * * * *", 25, "jobs.outbox_sweep", |ctx| Box::pin(outbox_sweep::run(ctx))),
    job("handover", "5 */5 * * * *", 120, "jobs.handover", |ctx| Box::pin(handover(ctx))),
    job("follow_members", "35 */5 * * * *", 60, "jobs.follow_members", |ctx| Box::pin(follow_members(ctx))),
    job("retention", "0 40 1 * * *", 600, "jobs.retention", |ctx| Box::pin(retention::run(ctx))),
    job("documents", "0 50 1 * * *", 600, "jobs.documents", |ctx| Box::pin(sweep_documents(ctx))),
    job("housekeeping", "0 10 2 * * *", 600, "jobs.housekeeping", |ctx| Box::pin(housekeeping::run(ctx))),
];

/// Carries out the starts, ends and coming ends of designations.
async fn handover(ctx: &Ctx) -> Result<Report> {
    let (done, failures) = designations::service::follow_calendar(ctx).await?;
    Ok(Report::new(done, format!("designations begun, ending or ended{failures}")))
}

/// Invites new members to coming meetings, and tells former members that they are no longer invited.
async fn follow_members(ctx: &Ctx) -> Result<Report> {
    let (done, failures) = meetings::service::follow_members(ctx).await?;
    Ok(Report::new(done, format!("invited, or told that a meeting is no longer theirs{failures}")))
}

/// Sweeps the store of documents: deletes contents left by uploads and crashes, and checks for missing ones.
async fn sweep_documents(ctx: &Ctx) -> Result<Report> {
    let swept = documents::service::sweep(ctx).await?;
    let note = format!("contents without a document removed; {} stay{}", swept.kept, swept.failures);
    Ok(Report::new(swept.removed, note))
}

const fn job(
    name: &'static str,
    cron: &'static str,
    deadline_seconds: u64,
    text: &'static str,
    run: for<'a> fn(&'a Ctx) -> BoxFuture<'a, Result<Report>>,
) -> Job {
    Job { name, cron, deadline: Duration::from_secs(deadline_seconds), text, run }
}

impl Job {
    /// Returns the job of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        JOBS.iter().find(|job| job.name == name)
    }

    /// Returns the latest planned instant not after `now`, the slot of a run at `now`.
    pub fn planned_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // Cut to whole seconds, because the parser keeps the fraction and every replica must name the same slot.
        self.rule()?.find_previous_occurrence(&now.trunc_subsecs(0), true).ok()
    }

    /// Returns the first planned instant after `now`.
    pub fn planned_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.rule()?.find_next_occurrence(&now.trunc_subsecs(0), false).ok()
    }

    /// Returns the time between two planned runs; `None` if the rule names no instant.
    pub fn interval(&self, now: DateTime<Utc>) -> Option<Duration> {
        let first = self.planned_after(now)?;
        (self.planned_after(first)? - first).to_std().ok()
    }

    fn rule(&self) -> Option<Cron> {
        CronParser::builder().seconds(Seconds::Required).dom_and_dow(true).build().parse(self.cron).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Lang;
    use std::collections::BTreeSet;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn every_job_has_its_own_name_a_rule_and_a_text_in_both_languages() {
        let names: BTreeSet<&str> = JOBS.iter().map(|job| job.name).collect();
        assert_eq!(names.len(), JOBS.len());
        for job in JOBS {
            assert!(job.rule().is_some(), "{}", job.name);
            assert!(Lang::ALL.iter().all(|lang| lang.all().contains_key(job.text)), "{}", job.name);
        }
    }

    /// A job without a run for three intervals counts as silent, so a run must be shorter than that.
    #[test]
    fn a_run_and_the_wait_for_the_next_are_shorter_than_three_intervals() {
        for job in JOBS {
            let interval = job.interval(instant("2026-10-25T00:30:00Z")).expect("planned again and again");
            assert!(job.deadline + interval <= 3 * interval, "{}", job.name);
        }
    }

    #[test]
    fn no_rule_names_both_days() {
        for job in JOBS {
            let fields: Vec<&str> = job.cron.split(' ').collect();
            assert_eq!(fields.len(), 6, "{}", job.name);
            assert!(fields[3] == "*" || fields[5] == "*", "{}", job.name);
        }
    }

    #[test]
    fn the_slots_of_a_daily_job_stand_on_the_minute_whatever_the_offset_of_rome() {
        let job = Job::named("retention").expect("known");
        // The night in which summer time ends in Italy.
        let now = instant("2026-10-25T01:40:00.400Z");
        assert_eq!(job.planned_before(now), Some(instant("2026-10-25T01:40:00Z")));
        assert_eq!(job.planned_after(now), Some(instant("2026-10-26T01:40:00Z")));
        assert_eq!(job.planned_before(instant("2026-10-25T01:39:59Z")), Some(instant("2026-10-24T01:40:00Z")));
    }
}
