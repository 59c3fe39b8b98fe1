//! Creating twice by accident: a caller who heard no answer sends the same POST again, and must not create a second thing.
//!
//! The caller names the request (`Idempotency-Key`). The answer is stored in the very transaction that creates the thing,
//! so either both are there or neither, whenever the process dies; a repetition gets the stored bytes. The same name for
//! another request is a mistake of the caller's and refused. Names live a day.

use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error, Result};
use crate::http::{Failure, version};
use crate::secret::sha256_hex;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use entity::{Instant, idempotent_request};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Serialize;

const HEADER: &str = "idempotency-key";

/// For the OpenAPI document: `params(IdempotencyKey)` on an operation that answers through [`once`].
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its description is used")]
pub struct IdempotencyKey {
    /// The caller's own name for this request, such as a UUID: sent again within a day, it gets the first answer again.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}

/// What a creating use case made.
pub struct Created<T> {
    /// The new thing's address, from the root: `/api/v1/designations/…`.
    pub location: String,
    /// Its version, if it has one.
    pub version: Option<i32>,
    /// What the caller is told about it.
    pub body: T,
}

/// Runs a creating use case in one transaction and answers 201; a repetition gets the first answer, byte for byte.
///
/// `digest` is the digest of the input ([`crate::http::json::Json::digest`], [`crate::http::multipart::Upload::digest`]).
/// A caller who sends no key, and one nobody knows, gets no such promise. A refused request is not remembered.
pub async fn once<T: Serialize>(
    ctx: &Ctx,
    request: &HttpRequest,
    digest: &str,
    work: impl AsyncFnOnce(&Txn) -> Result<Created<T>>,
) -> std::result::Result<HttpResponse, Failure> {
    let name = name(ctx, request, digest)?;
    let answer = ctx
        .write(async |txn| {
            if let Some(name) = &name
                && let Some(known) = known_answer(txn, name).await?
            {
                return Ok(known);
            }
            let answer = Answer::of(work(txn).await?)?;
            if let Some(name) = &name {
                remember(txn, name, &answer, ctx.now()).await?;
            }
            Ok(answer)
        })
        .await?;
    Ok(answer.respond())
}

/// Forgets what was answered before an instant; called by retention. Returns how many.
pub async fn forget(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    let old = idempotent_request::Column::CreatedAt.lt(Instant::from(before));
    Ok(idempotent_request::Entity::delete_many().filter(old).exec(txn).await?.rows_affected)
}

/// A request as its caller named it.
struct Name {
    caller: String,
    key: String,
    /// Of method, path and input: what must be the same for a repetition to be one.
    hash: String,
}

fn name(ctx: &Ctx, request: &HttpRequest, digest: &str) -> Result<Option<Name>> {
    let Some(key) = request.headers().get(HEADER) else { return Ok(None) };
    let key = key.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > 255 {
        return Err(Error::refused(Code::IdempotencyKeyInvalid));
    }
    let Some(caller) = ctx.actor.person_id() else { return Ok(None) };
    let hash = sha256_hex(format!("{} {} {digest}", request.method(), request.path()).as_bytes());
    Ok(Some(Name { caller: caller.to_string(), key: key.to_owned(), hash }))
}

struct Answer {
    location: String,
    etag: Option<String>,
    body: String,
}

impl Answer {
    fn of<T: Serialize>(created: Created<T>) -> Result<Self> {
        let body = serde_json::to_string(&created.body)
            .map_err(|error| Error::Internal(format!("an answer was not written: {error}")))?;
        Ok(Self { location: created.location, etag: created.version.map(version::tag), body })
    }

    fn respond(self) -> HttpResponse {
        let mut answer = HttpResponse::Created();
        answer.insert_header((LOCATION, self.location));
        if let Some(etag) = self.etag {
            answer.insert_header((ETAG, etag));
        }
        answer.content_type("application/json").body(self.body)
    }
}

async fn known_answer(connection: &impl ConnectionTrait, name: &Name) -> Result<Option<Answer>> {
    let id = (name.caller.clone(), name.key.clone());
    let Some(row) = idempotent_request::Entity::find_by_id(id).one(connection).await? else { return Ok(None) };
    if row.request_hash != name.hash {
        return Err(Error::refused(Code::IdempotencyKeyReused));
    }
    Ok(Some(Answer { location: row.location.unwrap_or_default(), etag: row.etag, body: row.body }))
}

async fn remember(txn: &Txn, name: &Name, answer: &Answer, now: DateTime<Utc>) -> Result<()> {
    let row = idempotent_request::Model {
        caller: name.caller.clone(),
        key: name.key.clone(),
        request_hash: name.hash.clone(),
        status: StatusCode::CREATED.as_u16().into(),
        location: Some(answer.location.clone()),
        etag: answer.etag.clone(),
        body: answer.body.clone(),
        created_at: Instant::from(now),
    };
    row.into_active_model().insert(txn).await?;
    Ok(())
}
