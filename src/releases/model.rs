//! A release: its date with its precision, its lifecycle, and the flags derived from both. Pure.

mod flags;
mod when;

pub use flags::Flags;
pub use when::{Slot, When};

use crate::catalogue::model::Product;
use crate::error::{Code, Refusal as DomainRefusal, Refused};
use crate::lifecycle::{self, Table, Target, WrongTransition};
use crate::network::model::ObservatoryView;
use crate::time::{Period, zone};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use entity::ids::{ObservatoryId, ProductId, ReleaseId};
use entity::kinds::{AmendmentKind, Precision, ProductScope, ReasonCode, ReleaseState as State};

/// Notice that the network aims at for a change, in common working days of all territories concerned.
pub const NOTICE_TARGET_WORKING_DAYS: i32 = 20;

/// Longest distance from a period to the year of its release, in years. An older period is refused as a typing error.
pub const OLDEST_PERIOD_YEARS: i32 = 50;

/// Minutes after its instant from which an unpublished release is late.
pub const TOLERANCE_MINUTES: i64 = 60;

/// Refuses a release of an autonomous product that names no observatory, and one of any other product that names one.
pub const fn must_be_owed_by(product: &Product, observatory: Option<ObservatoryId>) -> Result<(), Refusal> {
    match (product.details.scope, observatory) {
        (ProductScope::Autonomous, None) => Err(Refusal::ObservatoryMissing),
        (ProductScope::Joint | ProductScope::PerObservatory, Some(_)) => Err(Refusal::ObservatoryOutOfPlace),
        (ProductScope::Autonomous, Some(_)) | (ProductScope::Joint | ProductScope::PerObservatory, None) => Ok(()),
    }
}

/// Refuses a release that names an observatory which does not contribute to its product.
pub fn must_contribute(product: &Product, observatory: Option<&ObservatoryView>) -> Result<(), Refusal> {
    match observatory {
        Some(one) if !product.details.contributors.include(one) => Err(Refusal::NotAContributor),
        Some(_) | None => Ok(()),
    }
}

/// Refuses a release of a retired product.
pub const fn must_be_in_use(product: &Product) -> Result<(), Refusal> {
    if product.retired_at.is_some() { Err(Refusal::ProductRetired) } else { Ok(()) }
}

/// Reason for moving a confirmed date or cancelling a release: public, and cannot be changed later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: ReasonCode,
    pub text: String,
}

/// The first confirmed date and the instant of its confirmation: one of the two baselines of punctuality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Baseline {
    pub slot: Slot,
    pub confirmed_at: DateTime<Utc>,
}

/// An event in the life of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A provisional date is replaced by another, usually a more precise one.
    Improve,
    /// The release was entered for the wrong product or period.
    Correct,
    Confirm,
    /// A confirmed date is replaced by another, with a reason.
    Move,
    Cancel,
    Publish,
    /// The published report is corrected, revised or found at another address.
    Amend,
    /// The published report is taken back as a whole.
    Withdraw,
}

impl lifecycle::Event for Event {
    fn as_str(self) -> &'static str {
        match self {
            Self::Improve => "improve",
            Self::Correct => "correct",
            Self::Confirm => "confirm",
            Self::Move => "move",
            Self::Cancel => "cancel",
            Self::Publish => "publish",
            Self::Amend => "amend",
            Self::Withdraw => "withdraw",
        }
    }
}

/// The lifecycle of a release.
pub const LIFECYCLE: Table<State, Event> = Table(&[
    (Event::Improve, &[State::Provisional], Target::To(State::Provisional)),
    (Event::Correct, &[State::Provisional], Target::To(State::Provisional)),
    (Event::Confirm, &[State::Provisional], Target::To(State::Confirmed)),
    (Event::Move, &[State::Confirmed], Target::To(State::Confirmed)),
    (Event::Cancel, &[State::Provisional, State::Confirmed], Target::To(State::Cancelled)),
    (Event::Publish, &[State::Confirmed], Target::To(State::Published)),
    (Event::Amend, &[State::Published, State::Withdrawn], Target::To(State::Published)),
    (Event::Withdraw, &[State::Published], Target::To(State::Withdrawn)),
]);

/// Tells whether a release in this state is neither published nor cancelled.
pub const fn is_open(state: State) -> bool {
    matches!(state, State::Provisional | State::Confirmed)
}

/// A confirmed date, with the date that was confirmed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    pub slot: Slot,
    pub first: Baseline,
}

/// A date as it was last announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announced {
    Provisional(When),
    Confirmed(Confirmed),
}

/// The state of a release, with the data that the state needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    Provisional(When),
    Confirmed(Confirmed),
    Published {
        date: Confirmed,
        at: DateTime<Utc>,
    },
    /// Published at an instant, and taken back since.
    Withdrawn {
        date: Confirmed,
        at: DateTime<Utc>,
    },
    /// With the date at the time of the cancellation, on which the agenda still lists it.
    Cancelled {
        date: Announced,
        reason: Reason,
    },
}

impl Stage {
    /// Makes the stage from its columns. Errors: a combination that no stage is stored as.
    pub fn of(
        state: State,
        when: When,
        first: Option<Baseline>,
        published_at: Option<DateTime<Utc>>,
        reason: Option<Reason>,
    ) -> Result<Self, &'static str> {
        let date = match (when, first) {
            (when, None) => Announced::Provisional(when),
            (When::At(slot), Some(first)) => Announced::Confirmed(Confirmed { slot, first }),
            (_, Some(_)) => return Err("a confirmed date that is not precise to the hour"),
        };
        match (state, date, published_at, reason) {
            (State::Provisional, Announced::Provisional(when), None, None) => Ok(Self::Provisional(when)),
            (State::Confirmed, Announced::Confirmed(date), None, None) => Ok(Self::Confirmed(date)),
            (State::Published, Announced::Confirmed(date), Some(at), None) => Ok(Self::Published { date, at }),
            (State::Withdrawn, Announced::Confirmed(date), Some(at), None) => Ok(Self::Withdrawn { date, at }),
            (State::Cancelled, date, None, Some(reason)) => Ok(Self::Cancelled { date, reason }),
            _ => Err("a state without its data, or with those of another state"),
        }
    }

    pub const fn state(&self) -> State {
        match self {
            Self::Provisional(_) => State::Provisional,
            Self::Confirmed(_) => State::Confirmed,
            Self::Published { .. } => State::Published,
            Self::Withdrawn { .. } => State::Withdrawn,
            Self::Cancelled { .. } => State::Cancelled,
        }
    }

    /// Returns the date last announced.
    pub const fn date(&self) -> Announced {
        match self {
            Self::Provisional(when) => Announced::Provisional(*when),
            Self::Confirmed(date) | Self::Published { date, .. } | Self::Withdrawn { date, .. } => {
                Announced::Confirmed(*date)
            }
            Self::Cancelled { date, .. } => *date,
        }
    }
}

/// One product for one reference period: the entry of the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub id: ReleaseId,
    pub product_id: ProductId,
    /// The observatory that owes the release, if the product is autonomous; `None` if it obliges all.
    pub observatory: Option<ObservatoryId>,
    pub period: Period,
    pub stage: Stage,
    /// Day that the rule of the product gave, if the date was taken from it and has not been set by hand since.
    pub rule_day: Option<NaiveDate>,
    /// Instant of the latest amendment of what was published; another address of the same page is none.
    pub amended_at: Option<DateTime<Utc>>,
    /// Rises when the date or the status changes in a subscriber's calendar (RFC 5545 §3.8.7.4).
    pub sequence: i32,
    pub version: i32,
}

impl Release {
    /// Makes a release with a first, provisional date. Errors: a past date, or a date before the period begins.
    pub fn planned(
        id: ReleaseId,
        product: &Product,
        observatory: Option<ObservatoryId>,
        period: Period,
        when: When,
        today: NaiveDate,
    ) -> Result<Self, Refusal> {
        must_be_owed_by(product, observatory)?;
        if !product.speaks_about(period) {
            return Err(Refusal::PeriodOfAnotherKind);
        }
        not_over(when, today)?;
        can_be_meant(when)?;
        must_suit(period, when, "day")?;
        let stage = Stage::Provisional(when);
        Ok(Self {
            id,
            product_id: product.id,
            observatory,
            period,
            stage,
            rule_day: None,
            amended_at: None,
            sequence: 0,
            version: 1,
        })
    }

    pub const fn state(&self) -> State {
        self.stage.state()
    }

    /// Returns the date last announced.
    pub const fn when(&self) -> When {
        match self.stage.date() {
            Announced::Provisional(when) => when,
            Announced::Confirmed(date) => When::At(date.slot),
        }
    }

    pub const fn first_confirmed(&self) -> Option<Baseline> {
        match self.stage.date() {
            Announced::Provisional(_) => None,
            Announced::Confirmed(date) => Some(date.first),
        }
    }

    pub const fn published_at(&self) -> Option<DateTime<Utc>> {
        match self.stage {
            Stage::Published { at, .. } | Stage::Withdrawn { at, .. } => Some(at),
            Stage::Provisional(_) | Stage::Confirmed(_) | Stage::Cancelled { .. } => None,
        }
    }

    pub const fn cancelled_because(&self) -> Option<&Reason> {
        match &self.stage {
            Stage::Cancelled { reason, .. } => Some(reason),
            Stage::Provisional(_) | Stage::Confirmed(_) | Stage::Published { .. } | Stage::Withdrawn { .. } => None,
        }
    }

    /// Returns the first day of the date last announced.
    pub const fn day(&self) -> NaiveDate {
        self.when().first_day()
    }

    /// Tells whether the release is not cancelled.
    pub const fn stands(&self) -> bool {
        !matches!(self.stage, Stage::Cancelled { .. })
    }

    /// Tells whether the date is a single day, with or without an hour.
    pub const fn is_precise(&self) -> bool {
        matches!(self.when().precision(), Precision::DayTime | Precision::Day)
    }

    /// Tells whether the date is the one that the rule of the product gave.
    pub fn follows_its_rule(&self) -> bool {
        self.is_precise() && self.rule_day == Some(self.day())
    }

    /// States that the present date was taken from the rule of the product.
    #[must_use]
    pub fn by_rule(self) -> Self {
        Self { rule_day: Some(self.day()), ..self }
    }

    /// Replaces the provisional date with one set by hand.
    pub fn improved(self, when: When, today: NaiveDate) -> Result<Self, Refusal> {
        self.must_allow(Event::Improve)?;
        not_over(when, today)?;
        can_be_meant(when)?;
        has_begun(self.period, when, "day")?;
        if self.when() == when {
            return Err(Refusal::NothingChanges);
        }
        Ok(Self { rule_day: None, ..self.seen_anew(Stage::Provisional(when)) })
    }

    /// Corrects the product or the period. Only a provisional release can be corrected, because no work has been
    /// planned for it.
    pub fn corrected(
        self,
        product: &Product,
        observatory: Option<ObservatoryId>,
        period: Period,
    ) -> Result<Self, Refusal> {
        self.must_allow(Event::Correct)?;
        must_be_owed_by(product, observatory)?;
        if !product.speaks_about(period) {
            return Err(Refusal::PeriodOfAnotherKind);
        }
        must_suit(period, self.when(), "period")?;
        if (self.product_id, self.observatory, self.period) == (product.id, observatory, period) {
            return Err(Refusal::NothingCorrected);
        }
        let stage = self.stage.clone();
        Ok(Self { product_id: product.id, observatory, period, ..self.seen_anew(stage) })
    }

    /// Confirms the release for a future day and hour.
    pub fn confirmed(self, slot: Slot, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_allow(Event::Confirm)?;
        still_to_come(slot, now)?;
        can_be_meant(When::At(slot))?;
        has_begun(self.period, When::At(slot), "day")?;
        let first = Baseline { slot, confirmed_at: now };
        Ok(self.seen_anew(Stage::Confirmed(Confirmed { slot, first })))
    }

    /// Moves the release to another future day and hour. The first confirmed date is kept.
    pub fn moved(self, slot: Slot, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_allow(Event::Move)?;
        still_to_come(slot, now)?;
        can_be_meant(When::At(slot))?;
        has_begun(self.period, When::At(slot), "day")?;
        let Stage::Confirmed(before) = self.stage else { return Err(self.wrong()) };
        if before.slot == slot {
            return Err(Refusal::NothingChanges);
        }
        Ok(self.seen_anew(Stage::Confirmed(Confirmed { slot, ..before })))
    }

    /// Cancels the release for a reason. It keeps its date and cannot be revived.
    pub fn cancelled(self, reason: Reason) -> Result<Self, Refusal> {
        self.must_allow(Event::Cancel)?;
        let date = self.stage.date();
        Ok(self.seen_anew(Stage::Cancelled { date, reason }))
    }

    /// Publishes the release. Errors: `wrong_transition` before its instant.
    pub fn published(self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_allow(Event::Publish)?;
        let Stage::Confirmed(date) = self.stage else { return Err(self.wrong()) };
        if now < date.slot.instant() {
            return Err(Refusal::UnderEmbargo);
        }
        // The sequence stays, because a calendar shows no difference between confirmed and published.
        Ok(Self { stage: Stage::Published { date, at: now }, ..self })
    }

    /// Amends what was published; a withdrawn release is published again.
    pub fn amended(self, kind: AmendmentKind, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_allow(Event::Amend)?;
        let amended_at = if kind == AmendmentKind::Address { self.amended_at } else { Some(now) };
        match self.stage {
            Stage::Withdrawn { date, at } => Ok(Self { amended_at, ..self.seen_anew(Stage::Published { date, at }) }),
            // The sequence stays, because neither date nor status change in a calendar.
            _ => Ok(Self { amended_at, ..self }),
        }
    }

    /// Takes back one of several reports that were published; the release stays as it is.
    pub fn report_withdrawn(self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_allow(Event::Withdraw)?;
        Ok(Self { amended_at: Some(now), ..self })
    }

    /// Takes back all that was published.
    pub fn withdrawn(self) -> Result<Self, Refusal> {
        self.must_allow(Event::Withdraw)?;
        let Stage::Published { date, at } = self.stage else { return Err(self.wrong()) };
        Ok(self.seen_anew(Stage::Withdrawn { date, at }))
    }

    fn seen_anew(self, stage: Stage) -> Self {
        Self { stage, sequence: self.sequence + 1, ..self }
    }

    fn must_allow(&self, event: Event) -> Result<(), Refusal> {
        Ok(LIFECYCLE.lead(self.state(), event).map(drop)?)
    }

    fn wrong(&self) -> Refusal {
        LIFECYCLE.wrong(self.state()).into()
    }

    /// Computes the flags at an instant; they are never stored.
    pub fn flags(&self, now: DateTime<Utc>) -> Flags {
        let before_period_end = is_open(self.state()) && self.when().last_day() < self.period.last_day();
        let undated = Flags { before_period_end, ..Flags::default() };
        let Some(first) = self.first_confirmed() else { return undated };
        let When::At(slot) = self.when() else { return undated };
        let deadline = slot.instant() + TimeDelta::minutes(TOLERANCE_MINUTES);
        let is_awaited = matches!(self.stage, Stage::Confirmed(_));
        Flags {
            postponed: slot > first.slot,
            brought_forward: slot < first.slot,
            due: is_awaited && slot.instant() <= now,
            before_period_end,
            amended: matches!(self.stage, Stage::Published { .. }) && self.amended_at.is_some(),
            late: (is_awaited && deadline <= now) || self.published_at().is_some_and(|at| deadline < at),
        }
    }
}

fn not_over(when: When, today: NaiveDate) -> Result<(), Refusal> {
    if when.last_day() < today { Err(Refusal::DayInPast) } else { Ok(()) }
}

/// Refuses an hour that does not exist on its day because the clocks skip it.
fn can_be_meant(when: When) -> Result<(), Refusal> {
    match when {
        When::At(slot) if zone::is_skipped(slot.day, slot.hour) => Err(Refusal::HourSkipped(slot)),
        _ => Ok(()),
    }
}

/// Refuses a date before the period begins. `field` is the field to which the error is attached.
fn has_begun(period: Period, when: When, field: &'static str) -> Result<(), Refusal> {
    let day = when.last_day();
    if day < period.first_day() { Err(Refusal::PeriodNotBegun { day, period, field }) } else { Ok(()) }
}

/// Refuses a period that is too old for this date and therefore a typing error.
fn must_suit(period: Period, when: When, field: &'static str) -> Result<(), Refusal> {
    if when.first_day().year() - period.year() > OLDEST_PERIOD_YEARS {
        return Err(Refusal::PeriodTooOld { year: when.first_day().year() });
    }
    has_begun(period, when, field)
}

fn still_to_come(slot: Slot, now: DateTime<Utc>) -> Result<(), Refusal> {
    if slot.instant() <= now { Err(Refusal::DayInPast) } else { Ok(()) }
}

/// Refusals of changes to a release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    WrongTransition(#[from] WrongTransition),
    #[error("the date is not precise to the hour")]
    HourMissing,
    #[error("only a date precise to the hour has one")]
    HourOutOfPlace,
    #[error("the period is not of the product's kind")]
    PeriodOfAnotherKind,
    #[error("the day is past")]
    DayInPast,
    #[error("on {day} the period {period} has not begun")]
    PeriodNotBegun { day: NaiveDate, period: Period, field: &'static str },
    #[error("the period is more than {OLDEST_PERIOD_YEARS} years before the release")]
    PeriodTooOld { year: i32 },
    #[error("the clocks skip {} on {}", .0.hour, .0.day)]
    HourSkipped(Slot),
    #[error("the date is the one it has")]
    NothingChanges,
    #[error("product and period are those it has")]
    NothingCorrected,
    #[error("its instant has not come")]
    UnderEmbargo,
    #[error("it is kept back: {missing:?}")]
    Blocked { missing: Vec<(Option<String>, &'static str)> },
    #[error("the product has a release for this period already")]
    ReleaseExists,
    #[error("an autonomous product is one observatory's, and none is named")]
    ObservatoryMissing,
    #[error("the product obliges all observatories, and one is named")]
    ObservatoryOutOfPlace,
    #[error("the observatory does not contribute to the product")]
    NotAContributor,
    #[error("the product is retired")]
    ProductRetired,
    #[error("no release is chosen")]
    NothingChosen,
    #[error("a chosen release has the steps of its product already")]
    StepsAreThose,
}

/// Makes the refusal to publish a confirmed release before its instant: its other events are possible.
fn before_its_instant() -> WrongTransition {
    let WrongTransition { state, mut allowed } = LIFECYCLE.wrong(State::Confirmed);
    allowed.retain(|event| *event != lifecycle::Event::as_str(Event::Publish));
    WrongTransition { state, allowed }
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::WrongTransition(wrong) => wrong.said(),
            Self::UnderEmbargo => before_its_instant().said(),
            Self::Blocked { missing } => Refused::of(Code::ReleaseBlocked).with("missing", missing.clone()),
            Self::HourMissing => Refused::at("hour", Code::NotPrecise),
            Self::HourOutOfPlace => Refused::at("hour", Code::HourOutOfPlace),
            Self::HourSkipped(slot) => {
                Refused::at("hour", Code::HourSkipped).with("day", slot.day).with("hour", slot.hour)
            }
            Self::PeriodOfAnotherKind => Refused::at("period", Code::PeriodOfAnotherKind),
            Self::PeriodTooOld { year } => Refused::at("period", Code::OutOfRange)
                .with("min", (year - OLDEST_PERIOD_YEARS).to_string())
                .with("max", year.to_string()),
            Self::PeriodNotBegun { field, day, period } => {
                Refused::at(field, Code::PeriodNotBegun).with("day", *day).with("period", period.to_string())
            }
            Self::NothingCorrected => Refused::at("period", Code::NothingChanges),
            Self::ReleaseExists => Refused::at("period", Code::ReleaseExists),
            Self::NothingChanges => Refused::at("day", Code::NothingChanges),
            Self::DayInPast => Refused::at("day", Code::DayInPast),
            Self::ObservatoryMissing => Refused::at("observatory", Code::ObservatoryMissing),
            Self::ObservatoryOutOfPlace => Refused::at("observatory", Code::ObservatoryOutOfPlace),
            Self::NotAContributor => Refused::at("observatory", Code::NotAContributor),
            Self::ProductRetired => Refused::at("product", Code::ProductRetired),
            Self::NothingChosen => Refused::at("releases", Code::NothingChosen),
            Self::StepsAreThose => Refused::at("releases", Code::NothingChanges),
        }
    }
}

#[cfg(test)]
mod tests;
