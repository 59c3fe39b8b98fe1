//! The register over REST: short handlers. Request and response types are in [`wire`].

mod wire;

pub use wire::*;

use super::model::Provenance;
use super::policy::Action;
use super::service::{self, RegisterFilter};
use super::view::Designation;
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::documents::service as documents;
use crate::error::{Code, Error};
use crate::http::Answer;
use crate::http::download;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::Json;
use crate::http::multipart::Upload;
use crate::http::paging::{Page, Paging};
use crate::http::version::{self, IfMatch};
use crate::network::service as network;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::NaiveDate;
use entity::ids::{DesignationId, DocumentId, UnavailabilityId};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig) {
    cfg.service(list_seats)
        .service(list_contacts)
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

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("list_seats", Right::Ever(Action::ViewSeats)),
    ("list_contacts", Right::Ever(Action::ViewContact)),
    ("request_designation", Right::Ever(Action::RequestDesignation)),
    ("upload_document", Right::Ever(Action::Designate)),
    ("list_designations", Right::Ever(Action::View)),
    ("create_designation", Right::Ever(Action::Designate)),
    ("show_designation", Right::Ever(Action::View)),
    ("end_designation", Right::Ever(Action::Designate)),
    ("correct_designation", Right::Ever(Action::Correct)),
    ("annul_designation", Right::Ever(Action::Annul)),
    ("show_document", Right::Ever(Action::View)),
    ("declare_unavailability", Right::Ever(Action::DeclareUnavailable)),
    ("withdraw_unavailability", Right::Ever(Action::DeclareUnavailable)),
];

/// The seats of the network
///
/// Who may: any participant.
#[utoipa::path(tag = "designations", params(Paging), responses((status = 200, body = Page<SeatOut>)))]
#[get("/seats")]
pub async fn list_seats(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>) -> Answer {
    let limit = paging.limit()?;
    let after: Option<String> = paging.after()?;
    let all = service::list_seats(&ctx).await?;
    let seats = all.iter().filter(|seat| after.as_ref().is_none_or(|last| seat.code > *last));
    let page = Page::cut(&ctx, &request, limit, seats.cloned().collect(), |last| last.code.clone())?;
    Ok(HttpResponse::Ok().json(page.map(|seat| SeatOut::from(&*seat))))
}

/// The contacts of the network
///
/// Name and office address of those who hold a seat today. Who may: secretariat and direction see everybody; participants
/// everybody of their own body, and the referents, deputies and managers of the others; partners themselves.
#[utoipa::path(tag = "designations", params(ContactsQuery), responses((status = 200, body = ContactsOut)))]
#[get("/contacts")]
pub async fn list_contacts(ctx: Ctx, query: web::Query<ContactsQuery>) -> Answer {
    let ContactsQuery { body, observatory } = query.into_inner();
    let filter = filter_of(&ctx, &RegisterQuery { body, observatory, ..RegisterQuery::default() }).await?;
    let items =
        service::contacts(&ctx, filter.body, filter.observatory).await?.into_iter().map(ContactOut::from).collect();
    Ok(HttpResponse::Ok().json(ContactsOut { items }))
}

/// Ask a body to fill a seat
///
/// Sends a mail *designation requested* to the body's manager, or to its certified mailbox, at most once a day. Who
/// may: the secretariat.
#[utoipa::path(tag = "designations", params(("code" = String, Path, max_length = 120)), responses((status = 204)))]
#[post("/seats/{code}/request-designation")]
pub async fn request_designation(ctx: Ctx, code: web::Path<String>) -> Answer {
    ctx.write(async |txn| service::request_designation(&ctx, txn, &code).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Upload a file that proves an act
///
/// PDF, signed envelope (`.p7m`, in DER, base64 or PEM), PNG, JPEG or TIFF; stored with its SHA-256. A file that no
/// designation names is deleted after a day. Who may: the secretariat, a body's manager. Errors: `document_empty`,
/// `document_too_large`, `document_type_refused`, `document_type_mismatch`; `documents_quota` once the body has reached
/// its limit for the day.
#[utoipa::path(tag = "designations", request_body(content_type = "multipart/form-data", content = DocumentIn), responses((status = 201, body = DocumentOut)))]
#[post("/designations/documents")]
pub async fn upload_document(ctx: Ctx, upload: Upload) -> Answer {
    let file = upload.file.ok_or_else(|| Error::field("document", Code::Required))?;
    let document = service::keep_document(&ctx, &file.name, file.content()?.clone()).await?;
    Ok(HttpResponse::Created().json(DocumentOut::from(document)))
}

/// The register
///
/// Two time axes: `as_of` is the day on which a designation was in force, `known_on` the day on which the service knew
/// of it. Who may: secretariat and direction see everything; participants the designations of their own body; partners
/// their own.
#[utoipa::path(tag = "designations", params(RegisterQuery, Paging), responses((status = 200, body = Page<DesignationOut>)))]
#[get("/designations")]
pub async fn list_designations(
    ctx: Ctx,
    request: HttpRequest,
    query: web::Query<RegisterQuery>,
    paging: web::Query<Paging>,
) -> Answer {
    let filter = filter_of(&ctx, &query).await?;
    let limit = paging.limit()?;
    let day = query.as_of.map_or_else(|| ctx.today(), NaiveDate::from);
    let lines = service::list(&ctx, &filter, paging.after_day()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, lines, |last| (last.record.statement.term.from, last.id))?;
    let days = service::promptness(ctx.reader(), &page.items).await?;
    Ok(HttpResponse::Ok().json(page.map(|line| {
        let told = days.get(&line.id).copied();
        DesignationOut::on(line, day, told, ctx.lang)
    })))
}

/// Resolves the filter of a query; an unknown body or observatory is an error, not an empty list.
pub(super) async fn filter_of(ctx: &Ctx, query: &RegisterQuery) -> Result<RegisterFilter, Error> {
    let body = match &query.body {
        Some(code) => Some(network::body(ctx, code).await.map_err(|error| error.as_unknown("body"))?.id),
        None => None,
    };
    let observatory = match &query.observatory {
        Some(code) => Some(network::observatory(ctx, code).await.map_err(|error| error.as_unknown("observatory"))?.id),
        None => None,
    };
    Ok(RegisterFilter {
        body,
        observatory,
        kind: query.seat,
        as_of: query.as_of.map(NaiveDate::from),
        known_at: query.known_on.map(|day| service::known_on(day.into())),
        with_annulled: query.with_annulled,
        ..RegisterFilter::default()
    })
}

/// Designate
///
/// What happens: the designation is entered with its act; with `replaces_holder` the present holder's term ends the day
/// before, if the seat has a single holder. Who may: the secretariat on behalf of any body; a body's manager for the
/// body's own seats. Mails: *registered* to the new holder, the body and the secretariat. Errors: `seat_unknown`,
/// `seat_held`, `already_in_seat`, `replaces_nobody`, `end_before_start`, `act_after_effect`, `act_in_future`,
/// `communicated_in_future`, `address_taken`.
#[utoipa::path(tag = "designations", params(IdempotencyKey), request_body = DesignationIn, responses((status = 201, body = DesignationOut)))]
#[post("/designations")]
pub async fn create_designation(ctx: Ctx, request: HttpRequest, input: Json<DesignationIn>) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let made = service::designate(&ctx, txn, input.value.clone().try_into()?).await?;
        let location = format!("/api/v1/designations/{}", made.id);
        let body = shown(&ctx, txn, made).await?;
        Ok(Created { location, version: Some(body.version), body })
    })
    .await
}

/// Converts a designation that was just written, as of today.
async fn shown(ctx: &Ctx, txn: &Txn, written: Designation) -> Result<DesignationOut, Error> {
    let days = service::promptness(txn, std::slice::from_ref(&written)).await?.remove(&written.id);
    Ok(DesignationOut::on(written, ctx.today(), days, ctx.lang))
}

/// One designation with its history
///
/// Who may: as in the register. Unknown and invisible ones get the same answer.
#[utoipa::path(tag = "designations", params(("id" = DesignationId, Path)), responses((status = 200, body = DossierOut)))]
#[get("/designations/{id:[0-9A-Fa-f-]+}")]
pub async fn show_designation(ctx: Ctx, id: web::Path<DesignationId>) -> Answer {
    let dossier = service::dossier(&ctx, *id).await?;
    let version = dossier.designation.version;
    Ok(version::answer(version, &DossierOut::on(dossier, ctx.today(), ctx.lang)))
}

/// End a designation
///
/// What happens: the term ends after `last_day`; after that day the former holder's access ends and unsent mails are
/// withdrawn. Who may: the secretariat; the body's manager for the body's own seats. Mails: *ended* to the former
/// holder and the body; *designation requested* if the seat becomes vacant. Errors: `end_before_start`,
/// `already_ended`, `ends_already` (the term ends on or before that day already; only a correction can prolong it),
/// `reason_missing`, `communicated_in_future`, `last_secretariat`.
#[utoipa::path(tag = "designations", params(("id" = DesignationId, Path), IfMatch), request_body = EndIn, responses((status = 200, body = DesignationOut)))]
#[post("/designations/{id:[0-9A-Fa-f-]+}/end")]
pub async fn end_designation(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DesignationId>,
    input: Json<EndIn>,
) -> Answer {
    let EndIn { last_day, reason, provenance } = input.value;
    let input = service::EndIn { last_day: last_day.into(), reason, provenance: provenance.map(Provenance::from) };
    let version = version::if_match(&request)?;
    let ended =
        ctx.write(async |txn| shown(&ctx, txn, service::end(&ctx, txn, *id, version, input).await?).await).await?;
    Ok(version::answer(ended.version, &ended))
}

/// Correct a mistake in a designation
///
/// What happens: a record with the right content supersedes the wrong one, which stays readable. Who may: the
/// secretariat; the body's manager for the body's own seats. Mails: those of an end, if the corrected end has passed;
/// *designation requested* if the seat becomes vacant. Errors: those of designating, `reason_missing`,
/// `nothing_changes`, `last_secretariat`.
#[utoipa::path(tag = "designations", params(("id" = DesignationId, Path), IfMatch), request_body = CorrectIn, responses((status = 200, body = DesignationOut)))]
#[post("/designations/{id:[0-9A-Fa-f-]+}/correct")]
pub async fn correct_designation(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DesignationId>,
    input: Json<CorrectIn>,
) -> Answer {
    let CorrectIn { statement, reason } = input.value;
    let version = version::if_match(&request)?;
    let corrected = ctx
        .write(async |txn| {
            let corrected = service::correct(&ctx, txn, *id, version, statement.into(), &reason).await?;
            shown(&ctx, txn, corrected).await
        })
        .await?;
    Ok(version::answer(corrected.version, &corrected))
}

/// Annul a designation entered by mistake
///
/// What happens: from now on it covers no day; unsent mails to its holder are withdrawn. Who may: the secretariat.
/// Mails: *designation requested* if the seat becomes vacant. Errors: `already_ended`, `reason_missing`,
/// `last_secretariat`.
#[utoipa::path(tag = "designations", params(("id" = DesignationId, Path), IfMatch), request_body = AnnulIn, responses((status = 200, body = DesignationOut)))]
#[post("/designations/{id:[0-9A-Fa-f-]+}/annul")]
pub async fn annul_designation(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DesignationId>,
    input: Json<AnnulIn>,
) -> Answer {
    let version = version::if_match(&request)?;
    let reason = &input.value.reason;
    let annulled =
        ctx.write(async |txn| shown(&ctx, txn, service::annul(&ctx, txn, *id, version, reason).await?).await).await?;
    Ok(version::answer(annulled.version, &annulled))
}

/// The file that proves an act
///
/// Who may: everyone who may see the designation.
#[utoipa::path(tag = "designations", params(("id" = DesignationId, Path), ("document_id" = DocumentId, Path)), responses((status = 200, content_type = "application/octet-stream", body = String)))]
#[get("/designations/{id:[0-9A-Fa-f-]+}/documents/{document_id:[0-9A-Fa-f-]+}")]
pub async fn show_document(ctx: Ctx, path: web::Path<(DesignationId, DocumentId)>) -> Answer {
    let (id, document_id) = path.into_inner();
    Ok(download::document(documents::open(&ctx, &id, document_id).await?))
}

/// Record days of absence
///
/// Who may: the holder, the body's manager, the secretariat. Errors: `end_before_start`, `unavailability_outside`,
/// `unavailability_overlaps`.
#[utoipa::path(tag = "designations", params(("id" = DesignationId, Path), IdempotencyKey), request_body = UnavailabilityIn, responses((status = 201, body = UnavailabilityOut)))]
#[post("/designations/{id:[0-9A-Fa-f-]+}/unavailabilities")]
pub async fn declare_unavailability(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DesignationId>,
    input: Json<UnavailabilityIn>,
) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let made = service::declare_unavailable(&ctx, txn, *id, input.value.clone().into()).await?;
        let location = format!("/api/v1/designations/{}/unavailabilities/{}", *id, made.id);
        Ok(Created { location, version: Some(made.version), body: UnavailabilityOut::from(made) })
    })
    .await
}

/// Withdraw an absence
///
/// Who may: as for recording one.
#[utoipa::path(tag = "designations", params(("id" = DesignationId, Path), ("absence_id" = UnavailabilityId, Path), IfMatch), responses((status = 204)))]
#[post("/designations/{id:[0-9A-Fa-f-]+}/unavailabilities/{absence_id:[0-9A-Fa-f-]+}/withdraw")]
pub async fn withdraw_unavailability(
    ctx: Ctx,
    path: web::Path<(DesignationId, UnavailabilityId)>,
    request: HttpRequest,
) -> Answer {
    let (id, absence) = path.into_inner();
    let version = version::if_match(&request)?;
    ctx.write(async |txn| service::withdraw_unavailability(&ctx, txn, id, absence, version).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
