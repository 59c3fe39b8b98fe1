//! Working days of the network's territories for readers, and the refusal of a day that is not a common working day.
//! Pure.

use super::model::{CalendarDay, LONGEST_ANSWER_DAYS, NetworkRefusal};
use crate::error::{Code, Error, Refusal, Refused, Value};
use crate::texts::Lang;
use crate::time::{ClosedDay, NonWorking, NotWorked, TerritoryCalendar};
use chrono::{Days, NaiveDate};

/// Days after the first one in which every holiday occurs once.
const LOOK_AHEAD_DAYS: u64 = 364;

/// Lists the days from `from` to `to`, both included, each with the reason if it is not a working day.
pub fn days(
    calendar: &TerritoryCalendar,
    from: NaiveDate,
    to: NaiveDate,
    lang: Lang,
) -> Result<Vec<CalendarDay>, NetworkRefusal> {
    if to < from {
        return Err(NetworkRefusal::EndBeforeStart);
    }
    if (to - from).num_days() >= LONGEST_ANSWER_DAYS {
        return Err(NetworkRefusal::SpanTooLong { from });
    }
    let day = |day| CalendarDay { day, reason: calendar.why_not(day, lang).map(str::to_owned) };
    Ok(from.iter_days().take_while(|day| *day <= to).map(day).collect())
}

/// Lists the closed days of a year from `from` on, without ordinary weekends: holidays, the patron day, one-off closures.
pub fn closed_in_a_year(calendar: &TerritoryCalendar, from: NaiveDate, lang: Lang) -> Vec<CalendarDay> {
    let last = from.checked_add_days(Days::new(LOOK_AHEAD_DAYS)).unwrap_or(NaiveDate::MAX);
    from.iter_days()
        .take_while(|day| *day <= last)
        .filter_map(|day| match calendar.reason(day)? {
            reason @ (NonWorking::Holiday(_) | NonWorking::OneOff(_)) => {
                Some(CalendarDay { day, reason: Some(reason.text(lang).to_owned()) })
            }
            NonWorking::Sunday | NonWorking::Saturday => None,
        })
        .collect()
}

impl Refusal for ClosedDay {
    fn said(&self) -> Refused {
        Refused::at("day", Code::NonWorkingDay)
            .with("day", self.day)
            .with("why", Value::Closed(self.closed.clone()))
            .with("previous", self.previous)
            .with("next", self.next)
    }
}

impl From<NotWorked> for Error {
    fn from(refused: NotWorked) -> Self {
        match refused {
            NotWorked::ClosedDay(day) => day.into(),
            NotWorked::Calendar(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{CalendarData, Calendars, NonWorkingRule, RuleKind, TerritoryDays};

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day of the test")
    }

    fn milan() -> Calendars {
        let rule = |kind, it: &str, en: &str| NonWorkingRule::new(kind, None, None, it, en).expect("a good rule");
        let patron = rule(RuleKind::Fixed { month: 12, day: 7 }, "Sant'Ambrogio", "Saint Ambrose");
        Calendars::new(CalendarData {
            saturday_works: false,
            national: vec![rule(RuleKind::Fixed { month: 12, day: 8 }, "Immacolata", "Immaculate Conception")],
            one_offs: Vec::new(),
            territories: vec![TerritoryDays { code: "MI".into(), rules: vec![patron], one_offs: Vec::new() }],
        })
        .expect("a good calendar")
    }

    #[test]
    fn a_period_lists_the_reason_for_each_closed_day() {
        let calendars = milan();
        let week = days(calendars.of("MI").expect("Milan"), day(2026, 12, 4), day(2026, 12, 9), Lang::It);
        let reasons: Vec<Option<String>> = week.expect("a short span").into_iter().map(|day| day.reason).collect();
        let told = |text: &str| Some(text.to_owned());
        let expected = [None, told("sabato"), told("domenica"), told("Sant'Ambrogio"), told("Immacolata"), None];
        assert_eq!(reasons, expected);
    }

    #[test]
    fn a_span_has_an_end_after_its_start_and_not_too_far() {
        let calendars = milan();
        let calendar = calendars.of("MI").expect("Milan");
        let start = day(2026, 1, 1);
        assert_eq!(days(calendar, start, day(2025, 12, 31), Lang::It), Err(NetworkRefusal::EndBeforeStart));
        assert_eq!(days(calendar, start, day(2028, 1, 1), Lang::It), Err(NetworkRefusal::SpanTooLong { from: start }));
        assert_eq!(days(calendar, start, start, Lang::It).map(|days| days.len()), Ok(1));
    }

    #[test]
    fn each_closed_day_of_a_year_is_listed_once_and_weekends_are_not() {
        let calendars = milan();
        let closed = closed_in_a_year(calendars.of("MI").expect("Milan"), day(2026, 12, 7), Lang::En);
        let found: Vec<NaiveDate> = closed.iter().map(|day| day.day).collect();
        assert_eq!(found, [day(2026, 12, 7), day(2026, 12, 8)]);
        assert_eq!(closed[0].reason.as_deref(), Some("Saint Ambrose"));
    }
}
