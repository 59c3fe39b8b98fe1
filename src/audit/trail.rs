//! Reading the events about one thing, for its page.

use super::verb::{Action, Verb};
use chrono::{DateTime, Utc};
use entity::{Instant, audit_event};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;

/// Events returned for one thing, at most; older ones are left out. `raccordo audit` reads the whole trail.
const MOST: u64 = 200;

/// One event for a page, with ids only, as in the trail.
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

impl TrailEvent {
    /// Returns the verb; `None` for one that this program does not know, because a newer program may have written it.
    pub fn verb<V: Verb>(&self) -> Option<V> {
        V::ALL.iter().copied().find(|verb| Action::from(*verb).to_string() == self.action)
    }
}

/// Returns the latest events about a thing, newest first. The caller must have checked that the reader may see the
/// thing.
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

/// Returns the latest event of each person since an instant, by person id. Signing in counts.
pub async fn last_acts(
    connection: &impl ConnectionTrait,
    since: DateTime<Utc>,
) -> Result<HashMap<String, DateTime<Utc>>, DbErr> {
    let rows: Vec<(Option<String>, Instant)> = audit_event::Entity::find()
        .select_only()
        .column(audit_event::Column::ActorId)
        .column_as(audit_event::Column::At.max(), "last")
        .filter(audit_event::Column::ActorKind.eq("person"))
        .filter(audit_event::Column::At.gte(Instant::from(since)))
        .group_by(audit_event::Column::ActorId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().filter_map(|(person, at)| Some((person?, at.0))).collect())
}

/// Returns the latest event with one of these verbs for each thing, by its id, since an instant.
pub async fn last_of<V: Verb>(
    connection: &impl ConnectionTrait,
    verbs: impl Iterator<Item = V>,
    since: DateTime<Utc>,
) -> Result<HashMap<String, DateTime<Utc>>, DbErr> {
    let rows: Vec<(String, Instant)> = audit_event::Entity::find()
        .select_only()
        .column(audit_event::Column::SubjectId)
        .column_as(audit_event::Column::At.max(), "last")
        .filter(audit_event::Column::Action.is_in(verbs.map(|verb| Action::from(verb).to_string())))
        .filter(audit_event::Column::At.gte(Instant::from(since)))
        .group_by(audit_event::Column::SubjectId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|(subject, at)| (subject, at.0)).collect())
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
