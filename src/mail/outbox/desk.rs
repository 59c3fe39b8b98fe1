//! The mail log: mails with their states, and the actions of the secretariat and operators on them.

use super::{TakenBack, WAITING, retention};
use crate::audit::{self, Event};
use crate::ctx::Ctx;
use crate::db::{Txn, containing, exactly_one};
use crate::error::{Error, Result};
use crate::lifecycle::WrongTransition;
use crate::mail::outbox::verb::Verb;
use crate::mail::policy::{self, Action};
use crate::time::zone::start_of_day;
use crate::{settings, typed};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{MailId, PersonId};
use entity::kinds::NotificationState;
use entity::{Instant, outbox_mail};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

/// Longest reason for pausing, in characters; a longer one is refused.
const REASON_CHARACTERS: usize = 500;

/// Filter of the list; an absent value does not filter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub state: Option<NotificationState>,
    pub kind: Option<String>,
    /// Id of the mails' subject.
    pub subject_id: Option<String>,
    pub person_id: Option<PersonId>,
    /// Part of the address of the recipient, in lower case.
    pub recipient: Option<String>,
    /// Part of the subject line, in either case.
    pub text: Option<String>,
    /// First and last day on which the mail was prepared, in Italy.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// One line of the list. Personal data: recipient.
#[derive(Clone, Debug, FromQueryResult)]
pub struct LogLine {
    pub id: MailId,
    pub kind: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub person_id: Option<PersonId>,
    pub recipient: String,
    pub subject: String,
    pub state: NotificationState,
    pub attempts: i32,
    pub due_at: Instant,
    pub expires_at: Option<Instant>,
    pub sent_at: Option<Instant>,
    pub last_class: Option<String>,
    pub last_text: Option<String>,
    pub may_have_left: bool,
    pub is_written_anew: bool,
    pub created_at: Instant,
}

/// One mail with its text.
#[derive(Clone, Debug)]
pub struct Detail {
    pub line: LogLine,
    pub message_id: String,
    /// The plain part with its keys masked, unless retention has removed it.
    pub text: Option<String>,
    /// The message as it is sent, for saving as `.eml`; empty after retention has removed it.
    pub bytes: Vec<u8>,
}

/// Numbers of mails by state, and the due time of the longest waiting one.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// States with at least one mail.
    pub states: Vec<(NotificationState, i64)>,
    pub oldest_due: Option<DateTime<Utc>>,
}

/// Returns the mails, newest first, starting after `before`.
pub async fn list(ctx: &Ctx, filter: &Filter, before: Option<MailId>, limit: u64) -> Result<Vec<LogLine>> {
    demand_right(ctx)?;
    let mut query = outbox_mail::Entity::find();
    if let Some(state) = filter.state {
        query = query.filter(outbox_mail::Column::State.eq(state));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(outbox_mail::Column::Kind.eq(kind));
    }
    if let Some(subject) = &filter.subject_id {
        query = query.filter(outbox_mail::Column::SubjectId.eq(subject));
    }
    if let Some(person) = filter.person_id {
        query = query.filter(outbox_mail::Column::PersonId.eq(person));
    }
    if let Some(recipient) = &filter.recipient {
        query = query.filter(outbox_mail::Column::Recipient.into_expr().like(containing(recipient)));
    }
    if let Some(text) = &filter.text {
        let subject = Func::lower(outbox_mail::Column::Subject.into_expr());
        query = query.filter(Expr::expr(subject).like(containing(&text.to_lowercase())));
    }
    if let Some(from) = filter.from {
        query = query.filter(outbox_mail::Column::CreatedAt.gte(Instant::from(start_of_day(from))));
    }
    if let Some(after) = filter.to.and_then(|last| last.succ_opt()) {
        query = query.filter(outbox_mail::Column::CreatedAt.lt(Instant::from(start_of_day(after))));
    }
    if let Some(before) = before {
        query = query.filter(outbox_mail::Column::Id.lt(before));
    }
    let lines = query
        .select_only()
        .columns(LINE)
        .order_by_desc(outbox_mail::Column::Id)
        .limit(limit)
        .into_model()
        .all(ctx.reader())
        .await?;
    Ok(lines)
}

/// Returns one mail in full.
pub async fn show(ctx: &Ctx, id: MailId) -> Result<Detail> {
    demand_right(ctx)?;
    find(ctx.reader(), id).await
}

async fn find(db: &impl ConnectionTrait, id: MailId) -> Result<Detail> {
    Ok(outbox_mail::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?.into())
}

impl From<outbox_mail::Model> for Detail {
    fn from(row: outbox_mail::Model) -> Self {
        Self {
            text: row.words,
            bytes: row.payload,
            message_id: row.message_id,
            line: LogLine {
                id: row.id,
                kind: row.kind,
                subject_kind: row.subject_kind,
                subject_id: row.subject_id,
                person_id: row.person_id,
                recipient: row.recipient,
                subject: row.subject,
                state: row.state,
                attempts: row.attempts,
                due_at: row.due_at,
                expires_at: row.expires_at,
                sent_at: row.sent_at,
                last_class: row.last_class,
                last_text: row.last_text,
                may_have_left: row.may_have_left,
                is_written_anew: row.is_written_anew,
                created_at: row.created_at,
            },
        }
    }
}

/// Ways to send a mail again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    /// The same message.
    AsItIs,
    /// A new message by the slice that wrote the first, because the text is no longer kept.
    WrittenAnew,
}

impl Detail {
    /// Returns whether the mail can be sent again. Mails that are being sent, sent or withdrawn cannot; expired or
    /// unbuilt ones only if a new mail is written in their place. A mail that may have arrived is not written anew,
    /// because its recipient would get it twice.
    pub fn may_be_retried(&self, now: DateTime<Utc>) -> bool {
        self.again(now).is_some()
    }

    /// Returns whether the mail can be withdrawn: it waits or was given up.
    pub fn may_be_cancelled(&self) -> bool {
        self.line.state == NotificationState::Dead || WAITING.contains(&self.line.state)
    }

    /// Makes the refusal of an act that its present state does not allow.
    fn wrong(&self, now: DateTime<Utc>) -> WrongTransition {
        let acts = [(Verb::Retry, self.may_be_retried(now)), (Verb::Cancel, self.may_be_cancelled())];
        let allowed = acts.into_iter().filter(|(_, is_possible)| *is_possible).map(|(act, _)| act.as_str()).collect();
        WrongTransition { state: self.line.state.to_string(), allowed }
    }

    fn again(&self, now: DateTime<Utc>) -> Option<Again> {
        let LogLine { state, expires_at, .. } = self.line;
        let is_dead = state == NotificationState::Dead;
        let is_past = expires_at.is_some_and(|end| end.0 <= now);
        if self.bytes.is_empty() {
            let has_successor = self.line.is_written_anew && !self.line.may_have_left;
            return (is_dead && has_successor).then_some(Again::WrittenAnew);
        }
        ((is_dead || WAITING.contains(&state)) && !is_past).then_some(Again::AsItIs)
    }
}

/// Puts a mail back into the queue, due now, with its attempts counted anew. A reminder that was given up is withdrawn
/// instead, and its ladder writes another within a minute if its obligation still stands. Refused unless
/// [`Detail::may_be_retried`].
pub async fn retry(ctx: &Ctx, txn: &Txn, id: MailId) -> Result<()> {
    demand_change(ctx)?;
    let mail = find(txn, id).await?;
    let now = Instant::from(ctx.now());
    let update = match mail.again(ctx.now()) {
        Some(Again::AsItIs) => outbox_mail::Entity::update_many()
            .col_expr(outbox_mail::Column::State, Expr::value(NotificationState::Pending))
            .col_expr(outbox_mail::Column::DueAt, Expr::value(now))
            .col_expr(outbox_mail::Column::Attempts, Expr::value(0))
            .col_expr(outbox_mail::Column::CrashCount, Expr::value(0)),
        Some(Again::WrittenAnew) => outbox_mail::Entity::update_many()
            .col_expr(outbox_mail::Column::State, Expr::value(NotificationState::Cancelled))
            .col_expr(outbox_mail::Column::LastClass, Expr::value(TakenBack::WrittenAnew.as_str())),
        None => return Err(mail.wrong(ctx.now()).into()),
    };
    let updated = update
        .col_expr(outbox_mail::Column::UpdatedAt, Expr::value(now))
        .filter(outbox_mail::Column::Id.eq(id))
        .filter(outbox_mail::Column::State.eq(mail.line.state))
        .exec(txn)
        .await?;
    exactly_one(updated.rows_affected)?;
    trace(ctx, txn, Verb::Retry, ("mail", id.to_string())).await
}

/// Withdraws a mail that waits or was given up, so that it is never sent. Refused for a mail that is being sent, sent,
/// withdrawn or expired.
pub async fn cancel(ctx: &Ctx, txn: &Txn, id: MailId) -> Result<()> {
    demand_change(ctx)?;
    let mail = find(txn, id).await?;
    if !mail.may_be_cancelled() {
        return Err(mail.wrong(ctx.now()).into());
    }
    let updated = outbox_mail::Entity::update_many()
        .col_expr(outbox_mail::Column::State, Expr::value(NotificationState::Cancelled))
        .col_expr(outbox_mail::Column::Payload, retention::words_after_the_end())
        .col_expr(outbox_mail::Column::LastClass, Expr::value(TakenBack::ByHand.as_str()))
        .col_expr(outbox_mail::Column::UpdatedAt, Expr::value(Instant::from(ctx.now())))
        .filter(outbox_mail::Column::Id.eq(id))
        .filter(outbox_mail::Column::State.eq(mail.line.state))
        .exec(txn)
        .await?;
    exactly_one(updated.rows_affected)?;
    trace(ctx, txn, Verb::Cancel, ("mail", id.to_string())).await
}

/// Returns every kind of mail in the outbox, in alphabetical order.
pub async fn kinds(ctx: &Ctx) -> Result<Vec<String>> {
    demand_right(ctx)?;
    let kinds = outbox_mail::Entity::find()
        .select_only()
        .column(outbox_mail::Column::Kind)
        .distinct()
        .order_by_asc(outbox_mail::Column::Kind)
        .into_tuple()
        .all(ctx.reader())
        .await?;
    Ok(kinds)
}

/// Returns the reason why sending is paused, if it is.
pub async fn paused_because(ctx: &Ctx) -> Result<Option<String>> {
    demand_right(ctx)?;
    Ok(settings::get(ctx.reader(), settings::SENDING_PAUSED).await?)
}

/// Pauses sending; mails are still promised and wait. `reason` is shown to everyone who finds mails waiting. Errors:
/// `reason_missing`, `too_long`.
pub async fn pause(ctx: &Ctx, txn: &Txn, reason: &str) -> Result<()> {
    demand_change(ctx)?;
    let reason = typed::reason("reason", reason, REASON_CHARACTERS)?;
    settings::set(txn, settings::SENDING_PAUSED, &reason, ctx.now()).await?;
    trace(ctx, txn, Verb::Pause, ("setting", settings::SENDING_PAUSED.to_owned())).await
}

/// Resumes sending.
pub async fn resume(ctx: &Ctx, txn: &Txn) -> Result<()> {
    demand_change(ctx)?;
    settings::clear(txn, settings::SENDING_PAUSED).await?;
    trace(ctx, txn, Verb::Resume, ("setting", settings::SENDING_PAUSED.to_owned())).await
}

/// Returns the state of the outbox for the status page and the metrics, without personal data.
pub async fn load(connection: &impl ConnectionTrait) -> Result<Load> {
    let states = outbox_mail::Entity::find()
        .select_only()
        .column(outbox_mail::Column::State)
        .column_as(outbox_mail::Column::Id.count(), "how_many")
        .group_by(outbox_mail::Column::State)
        .order_by_asc(outbox_mail::Column::State)
        .into_tuple()
        .all(connection)
        .await?;
    let oldest: Option<Option<Instant>> = outbox_mail::Entity::find()
        .select_only()
        .column_as(outbox_mail::Column::DueAt.min(), "oldest")
        .filter(outbox_mail::Column::State.is_in(WAITING))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(Load { states, oldest_due: oldest.flatten().map(|due| due.0) })
}

const LINE: [outbox_mail::Column; 17] = [
    outbox_mail::Column::Id,
    outbox_mail::Column::Kind,
    outbox_mail::Column::SubjectKind,
    outbox_mail::Column::SubjectId,
    outbox_mail::Column::PersonId,
    outbox_mail::Column::Recipient,
    outbox_mail::Column::Subject,
    outbox_mail::Column::State,
    outbox_mail::Column::Attempts,
    outbox_mail::Column::DueAt,
    outbox_mail::Column::ExpiresAt,
    outbox_mail::Column::SentAt,
    outbox_mail::Column::LastClass,
    outbox_mail::Column::LastText,
    outbox_mail::Column::MayHaveLeft,
    outbox_mail::Column::IsWrittenAnew,
    outbox_mail::Column::CreatedAt,
];

fn demand_right(ctx: &Ctx) -> Result<()> {
    ctx.demand(policy::may(&ctx.actor, Action::View))
}

/// Like [`demand_right`], for a change: a read-only key is denied.
fn demand_change(ctx: &Ctx) -> Result<()> {
    ctx.demand(policy::may(&ctx.actor, Action::Steer))
}

async fn trace(ctx: &Ctx, txn: &Txn, verb: Verb, subject: (&'static str, String)) -> Result<()> {
    let details = serde_json::json!({});
    audit::record(ctx, txn, Event::about(verb, subject, details)).await
}
