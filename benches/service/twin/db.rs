//! Connections of the twin, with the settings of the service's, and rows as structs.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Error, PgPool, SqlitePool};
use std::time::Duration;

/// The open database: on each engine one pool for reads and one for writes.
pub enum Db {
    Sqlite { reader: SqlitePool, writer: SqlitePool },
    Postgres { reader: PgPool, writer: PgPool },
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…`.
    pub async fn open(address: &str) -> Result<Self, Error> {
        match address.strip_prefix("sqlite:") {
            Some(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .busy_timeout(Duration::from_secs(5))
                    .foreign_keys(true)
                    .row_buffer_size(256);
                let reader = SqlitePoolOptions::new().max_connections(3);
                let reader = reader.connect_with(options.clone().read_only(true)).await?;
                let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
                let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
                Ok(Self::Sqlite { reader, writer })
            }
            None => {
                let options: PgConnectOptions = address.parse()?;
                let reader = PgPoolOptions::new().max_connections(12).connect_with(options.clone()).await?;
                let writer = PgPoolOptions::new().max_connections(4).connect_with(options).await?;
                Ok(Self::Postgres { reader, writer })
            }
        }
    }
}

/// Declares a struct that is read from a row by the names of its fields, from either engine.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        pub struct $name {
            $(pub $field: $type),+
        }

        impl<'r, R> sqlx::FromRow<'r, R> for $name
        where
            R: sqlx::Row,
            for<'c> &'c str: sqlx::ColumnIndex<R>,
            $($type: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,)+
        {
            fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: row.try_get(stringify!($field))?),+ })
            }
        }
    };
}

/// Asks one question with its values on a connection or pool: for the `first` row, if there is one, or for `all` rows.
macro_rules! ask {
    ($on:expr, first, $row:ty, $sql:expr $(, $value:expr)*) => {
        sqlx::query_as::<_, $row>($sql)$(.bind($value))*.fetch_optional($on).await
    };
    ($on:expr, all, $row:ty, $sql:expr $(, $value:expr)*) => {
        sqlx::query_as::<_, $row>($sql)$(.bind($value))*.fetch_all($on).await
    };
}

/// Asks one question on the reading pool of either engine, as [`ask`] does.
macro_rules! read {
    ($db:expr, $many:ident, $($question:tt)+) => {
        match $db {
            $crate::twin::db::Db::Sqlite { reader, .. } => $crate::twin::db::ask!(reader, $many, $($question)+),
            $crate::twin::db::Db::Postgres { reader, .. } => $crate::twin::db::ask!(reader, $many, $($question)+),
        }
    };
}

pub(super) use {ask, read, row};
