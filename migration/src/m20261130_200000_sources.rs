//! Upstream calendars on which the dates of releases depend, with their dates and what became of each.

use crate::schema::{Table, migration};

const TABLES: &[Table] = &[
    Table {
        name: "source",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("code", "varchar(60) NOT NULL"),
            ("name", "varchar(200) NOT NULL"),
            ("publisher", "varchar(200) NOT NULL"),
            ("address", "varchar(500)"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_source_code", "code", "")],
        indexes: &[],
    },
    Table {
        name: "source_occurrence",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("source_id", "varchar(36) NOT NULL REFERENCES source (id) ON DELETE RESTRICT"),
            ("mark", "varchar(255) NOT NULL"),
            ("label", "varchar(200) NOT NULL"),
            ("day", "date NOT NULL"),
            ("state", "varchar(30) NOT NULL"),
            ("note", "varchar(500)"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_source_occurrence_mark", "source_id, mark", "")],
        indexes: &[],
    },
    Table {
        name: "source_change",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("occurrence_id", "varchar(36) NOT NULL REFERENCES source_occurrence (id) ON DELETE RESTRICT"),
            ("day_before", "date"),
            ("day", "date NOT NULL"),
            ("state", "varchar(30) NOT NULL"),
            ("changed_at", "bigint NOT NULL"),
            ("changed_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
        ],
        primary_key: "id",
        uniques: &[],
        indexes: &[("ix_source_change_occurrence_id", "occurrence_id"), ("ix_source_change_changed_by", "changed_by")],
    },
];

migration!("m20261130_200000_sources", TABLES);
