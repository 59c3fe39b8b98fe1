//! Converts the status of a refusal to HTTP, and a status set by the framework to a code.

use crate::error::{Code, Status};
use actix_web::http::StatusCode;

/// Returns the HTTP status that a code answers.
pub const fn status(code: Code) -> StatusCode {
    match code.status() {
        Status::BadRequest => StatusCode::BAD_REQUEST,
        Status::Unauthorized => StatusCode::UNAUTHORIZED,
        Status::Forbidden => StatusCode::FORBIDDEN,
        Status::NotFound => StatusCode::NOT_FOUND,
        Status::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Status::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Status::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        Status::Conflict => StatusCode::CONFLICT,
        Status::Gone => StatusCode::GONE,
        Status::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Status::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Status::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Status::UnprocessableEntity => StatusCode::UNPROCESSABLE_ENTITY,
        Status::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Status::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Status::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
        Status::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        Status::InsufficientStorage => StatusCode::INSUFFICIENT_STORAGE,
    }
}

/// Returns the code of a status that the framework set before a handler ran.
pub fn of_status(status: StatusCode) -> Code {
    match status {
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::Denied,
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::NOT_ACCEPTABLE => Code::NotAcceptable,
        StatusCode::REQUEST_TIMEOUT => Code::BodyTooSlow,
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        StatusCode::TOO_MANY_REQUESTS => Code::TooManyRequests,
        StatusCode::SERVICE_UNAVAILABLE => Code::Busy,
        _ if status.as_u16() >= 500 => Code::Internal,
        _ => Code::BadRequest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_an_error_status_and_only_internal_errors_have_500() {
        for &code in Code::ALL {
            let status = status(code);
            assert!(status.is_client_error() || status.is_server_error(), "{code:?} answers {status}");
            assert_eq!(status == StatusCode::INTERNAL_SERVER_ERROR, code == Code::Internal, "{code:?}");
        }
    }

    #[test]
    fn a_status_of_the_framework_keeps_its_number() {
        for number in [401, 403, 404, 405, 406, 408, 413, 415, 429, 503] {
            let given = StatusCode::from_u16(number).expect("a status");
            assert_eq!(status(of_status(given)), given);
        }
    }
}
