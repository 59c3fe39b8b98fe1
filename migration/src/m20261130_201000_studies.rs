//! Studies that an observatory does on its own: the product and the release that they are, and what they are about.

use crate::schema::{Table, migration};

const TABLES: &[Table] = &[Table {
    name: "study",
    columns: &[
        ("id", "varchar(36) NOT NULL"),
        ("observatory_id", "varchar(36) NOT NULL REFERENCES observatory (id) ON DELETE RESTRICT"),
        ("product_id", "varchar(36) NOT NULL REFERENCES product (id) ON DELETE RESTRICT"),
        ("release_id", "varchar(36) NOT NULL REFERENCES release (id) ON DELETE RESTRICT"),
        ("territory", "varchar(10) NOT NULL REFERENCES territory (code) ON DELETE RESTRICT"),
        ("declared_at", "bigint NOT NULL"),
        ("declared_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
        ("version", "integer NOT NULL"),
        ("updated_at", "bigint NOT NULL"),
    ],
    primary_key: "id",
    uniques: &[("uq_study_product", "product_id", ""), ("uq_study_release", "release_id", "")],
    indexes: &[
        ("ix_study_observatory_id", "observatory_id"),
        ("ix_study_territory", "territory"),
        ("ix_study_declared_by", "declared_by"),
    ],
}];

migration!("m20261130_201000_studies", TABLES);
