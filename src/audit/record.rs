//! Writing one event in the transaction of the change it records.

use super::chain::{self, Head};
use crate::auth::actor::Identity;
use crate::ctx::Ctx;
use crate::db::{Txn, exactly_one};
use crate::error::{Error, Result};
use entity::ids::BodyId;
use entity::kinds::Channel;
use entity::{Instant, audit_event, audit_head};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

const HEAD: i32 = 1;
const SOURCE_CHARACTERS: usize = 300;
const DETAILS_CHARACTERS: usize = 8000;

/// An event of the trail. It holds ids only; names and addresses stay in the tables that own them.
#[derive(Clone, Debug)]
pub struct Event {
    /// Slice and verb, such as `designations.designate`. It is stored, so it must never be renamed.
    pub action: &'static str,
    /// Kind and id of the changed thing.
    pub subject: (&'static str, String),
    /// The body that made the statement, if the secretariat records it on the body's behalf.
    pub on_behalf_of: Option<BodyId>,
    /// Channel by which that statement reached the secretariat.
    pub channel: Option<Channel>,
    /// The document the change rests on, such as a protocol number. At most 300 characters.
    pub source: Option<String>,
    /// Further facts, as JSON of at most 8,000 characters.
    pub details: serde_json::Value,
}

impl Event {
    /// Makes an event of an actor acting in their own name, without a document.
    pub fn about(action: &'static str, subject: (&'static str, String), details: serde_json::Value) -> Self {
        Self { action, subject, on_behalf_of: None, channel: None, source: None, details }
    }
}

/// Appends the event to the chain and returns the new head.
///
/// Use cases write one after the other ([`crate::db::Db::begin`]), so the head is still the same when the event is
/// written. A concurrent writer without that lock gets [`StoreError::Stale`](crate::db::StoreError::Stale), and its
/// transaction keeps nothing.
pub async fn record(ctx: &Ctx, txn: &Txn, event: Event) -> Result<()> {
    let previous = audit_head::Entity::find_by_id(HEAD).one(txn).await?;
    let previous = previous.map_or_else(Head::genesis, |row| Head { seq: row.seq, hash: row.hash });
    let row = row(ctx, previous, event)?;
    let head = Head { seq: row.seq, hash: row.hash.clone() };
    audit_event::Entity::insert(audit_event::ActiveModel::from(row)).exec_without_returning(txn).await?;
    move_head(txn, &head).await
}

/// Moves the head to a new event: inserts the row for the first event, and otherwise updates it only if it still names
/// the previous one.
async fn move_head(txn: &Txn, head: &Head) -> Result<()> {
    if head.seq == 1 {
        let first = audit_head::ActiveModel { id: Set(HEAD), seq: Set(head.seq), hash: Set(head.hash.clone()) };
        audit_head::Entity::insert(first).exec_without_returning(txn).await?;
        return Ok(());
    }
    let moved = audit_head::Entity::update_many()
        .col_expr(audit_head::Column::Seq, Expr::value(head.seq))
        .col_expr(audit_head::Column::Hash, Expr::value(head.hash.clone()))
        .filter(audit_head::Column::Id.eq(HEAD))
        .filter(audit_head::Column::Seq.eq(head.seq - 1))
        .exec(txn)
        .await?;
    Ok(exactly_one(moved.rows_affected)?)
}

fn row(ctx: &Ctx, previous: Head, event: Event) -> Result<audit_event::Model> {
    let details = event.details.to_string();
    let (actor_kind, actor_id) = actor(&ctx.actor.identity);
    if details.chars().count() > DETAILS_CHARACTERS
        || event.source.as_ref().is_some_and(|source| source.chars().count() > SOURCE_CHARACTERS)
    {
        return Err(Error::Internal(format!("the event {} says more than the trail holds", event.action)));
    }
    let (subject_kind, subject_id) = event.subject;
    let mut row = audit_event::Model {
        seq: previous.seq + 1,
        at: Instant::from(ctx.now()),
        actor_kind: actor_kind.to_owned(),
        actor_id,
        on_behalf_of: event.on_behalf_of.map(|body| body.to_string()),
        channel: event.channel.map(|channel| channel.as_str().to_owned()),
        source: event.source,
        action: event.action.to_owned(),
        subject_kind: subject_kind.to_owned(),
        subject_id,
        details,
        request_id: ctx.request_id.map(|id| id.to_string()),
        previous_hash: previous.hash,
        hash: String::new(),
    };
    row.hash = chain::hash(ctx.config().security.audit_key.reveal().as_bytes(), &row);
    Ok(row)
}

fn actor(identity: &Identity) -> (&'static str, Option<String>) {
    match identity {
        Identity::Anonymous => ("anonymous", None),
        Identity::Person { id, .. } => ("person", Some(id.to_string())),
        Identity::System(job) => ("system", Some((*job).to_owned())),
        Identity::Operator => ("operator", None),
    }
}
