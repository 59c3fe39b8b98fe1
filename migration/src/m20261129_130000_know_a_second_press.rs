//! Which press spent a sign-in link, and the session it opened: the same press sent twice must not leave its sender outside.
//!
//! Adds two columns that may be empty: older code runs beside it.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_130000_know_a_second_press"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in [
            "ALTER TABLE sign_in_link ADD COLUMN press_hash varchar(64)",
            "ALTER TABLE sign_in_link ADD COLUMN session_id varchar(36)",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in
            ["ALTER TABLE sign_in_link DROP COLUMN session_id", "ALTER TABLE sign_in_link DROP COLUMN press_hash"]
        {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
