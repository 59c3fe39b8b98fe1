//! The decision of the table by which an edition of the agenda was adopted.
//!
//! Adds a column that may be empty, so that older code runs beside it.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261130_211000_adopt_by_decision"
    }
}

const UP: &[&str] = &[
    "ALTER TABLE agenda_edition ADD COLUMN outcome_id varchar(36) REFERENCES outcome (id) ON DELETE RESTRICT",
    "CREATE INDEX ix_agenda_edition_outcome_id ON agenda_edition (outcome_id)",
];

const DOWN: &[&str] = &["DROP INDEX ix_agenda_edition_outcome_id", "ALTER TABLE agenda_edition DROP COLUMN outcome_id"];

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
