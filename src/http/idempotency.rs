//! Creating twice by accident: a caller who heard no answer sends the same POST again, and must not create a second thing.
//!
//! The caller names the request (`Idempotency-Key`). The answer is stored in the very transaction that creates the thing,
//! so either both are there or neither, whenever the process dies; a repetition gets the stored bytes. The same name for
//! another request is a mistake of the caller's and refused. Names live a day.
//!
//! A page's form is named by the token it carries (`csrf.rs`), which is different in every answer, together with what was
//! typed: sent twice it leads twice to the same place, and a form that was altered in between is another request.

use crate::ctx::Ctx;
use crate::db::{StoreError, Txn, delete_some};
use crate::error::{Code, Error, Result};
use crate::http::page::{NextFlash, see_other};
use crate::http::{Failure, csrf, version};
use crate::secret::sha256_hex;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use entity::{Instant, idempotent_request};
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel};
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
                remember(txn, name, StatusCode::CREATED, &answer, ctx.now()).await?;
            }
            Ok(answer)
        })
        .await?;
    Ok(answer.respond())
}

/// One sending of a page's form, as its repetition can be known.
#[derive(Clone, Debug)]
pub struct Press {
    key: String,
    hash: String,
}

impl Press {
    /// The press that sent these fields; `file` is the digest of what came with them.
    pub(super) fn of(request: &HttpRequest, fields: &[(String, String)], file: &str) -> Self {
        let (token, typed): (Vec<_>, Vec<_>) = fields.iter().partition(|(name, _)| name == csrf::FIELD);
        let token = token.first().map_or("", |(_, token)| token);
        let typed = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(typed).finish();
        let hash = hash(request, &format!("{typed} {file}"));
        Self { key: sha256_hex(format!("{token} {hash}").as_bytes()), hash }
    }

    /// The name of this press, which nobody can know who has not got the form: 64 hexadecimal digits.
    pub fn name(&self) -> &str {
        &self.key
    }
}

/// Runs what a form asks for in one transaction and leads on; the same form sent again by the same person leads where it
/// led the first time, and does nothing. A refused form is not remembered.
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

/// Forgets at most so many of the answers given before an instant; returns how many it forgot.
pub async fn forget(txn: &Txn, before: DateTime<Utc>, limit: u64) -> std::result::Result<u64, StoreError> {
    let old = Condition::all().add(idempotent_request::Column::CreatedAt.lt(Instant::from(before)));
    delete_some::<idempotent_request::Entity>(txn, old, limit).await
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

    /// Where a form led; its body is the message for the next page.
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
