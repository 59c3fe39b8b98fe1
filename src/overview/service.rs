//! Reads of the overview, each composed from several slices.

mod public;

pub use public::{Front, Part, Report, front, latest_reports, open_data, part_of};

use super::policy::{self, Action};
use super::radar::{self, SeatAtRisk};
use crate::agenda::service as agenda;
use crate::auth::actor::HeldSeat;
use crate::ctx::Ctx;
use crate::deliverables::view::{DeliverableView, Progress};
use crate::designations::model::{Seat, Term};
use crate::designations::questions::{AllSeats, RegisterOn};
use crate::designations::service::{self as register, RegisterFilter};
use crate::designations::view::{Designation, Holder};
use crate::due::Obligation;
use crate::error::Result;
use crate::jobs::status::{self, JobStatus};
use crate::mail::outbox::desk;
use crate::network::model::PersonView;
use crate::network::questions::{AllCalendars, AllObservatories};
use crate::network::service as network;
use crate::open::Guarded as _;
use crate::releases::model::{Stage, When};
use crate::releases::service::{self as releases, ReleaseFilter};
use crate::releases::view::ReleaseView;
use crate::reminders::policy as reminder_policy;
use crate::reminders::service as reminders;
use crate::reviews::model::release::ReleaseChecklist;
use crate::slices::{self, DueUpTo};
use crate::tasks::model::Task;
use crate::tasks::service::TaskFilter;
use crate::tasks::view::Proposed;
use crate::time::zone;
use crate::vitals::Sign;
use crate::{deliverables, reviews, tasks};
use chrono::{DateTime, Days, NaiveDate, Utc};
use entity::ids::{ObservatoryId, PersonId, ReleaseId, SeatId};
use entity::kinds::{DeliverableState, NotificationState, ReleaseState, SeatKind, TaskState};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Days ahead for which open work is read; a year covers every planned release.
const OPEN_DAYS: u64 = 366;
/// Days ahead that the Monday page shows, whatever the day of the week.
const NEXT_DAYS: u64 = 7;
/// Most former holders shown; a seat has fewer during an agreement.
const FORMER_HOLDERS: u64 = 100;

/// Returns the seats at risk on a day, by default today.
///
/// Who may: secretariat and direction. The present knowledge decides, also for a future day.
pub async fn radar(ctx: &Ctx, on: Option<NaiveDate>) -> Result<Vec<SeatAtRisk>> {
    ctx.demand(policy::may(&ctx.actor, Action::ViewRadar))?;
    let day = on.unwrap_or_else(|| ctx.today());
    at_risk(ctx, day, &open_obligations(ctx, day).await?).await
}

/// Returns the open obligations due within a year from a day, and overdue ones.
async fn open_obligations(ctx: &Ctx, day: NaiveDate) -> Result<Arc<Vec<Obligation>>> {
    ctx.recall(&DueUpTo(day + Days::new(OPEN_DAYS))).await
}

/// Returns the seats at risk on a day, with those of the open obligations that are due meanwhile.
async fn at_risk(ctx: &Ctx, day: NaiveDate, open: &[Obligation]) -> Result<Vec<SeatAtRisk>> {
    let register = ctx.recall(&RegisterOn(day)).await?;
    let risks = slices::risks(ctx, ctx.reader(), &register).await?;
    Ok(radar::by_seat(&register, &risks, open))
}

/// Content of the Monday page.
pub struct Monday {
    pub risks: Vec<SeatAtRisk>,
    /// Open obligations whose day has passed, by release, the oldest first.
    pub late: Vec<OwedFor>,
    /// Obligations due within [`NEXT_DAYS`], by release.
    pub soon: Vec<OwedFor>,
    /// Sources that have moved, with the number of dates to review because of each.
    pub moved: Vec<(String, usize)>,
    /// Releases due within [`NEXT_DAYS`], and overdue ones.
    pub leaving: Vec<Leaving>,
    /// The next confirmed release with its contributions.
    pub next: Option<(ReleaseView, Vec<DeliverableView>)>,
    /// Contributions waiting for the secretariat: handed in and not reviewed yet, then blocked ones.
    pub waiting: Vec<DeliverableView>,
    /// Refused and blocked tasks. They get no reminders, so the secretariat has to decide about them.
    pub held_up: Vec<Task>,
    /// Other days proposed for contributions.
    pub proposals: Vec<Proposed>,
    /// Mails given up or with unknown outcome, which a person has to check.
    pub stuck_mails: Vec<desk::LogLine>,
    pub failing_jobs: Vec<JobStatus>,
    /// Background parts without signs of life.
    pub silent: Vec<Sign>,
}

/// Obligations for one release, or for none.
pub struct OwedFor {
    pub release: Option<ReleaseView>,
    pub owed: Vec<Owed>,
}

/// An obligation with its seat and what the secretariat needs to pursue it.
pub struct Owed {
    pub obligation: Obligation,
    pub seat: Option<Arc<Seat>>,
    /// Today's holder of the seat.
    pub holder: Option<PersonView>,
    /// Manager of the seat's body, who hears of late work from the secretariat.
    pub manager: Option<Holder>,
    /// Working days since the due day, in the calendar of the seat's territory; 0 or less if it is not late.
    pub days_late: i32,
    /// Instant of the last reminder.
    pub reminded_at: Option<DateTime<Utc>>,
    /// Whether the caller may remind the holder, or the deputy, now.
    pub may_urge: bool,
}

/// A release due soon, with the progress of its deliverables.
pub struct Leaving {
    pub view: ReleaseView,
    pub progress: Progress,
    /// Findings before it comes out; none before its date is confirmed.
    pub checklist: ReleaseChecklist,
}

/// Returns the releases due until a day, and overdue ones, earliest first.
async fn leaving(ctx: &Ctx, upto: NaiveDate) -> Result<Vec<Leaving>> {
    let db = ctx.reader();
    let filter = ReleaseFilter { to: Some(upto), open: true, ..ReleaseFilter::default() };
    let mut near = releases::all(db, &filter).await?;
    near.retain(|view| match view.release.stage {
        Stage::Confirmed(_) => true,
        // A month, or two, says nothing about a week.
        Stage::Provisional(when) => matches!(when, When::At(_) | When::On(_) | When::InWeek(_)),
        Stage::Published { .. } | Stage::Withdrawn { .. } | Stage::Cancelled { .. } => false,
    });
    let ids: Vec<ReleaseId> = near.iter().map(|view| view.release.id).collect();
    let progress = deliverables::service::progress(db, &ids).await?;
    let mut checklists = reviews::service::before_releases(ctx, db, &ids).await?;
    let with_progress = |view: ReleaseView| {
        let progress = progress.get(&view.release.id).copied().unwrap_or_default();
        Leaving { progress, checklist: checklists.remove(&view.release.id).unwrap_or_default(), view }
    };
    Ok(near.into_iter().map(with_progress).collect())
}

/// Returns the Monday list. Who may: the secretariat.
pub async fn monday(ctx: &Ctx) -> Result<Monday> {
    ctx.demand(policy::may(&ctx.actor, Action::ViewMonday))?;
    let today = ctx.today();
    let last_day = today + Days::new(NEXT_DAYS);
    let open = open_obligations(ctx, today).await?;
    let risks = at_risk(ctx, today, &open).await?;
    let mut open: Vec<Obligation> = open.iter().filter(|one| one.due_day <= last_day).cloned().collect();
    open.sort_by_key(|one| one.due_day);
    let named = releases_of(ctx, &open).await?;
    let (late, soon) = owed(ctx, open).await?.into_iter().partition(|one: &Owed| one.obligation.due_day < today);
    let jobs = status::overview(ctx).await?;
    Ok(Monday {
        risks,
        late: by_release(&named, late),
        soon: by_release(&named, soon),
        moved: moved(ctx).await?,
        leaving: leaving(ctx, last_day).await?,
        next: next(ctx).await?,
        waiting: waiting(ctx).await?,
        held_up: held_up(ctx).await?,
        proposals: tasks::service::open_proposals(ctx).await?,
        stuck_mails: stuck_mails(ctx).await?,
        failing_jobs: jobs.into_iter().filter(JobStatus::is_failing).collect(),
        silent: ctx.services.vitals.silent(),
    })
}

/// Returns the names of the sources that have moved, with the number of dates to review because of each.
async fn moved(ctx: &Ctx) -> Result<Vec<(String, usize)>> {
    let Some(review) = agenda::review(ctx).await? else { return Ok(Vec::new()) };
    let mut moved: BTreeMap<String, usize> = BTreeMap::new();
    for source in review.lines.iter().filter_map(|line| review.source(line)) {
        *moved.entry(source.details.name.clone()).or_default() += 1;
    }
    Ok(moved.into_iter().collect())
}

/// Returns the confirmed release that comes out next, with its contributions.
async fn next(ctx: &Ctx) -> Result<Option<(ReleaseView, Vec<DeliverableView>)>> {
    let filter = ReleaseFilter { state: Some(ReleaseState::Confirmed), ..ReleaseFilter::default() };
    let Some(view) = releases::list(ctx.reader(), &filter, None, 1).await?.pop() else { return Ok(None) };
    let owed = deliverables::service::seen_of_release(ctx, view.release.id).await?;
    Ok(Some((view, owed)))
}

async fn waiting(ctx: &Ctx) -> Result<Vec<DeliverableView>> {
    // More than a network has at one time.
    const MOST: u64 = 1000;
    let states = Some(vec![DeliverableState::Submitted, DeliverableState::Blocked]);
    let filter = deliverables::service::DeliverableFilter { states, ..Default::default() };
    let mut waiting = deliverables::service::list(ctx, &filter, None, MOST).await?;
    waiting.sort_by_key(|view| view.deliverable.state() != DeliverableState::Submitted);
    Ok(waiting)
}

/// Returns the tasks that the secretariat has to decide about: refused by their seat, or blocked.
async fn held_up(ctx: &Ctx) -> Result<Vec<Task>> {
    let states = Some(vec![TaskState::Refused, TaskState::Blocked]);
    let filter = TaskFilter { states, ..TaskFilter::default() };
    let mut held_up = tasks::service::all(ctx, ctx.reader(), &filter).await?;
    held_up.retain(|task| task.state() == TaskState::Refused || task.is_due());
    held_up.sort_by_key(|task| task.state() != TaskState::Refused);
    Ok(held_up)
}

/// Adds seat, holder, delay and last reminder to obligations.
async fn owed(ctx: &Ctx, open: Vec<Obligation>) -> Result<Vec<Owed>> {
    let (db, today) = (ctx.reader(), ctx.today());
    let roll = reminders::todays_roll(ctx).await?;
    let holder = |seat: SeatId| roll.holder(seat).map(|designation| designation.holder.id);
    let people = network::people_by_id(db, open.iter().filter_map(|one| holder(one.seat_id))).await?;
    let people: HashMap<PersonId, PersonView> = people.into_iter().map(|person| (person.id, person)).collect();
    let reminded = reminders::last_sent(db, &open.iter().map(|one| one.id).collect::<Vec<_>>()).await?;
    let calendars = ctx.recall(&AllCalendars).await?;
    let may_urge = reminder_policy::may(&ctx.actor, reminder_policy::Action::Urge);
    let with_people = |obligation: Obligation| {
        let seat = roll.seat(obligation.seat_id).cloned();
        let reminded_at = reminded.get(&obligation.id).copied();
        let was_reminded_today = reminded_at.is_some_and(|at| zone::day_of(at) == today);
        let calendar = seat.as_ref().and_then(|seat| calendars.of(&seat.territory).ok());
        let days_late = calendar.and_then(|calendar| calendar.working_days_between(obligation.due_day, today).ok());
        Owed {
            manager: roll.manager(obligation.seat_id).map(|designation| designation.holder.clone()),
            holder: holder(obligation.seat_id).and_then(|person| people.get(&person)).cloned(),
            may_urge: may_urge && !was_reminded_today && roll.to_urge(obligation.seat_id).is_some(),
            reminded_at,
            days_late: days_late.unwrap_or_default(),
            seat,
            obligation,
        }
    };
    Ok(open.into_iter().map(with_people).collect())
}

/// Returns the releases for which these obligations are.
async fn releases_of(ctx: &Ctx, open: &[Obligation]) -> Result<HashMap<ReleaseId, ReleaseView>> {
    let ids: Vec<ReleaseId> = open.iter().filter_map(|one| one.release_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let filter = ReleaseFilter { ids: Some(ids), ..ReleaseFilter::default() };
    Ok(releases::all(ctx.reader(), &filter).await?.into_iter().map(|view| (view.release.id, view)).collect())
}

/// Groups obligations by their release, in the order of their first day; those for no release come last.
fn by_release(named: &HashMap<ReleaseId, ReleaseView>, owed: Vec<Owed>) -> Vec<OwedFor> {
    let mut groups: Vec<(Option<ReleaseId>, Vec<Owed>)> = Vec::new();
    for one in owed {
        let id = one.obligation.release_id;
        match groups.iter_mut().find(|(of, _)| *of == id) {
            Some((_, group)) => group.push(one),
            None => groups.push((id, vec![one])),
        }
    }
    groups.sort_by_key(|(id, _)| id.is_none());
    let with_release = |(id, owed): (Option<ReleaseId>, Vec<Owed>)| OwedFor {
        release: id.and_then(|id| named.get(&id)).cloned(),
        owed,
    };
    groups.into_iter().map(with_release).collect()
}

/// Returns the mails a person has to check, those given up first.
async fn stuck_mails(ctx: &Ctx) -> Result<Vec<desk::LogLine>> {
    const SHOWN: u64 = 20;
    let mut stuck = Vec::new();
    for state in [NotificationState::Dead, NotificationState::Unknown] {
        let filter = desk::Filter { state: Some(state), ..desk::Filter::default() };
        stuck.extend(desk::list(ctx, &filter, None, SHOWN).await?);
    }
    Ok(stuck)
}

/// Information for the new holder of a seat.
pub struct SeatDossier {
    pub designation: Designation,
    /// Open obligations, earliest first.
    pub open: Vec<Obligation>,
    /// Coming releases, earliest first.
    pub releases: Vec<OpenRelease>,
    /// Former holders of the seat, latest first.
    pub former: Vec<FormerHolder>,
}

/// A coming release, with the deliverables that the seat's observatory owes for it, or for a seat of a body those of the
/// body's observatories.
pub struct OpenRelease {
    pub view: ReleaseView,
    pub own: Vec<DeliverableView>,
}

/// A former holder of the seat. The name is part of the register's history; the address is no longer shown.
pub struct FormerHolder {
    pub name: String,
    pub term: Term,
}

/// Returns a dossier for each seat the caller holds. Who may: any participant, about their own seats.
pub async fn dossiers(ctx: &Ctx) -> Result<Vec<SeatDossier>> {
    ctx.demand(policy::may(&ctx.actor, Action::ViewDossiers))?;
    let open = open_obligations(ctx, ctx.today()).await?;
    let coming = coming_releases(ctx.reader()).await?;
    let referents = referents_for_deputies(ctx).await?;
    let mut dossiers = Vec::new();
    for held in &ctx.actor.seats {
        let own = open.iter().filter(|one| works_for(held, one.seat_id, &referents)).cloned().collect();
        dossiers.push(dossier(ctx, held, own, &coming).await?);
    }
    Ok(dossiers)
}

/// Returns every release that is neither published nor cancelled, earliest first. The agenda is public, so a newcomer
/// sees all of it.
async fn coming_releases(db: &impl ConnectionTrait) -> Result<Vec<ReleaseView>> {
    releases::all(db, &ReleaseFilter { open: true, ..ReleaseFilter::default() }).await
}

async fn open_releases(ctx: &Ctx, seat: &HeldSeat, coming: &[ReleaseView]) -> Result<Vec<OpenRelease>> {
    let observatories: Vec<ObservatoryId> = match seat.observatory_id {
        Some(observatory) => vec![observatory],
        // A manager answers for the body's observatories. The secretariat and the direction have pages about all of them.
        None if seat.kind == SeatKind::BodyManager => {
            let all = ctx.recall(&AllObservatories).await?;
            all.iter().filter(|one| one.body_id == seat.body_id).map(|one| one.id).collect()
        }
        None => Vec::new(),
    };
    let mut own: HashMap<ReleaseId, Vec<DeliverableView>> = HashMap::new();
    for observatory in observatories {
        for view in deliverables::service::of_observatory(ctx.reader(), observatory).await? {
            if view.may(&ctx.actor, DeliverableView::VIEW) {
                own.entry(view.deliverable.release_id).or_default().push(view);
            }
        }
    }
    let with_own = |view: &ReleaseView| OpenRelease {
        own: own.get(&view.release.id).cloned().unwrap_or_default(),
        view: view.clone(),
    };
    Ok(coming.iter().map(with_own).collect())
}

async fn dossier(ctx: &Ctx, seat: &HeldSeat, mut open: Vec<Obligation>, coming: &[ReleaseView]) -> Result<SeatDossier> {
    let designation = register::dossier(ctx, seat.designation_id).await?.designation;
    open.sort_by_key(|one| one.due_day);
    let filter =
        RegisterFilter { seat: Some(seat.seat_id), ended_before: Some(ctx.today()), ..RegisterFilter::default() };
    let former = register::list(ctx, &filter, None, FORMER_HOLDERS).await?;
    let former = former
        .into_iter()
        .map(|one| FormerHolder { name: one.holder.name(), term: one.record.statement.term })
        .collect();
    Ok(SeatDossier { designation, open, releases: open_releases(ctx, seat, coming).await?, former })
}

/// Returns whether the holder of a seat also does the work of another: a deputy that of the observatory's referent.
fn works_for(held: &HeldSeat, seat: SeatId, referents: &[Arc<Seat>]) -> bool {
    let is_stood_in_for = |one: &Arc<Seat>| one.id == seat && one.observatory_id == held.observatory_id;
    held.seat_id == seat || held.kind == SeatKind::Deputy && referents.iter().any(is_stood_in_for)
}

/// Returns the referents' seats, which only deputies need; empty for other callers.
async fn referents_for_deputies(ctx: &Ctx) -> Result<Vec<Arc<Seat>>> {
    if !ctx.actor.holds(SeatKind::Deputy) {
        return Ok(Vec::new());
    }
    let seats = ctx.recall(&AllSeats).await?;
    Ok(seats.iter().filter(|seat| seat.kind == SeatKind::Referent).cloned().collect())
}

/// Returns the open obligations of the seats that the caller holds or stands in for, earliest first, for the home page.
pub async fn own_obligations(ctx: &Ctx) -> Result<Vec<Obligation>> {
    let open = open_obligations(ctx, ctx.today()).await?;
    let referents = referents_for_deputies(ctx).await?;
    let is_own = |one: &&Obligation| ctx.actor.seats.iter().any(|held| works_for(held, one.seat_id, &referents));
    let mut own: Vec<Obligation> = open.iter().filter(is_own).cloned().collect();
    own.sort_by_key(|one| one.due_day);
    Ok(own)
}
