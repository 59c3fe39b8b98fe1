//! The static files: built by `web/`, compiled into the program, served under `/static/`.
//!
//! Names contain a hash of the content, so browsers may keep files for ever; the manifest maps each name to its present
//! one. Files were compressed when they were built, so compression costs nothing at run time.

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::{Bytes, Path};
use actix_web::{HttpRequest, get, web};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::error::Error;
use crate::http::Answer;
use crate::http::conditional::{Content, Validators, accepts};

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Files;

/// Folder of the files, as in the route of [`show_file`].
const FOLDER: &str = "/static/";
const MANIFEST: &str = "manifest.json";

/// Present name of each file by the name pages use: `raccordo.css` → `raccordo.827d68b73f.css`.
static MANIFEST_NAMES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let manifest = Files::get(MANIFEST).map(|file| file.data);
    manifest.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
});

/// Returns the address of a file by the name that pages use. An unknown name stays as it is and is answered with 404.
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
    let tag = hex::encode(plain.metadata.sha256_hash());
    let (file, encoding) =
        smallest_accepted(&request, &name).map_or((plain, None), |(file, encoding)| (file, Some(encoding)));
    let content = Content { validators: Validators { tag, modified: None }, cache_control: cache_control(&name) };
    Ok(content.answer(&request, |answer| {
        if let Some(encoding) = encoding {
            answer.insert_header((CONTENT_ENCODING, encoding));
        }
        answer.insert_header((CONTENT_TYPE, content_type(&name))).body(bytes_of(file.data))
    }))
}

/// Returns whether a file is served at this path.
pub fn is_file(path: &str) -> bool {
    path.strip_prefix(FOLDER).is_some_and(|name| find(name).is_some())
}

/// Returns a file. The compressed copies and the manifest have no address of their own.
fn find(name: &str) -> Option<EmbeddedFile> {
    let inner = [".br", ".gz"].iter().any(|twin| name.ends_with(twin)) || name == MANIFEST;
    if inner { None } else { Files::get(name) }
}

fn smallest_accepted(request: &HttpRequest, name: &str) -> Option<(EmbeddedFile, &'static str)> {
    let twins = [("br", ".br"), ("gzip", ".gz")];
    twins
        .into_iter()
        .filter(|(encoding, _)| accepts(request, encoding))
        .find_map(|(encoding, ending)| Files::get(&format!("{name}{ending}")).map(|file| (file, encoding)))
}

/// Returns the caching rule: a year for names with a hash, revalidation for all others.
fn cache_control(name: &str) -> &'static str {
    if is_hashed(name) { "public, max-age=31536000, immutable" } else { "no-cache" }
}

/// Returns whether a name contains a hash, at least eight hexadecimal digits before the extension:
/// `raccordo.827d68b73f.css`.
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
    fn the_parts_of_a_file_have_no_address() {
        assert!(find(MANIFEST).is_none());
        assert!(find("raccordo.css.br").is_none());
        assert!(find("../Cargo.toml").is_none());
    }
}
