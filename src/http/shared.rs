//! Public answers, built once for all readers without a key.
//!
//! An answer of [`SHARED`] depends on the address, the language, the second and the data only, so it is kept in memory
//! with its compressed bytes and a strong tag (RFC 9110 §8.8.3), and a reader who has it gets 304. Its key contains the
//! generation of the data ([`Generation`](crate::db::Generation)): a change makes all answers new, and nothing is ever out of date. Readers who
//! ask for the same answer at the same time wait for one. A reader with a key gets an answer of their own.

use crate::auth::extract::session_key;
use crate::error::Error;
use crate::http::Failure;
use crate::http::answers::{Kept, Key};
use crate::http::cookies::FLASH;
use crate::http::request::Facts;
use crate::http::route::Pattern;
use crate::http::site::Site;
use crate::texts::Lang;
use actix_web::HttpMessage as _;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HeaderName, HeaderValue, SET_COOKIE};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use std::sync::Arc;

/// Patterns of the public pages, feeds and operations.
pub const SHARED: &[&str] = &[
    "/",
    "/about",
    "/api",
    "/calendar",
    "/calendar.atom",
    "/calendar.csv",
    "/calendar.ics",
    "/calendar.json",
    "/calendar.schema.json",
    "/calendar/changes",
    "/calendar/subscribe",
    "/catalogue.jsonld",
    "/catalogue.ttl",
    "/network",
    "/network/bodies/{code}",
    "/network/observatories/{code}",
    "/privacy",
    "/products",
    "/products/{code}",
    "/rilasci/{slug}",
    "/rilasci/{slug}/event.jsonld",
    "/sitemap.xml",
    "/api/v1/agreement",
    "/api/v1/bodies",
    "/api/v1/bodies/{code}",
    "/api/v1/observatories",
    "/api/v1/observatories/{code}",
    "/api/v1/territories/{code}/working-days",
    "/api/v1/products",
    "/api/v1/products/{code}",
    "/api/v1/releases",
    "/api/v1/releases/{id}",
    "/api/v1/territories",
];
/// Longest address and longest header of a shared answer, in bytes; a request with a longer one gets its own answer.
const LONGEST: usize = 500;

/// The layer; `app.rs` puts it around the compressing one, so that answers are kept compressed.
pub async fn shared<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(site) = request.app_data::<Data<Site>>().cloned() else {
        return Err(Failure(Error::Internal("the application was built without its site".into())).into());
    };
    let Some(asked) = Asked::of(&request) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let key = match asked.key(&site).await {
        Ok(key) => key,
        Err(error) => return Ok(request.error_response(Failure(error))),
    };
    let guard = match site.answers.0.get_value_or_guard_async(&key).await {
        Ok(kept) => {
            let answer = kept.answer(request.request());
            return Ok(request.into_response(answer));
        }
        Err(guard) => guard,
    };
    // The answer recalls facts of this generation, without a look at the clock for each.
    request.extensions_mut().insert(key.generation);
    let (request, built) = next.call(request).await?.into_parts();
    if built.status() != StatusCode::OK || built.headers().contains_key(SET_COOKIE) {
        return Ok(ServiceResponse::new(request, built.map_into_boxed_body()));
    }
    let kept = Arc::new(Kept::of(built).await?);
    // Data that changed while the answer was built belong to another generation.
    if asked.key(&site).await.is_ok_and(|now| now.generation == key.generation) {
        let _ = guard.insert(Arc::clone(&kept));
    }
    let answer = kept.answer(&request);
    Ok(ServiceResponse::new(request, answer))
}

/// A request for a shared answer.
struct Asked {
    address: String,
    lang: Lang,
    accept: String,
    accept_encoding: String,
}

impl Asked {
    /// Returns the request for a shared answer; `None` if the answer is the reader's own.
    fn of(request: &ServiceRequest) -> Option<Self> {
        let pattern = Pattern::of(request.request())?;
        let is_shared = *request.method() == Method::GET && SHARED.contains(&&*pattern);
        let has_key = request.headers().contains_key(AUTHORIZATION)
            || session_key(request.request()).is_some()
            || FLASH.read(request.request()).is_some();
        if !is_shared || has_key {
            return None;
        }
        let short = |text: &str| (text.len() <= LONGEST).then(|| text.to_owned());
        let header = |name: HeaderName| {
            let value = request.headers().get(name).map_or(Ok(""), HeaderValue::to_str);
            value.ok().and_then(short)
        };
        Some(Self {
            address: request.uri().path_and_query().and_then(|address| short(address.as_str()))?,
            lang: Facts::of(request.request()).lang,
            accept: header(ACCEPT)?,
            accept_encoding: header(ACCEPT_ENCODING)?,
        })
    }

    async fn key(&self, site: &Site) -> Result<Key, Error> {
        let Self { address, lang, accept, accept_encoding } = self;
        Ok(Key {
            generation: site.services.db.changes().now().await?,
            second: site.services.clock.now().timestamp(),
            lang: *lang,
            address: address.clone(),
            accept: accept.clone(),
            accept_encoding: accept_encoding.clone(),
            notices: site.notices.shown(),
        })
    }
}
