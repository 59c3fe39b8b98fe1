//! The job that sends reminders, and its log.

mod silence;

use super::addressee::Roll;
use super::ladder;
use super::mail::meant::{self, Meant};
use super::mail::{self, Issue, Reminder};
use super::plan::{self, Day, Hours, Key, Mail, Settled, Skip};
use super::policy::{self, Action};
use super::store;
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::due::{Obligation, providers};
use crate::each::Failures;
use crate::error::{Error, Result};
use crate::mail::kind::MailKind;
use crate::mail::outbox::withdraw::{self, Promised};
use crate::network::service as network;
use crate::time::{Calendars, zone};
use chrono::{Days, NaiveDate, NaiveTime};
use entity::ids::{MailId, PersonId, ReminderId};
use entity::kinds::ReminderOutcome;
use sea_orm::ConnectionTrait;
use std::collections::{BTreeSet, HashMap, HashSet};

pub use super::store::{Entry, Filter};

/// Upper bound of mails written per run. The rest follows a minute later, so that the write lock is never held for
/// long.
const MAILS_AT_ONCE: usize = 100;
/// Upper bound of skipped rungs recorded per run; the rest follows a minute later. After long downtime there are many.
const SKIPS_AT_ONCE: usize = 1000;

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
/// Who may: the service itself. Mails: at most one *reminder* per person and day, within the permitted hours, expiring
/// at their end. Each mail has a transaction of its own. A mail that cannot be written, or an obligation that cannot be
/// planned, does not affect the others and is tried again in the next run.
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
    let morning = ctx.write(async |txn| look(ctx, txn, &rules.rungs, &calendars, today).await).await?;
    let Look { roll, obligations, meant, settled, todays, withdrawn } = morning;
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
        match ctx.write(async |txn| tell(ctx, txn, mail, &meant, today, hours.until).await).await {
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

/// Data of a run, read in one transaction.
struct Look {
    roll: Roll,
    obligations: Vec<Obligation>,
    meant: Meant,
    settled: Settled,
    todays: Vec<Promised>,
    withdrawn: u64,
}

/// Withdraws outdated mails and reads the obligations.
async fn look(ctx: &Ctx, txn: &Txn, rungs: &[i32], calendars: &Calendars, today: NaiveDate) -> Result<Look> {
    let roll = meant::roll(txn, today).await?;
    let obligations = providers::obligations(txn, horizon(rungs, calendars, today)).await?;
    let meant = Meant::of(&obligations, &roll);
    let withdrawn = withdraw_untrue(ctx, txn, today, &meant).await?;
    let settled = Log::read(txn, obligations.iter(), &meant).await?.settled;
    let todays = promised_on(txn, today).await?;
    Ok(Look { roll, obligations, meant, settled, todays, withdrawn })
}

/// Writes one mail and logs its rungs. Returns `false` if another run has written to the person meanwhile.
async fn tell(
    ctx: &Ctx,
    txn: &Txn,
    mail: &Mail<'_>,
    meant: &Meant,
    today: NaiveDate,
    until: NaiveTime,
) -> Result<bool> {
    let person = mail.to.holder.id;
    let log = Log::read(txn, mail.lines.iter().map(|line| line.obligation), meant).await?;
    let is_told = |line: &plan::Line<'_>| {
        log.settled.get(&Key::of(line.obligation)).is_some_and(|rungs| rungs.contains_key(&line.rung))
    };
    let todays = promised_on(txn, today).await?;
    let mut own = todays.iter().filter(|promise| promise.person_id == Some(person));
    let number = 1 + own.clone().count();
    if own.any(|promise| !promise.was_withdrawn() && !meant.is_elsewhere(promise)) || mail.lines.iter().any(is_told) {
        return Ok(false);
    }
    let mail_id = mail::promise(ctx, txn, mail, Issue { today, until, number }).await?;
    for line in &mail.lines {
        let note = Note {
            key: Key::of(line.obligation),
            rung: line.rung,
            outcome: ReminderOutcome::Sent,
            reason: None,
            person_id: Some(person),
            mail_id: Some(mail_id),
        };
        log.note(ctx, txn, note).await?;
    }
    Ok(true)
}

/// Logs skipped rungs: all at once, or one by one if one of them fails. Returns their number.
async fn skip_all(ctx: &Ctx, skipped: &[Skip<'_>], meant: &Meant, failures: &mut Failures) -> Result<usize> {
    if skipped.is_empty() {
        return Ok(0);
    }
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
    for skip in skips {
        let is_known = |rungs: &ladder::Settled| rungs.contains_key(&skip.rung);
        if !log.settled.get(&Key::of(skip.obligation)).is_some_and(is_known) {
            log.note(ctx, txn, skipped(skip)).await?;
        }
    }
    Ok(())
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

/// Withdraws waiting mails with a line that no longer holds: done, moved, or now addressed to someone else.
async fn withdraw_untrue(ctx: &Ctx, txn: &Txn, today: NaiveDate, meant: &Meant) -> Result<u64> {
    let promises = promised_on(txn, today).await?;
    let waiting: Vec<MailId> =
        promises.iter().filter(|promise| promise.is_waiting()).map(|promise| promise.id).collect();
    if waiting.is_empty() {
        return Ok(0);
    }
    let told = store::entries_of_mails(txn, &waiting).await?;
    let untrue = told.into_iter().filter(|entry| !meant.holds(entry));
    let mails: HashSet<MailId> = untrue.filter_map(|entry| entry.mail_id).collect();
    if mails.is_empty() {
        return Ok(0);
    }
    withdraw::withdraw(ctx, txn, &mails.into_iter().collect::<Vec<_>>()).await
}

/// Returns the mails promised on the day and not later ones, because `raccordo tick --at` may have written those of a
/// future day.
async fn promised_on(txn: &Txn, day: NaiveDate) -> Result<Vec<Promised>> {
    let span = zone::start_of_day(day)..zone::start_of_day(day + Days::new(1));
    withdraw::promised_within(txn, Reminder::NAME, span).await
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
    async fn read(txn: &Txn, obligations: impl Iterator<Item = &Obligation>, meant: &Meant) -> Result<Self> {
        let ids: Vec<_> = obligations.map(|obligation| obligation.id).collect();
        let entries = store::entries_about(txn, &ids).await?;
        let mails: Vec<MailId> = entries.iter().filter_map(|entry| entry.mail_id).collect();
        let standing = withdraw::standing(txn, &mails).await?;
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

    async fn note(&self, ctx: &Ctx, txn: &Txn, note: Note) -> Result<()> {
        let Note { key, rung, outcome, reason, person_id, mail_id } = note;
        let known = self.reopened.get(&(key.clone(), rung));
        let id = known.map_or_else(|| ctx.new_id(), |(id, _)| *id);
        let entry = Entry { id, key, rung, outcome, reason, person_id, mail_id, at: ctx.now() };
        match known {
            Some((_, withdrawn)) => store::follow(txn, &entry, *withdrawn).await?,
            None => store::insert(txn, &entry).await?,
        }
        Ok(())
    }
}

/// Returns the number of latest consecutive reminders and requests without an answer, by person, for the radar. The
/// caller has checked the right to see it.
pub async fn unanswered(ctx: &Ctx, db: &impl ConnectionTrait) -> Result<HashMap<PersonId, u32>> {
    silence::unanswered(ctx, db).await
}

/// Returns the reminder log, latest first. Who may: the secretariat.
pub async fn list(ctx: &Ctx, filter: &Filter, before: Option<ReminderId>, limit: u64) -> Result<Vec<Entry>> {
    ctx.demand(policy::may(&ctx.actor, Action::ViewLog))?;
    Ok(store::list(ctx.reader(), filter, before, limit).await?)
}
