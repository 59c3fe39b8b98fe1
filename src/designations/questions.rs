//! Questions about the register, answered from memory while the data stay the same ([`crate::memory`]).

use super::model::Unavailability;
use super::risks::Register;
use super::seats::Seats;
use super::store;
use super::view::Designation;
use crate::ctx::{Ctx, Question};
use crate::error::Result;
use crate::memory::ChangedBy;
use crate::network::questions::CHANGES_OF_THE_NETWORK;
use chrono::NaiveDate;
use sea_orm::ConnectionTrait;

/// All seats of the network.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AllSeats;

/// The holders of all seats on a day, the latest term first.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HoldersOn(pub NaiveDate);

/// The absences that touch a day, without withdrawn ones.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AbsencesOn(pub NaiveDate);

/// The register as known now, looked at on a day.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RegisterOn(pub NaiveDate);

impl Question for AllSeats {
    type Answer = Seats;
    const CHANGED_BY: ChangedBy = CHANGES_OF_THE_NETWORK;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::seats(db).await?)
    }
}

impl Question for HoldersOn {
    type Answer = Vec<Designation>;

    async fn answer(&self, ctx: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::all_holders(db, &*ctx.recall(&AllSeats).await?, self.0).await?)
    }
}

impl Question for AbsencesOn {
    type Answer = Vec<Unavailability>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::absences(db, self.0, self.0).await?)
    }
}

impl Question for RegisterOn {
    type Answer = Register;

    async fn answer(&self, ctx: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        let (seats, absences) = (ctx.recall(&AllSeats).await?, ctx.recall(&AbsencesOn(self.0)).await?);
        Ok(Register::new(self.0, seats.to_vec(), store::whole_register(db, &seats).await?, absences.to_vec()))
    }
}
