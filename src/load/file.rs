//! The data file as TOML tables. Values keep their position, so that a refusal can name the line.
//!
//! The parser refuses unknown keys, missing keys, values of the wrong type and words outside a closed vocabulary.
//! Checks that need the text of a value or the rest of the file are in [`super::check`].

use chrono::{NaiveDate, NaiveTime};
use entity::kinds::{
    ActKind, BodyKind, Contributing, ObservatoryKind, Periodicity, ProductScope, SeatKind, TableKind, Theme,
};
use serde::Deserialize;
use std::ops::Range;
pub use toml::Spanned;

use crate::network::settings::CHAPTER_LIMIT_WORKING_DAYS;
use crate::texts::Lang;
use crate::time::DateRule;

/// One reason for refusing a file, with its line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line of the file, counted from 1.
    pub line: usize,
    pub reason: String,
}

impl Problem {
    /// Makes the problem of the text that begins at `span`.
    pub fn at(source: &str, span: &Range<usize>, reason: impl Into<String>) -> Self {
        Self { line: line_of(source, span.start), reason: reason.into() }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

fn line_of(source: &str, byte: usize) -> usize {
    source.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}

/// Parses a file; stops at the first error.
pub fn parse(source: &str) -> Result<File, Problem> {
    toml::from_str(source).map_err(|error: toml::de::Error| {
        let end_of_file = source.len()..source.len();
        Problem::at(source, &error.span().unwrap_or(end_of_file), error.message())
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub agreement: Spanned<Agreement>,
    pub calendar: Calendar,
    #[serde(default, rename = "holiday")]
    pub holidays: Vec<Spanned<Holiday>>,
    #[serde(default, rename = "territory")]
    pub territories: Vec<Spanned<Territory>>,
    #[serde(default, rename = "one_off_day")]
    pub one_off_days: Vec<Spanned<OneOffDay>>,
    #[serde(default, rename = "body")]
    pub bodies: Vec<Spanned<Body>>,
    #[serde(default, rename = "observatory")]
    pub observatories: Vec<Spanned<Observatory>>,
    #[serde(default, rename = "person")]
    pub people: Vec<Spanned<Person>>,
    #[serde(default, rename = "designation")]
    pub designations: Vec<Spanned<Designation>>,
    #[serde(default, rename = "technical_table")]
    pub tables: Vec<Spanned<TechnicalTable>>,
    #[serde(default, rename = "source")]
    pub sources: Vec<Spanned<Source>>,
    #[serde(default, rename = "product")]
    pub products: Vec<Spanned<Product>>,
    pub ladder: Spanned<Ladder>,
    #[serde(default)]
    pub contributions: Contributions,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    pub code: Spanned<String>,
    pub title: Spanned<String>,
    /// Missing in the agreement's text, which leaves the day of signature blank. Absent here means that the database
    /// keeps its value.
    pub in_force_from: Option<NaiveDate>,
    pub in_force_to: NaiveDate,
    pub review_due: Spanned<NaiveDate>,
    #[serde(default, rename = "act")]
    pub acts: Vec<Spanned<Act>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    pub kind: Spanned<String>,
    pub number: Spanned<String>,
    pub date: Option<NaiveDate>,
    pub subject: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    pub saturday_works: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolidayKind {
    Fixed,
    Easter,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    pub name_it: Spanned<String>,
    pub name_en: Spanned<String>,
    pub kind: HolidayKind,
    pub month: Option<u32>,
    pub day: Option<u32>,
    /// Days after Easter Sunday.
    pub offset: Option<i32>,
    pub from_year: Option<i32>,
    pub to_year: Option<i32>,
    pub source: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Territory {
    pub code: Spanned<String>,
    pub name: Spanned<String>,
    pub city: Spanned<String>,
    pub patron: Spanned<Patron>,
    /// Codes of the territories that border on it.
    #[serde(default)]
    pub neighbours: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patron {
    pub name_it: Spanned<String>,
    pub name_en: Spanned<String>,
    pub month: u32,
    pub day: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneOffDay {
    /// Absent: in every territory.
    pub territory: Option<Spanned<String>>,
    pub date: NaiveDate,
    pub name_it: Spanned<String>,
    pub name_en: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    pub code: Spanned<String>,
    pub name: Spanned<String>,
    pub kind: BodyKind,
    pub ipa: Spanned<String>,
    pub istat: Spanned<String>,
    pub province_code: Option<Spanned<String>>,
    pub sigla: Option<Spanned<String>>,
    pub nuts: Spanned<String>,
    pub capital: Spanned<String>,
    pub capital_istat: Spanned<String>,
    pub capital_cadastral: Spanned<String>,
    pub territory: Spanned<String>,
    /// Absent: the database keeps its value.
    pub pec: Option<Spanned<String>>,
    #[serde(default)]
    pub aliases: Vec<Spanned<String>>,
    pub signatory: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observatory {
    pub code: Spanned<String>,
    pub body: Spanned<String>,
    pub name: Spanned<String>,
    pub kind: ObservatoryKind,
    /// Address of its own site; absent for an observatory without one.
    pub site: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Used only inside this file: designations refer to it.
    pub code: Spanned<String>,
    /// Absent for a person who has only one name.
    pub given_name: Option<Spanned<String>>,
    pub family_name: Spanned<String>,
    pub email: Spanned<String>,
    pub language: Lang,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Designation {
    pub person: Spanned<String>,
    pub seat: SeatKind,
    pub body: Option<Spanned<String>>,
    pub observatory: Option<Spanned<String>>,
    pub act_kind: ActKind,
    pub act_number: Spanned<String>,
    pub act_date: NaiveDate,
    pub act_organ: Spanned<String>,
    pub act_subject: Spanned<String>,
    pub valid_from: Spanned<NaiveDate>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TechnicalTable {
    pub code: Spanned<String>,
    pub name_it: Spanned<String>,
    pub name_en: Spanned<String>,
    pub kind: TableKind,
    pub ordinary_notice_days: Spanned<i32>,
    /// First parties of a working group, by the codes of their bodies. The plenary table always has all signatories.
    #[serde(default)]
    pub parties: Vec<Spanned<String>>,
}

/// A source at its first load; afterwards it belongs to the service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub code: Spanned<String>,
    pub name: Spanned<String>,
    pub publisher: Spanned<String>,
    pub address: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub code: Spanned<String>,
    pub name_it: Spanned<String>,
    pub name_en: Spanned<String>,
    pub periodicity: Periodicity,
    pub scope: ProductScope,
    pub default_hour: NaiveTime,
    /// Absent, like each of the next ones: the database keeps its value.
    pub theme: Option<Theme>,
    pub description_it: Option<Spanned<String>>,
    pub description_en: Option<Spanned<String>>,
    pub contact_name: Option<Spanned<String>>,
    pub contact_email: Option<Spanned<String>>,
    pub portal_section: Option<Spanned<String>>,
    pub portal_words: Option<Spanned<String>>,
    pub date_rule: Option<Spanned<DateRule>>,
    pub contributors: Option<Spanned<Contributing>>,
    /// Codes of the named territorial observatories.
    #[serde(default)]
    pub observatories: Vec<Spanned<String>>,
    pub with_regional: Option<bool>,
    pub retired: Option<bool>,
    #[serde(default, rename = "step")]
    pub steps: Vec<Spanned<Step>>,
    /// Versions of its methodology sheet, the first one first.
    #[serde(default, rename = "sheet")]
    pub sheets: Vec<Spanned<Sheet>>,
}

/// A version of a methodology sheet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// The first reference period to whose release it applies.
    pub from: Spanned<String>,
    pub text_it: Spanned<String>,
    pub text_en: Option<Spanned<String>>,
    /// Path of a file, relative to the data file.
    pub document: Option<Spanned<String>>,
    #[serde(default, rename = "list")]
    pub lists: Vec<Spanned<UsedList>>,
}

/// A list that a methodology sheet uses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsedList {
    pub name: Spanned<String>,
    pub edition: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub code: Spanned<String>,
    pub name_it: Spanned<String>,
    pub name_en: Spanned<String>,
    pub seat: SeatKind,
    pub offset_working_days: Spanned<i32>,
    pub minutes: Spanned<i32>,
    /// Codes of the steps that have to be done before.
    #[serde(default)]
    pub after: Vec<String>,
}

/// Agreement of the parties about their contributions.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contributions {
    /// Whether referents read each other's accepted contributions.
    #[serde(default)]
    pub shared: bool,
    /// Working days before a joint release from which it may go out without a chapter.
    pub missing_from_working_days: Option<Spanned<i32>>,
}

impl Contributions {
    /// Returns the working days before a joint release from which it may go out without a chapter.
    pub fn missing_from(&self) -> i32 {
        self.missing_from_working_days.as_ref().map_or(CHAPTER_LIMIT_WORKING_DAYS, |days| *days.get_ref())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    pub rungs: Spanned<Vec<i32>>,
    pub send_from: NaiveTime,
    pub send_until: Spanned<NaiveTime>,
}
