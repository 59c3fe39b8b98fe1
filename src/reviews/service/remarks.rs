//! Remarks: written by the review, answered by the observatory, judged by the review.

use super::{edition_before, left_by};
use crate::audit;
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::model::LIFECYCLE as CONTRIBUTION;
use crate::deliverables::policy::{Action, Visibility};
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::error::{Error, Result};
use crate::network::questions::AllCalendars;
use crate::open::{Guarded, Scoped, Seen, open, read};
use crate::reviews::model::{
    ANSWER_CHARACTERS, PART_CHARACTERS, REMARK_CHARACTERS, REMARK_WORKING_DAYS, Refusal, Remark, Step,
};
use crate::reviews::store;
use crate::reviews::verb::Verb;
use crate::reviews::view::RemarkView;
use crate::typed::Reading as Typed;
use chrono::NaiveDate;
use entity::ids::{DeliverableId, ObservatoryId, RemarkId};
use entity::kinds::{RemarkState, RemarkStepKind};
use sea_orm::ConnectionTrait;
use serde_json::json;

/// Input of a remark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemarkIn {
    pub part: Option<String>,
    pub text: String,
    /// Day by which it is to be answered; `None` for [`REMARK_WORKING_DAYS`] from today.
    pub due_day: Option<NaiveDate>,
}

/// Input of an answer to a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerIn {
    /// Whether the text was changed as the remark asks.
    pub is_done: bool,
    /// Account of the change, or the reason against it.
    pub text: Option<String>,
}

/// Returns one remark. Unknown and invisible ones get the same answer.
pub async fn remark(ctx: &Ctx, id: RemarkId) -> Result<RemarkView> {
    read(ctx, ctx.reader(), id).await
}

/// Writes a remark on a contribution, in the round that is open or before the next text.
///
/// Who may: the secretariat. Mails: none until the contribution is sent back. Errors: `wrong_transition` once it is
/// accepted or waived, `required`, `too_long`, `day_in_past`.
pub async fn write_remark(ctx: &Ctx, txn: &Txn, id: DeliverableId, input: RemarkIn) -> Result<RemarkView> {
    let about = open::<DeliverableView>(ctx, txn, id, Action::Remark, Seen::AsItStands).await?;
    add(ctx, txn, &about, Origin::Secretariat, input).await
}

/// Takes remarks that the edition before has left into the round of this one: the one with this id, or all of them. Each is
/// taken over once and is due as a new remark.
///
/// Who may: the secretariat. Mails: none until the contribution is sent back. Errors: `wrong_transition` once it is accepted
/// or left out, `not_found` for a remark that was not left for this edition, `remark_taken_over`.
pub async fn take_over(ctx: &Ctx, txn: &Txn, id: DeliverableId, only: Option<RemarkId>) -> Result<Vec<RemarkView>> {
    let about = open::<DeliverableView>(ctx, txn, id, Action::Remark, Seen::AsItStands).await?;
    must_be_under_review(&about)?;
    let editions = deliverables::of_chapter(txn, &about.product_code, about.deliverable.observatory_id).await?;
    let before = edition_before(&editions, &about);
    let mut left = match &before {
        Some(before) => left_by(txn, before).await?,
        None => Vec::new(),
    };
    left.retain(|remark| only.is_none_or(|only| remark.id == only));
    if only.is_some() && left.is_empty() {
        return Err(Error::NotFound);
    }
    let ids: Vec<RemarkId> = left.iter().map(|remark| remark.id).collect();
    let known = store::taken_over(txn, &ids).await?;
    left.retain(|remark| !known.contains(&remark.id));
    if left.is_empty() {
        return Err(Refusal::TakenOver.into());
    }
    let mut made = Vec::with_capacity(left.len());
    for Remark { id, part, text, .. } in left {
        made.push(add(ctx, txn, &about, Origin::Edition(id), RemarkIn { part, text, due_day: None }).await?);
    }
    Ok(made)
}

/// Origin of a new remark.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin {
    Secretariat,
    /// The observatory of a peer reading.
    Reader(ObservatoryId),
    /// A remark that the edition before has left.
    Edition(RemarkId),
}

/// Adds a remark.
pub(super) async fn add(
    ctx: &Ctx,
    txn: &Txn,
    about: &DeliverableView,
    origin: Origin,
    input: RemarkIn,
) -> Result<RemarkView> {
    must_be_under_review(about)?;
    let input = checked(&input)?;
    let id = about.deliverable.id;
    let submission = deliverables::submissions(txn, id).await?.into_iter().rfind(|one| one.withdrawn_at.is_none());
    let number = store::remarks(txn, &[id]).await?.last().map_or(1, |last| last.number + 1);
    let remark = Remark {
        id: ctx.new_id(),
        deliverable_id: id,
        submission_id: submission.map(|one| one.id),
        number,
        observatory_id: match origin {
            Origin::Reader(observatory) => Some(observatory),
            Origin::Secretariat | Origin::Edition(_) => None,
        },
        part: input.part,
        text: input.text,
        due_day: due_day(ctx, about, input.due_day).await?,
        state: RemarkState::Open,
        written_at: ctx.now(),
        written_by: ctx.actor.person_id(),
        copied_from: match origin {
            Origin::Edition(before) => Some(before),
            Origin::Secretariat | Origin::Reader(_) => None,
        },
        steps: Vec::new(),
        version: 1,
    };
    store::insert_remark(txn, &remark).await?;
    record(ctx, txn, Verb::WriteRemark, &remark, about).await?;
    Ok(RemarkView { remark, about: about.clone() })
}

/// Returns the day by which a remark is to be answered.
async fn due_day(ctx: &Ctx, about: &DeliverableView, chosen: Option<NaiveDate>) -> Result<NaiveDate> {
    match chosen {
        Some(day) if day < ctx.today() => Err(Refusal::DayInPast.into()),
        Some(day) => Ok(day),
        None => working_days_from_today(ctx, about, REMARK_WORKING_DAYS).await,
    }
}

/// Returns the day that is some working days of the contribution's territory from today.
pub(super) async fn working_days_from_today(ctx: &Ctx, about: &DeliverableView, days: i32) -> Result<NaiveDate> {
    let calendars = ctx.recall(&AllCalendars).await?;
    Ok(calendars.of(&about.territory)?.add_working_days(ctx.today(), days)?)
}

/// Returns the normalised remark, or an error for every wrong field.
fn checked(input: &RemarkIn) -> Result<RemarkIn> {
    Typed::of(|reading| {
        let part = reading.optional_text("part", input.part.as_deref().unwrap_or_default(), PART_CHARACTERS);
        let text = reading.text("text", &input.text, REMARK_CHARACTERS);
        Some(RemarkIn { part: part?, text: text?, due_day: input.due_day })
    })
}

/// Refuses a change to the remarks on a contribution whose review is over.
fn must_be_under_review(about: &DeliverableView) -> Result<()> {
    if about.deliverable.is_settled() {
        return Err(CONTRIBUTION.wrong(about.deliverable.state()).into());
    }
    Ok(())
}

/// Answers a remark: done, or declined with a reason.
///
/// Who may: the observatory, the secretariat on its behalf. Mails: none; the answer is read with the next text. Errors:
/// `wrong_transition`, `reason_missing` for a declined remark without a text, `too_long`, `stale`.
pub async fn answer(ctx: &Ctx, txn: &Txn, id: RemarkId, version: i32, input: AnswerIn) -> Result<RemarkView> {
    let kind = if input.is_done { RemarkStepKind::Done } else { RemarkStepKind::Declined };
    take(ctx, txn, id, version, Action::AnswerRemark, kind, input.text.as_deref()).await
}

/// Accepts the answer to a remark, or the text as it is now; the remark is settled. Who may: the secretariat. Errors:
/// `wrong_transition`, `stale`.
pub async fn accept(ctx: &Ctx, txn: &Txn, id: RemarkId, version: i32) -> Result<RemarkView> {
    take(ctx, txn, id, version, Action::Remark, RemarkStepKind::Accepted, None).await
}

/// Rejects the answer to a remark with a reason; the remark is open again. Who may: the secretariat. Errors:
/// `wrong_transition`, `reason_missing`, `too_long`, `stale`.
pub async fn reject(ctx: &Ctx, txn: &Txn, id: RemarkId, version: i32, reason: &str) -> Result<RemarkView> {
    take(ctx, txn, id, version, Action::Remark, RemarkStepKind::Rejected, Some(reason)).await
}

/// Leaves a remark for the next edition of the chapter, whose page begins with it. Who may: the secretariat. Errors:
/// `wrong_transition`, `stale`.
pub async fn carry(ctx: &Ctx, txn: &Txn, id: RemarkId, version: i32) -> Result<RemarkView> {
    take(ctx, txn, id, version, Action::Remark, RemarkStepKind::Carried, None).await
}

async fn take(
    ctx: &Ctx,
    txn: &Txn,
    id: RemarkId,
    version: i32,
    action: Action,
    kind: RemarkStepKind,
    text: Option<&str>,
) -> Result<RemarkView> {
    let before = open::<RemarkView>(ctx, txn, id, action, Seen::Version(version)).await?;
    must_be_under_review(&before.about)?;
    let text = crate::typed::optional("text", text, ANSWER_CHARACTERS)?;
    let RemarkView { mut remark, about } = before;
    let state = remark.after(kind, text.as_deref())?;
    let is_answer = action == Action::AnswerRemark;
    let step = Step {
        id: ctx.new_id(),
        position: remark.steps.last().map_or(1, |last| last.position + 1),
        kind,
        text,
        at: ctx.now(),
        by: ctx.actor.person_id(),
        on_behalf_of: ctx.actor.on_behalf_of(about.body_id).filter(|_| is_answer),
    };
    store::take_step(txn, &remark, state, &step).await?;
    remark.steps.push(step);
    remark.state = state;
    remark.version += 1;
    record(ctx, txn, verb(kind), &remark, &about).await?;
    Ok(RemarkView { remark, about })
}

const fn verb(kind: RemarkStepKind) -> Verb {
    match kind {
        RemarkStepKind::Done | RemarkStepKind::Declined => Verb::AnswerRemark,
        RemarkStepKind::Accepted => Verb::AcceptRemark,
        RemarkStepKind::Rejected => Verb::RejectRemark,
        RemarkStepKind::Carried => Verb::CarryRemark,
    }
}

async fn record(ctx: &Ctx, txn: &Txn, verb: Verb, remark: &Remark, about: &DeliverableView) -> Result<()> {
    let is_answer = matches!(verb, Verb::AnswerRemark);
    let event = audit::Event {
        action: verb.into(),
        subject: ("deliverable", about.deliverable.id.to_string()),
        on_behalf_of: ctx.actor.on_behalf_of(about.body_id).filter(|_| is_answer),
        channel: None,
        source: None,
        details: json!({ "remark": remark.number, "state": remark.state }),
    };
    audit::record(ctx, txn, event).await
}

impl Guarded for RemarkView {
    type Action = Action;
    const VIEW: Action = Action::ViewReview;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        self.about.may(actor, action)
    }

    fn version(&self) -> i32 {
        self.remark.version
    }
}

impl Scoped for RemarkView {
    type Id = RemarkId;
    type Visibility = Visibility;

    fn visibility(actor: &Actor) -> Option<Visibility> {
        DeliverableView::visibility(actor)
    }

    async fn find(ctx: &Ctx, db: &impl ConnectionTrait, visible: &Visibility, id: RemarkId) -> Result<Option<Self>> {
        let Some(remark) = store::remark(db, id).await? else { return Ok(None) };
        let about = DeliverableView::find(ctx, db, visible, remark.deliverable_id).await?;
        Ok(about.map(|about| Self { remark, about }))
    }
}
