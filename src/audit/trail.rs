//! Reading back what happened to one thing, for its page.

use chrono::{DateTime, Utc};
use entity::audit_event;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// More than a page shows of one thing; the whole trail is for `raccordo audit`.
const MOST: u64 = 200;

/// One event as a page shows it. Ids only, as in the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailEvent {
    pub seq: i64,
    pub at: DateTime<Utc>,
    /// `person`, `system`, `operator` or `anonymous`.
    pub actor_kind: String,
    pub actor_id: Option<String>,
    pub on_behalf_of: Option<String>,
    pub channel: Option<String>,
    pub action: String,
}

/// The latest events about a thing, the newest first. Who may see the thing is for the caller to have asked.
pub async fn of(connection: &impl ConnectionTrait, kind: &str, id: &str) -> Result<Vec<TrailEvent>, DbErr> {
    let rows = audit_event::Entity::find()
        .filter(audit_event::Column::SubjectKind.eq(kind))
        .filter(audit_event::Column::SubjectId.eq(id))
        .order_by_desc(audit_event::Column::Seq)
        .limit(MOST)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(TrailEvent::from).collect())
}

impl From<audit_event::Model> for TrailEvent {
    fn from(row: audit_event::Model) -> Self {
        Self {
            seq: row.seq,
            at: row.at.0,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            on_behalf_of: row.on_behalf_of,
            channel: row.channel,
            action: row.action,
        }
    }
}
