//! The contents of documents leave the database (ADR 17).
//!
//! A migration cannot write files, so the bytes wait in a table of their own until `serve` has put them into the store; a later
//! migration drops the empty table. Older code must not run beside it: it would find no column for a content.
//!
//! Down gives the column back, with the bytes that have not been moved. Contents that lie in the store stay there, and are found
//! again after the next way up.

use crate::schema::{Table, create, drop_tables};
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_171000_move_contents_out"
    }
}

const TABLES: &[Table] = &[Table {
    name: "document_unmoved",
    columns: &[
        ("document_id", "varchar(36) NOT NULL REFERENCES document (id) ON DELETE CASCADE"),
        ("content", "blob NOT NULL"),
    ],
    primary_key: "document_id",
    uniques: &[],
    indexes: &[],
}];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, TABLES).await?;
        for statement in [
            // No document is empty: an empty content is one that is in the store already.
            "INSERT INTO document_unmoved (document_id, content) SELECT id, content FROM document WHERE length(content) > 0",
            "ALTER TABLE document DROP COLUMN content",
            "CREATE INDEX ix_document_sha256 ON document (sha256)",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = match manager.get_database_backend() {
            sea_orm_migration::sea_orm::DbBackend::Postgres => "bytea NOT NULL DEFAULT ''",
            _ => "blob NOT NULL DEFAULT x''",
        };
        for statement in [
            "DROP INDEX ix_document_sha256",
            &format!("ALTER TABLE document ADD COLUMN content {column}"),
            "UPDATE document SET content =
             (SELECT content FROM document_unmoved WHERE document_unmoved.document_id = document.id)
             WHERE id IN (SELECT document_id FROM document_unmoved)",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        drop_tables(manager, TABLES).await
    }
}
