//! The file of a submission, and its withdrawal before the review has answered.
//!
//! Submissions of before keep neither. Adds columns that may be empty: older code runs beside them.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261130_100000_hand_in_files"
    }
}

const UP: &[&str] = &[
    "ALTER TABLE submission ADD COLUMN document_id varchar(36) REFERENCES document (id) ON DELETE RESTRICT",
    "ALTER TABLE submission ADD COLUMN withdrawn_at bigint",
    "ALTER TABLE submission ADD COLUMN withdrawn_by varchar(36) REFERENCES person (id) ON DELETE RESTRICT",
    "CREATE INDEX ix_submission_document_id ON submission (document_id)",
    "CREATE INDEX ix_submission_withdrawn_by ON submission (withdrawn_by)",
];

const DOWN: &[&str] = &[
    "DROP INDEX ix_submission_withdrawn_by",
    "DROP INDEX ix_submission_document_id",
    "ALTER TABLE submission DROP COLUMN withdrawn_by",
    "ALTER TABLE submission DROP COLUMN withdrawn_at",
    "ALTER TABLE submission DROP COLUMN document_id",
];

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
