//! When the page of a publication is looked at next, what went wrong when a look was to be kept, and how a look was made.
//!
//! Until now every run read all releases that ever came out to find the pages that are due, and one page that could not be kept
//! kept all others waiting. Adds columns that may be empty or have a default, and indexes: older code runs beside it. Pages
//! that older code declares meanwhile are looked at once they are declared again.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_100000_plan_the_looks"
    }
}

const UP: &[&str] = &[
    "ALTER TABLE publication ADD COLUMN next_look_at bigint",
    "ALTER TABLE publication ADD COLUMN failed_looks integer NOT NULL DEFAULT 0",
    "ALTER TABLE publication ADD COLUMN failure varchar(500)",
    "ALTER TABLE publication_check ADD COLUMN led_to varchar(2000)",
    "ALTER TABLE publication_check ADD COLUMN reading integer NOT NULL DEFAULT 1",
    "UPDATE publication SET next_look_at = COALESCE(last_checked_at, declared_at) WHERE address IS NOT NULL",
    "CREATE INDEX ix_publication_next_look_at ON publication (next_look_at)",
    "CREATE INDEX ix_submission_answered_at ON submission (answered_at)",
];

const DOWN: &[&str] = &[
    "DROP INDEX ix_submission_answered_at",
    "DROP INDEX ix_publication_next_look_at",
    "ALTER TABLE publication_check DROP COLUMN reading",
    "ALTER TABLE publication_check DROP COLUMN led_to",
    "ALTER TABLE publication DROP COLUMN failure",
    "ALTER TABLE publication DROP COLUMN failed_looks",
    "ALTER TABLE publication DROP COLUMN next_look_at",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        carry_out(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        carry_out(manager, DOWN).await
    }
}

async fn carry_out(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}
