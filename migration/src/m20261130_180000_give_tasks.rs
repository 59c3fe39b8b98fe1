//! Tasks given by the secretariat: what is to be done, and the mail that tells several of them together.
//!
//! Adds only, so that older code runs beside it.

use crate::schema::migration;

const UP: &[&str] = &[
    "ALTER TABLE task ADD COLUMN text varchar(4000)",
    "ALTER TABLE task ADD COLUMN told_with varchar(36)",
    "CREATE INDEX ix_task_told_with ON task (told_with)",
];

const DOWN: &[&str] =
    &["DROP INDEX ix_task_told_with", "ALTER TABLE task DROP COLUMN told_with", "ALTER TABLE task DROP COLUMN text"];

migration!("m20261130_180000_give_tasks", UP, DOWN);
