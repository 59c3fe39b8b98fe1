//! Time as the network lives it: wall time in Italy, working days of a territory, reference periods, and how a day is
//! written for a person.
//!
//! Everything here is pure: no database, no configuration, no clock. Whoever needs "today" passes it in. The one thing read from
//! outside are the system's zone rules, once, in [`zone`].
//!
//! - [`zone`]: the only place that knows the rules of Europe/Rome; a day and an hour become an instant, and back.
//! - [`calendar`]: which days are worked where. Holidays are data with years of validity, so that a new law is a change of
//!   data; the patron day belongs to the seat of the office, so every territory has its own calendar.
//! - [`rules`]: the form of that data.
//! - [`easter`]: the one holiday that has to be computed.
//! - [`day`]: a day as it comes from outside, in a year that can be meant.
//! - [`period`]: the span of time a release speaks about, with its label (`2026`, `2026-S1`, `2026-Q3`).
//! - [`words`]: «martedì 30 marzo 2027, ore 9.30».
//!
//! Borders speak chrono: `DateTime<Utc>` for instants, `NaiveDate` for days, `NaiveTime` for hours of Italian wall time.

pub mod calendar;
pub mod day;
pub mod easter;
pub mod period;
pub mod rules;
pub mod words;
pub mod zone;

pub use calendar::{CalendarError, Calendars, NonWorking, TerritoryCalendar};
pub use day::Day;
pub use period::{Frequency, Period};
pub use rules::{CalendarData, NonWorkingRule, OneOffDay, RuleKind, TerritoryDays};
