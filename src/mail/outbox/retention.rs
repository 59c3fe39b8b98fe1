//! Removing the texts of ended mails. Recipient, time and subject stay.

use super::ENDS;
use crate::db::{StoreError, Txn};
use chrono::{DateTime, Utc};
use entity::{Instant, outbox_mail};
use sea_orm::sea_query::{Expr, Query, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

/// Returns the message kept after the mail's end: empty if its links let the reader in, unchanged otherwise. For the
/// column `payload` in an update that ends mails. The words, without keys, stay.
pub(super) fn words_after_the_end() -> SimpleExpr {
    Expr::case(outbox_mail::Column::LetsIn.into_expr(), Expr::value(Vec::<u8>::new()))
        .finally(Expr::col(outbox_mail::Column::Payload))
        .into()
}

/// Deletes the text and the relay's answer of at most `limit` mails that reached their final state before an instant.
/// Returns their number.
pub async fn blank_some(txn: &Txn, before: DateTime<Utc>, limit: u64) -> Result<u64, StoreError> {
    let some = Query::select()
        .column(outbox_mail::Column::Id)
        .from(outbox_mail::Entity)
        .and_where(outbox_mail::Column::State.is_in(ENDS))
        .and_where(outbox_mail::Column::UpdatedAt.lt(Instant::from(before)))
        .cond_where(
            Condition::any()
                .add(outbox_mail::Column::Payload.ne(Vec::<u8>::new()))
                .add(outbox_mail::Column::Words.is_not_null()),
        )
        .limit(limit)
        .to_owned();
    let blanked = outbox_mail::Entity::update_many()
        .col_expr(outbox_mail::Column::Payload, Expr::value(Vec::<u8>::new()))
        .col_expr(outbox_mail::Column::Words, Expr::value(None::<String>))
        .col_expr(outbox_mail::Column::LastText, Expr::value(None::<String>))
        .filter(outbox_mail::Column::Id.in_subquery(some))
        .exec(txn)
        .await?;
    Ok(blanked.rows_affected)
}
