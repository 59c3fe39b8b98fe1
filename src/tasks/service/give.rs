//! Tasks that the secretariat gives outside meetings, to one seat or to several observatories at once, and the answers to
//! them: accepted or refused, then insisted on or handed on.

use super::{TASK_MINUTES, TEXT_CHARACTERS, TITLE_CHARACTERS, any_task, save, store, subject, waits};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::service as deliverables;
use crate::designations::model::Seat;
use crate::designations::questions::AllSeats;
use crate::designations::service::{self as designations, SeatKey};
use crate::error::{Code, Error, Result};
use crate::network::questions::AllCalendars;
use crate::open::{Seen, open};
use crate::tasks::mail::{self, Change};
use crate::tasks::model::{Stage, Task, Wording};
use crate::tasks::policy::{self, Action};
use crate::tasks::reply::Reply;
use crate::tasks::store::replies;
use crate::tasks::verb::Verb;
use crate::time::Calendars;
use crate::typed::{self, Reading};
use chrono::NaiveDate;
use entity::ids::{DeliverableId, ReleaseId, TaskId};
use entity::kinds::{ObligationKind, ReplyKind, SeatKind, TaskOrigin};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Longest description of a task, in characters.
pub const DESCRIPTION_CHARACTERS: usize = 4000;

/// The seats that get a task.
#[derive(Clone, Debug)]
pub enum Recipients {
    /// The seat with this code.
    Seat(String),
    /// The referents of the observatories with these codes, each with a task of its own.
    Observatories(Vec<String>),
}

/// A task to give.
#[derive(Clone, Debug)]
pub struct GiveIn {
    pub recipients: Recipients,
    pub title: String,
    pub text: Option<String>,
    pub day: NaiveDate,
    pub estimated_minutes: i32,
    /// A release with contributions, to which the work belongs.
    pub release_id: Option<ReleaseId>,
    /// A contribution of the one recipient.
    pub deliverable_id: Option<DeliverableId>,
    /// Tasks that have to be done before.
    pub after: Vec<TaskId>,
}

/// Gives a task to one seat, or one task each to several observatories, in one transaction.
///
/// One recipient must work on the day. Of several, each gets the last day on or before it that its own territory works.
/// Who may: the secretariat. Mails: *given* to the holders of the seats, several tasks within some minutes in one mail.
/// Errors: `required`, `too_long`, `out_of_range`, `unknown_value`, `non_working_day`, `day_in_past`.
pub async fn give(ctx: &Ctx, txn: &Txn, input: GiveIn) -> Result<Vec<Task>> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::Create))?;
    let wording = check_wording(&input.title, input.text.as_deref(), input.estimated_minutes)?;
    let seats = recipients(ctx, &input.recipients).await?;
    let release_id = concerning(txn, &input, &seats).await?;
    let after = waits::known(ctx, txn, &input.after).await?;
    let calendars = ctx.recall(&AllCalendars).await?;
    let is_for_one = seats.len() == 1;
    let mut given = Vec::new();
    for seat in seats {
        ctx.demand(policy::may(&ctx.actor, Action::Create, subject(&seat)))?;
        let due_day = if is_for_one {
            worked(ctx, &calendars, &seat, input.day)?
        } else {
            not_past(ctx, calendars.of(&seat.territory)?.previous_working(input.day)?)?
        };
        given.push(Task {
            id: ctx.new_id(),
            seat,
            release_id,
            deliverable_id: input.deliverable_id,
            deliverable_state: None,
            step_id: None,
            outcome_id: None,
            origin: TaskOrigin::Given,
            title_it: wording.title.clone(),
            title_en: wording.title.clone(),
            due_day,
            hand_set_day: None,
            followed_day: None,
            estimated_minutes: wording.estimated_minutes,
            stage: Stage::Given,
            note: None,
            text: wording.text.clone(),
            told_with: None,
            version: 1,
            created_at: ctx.now(),
        });
    }
    store::insert_all(txn, &given).await?;
    let pairs = given.iter().flat_map(|task| after.iter().map(|before| (task.id, *before)));
    store::waits::insert(txn, &pairs.collect::<Vec<_>>()).await?;
    for task in &given {
        super::record(ctx, txn, Verb::Give, task).await?;
    }
    mail::given_together(ctx, txn, &given).await?;
    Ok(given)
}

/// Checks what the secretariat writes about a task. Errors: `required`, `too_long`, `out_of_range`.
pub fn check_wording(title: &str, text: Option<&str>, minutes: i32) -> Result<Wording> {
    Reading::of(|reading| worded(reading, title, text, minutes))
}

fn worded(reading: &mut Reading, title: &str, text: Option<&str>, minutes: i32) -> Option<Wording> {
    let title = reading.text("title", title, TITLE_CHARACTERS);
    let text = reading.take(typed::optional("text", text, DESCRIPTION_CHARACTERS));
    let minutes = reading.take(typed::minutes("estimated_minutes", Some(minutes), TASK_MINUTES));
    Some(Wording { title: title?, text: text?, estimated_minutes: minutes? })
}

/// Finds the seats of the recipients, each once, in the order of their codes.
async fn recipients(ctx: &Ctx, recipients: &Recipients) -> Result<Vec<Arc<Seat>>> {
    let codes = match recipients {
        Recipients::Seat(code) => {
            let seat = designations::seat(ctx, SeatKey::Code(code)).await.map_err(|error| error.as_unknown("seat"))?;
            return Ok(vec![seat]);
        }
        Recipients::Observatories(codes) => codes.iter().map(String::as_str).collect::<BTreeSet<_>>(),
    };
    if codes.is_empty() {
        return Err(Error::field("observatories", Code::Required));
    }
    let is_meant = |seat: &&Arc<Seat>| {
        seat.kind == SeatKind::Referent && seat.observatory_code.as_deref().is_some_and(|code| codes.contains(code))
    };
    let seats: Vec<Arc<Seat>> = ctx.recall(&AllSeats).await?.iter().filter(is_meant).cloned().collect();
    if seats.len() == codes.len() { Ok(seats) } else { Err(Error::field("observatories", Code::UnknownValue)) }
}

/// Checks the release or the contribution to which the task belongs, and returns the release.
async fn concerning(txn: &Txn, input: &GiveIn, seats: &[Arc<Seat>]) -> Result<Option<ReleaseId>> {
    if let Some(id) = input.deliverable_id {
        let unknown = || Error::field("deliverable_id", Code::UnknownValue);
        let view = deliverables::deliverable(txn, id).await.map_err(|error| error.as_unknown("deliverable_id"))?;
        let owner = view.deliverable.observatory_id;
        if input.release_id.is_some_and(|release| release != view.deliverable.release_id) {
            return Err(Error::field("release_id", Code::OneOfTwo));
        }
        let is_others = |seat: &Arc<Seat>| seat.observatory_id.is_some_and(|observatory| observatory != owner);
        if seats.iter().any(is_others) {
            return Err(unknown());
        }
        return Ok(Some(view.deliverable.release_id));
    }
    if let Some(release) = input.release_id {
        let at_work = deliverables::releases_at_work(txn).await?;
        if at_work.iter().all(|known| known.id != release) {
            return Err(Error::field("release_id", Code::UnknownValue));
        }
    }
    Ok(input.release_id)
}

/// Refuses a day in the past, or one that the territory of the seat does not work.
fn worked(ctx: &Ctx, calendars: &Calendars, seat: &Seat, day: NaiveDate) -> Result<NaiveDate> {
    calendars.joint([seat.territory.as_str()])?.must_be_worked(day, |_| vec![seat.place().to_owned()])?;
    not_past(ctx, day)
}

fn not_past(ctx: &Ctx, day: NaiveDate) -> Result<NaiveDate> {
    if day < ctx.today() { Err(Error::field("day", Code::DayInPast)) } else { Ok(day) }
}

/// Refuses a day in the past, or one that the territory of the seat does not work.
pub(super) async fn must_work(ctx: &Ctx, seat: &Seat, day: NaiveDate) -> Result<NaiveDate> {
    worked(ctx, ctx.recall(&AllCalendars).await?.as_ref(), seat, day)
}

/// Changes title, description or minutes of a task that the secretariat gave.
///
/// Who may: the secretariat. Mails: *changed* to the holders of the seat. Errors: `not_given` for another task,
/// `wrong_transition`, `nothing_changes`, `required`, `too_long`, `out_of_range`, `stale`.
pub async fn edit(
    ctx: &Ctx,
    txn: &Txn,
    id: TaskId,
    seen: Seen,
    change: impl FnOnce(Wording) -> Result<Wording>,
) -> Result<Task> {
    let current = open::<Task>(ctx, txn, id, Action::Edit, seen).await?;
    let Wording { title, text, estimated_minutes } = change(current.wording())?;
    let wording = check_wording(&title, text.as_deref(), estimated_minutes)?;
    let saved = save(ctx, txn, current.reworded(wording)?, Verb::Edit).await?;
    mail::changed(ctx, txn, &saved, Change::Edited).await?;
    Ok(saved)
}

/// Accepts a given task. Who may: those who work for the seat, the secretariat on its behalf. Mails: none. Errors:
/// `wrong_transition`, `stale`.
pub async fn accept(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32) -> Result<Task> {
    let current = open::<Task>(ctx, txn, id, Action::Accept, Seen::Version(version)).await?;
    let saved = save(ctx, txn, current.accepted()?, Verb::Accept).await?;
    reply(ctx, txn, &saved, ReplyKind::Accepted, None).await?;
    Ok(saved)
}

/// Refuses a given task; it is back with the secretariat, which insists, gives it to another seat or cancels it.
///
/// Who may: those who work for the seat, the secretariat on its behalf. Mails: *refused* to the secretariat. Errors:
/// `wrong_transition`, `reason_missing`, `too_long`, `stale`.
pub async fn refuse(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32, reason: &str) -> Result<Task> {
    let current = open::<Task>(ctx, txn, id, Action::Refuse, Seen::Version(version)).await?;
    let reason = typed::reason("reason", reason, TEXT_CHARACTERS)?;
    let saved = save(ctx, txn, current.refused(reason.clone())?, Verb::Refuse).await?;
    reply(ctx, txn, &saved, ReplyKind::Refused, Some(reason)).await?;
    mail::refused(ctx, txn, &saved).await?;
    Ok(saved)
}

/// Gives a refused task to the same seat again, which cannot refuse it any more.
///
/// Who may: the secretariat. Mails: *changed* to the holders of the seat. Errors: `wrong_transition`, `reason_missing`,
/// `too_long`, `stale`.
pub async fn insist(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32, reason: &str) -> Result<Task> {
    let current = open::<Task>(ctx, txn, id, Action::Insist, Seen::Version(version)).await?;
    let reason = typed::reason("reason", reason, TEXT_CHARACTERS)?;
    let saved = save(ctx, txn, current.insisted_on()?, Verb::Insist).await?;
    reply(ctx, txn, &saved, ReplyKind::Insisted, Some(reason.clone())).await?;
    mail::changed(ctx, txn, &saved, Change::Insisted { reason: &reason }).await?;
    Ok(saved)
}

/// Gives a refused task to another seat, due by a day that its territory works.
///
/// Who may: the secretariat. Mails: *given* to the holders of the new seat. Errors: `wrong_transition`, `unknown_value`,
/// `nothing_changes` for the same seat, `non_working_day`, `day_in_past`, `stale`.
pub async fn hand_on(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32, code: &str, day: NaiveDate) -> Result<Task> {
    let current = open::<Task>(ctx, txn, id, Action::HandOn, Seen::Version(version)).await?;
    let seat = designations::seat(ctx, SeatKey::Code(code)).await.map_err(|error| error.as_unknown("seat"))?;
    let mut handed_on = current.handed_on(seat)?;
    handed_on.due_day = must_work(ctx, &handed_on.seat, day).await?;
    handed_on.hand_set_day = None;
    let saved = save(ctx, txn, handed_on, Verb::HandOn).await?;
    reply(ctx, txn, &saved, ReplyKind::HandedOn, None).await?;
    mail::given_together(ctx, txn, std::slice::from_ref(&saved)).await?;
    any_task(ctx, txn, id).await
}

/// Returns the replies about a task, oldest first. The caller has checked that the reader may see it.
pub async fn answers(ctx: &Ctx, task: &Task) -> Result<Vec<Reply>> {
    Ok(replies::about(ctx.reader(), (ObligationKind::Task, task.id.0)).await?)
}

async fn reply(ctx: &Ctx, txn: &Txn, task: &Task, kind: ReplyKind, text: Option<String>) -> Result<()> {
    let reply = Reply {
        id: ctx.new_id(),
        about: (ObligationKind::Task, task.id.0),
        kind,
        due_day: task.day(),
        day: None,
        text,
        person_id: ctx.actor.person_id(),
        at: ctx.now(),
    };
    Ok(replies::insert(txn, &reply).await?)
}
