//! Changes that come with the calendar: the beginning of a designation, its approaching end, its end.

use super::{all, known, record_event};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::mail;
use crate::designations::model::{self, Seat};
use crate::designations::policy::Visibility;
use crate::designations::questions::AllSeats;
use crate::designations::store::{self, Filter};
use crate::designations::verb::Verb;
use crate::designations::view::Designation;
use crate::each::Failures;
use crate::error::Result;
use crate::mail::outbox;
use crate::open::Scoped as _;
use crate::{auth, links};
use chrono::{Days, NaiveDate};
use entity::ids::{DesignationId, SeatId};
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// Days after the first day within which a holder is still welcomed, because the service may not have run on that day.
const WELCOME_DAYS: u64 = 14;

/// Carries out the changes of the calendar: past ends, beginnings, approaching ends. The job `handover` calls it.
///
/// Mails: *farewell* to former holders, *welcome* to new ones, *ending soon* to bodies, *designation requested* for
/// seats that became vacant; *registered* and *designation requested* again for recipients whose address was corrected
/// since. Safe to run at any time and any number of times. Each designation has its own transaction, so that a failure
/// does not affect the others. Returns the number of designations that changed, and the failures.
pub async fn follow_calendar(ctx: &Ctx) -> Result<(u64, Failures)> {
    let (mut done, mut failures) = (0, Failures::default());
    for designation in touched_by_the_calendar(ctx).await? {
        match ctx.write(async |txn| bring_up_to_date(ctx, txn, designation).await).await {
            Ok(was_due) => done += u64::from(was_due),
            Err(error) => failures.note(format_args!("designation {designation}"), error)?,
        }
    }
    for designation in mail::registrations_told_elsewhere(ctx).await? {
        match ctx.write(async |txn| tell_elsewhere(ctx, txn, designation).await).await {
            Ok(was_due) => done += u64::from(was_due),
            Err(error) => failures.note(format_args!("designation {designation}"), error)?,
        }
    }
    for seat in asked_for(ctx).await? {
        match ctx.write(async |txn| ask_elsewhere(ctx, txn, seat).await).await {
            Ok(was_due) => done += u64::from(was_due),
            Err(error) => failures.note(format_args!("seat {seat}"), error)?,
        }
    }
    Ok((done, failures))
}

/// Lists the seats for which a body was asked recently.
async fn asked_for(ctx: &Ctx) -> Result<BTreeSet<SeatId>> {
    let requests = mail::requests(ctx, ctx.reader()).await?;
    Ok(requests.iter().filter_map(|request| request.subject_id.parse().ok()).collect())
}

/// Asks the body of a seat that is still vacant again, if its address was corrected since. Returns whether a mail was
/// enqueued.
async fn ask_elsewhere(ctx: &Ctx, txn: &Txn, id: SeatId) -> Result<bool> {
    let seats = ctx.recall(&AllSeats).await?;
    let Some(seat) = seats.get(id) else { return Ok(false) };
    if !store::holders_on(txn, id, ctx.today()).await?.is_empty() {
        return Ok(false);
    }
    mail::requested_elsewhere(ctx, txn, seat).await
}

/// Lists the designations that have ended or are about to end, and those that have just begun.
async fn touched_by_the_calendar(ctx: &Ctx) -> Result<Vec<DesignationId>> {
    let today = ctx.today();
    let touched = [
        Filter { ended_before: Some(today), not_handed_over: true, ..Filter::default() },
        Filter { as_of: Some(today), begins_after: Some(today - Days::new(WELCOME_DAYS)), ..Filter::default() },
        Filter { ends_within: Some((today, last_day_soon(today))), ..Filter::default() },
    ];
    let mut ids = Vec::new();
    for filter in touched {
        let found = all(ctx, ctx.reader(), &filter).await?;
        ids.extend(found.into_iter().map(|designation| designation.id));
    }
    Ok(ids)
}

fn last_day_soon(today: NaiveDate) -> NaiveDate {
    today + Days::new(model::ENDING_SOON_DAYS.unsigned_abs())
}

/// Carries out today's changes for one designation; returns whether there were any.
async fn bring_up_to_date(ctx: &Ctx, txn: &Txn, id: DesignationId) -> Result<bool> {
    let designation = known(ctx, txn, id).await?;
    let has_left = carry_out_end_if_past(ctx, txn, &designation).await?;
    let is_welcomed = welcome_if_begun(ctx, txn, &designation).await?;
    let is_warned_of = warn_if_ending_soon(ctx, txn, &designation).await?;
    Ok(has_left || is_welcomed || is_warned_of)
}

/// Sends *registered* again if it went to an address that was corrected since, unless the designation is over.
async fn tell_elsewhere(ctx: &Ctx, txn: &Txn, id: DesignationId) -> Result<bool> {
    let designation = known(ctx, txn, id).await?;
    let is_over = designation.has_ended(ctx.today()) || designation.is_annulled();
    if is_over {
        return Ok(false);
    }
    let is_welcomed = is_welcomed(ctx, &designation);
    mail::registered_elsewhere(ctx, txn, &designation, is_welcomed).await
}

async fn welcome_if_begun(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<bool> {
    if is_welcomed(ctx, designation) { mail::welcome(ctx, txn, designation).await } else { Ok(false) }
}

/// Tells whether the holder's term has just begun.
fn is_welcomed(ctx: &Ctx, designation: &Designation) -> bool {
    let today = ctx.today();
    designation.record.covers(today) && designation.record.statement.term.from > today - Days::new(WELCOME_DAYS)
}

async fn warn_if_ending_soon(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<bool> {
    let today = ctx.today();
    let is_near =
        designation.record.statement.term.to.is_some_and(|last| today <= last && last <= last_day_soon(today));
    if !designation.is_annulled() && is_near && store::successors(txn, designation).await?.is_empty() {
        return mail::ending_soon(ctx, txn, designation).await;
    }
    Ok(false)
}

/// Tells whether the same person continues in the same seat.
async fn is_renewed(db: &impl ConnectionTrait, designation: &Designation) -> Result<bool> {
    Ok(store::successors(db, designation).await?.iter().any(|next| next.person_id == designation.holder.id))
}

/// Tells whether a designation has ended or was annulled, so that no more mails are based on it. An announced one is
/// not over.
pub async fn is_over(ctx: &Ctx, db: &impl ConnectionTrait, id: DesignationId) -> Result<bool> {
    let known = Designation::find(ctx, db, &Visibility::Everything, id).await?;
    Ok(known.is_some_and(|one| one.has_ended(ctx.today()) || one.is_annulled()))
}

fn awaits_handover(ctx: &Ctx, designation: &Designation) -> bool {
    designation.handed_over_at.is_none() && !designation.is_annulled() && designation.has_ended(ctx.today())
}

/// Carries out the end of a designation if it has passed; returns whether it had.
pub(super) async fn carry_out_end_if_past(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<bool> {
    let is_due = awaits_handover(ctx, designation);
    if is_due {
        carry_out_end(ctx, txn, designation).await?;
    }
    Ok(is_due)
}

/// Carries out an end: the former holder's access ends, unsent mails are withdrawn, then the farewell is sent. A holder
/// who continues in the seat by another designation gets no farewell.
async fn carry_out_end(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<()> {
    switch_off(ctx, txn, designation).await?;
    if is_renewed(txn, designation).await? {
        return Ok(());
    }
    mail::ended(ctx, txn, designation).await?;
    ask_if_vacant(ctx, txn, &designation.seat).await
}

/// Asks the body for a designation if a seat for a single holder is vacant today.
pub(super) async fn ask_if_vacant(ctx: &Ctx, txn: &Txn, seat: &Seat) -> Result<()> {
    if model::is_exclusive(seat.kind) && store::holders_on(txn, seat.id, ctx.today()).await?.is_empty() {
        mail::requested(ctx, txn, seat).await?;
    }
    Ok(())
}

pub(super) async fn switch_off(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<()> {
    outbox::take_back_for_designation(ctx, txn, designation.id).await?;
    links::service::revoke_for_designation(ctx, txn, designation.id).await?;
    auth::service::end_everything_of(ctx, txn, designation.holder.id).await?;
    store::mark_handed_over(txn, designation.id, ctx.now()).await?;
    record_event(ctx, txn, Verb::HandOver, designation).await
}
