//! Functions on rows shared by the stores: the guarded update of one row, the page of a sorted list.

use super::{StoreError, Txn, exactly_one};
use chrono::NaiveDate;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, LikeExpr, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, Iterable, Order,
    PrimaryKeyToColumn, QueryFilter, QueryOrder, QueryTrait, Select, Value,
};
use std::collections::BTreeMap;

/// Writes the columns set in `row` to the row with this id, if its version is unchanged, and increments the version.
/// Another version, or no such row, is [`StoreError::Stale`].
pub async fn save_row<A: ActiveModelTrait>(
    db: &impl ConnectionTrait,
    mut row: A,
    (id_column, id): (<A::Entity as EntityTrait>::Column, impl Into<Value>),
    (version_column, read_version): (<A::Entity as EntityTrait>::Column, i32),
) -> Result<(), StoreError> {
    row.set(version_column, Value::from(read_version + 1));
    let saved = A::Entity::update_many()
        .set(row)
        .filter(id_column.eq(id))
        .filter(version_column.eq(read_version))
        .exec(db)
        .await?;
    exactly_one(saved.rows_affected)
}

/// Selects the rows of a list sorted by a day and, within a day, by an id, after the last row of the previous page.
pub fn page<E: EntityTrait, C: ColumnTrait>(
    list: Select<E>,
    order: Order,
    (day, id): (Expr, C),
    last: Option<(NaiveDate, impl Into<Value>)>,
) -> Select<E> {
    let beyond = last.map(|(last_day, last_id)| {
        let last_id = Expr::value(last_id);
        let (other_day, same_day) = match order {
            Order::Desc => (day.clone().lt(last_day), id.into_expr().lt(last_id)),
            _ => (day.clone().gt(last_day), id.into_expr().gt(last_id)),
        };
        Condition::any().add(other_day).add(day.clone().eq(last_day).and(same_day))
    });
    list.filter(Condition::all().add_option(beyond)).order_by(day, order.clone()).order_by(id, order)
}

/// Reads up to `limit` rows of a list.
///
/// The limit is part of the statement. As one of its values it would make `PostgreSQL` plan the statement for each reader
/// anew, which takes longer than reading a page, because no plan is good for every limit.
pub async fn read<M: FromQueryResult + Send>(
    db: &impl ConnectionTrait,
    list: &impl QueryTrait,
    limit: Option<u64>,
) -> Result<Vec<M>, StoreError> {
    let mut statement = list.build(db.get_database_backend());
    if let Some(limit) = limit {
        statement.sql = format!("{} LIMIT {limit}", statement.sql);
    }
    Ok(M::find_by_statement(statement).all(db).await?)
}

/// Makes the value of a column of days in one statement over many rows: the day under which the id of the row stands, and
/// the present day for another row.
pub fn day_by_id<C: ColumnTrait, I: Copy + Into<Value>>(day: C, id: C, days: &BTreeMap<NaiveDate, Vec<I>>) -> Expr {
    let case = |case: CaseStatement, (day, ids): (&NaiveDate, &Vec<I>)| {
        case.case(id.is_in(ids.iter().copied()), Expr::value(*day))
    };
    days.iter().fold(CaseStatement::new(), case).finally(day.into_expr()).into()
}

/// Makes a pattern that matches every text with this part in it.
pub fn containing(part: &str) -> LikeExpr {
    let literal = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    LikeExpr::new(format!("%{literal}%")).escape('\\')
}

/// Deletes at most `limit` of the rows that meet a condition; returns the number deleted.
pub async fn delete_some<E: EntityTrait>(txn: &Txn, condition: Condition, limit: u64) -> Result<u64, StoreError> {
    let key = || E::PrimaryKey::iter().map(|part| part.into_column().into_expr());
    let some =
        Query::select().exprs(key()).from(E::default().table_ref()).cond_where(condition).limit(limit).to_owned();
    let deleted = E::delete_many().filter(Expr::tuple(key()).in_subquery(some)).exec(txn).await?;
    Ok(deleted.rows_affected)
}
