//! Rows of templates of tasks.

use super::Result;
use crate::db::save_row;
use crate::tasks::model::Wording;
use crate::tasks::template::{Outline, Template};
use chrono::{DateTime, Utc};
use entity::ids::{SeatId, TaskTemplateId};
use entity::task_template::{ActiveModel, Column, Entity};
use entity::{Instant, seat};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationDef, Select,
};

#[derive(FromQueryResult)]
struct Row {
    id: TaskTemplateId,
    name: String,
    title: String,
    text: Option<String>,
    estimated_minutes: i32,
    seat_code: Option<String>,
    offset_working_days: i32,
    retired_at: Option<Instant>,
    version: i32,
}

impl From<Row> for Template {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            outline: Outline {
                name: row.name,
                wording: Wording { title: row.title, text: row.text, estimated_minutes: row.estimated_minutes },
                seat: row.seat_code,
                offset_working_days: row.offset_working_days,
            },
            retired_at: row.retired_at.map(|at| at.0),
            version: row.version,
        }
    }
}

fn lines() -> Select<Entity> {
    let to_seat: RelationDef = Entity::belongs_to(seat::Entity).from(Column::SeatId).to(seat::Column::Id).into();
    Entity::find().column_as(seat::Column::Code, "seat_code").join(JoinType::LeftJoin, to_seat)
}

/// Returns all templates, in the order of their creation.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Template>> {
    let rows = lines().order_by_asc(Column::Id).into_model::<Row>().all(db).await?;
    Ok(rows.into_iter().map(Template::from).collect())
}

/// Finds a template.
pub async fn find(db: &impl ConnectionTrait, id: TaskTemplateId) -> Result<Option<Template>> {
    let row = lines().filter(Column::Id.eq(id)).into_model::<Row>().one(db).await?;
    Ok(row.map(Template::from))
}

/// Inserts a template.
pub async fn insert(db: &impl ConnectionTrait, new: &Template, seat: Option<SeatId>, at: DateTime<Utc>) -> Result<()> {
    let row = ActiveModel {
        id: Set(new.id),
        version: Set(new.version),
        created_at: Set(at.into()),
        ..content(new, seat, at)
    };
    Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Saves a changed template, if its version is unchanged.
pub async fn save(db: &impl ConnectionTrait, after: &Template, seat: Option<SeatId>, at: DateTime<Utc>) -> Result<()> {
    save_row(db, content(after, seat, at), (Column::Id, after.id), (Column::Version, after.version)).await
}

fn content(template: &Template, seat: Option<SeatId>, at: DateTime<Utc>) -> ActiveModel {
    let Outline { name, wording, offset_working_days, .. } = template.outline.clone();
    ActiveModel {
        name: Set(name),
        title: Set(wording.title),
        text: Set(wording.text),
        estimated_minutes: Set(wording.estimated_minutes),
        seat_id: Set(seat),
        offset_working_days: Set(offset_working_days),
        retired_at: Set(template.retired_at.map(Instant::from)),
        updated_at: Set(at.into()),
        ..Default::default()
    }
}
