//! Forms with a file: fields and at most one file, each limited while it arrives, held in memory only.

use crate::ctx::{Ctx, Services};
use crate::error::{Code, Error, Refused};
use crate::http::form::Sent;
use crate::http::site::Site;
use crate::http::uploads::Taken;
use crate::http::{Failure, form, limits};
use crate::secret::sha256_hex;
use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

/// Most parts of a form; more are refused. Our own forms have fewer.
const MAX_PARTS: usize = 60;
/// Multiple of the largest kept file up to which a larger one is read and discarded, so that the page can show its form
/// again. A file beyond that is no accident, and the request is refused.
const DRAINED: usize = 8;

/// Fields with at most one file, as a program sends them. A page's form is a [`SentWithFile`].
#[derive(Debug)]
pub struct Upload {
    fields: Vec<(String, String)>,
    pub file: Option<UploadedFile>,
}

/// A file as its sender describes it; the use case checks its content.
#[derive(Clone, Debug)]
pub struct UploadedFile {
    /// Name of the form's field.
    pub field: String,
    /// Name of the file without folders.
    pub name: String,
    /// Content; `None` if it is larger than allowed.
    bytes: Option<Bytes>,
    /// Largest size allowed, in bytes.
    most: usize,
    /// Memory taken by the file, released with its last copy.
    room: Option<Arc<Taken>>,
}

impl UploadedFile {
    /// Returns the content. A file that is too large is refused here and not on arrival, so that a page can show its
    /// form again with the other values.
    pub fn content(&self) -> Result<&Bytes, Error> {
        self.bytes.as_ref().ok_or_else(|| Error::file_too_large(self.most))
    }

    /// Returns the SHA-256 of the content; empty if there is none.
    fn digest(&self) -> String {
        self.bytes.as_ref().map(|bytes| sha256_hex(bytes)).unwrap_or_default()
    }
}

impl Upload {
    /// The fields as a struct.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        form::parse(&self.fields)
    }

    /// SHA-256 over fields and file.
    pub fn digest(&self) -> String {
        let file = self.file.as_ref().map(UploadedFile::digest).unwrap_or_default();
        let fields = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish();
        sha256_hex(format!("{fields} {file}").as_bytes())
    }
}

/// A page's form with at most one file.
#[derive(Debug)]
pub struct SentWithFile<T> {
    pub form: Sent<T>,
    pub file: Option<UploadedFile>,
}

impl<T: DeserializeOwned + 'static> FromRequest for SentWithFile<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let upload = Upload::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let Upload { fields, file } = upload.await?;
            let digest = file.as_ref().map(UploadedFile::digest).unwrap_or_default();
            let named = file.as_ref().map(|file| (file.name.as_str(), digest.as_str()));
            Ok(Self { form: Sent::of(&request, fields, named)?, file })
        })
    }
}

impl FromRequest for Upload {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            // An anonymous caller's file takes no memory: it is discarded as it arrives. The fields are read, because a
            // sign-in may have ended while the form was filled in.
            if Ctx::extract(&request).await?.actor.person_id().is_none() {
                let parts = Multipart::new(request.headers(), payload);
                return receive(parts, FileLimits { kept: 0, read: largest_file(&request) }).await;
            }
            Self::of_a_known_sender(&request, payload).await
        })
    }
}

impl Upload {
    /// Reads a form with its file from a sender whom the handler knows: by a session, an API token, or the key in the
    /// form's address.
    pub async fn of_a_known_sender(request: &HttpRequest, payload: Payload) -> Result<Self, Failure> {
        let room = room_for(request).await?.map(Arc::new);
        let parts = Multipart::new(request.headers(), payload);
        let mut upload = receive(parts, FileLimits::of(largest_file(request))).await?;
        if let Some(file) = &mut upload.file {
            file.room = room;
        }
        Ok(upload)
    }
}

/// Maps an error about a file to the field for the file, because no page has a field for its id.
pub fn at_the_file(error: Error) -> Error {
    match error {
        Error::Refused(Refused { code: Code::DocumentTooLarge, params, .. }) => {
            Error::Refused(Refused { code: Code::DocumentTooLarge, field: Some("document"), params })
        }
        other => other.placed(|field| if field == "document_id" { "document" } else { field }),
    }
}

/// Returns the size in bytes of the largest file that is kept.
fn largest_file(request: &HttpRequest) -> usize {
    request.app_data::<Data<Services>>().map_or(0, |services| services.config.limits.document_bytes)
}

/// Bytes of a file that are kept, and bytes that are read at most.
#[derive(Clone, Copy)]
struct FileLimits {
    kept: usize,
    read: usize,
}

impl FileLimits {
    const fn of(kept: usize) -> Self {
        Self { kept, read: kept.saturating_mul(DRAINED) }
    }
}

/// Waits for the memory that a request's file will take.
async fn room_for(request: &HttpRequest) -> Result<Option<Taken>, Failure> {
    let Some(site) = request.app_data::<Data<Site>>() else { return Ok(None) };
    let limits = &site.services.config.limits;
    let length = limits::length(request.headers()).and_then(|length| usize::try_from(length).ok());
    let bytes = length.unwrap_or(usize::MAX).min(limits.document_bytes);
    site.uploads.take(bytes, Duration::from_secs(limits.body_seconds)).await.map(Some)
}

async fn receive(mut parts: Multipart, limits: FileLimits) -> Result<Upload, Failure> {
    let mut upload = Upload { fields: Vec::new(), file: None };
    let mut text_left = form::MAX_BYTES;
    let mut parts_left = MAX_PARTS;
    while let Some(part) = parts.next().await {
        let part = part.map_err(part_failure)?;
        parts_left = parts_left.checked_sub(1).ok_or_else(|| Failure::of(Code::BodyTooLarge))?;
        let name = part.name().unwrap_or_default().to_owned();
        if let Some(file) = file_name(&part) {
            let bytes = read_file(part, limits).await?;
            keep_file(&mut upload, UploadedFile { field: name, name: file, bytes, most: limits.kept, room: None })?;
        } else {
            let bytes = read_text(part, text_left).await?;
            text_left -= bytes.len();
            let value =
                String::from_utf8(bytes.into()).map_err(|error| Failure::because(Code::MalformedBody, error))?;
            upload.fields.push((name, value));
        }
    }
    let names = upload.file.iter().map(|file| &file.name);
    if upload.fields.iter().map(|(_, value)| value).chain(names).any(|text| text.contains('\0')) {
        return Err(Failure::because(Code::MalformedBody, "a field holds U+0000, which no database of ours keeps"));
    }
    Ok(upload)
}

/// Keeps the file. An empty file field arrives as a file without name and content and is ignored.
fn keep_file(upload: &mut Upload, file: UploadedFile) -> Result<(), Failure> {
    if file.name.is_empty() && file.bytes.as_ref().is_some_and(Bytes::is_empty) {
        return Ok(());
    }
    if upload.file.is_some() {
        return Err(Failure::because(Code::UnexpectedShape, "more than one file"));
    }
    upload.file = Some(file);
    Ok(())
}

fn file_name(part: &Field) -> Option<String> {
    let disposition = part.content_disposition()?;
    // Programs put non-ASCII names into `filename*`, browsers into `filename`.
    let extended = || Some(String::from_utf8_lossy(&disposition.get_filename_ext()?.value).into_owned());
    let name = disposition.get_filename().map(str::to_owned).or_else(extended)?;
    Some(name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned())
}

async fn read_text(mut part: Field, max: usize) -> Result<Bytes, Failure> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(part_failure)?;
        if bytes.len() + chunk.len() > max {
            return Err(Failure::of(Code::BodyTooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// Reads the file; `None` if it is too large: then its rest is discarded, because form fields may follow it.
async fn read_file(mut part: Field, limits: FileLimits) -> Result<Option<Bytes>, Failure> {
    let (mut bytes, mut size) = (BytesMut::new(), 0);
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(part_failure)?;
        size += chunk.len();
        if size > limits.read {
            return Err(Failure(Error::file_too_large(limits.kept)));
        }
        if size > limits.kept {
            bytes = BytesMut::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok((size <= limits.kept).then(|| bytes.freeze()))
}

fn part_failure(error: MultipartError) -> Failure {
    match error {
        MultipartError::Payload(error) => limits::body_failure(error),
        MultipartError::ContentTypeIncompatible
        | MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse => Failure::of(Code::UnsupportedMediaType),
        other => Failure::because(Code::MalformedBody, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
    use futures_util::stream;

    fn body(parts: &[(&str, &str)]) -> String {
        let part = |(head, content): &(&str, &str)| {
            format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
        };
        parts.iter().map(part).chain(["--b--\r\n".to_owned()]).collect()
    }

    async fn send(body: String) -> Result<Upload, Code> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("multipart/form-data; boundary=b"));
        let payload = stream::iter([Ok(Bytes::from(body))]);
        receive(Multipart::new(&headers, payload), FileLimits::of(10)).await.map_err(|failure| failure.0.code())
    }

    #[actix_web::test]
    async fn fields_and_the_file_are_read_without_the_folders_of_its_name() {
        let upload = send(body(&[("name=\"a\"", "1 & 2"), ("name=\"act\"; filename=\"folder/act.pdf\"", "%PDF")]))
            .await
            .expect("accepted");
        assert_eq!(upload.fields, [("a".to_owned(), "1 & 2".to_owned())]);
        let file = upload.file.expect("a file");
        assert_eq!((file.field.as_str(), file.name.as_str()), ("act", "act.pdf"));
        assert_eq!(file.content().expect("small enough"), &Bytes::from_static(b"%PDF"));
    }

    #[actix_web::test]
    async fn an_empty_file_field_is_no_file() {
        let upload = send(body(&[("name=\"act\"; filename=\"\"", "")])).await.expect("accepted");
        assert!(upload.file.is_none());
    }

    #[actix_web::test]
    async fn a_file_that_is_too_large_is_dropped_and_later_fields_are_read() {
        let file = "name=\"act\"; filename=\"a.pdf\"";
        let upload = send(body(&[(file, "12345678901"), ("name=\"a\"", "1")])).await.expect("read to its end");
        assert_eq!(upload.fields, [("a".to_owned(), "1".to_owned())]);
        let refused = upload.file.expect("a file").content().map_err(|error| error.code()).unwrap_err();
        assert_eq!(refused, Code::DocumentTooLarge);
    }

    #[actix_web::test]
    async fn a_file_without_end_and_too_many_files_are_refused() {
        let file = "name=\"act\"; filename=\"a.pdf\"";
        assert_eq!(send(body(&[(file, &"1".repeat(10 * DRAINED + 1))])).await.unwrap_err(), Code::DocumentTooLarge);
        assert_eq!(send(body(&[(file, "1"), (file, "2")])).await.unwrap_err(), Code::UnexpectedShape);
    }

    #[actix_web::test]
    async fn the_digest_covers_the_fields_and_the_file() {
        let digest = async |typed: &str, content: &str| {
            let parts = body(&[("name=\"note\"", typed), ("name=\"act\"; filename=\"a\"", content)]);
            send(parts).await.expect("accepted").digest()
        };
        assert_eq!(digest("1", "x").await, digest("1", "x").await);
        assert_ne!(digest("1", "x").await, digest("2", "x").await);
        assert_ne!(digest("1", "x").await, digest("1", "y").await);
    }
}
