//! Products of the demonstration. They are invented, and no file of the network has them.

use super::stage::Stage;
use crate::catalogue::model::StepIn;
use crate::catalogue::service::{self as catalogue, DetailsIn};
use crate::error::Result;
use crate::releases::model::When;
use crate::time::{DateRule, Frequency, Period};
use chrono::{Months, NaiveDate, NaiveTime};
use entity::kinds::{Contributing, Periodicity, Precision, ProductScope, SeatKind, Theme};

/// A product with the rhythm of its releases.
pub(super) struct Invented {
    pub code: &'static str,
    name_it: &'static str,
    name_en: &'static str,
    description_it: &'static str,
    description_en: &'static str,
    theme: Theme,
    /// Rule for its dates, as it is kept.
    rule: &'static str,
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
        description_it: "Quante persone sono state assunte nel mese in Lombardia, per settore e per tipo di contratto.",
        description_en: "People hired in Lombardy in the month, by sector and kind of contract.",
        theme: Theme::Hiring,
        rule: r#"{"day":{"end_of_period":{"plus":20,"unit":"working_days"}},"avoid":["08-01/08-31"],"most_a_day":2}"#,
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
        description_it: "Le assunzioni previste dalle imprese della provincia nel trimestre, con le professioni più cercate.",
        description_en: "Hirings planned by the firms of the province in the quarter, with the occupations most in demand.",
        theme: Theme::Demand,
        rule: r#"{"day":{"nth_weekday":{"nth":"second","weekday":"tuesday","month":2}}}"#,
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
        description_it: "Le professioni richieste nelle dodici province, con un capitolo per ciascuna e il confronto con il semestre prima.",
        description_en: "Occupations in demand in the twelve provinces, with a chapter for each and a comparison with the half-year before.",
        theme: Theme::Skills,
        rule: r#"{"day":{"end_of_period":{"plus":3,"unit":"months"}},"adjust":"nearest"}"#,
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

/// Code of the regional observatory.
const REGIONAL: &str = "regionale";

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

    /// Returns its properties as the secretariat would enter them.
    fn details(&self) -> DetailsIn {
        let names = self.rhythm.iter().map(|(observatory, _)| *observatory).filter(|code| *code != ALL);
        let (regional, observatories): (Vec<&str>, Vec<&str>) = names.partition(|code| *code == REGIONAL);
        let is_named = !regional.is_empty() || !observatories.is_empty();
        DetailsIn {
            name_it: self.name_it.to_owned(),
            name_en: self.name_en.to_owned(),
            theme: Some(self.theme),
            periodicity: self.periodicity,
            scope: self.scope,
            contributors: if is_named { Contributing::Named } else { Contributing::AllTerritorial },
            observatories: observatories.into_iter().map(str::to_owned).collect(),
            with_regional: !regional.is_empty(),
            default_hour: NaiveTime::from_hms_opt(self.hour, 0, 0).unwrap_or(NaiveTime::MIN),
            description_it: Some(self.description_it.to_owned()),
            description_en: Some(self.description_en.to_owned()),
            contact_name: None,
            contact_email: None,
            portal_section: None,
            portal_words: None,
            date_rule: DateRule::from_text(self.rule),
        }
    }

    /// Returns the one step of its work.
    fn step(&self) -> StepIn {
        StepIn {
            code: "testo".to_owned(),
            name_it: self.step_it.to_owned(),
            name_en: self.step_en.to_owned(),
            seat: SeatKind::Referent,
            offset_working_days: -5,
            estimated_minutes: 120,
            after: Vec::new(),
        }
    }
}

/// Creates the products with their one step each.
pub(super) async fn load(stage: &Stage) -> Result<()> {
    let ctx = stage.system();
    ctx.write(async |txn| {
        for one in PRODUCTS {
            let created = catalogue::create(&ctx, txn, one.code, one.details()).await?;
            catalogue::replace_steps(&ctx, txn, one.code, created.version, &[one.step()]).await?;
        }
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_can_be_read() {
        assert!(PRODUCTS.iter().all(|one| one.details().date_rule.is_some()));
    }
}
