//! Request and response types of the operations on meetings; the former are in [`input`].

mod input;

pub use input::*;

use crate::designations::view::Designation;
use crate::meetings::model::{AgendaItem, Meeting, Quorum, StandIn};
use crate::meetings::view::{Dossier, Invited, Line, Outcome, PartyPresence, Table, TableOfParties};
use crate::releases::view::{Overtaken, Overtaking};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::ids::{AgendaItemId, DesignationId, MeetingId, OutcomeId, PersonId, ReleaseId, TaskId};
use entity::kinds::{
    AgendaItemKind, CalendarMethod, MeetingState, NotificationState, OutcomeKind, Presence, TableKind,
};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

/// The technical table or a working group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TableOut {
    pub code: String,
    pub name_it: String,
    pub name_en: String,
    pub kind: TableKind,
    /// Working days between convocation and meeting.
    pub ordinary_notice_days: i32,
    /// Codes of its parties; for the plenary table every signatory.
    #[schema(max_items = 200)]
    pub parties: Vec<String>,
    pub version: i32,
}

/// A partner invited to a meeting.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GuestOut {
    pub designation_id: DesignationId,
    pub name: String,
    pub organisation: Option<String>,
}

/// All tables.
#[derive(Debug, Serialize, ToSchema)]
pub struct TablesOut {
    #[schema(max_items = 200)]
    pub items: Vec<TableOut>,
}

/// One meeting as a list shows it.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeetingLineOut {
    pub id: MeetingId,
    /// The table's code.
    pub table: String,
    /// Assigned when the meeting is convened.
    #[schema(example = "3/2027")]
    pub number: Option<String>,
    pub title: String,
    pub state: MeetingState,
    pub day: NaiveDate,
    #[schema(value_type = String)]
    pub starts: NaiveTime,
    #[schema(value_type = String)]
    pub ends: NaiveTime,
    pub venue: VenueDto,
    /// The calendar identity, for the meeting's whole life.
    pub uid: String,
    /// Rises with every move and with the cancellation.
    pub sequence: u32,
    pub convened_at: Option<DateTime<Utc>>,
    pub short_notice_reason: Option<String>,
    pub held_at: Option<DateTime<Utc>>,
    pub cancelled_reason: Option<String>,
    pub version: i32,
}

/// A point of an agenda.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgendaItemOut {
    pub id: AgendaItemId,
    /// Place on the agenda: 1 for the first, without gaps.
    #[schema(minimum = 1)]
    pub position: i32,
    pub kind: AgendaItemKind,
    pub title: String,
    pub release_id: Option<ReleaseId>,
    pub minutes: Option<i32>,
}

/// A party with its presence, once recorded.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AttendanceOut {
    /// The body's code.
    pub body: String,
    pub body_name: String,
    pub presence: Option<Presence>,
    pub delegate: Option<String>,
}

/// The quorum: more than half of the table's parties, in person or by delegate.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct QuorumOut {
    #[schema(value_type = u32)]
    pub parties: usize,
    #[schema(value_type = u32)]
    pub there: usize,
    #[schema(value_type = u32)]
    pub needed: usize,
    pub reached: bool,
}

/// A person who represents several present parties; each party counts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StandInOut {
    #[schema(max_length = 200)]
    pub name: String,
    /// The names of the parties.
    #[schema(max_items = 200)]
    pub parties: Vec<String>,
}

/// An outcome with its consequences.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OutcomeOut {
    pub id: OutcomeId,
    pub meeting_id: MeetingId,
    pub agenda_item_id: Option<AgendaItemId>,
    pub position: i32,
    pub kind: OutcomeKind,
    pub text: String,
    /// The release it confirmed or moved.
    pub release_id: Option<ReleaseId>,
    /// The task it created.
    pub task_id: Option<TaskId>,
    /// Quorum at the time of a decision, unaffected by later corrections.
    pub quorum: Option<QuorumOut>,
    /// Later change that took the place of the date it decided.
    pub overtaken: Option<OvertakenOut>,
    /// Seat that has its task, for all who may see the meeting.
    pub assigned: Option<AssignedOut>,
    pub created_at: DateTime<Utc>,
}

/// A later change of a decided date.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OvertakenOut {
    pub how: OvertakingOut,
    /// Instant of the change.
    pub at: DateTime<Utc>,
    /// Present day of the release; absent for a cancelled one.
    pub day: Option<NaiveDate>,
}

/// Effect of a later change on a decided date.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OvertakingOut {
    Postponed,
    BroughtForward,
    Cancelled,
}

/// The seat that has a task of a meeting.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AssignedOut {
    /// The seat's code.
    #[schema(max_length = 120)]
    pub seat: String,
    /// Present day of the task.
    pub day: NaiveDate,
}

/// A person with the latest mail about the meeting.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ToldOut {
    pub person_id: PersonId,
    /// Code of the party of the person; absent for a partner.
    #[schema(max_length = 60)]
    pub body: Option<String>,
    pub name: String,
    pub method: CalendarMethod,
    pub sequence: u32,
    pub told_at: DateTime<Utc>,
    /// State of the mail, as long as it is kept.
    pub mail_state: Option<NotificationState>,
    /// Whether mails to the person's address come back.
    pub has_bounced: bool,
}

/// One meeting with all its data.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeetingOut {
    #[serde(flatten)]
    #[schema(inline)]
    pub meeting: MeetingLineOut,
    /// In their order.
    pub agenda: Vec<AgendaItemOut>,
    /// Every party of the table.
    pub attendances: Vec<AttendanceOut>,
    pub quorum: QuorumOut,
    /// People who represent several present parties.
    #[schema(max_items = 200)]
    pub stand_ins: Vec<StandInOut>,
    /// Reason why the decisions stand although a correction of the presences left them without a quorum.
    #[schema(max_length = 1000)]
    pub short_quorum_reason: Option<String>,
    /// Reason why the decisions stand although the meeting was closed without a quorum.
    #[schema(max_length = 1000)]
    pub closed_short_reason: Option<String>,
    /// In the order in which they were recorded.
    pub outcomes: Vec<OutcomeOut>,
    /// For the secretariat: the latest mail to each person.
    pub told: Vec<ToldOut>,
    /// For the secretariat: the invited partners who are in office.
    #[schema(max_items = 200)]
    pub guests: Vec<GuestOut>,
}

impl From<TableOfParties> for TableOut {
    fn from(TableOfParties { table, parties }: TableOfParties) -> Self {
        let Table { id: _, code, name_it, name_en, kind, ordinary_notice_days, version } = table;
        let parties = parties.into_iter().map(|party| party.code).collect();
        Self { code, name_it, name_en, kind, ordinary_notice_days, parties, version }
    }
}

impl From<Designation> for GuestOut {
    fn from(one: Designation) -> Self {
        Self { designation_id: one.id, name: one.holder.name(), organisation: one.record.statement.organisation }
    }
}

impl From<Line> for MeetingLineOut {
    fn from(Line { meeting, table }: Line) -> Self {
        let state = meeting.state();
        let convocation = meeting.convocation().cloned();
        let Meeting { id, title, slot, venue, uid, sequence, stage, version, table_id: _, short_quorum_reason: _ } =
            meeting;
        let (held_at, cancelled_reason) = stage.held_and_cancelled();
        Self {
            id,
            table: table.code,
            number: convocation.as_ref().map(|convocation| convocation.number.to_string()),
            title,
            state,
            day: slot.day,
            starts: slot.starts,
            ends: slot.ends,
            venue: venue.into(),
            uid,
            sequence,
            convened_at: convocation.as_ref().map(|convocation| convocation.at),
            short_notice_reason: convocation.and_then(|convocation| convocation.short_notice_reason),
            held_at,
            cancelled_reason,
            version,
        }
    }
}

impl From<AgendaItem> for AgendaItemOut {
    fn from(AgendaItem { id, position, kind, title, release_id, minutes }: AgendaItem) -> Self {
        Self { id, position, kind, title, release_id, minutes }
    }
}

impl From<PartyPresence> for AttendanceOut {
    fn from(PartyPresence { party, attendance }: PartyPresence) -> Self {
        let presence = attendance.as_ref().map(|attendance| attendance.presence);
        Self {
            body: party.code,
            body_name: party.name,
            presence,
            delegate: attendance.and_then(|attendance| attendance.delegate),
        }
    }
}

impl From<Quorum> for QuorumOut {
    fn from(quorum: Quorum) -> Self {
        Self { parties: quorum.parties, there: quorum.there, needed: quorum.needed(), reached: quorum.is_reached() }
    }
}

impl From<Outcome> for OutcomeOut {
    fn from(outcome: Outcome) -> Self {
        Self {
            id: outcome.id,
            meeting_id: outcome.meeting_id,
            agenda_item_id: outcome.agenda_item_id,
            position: outcome.position,
            kind: outcome.kind,
            text: outcome.text,
            release_id: outcome.release_id,
            task_id: outcome.task_id,
            quorum: outcome.quorum.map(QuorumOut::from),
            overtaken: outcome.overtaken.map(OvertakenOut::from),
            assigned: outcome.assigned.map(|one| AssignedOut { seat: one.seat.code.clone(), day: one.day }),
            created_at: outcome.created_at,
        }
    }
}

impl From<Overtaken> for OvertakenOut {
    fn from(by: Overtaken) -> Self {
        let how = match by.how {
            Overtaking::Postponed => OvertakingOut::Postponed,
            Overtaking::BroughtForward => OvertakingOut::BroughtForward,
            Overtaking::Cancelled => OvertakingOut::Cancelled,
        };
        let day = Some(by.now.first_day()).filter(|_| by.how != Overtaking::Cancelled);
        Self { how, at: by.at, day }
    }
}

impl ToldOut {
    fn of(one: Invited, dossier: &Dossier) -> Self {
        let party = dossier.presences.iter().find(|party| party.party.body_id == one.body_id && !one.is_guest);
        Self {
            person_id: one.person_id,
            body: party.map(|party| party.party.code.clone()),
            mail_state: dossier.mails.get(&one.person_id).map(|mail| mail.state),
            has_bounced: one.has_bounced,
            name: one.name,
            method: one.told.method,
            sequence: one.told.sequence,
            told_at: one.at,
        }
    }
}

impl From<Dossier> for MeetingOut {
    fn from(dossier: Dossier) -> Self {
        let meeting = dossier.line().into();
        let told = dossier.told.iter().cloned().map(|one| ToldOut::of(one, &dossier)).collect();
        Self {
            meeting,
            agenda: dossier.agenda.into_iter().map(AgendaItemOut::from).collect(),
            attendances: dossier.presences.into_iter().map(AttendanceOut::from).collect(),
            quorum: dossier.quorum.into(),
            stand_ins: dossier.stand_ins.into_iter().map(StandInOut::from).collect(),
            short_quorum_reason: dossier.meeting.short_quorum_reason,
            closed_short_reason: dossier.meeting.stage.closed_short_reason(),
            outcomes: dossier.outcomes.into_iter().map(OutcomeOut::from).collect(),
            told,
            guests: dossier.guests.into_iter().map(GuestOut::from).collect(),
        }
    }
}

impl From<StandIn> for StandInOut {
    fn from(StandIn { name, parties }: StandIn) -> Self {
        Self { name, parties }
    }
}
