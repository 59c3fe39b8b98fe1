//! The work of a year at a glance: the releases of the year with the contribution of each observatory to each of them.

use crate::ctx::Ctx;
use crate::deliverables::policy::{self as contributions, Action, Subject};
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::error::Result;
use crate::network::model::ObservatoryView;
use crate::network::questions::{AllBodies, AllObservatories};
use crate::releases::service::{self as releases, Owner, ReleaseFilter};
use crate::releases::view::ReleaseView;
use crate::time::Period;
use entity::ids::{BodyId, ObservatoryId, ReleaseId};
use std::collections::HashMap;

/// The releases of a year, and the contributions that the caller sees.
pub struct YearOfWork {
    pub year: Period,
    /// Releases by day; of a date of two months the first day counts.
    pub releases: Vec<ReleaseView>,
    pub places: Vec<PlaceOfWork>,
    contributions: HashMap<(ReleaseId, ObservatoryId), DeliverableView>,
}

/// An observatory whose contributions the caller sees.
pub struct PlaceOfWork {
    pub observatory: ObservatoryView,
    /// «Bergamo».
    pub name: String,
    /// «BG»; the code of the observatory for one without a plate.
    pub short: String,
    owner: Owner,
}

/// The part of an observatory in a release.
#[derive(Clone, Copy)]
pub enum Part<'y> {
    /// A contribution that is planned.
    Owed(&'y DeliverableView),
    /// A contribution that confirming the release will plan.
    Expected,
    None,
}

impl YearOfWork {
    pub fn part(&self, release: &ReleaseView, place: &PlaceOfWork) -> Part<'_> {
        let own = &release.release;
        match self.contributions.get(&(own.id, place.observatory.id)) {
            Some(owed) => Part::Owed(owed),
            None if own.stands() && own.first_confirmed().is_none() && place.owner.will_owe(own) => Part::Expected,
            None => Part::None,
        }
    }
}

/// Returns the work of a year, as far as the caller sees it.
///
/// Who may: everyone who sees a contribution. The number of statements depends on neither releases nor observatories.
pub async fn year_of_work(ctx: &Ctx, year: Period) -> Result<YearOfWork> {
    let (from, to) = (year.first_day(), year.last_day());
    let contributions = deliverables::released_between(ctx, from, to).await?;
    let filter = ReleaseFilter { from: Some(from), to: Some(to), ..ReleaseFilter::default() };
    let releases = releases::all(ctx.reader(), &filter).await?;
    let (observatories, bodies) = (ctx.recall(&AllObservatories).await?, ctx.recall(&AllBodies).await?);
    let sigla = |id: BodyId| bodies.iter().find(|body| body.id == id).and_then(|body| body.sigla.clone());
    let names = releases::places(ctx).await?;
    let name = |id: ObservatoryId| names.iter().find(|place| place.observatory == id).map(|place| place.name.clone());
    let mut places = Vec::new();
    for one in observatories.iter() {
        let subject = Subject::of(one.id, one.body_id);
        if contributions::may(&ctx.actor, Action::View, subject) {
            places.push(PlaceOfWork {
                name: name(one.id).unwrap_or_else(|| one.name.clone()),
                short: sigla(one.body_id).unwrap_or_else(|| one.code.clone()),
                owner: releases::owner(ctx, one).await?,
                observatory: one.clone(),
            });
        }
    }
    let key = |view: &DeliverableView| (view.deliverable.release_id, view.deliverable.observatory_id);
    Ok(YearOfWork {
        year,
        releases,
        places,
        contributions: contributions.into_iter().map(|view| (key(&view), view)).collect(),
    })
}
