//! The public answers that one process keeps in memory; `shared.rs` decides which.

use crate::db::Generation;
use crate::error::Error;
use crate::http::Failure;
use crate::http::conditional::Validators;
use crate::secret::sha256_hex;
use crate::texts::Lang;
use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, LAST_MODIFIED, VARY,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// Most memory for kept answers, in bytes. The least used ones beyond it are forgotten.
const ROOM: u64 = 16 * 1024 * 1024;
/// Number of answers for which the store is laid out; not a limit.
const EXPECTED: usize = 500;
/// Headers of a request on which a shared answer depends; other caches tell readers with a key apart by them.
const DEPENDS_ON: &str = "Accept, Accept-Encoding, Accept-Language, Authorization, Cookie";
/// The answer may be kept by its reader and is asked for again each time.
const ASK_AGAIN: &str = "no-cache";

/// The facts on which a shared answer depends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) generation: Generation,
    /// Unix time in whole seconds, because a release is late from its instant on.
    pub(super) second: i64,
    pub(super) lang: Lang,
    /// Path and query.
    pub(super) address: String,
    pub(super) accept: String,
    pub(super) accept_encoding: String,
    /// Notices at the top of a page.
    pub(super) notices: (bool, bool),
}

/// An answer with its bytes as sent.
pub(super) struct Kept {
    headers: HeaderMap,
    validators: Option<Validators>,
    body: Bytes,
}

#[derive(Clone)]
pub(super) struct Weight;

impl Weighter<Key, Arc<Kept>> for Weight {
    fn weight(&self, key: &Key, kept: &Arc<Kept>) -> u64 {
        let bytes = key.address.len() + key.accept.len() + key.accept_encoding.len() + kept.body.len();
        u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(1000)
    }
}

/// The kept answers of one process.
pub struct Answers(pub(super) Cache<Key, Arc<Kept>, Weight>);

impl Default for Answers {
    fn default() -> Self {
        Self(Cache::with_weighter(EXPECTED, ROOM, Weight))
    }
}

impl Kept {
    /// Keeps an answer. One without a tag gets the hash of its bytes; a tag of its own is the version of a record,
    /// which does not identify the bytes. An answer with caching rules of its own, such as a feed, is the same for
    /// every reader.
    pub(super) async fn of(built: HttpResponse<impl MessageBody + 'static>) -> Result<Self, actix_web::Error> {
        let (head, body) = built.into_parts();
        let body = to_bytes(body).await.map_err(|_| Failure(Error::Internal("an answer was cut off".into())))?;
        let mut headers = head.headers().clone();
        let mut depends_on = HeaderValue::from_static("Accept-Encoding");
        if !headers.contains_key(CACHE_CONTROL) {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static(ASK_AGAIN));
            depends_on = HeaderValue::from_static(DEPENDS_ON);
        }
        headers.insert(VARY, depends_on);
        let validators = (!headers.contains_key(ETAG)).then(|| Validators {
            tag: sha256_hex(&body),
            modified: headers.get(LAST_MODIFIED).and_then(Validators::instant_of),
        });
        Ok(Self { headers, validators, body })
    }

    /// Answers one reader: 304 if the reader has these bytes.
    pub(super) fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let held = self.validators.as_ref().and_then(|validators| validators.held_by(request));
        let mut answer = HttpResponse::new(if held.is_some() { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
        for (name, value) in &self.headers {
            answer.headers_mut().append(name.clone(), value.clone());
        }
        if let Some(validators) = &self.validators {
            answer.headers_mut().insert(ETAG, validators.header(held.as_deref()));
        }
        if held.is_none() {
            return answer.set_body(BoxBody::new(self.body.clone()));
        }
        for of_the_body in [CONTENT_TYPE, CONTENT_ENCODING] {
            answer.headers_mut().remove(of_the_body);
        }
        answer
    }
}
