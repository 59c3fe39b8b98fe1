//! Compression of answers of 1 KiB and more. A layer inside the compressing one marks smaller answers as `identity`,
//! which the compressing layer leaves alone; `edge` removes the mark.
//!
//! Pages contain a secret, the form token, beside text that a caller may choose. The token differs in every answer
//! (`csrf.rs`), so the compressed length reveals nothing about it.

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_ENCODING, HeaderValue};
use actix_web::middleware::Next;

/// Smallest body that is compressed, in bytes.
const WORTH_IT: u64 = 1024;

/// Layer that excludes small answers from compression.
pub async fn spare_small_answers<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut answer = next.call(request).await?;
    let is_small = matches!(answer.response().body().size(), BodySize::Sized(length) if length < WORTH_IT);
    if is_small && !answer.headers().contains_key(CONTENT_ENCODING) {
        answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("identity"));
    }
    Ok(answer)
}
