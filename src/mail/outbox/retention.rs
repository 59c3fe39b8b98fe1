//! Removing the texts of ended mails. Recipient, time and subject stay.

use super::{ENDS, LETS_IN};
use crate::db::{StoreError, Txn};
use chrono::{DateTime, Utc};
use entity::{Instant, outbox_mail};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Returns the message kept after the mail's end: empty for kinds that contain a key, unchanged for the others. For the
/// column `payload` in an update that ends mails.
pub(super) fn words_after_the_end() -> SimpleExpr {
    Expr::case(outbox_mail::Column::Kind.is_in(LETS_IN), Expr::value(Vec::<u8>::new()))
        .finally(Expr::col(outbox_mail::Column::Payload))
        .into()
}

/// Blanks the message and the relay's answer of every mail that ended before `before`. Returns their number.
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
