//! A product, its contributors, the template of its steps, and the versions of its methodology sheet. Pure.

use crate::error::{Code, Refusal as DomainRefusal, Refused};
use crate::network::model::ObservatoryView;
use crate::texts::Lang;
use crate::time::{DateRule, Frequency, Period};
use chrono::{DateTime, Months, NaiveDate, NaiveTime, Utc};
use entity::ids::{DocumentId, ObservatoryId, ProductId, ProductSheetId, ProductStepId};
use entity::kinds::{Contributing, ObservatoryKind, Periodicity, ProductScope, SeatKind, Theme};

pub const CODE_CHARACTERS: usize = 60;
pub const NAME_CHARACTERS: usize = 200;
pub const DESCRIPTION_CHARACTERS: usize = 2000;
pub const CONTACT_CHARACTERS: usize = 200;
pub const SECTION_CHARACTERS: usize = 200;
pub const WORDS_CHARACTERS: usize = 500;
pub const STEP_CODE_CHARACTERS: usize = 40;
pub const SHEET_CHARACTERS: usize = 4000;
pub const LIST_CHARACTERS: usize = 100;
/// Most steps of a template; a template with more is refused.
pub const MOST_STEPS: usize = 40;
/// Most lists of a methodology sheet; a sheet with more is refused.
pub const MOST_LISTS: usize = 20;
/// Distance of a step from the release, in working days. A year has about 250; anything further is refused as a typing
/// error.
pub const STEP_OFFSETS_WORKING_DAYS: std::ops::RangeInclusive<i32> = -250..=0;
/// Effort of a step, in minutes: at most a month of work.
pub const STEP_MINUTES: std::ops::RangeInclusive<i32> = 1..=10_000;

/// A product of the catalogue, released regularly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub id: ProductId,
    /// Part of the addresses of its releases, and therefore never changed.
    pub code: String,
    pub details: Details,
    /// Steps of the work for each release, in order.
    pub steps: Vec<Step>,
    /// Steps that the template no longer has; tasks of existing releases refer to them.
    pub former_steps: Vec<Step>,
    /// Instant since which no release of it can be planned.
    pub retired_at: Option<DateTime<Utc>>,
    pub version: i32,
}

/// Properties of a product that the secretariat may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub name_it: String,
    pub name_en: String,
    pub theme: Option<Theme>,
    pub periodicity: Periodicity,
    pub scope: ProductScope,
    pub contributors: Contributors,
    /// Hour of a release without an hour of its own: wall time in Europe/Rome.
    pub default_hour: NaiveTime,
    pub description_it: Option<String>,
    pub description_en: Option<String>,
    pub contact: Option<Contact>,
    /// Section of the portal in which its reports appear.
    pub portal_section: Option<String>,
    /// Words by which its reports are found on the portal, separated by commas.
    pub portal_words: Option<String>,
    /// Rule for the dates of its releases.
    pub date_rule: Option<DateRule>,
}

impl Default for Details {
    /// Makes a yearly product of all territorial observatories, still without a name.
    fn default() -> Self {
        Self {
            name_it: String::new(),
            name_en: String::new(),
            theme: None,
            periodicity: Periodicity::Annual,
            scope: ProductScope::PerObservatory,
            contributors: Contributors::default(),
            default_hour: NaiveTime::MIN,
            description_it: None,
            description_en: None,
            contact: None,
            portal_section: None,
            portal_words: None,
            date_rule: None,
        }
    }
}

/// Office that answers questions about a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub name: String,
    pub email: Option<String>,
}

/// Observatories that contribute to a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contributors {
    pub who: Contributing,
    /// Territorial observatories named, by code; none if all contribute.
    pub named: Vec<Contributor>,
    /// Whether the regional observatory contributes too.
    pub with_regional: bool,
}

impl Default for Contributors {
    fn default() -> Self {
        Self { who: Contributing::AllTerritorial, named: Vec::new(), with_regional: false }
    }
}

/// An observatory named as a contributor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contributor {
    pub code: String,
    pub id: ObservatoryId,
}

impl Contributors {
    /// Tells whether an observatory contributes.
    pub fn include(&self, one: &ObservatoryView) -> bool {
        match one.kind {
            ObservatoryKind::Regional => self.with_regional,
            ObservatoryKind::Territorial => match self.who {
                Contributing::AllTerritorial => true,
                Contributing::Named => self.named.iter().any(|named| named.id == one.id),
            },
        }
    }

    /// Finds the contributors with these codes. Errors: no contributor at all, and a code that is no territorial
    /// observatory; the regional one is chosen apart.
    pub fn chosen(
        who: Contributing,
        codes: &[String],
        with_regional: bool,
        observatories: &[ObservatoryView],
    ) -> Result<Self, Refusal> {
        let mut named = Vec::new();
        for code in codes.iter().filter(|_| who == Contributing::Named) {
            let is_meant = |one: &&ObservatoryView| one.code == *code && one.kind == ObservatoryKind::Territorial;
            let found = observatories.iter().find(is_meant);
            let found = found.ok_or_else(|| Refusal::NotAnObservatory { code: code.clone() })?;
            named.push(Contributor { code: found.code.clone(), id: found.id });
        }
        named.sort();
        named.dedup();
        if who == Contributing::Named && named.is_empty() && !with_regional {
            return Err(Refusal::ContributorsMissing);
        }
        Ok(Self { who, named, with_regional })
    }
}

/// A step of the work for a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub id: ProductStepId,
    pub position: i32,
    pub code: String,
    pub name_it: String,
    pub name_en: String,
    /// Kind of seat whose holder does the step.
    pub seat: SeatKind,
    /// Working days of the holder of the seat, negative before the release.
    pub offset_working_days: i32,
    pub estimated_minutes: i32,
    /// Codes of the steps that have to be done before.
    pub after: Vec<String>,
}

impl Step {
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.name_it,
            Lang::En => &self.name_en,
        }
    }
}

impl Product {
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.details.name_it,
            Lang::En => &self.details.name_en,
        }
    }

    /// Returns the description in a language, or in the other one if it has only that, with its language.
    pub fn description(&self, lang: Lang) -> Option<(&str, Lang)> {
        let Details { description_it: it, description_en: en, .. } = &self.details;
        let (it, en) = (it.as_deref().map(|text| (text, Lang::It)), en.as_deref().map(|text| (text, Lang::En)));
        match lang {
            Lang::It => it.or(en),
            Lang::En => en.or(it),
        }
    }

    /// Finds a step of the template or one that it had before.
    pub fn step(&self, id: ProductStepId) -> Option<&Step> {
        self.steps.iter().chain(&self.former_steps).find(|step| step.id == id)
    }

    /// Returns the product with the steps of an existing release, in order, instead of those of the present template.
    #[must_use]
    pub fn as_planned(&self, steps: impl Fn(ProductStepId) -> bool) -> Self {
        let mut planned: Vec<Step> =
            self.steps.iter().chain(&self.former_steps).filter(|step| steps(step.id)).cloned().collect();
        planned.sort_by_key(|step| step.position);
        Self { steps: planned, ..self.clone() }
    }

    /// Tells whether the period has this product's frequency. An irregular product accepts any period.
    pub fn speaks_about(&self, period: Period) -> bool {
        self.frequencies().contains(&period.frequency())
    }

    /// Returns the lengths of the periods that it reports on; an irregular product has all.
    pub const fn frequencies(&self) -> &'static [Frequency] {
        frequencies(self.details.periodicity)
    }

    /// Returns the periods for which a release may be planned: those that begin from two years before `today` to two
    /// years after it, by length and time.
    pub fn periods_around(&self, today: NaiveDate) -> Vec<Period> {
        let (from, to) = (today - Months::new(24), today + Months::new(24));
        let of_length = |frequency: &Frequency| {
            let first = Period::containing(*frequency, from).ok();
            std::iter::successors(first, |period| period.next()).take_while(move |period| period.first_day() <= to)
        };
        self.frequencies().iter().flat_map(of_length).collect()
    }
}

/// Returns the lengths of the periods of a periodicity; an irregular one has all.
pub const fn frequencies(periodicity: Periodicity) -> &'static [Frequency] {
    match periodicity {
        Periodicity::Annual => &[Frequency::Year],
        Periodicity::HalfYearly => &[Frequency::Half],
        Periodicity::FourMonthly => &[Frequency::FourMonth],
        Periodicity::Quarterly => &[Frequency::Quarter],
        Periodicity::Monthly => &[Frequency::Month],
        Periodicity::Irregular => &Frequency::ALL,
    }
}

/// A step of a template as the secretariat enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepIn {
    pub code: String,
    pub name_it: String,
    pub name_en: String,
    pub seat: SeatKind,
    pub offset_working_days: i32,
    pub estimated_minutes: i32,
    /// Codes of the steps that have to be done before.
    pub after: Vec<String>,
}

impl StepIn {
    /// Tells whether tasks made from both steps have the same days, so that one may replace the other in its row.
    pub fn derives_as(&self, known: &Step) -> bool {
        (self.seat, self.offset_working_days) == (known.seat, known.offset_working_days)
    }
}

impl From<&Step> for StepIn {
    fn from(step: &Step) -> Self {
        Self {
            code: step.code.clone(),
            name_it: step.name_it.clone(),
            name_en: step.name_en.clone(),
            seat: step.seat,
            offset_working_days: step.offset_working_days,
            estimated_minutes: step.estimated_minutes,
            after: step.after.clone(),
        }
    }
}

/// Returns the contradictions between the steps of a template, each with the position of its step from 0. `before` are
/// the codes of the present template, which tell a removed step from an unknown one.
pub fn contradictions(steps: &[StepIn], before: &[&str]) -> Vec<(usize, Refusal)> {
    let mut found = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        if steps[..at].iter().any(|other| other.code == step.code) {
            found.push((at, Refusal::StepCodeTaken));
        }
        let missing = step.after.iter().find(|code| steps.iter().all(|other| other.code != **code));
        match missing {
            Some(code) if before.contains(&code.as_str()) => {
                found.push((at, Refusal::StepNeeded { step: code.clone(), by: step.code.clone() }));
            }
            Some(_) => found.push((at, Refusal::StepUnknown)),
            None if waits_for_itself(steps, step) => found.push((at, Refusal::Circular { step: step.code.clone() })),
            None => {}
        }
    }
    found
}

/// Tells whether a step has to be done before itself, directly or through others.
fn waits_for_itself(steps: &[StepIn], step: &StepIn) -> bool {
    let mut before: Vec<&str> = step.after.iter().map(String::as_str).collect();
    let mut next = 0;
    while next < before.len() {
        let earlier = steps.iter().find(|other| other.code == before[next]);
        for code in earlier.iter().flat_map(|earlier| &earlier.after) {
            if !before.contains(&code.as_str()) {
                before.push(code);
            }
        }
        next += 1;
    }
    before.contains(&step.code.as_str())
}

/// Checks the rule of the product `own`. `rule_of` returns the rule of another product, or none for an unknown one.
/// Errors: values outside their limits; a product, a territory or a source that is not known; a circle of products that
/// wait for each other.
pub fn check_rule<'r>(
    rule: &'r DateRule,
    own: &'r str,
    is_territory: impl Fn(&str) -> bool,
    is_source: impl Fn(&str) -> bool,
    rule_of: impl Fn(&str) -> Option<Option<&'r DateRule>>,
) -> Result<(), Refusal> {
    if let Some(improper) = rule.improper().first() {
        let (least, most) = improper.limits();
        return Err(Refusal::RuleOutOfRange { least, most });
    }
    let is_elsewhere = rule.worked_by.as_deref().is_some_and(|code| !is_territory(code));
    if is_elsewhere || rule.source().is_some_and(|code| !is_source(code)) {
        return Err(Refusal::RuleUnknown);
    }
    let mut met = vec![own];
    let mut next = rule.follows();
    while let Some(code) = next {
        if met.contains(&code) {
            return Err(Refusal::RuleFollowsItself);
        }
        met.push(code);
        next = rule_of(code).ok_or(Refusal::RuleUnknown)?.and_then(DateRule::follows);
    }
    Ok(())
}

/// A version of the methodology sheet of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub id: ProductSheetId,
    /// 1 for the first version.
    pub number: i32,
    pub text_it: String,
    pub text_en: Option<String>,
    pub lists: Vec<UsedList>,
    pub document_id: Option<DocumentId>,
    /// The first reference period to whose release it applies.
    pub from: Period,
    pub published_at: DateTime<Utc>,
}

impl Sheet {
    /// Returns the text in a language, or the Italian one if there is no English one, with its language.
    pub fn text(&self, lang: Lang) -> (&str, Lang) {
        match self.text_en.as_deref() {
            Some(text) if lang == Lang::En => (text, Lang::En),
            Some(_) | None => (&self.text_it, Lang::It),
        }
    }
}

/// A list that a methodology sheet uses, with its edition: *ATECO, 2025*.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedList {
    pub name: String,
    pub edition: String,
}

/// Returns the version of the sheet in force for the release about a period: the latest of those that apply to it.
pub fn in_force(sheets: &[Sheet], period: Period) -> Option<&Sheet> {
    sheets.iter().filter(|sheet| sheet.from.first_day() <= period.first_day()).max_by_key(|sheet| sheet.number)
}

/// Refusals of changes to the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the code is another product's")]
    CodeTaken,
    #[error("the code has letters that no address of a page has")]
    CodeMalformed,
    #[error("{code} is no territorial observatory")]
    NotAnObservatory { code: String },
    #[error("no observatory contributes")]
    ContributorsMissing,
    #[error("a contact without a name")]
    ContactWithoutName,
    #[error("another step of the template has the code")]
    StepCodeTaken,
    #[error("the step that has to be done before is not in the template")]
    StepUnknown,
    #[error("the step {by} needs {step}, which is removed")]
    StepNeeded { step: String, by: String },
    #[error("the step {step} waits for itself")]
    Circular { step: String },
    #[error("the period is not of the product's kind")]
    PeriodOfAnotherKind,
    #[error("the rule for the dates has values outside their limits")]
    RuleOutOfRange { least: i32, most: i32 },
    #[error("the rule for the dates names something unknown")]
    RuleUnknown,
    #[error("the rule for the dates depends on itself")]
    RuleFollowsItself,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::CodeTaken | Self::StepCodeTaken => Refused::at("code", Code::CodeTaken),
            Self::CodeMalformed => Refused::at("code", Code::CodeMalformed),
            Self::NotAnObservatory { code } => {
                Refused::at("observatories", Code::NotAnObservatory).with("code", code.as_str())
            }
            Self::ContributorsMissing => Refused::at("observatories", Code::ContributorsMissing),
            Self::ContactWithoutName => Refused::at("contact_name", Code::Required),
            Self::StepUnknown => Refused::at("after", Code::UnknownValue),
            Self::StepNeeded { step, by } => {
                Refused::at("after", Code::StepNeeded).with("step", step.as_str()).with("by", by.as_str())
            }
            Self::Circular { step } => Refused::at("after", Code::CircularDependency).with("step", step.as_str()),
            Self::PeriodOfAnotherKind => Refused::at("from_period", Code::PeriodOfAnotherKind),
            Self::RuleOutOfRange { least, most } => {
                Refused::at("date_rule", Code::OutOfRange).with("min", *least).with("max", *most)
            }
            Self::RuleUnknown => Refused::at("date_rule", Code::UnknownValue),
            Self::RuleFollowsItself => Refused::at("date_rule", Code::RuleFollowsItself),
        }
    }
}

#[cfg(test)]
mod tests;
