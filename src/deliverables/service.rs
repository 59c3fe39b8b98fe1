//! The use cases of deliverables: one function each, each inside the transaction it is given.

use super::model::{Deliverable, Event, Stage, Step, Submission};
use super::policy::{self, Action, Subject, Visibility};
use super::store::{self, Cursor, Filter};
use super::view::{DeliverableView, Dossier, ProgressOf};
use crate::audit;
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::error::{Error, Result};
use crate::typed::{self, Reading};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{BodyId, DeliverableId, ObservatoryId, ReleaseId};
use entity::kinds::DeliverableState;
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, HashMap};

pub use super::store::Filter as DeliverableFilter;

const REASON_CHARACTERS: usize = 1000;
const NOTE_CHARACTERS: usize = 1000;
const REMARKS_CHARACTERS: usize = 4000;
const LINK_CHARACTERS: usize = 2000;

/// Deliverables that pass the filter and may be seen, the earliest day first.
pub async fn list(ctx: &Ctx, filter: &Filter, after: Option<Cursor>, limit: u64) -> Result<Vec<DeliverableView>> {
    let visible = visibility(ctx)?;
    Ok(store::list(ctx.reader(), &visible, filter, after, Some(limit)).await?)
}

/// One deliverable with what was handed in. Unknown and unseen are the same answer.
pub async fn dossier(ctx: &Ctx, id: DeliverableId) -> Result<Dossier> {
    let view = find_visible(ctx, ctx.reader(), id).await?;
    let submissions = store::submissions(ctx.reader(), id).await?;
    Ok(Dossier { view, submissions })
}

/// All deliverables of a release, for slices that act for the service itself: whoever shows them asks [`list`].
pub async fn of_release(db: &impl ConnectionTrait, release: ReleaseId) -> Result<Vec<DeliverableView>> {
    let filter = Filter { release: Some(release), ..Filter::default() };
    Ok(store::list(db, &Visibility::Everything, &filter, None, None).await?)
}

/// All deliverables of an observatory, for slices that act for the service itself: the dossier of its own people.
pub async fn of_observatory(db: &impl ConnectionTrait, observatory: ObservatoryId) -> Result<Vec<DeliverableView>> {
    let filter = Filter { observatory: Some(observatory), ..Filter::default() };
    Ok(store::list(db, &Visibility::Everything, &filter, None, None).await?)
}

/// Those of a release that the caller may see, by name of the observatory; for a page that anybody may read.
pub async fn seen_of_release(ctx: &Ctx, release: ReleaseId) -> Result<Vec<DeliverableView>> {
    let visible = policy::visibility(&ctx.actor);
    let filter = Filter { release: Some(release), ..Filter::default() };
    let mut seen = store::list(ctx.reader(), &visible, &filter, None, None).await?;
    seen.sort_by(|one, other| one.observatory_name.cmp(&other.observatory_name));
    Ok(seen)
}

/// One deliverable, for slices that act for the service itself.
pub async fn deliverable(db: &impl ConnectionTrait, id: DeliverableId) -> Result<DeliverableView> {
    store::find(db, &Visibility::Everything, id).await?.ok_or(Error::NotFound)
}

/// When the review accepted these deliverables; one that was not accepted is missing from the answer.
pub async fn accepted_at(
    db: &impl ConnectionTrait,
    deliverables: &[DeliverableId],
) -> Result<HashMap<DeliverableId, DateTime<Utc>>> {
    Ok(store::accepted_at(db, deliverables).await?)
}

/// How far the deliverables of these releases are; a release without any is missing from the answer.
pub async fn progress(db: &impl ConnectionTrait, releases: &[ReleaseId]) -> Result<ProgressOf> {
    Ok(store::progress(db, releases).await?)
}

/// What an observatory will owe to a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    pub observatory_id: ObservatoryId,
    pub due_day: NaiveDate,
}

/// Plans the deliverables of a release that was confirmed, one per observatory; `releases` calls this.
pub async fn plan_in(
    ctx: &Ctx,
    txn: &Txn,
    release_id: ReleaseId,
    owed: &[Owed],
) -> Result<HashMap<ObservatoryId, DeliverableId>> {
    let planned: Vec<Deliverable> = owed
        .iter()
        .map(|one| Deliverable {
            id: ctx.new_id(),
            release_id,
            observatory_id: one.observatory_id,
            stage: Stage::OnCourse(Step::Planned),
            due_day: one.due_day,
            hand_set_day: None,
            version: 1,
        })
        .collect();
    store::insert_all(txn, &planned, ctx.now()).await?;
    Ok(planned.into_iter().map(|one| (one.observatory_id, one.id)).collect())
}

/// Derives the days of a release that moved anew, where the work is not over; `releases` calls this.
///
/// What was accepted or waived keeps the day it had: that is history. Days set by hand stay.
pub async fn rederive_in(ctx: &Ctx, txn: &Txn, release: ReleaseId, owed: &[Owed]) -> Result<()> {
    let derived: HashMap<ObservatoryId, NaiveDate> = owed.iter().map(|one| (one.observatory_id, one.due_day)).collect();
    let mut by_day: BTreeMap<NaiveDate, Vec<DeliverableId>> = BTreeMap::new();
    for view in of_release(txn, release).await? {
        let known = view.deliverable;
        if known.is_settled() {
            continue;
        }
        if let Some(day) = derived.get(&known.observatory_id).filter(|day| **day != known.due_day) {
            by_day.entry(*day).or_default().push(known.id);
        }
    }
    for (day, ids) in by_day {
        store::set_due_day(txn, ids, day, ctx.now()).await?;
    }
    Ok(())
}

/// Waives what is still under way for a release that was cancelled; `releases` calls this.
pub async fn waive_in(ctx: &Ctx, txn: &Txn, release: ReleaseId, reason: &str) -> Result<()> {
    for view in of_release(txn, release).await? {
        let version = view.deliverable.version;
        if let Ok(waived) = view.deliverable.waived(typed::cut(reason, REASON_CHARACTERS)) {
            store::save(txn, &waived, version, ctx.now()).await?;
        }
    }
    Ok(())
}

/// Work begins. Who may: the observatory, the secretariat on its behalf. Mails: none. Errors: `wrong_transition`, `stale`.
pub async fn start(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32) -> Result<DeliverableView> {
    let current = authorised_at(ctx, txn, id, version, Action::Start).await?;
    let after = current.deliverable.clone().after(Event::Start)?;
    save(ctx, txn, &current, after, version, "deliverables.start").await
}

/// What it takes to hand a deliverable in.
#[derive(Clone, Debug, Default)]
pub struct SubmitIn {
    /// Where the text can be read.
    pub link: Option<String>,
    pub note: Option<String>,
}

/// Hands it in. What was never marked as begun begins with this; what is blocked stays blocked and counts as handed in as soon
/// as it goes on.
///
/// Who may: the observatory, the secretariat on its behalf. Mails: none. Errors: `wrong_transition`, `not_a_url`,
/// `too_long`, `stale`.
pub async fn submit(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32, input: SubmitIn) -> Result<DeliverableView> {
    let current = authorised_at(ctx, txn, id, version, Action::Submit).await?;
    hand_in(ctx, txn, current, input).await
}

async fn hand_in(ctx: &Ctx, txn: &Txn, current: DeliverableView, input: SubmitIn) -> Result<DeliverableView> {
    let input = checked(input)?;
    let (version, after) = (current.deliverable.version, current.deliverable.clone().handed_in()?);
    let earlier = store::submissions(txn, current.deliverable.id).await?;
    let submission = Submission {
        id: ctx.new_id(),
        position: earlier.last().map_or(1, |last| last.position + 1),
        link: input.link,
        note: input.note,
        submitted_at: ctx.now(),
        submitted_by: ctx.actor.person_id(),
        remarks: None,
        answered_at: None,
        answered_by: None,
    };
    let saved = save(ctx, txn, &current, after, version, "deliverables.submit").await?;
    store::insert_submission(txn, saved.deliverable.id, &submission).await?;
    Ok(saved)
}

/// Sends it back with remarks, which stay under what was handed in.
///
/// Who may: the secretariat. Mails: none; it is owed again, see `due.rs`. Errors: `wrong_transition`, `reason_missing`,
/// `too_long`, `stale`.
pub async fn request_changes(
    ctx: &Ctx,
    txn: &Txn,
    id: DeliverableId,
    version: i32,
    remarks: &str,
) -> Result<DeliverableView> {
    let current = authorised_at(ctx, txn, id, version, Action::RequestChanges).await?;
    let remarks = typed::reason("remarks", remarks, REMARKS_CHARACTERS)?;
    let after = current.deliverable.clone().after(Event::RequestChanges)?;
    let saved = save(ctx, txn, &current, after, version, "deliverables.request_changes").await?;
    answer_last(ctx, txn, id, Some(remarks)).await?;
    Ok(saved)
}

/// Accepts it: it may appear once the release is out. Who may: the secretariat. Mails: none. Errors: `wrong_transition`,
/// `stale`.
pub async fn approve(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32) -> Result<DeliverableView> {
    let current = authorised_at(ctx, txn, id, version, Action::Approve).await?;
    let after = current.deliverable.clone().after(Event::Approve)?;
    let saved = save(ctx, txn, &current, after, version, "deliverables.approve").await?;
    answer_last(ctx, txn, id, None).await?;
    Ok(saved)
}

async fn answer_last(ctx: &Ctx, txn: &Txn, id: DeliverableId, remarks: Option<String>) -> Result<()> {
    let submissions = store::submissions(txn, id).await?;
    let last = submissions
        .last()
        .ok_or_else(|| StoreError::inconsistent("deliverable", id, "submitted without a submission"))?;
    Ok(store::answer(txn, last.id, remarks, ctx.now(), ctx.actor.person_id()).await?)
}

/// Stops it, saying why; it remembers where it was. Who may: the observatory, the secretariat on its behalf. Mails: none.
/// Errors: `wrong_transition`, `reason_missing`, `too_long`, `stale`.
pub async fn block(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32, reason: &str) -> Result<DeliverableView> {
    let current = authorised_at(ctx, txn, id, version, Action::Block).await?;
    let after = current.deliverable.clone().blocked(typed::reason("reason", reason, REASON_CHARACTERS)?)?;
    save(ctx, txn, &current, after, version, "deliverables.block").await
}

/// Lets it go on from where it was. Rights as for [`block`]. Errors: `wrong_transition`, `stale`.
pub async fn unblock(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32) -> Result<DeliverableView> {
    let current = authorised_at(ctx, txn, id, version, Action::Unblock).await?;
    let after = current.deliverable.clone().after(Event::Unblock)?;
    save(ctx, txn, &current, after, version, "deliverables.unblock").await
}

/// Does without it, saying why. Who may: the secretariat. Mails: none; its open tasks are owed by nobody from now on.
/// Errors: `wrong_transition`, `reason_missing`, `too_long`, `stale`.
pub async fn waive(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32, reason: &str) -> Result<DeliverableView> {
    let current = authorised_at(ctx, txn, id, version, Action::Waive).await?;
    let after = current.deliverable.clone().waived(typed::reason("reason", reason, REASON_CHARACTERS)?)?;
    save(ctx, txn, &current, after, version, "deliverables.waive").await
}

/// Sets another day by hand, or gives it back to the derivation. Who may: the secretariat. Errors: `wrong_transition` once
/// the review is over, `nothing_changes`, `stale`.
pub async fn reschedule(
    ctx: &Ctx,
    txn: &Txn,
    id: DeliverableId,
    version: i32,
    day: Option<NaiveDate>,
) -> Result<DeliverableView> {
    let current = authorised_at(ctx, txn, id, version, Action::Reschedule).await?;
    let after = current.deliverable.clone().rescheduled(day)?;
    save(ctx, txn, &current, after, version, "deliverables.reschedule").await
}

/// The deliverable whose address on the portal the caller may declare, for the portal's use case. Errors: `denied`,
/// `not_found`.
pub async fn declarable(ctx: &Ctx, db: &impl ConnectionTrait, id: DeliverableId) -> Result<DeliverableView> {
    authorised(ctx, db, id, Action::DeclareAddress).await
}

/// Its page was seen on the portal: approved becomes published. Does nothing where it is published already. Who may: the
/// service itself. Errors: `wrong_transition` for what was never approved.
pub async fn mark_published(ctx: &Ctx, txn: &Txn, id: DeliverableId) -> Result<DeliverableView> {
    appeared(ctx, txn, id, Event::Publish, DeliverableState::Published, "deliverables.publish").await
}

/// What was seen is what was declared: published becomes verified. Does nothing where it is verified already. Who may: the
/// service itself. Errors: `wrong_transition`.
pub async fn mark_verified(ctx: &Ctx, txn: &Txn, id: DeliverableId) -> Result<DeliverableView> {
    appeared(ctx, txn, id, Event::Verify, DeliverableState::Verified, "deliverables.verify").await
}

async fn appeared(
    ctx: &Ctx,
    txn: &Txn,
    id: DeliverableId,
    event: Event,
    reached: DeliverableState,
    action: &'static str,
) -> Result<DeliverableView> {
    let current = authorised(ctx, txn, id, Action::RecordAppearance).await?;
    let is_beyond = current.deliverable.state() == DeliverableState::Verified;
    if is_beyond || current.deliverable.state() == reached {
        return Ok(current);
    }
    let version = current.deliverable.version;
    let after = current.deliverable.clone().after(event)?;
    save(ctx, txn, &current, after, version, action).await
}

/// The work on a step has begun: what was planned, or sent back, is in progress. `tasks` calls this; other states are left
/// as they are.
pub async fn work_begun_in(ctx: &Ctx, txn: &Txn, id: DeliverableId) -> Result<()> {
    let current = deliverable(txn, id).await?;
    if let Ok(after) = current.deliverable.clone().after(Event::Start) {
        save(ctx, txn, &current, after, current.deliverable.version, "deliverables.start").await?;
    }
    Ok(())
}

/// The last step of the observatory is done: the deliverable is handed in; a blocked one as soon as it goes on. `tasks` calls
/// this, having checked that the caller may do the task; what is no longer owed is left as it is.
pub async fn work_done_in(ctx: &Ctx, txn: &Txn, id: DeliverableId, input: SubmitIn) -> Result<()> {
    let current = deliverable(txn, id).await?;
    if current.deliverable.awaits_handing_in() {
        hand_in(ctx, txn, current, input).await?;
    }
    Ok(())
}

fn visibility(ctx: &Ctx) -> Result<Visibility> {
    match policy::visibility(&ctx.actor) {
        Visibility::Nothing => Err(ctx.actor.refusal()),
        visible => Ok(visible),
    }
}

async fn find_visible(ctx: &Ctx, db: &impl ConnectionTrait, id: DeliverableId) -> Result<DeliverableView> {
    store::find(db, &visibility(ctx)?, id).await?.ok_or(Error::NotFound)
}

/// The deliverable as the caller has seen it, if they may. That it is stale is said before any rule is asked, since the
/// rules speak about what the caller has not seen.
async fn authorised_at(
    ctx: &Ctx,
    txn: &Txn,
    id: DeliverableId,
    version: i32,
    action: Action,
) -> Result<DeliverableView> {
    let view = authorised(ctx, txn, id, action).await?;
    if view.deliverable.version == version { Ok(view) } else { Err(Error::Stale) }
}

async fn authorised(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    id: DeliverableId,
    action: Action,
) -> Result<DeliverableView> {
    let view = find_visible(ctx, db, id).await?;
    let subject = Subject { observatory: view.deliverable.observatory_id, body: view.body_id };
    if policy::may(&ctx.actor, action, subject) { Ok(view) } else { Err(ctx.actor.refusal()) }
}

async fn save(
    ctx: &Ctx,
    txn: &Txn,
    before: &DeliverableView,
    after: Deliverable,
    version: i32,
    action: &'static str,
) -> Result<DeliverableView> {
    store::save(txn, &after, version, ctx.now()).await?;
    let details = serde_json::json!({
        "from": before.deliverable.state(),
        "to": after.state(),
        "hand_set_day": after.hand_set_day,
    });
    let event = audit::Event {
        action,
        subject: ("deliverable", after.id.to_string()),
        on_behalf_of: on_behalf_of(ctx, &after, before.body_id),
        channel: None,
        source: None,
        details,
    };
    audit::record(ctx, txn, event).await?;
    deliverable(txn, after.id).await
}

/// What the secretariat enters about an observatory's work is the observatory's own statement (rule 7 of the domain).
fn on_behalf_of(ctx: &Ctx, deliverable: &Deliverable, body: BodyId) -> Option<BodyId> {
    let is_stand_in = ctx.actor.is_secretariat() && !ctx.actor.works_for(deliverable.observatory_id);
    is_stand_in.then_some(body)
}

/// Returns what is handed in as it is kept, or every field that is wrong.
pub fn checked(input: SubmitIn) -> Result<SubmitIn> {
    Reading::of(|reading| {
        let link = reading.take(typed::web_address("link", input.link.as_deref(), LINK_CHARACTERS));
        let note = reading.take(typed::optional("note", input.note.as_deref(), NOTE_CHARACTERS));
        Some(SubmitIn { link: link?, note: note? })
    })
}
