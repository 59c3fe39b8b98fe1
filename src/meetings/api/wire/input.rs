//! Request types of the operations on meetings.

use crate::error::Error;
use crate::http::patch::Patch;
use crate::meetings::model::agenda::Copied;
use crate::meetings::model::{Slot, Venue};
use crate::meetings::service;
use crate::time::Day;
use chrono::{NaiveDate, NaiveTime};
use entity::ids::{AgendaItemId, DesignationId, ReleaseId};
use entity::kinds::{AgendaItemKind, MeetingMode, MeetingState, OutcomeKind, Presence};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

/// Place of a meeting.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VenueDto {
    pub mode: MeetingMode,
    /// The room; required to convene a meeting with one.
    #[serde(default)]
    #[schema(max_length = 300, example = "Palazzo Lombardia, Sala 5")]
    pub place: Option<String>,
    /// Address for remote participants; required to convene a meeting with one.
    #[serde(default)]
    #[schema(max_length = 500, format = "uri")]
    pub remote_url: Option<String>,
}

impl From<VenueDto> for Venue {
    fn from(VenueDto { mode, place, remote_url }: VenueDto) -> Self {
        Self { mode, place, remote_url }
    }
}

impl From<Venue> for VenueDto {
    fn from(Venue { mode, place, remote_url }: Venue) -> Self {
        Self { mode, place, remote_url }
    }
}

/// The parties of a working group.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TablePartiesIn {
    /// The codes of their bodies, at least one.
    #[schema(max_items = 200, example = json!(["provincia-bergamo", "provincia-como"]))]
    pub parties: Vec<String>,
}

/// The partners invited to a meeting.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuestsIn {
    /// Designations of the partners; others are no longer invited.
    #[schema(max_items = 200)]
    pub guests: Vec<DesignationId>,
}

/// A meeting to prepare.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingIn {
    /// The table's code.
    #[schema(max_length = 60, example = "tavolo")]
    pub table: String,
    #[schema(max_length = 200, example = "Agenda dei rilasci 2027")]
    pub title: String,
    pub day: Day,
    /// Wall time in Europe/Rome.
    #[schema(value_type = String, max_length = 8, example = "09:30:00")]
    pub starts: NaiveTime,
    /// Wall time in Europe/Rome, after the start.
    #[schema(value_type = String, max_length = 8, example = "12:00:00")]
    pub ends: NaiveTime,
    pub venue: VenueDto,
}

/// Changes of a draft: absent members stay; only a place or an address can be removed with `null`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingPatch {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub title: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    pub day: Patch<Day>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 8)]
    pub starts: Patch<NaiveTime>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 8)]
    pub ends: Patch<NaiveTime>,
    #[serde(default)]
    #[schema(value_type = Option<MeetingMode>)]
    pub mode: Patch<MeetingMode>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300)]
    pub place: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500, format = "uri")]
    pub remote_url: Patch<String>,
}

/// One point of an agenda.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgendaItemIn {
    pub kind: AgendaItemKind,
    #[schema(max_length = 300)]
    pub title: String,
    /// Release of the point.
    #[serde(default)]
    pub release_id: Option<ReleaseId>,
    /// Planned minutes.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 480)]
    pub minutes: Option<i32>,
}

/// Changes of a point: absent members stay; only the release and the minutes can be removed with `null`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgendaItemPatch {
    #[serde(default)]
    #[schema(value_type = Option<AgendaItemKind>)]
    pub kind: Patch<AgendaItemKind>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300)]
    pub title: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<ReleaseId>)]
    pub release_id: Patch<ReleaseId>,
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 480)]
    pub minutes: Patch<i32>,
}

/// The order of an agenda.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgendaOrderIn {
    /// Each point of the agenda once, the first one first.
    #[schema(max_items = 200)]
    pub items: Vec<AgendaItemId>,
}

/// Points to copy from the last meeting of the same table.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CopiedPoints {
    /// Points that were not dealt with.
    #[default]
    Open,
    All,
}

/// Input for copying an agenda.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgendaCopyIn {
    /// Absent, those that were not dealt with.
    #[serde(default)]
    pub points: CopiedPoints,
}

/// Input for convening a meeting.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConveneIn {
    /// Reason for a notice shorter than the table's rule; shown in the minutes.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub short_notice_reason: Option<String>,
}

/// Another day, hour or place.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveIn {
    pub day: Day,
    #[schema(value_type = String, max_length = 8)]
    pub starts: NaiveTime,
    #[schema(value_type = String, max_length = 8)]
    pub ends: NaiveTime,
    /// New venue; absent, the present one.
    #[serde(default)]
    pub venue: Option<VenueDto>,
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub short_notice_reason: Option<String>,
}

/// Reason for cancelling a meeting.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelIn {
    #[schema(max_length = 1000)]
    pub reason: String,
}

/// Presence of a party.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendanceIn {
    pub presence: Presence,
    /// Name of the delegate; required with `by_delegate`, ignored otherwise.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub delegate: Option<String>,
    /// Reason why the recorded decisions stand; required if this presence removes their quorum. Shown in the minutes.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub short_quorum_reason: Option<String>,
}

/// Input for closing a meeting.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseIn {
    /// Reason why the recorded decisions stand; required if too few parties are recorded as present. Shown in the
    /// minutes.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub short_quorum_reason: Option<String>,
}

/// Presence of one party.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyAttendanceIn {
    /// The body's code.
    #[schema(max_length = 60)]
    pub body: String,
    pub presence: Presence,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub delegate: Option<String>,
}

/// Presences; missing parties can be recorded later.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldIn {
    #[serde(default)]
    #[schema(max_items = 200)]
    pub attendances: Vec<PartyAttendanceIn>,
}

/// Effect of a decision on a release's date.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseChangeIn {
    Confirm,
    Move,
}

/// The date the table gives a release.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseDecisionIn {
    pub release_id: ReleaseId,
    pub change: ReleaseChangeIn,
    pub day: Day,
    /// Wall time in Europe/Rome; absent, the product's hour or the present one.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 8, example = "10:00:00")]
    pub hour: Option<NaiveTime>,
    /// Reason for a day that is not worked in all territories concerned: public. Without it such a day is refused.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub despite_non_working: Option<String>,
}

/// A task for a seat.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeTaskIn {
    /// The seat's code.
    #[schema(max_length = 120, example = "referent:bergamo")]
    pub seat: String,
    #[schema(max_length = 300)]
    pub title: String,
    pub due_day: Day,
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10000)]
    pub estimated_minutes: i32,
}

/// An outcome of a point.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeIn {
    pub kind: OutcomeKind,
    #[schema(max_length = 4000)]
    pub text: String,
    #[serde(default)]
    pub agenda_item_id: Option<AgendaItemId>,
    /// With a decision only.
    #[serde(default)]
    pub release: Option<ReleaseDecisionIn>,
    /// Required with a task, and allowed only with it.
    #[serde(default)]
    pub task: Option<OutcomeTaskIn>,
}

/// Filter of the list of meetings.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MeetingsQuery {
    /// A table's code.
    #[param(max_length = 60)]
    pub table: Option<String>,
    pub state: Option<MeetingState>,
    /// On or after this day.
    pub from: Option<Day>,
}

impl From<MeetingIn> for service::MeetingIn {
    fn from(MeetingIn { table, title, day, starts, ends, venue }: MeetingIn) -> Self {
        Self { table, title, slot: Slot { day: day.into(), starts, ends }, venue: venue.into() }
    }
}

impl TryFrom<MeetingPatch> for service::MeetingChange {
    type Error = Error;

    fn try_from(patch: MeetingPatch) -> Result<Self, Error> {
        let MeetingPatch { title, day, starts, ends, mode, place, remote_url } = patch;
        Ok(Self {
            title: title.replacing("title")?,
            day: day.map(NaiveDate::from).replacing("day")?,
            starts: starts.replacing("starts")?,
            ends: ends.replacing("ends")?,
            mode: mode.replacing("mode")?,
            place: place.changing(),
            remote_url: remote_url.changing(),
        })
    }
}

impl From<AgendaItemIn> for service::ItemIn {
    fn from(AgendaItemIn { kind, title, release_id, minutes }: AgendaItemIn) -> Self {
        Self { kind, title, release_id, minutes }
    }
}

impl TryFrom<AgendaItemPatch> for service::ItemChange {
    type Error = Error;

    fn try_from(patch: AgendaItemPatch) -> Result<Self, Error> {
        let AgendaItemPatch { kind, title, release_id, minutes } = patch;
        Ok(Self {
            kind: kind.replacing("kind")?,
            title: title.replacing("title")?,
            release_id: release_id.changing(),
            minutes: minutes.changing(),
        })
    }
}

impl From<CopiedPoints> for Copied {
    fn from(points: CopiedPoints) -> Self {
        match points {
            CopiedPoints::Open => Self::Open,
            CopiedPoints::All => Self::All,
        }
    }
}

impl From<MoveIn> for service::MoveIn {
    fn from(MoveIn { day, starts, ends, venue, short_notice_reason }: MoveIn) -> Self {
        Self { slot: Slot { day: day.into(), starts, ends }, venue: venue.map(Venue::from), short_notice_reason }
    }
}

impl From<PartyAttendanceIn> for service::AttendanceIn {
    fn from(PartyAttendanceIn { body, presence, delegate }: PartyAttendanceIn) -> Self {
        Self { body, presence, delegate }
    }
}

impl From<OutcomeIn> for service::OutcomeIn {
    fn from(OutcomeIn { kind, text, agenda_item_id, release, task }: OutcomeIn) -> Self {
        Self { kind, text, agenda_item_id, release: release.map(Into::into), task: task.map(Into::into) }
    }
}

impl From<ReleaseDecisionIn> for service::ReleaseDecision {
    fn from(ReleaseDecisionIn { release_id, change, day, hour, despite_non_working }: ReleaseDecisionIn) -> Self {
        let change = match change {
            ReleaseChangeIn::Confirm => service::ReleaseChange::Confirm,
            ReleaseChangeIn::Move => service::ReleaseChange::Move,
        };
        Self { release_id, change, day: day.into(), hour, despite_non_working }
    }
}

impl From<OutcomeTaskIn> for service::NewTask {
    fn from(OutcomeTaskIn { seat, title, due_day, estimated_minutes }: OutcomeTaskIn) -> Self {
        Self { seat, title, due_day: due_day.into(), estimated_minutes }
    }
}
