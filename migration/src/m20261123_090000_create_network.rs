//! The network: agreement, territories and their working days, bodies, observatories, people.
//!
//! Creates tables only: takes no lock that matters, and older code runs beside it.

use crate::schema::{Table, create, drop_tables};
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_090000_create_network"
    }
}

const TABLES: &[Table] = &[
    Table {
        name: "agreement",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("code", "varchar(60) NOT NULL"),
            ("title", "varchar(300) NOT NULL"),
            ("in_force_from", "date"),
            ("in_force_to", "date NOT NULL"),
            ("review_due", "date NOT NULL"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_agreement_code", "code", "")],
        indexes: &[],
    },
    Table {
        name: "agreement_act",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("agreement_id", "varchar(36) NOT NULL REFERENCES agreement (id) ON DELETE RESTRICT"),
            ("position", "integer NOT NULL"),
            ("kind", "varchar(40) NOT NULL"),
            ("number", "varchar(60) NOT NULL"),
            ("act_date", "date"),
            ("subject", "varchar(500) NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_agreement_act_position", "agreement_id, position", "")],
        indexes: &[],
    },
    Table {
        name: "territory",
        columns: &[
            ("code", "varchar(10) NOT NULL"),
            ("name", "varchar(80) NOT NULL"),
            ("city", "varchar(80) NOT NULL"),
        ],
        primary_key: "code",
        uniques: &[],
        indexes: &[],
    },
    Table {
        name: "non_working_rule",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("territory", "varchar(10) REFERENCES territory (code) ON DELETE RESTRICT"),
            ("kind", "varchar(30) NOT NULL CHECK (kind IN ('fixed', 'easter_offset'))"),
            ("month", "integer"),
            ("day", "integer"),
            ("easter_offset", "integer"),
            ("from_year", "integer"),
            ("to_year", "integer"),
            ("name_it", "varchar(120) NOT NULL"),
            ("name_en", "varchar(120) NOT NULL"),
            ("source", "varchar(300)"),
        ],
        primary_key: "id",
        uniques: &[],
        indexes: &[("ix_non_working_rule_territory", "territory")],
    },
    Table {
        name: "one_off_day",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("territory", "varchar(10) REFERENCES territory (code) ON DELETE RESTRICT"),
            ("day", "date NOT NULL"),
            ("name_it", "varchar(120) NOT NULL"),
            ("name_en", "varchar(120) NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[],
        indexes: &[("ix_one_off_day_territory", "territory")],
    },
    Table {
        name: "body",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("code", "varchar(60) NOT NULL"),
            ("name", "varchar(200) NOT NULL"),
            ("kind", "varchar(30) NOT NULL CHECK (kind IN ('region', 'metropolitan_city', 'province'))"),
            ("ipa_code", "varchar(20) NOT NULL"),
            ("istat_code", "varchar(10) NOT NULL"),
            ("province_code", "varchar(10)"),
            ("sigla", "varchar(2)"),
            ("nuts", "varchar(10) NOT NULL"),
            ("capital", "varchar(80) NOT NULL"),
            ("capital_istat", "varchar(10) NOT NULL"),
            ("capital_cadastral", "varchar(10) NOT NULL"),
            ("territory", "varchar(10) NOT NULL REFERENCES territory (code) ON DELETE RESTRICT"),
            ("pec", "varchar(254)"),
            ("signatory", "boolean NOT NULL"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_body_code", "code", ""), ("uq_body_ipa_code", "ipa_code", "")],
        indexes: &[("ix_body_territory", "territory")],
    },
    Table {
        name: "body_alias",
        columns: &[
            ("alias", "varchar(200) NOT NULL"),
            ("body_id", "varchar(36) NOT NULL REFERENCES body (id) ON DELETE RESTRICT"),
        ],
        primary_key: "alias",
        uniques: &[],
        indexes: &[("ix_body_alias_body_id", "body_id")],
    },
    Table {
        name: "observatory",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("code", "varchar(60) NOT NULL"),
            ("body_id", "varchar(36) NOT NULL REFERENCES body (id) ON DELETE RESTRICT"),
            ("name", "varchar(200) NOT NULL"),
            ("kind", "varchar(30) NOT NULL CHECK (kind IN ('regional', 'territorial'))"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_observatory_code", "code", "")],
        indexes: &[("ix_observatory_body_id", "body_id")],
    },
    Table {
        name: "person",
        columns: &[
            ("id", "varchar(36) NOT NULL"),
            ("given_name", "varchar(100) NOT NULL"),
            ("family_name", "varchar(100) NOT NULL"),
            ("email", "varchar(254) NOT NULL"),
            ("phone", "varchar(40)"),
            ("language", "varchar(2) NOT NULL"),
            ("bounced_at", "bigint"),
            ("bounce_note", "varchar(500)"),
            ("version", "integer NOT NULL"),
            ("created_at", "bigint NOT NULL"),
            ("updated_at", "bigint NOT NULL"),
        ],
        primary_key: "id",
        uniques: &[("uq_person_email", "email", "")],
        indexes: &[],
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
