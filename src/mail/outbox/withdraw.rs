//! Withdrawing unsent mails that have become untrue, because a relay was down or sending was paused while the facts
//! changed.

use super::{WAITING, retention};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{MailId, PersonId};
use entity::kinds::NotificationState;
use entity::{Instant, outbox_mail, person};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationDef,
};
use std::ops::Range;

/// Reason for withdrawing a mail; stored as its `last_class`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenBack {
    /// The designation because of which its reader gets it has ended.
    DesignationEnded,
    /// The content is outdated: finished, moved, or assigned to another person.
    Untrue,
    /// A person withdrew it at the desk.
    ByHand,
    /// A person at the desk requested it again after its text had been deleted; a new mail replaces it.
    WrittenAnew,
}

impl TakenBack {
    pub const ALL: &'static [Self] = &[Self::DesignationEnded, Self::Untrue, Self::ByHand, Self::WrittenAnew];

    /// Name in the database; never changed after a release.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DesignationEnded => "designation_ended",
            Self::Untrue => "untrue",
            Self::ByHand => "by_hand",
            Self::WrittenAnew => "written_anew",
        }
    }
}

/// State of one enqueued mail.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Promised {
    pub id: MailId,
    pub person_id: Option<PersonId>,
    pub subject_id: String,
    pub dedupe_key: String,
    pub state: NotificationState,
    /// Day stated in the mail, if its kind has one.
    pub about_day: Option<NaiveDate>,
    /// Address to which it was enqueued.
    pub recipient: String,
    last_class: Option<String>,
    may_have_left: bool,
}

impl Promised {
    /// Tells whether it can still be withdrawn.
    pub fn is_waiting(&self) -> bool {
        WAITING.contains(&self.state)
    }

    /// Tells whether it was withdrawn or expired and was certainly never sent, so that its reader does not know its
    /// content.
    pub fn was_withdrawn(&self) -> bool {
        matches!(self.state, NotificationState::Cancelled | NotificationState::Expired) && !self.may_have_left
    }

    /// Tells whether its content still has to be sent: it was not sent, and no person withdrew it at the desk.
    pub fn is_to_be_told_anew(&self) -> bool {
        self.was_withdrawn() && !self.was_withdrawn_by_hand()
    }

    /// Tells whether it was enqueued to this address.
    pub fn is_to(&self, address: &str) -> bool {
        self.recipient.eq_ignore_ascii_case(address)
    }

    /// Tells whether its content still has to be sent to the reader's present address: it was not sent, or went to
    /// another address that was wrong or has changed.
    pub fn is_owed_at(&self, address: &str) -> bool {
        self.is_to_be_told_anew() || (!self.is_to(address) && !self.was_withdrawn_by_hand())
    }

    fn was_withdrawn_by_hand(&self) -> bool {
        self.last_class.as_deref() == Some(TakenBack::ByHand.as_str())
    }
}

/// Lists the mails of a kind enqueued in a period, its end excluded, in the order of enqueuing.
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

/// Finds the states of these mails.
pub async fn standing(db: &impl ConnectionTrait, ids: &[MailId]) -> Result<Vec<Promised>> {
    Ok(promises().filter(outbox_mail::Column::Id.is_in(ids.iter().copied())).into_model().all(db).await?)
}

/// Finds the state of the mail with this key, if there is one.
pub async fn standing_under(db: &impl ConnectionTrait, key: &str) -> Result<Option<Promised>> {
    Ok(promises().filter(outbox_mail::Column::DedupeKey.eq(key)).into_model().one(db).await?)
}

/// Finds the states of the mails with these keys.
pub async fn standing_under_any(db: &impl ConnectionTrait, keys: &[String]) -> Result<Vec<Promised>> {
    Ok(promises().filter(outbox_mail::Column::DedupeKey.is_in(keys)).into_model().all(db).await?)
}

/// Lists the subjects of the mails of a kind enqueued since an instant to recipients with another address now.
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
            outbox_mail::Column::AboutDay,
            outbox_mail::Column::Recipient,
            outbox_mail::Column::LastClass,
            outbox_mail::Column::MayHaveLeft,
        ])
        .order_by_asc(outbox_mail::Column::Id)
}

/// A sent mail with its recipient.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Gone {
    pub id: MailId,
    pub person_id: PersonId,
    pub subject_id: String,
    pub sent_at: Instant,
}

/// Lists the mails of a kind sent to people since an instant, the latest first.
pub async fn gone_since(connection: &impl ConnectionTrait, kind: &str, since: DateTime<Utc>) -> Result<Vec<Gone>> {
    Ok(outbox_mail::Entity::find()
        .select_only()
        .columns([
            outbox_mail::Column::Id,
            outbox_mail::Column::PersonId,
            outbox_mail::Column::SubjectId,
            outbox_mail::Column::SentAt,
        ])
        .filter(outbox_mail::Column::Kind.eq(kind))
        .filter(outbox_mail::Column::PersonId.is_not_null())
        .filter(outbox_mail::Column::SentAt.gte(Instant::from(since)))
        .order_by_desc(outbox_mail::Column::SentAt)
        .into_model()
        .all(connection)
        .await?)
}

/// Withdraws those of these mails that are unsent, because their content is no longer true. A mail that is being sent
/// cannot be stopped.
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
