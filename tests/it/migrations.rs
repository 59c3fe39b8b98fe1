//! Migrations: up, down, up again; complete or not at all; applied files are never edited.

use crate::both_engines;
use crate::support::db::Engine;
use crate::support::db::{TestDb, schema_of};
use crate::support::golden::assert_golden;
use entity::ids::TableId;
use entity::kinds::TableKind;
use entity::{body, table_party, technical_table};
use migration::{Migrator, MigratorTrait};
use raccordo::secret::sha256_hex;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryOrder, Statement};
use std::fmt::Write;

both_engines! {
    every_migration_goes_down_and_up_again,
    a_second_run_finds_nothing_to_do,
    a_combined_reason_is_split_by_the_migration_and_joined_by_its_reverse,
    a_working_group_that_exists_keeps_every_signatory,
    a_mail_that_waits_keeps_the_facts_that_stood_in_its_key,
    releases_that_exist_get_their_addresses_in_the_order_in_which_they_were_entered,
    no_table_lists_the_values_of_a_vocabulary,
    vocabularies_are_freed_and_listed_again_without_touching_a_row,
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

/// Reverts a migration and all later ones.
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
        // Kind, day, text before, reason after, override after.
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

async fn releases_that_exist_get_their_addresses_in_the_order_in_which_they_were_entered(engine: Engine) {
    let test = TestDb::with_network(engine).await;
    before(&test, "m20261130_110000_give_releases_addresses").await;
    let db = test.db.writer();
    for product in ["nota", "focus"] {
        let sql = format!(
            "INSERT INTO product VALUES ('{product}', '{product}', 'P', 'P', 'irregular', 'joint', '10:00:00', 1, 0, 0)"
        );
        db.execute_unprepared(&sql).await.expect("a product");
    }
    for (id, product, observatory, period, state, entered) in [
        ("c", "nota", "NULL", "2026-Q3", "confirmed", 30),
        ("a", "nota", "NULL", "2026-Q3", "cancelled", 20),
        ("b", "nota", "NULL", "2026-Q3", "cancelled", 10),
        ("d", "nota", "NULL", "2026", "provisional", 10),
        ("e", "focus", "(SELECT id FROM observatory WHERE code = 'lodi')", "2026", "provisional", 10),
        ("f", "focus", "(SELECT id FROM observatory WHERE code = 'como')", "2026", "provisional", 10),
    ] {
        let sql = format!(
            "INSERT INTO release (id, product_id, observatory_id, period_label, period_from, period_to, state, precision, day, \
             sequence, version, created_at, updated_at) VALUES ('{id}', '{product}', {observatory}, '{period}', '2026-01-01', \
             '2026-12-31', '{state}', 'day', '2027-03-19', 0, 1, {entered}, 0)"
        );
        db.execute_unprepared(&sql).await.expect("a release");
    }
    Migrator::up(db, None).await.expect("up");
    let sql = "SELECT id, slug FROM release ORDER BY id".to_owned();
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("rows");
    let named: Vec<(String, String)> = rows
        .iter()
        .map(|row| (row.try_get_by_index(0).expect("an id"), row.try_get_by_index(1).expect("an address")))
        .collect();
    let expected = [
        ("a", "nota-2026-q3-2"),
        ("b", "nota-2026-q3"),
        ("c", "nota-2026-q3-3"),
        ("d", "nota-2026"),
        ("e", "focus-lodi-2026"),
        ("f", "focus-como-2026"),
    ];
    assert_eq!(named, expected.map(|(id, slug)| (id.to_owned(), slug.to_owned())));
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

async fn a_mail_that_waits_keeps_the_facts_that_stood_in_its_key(engine: Engine) {
    const MIGRATION: &str = "m20261129_170000_name_the_facts_of_mails";
    const ID: &str = "01890000-0000-7000-8000-000000000001";
    let test = TestDb::new(engine).await;
    before(&test, MIGRATION).await;
    let db = test.db.writer();
    let mails = [
        // Kind, key, version, day, flags.
        (
            "designation_registered",
            format!("designation_registered:{ID}:2027-01-11:{ID}"),
            None,
            Some("2027-01-11"),
            "",
        ),
        (
            "designation_welcome",
            format!("designation_welcome:{ID}:2027-01-12:{ID}@0123456789abcdef"),
            None,
            Some("2027-01-12"),
            "",
        ),
        (
            "designation_ending_soon",
            format!("designation_ending_soon:{ID}:2027-03-20:{ID}"),
            None,
            Some("2027-03-20"),
            "",
        ),
        ("designation_requested", format!("designation_requested:{ID}:2027-03-21:{ID}"), None, Some("2027-03-21"), ""),
        ("designation_ended", format!("designation_ended:{ID}:2:2027-02-20:{ID}"), None, Some("2027-02-20"), ""),
        ("farewell", format!("farewell:{ID}:12:2027-02-21:{ID}"), None, Some("2027-02-21"), "farewell"),
        ("meeting_convened", format!("meeting:{ID}:{ID}:0"), Some(0), None, ""),
        ("meeting_moved", format!("meeting:{ID}:{ID}:17"), Some(17), None, ""),
        ("sign_in", format!("sign_in:{ID}"), None, None, "lets in, awaited"),
        ("reminder", format!("reminder:{ID}:2027-03-01:1"), None, None, "lets in, anew"),
        ("audit_anchor", "audit_anchor:2027-03-01".to_owned(), None, None, ""),
        ("farewell", "of another shape".to_owned(), None, None, "farewell"),
    ];
    for (at, (kind, key, ..)) in mails.iter().enumerate() {
        let sql = format!(
            "INSERT INTO outbox_mail (id, kind, dedupe_key, subject_kind, subject_id, recipient, language, subject, message_id, \
             envelope_from, payload, due_at, state, attempts, crash_count, lease_epoch, created_at, updated_at) \
             VALUES ('{at:02}', '{kind}', '{key}', 'x', 'x', 'a@b.example', 'it', 's', 'm{at}', 'c@d.example', '', 0, 'pending', 0, 0, 0, 0, 0)"
        );
        db.execute_unprepared(&sql).await.expect("a mail of before");
    }
    Migrator::up(db, None).await.expect("up");
    let sql = "SELECT about_version, about_day, lets_in, is_awaited, is_written_anew, is_farewell FROM outbox_mail ORDER BY id";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("rows");
    assert_eq!(rows.len(), mails.len());
    for (row, (kind, key, version, day, flags)) in rows.iter().zip(&mails) {
        let told: (Option<i32>, Option<chrono::NaiveDate>) =
            (row.try_get_by_index(0).expect("a version"), row.try_get_by_index(1).expect("a day"));
        assert_eq!(told, (*version, day.map(|day| day.parse().expect("a day"))), "{kind} {key}");
        let names = ["lets in", "awaited", "anew", "farewell"];
        let set = (2..).zip(names).filter(|(at, _)| row.try_get_by_index::<bool>(*at).expect("a flag"));
        assert_eq!(set.map(|(_, name)| name).collect::<Vec<_>>().join(", "), *flags, "{kind} {key}");
    }
}

async fn no_table_lists_the_values_of_a_vocabulary(engine: Engine) {
    let test = TestDb::new(engine).await;
    let schema = schema_of(test.db.writer()).await;
    let lists = |line: &&String| line.replace("NOT IN ('", "").contains("IN ('") || line.contains("= ANY ((ARRAY[");
    let listing: Vec<&String> = schema.iter().filter(lists).collect();
    assert!(listing.is_empty(), "{listing:#?}");
}

async fn vocabularies_are_freed_and_listed_again_without_touching_a_row(engine: Engine) {
    const MIGRATION: &str = "m20261129_180000_free_vocabularies";
    let test = TestDb::with_network(engine).await;
    let db = test.db.writer();
    let bodies = async || body::Entity::find().order_by_asc(body::Column::Id).all(db).await.expect("the bodies");
    let rows = bodies().await;
    let another = "UPDATE body SET kind = 'mountain_community' WHERE code = 'provincia-lodi'";
    let known = "UPDATE body SET kind = 'province' WHERE code = 'provincia-lodi'";
    let orphan = "UPDATE observatory SET body_id = 'nobody'";
    before(&test, MIGRATION).await;
    assert_eq!(bodies().await, rows);
    db.execute_unprepared(another).await.expect_err("the value is not listed");
    Migrator::up(db, None).await.expect("up");
    assert_eq!(bodies().await, rows);
    db.execute_unprepared(another).await.expect("no list is in the way");
    body::Entity::find().all(db).await.expect_err("the type does not know the value");
    db.execute_unprepared(orphan).await.expect_err("references are still held");
    db.execute_unprepared(known).await.expect("a known value");
    before(&test, MIGRATION).await;
    assert_eq!(bodies().await, rows);
    db.execute_unprepared(another).await.expect_err("the value is not listed any more");
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
