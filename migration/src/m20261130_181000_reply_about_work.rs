//! Replies about work: a task accepted, refused, insisted on or handed on, work that will be late.
//!
//! Adds only, so that older code runs beside it.

use crate::schema::{Table, create, drop_tables};
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261130_181000_reply_about_work"
    }
}

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

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, TABLES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}
