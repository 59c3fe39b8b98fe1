//! Rows of tasks. The only file of the slice with queries.

pub mod proposals;
pub mod replies;
pub mod templates;
pub mod waits;

use super::model::{GivenAt, Stage, Task};
use super::policy::{Own, Visibility};
use crate::db::{Key, StoreError, containing, day_by_id, page, page_by, rank, read, save_row};
use crate::deliverables::order::{Line, Order as SortedBy, WITHOUT_RELEASE};
use crate::designations::seats::Seats;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, GivingId, ObservatoryId, OutcomeId, ProductStepId, ReleaseId, SeatId, TaskId};
use entity::kinds::{DeliverableState, SeatKind, TaskOrigin, TaskState};
use entity::{Instant, agenda_item, deliverable, meeting, outcome, product, release, seat, task};
use sea_orm::sea_query::{Expr, Func, Query, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, JoinType,
    Order, QueryFilter, QuerySelect, Select,
};
use std::collections::{BTreeMap, HashMap};

type Result<T> = std::result::Result<T, StoreError>;

/// Position after the last line of a page: its day and its id.
pub type Cursor = (NaiveDate, TaskId);

/// Filter of a list; an absent value does not filter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Ids of the tasks.
    pub ids: Option<Vec<TaskId>>,
    pub seat: Option<SeatId>,
    pub observatory: Option<ObservatoryId>,
    pub release: Option<ReleaseId>,
    /// For one of these releases.
    pub releases: Option<Vec<ReleaseId>>,
    pub deliverable: Option<DeliverableId>,
    pub deliverables: Option<Vec<DeliverableId>>,
    pub state: Option<TaskState>,
    /// In one of these states.
    pub states: Option<Vec<TaskState>>,
    /// Owners of the caller's own tasks, for the page "my tasks".
    pub of: Option<Own>,
    /// Neither done nor cancelled, and still required.
    pub due: bool,
    /// Due on or before this day.
    pub upto: Option<NaiveDate>,
    /// Due before this day.
    pub before: Option<NaiveDate>,
    /// Code of the product of its release.
    pub product: Option<String>,
    /// Part of its title, in any case.
    pub text: Option<String>,
    /// Told by the mails with these names.
    pub told_with: Option<Vec<GivingId>>,
}

#[derive(FromQueryResult)]
struct Row {
    id: TaskId,
    seat_id: SeatId,
    release_id: Option<ReleaseId>,
    deliverable_id: Option<DeliverableId>,
    deliverable_state: Option<DeliverableState>,
    step_id: Option<ProductStepId>,
    outcome_id: Option<OutcomeId>,
    origin: TaskOrigin,
    title_it: String,
    title_en: String,
    due_day: NaiveDate,
    hand_set_day: Option<NaiveDate>,
    followed_day: Option<NaiveDate>,
    estimated_minutes: i32,
    state: TaskState,
    resume_state: Option<TaskState>,
    reason: Option<String>,
    note: Option<String>,
    text: Option<String>,
    told_with: Option<GivingId>,
    done_at: Option<Instant>,
    version: i32,
    created_at: Instant,
}

impl Row {
    fn task(self, seats: &Seats) -> Result<Task> {
        let row = self;
        let stage = Stage::of(row.state, row.resume_state, row.reason, row.done_at.map(|at| at.0))
            .map_err(|what| StoreError::inconsistent("task", row.id, what))?;
        Ok(Task {
            id: row.id,
            seat: seats.named(row.seat_id)?,
            release_id: row.release_id,
            deliverable_id: row.deliverable_id,
            deliverable_state: row.deliverable_state,
            step_id: row.step_id,
            outcome_id: row.outcome_id,
            origin: row.origin,
            title_it: row.title_it,
            title_en: row.title_en,
            due_day: row.due_day,
            hand_set_day: row.hand_set_day,
            followed_day: row.followed_day,
            estimated_minutes: row.estimated_minutes,
            stage,
            note: row.note,
            text: row.text,
            told_with: row.told_with,
            version: row.version,
            created_at: row.created_at.0,
        })
    }
}

/// Selects all columns of a line in one statement. The names of its seat are known already ([`Seats`]).
fn lines() -> Select<task::Entity> {
    task::Entity::find()
        .column_as(deliverable::Column::State, "deliverable_state")
        .join(JoinType::InnerJoin, join::to_seat())
        .join(JoinType::LeftJoin, join::to_deliverable())
}

mod join {
    use super::{deliverable, release, seat, task};
    use sea_orm::{EntityTrait, RelationDef};

    pub(super) fn to_seat() -> RelationDef {
        task::Entity::belongs_to(seat::Entity).from(task::Column::SeatId).to(seat::Column::Id).into()
    }

    pub(super) fn to_release() -> RelationDef {
        task::Entity::belongs_to(release::Entity).from(task::Column::ReleaseId).to(release::Column::Id).into()
    }

    pub(super) fn to_deliverable() -> RelationDef {
        task::Entity::belongs_to(deliverable::Entity)
            .from(task::Column::DeliverableId)
            .to(deliverable::Column::Id)
            .into()
    }
}

/// The due day, as `Task::day`, in the words of the index `ix_task_day`.
fn day() -> Expr {
    use task::Column::{DueDay, FollowedDay, HandSetDay};
    Func::coalesce([HandSetDay, FollowedDay, DueDay].map(ColumnTrait::into_expr)).into()
}

/// Returns the visible tasks that pass the filter, earliest day first.
pub async fn list(
    db: &impl ConnectionTrait,
    seats: &Seats,
    visible: &Visibility,
    filter: &Filter,
    after: Option<Cursor>,
    limit: Option<u64>,
) -> Result<Vec<Task>> {
    let lines = lines().filter(seen_by(visible)).filter(narrowed(filter));
    let lines = page(lines, Order::Asc, (day(), task::Column::Id), after);
    let rows: Vec<Row> = read(db, &lines, limit).await?;
    rows.into_iter().map(|row| row.task(seats)).collect()
}

/// A line with the day of its release, for a list sorted by releases.
#[derive(FromQueryResult)]
struct RowOfRelease {
    #[sea_orm(nested)]
    row: Row,
    release_day: Option<NaiveDate>,
}

/// Returns the visible tasks that pass the filter, in an order, after a place of it; each with its place.
pub async fn list_in_order(
    db: &impl ConnectionTrait,
    seats: &Seats,
    visible: &Visibility,
    filter: &Filter,
    order: &SortedBy,
    after: Option<&[Key]>,
    limit: Option<u64>,
) -> Result<Vec<(Vec<Key>, Task)>> {
    let within = [day(), task::Column::Id.into_expr()];
    let lines = lines().filter(seen_by(visible)).filter(narrowed(filter));
    let placed = |task: Task, released: Option<NaiveDate>| {
        let release = released.zip(task.release_id);
        let line = Line { observatory: task.seat.observatory_id, release, day: task.day(), id: task.id.0 };
        (order.place(&line), task)
    };
    let group = match order {
        SortedBy::Day => Vec::new(),
        SortedBy::Observatory(all) => vec![rank(seat::Column::ObservatoryId, all)],
        SortedBy::Release => {
            let (day, id) = WITHOUT_RELEASE;
            let released = Func::coalesce([release::Column::Day.into_expr(), Expr::value(day)]).into();
            let of = Func::coalesce([task::Column::ReleaseId.into_expr(), Expr::value(id)]).into();
            let lines =
                lines.column_as(release::Column::Day, "release_day").join(JoinType::LeftJoin, join::to_release());
            let lines = page_by(lines, [released, of].into_iter().chain(within).collect(), after);
            let rows: Vec<RowOfRelease> = read(db, &lines, limit).await?;
            let placed = |found: RowOfRelease| Ok(placed(found.row.task(seats)?, found.release_day));
            return rows.into_iter().map(placed).collect();
        }
    };
    let lines = page_by(lines, group.into_iter().chain(within).collect(), after);
    let rows: Vec<Row> = read(db, &lines, limit).await?;
    rows.into_iter().map(|row| Ok(placed(row.task(seats)?, None))).collect()
}

/// Counts the steps towards these deliverables that are done, and all that are not cancelled; a deliverable without steps is
/// missing in the answer.
pub async fn steps_done(
    db: &impl ConnectionTrait,
    deliverables: &[DeliverableId],
) -> Result<HashMap<DeliverableId, (usize, usize)>> {
    let states: Vec<(Option<DeliverableId>, TaskState)> = task::Entity::find()
        .select_only()
        .columns([task::Column::DeliverableId, task::Column::State])
        .filter(task::Column::DeliverableId.is_in(deliverables.iter().copied()))
        .filter(task::Column::Origin.eq(TaskOrigin::Step))
        .filter(task::Column::State.ne(TaskState::Cancelled))
        .into_tuple()
        .all(db)
        .await?;
    let mut counted: HashMap<DeliverableId, (usize, usize)> = HashMap::new();
    for (deliverable, state) in states.into_iter().filter_map(|(id, state)| Some((id?, state))) {
        let (done, all) = counted.entry(deliverable).or_default();
        *done += usize::from(state == TaskState::Done);
        *all += 1;
    }
    Ok(counted)
}

/// Sums the estimated minutes of the visible tasks that are not cancelled, by observatory and day, both ends included.
pub async fn minutes_by_day(
    db: &impl ConnectionTrait,
    visible: &Visibility,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(Option<ObservatoryId>, NaiveDate, i64)>> {
    let sums = task::Entity::find()
        .select_only()
        .column(seat::Column::ObservatoryId)
        .column_as(day(), "due")
        .column_as(task::Column::EstimatedMinutes.sum(), "minutes")
        .join(JoinType::InnerJoin, join::to_seat())
        .filter(seen_by(visible))
        .filter(task::Column::State.ne(TaskState::Cancelled))
        .filter(day().between(from, to))
        .group_by(seat::Column::ObservatoryId)
        .group_by(day());
    Ok(sums.into_tuple().all(db).await?)
}

fn seen_by(visible: &Visibility) -> Condition {
    match visible {
        Visibility::Everything => Condition::all(),
        Visibility::Own(own) => owned(own),
    }
}

fn owned(own: &Own) -> Condition {
    Condition::any()
        .add(task::Column::SeatId.is_in(own.seats.iter().copied()))
        .add(seat::Column::ObservatoryId.is_in(own.observatories.iter().copied()))
        .add(seat::Column::BodyId.is_in(own.bodies.iter().copied()))
}

fn narrowed(filter: &Filter) -> Condition {
    Condition::all()
        .add_option(filter.ids.as_ref().map(|ids| task::Column::Id.is_in(ids.iter().copied())))
        .add_option(filter.seat.map(|seat| task::Column::SeatId.eq(seat)))
        .add_option(filter.observatory.map(|observatory| seat::Column::ObservatoryId.eq(observatory)))
        .add_option(filter.release.map(|release| task::Column::ReleaseId.eq(release)))
        .add_option(filter.releases.as_ref().map(|ids| task::Column::ReleaseId.is_in(ids.iter().copied())))
        .add_option(filter.deliverable.map(|deliverable| task::Column::DeliverableId.eq(deliverable)))
        .add_option(filter.deliverables.as_ref().map(|ids| task::Column::DeliverableId.is_in(ids.iter().copied())))
        .add_option(filter.state.map(|state| task::Column::State.eq(state)))
        .add_option(filter.states.as_ref().map(|states| task::Column::State.is_in(states.iter().copied())))
        .add_option(filter.of.as_ref().map(owned))
        .add_option(filter.due.then(is_due))
        .add_option(filter.upto.map(|last| day().lte(last)))
        .add_option(filter.before.map(|today| day().lt(today)))
        .add_option(filter.product.as_ref().map(|code| task::Column::ReleaseId.in_subquery(releases_of(code))))
        .add_option(filter.text.as_ref().map(|part| titled(part)))
        .add_option(filter.told_with.as_ref().map(|names| task::Column::ToldWith.is_in(names.iter().copied())))
}

/// Selects the releases of a product. Its rows are read here because releases depend on tasks.
fn releases_of(code: &str) -> SelectStatement {
    Query::select()
        .column((release::Entity, release::Column::Id))
        .from(release::Entity)
        .inner_join(product::Entity, product::Column::Id.into_expr().eq(release::Column::ProductId.into_expr()))
        .and_where(product::Column::Code.eq(code))
        .to_owned()
}

/// Condition for a part of the title in either language.
fn titled(part: &str) -> Condition {
    let part = part.to_lowercase();
    let has = |column: task::Column| Expr::expr(Func::lower(column.into_expr())).like(containing(&part));
    Condition::any().add(has(task::Column::TitleIt)).add(has(task::Column::TitleEn))
}

/// Condition equal to `Task::is_due`: open, and called for in the state of its deliverable. A test compares the two.
fn is_due() -> Condition {
    let open = TaskState::ALL.iter().copied().filter(|state| super::model::is_open(*state));
    let mut called_for =
        Condition::any().add(task::Column::DeliverableId.is_null()).add(task::Column::Origin.ne(TaskOrigin::Step));
    for kind in SeatKind::ALL.iter().copied() {
        let states = DeliverableState::ALL
            .iter()
            .copied()
            .filter(|state| super::model::is_called_for(TaskOrigin::Step, kind, Some(*state)));
        called_for = called_for.add(seat::Column::Kind.eq(kind).and(deliverable::Column::State.is_in(states)));
    }
    Condition::all().add(task::Column::State.is_in(open)).add(called_for)
}

/// Returns one task, if it is visible.
pub async fn find(db: &impl ConnectionTrait, seats: &Seats, visible: &Visibility, id: TaskId) -> Result<Option<Task>> {
    let row = lines().filter(seen_by(visible)).filter(task::Column::Id.eq(id)).into_model::<Row>().one(db).await?;
    row.map(|row| row.task(seats)).transpose()
}

/// Returns the meeting and the point from which a task came. The rows of meetings are read here because meetings depend
/// on tasks.
pub async fn given_at(db: &impl ConnectionTrait, id: OutcomeId) -> Result<Option<GivenAt>> {
    let to_meeting =
        outcome::Entity::belongs_to(meeting::Entity).from(outcome::Column::MeetingId).to(meeting::Column::Id);
    let to_point = outcome::Entity::belongs_to(agenda_item::Entity)
        .from(outcome::Column::AgendaItemId)
        .to(agenda_item::Column::Id);
    let row: Option<GivenAtRow> = outcome::Entity::find_by_id(id)
        .select_only()
        .column_as(outcome::Column::Id, "outcome_id")
        .columns([meeting::Column::Number, meeting::Column::Year, meeting::Column::Day])
        .column_as(agenda_item::Column::Title, "point")
        .join(JoinType::InnerJoin, to_meeting.into())
        .join(JoinType::LeftJoin, to_point.into())
        .into_model()
        .one(db)
        .await?;
    Ok(row.map(|row| GivenAt {
        outcome: row.outcome_id,
        number: row.number.zip(row.year),
        day: row.day,
        point: row.point,
    }))
}

#[derive(FromQueryResult)]
struct GivenAtRow {
    outcome_id: OutcomeId,
    number: Option<i32>,
    year: Option<i32>,
    day: NaiveDate,
    point: Option<String>,
}

/// Inserts new tasks in one statement.
pub async fn insert_all(db: &impl ConnectionTrait, new: &[Task]) -> Result<()> {
    let rows = new.iter().map(|one| task::ActiveModel {
        id: Set(one.id),
        seat_id: Set(one.seat.id),
        release_id: Set(one.release_id),
        deliverable_id: Set(one.deliverable_id),
        step_id: Set(one.step_id),
        outcome_id: Set(one.outcome_id),
        origin: Set(one.origin),
        title_it: Set(one.title_it.clone()),
        title_en: Set(one.title_en.clone()),
        due_day: Set(one.due_day),
        hand_set_day: Set(one.hand_set_day),
        followed_day: Set(one.followed_day),
        estimated_minutes: Set(one.estimated_minutes),
        state: Set(one.state()),
        resume_state: Set(None),
        reason: Set(None),
        note: Set(one.note.clone()),
        text: Set(one.text.clone()),
        told_with: Set(one.told_with),
        done_at: Set(None),
        version: Set(one.version),
        created_at: Set(one.created_at.into()),
        updated_at: Set(one.created_at.into()),
    });
    if !new.is_empty() {
        task::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Saves a changed task, if its version is unchanged.
pub async fn save(db: &impl ConnectionTrait, after: &Task, at: DateTime<Utc>) -> Result<()> {
    let row = task::ActiveModel {
        seat_id: Set(after.seat.id),
        step_id: Set(after.step_id),
        title_it: Set(after.title_it.clone()),
        title_en: Set(after.title_en.clone()),
        text: Set(after.text.clone()),
        estimated_minutes: Set(after.estimated_minutes),
        due_day: Set(after.due_day),
        state: Set(after.state()),
        resume_state: Set(after.stage.resume()),
        reason: Set(after.stage.reason().map(str::to_owned)),
        done_at: Set(after.stage.done_at().map(Instant::from)),
        hand_set_day: Set(after.hand_set_day),
        note: Set(after.note.clone()),
        updated_at: Set(at.into()),
        ..Default::default()
    };
    save_row(db, row, (task::Column::Id, after.id), (task::Column::Version, after.version)).await
}

/// Sets new derived days; days set by hand are in another column and stay. A mail that told the day before does not tell of
/// the task any more.
pub async fn set_due_days(
    db: &impl ConnectionTrait,
    days: &BTreeMap<NaiveDate, Vec<TaskId>>,
    at: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<TaskId> = days.values().flatten().copied().collect();
    if ids.is_empty() {
        return Ok(());
    }
    task::Entity::update_many()
        .col_expr(task::Column::DueDay, day_by_id(task::Column::DueDay, task::Column::Id, days))
        .col_expr(task::Column::ToldWith, Expr::value(None::<GivingId>))
        .col_expr(task::Column::Version, Expr::col(task::Column::Version).add(1))
        .col_expr(task::Column::UpdatedAt, Expr::value(Instant::from(at)))
        .filter(task::Column::Id.is_in(ids))
        .exec(db)
        .await?;
    Ok(())
}

/// Names the mail that tells of these tasks. Their version stays, because nothing that a reader decides on has changed.
pub async fn set_told_with(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = TaskId>,
    name: GivingId,
) -> Result<()> {
    task::Entity::update_many()
        .col_expr(task::Column::ToldWith, Expr::value(name))
        .filter(task::Column::Id.is_in(ids))
        .exec(db)
        .await?;
    Ok(())
}
