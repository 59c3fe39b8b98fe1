//! Expected pages: the instant from which they are expected, and the names they have to contain.

use crate::ctx::Ctx;
use crate::db::StoreError;
use crate::deliverables::model::{Deliverable, is_accepted};
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::error::Result;
use crate::network::service as network;
use crate::portal::model::{Publication, Refusal};
use crate::portal::page::expectation::Expectation;
use crate::portal::store::{self, Evidence};
use crate::releases::service as releases;
use crate::releases::view::ReleaseView;
use crate::tasks::service::TaskFilter;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{DeliverableId, ObservatoryId};
use entity::kinds::{ObservatoryKind, ProductScope, PublicationState};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// Returns the expected page of a deliverable whose release is out.
pub(super) async fn awaited_page(ctx: &Ctx, db: &impl ConnectionTrait, id: DeliverableId) -> Result<Awaited> {
    let deliverable = deliverables::deliverable(db, id).await?;
    let release = releases::release(db, deliverable.deliverable.release_id).await?;
    let released = release.release.published_at().ok_or(Refusal::NotOut)?;
    let awaited = Siblings::read(db, &release, id).await?.awaited(ctx, deliverable, released);
    if awaited.publication.state == PublicationState::Withdrawn { Err(Refusal::Withdrawn.into()) } else { Ok(awaited) }
}

/// An expected page, declared or not.
#[derive(Clone, Debug)]
pub(super) struct Awaited {
    pub publication: Publication,
    pub deliverable: DeliverableView,
    /// Instant from which it is expected.
    pub from: DateTime<Utc>,
    pub scope: ProductScope,
    /// Whether a missing address is reported as a missing page.
    pub is_missed: bool,
}

/// The page of a deliverable; for a joint product the pages of the whole release.
struct Siblings {
    scope: ProductScope,
    views: Vec<DeliverableView>,
    known: HashMap<DeliverableId, Publication>,
    accepted: HashMap<DeliverableId, DateTime<Utc>>,
}

impl Siblings {
    /// Reads the data of one deliverable, or of all of them for a joint product.
    async fn read(db: &impl ConnectionTrait, release: &ReleaseView, of: DeliverableId) -> Result<Self> {
        let views = match release.scope {
            ProductScope::Joint => deliverables::of_release(db, release.release.id).await?,
            ProductScope::PerObservatory | ProductScope::Autonomous => Vec::new(),
        };
        let ids: Vec<DeliverableId> = views.iter().map(|view| view.deliverable.id).chain([of]).collect();
        let known = store::find_all(db, &ids).await?.into_iter().map(|one| (one.deliverable_id, one)).collect();
        let accepted = deliverables::accepted_at(db, &[of]).await?;
        Ok(Self { scope: release.scope, views, known, accepted })
    }

    /// Returns the expected page of one deliverable, whose release came out at `released`.
    fn awaited(&self, ctx: &Ctx, deliverable: DeliverableView, released: DateTime<Utc>) -> Awaited {
        let id = deliverable.deliverable.id;
        let known = self.known.get(&id).cloned();
        let publication = known.unwrap_or_else(|| Publication::expected(ctx.new_id(), id));
        let from = publication.expected_from(released, self.accepted.get(&id).copied());
        Awaited { publication, deliverable, from, scope: self.scope, is_missed: self.miss(id) }
    }

    /// Returns whether a missing address of this deliverable should be reported as a missing page. A joint product has
    /// one page for all: it is reported once, at the first accepted chapter, and only while no chapter has an address.
    fn miss(&self, id: DeliverableId) -> bool {
        if self.scope != ProductScope::Joint {
            return true;
        }
        let accepted = self.views.iter().filter(|view| is_accepted(view.deliverable.state()));
        let first = accepted.map(|view| view.deliverable.id).min();
        first == Some(id) && self.known.values().all(|one| one.address.is_none())
    }
}

impl Awaited {
    /// Returns the later of the instant at which the page was expected and its last check in one of these states.
    pub fn since_last(&self, evidence: &[Evidence], states: &[PublicationState]) -> DateTime<Utc> {
        let last = evidence.iter().rfind(|one| states.contains(&one.state) && one.sha256.is_some());
        last.map_or(self.from, |one| self.from.max(one.at))
    }

    /// Returns whether the deliverable was accepted; before that no page of it is expected.
    pub fn is_accepted(&self) -> bool {
        is_accepted(self.deliverable.deliverable.state())
    }

    /// Returns the filter for tasks about its page: by deliverable, or by release for a joint product.
    pub fn of_its_page(&self) -> TaskFilter {
        let Deliverable { id, release_id, .. } = self.deliverable.deliverable;
        if self.scope == ProductScope::Joint {
            TaskFilter { release: Some(release_id), ..TaskFilter::default() }
        } else {
            TaskFilter { deliverable: Some(id), ..TaskFilter::default() }
        }
    }
}

/// Names of the territories of the network.
pub(super) struct TerritoryNames {
    names: HashMap<ObservatoryId, Vec<String>>,
    /// Names of the territorial observatories only, because the region's names are on every page of its portal.
    territorial: Vec<(ObservatoryId, Vec<String>)>,
}

impl TerritoryNames {
    pub async fn read(db: &impl network::Connection) -> Result<Self> {
        let bodies: HashMap<_, _> = network::bodies(db).await?.into_iter().map(|body| (body.id, body)).collect();
        let (mut names, mut territorial) = (HashMap::new(), Vec::new());
        for one in network::observatories(db).await? {
            let is_territorial = one.kind == ObservatoryKind::Territorial;
            let mut own = vec![one.name];
            if let Some(body) = bodies.get(&one.body_id) {
                own.push(body.name.clone());
                own.extend(body.aliases.iter().cloned());
                own.extend(is_territorial.then(|| body.capital.clone()));
            }
            if is_territorial {
                territorial.push((one.id, own.clone()));
            }
            names.insert(one.id, own);
        }
        Ok(Self { names, territorial })
    }

    /// Returns the names that the page of a product has to contain. The page of a joint product need not name a
    /// territory.
    pub fn expectation(&self, about: &About<'_>) -> Result<Expectation> {
        let is_own = |id: &ObservatoryId| about.scope != ProductScope::Joint && *id == about.observatory;
        let territory = self.names.get(&about.observatory).filter(|_| is_own(&about.observatory)).cloned();
        let others = self.territorial.iter().filter(|(id, _)| !is_own(id)).flat_map(|(_, names)| names.clone());
        let period = about.period.parse().map_err(|error| StoreError::inconsistent("release", about.period, error))?;
        Ok(Expectation {
            product: about.product.map(str::to_owned).to_vec(),
            territory: territory.unwrap_or_default(),
            other_territories: others.collect(),
            period,
        })
    }
}

/// Subject of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    pub observatory: ObservatoryId,
    pub scope: ProductScope,
    /// In Italian and in English.
    pub product: [&'a str; 2],
    /// Label of the period.
    pub period: &'a str,
}

impl Awaited {
    pub fn about(&self) -> About<'_> {
        let view = &self.deliverable;
        About {
            observatory: view.deliverable.observatory_id,
            scope: self.scope,
            product: [&view.product_name_it, &view.product_name_en],
            period: &view.period,
        }
    }

    /// Returns the last instant at which the page is checked without a request.
    pub fn until(&self, ctx: &Ctx) -> DateTime<Utc> {
        self.from + TimeDelta::days(ctx.config().portal.recheck_days)
    }
}
