//! Request and response types of the register's operations.

use crate::designations::model::{self, Act, Provenance, Record, Seat, Standing, Statement, Term, Unavailability};
use crate::designations::service::{self, Designee};
use crate::designations::view::{Designation, Dossier, Holder};
use crate::designations::words;
use crate::documents::view::Document;
use crate::error::{Code, Error};
use crate::network::model::PersonIn;
use crate::texts::Lang;
use crate::time::Day;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DesignationId, DocumentId, PersonId, UnavailabilityId};
use entity::kinds::{ActKind, Channel, RecordChange, SeatKind, UnavailabilityMode};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

/// The act of designation issued by the party.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActDto {
    pub kind: ActKind,
    #[schema(max_length = 60, example = "123/2027")]
    pub number: String,
    /// Not after the first day of the term.
    pub date: Day,
    #[schema(max_length = 200, example = "Dirigente del Settore Lavoro")]
    pub organ: String,
    #[schema(max_length = 500)]
    pub subject: String,
}

/// Channel and proof of the communication from the party to the secretariat.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProvenanceDto {
    pub channel: Channel,
    pub communicated_on: Day,
    #[serde(default)]
    #[schema(max_length = 60)]
    pub protocol_number: Option<String>,
    #[serde(default)]
    pub protocol_date: Option<Day>,
    /// Reference of the receipt, for example of a certified mail's delivery.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub receipt: Option<String>,
    /// A file uploaded with `POST /designations/documents`.
    #[serde(default)]
    pub document_id: Option<DocumentId>,
}

/// A person who is not in the network yet: office contact data only.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPersonIn {
    /// Absent for a person who has only one name.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub given_name: String,
    #[schema(max_length = 100)]
    pub family_name: String,
    #[schema(max_length = 254, format = Email)]
    pub email: String,
    #[serde(default)]
    #[schema(max_length = 40)]
    pub phone: Option<String>,
    #[serde(default)]
    pub language: Lang,
}

/// Input for a designation. Give either `person_id` or `person`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DesignationIn {
    /// The seat's code.
    #[schema(max_length = 120, example = "referent:bergamo")]
    pub seat: String,
    #[serde(default)]
    pub person_id: Option<PersonId>,
    #[serde(default)]
    pub person: Option<NewPersonIn>,
    #[serde(flatten)]
    #[schema(inline)]
    pub statement: StatementDto,
    /// Ends the present holder's term on the day before this one begins; only for a seat with a single holder.
    #[serde(default)]
    pub replaces_holder: bool,
}

/// Content of a designation: term, act and provenance.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StatementDto {
    /// First day in the seat.
    pub valid_from: Day,
    /// Last day in the seat; absent, the designation is in force until further notice.
    #[serde(default)]
    pub valid_to: Option<Day>,
    pub act: ActDto,
    pub provenance: ProvenanceDto,
    /// Only for partners: the university, research centre or social partner.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub organisation: Option<String>,
}

/// The last day in the seat, with the reason.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndIn {
    pub last_day: Day,
    #[schema(max_length = 1000)]
    pub reason: String,
    #[serde(default)]
    pub provenance: Option<ProvenanceDto>,
}

/// The right content, with the reason why the old one was wrong.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectIn {
    #[serde(flatten)]
    #[schema(inline)]
    pub statement: StatementDto,
    #[schema(max_length = 1000)]
    pub reason: String,
}

/// Reason why a designation should never have been entered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnulIn {
    #[schema(max_length = 1000)]
    pub reason: String,
}

/// A file to store.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub struct DocumentIn {
    /// PDF, signed envelope, PNG, JPEG or TIFF.
    #[schema(value_type = String, format = Binary, max_length = 10_485_760)]
    document: Vec<u8>,
}

/// Days on which the holder cannot work.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnavailabilityIn {
    pub from: Day,
    pub to: Day,
    pub mode: UnavailabilityMode,
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// A seat with its body or observatory.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SeatOut {
    pub code: String,
    pub kind: SeatKind,
    pub body: String,
    pub body_name: String,
    pub observatory: Option<String>,
    pub observatory_name: Option<String>,
}

/// People to write to, by seat.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactsOut {
    #[schema(max_items = 1000)]
    pub items: Vec<ContactOut>,
}

/// A person to write to about the work of a seat.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContactOut {
    pub seat: SeatOut,
    #[schema(max_length = 100)]
    pub given_name: String,
    #[schema(max_length = 100)]
    pub family_name: String,
    #[schema(max_length = 254)]
    pub email: String,
}

/// Filters of the contacts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContactsQuery {
    /// A body's code.
    pub body: Option<String>,
    /// An observatory's code.
    pub observatory: Option<String>,
}

/// The holder of a seat: office contact data.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HolderOut {
    pub id: PersonId,
    pub given_name: String,
    pub family_name: String,
    pub email: String,
}

/// One designation as known at the requested instant.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DesignationOut {
    pub id: DesignationId,
    pub seat: SeatOut,
    pub person: HolderOut,
    pub standing: Standing,
    #[serde(flatten)]
    #[schema(inline)]
    pub statement: StatementDto,
    /// Days from the effective day to the communication, for an end from the last day; negative if communicated in
    /// advance. Absent for an end without a communication of its own.
    pub days_to_communicate: Option<i64>,
    pub change: RecordChange,
    pub reason: Option<String>,
    pub recorded_at: DateTime<Utc>,
    pub version: i32,
}

/// One record of the history of a designation.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordOut {
    pub position: i32,
    pub change: RecordChange,
    #[serde(flatten)]
    #[schema(inline)]
    pub statement: StatementDto,
    pub reason: Option<String>,
    pub recorded_at: DateTime<Utc>,
    pub recorded_by: Option<PersonId>,
    pub superseded_at: Option<DateTime<Utc>>,
}

/// An attached file, without its content.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DocumentOut {
    pub id: DocumentId,
    pub name: String,
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    pub sha256: String,
    pub created_at: DateTime<Utc>,
}

/// Days of absence.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnavailabilityOut {
    pub id: UnavailabilityId,
    pub from: Day,
    pub to: Day,
    pub mode: UnavailabilityMode,
    #[schema(max_length = 500)]
    pub note: Option<String>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub version: i32,
}

/// One designation with its history, documents and absences.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DossierOut {
    #[serde(flatten)]
    #[schema(inline)]
    pub designation: DesignationOut,
    /// Every record, the first one first.
    pub history: Vec<RecordOut>,
    pub documents: Vec<DocumentOut>,
    pub unavailabilities: Vec<UnavailabilityOut>,
}

/// Filters of the register.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RegisterQuery {
    /// A body's code.
    pub body: Option<String>,
    /// An observatory's code.
    pub observatory: Option<String>,
    pub seat: Option<SeatKind>,
    /// In force on this day.
    pub as_of: Option<Day>,
    /// Day of knowledge: the register as known at the end of this day in Europe/Rome; absent, as known now.
    pub known_on: Option<Day>,
    /// Includes annulled ones; with `as_of`, those that were recorded as in force on the day.
    #[serde(default)]
    pub with_annulled: bool,
}

impl From<ActDto> for Act {
    fn from(ActDto { kind, number, date, organ, subject }: ActDto) -> Self {
        Self { kind, number, date: date.into(), organ, subject }
    }
}

impl From<Act> for ActDto {
    fn from(Act { kind, number, date, organ, subject }: Act) -> Self {
        Self { kind, number, date: Day::of(date), organ, subject }
    }
}

impl From<ProvenanceDto> for Provenance {
    fn from(dto: ProvenanceDto) -> Self {
        let ProvenanceDto { channel, communicated_on, protocol_number, protocol_date, receipt, document_id } = dto;
        let (communicated_on, protocol_date) = (communicated_on.into(), protocol_date.map(NaiveDate::from));
        Self { channel, communicated_on, protocol_number, protocol_date, receipt, document_id }
    }
}

impl From<Provenance> for ProvenanceDto {
    fn from(provenance: Provenance) -> Self {
        let Provenance { channel, communicated_on, protocol_number, protocol_date, receipt, document_id } = provenance;
        let (communicated_on, protocol_date) = (Day::of(communicated_on), protocol_date.map(Day::of));
        Self { channel, communicated_on, protocol_number, protocol_date, receipt, document_id }
    }
}

impl From<StatementDto> for Statement {
    fn from(StatementDto { valid_from, valid_to, act, provenance, organisation }: StatementDto) -> Self {
        Self {
            term: Term { from: valid_from.into(), to: valid_to.map(NaiveDate::from) },
            act: act.into(),
            provenance: provenance.into(),
            organisation,
        }
    }
}

impl From<Statement> for StatementDto {
    fn from(Statement { term, act, provenance, organisation }: Statement) -> Self {
        Self {
            valid_from: Day::of(term.from),
            valid_to: term.to.map(Day::of),
            act: act.into(),
            provenance: provenance.into(),
            organisation,
        }
    }
}

impl TryFrom<DesignationIn> for service::DesignateIn {
    type Error = Error;

    fn try_from(
        DesignationIn { seat, person_id, person, statement, replaces_holder }: DesignationIn,
    ) -> Result<Self, Error> {
        let person = match (person_id, person) {
            (Some(id), None) => Designee::Known(id),
            (None, Some(NewPersonIn { given_name, family_name, email, phone, language })) => {
                Designee::New(PersonIn { given_name, family_name, email, phone, language })
            }
            (None, None) => return Err(Error::field("person", Code::Required)),
            (Some(_), Some(_)) => return Err(Error::field("person_id", Code::OneOfTwo)),
        };
        Ok(Self { seat, person, statement: statement.into(), replaces_holder })
    }
}

impl From<UnavailabilityIn> for service::UnavailableIn {
    fn from(UnavailabilityIn { from, to, mode, note }: UnavailabilityIn) -> Self {
        Self { from: from.into(), to: to.into(), mode, note }
    }
}

impl From<&Seat> for SeatOut {
    fn from(seat: &Seat) -> Self {
        Self {
            code: seat.code.clone(),
            kind: seat.kind,
            body: seat.body_code.clone(),
            body_name: seat.body_name.clone(),
            observatory: seat.observatory_code.clone(),
            observatory_name: seat.observatory_name.clone(),
        }
    }
}

impl From<Designation> for ContactOut {
    fn from(Designation { seat, holder, .. }: Designation) -> Self {
        let Holder { given_name, family_name, email, .. } = holder;
        Self { seat: SeatOut::from(&*seat), given_name, family_name, email }
    }
}

impl From<Holder> for HolderOut {
    fn from(holder: Holder) -> Self {
        Self { id: holder.id, given_name: holder.given_name, family_name: holder.family_name, email: holder.email }
    }
}

impl DesignationOut {
    /// Converts a designation as of `day`, in the reader's language. `days_to_communicate` is computed by the caller,
    /// because it depends on the history.
    pub fn on(line: Designation, day: NaiveDate, days_to_communicate: Option<i64>, lang: Lang) -> Self {
        let record = line.record;
        Self {
            id: line.id,
            seat: SeatOut::from(&*line.seat),
            person: line.holder.into(),
            standing: record.standing_on(day),
            days_to_communicate,
            statement: record.statement.into(),
            change: record.change,
            reason: record.reason.map(|reason| words::reason(&reason, lang)),
            recorded_at: record.recorded_at,
            version: line.version,
        }
    }
}

impl RecordOut {
    fn of(record: Record, lang: Lang) -> Self {
        let Record { id: _, position, change, statement, reason, recorded_at, recorded_by, superseded_at } = record;
        let reason = reason.map(|reason| words::reason(&reason, lang));
        Self { position, change, statement: statement.into(), reason, recorded_at, recorded_by, superseded_at }
    }
}

impl From<Document> for DocumentOut {
    fn from(Document { id, name, media_type, size, sha256, created_at }: Document) -> Self {
        Self { id, name, media_type, size, sha256, created_at }
    }
}

impl From<Unavailability> for UnavailabilityOut {
    fn from(known: Unavailability) -> Self {
        let Unavailability { id, designation_id: _, from, to, mode, note, withdrawn_at, version } = known;
        Self { id, from: Day::of(from), to: Day::of(to), mode, note, withdrawn_at, version }
    }
}

impl DossierOut {
    pub(super) fn on(dossier: Dossier, day: NaiveDate, lang: Lang) -> Self {
        let present = &dossier.designation.record;
        let told = model::how_it_was_told(present, &dossier.history);
        let days = model::promptness(present, &told.statement.provenance);
        Self {
            designation: DesignationOut::on(dossier.designation, day, days, lang),
            history: dossier.history.into_iter().map(|record| RecordOut::of(record, lang)).collect(),
            documents: dossier.documents.into_iter().map(DocumentOut::from).collect(),
            unavailabilities: dossier.unavailabilities.into_iter().map(UnavailabilityOut::from).collect(),
        }
    }
}
