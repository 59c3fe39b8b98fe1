//! Seats, acts and the two-axis register of designations.
//!
//! Creates tables only: takes no lock that matters, and older code runs beside it.

use crate::schema::{Table, create, drop_tables};
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_100000_create_designations"
    }
}

const TABLES: &[Table] = &[
    Table {
        name: "seat",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("code", "varchar(120) NOT NULL"),
            (
                "kind",
                "varchar(30) NOT NULL CHECK (kind IN ('referent', 'deputy', 'body_manager', 'secretariat', 'direction', 'partner'))",
            ),
            ("body_id", "varchar(36) NOT NULL REFERENCES body (id) ON DELETE RESTRICT"),
            ("observatory_id", "varchar(36) REFERENCES observatory (id) ON DELETE RESTRICT"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_seat_code", "code", "")],
        indexes: &[("ix_seat_body_id", "body_id"), ("ix_seat_observatory_id", "observatory_id")],
    },
    Table {
        name: "document",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("sha256", "varchar(64) NOT NULL"),
            ("media_type", "varchar(100) NOT NULL"),
            ("size", "bigint NOT NULL"),
            ("name", "varchar(200) NOT NULL"),
            ("content", "blob NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("uploaded_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
        ],
        primary_key: "id",
        uniques: &[],
        indexes: &[("ix_document_uploaded_by", "uploaded_by")],
    },
    Table {
        name: "designation",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("seat_id", "varchar(36) NOT NULL REFERENCES seat (id) ON DELETE RESTRICT"),
            ("person_id", "varchar(36) NOT NULL REFERENCES person (id) ON DELETE RESTRICT"),
            ("handed_over_at", "bigint"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[],
        indexes: &[("ix_designation_seat_id", "seat_id"), ("ix_designation_person_id", "person_id")],
    },
    Table {
        name: "designation_record",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("designation_id", "varchar(36) NOT NULL REFERENCES designation (id) ON DELETE RESTRICT"),
            ("position", "integer NOT NULL"),
            ("change", "varchar(30) NOT NULL CHECK (change IN ('registered', 'ended', 'corrected', 'annulled'))"),
            ("valid_from", "date NOT NULL"),
            ("valid_to", "date"),
            ("organisation", "varchar(200)"),
            ("act_kind", "varchar(30) NOT NULL CHECK (act_kind IN ('decree', 'determination', 'resolution', 'note'))"),
            ("act_number", "varchar(60) NOT NULL"),
            ("act_date", "date NOT NULL"),
            ("act_organ", "varchar(200) NOT NULL"),
            ("act_subject", "varchar(500) NOT NULL"),
            ("protocol_number", "varchar(60)"),
            ("protocol_date", "date"),
            ("channel", "varchar(30) NOT NULL CHECK (channel IN ('pec', 'mail', 'hand', 'phone'))"),
            ("communicated_on", "date NOT NULL"),
            ("receipt", "varchar(200)"),
            ("document_id", "varchar(36) REFERENCES document (id) ON DELETE RESTRICT"),
            ("reason", "varchar(1000)"),
            ("recorded_at", "bigint NOT NULL"),
            ("recorded_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
            ("superseded_at", "bigint"),
        ],
        primary_key: "id",
        uniques: &[
            ("uq_designation_record_position", "designation_id, position", ""),
            ("uq_designation_record_current", "designation_id", "superseded_at IS NULL"),
        ],
        indexes: &[
            // The register by pages, the latest term first, without sorting all of it.
            ("ix_designation_record_register", "superseded_at, valid_from, designation_id"),
            ("ix_designation_record_document_id", "document_id"),
            ("ix_designation_record_recorded_by", "recorded_by"),
        ],
    },
    Table {
        name: "unavailability",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("designation_id", "varchar(36) NOT NULL REFERENCES designation (id) ON DELETE RESTRICT"),
            ("from_day", "date NOT NULL"),
            ("to_day", "date NOT NULL"),
            ("mode", "varchar(30) NOT NULL CHECK (mode IN ('can_finish', 'reassign_all'))"),
            ("note", "varchar(500)"),
            ("withdrawn_at", "bigint"),
            ("recorded_at", "bigint NOT NULL"),
            ("recorded_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
            ("version", "integer NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[],
        indexes: &[
            ("ix_unavailability_designation_id", "designation_id"),
            ("ix_unavailability_recorded_by", "recorded_by"),
        ],
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
