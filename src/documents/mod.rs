//! Documents: files that prove or carry something, such as the act of a designation.
//!
//! *Parts.* A document is a row (name, media type, size, SHA-256, who brought it) and a content. Contents lie outside the
//! database under their SHA-256, in a folder or in an S3-compatible store (`contents.rs`, ADR 17); two documents with the same
//! bytes share one content. A document is owned by things of other slices: each kind of owner implements
//! [`service::OwnsDocuments`], which says who may read, so a kind without that rule does not compile.
//!
//! *Invariants.* The row is the truth. A content is durable before the row that names it is committed, so there is no row
//! without its content. A content without a row is an orphan: the job `documents` removes it after a day. A content is checked
//! against its SHA-256 each time it is read; a missing or altered one is refused (`document_unreadable`) and logged as an error.
//!
//! *Who may.* The use case that brings a file authorises it; the owner's policy decides who reads it.
//!
//! *Mails.* None.

pub mod contents;
pub mod model;
pub mod policy;
pub mod service;
mod store;
pub mod view;
