//! Operations on the agenda of a draft.

use super::{AgendaCopyIn, AgendaItemIn, AgendaItemOut, AgendaItemPatch, AgendaOrderIn, MeetingOut, answer, shown};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Error;
use crate::http::Answer;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::{Json, MergePatch};
use crate::http::version::{self, IfMatch};
use crate::meetings::service;
use crate::open::Seen;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put, web};
use entity::ids::{AgendaItemId, MeetingId};

/// Add a point to a draft's agenda
///
/// Who may: the secretariat. Mails: none. Errors: `wrong_transition` once convened, `unknown_value` (release).
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path), IdempotencyKey), request_body = AgendaItemIn, responses((status = 201, body = AgendaItemOut)))]
#[post("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items")]
pub async fn add_agenda_item(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    input: Json<AgendaItemIn>,
) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let item = service::add_item(&ctx, txn, *id, Seen::AsItStands, input.value.clone().into()).await?;
        let location = format!("/api/v1/meetings/{}/agenda-items/{}", *id, item.id);
        Ok(Created { location, version: None, body: AgendaItemOut::from(item) })
    })
    .await
}

/// One point of an agenda
///
/// Who may: everyone who may see the meeting.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path), ("item_id" = AgendaItemId, Path)), responses((status = 200, body = AgendaItemOut)))]
#[get("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items/{item_id:[0-9A-Fa-f-]+}")]
pub async fn show_agenda_item(ctx: Ctx, path: web::Path<(MeetingId, AgendaItemId)>) -> Answer {
    let (id, item_id) = path.into_inner();
    let item =
        service::show(&ctx, id).await?.agenda.into_iter().find(|item| item.id == item_id).ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok().json(AgendaItemOut::from(item)))
}

/// Take a point off a draft's agenda
///
/// What happens: the points after it move up. The version is the meeting's. Who may: the secretariat. Mails: none. Errors: `wrong_transition` once convened.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path), ("item_id" = AgendaItemId, Path), IfMatch), responses((status = 204)))]
#[delete("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items/{item_id:[0-9A-Fa-f-]+}")]
pub async fn remove_agenda_item(ctx: Ctx, request: HttpRequest, path: web::Path<(MeetingId, AgendaItemId)>) -> Answer {
    let (id, item_id) = path.into_inner();
    let version = version::if_match(&request)?;
    ctx.write(async |txn| service::remove_item(&ctx, txn, id, version, item_id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Edit a point of a draft's agenda
///
/// What happens: its place stays. The version is the meeting's. Who may: the secretariat. Mails: none. Errors:
/// `wrong_transition` once convened, `required` for a member that cannot be removed, `too_long`, `out_of_range`
/// (minutes), `unknown_value` (release), `nothing_changes`.
#[utoipa::path(
    tag = "meetings",
    params(("id" = MeetingId, Path), ("item_id" = AgendaItemId, Path), IfMatch),
    request_body(content = AgendaItemPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = MeetingOut))
)]
#[patch("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items/{item_id:[0-9A-Fa-f-]+}")]
pub async fn edit_agenda_item(
    ctx: Ctx,
    request: HttpRequest,
    path: web::Path<(MeetingId, AgendaItemId)>,
    MergePatch(patch): MergePatch<AgendaItemPatch>,
) -> Answer {
    let (id, item) = path.into_inner();
    let (version, change) = (version::if_match(&request)?, patch.try_into()?);
    let work =
        async |txn: &Txn| shown(&ctx, txn, service::edit_item(&ctx, txn, id, version, item, change).await?).await;
    Ok(answer(ctx.write(work).await?))
}

/// Put a draft's agenda in order
///
/// What happens: the points get the places 1 to n in this order. Who may: the secretariat. Mails: none. Errors:
/// `wrong_transition` once convened, `unknown_value` unless each point is named once, `nothing_changes`.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path), IfMatch), request_body = AgendaOrderIn, responses((status = 200, body = MeetingOut)))]
#[put("/meetings/{id:[0-9A-Fa-f-]+}/agenda-order")]
pub async fn order_agenda(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    input: Json<AgendaOrderIn>,
) -> Answer {
    let work = async |txn: &Txn, version| {
        shown(&ctx, txn, service::order_items(&ctx, txn, *id, version, &input.value.items).await?).await
    };
    Ok(answer(version::change(&ctx, &request, work).await?))
}

/// Copy points from the last meeting of the same table
///
/// What happens: points of the meeting held last before this one are added at the end, by default those that were not
/// dealt with: without an outcome, or with a deferral as their last one. Points that the agenda has already are left out.
/// Who may: the secretariat. Mails: none. Errors: `wrong_transition` once convened, `nothing_changes` if nothing is left
/// to copy.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path), IfMatch), request_body = AgendaCopyIn, responses((status = 200, body = MeetingOut)))]
#[post("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items/copy")]
pub async fn copy_agenda(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    input: Json<AgendaCopyIn>,
) -> Answer {
    let which = input.value.points.into();
    let work =
        async |txn: &Txn, version| shown(&ctx, txn, service::copy_items(&ctx, txn, *id, version, which).await?).await;
    Ok(answer(version::change(&ctx, &request, work).await?))
}
