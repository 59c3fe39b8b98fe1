//! Another day for a contribution: proposed by its observatory, accepted or declined by the secretariat. An accepted one is
//! the day set by hand on the contribution, which the step that hands it in follows.

use super::{TEXT_CHARACTERS, TaskFilter, all};
use crate::audit;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::policy::Action;
use crate::deliverables::service::{self as deliverables, DeliverableFilter};
use crate::deliverables::view::DeliverableView;
use crate::error::{Code, Error, Refused, Result};
use crate::network::questions::AllCalendars;
use crate::open::{Guarded, Seen, open, read};
use crate::tasks::mail;
use crate::tasks::model::Refusal;
use crate::tasks::proposal::{DayProposal, Event};
use crate::tasks::store::proposals;
use crate::tasks::verb::Verb;
use crate::tasks::view::{DayPreview, Proposed};
use crate::typed;
use chrono::NaiveDate;
use entity::ids::{DayProposalId, DeliverableId};
use entity::kinds::DayProposalState;
use sea_orm::ConnectionTrait;

/// Another day for a contribution, and why.
#[derive(Clone, Debug)]
pub struct ProposeIn {
    pub day: NaiveDate,
    pub reason: String,
}

/// Proposes another day for a contribution that still has to be submitted.
///
/// Who may: the observatory, the secretariat on its behalf. Mails: *day proposed* to the secretariat. Errors:
/// `wrong_transition` once it is submitted, `already_proposed` while another proposal is open, `non_working_day`,
/// `day_in_past`, `nothing_changes`, `reason_missing`, `too_long`.
pub async fn propose(ctx: &Ctx, txn: &Txn, id: DeliverableId, input: ProposeIn) -> Result<Proposed> {
    let view = open::<DeliverableView>(ctx, txn, id, Action::Submit, Seen::AsItStands).await?;
    let reason = typed::reason("reason", &input.reason, TEXT_CHARACTERS)?;
    let owed = &view.deliverable;
    if !owed.awaits_handing_in() {
        return Err(crate::deliverables::model::LIFECYCLE.wrong(owed.state()).into());
    }
    if proposals::of(txn, id).await?.iter().any(DayProposal::is_open) {
        return Err(Error::Refused(Refused::of(Code::AlreadyProposed)));
    }
    if input.day == owed.day() {
        return Err(Refusal::NothingChanges.into());
    }
    let calendars = ctx.recall(&AllCalendars).await?;
    let place = || vec![view.observatory_name.clone()];
    calendars.joint([view.territory.as_str()])?.must_be_worked(input.day, |_| place())?;
    if input.day < ctx.today() {
        return Err(Error::field("day", Code::DayInPast));
    }
    let proposal = DayProposal {
        id: ctx.new_id(),
        deliverable_id: id,
        state: DayProposalState::Open,
        former_day: owed.day(),
        day: input.day,
        reason,
        proposed_at: ctx.now(),
        proposed_by: ctx.actor.person_id(),
        answer: None,
        answered_at: None,
        answered_by: None,
        version: 1,
    };
    proposals::insert(txn, &proposal).await?;
    let proposed = Proposed { proposal, view };
    record(ctx, txn, Verb::ProposeDay, &proposed).await?;
    mail::proposals::proposed(ctx, txn, &proposed).await?;
    Ok(proposed)
}

/// Accepts a proposal: its day is set by hand on the contribution.
///
/// Who may: the secretariat. Mails: *day answered* to referent and deputy. Errors: `wrong_transition`, `stale`; those of
/// [`deliverables::reschedule`], except that a day which the contribution has already is no error.
pub async fn accept_day(ctx: &Ctx, txn: &Txn, id: DayProposalId, version: i32) -> Result<Proposed> {
    let Proposed { proposal, view } = to_answer(ctx, txn, id, version).await?;
    let accepted = proposal.after(Event::Accept, None, ctx.now(), ctx.actor.person_id())?;
    let owed = &view.deliverable;
    if owed.hand_set_day != Some(accepted.day) {
        deliverables::reschedule(ctx, txn, owed.id, owed.version, Some(accepted.day)).await?;
    }
    answered(ctx, txn, accepted, Verb::AcceptDay).await
}

/// Declines a proposal with a reason.
///
/// Who may: the secretariat. Mails: *day answered* to referent and deputy. Errors: `wrong_transition`, `reason_missing`,
/// `too_long`, `stale`.
pub async fn decline_day(ctx: &Ctx, txn: &Txn, id: DayProposalId, version: i32, reason: &str) -> Result<Proposed> {
    let Proposed { proposal, .. } = to_answer(ctx, txn, id, version).await?;
    let reason = typed::reason("reason", reason, TEXT_CHARACTERS)?;
    let declined = proposal.after(Event::Decline, Some(reason), ctx.now(), ctx.actor.person_id())?;
    answered(ctx, txn, declined, Verb::DeclineDay).await
}

/// Takes an open proposal back. Who may: the observatory, the secretariat on its behalf. Mails: none. Errors:
/// `wrong_transition`, `stale`.
pub async fn withdraw_day(ctx: &Ctx, txn: &Txn, id: DayProposalId, version: i32) -> Result<Proposed> {
    let found = proposal(ctx, txn, id).await?;
    ctx.demand(found.view.may(&ctx.actor, Action::Submit))?;
    Seen::Version(version).must_be(found.proposal.version)?;
    let withdrawn = found.proposal.after(Event::Withdraw, None, ctx.now(), ctx.actor.person_id())?;
    proposals::save(txn, &withdrawn).await?;
    let withdrawn = self::proposal(ctx, txn, id).await?;
    record(ctx, txn, Verb::WithdrawDay, &withdrawn).await?;
    Ok(withdrawn)
}

async fn to_answer(ctx: &Ctx, txn: &Txn, id: DayProposalId, version: i32) -> Result<Proposed> {
    let found = proposal(ctx, txn, id).await?;
    ctx.demand(found.view.may(&ctx.actor, Action::Reschedule))?;
    Seen::Version(version).must_be(found.proposal.version)?;
    Ok(found)
}

async fn answered(ctx: &Ctx, txn: &Txn, after: DayProposal, verb: Verb) -> Result<Proposed> {
    proposals::save(txn, &after).await?;
    let answered = proposal(ctx, txn, after.id).await?;
    record(ctx, txn, verb, &answered).await?;
    mail::proposals::answered(ctx, txn, &answered).await?;
    Ok(answered)
}

async fn record(ctx: &Ctx, txn: &Txn, verb: Verb, Proposed { proposal, view }: &Proposed) -> Result<()> {
    let event = audit::Event {
        action: verb.into(),
        subject: ("deliverable", proposal.deliverable_id.to_string()),
        on_behalf_of: ctx.actor.on_behalf_of(view.body_id),
        channel: None,
        source: None,
        details: serde_json::json!({ "proposal": proposal.id, "day": proposal.day, "state": proposal.state }),
    };
    audit::record(ctx, txn, event).await
}

/// Returns a proposal with its contribution. One for a contribution that the caller may not see does not exist.
pub async fn proposal(ctx: &Ctx, db: &impl ConnectionTrait, id: DayProposalId) -> Result<Proposed> {
    let proposal = proposals::find(db, id).await?.ok_or(Error::NotFound)?;
    let view = read::<DeliverableView>(ctx, db, proposal.deliverable_id).await?;
    Ok(Proposed { proposal, view })
}

/// Returns the proposals for a contribution, oldest first. Who may: who sees the contribution.
pub async fn proposals_for(ctx: &Ctx, id: DeliverableId) -> Result<Vec<DayProposal>> {
    read::<DeliverableView>(ctx, ctx.reader(), id).await?;
    proposals_of(ctx, id).await
}

/// Like [`proposals_for`], for a contribution that was found already. The caller has checked that the reader may see it.
pub async fn proposals_of(ctx: &Ctx, id: DeliverableId) -> Result<Vec<DayProposal>> {
    Ok(proposals::of(ctx.reader(), id).await?)
}

/// Returns the open proposals for contributions that the caller sees, oldest first.
pub async fn open_proposals(ctx: &Ctx) -> Result<Vec<Proposed>> {
    let open = proposals::open(ctx.reader()).await?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let ids = open.iter().map(|proposal| proposal.deliverable_id).collect::<Vec<_>>();
    let most = u64::try_from(ids.len()).unwrap_or(u64::MAX);
    let filter = DeliverableFilter { ids: Some(ids), ..DeliverableFilter::default() };
    let views = deliverables::list_seen(ctx, &filter, None, most).await?;
    let with_view = |proposal: DayProposal| {
        let view = views.iter().find(|view| view.deliverable.id == proposal.deliverable_id)?.clone();
        Some(Proposed { proposal, view })
    };
    Ok(open.into_iter().filter_map(with_view).collect())
}

/// Returns what accepting a proposal would do, without doing it. Who may: the secretariat. Errors: those of [`accept_day`].
pub async fn preview_day(ctx: &Ctx, id: DayProposalId, version: i32) -> Result<DayPreview> {
    ctx.rehearse(async |txn| {
        let before = proposal(ctx, txn, id).await?.view;
        let filter = TaskFilter { deliverable: Some(before.deliverable.id), ..TaskFilter::default() };
        let tasks_before = all(ctx, txn, &filter).await?;
        let after = accept_day(ctx, txn, id, version).await?.view;
        let tasks_after = all(ctx, txn, &filter).await?;
        let tasks = tasks_before.into_iter().filter_map(|before| {
            let after = tasks_after.iter().find(|after| after.id == before.id && after.day() != before.day())?.clone();
            Some((before, after))
        });
        Ok(DayPreview { before, after, tasks: tasks.collect() })
    })
    .await
}
