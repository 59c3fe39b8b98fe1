//! Where an observatory publishes on its own site, if it has one.
//!
//! Adds a column without a value, so that older code runs beside it.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261130_103000_name_the_site_of_observatories"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement = "ALTER TABLE observatory ADD COLUMN site varchar(500)";
        manager.get_connection().execute_unprepared(statement).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement = "ALTER TABLE observatory DROP COLUMN site";
        manager.get_connection().execute_unprepared(statement).await.map(|_| ())
    }
}
