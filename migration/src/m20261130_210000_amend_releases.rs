//! Amendments and withdrawals of what a release published, each with a public explanation.
//!
//! Adds columns that may be empty, so that older code runs beside them.

use crate::schema::migration;

const UP: &[&str] = &[
    "ALTER TABLE release ADD COLUMN amended_at bigint",
    "ALTER TABLE release_change ADD COLUMN amendment varchar(30)",
    "ALTER TABLE release_change ADD COLUMN explanation varchar(2000)",
    "ALTER TABLE release_change ADD COLUMN observatory_id varchar(36) REFERENCES observatory (id) ON DELETE RESTRICT",
    "ALTER TABLE release_change ADD COLUMN address_before varchar(2000)",
    "ALTER TABLE release_change ADD COLUMN address_after varchar(2000)",
    "CREATE INDEX ix_release_change_observatory_id ON release_change (observatory_id)",
];

const DOWN: &[&str] = &[
    "DROP INDEX ix_release_change_observatory_id",
    "ALTER TABLE release_change DROP COLUMN address_after",
    "ALTER TABLE release_change DROP COLUMN address_before",
    "ALTER TABLE release_change DROP COLUMN observatory_id",
    "ALTER TABLE release_change DROP COLUMN explanation",
    "ALTER TABLE release_change DROP COLUMN amendment",
    "ALTER TABLE release DROP COLUMN amended_at",
];

migration!("m20261130_210000_amend_releases", UP, DOWN);
