//! Use cases of tasks: one function each, inside the transaction it is given.

mod give;
mod late;
mod load;
mod propose;
mod renew;
mod several;
mod templates;
mod waits;
mod work;

pub use load::{Load, Months, PlaceLoad, load};

use super::mail;
use super::model::{GivenAt, Stage, Step, Task, is_open};
use super::policy::{self, Action, Subject, Visibility};
use super::store::{self, Cursor, Filter};
use crate::audit;
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::model::open_remarks;
use crate::deliverables::service::{self as deliverables, SubmitIn};
use crate::deliverables::view::DeliverableView;
use crate::designations::model::Seat;
use crate::designations::questions::AllSeats;
use crate::error::{Error, Result};
use crate::open::{Guarded, Scoped, Seen, open, read, scope};
use crate::tasks::verb::Verb;
use crate::typed;
use chrono::NaiveDate;
use entity::ids::{DeliverableId, OutcomeId, ProductStepId, ReleaseId, TaskId};
use entity::kinds::{TaskOrigin, TaskState};
use sea_orm::ConnectionTrait;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

pub use self::give::{
    DESCRIPTION_CHARACTERS, GiveIn, Recipients, accept, answers, check_wording, edit, give, hand_on, insist, refuse,
};
pub use self::late::{LateIn, declare_contribution_late, declare_late, late_work};
pub use self::propose::{
    ProposeIn, accept_day, decline_day, open_proposals, preview_day, proposal, proposals_for, proposals_of, propose,
    withdraw_day,
};
pub use self::renew::{Changes, renew, told_with};
pub use self::several::{Act, Chosen, Done, MOST_AT_ONCE, To, WORKING_DAYS, act_on_several};
pub use self::templates::{
    NAME_CHARACTERS, OFFSETS, change_template, create_template, due_from, restore_template, retire_template, template,
    templates,
};
pub use self::waits::{MOST_BEFORE, Waits, predecessors, wait_for, waiting, waits, waits_within};
pub use self::work::{
    Emptying, Work, WorkAsked, emptied_by, list_in_order, must_be_of, order, steps_done, understood, work,
};
pub use super::store::Filter as TaskFilter;

/// Longest title of a task, in characters.
pub const TITLE_CHARACTERS: usize = 300;
/// Estimated minutes of a task, at most a thousand hours. More is refused as a typing error.
pub const TASK_MINUTES: RangeInclusive<i32> = 0..=60_000;
/// Longest reason or note, in characters.
pub const TEXT_CHARACTERS: usize = 1000;

/// Returns the visible tasks that pass the filter, earliest day first.
pub async fn list(ctx: &Ctx, filter: &Filter, after: Option<Cursor>, limit: u64) -> Result<Vec<Task>> {
    let seats = ctx.recall(&AllSeats).await?;
    Ok(store::list(ctx.reader(), &seats, &scope::<Task>(ctx)?, filter, after, Some(limit)).await?)
}

/// Lists all visible tasks that pass a filter, earliest day first; none for a caller who sees no task.
pub async fn list_visible(ctx: &Ctx, filter: &Filter) -> Result<Vec<Task>> {
    let Some(visible) = Task::visibility(&ctx.actor) else { return Ok(Vec::new()) };
    let seats = ctx.recall(&AllSeats).await?;
    Ok(store::list(ctx.reader(), &seats, &visible, filter, None, None).await?)
}

/// Returns one task. Unknown and invisible ones get the same answer.
pub async fn task(ctx: &Ctx, db: &impl ConnectionTrait, id: TaskId) -> Result<Task> {
    read(ctx, db, id).await
}

/// Returns one task, for slices that act for the service itself: a mailed link, the portal.
pub async fn any_task(ctx: &Ctx, db: &impl ConnectionTrait, id: TaskId) -> Result<Task> {
    Task::find(ctx, db, &Visibility::Everything, id).await?.ok_or(Error::NotFound)
}

/// Returns all tasks that pass the filter, for slices that act for the service itself: the Monday page, the dossier.
pub async fn all(ctx: &Ctx, db: &impl ConnectionTrait, filter: &Filter) -> Result<Vec<Task>> {
    let seats = ctx.recall(&AllSeats).await?;
    Ok(store::list(db, &seats, &Visibility::Everything, filter, None, None).await?)
}

/// Returns the meeting and the point from which a task came, for members of the table, who may read every meeting that
/// gave a task.
pub async fn given_at(ctx: &Ctx, task: &Task) -> Result<Option<GivenAt>> {
    match task.outcome_id.filter(|_| ctx.actor.sits_at_the_table()) {
        Some(outcome) => Ok(store::given_at(ctx.reader(), outcome).await?),
        None => Ok(None),
    }
}

/// A step of a confirmed release, for one observatory.
#[derive(Clone, Debug)]
pub struct StepTask {
    pub seat: Arc<Seat>,
    pub release_id: ReleaseId,
    pub deliverable_id: DeliverableId,
    pub step_id: ProductStepId,
    pub title_it: String,
    pub title_en: String,
    pub due_day: NaiveDate,
    pub estimated_minutes: i32,
}

/// Plans the steps of a release; `releases` calls this and records the event.
pub async fn plan(ctx: &Ctx, txn: &Txn, steps: Vec<StepTask>) -> Result<()> {
    let tasks: Vec<Task> = steps.into_iter().map(|step| planned(ctx, step)).collect();
    Ok(store::insert_all(txn, &tasks).await?)
}

/// Makes the task of a step, still open.
fn planned(ctx: &Ctx, step: StepTask) -> Task {
    Task {
        id: ctx.new_id(),
        seat: step.seat,
        release_id: Some(step.release_id),
        deliverable_id: Some(step.deliverable_id),
        deliverable_state: None,
        step_id: Some(step.step_id),
        outcome_id: None,
        origin: TaskOrigin::Step,
        title_it: typed::cut(&step.title_it, TITLE_CHARACTERS),
        title_en: typed::cut(&step.title_en, TITLE_CHARACTERS),
        due_day: step.due_day,
        hand_set_day: None,
        followed_day: None,
        estimated_minutes: step.estimated_minutes,
        stage: Stage::OnCourse(Step::Open),
        note: None,
        text: None,
        told_with: None,
        version: 1,
        created_at: ctx.now(),
    }
}

/// Derives the days of a release's steps again; called by `releases` with the day of each step for each deliverable.
///
/// What is done or cancelled keeps the day it had; days set by hand stay.
pub async fn rederive(
    ctx: &Ctx,
    txn: &Txn,
    present: &[Task],
    day_of: impl Fn(ProductStepId, DeliverableId) -> Option<NaiveDate>,
) -> Result<()> {
    let mut by_day: BTreeMap<NaiveDate, Vec<TaskId>> = BTreeMap::new();
    for task in present {
        let (Some(step), Some(deliverable)) = (task.step_id, task.deliverable_id) else { continue };
        let Some(day) = day_of(step, deliverable) else { continue };
        if task.day_derived_anew(day) != task.due_day {
            by_day.entry(day).or_default().push(task.id);
        }
    }
    Ok(store::set_due_days(txn, &by_day, ctx.now()).await?)
}

/// Cancels the open tasks of a cancelled release; `releases` calls this and records the event.
pub async fn cancel_all(ctx: &Ctx, txn: &Txn, present: &[Task], reason: &str) -> Result<()> {
    for task in present {
        if let Ok(cancelled) = task.clone().cancelled(Some(typed::cut(reason, TEXT_CHARACTERS))) {
            store::save(txn, &cancelled, ctx.now()).await?;
        }
    }
    Ok(())
}

/// A task to create: from a meeting's outcome, or because a page is missing.
#[derive(Clone, Debug)]
pub struct NewTask {
    pub seat: Arc<Seat>,
    pub origin: TaskOrigin,
    pub release_id: Option<ReleaseId>,
    pub deliverable_id: Option<DeliverableId>,
    pub outcome_id: Option<OutcomeId>,
    pub title_it: String,
    pub title_en: String,
    pub due_day: NaiveDate,
    pub estimated_minutes: i32,
    /// Cut to the length of a note, because its source may be longer.
    pub note: Option<String>,
}

/// Creates a task for a seat, inside the use case that decided it.
///
/// Who may: the secretariat, the service itself. Mails: *given* to the holders of the seat, for a meeting's task; the
/// reminders follow. Errors: `required`,
/// `too_long`, `out_of_range`.
pub async fn create(ctx: &Ctx, txn: &Txn, new: NewTask) -> Result<Task> {
    ctx.demand(policy::may(&ctx.actor, Action::Create, subject(&new.seat)))?;
    check_new(&new)?;
    let task = Task {
        id: ctx.new_id(),
        seat: new.seat,
        release_id: new.release_id,
        deliverable_id: new.deliverable_id,
        deliverable_state: None,
        step_id: None,
        outcome_id: new.outcome_id,
        origin: new.origin,
        title_it: new.title_it.trim().to_owned(),
        title_en: new.title_en.trim().to_owned(),
        due_day: new.due_day,
        hand_set_day: None,
        followed_day: None,
        estimated_minutes: new.estimated_minutes,
        stage: Stage::OnCourse(Step::Open),
        note: new.note.map(|note| typed::cut(&note, TEXT_CHARACTERS)),
        text: None,
        told_with: None,
        version: 1,
        created_at: ctx.now(),
    };
    store::insert_all(txn, std::slice::from_ref(&task)).await?;
    record(ctx, txn, Verb::Create, &task).await?;
    let created = any_task(ctx, txn, task.id).await?;
    if created.origin == TaskOrigin::Outcome {
        mail::given(ctx, txn, &created).await?;
    }
    Ok(created)
}

/// Completes the open tasks about a page, because it is right or wrong in another way. Called by `portal` with the
/// deliverable, or with the release of a joint product.
///
/// Who may: the service itself. Mails: none.
pub async fn settle_pages(ctx: &Ctx, txn: &Txn, filter: &Filter) -> Result<()> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::Settle))?;
    for task in open_pages(ctx, txn, filter).await? {
        let task = if task.stage.resume().is_some() { task.unblocked()? } else { task };
        save(ctx, txn, task.completed(ctx.now())?, Verb::Settle).await?;
    }
    Ok(())
}

/// Returns the open tasks about a page.
pub async fn open_pages(ctx: &Ctx, db: &impl ConnectionTrait, filter: &Filter) -> Result<Vec<Task>> {
    let mut tasks = all(ctx, db, filter).await?;
    tasks.retain(|task| task.origin == TaskOrigin::MissingPage && is_open(task.state()));
    Ok(tasks)
}

fn check_new(new: &NewTask) -> Result<()> {
    for (field, title) in [("title_it", &new.title_it), ("title_en", &new.title_en)] {
        typed::required(field, title, TITLE_CHARACTERS)?;
    }
    typed::minutes("estimated_minutes", Some(new.estimated_minutes), TASK_MINUTES)?;
    Ok(())
}

/// Starts a task; a step also starts its deliverable.
///
/// Who may: those who work for the seat, the secretariat on its behalf. Mails: none. Errors: `wrong_transition`,
/// `stale`.
pub async fn start(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32) -> Result<Task> {
    let current = open::<Task>(ctx, txn, id, Action::Start, Seen::Version(version)).await?;
    let deliverable = current.deliverable_id;
    let saved = save(ctx, txn, current.started()?, Verb::Start).await?;
    if let Some(deliverable) = deliverable.filter(|_| saved.leads_to_hand_in()) {
        deliverables::work_begun(ctx, txn, deliverable).await?;
    }
    any_task(ctx, txn, id).await
}

/// Completes a task. Completing the observatory's last open step submits the deliverable, with the text and the note; a
/// blocked one counts as submitted after the block. Other tasks need no text and keep none.
///
/// Who may: those who work for the seat, the secretariat on its behalf. Mails: none. Errors: `wrong_transition`;
/// `text_missing` if it submits the deliverable; `unknown_value` for `document_id`, `not_a_url`, `too_long`, `stale`.
pub async fn complete(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32, input: SubmitIn) -> Result<Task> {
    let mut current = open::<Task>(ctx, txn, id, Action::Complete, Seen::Version(version)).await?;
    let input = deliverables::checked(input)?;
    let hands_in = hands_in(ctx, txn, &current).await?;
    current.note = input.note.clone().or(current.note);
    let done = save(ctx, txn, current.completed(ctx.now())?, Verb::Complete).await?;
    if let Some(deliverable) = done.deliverable_id.filter(|_| done.leads_to_hand_in()) {
        deliverables::work_begun(ctx, txn, deliverable).await?;
        if hands_in {
            deliverables::work_done(ctx, txn, deliverable, input).await?;
        }
    }
    any_task(ctx, txn, id).await
}

/// Returns whether completing the task submits its deliverable: it is the observatory's last open step.
pub async fn hands_in(ctx: &Ctx, db: &impl ConnectionTrait, task: &Task) -> Result<bool> {
    let Some(deliverable) = task.deliverable_id.filter(|_| task.leads_to_hand_in()) else { return Ok(false) };
    let steps = steps_to(ctx, db, deliverable).await?;
    if steps.iter().any(|step| step.id != task.id && is_open(step.state())) {
        return Ok(false);
    }
    Ok(deliverables::deliverable(db, deliverable).await?.deliverable.awaits_handing_in())
}

/// Returns the remarks of the review to which the task answers.
pub async fn remarks(db: &impl ConnectionTrait, task: &Task) -> Result<Option<String>> {
    let Some(deliverable) = task.deliverable_id.filter(|_| task.leads_to_hand_in()) else { return Ok(None) };
    Ok(open_remarks(&deliverables::submissions(db, deliverable).await?).map(str::to_owned))
}

/// Returns the observatory's steps towards a deliverable, earliest day first.
async fn steps_to(ctx: &Ctx, db: &impl ConnectionTrait, deliverable: DeliverableId) -> Result<Vec<Task>> {
    let filter = Filter { deliverable: Some(deliverable), ..Filter::default() };
    let mut steps = all(ctx, db, &filter).await?;
    steps.retain(Task::leads_to_hand_in);
    Ok(steps)
}

/// Opens a done task again. Rights as for [`start`]. Errors: `wrong_transition`, also for a step whose deliverable was
/// submitted meanwhile, because that is taken back as a whole ([`take_back`]); `stale`.
pub async fn reopen(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32) -> Result<Task> {
    let current = open::<Task>(ctx, txn, id, Action::Reopen, Seen::Version(version)).await?;
    save(ctx, txn, current.reopened()?, Verb::Reopen).await
}

/// Takes the submission of a deliverable back and opens again the step that had submitted it, due on the day of the
/// deliverable. After requested changes no step is opened, because then the deliverable itself is due.
///
/// Who may: the observatory, the secretariat on its behalf. Mails: none. Errors: those of [`deliverables::withdraw`].
pub async fn take_back(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32) -> Result<DeliverableView> {
    let taken_back = deliverables::withdraw(ctx, txn, id, version).await?;
    if let Some(step) = last_step_done(ctx, txn, id).await? {
        let reopened = save(ctx, txn, step.reopened()?, Verb::Reopen).await?;
        let day = taken_back.deliverable.due_day;
        if reopened.due_day != day {
            store::set_due_days(txn, &BTreeMap::from([(day, vec![reopened.id])]), ctx.now()).await?;
            deliverables::pass_days_on(txn, taken_back.deliverable.release_id).await?;
        }
    }
    Ok(taken_back)
}

/// Returns the step that submitted a deliverable; `None` while another step is open or changes are requested.
async fn last_step_done(ctx: &Ctx, txn: &Txn, id: DeliverableId) -> Result<Option<Task>> {
    if open_remarks(&deliverables::submissions(txn, id).await?).is_some() {
        return Ok(None);
    }
    let steps = steps_to(ctx, txn, id).await?;
    if steps.iter().any(|step| is_open(step.state())) {
        return Ok(None);
    }
    Ok(steps.into_iter().filter(|step| step.stage.done_at().is_some()).max_by_key(|step| step.stage.done_at()))
}

/// Blocks it with a reason; it remembers its state. Rights as for [`start`]. Errors: `wrong_transition`,
/// `reason_missing`, `too_long`, `stale`.
pub async fn block(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32, reason: &str) -> Result<Task> {
    let current = open::<Task>(ctx, txn, id, Action::Block, Seen::Version(version)).await?;
    save(ctx, txn, current.blocked(typed::reason("reason", reason, TEXT_CHARACTERS)?)?, Verb::Block).await
}

/// Unblocks it, back to its former state. Rights as for [`start`]. Errors: `wrong_transition`, `stale`.
pub async fn unblock(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32) -> Result<Task> {
    let current = open::<Task>(ctx, txn, id, Action::Unblock, Seen::Version(version)).await?;
    save(ctx, txn, current.unblocked()?, Verb::Unblock).await
}

/// Cancels it with a reason. Who may: the secretariat. Mails: *changed* to the holders of its seat, for a task that the
/// secretariat gave. Errors: `wrong_transition`, `reason_missing`, `too_long`, `stale`.
pub async fn cancel(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32, reason: &str) -> Result<Task> {
    let (cancelled, is_told) = cancel_untold(ctx, txn, id, version, reason).await?;
    if let Some(reason) = cancelled.stage.reason().filter(|_| is_told) {
        mail::changed(ctx, txn, &cancelled, mail::Change::Cancelled { reason }).await?;
    }
    Ok(cancelled)
}

/// Cancels a task like [`cancel`], without its mail. Returns whether the holders of its seat are told.
async fn cancel_untold(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32, reason: &str) -> Result<(Task, bool)> {
    let current = open::<Task>(ctx, txn, id, Action::Cancel, Seen::Version(version)).await?;
    let reason = typed::reason("reason", reason, TEXT_CHARACTERS)?;
    let was_refused = current.state() == TaskState::Refused;
    let cancelled = save(ctx, txn, current.cancelled(Some(reason))?, Verb::Cancel).await?;
    let is_told = cancelled.origin == TaskOrigin::Given && !was_refused;
    Ok((cancelled, is_told))
}

/// Sets a day by hand, which survives every move of the release; `None` restores the derived day.
///
/// Who may: the secretariat. Mails: *changed* to the holders of its seat, for a task that the secretariat gave. Errors:
/// `wrong_transition`, `nothing_changes`, `stale`; `non_working_day` and `day_in_past` for a task that the secretariat
/// gave.
pub async fn reschedule(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32, day: Option<NaiveDate>) -> Result<Task> {
    let (saved, is_told) = reschedule_untold(ctx, txn, id, version, day).await?;
    if is_told {
        mail::changed(ctx, txn, &saved, mail::Change::Rescheduled).await?;
    }
    Ok(saved)
}

/// Sets a day like [`reschedule`], without its mail. Returns whether the holders of its seat are told.
async fn reschedule_untold(
    ctx: &Ctx,
    txn: &Txn,
    id: TaskId,
    version: i32,
    day: Option<NaiveDate>,
) -> Result<(Task, bool)> {
    let current = open::<Task>(ctx, txn, id, Action::Reschedule, Seen::Version(version)).await?;
    let is_given = current.origin == TaskOrigin::Given;
    let rescheduled = current.rescheduled(day)?;
    if let Some(day) = day.filter(|_| is_given) {
        give::must_work(ctx, &rescheduled.seat, day).await?;
    }
    Ok((save(ctx, txn, rescheduled, Verb::Reschedule).await?, is_given))
}

impl Guarded for Task {
    type Action = Action;
    const VIEW: Action = Action::View;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        policy::may(actor, action, subject(&self.seat))
    }

    fn version(&self) -> i32 {
        self.version
    }
}

impl Scoped for Task {
    type Id = TaskId;
    type Visibility = Visibility;

    fn visibility(actor: &Actor) -> Option<Visibility> {
        policy::visibility(actor)
    }

    async fn find(ctx: &Ctx, db: &impl ConnectionTrait, visible: &Visibility, id: TaskId) -> Result<Option<Self>> {
        Ok(store::find(db, &*ctx.recall(&AllSeats).await?, visible, id).await?)
    }
}

/// Returns the owner of a task of the seat.
pub fn subject(seat: &Seat) -> Subject {
    Subject { seat: seat.id, observatory: seat.observatory_id, body: seat.body_id }
}

async fn save(ctx: &Ctx, txn: &Txn, after: Task, verb: Verb) -> Result<Task> {
    store::save(txn, &after, ctx.now()).await?;
    record(ctx, txn, verb, &after).await?;
    any_task(ctx, txn, after.id).await
}

async fn record(ctx: &Ctx, txn: &Txn, verb: Verb, task: &Task) -> Result<()> {
    let event = audit::Event {
        action: verb.into(),
        subject: ("task", task.id.to_string()),
        on_behalf_of: ctx.actor.on_behalf_of(task.seat.body_id),
        channel: None,
        source: None,
        details: serde_json::json!({
            "seat": task.seat.code,
            "state": task.state(),
            "due_day": task.due_day,
            "hand_set_day": task.hand_set_day,
        }),
    };
    audit::record(ctx, txn, event).await
}
