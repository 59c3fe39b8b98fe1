//! The remark of the edition before from which a remark was taken over; each is taken over at most once.
//!
//! Adds a column that may be empty, so that older code runs beside it.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261130_230000_take_over_remarks"
    }
}

const UP: &[&str] = &[
    "ALTER TABLE remark ADD COLUMN copied_from_id varchar(36) REFERENCES remark (id) ON DELETE RESTRICT",
    "CREATE UNIQUE INDEX uq_remark_copied_from_id ON remark (copied_from_id)",
];

const DOWN: &[&str] = &["DROP INDEX uq_remark_copied_from_id", "ALTER TABLE remark DROP COLUMN copied_from_id"];

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
