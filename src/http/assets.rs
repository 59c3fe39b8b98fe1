//! The static files: built by `web/`, compiled into the program, served under `/static/`.
//!
//! Names carry a hash of the content, so browsers may keep them for ever; the manifest tells the present name of each.
//! Files were compressed when they were built: choosing among ready-made bytes costs nothing at run time.

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, VARY,
};
use actix_web::web::{Bytes, Path};
use actix_web::{HttpRequest, HttpResponse, get, web};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::error::Error;
use crate::http::Answer;

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Files;

/// Where the files are served, as the route of [`show_file`] says.
const FOLDER: &str = "/static/";
const MANIFEST: &str = "manifest.json";

/// Present name of each file by the name pages use: `raccordo.css` → `raccordo.827d68b73f.css`.
static MANIFEST_NAMES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let manifest = Files::get(MANIFEST).map(|file| file.data);
    manifest.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
});

/// The address of a file by the name pages use; a name the manifest does not know stays as it is and is not found.
pub fn address(name: &str) -> String {
    let present = MANIFEST_NAMES.get(name).map_or(name, String::as_str);
    format!("{FOLDER}{present}")
}

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_file);
}

#[get("/static/{name:.+}")]
async fn show_file(request: HttpRequest, name: Path<String>) -> Answer {
    let plain = find(&name).ok_or(Error::NotFound)?;
    let (file, encoding) =
        smallest_accepted(&request, &name).map_or((plain, None), |(file, encoding)| (file, Some(encoding)));
    // Each encoding is a representation of its own and has its own strong tag (RFC 9110 §8.8.3.3).
    let etag = format!("\"{}\"", hex::encode(file.metadata.sha256_hash()));

    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CACHE_CONTROL, cache_control(&name)))
        .insert_header((VARY, HeaderValue::from_static("Accept-Encoding")))
        .insert_header((ETAG, etag.as_str()));
    if request.headers().get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return Ok(answer.status(actix_web::http::StatusCode::NOT_MODIFIED).finish());
    }
    if let Some(encoding) = encoding {
        answer.insert_header((CONTENT_ENCODING, encoding));
    }
    Ok(answer.insert_header((CONTENT_TYPE, content_type(&name))).body(bytes_of(file.data)))
}

/// Whether a file is served at this path.
pub fn is_file(path: &str) -> bool {
    path.strip_prefix(FOLDER).is_some_and(|name| find(name).is_some())
}

/// A file of ours; the compressed twins and the manifest have no address of their own.
fn find(name: &str) -> Option<EmbeddedFile> {
    let inner = [".br", ".gz"].iter().any(|twin| name.ends_with(twin)) || name == MANIFEST;
    if inner { None } else { Files::get(name) }
}

fn smallest_accepted(request: &HttpRequest, name: &str) -> Option<(EmbeddedFile, &'static str)> {
    let accepted = request.headers().get(ACCEPT_ENCODING)?.to_str().ok()?;
    let twins = [("br", ".br"), ("gzip", ".gz")];
    twins
        .into_iter()
        .filter(|(encoding, _)| accepts(accepted, encoding))
        .find_map(|(encoding, ending)| Files::get(&format!("{name}{ending}")).map(|file| (file, encoding)))
}

/// Whether an `Accept-Encoding` list names the encoding and does not rule it out (`;q=0`).
fn accepts(list: &str, encoding: &str) -> bool {
    list.split(',').any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
        name.trim().eq_ignore_ascii_case(encoding) && weight > 0.0
    })
}

/// A year for names that carry their hash, a question each time for the others.
fn cache_control(name: &str) -> &'static str {
    if is_hashed(name) { "public, max-age=31536000, immutable" } else { "no-cache" }
}

/// `raccordo.827d68b73f.css`: at least eight hexadecimal digits before the ending.
fn is_hashed(name: &str) -> bool {
    let mut parts = name.rsplit('.');
    parts.next();
    parts.next().is_some_and(|hash| hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "png" => "image/png",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn bytes_of(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_may_be_kept_for_ever() {
        assert!(is_hashed("raccordo.827d68b73f.css"));
        assert!(!is_hashed("raccordo.css"));
        assert!(!is_hashed("bootstrap.min.css"));
        assert_eq!(cache_control("raccordo.css"), "no-cache");
    }

    #[test]
    fn an_encoding_ruled_out_is_not_sent() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("gzip;q=0.5", "gzip"));
        assert!(!accepts("gzip;q=0, br", "gzip"));
        assert!(!accepts("x-gzip", "gzip"));
    }

    #[test]
    fn the_parts_of_a_file_have_no_address() {
        assert!(find(MANIFEST).is_none());
        assert!(find("raccordo.css.br").is_none());
        assert!(find("../Cargo.toml").is_none());
    }
}
