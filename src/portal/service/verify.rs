//! The run that checks every page that is due.

use super::awaited::{About, TerritoryNames, awaited_page};
use super::{keep, look};
use crate::ctx::Ctx;
use crate::db::StoreError;
use crate::each::Failures;
use crate::error::{Error, Result};
use crate::portal::fetch::{Names, Problem, SystemNames};
use crate::portal::model::{GRACE, Look};
use crate::portal::round::{Limits, Round};
use crate::portal::store::{self, Due};
use crate::typed;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{DeliverableId, ReleaseId};
use entity::kinds::{ProductScope, PublicationState};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use url::Url;

/// Declared pages read for one run, longest waiting first; far more than one run can fetch. The others wait for the
/// next run.
const PAGES_AT_ONCE: u64 = 400;
/// Longest error text stored for a failed check, in characters; a longer one is cut.
const FAILURE_CHARACTERS: usize = 500;

/// Result of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub looked: u64,
    pub verified: u64,
    /// Pages newly found missing.
    pub missing: u64,
    /// Due pages that did not fit into the run and wait for the next one.
    pub postponed: u64,
    pub failures: Failures,
}

/// Checks every page that is due and stores the results. Run by the job `verify`.
///
/// Each check is stored in a transaction of its own. A failure is noted on its publication and repeated later, while
/// the others go on. A slow or silent host uses at most its share of the run. The run ends in time and reports the
/// pages left over. Who may: the service itself. Errors: a busy database.
pub async fn verify(ctx: &Ctx) -> Result<Seen> {
    verify_within(ctx, Arc::new(SystemNames), Limits::default()).await
}

/// Like [`verify`], with the resolver and the limits given.
pub async fn verify_within(ctx: &Ctx, names: Arc<dyn Names>, limits: Limits) -> Result<Seen> {
    if !ctx.actor.is_ourselves() {
        return Err(Error::Denied);
    }
    let begun = Instant::now();
    let network = TerritoryNames::read(ctx.reader()).await?;
    let mut seen = Seen::default();
    look_for_undeclared(ctx, &mut seen).await?;
    let due = store::due(ctx.reader(), oldest_expected(ctx), ctx.now(), PAGES_AT_ONCE).await?;
    let mut round = Round::new(limits, due.into_iter().map(|page| (host(&page.address), page)));
    let mut looks = JoinSet::new();
    let mut under_way = BTreeMap::new();
    loop {
        while let Some((host, page)) = round.next(begun.elapsed()) {
            let expectation = network.expectation(&about(&page));
            let (ctx, names) = (ctx.clone(), Arc::clone(&names));
            under_way.insert(page.deliverable_id, page.clone());
            looks.spawn(async move {
                let begun = Instant::now();
                let look = match expectation {
                    Ok(wanted) => look(&ctx, page.address.clone(), wanted, names, limits.per_page).await,
                    Err(error) => Err(error),
                };
                (host, page, look, begun.elapsed())
            });
        }
        let left = limits.whole.saturating_sub(begun.elapsed());
        let Ok(Some(Ok((host, page, look, took)))) = timeout(left, looks.join_next()).await else { break };
        under_way.remove(&page.deliverable_id);
        round.back(&host, took, is_silent(&look));
        let kept = match look {
            Ok(look) => keep_one(ctx, &page, &look).await,
            Err(error) => Err(error),
        };
        count(ctx, &mut seen, page.deliverable_id, page.state, kept).await?;
    }
    looks.abort_all();
    let postponed: Vec<Due> = round.left_over().into_iter().chain(under_way.into_values()).collect();
    seen.postponed = postponed.len() as u64;
    send_to_the_back(ctx, &postponed).await?;
    Ok(seen)
}

/// Adds the result of one page. If the result could not be stored, notes that on the publication.
async fn count(
    ctx: &Ctx,
    seen: &mut Seen,
    id: DeliverableId,
    before: PublicationState,
    kept: Result<PublicationState>,
) -> Result<()> {
    match kept {
        Ok(after) => {
            seen.looked += 1;
            seen.verified += u64::from(after == PublicationState::Verified);
            seen.missing += u64::from(after == PublicationState::Missing && before != after);
        }
        // The address was declared anew while the old page was fetched: the next run checks the new one.
        Err(Error::Stale | Error::Store(StoreError::Stale)) => {}
        Err(error) => {
            let why = typed::cleaned(&error.to_string(), FAILURE_CHARACTERS);
            seen.failures.note(format_args!("deliverable {id}"), error)?;
            let noted = ctx.write(async |txn| {
                let publication = super::find_or_expected(ctx, txn, id).await?;
                Ok(store::save(txn, &publication.failed(why.clone(), ctx.now()), ctx.now()).await?)
            });
            if let Err(error) = noted.await {
                seen.failures.note(format_args!("the note on deliverable {id}"), error)?;
            }
        }
    }
    Ok(())
}

/// Stores the check of a page, unless its address was declared anew meanwhile.
async fn keep_one(ctx: &Ctx, page: &Due, look: &Look) -> Result<PublicationState> {
    ctx.write(async |txn| {
        let awaited = awaited_page(ctx, txn, page.deliverable_id).await?;
        if awaited.publication.version != page.version {
            return Err(Error::Stale);
        }
        keep::keep(ctx, txn, &awaited, look).await
    })
    .await
}

/// Returns the instant before which expected pages are no longer checked without a request.
fn oldest_expected(ctx: &Ctx) -> DateTime<Utc> {
    ctx.now() - TimeDelta::days(ctx.config().portal.recheck_days)
}

/// Finds deliverables without a declared page. Fetches nothing.
async fn look_for_undeclared(ctx: &Ctx, seen: &mut Seen) -> Result<()> {
    let (db, now, oldest) = (ctx.reader(), ctx.now(), oldest_expected(ctx));
    let mut asked: BTreeMap<ReleaseId, DeliverableId> = BTreeMap::new();
    let mut wanted = Vec::new();
    for one in store::undeclared(db, oldest, now - GRACE, now).await? {
        // A joint product has one page for all, reported at the first chapter.
        match one.scope {
            ProductScope::Joint => {
                let first = asked.entry(one.release_id).or_insert(one.deliverable_id);
                *first = one.deliverable_id.min(*first);
            }
            ProductScope::PerObservatory | ProductScope::Autonomous => wanted.push(one.deliverable_id),
        }
    }
    wanted.extend(asked.into_values());
    for id in wanted {
        let kept = look_for(ctx, id).await;
        if let Some(kept) = kept.transpose() {
            count(ctx, seen, id, PublicationState::Expected, kept).await?;
        }
    }
    Ok(())
}

/// Stores that a page is missing; writes nothing before the grace time has passed.
async fn look_for(ctx: &Ctx, id: DeliverableId) -> Result<Option<PublicationState>> {
    let awaited = awaited_page(ctx, ctx.reader(), id).await?;
    let is_over = awaited.until(ctx) < ctx.now();
    if !awaited.is_missed || is_over || ctx.now() - awaited.from < GRACE {
        return Ok(None);
    }
    ctx.write(async |txn| {
        let awaited = awaited_page(ctx, txn, id).await?;
        Ok(Some(keep::keep(ctx, txn, &awaited, &Look::without_address()).await?))
    })
    .await
}

/// Moves the pages that were not fetched behind those that become due now, so that each gets its turn.
async fn send_to_the_back(ctx: &Ctx, pages: &[Due]) -> Result<()> {
    if pages.is_empty() {
        return Ok(());
    }
    let ids: Vec<DeliverableId> = pages.iter().map(|page| page.deliverable_id).collect();
    ctx.write(async |txn| Ok(store::send_to_the_back(txn, &ids, ctx.now()).await?)).await
}

fn about(page: &Due) -> About<'_> {
    About {
        observatory: page.observatory_id,
        scope: page.scope,
        product: [&page.product_name_it, &page.product_name_en],
        period: &page.period_label,
    }
}

fn host(address: &str) -> String {
    let url = Url::parse(address).ok();
    url.map(|url| format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default()))
        .unwrap_or_default()
}

/// Returns whether a host gave no answer.
fn is_silent(look: &Result<Look>) -> bool {
    let is_word_of = |word: &str| Problem::ALL.iter().any(|one| one.is_silence() && one.to_string() == word);
    look.as_ref().is_ok_and(|look| look.problem.as_deref().is_some_and(is_word_of))
}
