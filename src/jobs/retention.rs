//! Deletes data that must not be kept (GDPR art. 5(1)(e)), after the periods of `[retention]`: one function for each
//! table, in batches, each in its own transaction, because all use cases wait while one is open.

use super::Report;
use crate::ctx::Ctx;
use crate::db::delete_some;
use crate::documents;
use crate::each::Failures;
use crate::error::Result;
use crate::mail::outbox;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{Instant, idempotent_request, job_slot, press_link, session, sign_in_link};
use sea_orm::{ColumnTrait, Condition, EntityTrait};

/// The most rows that one transaction removes.
const AT_ONCE: u64 = 500;

pub(super) async fn run(ctx: &Ctx) -> Result<Report> {
    let periods = &ctx.config().retention;
    let days_ago = |days: u32| ctx.now() - TimeDelta::days(days.into());
    let last_answer = ctx.now() - TimeDelta::hours(periods.answers_hours.into());
    let last_slot = days_ago(periods.slots_days);
    let last_sign_in = days_ago(periods.sessions_days);
    let last_mail = days_ago(periods.mail_words_days);

    let mut failures = Failures::default();
    // A table that cannot be cleared does not stop the clearing of the others.
    let mut counted = |what: &str, removed: Result<u64>| match removed {
        Ok(rows) => Ok(rows),
        Err(error) => failures.note(what, error).map(|()| 0),
    };
    let answers = counted("answers", clear::<idempotent_request::Entity>(ctx, answers_before(last_answer)).await)?;
    let slots = counted("slots", clear::<job_slot::Entity>(ctx, slots_before(last_slot)).await)?;
    let sessions = counted("sessions", clear::<session::Entity>(ctx, sessions_before(last_sign_in)).await)?;
    let links = counted("links", clear::<sign_in_link::Entity>(ctx, links_before(last_sign_in)).await)?
        + counted("presses", clear::<press_link::Entity>(ctx, presses_before(last_sign_in)).await)?;
    let files = counted("files", remove_files(ctx, last_answer).await)?;
    let mails = counted("mails", blank_mails(ctx, last_mail).await)?;
    Ok(Report::new(
        answers + slots + sessions + links + files + mails,
        format!(
            "answers {answers}, slots {slots}, sessions {sessions}, links {links}, files {files}, mails blanked {mails}{failures}"
        ),
    ))
}

/// Deletes the rows that meet a condition, in batches. Returns their number.
async fn clear<E: EntityTrait>(ctx: &Ctx, condition: Condition) -> Result<u64> {
    let mut deleted = 0;
    loop {
        let some = ctx.write(async |txn| Ok(delete_some::<E>(txn, condition.clone(), AT_ONCE).await?)).await?;
        deleted += some;
        if some < AT_ONCE {
            return Ok(deleted);
        }
    }
}

/// Deletes the texts of mails, in batches. Returns their number.
async fn blank_mails(ctx: &Ctx, before: DateTime<Utc>) -> Result<u64> {
    let mut blanked = 0;
    loop {
        let some = ctx.write(async |txn| Ok(outbox::retention::blank_some(txn, before, AT_ONCE).await?)).await?;
        blanked += some;
        if some < AT_ONCE {
            return Ok(blanked);
        }
    }
}

fn answers_before(before: DateTime<Utc>) -> Condition {
    Condition::all().add(idempotent_request::Column::CreatedAt.lt(Instant::from(before)))
}

fn slots_before(before: DateTime<Utc>) -> Condition {
    Condition::all().add(job_slot::Column::TakenAt.lt(Instant::from(before)))
}

fn sessions_before(before: DateTime<Utc>) -> Condition {
    Condition::any()
        .add(session::Column::ExpiresAt.lt(Instant::from(before)))
        .add(session::Column::EndedAt.lt(Instant::from(before)))
}

fn links_before(before: DateTime<Utc>) -> Condition {
    Condition::all().add(sign_in_link::Column::ExpiresAt.lt(Instant::from(before)))
}

/// Selects the one-press links of reminders. The audit trail keeps the presses.
fn presses_before(before: DateTime<Utc>) -> Condition {
    Condition::any()
        .add(press_link::Column::ExpiresAt.lt(Instant::from(before)))
        .add(press_link::Column::RevokedAt.lt(Instant::from(before)))
}

/// Deletes uploaded files without an owner, in batches. Returns their number.
async fn remove_files(ctx: &Ctx, before: DateTime<Utc>) -> Result<u64> {
    let mut removed = 0;
    loop {
        let some = ctx.write(async |txn| documents::service::remove_unowned(txn, before, AT_ONCE).await).await?;
        removed += some;
        if some < AT_ONCE {
            return Ok(removed);
        }
    }
}
