//! Storing the result of a check, with its consequences.

use super::awaited::Awaited;
use crate::audit::{self, Event};
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::deliverables::model::{Deliverable, is_accepted};
use crate::deliverables::service as deliverables;
use crate::designations::model::Seat;
use crate::designations::service::{self as designations, SeatKey};
use crate::error::Result;
use crate::network::service as network;
use crate::portal::model::{GRACE, Look, Publication, READING};
use crate::portal::store;
use crate::portal::verb::Verb;
use crate::tasks::service::{self as tasks, NewTask};
use crate::texts::Lang;
use entity::ids::DeliverableId;
use entity::kinds::{ProductScope, PublicationState, SeatKind, TaskOrigin};
use std::sync::Arc;

/// Time to put a page right, in working days of the observatory's territory.
const MISSING_DAYS: i32 = 2;
const MISSING_MINUTES: i32 = 15;

/// Reasons for a task about a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// No page was found.
    Missing,
    /// The page does not contain the expected names.
    Unrecognised,
    /// The text differs from the verified one.
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

/// Stores a check and carries out its consequences. Returns the new state.
pub(super) async fn keep(ctx: &Ctx, txn: &Txn, awaited: &Awaited, look: &Look) -> Result<PublicationState> {
    let now = ctx.now();
    let before = &awaited.publication;
    if before.address.is_none() && !awaited.is_missed {
        // The page of a joint product is declared at another chapter.
        return Ok(before.state);
    }
    let evidence = store::evidence(txn, before.id).await?;
    let verified =
        evidence.iter().rfind(|one| one.state == PublicationState::Verified && Some(one.at) >= before.declared_at);
    let there_since =
        awaited.since_last(&evidence, &[PublicationState::Seen, PublicationState::Verified, PublicationState::Altered]);
    // A fingerprint of another rule cannot be compared, so the page as it is now becomes the reference.
    let known = verified.filter(|one| one.reading == READING).and_then(|one| one.sha256.as_deref());
    let after = before.clone().after(look, now, there_since, known).planned(awaited.from, now, awaited.until(ctx));
    if before.version == 0 && after.state == PublicationState::Expected {
        // No page was declared and none is late, so there is nothing to store.
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
        // Either the page is right, or the task from now on is a different one.
        tasks::settle_pages(ctx, txn, &awaited.of_its_page()).await?;
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
        PublicationState::Expected
        | PublicationState::Declared
        | PublicationState::Verified
        | PublicationState::Withdrawn => None,
    };
    if let Some(fault) = fault {
        ask_for_page(ctx, txn, awaited, fault).await?;
    }
    Ok(after.state)
}

/// Marks the deliverable as published; for a joint product every chapter, so that none is missing any more.
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

/// Returns the seat that puts a page right: the observatory's referent, or the secretariat for a joint product.
async fn seat_for_page(ctx: &Ctx, awaited: &Awaited) -> Result<Arc<Seat>> {
    let observatory = awaited.deliverable.deliverable.observatory_id;
    let key = match awaited.scope {
        ProductScope::Joint => SeatKey::Only(SeatKind::Secretariat),
        ProductScope::PerObservatory | ProductScope::Autonomous => SeatKey::Of(SeatKind::Referent, observatory),
    };
    let missing = |_| StoreError::inconsistent("observatory", observatory, "no seat to look after its page");
    Ok(designations::seat(ctx, key).await.map_err(missing)?)
}

/// Creates the task of putting a page right, unless there is one already.
async fn ask_for_page(ctx: &Ctx, txn: &Txn, awaited: &Awaited, fault: Fault) -> Result<()> {
    if !tasks::open_pages(ctx, txn, &awaited.of_its_page()).await?.is_empty() {
        return Ok(());
    }
    let deliverable = &awaited.deliverable;
    let seat = seat_for_page(ctx, awaited).await?;
    let calendars = network::calendars(txn).await?;
    let due_day = calendars.of(&seat.territory)?.add_working_days(ctx.today(), MISSING_DAYS)?;
    let title = |lang: Lang, product: &str| {
        lang.f(fault.title(), &[("product", product), ("period", &deliverable.period_name(lang))])
    };
    let task = NewTask {
        seat,
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
    tasks::create(ctx, txn, task).await?;
    Ok(())
}

async fn record(ctx: &Ctx, txn: &Txn, before: &Publication, after: &Publication) -> Result<()> {
    let event = Event::about(
        Verb::Look,
        ("deliverable", after.deliverable_id.to_string()),
        serde_json::json!({ "publication": after.id, "from": before.state, "to": after.state }),
    );
    audit::record(ctx, txn, event).await
}
