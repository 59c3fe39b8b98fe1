//! Use cases of deliverables: one function each, inside the transaction it is given.

mod left_out;
mod texts;

use super::mail::{self, Told};
use super::model::{Deliverable, Event, Refusal, Stage, Step, Submission};
use super::order::Order;
use super::policy::{self, Action, Subject, Visibility};
use super::store::{self, Cursor, Filter};
use super::view::{Accepted, DeliverableView, Dossier, ProgressOf, ReleaseName};
use crate::audit;
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::{Key, StoreError, Txn};
use crate::deliverables::verb::Verb;
use crate::documents::service as documents;
use crate::documents::view::Document;
use crate::error::{Error, Result};
use crate::open::{Guarded, Scoped, Seen, open, read, scope};
use crate::typed::{self, Reading};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, DocumentId, ObservatoryId, ReleaseId};
use entity::kinds::DeliverableState;
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, HashMap};

pub use self::left_out::{late_from, omit, reinstate, waive};
pub use self::texts::keep_text;
pub use super::store::Filter as DeliverableFilter;

/// Longest reason of a block or a waiver, in characters.
pub const REASON_CHARACTERS: usize = 1000;
/// Longest note of a submission, in characters.
pub const NOTE_CHARACTERS: usize = 1000;
const LINK_CHARACTERS: usize = 2000;

/// Returns the visible deliverables that pass the filter, earliest day first.
pub async fn list(ctx: &Ctx, filter: &Filter, after: Option<Cursor>, limit: u64) -> Result<Vec<DeliverableView>> {
    Ok(store::list(ctx.reader(), &scope::<DeliverableView>(ctx)?, filter, after, Some(limit)).await?)
}

/// Returns the deliverables that the caller sees and that pass the filter, earliest day first; none for a caller who
/// sees no deliverable.
pub async fn list_seen(ctx: &Ctx, filter: &Filter, after: Option<Cursor>, limit: u64) -> Result<Vec<DeliverableView>> {
    let Some(visible) = policy::visibility(&ctx.actor) else { return Ok(Vec::new()) };
    Ok(store::list(ctx.reader(), &visible, filter, after, Some(limit)).await?)
}

/// Returns the deliverables that the caller sees and that pass the filter, in an order, after a place of it.
pub async fn list_in_order(
    ctx: &Ctx,
    filter: &Filter,
    order: &Order,
    after: Option<&[Key]>,
    limit: u64,
) -> Result<Vec<DeliverableView>> {
    let Some(visible) = policy::visibility(&ctx.actor) else { return Ok(Vec::new()) };
    Ok(store::list_in_order(ctx.reader(), &visible, filter, order, after, Some(limit)).await?)
}

/// Returns the names of the releases that have deliverables, latest day first.
pub async fn releases_at_work(db: &impl ConnectionTrait) -> Result<Vec<ReleaseName>> {
    Ok(store::releases_at_work(db).await?)
}

/// Returns one deliverable with its submissions. Unknown and invisible ones get the same answer.
pub async fn dossier(ctx: &Ctx, id: DeliverableId) -> Result<Dossier> {
    dossier_of(ctx, read::<DeliverableView>(ctx, ctx.reader(), id).await?).await
}

/// Like [`dossier`], for a deliverable that was found already. The caller has checked that the reader may see it.
pub async fn dossier_of(ctx: &Ctx, view: DeliverableView) -> Result<Dossier> {
    let submissions = submissions(ctx.reader(), view.deliverable.id).await?;
    let late_from = late_from(ctx, &view).await?;
    Ok(Dossier { documents: files_of(ctx, &submissions).await?, view, submissions, late_from })
}

async fn files_of(ctx: &Ctx, submissions: &[Submission]) -> Result<Vec<Document>> {
    let files: Vec<DocumentId> = submissions.iter().filter_map(|submission| submission.document_id).collect();
    if files.is_empty() { Ok(Vec::new()) } else { documents::documents(ctx.reader(), files).await }
}

/// Returns the submissions of a deliverable, oldest first. The caller has checked that the reader may see it.
pub async fn submissions(db: &impl ConnectionTrait, id: DeliverableId) -> Result<Vec<Submission>> {
    Ok(store::submissions(db, id).await?)
}

/// Returns the submissions of several deliverables, each oldest first. The caller has checked that the reader may see
/// them.
pub async fn submissions_of(
    db: &impl ConnectionTrait,
    deliverables: &[DeliverableId],
) -> Result<HashMap<DeliverableId, Vec<Submission>>> {
    Ok(store::submissions_of(db, deliverables).await?)
}

/// Returns the deliverables with these ids, for slices that have checked that the reader may see them.
pub async fn named(db: &impl ConnectionTrait, ids: Vec<DeliverableId>) -> Result<Vec<DeliverableView>> {
    let filter = Filter { ids: Some(ids), ..Filter::default() };
    Ok(store::list(db, &Visibility::Everything, &filter, None, None).await?)
}

/// Returns the deliverables of one observatory for a product, earliest day first: the editions of one chapter. The
/// caller has checked that the reader may see one of them.
pub async fn of_chapter(
    db: &impl ConnectionTrait,
    product: &str,
    observatory: ObservatoryId,
) -> Result<Vec<DeliverableView>> {
    let filter = Filter { product: Some(product.to_owned()), observatory: Some(observatory), ..Filter::default() };
    Ok(store::list(db, &Visibility::Everything, &filter, None, None).await?)
}

/// Returns all deliverables of a release, for slices that act for the service itself. To show them to a caller use
/// [`list`].
pub async fn of_release(db: &impl ConnectionTrait, release: ReleaseId) -> Result<Vec<DeliverableView>> {
    let filter = Filter { release: Some(release), ..Filter::default() };
    Ok(store::list(db, &Visibility::Everything, &filter, None, None).await?)
}

/// Returns all deliverables of several releases, like [`of_release`].
pub async fn of_releases(db: &impl ConnectionTrait, releases: Vec<ReleaseId>) -> Result<Vec<DeliverableView>> {
    let filter = Filter { releases: Some(releases), ..Filter::default() };
    Ok(store::list(db, &Visibility::Everything, &filter, None, None).await?)
}

/// Returns all deliverables of an observatory, for slices that act for the service itself: the dossier of its own
/// people.
pub async fn of_observatory(db: &impl ConnectionTrait, observatory: ObservatoryId) -> Result<Vec<DeliverableView>> {
    let filter = Filter { observatory: Some(observatory), ..Filter::default() };
    Ok(store::list(db, &Visibility::Everything, &filter, None, None).await?)
}

/// Returns the deliverables of a release that the caller may see, by name of the observatory; for a public page.
pub async fn seen_of_release(ctx: &Ctx, release: ReleaseId) -> Result<Vec<DeliverableView>> {
    let Some(visible) = policy::visibility(&ctx.actor) else { return Ok(Vec::new()) };
    let filter = Filter { release: Some(release), ..Filter::default() };
    let mut seen = store::list(ctx.reader(), &visible, &filter, None, None).await?;
    seen.sort_by(|one, other| one.observatory_name.cmp(&other.observatory_name));
    Ok(seen)
}

/// Returns the visible deliverables of the releases with a day from one to another, both included.
pub async fn released_between(ctx: &Ctx, from: NaiveDate, to: NaiveDate) -> Result<Vec<DeliverableView>> {
    let filter = Filter { released: Some((from, to)), ..Filter::default() };
    Ok(store::list(ctx.reader(), &scope::<DeliverableView>(ctx)?, &filter, None, None).await?)
}

/// Returns one deliverable, for slices that act for the service itself.
pub async fn deliverable(db: &impl ConnectionTrait, id: DeliverableId) -> Result<DeliverableView> {
    store::find(db, &Visibility::Everything, id).await?.ok_or(Error::NotFound)
}

/// Returns the instants at which the review accepted these deliverables; others are missing in the answer.
pub async fn accepted_at(
    db: &impl ConnectionTrait,
    deliverables: &[DeliverableId],
) -> Result<HashMap<DeliverableId, DateTime<Utc>>> {
    Ok(store::accepted_at(db, deliverables).await?)
}

/// Returns the progress of the deliverables of these releases; a release without deliverables is missing in the answer.
pub async fn progress(db: &impl ConnectionTrait, releases: &[ReleaseId]) -> Result<ProgressOf> {
    Ok(store::progress(db, releases).await?)
}

/// A deliverable to plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    pub observatory_id: ObservatoryId,
    pub due_day: NaiveDate,
}

/// Plans the deliverables of a release that was confirmed, one per observatory; `releases` calls this.
pub async fn plan(
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

/// Derives the days of a moved release again, where the review is not over; called by `releases`.
///
/// Accepted and waived ones keep the day they had, because it is history. A missing chapter follows, because it may be
/// awaited again. Days set by hand stay.
pub async fn rederive(ctx: &Ctx, txn: &Txn, present: &[DeliverableView], owed: &[Owed]) -> Result<()> {
    let derived: HashMap<ObservatoryId, NaiveDate> = owed.iter().map(|one| (one.observatory_id, one.due_day)).collect();
    let mut by_day: BTreeMap<NaiveDate, Vec<DeliverableId>> = BTreeMap::new();
    for known in present.iter().map(|view| &view.deliverable) {
        if known.is_settled() && known.state() != DeliverableState::Missing {
            continue;
        }
        if let Some(day) = derived.get(&known.observatory_id).filter(|day| **day != known.due_day) {
            by_day.entry(*day).or_default().push(known.id);
        }
    }
    Ok(store::set_due_days(txn, &by_day, ctx.now()).await?)
}

/// Copies the days set by hand on the deliverables of a release to the steps that hand them in; called by `tasks` after
/// the days of both were derived.
pub async fn pass_days_on(txn: &Txn, release: ReleaseId) -> Result<()> {
    Ok(store::pass_days_on(txn, store::Whose::Release(release)).await?)
}

/// Waives the open deliverables of a cancelled release; `releases` calls this.
pub async fn waive_all(ctx: &Ctx, txn: &Txn, present: &[DeliverableView], reason: &str) -> Result<()> {
    for view in present {
        if let Ok(waived) = view.deliverable.clone().waived(typed::cut(reason, REASON_CHARACTERS)) {
            store::save(txn, &waived, ctx.now()).await?;
        }
    }
    Ok(())
}

/// Starts the work. Who may: the observatory, the secretariat on its behalf. Mails: none. Errors: `wrong_transition`,
/// `stale`.
pub async fn start(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32) -> Result<DeliverableView> {
    let current = open::<DeliverableView>(ctx, txn, id, Action::Start, Seen::Version(version)).await?;
    let after = current.deliverable.clone().after(Event::Start)?;
    save(ctx, txn, &current, after, Verb::Start).await
}

/// Input of a submission: the address of the text or a file with it, or both.
#[derive(Clone, Debug, Default)]
pub struct SubmitIn {
    pub link: Option<String>,
    /// A file kept before with [`keep_text`].
    pub document_id: Option<DocumentId>,
    pub note: Option<String>,
}

/// Submits a deliverable, and starts it if it was not started. A blocked one stays blocked and counts as submitted
/// after the block.
///
/// Who may: the observatory, the secretariat on its behalf. Mails: *handed in* to the secretariat. Errors:
/// `wrong_transition`, `text_missing`, `unknown_value` for `document_id`, `not_a_url`, `too_long`, `stale`.
pub async fn submit(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32, input: SubmitIn) -> Result<DeliverableView> {
    let current = open::<DeliverableView>(ctx, txn, id, Action::Submit, Seen::Version(version)).await?;
    hand_in(ctx, txn, current, input).await
}

async fn hand_in(ctx: &Ctx, txn: &Txn, current: DeliverableView, input: SubmitIn) -> Result<DeliverableView> {
    let input = checked(input)?;
    let after = current.deliverable.clone().handed_in()?;
    if input.link.is_none() && input.document_id.is_none() {
        return Err(Refusal::TextMissing.into());
    }
    let earlier = submissions(txn, current.deliverable.id).await?;
    let submission = Submission {
        id: ctx.new_id(),
        position: earlier.last().map_or(1, |last| last.position + 1),
        link: input.link,
        document_id: input.document_id,
        note: input.note,
        submitted_at: ctx.now(),
        submitted_by: ctx.actor.person_id(),
        remarks: None,
        answered_at: None,
        answered_by: None,
        withdrawn_at: None,
        withdrawn_by: None,
    };
    let saved = save(ctx, txn, &current, after, Verb::Submit).await?;
    if let Some(document) = submission.document_id {
        documents::attach(ctx, txn, document, &saved.deliverable.id).await?;
    }
    store::insert_submission(txn, saved.deliverable.id, &submission).await?;
    mail::tell(ctx, txn, &saved, &submission, Told::HandedIn).await?;
    Ok(saved)
}

/// Takes the last submission back; the deliverable is in progress again. The text stays readable. `tasks` calls this
/// and opens the step again that had submitted it.
///
/// Who may: the observatory, the secretariat on its behalf. Mails: none. Errors: `wrong_transition` once the review has
/// answered, `stale`.
pub async fn withdraw(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32) -> Result<DeliverableView> {
    let current = open::<DeliverableView>(ctx, txn, id, Action::Withdraw, Seen::Version(version)).await?;
    let after = current.deliverable.clone().after(Event::Withdraw)?;
    let saved = save(ctx, txn, &current, after, Verb::Withdraw).await?;
    let last = last_submission(txn, id).await?;
    store::withdraw(txn, last.id, ctx.now(), ctx.actor.person_id()).await?;
    Ok(saved)
}

/// Sends it back with the remarks as they are told, which are stored with the submission. `reviews` calls this after
/// checking the permission.
///
/// Mails: *sent back* to referent and deputy, with the day by which the remarks are to be answered. Errors:
/// `wrong_transition`.
pub async fn send_back(
    ctx: &Ctx,
    txn: &Txn,
    current: &DeliverableView,
    remarks: String,
    due: NaiveDate,
) -> Result<DeliverableView> {
    let after = current.deliverable.clone().after(Event::RequestChanges)?;
    let saved = save(ctx, txn, current, after, Verb::RequestChanges).await?;
    let submission = answer_last(ctx, txn, saved.deliverable.id, Some(remarks.clone())).await?;
    mail::tell(ctx, txn, &saved, &submission, Told::SentBack { remarks: &remarks, due }).await?;
    Ok(saved)
}

/// Accepts it, so that it may appear once the release is out. `reviews` calls this after checking the permission and
/// the checklist, and tells it afterwards with [`tell_accepted`]. Errors: `wrong_transition`.
pub async fn accept(ctx: &Ctx, txn: &Txn, current: &DeliverableView) -> Result<Accepted> {
    let after = current.deliverable.clone().after(Event::Approve)?;
    let view = save(ctx, txn, current, after, Verb::Approve).await?;
    let submission = answer_last(ctx, txn, view.deliverable.id, None).await?;
    Ok(Accepted { view, submission })
}

/// Tells what was accepted together. Mails: *approved* to referent and deputy, one to each reader.
pub async fn tell_accepted(ctx: &Ctx, txn: &Txn, accepted: &[Accepted]) -> Result<()> {
    mail::tell_accepted(ctx, txn, accepted).await
}

/// Stores the review's answer to the last submission, and returns the submission.
async fn answer_last(ctx: &Ctx, txn: &Txn, id: DeliverableId, remarks: Option<String>) -> Result<Submission> {
    let last = last_submission(txn, id).await?;
    store::answer(txn, last.id, remarks, ctx.now(), ctx.actor.person_id()).await?;
    Ok(last)
}

/// Returns the submission that the review has before it, the last one of a submitted deliverable.
async fn last_submission(txn: &Txn, id: DeliverableId) -> Result<Submission> {
    let last = submissions(txn, id).await?.pop();
    Ok(last.ok_or_else(|| StoreError::inconsistent("deliverable", id, "submitted without a submission"))?)
}

/// Blocks it with a reason; it remembers its state. Who may: the observatory, the secretariat on its behalf. Mails:
/// none. Errors: `wrong_transition`, `reason_missing`, `too_long`, `stale`.
pub async fn block(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32, reason: &str) -> Result<DeliverableView> {
    let current = open::<DeliverableView>(ctx, txn, id, Action::Block, Seen::Version(version)).await?;
    let after = current.deliverable.clone().blocked(typed::reason("reason", reason, REASON_CHARACTERS)?)?;
    save(ctx, txn, &current, after, Verb::Block).await
}

/// Unblocks it, back to its former state. Rights as for [`block`]. Errors: `wrong_transition`, `stale`.
pub async fn unblock(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32) -> Result<DeliverableView> {
    let current = open::<DeliverableView>(ctx, txn, id, Action::Unblock, Seen::Version(version)).await?;
    let after = current.deliverable.clone().after(Event::Unblock)?;
    save(ctx, txn, &current, after, Verb::Unblock).await
}

/// Sets a day by hand, or restores the derived one. Who may: the secretariat. Errors: `wrong_transition` after the
/// review, `nothing_changes`, `stale`.
pub async fn reschedule(
    ctx: &Ctx,
    txn: &Txn,
    id: DeliverableId,
    version: i32,
    day: Option<NaiveDate>,
) -> Result<DeliverableView> {
    let current = open::<DeliverableView>(ctx, txn, id, Action::Reschedule, Seen::Version(version)).await?;
    let after = current.deliverable.clone().rescheduled(day)?;
    let rescheduled = save(ctx, txn, &current, after, Verb::Reschedule).await?;
    store::pass_days_on(txn, store::Whose::Deliverable(id)).await?;
    Ok(rescheduled)
}

/// Returns the deliverable if the caller may declare its address on the portal, for the portal's use case. Errors:
/// `denied`, `not_found`.
pub async fn declarable(ctx: &Ctx, db: &impl ConnectionTrait, id: DeliverableId) -> Result<DeliverableView> {
    open(ctx, db, id, Action::DeclareAddress, Seen::AsItStands).await
}

/// Marks it as published after its page was found on the portal. Does nothing if it is published already. Who may: the
/// service itself. Errors: `wrong_transition` if it was never approved.
pub async fn mark_published(ctx: &Ctx, txn: &Txn, id: DeliverableId) -> Result<DeliverableView> {
    appeared(ctx, txn, id, Event::Publish, DeliverableState::Published, Verb::Publish).await
}

/// Marks it as verified after its page was recognised. Does nothing if it is verified already. Who may: the service
/// itself. Errors: `wrong_transition`.
pub async fn mark_verified(ctx: &Ctx, txn: &Txn, id: DeliverableId) -> Result<DeliverableView> {
    appeared(ctx, txn, id, Event::Verify, DeliverableState::Verified, Verb::Verify).await
}

async fn appeared(
    ctx: &Ctx,
    txn: &Txn,
    id: DeliverableId,
    event: Event,
    reached: DeliverableState,
    verb: Verb,
) -> Result<DeliverableView> {
    let current = open::<DeliverableView>(ctx, txn, id, Action::RecordAppearance, Seen::AsItStands).await?;
    let is_beyond = current.deliverable.state() == DeliverableState::Verified;
    if is_beyond || current.deliverable.state() == reached {
        return Ok(current);
    }
    let after = current.deliverable.clone().after(event)?;
    save(ctx, txn, &current, after, verb).await
}

/// Marks a deliverable as in progress when work on a step begins, if it is planned or was returned; other states stay.
/// `tasks` calls this.
pub async fn work_begun(ctx: &Ctx, txn: &Txn, id: DeliverableId) -> Result<()> {
    let current = deliverable(txn, id).await?;
    if let Ok(after) = current.deliverable.clone().after(Event::Start) {
        save(ctx, txn, &current, after, Verb::Start).await?;
    }
    Ok(())
}

/// Submits a deliverable when the observatory's last step is done; a blocked one once it is unblocked. `tasks` calls
/// this after checking the permission on the task. A deliverable that no longer has to be submitted stays as it is.
pub async fn work_done(ctx: &Ctx, txn: &Txn, id: DeliverableId, input: SubmitIn) -> Result<()> {
    let current = deliverable(txn, id).await?;
    if current.deliverable.awaits_handing_in() {
        hand_in(ctx, txn, current, input).await?;
    }
    Ok(())
}

impl Guarded for DeliverableView {
    type Action = Action;
    const VIEW: Action = Action::View;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        let subject = Subject {
            observatory: self.deliverable.observatory_id,
            body: self.body_id,
            readers: &self.readers,
            is_shared: self.is_shared,
        };
        policy::may(actor, action, subject)
    }

    fn version(&self) -> i32 {
        self.deliverable.version
    }
}

impl Scoped for DeliverableView {
    type Id = DeliverableId;
    type Visibility = Visibility;

    fn visibility(actor: &Actor) -> Option<Visibility> {
        policy::visibility(actor)
    }

    async fn find(_: &Ctx, db: &impl ConnectionTrait, visible: &Visibility, id: DeliverableId) -> Result<Option<Self>> {
        Ok(store::find(db, visible, id).await?)
    }
}

/// Saves a changed deliverable, records the change, and returns the present deliverable.
async fn save(
    ctx: &Ctx,
    txn: &Txn,
    before: &DeliverableView,
    after: Deliverable,
    verb: Verb,
) -> Result<DeliverableView> {
    store::save(txn, &after, ctx.now()).await?;
    let details = serde_json::json!({
        "from": before.deliverable.state(),
        "to": after.state(),
        "hand_set_day": after.hand_set_day,
    });
    let event = audit::Event {
        action: verb.into(),
        subject: ("deliverable", after.id.to_string()),
        on_behalf_of: ctx.actor.on_behalf_of(before.body_id),
        channel: None,
        source: None,
        details,
    };
    audit::record(ctx, txn, event).await?;
    deliverable(txn, after.id).await
}

/// Returns the normalised submission, or an error for every wrong field.
pub fn checked(input: SubmitIn) -> Result<SubmitIn> {
    Reading::of(|reading| {
        let link = reading.take(typed::web_address("link", input.link.as_deref(), LINK_CHARACTERS));
        let note = reading.take(typed::optional("note", input.note.as_deref(), NOTE_CHARACTERS));
        Some(SubmitIn { link: link?, document_id: input.document_id, note: note? })
    })
}
