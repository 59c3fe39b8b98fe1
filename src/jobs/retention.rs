//! Deletes data that must not be kept (GDPR art. 5(1)(e)), after the periods of `[retention]`: table by
//! table, in batches, each in its own transaction, because all use cases wait while one is open.

use super::Report;
use crate::ctx::Ctx;
use crate::db::{Txn, delete_some};
use crate::documents;
use crate::each::Failures;
use crate::error::Result;
use crate::mail::outbox;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{Instant, idempotent_request, job_slot, press_link, session, sign_in_link};
use sea_orm::{ColumnTrait, Condition, EntityTrait};
use std::marker::PhantomData;

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
    let answers =
        counted("answers", clear(ctx, &rows::<idempotent_request::Entity>(answers_before(last_answer))).await)?;
    let slots = counted("slots", clear(ctx, &rows::<job_slot::Entity>(slots_before(last_slot))).await)?;
    let sessions = counted("sessions", clear(ctx, &rows::<session::Entity>(sessions_before(last_sign_in))).await)?;
    let links = counted("links", clear(ctx, &rows::<sign_in_link::Entity>(links_before(last_sign_in))).await)?
        + counted("presses", clear(ctx, &rows::<press_link::Entity>(presses_before(last_sign_in))).await)?;
    let files = counted("files", clear(ctx, &UnownedFiles(last_answer)).await)?;
    let mails = counted("mails", clear(ctx, &MailTexts(last_mail)).await)?;
    Ok(Report::new(
        answers + slots + sessions + links + files + mails,
        format!(
            "answers {answers}, slots {slots}, sessions {sessions}, links {links}, files {files}, mails blanked {mails}{failures}"
        ),
    ))
}

/// Data that are not kept for ever.
trait Expired: Sync {
    /// Deletes at most [`AT_ONCE`] of them, and returns how many.
    fn delete_some(&self, txn: &Txn) -> impl Future<Output = Result<u64>> + Send;
}

/// Deletes expired data in batches. Returns their number.
async fn clear(ctx: &Ctx, expired: &impl Expired) -> Result<u64> {
    let mut deleted = 0;
    loop {
        let some = ctx.write(async |txn| expired.delete_some(txn).await).await?;
        deleted += some;
        if some < AT_ONCE {
            return Ok(deleted);
        }
    }
}

/// The rows of a table that meet a condition.
struct Rows<E>(Condition, PhantomData<fn() -> E>);

/// Names the rows of a table that meet a condition.
const fn rows<E: EntityTrait>(condition: Condition) -> Rows<E> {
    Rows(condition, PhantomData)
}

impl<E: EntityTrait> Expired for Rows<E> {
    async fn delete_some(&self, txn: &Txn) -> Result<u64> {
        Ok(delete_some::<E>(txn, self.0.clone(), AT_ONCE).await?)
    }
}

/// Texts of mails that reached an end before an instant.
struct MailTexts(DateTime<Utc>);

impl Expired for MailTexts {
    async fn delete_some(&self, txn: &Txn) -> Result<u64> {
        Ok(outbox::retention::blank_some(txn, self.0, AT_ONCE).await?)
    }
}

/// Uploaded files without an owner, from before an instant.
struct UnownedFiles(DateTime<Utc>);

impl Expired for UnownedFiles {
    async fn delete_some(&self, txn: &Txn) -> Result<u64> {
        documents::service::remove_unowned(txn, self.0, AT_ONCE).await
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
