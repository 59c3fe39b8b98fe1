//! The file of a submission, and its withdrawal before the review has answered.
//!
//! Submissions of before keep neither. Adds columns that may be empty: older code runs beside them.

use crate::schema::migration;

const UP: &[&str] = &[
    "ALTER TABLE submission ADD COLUMN document_id varchar(36) REFERENCES document (id) ON DELETE RESTRICT",
    "ALTER TABLE submission ADD COLUMN withdrawn_at bigint",
    "ALTER TABLE submission ADD COLUMN withdrawn_by varchar(36) REFERENCES person (id) ON DELETE RESTRICT",
    "CREATE INDEX ix_submission_document_id ON submission (document_id)",
    "CREATE INDEX ix_submission_withdrawn_by ON submission (withdrawn_by)",
];

const DOWN: &[&str] = &[
    "DROP INDEX ix_submission_withdrawn_by",
    "DROP INDEX ix_submission_document_id",
    "ALTER TABLE submission DROP COLUMN withdrawn_by",
    "ALTER TABLE submission DROP COLUMN withdrawn_at",
    "ALTER TABLE submission DROP COLUMN document_id",
];

migration!("m20261130_100000_hand_in_files", UP, DOWN);
