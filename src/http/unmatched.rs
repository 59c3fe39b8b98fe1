//! Requests without a route: 404, or 405 if only the method does not match.

use crate::error::Code;
use crate::http::{Failure, openapi, route};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

/// The service behind all others.
pub async fn unmatched(request: HttpRequest) -> HttpResponse {
    let Some(pattern) = request.resource_map().match_pattern(request.path()) else {
        return HttpResponse::from_error(Failure::of(Code::NotFound));
    };
    let mut answer = HttpResponse::from_error(Failure::of(Code::MethodNotAllowed));
    // An answer 405 must list the allowed methods (RFC 9110 §15.5.6).
    if let Ok(allowed) = HeaderValue::from_str(&allowed(&route::documented(&pattern), request.method())) {
        answer.headers_mut().insert(ALLOW, allowed);
    }
    answer
}

/// Returns the allowed methods: the documented ones for the API; for a page, GET or POST, whichever was not tried.
fn allowed(pattern: &str, tried: &Method) -> String {
    let documented = openapi::methods(pattern);
    if !documented.is_empty() {
        return documented.join(", ");
    }
    match *tried {
        Method::GET => "POST".to_owned(),
        Method::POST => "GET, HEAD".to_owned(),
        _ => "GET, HEAD, POST".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_method_lists_the_allowed_ones() {
        assert_eq!(allowed("/designations", &Method::POST), "GET, HEAD");
        assert_eq!(allowed("/sign-out", &Method::GET), "POST");
    }
}
