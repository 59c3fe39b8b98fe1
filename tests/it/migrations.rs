//! Migrations: up, down, up again; in one piece or not at all; applied files are never edited.

use crate::both_engines;
use crate::support::db::Engine;
use crate::support::db::{TestDb, schema_of};
use crate::support::golden::assert_golden;
use entity::ids::TableId;
use entity::kinds::TableKind;
use entity::{table_party, technical_table};
use migration::{Migrator, MigratorTrait};
use raccordo::secret::sha256_hex;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Statement};
use std::fmt::Write;

both_engines! {
    every_migration_goes_down_and_up_again,
    a_second_run_finds_nothing_to_do,
    a_combined_reason_is_split_by_the_migration_and_joined_by_its_reverse,
    a_working_group_that_exists_keeps_every_signatory,
}

async fn every_migration_goes_down_and_up_again(engine: Engine) {
    let test = TestDb::new(engine).await;
    let before = schema_of(test.db.writer()).await;
    Migrator::down(test.db.writer(), None).await.expect("down to an empty database");
    assert_eq!(schema_of(test.db.writer()).await.len(), 0, "down leaves nothing behind");
    Migrator::up(test.db.writer(), None).await.expect("up again");
    assert_eq!(schema_of(test.db.writer()).await, before);
}

async fn a_second_run_finds_nothing_to_do(engine: Engine) {
    let test = TestDb::new(engine).await;
    let before = schema_of(test.db.writer()).await;
    Migrator::up(test.db.writer(), None).await.expect("nothing to do is no error");
    assert_eq!(schema_of(test.db.writer()).await, before);
}

/// Takes back a migration, and all that came after it.
async fn before(test: &TestDb, name: &str) {
    let all = Migrator::migrations();
    let at = all.iter().position(|migration| migration.name() == name).expect("a migration of this name");
    let steps = u32::try_from(all.len() - at).expect("a few");
    Migrator::down(test.db.writer(), Some(steps)).await.expect("down");
}

async fn a_combined_reason_is_split_by_the_migration_and_joined_by_its_reverse(engine: Engine) {
    const MIGRATION: &str = "m20261129_150000_keep_the_override_apart";
    let test = TestDb::new(engine).await;
    before(&test, MIGRATION).await;
    let db = test.db.writer();
    let run = async |sql: &str| {
        db.execute_unprepared(sql).await.expect(sql);
    };
    run("INSERT INTO product VALUES ('p', 'p', 'P', 'P', 'irregular', 'joint', '10:00:00', 1, 0, 0)").await;
    run("INSERT INTO release VALUES ('r', 'p', '2026', '2026-01-01', '2026-12-31', 'provisional', 'day', '2027-03-19', NULL, \
         NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, 0, 0)")
    .await;
    run("INSERT INTO non_working_rule VALUES ('n', NULL, 'fixed', 6, 2, NULL, NULL, NULL, 'Repubblica', 'Republic', NULL)").await;
    run("INSERT INTO one_off_day VALUES ('o', NULL, '2027-05-12', 'Chiusura', 'Closed')").await;
    let changes = [
        // (kind, day, as it was, the reason after, the override after)
        ("confirmed", "2027-06-02", "Va bene", None, Some("Va bene")),
        ("moved", "2027-06-02", "La fonte tarda\nVa bene", Some("La fonte tarda"), Some("Va bene")),
        ("moved", "2027-05-12", "La fonte tarda\nVa bene", Some("La fonte tarda"), Some("Va bene")),
        ("moved", "2027-03-20", "La fonte tarda\nDi sabato", Some("La fonte tarda"), Some("Di sabato")),
        ("moved", "2027-03-29", "La fonte tarda\nPasquetta", Some("La fonte tarda"), Some("Pasquetta")),
        ("moved", "2027-03-19", "Due righe\ndi un motivo", Some("Due righe\ndi un motivo"), None),
        ("moved", "2027-06-02", "Tre\nrighe\nintere", Some("Tre\nrighe\nintere"), None),
        ("moved", "2027-06-02", "Una riga", Some("Una riga"), None),
    ];
    for (at, (kind, day, text, ..)) in changes.iter().enumerate() {
        run(&format!(
            "INSERT INTO release_change VALUES ('c{at}', 'r', {at}, '{kind}', 'day', '{day}', NULL, 'other', '{text}', NULL, 0, NULL)"
        ))
        .await;
    }
    let texts = async |columns: &str| -> Vec<(Option<String>, Option<String>)> {
        let sql = format!("SELECT {columns} FROM release_change ORDER BY position");
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("rows");
        rows.iter()
            .map(|row| (row.try_get_by_index(0).expect("a text"), row.try_get_by_index(1).expect("a text")))
            .collect()
    };
    Migrator::up(db, None).await.expect("up");
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let apart: Vec<_> = changes.iter().map(|(.., reason, despite)| (owned(*reason), owned(*despite))).collect();
    assert_eq!(texts("reason_text, despite_non_working").await, apart);
    before(&test, MIGRATION).await;
    let glued: Vec<_> = changes.iter().map(|(_, _, text, ..)| (owned(Some(text)), owned(Some("other")))).collect();
    assert_eq!(texts("reason_text, reason_code").await, glued);
}

async fn a_working_group_that_exists_keeps_every_signatory(engine: Engine) {
    let test = TestDb::with_network(engine).await;
    let db = test.db.writer();
    let plenary = technical_table::Entity::find().one(db).await.expect("tables").expect("the plenary table");
    let id = TableId(uuid::Uuid::from_u128(1));
    let group = technical_table::Model { id, code: "gruppo".into(), kind: TableKind::WorkingGroup, ..plenary };
    technical_table::Entity::insert(group.clone().into_active_model().reset_all()).exec(db).await.expect("a group");
    let newest_first = Migrator::migrations().into_iter().rev();
    let back = newest_first.take_while(|one| !one.name().ends_with("give_working_groups_their_parties")).count() + 1;
    let back = u32::try_from(back).expect("a few");
    Migrator::down(db, Some(back)).await.expect("down to before groups had parties");
    Migrator::up(db, None).await.expect("up again");
    let parties = table_party::Entity::find().all(db).await.expect("rows with ids of ours");
    assert_eq!(parties.len(), 13);
    assert!(parties.iter().all(|row| row.table_id == id && row.since == group.created_at && row.until.is_none()));
    let ids: std::collections::BTreeSet<_> = parties.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), 13, "each row has an id of its own");
}

#[test]
fn every_migration_runs_in_a_transaction() {
    for migration in Migrator::migrations() {
        assert_eq!(
            migration.use_transaction(),
            Some(true),
            "{} would be left in the middle by a crash",
            migration.name()
        );
    }
}

/// Pins the text of applied migrations, which may not change. Add a new migration instead.
#[test]
fn applied_migrations_are_never_edited() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migration/src");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the migrations")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('m')))
        .collect();
    files.sort();
    let mut pinned = String::new();
    for path in files {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read(&path).expect("a migration");
        writeln!(pinned, "{name} {}", sha256_hex(&text)).expect("writing to a string");
    }
    assert_golden("migrations.txt", &pinned);
}
