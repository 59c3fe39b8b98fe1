//! The catalogue over REST. Reading is open to everybody.

mod wire;

use super::model::{Product, Sheet, StepIn};
use super::policy::Action;
use super::questions::Catalogue;
use super::service;
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::designations::api::{DocumentIn, DocumentOut};
use crate::error::{Code, Error};
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::{Json, MergePatch};
use crate::http::multipart::Upload;
use crate::http::paging::{Page, Paging};
use crate::http::version::{self, IfMatch};
use crate::http::{Answer, download};
use actix_web::{HttpRequest, HttpResponse, get, patch, post, put, web};
use entity::ids::DocumentId;
use wire::{CreateProductIn, ProductDossierOut, ProductOut, ProductPatch, PublishSheetIn, SheetOut, StepsIn};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(list_products)
        .service(create_product)
        .service(upload_sheet_document)
        .service(show_product)
        .service(change_product)
        .service(retire_product)
        .service(reinstate_product)
        .service(replace_steps)
        .service(publish_sheet)
        .service(show_sheet_document);
}

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("list_products", Right::Anybody),
    ("create_product", Right::Ever(Action::Create)),
    ("upload_sheet_document", Right::Ever(Action::PublishSheet)),
    ("show_product", Right::Anybody),
    ("change_product", Right::Ever(Action::Edit)),
    ("retire_product", Right::Ever(Action::Retire)),
    ("reinstate_product", Right::Ever(Action::Retire)),
    ("replace_steps", Right::Ever(Action::ChangeSteps)),
    ("publish_sheet", Right::Ever(Action::PublishSheet)),
    ("show_sheet_document", Right::Anybody),
];

/// The catalogue of products
///
/// Retired ones too. Who may: everybody.
#[utoipa::path(tag = "catalogue", params(Paging), responses((status = 200, body = Page<ProductOut>)))]
#[get("/products")]
pub async fn list_products(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>) -> Answer {
    let limit = paging.limit()?;
    let after: Option<String> = paging.after()?;
    let all = ctx.recall(&Catalogue).await?;
    let rest = all.iter().filter(|one| after.as_ref().is_none_or(|code| one.code > *code)).cloned();
    let page = Page::cut(&ctx, &request, limit, rest.collect(), |last: &Product| last.code.clone())?;
    Ok(HttpResponse::Ok().json(page.map(ProductOut::from)))
}

/// Create a product
///
/// Its steps are entered afterwards. Who may: the secretariat. Mails: none. Errors: `code_taken`, `code_malformed`,
/// `not_an_observatory`, `contributors_missing`, `not_an_address`.
#[utoipa::path(tag = "catalogue", params(IdempotencyKey), request_body = CreateProductIn, responses((status = 201, body = ProductOut)))]
#[post("/products")]
pub async fn create_product(ctx: Ctx, request: HttpRequest, input: Json<CreateProductIn>) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let (code, details) = input.value.clone().split();
        let created = service::create(&ctx, txn, &code, details).await?;
        let location = format!("/api/v1/products/{}", created.code);
        Ok(Created { location, version: Some(created.version), body: ProductOut::from(created) })
    })
    .await
}

/// Upload a file with a methodology sheet
///
/// PDF, signed envelope (`.p7m`, in DER, base64 or PEM), PNG, JPEG or TIFF; stored with its SHA-256. A file that no
/// sheet names is deleted after a day. Who may: the secretariat. Errors: `document_empty`, `document_too_large`,
/// `document_type_refused`, `document_type_mismatch`; `documents_quota` once the body has reached its limit for the day.
#[utoipa::path(tag = "catalogue", request_body(content_type = "multipart/form-data", content = DocumentIn), responses((status = 201, body = DocumentOut)))]
#[post("/products/documents")]
pub async fn upload_sheet_document(ctx: Ctx, upload: Upload) -> Answer {
    let file = upload.file.ok_or_else(|| Error::field("document", Code::Required))?;
    let document = service::keep_document(&ctx, &file.name, file.content()?.clone()).await?;
    Ok(HttpResponse::Created().json(DocumentOut::from(document)))
}

/// One product with the steps behind its releases and the versions of its methodology sheet
///
/// Who may: everybody.
#[utoipa::path(tag = "catalogue", params(("code" = String, Path, max_length = 60)), responses((status = 200, body = ProductDossierOut)))]
#[get("/products/{code}")]
pub async fn show_product(ctx: Ctx, code: web::Path<String>) -> Answer {
    let product = service::product(ctx.reader(), &code).await?;
    let sheets = service::sheets(ctx.reader(), product.id).await?;
    let documents = service::documents_of(ctx.reader(), &sheets).await?;
    let sheets = sheets.into_iter().map(|sheet| SheetOut::of(sheet, &documents)).collect();
    let version = product.version;
    Ok(version::answer(version, &ProductDossierOut { product: ProductOut::from(product), sheets }))
}

/// Edit a product
///
/// What happens: releases that are not confirmed yet are owed by the contributors of the edited product; confirmed ones
/// keep their contributions. Its code stays. Who may: the secretariat. Mails: none. Errors: `not_an_observatory`,
/// `contributors_missing`, `not_an_address`.
#[utoipa::path(tag = "catalogue", params(("code" = String, Path, max_length = 60), IfMatch), request_body(content = ProductPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = ProductOut)))]
#[patch("/products/{code}")]
pub async fn change_product(
    ctx: Ctx,
    request: HttpRequest,
    code: web::Path<String>,
    input: MergePatch<ProductPatch>,
) -> Answer {
    let edit =
        async |txn: &_, version| service::edit(&ctx, txn, &code, version, |present| input.0.apply(present)).await;
    Ok(answer(version::change(&ctx, &request, edit).await?))
}

/// Retire a product
///
/// What happens: no release of it can be planned any more; its releases stay. A retired product stays as it is. Who may: the
/// secretariat. Mails: none.
#[utoipa::path(tag = "catalogue", params(("code" = String, Path, max_length = 60), IfMatch), responses((status = 200, body = ProductOut)))]
#[post("/products/{code}/retire")]
pub async fn retire_product(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    let retire = async |txn: &_, version| service::retire(&ctx, txn, &code, version).await;
    Ok(answer(version::change(&ctx, &request, retire).await?))
}

/// Take a retired product into use again
///
/// A product in use stays as it is. Who may: the secretariat. Mails: none.
#[utoipa::path(tag = "catalogue", params(("code" = String, Path, max_length = 60), IfMatch), responses((status = 200, body = ProductOut)))]
#[post("/products/{code}/reinstate")]
pub async fn reinstate_product(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    let reinstate = async |txn: &_, version| service::reinstate(&ctx, txn, &code, version).await;
    Ok(answer(version::change(&ctx, &request, reinstate).await?))
}

/// Replace the steps of a product
///
/// What happens: a release that is confirmed later gets the new steps; confirmed ones keep their tasks with their days.
/// Who may: the secretariat. Mails: none. Errors: `code_taken`, `code_malformed`, `step_needed`, `circular_dependency`,
/// `unknown_value`, `out_of_range`.
#[utoipa::path(tag = "catalogue", params(("code" = String, Path, max_length = 60), IfMatch), request_body = StepsIn, responses((status = 200, body = ProductOut)))]
#[put("/products/{code}/steps")]
pub async fn replace_steps(ctx: Ctx, request: HttpRequest, code: web::Path<String>, input: Json<StepsIn>) -> Answer {
    let steps: Vec<StepIn> = input.value.steps.into_iter().map(StepIn::from).collect();
    let replace = async |txn: &_, version| service::replace_steps(&ctx, txn, &code, version, &steps).await;
    Ok(answer(version::change(&ctx, &request, replace).await?))
}

/// Publish a version of the methodology sheet of a product
///
/// What happens: it is in force for the releases from its period on. No version is ever changed; a correction is the
/// next one. Who may: the secretariat. Mails: none. Errors: `period_of_another_kind`, `unknown_value`, `out_of_range`
/// for too many lists.
#[utoipa::path(tag = "catalogue", params(("code" = String, Path, max_length = 60), IdempotencyKey), request_body = PublishSheetIn, responses((status = 201, body = SheetOut)))]
#[post("/products/{code}/sheets")]
pub async fn publish_sheet(
    ctx: Ctx,
    request: HttpRequest,
    code: web::Path<String>,
    input: Json<PublishSheetIn>,
) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let input = input.value.clone().try_into()?;
        let (product, sheet): (Product, Sheet) = service::publish_sheet(&ctx, txn, &code, input).await?;
        let documents = service::documents_of(txn, std::slice::from_ref(&sheet)).await?;
        let location = format!("/api/v1/products/{}", product.code);
        Ok(Created { location, version: None, body: SheetOut::of(sheet, &documents) })
    })
    .await
}

/// The document of a version of a methodology sheet
///
/// Who may: everybody.
#[utoipa::path(tag = "catalogue", params(("code" = String, Path, max_length = 60), ("sheet_document_id" = DocumentId, Path)), responses((status = 200, content_type = "application/octet-stream", body = String)))]
#[get("/products/{code}/documents/{sheet_document_id:[0-9A-Fa-f-]+}")]
pub async fn show_sheet_document(ctx: Ctx, path: web::Path<(String, DocumentId)>) -> Answer {
    let (code, id) = path.into_inner();
    Ok(download::document(service::open_document(&ctx, &code, id).await?))
}

fn answer(product: Product) -> HttpResponse {
    version::answer(product.version, &ProductOut::from(product))
}
