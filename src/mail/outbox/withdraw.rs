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
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

/// Why a mail was taken back: its `last_class` from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenBack {
    /// The designation by which its reader was to be told has ended.
    DesignationEnded,
    /// What it says was done, moved, or given to somebody else meanwhile.
    Untrue,
    /// Somebody at the desk withdrew it.
    ByHand,
}

impl TakenBack {
    pub const ALL: &'static [Self] = &[Self::DesignationEnded, Self::Untrue, Self::ByHand];

    /// The name in the database; never changed once released.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DesignationEnded => "designation_ended",
            Self::Untrue => "untrue",
            Self::ByHand => "by_hand",
        }
    }
}

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

/// A mail that left, and whom it went to.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Gone {
    pub id: MailId,
    pub person_id: PersonId,
    pub kind: String,
    pub subject_id: String,
    pub sent_at: Instant,
}

/// The mails of these kinds that left for people since an instant, the latest first.
pub async fn gone_since(connection: &impl ConnectionTrait, kinds: &[&str], since: DateTime<Utc>) -> Result<Vec<Gone>> {
    Ok(outbox_mail::Entity::find()
        .select_only()
        .columns([
            outbox_mail::Column::Id,
            outbox_mail::Column::PersonId,
            outbox_mail::Column::Kind,
            outbox_mail::Column::SubjectId,
            outbox_mail::Column::SentAt,
        ])
        .filter(outbox_mail::Column::Kind.is_in(kinds.iter().copied()))
        .filter(outbox_mail::Column::PersonId.is_not_null())
        .filter(outbox_mail::Column::SentAt.gte(Instant::from(since)))
        .order_by_desc(outbox_mail::Column::SentAt)
        .into_model()
        .all(connection)
        .await?)
}

/// Takes back those of these mails that still wait, because what they say is not true any more. One on the wire at this
/// moment cannot be called back.
pub async fn withdraw(ctx: &Ctx, txn: &Txn, ids: &[MailId]) -> Result<u64> {
    let withdrawn = outbox_mail::Entity::update_many()
        .col_expr(outbox_mail::Column::State, Expr::value(NotificationState::Cancelled))
        .col_expr(outbox_mail::Column::Payload, retention::words_after_the_end())
        .col_expr(outbox_mail::Column::LastClass, Expr::value(TakenBack::Untrue.as_str()))
        .col_expr(outbox_mail::Column::UpdatedAt, Expr::value(Instant::from(ctx.now())))
        .filter(outbox_mail::Column::Id.is_in(ids.iter().copied()))
        .filter(outbox_mail::Column::State.is_in(WAITING))
        .exec(txn)
        .await?;
    Ok(withdrawn.rows_affected)
}
