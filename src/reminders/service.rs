//! The job that sends reminders, and its log; a reminder by hand is in `service/urge.rs`.

mod urge;

use super::addressee::Roll;
use super::ladder;
use super::mail::meant::{self, Meant};
use super::mail::{self, Issue, Reminder, Urged};
use super::plan::{self, Day, Hours, Key, Mail, Settled, Skip};
use super::policy::{self, Action};
use super::store;
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::due::Obligation;
use crate::each::Failures;
use crate::error::{Error, Result};
use crate::mail::kind::MailKind;
use crate::mail::outbox::withdraw::{self, Promised};
use crate::network::service as network;
use crate::slices::{self, DueUpTo};
use crate::tasks::service as tasks;
use crate::time::{Calendars, zone};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use entity::ids::{MailId, PersonId, ReminderId};
use entity::kinds::{ObligationKind, ReminderOutcome};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

pub use super::store::{Entry, Filter};
pub use urge::{may_urge, urge};

/// Most mails written by one run; the others follow in the next run, a minute later.
const MAILS_AT_ONCE: usize = 100;
/// Most rungs that one run records as skipped; the others follow in the next run.
const SKIPS_AT_ONCE: usize = 1000;
/// Most rungs that one transaction records as skipped, because all other use cases wait for it.
const SKIPS_IN_A_TRANSACTION: usize = 100;

/// Result of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub mails: usize,
    /// Obligations in those mails.
    pub lines: usize,
    pub skipped: usize,
    /// Mails withdrawn because a line no longer holds.
    pub withdrawn: u64,
    pub failures: Failures,
}

/// Sends the reminders that are due now. Run by the job `reminders` every minute; may run at any time and any number of
/// times.
///
/// Who may: the service itself. Mails: at most one *reminder* per person and day, within the hours of the ladder, running out
/// at their end.
///
/// The run is planned from what the reader sees, before it writes anything. Each mail then has a short transaction of its
/// own, which looks again at everything that the mail says, because use cases go on between plan and mail. A mail that
/// cannot be written, and an obligation of which nothing can be planned, are noted and tried again in the next run.
pub async fn run(ctx: &Ctx) -> Result<Tally> {
    if !ctx.actor.is_ourselves() {
        return Err(Error::Denied);
    }
    let rules = network::ladder(ctx.reader()).await?;
    let hours = Hours { from: rules.send_from, until: rules.send_until };
    let now = zone::local(ctx.now());
    if !hours.contain(now.time()) {
        return Ok(Tally::default());
    }
    let today = now.date();
    let calendars = network::calendars(ctx.reader()).await?;
    let withdrawn = withdraw_untrue(ctx, today).await?;
    let Look { roll, mut obligations, meant, settled, todays } = look(ctx, &rules.rungs, &calendars, today).await?;
    let named = obligations.iter().filter(|one| one.kind == ObligationKind::Task).map(|one| one.id.into());
    let waiting = tasks::waiting(ctx, named.collect()).await?;
    // A step that waits for others is no reproach to those who cannot do it yet.
    obligations.retain(|one| one.kind != ObligationKind::Task || !waiting.contains_key(&one.id.into()));
    let is_told = |promise: &&Promised| !promise.was_withdrawn() && !meant.is_elsewhere(promise);
    let written_to = people(todays.iter().filter(is_told));
    let day = Day { today, rungs: &rules.rungs, calendars: &calendars, roll: &roll, written_to: &written_to };
    let plan = plan::plan(day, &obligations, &settled);

    let mut told = Tally { withdrawn, ..Tally::default() };
    for (obligation, error) in &plan.broken {
        told.failures.note(format_args!("{} {}", obligation.kind, obligation.id), error.clone().into())?;
    }
    for mail in &plan.mails {
        if told.mails == MAILS_AT_ONCE {
            break;
        }
        match ctx.write(async |txn| tell(ctx, txn, mail, today, hours.until).await).await {
            Ok(true) => {
                told.mails += 1;
                told.lines += mail.lines.len();
            }
            Ok(false) => {}
            Err(error) => told.failures.note(format_args!("the reminder to person {}", mail.to.holder.id), error)?,
        }
    }
    let skipped = &plan.skipped[..plan.skipped.len().min(SKIPS_AT_ONCE)];
    told.skipped = skip_all(ctx, skipped, &meant, &mut told.failures).await?;
    Ok(told)
}

/// State from which a run is planned.
struct Look {
    roll: Arc<Roll>,
    obligations: Vec<Obligation>,
    meant: Meant,
    settled: Settled,
    todays: Vec<Promised>,
}

/// Reads the due obligations and the recorded reminders, without making any writer wait.
async fn look(ctx: &Ctx, rungs: &[i32], calendars: &Calendars, today: NaiveDate) -> Result<Look> {
    let db = ctx.reader();
    let roll = meant::roll(ctx, today).await?;
    let obligations = ctx.recall(&DueUpTo(horizon(rungs, calendars, today))).await?.to_vec();
    let meant = Meant::of(&obligations, &roll);
    let settled = Log::read(db, obligations.iter(), &meant).await?.settled;
    let todays = promised_on(db, Reminder::NAME, today).await?;
    Ok(Look { roll, obligations, meant, settled, todays })
}

/// Writes one mail and records its reminders; returns whether it did. It does nothing if a fact in the mail has changed
/// since it was planned, or if another run has reminded the person meanwhile.
async fn tell(ctx: &Ctx, txn: &Txn, mail: &Mail<'_>, today: NaiveDate, until: NaiveTime) -> Result<bool> {
    let person = mail.to.holder.id;
    let Some(meant) = still_meant(ctx, txn, mail, today).await? else { return Ok(false) };
    let log = Log::read(txn, mail.lines.iter().map(|line| line.obligation), &meant).await?;
    let is_told = |line: &plan::Line<'_>| {
        log.settled.get(&Key::of(line.obligation)).is_some_and(|rungs| rungs.contains_key(&line.rung))
    };
    let todays = promised_on(txn, Reminder::NAME, today).await?;
    let mut own = todays.iter().filter(|promise| promise.person_id == Some(person));
    let number = 1 + own.clone().count();
    if own.any(|promise| !promise.was_withdrawn() && !meant.is_elsewhere(promise)) || mail.lines.iter().any(is_told) {
        return Ok(false);
    }
    let mail_id = mail::promise(ctx, txn, mail, Issue { today, until, number }).await?;
    let notes = mail.lines.iter().map(|line| Note {
        key: Key::of(line.obligation),
        rung: line.rung,
        outcome: ReminderOutcome::Sent,
        reason: None,
        person_id: Some(person),
        mail_id: Some(mail_id),
    });
    log.note(ctx, txn, notes).await?;
    Ok(true)
}

/// Returns the present recipients for a planned mail, or `None` if one of its obligations is done, has moved or belongs
/// to another person now.
async fn still_meant(ctx: &Ctx, txn: &Txn, mail: &Mail<'_>, today: NaiveDate) -> Result<Option<Meant>> {
    let names = mail.lines.iter().map(|line| (line.obligation.kind, line.obligation.id));
    let meant = Meant::of(&slices::still_due(ctx, txn, names).await?, &*meant::roll(ctx, today).await?);
    let person = mail.to.holder.id;
    let holds = mail.lines.iter().all(|line| meant.is_of(line.obligation, person));
    Ok(holds.then_some(meant))
}

/// Records the skipped rungs, in batches. Returns their number.
async fn skip_all(ctx: &Ctx, skipped: &[Skip<'_>], meant: &Meant, failures: &mut Failures) -> Result<usize> {
    let mut done = 0;
    for some in skipped.chunks(SKIPS_IN_A_TRANSACTION) {
        done += skip_some(ctx, some, meant, failures).await?;
    }
    Ok(done)
}

/// Records a batch of skipped rungs: in one transaction, or one by one if one of them fails.
async fn skip_some(ctx: &Ctx, skipped: &[Skip<'_>], meant: &Meant, failures: &mut Failures) -> Result<usize> {
    match ctx.write(async |txn| skip(ctx, txn, skipped, meant).await).await {
        Ok(()) => return Ok(skipped.len()),
        Err(error) if matches!(error, Error::Store(StoreError::Busy)) => return Err(error),
        Err(_) => {}
    }
    let mut done = 0;
    for one in skipped.chunks(1) {
        match ctx.write(async |txn| skip(ctx, txn, one, meant).await).await {
            Ok(()) => done += 1,
            Err(error) => {
                let what = one.iter().map(|skip| format!("{} {}", skip.obligation.kind, skip.obligation.id));
                failures.note(what.collect::<String>(), error)?;
            }
        }
    }
    Ok(done)
}

async fn skip(ctx: &Ctx, txn: &Txn, skips: &[Skip<'_>], meant: &Meant) -> Result<()> {
    let log = Log::read(txn, skips.iter().map(|skip| skip.obligation), meant).await?;
    let is_known = |skip: &&Skip<'_>| {
        log.settled.get(&Key::of(skip.obligation)).is_some_and(|rungs| rungs.contains_key(&skip.rung))
    };
    log.note(ctx, txn, skips.iter().filter(|skip| !is_known(skip)).map(skipped)).await
}

fn skipped(skip: &Skip<'_>) -> Note {
    Note {
        key: Key::of(skip.obligation),
        rung: skip.rung,
        outcome: ReminderOutcome::Skipped,
        reason: Some(skip.reason.as_str().to_owned()),
        person_id: None,
        mail_id: None,
    }
}

/// Returns the last due day for which a rung can be reached, so that a run reads only due obligations. A calendar
/// without an answer is ignored here; its obligations are noted one by one.
fn horizon(rungs: &[i32], calendars: &Calendars, today: NaiveDate) -> NaiveDate {
    let days = calendars.iter().filter_map(|calendar| ladder::horizon(rungs, calendar, today).ok());
    days.max().unwrap_or(today)
}

/// Withdraws the unsent mails with a line that is no longer true: done, moved, or now another person's. Each has its
/// own short transaction, which checks the mail again.
async fn withdraw_untrue(ctx: &Ctx, today: NaiveDate) -> Result<u64> {
    let mut withdrawn = 0;
    for mail in untrue(ctx, today).await? {
        withdrawn += ctx.write(async |txn| withdraw_if_untrue(ctx, txn, mail).await).await?;
    }
    Ok(withdrawn)
}

/// Finds the day's unsent mails with a line that is no longer true.
async fn untrue(ctx: &Ctx, today: NaiveDate) -> Result<HashSet<MailId>> {
    let db = ctx.reader();
    let mut promises = promised_on(db, Reminder::NAME, today).await?;
    promises.extend(promised_on(db, Urged::NAME, today).await?);
    let waiting: Vec<MailId> =
        promises.iter().filter(|promise| promise.is_waiting()).map(|promise| promise.id).collect();
    let told = store::entries_of_mails(db, &waiting).await?;
    let obligations = slices::still_due(ctx, db, told.iter().map(|entry| (entry.key.kind, entry.key.id))).await?;
    let meant = Meant::of(&obligations, &*meant::roll(ctx, today).await?);
    Ok(told.into_iter().filter(|entry| !meant.holds(entry)).filter_map(|entry| entry.mail_id).collect())
}

async fn withdraw_if_untrue(ctx: &Ctx, txn: &Txn, mail: MailId) -> Result<u64> {
    if meant::still_holds(ctx, txn, mail).await? { Ok(0) } else { withdraw::withdraw(ctx, txn, &[mail]).await }
}

/// Returns the mails of a kind enqueued on the day and not later ones, because `raccordo tick --at` may have written those of a
/// future day.
async fn promised_on(db: &impl ConnectionTrait, kind: &str, day: NaiveDate) -> Result<Vec<Promised>> {
    let span = zone::start_of_day(day)..zone::start_of_day(day + Days::new(1));
    withdraw::promised_within(db, kind, span).await
}

fn people<'a>(promises: impl Iterator<Item = &'a Promised>) -> BTreeSet<PersonId> {
    promises.filter_map(|promise| promise.person_id).collect()
}

/// A log entry to write.
struct Note {
    key: Key,
    rung: i32,
    outcome: ReminderOutcome,
    reason: Option<String>,
    person_id: Option<PersonId>,
    mail_id: Option<MailId>,
}

/// Log entries about the obligations of a run.
struct Log {
    settled: Settled,
    /// Entries whose mail never left, and the latest ones whose mail went to a former address: these rungs are decided
    /// again.
    reopened: HashMap<(Key, i32), (ReminderId, Option<MailId>)>,
}

impl Log {
    async fn read<'a>(
        db: &impl ConnectionTrait,
        obligations: impl Iterator<Item = &'a Obligation>,
        meant: &Meant,
    ) -> Result<Self> {
        let ids: Vec<_> = obligations.map(|obligation| obligation.id).collect();
        let entries = store::entries_about(db, &ids).await?;
        let mails: Vec<MailId> = entries.iter().filter_map(|entry| entry.mail_id).collect();
        let standing = withdraw::standing(db, &mails).await?;
        let untold: HashSet<MailId> =
            standing.iter().filter(|promise| promise.is_to_be_told_anew()).map(|promise| promise.id).collect();
        let elsewhere: HashSet<MailId> =
            standing.iter().filter(|promise| meant.is_elsewhere(promise)).map(|promise| promise.id).collect();
        let mut last_told: HashMap<Key, (i32, bool)> = HashMap::new();
        for entry in entries.iter().filter(|entry| meant.holds(entry)) {
            let Some(mail) = entry.mail_id else { continue };
            let told = (entry.rung, elsewhere.contains(&mail));
            let last = last_told.entry(entry.key.clone()).or_insert(told);
            *last = told.max(*last);
        }
        let mut log = Self { settled: Settled::new(), reopened: HashMap::new() };
        for Entry { id, key, rung, outcome, mail_id, .. } in entries {
            let is_untold = mail_id.is_some_and(|mail| untold.contains(&mail));
            if is_untold || last_told.get(&key) == Some(&(rung, true)) {
                log.reopened.insert((key, rung), (id, mail_id));
            } else {
                log.settled.entry(key).or_default().insert(rung, outcome);
            }
        }
        Ok(log)
    }

    /// Records the results of rungs: new ones together, reopened ones one by one.
    async fn note(&self, ctx: &Ctx, txn: &Txn, notes: impl Iterator<Item = Note>) -> Result<()> {
        let mut new = Vec::new();
        for Note { key, rung, outcome, reason, person_id, mail_id } in notes {
            let known = self.reopened.get(&(key.clone(), rung));
            let id = known.map_or_else(|| ctx.new_id(), |(id, _)| *id);
            let entry = Entry { id, key, rung, outcome, reason, person_id, mail_id, at: ctx.now() };
            match known {
                Some((_, withdrawn)) => store::follow(txn, &entry, *withdrawn).await?,
                None => new.push(entry),
            }
        }
        Ok(store::insert(txn, &new).await?)
    }
}

/// Returns the instant of the last reminder that was sent of each of these obligations, for the Monday page.
pub async fn last_sent(db: &impl ConnectionTrait, obligations: &[Uuid]) -> Result<HashMap<Uuid, DateTime<Utc>>> {
    let mut last: HashMap<Uuid, DateTime<Utc>> = HashMap::new();
    for entry in store::entries_about(db, obligations).await? {
        if entry.outcome == ReminderOutcome::Sent {
            let at = last.entry(entry.key.id).or_insert(entry.at);
            *at = entry.at.max(*at);
        }
    }
    Ok(last)
}

/// Returns who is reminded today for which seat.
pub async fn todays_roll(ctx: &Ctx) -> Result<Arc<Roll>> {
    meant::roll(ctx, ctx.today()).await
}

/// Returns the reminder log, latest first. Who may: the secretariat.
pub async fn list(ctx: &Ctx, filter: &Filter, before: Option<ReminderId>, limit: u64) -> Result<Vec<Entry>> {
    ctx.demand(policy::may(&ctx.actor, Action::ViewLog))?;
    Ok(store::list(ctx.reader(), filter, before, limit).await?)
}
