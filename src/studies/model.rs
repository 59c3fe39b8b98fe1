//! A study, and the work of others that is near to it. Pure.

pub mod near;

use crate::error::{Code, Refusal as DomainRefusal, Refused};
use crate::time::{Frequency, Period};
use chrono::{DateTime, Months, NaiveDate, Utc};
use entity::ids::{ObservatoryId, PersonId, ProductId, ReleaseId, StudyId};

pub const TITLE_CHARACTERS: usize = 200;

/// Months before and after today in which a period that can be chosen begins.
const PERIOD_MONTHS: (u32, u32) = (36, 12);

/// A study that an observatory does on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Study {
    pub id: StudyId,
    pub observatory: ObservatoryId,
    pub product: ProductId,
    pub release: ReleaseId,
    /// Code of the territory that it is about.
    pub territory: String,
    pub declared_at: DateTime<Utc>,
    pub declared_by: Option<PersonId>,
    pub version: i32,
}

/// Returns the periods that a study may cover, by length and time.
pub fn periods_around(today: NaiveDate) -> Vec<Period> {
    let (from, to) = (today - Months::new(PERIOD_MONTHS.0), today + Months::new(PERIOD_MONTHS.1));
    let lengths = [Frequency::Year, Frequency::Half, Frequency::Quarter, Frequency::Month];
    let of_length = |frequency| {
        let first = Period::containing(frequency, from).ok();
        std::iter::successors(first, |period| period.next()).take_while(move |period| period.first_day() <= to)
    };
    lengths.into_iter().flat_map(of_length).collect()
}

/// Refusals of changes to studies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the observatory is not known")]
    ObservatoryUnknown,
    #[error("the territory is not known")]
    TerritoryUnknown,
    #[error("the date is no month")]
    NoMonth,
    #[error("the release is not provisional any more")]
    NotProvisional,
    #[error("nothing changes")]
    NothingChanges,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::ObservatoryUnknown => Refused::at("observatory", Code::UnknownValue),
            Self::TerritoryUnknown => Refused::at("territory", Code::UnknownValue),
            Self::NoMonth => Refused::at("month", Code::NotAMonth),
            Self::NotProvisional => Refused::of(Code::StudyUnderWay),
            Self::NothingChanges => Refused::of(Code::NothingChanges),
        }
    }
}
