//! Removes what must not be kept (GDPR art. 5(1)(e)): one function for each table, in one transaction each, so that a long clearing
//! never holds the write lock for long.

use super::Report;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::mail::outbox;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{Instant, idempotent_request, job_slot, session, sign_in_link};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

/// An answer is repeated for a day: longer than any client tries again.
const ANSWERS: TimeDelta = TimeDelta::hours(24);
/// Longer than the longest pause between two runs of a job.
const SLOTS: TimeDelta = TimeDelta::days(7);
/// Sessions and links stay a while after their end: somebody may ask who was signed in.
const SIGN_INS: TimeDelta = TimeDelta::days(30);
/// The words of a mail; that it was sent stays.
const MAIL_WORDS: TimeDelta = TimeDelta::days(365);

pub(super) async fn run(ctx: &Ctx) -> Result<Report> {
    let now = ctx.now();
    let answers = ctx.write(async |txn| remove_answers(txn, now - ANSWERS).await).await?;
    let slots = ctx.write(async |txn| remove_slots(txn, now - SLOTS).await).await?;
    let sessions = ctx.write(async |txn| remove_sessions(txn, now - SIGN_INS).await).await?;
    let links = ctx.write(async |txn| remove_links(txn, now - SIGN_INS).await).await?;
    let mails = ctx.write(async |txn| Ok(outbox::retention::blank(txn, now - MAIL_WORDS).await?)).await?;
    Ok(Report::new(
        answers + slots + sessions + links + mails,
        format!("answers {answers}, slots {slots}, sessions {sessions}, links {links}, mails blanked {mails}"),
    ))
}

async fn remove_answers(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    let old = idempotent_request::Column::CreatedAt.lt(Instant::from(before));
    Ok(idempotent_request::Entity::delete_many().filter(old).exec(txn).await?.rows_affected)
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
