//! The review of contributions in rounds: remarks with the steps they take, and readings by other observatories.
//!
//! Adds tables only, so that older code runs beside them. Remarks of earlier reviews stay in `submission.remarks`.

use crate::schema::{Table, migration};

const TABLES: &[Table] = &[
    Table {
        name: "remark",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("deliverable_id", "varchar(36) NOT NULL REFERENCES deliverable (id) ON DELETE RESTRICT"),
            ("submission_id", "varchar(36) REFERENCES submission (id) ON DELETE RESTRICT"),
            ("number", "integer NOT NULL"),
            ("observatory_id", "varchar(36) REFERENCES observatory (id) ON DELETE RESTRICT"),
            ("part", "varchar(200)"),
            ("text", "varchar(4000) NOT NULL"),
            ("due_day", "date NOT NULL"),
            ("state", "varchar(30) NOT NULL"),
            ("written_at", "bigint NOT NULL"),
            ("written_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
            ("version", "integer NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_remark_number", "deliverable_id, number", "")],
        indexes: &[
            ("ix_remark_submission_id", "submission_id"),
            ("ix_remark_observatory_id", "observatory_id"),
            ("ix_remark_written_by", "written_by"),
        ],
    },
    Table {
        name: "remark_step",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("remark_id", "varchar(36) NOT NULL REFERENCES remark (id) ON DELETE RESTRICT"),
            ("position", "integer NOT NULL"),
            ("kind", "varchar(30) NOT NULL"),
            ("text", "varchar(1000)"),
            ("at", "bigint NOT NULL"),
            ("by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
            ("on_behalf_of", "varchar(36) REFERENCES body (id) ON DELETE RESTRICT"),
        ],
        primary_key: "id",
        uniques: &[("uq_remark_step_position", "remark_id, position", "")],
        indexes: &[("ix_remark_step_by", "\"by\""), ("ix_remark_step_on_behalf_of", "on_behalf_of")],
    },
    Table {
        name: "peer_reading",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("deliverable_id", "varchar(36) NOT NULL REFERENCES deliverable (id) ON DELETE RESTRICT"),
            ("observatory_id", "varchar(36) NOT NULL REFERENCES observatory (id) ON DELETE RESTRICT"),
            ("state", "varchar(30) NOT NULL"),
            ("due_day", "date NOT NULL"),
            ("note", "varchar(1000)"),
            ("asked_at", "bigint NOT NULL"),
            ("asked_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
            ("answered_at", "bigint"),
            ("answered_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
            ("ended_at", "bigint"),
            ("ended_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
            ("version", "integer NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[],
        indexes: &[
            ("ix_peer_reading_deliverable_id", "deliverable_id"),
            ("ix_peer_reading_observatory_id", "observatory_id"),
            ("ix_peer_reading_asked_by", "asked_by"),
            ("ix_peer_reading_answered_by", "answered_by"),
            ("ix_peer_reading_ended_by", "ended_by"),
        ],
    },
];

migration!("m20261130_170000_review", TABLES);
