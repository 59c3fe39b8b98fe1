//! Templates of the tasks that the secretariat gives again and again.
//!
//! Adds only, so that older code runs beside it.

use crate::schema::{Table, migration};

const TABLES: &[Table] = &[Table {
    name: "task_template",
    columns: &[
        ("id", "varchar(36) NOT NULL"),
        ("name", "varchar(120) NOT NULL"),
        ("title", "varchar(300) NOT NULL"),
        ("text", "varchar(4000)"),
        ("estimated_minutes", "integer NOT NULL"),
        ("seat_id", "varchar(36) REFERENCES seat (id) ON DELETE RESTRICT"),
        ("offset_working_days", "integer NOT NULL"),
        ("retired_at", "bigint"),
        ("version", "integer NOT NULL"),
        ("created_at", "bigint NOT NULL"),
        ("updated_at", "bigint NOT NULL"),
    ],
    primary_key: "id",
    uniques: &[("ux_task_template_name", "name", "retired_at IS NULL")],
    indexes: &[("ix_task_template_seat_id", "seat_id")],
}];

migration!("m20261130_221000_templates_of_tasks", TABLES);
