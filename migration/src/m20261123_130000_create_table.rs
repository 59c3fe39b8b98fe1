//! Tables, meetings, agenda, attendance, outcomes, invitations.
//!
//! Creates tables only: takes no lock that matters, and older code runs beside it.

use crate::schema::{Table, create, drop_tables};
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_130000_create_table"
    }
}

const TABLES: &[Table] = &[
    Table {
        name: "technical_table",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("code", "varchar(60) NOT NULL"),
            ("name_it", "varchar(200) NOT NULL"),
            ("name_en", "varchar(200) NOT NULL"),
            ("kind", "varchar(30) NOT NULL CHECK (kind IN ('plenary', 'working_group'))"),
            ("ordinary_notice_days", "integer NOT NULL"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_technical_table_code", "code", "")],
        indexes: &[],
    },
    Table {
        name: "meeting",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("table_id", "varchar(36) NOT NULL REFERENCES technical_table (id) ON DELETE RESTRICT"),
            ("number", "integer"),
            (
                "year",
                "integer CHECK ((year IS NULL) = (convened_at IS NULL) AND (number IS NULL) = (convened_at IS NULL))",
            ),
            ("title", "varchar(200) NOT NULL"),
            ("state", "varchar(30) NOT NULL CHECK (state IN ('draft', 'convened', 'held', 'closed', 'cancelled'))"),
            ("mode", "varchar(30) NOT NULL CHECK (mode IN ('in_person', 'remote', 'mixed'))"),
            ("day", "date NOT NULL"),
            ("starts", "time NOT NULL"),
            ("ends", "time NOT NULL CHECK (ends > starts)"),
            ("place", "varchar(300)"),
            ("remote_url", "varchar(500)"),
            ("uid", "varchar(200) NOT NULL"),
            ("sequence", "integer NOT NULL"),
            ("short_notice_reason", "varchar(1000)"),
            ("cancelled_reason", "varchar(1000) CHECK ((cancelled_reason IS NULL) = (state <> 'cancelled'))"),
            ("convened_at", "bigint CHECK (state = 'cancelled' OR (convened_at IS NULL) = (state = 'draft'))"),
            ("held_at", "bigint CHECK ((held_at IS NULL) = (state NOT IN ('held', 'closed')))"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_meeting_uid", "uid", ""), ("uq_meeting_table_year_number", "table_id, year, number", "")],
        indexes: &[],
    },
    Table {
        name: "agenda_item",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("meeting_id", "varchar(36) NOT NULL REFERENCES meeting (id) ON DELETE RESTRICT"),
            ("position", "integer NOT NULL"),
            ("kind", "varchar(30) NOT NULL CHECK (kind IN ('information', 'discussion', 'decision'))"),
            ("title", "varchar(300) NOT NULL"),
            ("release_id", "varchar(36) REFERENCES release (id) ON DELETE RESTRICT"),
            ("minutes", "integer"),
            ("created_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_agenda_item_position", "meeting_id, position", "")],
        indexes: &[("ix_agenda_item_release_id", "release_id")],
    },
    Table {
        name: "attendance",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("meeting_id", "varchar(36) NOT NULL REFERENCES meeting (id) ON DELETE RESTRICT"),
            ("body_id", "varchar(36) NOT NULL REFERENCES body (id) ON DELETE RESTRICT"),
            ("presence", "varchar(30) NOT NULL CHECK (presence IN ('present', 'by_delegate', 'excused', 'absent'))"),
            ("delegate", "varchar(200)"),
            ("recorded_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_attendance_meeting_body", "meeting_id, body_id", "")],
        indexes: &[("ix_attendance_body_id", "body_id")],
    },
    Table {
        name: "outcome",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("meeting_id", "varchar(36) NOT NULL REFERENCES meeting (id) ON DELETE RESTRICT"),
            ("agenda_item_id", "varchar(36) REFERENCES agenda_item (id) ON DELETE RESTRICT"),
            ("position", "integer NOT NULL"),
            (
                "kind",
                "varchar(30) NOT NULL CHECK (kind IN ('information', 'decision', 'task', 'deferral', 'problem', 'recommendation'))",
            ),
            ("text", "varchar(4000) NOT NULL"),
            ("release_id", "varchar(36) REFERENCES release (id) ON DELETE RESTRICT"),
            ("task_id", "varchar(36) REFERENCES task (id) ON DELETE RESTRICT"),
            ("created_at", "bigint NOT NULL"),
            ("created_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
        ],
        primary_key: "id",
        uniques: &[("uq_outcome_position", "meeting_id, position", "")],
        indexes: &[
            ("ix_outcome_agenda_item_id", "agenda_item_id"),
            ("ix_outcome_release_id", "release_id"),
            ("ix_outcome_task_id", "task_id"),
            ("ix_outcome_created_by", "created_by"),
        ],
    },
    Table {
        name: "invitation",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("meeting_id", "varchar(36) NOT NULL REFERENCES meeting (id) ON DELETE RESTRICT"),
            ("person_id", "varchar(36) NOT NULL REFERENCES person (id) ON DELETE RESTRICT"),
            ("designation_id", "varchar(36) NOT NULL REFERENCES designation (id) ON DELETE RESTRICT"),
            ("sequence", "integer NOT NULL"),
            ("method", "varchar(30) NOT NULL CHECK (method IN ('request', 'cancel'))"),
            ("told_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_invitation_meeting_person", "meeting_id, person_id", "")],
        indexes: &[("ix_invitation_person_id", "person_id"), ("ix_invitation_designation_id", "designation_id")],
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
