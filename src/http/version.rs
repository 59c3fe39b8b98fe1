//! Versions of resources: sent as a strong `ETag`, required as `If-Match` (RFC 9110 §13.1.1), so that a change cannot
//! overwrite another one that its caller has not seen.

use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error};
use crate::http::Failure;
use crate::http::conditional::content_of;
use actix_web::HttpRequest;
use actix_web::http::header::{self, ETAG, EntityTag, Header, HeaderName, IF_MATCH};

/// Parameter for the OpenAPI document: `params(IfMatch)` on an operation that calls [`if_match`]. The answers 412 and
/// 428 follow.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its description is used")]
pub struct IfMatch {
    /// The `ETag` of the version read before; of several, the newest counts.
    #[param(
        rename = "If-Match",
        max_length = 400,
        pattern = r#"^"v[0-9]+(-[a-z]+)?"(, *"v[0-9]+(-[a-z]+)?")*$"#,
        example = "\"v3\""
    )]
    if_match: String,
}

/// Returns the version that the caller has seen. [`Code::VersionMissing`] (428) if none is named; `*` names none,
/// because it means any version. [`Code::Stale`] (412) for an unknown tag.
///
/// Of several tags the newest version counts, because versions only grow, so that no older tag can be the present one.
pub fn if_match(request: &HttpRequest) -> Result<i32, Error> {
    let missing = || Error::refused(Code::VersionMissing);
    let said = request.headers().get(IF_MATCH).ok_or_else(missing)?;
    match header::IfMatch::parse(request) {
        Ok(header::IfMatch::Items(tags)) if !said.is_empty() => {
            tags.iter().filter_map(version_of).max().ok_or(Error::Stale)
        }
        Ok(header::IfMatch::Items(_) | header::IfMatch::Any) => Err(missing()),
        Err(_) => Err(Error::Stale),
    }
}

/// Returns the version of a tag; `None` for a weak one, which is not allowed for a change (RFC 9110 §13.1.1), and for
/// an unknown form.
fn version_of(tag: &EntityTag) -> Option<i32> {
    let strong = (!tag.weak).then(|| content_of(tag.tag()))?;
    strong.strip_prefix('v')?.parse().ok()
}

/// Changes a resource at the version that the caller has seen, in one transaction; `work` gets that version.
pub async fn change<T>(
    ctx: &Ctx,
    request: &HttpRequest,
    work: impl AsyncFnOnce(&Txn, i32) -> Result<T, Error>,
) -> Result<T, Failure> {
    let version = if_match(request)?;
    Ok(ctx.write(async |txn| work(txn, version).await).await?)
}

/// The tag of a version: `"v3"`.
pub fn tag(version: i32) -> String {
    format!("\"v{version}\"")
}

/// The header for an answer: `HttpResponse::Ok().insert_header(version::etag(release.version))`.
pub fn etag(version: i32) -> (HeaderName, String) {
    (ETAG, tag(version))
}

/// Answers with a resource and its version.
pub fn answer(version: i32, body: &impl serde::Serialize) -> actix_web::HttpResponse {
    actix_web::HttpResponse::Ok().insert_header(etag(version)).json(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn named(tag: &str) -> Result<i32, Code> {
        let request = TestRequest::default().insert_header((IF_MATCH, tag)).to_http_request();
        if_match(&request).map_err(|error| error.code())
    }

    #[test]
    fn a_tag_comes_back_as_its_version() {
        assert_eq!(named(&tag(7)), Ok(7));
    }

    #[test]
    fn of_a_list_the_newest_version_counts_and_a_coding_is_the_same_version() {
        for (list, version) in [
            ("\"v7\", \"v8\"", 8),
            ("\"v8\",\"v7\"", 8),
            ("W/\"v9\", \"v8\"", 8),
            ("\"v8\", \"other\"", 8),
            ("\"v8-gzip\"", 8),
        ] {
            assert_eq!(named(list), Ok(version), "{list}");
        }
    }

    #[test]
    fn a_change_without_a_version_is_refused() {
        assert_eq!(
            if_match(&TestRequest::default().to_http_request()).map_err(|error| error.code()),
            Err(Code::VersionMissing)
        );
        assert_eq!(named("*"), Err(Code::VersionMissing));
    }

    #[test]
    fn an_unknown_tag_matches_no_version() {
        for tag in ["\"7\"", "W/\"v7\"", "v7", "\"v99999999999\"", "W/\"v7\", \"x\"", "\"v7-zip\""] {
            assert_eq!(named(tag), Err(Code::Stale), "{tag}");
        }
    }
}
