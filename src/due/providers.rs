//! The slices that report open work. Reminders, the Monday page, the radar and the dossier of a newcomer query only
//! this file.
//!
//! An obligation needs a value of [`ObligationKind`], and a value without its slice below does not compile.

use super::{Asked, Obligation};
use crate::error::Result;
use crate::{deliverables, tasks};
use chrono::NaiveDate;
use entity::kinds::ObligationKind;
use sea_orm::ConnectionTrait;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Returns all open obligations due on or before `upto`, of every seat.
pub async fn obligations(db: &impl ConnectionTrait, upto: NaiveDate) -> Result<Vec<Obligation>> {
    let mut open = Vec::new();
    for kind in ObligationKind::ALL {
        open.extend(of_kind(db, *kind, Asked::UpTo(upto)).await?);
    }
    Ok(open)
}

/// Returns the named obligations that are still open. The cost depends on the number of names, not of obligations.
pub async fn named(
    db: &impl ConnectionTrait,
    names: impl IntoIterator<Item = (ObligationKind, Uuid)>,
) -> Result<Vec<Obligation>> {
    let mut by_kind: BTreeMap<ObligationKind, Vec<Uuid>> = BTreeMap::new();
    for (kind, id) in names {
        by_kind.entry(kind).or_default().push(id);
    }
    let mut open = Vec::new();
    for (kind, ids) in by_kind {
        open.extend(of_kind(db, kind, Asked::Named(&ids)).await?);
    }
    Ok(open)
}

async fn of_kind(db: &impl ConnectionTrait, kind: ObligationKind, asked: Asked<'_>) -> Result<Vec<Obligation>> {
    match kind {
        ObligationKind::Task => tasks::due::obligations(db, asked).await,
        ObligationKind::Deliverable => deliverables::due::obligations(db, asked).await,
    }
}
