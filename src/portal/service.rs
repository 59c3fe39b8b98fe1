//! Use cases of the portal: declaring an address, checking a page and storing the result, amending what was published.

mod amend;
mod awaited;
mod keep;
mod verify;

use self::awaited::{Awaited, TerritoryNames, awaited_page};
use super::address;
use super::fetch::{self, Names, SystemNames};
use super::model::{Look, Publication};
use super::policy::{self, Action};
use super::store;
use crate::audit::{self, Event};
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::error::{Error, Result};
use crate::open;
use crate::portal::page::expectation::Expectation;
use crate::portal::verb::Verb;
use entity::ids::{DeliverableId, ReleaseId};
use entity::kinds::{PublicationState, ReleaseState};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tracing::warn;

pub use self::amend::{AmendIn, WithdrawIn, amend, look_at_amended, withdraw};
pub use self::verify::{Seen, verify, verify_within};
pub use super::round::Limits;
pub use super::store::Evidence;

/// Longest time that the caller who declares an address waits for the check of its page.
const FIRST_LOOK_WITHIN: Duration = Duration::from_secs(5);

/// A publication with all its checks, oldest first.
#[derive(Clone, Debug)]
pub struct PublicationView {
    pub publication: Publication,
    pub evidence: Vec<Evidence>,
}

/// Returns the publication of a deliverable; *expected*, version 0, before a declaration. Who may: everyone who may see
/// the deliverable.
pub async fn publication(ctx: &Ctx, id: DeliverableId) -> Result<PublicationView> {
    deliverables::dossier(ctx, id).await?;
    view(ctx, ctx.reader(), id).await
}

/// Returns the publication of a deliverable without its checks. The caller has checked that the reader may see the
/// deliverable.
pub async fn of_deliverable(ctx: &Ctx, id: DeliverableId) -> Result<Publication> {
    find_or_expected(ctx, ctx.reader(), id).await
}

/// Declares the address of a deliverable on the portal.
///
/// What happens: the address is stored and checked from the release on, see [`first_look`]. An address declared before
/// no longer counts, but the first appearance stays. Who may: referent and deputy of the observatory, the secretariat
/// on their behalf. Mails: none. Errors: `not_a_url`, `host_not_allowed`, `too_long`, `address_of_a_file`, `amendment_needed`
/// once the page was recognised, `stale`.
pub async fn declare(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32, text: &str) -> Result<PublicationView> {
    let deliverable = deliverables::declarable(ctx, txn, id).await?;
    let url = address::declarable(text, &ctx.config().portal)?;
    let before = find_or_expected(ctx, txn, id).await?;
    open::Seen::Version(version).must_be(before.version)?;
    before.must_be_new()?;
    let after = before.declared(url.to_string(), ctx.now(), ctx.actor.person_id());
    store::save(txn, &after, ctx.now()).await?;
    let event = Event {
        action: Verb::Declare.into(),
        subject: ("deliverable", id.to_string()),
        on_behalf_of: ctx.actor.on_behalf_of(deliverable.body_id),
        channel: None,
        source: None,
        details: serde_json::json!({ "publication": after.id, "host": url.host_str() }),
    };
    audit::record(ctx, txn, event).await?;
    view(ctx, txn, id).await
}

/// Checks a page that has just been declared, if its release is out, so that the caller sees the result at once. Called
/// after the declaration is committed, because no lock may be held while the portal answers.
///
/// Before the release is out there is no check. If the result cannot be stored, the declaration stays as it is and the
/// job `verify` checks again. Who may: everyone who may declare.
pub async fn first_look(ctx: &Ctx, id: DeliverableId) -> Result<PublicationView> {
    let deliverable = deliverables::declarable(ctx, ctx.reader(), id).await?;
    let is_out = deliverable.release_state == ReleaseState::Published;
    if is_out && crate::deliverables::model::is_accepted(deliverable.deliverable.state()) {
        let service = by_the_service(ctx);
        let seen = async {
            let (awaited, look) = look_now(&service, id, FIRST_LOOK_WITHIN).await?;
            service.write(async |txn| keep::keep(&service, txn, &awaited, &look).await).await
        };
        if let Err(error) = seen.await {
            warn!(deliverable = %id, %error, "a page that was declared could not be looked at; verify looks again");
        }
    }
    view(ctx, ctx.reader(), id).await
}

/// Returns whether to show the button that has the page of a deliverable checked now.
pub fn may_check_now(actor: &Actor, deliverable: &DeliverableView) -> bool {
    policy::may(actor, Action::CheckNow) && deliverable.release_state == ReleaseState::Published
}

/// Checks a page now and stores the result, in a transaction opened after the page has answered, because no lock may be
/// held while the portal answers. Who may: the secretariat. Errors: `nothing_published` before the release, `page_withdrawn`;
/// `stale` if the address was declared anew meanwhile.
pub async fn check_now(ctx: &Ctx, id: DeliverableId) -> Result<PublicationView> {
    ctx.demand(policy::may(&ctx.actor, Action::CheckNow))?;
    let (awaited, look) = look_now(ctx, id, fetch::ANSWER_WITHIN).await?;
    let service = by_the_service(ctx);
    ctx.write(async |txn| {
        let event = Event::about(Verb::Check, ("deliverable", id.to_string()), serde_json::json!({}));
        keep::keep(&service, txn, &awaited, &look).await?;
        audit::record(ctx, txn, event).await?;
        view(ctx, txn, id).await
    })
    .await
}

/// Stores a given answer as if it had been fetched, because the portal of a demonstration does not exist. Who may: the
/// service itself. Errors: those of [`check_now`].
pub async fn keep_answer(ctx: &Ctx, id: DeliverableId, answer: fetch::Answer) -> Result<()> {
    ctx.demand(policy::may(&ctx.actor, Action::KeepAnswer))?;
    let awaited = awaited_page(ctx, ctx.reader(), id).await?;
    let expectation = TerritoryNames::read(ctx.reader()).await?.expectation(&awaited.about())?;
    let declared = awaited.publication.address.clone().unwrap_or_default();
    let look = Look::judge(Ok(answer), &declared, &expectation);
    ctx.write(async |txn| keep::keep(ctx, txn, &awaited, &look).await).await?;
    Ok(())
}

/// Returns the context with the service as actor, because results are recorded by the service and not by a person (rule
/// 10 of the domain).
fn by_the_service(ctx: &Ctx) -> Ctx {
    Ctx { actor: Actor::system("portal"), ..ctx.clone() }
}

async fn look_now(ctx: &Ctx, id: DeliverableId, within: Duration) -> Result<(Awaited, Look)> {
    let awaited = awaited_page(ctx, ctx.reader(), id).await?;
    let Some(address) = awaited.publication.address.clone() else { return Ok((awaited, Look::without_address())) };
    let expectation = TerritoryNames::read(ctx.reader()).await?.expectation(&awaited.about())?;
    let look = look(ctx, address, expectation, Arc::new(SystemNames), within).await?;
    Ok((awaited, look))
}

/// Fetches a page and reads it on a blocking thread, because reading a large page would delay requests.
async fn look(
    ctx: &Ctx,
    address: String,
    expectation: Expectation,
    names: Arc<dyn Names>,
    within: Duration,
) -> Result<Look> {
    let fetched = fetch::fetch(&address, &ctx.config().portal, names, within).await;
    let read = tokio::task::spawn_blocking(move || Look::judge(fetched, &address, &expectation)).await;
    read.map_err(|failure| Error::Internal(format!("the page could not be read: {failure}")))
}

async fn find_or_expected(ctx: &Ctx, db: &impl ConnectionTrait, id: DeliverableId) -> Result<Publication> {
    Ok(store::find(db, id).await?.unwrap_or_else(|| Publication::expected(ctx.new_id(), id)))
}

async fn view(ctx: &Ctx, db: &impl ConnectionTrait, id: DeliverableId) -> Result<PublicationView> {
    let publication = find_or_expected(ctx, db, id).await?;
    let evidence = store::evidence(db, publication.id).await?;
    Ok(PublicationView { publication, evidence })
}

/// Returns the existing publications of a release's deliverables. The caller has checked whether the deliverables may
/// be seen.
pub async fn of_release(db: &impl ConnectionTrait, release: ReleaseId) -> Result<HashMap<DeliverableId, Publication>> {
    let views = deliverables::of_release(db, release).await?;
    let ids: Vec<DeliverableId> = views.iter().map(|view| view.deliverable.id).collect();
    Ok(store::find_all(db, &ids).await?.into_iter().map(|one| (one.deliverable_id, one)).collect())
}

/// Returns the addresses of these deliverables at which the service has verified the report. Public.
pub async fn verified_addresses(
    db: &impl ConnectionTrait,
    deliverables: &[DeliverableId],
) -> Result<HashMap<DeliverableId, String>> {
    let publications = store::find_all(db, deliverables).await?;
    let verified = publications.into_iter().filter(|one| one.state == PublicationState::Verified);
    Ok(verified.filter_map(|one| Some((one.deliverable_id, one.address?))).collect())
}
