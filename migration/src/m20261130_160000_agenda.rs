//! The yearly agenda: the day that a rule gave to a release, the sentence that explains it, and the adopted editions.
//!
//! Adds columns that may be empty and tables, so that older code runs beside them.

use crate::schema::{Table, migration};

const UP: &[&str] = &[
    "ALTER TABLE release ADD COLUMN rule_day date",
    "ALTER TABLE release_change ADD COLUMN rule_it varchar(2000)",
    "ALTER TABLE release_change ADD COLUMN rule_en varchar(2000)",
];

const DOWN: &[&str] = &[
    "ALTER TABLE release_change DROP COLUMN rule_en",
    "ALTER TABLE release_change DROP COLUMN rule_it",
    "ALTER TABLE release DROP COLUMN rule_day",
];

const TABLES: &[Table] = &[
    Table {
        name: "agenda_edition",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("number", "integer NOT NULL"),
            ("title", "varchar(200) NOT NULL"),
            ("first_day", "date NOT NULL"),
            ("last_day", "date NOT NULL"),
            ("adopted_at", "bigint NOT NULL"),
            ("adopted_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
        ],
        primary_key: "id",
        uniques: &[("uq_agenda_edition_number", "number", "")],
        indexes: &[("ix_agenda_edition_adopted_by", "adopted_by")],
    },
    Table {
        name: "agenda_edition_entry",
        columns: &[
            ("edition_id", "varchar(36) NOT NULL REFERENCES agenda_edition (id) ON DELETE RESTRICT"),
            ("release_id", "varchar(36) NOT NULL REFERENCES release (id) ON DELETE RESTRICT"),
            ("product_name_it", "varchar(200) NOT NULL"),
            ("product_name_en", "varchar(200) NOT NULL"),
            ("observatory_name", "varchar(200)"),
            ("period_label", "varchar(10) NOT NULL"),
            ("state", "varchar(30) NOT NULL"),
            ("precision", "varchar(30) NOT NULL"),
            ("day", "date NOT NULL"),
            ("hour", "time"),
        ],
        primary_key: "edition_id, release_id",
        uniques: &[],
        indexes: &[("ix_agenda_edition_entry_release_id", "release_id")],
    },
];

migration!("m20261130_160000_agenda", UP, DOWN, TABLES);
