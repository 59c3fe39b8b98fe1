//! Questions about the network, answered from memory while the data stay the same ([`crate::memory`]).

use super::model::{AgreementView, BodyView, ObservatoryView, TerritoryView};
use super::store;
use crate::ctx::{Ctx, Question};
use crate::error::Result;
use crate::time::Calendars;
use sea_orm::ConnectionTrait;

/// The agreement in force; none before the network is loaded.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct InForce;

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

/// Working days before a joint release from which it may go out without a chapter.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ChapterLimit;

impl Question for InForce {
    type Answer = Option<AgreementView>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::agreement(db).await?)
    }
}

impl Question for AllBodies {
    type Answer = Vec<BodyView>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::bodies(db).await?)
    }
}

impl Question for AllObservatories {
    type Answer = Vec<ObservatoryView>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::observatories(db).await?)
    }
}

impl Question for AllTerritories {
    type Answer = Vec<TerritoryView>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::territories(db).await?)
    }
}

impl Question for AllCalendars {
    type Answer = Calendars;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::calendars(db).await?)
    }
}

impl Question for ChapterLimit {
    type Answer = i32;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::chapter_limit(db).await?)
    }
}
