//! Outcomes of points, with their consequences in the same transaction.

use super::members::parties_of;
use super::session::quorum;
use super::{followed, open, save};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service::{self as designations, SeatKey};
use crate::error::{Code, Error, Result};
use crate::meetings::model::{AgendaItem, Event};
use crate::meetings::policy::Action;
use crate::meetings::store;
use crate::meetings::verb::Verb;
use crate::meetings::view::Outcome;
use crate::open::Seen;
use crate::releases::model::Reason;
use crate::releases::service as releases;
use crate::tasks::service as tasks;
use crate::typed;
use chrono::{NaiveDate, NaiveTime};
use entity::ids::{AgendaItemId, MeetingId, OutcomeId, ReleaseId, TaskId};
use entity::kinds::{OutcomeKind, ReasonCode, TaskOrigin};
use std::str::FromStr;

/// Longest text of an outcome, in characters; a longer one is refused as `too_long`.
pub const OUTCOME_CHARACTERS: usize = 4000;
/// Longest title of a task created by an outcome, in characters; a longer one is refused as `too_long`.
pub const TASK_CHARACTERS: usize = 300;

/// An outcome to record.
#[derive(Clone, Debug)]
pub struct OutcomeIn {
    pub kind: OutcomeKind,
    pub text: String,
    /// Point of the agenda; absent for a topic that came up by itself.
    pub agenda_item_id: Option<AgendaItemId>,
    /// With [`OutcomeKind::Decision`] only: the release whose date is decided.
    pub release: Option<ReleaseDecision>,
    /// With [`OutcomeKind::Task`] only, and always with it.
    pub task: Option<NewTask>,
}

/// The date the table gives a release.
#[derive(Clone, Debug)]
pub struct ReleaseDecision {
    pub release_id: ReleaseId,
    pub change: ReleaseChange,
    pub day: NaiveDate,
    /// Wall time in Europe/Rome; absent, the product's or the present hour.
    pub hour: Option<NaiveTime>,
    /// Reason for a day that is not worked in all territories concerned: public. Without it such a day is refused.
    pub despite_non_working: Option<String>,
}

/// Kind of decision about a release's date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseChange {
    Confirm,
    Move,
}

impl ReleaseChange {
    pub const ALL: [Self; 2] = [Self::Confirm, Self::Move];

    /// Returns the name of the change in a form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Move => "move",
        }
    }
}

impl FromStr for ReleaseChange {
    type Err = ();

    fn from_str(name: &str) -> std::result::Result<Self, ()> {
        Self::ALL.into_iter().find(|change| change.as_str() == name).ok_or(())
    }
}

/// A task for a seat.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// The seat's code, for example `referent:bergamo`.
    pub seat: String,
    pub title: String,
    pub due_day: NaiveDate,
    pub estimated_minutes: i32,
}

/// Records an outcome of a meeting that is being or has been held, with everything that follows from it.
///
/// What happens: a decision keeps the quorum it was taken with and may confirm or move a release, a task outcome creates a task
/// for a seat; both in this transaction and linked both ways. A form names the version it was made of, so that a
/// second click records nothing; a program has its idempotency key. Who may: the secretariat. Which
/// mails leave: none; the reminders of a created task follow on their days. Which errors:
/// `wrong_transition` unless held and not closed, `quorum_missing` for a decision of too few parties, `required`,
/// `too_long` (the text of a move, which is its public reason, sooner than others), `stale`, `unknown_value` (item, release, seat, or a consequence this kind does not have), those of confirming or
/// moving a release, those of creating a task.
pub async fn record_outcome(ctx: &Ctx, txn: &Txn, id: MeetingId, seen: Seen, input: OutcomeIn) -> Result<Outcome> {
    let held = open(ctx, txn, id, Action::Record, seen).await?;
    held.must_allow(Event::Conclude)?;
    let text = checked(&input, &store::agenda(txn, id).await?)?;
    let quorum = quorum(txn, id, &parties_of(ctx, txn, &held).await?).await?;
    if input.kind == OutcomeKind::Decision {
        quorum.must_be_reached()?;
    }
    let outcome_id: OutcomeId = ctx.new_id();
    let release_id = decide_release(ctx, txn, outcome_id, &text, input.release).await?;
    let task_id = create_task(ctx, txn, outcome_id, &text, input.task).await?;
    let outcome = Outcome {
        id: outcome_id,
        meeting_id: id,
        agenda_item_id: input.agenda_item_id,
        position: store::outcomes(txn, id).await?.last().map_or(0, |last| last.position) + 1,
        kind: input.kind,
        text,
        release_id,
        task_id,
        quorum: (input.kind == OutcomeKind::Decision).then_some(quorum),
        created_at: ctx.now(),
        overtaken: None,
        assigned: None,
    };
    store::insert_outcome(txn, &outcome, ctx.actor.person_id()).await?;
    let details =
        serde_json::json!({ "outcome": outcome.id, "kind": outcome.kind, "release": release_id, "task": task_id });
    save(ctx, txn, held, Verb::RecordOutcome, details).await?;
    followed(ctx, txn, vec![outcome]).await?.pop().ok_or(Error::NotFound)
}

/// Returns the text to store, after checking that item and consequences fit the kind.
fn checked(input: &OutcomeIn, agenda: &[AgendaItem]) -> Result<String> {
    let text = typed::required("text", &input.text, OUTCOME_CHARACTERS)?;
    let despite = input.release.as_ref().and_then(|decision| decision.despite_non_working.as_deref());
    typed::optional("despite_non_working", despite, releases::REASON_CHARACTERS)?;
    if input.agenda_item_id.is_some_and(|item| agenda.iter().all(|known| known.id != item)) {
        return Err(Error::field("agenda_item_id", Code::UnknownValue));
    }
    if input.release.is_some() && input.kind != OutcomeKind::Decision {
        return Err(Error::field("release", Code::UnknownValue));
    }
    match (input.kind, &input.task) {
        (OutcomeKind::Task, None) => Err(Error::field("task", Code::Required)),
        (OutcomeKind::Task, Some(_)) | (_, None) => Ok(text),
        (_, Some(_)) => Err(Error::field("task", Code::UnknownValue)),
    }
}

/// Sets the date that the table decided, with the outcome as its source.
async fn decide_release(
    ctx: &Ctx,
    txn: &Txn,
    outcome: OutcomeId,
    text: &str,
    decision: Option<ReleaseDecision>,
) -> Result<Option<ReleaseId>> {
    let Some(ReleaseDecision { release_id, change, day, hour, despite_non_working }) = decision else {
        return Ok(None);
    };
    must_know_release(txn, release_id).await?;
    match change {
        ReleaseChange::Confirm => {
            let input = releases::ConfirmIn { day, hour, despite_non_working };
            releases::confirm(ctx, txn, release_id, Seen::AsItStands, input, Some(outcome)).await?;
        }
        ReleaseChange::Move => {
            let text = typed::required("text", text, releases::REASON_CHARACTERS)?;
            let reason = Reason { code: ReasonCode::TableDecision, text };
            let input = releases::MoveIn { day, hour, reason, despite_non_working };
            releases::move_to(ctx, txn, release_id, Seen::AsItStands, input, Some(outcome)).await?;
        }
    }
    Ok(Some(release_id))
}

/// Creates the task for the seat.
async fn create_task(
    ctx: &Ctx,
    txn: &Txn,
    outcome: OutcomeId,
    text: &str,
    task: Option<NewTask>,
) -> Result<Option<TaskId>> {
    let Some(NewTask { seat, title, due_day, estimated_minutes }) = task else { return Ok(None) };
    let seat = designations::seat(ctx, SeatKey::Code(&seat)).await.map_err(|error| error.as_unknown("seat"))?;
    let title = typed::required("title", &title, TASK_CHARACTERS)?;
    let new = tasks::NewTask {
        seat,
        origin: TaskOrigin::Outcome,
        release_id: None,
        deliverable_id: None,
        outcome_id: Some(outcome),
        // Texts of the table are in one language only.
        title_it: title.clone(),
        title_en: title,
        due_day,
        estimated_minutes,
        note: Some(text.to_owned()),
    };
    Ok(Some(tasks::create(ctx, txn, new).await?.id))
}

/// Refuses an unknown release.
pub(super) async fn must_know_release(txn: &Txn, release: ReleaseId) -> Result<()> {
    match releases::release(txn, release).await {
        Err(Error::NotFound) => Err(Error::field("release_id", Code::UnknownValue)),
        other => other.map(drop),
    }
}
