//! The parties of a working group, each from an instant to another, so that past meetings keep the parties they had.
//!
//! Until now a working group counted every signatory: the groups that exist keep them all until the secretariat says otherwise.
//! Creates a table and fills it: takes no lock that matters, and older code runs beside it.

use crate::schema::{Table, create, drop_tables};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_161000_give_working_groups_their_parties"
    }
}

const TABLES: &[Table] = &[Table {
    name: "table_party",
    columns: &[
        ("id", "varchar(36) NOT NULL"),
        ("table_id", "varchar(36) NOT NULL REFERENCES technical_table (id) ON DELETE RESTRICT"),
        ("body_id", "varchar(36) NOT NULL REFERENCES body (id) ON DELETE RESTRICT"),
        ("since", "bigint NOT NULL"),
        ("until", "bigint"),
    ],
    primary_key: "id",
    uniques: &[("uq_table_party_table_body", "table_id, body_id", "until IS NULL")],
    indexes: &[("ix_table_party_body_id", "body_id")],
}];

/// A random id, as each engine makes one.
const fn new_id(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "gen_random_uuid()::text",
        _ => {
            "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' \
             || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
        }
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, TABLES).await?;
        let connection = manager.get_connection();
        let fill = format!(
            "INSERT INTO table_party (id, table_id, body_id, since)
             SELECT {}, technical_table.id, body.id, technical_table.created_at
             FROM technical_table CROSS JOIN body
             WHERE technical_table.kind = 'working_group' AND body.signatory",
            new_id(connection.get_database_backend())
        );
        connection.execute_unprepared(&fill).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}
