//! Products, releases with every date they ever had, deliverables with what was handed in, and tasks.
//!
//! Creates tables only: takes no lock that matters, and older code runs beside it.

use crate::schema::{Table, create, drop_tables};
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_120000_create_agenda"
    }
}

const TABLES: &[Table] = &[
    Table {
        name: "product",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("code", "varchar(60) NOT NULL"),
            ("name_it", "varchar(200) NOT NULL"),
            ("name_en", "varchar(200) NOT NULL"),
            (
                "periodicity",
                "varchar(30) NOT NULL CHECK (periodicity IN ('annual', 'half_yearly', 'four_monthly', 'quarterly', 'monthly', 'irregular'))",
            ),
            ("scope", "varchar(30) NOT NULL CHECK (scope IN ('joint', 'per_observatory', 'autonomous'))"),
            ("default_hour", "time NOT NULL"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_product_code", "code", "")],
        indexes: &[],
    },
    Table {
        name: "product_step",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("product_id", "varchar(36) NOT NULL REFERENCES product (id) ON DELETE RESTRICT"),
            ("position", "integer NOT NULL"),
            ("code", "varchar(40) NOT NULL"),
            ("name_it", "varchar(200) NOT NULL"),
            ("name_en", "varchar(200) NOT NULL"),
            (
                "seat",
                "varchar(30) NOT NULL CHECK (seat IN ('referent', 'deputy', 'body_manager', 'secretariat', 'direction', 'partner'))",
            ),
            ("offset_working_days", "integer NOT NULL"),
            ("estimated_minutes", "integer NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_product_step_position", "product_id, position", "")],
        indexes: &[],
    },
    Table {
        name: "release",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("product_id", "varchar(36) NOT NULL REFERENCES product (id) ON DELETE RESTRICT"),
            ("period_label", "varchar(10) NOT NULL"),
            ("period_from", "date NOT NULL"),
            ("period_to", "date NOT NULL"),
            ("state", "varchar(30) NOT NULL CHECK (state IN ('provisional', 'confirmed', 'published', 'cancelled'))"),
            (
                "precision",
                "varchar(30) NOT NULL CHECK (precision IN ('day_time', 'day', 'week', 'month', 'two_months'))",
            ),
            ("day", "date NOT NULL"),
            ("hour", "time"),
            ("first_confirmed_day", "date"),
            ("first_confirmed_hour", "time"),
            ("first_confirmed_at", "bigint"),
            ("published_at", "bigint"),
            (
                "reason_code",
                "varchar(30) CHECK (reason_code IN ('source_late', 'seat_vacant', 'workload', 'portal', 'method', 'table_decision', 'other'))",
            ),
            ("reason_text", "varchar(2000)"),
            ("sequence", "integer NOT NULL"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_release_product_period", "product_id, period_label", "state <> 'cancelled'")],
        indexes: &[("ix_release_day", "day")],
    },
    Table {
        name: "release_change",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("release_id", "varchar(36) NOT NULL REFERENCES release (id) ON DELETE RESTRICT"),
            ("position", "integer NOT NULL"),
            (
                "kind",
                "varchar(30) NOT NULL CHECK (kind IN ('planned', 'improved', 'confirmed', 'moved', 'cancelled', 'published'))",
            ),
            (
                "precision",
                "varchar(30) NOT NULL CHECK (precision IN ('day_time', 'day', 'week', 'month', 'two_months'))",
            ),
            ("day", "date NOT NULL"),
            ("hour", "time"),
            (
                "reason_code",
                "varchar(30) CHECK (reason_code IN ('source_late', 'seat_vacant', 'workload', 'portal', 'method', 'table_decision', 'other'))",
            ),
            ("reason_text", "varchar(2000)"),
            ("outcome_id", "varchar(36)"),
            ("at", "bigint NOT NULL"),
            ("by_person", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
        ],
        primary_key: "id",
        uniques: &[("uq_release_change_position", "release_id, position", "")],
        indexes: &[("ix_release_change_by_person", "by_person")],
    },
    Table {
        name: "deliverable",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("release_id", "varchar(36) NOT NULL REFERENCES release (id) ON DELETE RESTRICT"),
            ("observatory_id", "varchar(36) NOT NULL REFERENCES observatory (id) ON DELETE RESTRICT"),
            (
                "state",
                "varchar(30) NOT NULL CHECK (state IN ('planned', 'in_progress', 'submitted', 'changes_requested', 'approved', 'published', 'verified', 'blocked', 'waived'))",
            ),
            (
                "resume_state",
                "varchar(30) CHECK (resume_state IN ('planned', 'in_progress', 'submitted', 'changes_requested', 'approved', 'published', 'verified', 'blocked', 'waived'))",
            ),
            ("reason", "varchar(1000)"),
            ("due_day", "date NOT NULL"),
            ("hand_set_day", "date"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_deliverable_release_observatory", "release_id, observatory_id", "")],
        indexes: &[("ix_deliverable_observatory_id", "observatory_id")],
    },
    Table {
        name: "submission",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("deliverable_id", "varchar(36) NOT NULL REFERENCES deliverable (id) ON DELETE RESTRICT"),
            ("position", "integer NOT NULL"),
            ("link", "varchar(2000)"),
            ("note", "varchar(1000)"),
            ("submitted_at", "bigint NOT NULL"),
            ("submitted_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
            ("remarks", "varchar(4000)"),
            ("answered_at", "bigint"),
            ("answered_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
        ],
        primary_key: "id",
        uniques: &[("uq_submission_position", "deliverable_id, position", "")],
        indexes: &[("ix_submission_submitted_by", "submitted_by"), ("ix_submission_answered_by", "answered_by")],
    },
    Table {
        name: "task",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("seat_id", "varchar(36) NOT NULL REFERENCES seat (id) ON DELETE RESTRICT"),
            ("release_id", "varchar(36) REFERENCES release (id) ON DELETE RESTRICT"),
            ("deliverable_id", "varchar(36) REFERENCES deliverable (id) ON DELETE RESTRICT"),
            ("step_id", "varchar(36) REFERENCES product_step (id) ON DELETE RESTRICT"),
            ("outcome_id", "varchar(36)"),
            ("origin", "varchar(30) NOT NULL CHECK (origin IN ('step', 'outcome', 'missing_page'))"),
            ("title_it", "varchar(300) NOT NULL"),
            ("title_en", "varchar(300) NOT NULL"),
            ("due_day", "date NOT NULL"),
            ("hand_set_day", "date"),
            ("estimated_minutes", "integer NOT NULL"),
            ("state", "varchar(30) NOT NULL CHECK (state IN ('open', 'in_progress', 'done', 'blocked', 'cancelled'))"),
            (
                "resume_state",
                "varchar(30) CHECK (resume_state IN ('open', 'in_progress', 'done', 'blocked', 'cancelled'))",
            ),
            ("reason", "varchar(1000)"),
            ("note", "varchar(1000)"),
            ("done_at", "bigint"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[],
        indexes: &[
            ("ix_task_state_due", "state, due_day"),
            ("ix_task_seat_id", "seat_id"),
            ("ix_task_release_id", "release_id"),
            ("ix_task_deliverable_id", "deliverable_id"),
            ("ix_task_step_id", "step_id"),
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
