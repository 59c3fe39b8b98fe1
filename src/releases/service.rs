//! Use cases of the agenda: one function each, inside the transaction of the caller. Reads for pages and feeds are in
//! `service/show.rs`.

mod act;
mod concerned;
mod entries;
mod show;
mod study;

pub use act::{Act, carry_out, told};
pub use entries::{about, entries};
pub use show::{
    agenda, changed_dates, editions, filter, holidays, last_change, narrowing, notices_since, overtaken, places,
    release_at, reports, shown, story, story_of, years,
};

use self::concerned::Network;
use super::address;
use super::mail::{self, Telling};
use super::model::{
    NOTICE_TARGET_WORKING_DAYS, Reason, Refusal, Release, Slot, When, must_be_in_use, must_be_owed_by, must_contribute,
};
use super::policy::{self, Action};
use super::store::{self, Cursor, Filter, NewChange};
use super::view::{Afterwards, ByRule, ReleaseView};
use super::work_plan::Work;
use crate::audit;
use crate::auth::actor::Actor;
use crate::catalogue::model::Product;
use crate::catalogue::questions::Catalogue;
use crate::catalogue::service as catalogue;
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::deliverables::service::{self as deliverables, Owed};
use crate::deliverables::view::Progress;
use crate::designations::model::Seat;
use crate::designations::service as designations;
use crate::each::Failures;
use crate::error::{Error, Refusal as _, Result};
use crate::network::model::ObservatoryView;

use crate::network::service as network;
use crate::open::{Guarded, Scoped, Seen, open};
use crate::releases::verb::Verb;
use crate::tasks::service::{self as tasks, StepTask};
use crate::texts::Lang;
use crate::time::Period;
use crate::typed;
use chrono::{NaiveDate, NaiveTime};
use entity::ids::{DeliverableId, ObservatoryId, OutcomeId, ReleaseId};
use entity::kinds::{ProductScope, ReleaseChangeKind, ReleaseState};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

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

/// Finds one release.
pub async fn release(db: &impl ConnectionTrait, id: ReleaseId) -> Result<ReleaseView> {
    store::find(db, id).await?.ok_or(Error::NotFound)
}

/// Tells whether a notice reaches the network's target.
pub const fn is_notice_kept(notice: i32) -> bool {
    notice >= NOTICE_TARGET_WORKING_DAYS
}

/// Input for planning a release.
#[derive(Clone, Debug)]
pub struct PlanIn {
    /// The product's code.
    pub product: String,
    /// Code of the observatory that owes the release; required for an autonomous product, refused for any other.
    pub observatory: Option<String>,
    pub period: Period,
    pub when: When,
}

/// Plans a release with a provisional date, which may still be changed freely.
///
/// Who may: the secretariat. Mails: none. Errors: `period_of_another_kind`, `period_not_begun`, `out_of_range` for a
/// period too long ago, `release_exists`, `day_in_past`, `hour_skipped`, `unknown_value` for the product or the
/// observatory, `observatory_missing`, `observatory_out_of_place`, `not_a_contributor`, `product_retired`.
pub async fn plan(ctx: &Ctx, txn: &Txn, input: PlanIn) -> Result<ReleaseView> {
    plan_with(ctx, txn, input, None).await
}

/// Plans a release with the date that the rule of the product gives, and the sentence that explains it; `agenda` calls
/// this. As [`plan`] otherwise.
pub async fn plan_by_rule(ctx: &Ctx, txn: &Txn, input: PlanIn, said: ByRule) -> Result<ReleaseView> {
    plan_with(ctx, txn, input, Some(said)).await
}

async fn plan_with(ctx: &Ctx, txn: &Txn, input: PlanIn, by_rule: Option<ByRule>) -> Result<ReleaseView> {
    ctx.demand(policy::may(&ctx.actor, Action::Plan))?;
    let product = product_for(txn, &input.product).await?;
    must_be_in_use(&product)?;
    let observatory = observatory_for(txn, &product, input.observatory.as_deref()).await?;
    if store::exists(txn, product.id, &input.period.to_string(), observatory).await? {
        return Err(Refusal::ReleaseExists.into());
    }
    let planned = Release::planned(ctx.new_id(), &product, observatory, input.period, input.when, ctx.today())?;
    let planned = if by_rule.is_some() { planned.by_rule() } else { planned };
    let slug = free_address(txn, &product, input.observatory.as_deref(), input.period).await?;
    store::insert(txn, &planned, slug, ctx.now()).await?;
    note(ctx, txn, &planned, ReleaseChangeKind::Planned, Why { by_rule, ..Why::default() }).await?;
    release(txn, planned.id).await
}

/// Returns the address for the page of a release that no other release has.
async fn free_address(txn: &Txn, product: &Product, observatory: Option<&str>, period: Period) -> Result<String> {
    let wished = address::wished(&product.code, observatory, period);
    let taken = store::taken_addresses(txn, &wished).await?;
    Ok(address::free(&wished, &taken))
}

async fn product_for(db: &impl ConnectionTrait, code: &str) -> Result<Product> {
    catalogue::product(db, code).await.map_err(|error| error.as_unknown("product"))
}

/// Finds the observatory that a release of the product names. Errors: `observatory_out_of_place`,
/// `not_a_contributor`, `unknown_value`.
async fn observatory_for(
    db: &impl ConnectionTrait,
    product: &Product,
    code: Option<&str>,
) -> Result<Option<ObservatoryId>> {
    let Some(code) = code else { return Ok(None) };
    let one = network::observatory(db, code).await.map_err(|error| error.as_unknown("observatory"))?;
    must_be_owed_by(product, Some(one.id))?;
    must_contribute(product, Some(&one))?;
    Ok(Some(one.id))
}

/// Returns an observatory with the products to which it contributes. Public.
pub async fn owner(ctx: &Ctx, observatory: &ObservatoryView) -> Result<Owner> {
    let catalogue = ctx.recall(&Catalogue).await?;
    let contributes = |product: &&Product| product.details.contributors.include(observatory);
    let products = catalogue.iter().filter(contributes).map(|product| product.id).collect();
    Ok(Owner { observatory: observatory.id, products })
}

/// Lists each product in use with the periods for which a release may be planned, by code: those within two years of today
/// that have none. An autonomous product has all of them, because each observatory has its own releases.
pub async fn plannable(ctx: &Ctx) -> Result<Vec<(Product, Vec<Period>)>> {
    let planned = store::periods_planned(ctx.reader()).await?;
    let catalogue = ctx.recall(&Catalogue).await?;
    let with_periods = |product: &Product| {
        let mut periods = product.periods_around(ctx.today());
        periods.retain(|period| !planned.contains(&(product.id, period.to_string())));
        (product.clone(), periods)
    };
    Ok(catalogue.iter().filter(|product| product.retired_at.is_none()).map(with_periods).collect())
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
        Some(code) => product_for(txn, code).await?,
        None => product_of(ctx, &current).await?,
    };
    let period = input.period.unwrap_or(current.period);
    let owner = input.observatory.unwrap_or(owner);
    let observatory = observatory_for(txn, &product, owner.as_deref()).await?;
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
) -> Result<ReleaseView> {
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
    let why = Why { despite_non_working, outcome_id, ..Why::default() };
    let saved = save(ctx, txn, &confirmed, ReleaseChangeKind::Confirmed, why).await?;
    plan_work(ctx, txn, &confirmed, &product, &network).await?;
    mail::tell(ctx, txn, &saved, &product, &Telling::Confirmed).await?;
    Ok(saved)
}

/// Creates one deliverable for each observatory concerned and one task for each step.
async fn plan_work(ctx: &Ctx, txn: &Txn, release: &Release, product: &Product, network: &Network) -> Result<()> {
    let work = network.work(product, release, &network.concerned(release, &[]))?;
    let deliverables = deliverables::plan(ctx, txn, release.id, &owed(&work)).await?;
    let seats = designations::seats(txn).await?;
    let mut steps = Vec::new();
    for one in &work {
        for step in &product.steps {
            let (Some(deliverable_id), Some(due_day)) = (deliverables.get(&one.observatory), one.day_of(step.id))
            else {
                continue;
            };
            let seat = network.seat_for(&seats, step.seat, one.observatory)?.clone();
            steps.push(StepTask {
                title_it: step_title(&step.name_it, product.name(Lang::It), release.period, &seat),
                title_en: step_title(&step.name_en, product.name(Lang::En), release.period, &seat),
                seat,
                release_id: release.id,
                deliverable_id: *deliverable_id,
                step_id: step.id,
                due_day,
                estimated_minutes: step.estimated_minutes,
            });
        }
    }
    tasks::plan(ctx, txn, steps).await
}

/// «Bozza della relazione: Relazione territoriale sul mercato del lavoro, 2026».
fn step_title(step: &str, product: &str, period: Period, seat: &Seat) -> String {
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
) -> Result<ReleaseView> {
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
    let (before, text) = (mail::tasks_of(txn, id).await?, reason.text.clone());
    let why = Why { reason: Some(reason), despite_non_working, outcome_id, ..Why::default() };
    let saved = save(ctx, txn, &moved, ReleaseChangeKind::Moved, why).await?;
    // The release keeps the steps and the observatories with which it was confirmed.
    let planned = product.as_planned(|step| before.iter().any(|task| task.step_id == Some(step)));
    rederive_work(ctx, txn, &moved, network.work(&planned, &moved, &concerned)?).await?;
    let telling = Telling::Moved { from, before, reason: text };
    mail::tell(ctx, txn, &saved, &product, &telling).await?;
    Ok(saved)
}

async fn rederive_work(ctx: &Ctx, txn: &Txn, release: &Release, work: Vec<Work>) -> Result<()> {
    deliverables::rederive(ctx, txn, release.id, &owed(&work)).await?;
    let observatory_of: HashMap<DeliverableId, ObservatoryId> = deliverables::of_release(txn, release.id)
        .await?
        .into_iter()
        .map(|view| (view.deliverable.id, view.deliverable.observatory_id))
        .collect();
    let work_of: HashMap<ObservatoryId, &Work> = work.iter().map(|one| (one.observatory, one)).collect();
    tasks::rederive(ctx, txn, release.id, |step, deliverable| {
        work_of.get(observatory_of.get(&deliverable)?)?.day_of(step)
    })
    .await
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
) -> Result<ReleaseView> {
    let current = open::<ReleaseView>(ctx, txn, id, Action::Cancel, seen).await?.release;
    let reason = checked_reason(reason)?;
    let text = reason.text.clone();
    let cancelled = current.cancelled(reason.clone())?;
    let why = Why { reason: Some(reason), outcome_id, ..Why::default() };
    let saved = save(ctx, txn, &cancelled, ReleaseChangeKind::Cancelled, why).await?;
    deliverables::waive_all(ctx, txn, id, &text).await?;
    tasks::cancel_all(ctx, txn, id, &text).await?;
    let product = product_of(ctx, &cancelled).await?;
    mail::tell(ctx, txn, &saved, &product, &Telling::Cancelled { reason: text }).await?;
    Ok(saved)
}

/// Publishes every release whose instant has come and that has something to publish: a joint product once all its
/// deliverables are approved, the others as soon as one is. Other releases stay due, become late, and are checked again
/// at the next run.
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
    let id = view.release.id;
    let progress = deliverables::progress(db, &[id]).await?.remove(&id).unwrap_or_default();
    Ok(view.flags(ctx.now()).due && is_ready(view.scope, progress))
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

/// Tells whether a release of this scope has something to publish.
fn is_ready(scope: ProductScope, progress: Progress) -> bool {
    match scope {
        ProductScope::Joint => progress.accepted > 0 && progress.missing() == 0,
        ProductScope::PerObservatory | ProductScope::Autonomous => progress.accepted > 0,
    }
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

    async fn find(db: &impl ConnectionTrait, (): &(), id: ReleaseId) -> std::result::Result<Option<Self>, StoreError> {
        store::find(db, id).await
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
