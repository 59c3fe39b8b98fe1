//! Tasks that wait for others: a task that the secretariat gave can be done once these are done.
//!
//! Adds only, so that older code runs beside it.

use crate::schema::{Table, create, drop_tables};
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261130_220000_wait_for_tasks"
    }
}

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
