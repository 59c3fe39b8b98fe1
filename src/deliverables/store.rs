//! Rows of deliverables and submissions. The only file of the slice with queries.

use super::model::{Deliverable, Stage, Submission, is_accepted, is_owed, reviews};
use super::order::Order as SortedBy;
use super::policy::Visibility;
use super::view::{DeliverableView, ProgressOf, ReleaseName};
use crate::db::{Key, StoreError, day_by_id, day_due, exactly_one, page, page_by, rank, read, save_row};
use crate::network::settings::CONTRIBUTIONS_SHARED;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{BodyId, DeliverableId, ObservatoryId, PersonId, ReleaseId, SubmissionId};
use entity::kinds::{DeliverableState, ProductScope, ReadingState, ReleaseState, SeatKind, TaskOrigin};
use entity::{
    Instant, body, deliverable, observatory, peer_reading, product, release, seat, setting, submission, task,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, JoinType, Order, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, Query},
};
use std::collections::{BTreeMap, HashMap};

type Result<T> = std::result::Result<T, StoreError>;

/// Position after the last line of a page: its day and its id.
pub type Cursor = (NaiveDate, DeliverableId);

/// Filter of a list; an absent value does not filter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Ids of the deliverables.
    pub ids: Option<Vec<DeliverableId>>,
    pub release: Option<ReleaseId>,
    /// Owed for one of these releases.
    pub releases: Option<Vec<ReleaseId>>,
    pub observatory: Option<ObservatoryId>,
    pub state: Option<DeliverableState>,
    /// In one of these states.
    pub states: Option<Vec<DeliverableState>>,
    /// Code of the product.
    pub product: Option<String>,
    /// Owed by one of these observatories.
    pub of: Option<Vec<ObservatoryId>>,
    /// Open, with a day before this one.
    pub overdue_on: Option<NaiveDate>,
    /// Due on or before this day.
    pub upto: Option<NaiveDate>,
    /// Waiting for the review, or sent back by it.
    pub in_review: bool,
    /// First and last day of its release, both included.
    pub released: Option<(NaiveDate, NaiveDate)>,
}

#[derive(FromQueryResult)]
struct Row {
    id: DeliverableId,
    release_id: ReleaseId,
    observatory_id: ObservatoryId,
    state: DeliverableState,
    resume_state: Option<DeliverableState>,
    reason: Option<String>,
    due_day: NaiveDate,
    hand_set_day: Option<NaiveDate>,
    version: i32,
    observatory_code: String,
    observatory_name: String,
    body_id: BodyId,
    territory: String,
    product_code: String,
    product_name_it: String,
    product_name_en: String,
    period_label: String,
    release_state: ReleaseState,
    release_day: NaiveDate,
    scope: ProductScope,
    shared: Option<String>,
}

impl TryFrom<Row> for DeliverableView {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let stage = Stage::of(row.state, row.resume_state, row.reason)
            .map_err(|what| StoreError::inconsistent("deliverable", row.id, what))?;
        let is_shared = row.shared.is_some_and(|value| value == "true") && is_accepted(row.state);
        Ok(Self {
            readers: Vec::new(),
            is_shared,
            deliverable: Deliverable {
                id: row.id,
                release_id: row.release_id,
                observatory_id: row.observatory_id,
                stage,
                due_day: row.due_day,
                hand_set_day: row.hand_set_day,
                version: row.version,
            },
            observatory_code: row.observatory_code,
            observatory_name: row.observatory_name,
            body_id: row.body_id,
            territory: row.territory,
            product_code: row.product_code,
            product_name_it: row.product_name_it,
            product_name_en: row.product_name_en,
            period: row.period_label,
            release_state: row.release_state,
            release_day: row.release_day,
            scope: row.scope,
        })
    }
}

/// The setting that lets all referents read what is accepted.
fn sharing() -> Expr {
    Query::select()
        .column(setting::Column::Value)
        .from(setting::Entity)
        .and_where(setting::Column::Key.into_expr().eq(CONTRIBUTIONS_SHARED))
        .to_owned()
        .into()
}

/// States in which a peer reader may read.
const READ: [ReadingState; 2] = [ReadingState::Accepted, ReadingState::Delivered];

/// Selects all columns of a line in one statement.
fn lines() -> Select<deliverable::Entity> {
    deliverable::Entity::find()
        .column_as(observatory::Column::Code, "observatory_code")
        .column_as(observatory::Column::Name, "observatory_name")
        .column(observatory::Column::BodyId)
        .column(body::Column::Territory)
        .column_as(product::Column::Code, "product_code")
        .column_as(product::Column::NameIt, "product_name_it")
        .column_as(product::Column::NameEn, "product_name_en")
        .column(release::Column::PeriodLabel)
        .column_as(release::Column::State, "release_state")
        .column_as(release::Column::Day, "release_day")
        .column(product::Column::Scope)
        .expr_as(sharing(), "shared")
        .join(JoinType::InnerJoin, join::to_observatory())
        .join(JoinType::InnerJoin, join::observatory_to_body())
        .join(JoinType::InnerJoin, join::to_release())
        .join(JoinType::InnerJoin, join::release_to_product())
}

mod join {
    use super::{body, deliverable, observatory, product, release};
    use sea_orm::{EntityTrait, RelationDef};

    pub(super) fn to_observatory() -> RelationDef {
        deliverable::Entity::belongs_to(observatory::Entity)
            .from(deliverable::Column::ObservatoryId)
            .to(observatory::Column::Id)
            .into()
    }

    pub(super) fn observatory_to_body() -> RelationDef {
        observatory::Entity::belongs_to(body::Entity).from(observatory::Column::BodyId).to(body::Column::Id).into()
    }

    pub(super) fn to_release() -> RelationDef {
        deliverable::Entity::belongs_to(release::Entity)
            .from(deliverable::Column::ReleaseId)
            .to(release::Column::Id)
            .into()
    }

    pub(super) fn release_to_observatory() -> RelationDef {
        release::Entity::belongs_to(observatory::Entity)
            .from(release::Column::ObservatoryId)
            .to(observatory::Column::Id)
            .into()
    }

    pub(super) fn release_to_product() -> RelationDef {
        release::Entity::belongs_to(product::Entity).from(release::Column::ProductId).to(product::Column::Id).into()
    }
}

/// The due day: set by hand, otherwise derived.
fn day() -> Expr {
    day_due(deliverable::Column::HandSetDay, deliverable::Column::DueDay)
}

/// Returns the visible deliverables that pass the filter, earliest day first.
pub async fn list(
    db: &impl ConnectionTrait,
    visible: &Visibility,
    filter: &Filter,
    after: Option<Cursor>,
    limit: Option<u64>,
) -> Result<Vec<DeliverableView>> {
    let lines = lines().filter(seen_by(visible)).filter(narrowed(filter));
    let lines = page(lines, Order::Asc, (day(), deliverable::Column::Id), after);
    let rows: Vec<Row> = read(db, &lines, limit).await?;
    with_readers(db, rows.into_iter().map(DeliverableView::try_from).collect::<Result<_>>()?).await
}

/// Returns the visible deliverables that pass the filter, in an order, after a place of it.
pub async fn list_in_order(
    db: &impl ConnectionTrait,
    visible: &Visibility,
    filter: &Filter,
    order: &SortedBy,
    after: Option<&[Key]>,
    limit: Option<u64>,
) -> Result<Vec<DeliverableView>> {
    let within = [day(), deliverable::Column::Id.into_expr()];
    let group = match order {
        SortedBy::Day => Vec::new(),
        SortedBy::Observatory(all) => vec![rank(deliverable::Column::ObservatoryId, all)],
        SortedBy::Release => vec![release::Column::Day.into_expr(), deliverable::Column::ReleaseId.into_expr()],
    };
    let lines = lines().filter(seen_by(visible)).filter(narrowed(filter));
    let lines = page_by(lines, group.into_iter().chain(within).collect(), after);
    let rows: Vec<Row> = read(db, &lines, limit).await?;
    with_readers(db, rows.into_iter().map(DeliverableView::try_from).collect::<Result<_>>()?).await
}

/// Adds the observatories that accepted to read each deliverable.
async fn with_readers(db: &impl ConnectionTrait, mut views: Vec<DeliverableView>) -> Result<Vec<DeliverableView>> {
    if views.is_empty() {
        return Ok(views);
    }
    let rows: Vec<(DeliverableId, ObservatoryId)> = peer_reading::Entity::find()
        .select_only()
        .columns([peer_reading::Column::DeliverableId, peer_reading::Column::ObservatoryId])
        .filter(peer_reading::Column::DeliverableId.is_in(views.iter().map(|view| view.deliverable.id)))
        .filter(peer_reading::Column::State.is_in(READ))
        .into_tuple()
        .all(db)
        .await?;
    let mut readers: HashMap<DeliverableId, Vec<ObservatoryId>> = HashMap::new();
    for (deliverable, reader) in rows {
        readers.entry(deliverable).or_default().push(reader);
    }
    for view in &mut views {
        view.readers = readers.remove(&view.deliverable.id).unwrap_or_default();
    }
    Ok(views)
}

fn seen_by(visible: &Visibility) -> Condition {
    match visible {
        Visibility::Everything => Condition::all(),
        Visibility::Own { observatories, bodies } => {
            let shared = Condition::all().add(is_read_by_all()).add(sharing().eq("true"));
            Condition::any()
                .add(deliverable::Column::ObservatoryId.is_in(observatories.iter().copied()))
                .add(observatory::Column::BodyId.is_in(bodies.iter().copied()))
                .add(deliverable::Column::Id.in_subquery(read_by(observatories)))
                .add_option((!observatories.is_empty()).then_some(shared))
        }
    }
}

/// Selects the deliverables that one of these observatories accepted to read.
fn read_by(observatories: &[ObservatoryId]) -> sea_orm::sea_query::SelectStatement {
    peer_reading::Entity::find()
        .select_only()
        .column(peer_reading::Column::DeliverableId)
        .filter(peer_reading::Column::ObservatoryId.is_in(observatories.iter().copied()))
        .filter(peer_reading::Column::State.is_in(READ))
        .into_query()
}

/// The states in which a network that shares contributions lets all referents read them.
fn is_read_by_all() -> sea_orm::sea_query::Expr {
    deliverable::Column::State.is_in(DeliverableState::ALL.iter().copied().filter(|state| is_accepted(*state)))
}

fn narrowed(filter: &Filter) -> Condition {
    let owed = DeliverableState::ALL.iter().copied().filter(|state| is_owed(*state));
    let overdue = |today: NaiveDate| day().lt(today).and(deliverable::Column::State.is_in(owed));
    Condition::all()
        .add_option(filter.ids.as_ref().map(|ids| deliverable::Column::Id.is_in(ids.iter().copied())))
        .add_option(filter.upto.map(|last| day().lte(last)))
        .add_option(filter.release.map(|release| deliverable::Column::ReleaseId.eq(release)))
        .add_option(filter.releases.as_ref().map(|all| deliverable::Column::ReleaseId.is_in(all.iter().copied())))
        .add_option(filter.observatory.map(|observatory| deliverable::Column::ObservatoryId.eq(observatory)))
        .add_option(filter.state.map(|state| deliverable::Column::State.eq(state)))
        .add_option(filter.states.as_ref().map(|states| deliverable::Column::State.is_in(states.iter().copied())))
        .add_option(filter.product.as_ref().map(|code| product::Column::Code.eq(code)))
        .add_option(filter.of.as_ref().map(|of| deliverable::Column::ObservatoryId.is_in(of.iter().copied())))
        .add_option(filter.overdue_on.map(overdue))
        .add_option(filter.in_review.then(is_in_review))
        .add_option(filter.released.map(|(from, to)| release::Column::Day.between(from, to)))
}

fn is_in_review() -> Condition {
    Condition::any().add(deliverable::Column::State.eq(DeliverableState::Submitted)).add(is_sent_back())
}

fn is_sent_back() -> Condition {
    let with_remarks = submission::Entity::find()
        .select_only()
        .column(submission::Column::DeliverableId)
        .filter(submission::Column::Remarks.is_not_null())
        .into_query();
    Condition::all()
        .add(deliverable::Column::State.is_in([DeliverableState::ChangesRequested, DeliverableState::InProgress]))
        .add(deliverable::Column::Id.in_subquery(with_remarks))
}

/// Returns one deliverable, if it is visible.
pub async fn find(
    db: &impl ConnectionTrait,
    visible: &Visibility,
    id: DeliverableId,
) -> Result<Option<DeliverableView>> {
    let row =
        lines().filter(seen_by(visible)).filter(deliverable::Column::Id.eq(id)).into_model::<Row>().one(db).await?;
    let found: Vec<DeliverableView> = row.map(DeliverableView::try_from).transpose()?.into_iter().collect();
    Ok(with_readers(db, found).await?.pop())
}

/// Returns the names of the releases that have deliverables, latest day first.
pub async fn releases_at_work(db: &impl ConnectionTrait) -> Result<Vec<ReleaseName>> {
    let with_work = deliverable::Entity::find().select_only().column(deliverable::Column::ReleaseId).into_query();
    let rows: Vec<(ReleaseId, String, String, String, Option<String>)> = release::Entity::find()
        .select_only()
        .column(release::Column::Id)
        .columns([product::Column::NameIt, product::Column::NameEn])
        .column(release::Column::PeriodLabel)
        .column(observatory::Column::Name)
        .join(JoinType::InnerJoin, join::release_to_product())
        .join(JoinType::LeftJoin, join::release_to_observatory())
        .filter(release::Column::Id.in_subquery(with_work))
        .order_by(release::Column::Day, Order::Desc)
        .order_by(release::Column::Id, Order::Desc)
        .into_tuple()
        .all(db)
        .await?;
    let name = |(id, product_name_it, product_name_en, period, observatory)| ReleaseName {
        id,
        product_name_it,
        product_name_en,
        period,
        observatory,
    };
    Ok(rows.into_iter().map(name).collect())
}

/// Returns the progress of the deliverables of these releases.
pub async fn progress(db: &impl ConnectionTrait, releases: &[ReleaseId]) -> Result<ProgressOf> {
    let rows: Vec<(ReleaseId, DeliverableState)> = deliverable::Entity::find()
        .select_only()
        .columns([deliverable::Column::ReleaseId, deliverable::Column::State])
        .filter(deliverable::Column::ReleaseId.is_in(releases.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    let mut progress = ProgressOf::new();
    for (release, state) in rows {
        progress.entry(release).or_default().count(state);
    }
    Ok(progress)
}

/// Returns the instants at which the review accepted these deliverables; others are missing in the answer.
pub async fn accepted_at(
    db: &impl ConnectionTrait,
    deliverables: &[DeliverableId],
) -> Result<HashMap<DeliverableId, DateTime<Utc>>> {
    let answered: Vec<(DeliverableId, Instant)> = submission::Entity::find()
        .select_only()
        .columns([submission::Column::DeliverableId, submission::Column::AnsweredAt])
        .filter(submission::Column::DeliverableId.is_in(deliverables.iter().copied()))
        .filter(submission::Column::AnsweredAt.is_not_null())
        .filter(submission::Column::Remarks.is_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(answered.into_iter().map(|(deliverable, at)| (deliverable, at.0)).collect())
}

/// Inserts new deliverables in one statement.
pub async fn insert_all(db: &impl ConnectionTrait, new: &[Deliverable], at: DateTime<Utc>) -> Result<()> {
    let rows = new.iter().map(|one| deliverable::ActiveModel {
        id: Set(one.id),
        release_id: Set(one.release_id),
        observatory_id: Set(one.observatory_id),
        state: Set(one.state()),
        resume_state: Set(None),
        reason: Set(None),
        due_day: Set(one.due_day),
        hand_set_day: Set(one.hand_set_day),
        version: Set(one.version),
        created_at: Set(at.into()),
        updated_at: Set(at.into()),
    });
    if !new.is_empty() {
        deliverable::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Saves a changed deliverable, if its version is unchanged.
pub async fn save(db: &impl ConnectionTrait, after: &Deliverable, at: DateTime<Utc>) -> Result<()> {
    let row = deliverable::ActiveModel {
        state: Set(after.state()),
        resume_state: Set(after.stage.resume()),
        reason: Set(after.stage.reason().map(str::to_owned)),
        hand_set_day: Set(after.hand_set_day),
        updated_at: Set(at.into()),
        ..Default::default()
    };
    save_row(db, row, (deliverable::Column::Id, after.id), (deliverable::Column::Version, after.version)).await
}

/// Sets new derived days; days set by hand are in another column and stay.
pub async fn set_due_days(
    db: &impl ConnectionTrait,
    days: &BTreeMap<NaiveDate, Vec<DeliverableId>>,
    at: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<DeliverableId> = days.values().flatten().copied().collect();
    if ids.is_empty() {
        return Ok(());
    }
    let day = day_by_id(deliverable::Column::DueDay, deliverable::Column::Id, days);
    deliverable::Entity::update_many()
        .col_expr(deliverable::Column::DueDay, day)
        .col_expr(deliverable::Column::Version, Expr::col(deliverable::Column::Version).add(1))
        .col_expr(deliverable::Column::UpdatedAt, Expr::value(Instant::from(at)))
        .filter(deliverable::Column::Id.is_in(ids))
        .exec(db)
        .await?;
    Ok(())
}

/// Deliverables whose days are passed on: one, or all of a release.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    Deliverable(DeliverableId),
    Release(ReleaseId),
}

/// Copies the day set by hand on a deliverable to the step that hands it in: the observatory's own step on the
/// deliverable's derived day. Steps that no longer hand it in lose their copy.
///
/// This is the only place where a step follows its deliverable. The copy is in the task's row, because the list of tasks
/// is sorted by an index on it.
pub async fn pass_days_on(db: &impl ConnectionTrait, whose: Whose) -> Result<()> {
    let reviewing = SeatKind::ALL.iter().copied().filter(|kind| reviews(*kind));
    let day = Query::select()
        .column((deliverable::Entity, deliverable::Column::HandSetDay))
        .from(deliverable::Entity)
        .inner_join(seat::Entity, seat::Column::Id.into_expr().eq(task::Column::SeatId.into_expr()))
        .and_where(deliverable::Column::Id.into_expr().eq(task::Column::DeliverableId.into_expr()))
        .and_where(deliverable::Column::DueDay.into_expr().eq(task::Column::DueDay.into_expr()))
        .and_where(seat::Column::Kind.is_not_in(reviewing))
        .to_owned();
    let of = match whose {
        Whose::Deliverable(id) => task::Column::DeliverableId.eq(id),
        Whose::Release(id) => task::Column::ReleaseId.eq(id),
    };
    task::Entity::update_many()
        .col_expr(task::Column::FollowedDay, day.into())
        .filter(of)
        .filter(task::Column::Origin.eq(TaskOrigin::Step))
        .exec(db)
        .await?;
    Ok(())
}

impl From<submission::Model> for Submission {
    fn from(row: submission::Model) -> Self {
        Self {
            id: row.id,
            position: row.position,
            link: row.link,
            document_id: row.document_id,
            note: row.note,
            submitted_at: row.submitted_at.0,
            submitted_by: row.submitted_by,
            remarks: row.remarks,
            answered_at: row.answered_at.map(|at| at.0),
            answered_by: row.answered_by,
            withdrawn_at: row.withdrawn_at.map(|at| at.0),
            withdrawn_by: row.withdrawn_by,
        }
    }
}

/// Returns the submissions of a deliverable, oldest first.
pub async fn submissions(db: &impl ConnectionTrait, of: DeliverableId) -> Result<Vec<Submission>> {
    Ok(submissions_of(db, &[of]).await?.remove(&of).unwrap_or_default())
}

/// Returns the submissions of several deliverables, each oldest first.
pub async fn submissions_of(
    db: &impl ConnectionTrait,
    deliverables: &[DeliverableId],
) -> Result<HashMap<DeliverableId, Vec<Submission>>> {
    let rows = submission::Entity::find()
        .filter(submission::Column::DeliverableId.is_in(deliverables.iter().copied()))
        .order_by(submission::Column::Position, Order::Asc)
        .all(db)
        .await?;
    let mut submissions: HashMap<DeliverableId, Vec<Submission>> = HashMap::new();
    for row in rows {
        submissions.entry(row.deliverable_id).or_default().push(row.into());
    }
    Ok(submissions)
}

pub async fn insert_submission(db: &impl ConnectionTrait, of: DeliverableId, new: &Submission) -> Result<()> {
    let row = submission::ActiveModel {
        id: Set(new.id),
        deliverable_id: Set(of),
        position: Set(new.position),
        link: Set(new.link.clone()),
        document_id: Set(new.document_id),
        note: Set(new.note.clone()),
        submitted_at: Set(new.submitted_at.into()),
        submitted_by: Set(new.submitted_by),
        remarks: Set(None),
        answered_at: Set(None),
        answered_by: Set(None),
        withdrawn_at: Set(None),
        withdrawn_by: Set(None),
    };
    submission::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Stores the review's answer to a submission, once.
pub async fn answer(
    db: &impl ConnectionTrait,
    id: SubmissionId,
    remarks: Option<String>,
    at: DateTime<Utc>,
    by: Option<PersonId>,
) -> Result<()> {
    let touched = submission::Entity::update_many()
        .col_expr(submission::Column::Remarks, Expr::value(remarks))
        .col_expr(submission::Column::AnsweredAt, Expr::value(Instant::from(at)))
        .col_expr(submission::Column::AnsweredBy, Expr::value(by))
        .filter(submission::Column::Id.eq(id))
        .filter(submission::Column::AnsweredAt.is_null())
        .exec(db)
        .await?;
    exactly_one(touched.rows_affected)
}

/// Stores that a submission was taken back, once and only before an answer.
pub async fn withdraw(
    db: &impl ConnectionTrait,
    id: SubmissionId,
    at: DateTime<Utc>,
    by: Option<PersonId>,
) -> Result<()> {
    let touched = submission::Entity::update_many()
        .col_expr(submission::Column::WithdrawnAt, Expr::value(Instant::from(at)))
        .col_expr(submission::Column::WithdrawnBy, Expr::value(by))
        .filter(submission::Column::Id.eq(id))
        .filter(submission::Column::AnsweredAt.is_null())
        .filter(submission::Column::WithdrawnAt.is_null())
        .exec(db)
        .await?;
    exactly_one(touched.rows_affected)
}
