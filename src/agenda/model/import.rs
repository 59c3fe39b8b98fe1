//! The rows of a spreadsheet with dates of the agenda, compared with the releases that exist. Pure.

use crate::catalogue::model::Product;
use crate::error::{Code, Refusal as DomainRefusal, Refused};
use crate::network::model::ObservatoryView;
use crate::releases::model::{
    self, Refusal as ReleaseRefusal, Release, When, must_be_in_use, must_be_owed_by, must_contribute,
};
use crate::time::Period;
use chrono::NaiveDate;
use entity::ids::{ObservatoryId, ProductId, ReleaseId};
use entity::kinds::ReleaseState;
use std::collections::HashSet;

/// Most rows of a spreadsheet; one with more is refused.
pub const MOST_ROWS: usize = 1000;

/// A row as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Number in the file; the headings are row 1.
    pub number: usize,
    /// Code of the product.
    pub product: String,
    /// Code of the observatory, for an autonomous product.
    pub observatory: Option<String>,
    pub period: Period,
    pub when: When,
}

/// Effect of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A new release with a provisional date.
    Plan,
    /// A provisional date is replaced.
    Improve { release: ReleaseId, version: i32, from: When },
    /// The release has the date already.
    Same,
}

/// Identity of an entry of the agenda: product, observatory of an autonomous one, period.
type Place = (ProductId, Option<ObservatoryId>, Period);

/// The catalogue, the network and the agenda with which rows are compared.
pub struct Known<'a> {
    pub catalogue: &'a [Product],
    pub observatories: &'a [ObservatoryView],
    pub existing: &'a [Release],
    pub today: NaiveDate,
}

/// Rows compared one after the other.
pub struct Comparing<'a> {
    known: Known<'a>,
    met: HashSet<Place>,
}

impl<'a> Comparing<'a> {
    pub fn with(known: Known<'a>) -> Self {
        Self { known, met: HashSet::new() }
    }

    /// Returns what a row would do. Errors: those of planning a release and of giving it another date; a row for which the
    /// file has another one.
    pub fn compare(&mut self, row: &Row) -> Result<Outcome, Refused> {
        let said = |refusal: ReleaseRefusal| refusal.said();
        let product = self.known.catalogue.iter().find(|product| product.code == row.product);
        let product = product.ok_or_else(|| Refusal::Unknown { field: "product" }.said())?;
        let observatory = match &row.observatory {
            None => None,
            Some(code) => {
                let found = self.known.observatories.iter().find(|one| one.code == *code);
                Some(found.ok_or_else(|| Refusal::Unknown { field: "observatory" }.said())?)
            }
        };
        let owner = observatory.map(|one| one.id);
        must_be_owed_by(product, owner).map_err(said)?;
        must_contribute(product, observatory).map_err(said)?;
        if !self.met.insert((product.id, owner, row.period)) {
            return Err(Refusal::Twice.said());
        }
        match self.standing(product, owner, row.period) {
            None => {
                must_be_in_use(product).map_err(said)?;
                let id = ReleaseId(uuid::Uuid::nil());
                Release::planned(id, product, owner, row.period, row.when, self.known.today).map_err(said)?;
                Ok(Outcome::Plan)
            }
            Some(release) if release.when() == row.when => Ok(Outcome::Same),
            Some(release) if release.state() != ReleaseState::Provisional => Err(Refusal::Announced.said()),
            Some(release) => {
                let (id, version, from) = (release.id, release.version, release.when());
                release.clone().improved(row.when, self.known.today).map_err(said)?;
                Ok(Outcome::Improve { release: id, version, from })
            }
        }
    }

    fn standing(&self, product: &Product, owner: Option<ObservatoryId>, period: Period) -> Option<&Release> {
        let is_it = |one: &&Release| {
            (one.product_id, one.observatory, one.period) == (product.id, owner, period) && one.stands()
        };
        self.known.existing.iter().find(is_it)
    }
}

/// Refusals of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the {field} is not known")]
    Unknown { field: &'static str },
    #[error("the file has the release twice")]
    Twice,
    #[error("the date is announced: it moves only with a reason")]
    Announced,
    #[error("the file has nothing new")]
    NothingNew,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::Unknown { field } => Refused::at(field, Code::UnknownValue),
            Self::Twice => Refused::at("period", Code::ReleaseExists),
            Self::Announced => Refused::at("day", Code::DateAnnounced),
            Self::NothingNew => Refused::at("document", Code::NothingChanges),
        }
    }
}

/// Reads a date of a spreadsheet: a day, or a month written `2027-03`.
pub fn day_or_month(text: &str) -> Option<(NaiveDate, bool)> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Some((day, false));
    }
    let month: Period = text.parse().ok()?;
    (month.frequency() == crate::time::Frequency::Month).then(|| (month.first_day(), true))
}

/// Makes a date of its parts; without a precision it is as precise as it is written.
pub fn when_of(
    day: NaiveDate,
    is_month: bool,
    hour: Option<chrono::NaiveTime>,
    precision: Option<entity::kinds::Precision>,
) -> Result<When, ReleaseRefusal> {
    use entity::kinds::Precision;
    let written = match (is_month, hour) {
        (true, _) => Precision::Month,
        (false, Some(_)) => Precision::DayTime,
        (false, None) => Precision::Day,
    };
    model::When::of(precision.unwrap_or(written), day, hour)
}
