//! Rows of products, releases and their dates: the only file of the slice that queries the database.

use super::model::{Baseline, Product, Reason, Refusal, Release, Slot, Stage, Step, When};
use super::view::{Change, DecidedBy, ReleaseView, Whose};
use crate::db::{StoreError, page, save_row};
use crate::error::Error;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::ids::{MeetingId, ObservatoryId, OutcomeId, PersonId, ProductId, ReleaseChangeId, ReleaseId};
use entity::kinds::{Precision, ProductScope, ReasonCode, ReleaseChangeKind, ReleaseState};
use entity::{Instant, observatory, outcome, product, product_step as step, release, release_change as change};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order,
    QueryFilter, QueryOrder, QuerySelect, Select,
};
use std::collections::{HashMap, HashSet};

type Result<T> = std::result::Result<T, StoreError>;

/// The last line of a page: its day, and its id among the lines of that day.
pub type Cursor = (NaiveDate, ReleaseId);

/// Lists the whole catalogue with its steps, by code.
pub async fn products(db: &impl ConnectionTrait) -> Result<Vec<Product>> {
    let mut steps: HashMap<ProductId, Vec<Step>> = HashMap::new();
    for row in step::Entity::find().order_by(step::Column::Position, Order::Asc).all(db).await? {
        steps.entry(row.product_id).or_default().push(Step {
            id: row.id,
            position: row.position,
            code: row.code,
            name_it: row.name_it,
            name_en: row.name_en,
            seat: row.seat,
            offset_working_days: row.offset_working_days,
            estimated_minutes: row.estimated_minutes,
        });
    }
    let rows = product::Entity::find().order_by(product::Column::Code, Order::Asc).all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| Product {
            steps: steps.remove(&row.id).unwrap_or_default(),
            id: row.id,
            code: row.code,
            name_it: row.name_it,
            name_en: row.name_en,
            periodicity: row.periodicity,
            scope: row.scope,
            default_hour: row.default_hour,
            version: row.version,
        })
        .collect())
}

/// Filter of a list of releases; absent members do not narrow it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub product: Option<ProductId>,
    pub state: Option<ReleaseState>,
    /// Only releases that are neither published nor cancelled.
    pub open: bool,
    /// First day, included.
    pub from: Option<NaiveDate>,
    /// Last day, included.
    pub to: Option<NaiveDate>,
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
    sequence: i32,
    version: i32,
    updated_at: Instant,
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
        .column_as(observatory::Column::Code, "observatory_code")
        .column_as(observatory::Column::Name, "observatory_name")
        .column_as(product::Column::Code, "product_code")
        .column_as(product::Column::NameIt, "product_name_it")
        .column_as(product::Column::NameEn, "product_name_en")
        .column(product::Column::Scope)
        .join(JoinType::InnerJoin, to_product.into())
        .join(JoinType::LeftJoin, to_observatory.into())
}

/// Lists the releases that pass the filter, the earliest day first.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &Filter,
    after: Option<Cursor>,
    limit: Option<u64>,
) -> Result<Vec<ReleaseView>> {
    let narrowed = Condition::all()
        .add_option(filter.product.map(|product| release::Column::ProductId.eq(product)))
        .add_option(filter.state.map(|state| release::Column::State.eq(state)))
        .add_option(filter.open.then(is_open))
        .add_option(filter.from.map(|day| release::Column::Day.gte(day)))
        .add_option(filter.to.map(|day| release::Column::Day.lte(day)));
    let key = (release::Column::Day.into_expr(), release::Column::Id);
    let lines = page(lines().filter(narrowed), Order::Asc, key, after, limit);
    let rows = lines.into_model::<Row>().all(db).await?;
    rows.into_iter().map(ReleaseView::try_from).collect()
}

fn is_open() -> Condition {
    let open = ReleaseState::ALL.iter().copied().filter(|state| super::model::is_open(*state));
    Condition::all().add(release::Column::State.is_in(open))
}

pub async fn find(db: &impl ConnectionTrait, id: ReleaseId) -> Result<Option<ReleaseView>> {
    let row = lines().filter(release::Column::Id.eq(id)).into_model::<Row>().one(db).await?;
    row.map(ReleaseView::try_from).transpose()
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
        reason_code: Set(reason.map(|reason| reason.code)),
        reason_text: Set(reason.map(|reason| reason.text.clone())),
        sequence: Set(release.sequence),
        version: Set(release.version),
        created_at: Set(at.into()),
        updated_at: Set(at.into()),
    }
}

/// Inserts a release; refused if the product already has one for the period.
pub async fn insert(db: &impl ConnectionTrait, new: &Release, at: DateTime<Utc>) -> std::result::Result<(), Error> {
    let inserted = release::Entity::insert(row(new, at)).exec_without_returning(db).await.map_err(StoreError::from);
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

/// Saves a changed release, if its version is unchanged.
pub async fn save(db: &impl ConnectionTrait, after: &Release, at: DateTime<Utc>) -> Result<()> {
    let mut row = row(after, at);
    row.id = sea_orm::ActiveValue::NotSet;
    row.created_at = sea_orm::ActiveValue::NotSet;
    save_row(db, row, (release::Column::Id, after.id), (release::Column::Version, after.version)).await
}

/// A new row of the history.
pub struct NewChange {
    pub id: ReleaseChangeId,
    pub release_id: ReleaseId,
    pub kind: ReleaseChangeKind,
    pub when: When,
    pub reason: Option<Reason>,
    pub despite_non_working: Option<String>,
    pub outcome_id: Option<OutcomeId>,
    pub at: DateTime<Utc>,
    pub by: Option<PersonId>,
}

/// Appends a date to the history of its release.
pub async fn insert_change(db: &impl ConnectionTrait, new: NewChange) -> Result<()> {
    let last: Option<Option<i32>> = change::Entity::find()
        .select_only()
        .column_as(change::Column::Position.max(), "last")
        .filter(change::Column::ReleaseId.eq(new.release_id))
        .into_tuple()
        .one(db)
        .await?;
    let row = change::ActiveModel {
        id: Set(new.id),
        release_id: Set(new.release_id),
        position: Set(last.flatten().unwrap_or(0) + 1),
        kind: Set(new.kind),
        precision: Set(new.when.precision()),
        day: Set(new.when.first_day()),
        hour: Set(new.when.hour()),
        reason_code: Set(new.reason.as_ref().map(|reason| reason.code)),
        reason_text: Set(new.reason.map(|reason| reason.text)),
        despite_non_working: Set(new.despite_non_working),
        outcome_id: Set(new.outcome_id),
        at: Set(new.at.into()),
        by_person: Set(new.by),
    };
    change::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct ChangeRow {
    release_id: ReleaseId,
    position: i32,
    kind: ReleaseChangeKind,
    precision: Precision,
    day: NaiveDate,
    hour: Option<NaiveTime>,
    reason_code: Option<ReasonCode>,
    reason_text: Option<String>,
    despite_non_working: Option<String>,
    outcome_id: Option<OutcomeId>,
    meeting_id: Option<MeetingId>,
    at: Instant,
}

/// Lists every date of these releases, the first ones first. The service adds the notice, because it has the calendars.
pub async fn changes(db: &impl ConnectionTrait, of: &[ReleaseId]) -> Result<HashMap<ReleaseId, Vec<Change>>> {
    let to_outcome =
        change::Entity::belongs_to(outcome::Entity).from(change::Column::OutcomeId).to(outcome::Column::Id);
    let rows = change::Entity::find()
        .column(outcome::Column::MeetingId)
        .join(JoinType::LeftJoin, to_outcome.into())
        .filter(change::Column::ReleaseId.is_in(of.iter().copied()))
        .order_by(change::Column::Position, Order::Asc)
        .into_model::<ChangeRow>()
        .all(db)
        .await?;
    let mut changes: HashMap<ReleaseId, Vec<Change>> = HashMap::new();
    for row in rows {
        let when = When::of(row.precision, row.day, row.hour).map_err(|what| {
            StoreError::inconsistent("release_change", format!("{} {}", row.release_id, row.position), what)
        })?;
        changes.entry(row.release_id).or_default().push(Change {
            position: row.position,
            kind: row.kind,
            when,
            reason: row.reason_code.zip(row.reason_text).map(|(code, text)| Reason { code, text }),
            despite_non_working: row.despite_non_working,
            outcome: row.outcome_id.map(|outcome_id| DecidedBy { outcome_id, meeting_id: row.meeting_id }),
            at: row.at.0,
            notice: None,
        });
    }
    Ok(changes)
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
