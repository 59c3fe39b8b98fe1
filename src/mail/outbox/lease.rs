//! Leasing due mails, keeping the lease while they are sent, and writing their outcome.
//!
//! A lease reserves a row for one process until an instant. Its epoch rises with every claim, and every later write
//! names the epoch. A process whose lease has lapsed can therefore no longer write (fencing).
//!
//! Leases use the injected clock, not the database's (ADR 9): `ops::same_time` refuses to start a process, and to
//! sweep, if the clock differs from the database's by more than some seconds. At worst a mail is sent twice with one
//! Message-ID; none is lost, and the epoch still decides whose outcome is written.

use super::{Class, ENDS, TakenBack, WAITING, retention};
use crate::db::{Db, StoreError, Txn, exactly_one};
use crate::mail::kind::Facts;
use crate::mail::transport::{Delivery, Envelope};
use crate::settings;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{MailId, PersonId};
use entity::kinds::NotificationState;
use entity::{Instant, outbox_mail};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, LockBehavior, LockType, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

/// Time for which a claim holds unless it is renewed.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Attempts after which a mail is *dead* and an operator has to look; they take one and a half to three days.
const ATTEMPTS: i32 = 20;
/// Crashes during its sending after which a mail is given up as their cause.
const CRASHES: i32 = 3;
/// Shortest wait before repeating a mail that the relay may have, so that the relay's own copy arrives first.
const UNKNOWN_WAIT: TimeDelta = TimeDelta::minutes(15);
/// Wait before looking again at a mail whose turn has not come.
const NEXT_LOOK: TimeDelta = TimeDelta::seconds(30);
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(6);
/// Longest text of a relay's answer, in characters, the length of the column; a longer one is cut.
const TEXT_CHARACTERS: usize = 1000;

/// A mail that this process may send until the lease ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub lease: Lease,
    pub envelope: Envelope,
}

/// Right to write a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub id: MailId,
    pub epoch: i64,
    /// This one included.
    pub attempts: i32,
    pub crash_count: i32,
}

/// Outcome of one attempt. `text` may contain an address and is for the secretariat only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// Not sent; another attempt may help.
    Failed {
        class: Class,
        text: String,
    },
    /// Not sent; another attempt would not help.
    Refused {
        class: Class,
        text: String,
    },
    /// The relay may have it.
    Unknown {
        class: Class,
        text: String,
    },
    /// The attempt ended in a panic.
    Crashed {
        text: String,
    },
    /// Withdrawn before it was sent.
    TakenBack(TakenBack),
    /// Another mail has to leave first, so no attempt was made.
    NotYet,
}

impl Outcome {
    /// Returns whether the relay may have the mail.
    fn leaves_doubt(&self) -> bool {
        matches!(self, Self::Unknown { .. } | Self::Crashed { .. })
    }

    /// Returns the reason for it; `None` if the mail was sent or not tried.
    pub const fn class(&self) -> Option<Class> {
        match self {
            Self::Sent | Self::NotYet => None,
            Self::Failed { class, .. } | Self::Refused { class, .. } | Self::Unknown { class, .. } => Some(*class),
            Self::Crashed { .. } => Some(Class::Crash),
            Self::TakenBack(why) => Some(Class::TakenBack(*why)),
        }
    }

    /// Returns the relay's answer, or the error.
    fn text(&self) -> Option<&str> {
        match self {
            Self::Sent | Self::NotYet | Self::TakenBack(_) => None,
            Self::Failed { text, .. }
            | Self::Refused { text, .. }
            | Self::Unknown { text, .. }
            | Self::Crashed { text } => Some(text),
        }
    }
}

impl From<Delivery> for Outcome {
    fn from(delivery: Delivery) -> Self {
        match delivery {
            Delivery::Sent { .. } => Self::Sent,
            Delivery::NotSent { retry: true, class, text } => Self::Failed { class: class.into(), text },
            Delivery::NotSent { retry: false, class, text } => Self::Refused { class: class.into(), text },
            Delivery::Unknown { class, text } => Self::Unknown { class: class.into(), text },
        }
    }
}

/// The columns a sender needs, of types that cannot fail to load, so that a broken row does not keep the others from
/// leaving.
#[derive(FromQueryResult)]
struct Leased {
    id: MailId,
    recipient: String,
    envelope_from: String,
    message_id: String,
    payload: Vec<u8>,
    attempts: i32,
    crash_count: i32,
    lease_epoch: i64,
}

impl Leased {
    const COLUMNS: [outbox_mail::Column; 8] = [
        outbox_mail::Column::Id,
        outbox_mail::Column::Recipient,
        outbox_mail::Column::EnvelopeFrom,
        outbox_mail::Column::MessageId,
        outbox_mail::Column::Payload,
        outbox_mail::Column::Attempts,
        outbox_mail::Column::CrashCount,
        outbox_mail::Column::LeaseEpoch,
    ];
}

/// Queues of a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// All mails.
    All,
    /// The mails for which the reader waits in front of a screen.
    Awaited,
}

/// Leases at most `limit` due mails of all kinds: see [`claim_of`].
pub async fn claim(db: &Db, now: DateTime<Utc>, owner: &str, limit: u64) -> Result<Vec<Claimed>, StoreError> {
    claim_of(Queue::All, db, now, owner, limit).await
}

/// Leases at most `limit` due mails of a queue, the longest due first; none while sending is paused.
///
/// A farewell has to be the last mail to its address, so it is not leased while another mail to that address waits or
/// is being sent.
///
/// One short transaction: the write lock on `SQLite`, `FOR UPDATE SKIP LOCKED` on `PostgreSQL`, so that replicas do not
/// wait for each other. Nothing is sent inside it.
pub async fn claim_of(
    queue: Queue,
    db: &Db,
    now: DateTime<Utc>,
    owner: &str,
    limit: u64,
) -> Result<Vec<Claimed>, StoreError> {
    // This check takes no lock; the lock is only worth taking if there is a due mail.
    if limit == 0 || !is_anything_due(queue, db.reader(), now).await? {
        return Ok(Vec::new());
    }
    let txn = db.begin_beside().await?;
    let head = head_of(queue, now, limit).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let ids: Vec<MailId> = head.into_tuple().all(&txn).await?;
    let mut claimed = lease_rows(&txn, &ids, now, owner).await?;
    txn.commit().await?;
    claimed.sort_by_key(|one| ids.iter().position(|id| *id == one.lease.id));
    Ok(claimed)
}

/// Marks the rows as leased and returns them with their new epochs.
async fn lease_rows(txn: &Txn, ids: &[MailId], now: DateTime<Utc>, owner: &str) -> Result<Vec<Claimed>, StoreError> {
    let mut update = outbox_mail::Entity::update_many()
        .col_expr(outbox_mail::Column::State, Expr::value(NotificationState::Leased))
        .col_expr(outbox_mail::Column::LeaseOwner, Expr::value(owner))
        .col_expr(outbox_mail::Column::LeaseEpoch, Expr::col(outbox_mail::Column::LeaseEpoch).add(1_i64))
        .col_expr(outbox_mail::Column::LeaseUntil, Expr::value(Instant::from(now + LEASE)))
        .col_expr(outbox_mail::Column::Attempts, Expr::col(outbox_mail::Column::Attempts).add(1))
        .col_expr(outbox_mail::Column::UpdatedAt, Expr::value(Instant::from(now)))
        .filter(outbox_mail::Column::Id.is_in(ids.iter().copied()));
    QueryTrait::query(&mut update).returning(Query::returning().columns(Leased::COLUMNS));
    let rows = Leased::find_by_statement(QueryTrait::build(&update, txn.get_database_backend())).all(txn).await?;
    Ok(rows.into_iter().map(Claimed::from).collect())
}

async fn is_anything_due(
    queue: Queue,
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let first: Option<MailId> = head_of(queue, now, 1).into_tuple().one(connection).await?;
    Ok(first.is_some())
}

/// Returns the due time of the longest due mail; `None` if none is due or sending is paused.
pub async fn oldest_due(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let first = head_of(Queue::All, now, 1).column(outbox_mail::Column::DueAt);
    let first: Option<(MailId, Instant)> = first.into_tuple().one(connection).await?;
    Ok(first.map(|(_, due_at)| due_at.0))
}

/// Selects the ids of the first mails of a queue; none while sending is paused. Ids only, because sorting rows with their bytes costs more than the
/// sending.
fn head_of(queue: Queue, now: DateTime<Utc>, limit: u64) -> Select<outbox_mail::Entity> {
    let due = outbox_mail::Entity::find().select_only().column(outbox_mail::Column::Id).filter(is_due(now));
    let queued = match queue {
        Queue::All => due,
        // Written exactly as in the partial index, which is not used otherwise: see `is_waiting`.
        Queue::Awaited => due.filter(outbox_mail::Column::IsAwaited.into_expr()),
    };
    queued.order_by_asc(outbox_mail::Column::DueAt).order_by_asc(outbox_mail::Column::Id).limit(limit)
}

impl From<Leased> for Claimed {
    fn from(row: Leased) -> Self {
        let Leased { id, recipient, envelope_from, message_id, payload, attempts, crash_count, lease_epoch } = row;
        Self {
            lease: Lease { id, epoch: lease_epoch, attempts, crash_count },
            envelope: Envelope { from: envelope_from, to: recipient, message_id, bytes: payload },
        }
    }
}

/// Condition of a mail that may be leased now.
fn is_due(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(Expr::exists(settings::sending_pause()).not())
        .add(is_waiting())
        .add(outbox_mail::Column::DueAt.lte(Instant::from(now)))
        .add(has_not_expired(outbox_mail::Column::ExpiresAt.into_expr(), now))
        .add(outbox_mail::Column::IsFarewell.into_expr().not().or(Expr::exists(anything_before_farewell(now)).not()))
}

/// Condition of a mail that is neither being sent nor ended. It must match the predicate of the partial index literally
/// (no bind parameters), because otherwise the index is not used and the query reads the whole queue.
fn is_waiting() -> Expr {
    let literal = |state: NotificationState| Expr::Constant(state.as_str().into());
    let elsewhere = std::iter::once(NotificationState::Leased).chain(ENDS).map(literal);
    outbox_mail::Column::State.into_expr().is_not_in(elsewhere)
}

fn has_not_expired(expires_at: Expr, now: DateTime<Utc>) -> Expr {
    expires_at.clone().is_null().or(expires_at.gt(Instant::from(now)))
}

/// Selects other mails to the address of a farewell that wait or are being sent. Expired mails that only wait for the
/// sweep do not count, and two farewells do not wait for each other.
fn anything_before_farewell(now: DateTime<Utc>) -> SelectStatement {
    let other = Alias::new("other");
    let of = |column: outbox_mail::Column| Expr::col((other.clone(), column));
    let waits =
        of(outbox_mail::Column::State).is_in(WAITING).and(has_not_expired(of(outbox_mail::Column::ExpiresAt), now));
    Query::select()
        .expr(Expr::Constant(1.into()))
        .from_as(outbox_mail::Entity, other.clone())
        .and_where(of(outbox_mail::Column::Recipient).equals((outbox_mail::Entity, outbox_mail::Column::Recipient)))
        .and_where(of(outbox_mail::Column::IsFarewell).not())
        .and_where(waits.or(of(outbox_mail::Column::State).eq(NotificationState::Leased)))
        .to_owned()
}

/// Extends the lease by another [`LEASE`]; [`StoreError::Stale`] means that it belongs to another process and the
/// attempt must stop.
pub async fn renew(db: &Db, lease: &Lease, now: DateTime<Utc>) -> Result<(), StoreError> {
    let txn = db.begin_beside().await?;
    let renewed = outbox_mail::Entity::update_many()
        .col_expr(outbox_mail::Column::LeaseUntil, Expr::value(Instant::from(now + LEASE)))
        .filter(is_held(lease))
        .exec(&txn)
        .await?;
    exactly_one(renewed.rows_affected)?;
    txn.commit().await
}

/// Writes the outcome of an attempt; [`StoreError::Stale`] means that another process holds the mail and nothing was
/// written. `fraction` in `0.0..1.0` spreads the next attempts of mails that failed together.
pub async fn finish(
    txn: &Txn,
    lease: &Lease,
    outcome: &Outcome,
    now: DateTime<Utc>,
    fraction: f64,
) -> Result<NotificationState, StoreError> {
    let next = next(lease, outcome, fraction);
    let mut update = outbox_mail::Entity::update_many()
        .col_expr(outbox_mail::Column::State, Expr::value(next.state))
        .col_expr(outbox_mail::Column::Attempts, Expr::value(next.attempts))
        .col_expr(outbox_mail::Column::CrashCount, Expr::value(next.crash_count))
        .col_expr(outbox_mail::Column::LeaseOwner, Expr::value(None::<String>))
        .col_expr(outbox_mail::Column::LeaseUntil, Expr::value(None::<i64>))
        .col_expr(outbox_mail::Column::LastClass, Expr::value(next.class.map(Class::as_str)))
        .col_expr(outbox_mail::Column::LastText, Expr::value(next.text))
        .col_expr(outbox_mail::Column::UpdatedAt, Expr::value(Instant::from(now)));
    if let Some(wait) = next.wait {
        update = update.col_expr(outbox_mail::Column::DueAt, Expr::value(Instant::from(now + wait)));
    }
    if next.state == NotificationState::Sent {
        update = update.col_expr(outbox_mail::Column::SentAt, Expr::value(Instant::from(now)));
    }
    if outcome.leaves_doubt() {
        update = update.col_expr(outbox_mail::Column::MayHaveLeft, Expr::value(true));
    }
    if ENDS.contains(&next.state) {
        update = update.col_expr(outbox_mail::Column::Payload, retention::words_after_the_end());
    }
    let finished = update.filter(is_held(lease)).exec(txn).await?;
    exactly_one(finished.rows_affected)?;
    Ok(next.state)
}

/// Reads the facts of a mail for the check before it is sent.
pub async fn facts(connection: &impl ConnectionTrait, id: MailId) -> Result<Option<Facts>, StoreError> {
    Ok(outbox_mail::Entity::find_by_id(id)
        .select_only()
        .columns([
            outbox_mail::Column::Id,
            outbox_mail::Column::Kind,
            outbox_mail::Column::SubjectKind,
            outbox_mail::Column::SubjectId,
            outbox_mail::Column::AboutVersion,
            outbox_mail::Column::AboutDay,
            outbox_mail::Column::PersonId,
            outbox_mail::Column::DesignationId,
            outbox_mail::Column::Recipient,
            outbox_mail::Column::IsFarewell,
        ])
        .into_model()
        .one(connection)
        .await?)
}

/// Returns the person of the mail, if it has one, and the address to which it was promised.
pub async fn addressee(txn: &Txn, lease: &Lease) -> Result<Option<(Option<PersonId>, String)>, StoreError> {
    Ok(outbox_mail::Entity::find_by_id(lease.id)
        .select_only()
        .columns([outbox_mail::Column::PersonId, outbox_mail::Column::Recipient])
        .into_tuple()
        .one(txn)
        .await?)
}

fn is_held(lease: &Lease) -> Condition {
    Condition::all()
        .add(outbox_mail::Column::Id.eq(lease.id))
        .add(outbox_mail::Column::LeaseEpoch.eq(lease.epoch))
        .add(outbox_mail::Column::State.eq(NotificationState::Leased))
}

/// State of a mail after an attempt.
struct Next<'a> {
    state: NotificationState,
    wait: Option<TimeDelta>,
    attempts: i32,
    crash_count: i32,
    class: Option<Class>,
    text: Option<&'a str>,
}

/// Applies the rule of retries: pure.
fn next<'a>(lease: &Lease, outcome: &'a Outcome, fraction: f64) -> Next<'a> {
    let is_last = lease.attempts >= ATTEMPTS;
    let again = |state, wait| if is_last { (NotificationState::Dead, None) } else { (state, Some(wait)) };
    let wait = backoff(lease.attempts, fraction);
    let mut attempts = lease.attempts;
    let mut crash_count = lease.crash_count;
    let (state, wait) = match outcome {
        Outcome::Sent => (NotificationState::Sent, None),
        Outcome::Refused { .. } => (NotificationState::Dead, None),
        Outcome::Failed { .. } => again(NotificationState::Failed, wait),
        Outcome::Unknown { .. } => again(NotificationState::Unknown, wait.max(UNKNOWN_WAIT)),
        Outcome::Crashed { .. } => {
            crash_count += 1;
            if crash_count >= CRASHES {
                (NotificationState::Dead, None)
            } else {
                again(NotificationState::Unknown, wait.max(UNKNOWN_WAIT))
            }
        }
        Outcome::TakenBack(_) => (NotificationState::Cancelled, None),
        Outcome::NotYet => {
            attempts -= 1;
            (NotificationState::Pending, Some(NEXT_LOOK))
        }
    };
    Next { state, wait, attempts, crash_count, class: outcome.class(), text: outcome.text().map(cut) }
}

/// Returns the wait after an attempt: 30 s · 2^attempts, at most six hours, minus a random part of up to half, so that
/// mails that failed together are not retried together.
fn backoff(attempts: i32, fraction: f64) -> TimeDelta {
    let doublings = attempts.clamp(0, 20);
    let full = FIRST_WAIT.checked_mul(1 << doublings).map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT));
    #[expect(clippy::cast_possible_truncation, reason = "at most six hours in milliseconds")]
    #[expect(clippy::cast_precision_loss, reason = "at most six hours in milliseconds")]
    let share = (full.num_milliseconds() as f64 * (0.5 + fraction.clamp(0.0, 1.0) / 2.0)) as i64;
    TimeDelta::milliseconds(share)
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(TEXT_CHARACTERS).map_or(text, |(end, _)| &text[..end])
}

/// Result of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Mails of ended processes, back in the queue.
    pub rescued: u64,
    /// Mails that were being sent in three crashes.
    pub poisoned: u64,
    /// Mails past their expiry.
    pub expired: u64,
}

/// Returns mails of ended processes to the queue, gives up mails that seem to cause crashes, and expires mails past
/// their end. Updates sets and never single rows, so that a broken row does not keep the others waiting.
pub async fn sweep(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Swept, StoreError> {
    let lapsed = || {
        Condition::all()
            .add(outbox_mail::Column::State.eq(NotificationState::Leased))
            .add(outbox_mail::Column::LeaseUntil.lt(Instant::from(now)))
    };
    let give_back = |state| {
        outbox_mail::Entity::update_many()
            .col_expr(outbox_mail::Column::State, Expr::value(state))
            .col_expr(outbox_mail::Column::CrashCount, Expr::col(outbox_mail::Column::CrashCount).add(1))
            .col_expr(outbox_mail::Column::MayHaveLeft, Expr::value(true))
            .col_expr(outbox_mail::Column::LeaseOwner, Expr::value(None::<String>))
            .col_expr(outbox_mail::Column::LeaseUntil, Expr::value(None::<i64>))
            .col_expr(outbox_mail::Column::UpdatedAt, Expr::value(Instant::from(now)))
    };
    let poisoned = give_back(NotificationState::Dead)
        .col_expr(outbox_mail::Column::Payload, retention::words_after_the_end())
        .col_expr(outbox_mail::Column::LastClass, Expr::value(Class::Poison.as_str()))
        .filter(lapsed())
        .filter(outbox_mail::Column::CrashCount.gte(CRASHES - 1))
        .exec(txn)
        .await?
        .rows_affected;
    let rescued = give_back(NotificationState::Pending).filter(lapsed()).exec(txn).await?.rows_affected;
    let expired = outbox_mail::Entity::update_many()
        .col_expr(outbox_mail::Column::State, Expr::value(NotificationState::Expired))
        .col_expr(outbox_mail::Column::Payload, retention::words_after_the_end())
        .col_expr(outbox_mail::Column::UpdatedAt, Expr::value(Instant::from(now)))
        .filter(outbox_mail::Column::State.is_in(WAITING))
        .filter(outbox_mail::Column::ExpiresAt.lte(Instant::from(now)))
        .exec(txn)
        .await?
        .rows_affected;
    Ok(Swept { rescued, poisoned, expired })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::plan_of;
    use crate::mail::transport::FailureClass;
    use proptest::prelude::*;

    /// Claiming holds the write lock, so it must not take longer when more mails wait.
    #[tokio::test]
    async fn the_head_of_the_queue_is_found_without_looking_at_the_queue() {
        for (queue, index) in
            [(Queue::All, "ix_outbox_mail_waiting (due_at<?)"), (Queue::Awaited, "ix_outbox_mail_awaited (due_at<?)")]
        {
            let steps = plan_of(&head_of(queue, DateTime::UNIX_EPOCH, 4)).await;
            for expected in [index, "other USING INDEX ix_outbox_mail_recipient"] {
                assert!(steps.iter().any(|step| step.contains(expected)), "{expected}: {steps:#?}");
            }
            assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{steps:#?}");
        }
    }

    fn lease(attempts: i32, crash_count: i32) -> Lease {
        Lease { id: MailId(uuid::Uuid::nil()), epoch: 1, attempts, crash_count }
    }

    fn state_after(lease: Lease, outcome: Outcome) -> (NotificationState, Option<TimeDelta>) {
        let next = next(&lease, &outcome, 0.0);
        (next.state, next.wait)
    }

    fn failed() -> Outcome {
        Outcome::Failed { class: FailureClass::Connect.into(), text: String::new() }
    }

    fn unknown() -> Outcome {
        Outcome::Unknown { class: FailureClass::FinalReply.into(), text: String::new() }
    }

    #[test]
    fn a_refusal_for_good_is_not_repeated() {
        let refused = Outcome::Refused { class: FailureClass::Recipient.into(), text: String::new() };
        assert_eq!(state_after(lease(1, 0), refused), (NotificationState::Dead, None));
    }

    #[test]
    fn a_failure_waits_and_the_twentieth_is_the_last() {
        assert_eq!(state_after(lease(1, 0), failed()), (NotificationState::Failed, Some(TimeDelta::seconds(30))));
        assert_eq!(state_after(lease(19, 0), failed()).0, NotificationState::Failed);
        assert_eq!(state_after(lease(20, 0), failed()), (NotificationState::Dead, None));
    }

    #[test]
    fn twenty_attempts_take_between_one_and_a_half_and_three_days() {
        let total = |fraction| (1..20).map(|attempts| backoff(attempts, fraction)).sum::<TimeDelta>();
        assert!(total(0.0) > TimeDelta::hours(30), "{}", total(0.0));
        assert!(total(1.0) < TimeDelta::hours(72), "{}", total(1.0));
    }

    #[test]
    fn a_mail_that_may_have_arrived_waits_at_least_a_quarter_of_an_hour() {
        assert_eq!(state_after(lease(1, 0), unknown()), (NotificationState::Unknown, Some(UNKNOWN_WAIT)));
        assert_eq!(state_after(lease(12, 0), unknown()).1, Some(TimeDelta::hours(3)));
    }

    #[test]
    fn a_postponed_mail_loses_no_attempt() {
        let next = next(&lease(20, 1), &Outcome::NotYet, 0.0);
        assert_eq!((next.state, next.wait), (NotificationState::Pending, Some(NEXT_LOOK)));
        assert_eq!((next.attempts, next.crash_count), (19, 1));
    }

    #[test]
    fn the_third_crash_is_the_last() {
        let crash = || Outcome::Crashed { text: "panic".into() };
        assert_eq!(state_after(lease(1, 1), crash()).0, NotificationState::Unknown);
        assert_eq!(state_after(lease(1, 2), crash()).0, NotificationState::Dead);
    }

    proptest! {
        #[test]
        fn the_wait_never_leaves_its_bounds(attempts in 1..40, fraction in 0.0..1.0f64) {
            let wait = backoff(attempts, fraction);
            prop_assert!(wait >= FIRST_WAIT / 2 && wait <= LONGEST_WAIT);
        }

        #[test]
        fn a_long_answer_is_cut_between_characters(text in "[a-zè€]{0,1500}") {
            prop_assert_eq!(cut(&text).chars().count(), text.chars().count().min(TEXT_CHARACTERS));
        }
    }
}
