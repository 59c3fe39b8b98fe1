//! The observatories that owe a release, with their working days.

use super::REASON_CHARACTERS;
use crate::catalogue::model::Product;
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::db::StoreError;
use crate::designations::model::Seat;
use crate::error::{Error, Result};
use crate::network::model::{ObservatoryView, TerritoryView};
use crate::network::questions::{AllCalendars, AllObservatories, AllTerritories};
use crate::releases::model::Release;
use crate::releases::view::Share;
use crate::releases::work_plan::{self, Concerned, Work};
use crate::time::{Calendars, Joint, NotWorked};
use crate::typed;
use chrono::NaiveDate;
use entity::ids::ObservatoryId;
use entity::kinds::{ObservatoryKind, SeatKind};
use std::sync::Arc;

/// The observatories, and the names of their territories.
pub(super) struct Provinces {
    /// All observatories, including the regional one.
    pub observatories: Arc<Vec<ObservatoryView>>,
    territories: Arc<Vec<TerritoryView>>,
}

impl Provinces {
    pub async fn now(ctx: &Ctx) -> Result<Self> {
        let observatories = ctx.recall(&AllObservatories).await?;
        Ok(Self { observatories, territories: ctx.recall(&AllTerritories).await? })
    }

    /// Returns the name of a territory: «Bergamo».
    pub fn name(&self, code: &str) -> String {
        let found = self.territories.iter().find(|territory| territory.code == code);
        found.map_or(code, |territory| &territory.name).to_owned()
    }

    /// Returns the name of the territory of an observatory. The regional one is named by its body, because it shares the
    /// working days of the capital but not its territory.
    pub fn name_of(&self, one: &ObservatoryView) -> String {
        match one.kind {
            ObservatoryKind::Regional => one.body_name.clone(),
            ObservatoryKind::Territorial => self.name(&one.territory),
        }
    }
}

/// Data of the network that the agenda needs: its provinces, their working days, and the products to which they contribute.
pub(super) struct Network {
    pub provinces: Provinces,
    pub calendars: Arc<Calendars>,
    catalogue: Arc<Vec<Product>>,
}

impl Network {
    pub async fn now(ctx: &Ctx) -> Result<Self> {
        let provinces = Provinces::now(ctx).await?;
        let catalogue = ctx.recall(&Catalogue).await?;
        Ok(Self { provinces, calendars: ctx.recall(&AllCalendars).await?, catalogue })
    }

    /// Lists the observatories that owe a release: those with a share in it, because a release keeps the observatories
    /// with which it was confirmed. Without shares they are the named one, or the contributors to its product.
    pub fn concerned(&self, release: &Release, shares: &[Share]) -> Vec<&ObservatoryView> {
        let product = self.catalogue.iter().find(|product| product.id == release.product_id);
        let owes = |one: &&ObservatoryView| match release.observatory {
            _ if !shares.is_empty() => shares.iter().any(|share| share.observatory == one.id),
            Some(only) => only == one.id,
            None => product.is_some_and(|product| product.details.contributors.include(one)),
        };
        self.provinces.observatories.iter().filter(owes).collect()
    }

    /// Returns the calendars of the territories of these observatories.
    pub fn calendars_of(&self, concerned: &[&ObservatoryView]) -> Result<Joint<'_>> {
        Ok(self.calendars.joint(concerned.iter().map(|one| one.territory.as_str()))?)
    }

    /// Checks that the notice from `today` to `day` can be counted and that `day` is a common working day. Returns the
    /// override for a day that is not; on a common working day the override is dropped.
    pub fn check_day(
        &self,
        concerned: &[&ObservatoryView],
        today: NaiveDate,
        day: NaiveDate,
        despite: Option<&str>,
    ) -> Result<Option<String>> {
        let despite = typed::optional("despite_non_working", despite, REASON_CHARACTERS)?;
        let calendars = self.calendars_of(concerned)?;
        calendars.working_days_between(today, day)?;
        match (calendars.must_be_worked(day, |code| vec![self.provinces.name(code)]), despite) {
            (Ok(()), _) => Ok(None),
            (Err(NotWorked::ClosedDay(_)), Some(text)) => Ok(Some(text)),
            (Err(refusal), _) => Err(refusal.into()),
        }
    }

    /// Returns the work of these observatories for a release, by the steps of the product.
    pub fn work(&self, product: &Product, release: &Release, concerned: &[&ObservatoryView]) -> Result<Vec<Work>> {
        let regional = self.provinces.observatories.iter().find(|one| one.kind == ObservatoryKind::Regional);
        let regional = regional.ok_or_else(|| Error::Internal("the network has no regional observatory".to_owned()))?;
        let seat_of_region = self.calendars.of(&regional.territory)?;
        let mut with_calendars = Vec::new();
        for one in concerned {
            let calendar = self.calendars.of(&one.territory)?;
            with_calendars.push(Concerned { observatory: one.id, calendar, seat_of_region });
        }
        Ok(work_plan::work(product, release.when().first_day(), &with_calendars)?)
    }

    /// Finds the seat that does a step for an observatory: the observatory's own seat of the kind, its body's, or the
    /// region's.
    pub fn seat_for<'s>(
        &self,
        seats: &'s [Arc<Seat>],
        kind: SeatKind,
        observatory: ObservatoryId,
    ) -> Result<&'s Arc<Seat>> {
        let body = self.provinces.observatories.iter().find(|one| one.id == observatory).map(|one| one.body_id);
        let is_meant = |seat: &&Arc<Seat>| {
            seat.kind == kind
                && match kind {
                    SeatKind::Secretariat | SeatKind::Direction => true,
                    SeatKind::BodyManager => Some(seat.body_id) == body,
                    SeatKind::Referent | SeatKind::Deputy | SeatKind::Partner => {
                        seat.observatory_id == Some(observatory)
                    }
                }
        };
        let found = seats.iter().find(is_meant);
        Ok(found.ok_or_else(|| StoreError::inconsistent("seat", observatory, format!("no {kind} for a step")))?)
    }
}
