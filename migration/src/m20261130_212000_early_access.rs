//! Access of some people to products before their release, and every view that they had.

use crate::schema::{Table, migration};

const TABLES: &[Table] = &[
    Table {
        name: "early_access",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("product_id", "varchar(36) NOT NULL REFERENCES product (id) ON DELETE RESTRICT"),
            ("designation_id", "varchar(36) NOT NULL REFERENCES designation (id) ON DELETE RESTRICT"),
            ("first_day", "date NOT NULL"),
            ("last_day", "date NOT NULL"),
            ("hours_before", "integer NOT NULL"),
            ("reason", "varchar(2000) NOT NULL"),
            ("ended_at", "bigint"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("created_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[],
        indexes: &[
            ("ix_early_access_product_id", "product_id"),
            ("ix_early_access_designation_id", "designation_id"),
            ("ix_early_access_created_by", "created_by"),
        ],
    },
    Table {
        name: "early_view",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("access_id", "varchar(36) NOT NULL REFERENCES early_access (id) ON DELETE RESTRICT"),
            ("deliverable_id", "varchar(36) NOT NULL REFERENCES deliverable (id) ON DELETE RESTRICT"),
            ("person_id", "varchar(36) NOT NULL REFERENCES person (id) ON DELETE RESTRICT"),
            ("at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[],
        indexes: &[
            ("ix_early_view_access_id", "access_id"),
            ("ix_early_view_deliverable_id", "deliverable_id"),
            ("ix_early_view_person_id", "person_id"),
        ],
    },
];

migration!("m20261130_212000_early_access", TABLES);
