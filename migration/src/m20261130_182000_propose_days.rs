//! Another day proposed for a contribution, and the answer of the secretariat; one open proposal for each contribution.
//!
//! Adds only, so that older code runs beside it.

use crate::schema::{Table, migration};

const TABLES: &[Table] = &[Table {
    name: "day_proposal",
    columns: &[
        ("id", "varchar(36) NOT NULL"),
        ("deliverable_id", "varchar(36) NOT NULL REFERENCES deliverable (id) ON DELETE RESTRICT"),
        ("state", "varchar(30) NOT NULL"),
        ("former_day", "date NOT NULL"),
        ("day", "date NOT NULL"),
        ("reason", "varchar(1000) NOT NULL"),
        ("proposed_at", "bigint NOT NULL"),
        ("proposed_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
        ("answer", "varchar(1000)"),
        ("answered_at", "bigint"),
        ("answered_by", "varchar(36) REFERENCES person (id) ON DELETE RESTRICT"),
        ("version", "integer NOT NULL"),
    ],
    primary_key: "id",
    uniques: &[("uq_day_proposal_open", "deliverable_id", "state = 'open'")],
    indexes: &[
        ("ix_day_proposal_deliverable_id", "deliverable_id"),
        ("ix_day_proposal_proposed_by", "proposed_by"),
        ("ix_day_proposal_answered_by", "answered_by"),
    ],
}];

migration!("m20261130_182000_propose_days", TABLES);
