//! Verification of the chain: finds the first row that is not as it was written.

use super::chain::{self, GENESIS, Head};
use crate::secret::same;
use entity::{audit_event, audit_head};
use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, RuntimeErr};

/// Rows held in memory at once.
const PAGE: u64 = 1_000;

/// The first finding that the service cannot have written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("event {seq} is missing")]
    Missing { seq: i64 },
    #[error("event {seq} is not as it was written, or was put in")]
    Altered { seq: i64 },
    #[error("event {seq} does not follow the one before it: one of the two comes from another chain")]
    Unlinked { seq: i64 },
    #[error("an event after {after} cannot be read")]
    Unreadable { after: i64 },
    #[error("the chain ends at event {last}, but its head says {head}")]
    HeadDiffers { last: i64, head: i64 },
    #[error("the chain has events but no head")]
    HeadMissing,
    #[error("event {seq} is not the one that was anchored: the chain was rebuilt")]
    AnchorDiffers { seq: i64 },
    #[error("the chain ends at event {last}, but event {seq} was anchored: its end was cut off")]
    AnchorBeyond { seq: i64, last: i64 },
}

/// Returns the head of the chain as the database has it, for keeping outside.
pub async fn head(connection: &impl ConnectionTrait) -> Result<Head, DbErr> {
    let row = audit_head::Entity::find().one(connection).await?;
    Ok(row.map_or_else(Head::genesis, |row| Head { seq: row.seq, hash: row.hash }))
}

/// Reads the whole chain by pages, while the service may go on writing. `Ok(Err(_))` is a finding; `Err(_)` means that
/// the chain could not be read.
pub async fn verify(
    connection: &impl ConnectionTrait,
    key: &[u8],
    anchor: Option<&Head>,
) -> Result<Result<Head, Fault>, DbErr> {
    let mut walk = Walk { key, anchor, last: Head::genesis() };
    let mut end = None;
    loop {
        let page = match page_after(connection, walk.last.seq).await? {
            Ok(page) => page,
            Err(fault) => return Ok(Err(fault)),
        };
        if let Err(fault) = page.iter().try_for_each(|event| walk.step(event)) {
            return Ok(Err(fault));
        }
        if !page.is_empty() {
            end = None;
            continue;
        }
        // Events may have been written between the last page and the look at the head. The end is only final if it did
        // not move.
        let head = audit_head::Entity::find().one(connection).await?;
        if head.as_ref().is_none_or(|head| head.seq <= walk.last.seq) || end == Some(walk.last.seq) {
            return Ok(walk.finish(head));
        }
        end = Some(walk.last.seq);
    }
}

/// Returns the next events, or the row that cannot be read. A row with a column of the wrong type makes its whole page
/// fail, so the page is then read row by row.
async fn page_after(
    connection: &impl ConnectionTrait,
    seq: i64,
) -> Result<Result<Vec<audit_event::Model>, Fault>, DbErr> {
    let mut found = events_after(connection, seq, PAGE).await;
    if found.as_ref().is_err_and(is_spoilt) {
        found = events_after(connection, seq, 1).await;
    }
    match found {
        Err(error) if is_spoilt(&error) => Ok(Err(Fault::Unreadable { after: seq })),
        found => Ok(Ok(found?)),
    }
}

/// Returns whether a row came but could not be decoded. All other errors are failures of the connection.
fn is_spoilt(error: &DbErr) -> bool {
    match error {
        DbErr::Type(_) | DbErr::TryIntoErr { .. } => true,
        DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            matches!(inner.as_ref(), SqlxError::ColumnDecode { .. } | SqlxError::Decode(_))
        }
        _ => false,
    }
}

async fn events_after(
    connection: &impl ConnectionTrait,
    seq: i64,
    limit: u64,
) -> Result<Vec<audit_event::Model>, DbErr> {
    audit_event::Entity::find()
        .filter(audit_event::Column::Seq.gt(seq))
        .order_by_asc(audit_event::Column::Seq)
        .limit(limit)
        .all(connection)
        .await
}

/// State of a verification: the last event found sound.
struct Walk<'a> {
    key: &'a [u8],
    anchor: Option<&'a Head>,
    last: Head,
}

impl Walk<'_> {
    fn step(&mut self, event: &audit_event::Model) -> Result<(), Fault> {
        let seq = event.seq;
        if seq != self.last.seq + 1 {
            return Err(Fault::Missing { seq: self.last.seq + 1 });
        }
        if !same(&chain::hash(self.key, event), &event.hash) {
            return Err(Fault::Altered { seq });
        }
        if !same(&event.previous_hash, &self.last.hash) {
            return Err(Fault::Unlinked { seq });
        }
        self.last = Head { seq, hash: event.hash.clone() };
        match self.anchor {
            Some(anchor) if anchor.seq == seq && !same(&anchor.hash, &event.hash) => Err(Fault::AnchorDiffers { seq }),
            _ => Ok(()),
        }
    }

    fn finish(self, head: Option<audit_head::Model>) -> Result<Head, Fault> {
        if let Some(anchor) = self.anchor.filter(|anchor| anchor.seq > self.last.seq) {
            return Err(Fault::AnchorBeyond { seq: anchor.seq, last: self.last.seq });
        }
        match head {
            None if self.last.hash == GENESIS => Ok(self.last),
            None => Err(Fault::HeadMissing),
            Some(head) if head.seq == self.last.seq && same(&head.hash, &self.last.hash) => Ok(self.last),
            Some(head) => Err(Fault::HeadDiffers { last: self.last.seq, head: head.seq }),
        }
    }
}
