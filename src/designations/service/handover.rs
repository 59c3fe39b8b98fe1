//! What the calendar brings to a designation: its beginning, the end that comes near, the end that has come.

use super::{known, record_event};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::mail;
use crate::designations::model::{self, Seat};
use crate::designations::policy::Visibility;
use crate::designations::store::{self, Filter, SeatKey};
use crate::designations::view::Designation;
use crate::each::Failures;
use crate::error::Result;
use crate::mail::outbox;
use crate::{auth, links};
use chrono::{Days, NaiveDate};
use entity::ids::{DesignationId, SeatId};
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// Whoever has begun is welcomed so many days after the first at the latest: the service may have stood still on it.
const WELCOME_DAYS: u64 = 14;

/// Carries out what the calendar brings: ends that have come, starts, ends that come near. Run by the job `handover`.
///
/// Which mails leave: the farewell to who has left, the welcome to who has begun, *ending soon* to bodies, *designation
/// requested* for seats that have fallen vacant; *registered* and *designation requested* once more to whom they went at an
/// address that was corrected since. Safe to run at any time and any number of times. Each designation has a transaction of its
/// own: one that fails takes nothing from the others. Returns for how many there was something to do, and what failed.
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

/// The seats for which a body was asked of late.
async fn asked_for(ctx: &Ctx) -> Result<BTreeSet<SeatId>> {
    let requests = mail::requests(ctx, ctx.reader()).await?;
    Ok(requests.iter().filter_map(|request| request.subject_id.parse().ok()).collect())
}

/// Asks the body of a seat that is still vacant once more, if its address was corrected since. Says whether a mail was promised.
async fn ask_elsewhere(ctx: &Ctx, txn: &Txn, id: SeatId) -> Result<bool> {
    let Some(seat) = store::seat(txn, SeatKey::Id(id)).await? else { return Ok(false) };
    if !store::holders_on(txn, id, ctx.today()).await?.is_empty() {
        return Ok(false);
    }
    mail::requested_elsewhere(ctx, txn, &seat).await
}

/// The designations whose end has come or comes near, and those that have just begun.
async fn touched_by_the_calendar(ctx: &Ctx) -> Result<Vec<DesignationId>> {
    let today = ctx.today();
    let touched = [
        Filter { ended_before: Some(today), not_handed_over: true, ..Filter::default() },
        Filter { as_of: Some(today), begins_after: Some(today - Days::new(WELCOME_DAYS)), ..Filter::default() },
        Filter { ends_within: Some((today, last_day_soon(today))), ..Filter::default() },
    ];
    let mut ids = Vec::new();
    for filter in touched {
        let found = store::list(ctx.reader(), &Visibility::Everything, &filter, None, None).await?;
        ids.extend(found.into_iter().map(|designation| designation.id));
    }
    Ok(ids)
}

fn last_day_soon(today: NaiveDate) -> NaiveDate {
    today + Days::new(model::ENDING_SOON_DAYS.unsigned_abs())
}

/// Does what is due for one designation today; says whether anything was.
async fn bring_up_to_date(ctx: &Ctx, txn: &Txn, id: DesignationId) -> Result<bool> {
    let designation = known(txn, id).await?;
    let has_left = carry_out_end_if_past(ctx, txn, &designation).await?;
    let is_welcomed = welcome_if_begun(ctx, txn, &designation).await?;
    let is_warned_of = warn_if_ending_soon(ctx, txn, &designation).await?;
    Ok(has_left || is_welcomed || is_warned_of)
}

/// Tells the registration once more where it went to an address that was corrected since; not that of a designation that is over.
async fn tell_elsewhere(ctx: &Ctx, txn: &Txn, id: DesignationId) -> Result<bool> {
    let designation = known(txn, id).await?;
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

/// Whether the holder has just begun.
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

/// Whether the same person goes on in the same seat: nobody leaves then.
async fn is_renewed(db: &impl ConnectionTrait, designation: &Designation) -> Result<bool> {
    Ok(store::successors(db, designation).await?.iter().any(|next| next.person_id == designation.holder.id))
}

/// Whether a designation has ended, or was annulled: nothing is told on its strength any more. One that is announced has
/// not.
pub async fn is_over(db: &impl ConnectionTrait, id: DesignationId, today: NaiveDate) -> Result<bool> {
    let known = store::find(db, &Visibility::Everything, id).await?;
    Ok(known.is_some_and(|one| one.has_ended(today) || one.is_annulled()))
}

fn awaits_handover(ctx: &Ctx, designation: &Designation) -> bool {
    designation.handed_over_at.is_none() && !designation.is_annulled() && designation.has_ended(ctx.today())
}

/// Says whether there was an end to carry out.
pub(super) async fn carry_out_end_if_past(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<bool> {
    let is_due = awaits_handover(ctx, designation);
    if is_due {
        carry_out_end(ctx, txn, designation).await?;
    }
    Ok(is_due)
}

/// The end has come: the former holder's access and pending mails die, then the farewell is the last thing they get. Whoever
/// goes on in the seat by another designation is told nothing: nobody has left.
async fn carry_out_end(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<()> {
    switch_off(ctx, txn, designation).await?;
    if is_renewed(txn, designation).await? {
        return Ok(());
    }
    mail::ended(ctx, txn, designation).await?;
    ask_if_vacant(ctx, txn, &designation.seat).await
}

/// Asks the body for a designation where a seat for one has lost its holder and nobody holds it today.
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
    record_event(ctx, txn, "designations.hand_over", designation).await
}
