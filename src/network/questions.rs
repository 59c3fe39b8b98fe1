//! Questions about the network, answered from memory while the data stay the same ([`crate::memory`]).

use super::model::{AgreementView, BodyView, ObservatoryView, TerritoryView};
use super::store;
use crate::ctx::{Ctx, Question};
use crate::error::Result;
use crate::memory::ChangedBy;
use crate::network::verb::Verb;
use crate::slice::Slice;
use crate::time::Calendars;
use sea_orm::ConnectionTrait;

/// Actions that change bodies, observatories, seats, territories, their working days and the settings of the network's file.
/// Nothing else writes these rows.
pub const CHANGES_OF_THE_NETWORK: ChangedBy = &[named(Verb::Load), named(Verb::EditBody), named(Verb::EditAgreement)];

/// Returns a verb of the network as an action that changes some data.
pub const fn named(verb: Verb) -> (Slice, Option<&'static str>) {
    (Slice::Network, Some(verb.as_str()))
}

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
    const CHANGED_BY: ChangedBy = CHANGES_OF_THE_NETWORK;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::agreement(db).await?)
    }
}

impl Question for AllBodies {
    type Answer = Vec<BodyView>;
    const CHANGED_BY: ChangedBy = CHANGES_OF_THE_NETWORK;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::bodies(db).await?)
    }
}

impl Question for AllObservatories {
    type Answer = Vec<ObservatoryView>;
    const CHANGED_BY: ChangedBy = CHANGES_OF_THE_NETWORK;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::observatories(db).await?)
    }
}

impl Question for AllTerritories {
    type Answer = Vec<TerritoryView>;
    const CHANGED_BY: ChangedBy = CHANGES_OF_THE_NETWORK;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::territories(db).await?)
    }
}

impl Question for AllCalendars {
    type Answer = Calendars;
    const CHANGED_BY: ChangedBy = CHANGES_OF_THE_NETWORK;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::calendars(db).await?)
    }
}

impl Question for ChapterLimit {
    type Answer = i32;
    const CHANGED_BY: ChangedBy = CHANGES_OF_THE_NETWORK;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::chapter_limit(db).await?)
    }
}
