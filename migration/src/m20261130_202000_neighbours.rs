//! Territories that border on each other. Adds a column that may be empty, so that older code runs beside it.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261130_202000_neighbours"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = "ALTER TABLE territory ADD COLUMN neighbours varchar(200)";
        manager.get_connection().execute_unprepared(add).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let remove = "ALTER TABLE territory DROP COLUMN neighbours";
        manager.get_connection().execute_unprepared(remove).await.map(drop)
    }
}
