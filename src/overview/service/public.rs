//! Reads for everybody: the next releases, the latest ones, and the reports of the observatories.

use crate::catalogue::questions::Catalogue;
use crate::ctx::{Ctx, Question};
use crate::deliverables::model::is_accepted;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::error::Result;
use crate::network::model::ObservatoryView;
use crate::network::questions::{AllBodies, AllObservatories};
use crate::network::service as network;
use crate::overview::open_data::{self, Facts, Graph};
use crate::portal;
use crate::releases::model::When;
use crate::releases::service::{self as releases, ReleaseFilter};
use crate::releases::view::ReleaseView;
use crate::texts::Lang;
use chrono::{DateTime, Months, NaiveDate, Utc};
use entity::ids::{DeliverableId, ObservatoryId, ProductId, ReleaseId};
use entity::kinds::{DeliverableState, ProductScope, ReleaseState};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;
use std::sync::Arc;

/// Most releases shown below the next one, and most published ones; the calendar shows all of them.
const LATER: usize = 4;
const LATEST: usize = 3;

/// Age in months up to which the page of the network shows the last report of an observatory, so that its cost does not
/// grow with the years.
const REPORT_MONTHS: u32 = 24;

/// Content of the home page.
pub struct Front {
    pub next: Option<ReleaseView>,
    /// The releases after the next one, earliest first.
    pub later: Vec<ReleaseView>,
    /// The latest published releases, latest first.
    pub published: Vec<ReleaseView>,
}

/// Returns the releases that the home page announces. Public.
pub async fn front(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Front> {
    let mut coming = coming_from(db, today).await?;
    let next = next(&coming).map(|at| coming.remove(at));
    coming.truncate(LATER);
    let mut published = published(db).await?;
    published.truncate(LATEST);
    Ok(Front { next, later: coming, published })
}

/// Returns the releases that are neither published nor cancelled and whose date is not past, earliest first.
async fn coming_from(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<ReleaseView>> {
    let mut coming = super::coming_releases(db).await?;
    coming.retain(|view| view.release.when().last_day() >= today);
    Ok(coming)
}

/// Returns the position of the release to announce first: the first one with a day, because a month tells a reader little;
/// without such a one the first of all.
fn next(coming: &[ReleaseView]) -> Option<usize> {
    let has_day = |view: &ReleaseView| matches!(view.release.when(), When::At(_) | When::On(_));
    coming.iter().position(has_day).or((!coming.is_empty()).then_some(0))
}

/// Returns all published releases, latest first.
async fn published(db: &impl ConnectionTrait) -> Result<Vec<ReleaseView>> {
    published_that(db, ReleaseFilter::default()).await
}

/// Returns the published releases that pass a filter, latest first.
async fn published_that(db: &impl ConnectionTrait, filter: ReleaseFilter) -> Result<Vec<ReleaseView>> {
    let filter = ReleaseFilter { state: Some(ReleaseState::Published), ..filter };
    let mut published = releases::all(db, &filter).await?;
    published.sort_by_key(|view| std::cmp::Reverse(view.release.published_at()));
    Ok(published)
}

/// The part of one observatory in the agenda.
pub struct Part {
    /// Published reports, latest first.
    pub reports: Vec<Report>,
    pub next: Option<ReleaseView>,
}

/// A published release with a contribution of the observatory.
pub struct Report {
    pub release: ReleaseView,
    /// Address of the page on the portal, where the service has verified it.
    pub address: Option<String>,
}

/// Returns the reports of an observatory and its next release. Public.
pub async fn part_of(ctx: &Ctx, observatory: &ObservatoryView) -> Result<Part> {
    let db = ctx.reader();
    let own: HashMap<ReleaseId, (DeliverableId, DeliverableState)> = deliverables::of_observatory(db, observatory.id)
        .await?
        .into_iter()
        .map(|view| (view.deliverable.release_id, (view.deliverable.id, view.deliverable.state())))
        .collect();
    let ids: Vec<DeliverableId> = own.values().map(|(id, _)| *id).collect();
    let mut addresses = portal::service::verified_addresses(db, &ids).await?;
    let report = |release: ReleaseView| {
        let (id, state) = own.get(&release.release.id)?;
        has_appeared(&release, *state).then(|| Report { address: addresses.remove(id), release })
    };
    let reports = published(db).await?.into_iter().filter_map(report).collect();
    let owner = releases::owner(ctx, observatory).await?;
    let mut coming = coming_from(db, ctx.today()).await?;
    coming.retain(|view| match own.get(&view.release.id) {
        Some((_, state)) => !matches!(state, DeliverableState::Waived | DeliverableState::Missing),
        None => view.release.first_confirmed().is_none() && owner.will_owe(&view.release),
    });
    Ok(Part { reports, next: next(&coming).map(|at| coming.swap_remove(at)) })
}

/// Returns the latest report of each observatory that published one in the last [`REPORT_MONTHS`]. Public.
pub async fn latest_reports(ctx: &Ctx) -> Result<Arc<HashMap<ObservatoryId, Report>>> {
    ctx.recall(&ReportsSince(ctx.today() - Months::new(REPORT_MONTHS))).await
}

/// The latest report of each observatory that published one since a day.
#[derive(Clone, PartialEq, Eq, Hash)]
struct ReportsSince(NaiveDate);

impl Question for ReportsSince {
    type Answer = HashMap<ObservatoryId, Report>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        let releases = published_that(db, ReleaseFilter { from: Some(self.0), ..ReleaseFilter::default() }).await?;
        let mut owed: HashMap<ReleaseId, Vec<DeliverableView>> = HashMap::new();
        for view in deliverables::of_releases(db, releases.iter().map(|view| view.release.id).collect()).await? {
            owed.entry(view.deliverable.release_id).or_default().push(view);
        }
        let mut latest: HashMap<ObservatoryId, (DeliverableId, ReleaseView)> = HashMap::new();
        for release in releases {
            let owed = owed.remove(&release.release.id).unwrap_or_default();
            for own in owed.into_iter().filter(|own| has_appeared(&release, own.deliverable.state())) {
                latest.entry(own.deliverable.observatory_id).or_insert_with(|| (own.deliverable.id, release.clone()));
            }
        }
        let ids: Vec<DeliverableId> = latest.values().map(|(id, _)| *id).collect();
        let mut addresses = portal::service::verified_addresses(db, &ids).await?;
        let report = |(observatory, (id, release))| (observatory, Report { address: addresses.remove(&id), release });
        Ok(latest.into_iter().map(report).collect())
    }
}

/// Tells whether the contribution to a published release was seen on the portal; one to a joint product has appeared with
/// the page of all.
fn has_appeared(release: &ReleaseView, contribution: DeliverableState) -> bool {
    match release.scope {
        ProductScope::Joint => is_accepted(contribution),
        ProductScope::PerObservatory | ProductScope::Autonomous => {
            matches!(contribution, DeliverableState::Published | DeliverableState::Verified)
        }
    }
}

/// Describes the public data and the network for catalogues of data. Public.
pub async fn open_data(ctx: &Ctx) -> Result<Graph> {
    let db = ctx.reader();
    let mut changed: HashMap<ProductId, DateTime<Utc>> = HashMap::new();
    for view in releases::all(db, &ReleaseFilter::default()).await? {
        let last = changed.entry(view.release.product_id).or_insert(view.updated_at);
        *last = view.updated_at.max(*last);
    }
    let (base_url, licence) = (ctx.config().base_url(), ctx.config().licence());
    Ok(open_data::graph(&Facts {
        base_url: &base_url,
        licence: licence.as_deref(),
        secretariat: (Lang::It.t("releases.secretariat"), &ctx.config().mail.reply_to),
        agreement: network::agreement(ctx).await.ok().as_ref(),
        bodies: &ctx.recall(&AllBodies).await?,
        observatories: &ctx.recall(&AllObservatories).await?,
        products: &ctx.recall(&Catalogue).await?,
        changed: &changed,
        today: ctx.today(),
    }))
}
