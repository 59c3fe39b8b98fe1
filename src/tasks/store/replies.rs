//! Rows of replies about work.

use super::Result;
use crate::tasks::reply::Reply;
use entity::kinds::{ObligationKind, ReplyKind};
use entity::reply;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// Inserts a reply.
pub async fn insert(db: &impl ConnectionTrait, new: &Reply) -> Result<()> {
    let row = reply::ActiveModel {
        id: Set(new.id),
        subject_kind: Set(new.about.0),
        subject_id: Set(new.about.1.to_string()),
        kind: Set(new.kind),
        due_day: Set(new.due_day),
        day: Set(new.day),
        text: Set(new.text.clone()),
        person_id: Set(new.person_id),
        at: Set(new.at.into()),
    };
    reply::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Returns the replies about one piece of work, oldest first.
pub async fn about(db: &impl ConnectionTrait, (kind, id): (ObligationKind, Uuid)) -> Result<Vec<Reply>> {
    let rows = reply::Entity::find()
        .filter(reply::Column::SubjectKind.eq(kind))
        .filter(reply::Column::SubjectId.eq(id.to_string()))
        .order_by_asc(reply::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Returns the replies that say that these pieces of work will be late, oldest first.
pub async fn late(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Reply>> {
    let rows = reply::Entity::find()
        .filter(reply::Column::Kind.eq(ReplyKind::Late))
        .filter(reply::Column::SubjectId.is_in(ids.iter().map(Uuid::to_string)))
        .order_by_asc(reply::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Reads a row; `None` for one whose subject is no id, which this program never writes.
fn read(row: reply::Model) -> Option<Reply> {
    Some(Reply {
        id: row.id,
        about: (row.subject_kind, row.subject_id.parse().ok()?),
        kind: row.kind,
        due_day: row.due_day,
        day: row.day,
        text: row.text,
        person_id: row.person_id,
        at: row.at.0,
    })
}
