//! The review over REST: short handlers; request and response types are in `wire.rs`.

mod wire;

use super::policy::Action;
use super::service;
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::deliverables::api as contributions;
use crate::deliverables::policy::Action as OnDeliverable;
use crate::http::Answer;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::Json;
use crate::http::version::{self, IfMatch};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use entity::ids::{DeliverableId, PeerReadingId, ReleaseId, RemarkId};
use wire::{
    AnswerRemarkIn, AskReadingIn, ChaptersOut, DeliverReadingIn, OpenReadingsOut, ReadingOut, RejectRemarkIn,
    RemarkOut, RequestChangesIn, ReviewOut, TakeOverIn, TakenOverOut, WriteRemarkIn,
};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(show_review)
        .service(list_chapters)
        .service(request_changes)
        .service(approve_deliverable)
        .service(write_remark)
        .service(take_over_remarks)
        .service(show_remark)
        .service(answer_remark)
        .service(accept_remark)
        .service(reject_remark)
        .service(carry_remark)
        .service(ask_reading)
        .service(list_readings)
        .service(show_reading)
        .service(accept_reading)
        .service(refuse_reading)
        .service(deliver_reading)
        .service(withdraw_reading);
}

/// Rights required by the operations on deliverables, by the name of the handler.
pub const RIGHTS_BY_DELIVERABLE: &[(&str, Right<OnDeliverable>)] = &[
    ("show_review", Right::Ever(OnDeliverable::ViewReview)),
    ("list_chapters", Right::Ever(OnDeliverable::ViewReview)),
    ("request_changes", Right::Ever(OnDeliverable::RequestChanges)),
    ("approve_deliverable", Right::Ever(OnDeliverable::Approve)),
    ("write_remark", Right::Ever(OnDeliverable::Remark)),
    ("take_over_remarks", Right::Ever(OnDeliverable::Remark)),
    ("show_remark", Right::Ever(OnDeliverable::ViewReview)),
    ("answer_remark", Right::Ever(OnDeliverable::AnswerRemark)),
    ("accept_remark", Right::Ever(OnDeliverable::Remark)),
    ("reject_remark", Right::Ever(OnDeliverable::Remark)),
    ("carry_remark", Right::Ever(OnDeliverable::Remark)),
    ("ask_reading", Right::Ever(OnDeliverable::Remark)),
];

/// Rights required by the operations on peer readings, by the name of the handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("list_readings", Right::Ever(Action::View)),
    ("show_reading", Right::Ever(Action::View)),
    ("accept_reading", Right::Ever(Action::Answer)),
    ("refuse_reading", Right::Ever(Action::Answer)),
    ("deliver_reading", Right::Ever(Action::Deliver)),
    ("withdraw_reading", Right::Ever(Action::Withdraw)),
];

/// The review of a deliverable
///
/// Its rounds and remarks, its peer readings, whose turn it is since when, the working days of each holder, what is
/// missing before the acceptance and before the release, and the same chapter in the edition before. Who may: secretariat
/// and direction, the observatory, its body, and an observatory that accepted to read it.
#[utoipa::path(tag = "reviews", params(("id" = DeliverableId, Path)), responses((status = 200, body = ReviewOut)))]
#[get("/deliverables/{id:[0-9A-Fa-f-]+}/review")]
pub async fn show_review(ctx: Ctx, id: web::Path<DeliverableId>) -> Answer {
    Ok(HttpResponse::Ok().json(ReviewOut::from(service::review(&ctx, *id).await?)))
}

/// The chapters of a release
///
/// Whose turn each is since when, what each misses before the release, and the chapter that blocks the publication. Who
/// may: secretariat and direction see all, an observatory and its body their own.
#[utoipa::path(tag = "reviews", params(("id" = ReleaseId, Path)), responses((status = 200, body = ChaptersOut)))]
#[get("/releases/{id:[0-9A-Fa-f-]+}/chapters")]
pub async fn list_chapters(ctx: Ctx, id: web::Path<ReleaseId>) -> Answer {
    Ok(HttpResponse::Ok().json(ChaptersOut::from(service::chapters_of(&ctx, *id).await?)))
}

/// Request changes
///
/// Sends the deliverable back with its open remarks; `remarks` is one more remark, for a review with only one. A peer
/// reading that is open ends. Who may: the secretariat. Mails: *sent back* to referent and deputy. Errors:
/// `wrong_transition`, `reason_missing` without any open remark.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), IfMatch), request_body = RequestChangesIn, responses((status = 200, body = contributions::DeliverableOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/request-changes")]
pub async fn request_changes(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    input: Json<RequestChangesIn>,
) -> Answer {
    let sent_back = version::change(&ctx, &request, async |txn, version| {
        service::request_changes(&ctx, txn, *id, version, input.value.remarks.as_deref()).await
    })
    .await?;
    Ok(contributions::answer(&ctx, sent_back))
}

/// Approve the deliverable
///
/// It may appear once the release is out. A peer reading that is open ends. Who may: the secretariat. Mails: *approved*
/// to referent and deputy. Errors: `wrong_transition`, `remarks_open`, `own_submission` for the person who handed the
/// text in.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), IfMatch), responses((status = 200, body = contributions::DeliverableOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/approve")]
pub async fn approve_deliverable(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let approved =
        version::change(&ctx, &request, async |txn, version| service::approve(&ctx, txn, *id, version).await).await?;
    Ok(contributions::answer(&ctx, approved))
}

/// Write a remark on a deliverable
///
/// It belongs to the round that is open. The observatory is told when the deliverable is sent back. Who may: the
/// secretariat. Errors: `wrong_transition` once the deliverable is accepted or waived, `day_in_past`.
#[utoipa::path(tag = "reviews", params(("id" = DeliverableId, Path), IdempotencyKey), request_body = WriteRemarkIn, responses((status = 201, body = RemarkOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/remarks")]
pub async fn write_remark(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    input: Json<WriteRemarkIn>,
) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let made = service::write_remark(&ctx, txn, *id, input.value.clone().into()).await?;
        let location = format!("/api/v1/remarks/{}", made.remark.id);
        Ok(Created { location, version: Some(made.remark.version), body: RemarkOut::from(made.remark) })
    })
    .await
}

/// Take over remarks of the edition before
///
/// Each remark that the edition before has left becomes a remark of this round, once. Who may: the secretariat. Errors:
/// `wrong_transition` once the deliverable is accepted or left out, `not_found` for a remark that was not left for this
/// edition, `remark_taken_over`.
#[utoipa::path(tag = "reviews", params(("id" = DeliverableId, Path)), request_body = TakeOverIn, responses((status = 200, body = TakenOverOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/take-over-remarks")]
pub async fn take_over_remarks(ctx: Ctx, id: web::Path<DeliverableId>, input: Json<TakeOverIn>) -> Answer {
    let made = ctx.write(async |txn| service::take_over(&ctx, txn, *id, input.value.remark_id).await).await?;
    let items = made.into_iter().map(|view| RemarkOut::from(view.remark)).collect();
    Ok(HttpResponse::Ok().json(TakenOverOut { items }))
}

/// One remark
///
/// Who may: as for the review of its deliverable.
#[utoipa::path(tag = "reviews", params(("id" = RemarkId, Path)), responses((status = 200, body = RemarkOut)))]
#[get("/remarks/{id:[0-9A-Fa-f-]+}")]
pub async fn show_remark(ctx: Ctx, id: web::Path<RemarkId>) -> Answer {
    let known = service::remark(&ctx, *id).await?.remark;
    Ok(version::answer(known.version, &RemarkOut::from(known)))
}

/// Answer a remark
///
/// Done, or not and why. Who may: the observatory, the secretariat on its behalf. Errors: `wrong_transition`,
/// `reason_missing` for a declined remark without a text.
#[utoipa::path(tag = "reviews", params(("id" = RemarkId, Path), IfMatch), request_body = AnswerRemarkIn, responses((status = 200, body = RemarkOut)))]
#[post("/remarks/{id:[0-9A-Fa-f-]+}/answer")]
pub async fn answer_remark(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<RemarkId>,
    input: Json<AnswerRemarkIn>,
) -> Answer {
    let answered = version::change(&ctx, &request, async |txn, version| {
        service::answer(&ctx, txn, *id, version, input.value.clone().into()).await
    })
    .await?;
    Ok(version::answer(answered.remark.version, &RemarkOut::from(answered.remark)))
}

/// Accept the answer to a remark
///
/// The remark is settled. Who may: the secretariat. Errors: `wrong_transition`.
#[utoipa::path(tag = "reviews", params(("id" = RemarkId, Path), IfMatch), responses((status = 200, body = RemarkOut)))]
#[post("/remarks/{id:[0-9A-Fa-f-]+}/accept")]
pub async fn accept_remark(ctx: Ctx, request: HttpRequest, id: web::Path<RemarkId>) -> Answer {
    let accepted =
        version::change(&ctx, &request, async |txn, version| service::accept(&ctx, txn, *id, version).await).await?;
    Ok(version::answer(accepted.remark.version, &RemarkOut::from(accepted.remark)))
}

/// Reject the answer to a remark
///
/// The remark is open again. Who may: the secretariat. Errors: `wrong_transition`, `reason_missing`.
#[utoipa::path(tag = "reviews", params(("id" = RemarkId, Path), IfMatch), request_body = RejectRemarkIn, responses((status = 200, body = RemarkOut)))]
#[post("/remarks/{id:[0-9A-Fa-f-]+}/reject")]
pub async fn reject_remark(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<RemarkId>,
    input: Json<RejectRemarkIn>,
) -> Answer {
    let rejected = version::change(&ctx, &request, async |txn, version| {
        service::reject(&ctx, txn, *id, version, &input.value.text).await
    })
    .await?;
    Ok(version::answer(rejected.remark.version, &RemarkOut::from(rejected.remark)))
}

/// Leave a remark for the next edition
///
/// It does not keep the deliverable from being accepted, and the next edition of the chapter begins with it. Who may: the
/// secretariat. Errors: `wrong_transition`.
#[utoipa::path(tag = "reviews", params(("id" = RemarkId, Path), IfMatch), responses((status = 200, body = RemarkOut)))]
#[post("/remarks/{id:[0-9A-Fa-f-]+}/carry")]
pub async fn carry_remark(ctx: Ctx, request: HttpRequest, id: web::Path<RemarkId>) -> Answer {
    let carried =
        version::change(&ctx, &request, async |txn, version| service::carry(&ctx, txn, *id, version).await).await?;
    Ok(version::answer(carried.remark.version, &RemarkOut::from(carried.remark)))
}

/// Ask another observatory to read a deliverable
///
/// Who may: the secretariat. Mails: *reading asked* to referent and deputy of the reader. Errors: `wrong_transition` once
/// the deliverable is accepted or waived, `unknown_value`, `reads_own`, `reading_open`, `day_in_past`.
#[utoipa::path(tag = "reviews", params(("id" = DeliverableId, Path), IdempotencyKey), request_body = AskReadingIn, responses((status = 201, body = ReadingOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/peer-readings")]
pub async fn ask_reading(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    input: Json<AskReadingIn>,
) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let made = service::ask_reading(&ctx, txn, *id, input.value.clone().into()).await?;
        let location = format!("/api/v1/peer-readings/{}", made.reading.id);
        Ok(Created { location, version: Some(made.reading.version), body: ReadingOut::from(made) })
    })
    .await
}

/// List the peer readings that are open
///
/// Those asked or accepted and not delivered, the earliest day first. Who may: secretariat and direction see all, an
/// observatory those it reads and those of its own deliverables, a body those of its observatories.
#[utoipa::path(tag = "reviews", responses((status = 200, body = OpenReadingsOut)))]
#[get("/peer-readings")]
pub async fn list_readings(ctx: Ctx) -> Answer {
    let items = service::list_open_readings(&ctx).await?.into_iter().map(ReadingOut::from).collect();
    Ok(HttpResponse::Ok().json(OpenReadingsOut { items }))
}

/// One peer reading
///
/// Who may: the reader, secretariat and direction, the author and its body.
#[utoipa::path(tag = "reviews", params(("id" = PeerReadingId, Path)), responses((status = 200, body = ReadingOut)))]
#[get("/peer-readings/{id:[0-9A-Fa-f-]+}")]
pub async fn show_reading(ctx: Ctx, id: web::Path<PeerReadingId>) -> Answer {
    let known = service::reading(&ctx, *id).await?;
    Ok(version::answer(known.reading.version, &ReadingOut::from(known)))
}

/// Accept a peer reading
///
/// From now on the reader may read the deliverable. Who may: the reader, the secretariat on its behalf. Errors:
/// `wrong_transition`.
#[utoipa::path(tag = "reviews", params(("id" = PeerReadingId, Path), IfMatch), responses((status = 200, body = ReadingOut)))]
#[post("/peer-readings/{id:[0-9A-Fa-f-]+}/accept")]
pub async fn accept_reading(ctx: Ctx, request: HttpRequest, id: web::Path<PeerReadingId>) -> Answer {
    let work = async |txn: &_, version| service::accept_reading(&ctx, txn, *id, version).await;
    let accepted = version::change(&ctx, &request, work).await?;
    Ok(version::answer(accepted.reading.version, &ReadingOut::from(accepted)))
}

/// Refuse a peer reading
///
/// No reason is asked. Who may: the reader, the secretariat on its behalf. Errors: `wrong_transition`.
#[utoipa::path(tag = "reviews", params(("id" = PeerReadingId, Path), IfMatch), responses((status = 200, body = ReadingOut)))]
#[post("/peer-readings/{id:[0-9A-Fa-f-]+}/refuse")]
pub async fn refuse_reading(ctx: Ctx, request: HttpRequest, id: web::Path<PeerReadingId>) -> Answer {
    let work = async |txn: &_, version| service::refuse_reading(&ctx, txn, *id, version).await;
    let refused = version::change(&ctx, &request, work).await?;
    Ok(version::answer(refused.reading.version, &ReadingOut::from(refused)))
}

/// Deliver a peer reading
///
/// Each remark becomes one on the deliverable; without any the reader has none. Who may: the reader, the secretariat on
/// its behalf. Mails: *reading delivered* to the secretariat, and to referent and deputy of the author. Errors:
/// `wrong_transition`, `too_many_remarks`.
#[utoipa::path(tag = "reviews", params(("id" = PeerReadingId, Path), IfMatch), request_body = DeliverReadingIn, responses((status = 200, body = ReadingOut)))]
#[post("/peer-readings/{id:[0-9A-Fa-f-]+}/deliver")]
pub async fn deliver_reading(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<PeerReadingId>,
    input: Json<DeliverReadingIn>,
) -> Answer {
    let delivered = version::change(&ctx, &request, async |txn, version| {
        service::deliver_reading(&ctx, txn, *id, version, input.value.clone().into()).await
    })
    .await?;
    Ok(version::answer(delivered.reading.version, &ReadingOut::from(delivered)))
}

/// Do without a peer reading
///
/// Who may: the secretariat. Errors: `wrong_transition`.
#[utoipa::path(tag = "reviews", params(("id" = PeerReadingId, Path), IfMatch), responses((status = 200, body = ReadingOut)))]
#[post("/peer-readings/{id:[0-9A-Fa-f-]+}/withdraw")]
pub async fn withdraw_reading(ctx: Ctx, request: HttpRequest, id: web::Path<PeerReadingId>) -> Answer {
    let work = async |txn: &_, version| service::withdraw_reading(&ctx, txn, *id, version).await;
    let withdrawn = version::change(&ctx, &request, work).await?;
    Ok(version::answer(withdrawn.reading.version, &ReadingOut::from(withdrawn)))
}
