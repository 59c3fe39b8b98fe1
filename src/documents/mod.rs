//! Documents: files such as the proof of an act.
//!
//! *Parts.* A document is a row (name, media type, size, SHA-256, uploader) and a content. Contents are stored outside
//! the database at their SHA-256, in a folder or in an S3-compatible store (`contents.rs`, ADR 17); two documents with
//! the same bytes share one content. Records of other slices own documents: each kind of owner implements
//! [`service::OwnsDocuments`], which decides who may read, so a kind without that rule does not compile.
//!
//! *Invariants.* The row is authoritative. A content is durable before the row that names it is committed, so every row
//! has its content. A content without a row is an orphan: the job `documents` deletes it after a day. A content is
//! checked against its SHA-256 each time it is read; a missing or altered one is refused (`document_unreadable`) and
//! logged as an error.
//!
//! *Permissions.* The use case that uploads a file checks the permission; the owner's policy decides who may read it.
//!
//! *Mails.* None.

pub mod contents;
pub mod model;
pub mod policy;
pub mod service;
mod store;
pub mod view;
