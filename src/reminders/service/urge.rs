//! A reminder that a person sends: it leaves at once, and the ladder counts it like its own.

use super::{Log, Note};
use crate::audit::{self, Event};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::due::Obligation;
use crate::error::Result;
use crate::mail::kind::MailKind;
use crate::network::questions::AllCalendars;
use crate::open::read;
use crate::reminders::mail::meant::{self, Meant};
use crate::reminders::mail::{self, Urged};
use crate::reminders::model::Refusal;
use crate::reminders::plan::{Key, Line, Mail};
use crate::reminders::policy::{self, Action};
use crate::reminders::store::{self, Entry};
use crate::reminders::verb::Verb;
use crate::time::zone;
use crate::{deliverables, slices, tasks};
use chrono::NaiveDate;
use entity::ids::PersonId;
use entity::kinds::{ObligationKind, ReminderOutcome};
use uuid::Uuid;

/// Reminds the person who works for the seat of one obligation, now: the holder, otherwise the deputy.
///
/// The reminder is a rung of the obligation's ladder, so that the ladder does not repeat it. It leaves at any hour,
/// because a person decided it, and runs out at the end of the day. Who may: the secretariat. Mails: *reminder by hand*.
/// Errors: `nothing_due` if it is done, not called for any more or blocked; `nobody_in_seat`; `reminded_today`.
pub async fn urge(ctx: &Ctx, txn: &Txn, kind: ObligationKind, id: Uuid) -> Result<Entry> {
    ctx.demand(policy::may(&ctx.actor, Action::Urge))?;
    must_exist(ctx, txn, kind, id).await?;
    let today = ctx.today();
    let open = slices::still_due(ctx, txn, [(kind, id)]).await?;
    let Some(obligation) = open.first() else { return Err(Refusal::NothingDue.into()) };
    let roll = meant::roll(ctx, today).await?;
    let Some(who) = roll.to_urge(obligation.seat_id) else { return Err(Refusal::NobodyInSeat.into()) };
    let (key, person) = (Key::of(obligation), who.designation.holder.id);
    let log = Log::read(txn, open.iter(), &Meant::of(&open, &roll)).await?;
    let settled = log.settled.get(&key).cloned().unwrap_or_default();
    let known = store::entries_about(txn, &[id]).await?;
    if known.iter().any(|entry| settled.contains_key(&entry.rung) && was_told(entry, &key, person, today)) {
        return Err(Refusal::RemindedToday.into());
    }
    let calendars = ctx.recall(&AllCalendars).await?;
    let calendar = calendars.of(&who.designation.seat.territory)?;
    let mut rung = calendar.working_days_between(obligation.due_day, today)?;
    // A day off has the count of the working day before it, whose rung may have been sent.
    while settled.contains_key(&rung) {
        rung += 1;
    }
    let line = Line {
        obligation,
        rung,
        seat: who.seat,
        designation: who.designation,
        is_late: obligation.due_day < today,
        working_days_away: calendar.working_days_between(today, obligation.due_day)?,
        gap: who.gap,
    };
    let sent = super::promised_on(txn, Urged::NAME, today).await?;
    let number = 1 + sent.iter().filter(|promise| promise.person_id == Some(person)).count();
    let mail_id = mail::promise_by_hand(ctx, txn, &Mail { to: who.designation, lines: vec![line] }, number).await?;
    let outcome = ReminderOutcome::Sent;
    let note = Note { key, rung, outcome, reason: None, person_id: Some(person), mail_id: Some(mail_id) };
    log.note(ctx, txn, std::iter::once(note)).await?;
    let details = serde_json::json!({ "due_day": obligation.due_day, "mail": mail_id });
    audit::record(ctx, txn, Event::about(Verb::Urge, (kind.as_str(), id.to_string()), details)).await?;
    let written = store::entries_of_mails(txn, &[mail_id]).await?.pop();
    Ok(written.ok_or(crate::db::StoreError::inconsistent("reminder", mail_id, "a mail without its entry"))?)
}

/// Tells whether the caller may remind of an open obligation now, for the button. [`urge`] checks the same.
pub async fn may_urge(ctx: &Ctx, obligation: &Obligation) -> Result<bool> {
    if !policy::may(&ctx.actor, Action::Urge) {
        return Ok(false);
    }
    let last = super::last_sent(ctx.reader(), &[obligation.id]).await?;
    let was_reminded_today = last.get(&obligation.id).is_some_and(|at| zone::day_of(*at) == ctx.today());
    Ok(!was_reminded_today && meant::roll(ctx, ctx.today()).await?.to_urge(obligation.seat_id).is_some())
}

/// Refuses an obligation that does not exist or that the caller may not see.
async fn must_exist(ctx: &Ctx, txn: &Txn, kind: ObligationKind, id: Uuid) -> Result<()> {
    match kind {
        ObligationKind::Task => read::<tasks::model::Task>(ctx, txn, id.into()).await.map(drop),
        ObligationKind::Deliverable => read::<deliverables::view::DeliverableView>(ctx, txn, id.into()).await.map(drop),
    }
}

/// Tells whether an entry says that the person was reminded on this day of what is still due on the same day.
fn was_told(entry: &Entry, key: &Key, person: PersonId, today: NaiveDate) -> bool {
    entry.outcome == ReminderOutcome::Sent
        && entry.key == *key
        && entry.person_id == Some(person)
        && zone::day_of(entry.at) == today
}
