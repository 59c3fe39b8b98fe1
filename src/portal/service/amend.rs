//! Amendment and withdrawal of what a release published.

use super::{by_the_service, first_look};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::model::is_accepted;
use crate::deliverables::policy::{self as contributions, Subject};
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::error::{Code, Error, Result};
use crate::open::{Seen, open};
use crate::portal::address;
use crate::portal::model::{Publication, Refusal};
use crate::portal::store;
use crate::releases::policy::{self, Action};
use crate::releases::service::{self as releases, REASON_CHARACTERS};
use crate::releases::view::{Afterwards, ReleaseView, ReportOf};
use crate::tasks::service::{self as tasks, TaskFilter};
use crate::typed;
use entity::ids::{DeliverableId, ReleaseId};
use entity::kinds::{AmendmentKind, ProductScope, PublicationState};
use std::collections::HashMap;

/// An amendment of what a release published.
#[derive(Clone, Debug)]
pub struct AmendIn {
    pub kind: AmendmentKind,
    /// Public; cannot be changed later.
    pub explanation: String,
    /// Code of the observatory whose report it is; `None`: all that the release published.
    pub observatory: Option<String>,
    /// Address of the amended page; `None`: the present one.
    pub address: Option<String>,
}

/// A withdrawal of what a release published.
#[derive(Clone, Debug)]
pub struct WithdrawIn {
    /// Public; cannot be changed later.
    pub explanation: String,
    /// Code of the observatory whose report it is; `None`: all that the release published.
    pub observatory: Option<String>,
}

/// Amends what a release published: an error, a planned revision, another method, or only another address of the page.
///
/// What happens: the history of the release gets an entry with the public explanation and both addresses, its pages are
/// declared anew and looked at after the commit ([`look_at_amended`]), open tasks about them end, and a withdrawn release
/// or report is published again. The instant of the first appearance stays. Who may: referent and deputy of the observatory
/// for their own report, the secretariat for all. Mails: *amended*, see [`releases::note_afterwards`]. Errors:
/// `wrong_transition` before the publication, `nothing_published` without an accepted contribution, `reason_missing`,
/// `reason_too_short`, `too_long`, `unknown_value` for an observatory without a report, `observatory_missing` for an
/// address of several reports, those of an address, `stale`.
pub async fn amend(ctx: &Ctx, txn: &Txn, id: ReleaseId, version: i32, input: AmendIn) -> Result<ReleaseView> {
    let view = open::<ReleaseView>(ctx, txn, id, Action::View, Seen::AsItStands).await?;
    let contributions = contributions_of(txn, id, input.observatory.as_deref()).await?;
    must_be_own(ctx, &contributions)?;
    Seen::Version(version).must_be(view.release.version)?;
    let explanation = typed::public_reason("explanation", &input.explanation, REASON_CHARACTERS)?;
    let reports = Reports::of(txn, &view, contributions, input.observatory.as_deref()).await?;
    let address = match input.address.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(_) if view.scope == ProductScope::PerObservatory && input.observatory.is_none() => {
            return Err(Error::field("observatory", Code::ObservatoryMissing));
        }
        Some(text) => Some(address::declarable(text, &ctx.config().portal)?.to_string()),
        None => None,
    };
    let before = reports.address();
    let said = Afterwards {
        kind: Some(input.kind),
        explanation,
        observatory: input.observatory.and_then(|_| reports.only()),
        after: address.clone().or_else(|| before.clone()),
        before,
    };
    let saved = releases::note_afterwards(ctx, txn, view, said).await?;
    reports.declare_anew(ctx, txn, address.as_deref()).await?;
    Ok(saved)
}

/// Takes back all that a release published, or the report of one observatory.
///
/// What happens: the history of the release gets an entry with the public explanation, the pages are not looked at any
/// more and no longer offered to readers, and open tasks about them end. An amendment publishes again. Who may: the
/// secretariat. Mails: *withdrawn*, see [`releases::note_afterwards`]. Errors: `wrong_transition`,
/// `nothing_published` without an accepted contribution, `page_withdrawn` for a report that is withdrawn already,
/// `reason_missing`, `reason_too_short`, `too_long`, `unknown_value` for an observatory without a report,
/// `observatory_out_of_place` for a release with one report, `stale`.
pub async fn withdraw(ctx: &Ctx, txn: &Txn, id: ReleaseId, version: i32, input: WithdrawIn) -> Result<ReleaseView> {
    let view = open::<ReleaseView>(ctx, txn, id, Action::Withdraw, Seen::Version(version)).await?;
    let explanation = typed::public_reason("explanation", &input.explanation, REASON_CHARACTERS)?;
    if view.scope != ProductScope::PerObservatory && input.observatory.is_some() {
        return Err(Error::field("observatory", Code::ObservatoryOutOfPlace));
    }
    let contributions = contributions_of(txn, id, input.observatory.as_deref()).await?;
    let reports = Reports::of(txn, &view, contributions, input.observatory.as_deref()).await?;
    if input.observatory.is_some() && reports.are_withdrawn() {
        return Err(Refusal::Withdrawn.into());
    }
    let said = Afterwards {
        kind: None,
        explanation,
        observatory: input.observatory.and_then(|_| reports.only()),
        before: reports.address(),
        after: None,
    };
    let saved = releases::note_afterwards(ctx, txn, view, said).await?;
    reports.withdraw(ctx, txn).await?;
    Ok(saved)
}

/// Checks the pages of a release that an amendment has declared anew, each as [`first_look`] does. Called after the commit; a
/// page that cannot be checked is checked again by the job `verify`.
pub async fn look_at_amended(ctx: &Ctx, release: ReleaseId) -> Result<()> {
    let views = deliverables::of_release(ctx.reader(), release).await?;
    let ids: Vec<DeliverableId> = views.iter().map(|view| view.deliverable.id).collect();
    let is_new = |page: &Publication| page.state == PublicationState::Declared && page.last_checked_at.is_none();
    for page in store::find_all(ctx.reader(), &ids).await?.into_iter().filter(is_new) {
        first_look(ctx, page.deliverable_id).await?;
    }
    Ok(())
}

/// Lists the contributions of a release, or the one of an observatory.
async fn contributions_of(txn: &Txn, release: ReleaseId, observatory: Option<&str>) -> Result<Vec<DeliverableView>> {
    let mut all = deliverables::of_release(txn, release).await?;
    all.retain(|one| observatory.is_none_or(|code| one.observatory_code == code));
    Ok(all)
}

/// Refuses a caller who may not declare the address of each of these contributions.
fn must_be_own(ctx: &Ctx, all: &[DeliverableView]) -> Result<()> {
    let may = |one: &DeliverableView| {
        let subject = Subject::of(one.deliverable.observatory_id, one.body_id);
        contributions::may(&ctx.actor, contributions::Action::DeclareAddress, subject)
    };
    let are_own = !all.is_empty() && all.iter().all(may);
    ctx.demand(are_own || policy::may(&ctx.actor, Action::Withdraw))
}

/// The accepted contributions that an act is about, with their pages.
struct Reports {
    scope: ProductScope,
    /// At least one.
    of: Vec<DeliverableView>,
    pages: HashMap<DeliverableId, Publication>,
}

impl Reports {
    async fn of(
        txn: &Txn,
        view: &ReleaseView,
        mut of: Vec<DeliverableView>,
        observatory: Option<&str>,
    ) -> Result<Self> {
        of.retain(|one| is_accepted(one.deliverable.state()));
        if of.is_empty() {
            return Err(match observatory {
                Some(_) => Error::field("observatory", Code::UnknownValue),
                None => Refusal::NotOut.into(),
            });
        }
        let ids: Vec<DeliverableId> = of.iter().map(|one| one.deliverable.id).collect();
        let pages = store::find_all(txn, &ids).await?.into_iter().map(|one| (one.deliverable_id, one)).collect();
        Ok(Self { scope: view.scope, of, pages })
    }

    /// Returns the address of the page, if the reports have one in common.
    fn address(&self) -> Option<String> {
        let mut addresses = self.of.iter().filter_map(|one| self.pages.get(&one.deliverable.id)?.address.clone());
        let first = addresses.next()?;
        addresses.all(|other| other == first).then_some(first)
    }

    /// Names the observatory of the first report.
    fn only(&self) -> Option<ReportOf> {
        let one = self.of.first()?;
        let (code, name) = (one.observatory_code.clone(), one.observatory_name.clone());
        Some(ReportOf { id: one.deliverable.observatory_id, code, name })
    }

    fn are_withdrawn(&self) -> bool {
        self.pages.values().any(|page| page.state == PublicationState::Withdrawn)
    }

    /// Declares the pages anew, at another address if there is one. Chapters of a joint product share one page: a new
    /// address is declared where the former one was, otherwise at the first chapter.
    async fn declare_anew(&self, ctx: &Ctx, txn: &Txn, address: Option<&str>) -> Result<()> {
        for id in self.with_pages() {
            let before = self.page(ctx, id);
            let Some(address) = address.map(str::to_owned).or_else(|| before.address.clone()) else { continue };
            let after = before.declared(address, ctx.now(), ctx.actor.person_id());
            store::save(txn, &after, ctx.now()).await?;
        }
        self.end_tasks(ctx, txn).await
    }

    /// Lists the contributions with a declared page; without one the first contribution.
    fn with_pages(&self) -> Vec<DeliverableId> {
        let ids = self.of.iter().map(|one| one.deliverable.id);
        let declared: Vec<DeliverableId> =
            ids.clone().filter(|id| self.pages.get(id).is_some_and(|page| page.address.is_some())).collect();
        if declared.is_empty() { ids.take(1).collect() } else { declared }
    }

    fn page(&self, ctx: &Ctx, id: DeliverableId) -> Publication {
        self.pages.get(&id).cloned().unwrap_or_else(|| Publication::expected(ctx.new_id(), id))
    }

    async fn withdraw(&self, ctx: &Ctx, txn: &Txn) -> Result<()> {
        for one in &self.of {
            let page = self.page(ctx, one.deliverable.id);
            store::save(txn, &page.withdrawn(), ctx.now()).await?;
        }
        self.end_tasks(ctx, txn).await
    }

    /// Ends the open tasks about the pages.
    async fn end_tasks(&self, ctx: &Ctx, txn: &Txn) -> Result<()> {
        let service = by_the_service(ctx);
        if self.scope == ProductScope::Joint {
            let release = self.of.first().map(|one| one.deliverable.release_id);
            return tasks::settle_pages(&service, txn, &TaskFilter { release, ..TaskFilter::default() }).await;
        }
        for one in &self.of {
            let filter = TaskFilter { deliverable: Some(one.deliverable.id), ..TaskFilter::default() };
            tasks::settle_pages(&service, txn, &filter).await?;
        }
        Ok(())
    }
}
