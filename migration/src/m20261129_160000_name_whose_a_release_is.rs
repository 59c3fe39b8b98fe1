//! Whose a release is: an autonomous product obliges one observatory, named when its release is planned.
//!
//! Adds a column without a value, so that older code runs beside it; the unique index of product and period becomes two, because
//! two observatories may each have a release of one autonomous product for one period.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_160000_name_whose_a_release_is"
    }
}

const UP: &[&str] = &[
    r#"ALTER TABLE "release" ADD COLUMN observatory_id varchar(36) REFERENCES observatory (id) ON DELETE RESTRICT"#,
    "DROP INDEX uq_release_product_period",
    r#"CREATE UNIQUE INDEX uq_release_product_period ON "release" (product_id, period_label)
       WHERE state <> 'cancelled' AND observatory_id IS NULL"#,
    r#"CREATE UNIQUE INDEX uq_release_product_period_observatory ON "release" (product_id, period_label, observatory_id)
       WHERE state <> 'cancelled' AND observatory_id IS NOT NULL"#,
    r#"CREATE INDEX ix_release_observatory_id ON "release" (observatory_id)"#,
];

const DOWN: &[&str] = &[
    "DROP INDEX ix_release_observatory_id",
    "DROP INDEX uq_release_product_period_observatory",
    "DROP INDEX uq_release_product_period",
    r#"ALTER TABLE "release" DROP COLUMN observatory_id"#,
    r#"CREATE UNIQUE INDEX uq_release_product_period ON "release" (product_id, period_label) WHERE state <> 'cancelled'"#,
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in UP {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in DOWN {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
