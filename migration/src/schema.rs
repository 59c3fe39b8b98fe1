//! How a migration says a table: columns as SQL both engines read alike, keys and constraints by fixed names.
//!
//! Plain SQL, not today's entities: a migration must still compile and mean the same in five years.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// One table. A column is `(name, SQL after the name)`; a unique or index is `(name, columns[, condition])`.
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, &'static str)],
    pub primary_key: &'static str,
    pub uniques: &'static [(&'static str, &'static str, &'static str)],
    pub indexes: &'static [(&'static str, &'static str)],
}

/// Creates the tables in the order given, each with its uniques and indexes.
///
/// Uniques are indexes by name, partial where a condition is given: `SQLite` and `PostgreSQL` know both forms, and the
/// name is what a violation is recognised by.
pub async fn create(manager: &SchemaManager<'_>, tables: &[Table]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let backend = connection.get_database_backend();
    for table in tables {
        for statement in statements(backend, table) {
            connection.execute_unprepared(&statement).await?;
        }
    }
    Ok(())
}

/// Drops the tables in reverse order, so that whoever refers goes before whom it refers to.
pub async fn drop_tables(manager: &SchemaManager<'_>, tables: &[Table]) -> Result<(), DbErr> {
    for table in tables.iter().rev() {
        manager.get_connection().execute_unprepared(&format!("DROP TABLE \"{}\"", table.name)).await?;
    }
    Ok(())
}

/// Runs statements in the order given.
pub async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Declares a migration in a transaction of its own, by its name and its parts in the order of creation: statements with those
/// that take them back, tables, or both.
macro_rules! migration {
    ($name:literal, UP, DOWN) => {
        $crate::schema::migration!(@ $name, manager, { $crate::schema::run(manager, UP).await },
            { $crate::schema::run(manager, DOWN).await });
    };
    ($name:literal, TABLES) => {
        $crate::schema::migration!(@ $name, manager, { $crate::schema::create(manager, TABLES).await },
            { $crate::schema::drop_tables(manager, TABLES).await });
    };
    ($name:literal, UP, DOWN, TABLES) => {
        $crate::schema::migration!(@ $name, manager, {
            $crate::schema::run(manager, UP).await?;
            $crate::schema::create(manager, TABLES).await
        }, {
            $crate::schema::drop_tables(manager, TABLES).await?;
            $crate::schema::run(manager, DOWN).await
        });
    };
    ($name:literal, TABLES, UP, DOWN) => {
        $crate::schema::migration!(@ $name, manager, {
            $crate::schema::create(manager, TABLES).await?;
            $crate::schema::run(manager, UP).await
        }, {
            $crate::schema::run(manager, DOWN).await?;
            $crate::schema::drop_tables(manager, TABLES).await
        });
    };
    (@ $name:literal, $manager:ident, $up:block, $down:block) => {
        pub struct Migration;

        impl sea_orm_migration::prelude::MigrationName for Migration {
            fn name(&self) -> &'static str {
                $name
            }
        }

        #[sea_orm_migration::prelude::async_trait::async_trait]
        impl sea_orm_migration::prelude::MigrationTrait for Migration {
            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }

            async fn up(
                &self,
                $manager: &sea_orm_migration::prelude::SchemaManager,
            ) -> Result<(), sea_orm_migration::prelude::DbErr> $up

            async fn down(
                &self,
                $manager: &sea_orm_migration::prelude::SchemaManager,
            ) -> Result<(), sea_orm_migration::prelude::DbErr> $down
        }
    };
}

pub(crate) use migration;

fn statements(backend: DbBackend, table: &Table) -> Vec<String> {
    let columns: Vec<String> =
        table.columns.iter().map(|(name, sql)| format!("\"{name}\" {}", dialect(backend, sql))).collect();
    let mut all = vec![format!(
        "CREATE TABLE \"{}\" ({}, CONSTRAINT pk_{} PRIMARY KEY ({}))",
        table.name,
        columns.join(", "),
        table.name,
        table.primary_key
    )];
    for (name, columns, condition) in table.uniques {
        let condition = if condition.is_empty() { String::new() } else { format!(" WHERE {condition}") };
        all.push(format!("CREATE UNIQUE INDEX {name} ON \"{}\" ({columns}){condition}", table.name));
    }
    for (name, columns) in table.indexes {
        all.push(format!("CREATE INDEX {name} ON \"{}\" ({columns})", table.name));
    }
    all
}

/// The one word on which the engines differ.
fn dialect(backend: DbBackend, sql: &str) -> String {
    match backend {
        DbBackend::Postgres => sql.replacen("blob", "bytea", 1),
        _ => sql.to_owned(),
    }
}
