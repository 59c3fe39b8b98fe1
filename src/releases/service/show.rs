//! The agenda as everybody reads it: one release with its story and its reports, days of a calendar, changed dates.

use super::concerned::{Network, Provinces};
use super::{owner, release_of};
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::deliverables::model::is_accepted;
use crate::deliverables::view::Progress;
use crate::error::{Error, Result};
use crate::network::model::ObservatoryView;
use crate::network::questions::AllObservatories;
use crate::releases::model::When;
use crate::releases::questions::{HistoryOf, ReleaseAt, YearsOfReleases};
use crate::releases::sought::{Narrowing, Shown, Sought};
use crate::releases::store::{self, Filter, Owner};
use crate::releases::view::{
    Agenda, Change, DateChange, MissingChapter, Overtaken, Parts, Place, ReleaseView, Report, Share, Slip, Story,
    overtaking,
};
use crate::time::{Joint, NonWorking, NotWorked, zone};
use chrono::NaiveDate;
use entity::ids::{ObservatoryId, OutcomeId, ProductId, ReleaseChangeId, ReleaseId};
use entity::kinds::{DeliverableState, ObservatoryKind, ProductScope, ReleaseChangeKind, ReleaseState};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Most editions of a product that its release shows on each side of itself.
const EDITIONS: u64 = 3;

/// Finds the release whose page has this address.
pub async fn release_at(ctx: &Ctx, slug: &str) -> Result<ReleaseView> {
    ctx.recall(&ReleaseAt(slug.to_owned())).await?.as_ref().clone().ok_or(Error::NotFound)
}

/// Finds all dates of a release, each with its reason, the meeting that decided it and the notice given, and the reports
/// that can be read. Public.
pub async fn story(ctx: &Ctx, id: ReleaseId) -> Result<Story> {
    story_of(ctx, release_of(ctx, id).await?).await
}

/// Like [`story`], for a release that was found already.
pub async fn story_of(ctx: &Ctx, view: ReleaseView) -> Result<Story> {
    let history = ctx.recall(&HistoryOf(view.release.id)).await?;
    let (changes, shares) = (&history.0, &history.1);
    let network = Network::now(ctx).await?;
    let provinces = &network.provinces;
    let owing = network.concerned(&view.release, shares);
    let concerned = network.calendars_of(&owing)?;
    let changes = changes.iter().cloned().map(|change| with_notice(change, &concerned)).collect();
    let today = ctx.today();
    let notice_left = match view.release.state() {
        ReleaseState::Confirmed => concerned.working_days_between(today, view.release.when().first_day()).ok(),
        ReleaseState::Provisional | ReleaseState::Published | ReleaseState::Cancelled | ReleaseState::Withdrawn => None,
    };
    let is_asked = view.release.state() == ReleaseState::Provisional && view.release.is_precise();
    let worked = concerned.must_be_worked(view.release.day(), |code| vec![provinces.name(code)]);
    let closed = match worked {
        Err(NotWorked::ClosedDay(closed)) if is_asked => Some(closed),
        Err(NotWorked::ClosedDay(_) | NotWorked::Calendar(_)) | Ok(()) => None,
    };
    let mut places: Vec<String> = owing.iter().map(|one| provinces.name_of(one)).collect();
    places.sort();
    let territorial = provinces.observatories.iter().filter(|one| one.kind == ObservatoryKind::Territorial).count();
    let is_everywhere = owing.len() == territorial && owing.iter().all(|one| one.kind == ObservatoryKind::Territorial);
    Ok(Story {
        changes,
        progress: progress(shares),
        parts: provinces.parts(&view, shares),
        unseen: provinces.unseen(&view, shares),
        absent: provinces.named(shares.iter().filter(|share| share.state == DeliverableState::Waived)),
        places,
        is_everywhere,
        notice_left: notice_left.filter(|left| *left >= 0),
        closed,
        today,
        view,
    })
}

/// Returns the last row of the history of a release, with the notice given, and the distance of its date from the first
/// confirmed one, against which punctuality is measured: `None` before a confirmation and for a period too long to count.
pub async fn last_change(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    view: &ReleaseView,
) -> Result<(Option<Change>, Option<Slip>)> {
    let id = view.release.id;
    let mut changes = store::changes(db, &[id]).await?.remove(&id).unwrap_or_default();
    let shares = store::shares(db, &[id]).await?.remove(&id).unwrap_or_default();
    let network = Network::now(ctx).await?;
    let concerned = network.calendars_of(&network.concerned(&view.release, &shares))?;
    let slip = view.release.first_confirmed().and_then(|first| {
        let (from, to) = (first.slot.day, view.release.when().first_day());
        let working_days = concerned.working_days_between(from, to).ok()?;
        Some(Slip { days: (to - from).num_days(), working_days })
    });
    Ok((changes.pop().map(|change| with_notice(change, &concerned)), slip))
}

/// Finds, by outcome, the later change that took the place of the date that the outcome decided. Public.
pub async fn overtaken(
    db: &impl ConnectionTrait,
    decided: &[(OutcomeId, ReleaseId)],
) -> Result<HashMap<OutcomeId, Overtaken>> {
    if decided.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<ReleaseId> =
        decided.iter().map(|(_, release)| *release).collect::<BTreeSet<_>>().into_iter().collect();
    let changes = store::changes(db, &ids).await?;
    let views: HashMap<ReleaseId, ReleaseView> =
        store::find_all(db, &ids).await?.into_iter().map(|view| (view.release.id, view)).collect();
    let one = |(outcome, release): &(OutcomeId, ReleaseId)| {
        let all = changes.get(release)?;
        let is_its = |change: &&Change| change.outcome.as_ref().is_some_and(|by| by.outcome_id == *outcome);
        let (how, last) = overtaking(all, all.iter().find(is_its)?.position)?;
        let href = views.get(release)?.href();
        Some((*outcome, Overtaken { how, at: last.at, now: last.when, href }))
    };
    Ok(decided.iter().filter_map(one).collect())
}

fn progress(shares: &[Share]) -> Progress {
    let mut progress = Progress::default();
    for share in shares {
        progress.count(share.state);
    }
    progress
}

/// Adds the notice that a change of the date gave, in common working days of all territories concerned; `None` if the
/// period is too long to count.
fn with_notice(change: Change, concerned: &Joint<'_>) -> Change {
    let announces = matches!(change.kind, ReleaseChangeKind::Confirmed | ReleaseChangeKind::Moved);
    let announced = zone::day_of(change.at);
    let notice = announces.then(|| concerned.working_days_between(announced, change.when.first_day()).ok()).flatten();
    Change { notice, ..change }
}

/// Lists other editions of the product, the latest period first: those about the same or the next periods, then those
/// about the periods before. Cancelled ones are left out. Public.
pub async fn editions(ctx: &Ctx, of: &ReleaseView) -> Result<Vec<ReleaseView>> {
    let mut editions = store::editions(ctx.reader(), &of.release, true, EDITIONS).await?;
    editions.reverse();
    editions.extend(store::editions(ctx.reader(), &of.release, false, EDITIONS).await?);
    Ok(editions)
}

/// Returns the years in which at least one release has its day. Public.
pub async fn years(ctx: &Ctx) -> Result<Arc<BTreeSet<i32>>> {
    ctx.recall(&YearsOfReleases).await
}

/// Lists the places of the observatories: the provinces by name, then the region. Public.
pub async fn places(ctx: &Ctx) -> Result<Vec<Place>> {
    let provinces = Provinces::now(ctx).await?;
    let is_regional = |one: &&ObservatoryView| one.kind == ObservatoryKind::Regional;
    let (regional, territorial): (Vec<_>, Vec<_>) = provinces.observatories.iter().partition(is_regional);
    let mut places: Vec<Place> = territorial.into_iter().map(|one| provinces.place(one)).collect();
    places.sort_by(|one, other| one.name.cmp(&other.name));
    places.extend(regional.into_iter().map(|one| provinces.place(one)));
    Ok(places)
}

/// Lists the releases that may come out between `from` and `to`, and the days that releases left when they were moved;
/// only those that pass the filters. Public.
pub async fn agenda(ctx: &Ctx, from: NaiveDate, to: NaiveDate, narrowed: &Narrowing) -> Result<Agenda> {
    let db = ctx.reader();
    let filter = filter(ctx, narrowed).await?;
    // No date is longer than two months, so one that reaches into these days begins at most two months before them.
    let begins = from - chrono::Months::new(2);
    let of_these_days = Filter { from: Some(begins), to: Some(to), ..filter.clone() };
    let mut releases = store::list(db, &of_these_days, None, None).await?;
    releases.retain(|view| view.release.when().last_day() >= from);
    let left = store::left_days(db, from, to).await?;
    let ids: Vec<ReleaseId> = left.iter().map(|(_, id)| *id).collect();
    let moved = store::list(db, &Filter { ids: Some(ids), ..filter }, None, None).await?;
    let moved: HashMap<ReleaseId, ReleaseView> = moved.into_iter().map(|view| (view.release.id, view)).collect();
    let left = left.into_iter().filter_map(|(day, id)| Some((day, moved.get(&id)?.clone()))).collect();
    Ok(Agenda { releases, left })
}

/// Finds what filters mean. Errors: `bad_request` for a value that does not exist. Public.
pub async fn narrowing(ctx: &Ctx, sought: &Sought) -> Result<Narrowing> {
    let places = places(ctx).await?;
    Ok(sought.among(&places, &ctx.recall(&Catalogue).await?)?)
}

/// Returns the filter of releases that filters of the public agenda mean. Public.
pub async fn filter(ctx: &Ctx, narrowed: &Narrowing) -> Result<Filter> {
    let Narrowing { place, product, theme, state } = narrowed;
    Ok(Filter {
        owed_by: owner_at(ctx, place.as_ref()).await?,
        product: product.as_ref().map(|product| product.id),
        theme: *theme,
        state: *state,
        ..Filter::default()
    })
}

/// Narrows a filter to a list of the calendar: coming releases in the order in which they come, the others latest first.
pub fn shown(list: Shown, narrowed: Filter) -> Filter {
    match list {
        Shown::Upcoming => Filter { open: true, ..narrowed },
        Shown::Published => Filter { came_out: true, latest_first: true, ..narrowed },
        Shown::Cancelled => Filter { state: Some(ReleaseState::Cancelled), latest_first: true, ..narrowed },
    }
}

/// Returns the observatory of a place, for a filter of releases.
async fn owner_at(ctx: &Ctx, place: Option<&Place>) -> Result<Option<Owner>> {
    let Some(place) = place else { return Ok(None) };
    let observatories = ctx.recall(&AllObservatories).await?;
    let found = observatories.iter().find(|one| one.id == place.observatory).ok_or(Error::NotFound)?;
    Ok(Some(owner(ctx, found).await?))
}

/// Returns the names of the holidays of a place between `from` and `to`, or of those that all places have. Public.
pub async fn holidays(
    ctx: &Ctx,
    from: NaiveDate,
    to: NaiveDate,
    place: Option<&Place>,
) -> Result<HashMap<NaiveDate, String>> {
    let network = Network::now(ctx).await?;
    let calendars = match place {
        Some(place) => network.calendars.joint([place.territory.as_str()])?,
        None => network.calendars.all(),
    };
    let named = |day| match calendars.shared_reason(day)? {
        reason @ (NonWorking::Holiday(_) | NonWorking::OneOff(_)) => Some((day, reason.text(ctx.lang).to_owned())),
        NonWorking::Sunday | NonWorking::Saturday => None,
    };
    Ok(from.iter_days().take_while(|day| *day <= to).filter_map(named).collect())
}

/// Lists the announced dates that were moved or given up, the latest change first. Public.
pub async fn changed_dates(ctx: &Ctx, before: Option<ReleaseChangeId>, limit: u64) -> Result<Vec<DateChange>> {
    let db = ctx.reader();
    let latest = store::latest_moves(db, before, limit).await?;
    if latest.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<ReleaseId> = latest.iter().map(|(_, id, _)| *id).collect();
    let views: HashMap<ReleaseId, ReleaseView> =
        store::find_all(db, &ids).await?.into_iter().map(|view| (view.release.id, view)).collect();
    let changes = store::changes(db, &ids).await?;
    let shares = store::shares(db, &ids).await?;
    let network = Network::now(ctx).await?;
    let mut changed = Vec::with_capacity(latest.len());
    for (id, release, position) in latest {
        let (Some(view), Some(all)) = (views.get(&release), changes.get(&release)) else { continue };
        let Some(change) = all.iter().find(|change| change.position == position) else { continue };
        let before = all.iter().rev().find(|earlier| earlier.position < position).map(|earlier| earlier.when);
        let of_release = shares.get(&release).map_or(&[][..], Vec::as_slice);
        let concerned = network.concerned(&view.release, of_release);
        let change = with_notice(change.clone(), &network.calendars_of(&concerned)?);
        changed.push(DateChange { id, view: view.clone(), before, change });
    }
    Ok(changed)
}

/// Returns the last day on which a release of each product stands in the agenda, for each observatory of an autonomous one.
/// Public.
pub async fn latest_days(ctx: &Ctx) -> Result<HashMap<(ProductId, Option<ObservatoryId>), NaiveDate>> {
    let mut latest: HashMap<(ProductId, Option<ObservatoryId>), NaiveDate> = HashMap::new();
    for (product, observatory, precision, day) in store::latest_days(ctx.reader()).await? {
        let last = When::spanning(precision, day).last_day();
        let known = latest.entry((product, observatory)).or_insert(last);
        *known = last.max(*known);
    }
    Ok(latest)
}

/// Returns the notices, in common working days of all territories concerned, of the dates confirmed and moved since a day.
/// Public.
pub async fn notices_since(ctx: &Ctx, since: NaiveDate) -> Result<Vec<i32>> {
    let db = ctx.reader();
    let announced = store::announced_since(db, zone::instant_of(since, chrono::NaiveTime::MIN)).await?;
    let ids: Vec<ReleaseId> = announced.iter().map(|(id, ..)| *id).collect::<BTreeSet<_>>().into_iter().collect();
    let views: HashMap<ReleaseId, ReleaseView> =
        store::find_all(db, &ids).await?.into_iter().map(|view| (view.release.id, view)).collect();
    let shares = store::shares(db, &ids).await?;
    let network = Network::now(ctx).await?;
    let mut notices = Vec::with_capacity(announced.len());
    for (id, at, day) in announced {
        let Some(view) = views.get(&id) else { continue };
        let concerned = network.concerned(&view.release, shares.get(&id).map_or(&[][..], Vec::as_slice));
        notices.extend(network.calendars_of(&concerned)?.working_days_between(zone::day_of(at), day).ok());
    }
    Ok(notices)
}

impl Provinces {
    fn place(&self, one: &ObservatoryView) -> Place {
        Place { observatory: one.id, code: one.code.clone(), name: self.name_of(one), territory: one.territory.clone() }
    }

    /// Returns the name of the territory of the observatory that has a share.
    fn place_of(&self, share: &Share) -> Option<String> {
        self.observatories.iter().find(|one| one.id == share.observatory).map(|one| self.name_of(one))
    }

    pub(super) fn parts(&self, view: &ReleaseView, shares: &[Share]) -> Parts {
        Parts { reports: self.reports(view, shares), missing: self.missing(shares) }
    }

    /// Lists the missing chapters, by name of the province.
    fn missing(&self, shares: &[Share]) -> Vec<MissingChapter> {
        let chapter = |share: &Share| {
            let (cause, since) = share.missing.clone()?;
            let one = self.observatories.iter().find(|one| one.id == share.observatory)?;
            Some(MissingChapter { observatory: one.code.clone(), place: self.name_of(one), cause, since })
        };
        let mut missing: Vec<MissingChapter> = shares.iter().filter_map(chapter).collect();
        missing.sort_by(|one, other| one.place.cmp(&other.place));
        missing
    }

    /// Lists the reports of a published release that can be read. All chapters of a joint product are on one page: the
    /// first that was seen.
    fn reports(&self, view: &ReleaseView, shares: &[Share]) -> Vec<Report> {
        if view.release.state() != ReleaseState::Published {
            return Vec::new();
        }
        let mut seen = shares.iter().filter_map(|share| Some((share, share.seen.clone()?)));
        if view.scope == ProductScope::Joint {
            return seen.next().map(|(_, seen)| Report { place: None, seen }).into_iter().collect();
        }
        let mut reports: Vec<Report> = seen.map(|(share, seen)| Report { place: self.place_of(share), seen }).collect();
        reports.sort_by(|one, other| one.place.cmp(&other.place));
        reports
    }

    /// Lists the territories of a published release whose accepted report was not seen on the portal yet. The chapters
    /// of a joint product have no pages of their own.
    fn unseen(&self, view: &ReleaseView, shares: &[Share]) -> Vec<String> {
        let has_pages = view.release.state() == ReleaseState::Published && view.scope != ProductScope::Joint;
        let is_unseen = |share: &&Share| has_pages && is_accepted(share.state) && share.seen.is_none();
        self.named(shares.iter().filter(is_unseen))
    }

    /// Lists the territories of these shares, by name.
    fn named<'s>(&self, shares: impl Iterator<Item = &'s Share>) -> Vec<String> {
        let mut names: Vec<String> = shares.filter_map(|share| self.place_of(share)).collect();
        names.sort();
        names
    }
}
