//! The mails that wait in the order in which they are due, and every mail by its address.
//!
//! Taking one mail used to sort all that waited and to match every farewell with them: 26 ms of the write lock, for each of
//! ten thousand. Builds two indexes: brief locks on the outbox; older code runs beside it.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_150000_order_the_outbox"
    }
}

/// Each index, and what it is of. Waiting is whatever is neither on the wire nor at its end, said in this way because a list
/// of the states that wait would draw the planner of `SQLite` to an index by state, to sort what stands here in order.
const INDEXES: &[(&str, &str)] = &[
    (
        "ix_outbox_mail_waiting",
        "outbox_mail (due_at, id) WHERE state NOT IN ('leased', 'sent', 'dead', 'expired', 'cancelled')",
    ),
    ("ix_outbox_mail_recipient", "outbox_mail (recipient)"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, of) in INDEXES {
            manager.get_connection().execute_unprepared(&format!("CREATE INDEX {name} ON {of}")).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES.iter().rev() {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        Ok(())
    }
}
