//! The row by which a running service proves that the database takes its writes. A new table: older code runs beside it.

use super::schema::{Table, create, drop_tables};
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_090000_create_pulse"
    }
}

const TABLES: &[Table] = &[Table {
    name: "pulse",
    columns: &[("id", "varchar(36) NOT NULL"), ("written_at", "bigint NOT NULL"), ("filler", "blob NOT NULL")],
    primary_key: "id",
    uniques: &[],
    indexes: &[],
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
