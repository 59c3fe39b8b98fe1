//! The register over REST: what a client sends and gets, and handlers of a few lines.

use super::model::{Act, Provenance, Record, Seat, Standing, Statement, Term, Unavailability};
use super::service::{self, Designee, RegisterFilter};
use super::view::{Designation, Document, Dossier, Holder};
use crate::ctx::Ctx;
use crate::error::{Code, Error};
use crate::http::Failure;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::Json;
use crate::http::multipart::Upload;
use crate::http::paging::{Page, Paging};
use crate::http::version::{self, IfMatch};
use crate::network::model::PersonIn;
use crate::network::service as network;
use crate::texts::Lang;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DesignationId, DocumentId, PersonId, UnavailabilityId};
use entity::kinds::{ActKind, Channel, RecordChange, SeatKind, UnavailabilityMode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig) {
    cfg.service(list_seats)
        .service(request_designation)
        .service(upload_document)
        .service(list_designations)
        .service(create_designation)
        .service(show_designation)
        .service(end_designation)
        .service(correct_designation)
        .service(annul_designation)
        .service(show_document)
        .service(declare_unavailability)
        .service(withdraw_unavailability);
}

/// The act of designation, as the party issued it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActDto {
    pub kind: ActKind,
    #[schema(max_length = 60, example = "123/2027")]
    pub number: String,
    /// Not after the first day of the term.
    pub date: NaiveDate,
    #[schema(max_length = 200, example = "Dirigente del Settore Lavoro")]
    pub organ: String,
    #[schema(max_length = 500)]
    pub subject: String,
}

/// How the party told the secretariat, and what proves it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProvenanceDto {
    pub channel: Channel,
    pub communicated_on: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60)]
    pub protocol_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol_date: Option<NaiveDate>,
    /// Reference of the receipt, for example of a certified mail's delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub receipt: Option<String>,
    /// A file uploaded before with `POST /designations/documents`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_id: Option<DocumentId>,
}

/// Somebody who is not in the network yet: office contact data only.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPersonIn {
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

/// What it takes to designate. Give either `person_id` or `person`.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DesignationIn {
    /// The seat's code.
    #[schema(max_length = 120, example = "referent:bergamo")]
    pub seat: String,
    #[serde(default)]
    pub person_id: Option<PersonId>,
    #[serde(default)]
    #[serde(skip_serializing)]
    pub person: Option<NewPersonIn>,
    #[serde(flatten)]
    #[schema(inline)]
    pub statement: StatementDto,
    /// Ends the present holder's term on the day before this one begins.
    #[serde(default)]
    pub replaces_holder: bool,
}

/// Term, act and provenance: what is said of a designation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StatementDto {
    /// First day in the seat.
    pub valid_from: NaiveDate,
    /// Last day in the seat; left out, the designation holds until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    pub act: ActDto,
    pub provenance: ProvenanceDto,
    /// Only for partners: the university, research centre or social partner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub organisation: Option<String>,
}

/// The last day in the seat and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndIn {
    pub last_day: NaiveDate,
    #[schema(max_length = 1000)]
    pub reason: String,
    #[serde(default)]
    pub provenance: Option<ProvenanceDto>,
}

/// The right content and why the old one was wrong.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectIn {
    #[serde(flatten)]
    #[schema(inline)]
    pub statement: StatementDto,
    #[schema(max_length = 1000)]
    pub reason: String,
}

/// Why a designation should never have been entered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnulIn {
    #[schema(max_length = 1000)]
    pub reason: String,
}

/// A file to be kept.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub struct DocumentIn {
    /// PDF, signed envelope, PNG, JPEG or TIFF.
    #[schema(value_type = String, format = Binary, max_length = 10_485_760)]
    document: Vec<u8>,
}

/// Days on which the holder cannot work.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnavailabilityIn {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub mode: UnavailabilityMode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// A seat and what it is of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SeatOut {
    pub code: String,
    pub kind: SeatKind,
    pub body: String,
    pub body_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observatory: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observatory_name: Option<String>,
}

/// The holder of a seat: office contact data.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HolderOut {
    pub id: PersonId,
    pub given_name: String,
    pub family_name: String,
    pub email: String,
}

/// One designation as known at the instant asked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DesignationOut {
    pub id: DesignationId,
    pub seat: SeatOut,
    pub person: HolderOut,
    pub standing: Standing,
    #[serde(flatten)]
    #[schema(inline)]
    pub statement: StatementDto,
    /// Days from effect to communication; negative when it was communicated ahead.
    pub days_to_communicate: i64,
    pub change: RecordChange,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub recorded_at: DateTime<Utc>,
    pub version: i32,
}

/// One record of the history of a designation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordOut {
    pub position: i32,
    pub change: RecordChange,
    #[serde(flatten)]
    #[schema(inline)]
    pub statement: StatementDto,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub recorded_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_by: Option<PersonId>,
    #[serde(skip_serializing_if = "Option::is_none")]
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
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnavailabilityOut {
    pub id: UnavailabilityId,
    #[serde(flatten)]
    #[schema(inline)]
    pub absence: UnavailabilityIn,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub version: i32,
}

/// One designation with everything kept of it.
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

/// How to narrow the register.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RegisterQuery {
    /// A body's code.
    pub body: Option<String>,
    /// An observatory's code.
    pub observatory: Option<String>,
    pub seat: Option<SeatKind>,
    /// In force on this day.
    pub as_of: Option<NaiveDate>,
    /// As known at the end of this day in Europe/Rome.
    pub known_on: Option<NaiveDate>,
    /// Annulled ones too.
    #[serde(default)]
    pub with_annulled: bool,
}

/// The seats of the network
///
/// Who may: any participant.
#[utoipa::path(tag = "designations", params(Paging), responses((status = 200, body = Page<SeatOut>)))]
#[get("/seats")]
pub async fn list_seats(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>) -> Result<HttpResponse, Failure> {
    if !ctx.actor.is_participant() && !ctx.actor.is_ourselves() {
        return Err(Error::Unauthenticated.into());
    }
    let limit = paging.limit()?;
    let after: Option<String> = paging.after()?;
    let seats = service::seats(ctx.reader())
        .await?
        .into_iter()
        .filter(|seat| after.as_ref().is_none_or(|last| seat.code > *last));
    let page = Page::cut(&ctx, &request, limit, seats.collect(), |last| last.code.clone())?;
    Ok(HttpResponse::Ok().json(page.map(SeatOut::from)))
}

/// Ask a body to fill a seat
///
/// A mail *designation requested* leaves to the body's manager, or to its certified mailbox, once a day at the most. Who
/// may: the secretariat.
#[utoipa::path(tag = "designations", security(("api_token" = ["secretariat"])), params(("code" = String, Path, max_length = 120)), responses((status = 204)))]
#[post("/seats/{code}/request-designation")]
pub async fn request_designation(ctx: Ctx, code: web::Path<String>) -> Result<HttpResponse, Failure> {
    ctx.write(async |txn| service::request_designation(&ctx, txn, &code).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Upload a file that proves an act
///
/// PDF, signed envelope (`.p7m`), PNG, JPEG or TIFF; kept with its SHA-256. Who may: the secretariat, a body's manager.
#[utoipa::path(tag = "designations", security(("api_token" = ["secretariat"]), ("api_token" = ["body_manager"])), request_body(content_type = "multipart/form-data", content = DocumentIn), responses((status = 201, body = DocumentOut)))]
#[post("/designations/documents")]
pub async fn upload_document(ctx: Ctx, upload: Upload) -> Result<HttpResponse, Failure> {
    let file = upload.file.ok_or_else(|| Error::field("document", Code::Required))?;
    let content = file.content()?.to_vec();
    let document = ctx.write(async |txn| service::keep_document(&ctx, txn, &file.name, content).await).await?;
    Ok(HttpResponse::Created().json(DocumentOut::from(document)))
}

/// The register
///
/// Two time axes: `as_of` is the day it was true, `known_on` the day we knew it. Who may: secretariat and direction see
/// everything; participants see their own body's; partners their own.
#[utoipa::path(tag = "designations", params(RegisterQuery, Paging), responses((status = 200, body = Page<DesignationOut>)))]
#[get("/designations")]
pub async fn list_designations(
    ctx: Ctx,
    request: HttpRequest,
    query: web::Query<RegisterQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Failure> {
    let filter = filter_of(&ctx, &query).await?;
    let limit = paging.limit()?;
    let today = ctx.today();
    let lines = service::list(&ctx, &filter, paging.after()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, lines, |last| (last.record.statement.term.from, last.id))?;
    Ok(HttpResponse::Ok().json(page.map(|line| DesignationOut::on(line, today))))
}

/// The filter a query means; an unknown body or observatory is an error, not an empty list.
pub(super) async fn filter_of(ctx: &Ctx, query: &RegisterQuery) -> Result<RegisterFilter, Error> {
    let db = ctx.reader();
    let body = match &query.body {
        Some(code) => Some(network::body(db, code).await.map_err(|error| error.as_unknown("body"))?.id),
        None => None,
    };
    let observatory = match &query.observatory {
        Some(code) => Some(network::observatory(db, code).await.map_err(|error| error.as_unknown("observatory"))?.id),
        None => None,
    };
    Ok(RegisterFilter {
        body,
        observatory,
        kind: query.seat,
        as_of: query.as_of,
        known_at: query.known_on.map(service::known_on),
        with_annulled: query.with_annulled,
        ..RegisterFilter::default()
    })
}

/// Designate
///
/// What happens: the designation is entered with its act; with `replaces_holder` the present holder's term ends the day
/// before. Who may: the secretariat on behalf of any body; a body's manager for the body's own seats. Mails: *registered*
/// to the newcomer, the body and the secretariat. Errors: `seat_unknown`, `seat_held`, `already_in_seat`,
/// `end_before_start`, `act_after_effect`, `act_in_future`, `communicated_in_future`, `address_taken`.
#[utoipa::path(tag = "designations", security(("api_token" = ["secretariat"]), ("api_token" = ["body_manager"])), params(IdempotencyKey), request_body = DesignationIn, responses((status = 201, body = DesignationOut)))]
#[post("/designations")]
pub async fn create_designation(
    ctx: Ctx,
    request: HttpRequest,
    input: Json<DesignationIn>,
) -> Result<HttpResponse, Failure> {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let made = service::designate(&ctx, txn, input.value.clone().try_into()?).await?;
        let location = format!("/api/v1/designations/{}", made.id);
        Ok(Created { location, version: Some(made.version), body: DesignationOut::on(made, ctx.today()) })
    })
    .await
}

/// One designation with its history
///
/// Who may: see the register. Unknown and unseen are the same answer.
#[utoipa::path(tag = "designations", params(("id" = DesignationId, Path)), responses((status = 200, body = DossierOut)))]
#[get("/designations/{id}")]
pub async fn show_designation(ctx: Ctx, id: web::Path<DesignationId>) -> Result<HttpResponse, Failure> {
    let dossier = service::dossier(&ctx, *id).await?;
    let version = dossier.designation.version;
    Ok(version::answer(version, &DossierOut::on(dossier, ctx.today())))
}

/// End a designation
///
/// What happens: the term ends after `last_day`; when that day is over, access and pending mails of the former holder die.
/// Who may: the secretariat; the body's manager for the body's own seats. Mails: *ended* to the former holder and the body;
/// *designation requested* if the seat is left vacant. Errors: `end_before_start`, `already_ended`, `reason_missing`,
/// `last_secretariat`.
#[utoipa::path(tag = "designations", security(("api_token" = ["secretariat"]), ("api_token" = ["body_manager"])), params(("id" = DesignationId, Path), IfMatch), request_body = EndIn, responses((status = 200, body = DesignationOut)))]
#[post("/designations/{id}/end")]
pub async fn end_designation(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DesignationId>,
    input: Json<EndIn>,
) -> Result<HttpResponse, Failure> {
    let EndIn { last_day, reason, provenance } = input.value;
    let input = service::EndIn { last_day, reason, provenance: provenance.map(Provenance::from) };
    let version = version::if_match(&request)?;
    let ended = ctx.write(async |txn| service::end(&ctx, txn, *id, version, input).await).await?;
    Ok(version::answer(ended.version, &DesignationOut::on(ended, ctx.today())))
}

/// Correct a mistake in a designation
///
/// What happens: a record with the right content supersedes the wrong one, which stays readable. Who may: the secretariat;
/// the body's manager for the body's own seats. Mails: none. Errors: those of designating, `reason_missing`,
/// `nothing_changes`.
#[utoipa::path(tag = "designations", security(("api_token" = ["secretariat"]), ("api_token" = ["body_manager"])), params(("id" = DesignationId, Path), IfMatch), request_body = CorrectIn, responses((status = 200, body = DesignationOut)))]
#[post("/designations/{id}/correct")]
pub async fn correct_designation(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DesignationId>,
    input: Json<CorrectIn>,
) -> Result<HttpResponse, Failure> {
    let CorrectIn { statement, reason } = input.value;
    let version = version::if_match(&request)?;
    let corrected =
        ctx.write(async |txn| service::correct(&ctx, txn, *id, version, statement.into(), &reason).await).await?;
    Ok(version::answer(corrected.version, &DesignationOut::on(corrected, ctx.today())))
}

/// Annul a designation entered by mistake
///
/// What happens: from now on it covers no day; what had been promised to its holder is cancelled. Who may: the secretariat.
/// Mails: none. Errors: `already_ended`, `reason_missing`, `last_secretariat`.
#[utoipa::path(tag = "designations", security(("api_token" = ["secretariat"])), params(("id" = DesignationId, Path), IfMatch), request_body = AnnulIn, responses((status = 200, body = DesignationOut)))]
#[post("/designations/{id}/annul")]
pub async fn annul_designation(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DesignationId>,
    input: Json<AnnulIn>,
) -> Result<HttpResponse, Failure> {
    let version = version::if_match(&request)?;
    let annulled = ctx.write(async |txn| service::annul(&ctx, txn, *id, version, &input.value.reason).await).await?;
    Ok(version::answer(annulled.version, &DesignationOut::on(annulled, ctx.today())))
}

/// The file that proves an act
///
/// Who may: whoever may see the designation.
#[utoipa::path(tag = "designations", params(("id" = DesignationId, Path), ("document_id" = DocumentId, Path)), responses((status = 200, content_type = "application/octet-stream", body = String)))]
#[get("/designations/{id}/documents/{document_id}")]
pub async fn show_document(ctx: Ctx, path: web::Path<(DesignationId, DocumentId)>) -> Result<HttpResponse, Failure> {
    let (id, document_id) = path.into_inner();
    Ok(download(service::document(&ctx, id, document_id).await?))
}

/// Always a download: a file from outside is never shown inside a page of ours.
pub(super) fn download(document: entity::document::Model) -> HttpResponse {
    let ascii: String =
        document.name.chars().map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect();
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, document.media_type))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{ascii}\"")))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(document.content)
}

/// Record days of absence
///
/// Who may: the holder, the body's manager, the secretariat. Errors: `end_before_start`, `unavailability_outside`.
#[utoipa::path(tag = "designations", params(("id" = DesignationId, Path), IdempotencyKey), request_body = UnavailabilityIn, responses((status = 201, body = UnavailabilityOut)))]
#[post("/designations/{id}/unavailabilities")]
pub async fn declare_unavailability(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DesignationId>,
    input: Json<UnavailabilityIn>,
) -> Result<HttpResponse, Failure> {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let made = service::declare_unavailable(&ctx, txn, *id, input.value.clone().into()).await?;
        let location = format!("/api/v1/designations/{}/unavailabilities/{}", *id, made.id);
        Ok(Created { location, version: Some(made.version), body: UnavailabilityOut::from(made) })
    })
    .await
}

/// Withdraw an absence
///
/// Who may: whoever may record one.
#[utoipa::path(tag = "designations", params(("id" = DesignationId, Path), ("absence_id" = UnavailabilityId, Path), IfMatch), responses((status = 204)))]
#[post("/designations/{id}/unavailabilities/{absence_id}/withdraw")]
pub async fn withdraw_unavailability(
    ctx: Ctx,
    path: web::Path<(DesignationId, UnavailabilityId)>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (id, absence) = path.into_inner();
    let version = version::if_match(&request)?;
    ctx.write(async |txn| service::withdraw_unavailability(&ctx, txn, id, absence, version).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<ActDto> for Act {
    fn from(ActDto { kind, number, date, organ, subject }: ActDto) -> Self {
        Self { kind, number, date, organ, subject }
    }
}

impl From<Act> for ActDto {
    fn from(Act { kind, number, date, organ, subject }: Act) -> Self {
        Self { kind, number, date, organ, subject }
    }
}

impl From<ProvenanceDto> for Provenance {
    fn from(dto: ProvenanceDto) -> Self {
        let ProvenanceDto { channel, communicated_on, protocol_number, protocol_date, receipt, document_id } = dto;
        Self { channel, communicated_on, protocol_number, protocol_date, receipt, document_id }
    }
}

impl From<Provenance> for ProvenanceDto {
    fn from(provenance: Provenance) -> Self {
        let Provenance { channel, communicated_on, protocol_number, protocol_date, receipt, document_id } = provenance;
        Self { channel, communicated_on, protocol_number, protocol_date, receipt, document_id }
    }
}

impl From<StatementDto> for Statement {
    fn from(StatementDto { valid_from, valid_to, act, provenance, organisation }: StatementDto) -> Self {
        Self {
            term: Term { from: valid_from, to: valid_to },
            act: act.into(),
            provenance: provenance.into(),
            organisation,
        }
    }
}

impl From<Statement> for StatementDto {
    fn from(Statement { term, act, provenance, organisation }: Statement) -> Self {
        Self { valid_from: term.from, valid_to: term.to, act: act.into(), provenance: provenance.into(), organisation }
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
        Self { from, to, mode, note }
    }
}

impl From<Seat> for SeatOut {
    fn from(seat: Seat) -> Self {
        Self {
            code: seat.code,
            kind: seat.kind,
            body: seat.body_code,
            body_name: seat.body_name,
            observatory: seat.observatory_code,
            observatory_name: seat.observatory_name,
        }
    }
}

impl From<Holder> for HolderOut {
    fn from(holder: Holder) -> Self {
        Self { id: holder.id, given_name: holder.given_name, family_name: holder.family_name, email: holder.email }
    }
}

impl DesignationOut {
    /// As it stands on a day.
    pub fn on(line: Designation, day: NaiveDate) -> Self {
        let record = line.record;
        Self {
            id: line.id,
            seat: line.seat.into(),
            person: line.holder.into(),
            standing: record.standing_on(day),
            days_to_communicate: record.statement.days_to_communicate(),
            statement: record.statement.into(),
            change: record.change,
            reason: record.reason,
            recorded_at: record.recorded_at,
            version: line.version,
        }
    }
}

impl From<Record> for RecordOut {
    fn from(record: Record) -> Self {
        let Record { id: _, position, change, statement, reason, recorded_at, recorded_by, superseded_at } = record;
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
        Self { id, absence: UnavailabilityIn { from, to, mode, note }, withdrawn_at, version }
    }
}

impl DossierOut {
    fn on(dossier: Dossier, day: NaiveDate) -> Self {
        Self {
            designation: DesignationOut::on(dossier.designation, day),
            history: dossier.history.into_iter().map(RecordOut::from).collect(),
            documents: dossier.documents.into_iter().map(DocumentOut::from).collect(),
            unavailabilities: dossier.unavailabilities.into_iter().map(UnavailabilityOut::from).collect(),
        }
    }
}
