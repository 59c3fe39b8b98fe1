//! Switches and marks of the installation: rows of `setting`, set by operators' commands and by the secretariat.

use chrono::{DateTime, Utc};
use entity::{Instant, setting};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};

/// There while no mail may leave; its value says why.
pub const SENDING_PAUSED: &str = "sending_paused";
/// There if the people in the database are invented.
pub const DEMO: &str = "demo";

/// The value of the setting, if it is set.
pub async fn get(connection: &impl ConnectionTrait, key: &str) -> Result<Option<String>, DbErr> {
    Ok(setting::Entity::find_by_id(key.to_owned()).one(connection).await?.map(|row| row.value))
}

/// Whether mails are prepared but held back.
pub async fn is_sending_paused(connection: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(get(connection, SENDING_PAUSED).await?.is_some())
}

/// Whether the data are a demonstration's.
pub async fn is_demo(connection: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(get(connection, DEMO).await?.is_some())
}

/// Sets the setting, over whatever it was.
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

/// Takes the setting away; it need not be there.
pub async fn clear(connection: &impl ConnectionTrait, key: &str) -> Result<(), DbErr> {
    setting::Entity::delete_by_id(key.to_owned()).exec(connection).await?;
    Ok(())
}
