//! The facts of a promised mail in columns of their own, instead of in its de-duplication key and in lists of kinds.
//!
//! Before a mail leaves, its kind is asked whether it still holds: of a welcome the first day in the seat, of a farewell and of word of
//! an end the last, of an invitation the sequence of its meeting. These stood in the key. What a kind asks of the outbox stood in
//! lists of names: it is copied to each mail now.
//!
//! Fills the columns of every mail whose key has the shape of its kind. Adds columns with defaults and replaces one index: older code
//! runs beside it and looks for links to sign in without that index. A mail that older code promises meanwhile has none of these
//! facts: it is not judged by them, and newer code keeps its words as those of any mail.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_170000_name_the_facts_of_mails"
    }
}

const COLUMNS: &[(&str, &str)] = &[
    ("about_version", "integer"),
    ("about_day", "date"),
    ("lets_in", "boolean NOT NULL DEFAULT FALSE"),
    ("is_awaited", "boolean NOT NULL DEFAULT FALSE"),
    ("is_written_anew", "boolean NOT NULL DEFAULT FALSE"),
    ("is_farewell", "boolean NOT NULL DEFAULT FALSE"),
];

/// The flag of each kind that has one.
const FLAGS: &[&str] = &[
    "UPDATE outbox_mail SET lets_in = TRUE, is_awaited = TRUE WHERE kind = 'sign_in'",
    "UPDATE outbox_mail SET lets_in = TRUE, is_written_anew = TRUE WHERE kind = 'reminder'",
    "UPDATE outbox_mail SET is_farewell = TRUE WHERE kind = 'farewell'",
];

/// `meeting:` and two ids of 36 characters with their colons.
const BEFORE_SEQUENCE: usize = 8 + 37 + 37;

/// The kinds whose key is name, id, day, reader.
const BY_DAY: &str =
    "'designation_registered', 'designation_welcome', 'designation_ending_soon', 'designation_requested'";
/// The kinds whose key is name, id, position of the record, day, reader.
const BY_RECORD: &str = "'farewell', 'designation_ended'";
/// Most digits of a position.
const MOST_DIGITS: usize = 4;

const OLD_INDEX: &str = "CREATE INDEX ix_outbox_mail_awaited ON outbox_mail (due_at, id) \
    WHERE kind = 'sign_in' AND state NOT IN ('leased', 'sent', 'dead', 'expired', 'cancelled')";
/// In the words of the statement that asks for them, because a partial index serves no other.
const NEW_INDEX: &str = "CREATE INDEX ix_outbox_mail_awaited ON outbox_mail (due_at, id) \
    WHERE is_awaited AND state NOT IN ('leased', 'sent', 'dead', 'expired', 'cancelled')";
const DROP_INDEX: &str = "DROP INDEX ix_outbox_mail_awaited";

/// Takes the day out of the keys of some kinds, where it stands so many characters after name and id.
fn fill_days(backend: DbBackend, kinds: &str, digits: Option<usize>) -> String {
    // Name, colon, id, colon; with a position, its digits and another colon.
    let before = 38 + digits.map_or(0, |digits| digits + 1);
    let at = |offset: usize, length: usize| format!("SUBSTR(dedupe_key, LENGTH(kind) + {}, {length})", before + offset);
    let day = at(1, 10);
    let day = if backend == DbBackend::Postgres { format!("CAST({day} AS date)") } else { day };
    let is_day = format!("{} = '-' AND {} = '-' AND {} = ':'", at(5, 1), at(8, 1), at(11, 1));
    format!("UPDATE outbox_mail SET about_day = {day} WHERE kind IN ({kinds}) AND about_day IS NULL AND {is_day}")
}

fn fill_sequences() -> String {
    let from = BEFORE_SEQUENCE + 1;
    format!(
        "UPDATE outbox_mail SET about_version = CAST(SUBSTR(dedupe_key, {from}) AS integer) \
         WHERE kind LIKE 'meeting_%' AND dedupe_key LIKE 'meeting:%' AND SUBSTR(dedupe_key, {BEFORE_SEQUENCE}, 1) = ':'"
    )
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let run = async |statement: &str| connection.execute_unprepared(statement).await;
        for (name, of) in COLUMNS {
            run(&format!("ALTER TABLE outbox_mail ADD COLUMN {name} {of}")).await?;
        }
        for statement in FLAGS {
            run(statement).await?;
        }
        let backend = manager.get_database_backend();
        run(&fill_days(backend, BY_DAY, None)).await?;
        for digits in 1..=MOST_DIGITS {
            run(&fill_days(backend, BY_RECORD, Some(digits))).await?;
        }
        run(&fill_sequences()).await?;
        run(DROP_INDEX).await?;
        run(NEW_INDEX).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(DROP_INDEX).await?;
        connection.execute_unprepared(OLD_INDEX).await?;
        for (name, _) in COLUMNS.iter().rev() {
            connection.execute_unprepared(&format!("ALTER TABLE outbox_mail DROP COLUMN {name}")).await?;
        }
        Ok(())
    }
}
