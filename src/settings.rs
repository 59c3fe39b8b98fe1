//! Switches of the installation: rows of `setting`, changed by operators' commands and by the secretariat.

use chrono::{DateTime, Utc};
use entity::{Instant, setting};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait};

/// Set while no mail may leave; the value is the reason.
pub const SENDING_PAUSED: &str = "sending_paused";
/// Name of the database in its store of documents, by which the sweep tells it from the store of another.
pub const STORE_OWNER: &str = "store_owner";
/// Set if the people in the database are invented.
pub const DEMO: &str = "demo";

/// Returns the value of the setting, if it is set.
pub async fn get(connection: &impl ConnectionTrait, key: &str) -> Result<Option<String>, DbErr> {
    Ok(setting::Entity::find_by_id(key.to_owned()).one(connection).await?.map(|row| row.value))
}

/// Returns whether mails are prepared but held back.
pub async fn is_sending_paused(connection: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(get(connection, SENDING_PAUSED).await?.is_some())
}

/// Selects a row while mails are held back, as a condition of other queries.
pub fn sending_pause() -> SelectStatement {
    Query::select()
        .expr(Expr::Constant(1.into()))
        .from(setting::Entity)
        .and_where(setting::Column::Key.eq(SENDING_PAUSED))
        .to_owned()
}

/// Returns whether the database holds demonstration data.
pub async fn is_demo(connection: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(get(connection, DEMO).await?.is_some())
}

/// Sets the setting and replaces an existing value.
pub async fn set(connection: &impl ConnectionTrait, key: &str, value: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    let row = setting::ActiveModel {
        key: Set(key.to_owned()),
        value: Set(value.to_owned()),
        updated_at: Set(Instant::from(now)),
    };
    let over = OnConflict::column(setting::Column::Key)
        .update_columns([setting::Column::Value, setting::Column::UpdatedAt])
        .to_owned();
    setting::Entity::insert(row).on_conflict(over).exec_without_returning(connection).await?;
    Ok(())
}

/// Removes the setting if it exists.
pub async fn clear(connection: &impl ConnectionTrait, key: &str) -> Result<(), DbErr> {
    setting::Entity::delete_by_id(key.to_owned()).exec(connection).await?;
    Ok(())
}
