//! The record by which a holder was replaced: the reason of such an end, which was kept as a text in Italian.
//!
//! What is kept so far stays as it was written. Adds one column that may be null: older code runs beside it. The key is looked at when the
//! transaction ends, because the end is written before the record that brings it.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_141000_name_who_replaced"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in [
            "ALTER TABLE designation_record ADD COLUMN replaced_by varchar(36)
             REFERENCES designation_record (id) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED",
            "CREATE INDEX ix_designation_record_replaced_by ON designation_record (replaced_by)",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in
            ["DROP INDEX ix_designation_record_replaced_by", "ALTER TABLE designation_record DROP COLUMN replaced_by"]
        {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
