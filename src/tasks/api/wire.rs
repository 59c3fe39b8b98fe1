//! Request and response types of tasks.

use crate::deliverables::api::DeliverableOut;
use crate::deliverables::order::Sorting;
use crate::http::patch::Patch;
use crate::tasks::model::{LIFECYCLE, Task};
use crate::tasks::reply::Reply;
use crate::time::Day;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, DocumentId, OutcomeId, ReleaseId, TaskId};
use entity::kinds::{ObligationKind, ReplyKind, SeatKind, TaskOrigin, TaskState};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Work of a seat, due by a day.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskOut {
    pub id: TaskId,
    /// The seat's code.
    pub seat: String,
    pub seat_kind: SeatKind,
    /// Code of the observatory, if the seat belongs to one.
    pub observatory: Option<String>,
    pub title_it: String,
    pub title_en: String,
    pub origin: TaskOrigin,
    pub release_id: Option<ReleaseId>,
    pub deliverable_id: Option<DeliverableId>,
    pub outcome_id: Option<OutcomeId>,
    pub state: TaskState,
    /// Whether it is still called for. An open step is not, after its deliverable was submitted.
    pub is_due: bool,
    pub is_overdue: bool,
    /// Reason why it is blocked or cancelled.
    pub reason: Option<String>,
    /// Note at its completion; for a meeting's task, the text of the outcome.
    pub note: Option<String>,
    /// Description by the secretariat, which gave it.
    #[schema(max_length = 4000)]
    pub text: Option<String>,
    /// Due day: set by hand, otherwise derived.
    pub day: NaiveDate,
    /// Derived from the release, in the calendar of the seat's territory.
    pub due_day: NaiveDate,
    pub hand_set_day: Option<NaiveDate>,
    pub estimated_minutes: i32,
    pub done_at: Option<DateTime<Utc>>,
    /// Possible next events.
    #[schema(max_items = 10)]
    pub possible: Vec<&'static str>,
    pub version: i32,
}

/// Input for completing a task.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteTaskIn {
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
    /// Address of the text, if this step submits the deliverable; otherwise ignored.
    #[serde(default)]
    #[schema(max_length = 2000, format = "uri")]
    pub link: Option<String>,
    /// A file uploaded with `POST /deliverables/documents`, if this step submits the deliverable; otherwise ignored.
    #[serde(default)]
    pub document_id: Option<DocumentId>,
}

/// Reason why a task is refused, insisted on, blocked or cancelled.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskReasonIn {
    #[schema(max_length = 1000)]
    pub reason: String,
}

/// A merge patch of values set by hand. Title, text and minutes change only on a task that the secretariat gave; one of
/// them and the day are two changes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskChange {
    /// `null` restores the derived day.
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    pub hand_set_day: Patch<Day>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300)]
    pub title: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 4000)]
    pub text: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<i32>)]
    pub estimated_minutes: Patch<i32>,
}

/// A task to give to one seat, or one each to several observatories: either `seat` or `observatories`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveTasksIn {
    /// A seat's code.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub seat: Option<String>,
    /// Codes of observatories, whose referents get a task each.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub observatories: Vec<String>,
    #[schema(max_length = 300)]
    pub title: String,
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub text: Option<String>,
    pub day: Day,
    pub estimated_minutes: i32,
    /// A release with contributions, to which the work belongs.
    #[serde(default)]
    pub release_id: Option<ReleaseId>,
    /// A contribution of the one recipient.
    #[serde(default)]
    pub deliverable_id: Option<DeliverableId>,
    /// Tasks that have to be done before: no reminder arrives until then.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub after: Vec<TaskId>,
}

/// Tasks that have to be done before a task that the secretariat gave.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PredecessorsIn {
    #[schema(max_items = 10)]
    pub after: Vec<TaskId>,
}

/// A task for which another one waits. It may belong to an observatory whose other tasks the caller does not see.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PredecessorOut {
    pub id: TaskId,
    pub title_it: String,
    pub title_en: String,
    /// The seat's code.
    pub seat: String,
    pub day: NaiveDate,
    /// Whether it is still to be done.
    pub is_due: bool,
}

/// The tasks for which a task waits, earliest day first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PredecessorsOut {
    #[schema(max_items = 10)]
    pub items: Vec<PredecessorOut>,
}

impl From<Task> for PredecessorOut {
    fn from(task: Task) -> Self {
        Self {
            id: task.id,
            is_due: task.is_due(),
            day: task.day(),
            title_it: task.title_it,
            title_en: task.title_en,
            seat: task.seat.code.clone(),
        }
    }
}

/// The tasks that were given, one for each recipient.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TasksGivenOut {
    #[schema(max_items = 100)]
    pub items: Vec<TaskOut>,
}

/// Another seat for a refused task.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandTaskOnIn {
    /// The seat's code.
    #[schema(max_length = 120)]
    pub seat: String,
    /// Absent: the present day.
    #[serde(default)]
    pub day: Option<Day>,
}

/// The day by which late work is expected, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectLateIn {
    /// After the due day, and not in the past.
    pub day: Day,
    #[schema(max_length = 1000)]
    pub reason: String,
}

/// A reply about a task.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReplyOut {
    pub kind: ReplyKind,
    /// Due day at the time of the reply.
    pub due_day: NaiveDate,
    /// Day by which late work is expected.
    pub day: Option<NaiveDate>,
    #[schema(max_length = 1000)]
    pub text: Option<String>,
    pub at: DateTime<Utc>,
}

/// Replies about a task, oldest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskRepliesOut {
    #[schema(max_items = 1000)]
    pub items: Vec<ReplyOut>,
}

impl From<Reply> for ReplyOut {
    fn from(reply: Reply) -> Self {
        let Reply { kind, due_day, day, text, at, .. } = reply;
        Self { kind, due_day, day, text, at }
    }
}

/// Filter of the list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TasksQuery {
    /// A seat's code.
    #[param(max_length = 120)]
    pub seat: Option<String>,
    /// An observatory's code.
    #[param(max_length = 60)]
    pub observatory: Option<String>,
    pub release: Option<ReleaseId>,
    pub deliverable: Option<DeliverableId>,
    /// Code of the product of its release.
    #[param(max_length = 60)]
    pub product: Option<String>,
    /// Part of the title.
    #[param(max_length = 100)]
    pub text: Option<String>,
    pub state: Option<TaskState>,
    /// Only those the caller has to do in person.
    #[serde(default)]
    pub mine: bool,
    /// Only those that are still called for.
    #[serde(default)]
    pub due: bool,
    /// Due on or before this day.
    pub upto: Option<Day>,
    /// Only those still called for whose day has passed.
    #[serde(default)]
    pub overdue: bool,
    /// By the due day, or first by observatory or by the day of the release. Absent: `day`.
    #[param(inline)]
    pub sort: Option<Sorting>,
}

/// An act on several tasks and contributions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeveralAct {
    Approve,
    Waive,
    Reschedule,
    Cancel,
}

/// A task or a contribution, with the version that the caller has seen.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenWorkIn {
    pub kind: ObligationKind,
    #[schema(value_type = String, format = Uuid)]
    pub id: Uuid,
    pub version: i32,
}

/// One act on several tasks and contributions.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActOnSeveralIn {
    pub act: SeveralAct,
    #[schema(max_items = 100)]
    pub items: Vec<ChosenWorkIn>,
    /// Reason of `waive` and `cancel`.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub reason: Option<String>,
    /// The same new day for all, for `reschedule`; otherwise `working_days`.
    #[serde(default)]
    pub day: Option<Day>,
    /// Working days by which each due day is moved, for `reschedule`; otherwise `day`.
    #[serde(default)]
    pub working_days: Option<i32>,
}

/// Tasks and contributions after an act on several of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SeveralDoneOut {
    #[schema(max_items = 100)]
    pub tasks: Vec<TaskOut>,
    #[schema(max_items = 100)]
    pub deliverables: Vec<DeliverableOut>,
}

impl TaskOut {
    /// Makes the answer as of a day.
    pub fn on(task: Task, today: NaiveDate) -> Self {
        Self {
            id: task.id,
            state: task.state(),
            is_due: task.is_due(),
            is_overdue: task.is_overdue(today),
            reason: task.stage.reason().map(str::to_owned),
            day: task.day(),
            done_at: task.stage.done_at(),
            possible: LIFECYCLE.names(task.state()),
            seat: task.seat.code.clone(),
            seat_kind: task.seat.kind,
            observatory: task.seat.observatory_code.clone(),
            title_it: task.title_it,
            title_en: task.title_en,
            origin: task.origin,
            release_id: task.release_id,
            deliverable_id: task.deliverable_id,
            outcome_id: task.outcome_id,
            note: task.note,
            text: task.text,
            due_day: task.due_day,
            hand_set_day: task.hand_set_day,
            estimated_minutes: task.estimated_minutes,
            version: task.version,
        }
    }
}
