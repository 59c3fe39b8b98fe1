//! Looking after promises that may have become untrue before they left: relays stand still, sending is paused, and
//! meanwhile what a mail says is done.

use super::{WAITING, retention};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use chrono::{DateTime, Utc};
use entity::ids::{MailId, PersonId};
use entity::kinds::NotificationState;
use entity::{Instant, outbox_mail};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

/// How one promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Promise {
    pub id: MailId,
    pub person_id: Option<PersonId>,
    pub state: NotificationState,
}

impl Promise {
    /// Whether it can still be taken back.
    pub fn is_waiting(&self) -> bool {
        WAITING.contains(&self.state)
    }

    /// Whether it was taken back, or its time ran out, before it left: its reader was never told.
    pub fn was_withdrawn(&self) -> bool {
        matches!(self.state, NotificationState::Cancelled | NotificationState::Expired)
    }
}

/// The promises of a kind made since an instant, in the order in which they were made.
pub async fn promised_since(txn: &Txn, kind: &str, since: DateTime<Utc>) -> Result<Vec<Promise>> {
    Ok(promises()
        .filter(outbox_mail::Column::Kind.eq(kind))
        .filter(outbox_mail::Column::CreatedAt.gte(Instant::from(since)))
        .into_model()
        .all(txn)
        .await?)
}

/// How these promises stand.
pub async fn standing(txn: &Txn, ids: &[MailId]) -> Result<Vec<Promise>> {
    Ok(promises().filter(outbox_mail::Column::Id.is_in(ids.iter().copied())).into_model().all(txn).await?)
}

fn promises() -> sea_orm::Select<outbox_mail::Entity> {
    outbox_mail::Entity::find()
        .select_only()
        .columns([outbox_mail::Column::Id, outbox_mail::Column::PersonId, outbox_mail::Column::State])
        .order_by_asc(outbox_mail::Column::Id)
}

/// Takes back those of these mails that still wait. One on the wire at this moment cannot be called back.
pub async fn withdraw(ctx: &Ctx, txn: &Txn, ids: &[MailId]) -> Result<u64> {
    let withdrawn = outbox_mail::Entity::update_many()
        .col_expr(outbox_mail::Column::State, Expr::value(NotificationState::Cancelled))
        .col_expr(outbox_mail::Column::Payload, retention::words_after_the_end())
        .col_expr(outbox_mail::Column::UpdatedAt, Expr::value(Instant::from(ctx.now())))
        .filter(outbox_mail::Column::Id.is_in(ids.iter().copied()))
        .filter(outbox_mail::Column::State.is_in(WAITING))
        .exec(txn)
        .await?;
    Ok(withdrawn.rows_affected)
}
