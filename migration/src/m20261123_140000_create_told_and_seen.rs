//! Reminders, one-press links, publications and the evidence of each look at the portal.
//!
//! Creates tables only: takes no lock that matters, and older code runs beside it.

use crate::schema::{Table, create, drop_tables};
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_140000_create_told_and_seen"
    }
}

const TABLES: &[Table] = &[
    Table {
        name: "reminder",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("obligation_kind", "varchar(40) NOT NULL"),
            ("obligation_id", "varchar(36) NOT NULL"),
            ("rung", "integer NOT NULL"),
            ("person_id", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
            ("due_day", "date NOT NULL"),
            ("outcome", "varchar(30) NOT NULL CHECK (outcome IN ('sent', 'skipped'))"),
            ("reason", "varchar(100)"),
            ("mail_id", "varchar(36) REFERENCES outbox_mail (id) ON DELETE RESTRICT"),
            ("at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_reminder_obligation_rung", "obligation_kind, obligation_id, rung, due_day", "")],
        indexes: &[("ix_reminder_person_id", "person_id"), ("ix_reminder_mail_id", "mail_id")],
    },
    Table {
        name: "press_link",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("token_hash", "varchar(64) NOT NULL"),
            ("task_id", "varchar(36) NOT NULL REFERENCES task (id) ON DELETE RESTRICT"),
            ("person_id", "varchar(36) NOT NULL REFERENCES person (id) ON DELETE RESTRICT"),
            ("designation_id", "varchar(36) NOT NULL REFERENCES designation (id) ON DELETE RESTRICT"),
            ("created_at", "bigint NOT NULL"),
            ("expires_at", "bigint NOT NULL"),
            ("revoked_at", "bigint"),
        ],
        primary_key: "id",
        uniques: &[("uq_press_link_token_hash", "token_hash", "")],
        indexes: &[
            ("ix_press_link_task_id", "task_id"),
            ("ix_press_link_person_id", "person_id"),
            ("ix_press_link_designation_id", "designation_id"),
        ],
    },
    Table {
        name: "publication",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("deliverable_id", "varchar(36) NOT NULL REFERENCES deliverable (id) ON DELETE RESTRICT"),
            (
                "state",
                "varchar(30) NOT NULL CHECK (state IN ('expected', 'declared', 'seen', 'verified', 'missing', 'altered'))",
            ),
            ("address", "varchar(2000)"),
            ("declared_at", "bigint"),
            ("declared_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
            ("first_seen_at", "bigint"),
            ("verified_at", "bigint"),
            ("last_checked_at", "bigint"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_publication_deliverable_id", "deliverable_id", "")],
        indexes: &[("ix_publication_declared_by", "declared_by")],
    },
    Table {
        name: "publication_check",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("publication_id", "varchar(36) NOT NULL REFERENCES publication (id) ON DELETE RESTRICT"),
            ("position", "integer NOT NULL"),
            ("at", "bigint NOT NULL"),
            (
                "state",
                "varchar(30) NOT NULL CHECK (state IN ('expected', 'declared', 'seen', 'verified', 'missing', 'altered'))",
            ),
            ("http_status", "integer"),
            ("title", "varchar(500)"),
            ("sha256", "varchar(64)"),
            ("problem", "varchar(500)"),
        ],
        primary_key: "id",
        uniques: &[("uq_publication_check_position", "publication_id, position", "")],
        indexes: &[],
    },
];

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
