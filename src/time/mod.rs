//! Calendar arithmetic of the network: wall time in Italy, working days of a territory, reference periods, and dates in
//! words.
//!
//! Everything here is pure: no database, no configuration, no clock. "Today" is always an argument. The only outside
//! input are the system's time zone rules, which [`zone`] reads once.
//!
//! - [`zone`]: the only place that knows the rules of Europe/Rome; converts a day and an hour to an instant and back.
//! - [`calendar`]: which days are worked in which territory. Holidays are data with years of validity, so that a new
//!   law is a change of data. Each territory has its own calendar, because the patron day belongs to the place of the
//!   office.
//! - [`rules`]: the types of that data.
//! - [`easter`]: the date of Easter, the only holiday that has to be computed.
//! - [`date_rule`]: the day of a release derived from its reference period, with its explanation.
//! - [`day`]: a day read from outside, checked to lie in a plausible year.
//! - [`period`]: the span of time a release reports on, with its label (`2026`, `2026-S1`, `2026-Q3`).
//! - [`words`]: dates in words, such as «martedì 30 marzo 2027, ore 9.30».
//!
//! Public functions take and return chrono types: `DateTime<Utc>` for instants, `NaiveDate` for days, `NaiveTime` for
//! hours of Italian wall time.

pub mod calendar;
pub mod date_rule;
pub mod day;
pub mod easter;
pub mod period;
pub mod rules;
pub mod words;
pub mod zone;

pub use calendar::{CalendarError, Calendars, ClosedDay, Joint, NonWorking, NotWorked, TerritoryCalendar};
pub use date_rule::DateRule;
pub use day::Day;
pub use period::{Frequency, Period};
pub use rules::{CalendarData, NonWorkingRule, OneOffDay, RuleKind, TerritoryDays};
