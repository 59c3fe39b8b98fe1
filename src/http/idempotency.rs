//! Protection against accidental repetitions: a caller who got no answer sends the same POST again, which must not
//! create a second thing.
//!
//! The caller names the request (`Idempotency-Key`). The answer is stored in the transaction that creates the thing, so
//! that both exist or neither. A repetition gets the stored bytes. The same key with a different request is refused as
//! a mistake of the caller. Keys are kept for a day.
//!
//! A page's form is identified by its token (`csrf.rs`), which differs in every answer, together with its values: sent
//! twice it redirects to the same page twice, and a changed form is another request.

use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error, Result};
use crate::http::page::{NextFlash, see_other};
use crate::http::{Failure, csrf, version};
use crate::secret::sha256_hex;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use entity::{Instant, idempotent_request};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Serialize;

const HEADER: &str = "idempotency-key";

/// Parameter for the OpenAPI document: `params(IdempotencyKey)` on an operation that answers through [`once`].
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its description is used")]
pub struct IdempotencyKey {
    /// The caller's own name for this request, such as a UUID: sent again within a day, it gets the first answer again.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}

/// Result of a creating use case.
pub struct Created<T> {
    /// Address of the new thing, from the root: `/api/v1/designations/…`.
    pub location: String,
    /// Version of the new thing, if it has one.
    pub version: Option<i32>,
    /// Body of the answer.
    pub body: T,
}

/// Runs a creating use case in one transaction and answers 201; a repetition gets the first answer, byte for byte.
///
/// `digest` is the digest of the input ([`crate::http::json::Json::digest`],
/// [`crate::http::multipart::Upload::digest`]). There is no replay protection without a key or for an anonymous caller.
/// A refusal is not stored.
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
                remember(txn, name, StatusCode::CREATED, &answer, ctx.now()).await?;
            }
            Ok(answer)
        })
        .await?;
    Ok(answer.respond())
}

/// One submission of a page's form, identified for repetitions.
#[derive(Clone, Debug)]
pub struct Press {
    key: String,
    hash: String,
}

impl Press {
    /// Identifies the submission of these fields; `file` is the digest of the file sent with them.
    pub(super) fn of(request: &HttpRequest, fields: &[(String, String)], file: &str) -> Self {
        let (token, typed): (Vec<_>, Vec<_>) = fields.iter().partition(|(name, _)| name == csrf::FIELD);
        let token = token.first().map_or("", |(_, token)| token);
        let typed = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(typed).finish();
        let hash = hash(request, &format!("{typed} {file}"));
        Self { key: sha256_hex(format!("{token} {hash}").as_bytes()), hash }
    }

    /// Returns the name of this submission, 64 hexadecimal digits that only a client with the form can know.
    pub fn name(&self) -> &str {
        &self.key
    }
}

/// Runs a form's use case in one transaction and redirects. The same form sent again by the same person gets the same
/// redirect, and nothing happens. A refusal is not stored.
pub async fn lead_once(
    ctx: &Ctx,
    press: &Press,
    work: impl AsyncFnOnce(&Txn) -> Result<HttpResponse>,
) -> Result<HttpResponse> {
    let name = ctx.actor.person_id().map(|caller| {
        let Press { key, hash } = press.clone();
        Name { caller: caller.to_string(), key: format!("form {key}"), hash }
    });
    ctx.write(async |txn| {
        let Some(name) = &name else { return work(txn).await };
        if let Some(known) = known_answer(txn, name).await? {
            return Ok(known.lead());
        }
        let led = work(txn).await?;
        remember(txn, name, led.status(), &Answer::of_lead(&led), ctx.now()).await?;
        Ok(led)
    })
    .await
}

/// Removes answers older than `before`; called by retention. Returns their number.
pub async fn forget(txn: &Txn, before: DateTime<Utc>) -> Result<u64> {
    let old = idempotent_request::Column::CreatedAt.lt(Instant::from(before));
    Ok(idempotent_request::Entity::delete_many().filter(old).exec(txn).await?.rows_affected)
}

/// A request as its caller named it.
struct Name {
    caller: String,
    key: String,
    /// Hash of method, path and input, which must be equal in a repetition.
    hash: String,
}

fn name(ctx: &Ctx, request: &HttpRequest, digest: &str) -> Result<Option<Name>> {
    let Some(key) = request.headers().get(HEADER) else { return Ok(None) };
    let key = key.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > 255 {
        return Err(Error::refused(Code::IdempotencyKeyInvalid));
    }
    let Some(caller) = ctx.actor.person_id() else { return Ok(None) };
    let hash = hash(request, digest);
    Ok(Some(Name { caller: caller.to_string(), key: key.to_owned(), hash }))
}

fn hash(request: &HttpRequest, digest: &str) -> String {
    sha256_hex(format!("{} {} {digest}", request.method(), request.path()).as_bytes())
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

    /// Stores the redirect of a form; the body is the message for the next page.
    fn of_lead(led: &HttpResponse) -> Self {
        let location = led.headers().get(LOCATION).and_then(|path| path.to_str().ok()).unwrap_or_default();
        let said = led.extensions().get::<NextFlash>().map(|NextFlash(said)| said.clone()).unwrap_or_default();
        Self { location: location.to_owned(), etag: None, body: said }
    }

    fn lead(self) -> HttpResponse {
        let mut answer = see_other(&self.location);
        if !self.body.is_empty() {
            answer.extensions_mut().insert(NextFlash(self.body));
        }
        answer
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

async fn remember(txn: &Txn, name: &Name, status: StatusCode, answer: &Answer, now: DateTime<Utc>) -> Result<()> {
    let row = idempotent_request::Model {
        caller: name.caller.clone(),
        key: name.key.clone(),
        request_hash: name.hash.clone(),
        status: status.as_u16().into(),
        location: Some(answer.location.clone()),
        etag: answer.etag.clone(),
        body: answer.body.clone(),
        created_at: Instant::from(now),
    };
    row.into_active_model().insert(txn).await?;
    Ok(())
}
