//! Planning a release: by the secretariat, or with the date that a rule gives.

use super::{Why, note, release};
use crate::catalogue::model::Product;
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Error, Result};
use crate::network::model::ObservatoryView;
use crate::network::service as network;
use crate::releases::address;
use crate::releases::model::{Refusal, Release, When, must_be_in_use, must_be_owed_by, must_contribute};
use crate::releases::policy::{self, Action};
use crate::releases::store;
use crate::releases::view::{ByRule, ReleaseView};
use crate::time::Period;
use entity::kinds::ReleaseChangeKind;

/// Input for planning a release.
#[derive(Clone, Debug)]
pub struct PlanIn {
    /// The product's code.
    pub product: String,
    /// Code of the observatory that owes the release; required for an autonomous product, refused for any other.
    pub observatory: Option<String>,
    pub period: Period,
    pub when: When,
}

/// Plans a release with a provisional date, which may still be changed freely.
///
/// Who may: the secretariat. Mails: none. Errors: `period_of_another_kind`, `period_not_begun`, `out_of_range` for a
/// period too long ago, `release_exists`, `day_in_past`, `hour_skipped`, `unknown_value` for the product or the
/// observatory, `observatory_missing`, `observatory_out_of_place`, `not_a_contributor`, `product_retired`.
pub async fn plan(ctx: &Ctx, txn: &Txn, input: PlanIn) -> Result<ReleaseView> {
    ctx.demand(policy::may(&ctx.actor, Action::Plan))?;
    let product = product_for(ctx, &input.product).await?;
    let observatory = observatory_for(ctx, &product, input.observatory.as_deref()).await?;
    plan_for(ctx, txn, (&product, observatory.as_ref()), input.period, input.when, None).await
}

/// Plans a release with the date that the rule of the product gives, and the sentence that explains it; `agenda` calls
/// this with the product and the observatory that it has read. As [`plan`] otherwise.
pub async fn plan_by_rule(
    ctx: &Ctx,
    txn: &Txn,
    (product, observatory): (&Product, Option<&ObservatoryView>),
    period: Period,
    when: When,
    said: ByRule,
) -> Result<ReleaseView> {
    ctx.demand(policy::may(&ctx.actor, Action::Plan))?;
    must_be_owed_by(product, observatory.map(|one| one.id))?;
    must_contribute(product, observatory)?;
    plan_for(ctx, txn, (product, observatory), period, when, Some(said)).await
}

async fn plan_for(
    ctx: &Ctx,
    txn: &Txn,
    (product, observatory): (&Product, Option<&ObservatoryView>),
    period: Period,
    when: When,
    by_rule: Option<ByRule>,
) -> Result<ReleaseView> {
    must_be_in_use(product)?;
    let owner = observatory.map(|one| one.id);
    if store::exists(txn, product.id, &period.to_string(), owner).await? {
        return Err(Refusal::ReleaseExists.into());
    }
    let planned = Release::planned(ctx.new_id(), product, owner, period, when, ctx.today())?;
    let planned = if by_rule.is_some() { planned.by_rule() } else { planned };
    let slug = free_address(txn, product, observatory.map(|one| one.code.as_str()), period).await?;
    store::insert(txn, &planned, slug, ctx.now()).await?;
    note(ctx, txn, &planned, ReleaseChangeKind::Planned, Why { by_rule, ..Why::default() }).await?;
    release(txn, planned.id).await
}

/// Returns the address for the page of a release that no other release has.
pub(super) async fn free_address(
    txn: &Txn,
    product: &Product,
    observatory: Option<&str>,
    period: Period,
) -> Result<String> {
    let wished = address::wished(&product.code, observatory, period);
    let taken = store::taken_addresses(txn, &wished).await?;
    Ok(address::free(&wished, &taken))
}

/// Finds the product that a caller names in the catalogue.
pub(super) async fn product_for(ctx: &Ctx, code: &str) -> Result<Product> {
    let catalogue = ctx.recall(&Catalogue).await?;
    let found = catalogue.iter().find(|product| product.code == code).cloned();
    found.ok_or_else(|| Error::NotFound.as_unknown("product"))
}

/// Finds the observatory that a release of the product names. Errors: `observatory_out_of_place`,
/// `not_a_contributor`, `unknown_value`.
pub(super) async fn observatory_for(
    ctx: &Ctx,
    product: &Product,
    code: Option<&str>,
) -> Result<Option<ObservatoryView>> {
    let Some(code) = code else { return Ok(None) };
    let one = network::observatory(ctx, code).await.map_err(|error| error.as_unknown("observatory"))?;
    must_be_owed_by(product, Some(one.id))?;
    must_contribute(product, Some(&one))?;
    Ok(Some(one))
}

/// Lists each product in use with the periods for which a release may be planned, by code: those within two years of today
/// that have none. An autonomous product has all of them, because each observatory has its own releases.
pub async fn plannable(ctx: &Ctx) -> Result<Vec<(Product, Vec<Period>)>> {
    let planned = store::periods_planned(ctx.reader()).await?;
    let catalogue = ctx.recall(&Catalogue).await?;
    let with_periods = |product: &Product| {
        let mut periods = product.periods_around(ctx.today());
        periods.retain(|period| !planned.contains(&(product.id, period.to_string())));
        (product.clone(), periods)
    };
    Ok(catalogue.iter().filter(|product| product.retired_at.is_none()).map(with_periods).collect())
}
