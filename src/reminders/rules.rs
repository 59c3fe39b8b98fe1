//! What the ladder looks at: every slice that says what is due, in one place.
//!
//! A slice that gets something to say becomes a field here; the compiler then asks for it below. Nothing else of the
//! ladder changes.

use crate::due::Obligation;
use crate::error::Result;
use crate::{deliverables, tasks};
use chrono::NaiveDate;
use sea_orm::ConnectionTrait;

/// What each slice says is due.
struct Providers {
    tasks: Vec<Obligation>,
    deliverables: Vec<Obligation>,
}

impl Providers {
    async fn ask(db: &impl ConnectionTrait, upto: NaiveDate) -> Result<Self> {
        Ok(Self {
            tasks: tasks::due::obligations(db, upto).await?,
            deliverables: deliverables::due::obligations(db, upto).await?,
        })
    }

    fn all(self) -> Vec<Obligation> {
        let Self { tasks, deliverables } = self;
        [tasks, deliverables].concat()
    }
}

/// Everything due up to a day and still owed, whoever owes it.
pub(super) async fn obligations(db: &impl ConnectionTrait, upto: NaiveDate) -> Result<Vec<Obligation>> {
    Ok(Providers::ask(db, upto).await?.all())
}
