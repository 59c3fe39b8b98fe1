//! The remark of the edition before from which a remark was taken over; each is taken over at most once.
//!
//! Adds a column that may be empty, so that older code runs beside it.

use crate::schema::migration;

const UP: &[&str] = &[
    "ALTER TABLE remark ADD COLUMN copied_from_id varchar(36) REFERENCES remark (id) ON DELETE RESTRICT",
    "CREATE UNIQUE INDEX uq_remark_copied_from_id ON remark (copied_from_id)",
];

const DOWN: &[&str] = &["DROP INDEX uq_remark_copied_from_id", "ALTER TABLE remark DROP COLUMN copied_from_id"];

migration!("m20261130_230000_take_over_remarks", UP, DOWN);
