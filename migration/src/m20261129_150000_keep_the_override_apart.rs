//! Why a date holds although not all concerned work that day gets a column of its own.
//!
//! Until now it stood in the reason of the change: alone where a date was confirmed, below the reason of the move where it was
//! moved. What was certainly put together that way is taken apart again: two lines, for a day that some territory does not
//! work. A reason of more lines, or for a day that all work, is somebody's own text and stays as it is.
//!
//! Adds one column that may be empty: older code runs beside it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261129_150000_keep_the_override_apart"
    }
}

/// The movable holidays of the years in which a release can have been moved until now: Easter Monday is the only one.
const EASTER_MONDAYS: &str = "'2027-03-29', '2028-04-17', '2029-04-02', '2030-04-22', '2031-04-14', '2032-03-29'";

/// The words on which the engines differ.
struct Dialect {
    line_break: &'static str,
    at_line_break: &'static str,
    /// Sunday is 0.
    weekday: &'static str,
    month: &'static str,
    day_of_month: &'static str,
    year: &'static str,
}

const SQLITE: Dialect = Dialect {
    line_break: "char(10)",
    at_line_break: "instr(reason_text, char(10))",
    weekday: "CAST(strftime('%w', release_change.day) AS integer)",
    month: "CAST(strftime('%m', release_change.day) AS integer)",
    day_of_month: "CAST(strftime('%d', release_change.day) AS integer)",
    year: "CAST(strftime('%Y', release_change.day) AS integer)",
};

const POSTGRES: Dialect = Dialect {
    line_break: "chr(10)",
    at_line_break: "position(chr(10) IN reason_text)",
    weekday: "EXTRACT(DOW FROM release_change.day)",
    month: "EXTRACT(MONTH FROM release_change.day)",
    day_of_month: "EXTRACT(DAY FROM release_change.day)",
    year: "EXTRACT(YEAR FROM release_change.day)",
};

fn take_apart(dialect: &Dialect) -> String {
    let Dialect { line_break, at_line_break, weekday, month, day_of_month, year } = dialect;
    format!(
        "UPDATE release_change \
         SET despite_non_working = substr(reason_text, {at_line_break} + 1), \
             reason_text = substr(reason_text, 1, {at_line_break} - 1) \
         WHERE kind = 'moved' \
           AND length(reason_text) - length(replace(reason_text, {line_break}, '')) = 1 \
           AND ({weekday} = 0 \
             OR ({weekday} = 6 AND NOT EXISTS \
                 (SELECT 1 FROM setting WHERE \"key\" = 'calendar.saturday_works' AND value = 'true')) \
             OR day IN ({EASTER_MONDAYS}) \
             OR EXISTS (SELECT 1 FROM one_off_day AS off WHERE off.day = release_change.day) \
             OR EXISTS (SELECT 1 FROM non_working_rule AS rule \
                 WHERE rule.month = {month} AND rule.day = {day_of_month} \
                   AND COALESCE(rule.from_year, {year}) <= {year} AND COALESCE(rule.to_year, {year}) >= {year}))"
    )
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let dialect = match connection.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        for statement in [
            "ALTER TABLE release_change ADD COLUMN despite_non_working varchar(2000)",
            "UPDATE release_change SET despite_non_working = reason_text, reason_code = NULL, reason_text = NULL \
             WHERE kind = 'confirmed'",
            &take_apart(&dialect),
        ] {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let line_break = match connection.get_database_backend() {
            DbBackend::Postgres => POSTGRES.line_break,
            _ => SQLITE.line_break,
        };
        for statement in [
            "UPDATE release_change SET reason_code = 'other', reason_text = despite_non_working \
             WHERE kind = 'confirmed' AND despite_non_working IS NOT NULL",
            &format!(
                "UPDATE release_change SET reason_text = substr(reason_text || {line_break} || despite_non_working, 1, 2000) \
                 WHERE kind = 'moved' AND despite_non_working IS NOT NULL"
            ),
            "ALTER TABLE release_change DROP COLUMN despite_non_working",
        ] {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
