//! Use cases of the studies: one function each, inside the transaction of the caller.

use super::mail;
use super::model::near::{self, Piece};
use super::model::{Refusal, Study, TITLE_CHARACTERS};
use super::policy::{self, Action};
use super::store;
use super::verb::Verb;
use super::view::{Near, StudyView};
use crate::audit;
use crate::auth::actor::Actor;
use crate::catalogue::model::Product;
use crate::catalogue::service as catalogue;
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::error::{Error, Result};
use crate::network::model::{ObservatoryView, TerritoryView};
use crate::network::questions::{AllObservatories, AllTerritories};
use crate::open::{Guarded, Seen, admit};
use crate::releases::model::{Reason, When};
use crate::releases::service::{self as releases, Author, REASON_CHARACTERS, ReleaseFilter};
use crate::releases::view::ReleaseView;
use crate::time::{Frequency, Period};
use crate::typed::{self, Reading};
use chrono::Months;
use entity::ids::{ObservatoryId, ReleaseId, StudyId};
use entity::kinds::{ReasonCode, Theme};
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Years before today in whose agenda work near to a study is searched.
const SEARCHED_YEARS: u32 = 3;

/// Most pieces of work that are named as near.
const MOST_NEAR: usize = 10;

/// A study as its observatory declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyIn {
    pub title: String,
    pub theme: Theme,
    /// Code of the territory that it is about.
    pub territory: String,
    pub period: Period,
    /// Month in which it is expected.
    pub month: Period,
}

/// A study whose values are right.
struct Checked {
    title: String,
    theme: Theme,
    territory: String,
    period: Period,
    when: When,
}

async fn checked(ctx: &Ctx, input: &StudyIn) -> Result<Checked> {
    let territories = ctx.recall(&AllTerritories).await?;
    Reading::of(|reading| {
        let title = reading.text("title", &input.title, TITLE_CHARACTERS);
        let is_known = territories.iter().any(|one| one.code == input.territory);
        let territory =
            reading.take(if is_known { Ok(input.territory.clone()) } else { Err(Refusal::TerritoryUnknown) });
        let is_month = input.month.frequency() == Frequency::Month;
        let month = reading.take(if is_month { Ok(input.month) } else { Err(Refusal::NoMonth) });
        let when = When::InMonth(month?.first_day());
        Some(Checked { title: title?, theme: input.theme, territory: territory?, period: input.period, when })
    })
}

/// Declares a study of an observatory.
///
/// What happens: in one transaction a product of the catalogue owed by this observatory alone, its release with a
/// provisional month, and the study. Who may: the referent and the deputies of the observatory, and the secretariat on its
/// behalf. Mails: *declared* to the secretariat. Errors: `unknown_value` for observatory or territory; `not_a_month`; `day_in_past`,
/// `period_not_begun`, `out_of_range` for a period too long ago, and those of the fields.
pub async fn declare(ctx: &Ctx, txn: &Txn, observatory: &str, input: &StudyIn) -> Result<StudyView> {
    let observatories = ctx.recall(&AllObservatories).await?;
    let author = observatories.iter().find(|one| one.code == observatory).ok_or(Refusal::ObservatoryUnknown)?;
    ctx.demand(policy::may(&ctx.actor, Action::Declare, author.id))?;
    let Checked { title, theme, territory, period, when } = checked(ctx, input).await?;
    let product = catalogue::create_study(ctx, txn, &title, theme, author).await?;
    let release = releases::plan_study(ctx, txn, &product, author_of(author), period, when).await;
    let release = release.map_err(at_the_month)?;
    let study = Study {
        id: ctx.new_id(),
        observatory: author.id,
        product: product.id,
        release: release.release.id,
        territory,
        declared_at: ctx.now(),
        declared_by: ctx.actor.person_id(),
        version: 1,
    };
    store::insert(txn, &study).await?;
    record(ctx, txn, Verb::Declare, author, &study).await?;
    let view = view_of(ctx, study, product, release).await?;
    mail::declared(ctx, txn, &view).await?;
    Ok(view)
}

/// Changes a study whose release is provisional; `change` gets its present values.
///
/// Who may: as [`declare`]. Mails: none. Errors: `study_under_way` once the release is not provisional; `nothing_changes`;
/// those of [`declare`]; `stale`.
pub async fn edit(
    ctx: &Ctx,
    txn: &Txn,
    id: StudyId,
    version: i32,
    change: impl FnOnce(StudyIn) -> Result<StudyIn>,
) -> Result<StudyView> {
    let before = open(ctx, txn, id, Action::Edit, Seen::Version(version)).await?;
    let present = StudyIn::of(&before);
    let input = change(present.clone())?;
    if input == present {
        return Err(Refusal::NothingChanges.into());
    }
    let Checked { title, theme, territory, period, when } = checked(ctx, &input).await?;
    let product = catalogue::change_study(ctx, txn, &before.product.code, &title, theme).await?;
    let author = author_of(&before.observatory);
    let changed = releases::change_study(ctx, txn, &product, author, before.study.release, period, when).await;
    changed.map_err(at_the_month)?;
    store::save(txn, &Study { territory, ..before.study.clone() }, ctx.now()).await?;
    record(ctx, txn, Verb::Edit, &before.observatory, &before.study).await?;
    found(ctx, txn, id).await
}

/// Withdraws a study whose release is provisional: cancels the release with a public reason and retires the product.
///
/// Who may: as [`declare`]. Mails: none, because a provisional date is not told. Errors: `study_under_way`,
/// `reason_missing`, `reason_too_short`, `stale`.
pub async fn withdraw(ctx: &Ctx, txn: &Txn, id: StudyId, version: i32, reason: &str) -> Result<StudyView> {
    let before = open(ctx, txn, id, Action::Withdraw, Seen::Version(version)).await?;
    let text = typed::public_reason("reason", reason, REASON_CHARACTERS)?;
    releases::cancel_study(ctx, txn, before.study.release, Reason { code: ReasonCode::Other, text }).await?;
    catalogue::retire_study(ctx, txn, &before.product.code).await?;
    store::save(txn, &before.study, ctx.now()).await?;
    record(ctx, txn, Verb::Withdraw, &before.observatory, &before.study).await?;
    found(ctx, txn, id).await
}

/// Opens a study that can still be changed.
async fn open(ctx: &Ctx, txn: &Txn, id: StudyId, action: Action, seen: Seen) -> Result<StudyView> {
    let found = find(ctx, txn, id).await?;
    let view = admit(ctx, found, action, seen)?;
    if view.is_provisional() { Ok(view) } else { Err(Refusal::NotProvisional.into()) }
}

/// Reads a study. Who may: holders of seats of the network. Errors: `not_found`.
pub async fn study(ctx: &Ctx, id: StudyId) -> Result<StudyView> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::View))?;
    let found = find(ctx, ctx.reader(), id).await?;
    admit(ctx, found, Action::View, Seen::AsItStands)
}

/// Lists the studies declared before another one, the latest first. Who may: holders of seats of the network.
pub async fn studies(ctx: &Ctx, before: Option<StudyId>, limit: u64) -> Result<Vec<StudyView>> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::View))?;
    let db = ctx.reader();
    let studies = store::studies(db, before, limit).await?;
    views(ctx, db, studies).await
}

/// Returns the work of others that is near to a study, the nearest first, from the agenda of three years ago on.
pub async fn near(ctx: &Ctx, db: &impl ConnectionTrait, own: &StudyView) -> Result<Vec<Near>> {
    let (territories, observatories) = (ctx.recall(&AllTerritories).await?, ctx.recall(&AllObservatories).await?);
    let from = Some(ctx.today() - Months::new(12 * SEARCHED_YEARS));
    let all = releases::all(db, &ReleaseFilter { from, ..ReleaseFilter::default() }).await?;
    let studied = store::territories_of(db, all.iter().map(|view| view.release.id).collect()).await?;
    let studied: HashMap<ReleaseId, String> = studied.into_iter().collect();
    let products = catalogue::products(db).await?;
    let products: HashMap<_, &Product> = products.iter().map(|product| (product.id, product)).collect();
    let places: Vec<String> = territories.iter().map(|one| one.name.clone()).collect();
    let borders = |one: &str, other: &str| are_neighbours(&territories, one, other);
    let subject = Piece {
        title: own.title().to_owned(),
        theme: own.product.details.theme,
        territories: vec![own.study.territory.clone()],
        period: own.release.release.period,
    };
    let is_of_others =
        |view: &&ReleaseView| view.release.stands() && view.release.observatory != Some(own.study.observatory);
    let mut found: HashMap<(&str, Option<ObservatoryId>), Near> = HashMap::new();
    for view in all.iter().filter(is_of_others) {
        let Some(product) = products.get(&view.release.product_id) else { continue };
        let piece = Piece {
            title: product.details.name_it.clone(),
            theme: product.details.theme,
            territories: territories_of(view, product, &observatories, &studied),
            period: view.release.period,
        };
        let reasons = near::reasons(&subject, &piece, borders, &places);
        let known = found.get(&(view.product_code.as_str(), view.release.observatory));
        if !reasons.is_empty() && known.is_none_or(|known| known.reasons.len() <= reasons.len()) {
            let key = (view.product_code.as_str(), view.release.observatory);
            found.insert(key, Near { view: view.clone(), reasons });
        }
    }
    let mut found: Vec<Near> = found.into_values().collect();
    found.sort_by_key(|one| (Reverse(one.reasons.len()), one.view.release.day(), one.view.release.id));
    found.truncate(MOST_NEAR);
    Ok(found)
}

fn are_neighbours(territories: &[TerritoryView], one: &str, other: &str) -> bool {
    territories.iter().any(|known| known.code == one && known.neighbours.iter().any(|code| code == other))
}

/// Returns the territories that a release is about: the one that its study names, else those of its contributors.
fn territories_of(
    view: &ReleaseView,
    product: &Product,
    observatories: &[ObservatoryView],
    studied: &HashMap<ReleaseId, String>,
) -> Vec<String> {
    if let Some(territory) = studied.get(&view.release.id) {
        return vec![territory.clone()];
    }
    let is_meant = |one: &&ObservatoryView| match view.release.observatory {
        Some(id) => one.id == id,
        None => product.details.contributors.include(one),
    };
    observatories.iter().filter(is_meant).map(|one| one.territory.clone()).collect()
}

impl StudyIn {
    /// Returns the present values of a study.
    pub fn of(view: &StudyView) -> Self {
        let release = &view.release.release;
        let day = release.day();
        Self {
            title: view.title().to_owned(),
            theme: view.product.details.theme.unwrap_or(Theme::Other),
            territory: view.study.territory.clone(),
            period: release.period,
            month: Period::containing(Frequency::Month, day).unwrap_or(release.period),
        }
    }
}

fn author_of(observatory: &ObservatoryView) -> Author<'_> {
    Author { id: observatory.id, code: &observatory.code }
}

/// Names the field of a date as the study has it.
fn at_the_month(error: Error) -> Error {
    error.placed(|field| if field == "day" { "month" } else { field })
}

async fn find(ctx: &Ctx, db: &impl ConnectionTrait, id: StudyId) -> Result<Option<StudyView>> {
    let Some(study) = store::study(db, id).await? else { return Ok(None) };
    Ok(views(ctx, db, vec![study]).await?.pop())
}

async fn found(ctx: &Ctx, txn: &Txn, id: StudyId) -> Result<StudyView> {
    find(ctx, txn, id).await?.ok_or(Error::NotFound)
}

async fn views(ctx: &Ctx, db: &impl ConnectionTrait, studies: Vec<Study>) -> Result<Vec<StudyView>> {
    let ids = Some(studies.iter().map(|study| study.release).collect());
    let filter = ReleaseFilter { ids, ..ReleaseFilter::default() };
    let releases: HashMap<ReleaseId, ReleaseView> =
        releases::all(db, &filter).await?.into_iter().map(|view| (view.release.id, view)).collect();
    let products = catalogue::products(db).await?;
    let mut views = Vec::new();
    for study in studies {
        let impossible = |what: &str| StoreError::inconsistent("study", study.id, what);
        let product = products.iter().find(|product| product.id == study.product).cloned();
        let product = product.ok_or_else(|| impossible("a product that is not there"))?;
        let release = releases.get(&study.release).cloned();
        let release = release.ok_or_else(|| impossible("a release that is not there"))?;
        views.push(view_of(ctx, study, product, release).await?);
    }
    Ok(views)
}

async fn view_of(ctx: &Ctx, study: Study, product: Product, release: ReleaseView) -> Result<StudyView> {
    let (territories, observatories) = (ctx.recall(&AllTerritories).await?, ctx.recall(&AllObservatories).await?);
    let observatory = observatories.iter().find(|one| one.id == study.observatory).cloned();
    let observatory =
        observatory.ok_or_else(|| StoreError::inconsistent("study", study.id, "an observatory that is not there"))?;
    let named = territories.iter().find(|one| one.code == study.territory);
    let territory_name = named.map_or_else(|| study.territory.clone(), |one| one.name.clone());
    Ok(StudyView { study, observatory, product, release, territory_name })
}

async fn record(ctx: &Ctx, txn: &Txn, verb: Verb, whose: &ObservatoryView, study: &Study) -> Result<()> {
    let details = json!({ "release": study.release, "territory": study.territory });
    let event = audit::Event {
        on_behalf_of: ctx.actor.on_behalf_of(whose.body_id),
        ..audit::Event::about(verb, ("study", study.id.to_string()), details)
    };
    audit::record(ctx, txn, event).await
}

impl Guarded for StudyView {
    type Action = Action;
    const VIEW: Action = Action::View;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        policy::may(actor, action, self.study.observatory)
    }

    fn version(&self) -> i32 {
        self.study.version
    }
}
