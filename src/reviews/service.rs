//! Use cases of the review: one function each, inside the transaction it is given.

mod chapters;
mod readings;
mod release;
mod remarks;
mod rounds;
mod turns;

pub use chapters::{chapters, chapters_of};
pub use readings::{
    AskIn, DeliverIn, FoundReading, accept_reading, ask_reading, deliver_reading, list_open_readings, neighbours,
    reading, refuse_reading, withdraw_reading,
};
pub use release::{before_release, before_releases};
pub use remarks::{AnswerIn, RemarkIn, accept, answer, carry, reject, remark, take_over, write_remark};
pub use rounds::{approve, approve_untold, request_changes};
pub use turns::{Balls, balls};

use super::model::checklist::{ADDRESS_WORKING_DAYS, Before, Checklist, Facts};
use super::model::turn::{Course, sums};
use super::model::{Reading, Remark};
use super::questions::EditionsOf;
use super::store;
use super::view::{Held, LastTime, Names, ReadingView, Review};
use crate::catalogue::model::{Sheet, in_force};
use crate::catalogue::questions::{AllSheets, Catalogue};
use crate::ctx::Ctx;
use crate::db::StoreError;
use crate::deliverables::model::Submission;
use crate::deliverables::policy::Action;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::designations::service as designations;
use crate::error::Result;
use crate::network::questions::{AllBodies, AllCalendars, AllObservatories};
use crate::network::service as network;
use crate::open::{Seen, open};
use crate::time::zone;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, PersonId};
use entity::kinds::{DeliverableState, RemarkState, SeatKind};
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// Returns the whole review of a contribution: its rounds with their remarks, whose turn it is, what is missing, and the
/// edition before.
///
/// Who may: the secretariat and the direction, the observatory, its body, and an observatory that accepted to read it.
pub async fn review(ctx: &Ctx, id: DeliverableId) -> Result<Review> {
    let view = open::<DeliverableView>(ctx, ctx.reader(), id, Action::ViewReview, Seen::AsItStands).await?;
    let submissions = deliverables::submissions(ctx.reader(), id).await?;
    review_of(ctx, view, submissions).await
}

/// Like [`review`], for a contribution that was found already, with its submissions. The caller has checked that the reader
/// may read its review.
pub async fn review_of(ctx: &Ctx, view: DeliverableView, submissions: Vec<Submission>) -> Result<Review> {
    let (db, id) = (ctx.reader(), view.deliverable.id);
    let chapter = EditionsOf { product: view.product_code.clone(), observatory: view.deliverable.observatory_id };
    let before = edition_before(&ctx.recall(&chapter).await?, &view).cloned();
    let ids: Vec<DeliverableId> = std::iter::once(id).chain(before.iter().map(|one| one.deliverable.id)).collect();
    let all = store::remarks(db, &ids).await?;
    let (remarks, of_before): (Vec<Remark>, Vec<Remark>) = all.into_iter().partition(|one| one.deliverable_id == id);
    let readings = store::readings(db, &[id]).await?;
    let turns = turns::Turns::of(ctx, db, &ids).await?;
    let course = turns.course(&view, &submissions, &readings);
    let sheets = sheets(ctx, &view).await?;
    let (held, elapsed) = held(ctx, &turns, &view, &course).await?;
    let facts = facts(ctx, &view, &submissions, &remarks, &readings, &sheets).await?;
    let facts = Facts { has_address: turns.is_declared(&view), ..facts };
    let last_time = match before {
        Some(before) => Some(last_time(ctx, before, of_before, &turns, &sheets).await?),
        None => None,
    };
    let names = names(ctx, &submissions, &remarks, &readings, last_time.as_ref()).await?;
    Ok(Review {
        ball: turns.ball(&view, &course)?,
        held,
        elapsed,
        acceptance: Checklist::of(Before::Acceptance, view.deliverable.state(), &facts),
        release: Checklist::of(Before::Release, view.deliverable.state(), &facts),
        is_alone: is_alone(ctx).await?,
        sheet: sheet_of(&view, &sheets)?.cloned(),
        last_time,
        names,
        readings: views(ctx, readings, &view).await?,
        due_day: super::model::due_day(&view.deliverable, &submissions, &remarks),
        submissions,
        remarks,
        view,
    })
}

/// Returns whether the reader is the only holder of a seat of the secretariat, who cannot accept what the reader handed
/// in.
async fn is_alone(ctx: &Ctx) -> Result<bool> {
    if !ctx.actor.is_secretariat() {
        return Ok(false);
    }
    let holders = designations::todays_holders_of(ctx, SeatKind::Secretariat).await?;
    let people: BTreeSet<PersonId> = holders.iter().map(|one| one.holder.id).collect();
    Ok(people.len() <= 1)
}

/// Returns the versions of the methodology sheet of a contribution's product.
async fn sheets(ctx: &Ctx, view: &DeliverableView) -> Result<Vec<Sheet>> {
    let (products, sheets) = (ctx.recall(&Catalogue).await?, ctx.recall(&AllSheets).await?);
    let product = products.iter().find(|product| product.code == view.product_code);
    Ok(product.and_then(|product| sheets.get(&product.id)).cloned().unwrap_or_default())
}

/// Returns the sheet that applies to the period of a contribution.
fn sheet_of<'a>(view: &DeliverableView, sheets: &'a [Sheet]) -> Result<Option<&'a Sheet>> {
    Ok(in_force(sheets, release::period_of(view)?))
}

/// Returns the facts of the checklist, except for the address on the portal.
async fn facts(
    ctx: &Ctx,
    view: &DeliverableView,
    submissions: &[Submission],
    remarks: &[Remark],
    readings: &[Reading],
    sheets: &[Sheet],
) -> Result<Facts> {
    let last = submissions.iter().rev().find(|one| one.withdrawn_at.is_none());
    let submitter = last.and_then(|one| one.submitted_by);
    let calendars = ctx.recall(&AllCalendars).await?;
    let left = calendars.of(&view.territory)?.working_days_between(ctx.today(), view.release_day)?;
    Ok(Facts {
        has_text: last.is_some(),
        open_remarks: remarks.iter().filter(|remark| remark.is_open()).count(),
        is_own: submitter.is_some() && submitter == ctx.actor.person_id(),
        is_reading_open: readings.iter().any(Reading::is_open),
        has_sheet: sheet_of(view, sheets)?.is_some(),
        has_address: false,
        is_release_near: left <= ADDRESS_WORKING_DAYS,
    })
}

/// Returns the working days of each holder, and of all together, in the calendar of the contribution's territory.
async fn held(ctx: &Ctx, turns: &turns::Turns, view: &DeliverableView, course: &Course) -> Result<(Vec<Held>, i32)> {
    let calendars = ctx.recall(&AllCalendars).await?;
    let calendar = calendars.of(&view.territory)?;
    let days = |from, until| calendar.working_days_between(zone::day_of(from), zone::day_of(until));
    let stretches = course.stretches(ctx.now());
    let mut counted = Vec::with_capacity(stretches.len());
    for stretch in &stretches {
        counted.push(days(stretch.from, stretch.until)?);
    }
    let mut counts = counted.into_iter();
    let held = sums(&stretches, |_| counts.next().unwrap_or_default());
    let held =
        held.into_iter().map(|(holder, working_days)| Held { holder, name: turns.name(view, holder), working_days });
    Ok((held.collect(), days(course.begun_at(), course.counted_until(ctx.now()))?))
}

/// Returns the day by which a contribution is due: that of its earliest open remark once the review has sent it back,
/// otherwise its own. The caller has checked that the reader may see it.
pub async fn due_day(db: &impl ConnectionTrait, view: &DeliverableView) -> Result<NaiveDate> {
    let id = view.deliverable.id;
    let (submissions, remarks) = (deliverables::submissions(db, id).await?, store::remarks(db, &[id]).await?);
    Ok(super::model::due_day(&view.deliverable, &submissions, &remarks))
}

/// Makes the account of the edition before from its remarks.
async fn last_time(
    ctx: &Ctx,
    before: DeliverableView,
    remarks: Vec<Remark>,
    turns: &turns::Turns,
    sheets: &[Sheet],
) -> Result<LastTime> {
    Ok(LastTime {
        working_days: days_it_took(ctx, &before, turns).await?,
        sheet: sheet_of(&before, sheets)?.cloned(),
        carried: left(remarks),
        view: before,
    })
}

/// Returns the contribution for the latest period before, among those to the same chapter.
fn edition_before<'e>(editions: &'e [DeliverableView], view: &DeliverableView) -> Option<&'e DeliverableView> {
    let before = editions.iter().filter(|one| one.period < view.period && one.deliverable.id != view.deliverable.id);
    before.max_by(|one, other| one.period.cmp(&other.period))
}

/// Returns the remarks that an edition has left for the next one.
async fn left_by(db: &impl ConnectionTrait, before: &DeliverableView) -> Result<Vec<Remark>> {
    Ok(left(store::remarks(db, &[before.deliverable.id]).await?))
}

/// Keeps the remarks that are left for the next edition.
fn left(mut remarks: Vec<Remark>) -> Vec<Remark> {
    remarks.retain(|remark| remark.is_open() || remark.state == RemarkState::Carried);
    remarks
}

/// Returns the working days from the plan of a contribution to its acceptance.
async fn days_it_took(ctx: &Ctx, view: &DeliverableView, turns: &turns::Turns) -> Result<Option<i32>> {
    let id = view.deliverable.id;
    let Some(accepted) = deliverables::accepted_at(ctx.reader(), &[id]).await?.remove(&id) else { return Ok(None) };
    let Some(planned) = turns.planned_at(id) else { return Ok(None) };
    let calendars = ctx.recall(&AllCalendars).await?;
    Ok(Some(calendars.of(&view.territory)?.working_days_between(zone::day_of(planned), zone::day_of(accepted))?))
}

/// Returns the names of the people and bodies in a trace.
async fn names(
    ctx: &Ctx,
    submissions: &[Submission],
    remarks: &[Remark],
    readings: &[Reading],
    last: Option<&LastTime>,
) -> Result<Names> {
    let all = remarks.iter().chain(last.into_iter().flat_map(|last| &last.carried));
    let of_remarks = all.flat_map(|one| one.steps.iter().map(|step| step.by).chain([one.written_by]));
    let of_texts = submissions.iter().flat_map(|one| [one.submitted_by, one.answered_by, one.withdrawn_by]);
    let of_readings = readings.iter().flat_map(|one| [one.asked_by, one.answered_by, one.ended_by]);
    let ids: BTreeSet<PersonId> = of_remarks.chain(of_texts).chain(of_readings).flatten().collect();
    let people = if ids.is_empty() { Vec::new() } else { network::people_by_id(ctx.reader(), ids).await? };
    let bodies = ctx.recall(&AllBodies).await?;
    Ok(Names {
        people: people.into_iter().map(|person| (person.id, person.name())).collect(),
        bodies: bodies.iter().map(|body| (body.id, body.name.clone())).collect(),
    })
}

/// Adds the names of their readers to the readings of a contribution.
async fn views(ctx: &Ctx, readings: Vec<Reading>, about: &DeliverableView) -> Result<Vec<ReadingView>> {
    let observatories = ctx.recall(&AllObservatories).await?;
    let view = |reading: Reading| {
        let reader = observatories.iter().find(|one| one.id == reading.observatory_id);
        let reader =
            reader.ok_or_else(|| StoreError::inconsistent("peer_reading", reading.id, "is of no observatory"))?;
        Ok(ReadingView {
            reader_code: reader.code.clone(),
            reader_name: reader.name.clone(),
            about: about.clone(),
            reading,
        })
    };
    readings.into_iter().map(view).collect()
}

/// Returns the instant at which something final happened to a contribution, if it did.
fn ended_at(view: &DeliverableView, marks: &store::Marks) -> Option<DateTime<Utc>> {
    let state = view.deliverable.state();
    let is_final = matches!(
        state,
        DeliverableState::Published | DeliverableState::Verified | DeliverableState::Waived | DeliverableState::Missing
    );
    is_final.then_some(marks.changed_at)
}
