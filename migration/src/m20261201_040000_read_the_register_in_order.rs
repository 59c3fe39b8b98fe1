//! An index in the order of the register, of the present records only, which both engines read without sorting.
//! `PostgreSQL` could not use the order of the one before it, which began with the column that is empty in them.

use crate::schema::migration;

const UP: &[&str] = &[
    "DROP INDEX ix_designation_record_register",
    "CREATE INDEX ix_designation_record_register ON designation_record (valid_from, designation_id) \
     WHERE superseded_at IS NULL",
];

const DOWN: &[&str] = &[
    "DROP INDEX ix_designation_record_register",
    "CREATE INDEX ix_designation_record_register ON designation_record (superseded_at, valid_from, designation_id)",
];

migration!("m20261201_040000_read_the_register_in_order", UP, DOWN);
