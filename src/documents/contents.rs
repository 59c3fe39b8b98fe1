//! Contents of documents by their SHA-256: `ab/cd/<sha256>` in a folder or in an S3-compatible store (ADR 17).
//!
//! A content is durable when [`Contents::put`] returns: in a folder the file and its folders are flushed to the disk,
//! and an S3 store answers after it has done the same. A content appears at its address completely or not at all.

use crate::config::{Config, ContentsKind};
use crate::error::{Code, Error};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path as Address;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::timeout;

/// Time within which the store accepts or starts to return a content. Beyond it the caller is answered that the service
/// is busy.
const CONTENT_WITHIN: Duration = Duration::from_secs(20);
/// Time within which the store answers a question about a content. It is short, because use cases wait for it while
/// they hold the turn to write.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// Name of the object with the name of the database to which the store belongs.
const OWNER: &str = "owner";
/// The number of hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

/// Errors of writing or reading a content.
#[derive(Debug, thiserror::Error)]
pub enum ContentsError {
    #[error("the store of documents has no room left: {0}")]
    Full(String),
    #[error("the store of documents does not answer as it should: {0}")]
    Unavailable(String),
    #[error("the content {0} of a document is missing from the store")]
    Missing(String),
    #[error("the content {0} of a document is not what its SHA-256 says")]
    Altered(String),
}

type Result<T> = std::result::Result<T, ContentsError>;

impl From<ContentsError> for Error {
    /// The caller gets a general error; the log names the content.
    fn from(error: ContentsError) -> Self {
        tracing::error!(%error, "documents");
        Self::refused(match error {
            ContentsError::Full(_) => Code::StorageFull,
            ContentsError::Unavailable(_) => Code::Busy,
            ContentsError::Missing(_) | ContentsError::Altered(_) => Code::DocumentUnreadable,
        })
    }
}

impl ContentsError {
    fn of(error: &object_store::Error) -> Self {
        let told = error.to_string();
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(one) = cause {
            if let Some(failure) = one.downcast_ref::<io::Error>()
                && matches!(failure.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            {
                return Self::Full(told);
            }
            cause = one.source();
        }
        // An S3 store reports the status only in the text.
        if told.contains("507 Insufficient Storage") { Self::Full(told) } else { Self::Unavailable(told) }
    }
}

/// The outcome of removing a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    Gone,
    Kept,
}

/// The store of contents of a process. It is opened at its first use.
pub struct Contents {
    place: Place,
    opened: OnceLock<Arc<dyn ObjectStore>>,
}

enum Place {
    Folder(PathBuf),
    S3(Box<AmazonS3Builder>),
    /// In memory, for tests.
    Memory,
}

impl Contents {
    /// Makes the configured store without opening it.
    pub fn of(config: &Config) -> Self {
        let place = match config.documents.store {
            ContentsKind::Folder => Place::Folder(config.documents_folder()),
            ContentsKind::S3 => Place::S3(Box::new(s3(config))),
            ContentsKind::Memory => Place::Memory,
        };
        Self { place, opened: OnceLock::new() }
    }

    /// Opens the store. A missing folder is created, readable only by its owner.
    fn store(&self) -> Result<Arc<dyn ObjectStore>> {
        if let Some(store) = self.opened.get() {
            return Ok(Arc::clone(store));
        }
        let store: Arc<dyn ObjectStore> = match &self.place {
            Place::Folder(folder) => {
                make_private(folder).map_err(|failure| at(folder, &failure))?;
                Arc::new(
                    LocalFileSystem::new_with_prefix(folder)
                        .map_err(|error| ContentsError::of(&error))?
                        .with_fsync(true),
                )
            }
            Place::S3(builder) => {
                // Another part of the process may have installed it before; they are the same.
                let _ = rustls::crypto::ring::default_provider().install_default();
                Arc::new((**builder).clone().build().map_err(|error| ContentsError::of(&error))?)
            }
            Place::Memory => Arc::new(InMemory::new()),
        };
        Ok(Arc::clone(self.opened.get_or_init(|| store)))
    }

    /// Writes a content at its SHA-256. An existing one is written again, which repairs a damaged content and renews
    /// the age of one without a document.
    pub async fn put(&self, sha256: &str, content: Bytes) -> Result<()> {
        let address = address(sha256);
        let store = self.store()?;
        within(CONTENT_WITHIN, store.put(&address, content.into()))
            .await?
            .map_err(|error| ContentsError::of(&error))?;
        Ok(())
    }

    /// Returns the instant of the last write of a content; `None` if it does not exist.
    pub async fn written_at(&self, sha256: &str) -> Result<Option<DateTime<Utc>>> {
        let address = address(sha256);
        let store = self.store()?;
        match within(ANSWER_WITHIN, store.head(&address)).await? {
            Ok(meta) => Ok(Some(meta.last_modified)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(ContentsError::of(&error)),
        }
    }

    /// Reads a content as a stream, which ends with an error if the bytes are not those of the SHA-256.
    pub async fn read(&self, sha256: &str) -> Result<BoxStream<'static, io::Result<Bytes>>> {
        let address = address(sha256);
        let store = self.store()?;
        match within(CONTENT_WITHIN, store.get(&address)).await? {
            Ok(found) => Ok(checked(sha256.to_owned(), found.into_stream())),
            Err(object_store::Error::NotFound { .. }) => Err(ContentsError::Missing(sha256.to_owned())),
            Err(error) => Err(ContentsError::of(&error)),
        }
    }

    /// Reads a content to its end and checks it against its SHA-256, in constant memory.
    pub async fn check(&self, sha256: &str) -> Result<()> {
        let mut content = self.read(sha256).await?;
        while let Some(part) = within(CONTENT_WITHIN, content.next()).await? {
            part.map_err(|failure| match failure.kind() {
                io::ErrorKind::InvalidData => ContentsError::Altered(sha256.to_owned()),
                _ => ContentsError::Unavailable(failure.to_string()),
            })?;
        }
        Ok(())
    }

    /// Lists every content with its size in bytes. Other objects in the store are ignored.
    pub async fn list(&self) -> Result<BTreeMap<String, u64>> {
        let found: Vec<_> = self.store()?.list(None).try_collect().await.map_err(|error| ContentsError::of(&error))?;
        Ok(found
            .into_iter()
            .filter_map(|meta| {
                let sha256 = meta.location.filename()?.to_owned();
                (is_sha256(&sha256) && meta.location == address(&sha256)).then_some((sha256, meta.size))
            })
            .collect())
    }

    /// Returns whether the store belongs to a database, and gives a store without an owner to it.
    pub async fn belongs_to(&self, database: &str) -> Result<bool> {
        let (store, address) = (self.store()?, Address::from(OWNER));
        match within(ANSWER_WITHIN, store.get(&address)).await? {
            Ok(found) => {
                let owner = within(ANSWER_WITHIN, found.bytes()).await?.map_err(|error| ContentsError::of(&error))?;
                Ok(owner == database.as_bytes())
            }
            Err(object_store::Error::NotFound { .. }) => {
                let name = Bytes::from(database.to_owned());
                within(ANSWER_WITHIN, store.put(&address, name.into()))
                    .await?
                    .map_err(|error| ContentsError::of(&error))?;
                Ok(true)
            }
            Err(error) => Err(ContentsError::of(&error)),
        }
    }

    /// Removes a content that was last written before the instant.
    pub async fn remove_if_older(&self, sha256: &str, before: DateTime<Utc>) -> Result<Removed> {
        if self.written_at(sha256).await?.is_none_or(|at| at >= before) {
            return Ok(Removed::Kept);
        }
        let address = address(sha256);
        let store = self.store()?;
        within(ANSWER_WITHIN, store.delete(&address)).await?.map_err(|error| ContentsError::of(&error))?;
        Ok(Removed::Gone)
    }

    /// Removes from the folder the files of uploads that a crash interrupted before they got their final name
    /// (`<sha256>#1`).
    pub fn remove_unfinished(&self, before: DateTime<Utc>) -> Result<()> {
        let Place::Folder(folder) = &self.place else { return Ok(()) };
        remove_unfinished(folder, before).map_err(|failure| at(folder, &failure))
    }
}

/// Describes the S3-compatible store of a configuration.
fn s3(config: &Config) -> AmazonS3Builder {
    let documents = &config.documents;
    let client = ClientOptions::new()
        .with_timeout(CONTENT_WITHIN)
        .with_connect_timeout(ANSWER_WITHIN)
        .with_allow_http(documents.s3_endpoint.starts_with("http://"));
    AmazonS3Builder::new()
        .with_endpoint(documents.s3_endpoint.clone())
        .with_region(documents.s3_region.clone())
        .with_bucket_name(documents.s3_bucket.clone())
        .with_access_key_id(documents.s3_access_key.clone())
        .with_secret_access_key(documents.s3_secret_key.reveal())
        .with_virtual_hosted_style_request(false)
        .with_disable_bulk_delete(true)
        .with_client_options(client)
        .with_retry(RetryConfig { backoff: BackoffConfig::default(), max_retries: 2, retry_timeout: CONTENT_WITHIN })
}

/// Returns the address of a content.
fn address(sha256: &str) -> Address {
    match (sha256.get(..2), sha256.get(2..4)) {
        (Some(first), Some(second)) => Address::from_iter([first, second, sha256]),
        _ => Address::from(sha256),
    }
}

fn is_sha256(name: &str) -> bool {
    name.len() == DIGITS && name.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// Waits for the store at most this long.
async fn within<T>(patience: Duration, answer: impl Future<Output = T>) -> Result<T> {
    timeout(patience, answer).await.map_err(|_| ContentsError::Unavailable(format!("no answer within {patience:?}")))
}

/// Passes a content on while its hash is computed. The stream ends with an error of the kind `InvalidData` if the hash
/// differs.
fn checked(
    sha256: String,
    content: BoxStream<'static, object_store::Result<Bytes>>,
) -> BoxStream<'static, io::Result<Bytes>> {
    let begun = (content, Sha256::new(), sha256);
    futures_util::stream::try_unfold(begun, |(mut content, mut hash, sha256)| async move {
        if let Some(part) = content.try_next().await.map_err(io::Error::other)? {
            hash.update(&part);
            return Ok(Some((part, (content, hash, sha256))));
        }
        if hex::encode(hash.finalize()) == sha256 {
            return Ok(None);
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, format!("the content {sha256} is altered")))
    })
    .boxed()
}

fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn remove_unfinished(folder: &Path, before: DateTime<Utc>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_unfinished(&entry.path(), before)?;
            continue;
        }
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_unfinished = name.split_once('#').is_some_and(|(address, _)| is_sha256(address));
        if is_unfinished && DateTime::<Utc>::from(entry.metadata()?.modified()?) < before {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn at(folder: &Path, failure: &io::Error) -> ContentsError {
    let told = format!("{}: {failure}", folder.display());
    match failure.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ContentsError::Full(told),
        _ => ContentsError::Unavailable(told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::sha256_hex;

    fn in_memory() -> Contents {
        Contents { place: Place::Memory, opened: OnceLock::new() }
    }

    #[tokio::test]
    async fn a_content_comes_back_whole_and_an_altered_one_is_an_error() {
        let contents = in_memory();
        let sha256 = sha256_hex(b"the act");
        contents.put(&sha256, Bytes::from_static(b"the act")).await.expect("taken");
        contents.check(&sha256).await.expect("sound");
        let read: Vec<Bytes> = contents.read(&sha256).await.expect("there").try_collect().await.expect("sound");
        assert_eq!(read.concat(), b"the act");
        contents.put(&sha256, Bytes::from_static(b"another")).await.expect("taken");
        assert!(matches!(contents.check(&sha256).await, Err(ContentsError::Altered(_))));
        let served: io::Result<Vec<Bytes>> = contents.read(&sha256).await.expect("there").try_collect().await;
        assert!(served.is_err_and(|failure| failure.kind() == io::ErrorKind::InvalidData));
        let missing = contents.check(&sha256_hex(b"nothing")).await;
        assert!(matches!(missing, Err(ContentsError::Missing(_))), "{missing:?}");
    }

    #[tokio::test]
    async fn only_an_old_content_is_removed() {
        let contents = in_memory();
        let sha256 = sha256_hex(b"the act");
        contents.put(&sha256, Bytes::from_static(b"the act")).await.expect("taken");
        let written = contents.written_at(&sha256).await.expect("answers").expect("there");
        assert_eq!(contents.remove_if_older(&sha256, written).await.expect("answers"), Removed::Kept);
        let later = written + chrono::TimeDelta::seconds(1);
        assert_eq!(contents.remove_if_older(&sha256, later).await.expect("answers"), Removed::Gone);
        assert!(contents.list().await.expect("answers").is_empty());
    }
}
