//! Which mails may have left although nobody knows it: an attempt ended in doubt, or a process died with the mail on the wire.
//!
//! Until now the next attempt wrote over that doubt, and a reminder taken back afterwards was told a second time. Adds one column
//! with a default: older code runs beside it.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261128_210000_mark_what_may_have_left"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in [
            "ALTER TABLE outbox_mail ADD COLUMN may_have_left boolean NOT NULL DEFAULT FALSE",
            "UPDATE outbox_mail SET may_have_left = TRUE WHERE state = 'unknown' OR crash_count > 0",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("ALTER TABLE outbox_mail DROP COLUMN may_have_left").await?;
        Ok(())
    }
}
