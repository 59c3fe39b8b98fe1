//! What every slice stands on: the audit chain, the outbox, jobs, sessions, idempotent answers.
//!
//! Creates tables only: takes no lock that matters, and older code runs beside it.

use crate::schema::{Table, create, drop_tables};
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_110000_create_platform"
    }
}

const TABLES: &[Table] = &[
    Table {
        name: "audit_event",
        columns: &[
            ("seq", "bigint NOT NULL"),
            ("at", "bigint NOT NULL"),
            ("actor_kind", "varchar(20) NOT NULL"),
            ("actor_id", "varchar(36)"),
            ("on_behalf_of", "varchar(36)"),
            ("channel", "varchar(20)"),
            ("source", "varchar(300)"),
            ("action", "varchar(80) NOT NULL"),
            ("subject_kind", "varchar(40) NOT NULL"),
            ("subject_id", "varchar(36) NOT NULL"),
            ("details", "varchar(8000) NOT NULL"),
            ("request_id", "varchar(64)"),
            ("previous_hash", "varchar(64) NOT NULL"),
            ("hash", "varchar(64) NOT NULL"),
        ],
        primary_key: "seq",
        uniques: &[],
        indexes: &[("ix_audit_event_subject_id", "subject_id")],
    },
    Table {
        name: "audit_head",
        columns: &[("id", "integer NOT NULL"), ("seq", "bigint NOT NULL"), ("hash", "varchar(64) NOT NULL")],
        primary_key: "id",
        uniques: &[],
        indexes: &[],
    },
    Table {
        name: "outbox_mail",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("kind", "varchar(60) NOT NULL"),
            ("dedupe_key", "varchar(200) NOT NULL"),
            ("subject_kind", "varchar(40) NOT NULL"),
            ("subject_id", "varchar(36) NOT NULL"),
            ("person_id", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
            ("designation_id", "varchar(36) REFERENCES designation (id) ON DELETE RESTRICT"),
            ("recipient", "varchar(254) NOT NULL"),
            ("language", "varchar(2) NOT NULL"),
            ("subject", "varchar(250) NOT NULL"),
            ("message_id", "varchar(250) NOT NULL"),
            ("envelope_from", "varchar(254) NOT NULL"),
            ("payload", "blob NOT NULL"),
            ("due_at", "bigint NOT NULL"),
            ("expires_at", "bigint"),
            (
                "state",
                "varchar(30) NOT NULL CHECK (state IN ('pending', 'leased', 'sent', 'unknown', 'failed', 'dead', 'expired', 'cancelled'))",
            ),
            ("attempts", "integer NOT NULL"),
            ("crash_count", "integer NOT NULL"),
            ("lease_owner", "varchar(80)"),
            ("lease_epoch", "bigint NOT NULL"),
            ("lease_until", "bigint"),
            ("last_class", "varchar(40)"),
            ("last_text", "varchar(1000)"),
            ("sent_at", "bigint"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_outbox_mail_dedupe_key", "dedupe_key", ""), ("uq_outbox_mail_message_id", "message_id", "")],
        indexes: &[
            ("ix_outbox_mail_state_due", "state, due_at"),
            ("ix_outbox_mail_subject_id", "subject_id"),
            ("ix_outbox_mail_person_id", "person_id"),
            ("ix_outbox_mail_designation_id", "designation_id"),
        ],
    },
    Table {
        name: "setting",
        columns: &[
            ("key", "varchar(60) NOT NULL"),
            ("value", "varchar(1000) NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "key",
        uniques: &[],
        indexes: &[],
    },
    Table {
        name: "job_status",
        columns: &[
            ("name", "varchar(60) NOT NULL"),
            ("last_planned_at", "bigint"),
            ("last_started_at", "bigint NOT NULL"),
            ("last_finished_at", "bigint"),
            ("last_outcome", "varchar(20) NOT NULL"),
            ("last_detail", "varchar(1000)"),
            ("last_duration_ms", "bigint NOT NULL"),
            ("runs", "bigint NOT NULL"),
            ("failures", "bigint NOT NULL"),
        ],
        primary_key: "name",
        uniques: &[],
        indexes: &[],
    },
    Table {
        name: "job_slot",
        columns: &[("job", "varchar(60) NOT NULL"), ("planned_at", "bigint NOT NULL"), ("taken_at", "bigint NOT NULL")],
        primary_key: "job, planned_at",
        uniques: &[],
        indexes: &[],
    },
    Table {
        name: "sign_in_link",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("person_id", "varchar(36) NOT NULL REFERENCES person (id) ON DELETE RESTRICT"),
            ("token_hash", "varchar(64) NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("expires_at", "bigint NOT NULL"),
            ("used_at", "bigint"),
        ],
        primary_key: "id",
        uniques: &[("uq_sign_in_link_token_hash", "token_hash", "")],
        indexes: &[("ix_sign_in_link_person_id", "person_id")],
    },
    Table {
        name: "session",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("key_hash", "varchar(64) NOT NULL"),
            ("person_id", "varchar(36) NOT NULL REFERENCES person (id) ON DELETE RESTRICT"),
            ("user_agent", "varchar(200)"),
            ("created_at", "bigint NOT NULL"),
            ("last_seen_at", "bigint NOT NULL"),
            ("expires_at", "bigint NOT NULL"),
            ("ended_at", "bigint"),
        ],
        primary_key: "id",
        uniques: &[("uq_session_key_hash", "key_hash", "")],
        indexes: &[("ix_session_person_id", "person_id")],
    },
    Table {
        name: "api_token",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("person_id", "varchar(36) NOT NULL REFERENCES person (id) ON DELETE RESTRICT"),
            ("name", "varchar(80) NOT NULL"),
            ("token_hash", "varchar(64) NOT NULL"),
            ("scopes", "varchar(200) NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("expires_at", "bigint NOT NULL"),
            ("last_used_at", "bigint"),
            ("revoked_at", "bigint"),
        ],
        primary_key: "id",
        uniques: &[("uq_api_token_token_hash", "token_hash", "")],
        indexes: &[("ix_api_token_person_id", "person_id")],
    },
    Table {
        name: "idempotent_request",
        columns: &[
            ("caller", "varchar(80) NOT NULL"),
            ("key", "varchar(255) NOT NULL"),
            ("request_hash", "varchar(64) NOT NULL"),
            ("status", "integer NOT NULL"),
            ("location", "varchar(300)"),
            ("etag", "varchar(80)"),
            ("body", "text NOT NULL"),
            ("created_at", "bigint NOT NULL"),
        ],
        primary_key: "caller, key",
        uniques: &[],
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
