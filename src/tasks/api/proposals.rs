//! Other days proposed for contributions, over REST.

use crate::ctx::Ctx;
use crate::db::Txn;
use crate::http::Answer;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::Json;
use crate::http::version::{self, IfMatch};
use crate::tasks::api::wire::TaskReasonIn;
use crate::tasks::model::Task;
use crate::tasks::proposal::{DayProposal, LIFECYCLE};
use crate::tasks::service::{self, ProposeIn};
use crate::tasks::view::{DayPreview, Proposed};
use crate::time::Day;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DayProposalId, DeliverableId, TaskId};
use entity::kinds::DayProposalState;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

/// Another day for a contribution, and why.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeDayIn {
    /// A day that the observatory's territory works.
    pub day: Day,
    #[schema(max_length = 1000)]
    pub reason: String,
}

/// Another day proposed for a contribution.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DayProposalOut {
    pub id: DayProposalId,
    pub deliverable_id: DeliverableId,
    pub state: DayProposalState,
    /// Due day of the contribution when the other day was proposed.
    pub former_day: NaiveDate,
    pub day: NaiveDate,
    #[schema(max_length = 1000)]
    pub reason: String,
    pub proposed_at: DateTime<Utc>,
    /// Reason why it was declined.
    #[schema(max_length = 1000)]
    pub answer: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
    /// Possible next events.
    #[schema(max_items = 10)]
    pub possible: Vec<&'static str>,
    pub version: i32,
}

/// Proposals, oldest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DayProposalsOut {
    #[schema(max_items = 1000)]
    pub items: Vec<DayProposalOut>,
}

/// A task that gets another day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MovedTaskOut {
    pub id: TaskId,
    #[schema(max_length = 300)]
    pub title_it: String,
    #[schema(max_length = 300)]
    pub title_en: String,
    pub day_before: NaiveDate,
    pub day_after: NaiveDate,
}

/// Effects of accepting a proposal.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DayPreviewOut {
    pub day_before: NaiveDate,
    pub day_after: NaiveDate,
    /// Day of the release.
    pub release_day: NaiveDate,
    #[schema(max_items = 1000)]
    pub tasks: Vec<MovedTaskOut>,
}

impl From<DayProposal> for DayProposalOut {
    fn from(proposal: DayProposal) -> Self {
        let DayProposal { id, deliverable_id, state, former_day, day, reason, .. } = proposal;
        Self {
            id,
            deliverable_id,
            state,
            former_day,
            day,
            reason,
            proposed_at: proposal.proposed_at,
            answer: proposal.answer,
            answered_at: proposal.answered_at,
            possible: LIFECYCLE.names(state),
            version: proposal.version,
        }
    }
}

impl From<DayPreview> for DayPreviewOut {
    fn from(DayPreview { before, after, tasks }: DayPreview) -> Self {
        let moved = |(before, after): (Task, Task)| MovedTaskOut {
            id: before.id,
            day_before: before.day(),
            day_after: after.day(),
            title_it: before.title_it,
            title_en: before.title_en,
        };
        Self {
            day_before: before.deliverable.day(),
            day_after: after.deliverable.day(),
            release_day: after.release_day,
            tasks: tasks.into_iter().map(moved).collect(),
        }
    }
}

/// List the open proposals of other days
///
/// Oldest first. Who may: secretariat and direction see all, others those for contributions that they see.
#[utoipa::path(tag = "deliverables", responses((status = 200, body = DayProposalsOut)))]
#[get("/day-proposals")]
pub async fn list_day_proposals(ctx: Ctx) -> Answer {
    let open = service::open_proposals(&ctx).await?;
    let items = open.into_iter().map(|proposed| proposed.proposal.into()).collect();
    Ok(HttpResponse::Ok().json(DayProposalsOut { items }))
}

/// List the proposals of other days for a contribution
///
/// Answered ones too, oldest first. Who may: who sees the contribution.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path)), responses((status = 200, body = DayProposalsOut)))]
#[get("/deliverables/{id:[0-9A-Fa-f-]+}/day-proposals")]
pub async fn list_deliverable_day_proposals(ctx: Ctx, id: web::Path<DeliverableId>) -> Answer {
    let items = service::proposals_for(&ctx, *id).await?.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(DayProposalsOut { items }))
}

/// Propose another day for a contribution
///
/// One proposal at a time. Who may: the observatory, the secretariat on its behalf. Mails: *day proposed* to the secretariat.
/// Errors: `already_proposed`, `non_working_day`, `day_in_past`, `nothing_changes`, `reason_missing`, `wrong_transition` once
/// the contribution is submitted.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), IdempotencyKey), request_body = ProposeDayIn, responses((status = 201, body = DayProposalOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/day-proposals")]
pub async fn propose_day(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    input: Json<ProposeDayIn>,
) -> Answer {
    let digest = input.digest();
    let ProposeDayIn { day, reason } = input.value;
    let propose = async |txn: &Txn| {
        let proposed = service::propose(&ctx, txn, *id, ProposeIn { day: day.into(), reason }).await?;
        let body = DayProposalOut::from(proposed.proposal);
        Ok(Created { location: format!("/api/v1/day-proposals/{}", body.id), version: Some(body.version), body })
    };
    idempotency::once(&ctx, &request, &digest, propose).await
}

/// One proposal of another day
///
/// Who may: who sees the contribution.
#[utoipa::path(tag = "deliverables", params(("id" = DayProposalId, Path)), responses((status = 200, body = DayProposalOut)))]
#[get("/day-proposals/{id:[0-9A-Fa-f-]+}")]
pub async fn show_day_proposal(ctx: Ctx, id: web::Path<DayProposalId>) -> Answer {
    Ok(answer(service::proposal(&ctx, ctx.reader(), *id).await?))
}

/// Preview accepting a proposal
///
/// The day of the contribution and of its tasks before and after; nothing changes. Who may: the secretariat. Mails: none.
/// Errors: as for accepting it.
#[utoipa::path(tag = "deliverables", params(("id" = DayProposalId, Path), IfMatch), responses((status = 200, body = DayPreviewOut)))]
#[post("/day-proposals/{id:[0-9A-Fa-f-]+}/preview")]
pub async fn preview_day_proposal(ctx: Ctx, request: HttpRequest, id: web::Path<DayProposalId>) -> Answer {
    let preview = service::preview_day(&ctx, *id, version::if_match(&request)?).await?;
    Ok(HttpResponse::Ok().json(DayPreviewOut::from(preview)))
}

/// Accept a proposal of another day
///
/// The day is set by hand on the contribution. Who may: the secretariat. Mails: *day answered* to referent and deputy.
/// Errors: `wrong_transition`.
#[utoipa::path(tag = "deliverables", params(("id" = DayProposalId, Path), IfMatch), responses((status = 200, body = DayProposalOut)))]
#[post("/day-proposals/{id:[0-9A-Fa-f-]+}/accept")]
pub async fn accept_day_proposal(ctx: Ctx, request: HttpRequest, id: web::Path<DayProposalId>) -> Answer {
    let accepted =
        version::change(&ctx, &request, async |txn, version| service::accept_day(&ctx, txn, *id, version).await)
            .await?;
    Ok(answer(accepted))
}

/// Decline a proposal of another day
///
/// Who may: the secretariat. Mails: *day answered* to referent and deputy. Errors: `wrong_transition`, `reason_missing`.
#[utoipa::path(tag = "deliverables", params(("id" = DayProposalId, Path), IfMatch), request_body = TaskReasonIn, responses((status = 200, body = DayProposalOut)))]
#[post("/day-proposals/{id:[0-9A-Fa-f-]+}/decline")]
pub async fn decline_day_proposal(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DayProposalId>,
    input: Json<TaskReasonIn>,
) -> Answer {
    let declined = version::change(&ctx, &request, async |txn, version| {
        service::decline_day(&ctx, txn, *id, version, &input.value.reason).await
    })
    .await?;
    Ok(answer(declined))
}

/// Take a proposal of another day back
///
/// Who may: the observatory, the secretariat on its behalf. Mails: none. Errors: `wrong_transition`.
#[utoipa::path(tag = "deliverables", params(("id" = DayProposalId, Path), IfMatch), responses((status = 200, body = DayProposalOut)))]
#[post("/day-proposals/{id:[0-9A-Fa-f-]+}/withdraw")]
pub async fn withdraw_day_proposal(ctx: Ctx, request: HttpRequest, id: web::Path<DayProposalId>) -> Answer {
    let withdrawn =
        version::change(&ctx, &request, async |txn, version| service::withdraw_day(&ctx, txn, *id, version).await)
            .await?;
    Ok(answer(withdrawn))
}

fn answer(proposed: Proposed) -> HttpResponse {
    let version = proposed.proposal.version;
    version::answer(version, &DayProposalOut::from(proposed.proposal))
}
