//! The mails that somebody waits for, in the order in which they are due.
//!
//! The dispatcher keeps places for links to sign in and looks for them at every turn; without an index it would read all that waits
//! to find that none of it is one. Builds one index: a brief lock on the outbox; older code runs beside it.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_110000_find_awaited_mails"
    }
}

/// In the words of the statement that asks for them, because a partial index serves no other.
const INDEX: &str = "CREATE INDEX ix_outbox_mail_awaited ON outbox_mail (due_at, id) \
    WHERE kind = 'sign_in' AND state NOT IN ('leased', 'sent', 'dead', 'expired', 'cancelled')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(INDEX).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX ix_outbox_mail_awaited").await?;
        Ok(())
    }
}
