//! Rows of `reminder`, the reminder log.

use super::plan::Key;
use crate::db::{StoreError, exactly_one};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{MailId, PersonId, ReminderId};
use entity::kinds::ReminderOutcome;
use entity::{Instant, reminder};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

type Result<T> = std::result::Result<T, StoreError>;

/// Most ids or rows in one statement, far below the number of parameters that either engine accepts.
const IDS_AT_ONCE: usize = 500;

/// Machine name of the reminder among the kinds of mail.
pub const MAIL_KIND: &str = "reminder";
/// Machine name of a reminder that a person sent.
pub const BY_HAND_KIND: &str = "reminder_by_hand";

/// One rung of one obligation with its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: ReminderId,
    pub key: Key,
    pub rung: i32,
    pub outcome: ReminderOutcome,
    /// Reason for skipping it.
    pub reason: Option<String>,
    /// Person who was reminded.
    pub person_id: Option<PersonId>,
    /// Mail of the reminder.
    pub mail_id: Option<MailId>,
    pub at: DateTime<Utc>,
}

impl TryFrom<reminder::Model> for Entry {
    type Error = StoreError;

    fn try_from(row: reminder::Model) -> Result<Self> {
        let id = row
            .obligation_id
            .parse()
            .map_err(|_| StoreError::inconsistent("reminder", row.id, "obligation_id is no id"))?;
        Ok(Self {
            id: row.id,
            key: Key { kind: row.obligation_kind, id, due_day: row.due_day },
            rung: row.rung,
            outcome: row.outcome,
            reason: row.reason,
            person_id: row.person_id,
            mail_id: row.mail_id,
            at: row.at.0,
        })
    }
}

/// Returns the entries about these obligations.
pub(super) async fn entries_about(db: &impl ConnectionTrait, obligations: &[Uuid]) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for some in obligations.chunks(IDS_AT_ONCE) {
        let rows = reminder::Entity::find()
            .filter(reminder::Column::ObligationId.is_in(some.iter().map(Uuid::to_string)))
            .all(db)
            .await?;
        for row in rows {
            entries.push(Entry::try_from(row)?);
        }
    }
    Ok(entries)
}

/// Returns the entries of these mails.
pub(super) async fn entries_of_mails(db: &impl ConnectionTrait, mails: &[MailId]) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for some in mails.chunks(IDS_AT_ONCE) {
        let rows =
            reminder::Entity::find().filter(reminder::Column::MailId.is_in(some.iter().copied())).all(db).await?;
        for row in rows {
            entries.push(Entry::try_from(row)?);
        }
    }
    Ok(entries)
}

/// Records the first results of rungs, with few statements. If two runs decide the same rung at once, a unique index
/// lets only one of them through.
pub(super) async fn insert(db: &impl ConnectionTrait, entries: &[Entry]) -> Result<()> {
    let row = |entry: &Entry| reminder::ActiveModel {
        id: Set(entry.id),
        obligation_kind: Set(entry.key.kind),
        obligation_id: Set(entry.key.id.to_string()),
        rung: Set(entry.rung),
        person_id: Set(entry.person_id),
        due_day: Set(entry.key.due_day),
        outcome: Set(entry.outcome),
        reason: Set(entry.reason.clone()),
        mail_id: Set(entry.mail_id),
        at: Set(entry.at.into()),
    };
    for some in entries.chunks(IDS_AT_ONCE) {
        reminder::Entity::insert_many(some.iter().map(row)).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Updates the entry of a rung whose mail `withdrawn` certainly never left.
pub(super) async fn follow(db: &impl ConnectionTrait, entry: &Entry, withdrawn: Option<MailId>) -> Result<()> {
    let followed = reminder::Entity::update_many()
        .col_expr(reminder::Column::PersonId, Expr::value(entry.person_id))
        .col_expr(reminder::Column::Outcome, Expr::value(entry.outcome))
        .col_expr(reminder::Column::Reason, Expr::value(entry.reason.clone()))
        .col_expr(reminder::Column::MailId, Expr::value(entry.mail_id))
        .col_expr(reminder::Column::At, Expr::value(Instant::from(entry.at)))
        .filter(reminder::Column::Id.eq(entry.id))
        .filter(Condition::all().add(match withdrawn {
            Some(mail) => reminder::Column::MailId.eq(mail),
            None => reminder::Column::MailId.is_null(),
        }))
        .exec(db)
        .await?;
    exactly_one(followed.rows_affected)
}

/// Filter of the log; an absent value does not filter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub obligation_id: Option<Uuid>,
    pub person_id: Option<PersonId>,
    pub outcome: Option<ReminderOutcome>,
    pub due_from: Option<NaiveDate>,
    pub due_to: Option<NaiveDate>,
}

/// Returns the log, latest entry first.
pub(super) async fn list(
    db: &impl ConnectionTrait,
    filter: &Filter,
    before: Option<ReminderId>,
    limit: u64,
) -> Result<Vec<Entry>> {
    let narrowed = Condition::all()
        .add_option(filter.obligation_id.map(|id| reminder::Column::ObligationId.eq(id.to_string())))
        .add_option(filter.person_id.map(|person| reminder::Column::PersonId.eq(person)))
        .add_option(filter.outcome.map(|outcome| reminder::Column::Outcome.eq(outcome)))
        .add_option(filter.due_from.map(|day| reminder::Column::DueDay.gte(day)))
        .add_option(filter.due_to.map(|day| reminder::Column::DueDay.lte(day)))
        .add_option(before.map(|id| reminder::Column::Id.lt(id)));
    let rows =
        reminder::Entity::find().filter(narrowed).order_by_desc(reminder::Column::Id).limit(limit).all(db).await?;
    rows.into_iter().map(Entry::try_from).collect()
}
