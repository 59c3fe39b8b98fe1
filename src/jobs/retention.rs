//! Removes data after the periods of `[retention]` (GDPR art. 5(1)(e)): one function and one transaction for each
//! table, so that the write lock is never held for long.

use super::Report;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::each::Failures;
use crate::error::Result;
use crate::http::idempotency;
use crate::mail::outbox;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{Instant, document, document_owner, job_slot, press_link, session, sign_in_link};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

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
    let answers = counted("answers", ctx.write(async |txn| idempotency::forget(txn, last_answer).await).await)?;
    let slots = counted("slots", ctx.write(async |txn| remove_slots(txn, last_slot).await).await)?;
    let sessions = counted("sessions", ctx.write(async |txn| remove_sessions(txn, last_sign_in).await).await)?;
    let links = counted("links", ctx.write(async |txn| remove_links(txn, last_sign_in).await).await)?
        + counted("presses", ctx.write(async |txn| remove_presses(txn, last_sign_in).await).await)?;
    let files = counted("files", ctx.write(async |txn| remove_files(txn, last_answer).await).await)?;
    let blank = async |txn: &Txn| Ok(outbox::retention::blank(txn, last_mail).await?);
    let mails = counted("mails", ctx.write(blank).await)?;
    Ok(Report::new(
        answers + slots + sessions + links + files + mails,
        format!(
            "answers {answers}, slots {slots}, sessions {sessions}, links {links}, files {files}, mails blanked {mails}{failures}"
        ),
    ))
}

async fn remove_slots(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    let old = job_slot::Column::TakenAt.lt(Instant::from(before));
    Ok(job_slot::Entity::delete_many().filter(old).exec(txn).await?.rows_affected)
}

async fn remove_sessions(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    let ended = Condition::any()
        .add(session::Column::ExpiresAt.lt(Instant::from(before)))
        .add(session::Column::EndedAt.lt(Instant::from(before)));
    Ok(session::Entity::delete_many().filter(ended).exec(txn).await?.rows_affected)
}

async fn remove_links(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    let old = sign_in_link::Column::ExpiresAt.lt(Instant::from(before));
    Ok(sign_in_link::Entity::delete_many().filter(old).exec(txn).await?.rows_affected)
}

/// Removes one-press links of reminders; presses are recorded in the audit trail.
async fn remove_presses(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    let ended = Condition::any()
        .add(press_link::Column::ExpiresAt.lt(Instant::from(before)))
        .add(press_link::Column::RevokedAt.lt(Instant::from(before)));
    Ok(press_link::Entity::delete_many().filter(ended).exec(txn).await?.rows_affected)
}

/// Removes uploaded files without an owner, whose form was refused and abandoned.
async fn remove_files(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    let owned = Query::select().column(document_owner::Column::DocumentId).from(document_owner::Entity).to_owned();
    let given_up = Condition::all()
        .add(document::Column::CreatedAt.lt(Instant::from(before)))
        .add(document::Column::Id.not_in_subquery(owned));
    Ok(document::Entity::delete_many().filter(given_up).exec(txn).await?.rows_affected)
}
