//! Looking after promises that may have become untrue before they left: relays stand still, sending is paused, and
//! meanwhile what a mail says is done.

use super::{WAITING, retention};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use chrono::{DateTime, Utc};
use entity::ids::{MailId, PersonId};
use entity::kinds::NotificationState;
use entity::{Instant, outbox_mail, person};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationDef,
};
use std::ops::Range;

/// Why a mail was taken back: its `last_class` from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenBack {
    /// The designation by which its reader was to be told has ended.
    DesignationEnded,
    /// What it says was done, moved, or given to somebody else meanwhile.
    Untrue,
    /// Somebody at the desk withdrew it.
    ByHand,
    /// Somebody at the desk wanted it sent again when its words were no longer kept: another takes its place.
    WrittenAnew,
}

impl TakenBack {
    pub const ALL: &'static [Self] = &[Self::DesignationEnded, Self::Untrue, Self::ByHand, Self::WrittenAnew];

    /// The name in the database; never changed once released.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DesignationEnded => "designation_ended",
            Self::Untrue => "untrue",
            Self::ByHand => "by_hand",
            Self::WrittenAnew => "written_anew",
        }
    }
}

/// How one promise stands.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Promised {
    pub id: MailId,
    pub person_id: Option<PersonId>,
    pub subject_id: String,
    pub dedupe_key: String,
    pub state: NotificationState,
    /// The address it was promised to.
    recipient: String,
    last_class: Option<String>,
    may_have_left: bool,
}

impl Promised {
    /// Whether it can still be taken back.
    pub fn is_waiting(&self) -> bool {
        WAITING.contains(&self.state)
    }

    /// Whether it was taken back, or its time ran out, and it certainly never left: its reader was not told.
    pub fn was_withdrawn(&self) -> bool {
        matches!(self.state, NotificationState::Cancelled | NotificationState::Expired) && !self.may_have_left
    }

    /// Whether what it says is still to be told: its reader was not told, and nobody at the desk decided that they should not be.
    pub fn is_to_be_told_anew(&self) -> bool {
        self.was_withdrawn() && !self.was_withdrawn_by_hand()
    }

    /// Whether it went, or was to go, to this address.
    pub fn is_to(&self, address: &str) -> bool {
        self.recipient.eq_ignore_ascii_case(address)
    }

    /// Whether what it says is still to be told at the address at which its reader is written to now: they were not told, or were
    /// told at another, which was wrong or is not theirs any more.
    pub fn is_owed_at(&self, address: &str) -> bool {
        self.is_to_be_told_anew() || (!self.is_to(address) && !self.was_withdrawn_by_hand())
    }

    fn was_withdrawn_by_hand(&self) -> bool {
        self.last_class.as_deref() == Some(TakenBack::ByHand.as_str())
    }
}

/// The promises of a kind made in a span of time, its end excluded, in the order in which they were made.
pub async fn promised_within(
    db: &impl ConnectionTrait,
    kind: &str,
    span: Range<DateTime<Utc>>,
) -> Result<Vec<Promised>> {
    Ok(promises()
        .filter(outbox_mail::Column::Kind.eq(kind))
        .filter(outbox_mail::Column::CreatedAt.gte(Instant::from(span.start)))
        .filter(outbox_mail::Column::CreatedAt.lt(Instant::from(span.end)))
        .into_model()
        .all(db)
        .await?)
}

/// How these promises stand.
pub async fn standing(db: &impl ConnectionTrait, ids: &[MailId]) -> Result<Vec<Promised>> {
    Ok(promises().filter(outbox_mail::Column::Id.is_in(ids.iter().copied())).into_model().all(db).await?)
}

/// How the promise made under a key stands, if there is one.
pub async fn standing_under(db: &impl ConnectionTrait, key: &str) -> Result<Option<Promised>> {
    Ok(promises().filter(outbox_mail::Column::DedupeKey.eq(key)).into_model().one(db).await?)
}

/// How the promises made under these keys stand.
pub async fn standing_under_any(db: &impl ConnectionTrait, keys: &[String]) -> Result<Vec<Promised>> {
    Ok(promises().filter(outbox_mail::Column::DedupeKey.is_in(keys)).into_model().all(db).await?)
}

/// The subjects of the mails of a kind promised since an instant to somebody who is written to at another address now.
pub async fn subjects_told_elsewhere(
    db: &impl ConnectionTrait,
    kind: &str,
    since: DateTime<Utc>,
) -> Result<Vec<String>> {
    let to_person: RelationDef = outbox_mail::Entity::belongs_to(person::Entity)
        .from(outbox_mail::Column::PersonId)
        .to(person::Column::Id)
        .into();
    let recipient = Func::lower(outbox_mail::Column::Recipient.into_expr());
    Ok(outbox_mail::Entity::find()
        .select_only()
        .column(outbox_mail::Column::SubjectId)
        .distinct()
        .join(JoinType::InnerJoin, to_person)
        .filter(outbox_mail::Column::Kind.eq(kind))
        .filter(outbox_mail::Column::CreatedAt.gte(Instant::from(since)))
        .filter(Expr::expr(Func::lower(person::Column::Email.into_expr())).ne(Expr::expr(recipient)))
        .into_tuple()
        .all(db)
        .await?)
}

fn promises() -> sea_orm::Select<outbox_mail::Entity> {
    outbox_mail::Entity::find()
        .select_only()
        .columns([
            outbox_mail::Column::Id,
            outbox_mail::Column::PersonId,
            outbox_mail::Column::SubjectId,
            outbox_mail::Column::DedupeKey,
            outbox_mail::Column::State,
            outbox_mail::Column::Recipient,
            outbox_mail::Column::LastClass,
            outbox_mail::Column::MayHaveLeft,
        ])
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
