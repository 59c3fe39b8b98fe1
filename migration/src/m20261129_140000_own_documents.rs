//! Owners of documents, and the body to whose share of a day a document counts.
//!
//! Until now retention removed every document that no designation named, so nothing else could have had one. Adds a table and a column
//! that may be null, and carries over the documents that designations name. Older code must not run beside it: what it kept would have
//! no owner.

use crate::schema::{Table, create, drop_tables};
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_140000_own_documents"
    }
}

const TABLES: &[Table] = &[Table {
    name: "document_owner",
    columns: &[
        ("document_id", "varchar(36) NOT NULL REFERENCES document (id) ON DELETE RESTRICT"),
        ("owner_kind", "varchar(30) NOT NULL"),
        ("owner_id", "varchar(36) NOT NULL"),
    ],
    primary_key: "document_id, owner_kind, owner_id",
    uniques: &[],
    indexes: &[("ix_document_owner_owner", "owner_kind, owner_id")],
}];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, TABLES).await?;
        for statement in [
            "INSERT INTO document_owner (document_id, owner_kind, owner_id)
             SELECT DISTINCT document_id, 'designation', designation_id FROM designation_record WHERE document_id IS NOT NULL",
            "ALTER TABLE document ADD COLUMN body_id varchar(36) REFERENCES body (id) ON DELETE RESTRICT",
            "CREATE INDEX ix_document_body_id ON document (body_id, created_at)",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in ["DROP INDEX ix_document_body_id", "ALTER TABLE document DROP COLUMN body_id"] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        drop_tables(manager, TABLES).await
    }
}
