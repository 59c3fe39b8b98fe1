//! Tasks given by the secretariat: what is to be done, and the mail that tells several of them together.
//!
//! Adds only, so that older code runs beside it.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261130_180000_give_tasks"
    }
}

const UP: &[&str] = &[
    "ALTER TABLE task ADD COLUMN text varchar(4000)",
    "ALTER TABLE task ADD COLUMN told_with varchar(36)",
    "CREATE INDEX ix_task_told_with ON task (told_with)",
];

const DOWN: &[&str] =
    &["DROP INDEX ix_task_told_with", "ALTER TABLE task DROP COLUMN told_with", "ALTER TABLE task DROP COLUMN text"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in UP {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in DOWN {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
