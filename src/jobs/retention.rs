//! Removes what must not be kept (GDPR art. 5(1)(e)), after the periods of `[retention]`: one function for each table, in
//! batches, each in a transaction of its own, because all use cases wait while one is open.

use super::Report;
use crate::ctx::Ctx;
use crate::db::{Txn, delete_some};
use crate::each::Failures;
use crate::error::Result;
use crate::http::idempotency;
use crate::mail::outbox;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{Instant, document, document_owner, job_slot, press_link, session, sign_in_link};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition};

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
    let answers = counted("answers", in_batches(ctx, async |txn| forget_answers(txn, last_answer).await).await)?;
    let slots = counted("slots", in_batches(ctx, async |txn| remove_slots(txn, last_slot).await).await)?;
    let sessions = counted("sessions", in_batches(ctx, async |txn| remove_sessions(txn, last_sign_in).await).await)?;
    let links = counted("links", in_batches(ctx, async |txn| remove_links(txn, last_sign_in).await).await)?
        + counted("presses", in_batches(ctx, async |txn| remove_presses(txn, last_sign_in).await).await)?;
    let files = counted("files", in_batches(ctx, async |txn| remove_files(txn, last_answer).await).await)?;
    let mails = counted("mails", in_batches(ctx, async |txn| blank_mails(txn, last_mail).await).await)?;
    Ok(Report::new(
        answers + slots + sessions + links + files + mails,
        format!(
            "answers {answers}, slots {slots}, sessions {sessions}, links {links}, files {files}, mails blanked {mails}{failures}"
        ),
    ))
}

/// Removes in batches until nothing is left, each batch in a transaction of its own. Returns how many rows were removed.
async fn in_batches(ctx: &Ctx, remove_some: impl AsyncFn(&Txn) -> Result<u64>) -> Result<u64> {
    let mut removed = 0;
    loop {
        let some = ctx.write(async |txn| remove_some(txn).await).await?;
        removed += some;
        if some < AT_ONCE {
            return Ok(removed);
        }
    }
}

async fn forget_answers(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    Ok(idempotency::forget(txn, before, AT_ONCE).await?)
}

async fn remove_slots(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    let old = Condition::all().add(job_slot::Column::TakenAt.lt(Instant::from(before)));
    Ok(delete_some::<job_slot::Entity>(txn, old, AT_ONCE).await?)
}

async fn remove_sessions(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    let ended = Condition::any()
        .add(session::Column::ExpiresAt.lt(Instant::from(before)))
        .add(session::Column::EndedAt.lt(Instant::from(before)));
    Ok(delete_some::<session::Entity>(txn, ended, AT_ONCE).await?)
}

async fn remove_links(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    let old = Condition::all().add(sign_in_link::Column::ExpiresAt.lt(Instant::from(before)));
    Ok(delete_some::<sign_in_link::Entity>(txn, old, AT_ONCE).await?)
}

/// Removes the one-press links of reminders. The audit trail keeps what was pressed.
async fn remove_presses(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    let ended = Condition::any()
        .add(press_link::Column::ExpiresAt.lt(Instant::from(before)))
        .add(press_link::Column::RevokedAt.lt(Instant::from(before)));
    Ok(delete_some::<press_link::Entity>(txn, ended, AT_ONCE).await?)
}

/// Removes the files that came with a form or a call and that nothing owns, because the form was refused and given up.
async fn remove_files(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    let owned = Query::select().column(document_owner::Column::DocumentId).from(document_owner::Entity).to_owned();
    let given_up = Condition::all()
        .add(document::Column::CreatedAt.lt(Instant::from(before)))
        .add(document::Column::Id.not_in_subquery(owned));
    Ok(delete_some::<document::Entity>(txn, given_up, AT_ONCE).await?)
}

async fn blank_mails(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    Ok(outbox::retention::blank_some(txn, before, AT_ONCE).await?)
}
