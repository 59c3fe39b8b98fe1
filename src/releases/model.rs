//! A release as pure data: its date as precisely as it is known, its lifecycle, and what follows from both.

use crate::error::{Code, Refusal as DomainRefusal, Refused};
use crate::time::{Frequency, Period, words, zone};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use entity::ids::{ObservatoryId, ProductId, ProductStepId, ReleaseId};
use entity::kinds::{Periodicity, Precision, ProductScope, ReasonCode, ReleaseState as State, SeatKind};

/// Prior notice of a change that is held to be kept, in working days.
pub const NOTICE_TARGET_WORKING_DAYS: i32 = 20;

/// How many years before its release a period may lie; an older one is a slip of the pen.
pub const OLDEST_PERIOD_YEARS: i32 = 50;

/// The minutes after its instant from which on a release is called late.
pub const TOLERANCE_MINUTES: i64 = 60;

/// Something that is released again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub id: ProductId,
    pub code: String,
    pub name_it: String,
    pub name_en: String,
    pub periodicity: Periodicity,
    pub scope: ProductScope,
    /// Wall time in Europe/Rome.
    pub default_hour: NaiveTime,
    /// The steps behind each of its releases, in order.
    pub steps: Vec<Step>,
    pub version: i32,
}

/// A step of the work behind a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub id: ProductStepId,
    pub position: i32,
    pub code: String,
    pub name_it: String,
    pub name_en: String,
    /// Who does it.
    pub seat: SeatKind,
    /// Negative before the release, in working days of whoever does it.
    pub offset_working_days: i32,
    pub estimated_minutes: i32,
}

impl Product {
    /// Whether a period is one this product speaks about. An irregular product may take any.
    pub fn speaks_about(&self, period: Period) -> bool {
        match self.periodicity {
            Periodicity::Annual => period.frequency() == Frequency::Year,
            Periodicity::HalfYearly => period.frequency() == Frequency::Half,
            Periodicity::FourMonthly => period.frequency() == Frequency::FourMonth,
            Periodicity::Quarterly => period.frequency() == Frequency::Quarter,
            Periodicity::Monthly => period.frequency() == Frequency::Month,
            Periodicity::Irregular => true,
        }
    }

    /// Refuses a release of an autonomous product that names no observatory, and one of any other product that names one.
    pub const fn must_be_owed_by(&self, observatory: Option<ObservatoryId>) -> Result<(), Refusal> {
        match (self.scope, observatory) {
            (ProductScope::Autonomous, None) => Err(Refusal::ObservatoryMissing),
            (ProductScope::Joint | ProductScope::PerObservatory, Some(_)) => Err(Refusal::ObservatoryOutOfPlace),
            (ProductScope::Autonomous, Some(_)) | (ProductScope::Joint | ProductScope::PerObservatory, None) => Ok(()),
        }
    }
}

/// A day and an hour of wall time in Europe/Rome: the only date that can be confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    pub day: NaiveDate,
    pub hour: NaiveTime,
}

impl Slot {
    /// The embargo: the instant before which nothing appears.
    pub fn instant(self) -> DateTime<Utc> {
        zone::instant_of(self.day, self.hour)
    }
}

/// A date as precisely as it is known. A span is kept by its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    At(Slot),
    On(NaiveDate),
    /// From its Monday.
    InWeek(NaiveDate),
    /// From its first day.
    InMonth(NaiveDate),
    /// From the first day of its odd month: *gennaio-febbraio*, *marzo-aprile*…
    InTwoMonths(NaiveDate),
}

impl When {
    /// The date a precision and any day of its span mean.
    pub fn of(precision: Precision, day: NaiveDate, hour: Option<NaiveTime>) -> Result<Self, Refusal> {
        match (precision, hour) {
            (Precision::DayTime, Some(hour)) => Ok(Self::At(Slot { day, hour })),
            (Precision::DayTime, None) => Err(Refusal::HourMissing),
            (_, Some(_)) => Err(Refusal::HourOutOfPlace),
            (Precision::Day, None) => Ok(Self::On(day)),
            (Precision::Week, None) => {
                Ok(Self::InWeek(day - Days::new(u64::from(day.weekday().num_days_from_monday()))))
            }
            (Precision::Month, None) => Ok(Self::InMonth(first_of_month(day))),
            (Precision::TwoMonths, None) => {
                let month = first_of_month(day);
                Ok(Self::InTwoMonths(if month.month().is_multiple_of(2) { month - Months::new(1) } else { month }))
            }
        }
    }

    pub const fn precision(self) -> Precision {
        match self {
            Self::At(_) => Precision::DayTime,
            Self::On(_) => Precision::Day,
            Self::InWeek(_) => Precision::Week,
            Self::InMonth(_) => Precision::Month,
            Self::InTwoMonths(_) => Precision::TwoMonths,
        }
    }

    pub const fn first_day(self) -> NaiveDate {
        match self {
            Self::At(Slot { day, .. })
            | Self::On(day)
            | Self::InWeek(day)
            | Self::InMonth(day)
            | Self::InTwoMonths(day) => day,
        }
    }

    /// Included.
    pub fn last_day(self) -> NaiveDate {
        match self {
            Self::At(Slot { day, .. }) | Self::On(day) => day,
            Self::InWeek(monday) => monday + Days::new(6),
            Self::InMonth(first) => first + Months::new(1) - Days::new(1),
            Self::InTwoMonths(first) => first + Months::new(2) - Days::new(1),
        }
    }

    pub const fn hour(self) -> Option<NaiveTime> {
        match self {
            Self::At(Slot { hour, .. }) => Some(hour),
            Self::On(_) | Self::InWeek(_) | Self::InMonth(_) | Self::InTwoMonths(_) => None,
        }
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.day0()))
}

/// Why a confirmed date moved or a release was cancelled: public and frozen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: ReasonCode,
    pub text: String,
}

/// The date first confirmed, and when it was: one of the two baselines of punctuality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Baseline {
    pub slot: Slot,
    pub confirmed_at: DateTime<Utc>,
}

/// What can happen to a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A provisional date becomes another, usually a more precise one.
    Improve,
    /// It was entered for the wrong product or period.
    Correct,
    Confirm,
    /// A confirmed date becomes another, with a reason.
    Move,
    Cancel,
    Publish,
}

impl Event {
    pub const ALL: &'static [Self] =
        &[Self::Improve, Self::Correct, Self::Confirm, Self::Move, Self::Cancel, Self::Publish];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Improve => "improve",
            Self::Correct => "correct",
            Self::Confirm => "confirm",
            Self::Move => "move",
            Self::Cancel => "cancel",
            Self::Publish => "publish",
        }
    }
}

/// The table of the lifecycle: where an event leads from a state; nowhere if it cannot happen there.
pub const fn target(state: State, event: Event) -> Option<State> {
    match (state, event) {
        (State::Provisional, Event::Improve | Event::Correct) => Some(State::Provisional),
        (State::Provisional, Event::Confirm) | (State::Confirmed, Event::Move) => Some(State::Confirmed),
        (State::Confirmed, Event::Publish) => Some(State::Published),
        (State::Provisional | State::Confirmed, Event::Cancel) => Some(State::Cancelled),
        _ => None,
    }
}

/// What can happen next.
pub fn possible(state: State) -> Vec<Event> {
    Event::ALL.iter().copied().filter(|event| target(state, *event).is_some()).collect()
}

/// Whether it is still to come: neither out nor cancelled.
pub const fn is_open(state: State) -> bool {
    matches!(state, State::Provisional | State::Confirmed)
}

/// Where a release stands, with what that state needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    Provisional(When),
    Confirmed {
        slot: Slot,
        first: Baseline,
    },
    Published {
        slot: Slot,
        first: Baseline,
        at: DateTime<Utc>,
    },
    /// The date it had when it was cancelled, so that it can still be found there.
    Cancelled {
        last: When,
        first: Option<Baseline>,
        reason: Reason,
    },
}

/// One product for one reference period: the entry of the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub id: ReleaseId,
    pub product_id: ProductId,
    /// The one observatory that owes it, where the product is autonomous; none where it obliges all.
    pub observatory: Option<ObservatoryId>,
    pub period: Period,
    pub stage: Stage,
    /// Rises when the date or the status changes in a subscriber's calendar (RFC 5545 §3.8.7.4).
    pub sequence: i32,
    pub version: i32,
}

impl Release {
    /// A release with a first, provisional date, which must not be over yet, nor before its period has begun.
    pub fn planned(
        id: ReleaseId,
        product: &Product,
        observatory: Option<ObservatoryId>,
        period: Period,
        when: When,
        today: NaiveDate,
    ) -> Result<Self, Refusal> {
        product.must_be_owed_by(observatory)?;
        if !product.speaks_about(period) {
            return Err(Refusal::PeriodOfAnotherKind);
        }
        not_over(when, today)?;
        can_be_meant(when)?;
        must_suit(period, when, "day")?;
        let stage = Stage::Provisional(when);
        Ok(Self { id, product_id: product.id, observatory, period, stage, sequence: 0, version: 1 })
    }

    pub const fn state(&self) -> State {
        match self.stage {
            Stage::Provisional(_) => State::Provisional,
            Stage::Confirmed { .. } => State::Confirmed,
            Stage::Published { .. } => State::Published,
            Stage::Cancelled { .. } => State::Cancelled,
        }
    }

    /// The date last announced.
    pub const fn when(&self) -> When {
        match self.stage {
            Stage::Provisional(when) | Stage::Cancelled { last: when, .. } => when,
            Stage::Confirmed { slot, .. } | Stage::Published { slot, .. } => When::At(slot),
        }
    }

    pub const fn first_confirmed(&self) -> Option<Baseline> {
        match self.stage {
            Stage::Provisional(_) => None,
            Stage::Confirmed { first, .. } | Stage::Published { first, .. } => Some(first),
            Stage::Cancelled { first, .. } => first,
        }
    }

    pub const fn published_at(&self) -> Option<DateTime<Utc>> {
        match self.stage {
            Stage::Published { at, .. } => Some(at),
            Stage::Provisional(_) | Stage::Confirmed { .. } | Stage::Cancelled { .. } => None,
        }
    }

    pub const fn cancelled_because(&self) -> Option<&Reason> {
        match &self.stage {
            Stage::Cancelled { reason, .. } => Some(reason),
            Stage::Provisional(_) | Stage::Confirmed { .. } | Stage::Published { .. } => None,
        }
    }

    /// With another provisional date.
    pub fn improved(self, when: When, today: NaiveDate) -> Result<Self, Refusal> {
        self.must_allow(Event::Improve)?;
        not_over(when, today)?;
        can_be_meant(when)?;
        has_begun(self.period, when, "day")?;
        if self.when() == when {
            return Err(Refusal::NothingChanges);
        }
        Ok(self.seen_anew(Stage::Provisional(when)))
    }

    /// Of another product or for another period than it was entered for; only while provisional, since nobody works on it yet.
    pub fn corrected(
        self,
        product: &Product,
        observatory: Option<ObservatoryId>,
        period: Period,
    ) -> Result<Self, Refusal> {
        self.must_allow(Event::Correct)?;
        product.must_be_owed_by(observatory)?;
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

    /// Confirmed for a day and an hour still to come.
    pub fn confirmed(self, slot: Slot, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_allow(Event::Confirm)?;
        still_to_come(slot, now)?;
        can_be_meant(When::At(slot))?;
        has_begun(self.period, When::At(slot), "day")?;
        Ok(self.seen_anew(Stage::Confirmed { slot, first: Baseline { slot, confirmed_at: now } }))
    }

    /// Moved to another day or hour still to come; the first confirmed date stays what it was.
    pub fn moved(self, slot: Slot, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_allow(Event::Move)?;
        still_to_come(slot, now)?;
        can_be_meant(When::At(slot))?;
        has_begun(self.period, When::At(slot), "day")?;
        let Stage::Confirmed { slot: before, first } = self.stage else { return Err(self.wrong()) };
        if before == slot {
            return Err(Refusal::NothingChanges);
        }
        Ok(self.seen_anew(Stage::Confirmed { slot, first }))
    }

    /// Cancelled, with why: it stays where it was, and never comes back.
    pub fn cancelled(self, reason: Reason) -> Result<Self, Refusal> {
        self.must_allow(Event::Cancel)?;
        let (last, first) = (self.when(), self.first_confirmed());
        Ok(self.seen_anew(Stage::Cancelled { last, first, reason }))
    }

    /// Out, once its instant has come.
    pub fn published(self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_allow(Event::Publish)?;
        let Stage::Confirmed { slot, first } = self.stage else { return Err(self.wrong()) };
        if now < slot.instant() {
            return Err(Refusal::UnderEmbargo);
        }
        // A calendar shows no difference between confirmed and published: the sequence stays.
        Ok(Self { stage: Stage::Published { slot, first, at: now }, ..self })
    }

    fn seen_anew(self, stage: Stage) -> Self {
        Self { stage, sequence: self.sequence + 1, ..self }
    }

    fn must_allow(&self, event: Event) -> Result<(), Refusal> {
        target(self.state(), event).map(|_| ()).ok_or_else(|| self.wrong())
    }

    fn wrong(&self) -> Refusal {
        Refusal::WrongTransition { state: self.state(), allowed: possible(self.state()) }
    }

    /// What follows from the dates at an instant: derived, never stored.
    pub fn flags(&self, now: DateTime<Utc>) -> Flags {
        let before_period_end = is_open(self.state()) && self.when().last_day() < self.period.last_day();
        let undated = Flags { before_period_end, ..Flags::default() };
        let Some(first) = self.first_confirmed() else { return undated };
        let When::At(slot) = self.when() else { return undated };
        let deadline = slot.instant() + TimeDelta::minutes(TOLERANCE_MINUTES);
        let is_awaited = matches!(self.stage, Stage::Confirmed { .. });
        Flags {
            postponed: slot > first.slot,
            brought_forward: slot < first.slot,
            due: is_awaited && slot.instant() <= now,
            before_period_end,
            late: (is_awaited && deadline < now) || self.published_at().is_some_and(|at| deadline < at),
        }
    }
}

/// What follows from the dates of a release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Flags {
    /// Later than the date first confirmed.
    pub postponed: bool,
    /// Earlier than the date first confirmed, which is no merit: it breaks equal access.
    pub brought_forward: bool,
    /// Its instant has come and it is not out.
    pub due: bool,
    /// Still to come, on a day before the last of its reference period: the data cannot be whole by then.
    pub before_period_end: bool,
    /// Not out, or taken for out by the service, more than an hour after its instant.
    pub late: bool,
}

fn not_over(when: When, today: NaiveDate) -> Result<(), Refusal> {
    if when.last_day() < today { Err(Refusal::DayInPast) } else { Ok(()) }
}

/// Refuses a date on which the clocks skip its hour.
fn can_be_meant(when: When) -> Result<(), Refusal> {
    match when {
        When::At(slot) if zone::is_skipped(slot.day, slot.hour) => Err(Refusal::HourSkipped(slot)),
        _ => Ok(()),
    }
}

/// Refuses a release about what has not begun. `field` is the one the caller typed the mistake into.
fn has_begun(period: Period, when: When, field: &'static str) -> Result<(), Refusal> {
    let day = when.last_day();
    if day < period.first_day() { Err(Refusal::PeriodNotBegun { day, period, field }) } else { Ok(()) }
}

/// Refuses a period that nobody can mean for a release on this date.
fn must_suit(period: Period, when: When, field: &'static str) -> Result<(), Refusal> {
    if when.first_day().year() - period.year() > OLDEST_PERIOD_YEARS {
        return Err(Refusal::PeriodTooOld);
    }
    has_begun(period, when, field)
}

fn still_to_come(slot: Slot, now: DateTime<Utc>) -> Result<(), Refusal> {
    if slot.instant() <= now { Err(Refusal::DayInPast) } else { Ok(()) }
}

/// Why nothing happened to a release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("not possible while {state}; possible: {allowed:?}")]
    WrongTransition { state: State, allowed: Vec<Event> },
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
    PeriodTooOld,
    #[error("the clocks skip {} on {}", .0.hour, .0.day)]
    HourSkipped(Slot),
    #[error("the date is the one it has")]
    NothingChanges,
    #[error("product and period are those it has")]
    NothingCorrected,
    #[error("not a day worked by all concerned: {why}")]
    NonWorkingDay { day: NaiveDate, why: String },
    #[error("its instant has not come")]
    UnderEmbargo,
    #[error("the product has a release for this period already")]
    ReleaseExists,
    #[error("an autonomous product is one observatory's, and none is named")]
    ObservatoryMissing,
    #[error("the product obliges all observatories, and one is named")]
    ObservatoryOutOfPlace,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::WrongTransition { state, allowed } => {
                let allowed: Vec<&str> = allowed.iter().map(|event| event.as_str()).collect();
                Refused::of(Code::WrongTransition).with("state", state).with("allowed", allowed.join(", "))
            }
            Self::UnderEmbargo => {
                Refused::of(Code::WrongTransition).with("state", State::Confirmed).with("allowed", "")
            }
            Self::HourMissing => Refused::at("hour", Code::NotPrecise),
            Self::HourOutOfPlace => Refused::at("hour", Code::HourOutOfPlace),
            Self::HourSkipped(slot) => Refused::at("hour", Code::HourSkipped)
                .with("day", words::short_day(slot.day))
                .with("hour", slot.hour.format("%H:%M")),
            Self::PeriodOfAnotherKind => Refused::at("period", Code::PeriodOfAnotherKind),
            Self::PeriodTooOld => Refused::at("period", Code::OutOfRange),
            Self::PeriodNotBegun { field, day, period } => {
                Refused::at(field, Code::PeriodNotBegun).with("day", words::short_day(*day)).with("period", period)
            }
            Self::NothingCorrected => Refused::at("period", Code::NothingChanges),
            Self::ReleaseExists => Refused::at("period", Code::ReleaseExists),
            Self::NothingChanges => Refused::at("day", Code::NothingChanges),
            Self::DayInPast => Refused::at("day", Code::DayInPast),
            Self::NonWorkingDay { day, why } => {
                Refused::at("day", Code::NonWorkingDay).with("day", words::short_day(*day)).with("why", why)
            }
            Self::ObservatoryMissing => Refused::at("observatory", Code::ObservatoryMissing),
            Self::ObservatoryOutOfPlace => Refused::at("observatory", Code::ObservatoryOutOfPlace),
        }
    }
}

#[cfg(test)]
mod tests;
