//! A proposal: the dates that the rules of the catalogue give for a span, compared with the releases that exist. Pure.

pub mod import;

use crate::catalogue::model::Product;
use crate::error::{Code, Refusal as DomainRefusal, Refused};
use crate::releases::model::Release;
use crate::time::date_rule::{DateRule, Derived, Facts, NoDay};
use crate::time::{Frequency, Joint, Period};
use chrono::{Days, NaiveDate};
use entity::ids::{ObservatoryId, ProductId};
use entity::kinds::ReleaseState;
use std::collections::{BTreeMap, HashMap};

/// Longest span of a proposal or an edition, in months.
pub const MOST_MONTHS: usize = 36;

/// Days before a span in which the period of one of its releases may end: the longest distance of a rule.
const LOOK_BACK_DAYS: u64 = 1100;

/// Days of a year, the longest period.
const LONGEST_PERIOD_DAYS: u64 = 366;

/// Days by which an imprecise date of a release may begin before its period: two months.
const BEFORE_PERIOD_DAYS: u64 = 62;

/// Whole months, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    from: Period,
    to: Period,
}

impl Span {
    /// Makes a span of months. Errors: not months, in the wrong order, or more than [`MOST_MONTHS`].
    pub fn new(from: Period, to: Period) -> Result<Self, Refusal> {
        let are_months = from.frequency() == Frequency::Month && to.frequency() == Frequency::Month;
        let months = std::iter::successors(Some(from), |month| month.next()).take_while(|month| *month <= to);
        match months.take(MOST_MONTHS + 1).count() {
            1..=MOST_MONTHS if are_months => Ok(Self { from, to }),
            _ => Err(Refusal::NoSpan),
        }
    }

    /// Returns the span of a whole year.
    pub fn of_year(year: i32) -> Option<Self> {
        let month = |number| Period::new(Frequency::Month, year, number).ok();
        Some(Self { from: month(1)?, to: month(12)? })
    }

    pub fn from(self) -> Period {
        self.from
    }

    pub fn to(self) -> Period {
        self.to
    }

    pub fn first_day(self) -> NaiveDate {
        self.from.first_day()
    }

    pub fn last_day(self) -> NaiveDate {
        self.to.last_day()
    }

    /// Returns a day before which no release matters for a proposal of the span: none of a period that is compared can lie
    /// before it.
    pub fn earliest(self) -> NaiveDate {
        self.first_day() - Days::new(LOOK_BACK_DAYS + LONGEST_PERIOD_DAYS + BEFORE_PERIOD_DAYS)
    }

    pub fn contains(self, day: NaiveDate) -> bool {
        self.first_day() <= day && day <= self.last_day()
    }
}

/// A product for which dates are proposed; an autonomous one once for each observatory that contributes.
pub struct Subject<'a> {
    pub product: &'a Product,
    pub observatory: Option<ObservatoryId>,
    /// Calendars of the rule: of one territory, or of all concerned.
    pub worked: Joint<'a>,
}

/// One line of a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub product: ProductId,
    pub observatory: Option<ObservatoryId>,
    pub period: Period,
    pub existing: Option<Release>,
    pub verdict: Verdict,
    pub warnings: Vec<Warning>,
}

/// Result of comparing a rule with the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No release yet.
    New(Derived),
    /// A provisional date that follows the rule, which now gives another day.
    Changed(Derived),
    /// A provisional date set by hand, or less precise than the rule.
    ByHand(Derived),
    /// A provisional date as the rule gives it.
    Same,
    /// Announced or published: it moves only with a reason.
    Settled,
    /// Announced for the day of the rule, which gives another day since a source has moved.
    Overtaken(Derived),
    /// The product has no rule, and its periodicity asks for a release.
    Gap,
    NoDay(NoDay),
}

impl Verdict {
    /// Returns the day to take over, if the line can be accepted.
    pub const fn proposed(&self) -> Option<&Derived> {
        match self {
            Self::New(derived) | Self::Changed(derived) | Self::ByHand(derived) => Some(derived),
            Self::Same | Self::Settled | Self::Overtaken(_) | Self::Gap | Self::NoDay(_) => None,
        }
    }

    /// Returns the day that the rule gives, if it is another than the present one.
    pub const fn derived(&self) -> Option<&Derived> {
        match self {
            Self::Overtaken(derived) => Some(derived),
            other => other.proposed(),
        }
    }

    /// Tells whether the day of an existing release changes because of its rule.
    pub const fn is_moved(&self) -> bool {
        matches!(self, Self::Changed(_) | Self::Overtaken(_))
    }

    /// Tells whether the line belongs to the whole proposal; a date set by hand changes only by a press of its own.
    pub const fn is_expected(&self) -> bool {
        matches!(self, Self::New(_) | Self::Changed(_))
    }
}

/// A remark on a line. It forbids nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The period has not ended on the day.
    BeforePeriodEnd,
    /// Number of other releases of the agenda, as proposed, on the same day.
    SharedDay(usize),
}

/// Returns what the rules propose for a span. `existing` are all releases, also those of other products, because they
/// fill days. `source` returns the first date of a source after a day, `name` the name of a territory.
pub fn propose(
    span: Span,
    today: NaiveDate,
    subjects: &[Subject<'_>],
    existing: &[Release],
    codes: &BTreeMap<&str, ProductId>,
    source: &dyn Fn(&str, NaiveDate) -> Option<NaiveDate>,
    name: &dyn Fn(&str) -> String,
) -> Vec<Line> {
    let mut agenda = Agenda::of(existing, codes, source, name);
    let catalogue: Vec<&Product> = subjects.iter().map(|subject| subject.product).collect();
    let places = by_place(existing);
    let mut lines = Vec::new();
    for subject in in_order(subjects) {
        let follows = source_behind(&catalogue, subject.product).is_some();
        for period in periods(subject.product, span) {
            let found = places.get(&(subject.product.id, subject.observatory, period)).copied().cloned();
            let line = agenda.compare(span, today, subject, period, found);
            let line = line.map(|line| if follows { agenda.overtaken(line, subject) } else { line });
            lines.extend(line);
        }
    }
    for line in &mut lines {
        line.warnings = agenda.warnings(line);
    }
    lines.sort_by_key(|line| {
        let day = line.verdict.proposed().map(|derived| derived.day);
        (day.or(line.existing.as_ref().map(Release::day)), line.period)
    });
    lines
}

/// Returns the source on whose dates a product depends, directly or through the products that its rule follows.
pub fn source_behind<'p>(catalogue: &[&'p Product], product: &'p Product) -> Option<&'p str> {
    let mut rule = product.details.date_rule.as_ref()?;
    // A circle of products ends at its length.
    for _ in 0..=catalogue.len() {
        if let Some(source) = rule.source() {
            return Some(source);
        }
        let followed = rule.follows()?;
        rule = catalogue.iter().find(|one| one.code == followed)?.details.date_rule.as_ref()?;
    }
    None
}

/// Orders the subjects so that a product comes after the one on whose releases its rule depends.
fn in_order<'s, 'a>(subjects: &'s [Subject<'a>]) -> Vec<&'s Subject<'a>> {
    let followed: HashMap<&str, Option<&str>> = subjects
        .iter()
        .map(|one| (one.product.code.as_str(), one.product.details.date_rule.as_ref().and_then(DateRule::follows)))
        .collect();
    // A circle of products ends at its length; each of its lines then says that a release is missing.
    let depth =
        |code: &str| std::iter::successors(Some(code), |code| *followed.get(code)?).take(subjects.len() + 1).count();
    let mut ordered: Vec<&Subject<'a>> = subjects.iter().collect();
    ordered.sort_by_cached_key(|one| depth(&one.product.code));
    ordered
}

/// Lists the periods of a regular product whose release may lie in a span.
fn periods(product: &Product, span: Span) -> Vec<Period> {
    let [frequency] = product.frequencies() else { return Vec::new() };
    let first = Period::containing(*frequency, span.first_day() - Days::new(LOOK_BACK_DAYS)).ok();
    std::iter::successors(first, |period| period.next())
        .take_while(|period| period.first_day() <= span.last_day())
        .collect()
}

/// The agenda while a proposal is made: the releases that exist, and the days proposed so far.
struct Agenda<'a> {
    /// Day of each standing release by product and last day of its period.
    days: HashMap<(ProductId, NaiveDate), NaiveDate>,
    /// Number of precise standing releases on each day.
    busy: BTreeMap<NaiveDate, usize>,
    codes: &'a BTreeMap<&'a str, ProductId>,
    source: &'a dyn Fn(&str, NaiveDate) -> Option<NaiveDate>,
    name: &'a dyn Fn(&str) -> String,
}

impl<'a> Agenda<'a> {
    fn of(
        existing: &[Release],
        codes: &'a BTreeMap<&'a str, ProductId>,
        source: &'a dyn Fn(&str, NaiveDate) -> Option<NaiveDate>,
        name: &'a dyn Fn(&str) -> String,
    ) -> Self {
        let mut agenda = Self { days: HashMap::new(), busy: BTreeMap::new(), codes, source, name };
        for one in existing.iter().filter(|one| one.stands() && one.is_precise()) {
            agenda.days.insert((one.product_id, one.period.last_day()), one.day());
            *agenda.busy.entry(one.day()).or_default() += 1;
        }
        agenda
    }

    fn compare(
        &mut self,
        span: Span,
        today: NaiveDate,
        subject: &Subject<'_>,
        period: Period,
        existing: Option<Release>,
    ) -> Option<Line> {
        let line = |existing, verdict| Line {
            product: subject.product.id,
            observatory: subject.observatory,
            period,
            existing,
            verdict,
            warnings: Vec::new(),
        };
        let is_in_span = existing.as_ref().is_some_and(|one| span.contains(one.day()));
        match existing.as_ref().map(Release::state) {
            // It was given up with a reason: a rule does not bring it back.
            Some(ReleaseState::Cancelled) => return None,
            Some(ReleaseState::Confirmed | ReleaseState::Published | ReleaseState::Withdrawn) => {
                return is_in_span.then(|| line(existing, Verdict::Settled));
            }
            Some(ReleaseState::Provisional) | None => {}
        }
        let Some(rule) = &subject.product.details.date_rule else {
            let is_missing = existing.is_none() && span.contains(period.last_day()) && period.last_day() >= today;
            return is_missing.then(|| line(None, Verdict::Gap));
        };
        // A release does not stand in its own way.
        let own = existing.as_ref().filter(|one| one.is_precise()).map(Release::day);
        self.leave(own);
        let derived = rule.derive(period, &subject.worked, &*self);
        let verdict = match derived {
            Err(why) => {
                self.take(subject, period, own);
                let is_asked = is_in_span || (existing.is_none() && span.contains(period.last_day()));
                return is_asked.then(|| line(existing, Verdict::NoDay(why)));
            }
            Ok(derived) => derived,
        };
        let day = verdict.day;
        let verdict = match &existing {
            None if day <= today => None,
            None => Some(Verdict::New(verdict)),
            Some(one) if one.is_precise() && one.day() == day => Some(Verdict::Same),
            Some(one) if one.follows_its_rule() => Some(Verdict::Changed(verdict)),
            Some(_) => Some(Verdict::ByHand(verdict)),
        };
        let is_expected = verdict.as_ref().is_some_and(Verdict::is_expected);
        let shown = verdict.filter(|_| is_in_span || span.contains(day));
        // A day outside the span is not taken over now, and products that follow this one are derived from it all the same.
        self.take(subject, period, if is_expected && shown.is_some() { Some(day) } else { own });
        if is_expected {
            self.days.insert((subject.product.id, period.last_day()), day);
        }
        shown.map(|verdict| line(existing, verdict))
    }

    /// Compares a confirmed release, whose date was the rule's, with the day that the rule gives now.
    fn overtaken(&mut self, line: Line, subject: &Subject<'_>) -> Line {
        let confirmed = line.existing.as_ref().filter(|one| one.state() == ReleaseState::Confirmed);
        let confirmed = confirmed.filter(|one| one.follows_its_rule()).map(Release::day);
        let (Some(day), Some(rule)) = (confirmed, &subject.product.details.date_rule) else { return line };
        // A release does not stand in its own way.
        self.leave(Some(day));
        let derived = rule.derive(line.period, &subject.worked, &*self);
        self.take(subject, line.period, Some(day));
        match derived {
            Ok(derived) if derived.day != day => Line { verdict: Verdict::Overtaken(derived), ..line },
            Ok(_) | Err(_) => line,
        }
    }

    fn leave(&mut self, day: Option<NaiveDate>) {
        if let Some(there) = day.and_then(|day| self.busy.get_mut(&day)) {
            *there = there.saturating_sub(1);
        }
    }

    fn take(&mut self, subject: &Subject<'_>, period: Period, day: Option<NaiveDate>) {
        if let Some(day) = day {
            self.days.insert((subject.product.id, period.last_day()), day);
            *self.busy.entry(day).or_default() += 1;
        }
    }

    fn warnings(&self, line: &Line) -> Vec<Warning> {
        let proposed = line.verdict.proposed().map(|derived| derived.day);
        let Some(day) = proposed.or(line.existing.as_ref().map(Release::day)) else { return Vec::new() };
        let mut warnings = Vec::new();
        if day <= line.period.last_day() {
            warnings.push(Warning::BeforePeriodEnd);
        }
        // The line itself is counted, unless it is a date set by hand that would have to leave its own day.
        let own = usize::from(line.existing.as_ref().is_none_or(|one| one.day() == day || line.verdict.is_expected()));
        let others = self.busy.get(&day).copied().unwrap_or_default().saturating_sub(own);
        if others > 0 {
            warnings.push(Warning::SharedDay(others));
        }
        warnings
    }
}

/// Identity of an entry of the agenda: product, observatory of an autonomous one, period.
type Place = (ProductId, Option<ObservatoryId>, Period);

/// Returns the release of each place in the agenda: the one that stands, else a cancelled one.
fn by_place(existing: &[Release]) -> HashMap<Place, &Release> {
    let mut found: HashMap<Place, &Release> = HashMap::new();
    for release in existing {
        let known = found.entry((release.product_id, release.observatory, release.period)).or_insert(release);
        if !known.stands() {
            *known = release;
        }
    }
    found
}

impl Facts for Agenda<'_> {
    fn release(&self, product: &str, end: NaiveDate) -> Option<NaiveDate> {
        self.days.get(&(*self.codes.get(product)?, end)).copied()
    }

    fn source(&self, source: &str, end: NaiveDate) -> Option<NaiveDate> {
        (self.source)(source, end)
    }

    fn releases_on(&self, day: NaiveDate) -> usize {
        self.busy.get(&day).copied().unwrap_or_default()
    }

    fn name(&self, territory: &str) -> String {
        (self.name)(territory)
    }
}

/// Refusals of the yearly agenda.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("not a span of at most 36 months")]
    NoSpan,
    #[error("a chosen line is not proposed any more")]
    ProposalChanged,
    #[error("no line is chosen")]
    NothingChosen,
    #[error("the span has no release")]
    NothingToAdopt,
    #[error("the outcome is no decision")]
    NotADecision,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::NoSpan => Refused::at("to", Code::SpanOutOfRange).with("most", MOST_MONTHS),
            Self::ProposalChanged => Refused::of(Code::ProposalChanged),
            Self::NothingChosen => Refused::at("line", Code::NothingChosen),
            Self::NothingToAdopt => Refused::of(Code::NothingToAdopt),
            Self::NotADecision => Refused::at("outcome_id", Code::NotADecision),
        }
    }
}

#[cfg(test)]
mod tests;
