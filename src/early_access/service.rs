//! Use cases of early access.

use super::mail;
use super::model::{EarlyAccess, HOURS_BEFORE, REASON_CHARACTERS, Refusal};
use super::policy::{self, Action};
use super::store;
use super::verb::Verb;
use super::view::{AccessView, Logged, OpenText, Shown, place_of};
use crate::audit::{self, Event};
use crate::auth::actor::Actor;
use crate::catalogue::model::Product;
use crate::catalogue::questions::Catalogue;
use crate::catalogue::service as catalogue;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::due as contributions;
use crate::deliverables::model::is_accepted;
use crate::deliverables::service as deliverables;
use crate::designations::questions::HoldersOn;
use crate::designations::service as designations;
use crate::designations::view::Designation;
use crate::documents::service::{self as documents, OwnsDocuments};
use crate::documents::view::Opened;
use crate::error::{Code, Error, Result};
use crate::open::{Guarded, Seen, admit};
use crate::releases::model::When;
use crate::releases::service::{self as releases, ReleaseFilter};
use crate::releases::view::ReleaseView;
use crate::typed::Reading;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, DesignationId, DocumentId, EarlyAccessId, EarlyViewId, ReleaseId};
use entity::kinds::{DocumentOwnerKind, ReleaseState};
use std::collections::{BTreeSet, HashMap};

/// Input for granting an access.
#[derive(Clone, Debug)]
pub struct GrantIn {
    /// The product's code.
    pub product: String,
    pub designation_id: DesignationId,
    /// First day.
    pub from: NaiveDate,
    /// Last day, included.
    pub until: NaiveDate,
    /// Hours before the instant of a release from which its texts can be seen.
    pub hours_before: i32,
    /// Public.
    pub reason: String,
}

impl Guarded for EarlyAccess {
    type Action = Action;
    const VIEW: Action = Action::View;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        policy::may(actor, action)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

/// Lets the holder of a designation see a product before its releases.
///
/// What happens: the public list names the seat and the reason from now on. Who may: the secretariat. Mails: *granted* to
/// the holder. Errors: `unknown_value` for the product or for a designation that is not in force, `end_before_start`,
/// `day_in_past`, `access_too_long`, `access_exists`, `out_of_range` for the hours, those of a public reason.
pub async fn grant(ctx: &Ctx, txn: &Txn, input: GrantIn) -> Result<AccessView> {
    ctx.demand(policy::may(&ctx.actor, Action::Keep))?;
    let product = catalogue::product(txn, &input.product).await.map_err(|error| error.as_unknown("product"));
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    let holder = holders.iter().find(|one| one.id == input.designation_id);
    let holder = holder.ok_or_else(|| Error::field("designation_id", Code::UnknownValue));
    let (product, holder, reason) = Reading::of(|reading| {
        let (product, holder) = (reading.take(product), reading.take(holder));
        if !HOURS_BEFORE.contains(&input.hours_before) {
            let outside = Error::out_of_range("hours_before", *HOURS_BEFORE.start(), *HOURS_BEFORE.end());
            reading.take::<(), _>(Err(outside));
        }
        let reason = reading.public_reason("reason", &input.reason, REASON_CHARACTERS);
        Some((product?, holder?, reason?))
    })?;
    let access = EarlyAccess {
        id: ctx.new_id(),
        product_id: product.id,
        designation_id: holder.id,
        from: input.from,
        until: input.until,
        hours_before: input.hours_before,
        reason,
        ended_at: None,
        version: 1,
    };
    let access = access.granted(ctx.today())?;
    let known = store::to_product(txn, holder.id, product.id).await?;
    if known.iter().any(|one| one.from <= access.until && access.from <= one.until) {
        return Err(Refusal::Exists.into());
    }
    store::insert(txn, &access, ctx.actor.person_id(), ctx.now()).await?;
    record(ctx, txn, Verb::Grant, &access).await?;
    let view = named(access, &product, holder, true);
    mail::granted(ctx, txn, &view, holder).await?;
    Ok(view)
}

/// Prolongs an access to another last day, at most twelve months from today.
///
/// Who may: the secretariat. Mails: none. Errors: `already_ended`, `nothing_changes`, `access_too_long`, `stale`.
pub async fn renew(ctx: &Ctx, txn: &Txn, id: EarlyAccessId, version: i32, until: NaiveDate) -> Result<EarlyAccess> {
    let renewed = opened(ctx, txn, id, version).await?.renewed(until, ctx.today())?;
    saved(ctx, txn, Verb::Renew, renewed).await
}

/// Ends an access at once.
///
/// Who may: the secretariat. Mails: none. Errors: `already_ended`, `stale`.
pub async fn end(ctx: &Ctx, txn: &Txn, id: EarlyAccessId, version: i32) -> Result<EarlyAccess> {
    let ended = opened(ctx, txn, id, version).await?.ended(ctx.now())?;
    saved(ctx, txn, Verb::End, ended).await
}

async fn opened(ctx: &Ctx, txn: &Txn, id: EarlyAccessId, version: i32) -> Result<EarlyAccess> {
    admit(ctx, store::find(txn, id).await?, Action::Keep, Seen::Version(version))
}

async fn saved(ctx: &Ctx, txn: &Txn, verb: Verb, after: EarlyAccess) -> Result<EarlyAccess> {
    store::save(txn, &after, ctx.now()).await?;
    record(ctx, txn, verb, &after).await?;
    store::find(txn, after.id).await?.ok_or(Error::NotFound)
}

async fn record(ctx: &Ctx, txn: &Txn, verb: Verb, of: &EarlyAccess) -> Result<()> {
    let details = serde_json::json!({
        "product": of.product_id, "designation": of.designation_id, "from": of.from, "until": of.until,
    });
    audit::record(ctx, txn, Event::about(verb, ("early_access", of.id.to_string()), details)).await
}

/// Lists the accesses that stand today or will, by product. Public.
pub async fn list(ctx: &Ctx) -> Result<Vec<AccessView>> {
    let today = ctx.today();
    let mut views = views(ctx, &ctx.recall(&HoldersOn(today)).await?).await?;
    views.retain(|view| view.is_held && view.access.ended_at.is_none() && view.access.until >= today);
    views.sort_by(|one, other| (&one.product_code, &one.place).cmp(&(&other.product_code, &other.place)));
    Ok(views)
}

/// Finds one access. Public as long as it stands; the secretariat sees ended ones too.
pub async fn access(ctx: &Ctx, id: EarlyAccessId) -> Result<AccessView> {
    let all = if policy::may(&ctx.actor, Action::ViewLog) { past_and_present(ctx).await? } else { list(ctx).await? };
    all.into_iter().find(|view| view.access.id == id).ok_or(Error::NotFound)
}

/// Lists all accesses, ended ones too, the latest first. Who may: secretariat and direction.
pub async fn past_and_present(ctx: &Ctx) -> Result<Vec<AccessView>> {
    ctx.demand(policy::may(&ctx.actor, Action::ViewLog))?;
    views(ctx, &designations::whole_register(ctx, ctx.reader()).await?).await
}

async fn views(ctx: &Ctx, register: &[Designation]) -> Result<Vec<AccessView>> {
    let catalogue = ctx.recall(&Catalogue).await?;
    let register: HashMap<DesignationId, &Designation> = register.iter().map(|one| (one.id, one)).collect();
    let today = ctx.today();
    let view = |access: EarlyAccess| {
        let product = catalogue.iter().find(|product| product.id == access.product_id)?;
        let designation = register.get(&access.designation_id)?;
        let is_held = designation.standing_on(today) == crate::designations::model::Standing::InForce;
        Some(named(access, product, designation, is_held))
    };
    Ok(store::all(ctx.reader()).await?.into_iter().filter_map(view).collect())
}

fn named(access: EarlyAccess, product: &Product, designation: &Designation, is_held: bool) -> AccessView {
    AccessView {
        access,
        product_code: product.code.clone(),
        product_name_it: product.details.name_it.clone(),
        product_name_en: product.details.name_en.clone(),
        seat: designation.seat.kind,
        place: place_of(designation),
        is_held,
    }
}

/// Lists views before the given one, the latest first. Who may: secretariat and direction.
pub async fn log(ctx: &Ctx, before: Option<EarlyViewId>, limit: u64) -> Result<Vec<Logged>> {
    ctx.demand(policy::may(&ctx.actor, Action::ViewLog))?;
    Ok(store::views(ctx.reader(), before, limit).await?)
}

/// Lists the texts that the caller's accesses open now. Who may: every holder of a seat.
pub async fn open_texts(ctx: &Ctx) -> Result<Vec<OpenText>> {
    ctx.demand(ctx.actor.is_participant())?;
    let own: Vec<DesignationId> = ctx.actor.seats.iter().map(|seat| seat.designation_id).collect();
    let db = ctx.reader();
    let accesses = store::of_designations(db, &own).await?;
    if accesses.is_empty() {
        return Ok(Vec::new());
    }
    let filter = ReleaseFilter { state: Some(ReleaseState::Confirmed), ..ReleaseFilter::default() };
    let releases = releases::all(db, &filter).await?;
    let opened: Vec<(&EarlyAccess, ReleaseId, DateTime<Utc>)> =
        accesses.iter().flat_map(|access| opened_by(ctx, access, &releases)).collect();
    let ids: BTreeSet<ReleaseId> = opened.iter().map(|(_, release, _)| *release).collect();
    let mut contributions = contributions::of_releases(db, ids.into_iter().collect()).await?;
    contributions.retain(|one| is_accepted(one.deliverable.state()));
    let text = |(access, id, release): (&EarlyAccess, ReleaseId, DateTime<Utc>)| {
        let access_id = access.id;
        let its = contributions.iter().filter(move |one| one.deliverable.release_id == id).cloned();
        its.map(move |one| OpenText {
            access_id,
            deliverable_id: one.deliverable.id,
            product_name_it: one.product_name_it,
            product_name_en: one.product_name_en,
            period: one.period,
            observatory_name: one.observatory_name,
            release,
        })
    };
    Ok(opened.into_iter().flat_map(text).collect())
}

/// Lists the releases that an access opens now, each with its instant.
fn opened_by<'a>(
    ctx: &Ctx,
    access: &'a EarlyAccess,
    releases: &'a [ReleaseView],
) -> impl Iterator<Item = (&'a EarlyAccess, ReleaseId, DateTime<Utc>)> {
    let now = ctx.now();
    let of_product = releases.iter().filter(|view| view.release.product_id == access.product_id);
    of_product.filter_map(move |view| {
        let release = instant(view).filter(|release| access.opens(*release, now))?;
        Some((access, view.release.id, release))
    })
}

fn instant(view: &ReleaseView) -> Option<DateTime<Utc>> {
    match view.release.when() {
        When::At(slot) => Some(slot.instant()),
        When::On(_) | When::InWeek(_) | When::InMonth(_) | When::InTwoMonths(_) => None,
    }
}

/// Notes that the caller sees a text before its release, and returns where the text is. The text is read after the commit
/// ([`file`]).
///
/// Who may: the holder of the designation of the access. Mails: none. Errors: `not_found` for an access of another holder and
/// for a text that it does not open now.
pub async fn see(ctx: &Ctx, txn: &Txn, id: EarlyAccessId, of: DeliverableId) -> Result<Shown> {
    ctx.demand(policy::may(&ctx.actor, Action::SeeTexts))?;
    let person = ctx.actor.person_id().ok_or(Error::NotFound)?;
    let access = store::find(txn, id).await?.ok_or(Error::NotFound)?;
    let is_own = ctx.actor.seats.iter().any(|seat| seat.designation_id == access.designation_id);
    let contribution = deliverables::deliverable(txn, of).await?;
    let release = releases::release(txn, contribution.deliverable.release_id).await?;
    let opens = release.release.product_id == access.product_id
        && release.release.state() == ReleaseState::Confirmed
        && is_accepted(contribution.deliverable.state())
        && instant(&release).is_some_and(|instant| access.opens(instant, ctx.now()));
    if !is_own || !opens {
        return Err(Error::NotFound);
    }
    let handed_in = deliverables::submissions(txn, of).await?;
    let text = handed_in.into_iter().rev().find(|one| one.withdrawn_at.is_none()).ok_or(Error::NotFound)?;
    let shown = match (text.document_id, text.link) {
        (Some(document), _) => Shown::File(document),
        (None, Some(link)) => Shown::At(link),
        (None, None) => return Err(Error::NotFound),
    };
    let view = Logged { id: ctx.new_id(), access_id: id, deliverable_id: of, person_id: person, at: ctx.now() };
    store::log(txn, &view).await?;
    let details = serde_json::json!({ "access": id, "deliverable": of });
    audit::record(ctx, txn, Event::about(Verb::View, ("early_view", view.id.to_string()), details)).await?;
    Ok(shown)
}

/// The file of a contribution whose view was noted.
struct NotedText(DeliverableId);

impl OwnsDocuments for NotedText {
    const KIND: DocumentOwnerKind = DocumentOwnerKind::Deliverable;

    fn id(&self) -> String {
        self.0.to_string()
    }

    /// Admits the caller, because [`see`] has checked the access and noted the view.
    async fn check_reader(&self, _: &Ctx) -> Result<()> {
        Ok(())
    }
}

/// Opens the file that [`see`] has returned, after its commit.
pub async fn file(ctx: &Ctx, of: DeliverableId, document: DocumentId) -> Result<Opened> {
    documents::open(ctx, &NotedText(of), document).await
}
