//! Forgetting the words of mails that have served. That somebody was told, when, and about what, stays.

use super::ENDS;
use crate::db::{StoreError, Txn};
use chrono::{DateTime, Utc};
use entity::{Instant, outbox_mail};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Builds the value of the column `payload` for an update that brings mails to their end: empty where the words let the reader in,
/// unchanged elsewhere.
pub(super) fn words_after_the_end() -> SimpleExpr {
    Expr::case(outbox_mail::Column::LetsIn.into_expr(), Expr::value(Vec::<u8>::new()))
        .finally(Expr::col(outbox_mail::Column::Payload))
        .into()
}

/// Blanks the message and the relay's answer of every mail that came to its end before `before`. Returns how many.
pub async fn blank(txn: &Txn, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let blanked = outbox_mail::Entity::update_many()
        .col_expr(outbox_mail::Column::Payload, Expr::value(Vec::<u8>::new()))
        .col_expr(outbox_mail::Column::LastText, Expr::value(None::<String>))
        .filter(outbox_mail::Column::State.is_in(ENDS))
        .filter(outbox_mail::Column::UpdatedAt.lt(Instant::from(before)))
        .filter(outbox_mail::Column::Payload.ne(Vec::<u8>::new()))
        .exec(txn)
        .await?;
    Ok(blanked.rows_affected)
}
