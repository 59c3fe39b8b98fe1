//! The run that looks at every page whose time has come.

use super::awaited::{About, Network, awaited_page};
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

/// Declared pages considered in one run, who has waited longest first: far more than one run can fetch.
const PAGES_AT_ONCE: u64 = 400;
/// As much as the column holds of why a look could not be kept.
const FAILURE_CHARACTERS: usize = 500;

/// What a run saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub looked: u64,
    pub verified: u64,
    /// Pages found missing for the first time.
    pub missing: u64,
    /// Pages whose time had come and for which there was none left: they wait for the next run.
    pub postponed: u64,
    pub failures: Failures,
}

/// Looks at every page whose time has come and keeps what was seen. Run by the job `verify`.
///
/// Each page is kept in a transaction of its own. One that cannot be kept is noted on itself and looked at later; the others
/// go on. A host that is slow or silent has its share of the run and no more; the run ends in time and says what it left
/// over. Who may: the service itself. Errors: a database that is busy.
pub async fn verify(ctx: &Ctx) -> Result<Seen> {
    verify_within(ctx, Arc::new(SystemNames), Limits::default()).await
}

/// As [`verify`], with the resolver and the limits given.
pub async fn verify_within(ctx: &Ctx, names: Arc<dyn Names>, limits: Limits) -> Result<Seen> {
    if !ctx.actor.is_ourselves() {
        return Err(Error::Denied);
    }
    let begun = Instant::now();
    let network = Network::read(ctx.reader()).await?;
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

/// Adds what became of one page. One that could not be kept has that noted on itself.
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
        // Declared anew while the old page was being fetched: the next run looks at the new one.
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

/// Keeps a look at the page as it was fetched: one that was declared anew meanwhile is another page.
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

/// Pages expected since before this instant are not looked at any more without being asked.
fn oldest_expected(ctx: &Ctx) -> DateTime<Utc> {
    ctx.now() - TimeDelta::days(ctx.config().portal.recheck_days)
}

/// Looks for the deliverables of which nobody declared a page. Nothing is fetched for them.
async fn look_for_undeclared(ctx: &Ctx, seen: &mut Seen) -> Result<()> {
    let (db, now, oldest) = (ctx.reader(), ctx.now(), oldest_expected(ctx));
    let mut asked: BTreeMap<ReleaseId, DeliverableId> = BTreeMap::new();
    let mut wanted = Vec::new();
    for one in store::undeclared(db, oldest, now - GRACE, now).await? {
        // One page is for all: it is missed at the first chapter, if anywhere.
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

/// Notes that a page is missing, where it is; nothing is written before.
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

/// Lets pages that had no turn wait behind those that come due now, so that nobody starves.
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

/// Whether a host gave no answer to a look.
fn is_silent(look: &Result<Look>) -> bool {
    let is_word_of = |word: &str| Problem::ALL.iter().any(|one| one.is_silence() && one.to_string() == word);
    look.as_ref().is_ok_and(|look| look.problem.as_deref().is_some_and(is_word_of))
}
