//! The tables made by the migrations equal the tables described by the entities, on both engines; every column has a
//! class of personal data.

use crate::both_engines;
use crate::support::db::Engine;
use crate::support::db::TestDb;
use entity::*;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IdenStatic, Iterable, Statement,
};
use std::collections::{BTreeMap, BTreeSet};

both_engines! {
    entities_and_migrations_describe_the_same_tables,
}

/// Nullability by column name.
type Columns = BTreeMap<String, bool>;

fn columns_of<E: EntityTrait + Default>() -> (String, Columns) {
    let columns = E::Column::iter().map(|column| (column.as_str().to_owned(), column.def().is_null())).collect();
    (E::default().table_name().to_owned(), columns)
}

macro_rules! described {
    ($($entity:ident),+) => {
        fn described() -> BTreeMap<String, Columns> {
            [$(columns_of::<$entity::Entity>()),+].into_iter().collect()
        }
    };
}

entity::tables!(described);

async fn migrated(db: &DatabaseConnection) -> BTreeMap<String, Columns> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name, column_name, CASE WHEN is_nullable = 'YES' THEN 1 ELSE 0 END FROM information_schema.columns WHERE table_schema = 'public'"
        }
        _ => {
            "SELECT m.name, c.name, CASE WHEN c.\"notnull\" = 0 THEN 1 ELSE 0 END FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        }
    };
    let rows =
        db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("the schema can be read");
    let mut tables: BTreeMap<String, Columns> = BTreeMap::new();
    for row in rows {
        let table: String = row.try_get_by_index(0).expect("a table");
        let column: String = row.try_get_by_index(1).expect("a column");
        let nullable: i32 = row.try_get_by_index(2).expect("a flag");
        tables.entry(table).or_default().insert(column, nullable == 1);
    }
    tables.remove("seaql_migrations");
    tables
}

async fn entities_and_migrations_describe_the_same_tables(engine: Engine) {
    let test = TestDb::new(engine).await;
    assert_eq!(migrated(test.db.writer()).await, described());
}

#[test]
fn every_entity_file_is_compared() {
    let files: BTreeSet<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/entity/src"))
        .expect("the entities")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().trim_end_matches(".rs").to_owned())
        .filter(|name| !["lib", "ids", "kinds"].contains(&name.as_str()))
        .collect();
    assert_eq!(files, described().into_keys().collect());
}

type Names = BTreeMap<String, Vec<String>>;

#[test]
fn every_column_has_a_class_of_personal_data() {
    let classes: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(include_str!("columns.toml")).expect("columns.toml can be read");
    let listed: Names =
        classes.iter().map(|(table, columns)| (table.clone(), columns.keys().cloned().collect())).collect();
    let known: Names = described().into_iter().map(|(table, columns)| (table, columns.into_keys().collect())).collect();
    assert_eq!(listed, known, "list the new columns in tests/it/columns.toml");
    for (table, columns) in classes {
        for (column, class) in columns {
            assert!(
                ["public", "internal", "personal", "secret"].contains(&class.as_str()),
                "{table}.{column}: {class}"
            );
        }
    }
}
