//! Documents as other slices and readers see them.

pub use super::model::{CALENDAR, CALENDAR_FILES, TABLE_FILES, WORKBOOK};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use entity::ids::DocumentId;
use futures_util::stream::BoxStream;

/// A document without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: DocumentId,
    pub name: String,
    pub media_type: String,
    /// In bytes.
    pub size: i64,
    /// SHA-256 of the content in hexadecimal digits, which is also its address.
    pub sha256: String,
    pub created_at: DateTime<Utc>,
}

/// A document that is being read. The content ends with an error if its bytes are not those of its SHA-256.
pub struct Opened {
    pub document: Document,
    pub content: BoxStream<'static, std::io::Result<Bytes>>,
}
