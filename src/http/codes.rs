//! The one table of statuses: each code of `error.rs` and what HTTP calls it. Exhaustive, so a new code asks for its
//! status at compile time.

use crate::error::Code;
use actix_web::http::StatusCode;

/// The status a code answers with.
///
/// 400 is for what cannot be read, 422 for what can be read and is wrong, 409 for what the present state forbids
/// (RFC 9110 §15.5; `ModI` `RAC_REST_NAME_008`).
pub const fn status(code: Code) -> StatusCode {
    match code {
        Code::BadRequest
        | Code::MalformedBody
        | Code::NestingTooDeep
        | Code::CursorUnknown
        | Code::IdempotencyKeyInvalid => StatusCode::BAD_REQUEST,

        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Denied | Code::CrossSiteRequest => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Code::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
        Code::LinkUnusable => StatusCode::GONE,
        Code::Stale => StatusCode::PRECONDITION_FAILED,
        Code::BodyTooLarge | Code::DocumentTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::VersionMissing => StatusCode::PRECONDITION_REQUIRED,
        Code::TooManyRequests | Code::DocumentsQuota => StatusCode::TOO_MANY_REQUESTS,

        // Of another sign-in than the present one: no matter of rights.
        Code::FormExpired
        | Code::SeatHeld
        | Code::AlreadyInSeat
        | Code::AlreadyEnded
        | Code::EndsAlready
        | Code::UnavailabilityOverlaps
        | Code::AddressTaken
        | Code::MailboxTaken
        | Code::TooManyTokens
        | Code::LastSecretariat
        | Code::NobodyToAsk
        | Code::WrongTransition
        | Code::ReleaseExists
        | Code::MeetingNotBegun
        | Code::QuorumMissing => StatusCode::CONFLICT,

        Code::IdempotencyKeyReused
        | Code::UnexpectedShape
        | Code::Invalid
        | Code::Required
        | Code::TooLong
        | Code::NotAnAddress
        | Code::NotADay
        | Code::NotAnHour
        | Code::UnknownValue
        | Code::OneOfTwo
        | Code::PersonMissing
        | Code::OutOfRange
        | Code::DaysOutOfRange
        | Code::NotAUrl
        | Code::UnseenCharacters
        | Code::SeatUnknown
        | Code::EndBeforeStart
        | Code::ActAfterEffect
        | Code::ActInFuture
        | Code::CommunicatedInFuture
        | Code::SignedInFuture
        | Code::ReplacesNobody
        | Code::DocumentTypeMismatch
        | Code::DocumentTypeRefused
        | Code::DocumentEmpty
        | Code::UnavailabilityOutside
        | Code::ReasonMissing
        | Code::NonWorkingDay
        | Code::NotPrecise
        | Code::PeriodOfAnotherKind
        | Code::HourOutOfPlace
        | Code::ObservatoryMissing
        | Code::ObservatoryOutOfPlace
        | Code::DayInPast
        | Code::PeriodNotBegun
        | Code::HourSkipped
        | Code::NothingChanges
        | Code::NoticeTooShort
        | Code::QuorumLost
        | Code::AgendaEmpty
        | Code::EndsBeforeStarts
        | Code::PlaceMissing
        | Code::TableOfAllParties
        | Code::HostNotAllowed
        | Code::AddressOfAFile => StatusCode::UNPROCESSABLE_ENTITY,

        Code::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Code::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The code of a status that the framework set before any of our code ran.
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
    fn every_code_answers_with_an_error_status_and_ours_alone_with_500() {
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
