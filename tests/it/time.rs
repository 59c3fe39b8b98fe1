//! Working days of the territories described by `data/lombardia.toml`: compared with an independent table and with days
//! counted by hand, and checked against the laws of counting.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use proptest::prelude::*;
use raccordo::texts::Lang;
use raccordo::time::calendar::{LONGEST_SPAN_DAYS, MOST_WORKING_DAYS};
use raccordo::time::{
    CalendarData, CalendarError, Calendars, Joint, NonWorking, NonWorkingRule, NotWorked, OneOffDay, RuleKind,
    TerritoryCalendar, TerritoryDays,
};

/// Twelve provinces. The Region's office is in Milan and has its calendar.
const TERRITORIES: [&str; 12] = ["BG", "BS", "CO", "CR", "LC", "LO", "MB", "MI", "MN", "PV", "SO", "VA"];

static LOMBARDY: LazyLock<Calendars> =
    LazyLock::new(|| Calendars::new(lombardy_data()).expect("the data file is good"));

#[derive(serde::Deserialize)]
struct DataFile {
    calendar: CalendarTable,
    holiday: Vec<Holiday>,
    territory: Vec<Territory>,
}

#[derive(serde::Deserialize)]
struct CalendarTable {
    saturday_works: bool,
}

#[derive(serde::Deserialize)]
struct Territory {
    code: String,
    patron: Holiday,
}

#[derive(serde::Deserialize)]
struct Holiday {
    month: Option<u32>,
    day: Option<u32>,
    offset: Option<i32>,
    from_year: Option<i32>,
    to_year: Option<i32>,
    name_it: String,
    name_en: String,
}

impl Holiday {
    fn rule(self) -> NonWorkingRule {
        let kind = match (self.month, self.day, self.offset) {
            (Some(month), Some(day), None) => RuleKind::Fixed { month, day },
            (None, None, Some(days)) => RuleKind::EasterOffset { days },
            other => panic!("{} has neither a day nor an offset: {other:?}", self.name_it),
        };
        NonWorkingRule::new(kind, self.from_year, self.to_year, self.name_it, self.name_en).expect("a good rule")
    }
}

fn lombardy_data() -> CalendarData {
    let file: DataFile = toml::from_str(include_str!("../../data/lombardia.toml")).expect("the data file reads");
    let territory =
        |Territory { code, patron }| TerritoryDays { code, rules: vec![patron.rule()], one_offs: Vec::new() };
    CalendarData {
        saturday_works: file.calendar.saturday_works,
        national: file.holiday.into_iter().map(Holiday::rule).collect(),
        one_offs: Vec::new(),
        territories: file.territory.into_iter().map(territory).collect(),
    }
}

fn of(code: &str) -> &'static TerritoryCalendar {
    LOMBARDY.of(code).expect("a territory of Lombardy")
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the test")
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Names that the table gives to Sundays and that need no rule here, because every Sunday is a non-working day. Easter
/// Sunday is one by definition; National Unity (4 November) has been celebrated on the first Sunday of the month since
/// L. 54/1977.
const NAMES_OF_SUNDAYS: [&str; 2] = ["Easter Sunday", "National Unity Day"];

/// Holidays by territory; `IT` stands for the national ones.
fn oracle() -> BTreeMap<&'static str, BTreeMap<NaiveDate, &'static str>> {
    let mut table: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for row in include_str!("../data/non-working-days-oracle.csv").lines().skip(1) {
        let [code, date, _weekday, name] = row.splitn(4, ',').collect::<Vec<_>>()[..] else {
            panic!("not a row of the oracle: {row}");
        };
        let date = date.parse().expect("a date of the oracle");
        let twice = table.entry(code).or_default().insert(date, name.trim_matches('"'));
        assert_eq!(twice, None, "{code} {date} stands twice in the oracle");
    }
    table
}

#[test]
fn our_holidays_and_those_of_the_independent_table_are_the_same_days() {
    let oracle = oracle();
    let in_oracle: Vec<&str> = oracle.keys().copied().filter(|code| *code != "IT").collect();
    let ours: Vec<&str> = LOMBARDY.iter().map(TerritoryCalendar::code).collect();
    assert_eq!(in_oracle, TERRITORIES);
    assert_eq!(ours, TERRITORIES);

    let (sundays, national): (Vec<_>, Vec<_>) =
        oracle["IT"].iter().partition(|(_, name)| NAMES_OF_SUNDAYS.contains(name));
    for (date, name) in sundays {
        assert_eq!(date.weekday(), Weekday::Sun, "{name} {date} would be an exception without its reason");
    }
    for calendar in LOMBARDY.iter() {
        let theirs: BTreeSet<NaiveDate> =
            national.iter().map(|(date, _)| **date).chain(oracle[calendar.code()].keys().copied()).collect();
        let is_holiday = |date: &NaiveDate| matches!(calendar.reason(*date), Some(NonWorking::Holiday(_)));
        let ours: BTreeSet<NaiveDate> = oracle_days().filter(is_holiday).collect();
        assert_eq!(ours, theirs, "{}", calendar.code());
    }
}

/// Compared without exceptions, because the names excepted above are Sundays, which are no working days.
#[test]
fn our_working_days_are_those_of_the_independent_table() {
    let oracle = oracle();
    for calendar in LOMBARDY.iter() {
        for date in oracle_days() {
            let closed =
                is_weekend(date) || oracle["IT"].contains_key(&date) || oracle[calendar.code()].contains_key(&date);
            assert_eq!(calendar.is_working(date), !closed, "{} {date}", calendar.code());
        }
    }
}

fn oracle_days() -> impl Iterator<Item = NaiveDate> {
    day(2023, 1, 1).iter_days().take_while(|date| date.year() <= 2032)
}

#[test]
fn the_4th_of_october_is_a_holiday_from_2026() {
    let milan = of("MI");
    let why = |year| milan.why_not(day(year, 10, 4), Lang::It);
    assert_eq!(why(2024), None, "a Friday, worked");
    assert_eq!(why(2025), Some("sabato"));
    assert_eq!(why(2026), Some("San Francesco d'Assisi"), "a Sunday: the holiday says more");
    assert_eq!(why(2027), Some("San Francesco d'Assisi"), "the first Monday it takes away");
    assert_eq!(milan.add_working_days(day(2027, 10, 1), 1), Ok(day(2027, 10, 5)));
}

#[test]
fn a_day_says_why_it_is_not_worked_in_both_languages() {
    assert_eq!(of("MI").why_not(day(2026, 12, 7), Lang::It), Some("Sant'Ambrogio"));
    assert_eq!(of("CO").why_not(day(2026, 12, 7), Lang::It), None);
    assert_eq!(of("CO").why_not(day(2027, 3, 29), Lang::En), Some("Easter Monday"));
    assert_eq!(of("CO").why_not(day(2027, 3, 28), Lang::En), Some("Sunday"));
    assert_eq!(of("CO").why_not(day(2027, 3, 27), Lang::It), Some("sabato"));
}

#[test]
fn the_joint_review_falls_on_the_first_working_day_after_good_friday() {
    let review = day(2027, 3, 30);
    for calendar in LOMBARDY.iter() {
        assert_eq!(calendar.add_working_days(day(2027, 3, 26), 1), Ok(review));
        assert_eq!(calendar.next_working(day(2027, 3, 27)), Ok(review));
        assert_eq!(calendar.previous_working(day(2027, 3, 29)), Ok(day(2027, 3, 26)));
    }
}

#[test]
fn the_year_ends_on_a_working_thursday_and_goes_on_on_monday() {
    let pavia = of("PV");
    assert_eq!(pavia.add_working_days(day(2026, 12, 31), 1), Ok(day(2027, 1, 4)));
    assert_eq!(pavia.add_working_days(day(2027, 1, 4), -1), Ok(day(2026, 12, 31)));
    // Christmas 2026 is a Friday, Saint Stephen a Saturday; Epiphany 2027 a Wednesday.
    assert_eq!(pavia.add_working_days(day(2026, 12, 24), 6), Ok(day(2027, 1, 5)));
    assert_eq!(pavia.working_days_between(day(2026, 12, 24), day(2027, 1, 7)), Ok(7));
}

#[test]
fn leap_days_are_worked_like_others() {
    let lodi = of("LO");
    assert_eq!(lodi.add_working_days(day(2028, 2, 28), 1), Ok(day(2028, 2, 29)));
    assert_eq!(lodi.add_working_days(day(2028, 2, 28), 2), Ok(day(2028, 3, 1)));
    assert_eq!(lodi.add_working_days(day(2027, 2, 26), 1), Ok(day(2027, 3, 1)));
    assert_eq!(lodi.working_days_between(day(2028, 2, 28), day(2028, 3, 1)), Ok(2));
}

#[test]
fn the_day_one_counts_from_does_not_count() {
    let como = of("CO");
    let (friday, saturday, monday) = (day(2026, 11, 20), day(2026, 11, 21), day(2026, 11, 23));
    assert_eq!(como.add_working_days(saturday, 1), Ok(monday));
    assert_eq!(como.add_working_days(saturday, 0), Ok(monday), "a term that ends on a holiday is extended");
    assert_eq!(como.add_working_days(saturday, -1), Ok(friday));
    assert_eq!(como.add_working_days(friday, 0), Ok(friday));
    assert_eq!(como.working_days_between(friday, monday), Ok(1));
    assert_eq!(como.working_days_between(monday, friday), Ok(-1));
    assert_eq!(como.working_days_between(saturday, saturday), Ok(0));
}

#[test]
fn the_same_rung_falls_on_different_days_in_milan_and_in_como() {
    let due = day(2026, 12, 10);
    assert_eq!(of("CO").add_working_days(due, -3), Ok(day(2026, 12, 4)));
    assert_eq!(of("MI").add_working_days(due, -3), Ok(day(2026, 12, 3)));
    assert_eq!(of("PV").add_working_days(due, -3), Ok(day(2026, 12, 3)));
}

#[test]
fn a_day_worked_by_all_avoids_every_patron_day() {
    let three = joint(&["MI", "PV", "CO"]);
    let monday = day(2026, 12, 7);
    assert_eq!(three.next_worked(monday), Ok(day(2026, 12, 10)));
    assert_eq!(three.previous_worked(monday), Ok(day(2026, 12, 4)));
    let closed: Vec<_> = three.closed(monday).into_iter().map(|(code, reason)| (code, reason.text(Lang::En))).collect();
    assert_eq!(closed, [("MI", "Saint Ambrose")]);
    assert!(three.closed(day(2026, 12, 10)).is_empty());
}

fn joint(codes: &[&str]) -> Joint<'static> {
    LOMBARDY.joint(codes.iter().copied()).expect("territories of Lombardy")
}

/// A day, the reason why it is not a common working day of the twelve territories, and the next common working day.
/// Taken by hand from the calendars of the years; without a reason, the day itself is a common working day.
const THE_TWELVE: [(&str, &str, &str); 26] = [
    // The patron days, each in a year in which it is not on a weekend.
    ("2027-01-19", "LO (San Bassiano)", "2027-01-20"),
    ("2027-02-15", "BS (Santi Faustino e Giovita)", "2027-02-16"),
    ("2027-03-18", "MN (Sant'Anselmo)", "2027-03-19"),
    ("2028-05-08", "VA (San Vittore)", "2028-05-09"),
    ("2028-06-19", "SO (Santi Gervasio e Protasio)", "2028-06-20"),
    ("2027-06-24", "MB (San Giovanni Battista)", "2027-06-25"),
    ("2027-08-26", "BG (Sant'Alessandro)", "2027-08-27"),
    ("2027-08-31", "CO (Sant'Abbondio)", "2027-09-01"),
    ("2028-11-13", "CR (Sant'Omobono)", "2028-11-14"),
    // Three patron days and a national holiday within a few days.
    ("2027-12-03", "", "2027-12-03"),
    ("2027-12-06", "LC (San Nicolò)", "2027-12-10"),
    ("2027-12-07", "MI (Sant'Ambrogio)", "2027-12-10"),
    ("2027-12-08", "Immacolata Concezione", "2027-12-10"),
    ("2027-12-09", "PV (San Siro)", "2027-12-10"),
    ("2027-12-10", "", "2027-12-10"),
    // Easter.
    ("2027-03-26", "", "2027-03-26"),
    ("2027-03-27", "sabato", "2027-03-30"),
    ("2027-03-28", "domenica", "2027-03-30"),
    ("2027-03-29", "Lunedì dell'Angelo", "2027-03-30"),
    // 4 October, a holiday from 2026.
    ("2024-10-04", "", "2024-10-04"),
    ("2027-10-04", "San Francesco d'Assisi", "2027-10-05"),
    // The end of the year: Christmas is a Friday, New Year's Day too.
    ("2026-12-24", "", "2026-12-24"),
    ("2026-12-25", "Natale", "2026-12-28"),
    ("2026-12-31", "", "2026-12-31"),
    ("2027-01-01", "Capodanno", "2027-01-04"),
    ("2027-01-06", "Epifania", "2027-01-07"),
];

#[test]
fn a_day_not_worked_by_all_twelve_names_who_is_closed_and_the_next_day_worked_by_all() {
    let twelve = LOMBARDY.all();
    for (text, why, next) in THE_TWELVE {
        let (day, next): (NaiveDate, NaiveDate) = (text.parse().expect("a day"), next.parse().expect("a day"));
        assert_eq!(twelve.next_worked(day), Ok(next), "{text}");
        assert_eq!(twelve.is_worked(day), why.is_empty(), "{text}");
        match twelve.must_be_worked(day, |code| vec![code.to_owned()]) {
            Ok(()) => assert_eq!("", why, "{text}"),
            Err(NotWorked::ClosedDay(refused)) => {
                assert_eq!((refused.day, refused.closed.text(Lang::It).as_str(), refused.next), (day, why, next));
            }
            Err(NotWorked::Calendar(error)) => panic!("{text}: {error}"),
        }
    }
}

#[test]
fn days_worked_by_all_twelve_are_counted_like_those_of_one() {
    let twelve = LOMBARDY.all();
    for (from, to, worked) in [
        // 1, 2, 3 and 10 December; not the three patron days and the 8th.
        (day(2027, 11, 30), day(2027, 12, 10), 4),
        (day(2026, 12, 24), day(2027, 1, 7), 7),
        (day(2027, 3, 24), day(2027, 3, 31), 4),
        (day(2027, 10, 1), day(2027, 10, 8), 4),
        // A month without patron days has the working days of any calendar.
        (day(2027, 4, 30), day(2027, 5, 31), 21),
    ] {
        assert_eq!(twelve.working_days_between(from, to), Ok(worked), "{from} {to}");
        assert_eq!(twelve.working_days_between(to, from), Ok(-worked), "both ends are worked: {to} {from}");
    }
    let far = day(2027, 1, 4) + Days::new(LONGEST_SPAN_DAYS.unsigned_abs() + 1);
    let too_long = Err(CalendarError::SpanTooLong { from: day(2027, 1, 4), to: far });
    assert_eq!(twelve.working_days_between(day(2027, 1, 4), far), too_long);
}

#[test]
fn one_territory_has_as_many_names_as_bodies_and_is_asked_once() {
    let twice = joint(&["LC", "MI", "LC"]);
    let names = |code: &str| vec![format!("Provincia {code}"), format!("Camera {code}")];
    let Err(NotWorked::ClosedDay(refused)) = twice.must_be_worked(day(2027, 12, 6), names) else {
        panic!("Lecco does not work on the day of Saint Nicholas")
    };
    assert_eq!(refused.closed.text(Lang::En), "Provincia LC (Saint Nicholas), Camera LC (Saint Nicholas)");
    assert_eq!(LOMBARDY.joint(["XX"]).map(drop), Err(CalendarError::UnknownTerritory { code: "XX".to_owned() }));
}

#[test]
fn a_span_lists_its_working_days() {
    let listed: Vec<NaiveDate> =
        of("LC").working_days(day(2027, 12, 3), day(2027, 12, 9)).expect("a short span").collect();
    // 4 and 5 December are a weekend, the 6th is the patron day of Lecco, the 8th a national holiday.
    assert_eq!(listed, [day(2027, 12, 3), day(2027, 12, 7), day(2027, 12, 9)]);
    assert_eq!(of("LC").working_days(day(2027, 12, 9), day(2027, 12, 3)).expect("a short span").count(), 0);
}

#[test]
fn a_day_can_be_closed_once_for_all_or_for_one_territory() {
    let closed = |date| OneOffDay { date, name_it: "Chiusura".to_owned(), name_en: "Closure".to_owned() };
    let mut data = lombardy_data();
    data.one_offs.push(closed(day(2011, 3, 17)));
    data.territories
        .iter_mut()
        .filter(|own| own.code == "SO")
        .for_each(|own| own.one_offs.push(closed(day(2027, 2, 10))));
    let calendars = Calendars::new(data).expect("good data");
    let why = |code, date| calendars.of(code).expect("a territory").why_not(date, Lang::En);
    assert_eq!(why("VA", day(2011, 3, 17)), Some("Closure"));
    assert_eq!(why("SO", day(2027, 2, 10)), Some("Closure"));
    assert_eq!(why("VA", day(2027, 2, 10)), None);
}

#[test]
fn saturdays_are_worked_if_the_setting_says_so() {
    let data = CalendarData { saturday_works: true, ..lombardy_data() };
    let calendars = Calendars::new(data).expect("good data");
    let como = calendars.of("CO").expect("a territory");
    assert!(como.is_working(day(2026, 11, 21)));
    assert_eq!(como.why_not(day(2026, 12, 26), Lang::It), Some("Santo Stefano"), "a holiday on a Saturday");
    assert_eq!(como.why_not(day(2026, 11, 22), Lang::It), Some("domenica"));
}

#[test]
fn a_territory_is_known_once_or_not_at_all() {
    let unknown = LOMBARDY.of("XX").map(TerritoryCalendar::code);
    assert_eq!(unknown, Err(CalendarError::UnknownTerritory { code: "XX".to_owned() }));
    let mut data = lombardy_data();
    data.territories.push(data.territories[0].clone());
    let doubled = Calendars::new(data).map(|_| ());
    assert_eq!(doubled, Err(CalendarError::DuplicateTerritory { code: "BG".to_owned() }));
}

#[test]
fn a_calendar_without_working_days_is_an_error_and_not_an_endless_search() {
    let start = day(2027, 1, 1);
    let one_offs = start.iter_days().take(800).map(|date| OneOffDay {
        date,
        name_it: "Chiuso".to_owned(),
        name_en: "Closed".to_owned(),
    });
    let closed = TerritoryDays { code: "ZZ".to_owned(), rules: Vec::new(), one_offs: one_offs.collect() };
    let data = CalendarData { territories: vec![closed], ..lombardy_data() };
    let calendars = Calendars::new(data).expect("good data");
    let territory = calendars.of("ZZ").expect("a territory");
    let middle = day(2028, 2, 5);
    let nothing = Err(CalendarError::NoWorkingDay { territories: "ZZ".to_owned(), from: middle });
    assert_eq!(territory.next_working(middle), nothing);
    assert_eq!(territory.previous_working(middle), nothing);
    assert_eq!(territory.add_working_days(middle, 1), nothing);
    assert_eq!(territory.add_working_days(middle, -1), nothing);
}

#[test]
fn counting_is_bounded() {
    let como = of("CO");
    let today = day(2026, 11, 23);
    for n in [MOST_WORKING_DAYS + 1, -MOST_WORKING_DAYS - 1, i32::MAX, i32::MIN] {
        assert_eq!(como.add_working_days(today, n), Err(CalendarError::TooFar { working_days: n }));
    }
    assert!(como.add_working_days(today, MOST_WORKING_DAYS).is_ok());
    let far = today + Days::new(LONGEST_SPAN_DAYS.unsigned_abs() + 1);
    assert_eq!(como.working_days_between(today, far), Err(CalendarError::SpanTooLong { from: today, to: far }));
    assert!(como.working_days(far, today).is_err());
    assert!(como.working_days_between(NaiveDate::MIN, NaiveDate::MAX).is_err());
    // At the ends of the calendar there is no next day, and still no panic.
    for end in [NaiveDate::MIN, NaiveDate::MAX] {
        assert!(como.add_working_days(end, 1).is_ok() || como.add_working_days(end, -1).is_ok());
        assert!(como.add_working_days(end, 1).is_err() || como.add_working_days(end, -1).is_err());
    }
}

fn any_calendar() -> impl Strategy<Value = &'static TerritoryCalendar> {
    prop::sample::select(TERRITORIES.to_vec()).prop_map(of)
}

fn any_territories() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(TERRITORIES.to_vec(), 1..=TERRITORIES.len())
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..9_000).prop_map(|days| day(2020, 1, 1) + Days::new(days))
}

proptest! {
    #[test]
    fn adding_lands_on_a_working_day_in_the_right_direction(calendar in any_calendar(), from in any_day(), n in -400_i32..400) {
        let to = calendar.add_working_days(from, n).expect("Lombardy works");
        prop_assert!(calendar.is_working(to));
        match n {
            0 => prop_assert_eq!(Ok(to), calendar.next_working(from)),
            1.. => prop_assert!(to > from),
            _ => prop_assert!(to < from),
        }
    }

    #[test]
    fn counting_undoes_adding(calendar in any_calendar(), from in any_day(), n in -400_i32..400) {
        let to = calendar.add_working_days(from, n).expect("Lombardy works");
        if n != 0 || calendar.is_working(from) {
            prop_assert_eq!(calendar.working_days_between(from, to), Ok(n));
        }
    }

    #[test]
    fn subtracting_undoes_adding_from_a_working_day(calendar in any_calendar(), from in any_day(), n in -400_i32..400) {
        let from = calendar.next_working(from).expect("Lombardy works");
        let to = calendar.add_working_days(from, n).expect("Lombardy works");
        prop_assert_eq!(calendar.add_working_days(to, -n), Ok(from));
    }

    #[test]
    fn a_later_start_never_ends_earlier(calendar in any_calendar(), a in any_day(), b in any_day(), n in -60_i32..60) {
        let end = |from| calendar.add_working_days(from, n).expect("Lombardy works");
        prop_assert!(end(a.min(b)) <= end(a.max(b)));
    }

    #[test]
    fn spans_add_up(calendar in any_calendar(), a in any_day(), first in 0_u64..500, second in 0_u64..500) {
        let (b, c) = (a + Days::new(first), a + Days::new(first + second));
        let between = |from, to| calendar.working_days_between(from, to).expect("a short span");
        prop_assert_eq!(between(a, c), between(a, b) + between(b, c));
        prop_assert_eq!(between(c, a), between(c, b) + between(b, a));
        let listed = i32::try_from(calendar.working_days(a, c).expect("a short span").count()).expect("a short span");
        prop_assert_eq!(listed, between(a, c) + i32::from(calendar.is_working(a)));
    }

    #[test]
    fn next_and_previous_skip_only_days_off(calendar in any_calendar(), from in any_day()) {
        let next = calendar.next_working(from).expect("Lombardy works");
        let previous = calendar.previous_working(from).expect("Lombardy works");
        prop_assert!(previous <= from && from <= next);
        prop_assert!(calendar.is_working(next) && calendar.is_working(previous));
        let worked_inside = calendar.working_days(previous, next).expect("a short span").count();
        prop_assert_eq!(worked_inside, if previous == next { 1 } else { 2 });
    }

    #[test]
    fn a_day_worked_by_all_is_worked_by_each(from in any_day()) {
        let next = LOMBARDY.all().next_worked(from).expect("Lombardy works");
        prop_assert!(LOMBARDY.iter().all(|calendar| calendar.is_working(next)));
        for earlier in from.iter_days().take_while(|earlier| *earlier < next) {
            prop_assert!(!LOMBARDY.iter().all(|calendar| calendar.is_working(earlier)));
            prop_assert!(!LOMBARDY.all().closed(earlier).is_empty());
        }
    }

    #[test]
    fn spans_of_days_worked_by_all_add_up(codes in any_territories(), a in any_day(), b in any_day(), c in any_day()) {
        let joint = joint(&codes);
        let between = |from, to| joint.working_days_between(from, to).expect("a short span");
        let [a, b, c] = { let mut days = [a, b, c]; days.sort(); days };
        prop_assert_eq!(between(a, c), between(a, b) + between(b, c));
        prop_assert_eq!(between(c, a), between(c, b) + between(b, a));
    }

    #[test]
    fn a_refused_day_names_the_first_later_day_that_each_of_them_works(codes in any_territories(), from in any_day()) {
        let joint = joint(&codes);
        let calendars: Vec<&TerritoryCalendar> = codes.iter().map(|code| of(code)).collect();
        let is_worked = |day: &NaiveDate| calendars.iter().all(|calendar| calendar.is_working(*day));
        match joint.must_be_worked(from, |code| vec![code.to_owned()]) {
            Ok(()) => prop_assert!(is_worked(&from)),
            Err(NotWorked::ClosedDay(refused)) => {
                prop_assert!(!is_worked(&from));
                prop_assert_eq!(Some(refused.next), from.iter_days().find(is_worked));
            }
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn a_day_is_worked_or_has_a_reason_in_both_languages(calendar in any_calendar(), date in any_day()) {
        let reasons = [Lang::It, Lang::En].map(|lang| calendar.why_not(date, lang));
        prop_assert!(reasons.iter().all(|reason| reason.is_none() == calendar.is_working(date)));
        prop_assert!(reasons.iter().flatten().all(|reason| !reason.is_empty()));
    }
}
