//! The catalogue as the secretariat keeps it: description, contributors, dependencies of steps, sheets of methodology.
//!
//! Adds tables, and columns that may be empty or have a value for the rows that exist, so that older code runs beside them. Autonomous
//! products may still be owed by the regional observatory, as before. A step that is removed stays for the tasks it has made, so
//! its place becomes free for another.

use crate::schema::{Table, migration};

const UP: &[&str] = &[
    "ALTER TABLE product ADD COLUMN theme varchar(30)",
    "ALTER TABLE product ADD COLUMN description_it varchar(2000)",
    "ALTER TABLE product ADD COLUMN description_en varchar(2000)",
    "ALTER TABLE product ADD COLUMN contact_name varchar(200)",
    "ALTER TABLE product ADD COLUMN contact_email varchar(254)",
    "ALTER TABLE product ADD COLUMN portal_section varchar(200)",
    "ALTER TABLE product ADD COLUMN portal_words varchar(500)",
    "ALTER TABLE product ADD COLUMN date_rule varchar(2000)",
    "ALTER TABLE product ADD COLUMN contributors varchar(30) NOT NULL DEFAULT 'all_territorial'",
    "ALTER TABLE product ADD COLUMN with_regional boolean NOT NULL DEFAULT FALSE",
    "ALTER TABLE product ADD COLUMN retired_at bigint",
    "ALTER TABLE product ADD COLUMN edited_at bigint",
    "UPDATE product SET with_regional = TRUE WHERE scope = 'autonomous'",
    "ALTER TABLE product_step ADD COLUMN after_steps varchar(500)",
    "ALTER TABLE product_step ADD COLUMN removed_at bigint",
    "DROP INDEX uq_product_step_position",
    "CREATE UNIQUE INDEX uq_product_step_position ON product_step (product_id, position) WHERE removed_at IS NULL",
    "CREATE UNIQUE INDEX uq_product_step_code ON product_step (product_id, code) WHERE removed_at IS NULL",
];

/// The step back loses the removed steps only if no task refers to them.
const DOWN: &[&str] = &[
    "DROP INDEX uq_product_step_code",
    "DROP INDEX uq_product_step_position",
    "DELETE FROM product_step WHERE removed_at IS NOT NULL",
    "CREATE UNIQUE INDEX uq_product_step_position ON product_step (product_id, position)",
    "ALTER TABLE product_step DROP COLUMN removed_at",
    "ALTER TABLE product_step DROP COLUMN after_steps",
    "ALTER TABLE product DROP COLUMN edited_at",
    "ALTER TABLE product DROP COLUMN retired_at",
    "ALTER TABLE product DROP COLUMN with_regional",
    "ALTER TABLE product DROP COLUMN contributors",
    "ALTER TABLE product DROP COLUMN date_rule",
    "ALTER TABLE product DROP COLUMN portal_words",
    "ALTER TABLE product DROP COLUMN portal_section",
    "ALTER TABLE product DROP COLUMN contact_email",
    "ALTER TABLE product DROP COLUMN contact_name",
    "ALTER TABLE product DROP COLUMN description_en",
    "ALTER TABLE product DROP COLUMN description_it",
    "ALTER TABLE product DROP COLUMN theme",
];

const TABLES: &[Table] = &[
    Table {
        name: "product_contributor",
        columns: &[
            ("product_id", "varchar(36) NOT NULL REFERENCES product (id) ON DELETE RESTRICT"),
            ("observatory_id", "varchar(36) NOT NULL REFERENCES observatory (id) ON DELETE RESTRICT"),
        ],
        primary_key: "product_id, observatory_id",
        uniques: &[],
        indexes: &[("ix_product_contributor_observatory_id", "observatory_id")],
    },
    Table {
        name: "product_sheet",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("product_id", "varchar(36) NOT NULL REFERENCES product (id) ON DELETE RESTRICT"),
            ("number", "integer NOT NULL"),
            ("text_it", "varchar(8000) NOT NULL"),
            ("text_en", "varchar(8000)"),
            ("document_id", "varchar(36) REFERENCES document (id) ON DELETE RESTRICT"),
            ("from_period", "varchar(10) NOT NULL"),
            ("from_day", "date NOT NULL"),
            ("published_at", "bigint NOT NULL"),
            ("published_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
        ],
        primary_key: "id",
        uniques: &[("uq_product_sheet_number", "product_id, number", "")],
        indexes: &[("ix_product_sheet_document_id", "document_id"), ("ix_product_sheet_published_by", "published_by")],
    },
    Table {
        name: "product_sheet_list",
        columns: &[
            ("sheet_id", "varchar(36) NOT NULL REFERENCES product_sheet (id) ON DELETE RESTRICT"),
            ("position", "integer NOT NULL"),
            ("name", "varchar(100) NOT NULL"),
            ("edition", "varchar(100) NOT NULL"),
        ],
        primary_key: "sheet_id, position",
        uniques: &[],
        indexes: &[],
    },
];

migration!("m20261130_150000_catalogue", UP, DOWN, TABLES);
