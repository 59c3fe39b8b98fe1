//! The use cases of the portal: declare, publish when it is time, look and keep what was seen.

use super::address;
use super::fetch::{self, Names, SystemNames};
use super::model::{Expectation, GRACE, Look, Publication, Refusal};
use super::store;
use crate::audit::{self, Event};
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::deliverables::model::{Deliverable, is_accepted};
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::designations::model::Seat;
use crate::designations::service as designations;
use crate::error::{Error, Result};
use crate::network::service as network;
use crate::releases::service::{self as releases};
use crate::releases::view::ReleaseView;
use crate::tasks::service::{self as tasks, NewTask, TaskFilter};
use crate::texts::Lang;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{DeliverableId, ReleaseId};
use entity::kinds::{ProductScope, PublicationState, ReleaseState, SeatKind, TaskOrigin};
use futures_util::StreamExt;
use sea_orm::ConnectionTrait;
use std::collections::HashMap;
use std::sync::Arc;

pub use super::store::Evidence;

/// Pages fetched in one run; the rest follows a minute later.
const LOOKS_AT_ONCE: usize = 40;
/// Pages fetched at the same time: the portal is somebody else's.
const SIDE_BY_SIDE: usize = 4;
/// How long an observatory has to put a missing page right, in working days of its territory.
const MISSING_DAYS: i32 = 2;
const MISSING_MINUTES: i32 = 15;

/// Why somebody is asked to look after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Nothing is there.
    Missing,
    /// A page is there, and does not name what it should.
    Unrecognised,
    /// Its words are not those that were verified.
    Altered,
}

impl Fault {
    const fn title(self) -> &'static str {
        match self {
            Self::Missing => "portal.missing_title",
            Self::Unrecognised => "portal.unrecognised_title",
            Self::Altered => "portal.altered_title",
        }
    }

    const fn note(self) -> &'static str {
        match self {
            Self::Missing => "portal.missing_note",
            Self::Unrecognised => "portal.unrecognised_note",
            Self::Altered => "portal.altered_note",
        }
    }
}

/// A publication with everything that was seen of it, the first look first.
#[derive(Clone, Debug)]
pub struct PublicationView {
    pub publication: Publication,
    pub evidence: Vec<Evidence>,
}

/// The publication of a deliverable; *expected*, version 0, before anybody declared anything. Who may: whoever may see
/// the deliverable.
pub async fn publication(ctx: &Ctx, id: DeliverableId) -> Result<PublicationView> {
    deliverables::dossier(ctx, id).await?;
    view(ctx, ctx.reader(), id).await
}

/// Declares where a deliverable appears on the portal.
///
/// What happens: the address is kept and looked at from the release on; one declared before counts no more, but the first
/// appearance stays. Who may: referent and deputy of the observatory, the secretariat on their behalf. Mails: none. Which
/// errors: `not_a_url`, `host_not_allowed`, `too_long`, `stale`.
pub async fn declare(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32, text: &str) -> Result<PublicationView> {
    let deliverable = deliverables::declarable(ctx, txn, id).await?;
    let url = address::checked(text, &ctx.config().portal)?;
    let before = find_or_expected(ctx, txn, id).await?;
    if before.version != version {
        return Err(Error::Stale);
    }
    let after = before.declared(url.to_string(), ctx.now(), ctx.actor.person_id());
    store::save(txn, &after, ctx.now()).await?;
    let is_own = ctx.actor.works_for(deliverable.deliverable.observatory_id);
    let event = Event {
        action: "portal.declare",
        subject: ("deliverable", id.to_string()),
        on_behalf_of: (ctx.actor.is_secretariat() && !is_own).then_some(deliverable.body_id),
        channel: None,
        source: None,
        details: serde_json::json!({ "publication": after.id, "host": url.host_str() }),
    };
    audit::record(ctx, txn, event).await?;
    view(ctx, txn, id).await
}

/// Publishes the releases whose instant has come. Run by the job `publish`, as often as it likes. Who may: the service
/// itself.
pub async fn publish_due(ctx: &Ctx, txn: &Txn) -> Result<Vec<ReleaseView>> {
    releases::publish_due(ctx, txn).await
}

/// Whether somebody may have a page looked at. Everybody else waits for the next look of the service's own.
fn may_check(actor: &Actor) -> bool {
    actor.is_secretariat() && actor.may_write()
}

/// Whether somebody may have the page of a deliverable looked at now: the button for it is shown to nobody else.
pub fn may_check_now(actor: &Actor, deliverable: &DeliverableView) -> bool {
    may_check(actor) && deliverable.release_state == ReleaseState::Published
}

/// Looks at a page now and keeps what was seen. It opens its own transaction, after the page has answered: nothing is
/// locked while a portal takes its time. Who may: the secretariat. Errors: `wrong_transition` unless the release is out,
/// for nothing has appeared before; `stale` if it was declared anew meanwhile.
pub async fn check_now(ctx: &Ctx, id: DeliverableId) -> Result<PublicationView> {
    if !may_check(&ctx.actor) {
        return Err(ctx.actor.refusal());
    }
    let (awaited, expectation) = awaited_page(ctx, id).await?;
    let look = look(ctx, &awaited, &expectation, Arc::new(SystemNames)).await;
    // What is seen is recorded by the service, never by will (rule 10 of the domain); the audit event says who asked.
    let service = Ctx { actor: Actor::system("portal"), ..ctx.clone() };
    ctx.write(async |txn| {
        let event = Event::about("portal.check", ("deliverable", id.to_string()), serde_json::json!({}));
        keep(&service, txn, &awaited, &look).await?;
        audit::record(ctx, txn, event).await?;
        view(ctx, txn, id).await
    })
    .await
}

/// Keeps what a page is said to have answered, as if it had been fetched: the portal of a demonstration is nowhere. Who may: the
/// service itself. Errors: those of [`check_now`].
pub async fn keep_answer(ctx: &Ctx, id: DeliverableId, answer: fetch::Answer) -> Result<()> {
    if !ctx.actor.is_ourselves() {
        return Err(Error::Denied);
    }
    let (awaited, expectation) = awaited_page(ctx, id).await?;
    let look = Look::judge(Ok(answer), &expectation);
    ctx.write(async |txn| keep(ctx, txn, &awaited, &look).await).await?;
    Ok(())
}

/// The page of a deliverable whose release is out, and what it has to name.
async fn awaited_page(ctx: &Ctx, id: DeliverableId) -> Result<(Awaited, Expectation)> {
    let deliverable = deliverables::deliverable(ctx.reader(), id).await?;
    let release = releases::release(ctx.reader(), deliverable.deliverable.release_id).await?;
    let released = release.release.published_at().ok_or(Refusal::NotOut)?;
    let awaited = Siblings::read(ctx.reader(), &release).await?.awaited(ctx, deliverable, released);
    let expectation = Network::read(ctx.reader()).await?.expectation(&awaited);
    Ok((awaited, expectation))
}

/// What a run saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub looked: u64,
    pub verified: u64,
    /// Pages found missing for the first time.
    pub missing: u64,
}

/// Looks at every page whose time has come and keeps what was seen. Run by the job `verify`; one transaction per page, so
/// that one that fails takes nothing from the others. Who may: the service itself.
pub async fn verify(ctx: &Ctx) -> Result<Seen> {
    verify_through(ctx, Arc::new(SystemNames)).await
}

/// As [`verify`], with the resolver given.
pub async fn verify_through(ctx: &Ctx, names: Arc<dyn Names>) -> Result<Seen> {
    if !ctx.actor.is_ourselves() {
        return Err(Error::Denied);
    }
    let awaited = awaited(ctx).await?;
    let network = Network::read(ctx.reader()).await?;
    let looks: Vec<(Awaited, Look)> = futures_util::stream::iter(awaited)
        .map(|awaited| {
            let (expectation, names) = (network.expectation(&awaited), Arc::clone(&names));
            async move {
                let look = look(ctx, &awaited, &expectation, names).await;
                (awaited, look)
            }
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .collect()
        .await;
    let mut seen = Seen::default();
    for (awaited, look) in looks {
        match ctx.write(async |txn| keep(ctx, txn, &awaited, &look).await).await {
            Ok(after) => {
                seen.looked += 1;
                seen.verified += u64::from(after == PublicationState::Verified);
                let is_news = after == PublicationState::Missing && awaited.publication.state != after;
                seen.missing += u64::from(is_news);
            }
            // Declared anew while the old page was being fetched: the next run looks at the new one.
            Err(Error::Stale | Error::Store(StoreError::Stale)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(seen)
}

/// A page that is looked at, or looked for.
#[derive(Clone, Debug)]
struct Awaited {
    publication: Publication,
    deliverable: DeliverableView,
    /// From when it is expected.
    from: DateTime<Utc>,
    scope: ProductScope,
    /// Whether its page is missed where nobody declared an address.
    is_missed: bool,
}

/// The deliverables of one release with what is known of their pages.
struct Siblings {
    scope: ProductScope,
    views: Vec<DeliverableView>,
    known: HashMap<DeliverableId, Publication>,
    accepted: HashMap<DeliverableId, DateTime<Utc>>,
}

impl Siblings {
    async fn read(db: &impl ConnectionTrait, release: &ReleaseView) -> Result<Self> {
        let views = deliverables::of_release(db, release.release.id).await?;
        let ids: Vec<DeliverableId> = views.iter().map(|view| view.deliverable.id).collect();
        let known = store::find_all(db, &ids).await?.into_iter().map(|one| (one.deliverable_id, one)).collect();
        let accepted = deliverables::accepted_at(db, &ids).await?;
        Ok(Self { scope: release.scope, views, known, accepted })
    }

    /// What is awaited of one of them, whose release came out at `released`.
    fn awaited(&self, ctx: &Ctx, deliverable: DeliverableView, released: DateTime<Utc>) -> Awaited {
        let id = deliverable.deliverable.id;
        let known = self.known.get(&id).cloned();
        let publication = known.unwrap_or_else(|| Publication::expected(ctx.new_id(), id));
        let from = publication.expected_from(released, self.accepted.get(&id).copied());
        Awaited { publication, deliverable, from, scope: self.scope, is_missed: self.miss(id) }
    }

    /// Whether a page is missed where this deliverable has no address. A joint product has one page for all: it is missed
    /// once, at the first chapter that was accepted, and only as long as no chapter has an address.
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
    /// The latest of when it is expected and when a page was last found in one of these states.
    fn since_last(&self, evidence: &[Evidence], states: &[PublicationState]) -> DateTime<Utc> {
        let last = evidence.iter().rfind(|one| states.contains(&one.state) && one.sha256.is_some());
        last.map_or(self.from, |one| self.from.max(one.at))
    }

    /// Whether the deliverable was accepted: before that nobody expects a page of it.
    fn is_accepted(&self) -> bool {
        is_accepted(self.deliverable.deliverable.state())
    }

    /// Whether there is anything to look at. Where nobody declared an address, the deliverable is looked for until it is
    /// known to be missing.
    fn is_worth_a_look(&self) -> bool {
        self.publication.address.is_some() || (self.is_missed && self.publication.state == PublicationState::Expected)
    }

    /// What the tasks about its page have in common: the deliverable, or the release where one page is for all.
    fn of_its_page(&self) -> TaskFilter {
        let Deliverable { id, release_id, .. } = self.deliverable.deliverable;
        if self.scope == ProductScope::Joint {
            TaskFilter { release: Some(release_id), ..TaskFilter::default() }
        } else {
            TaskFilter { deliverable: Some(id), ..TaskFilter::default() }
        }
    }
}

/// The pages that are expected since at most `portal.recheck_days` days and whose time has come.
async fn awaited(ctx: &Ctx) -> Result<Vec<Awaited>> {
    let (db, now) = (ctx.reader(), ctx.now());
    let oldest = now - TimeDelta::days(ctx.config().portal.recheck_days);
    let filter = releases::ReleaseFilter { state: Some(ReleaseState::Published), ..Default::default() };
    let mut all = Vec::new();
    for release in releases::all(db, &filter).await? {
        let Some(released) = release.release.published_at() else { continue };
        let siblings = Siblings::read(db, &release).await?;
        let awaited = siblings.views.iter().map(|view| siblings.awaited(ctx, view.clone(), released));
        let is_wanted = |one: &Awaited| one.is_accepted() && one.from >= oldest && one.is_worth_a_look();
        all.extend(awaited.filter(|one| is_wanted(one) && one.publication.is_due(one.from, now)));
    }
    // Who has waited longest is looked at first, so that nobody starves.
    all.sort_by_key(|one| one.publication.last_checked_at);
    all.truncate(LOOKS_AT_ONCE);
    Ok(all)
}

async fn look(ctx: &Ctx, awaited: &Awaited, expectation: &Expectation, names: Arc<dyn Names>) -> Look {
    match &awaited.publication.address {
        Some(address) => Look::judge(fetch::fetch(address, &ctx.config().portal, names).await, expectation),
        None => Look::without_address(),
    }
}

/// Keeps a look and carries out what follows from it. Returns what is known now.
async fn keep(ctx: &Ctx, txn: &Txn, awaited: &Awaited, look: &Look) -> Result<PublicationState> {
    let now = ctx.now();
    let before = &awaited.publication;
    if before.address.is_none() && !awaited.is_missed {
        // The page of a joint product is another chapter's to declare.
        return Ok(before.state);
    }
    let evidence = store::evidence(txn, before.id).await?;
    let verified =
        evidence.iter().rfind(|one| one.state == PublicationState::Verified && Some(one.at) >= before.declared_at);
    let there_since =
        awaited.since_last(&evidence, &[PublicationState::Seen, PublicationState::Verified, PublicationState::Altered]);
    let after = before.clone().after(look, now, there_since, verified.and_then(|one| one.sha256.as_deref()));
    if before.version == 0 && after.state == PublicationState::Expected {
        // Nothing was declared and nothing is late: there is nothing to keep.
        return Ok(after.state);
    }
    store::save(txn, &after, now).await?;
    let position = evidence.last().map_or(1, |last| last.position + 1);
    store::keep(txn, ctx.new_id(), &after, position, look, now).await?;
    let has_changed = after.state != before.state;
    if has_changed {
        record(ctx, txn, before, &after).await?;
    }
    if has_changed || after.state == PublicationState::Verified {
        // It is as it should be, or what is asked from now on is another thing.
        tasks::settle_pages_in(ctx, txn, &awaited.of_its_page()).await?;
    }
    if after.state == PublicationState::Verified && awaited.is_accepted() {
        appeared(ctx, txn, awaited).await?;
    }
    let is_another_wording = look.sha256 != evidence.last().and_then(|last| last.sha256.clone());
    let fault = match after.state {
        PublicationState::Missing => Some(Fault::Missing),
        PublicationState::Seen => {
            let right_since = awaited.since_last(&evidence, &[PublicationState::Verified, PublicationState::Altered]);
            (now - right_since >= GRACE).then_some(Fault::Unrecognised)
        }
        PublicationState::Altered => (has_changed || is_another_wording).then_some(Fault::Altered),
        PublicationState::Expected | PublicationState::Declared | PublicationState::Verified => None,
    };
    if let Some(fault) = fault {
        ask_for_page(ctx, txn, awaited, fault).await?;
    }
    Ok(after.state)
}

/// The deliverable has appeared; of a joint product every chapter has, and none is missed any more.
async fn appeared(ctx: &Ctx, txn: &Txn, awaited: &Awaited) -> Result<()> {
    let Deliverable { id, release_id, .. } = awaited.deliverable.deliverable;
    if awaited.scope != ProductScope::Joint {
        return mark(ctx, txn, id).await;
    }
    let views = deliverables::of_release(txn, release_id).await?;
    let ids: Vec<DeliverableId> = views.iter().map(|view| view.deliverable.id).collect();
    for view in views.iter().filter(|view| is_accepted(view.deliverable.state())) {
        mark(ctx, txn, view.deliverable.id).await?;
    }
    let missed = |one: &Publication| one.address.is_none() && one.state == PublicationState::Missing;
    for before in store::find_all(txn, &ids).await?.into_iter().filter(missed) {
        let after = Publication { state: PublicationState::Expected, ..before.clone() };
        store::save(txn, &after, ctx.now()).await?;
        record(ctx, txn, &before, &after).await?;
    }
    Ok(())
}

async fn mark(ctx: &Ctx, txn: &Txn, id: DeliverableId) -> Result<()> {
    deliverables::mark_published(ctx, txn, id).await?;
    deliverables::mark_verified(ctx, txn, id).await?;
    Ok(())
}

/// Who puts a page right: the observatory's referent; the secretariat where one page is for all.
async fn seat_for_page(txn: &Txn, awaited: &Awaited) -> Result<Seat> {
    let observatory = awaited.deliverable.deliverable.observatory_id;
    let is_meant = |seat: &Seat| match awaited.scope {
        ProductScope::Joint => seat.kind == SeatKind::Secretariat,
        ProductScope::PerObservatory | ProductScope::Autonomous => {
            seat.kind == SeatKind::Referent && seat.observatory_id == Some(observatory)
        }
    };
    let seat = designations::seats(txn).await?.into_iter().find(is_meant);
    Ok(seat.ok_or_else(|| StoreError::inconsistent("observatory", observatory, "no seat to look after its page"))?)
}

/// Gives somebody the task of putting a page right, unless they have one about it already.
async fn ask_for_page(ctx: &Ctx, txn: &Txn, awaited: &Awaited, fault: Fault) -> Result<()> {
    if !tasks::open_pages(txn, &awaited.of_its_page()).await?.is_empty() {
        return Ok(());
    }
    let deliverable = &awaited.deliverable;
    let seat = seat_for_page(txn, awaited).await?;
    let calendars = network::calendars(txn).await?;
    let due_day = calendars
        .of(&seat.territory)
        .and_then(|calendar| calendar.add_working_days(ctx.today(), MISSING_DAYS))
        .map_err(|error| StoreError::inconsistent("territory", &seat.territory, error))?;
    let title =
        |lang: Lang, product: &str| lang.f(fault.title(), &[("product", product), ("period", &deliverable.period)]);
    let task = NewTask {
        seat_id: seat.id,
        origin: TaskOrigin::MissingPage,
        release_id: Some(deliverable.deliverable.release_id),
        deliverable_id: Some(deliverable.deliverable.id),
        outcome_id: None,
        title_it: title(Lang::It, &deliverable.product_name_it),
        title_en: title(Lang::En, &deliverable.product_name_en),
        due_day,
        estimated_minutes: MISSING_MINUTES,
        note: Some(Lang::It.t(fault.note()).to_owned()),
    };
    tasks::create_in(ctx, txn, task).await?;
    Ok(())
}

async fn record(ctx: &Ctx, txn: &Txn, before: &Publication, after: &Publication) -> Result<()> {
    let event = Event::about(
        "portal.look",
        ("deliverable", after.deliverable_id.to_string()),
        serde_json::json!({ "publication": after.id, "from": before.state, "to": after.state }),
    );
    audit::record(ctx, txn, event).await?;
    Ok(())
}

/// The names by which observatories are known.
struct Network {
    names: HashMap<entity::ids::ObservatoryId, Vec<String>>,
}

impl Network {
    async fn read(db: &impl network::Connection) -> Result<Self> {
        let bodies: HashMap<_, _> = network::bodies(db).await?.into_iter().map(|body| (body.id, body)).collect();
        let named = |one: network::ObservatoryView| {
            let mut names = vec![one.name];
            if let Some(body) = bodies.get(&one.body_id) {
                names.push(body.name.clone());
                names.extend(body.aliases.iter().cloned());
                names.push(body.capital.clone());
            }
            (one.id, names)
        };
        Ok(Self { names: network::observatories(db).await?.into_iter().map(named).collect() })
    }

    fn expectation(&self, awaited: &Awaited) -> Expectation {
        let deliverable = &awaited.deliverable;
        let is_joint = awaited.scope == ProductScope::Joint;
        let names = self.names.get(&deliverable.deliverable.observatory_id).filter(|_| !is_joint);
        Expectation {
            product: vec![deliverable.product_name_it.clone(), deliverable.product_name_en.clone()],
            observatory: names.cloned().unwrap_or_default(),
        }
    }
}

async fn find_or_expected(ctx: &Ctx, db: &impl ConnectionTrait, id: DeliverableId) -> Result<Publication> {
    Ok(store::find(db, id).await?.unwrap_or_else(|| Publication::expected(ctx.new_id(), id)))
}

async fn view(ctx: &Ctx, db: &impl ConnectionTrait, id: DeliverableId) -> Result<PublicationView> {
    let publication = find_or_expected(ctx, db, id).await?;
    let evidence = store::evidence(db, publication.id).await?;
    Ok(PublicationView { publication, evidence })
}

/// The publications of a release's deliverables that anything is known of; for pages that list them. Whoever shows them
/// has asked whether the deliverables may be seen.
pub async fn of_release(db: &impl ConnectionTrait, release: ReleaseId) -> Result<HashMap<DeliverableId, Publication>> {
    let views = deliverables::of_release(db, release).await?;
    let ids: Vec<DeliverableId> = views.iter().map(|view| view.deliverable.id).collect();
    Ok(store::find_all(db, &ids).await?.into_iter().map(|one| (one.deliverable_id, one)).collect())
}
