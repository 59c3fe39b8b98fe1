//! The words of each mail, without the keys in its links.
//!
//! A message with a key is deleted when it has left, so that a copy of the database holds no usable key. What the reader
//! was told must stay until the retention of mails removes it. Adds a column without a value, so that older code runs
//! beside it; mails enqueued before have no words.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261130_100000_keep_what_was_told"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("ALTER TABLE outbox_mail ADD COLUMN words text").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("ALTER TABLE outbox_mail DROP COLUMN words").await?;
        Ok(())
    }
}
