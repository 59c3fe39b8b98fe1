//! The decision of the table by which an edition of the agenda was adopted.
//!
//! Adds a column that may be empty, so that older code runs beside it.

use crate::schema::migration;

const UP: &[&str] = &[
    "ALTER TABLE agenda_edition ADD COLUMN outcome_id varchar(36) REFERENCES outcome (id) ON DELETE RESTRICT",
    "CREATE INDEX ix_agenda_edition_outcome_id ON agenda_edition (outcome_id)",
];

const DOWN: &[&str] = &["DROP INDEX ix_agenda_edition_outcome_id", "ALTER TABLE agenda_edition DROP COLUMN outcome_id"];

migration!("m20261130_211000_adopt_by_decision", UP, DOWN);
