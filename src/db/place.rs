//! Places in lists sorted by several keys: the values of a line, which the cursor of the next page keeps.

use crate::time::Day;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, Select, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One value of the place of a line. Lines are sorted by all values, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    Number(i32),
    Day(Day),
    Id(Uuid),
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        match key {
            Key::Number(number) => number.into(),
            Key::Day(day) => chrono::NaiveDate::from(day).into(),
            Key::Id(id) => id.to_string().into(),
        }
    }
}

/// Selects the rows of a list sorted by several keys, the smallest first, after the place of the last row of the page
/// before.
pub fn page_by<E: EntityTrait>(list: Select<E>, keys: Vec<Expr>, last: Option<&[Key]>) -> Select<E> {
    let beyond = last.map(|last| {
        let mut same = Condition::all();
        let mut beyond = Condition::any();
        for (key, value) in keys.iter().zip(last) {
            beyond = beyond.add(same.clone().add(key.clone().gt(*value)));
            same = same.add(key.clone().eq(*value));
        }
        beyond
    });
    let list = list.filter(Condition::all().add_option(beyond));
    keys.into_iter().fold(list, |list, key| list.order_by(key, Order::Asc))
}

/// Returns the position of a column's value in a list as an expression; a value that is not in the list comes after all.
pub fn rank<C: ColumnTrait, V: Into<Value> + Copy>(column: C, values: &[V]) -> Expr {
    let mut cases = CaseStatement::new();
    for (position, value) in (0_i32..).zip(values) {
        cases = cases.case(column.into_expr().eq(*value), position);
    }
    cases.finally(position_after(values)).into()
}

/// Returns the rank of what is not in the list.
pub fn position_after<V>(values: &[V]) -> i32 {
    i32::try_from(values.len()).unwrap_or(i32::MAX)
}
