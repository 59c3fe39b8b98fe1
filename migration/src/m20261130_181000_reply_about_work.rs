//! Replies about work: a task accepted, refused, insisted on or handed on, work that will be late.
//!
//! Adds only, so that older code runs beside it.

use crate::schema::{Table, migration};

const TABLES: &[Table] = &[Table {
    name: "reply",
    columns: &[
        ("id", "varchar(36) NOT NULL"),
        ("subject_kind", "varchar(30) NOT NULL"),
        ("subject_id", "varchar(36) NOT NULL"),
        ("kind", "varchar(30) NOT NULL"),
        ("due_day", "date NOT NULL"),
        ("day", "date"),
        ("text", "varchar(1000)"),
        ("person_id", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
        ("at", "bigint NOT NULL"),
    ],
    primary_key: "id",
    uniques: &[],
    indexes: &[("ix_reply_subject", "subject_id"), ("ix_reply_person_id", "person_id")],
}];

migration!("m20261130_181000_reply_about_work", TABLES);
