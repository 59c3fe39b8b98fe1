//! Questions about the agenda, answered from memory while the data stay the same ([`crate::memory`]).

use super::store;
use super::view::{Change, ReleaseView, Share};
use crate::error::Result;
use crate::memory::Question;
use entity::ids::ReleaseId;
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// Years in which at least one release has its day.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct YearsOfReleases;

impl Question for YearsOfReleases {
    type Answer = BTreeSet<i32>;

    async fn answer(&self, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::years(db).await?)
    }
}

/// One release.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ReleaseOf(pub ReleaseId);

/// The release whose page has an address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ReleaseAt(pub String);

/// The history of a release, and the shares of the observatories in it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HistoryOf(pub ReleaseId);

impl Question for ReleaseOf {
    type Answer = Option<ReleaseView>;

    async fn answer(&self, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::find(db, self.0).await?)
    }
}

impl Question for ReleaseAt {
    type Answer = Option<ReleaseView>;

    async fn answer(&self, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::find_at(db, &self.0).await?)
    }
}

impl Question for HistoryOf {
    type Answer = (Vec<Change>, Vec<Share>);

    async fn answer(&self, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        let changes = store::changes(db, &[self.0]).await?.remove(&self.0);
        let shares = store::shares(db, &[self.0]).await?.remove(&self.0);
        Ok((changes.unwrap_or_default(), shares.unwrap_or_default()))
    }
}
