//! Questions about the agenda, answered from memory while the data stay the same ([`crate::memory`]).

use super::store::{self, Filter};
use super::view::{Change, ReleaseView, Share};
use crate::ctx::{Ctx, Question};
use crate::db::StoreError;
use crate::error::Result;
use chrono::NaiveDate;
use entity::ids::ReleaseId;
use entity::kinds::ReleaseState;
use sea_orm::ConnectionTrait;
use std::collections::{BTreeSet, HashMap};

/// Years in which at least one release has its day.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct YearsOfReleases;

impl Question for YearsOfReleases {
    type Answer = BTreeSet<i32>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::years(db).await?)
    }
}

/// The releases of some days with what the public may know of them, both ends included.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublishedBetween {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// Rows about releases for the public, which are the same in all languages.
pub struct Published {
    /// By day.
    pub releases: Vec<ReleaseView>,
    /// The other releases still to come.
    pub others: Vec<ReleaseView>,
    /// Every date of each release, the first one first.
    pub changes: HashMap<ReleaseId, Vec<Change>>,
    /// Reports seen on the portal, and missing chapters.
    pub shares: HashMap<ReleaseId, Vec<Share>>,
}

impl Published {
    /// Reads the releases that pass the filter.
    pub async fn read(db: &impl ConnectionTrait, filter: &Filter) -> std::result::Result<Self, StoreError> {
        let releases = store::list(db, filter, None, None).await?;
        let others = Filter { open: true, outside: filter.window(), ..Filter::default() };
        let others = store::list(db, &others, None, None).await?;
        let ids: Vec<ReleaseId> = releases.iter().map(|view| view.release.id).collect();
        let changes = store::changes(db, &ids).await?;
        let has_parts = |view: &&ReleaseView| {
            use ReleaseState::{Confirmed, Published, Withdrawn};
            matches!(view.release.state(), Confirmed | Published | Withdrawn)
        };
        let ids: Vec<ReleaseId> = releases.iter().filter(has_parts).map(|view| view.release.id).collect();
        let shares = store::public_shares(db, &ids).await?;
        Ok(Self { releases, others, changes, shares })
    }
}

impl Question for PublishedBetween {
    type Answer = Published;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        let filter = Filter { from: Some(self.from), to: Some(self.to), ..Filter::default() };
        Ok(Published::read(db, &filter).await?)
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

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::find(db, self.0).await?)
    }
}

impl Question for ReleaseAt {
    type Answer = Option<ReleaseView>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::find_at(db, &self.0).await?)
    }
}

impl Question for HistoryOf {
    type Answer = (Vec<Change>, Vec<Share>);

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        let changes = store::changes(db, &[self.0]).await?.remove(&self.0);
        let shares = store::shares(db, &[self.0]).await?.remove(&self.0);
        Ok((changes.unwrap_or_default(), shares.unwrap_or_default()))
    }
}
