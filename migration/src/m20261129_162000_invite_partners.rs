//! The partners that the secretariat invites to one meeting, each by the seat they hold.
//!
//! Creates a table only: takes no lock that matters, and older code runs beside it.

use crate::schema::{Table, create, drop_tables};
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_162000_invite_partners"
    }
}

const TABLES: &[Table] = &[Table {
    name: "meeting_guest",
    columns: &[
        ("meeting_id", "varchar(36) NOT NULL REFERENCES meeting (id) ON DELETE RESTRICT"),
        ("seat_id", "varchar(36) NOT NULL REFERENCES seat (id) ON DELETE RESTRICT"),
        ("person_id", "varchar(36) NOT NULL REFERENCES person (id) ON DELETE RESTRICT"),
        ("invited_at", "bigint NOT NULL"),
    ],
    primary_key: "meeting_id, seat_id, person_id",
    uniques: &[],
    indexes: &[("ix_meeting_guest_seat_id", "seat_id"), ("ix_meeting_guest_person_id", "person_id")],
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
