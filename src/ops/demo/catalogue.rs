//! Products of the demonstration. They are invented, and no file of the network has them.

use super::stage::Stage;
use crate::audit::{self, Event};
use crate::error::Result;
use crate::network::verb::Verb;
use crate::releases::model::When;
use crate::time::{Frequency, Period};
use chrono::{Months, NaiveDate, NaiveTime};
use entity::ids::ProductId;
use entity::kinds::{Periodicity, Precision, ProductScope, SeatKind};
use entity::{Instant, product, product_step};
use sea_orm::EntityTrait;

/// A product with the rhythm of its releases.
pub(super) struct Invented {
    pub code: &'static str,
    name_it: &'static str,
    name_en: &'static str,
    step_it: &'static str,
    step_en: &'static str,
    periodicity: Periodicity,
    pub scope: ProductScope,
    frequency: Frequency,
    /// Hour of its releases.
    pub hour: u32,
    /// Precision of a date that has not been confirmed yet.
    precision: Precision,
    /// Days before today from which it has releases. A joint product has few, because all observatories work for each.
    pub past_days: u64,
    /// Calendar days from the confirmation of a date to the date.
    pub notice_days: u64,
    /// Observatories that work for it, each with the number of days before today on which its last release came out. A
    /// joint product has one entry, which all observatories follow.
    pub rhythm: &'static [(&'static str, u64)],
}

/// No release lies in the last eleven days, because the job `verify` would look for its page, which does not exist.
pub(super) const PRODUCTS: &[Invented] = &[
    Invented {
        code: "nota-mensile",
        name_it: "Nota mensile sugli avviamenti al lavoro",
        name_en: "Monthly note on new hires",
        step_it: "Consegna della nota",
        step_en: "Hand in the note",
        periodicity: Periodicity::Monthly,
        scope: ProductScope::Autonomous,
        frequency: Frequency::Month,
        hour: 11,
        precision: Precision::Month,
        past_days: 310,
        notice_days: 40,
        rhythm: &[("regionale", 18)],
    },
    Invented {
        code: "bollettino-trimestrale",
        name_it: "Bollettino trimestrale delle assunzioni",
        name_en: "Quarterly bulletin of hirings",
        step_it: "Consegna del bollettino",
        step_en: "Hand in the bulletin",
        periodicity: Periodicity::Quarterly,
        scope: ProductScope::Autonomous,
        frequency: Frequency::Quarter,
        hour: 10,
        precision: Precision::Week,
        past_days: 310,
        notice_days: 40,
        rhythm: &[("milano", 40), ("brescia", 65)],
    },
    Invented {
        code: "quadro-semestrale",
        name_it: "Quadro semestrale delle professioni richieste",
        name_en: "Half-yearly overview of occupations in demand",
        step_it: "Consegna del capitolo provinciale",
        step_en: "Hand in the chapter of the province",
        periodicity: Periodicity::HalfYearly,
        scope: ProductScope::Joint,
        frequency: Frequency::Half,
        hour: 12,
        precision: Precision::TwoMonths,
        past_days: 200,
        notice_days: 90,
        rhythm: &[(ALL, 100)],
    },
];

/// Stands for every observatory.
pub(super) const ALL: &str = "";

impl Invented {
    /// Lists the days of the releases of one rhythm from one day to another, with their periods, the earliest first. A
    /// release covers the last finished period.
    pub(super) fn days(
        &self,
        last: NaiveDate,
        from: NaiveDate,
        to: NaiveDate,
    ) -> impl Iterator<Item = (NaiveDate, Period)> {
        let (step, frequency) = (Months::new(self.frequency.months()), self.frequency);
        let first = std::iter::successors(Some(last), move |day| day.checked_sub_months(step))
            .take_while(|day| *day >= from)
            .last()
            .unwrap_or(last);
        std::iter::successors(Some(first), move |day| day.checked_add_months(step))
            .take_while(move |day| *day <= to)
            .filter_map(move |day| Some((day, Period::containing(frequency, day).ok()?.previous()?)))
    }

    /// Returns the provisional date of a release that will come out on a day.
    pub(super) fn provisional(&self, day: NaiveDate) -> Result<When> {
        Ok(When::of(self.precision, day, None)?)
    }

    fn row(&self, id: ProductId, now: Instant) -> product::Model {
        product::Model {
            id,
            code: self.code.to_owned(),
            name_it: self.name_it.to_owned(),
            name_en: self.name_en.to_owned(),
            periodicity: self.periodicity,
            scope: self.scope,
            default_hour: NaiveTime::from_hms_opt(self.hour, 0, 0).unwrap_or(NaiveTime::MIN),
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Writes the products with their one step each, as a load of the network would.
pub(super) async fn load(stage: &Stage) -> Result<()> {
    let ctx = stage.system();
    ctx.write(async |txn| {
        for one in PRODUCTS {
            let row = one.row(ctx.new_id(), Instant::from(ctx.now()));
            let step = product_step::Model {
                id: ctx.new_id(),
                product_id: row.id,
                position: 1,
                code: "testo".to_owned(),
                name_it: one.step_it.to_owned(),
                name_en: one.step_en.to_owned(),
                seat: SeatKind::Referent,
                offset_working_days: -5,
                estimated_minutes: 120,
            };
            let event =
                Event::about(Verb::Load, ("product", row.id.to_string()), serde_json::json!({ "code": one.code }));
            product::Entity::insert(product::ActiveModel::from(row)).exec_without_returning(txn).await?;
            product_step::Entity::insert(product_step::ActiveModel::from(step)).exec_without_returning(txn).await?;
            audit::record(&ctx, txn, event).await?;
        }
        Ok(())
    })
    .await
}
