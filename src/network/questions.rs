//! Questions about the network, answered from memory while the data stay the same ([`crate::memory`]).

use super::model::{BodyView, ObservatoryView, TerritoryView};
use super::store;
use crate::error::Result;
use crate::memory::Question;
use crate::time::Calendars;
use sea_orm::ConnectionTrait;

/// All bodies, in their order.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AllBodies;

/// All observatories, in their order.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AllObservatories;

/// All territories with their patron days.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AllTerritories;

/// The working days of all territories.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AllCalendars;

impl Question for AllBodies {
    type Answer = Vec<BodyView>;

    async fn answer(&self, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::bodies(db).await?)
    }
}

impl Question for AllObservatories {
    type Answer = Vec<ObservatoryView>;

    async fn answer(&self, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::observatories(db).await?)
    }
}

impl Question for AllTerritories {
    type Answer = Vec<TerritoryView>;

    async fn answer(&self, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::territories(db).await?)
    }
}

impl Question for AllCalendars {
    type Answer = Calendars;

    async fn answer(&self, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::calendars(db).await?)
    }
}
