//! Requests to fill a seat as questions, answered when the seat is filled.

use super::mail::kinds::Requested;
use super::questions::HoldersOn;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::mail::kind::MailKind;
use crate::mail::outbox::withdraw;
use crate::silence::{Instants, Question};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

/// Returns the requests sent since an instant. Each asks about one seat.
pub async fn questions(db: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Vec<Question>> {
    let gone = withdraw::gone_since(db, Requested::NAME, since).await?;
    let question =
        |mail: withdraw::Gone| Question { to: mail.person_id, sent_at: mail.sent_at.0, about: vec![mail.subject_id] };
    Ok(gone.into_iter().map(question).collect())
}

/// Returns the seats held today as answered now, because a filled seat leaves no request open.
pub async fn answers(ctx: &Ctx) -> Result<Instants> {
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    Ok(holders.iter().map(|one| (one.seat.id.to_string(), ctx.now())).collect())
}
