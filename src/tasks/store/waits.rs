//! Rows of tasks that wait for others.

use super::Result;
use entity::ids::TaskId;
use entity::task_wait::{ActiveModel, Column, Entity};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// Returns the tasks for which these tasks wait, as pairs of a task and one before it.
pub async fn of(db: &impl ConnectionTrait, tasks: &[TaskId]) -> Result<Vec<(TaskId, TaskId)>> {
    let rows = Entity::find()
        .filter(Column::TaskId.is_in(tasks.iter().copied()))
        .order_by_asc(Column::TaskId)
        .order_by_asc(Column::AfterId)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.task_id, row.after_id)).collect())
}

/// Inserts pairs of a task and one for which it waits.
pub async fn insert(db: &impl ConnectionTrait, pairs: &[(TaskId, TaskId)]) -> Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let rows = pairs.iter().map(|(task, after)| ActiveModel { task_id: Set(*task), after_id: Set(*after) });
    Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

/// Replaces the tasks for which a task waits.
pub async fn replace(db: &impl ConnectionTrait, task: TaskId, after: &[TaskId]) -> Result<()> {
    Entity::delete_many().filter(Column::TaskId.eq(task)).exec(db).await?;
    insert(db, &after.iter().map(|one| (task, *one)).collect::<Vec<_>>()).await
}
