//! Closed vocabularies are no longer listed in CHECK constraints (ADR 18): a new value needs no migration.
//!
//! No row and no byte on the disk changes. On `SQLite` the text of the tables is edited as its manual describes for constraints that
//! are removed (<https://www.sqlite.org/lang_altertable.html>, section 7), in the transaction of the migration. The texts are
//! those of the migrations that created the tables, and each must be met exactly once.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_180000_free_vocabularies"
    }
}

/// Table, column, and the values that its CHECK lists.
const VOCABULARIES: &[(&str, &str, &str)] = &[
    ("non_working_rule", "kind", "'fixed', 'easter_offset'"),
    ("body", "kind", "'region', 'metropolitan_city', 'province'"),
    ("observatory", "kind", "'regional', 'territorial'"),
    ("seat", "kind", "'referent', 'deputy', 'body_manager', 'secretariat', 'direction', 'partner'"),
    ("designation_record", "change", "'registered', 'ended', 'corrected', 'annulled'"),
    ("designation_record", "act_kind", "'decree', 'determination', 'resolution', 'note'"),
    ("designation_record", "channel", "'pec', 'mail', 'hand', 'phone'"),
    ("unavailability", "mode", "'can_finish', 'reassign_all'"),
    ("outbox_mail", "state", "'pending', 'leased', 'sent', 'unknown', 'failed', 'dead', 'expired', 'cancelled'"),
    ("product", "periodicity", "'annual', 'half_yearly', 'four_monthly', 'quarterly', 'monthly', 'irregular'"),
    ("product", "scope", "'joint', 'per_observatory', 'autonomous'"),
    ("product_step", "seat", "'referent', 'deputy', 'body_manager', 'secretariat', 'direction', 'partner'"),
    ("release", "state", "'provisional', 'confirmed', 'published', 'cancelled'"),
    ("release", "precision", "'day_time', 'day', 'week', 'month', 'two_months'"),
    (
        "release",
        "reason_code",
        "'source_late', 'seat_vacant', 'workload', 'portal', 'method', 'table_decision', 'other'",
    ),
    ("release_change", "kind", "'planned', 'improved', 'confirmed', 'moved', 'cancelled', 'published'"),
    ("release_change", "precision", "'day_time', 'day', 'week', 'month', 'two_months'"),
    (
        "release_change",
        "reason_code",
        "'source_late', 'seat_vacant', 'workload', 'portal', 'method', 'table_decision', 'other'",
    ),
    (
        "deliverable",
        "state",
        "'planned', 'in_progress', 'submitted', 'changes_requested', 'approved', 'published', 'verified', 'blocked', 'waived'",
    ),
    (
        "deliverable",
        "resume_state",
        "'planned', 'in_progress', 'submitted', 'changes_requested', 'approved', 'published', 'verified', 'blocked', 'waived'",
    ),
    ("task", "origin", "'step', 'outcome', 'missing_page'"),
    ("task", "state", "'open', 'in_progress', 'done', 'blocked', 'cancelled'"),
    ("task", "resume_state", "'open', 'in_progress', 'done', 'blocked', 'cancelled'"),
    ("technical_table", "kind", "'plenary', 'working_group'"),
    ("meeting", "state", "'draft', 'convened', 'held', 'closed', 'cancelled'"),
    ("meeting", "mode", "'in_person', 'remote', 'mixed'"),
    ("agenda_item", "kind", "'information', 'discussion', 'decision'"),
    ("attendance", "presence", "'present', 'by_delegate', 'excused', 'absent'"),
    ("outcome", "kind", "'information', 'decision', 'task', 'deferral', 'problem', 'recommendation'"),
    ("invitation", "method", "'request', 'cancel'"),
    ("reminder", "outcome", "'sent', 'skipped'"),
    ("publication", "state", "'expected', 'declared', 'seen', 'verified', 'missing', 'altered'"),
    ("publication_check", "state", "'expected', 'declared', 'seen', 'verified', 'missing', 'altered'"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DbBackend::Postgres => {
                each_on_postgres(manager, |table, column, _| {
                    format!("ALTER TABLE \"{table}\" DROP CONSTRAINT {table}_{column}_check")
                })
                .await
            }
            _ => edit_on_sqlite(manager, |column, check| (with_check(column, check), without_check(column))).await,
        }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DbBackend::Postgres => {
                each_on_postgres(manager, |table, column, check| {
                    format!("ALTER TABLE \"{table}\" ADD CONSTRAINT {table}_{column}_check {check}")
                })
                .await
            }
            _ => edit_on_sqlite(manager, |column, check| (without_check(column), with_check(column, check))).await,
        }
    }
}

async fn each_on_postgres(
    manager: &SchemaManager<'_>,
    statement: impl Fn(&str, &str, &str) -> String + Send,
) -> Result<(), DbErr> {
    for (table, column, values) in VOCABULARIES {
        let check = format!("CHECK ({column} IN ({values}))");
        manager.get_connection().execute_unprepared(&statement(table, column, &check)).await?;
    }
    Ok(())
}

/// The possible texts of a column before an edit, and after it.
type Edit = (Vec<String>, Vec<String>);

/// Returns the text of a column that lists its values, once for a column that may not be null and once for one that may.
fn with_check(column: &str, check: &str) -> Vec<String> {
    without_check(column).into_iter().map(|text| format!("{text} {check}")).collect()
}

fn without_check(column: &str) -> Vec<String> {
    ["varchar(30) NOT NULL", "varchar(30)"].iter().map(|sql| format!("\"{column}\" {sql}")).collect()
}

/// Edits the text of each table: of the two texts before, the one that the table has becomes the one after at the same place.
async fn edit_on_sqlite(manager: &SchemaManager<'_>, edit: impl Fn(&str, &str) -> Edit + Send) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let version: i64 = number(connection, "SELECT schema_version FROM pragma_schema_version").await?;
    connection.execute_unprepared("PRAGMA writable_schema = ON").await?;
    for (table, column, values) in VOCABULARIES {
        let (before, after) = edit(column, &format!("CHECK ({column} IN ({values}))"));
        let text = text_of(connection, table).await?;
        // Followed by the end of the column, so that a text is not met inside a longer one.
        let met = before.iter().zip(&after).find_map(|(before, after)| {
            [", ", ")"].iter().find_map(|end| {
                let (before, after) = (format!("{before}{end}"), format!("{after}{end}"));
                (text.matches(&before).count() == 1).then(|| text.replacen(&before, &after, 1))
            })
        });
        let Some(edited) = met else {
            return Err(DbErr::Migration(format!(
                "the table {table} does not have the column {column} as it was created"
            )));
        };
        let update = Statement::from_sql_and_values(
            DbBackend::Sqlite,
            "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?",
            [edited.into(), (*table).into()],
        );
        connection.execute_raw(update).await?;
    }
    connection.execute_unprepared(&format!("PRAGMA schema_version = {}", version + 1)).await?;
    connection.execute_unprepared("PRAGMA writable_schema = RESET").await?;
    if number(connection, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'").await? != 0 {
        return Err(DbErr::Migration("the database is not sound after the edit of its schema".to_owned()));
    }
    Ok(())
}

async fn text_of(connection: &impl ConnectionTrait, table: &str) -> Result<String, DbErr> {
    let question = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?",
        [table.into()],
    );
    let row = connection.query_one_raw(question).await?;
    row.ok_or_else(|| DbErr::Migration(format!("there is no table {table}")))?.try_get_by_index(0)
}

async fn number(connection: &impl ConnectionTrait, question: &'static str) -> Result<i64, DbErr> {
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, question)).await?;
    row.ok_or_else(|| DbErr::Migration(question.to_owned()))?.try_get_by_index(0)
}
