//! Tasks that wait for others: a task that the secretariat gave can be done once these are done.
//!
//! Adds only, so that older code runs beside it.

use crate::schema::{Table, migration};

const TABLES: &[Table] = &[Table {
    name: "task_wait",
    columns: &[
        ("task_id", "varchar(36) NOT NULL REFERENCES task (id) ON DELETE RESTRICT"),
        ("after_id", "varchar(36) NOT NULL REFERENCES task (id) ON DELETE RESTRICT"),
    ],
    primary_key: "task_id, after_id",
    uniques: &[],
    indexes: &[("ix_task_wait_after_id", "after_id")],
}];

migration!("m20261130_220000_wait_for_tasks", TABLES);
