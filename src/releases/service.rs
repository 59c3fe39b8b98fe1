//! Use cases of the agenda: one function each, inside the transaction of the caller. Reads for pages and feeds are in
//! `service/show.rs`.

mod act;
mod concerned;
mod entries;
mod plan;
mod renew;
mod show;
mod study;

pub use super::mail::Workload;
pub use act::{Act, Acted, carry_out, told};
pub use entries::{about, entries};
pub use plan::{PlanIn, plan, plan_by_rule, plannable};
pub use renew::{Outdated, Renewed, outdated, renew_steps, told_of_renewal};
pub use show::{
    agenda, changed_dates, editions, filter, holidays, last_change, latest_days, narrowing, notices_since, overtaken,
    places, release_at, shown, story, story_of, years,
};

use self::concerned::Network;
use self::plan::{free_address, observatory_for, product_for};
use super::mail::{self, Telling};
use super::model::{NOTICE_TARGET_WORKING_DAYS, Reason, Refusal, Release, Slot, When, must_be_in_use, must_be_owed_by};
use super::policy::{self, Action};
use super::questions::ReleaseOf;
use super::store::{self, Cursor, Filter, NewChange};
use super::view::{Afterwards, ByRule, ReleaseView};
use super::work_plan::{Work, counts};
use crate::audit;
use crate::auth::actor::Actor;
use crate::catalogue::model::{Product, Step};
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::deliverables::service::{self as deliverables, Owed};
use crate::designations::model::Seat;
use crate::designations::questions::AllSeats;
use crate::each::Failures;
use crate::error::{Error, Refusal as _, Result};
use crate::network::model::ObservatoryView;
use crate::open::{Guarded, Scoped, Seen, open};
use crate::releases::verb::Verb;
use crate::reviews::model::release::{Point, ReleaseChecklist};
use crate::reviews::service as reviews;
use crate::tasks::service::{self as tasks, StepTask};
use crate::texts::{Label as _, Lang};
use crate::time::{Period, words};
use crate::typed;
use chrono::{NaiveDate, NaiveTime};
use entity::ids::{DeliverableId, ObservatoryId, OutcomeId, ReleaseId};
use entity::kinds::{ReleaseChangeKind, ReleaseState};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;
use std::sync::Arc;

pub use super::store::{Filter as ReleaseFilter, Owner};
pub use study::{Author, cancel_study, change_study, plan_study};

/// Longest reason for a date, in characters.
pub const REASON_CHARACTERS: usize = 2000;

/// Lists the releases that pass the filter, by day. Public.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &Filter,
    after: Option<Cursor>,
    limit: u64,
) -> Result<Vec<ReleaseView>> {
    Ok(store::list(db, filter, after, Some(limit)).await?)
}

/// Lists every release that passes the filter, for feeds and for slices that act for the service itself.
pub async fn all(db: &impl ConnectionTrait, filter: &Filter) -> Result<Vec<ReleaseView>> {
    Ok(store::list(db, filter, None, None).await?)
}

/// Finds one release, for use cases; reads ask [`release_of`].
pub async fn release(db: &impl ConnectionTrait, id: ReleaseId) -> Result<ReleaseView> {
    store::find(db, id).await?.ok_or(Error::NotFound)
}

/// Finds one release, for reads. Public.
pub async fn release_of(ctx: &Ctx, id: ReleaseId) -> Result<ReleaseView> {
    ctx.recall(&ReleaseOf(id)).await?.as_ref().clone().ok_or(Error::NotFound)
}

/// Tells whether a notice reaches the network's target.
pub const fn is_notice_kept(notice: i32) -> bool {
    notice >= NOTICE_TARGET_WORKING_DAYS
}

/// Returns an observatory with the products to which it contributes. Public.
pub async fn owner(ctx: &Ctx, observatory: &ObservatoryView) -> Result<Owner> {
    let catalogue = ctx.recall(&Catalogue).await?;
    let contributes = |product: &&Product| product.details.contributors.include(observatory);
    let products = catalogue.iter().filter(contributes).map(|product| product.id).collect();
    Ok(Owner { observatory: observatory.id, products })
}

/// Gives a provisional release another provisional date.
///
/// Who may: the secretariat. Mails: none. Errors: `wrong_transition`, `nothing_changes`, `day_in_past`, `period_not_begun`,
/// `hour_skipped`, `stale`.
pub async fn improve(ctx: &Ctx, txn: &Txn, id: ReleaseId, version: i32, when: When) -> Result<ReleaseView> {
    let current = open::<ReleaseView>(ctx, txn, id, Action::Improve, Seen::Version(version)).await?.release;
    let improved = current.improved(when, ctx.today())?;
    save(ctx, txn, &improved, ReleaseChangeKind::Improved, Why::default()).await
}

/// Gives a provisional release the date of the rule, and the sentence that explains it; `agenda` calls this. As
/// [`improve`] otherwise.
pub async fn improve_by_rule(
    ctx: &Ctx,
    txn: &Txn,
    id: ReleaseId,
    version: i32,
    when: When,
    said: ByRule,
) -> Result<ReleaseView> {
    let current = open::<ReleaseView>(ctx, txn, id, Action::Improve, Seen::Version(version)).await?.release;
    let improved = current.improved(when, ctx.today())?.by_rule();
    save(ctx, txn, &improved, ReleaseChangeKind::Improved, Why { by_rule: Some(said), ..Why::default() }).await
}

/// Corrections of the product and the period; absent members stay.
#[derive(Clone, Debug, Default)]
pub struct CorrectIn {
    /// The product's code.
    pub product: Option<String>,
    /// Code of the observatory that owes the release, or none.
    pub observatory: Option<Option<String>>,
    pub period: Option<Period>,
}

/// Corrects the product, the observatory or the period of a provisional release. Its date and its identity in calendars
/// stay; the address of its page names the corrected ones.
///
/// Who may: the secretariat. Mails: none. Errors: `wrong_transition` once confirmed, `nothing_changes`,
/// `release_exists`, `period_of_another_kind`, `period_not_begun`, `out_of_range`, `unknown_value` for the product or
/// the observatory, `observatory_missing`, `observatory_out_of_place`, `stale`.
pub async fn correct(ctx: &Ctx, txn: &Txn, id: ReleaseId, version: i32, input: CorrectIn) -> Result<ReleaseView> {
    let view = open::<ReleaseView>(ctx, txn, id, Action::Correct, Seen::Version(version)).await?;
    let (current, owner) = (view.release, view.observatory.map(|whose| whose.code));
    let product = match &input.product {
        Some(code) => product_for(ctx, code).await?,
        None => product_of(ctx, &current).await?,
    };
    let period = input.period.unwrap_or(current.period);
    let owner = input.observatory.unwrap_or(owner);
    let observatory = observatory_for(ctx, &product, owner.as_deref()).await?.map(|one| one.id);
    if product.id != current.product_id {
        must_be_in_use(&product)?;
    }
    let before = current.period;
    let corrected = current.corrected(&product, observatory, period)?;
    if store::exists(txn, product.id, &period.to_string(), observatory).await? {
        return Err(Refusal::ReleaseExists.into());
    }
    let slug = free_address(txn, &product, owner.as_deref(), period).await?;
    store::save(txn, &corrected, Some(slug), ctx.now()).await?;
    let details = serde_json::json!({ "product": product.code, "period": period, "period_before": before });
    audit::record(ctx, txn, audit::Event::about(Verb::Correct, ("release", id.to_string()), details)).await?;
    release(txn, id).await
}

/// Input for confirming a date.
#[derive(Clone, Debug)]
pub struct ConfirmIn {
    pub day: NaiveDate,
    /// Wall time in Europe/Rome; `None`: the product's hour.
    pub hour: Option<NaiveTime>,
    /// Public reason for a day that is not worked in all territories concerned. Without it such a day is refused.
    pub despite_non_working: Option<String>,
}

/// Confirms a release for a day and an hour, by the secretariat or because a meeting decided it (`outcome_id`).
///
/// What happens: creates, in the same transaction, one deliverable for each observatory that owes the release (the one
/// observatory of an autonomous product, otherwise every contributor) and one task for each step, due on working
/// days of each territory. `version` is the version that the caller read; without it the decision applies to the
/// present version. Who may: the secretariat. Mails: *confirmed* to referents and deputies of the observatories concerned.
/// Errors: `wrong_transition`, `non_working_day`, `day_in_past`, `period_not_begun`, `hour_skipped`, `observatory_missing` and `observatory_out_of_place` if the
/// product's scope has changed since the release was planned, `too_long`, `stale`.
pub async fn confirm(
    ctx: &Ctx,
    txn: &Txn,
    id: ReleaseId,
    seen: Seen,
    input: ConfirmIn,
    outcome_id: Option<OutcomeId>,
) -> Result<Acted> {
    let current = open::<ReleaseView>(ctx, txn, id, Action::Confirm, seen).await?.release;
    let (product, network) = (product_of(ctx, &current).await?, Network::now(ctx).await?);
    let slot = Slot { day: input.day, hour: input.hour.unwrap_or(product.details.default_hour) };
    let confirmed = current.confirmed(slot, ctx.now())?;
    // The refusal names no field, because no field of a confirmation can correct it: the release has to be cancelled
    // and planned again.
    must_be_owed_by(&product, confirmed.observatory).map_err(|refusal| Error::refused(refusal.said().code))?;
    let concerned = network.concerned(&confirmed, &[]);
    let despite_non_working =
        network.check_day(&concerned, ctx.today(), slot.day, input.despite_non_working.as_deref())?;
    let before = Workload::of(ctx, txn, id).await?;
    let why = Why { despite_non_working, outcome_id, ..Why::default() };
    let view = save(ctx, txn, &confirmed, ReleaseChangeKind::Confirmed, why).await?;
    plan_work(ctx, txn, &confirmed, &product, &network).await?;
    let after = mail::tell(ctx, txn, &view, &product, &Telling::Confirmed).await?;
    Ok(Acted { view, before, after })
}

/// Creates one deliverable for each observatory concerned and one task for each step.
async fn plan_work(ctx: &Ctx, txn: &Txn, release: &Release, product: &Product, network: &Network) -> Result<()> {
    let work = network.work(product, release, &network.concerned(release, &[]))?;
    let deliverables = deliverables::plan(ctx, txn, release.id, &owed(&work)).await?;
    let seats = ctx.recall(&AllSeats).await?;
    let mut steps = Vec::new();
    for one in &work {
        for step in &product.steps {
            let (Some(deliverable_id), Some(due_day)) = (deliverables.get(&one.observatory), one.day_of(step.id))
            else {
                continue;
            };
            let seat = Arc::clone(network.seat_for(&seats, step.seat, one.observatory)?);
            steps.push(step_task(product, release, step, seat, (*deliverable_id, due_day)));
        }
    }
    tasks::plan(ctx, txn, steps).await
}

/// Makes the task of a step for a contribution, due on a day.
fn step_task(
    product: &Product,
    release: &Release,
    step: &Step,
    seat: Arc<Seat>,
    (deliverable_id, due_day): (DeliverableId, NaiveDate),
) -> StepTask {
    StepTask {
        title_it: step_title(&step.name_it, product, release.period, &seat, Lang::It),
        title_en: step_title(&step.name_en, product, release.period, &seat, Lang::En),
        seat,
        release_id: release.id,
        deliverable_id,
        step_id: step.id,
        due_day,
        estimated_minutes: step.estimated_minutes,
    }
}

/// «Bozza della relazione: Relazione territoriale sul mercato del lavoro, 2026».
fn step_title(step: &str, product: &Product, period: Period, seat: &Seat, lang: Lang) -> String {
    let (product, period) = (product.name(lang), words::period_of_name(period, lang));
    let is_own = seat.observatory_id.is_some();
    if is_own {
        format!("{step}: {product}, {period}")
    } else {
        format!("{step} ({}): {product}, {period}", seat.place())
    }
}

fn owed(work: &[Work]) -> Vec<Owed> {
    work.iter().map(|one| Owed { observatory_id: one.observatory, due_day: one.due_day }).collect()
}

/// Input for moving a confirmed date.
#[derive(Clone, Debug)]
pub struct MoveIn {
    pub day: NaiveDate,
    /// Wall time in Europe/Rome; `None`: the present hour.
    pub hour: Option<NaiveTime>,
    /// Public; cannot be changed later.
    pub reason: Reason,
    /// Public reason for a day that is not worked in all territories concerned. Without it such a day is refused.
    pub despite_non_working: Option<String>,
}

/// Moves a confirmed date, with a public reason.
///
/// What happens: computes the due days of open deliverables and tasks again in the same transaction, except days set by
/// hand. `version` and `outcome_id` as in [`confirm`]. Who may: the secretariat. Mails: *moved*, like *confirmed*. Errors:
/// `wrong_transition`, `reason_missing`, `nothing_changes`, `non_working_day`, `day_in_past`, `period_not_begun`,
/// `hour_skipped`, `too_long`, `stale`.
pub async fn move_to(
    ctx: &Ctx,
    txn: &Txn,
    id: ReleaseId,
    seen: Seen,
    input: MoveIn,
    outcome_id: Option<OutcomeId>,
) -> Result<Acted> {
    let current = open::<ReleaseView>(ctx, txn, id, Action::Move, seen).await?.release;
    let reason = checked_reason(input.reason)?;
    let (product, network) = (product_of(ctx, &current).await?, Network::now(ctx).await?);
    let hour = input.hour.or(current.when().hour()).unwrap_or(product.details.default_hour);
    let slot = Slot { day: input.day, hour };
    let from = current.when();
    let moved = current.moved(slot, ctx.now())?;
    let shares = store::shares(txn, &[id]).await?.remove(&id).unwrap_or_default();
    let concerned = network.concerned(&moved, &shares);
    let despite_non_working =
        network.check_day(&concerned, ctx.today(), slot.day, input.despite_non_working.as_deref())?;
    let (before, text) = (Workload::of(ctx, txn, id).await?, reason.text.clone());
    let why = Why { reason: Some(reason), despite_non_working, outcome_id, ..Why::default() };
    let view = save(ctx, txn, &moved, ReleaseChangeKind::Moved, why).await?;
    rederive_work(ctx, txn, &moved, &before, &own_work(&network, &product, &moved, &before)?).await?;
    let telling = Telling::Moved { from, before: &before, reason: text };
    let after = mail::tell(ctx, txn, &view, &product, &telling).await?;
    Ok(Acted { view, before, after })
}

/// Returns the work of the observatories of a release, each by the steps that its own tasks have, because a release keeps
/// the steps and the observatories with which it was confirmed.
fn own_work(network: &Network, product: &Product, release: &Release, present: &Workload) -> Result<Vec<Work>> {
    let mut work = Vec::new();
    for view in &present.contributions {
        let owed = &view.deliverable;
        let own = || present.tasks.iter().filter(|task| task.deliverable_id == Some(owed.id) && counts(product, task));
        let planned = product.as_planned(|step| own().any(|task| task.step_id == Some(step)));
        let whose = network.provinces.observatories.iter().find(|one| one.id == owed.observatory_id);
        work.extend(network.work(&planned, release, whose.as_slice())?);
    }
    Ok(work)
}

/// Gives the present work for a release the days of other work.
async fn rederive_work(ctx: &Ctx, txn: &Txn, release: &Release, present: &Workload, work: &[Work]) -> Result<()> {
    deliverables::rederive(ctx, txn, &present.contributions, &owed(work)).await?;
    let observatories = present.contributions.iter().map(|view| &view.deliverable);
    let observatory_of: HashMap<DeliverableId, ObservatoryId> =
        observatories.map(|owed| (owed.id, owed.observatory_id)).collect();
    let work_of: HashMap<ObservatoryId, &Work> = work.iter().map(|one| (one.observatory, one)).collect();
    let day_of = |step, deliverable| work_of.get(observatory_of.get(&deliverable)?)?.day_of(step);
    tasks::rederive(ctx, txn, &present.tasks, day_of).await?;
    deliverables::pass_days_on(txn, release.id).await
}

/// Cancels a release permanently, with a public reason, and cancels its open work.
///
/// Who may: the secretariat. Mails: *cancelled*, like *confirmed*, if it was confirmed. Errors: `wrong_transition`,
/// `reason_missing`, `too_long`, `stale`.
pub async fn cancel(
    ctx: &Ctx,
    txn: &Txn,
    id: ReleaseId,
    seen: Seen,
    reason: Reason,
    outcome_id: Option<OutcomeId>,
) -> Result<Acted> {
    let current = open::<ReleaseView>(ctx, txn, id, Action::Cancel, seen).await?.release;
    let reason = checked_reason(reason)?;
    let text = reason.text.clone();
    let cancelled = current.cancelled(reason.clone())?;
    let before = Workload::of(ctx, txn, id).await?;
    let why = Why { reason: Some(reason), outcome_id, ..Why::default() };
    let view = save(ctx, txn, &cancelled, ReleaseChangeKind::Cancelled, why).await?;
    deliverables::waive_all(ctx, txn, &before.contributions, &text).await?;
    tasks::cancel_all(ctx, txn, &before.tasks, &text).await?;
    let product = product_of(ctx, &cancelled).await?;
    let after = mail::tell(ctx, txn, &view, &product, &Telling::Cancelled { reason: text }).await?;
    Ok(Acted { view, before, after })
}

/// Publishes every release whose instant has come and that nothing keeps back ([`before_release`]). Other releases stay due,
/// become late, and are checked again at the next run.
///
/// Who may: the service itself; the portal's job calls it, any number of times. Mails: none. Each release has its own
/// transaction, so that a failure does not affect the others. Returns the number of published releases, and the
/// failures.
pub async fn publish_due(ctx: &Ctx) -> Result<(u64, Failures)> {
    ctx.demand(policy::may(&ctx.actor, Action::Publish))?;
    let (mut out, mut failures) = (0, Failures::default());
    for id in store::confirmed_upto(ctx.reader(), ctx.today()).await? {
        let published = async {
            // Checked before a transaction takes a lock: a late release may wait for weeks and is checked every five
            // seconds.
            let is_due = is_to_publish(ctx, ctx.reader(), &release(ctx.reader(), id).await?).await?;
            if is_due { ctx.write(async |txn| publish(ctx, txn, id).await).await } else { Ok(false) }
        };
        match published.await {
            Ok(came_out) => out += u64::from(came_out),
            Err(error) => failures.note(format_args!("release {id}"), error)?,
        }
    }
    Ok((out, failures))
}

async fn is_to_publish(ctx: &Ctx, db: &impl ConnectionTrait, view: &ReleaseView) -> Result<bool> {
    Ok(view.flags(ctx.now()).due && reviews::before_release(ctx, db, view.release.id).await?.blocking.is_empty())
}

/// Publishes a release, if the conditions still hold; returns whether it was published.
async fn publish(ctx: &Ctx, txn: &Txn, id: ReleaseId) -> Result<bool> {
    let view = release(txn, id).await?;
    if view.release.state() != ReleaseState::Confirmed || !is_to_publish(ctx, txn, &view).await? {
        return Ok(false);
    }
    let published = view.release.published(ctx.now())?;
    save(ctx, txn, &published, ReleaseChangeKind::Published, Why::default()).await?;
    Ok(true)
}

/// Publishes a release that is due at once, without waiting for the next run of the job.
///
/// Who may: the secretariat. Mails: none. Errors: `wrong_transition` before its instant, `release_blocked` with everything that
/// keeps it back, `stale`.
pub async fn publish_now(ctx: &Ctx, txn: &Txn, id: ReleaseId, version: i32) -> Result<ReleaseView> {
    let current = open::<ReleaseView>(ctx, txn, id, Action::Publish, Seen::Version(version)).await?.release;
    let published = current.published(ctx.now())?;
    let list = reviews::before_release(ctx, txn, id).await?;
    if !list.blocking.is_empty() {
        let said = |point: &Point| (point.part.as_ref().map(|(_, name)| name.clone()), point.finding.label_key());
        return Err(Refusal::Blocked { missing: list.blocking.iter().map(said).collect() }.into());
    }
    save(ctx, txn, &published, ReleaseChangeKind::Published, Why::default()).await
}

/// Returns what keeps a release from coming out, and the warnings. Who may: secretariat and direction.
pub async fn before_release(ctx: &Ctx, id: ReleaseId) -> Result<ReleaseChecklist> {
    open::<ReleaseView>(ctx, ctx.reader(), id, Action::ViewChecklist, Seen::AsItStands).await?;
    reviews::before_release(ctx, ctx.reader(), id).await
}

/// Writes an amendment or a withdrawal of what a release published into its history, and tells it. The portal calls this,
/// because the pages change with it; it checks who may.
///
/// Mails: *amended* or *withdrawn*, to referents and deputies of the observatories concerned and to the secretariat, except to
/// the person who acts. Errors: `wrong_transition`.
pub async fn note_afterwards(ctx: &Ctx, txn: &Txn, view: ReleaseView, said: Afterwards) -> Result<ReleaseView> {
    let (release, now) = (view.release, ctx.now());
    let (kind, after) = match (said.kind, &said.observatory) {
        (Some(kind), _) => (ReleaseChangeKind::Amended, release.amended(kind, now)?),
        (None, Some(_)) => (ReleaseChangeKind::Withdrawn, release.report_withdrawn(now)?),
        (None, None) => (ReleaseChangeKind::Withdrawn, release.withdrawn()?),
    };
    let product = product_of(ctx, &after).await?;
    let telling = Telling::Afterwards(said.clone());
    let why = Why { afterwards: Some(said), ..Why::default() };
    let saved = save(ctx, txn, &after, kind, why).await?;
    mail::tell(ctx, txn, &saved, &product, &telling).await?;
    Ok(saved)
}

async fn product_of(ctx: &Ctx, release: &Release) -> Result<Product> {
    let catalogue = ctx.recall(&Catalogue).await?;
    let found = catalogue.iter().find(|product| product.id == release.product_id).cloned();
    Ok(found.ok_or_else(|| StoreError::inconsistent("release", release.id, "a product that is not there"))?)
}

impl Guarded for ReleaseView {
    type Action = Action;
    const VIEW: Action = Action::View;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        policy::may(actor, action)
    }

    fn version(&self) -> i32 {
        self.release.version
    }
}

impl Scoped for ReleaseView {
    type Id = ReleaseId;
    /// The agenda is public, so every release is visible to everybody.
    type Visibility = ();

    fn visibility(_: &Actor) -> Option<()> {
        Some(())
    }

    async fn find(_: &Ctx, db: &impl ConnectionTrait, (): &(), id: ReleaseId) -> Result<Option<Self>> {
        Ok(store::find(db, id).await?)
    }
}

fn checked_reason(reason: Reason) -> Result<Reason> {
    Ok(Reason { text: typed::public_reason("reason_text", &reason.text, REASON_CHARACTERS)?, ..reason })
}

/// Reasons of a change, as the history keeps them.
#[derive(Default)]
struct Why {
    reason: Option<Reason>,
    despite_non_working: Option<String>,
    outcome_id: Option<OutcomeId>,
    by_rule: Option<ByRule>,
    afterwards: Option<Afterwards>,
}

async fn save(ctx: &Ctx, txn: &Txn, after: &Release, kind: ReleaseChangeKind, why: Why) -> Result<ReleaseView> {
    store::save(txn, after, None, ctx.now()).await?;
    note(ctx, txn, after, kind, why).await?;
    release(txn, after.id).await
}

/// Writes the date into the history of the release, and the event into the audit trail.
async fn note(ctx: &Ctx, txn: &Txn, release: &Release, kind: ReleaseChangeKind, why: Why) -> Result<()> {
    let when = release.when();
    let Why { reason, despite_non_working, outcome_id, by_rule, afterwards } = why;
    let details = serde_json::json!({
        "day": when.first_day(),
        "hour": when.hour(),
        "precision": when.precision(),
        "reason_code": reason.as_ref().map(|reason| reason.code),
        "outcome": outcome_id,
        "amendment": afterwards.as_ref().and_then(|one| one.kind),
    });
    let change = NewChange {
        id: ctx.new_id(),
        release_id: release.id,
        kind,
        when,
        reason,
        despite_non_working,
        outcome_id,
        by_rule,
        afterwards,
        at: ctx.now(),
        by: ctx.actor.person_id(),
    };
    store::insert_change(txn, change).await?;
    let event = audit::Event::about(verb_of(kind), ("release", release.id.to_string()), details);
    audit::record(ctx, txn, event).await
}

const fn verb_of(kind: ReleaseChangeKind) -> Verb {
    match kind {
        ReleaseChangeKind::Planned => Verb::Plan,
        ReleaseChangeKind::Improved => Verb::Improve,
        ReleaseChangeKind::Confirmed => Verb::Confirm,
        ReleaseChangeKind::Moved => Verb::Move,
        ReleaseChangeKind::Cancelled => Verb::Cancel,
        ReleaseChangeKind::Published => Verb::Publish,
        ReleaseChangeKind::Amended => Verb::Amend,
        ReleaseChangeKind::Withdrawn => Verb::Withdraw,
    }
}
