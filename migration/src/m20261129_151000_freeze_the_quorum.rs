//! The quorum of a decision as it was counted when the decision was recorded, and why decisions stand although a correction
//! of the presences left too few parties.
//!
//! Decisions of before keep none: how many were there when they were taken is not known any more. Adds columns that may be
//! empty: older code runs beside them.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_151000_freeze_the_quorum"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in [
            "ALTER TABLE outcome ADD COLUMN quorum_parties integer",
            "ALTER TABLE outcome ADD COLUMN quorum_there integer",
            "ALTER TABLE meeting ADD COLUMN short_quorum_reason varchar(1000)",
            "ALTER TABLE meeting ADD COLUMN closed_short_reason varchar(1000)",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in [
            "ALTER TABLE outcome DROP COLUMN quorum_parties",
            "ALTER TABLE outcome DROP COLUMN quorum_there",
            "ALTER TABLE meeting DROP COLUMN short_quorum_reason",
            "ALTER TABLE meeting DROP COLUMN closed_short_reason",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
