//! Rows of other days proposed for contributions.

use super::Result;
use crate::db::save_row;
use crate::tasks::proposal::DayProposal;
use entity::Instant;
use entity::day_proposal::{ActiveModel, Column, Entity, Model};
use entity::ids::{DayProposalId, DeliverableId};
use entity::kinds::DayProposalState;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

impl From<Model> for DayProposal {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            deliverable_id: row.deliverable_id,
            state: row.state,
            former_day: row.former_day,
            day: row.day,
            reason: row.reason,
            proposed_at: row.proposed_at.0,
            proposed_by: row.proposed_by,
            answer: row.answer,
            answered_at: row.answered_at.map(|at| at.0),
            answered_by: row.answered_by,
            version: row.version,
        }
    }
}

/// Inserts a proposal.
pub async fn insert(db: &impl ConnectionTrait, new: &DayProposal) -> Result<()> {
    let row = ActiveModel {
        id: Set(new.id),
        deliverable_id: Set(new.deliverable_id),
        state: Set(new.state),
        former_day: Set(new.former_day),
        day: Set(new.day),
        reason: Set(new.reason.clone()),
        proposed_at: Set(new.proposed_at.into()),
        proposed_by: Set(new.proposed_by),
        answer: Set(None),
        answered_at: Set(None),
        answered_by: Set(None),
        version: Set(new.version),
    };
    Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Saves an answered proposal, if its version is unchanged.
pub async fn save(db: &impl ConnectionTrait, after: &DayProposal) -> Result<()> {
    let row = ActiveModel {
        state: Set(after.state),
        answer: Set(after.answer.clone()),
        answered_at: Set(after.answered_at.map(Instant::from)),
        answered_by: Set(after.answered_by),
        ..Default::default()
    };
    save_row(db, row, (Column::Id, after.id), (Column::Version, after.version)).await
}

/// Finds a proposal.
pub async fn find(db: &impl ConnectionTrait, id: DayProposalId) -> Result<Option<DayProposal>> {
    Ok(Entity::find_by_id(id).one(db).await?.map(DayProposal::from))
}

/// Returns the proposals for a contribution, oldest first.
pub async fn of(db: &impl ConnectionTrait, deliverable: DeliverableId) -> Result<Vec<DayProposal>> {
    let rows = Entity::find().filter(Column::DeliverableId.eq(deliverable)).order_by_asc(Column::Id).all(db).await?;
    Ok(rows.into_iter().map(DayProposal::from).collect())
}

/// Returns the open proposals, oldest first.
pub async fn open(db: &impl ConnectionTrait) -> Result<Vec<DayProposal>> {
    let rows = Entity::find().filter(Column::State.eq(DayProposalState::Open)).order_by_asc(Column::Id).all(db).await?;
    Ok(rows.into_iter().map(DayProposal::from).collect())
}
