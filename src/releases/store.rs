//! Rows of products, releases and their dates: the only file of the slice that queries the database.

use super::model::{Baseline, Reason, Refusal, Release, Slot, Stage, When};
use super::view::{ReleaseView, Seen, Share, Whose};
use crate::db::{StoreError, page, read, save_row};
use crate::error::Error;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::ids::{ObservatoryId, ProductId, ReleaseId};
use entity::kinds::{DeliverableState, Precision, ProductScope, PublicationState, ReasonCode, ReleaseState, Theme};
use entity::{Instant, deliverable, observatory, product, publication, release};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order, QueryFilter, QueryOrder,
    QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Func, Query},
};
use std::collections::{BTreeSet, HashMap, HashSet};

mod history;

pub use history::{NewChange, announced_since, changes, insert_change, latest_moves, left_days};

type Result<T> = std::result::Result<T, StoreError>;

/// Returns the latest first day of the standing releases of each product, observatory and precision.
pub async fn latest_days(
    db: &impl ConnectionTrait,
) -> Result<Vec<(ProductId, Option<ObservatoryId>, Precision, NaiveDate)>> {
    let latest = release::Entity::find()
        .select_only()
        .columns([release::Column::ProductId, release::Column::ObservatoryId, release::Column::Precision])
        .column_as(release::Column::Day.max(), "latest")
        .filter(release::Column::State.ne(ReleaseState::Cancelled))
        .group_by(release::Column::ProductId)
        .group_by(release::Column::ObservatoryId)
        .group_by(release::Column::Precision);
    Ok(latest.into_tuple().all(db).await?)
}

/// The last line of a page: its day, and its id among the lines of that day.
pub type Cursor = (NaiveDate, ReleaseId);

/// Filter of a list of releases; absent members do not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub product: Option<ProductId>,
    /// Theme of the product.
    pub theme: Option<Theme>,
    pub state: Option<ReleaseState>,
    /// Only releases that are neither published nor cancelled.
    pub open: bool,
    /// Only releases that came out, withdrawn ones too.
    pub came_out: bool,
    /// Only these releases.
    pub ids: Option<Vec<ReleaseId>>,
    /// Only releases that an observatory owes, alone or with others.
    pub owed_by: Option<Owner>,
    /// First day, included.
    pub from: Option<NaiveDate>,
    /// Last day, included.
    pub to: Option<NaiveDate>,
    /// Only days before the first or after the second of these.
    pub outside: Option<(NaiveDate, NaiveDate)>,
    /// Whether the latest day comes first.
    pub latest_first: bool,
}

impl Filter {
    /// Returns the first and last day if the filter narrows nothing else.
    pub fn window(&self) -> Option<(NaiveDate, NaiveDate)> {
        let (from, to) = (self.from?, self.to?);
        (*self == Self { from: Some(from), to: Some(to), ..Self::default() }).then_some((from, to))
    }
}

/// An observatory, with the products to which it contributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    pub observatory: ObservatoryId,
    pub products: Vec<ProductId>,
}

impl Owner {
    /// Tells whether the observatory will owe a release for which no work is planned yet.
    pub fn will_owe(&self, release: &Release) -> bool {
        match release.observatory {
            Some(only) => only == self.observatory,
            None => self.products.contains(&release.product_id),
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: ReleaseId,
    product_id: ProductId,
    observatory_id: Option<ObservatoryId>,
    period_label: String,
    state: ReleaseState,
    precision: Precision,
    day: NaiveDate,
    hour: Option<NaiveTime>,
    first_confirmed_day: Option<NaiveDate>,
    first_confirmed_hour: Option<NaiveTime>,
    first_confirmed_at: Option<Instant>,
    published_at: Option<Instant>,
    reason_code: Option<ReasonCode>,
    reason_text: Option<String>,
    rule_day: Option<NaiveDate>,
    amended_at: Option<Instant>,
    sequence: i32,
    version: i32,
    updated_at: Instant,
    address: String,
    product_code: String,
    product_name_it: String,
    product_name_en: String,
    scope: ProductScope,
    observatory_code: Option<String>,
    observatory_name: Option<String>,
}

impl TryFrom<Row> for ReleaseView {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let impossible = |what: &str| StoreError::inconsistent("release", row.id, what);
        let period = row.period_label.parse().map_err(|_| impossible("an unreadable period"))?;
        let when = When::of(row.precision, row.day, row.hour)
            .map_err(|_| impossible("an hour and a precision that disagree"))?;
        let first = match (row.first_confirmed_day, row.first_confirmed_hour, row.first_confirmed_at) {
            (Some(day), Some(hour), Some(at)) => Some(Baseline { slot: Slot { day, hour }, confirmed_at: at.0 }),
            (None, None, None) => None,
            _ => return Err(impossible("half a first confirmed date")),
        };
        let reason = row.reason_code.zip(row.reason_text.clone()).map(|(code, text)| Reason { code, text });
        let stage = Stage::of(row.state, when, first, row.published_at.map(|at| at.0), reason).map_err(impossible)?;
        let release = Release {
            id: row.id,
            product_id: row.product_id,
            observatory: row.observatory_id,
            period,
            stage,
            rule_day: row.rule_day,
            amended_at: row.amended_at.map(|at| at.0),
            sequence: row.sequence,
            version: row.version,
        };
        Ok(Self {
            release,
            product_code: row.product_code,
            product_name_it: row.product_name_it,
            product_name_en: row.product_name_en,
            scope: row.scope,
            observatory: row.observatory_code.zip(row.observatory_name).map(|(code, name)| Whose { code, name }),
            slug: row.address,
            updated_at: row.updated_at.0,
        })
    }
}

fn lines() -> Select<release::Entity> {
    let to_product =
        release::Entity::belongs_to(product::Entity).from(release::Column::ProductId).to(product::Column::Id);
    let to_observatory = release::Entity::belongs_to(observatory::Entity)
        .from(release::Column::ObservatoryId)
        .to(observatory::Column::Id);
    release::Entity::find()
        .column_as(address(), "address")
        .column_as(observatory::Column::Code, "observatory_code")
        .column_as(observatory::Column::Name, "observatory_name")
        .column_as(product::Column::Code, "product_code")
        .column_as(product::Column::NameIt, "product_name_it")
        .column_as(product::Column::NameEn, "product_name_en")
        .column(product::Column::Scope)
        .join(JoinType::InnerJoin, to_product.into())
        .join(JoinType::LeftJoin, to_observatory.into())
}

/// The last part of the address of a release's page. A row that older code has written has none of its own and is found
/// by its id.
fn address() -> Expr {
    Func::coalesce([release::Column::Slug.into_expr(), release::Column::Id.into_expr()]).into()
}

/// Lists the releases that pass the filter, by day.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &Filter,
    after: Option<Cursor>,
    limit: Option<u64>,
) -> Result<Vec<ReleaseView>> {
    let narrowed = Condition::all()
        .add_option(filter.product.map(|product| release::Column::ProductId.eq(product)))
        .add_option(filter.theme.map(|theme| product::Column::Theme.eq(theme)))
        .add_option(filter.state.map(|state| release::Column::State.eq(state)))
        .add_option(filter.open.then(is_open))
        .add_option(filter.came_out.then(|| release::Column::PublishedAt.is_not_null()))
        .add_option(filter.owed_by.as_ref().map(is_owed_by))
        .add_option(filter.ids.as_ref().map(|ids| release::Column::Id.is_in(ids.iter().copied())))
        .add_option(filter.from.map(|day| release::Column::Day.gte(day)))
        .add_option(filter.to.map(|day| release::Column::Day.lte(day)))
        .add_option(filter.outside.map(|(from, to)| release::Column::Day.lt(from).or(release::Column::Day.gt(to))));
    let key = (release::Column::Day.into_expr(), release::Column::Id);
    let order = if filter.latest_first { Order::Desc } else { Order::Asc };
    let lines = page(lines().filter(narrowed), order, key, after);
    let rows: Vec<Row> = read(db, &lines, limit).await?;
    rows.into_iter().map(ReleaseView::try_from).collect()
}

fn is_open() -> Condition {
    let open = ReleaseState::ALL.iter().copied().filter(|state| super::model::is_open(*state));
    Condition::all().add(release::Column::State.is_in(open))
}

/// Selects the releases that an observatory owes: its own, those with work of it, and those that are still without work and
/// will have some.
fn is_owed_by(owner: &Owner) -> Condition {
    let has_work = Query::select()
        .column(deliverable::Column::ReleaseId)
        .from(deliverable::Entity)
        .and_where(deliverable::Column::ObservatoryId.eq(owner.observatory))
        .to_owned();
    let will_have_work = Condition::all()
        .add(release::Column::ObservatoryId.is_null())
        .add(release::Column::FirstConfirmedDay.is_null())
        .add(release::Column::ProductId.is_in(owner.products.iter().copied()));
    Condition::any()
        .add(release::Column::ObservatoryId.eq(owner.observatory))
        .add(release::Column::Id.in_subquery(has_work))
        .add(will_have_work)
}

pub async fn find(db: &impl ConnectionTrait, id: ReleaseId) -> Result<Option<ReleaseView>> {
    one(db, Condition::all().add(release::Column::Id.eq(id))).await
}

/// Finds the release whose page has this address.
pub async fn find_at(db: &impl ConnectionTrait, slug: &str) -> Result<Option<ReleaseView>> {
    let older = Condition::all().add(release::Column::Slug.is_null()).add(release::Column::Id.into_expr().eq(slug));
    one(db, Condition::any().add(release::Column::Slug.eq(slug)).add(older)).await
}

async fn one(db: &impl ConnectionTrait, condition: Condition) -> Result<Option<ReleaseView>> {
    let row = lines().filter(condition).into_model::<Row>().one(db).await?;
    row.map(ReleaseView::try_from).transpose()
}

/// Lists these releases, in any order.
pub async fn find_all(db: &impl ConnectionTrait, ids: &[ReleaseId]) -> Result<Vec<ReleaseView>> {
    let rows = lines().filter(release::Column::Id.is_in(ids.iter().copied())).into_model::<Row>().all(db).await?;
    rows.into_iter().map(ReleaseView::try_from).collect()
}

/// Lists up to `limit` releases of the same product, and of the same observatory if it is autonomous, that are not
/// cancelled: those about periods from this one on, nearest first, or those about earlier periods.
pub async fn editions(db: &impl ConnectionTrait, of: &Release, later: bool, limit: u64) -> Result<Vec<ReleaseView>> {
    let whose = match of.observatory {
        Some(id) => release::Column::ObservatoryId.eq(id),
        None => release::Column::ObservatoryId.is_null(),
    };
    let begun = of.period.first_day();
    let (side, order) = if later {
        (release::Column::PeriodFrom.gte(begun), Order::Asc)
    } else {
        (release::Column::PeriodFrom.lt(begun), Order::Desc)
    };
    let rows = lines()
        .filter(release::Column::ProductId.eq(of.product_id))
        .filter(whose)
        .filter(release::Column::State.ne(ReleaseState::Cancelled))
        .filter(release::Column::Id.ne(of.id))
        .filter(side)
        .order_by(release::Column::PeriodFrom, order.clone())
        .order_by(release::Column::Id, order)
        .limit(limit)
        .into_model::<Row>()
        .all(db)
        .await?;
    rows.into_iter().map(ReleaseView::try_from).collect()
}

/// Returns the years in which at least one release has its day.
pub async fn years(db: &impl ConnectionTrait) -> Result<BTreeSet<i32>> {
    // Both engines write a day as 2027-03-30.
    let year = Func::cust("substr").arg(release::Column::Day.into_expr().cast_as("varchar(10)")).arg(1).arg(4);
    let years: Vec<String> = release::Entity::find()
        .select_only()
        .column_as(Expr::from(year), "year")
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    years
        .iter()
        .map(|year| year.parse().map_err(|_| StoreError::inconsistent("release", year, "a day without a year")))
        .collect()
}

/// Returns the addresses that begin with this one.
pub async fn taken_addresses(db: &impl ConnectionTrait, wished: &str) -> Result<HashSet<String>> {
    let taken: Vec<String> = release::Entity::find()
        .select_only()
        .column(release::Column::Slug)
        .filter(release::Column::Slug.starts_with(wished))
        .into_tuple()
        .all(db)
        .await?;
    Ok(taken.into_iter().collect())
}

fn row(release: &Release, at: DateTime<Utc>) -> release::ActiveModel {
    let (when, first, reason) = (release.when(), release.first_confirmed(), release.cancelled_because());
    release::ActiveModel {
        id: Set(release.id),
        product_id: Set(release.product_id),
        observatory_id: Set(release.observatory),
        period_label: Set(release.period.to_string()),
        period_from: Set(release.period.first_day()),
        period_to: Set(release.period.last_day()),
        state: Set(release.state()),
        precision: Set(when.precision()),
        day: Set(when.first_day()),
        hour: Set(when.hour()),
        first_confirmed_day: Set(first.map(|first| first.slot.day)),
        first_confirmed_hour: Set(first.map(|first| first.slot.hour)),
        first_confirmed_at: Set(first.map(|first| first.confirmed_at.into())),
        published_at: Set(release.published_at().map(Instant::from)),
        amended_at: Set(release.amended_at.map(Instant::from)),
        reason_code: Set(reason.map(|reason| reason.code)),
        reason_text: Set(reason.map(|reason| reason.text.clone())),
        slug: NotSet,
        rule_day: Set(release.rule_day),
        sequence: Set(release.sequence),
        version: Set(release.version),
        created_at: Set(at.into()),
        updated_at: Set(at.into()),
    }
}

/// Inserts a release with its address; refused if the product already has one for the period.
pub async fn insert(
    db: &impl ConnectionTrait,
    new: &Release,
    slug: String,
    at: DateTime<Utc>,
) -> std::result::Result<(), Error> {
    let row = release::ActiveModel { slug: Set(Some(slug)), ..row(new, at) };
    let inserted = release::Entity::insert(row).exec_without_returning(db).await.map_err(StoreError::from);
    match inserted {
        Ok(_) => Ok(()),
        Err(StoreError::Constraint(name)) if name.starts_with("uq_release_product") => {
            Err(Refusal::ReleaseExists.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Lists the periods of the releases of products without an observatory of their own, except cancelled ones.
pub async fn periods_planned(db: &impl ConnectionTrait) -> Result<HashSet<(ProductId, String)>> {
    let planned: Vec<(ProductId, String)> = release::Entity::find()
        .filter(release::Column::ObservatoryId.is_null())
        .filter(release::Column::State.ne(ReleaseState::Cancelled))
        .select_only()
        .columns([release::Column::ProductId, release::Column::PeriodLabel])
        .into_tuple()
        .all(db)
        .await?;
    Ok(planned.into_iter().collect())
}

/// Tells whether the product has a release for the period that is not cancelled; if an observatory is named, a release
/// of that observatory.
pub async fn exists(
    db: &impl ConnectionTrait,
    product: ProductId,
    period: &str,
    observatory: Option<ObservatoryId>,
) -> Result<bool> {
    let whose = match observatory {
        Some(id) => release::Column::ObservatoryId.eq(id),
        None => release::Column::ObservatoryId.is_null(),
    };
    let found = release::Entity::find()
        .filter(release::Column::ProductId.eq(product))
        .filter(release::Column::PeriodLabel.eq(period))
        .filter(whose)
        .filter(release::Column::State.ne(ReleaseState::Cancelled))
        .select_only()
        .column(release::Column::Id)
        .into_tuple::<ReleaseId>()
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Saves a changed release, if its version is unchanged. A corrected one gets another address.
pub async fn save(db: &impl ConnectionTrait, after: &Release, slug: Option<String>, at: DateTime<Utc>) -> Result<()> {
    let slug = slug.map_or(NotSet, |slug| Set(Some(slug)));
    let row = release::ActiveModel { id: NotSet, created_at: NotSet, slug, ..row(after, at) };
    save_row(db, row, (release::Column::Id, after.id), (release::Column::Version, after.version)).await
}

/// Lists the part of each observatory in these releases: its state, and its page if the service has verified it. The
/// rows of the portal are read here because the portal depends on releases.
pub async fn shares(db: &impl ConnectionTrait, of: &[ReleaseId]) -> Result<HashMap<ReleaseId, Vec<Share>>> {
    shares_that(db, of, Condition::all()).await
}

/// Like [`shares`], only those with something for the public: a page that was seen, or a missing chapter.
pub async fn public_shares(db: &impl ConnectionTrait, of: &[ReleaseId]) -> Result<HashMap<ReleaseId, Vec<Share>>> {
    let tells = Condition::any()
        .add(publication::Column::FirstSeenAt.is_not_null())
        .add(deliverable::Column::State.eq(DeliverableState::Missing));
    shares_that(db, of, tells).await
}

async fn shares_that(
    db: &impl ConnectionTrait,
    of: &[ReleaseId],
    tell: Condition,
) -> Result<HashMap<ReleaseId, Vec<Share>>> {
    let to_publication = deliverable::Entity::belongs_to(publication::Entity)
        .from(deliverable::Column::Id)
        .to(publication::Column::DeliverableId);
    let rows: Vec<ShareRow> = deliverable::Entity::find()
        .select_only()
        .columns([deliverable::Column::ReleaseId, deliverable::Column::ObservatoryId, deliverable::Column::State])
        .columns([deliverable::Column::Reason, deliverable::Column::UpdatedAt])
        .column_as(publication::Column::State, "page_state")
        .columns([publication::Column::Address, publication::Column::FirstSeenAt])
        .join(JoinType::LeftJoin, to_publication.into())
        .filter(deliverable::Column::ReleaseId.is_in(of.iter().copied()))
        .filter(tell)
        .order_by(publication::Column::FirstSeenAt, Order::Asc)
        .order_by(deliverable::Column::Id, Order::Asc)
        .into_model()
        .all(db)
        .await?;
    let mut shares: HashMap<ReleaseId, Vec<Share>> = HashMap::new();
    for row in rows {
        shares.entry(row.release_id).or_default().push(row.into());
    }
    Ok(shares)
}

#[derive(FromQueryResult)]
struct ShareRow {
    release_id: ReleaseId,
    observatory_id: ObservatoryId,
    state: DeliverableState,
    reason: Option<String>,
    updated_at: Instant,
    page_state: Option<PublicationState>,
    address: Option<String>,
    first_seen_at: Option<Instant>,
}

impl From<ShareRow> for Share {
    /// A page that has changed since it was verified is still the report; one that is gone is not.
    fn from(row: ShareRow) -> Self {
        let is_there = matches!(row.page_state, Some(PublicationState::Verified | PublicationState::Altered));
        let missing = row.reason.filter(|_| row.state == DeliverableState::Missing);
        let seen = row.address.zip(row.first_seen_at).filter(|_| is_there);
        Self {
            observatory: row.observatory_id,
            state: row.state,
            missing: missing.map(|cause| (cause, row.updated_at.0)),
            seen: seen.map(|(address, at)| Seen { address, at: at.0 }),
        }
    }
}

/// Lists confirmed releases with a day not after `day`, the earliest first.
pub async fn confirmed_upto(db: &impl ConnectionTrait, day: NaiveDate) -> Result<Vec<ReleaseId>> {
    let ids = release::Entity::find()
        .select_only()
        .column(release::Column::Id)
        .filter(release::Column::State.eq(ReleaseState::Confirmed))
        .filter(release::Column::Day.lte(day))
        .order_by(release::Column::Day, Order::Asc)
        .order_by(release::Column::Id, Order::Asc)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids)
}
