//! Previews over REST: request and response types, and short handlers.

mod proposal;
mod steps;

use super::model::Effect;
use super::service::{self, Preview, WorkEffects};
use crate::agenda::policy as agenda;
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::deliverables::view::DeliverableView;
use crate::designations::view::Designation;
use crate::http::Answer;
use crate::http::json::Json;
use crate::http::version::{self, IfMatch};
use crate::releases::api::{CancelReleaseIn, ConfirmReleaseIn, MoveReleaseIn, WhenDto};
use crate::releases::policy::Action;
use crate::releases::service::{Act, is_notice_kept};
use crate::tasks::model::Task;
use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::NaiveDate;
use entity::ids::{MeetingId, ReleaseId, TaskId};
use entity::kinds::{DeliverableState, ReleaseState, SeatKind, TaskState};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(preview_confirmation)
        .service(preview_move)
        .service(preview_cancellation)
        .service(steps::preview_steps)
        .service(proposal::preview_proposal);
}

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("preview_confirmation", Right::Ever(Action::Confirm)),
    ("preview_move", Right::Ever(Action::Move)),
    ("preview_cancellation", Right::Ever(Action::Cancel)),
    ("preview_steps", Right::Ever(Action::RenewSteps)),
];

/// Rights that the policy of the yearly agenda decides.
pub const RIGHTS_BY_AGENDA: &[(&str, Right<agenda::Action>)] =
    &[("preview_proposal", Right::Ever(agenda::Action::Accept))];

/// Effects of an act on a release.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PreviewOut {
    /// The present date.
    pub before: WhenDto,
    /// The date after the act.
    pub after: WhenDto,
    /// The state after the act.
    pub state: ReleaseState,
    /// Present version in subscribers' calendars.
    pub sequence_before: i32,
    /// Version in subscribers' calendars after the act.
    pub sequence_after: i32,
    /// Notice that the date would give, in working days of all territories concerned.
    pub notice_working_days: Option<i32>,
    /// Whether that notice reaches the network's target.
    pub notice_kept: Option<bool>,
    /// Distance from the first confirmed date, in days; negative if earlier.
    pub slip_days: Option<i64>,
    /// The same distance in working days of all territories concerned.
    pub slip_working_days: Option<i32>,
    #[serde(flatten)]
    #[schema(inline)]
    pub work: WorkEffectsOut,
    /// Other releases with the same day.
    #[schema(max_items = 1000)]
    pub releases_that_day: Vec<ReleaseId>,
    /// Meetings on the same day.
    #[schema(max_items = 20)]
    pub meetings_that_day: Vec<MeetingId>,
    /// People to whom a mail would leave.
    #[schema(max_items = 1000)]
    pub told: Vec<ReaderOut>,
}

/// Effects on the work for a release.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WorkEffectsOut {
    /// Contributions that would be created or changed.
    #[schema(max_items = 1000)]
    pub contributions: Vec<ContributionEffectOut>,
    /// Tasks that would be created or changed.
    #[schema(max_items = 10000)]
    pub tasks: Vec<TaskEffectOut>,
    /// Contributions and tasks that stay as they are.
    #[schema(value_type = u32)]
    pub unchanged: usize,
}

/// A contribution before and after the act.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContributionEffectOut {
    /// Code of the observatory.
    #[schema(max_length = 60)]
    pub observatory: String,
    /// Absent if the act creates the contribution.
    pub state_before: Option<DeliverableState>,
    pub state_after: DeliverableState,
    pub due_before: Option<NaiveDate>,
    pub due_after: NaiveDate,
}

/// A task before and after the act.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskEffectOut {
    /// Absent if the act creates the task.
    pub id: Option<TaskId>,
    #[schema(max_length = 500)]
    pub title_it: String,
    #[schema(max_length = 500)]
    pub title_en: String,
    /// Code of the seat that does it.
    #[schema(max_length = 120)]
    pub seat: String,
    pub state_before: Option<TaskState>,
    pub state_after: TaskState,
    pub due_before: Option<NaiveDate>,
    pub due_after: NaiveDate,
    pub estimated_minutes_before: Option<i32>,
    pub estimated_minutes_after: i32,
}

/// A person to whom a mail would leave.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReaderOut {
    #[schema(max_length = 200)]
    pub name: String,
    pub seat: SeatKind,
    /// Name of the observatory or body.
    #[schema(max_length = 200)]
    pub place: String,
}

/// Preview a confirmation
///
/// What happens: nothing is changed; the answer lists what confirming would do. Who may: the secretariat. Mails: none.
/// Errors: those of the confirmation.
#[utoipa::path(tag = "releases", params(("id" = ReleaseId, Path), IfMatch), request_body = ConfirmReleaseIn, responses((status = 200, body = PreviewOut)))]
#[post("/releases/{id:[0-9A-Fa-f-]+}/confirm/preview")]
pub async fn preview_confirmation(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    input: Json<ConfirmReleaseIn>,
) -> Answer {
    answer(&ctx, &request, *id, Act::Confirm(input.value.into())).await
}

/// Preview a move
///
/// What happens: nothing is changed; the answer lists what moving would do. Who may: the secretariat. Mails: none.
/// Errors: those of the move.
#[utoipa::path(tag = "releases", params(("id" = ReleaseId, Path), IfMatch), request_body = MoveReleaseIn, responses((status = 200, body = PreviewOut)))]
#[post("/releases/{id:[0-9A-Fa-f-]+}/move/preview")]
pub async fn preview_move(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    input: Json<MoveReleaseIn>,
) -> Answer {
    answer(&ctx, &request, *id, Act::Move(input.value.into())).await
}

/// Preview a cancellation
///
/// What happens: nothing is changed; the answer lists what cancelling would do. Who may: the secretariat. Mails: none.
/// Errors: those of the cancellation.
#[utoipa::path(tag = "releases", params(("id" = ReleaseId, Path), IfMatch), request_body = CancelReleaseIn, responses((status = 200, body = PreviewOut)))]
#[post("/releases/{id:[0-9A-Fa-f-]+}/cancel/preview")]
pub async fn preview_cancellation(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    input: Json<CancelReleaseIn>,
) -> Answer {
    answer(&ctx, &request, *id, Act::Cancel(input.value.into())).await
}

async fn answer(ctx: &Ctx, request: &HttpRequest, id: ReleaseId, act: Act) -> Answer {
    let version = version::if_match(request)?;
    Ok(HttpResponse::Ok().json(PreviewOut::from(service::preview(ctx, id, version, act).await?)))
}

impl From<Preview> for PreviewOut {
    fn from(preview: Preview) -> Self {
        let Preview { before, after, change, slip, work, releases_that_day, meetings_that_day, told } = preview;
        let notice = change.and_then(|change| change.notice);
        Self {
            before: before.release.when().into(),
            after: after.release.when().into(),
            state: after.release.state(),
            sequence_before: before.release.sequence,
            sequence_after: after.release.sequence,
            notice_working_days: notice,
            notice_kept: notice.map(is_notice_kept),
            slip_days: slip.map(|slip| slip.days),
            slip_working_days: slip.map(|slip| slip.working_days),
            work: work.into(),
            releases_that_day: releases_that_day.into_iter().map(|view| view.release.id).collect(),
            meetings_that_day: meetings_that_day.into_iter().map(|line| line.meeting.id).collect(),
            told: told.into_iter().map(ReaderOut::from).collect(),
        }
    }
}

impl From<WorkEffects> for WorkEffectsOut {
    fn from(WorkEffects { contributions, tasks }: WorkEffects) -> Self {
        let total = contributions.len() + tasks.len();
        let contributions: Vec<_> = contributions.into_iter().filter_map(ContributionEffectOut::of).collect();
        let tasks: Vec<_> = tasks.into_iter().filter_map(TaskEffectOut::of).collect();
        Self { unchanged: total - contributions.len() - tasks.len(), contributions, tasks }
    }
}

impl ContributionEffectOut {
    /// Describes a contribution that the act creates or changes.
    fn of(effect: Effect<DeliverableView>) -> Option<Self> {
        let shown = |view: &DeliverableView| (view.deliverable.state(), view.deliverable.day());
        effect.changes(shown).then(|| {
            let before = effect.before.as_ref().map(shown);
            let (state_after, due_after) = shown(&effect.after);
            Self {
                observatory: effect.after.observatory_code,
                state_before: before.map(|(state, _)| state),
                state_after,
                due_before: before.map(|(_, day)| day),
                due_after,
            }
        })
    }
}

impl TaskEffectOut {
    /// Describes a task that the act creates or changes.
    fn of(effect: Effect<Task>) -> Option<Self> {
        let shown = |task: &Task| (task.state(), task.day(), task.estimated_minutes);
        effect.changes(shown).then(|| {
            let before = effect.before.as_ref().map(shown);
            let (state_after, due_after, estimated_minutes_after) = shown(&effect.after);
            let Task { title_it, title_en, seat, .. } = effect.after;
            Self {
                id: effect.before.map(|task| task.id),
                title_it,
                title_en,
                seat: seat.code.clone(),
                state_before: before.map(|(state, ..)| state),
                state_after,
                due_before: before.map(|(_, day, _)| day),
                due_after,
                estimated_minutes_before: before.map(|(.., minutes)| minutes),
                estimated_minutes_after,
            }
        })
    }
}

impl From<Designation> for ReaderOut {
    fn from(one: Designation) -> Self {
        Self { name: one.holder.name(), seat: one.seat.kind, place: one.seat.place().to_owned() }
    }
}
