use super::*;
use crate::texts::Lang;
use crate::time::{CalendarData, Calendars, NonWorkingRule, OneOffDay, RuleKind, TerritoryDays};
use proptest::prelude::*;
use std::collections::HashMap;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day of the test")
}

fn period(label: &str) -> Period {
    label.parse().expect("a label of the test")
}

fn rule(toml: &str) -> DateRule {
    toml::from_str(toml).unwrap_or_else(|error| panic!("{toml}: {error}"))
}

fn holiday(kind: RuleKind, it: &str, en: &str) -> NonWorkingRule {
    NonWorkingRule::new(kind, None, None, it, en).expect("a good rule")
}

/// Two territories with the national holidays that the tests meet.
fn network() -> Calendars {
    let fixed = |month, day| RuleKind::Fixed { month, day };
    let own = |code: &str, rules| TerritoryDays { code: code.to_owned(), rules, one_offs: Vec::new() };
    Calendars::new(CalendarData {
        saturday_works: false,
        national: vec![
            holiday(fixed(1, 1), "Capodanno", "New Year's Day"),
            holiday(fixed(1, 6), "Epifania", "Epiphany"),
            holiday(RuleKind::EasterOffset { days: 1 }, "Lunedì dell'Angelo", "Easter Monday"),
            holiday(fixed(8, 15), "Assunzione", "Assumption Day"),
        ],
        one_offs: Vec::<OneOffDay>::new(),
        territories: vec![
            own("bergamo", vec![holiday(fixed(8, 26), "Sant'Alessandro", "Saint Alexander")]),
            own("varese", vec![holiday(fixed(5, 8), "San Vittore", "Saint Victor")]),
        ],
    })
    .expect("good calendars")
}

#[derive(Default)]
struct Known {
    releases: HashMap<(&'static str, NaiveDate), NaiveDate>,
    sources: Vec<(&'static str, NaiveDate)>,
    busy: HashMap<NaiveDate, usize>,
}

impl Facts for Known {
    fn release(&self, product: &str, end: NaiveDate) -> Option<NaiveDate> {
        self.releases.iter().find(|((known, of), _)| *known == product && *of == end).map(|(_, day)| *day)
    }

    fn source(&self, source: &str, end: NaiveDate) -> Option<NaiveDate> {
        self.sources.iter().filter(|(known, day)| *known == source && *day > end).map(|(_, day)| *day).min()
    }

    fn releases_on(&self, day: NaiveDate) -> usize {
        self.busy.get(&day).copied().unwrap_or_default()
    }

    fn name(&self, territory: &str) -> String {
        super::words::capital(territory)
    }
}

fn derived(rule: &DateRule, label: &str, known: &Known) -> Result<Derived, NoDay> {
    let network = network();
    let worked = match &rule.worked_by {
        Some(code) => network.joint([code.as_str()]),
        None => Ok(network.all()),
    };
    rule.derive(period(label), &worked.expect("known territories"), known)
}

/// Days computed by hand from a calendar on paper.
#[test]
fn rules_give_the_days_of_a_table_computed_by_hand() {
    let known = Known {
        releases: HashMap::from([(("relazione", day("2026-12-31")), day("2027-03-31"))]),
        sources: vec![("istat", day("2026-12-10")), ("istat", day("2027-03-12")), ("istat", day("2027-06-11"))],
        busy: HashMap::from([(day("2027-03-16"), 2), (day("2027-03-17"), 1)]),
    };
    let table = [
        // The last day of the period is a Thursday; three months later a Wednesday.
        ("day.end_of_period = { plus = 3, unit = 'months' }", "2026", "2027-03-31"),
        // 30 June + 1 month is 31 July, a Saturday, because months reach the end of a month.
        ("day.end_of_period = { plus = 1, unit = 'months' }", "2027-S1", "2027-08-02"),
        ("day.end_of_period = { plus = 1, unit = 'months' }\nadjust = 'previous'", "2027-S1", "2027-07-30"),
        ("day.end_of_period = { plus = 1, unit = 'months' }\nadjust = 'nearest'", "2027-S1", "2027-07-30"),
        // 31 December + 45 days is 14 February 2027, a Sunday: one day to Monday, two to Friday.
        ("day.end_of_period = { plus = 45, unit = 'days' }", "2026", "2027-02-15"),
        ("day.end_of_period = { plus = 45, unit = 'days' }\nadjust = 'previous'", "2026", "2027-02-12"),
        ("day.end_of_period = { plus = 45, unit = 'days' }\nadjust = 'nearest'", "2026", "2027-02-15"),
        // 1 and 6 January are holidays; 4, 5, 7, 8 and 11 January are the first five working days of 2027.
        ("day.end_of_period = { plus = 5, unit = 'working_days' }", "2026", "2027-01-11"),
        // Easter Monday 2027 is 29 March.
        ("day.end_of_period = { plus = 88, unit = 'days' }", "2026", "2027-03-30"),
        // 26 August is the patron day of Bergamo: the others wait, unless only Varese counts.
        ("day.end_of_period = { plus = 57, unit = 'days' }", "2027-S1", "2027-08-27"),
        ("day.end_of_period = { plus = 57, unit = 'days' }\nworked_by = 'varese'", "2027-S1", "2027-08-26"),
        ("day.end_of_period = { plus = 57, unit = 'days' }\navoid = ['08-01/08-31']", "2027-S1", "2027-09-01"),
        (
            "day.end_of_period = { plus = 57, unit = 'days' }\navoid = ['08-01/08-31']\nadjust = 'previous'",
            "2027-S1",
            "2027-07-30",
        ),
        ("day.end_of_period = { plus = 0, unit = 'days' }\navoid = ['12-20/01-06']", "2026", "2027-01-07"),
        ("day.nth_weekday = { nth = 'second', weekday = 'tuesday', month = 3 }", "2026", "2027-03-09"),
        ("day.nth_weekday = { nth = 'first', weekday = 'monday', month = 3 }", "2026", "2027-03-01"),
        ("day.nth_weekday = { nth = 'fourth', weekday = 'sunday', month = 2 }", "2026", "2027-03-01"),
        ("day.nth_weekday = { nth = 'last', weekday = 'friday', month = 1 }", "2027-Q1", "2027-04-30"),
        ("day.nth_weekday = { nth = 'last', weekday = 'wednesday', month = 12 }", "2026", "2027-12-29"),
        ("day.release = { product = 'relazione', plus = 5, unit = 'working_days' }", "2026-Q4", "2027-04-07"),
        ("day.source = { source = 'istat', plus = 0, unit = 'days' }", "2026", "2027-03-12"),
        ("day.source = { source = 'istat', plus = 1, unit = 'months' }", "2026", "2027-04-12"),
        // 14 March is a Sunday; two releases come out on the 16th, one on the 17th.
        ("day.end_of_period = { plus = 75, unit = 'days' }\nmost_a_day = 1", "2026", "2027-03-18"),
        ("day.end_of_period = { plus = 75, unit = 'days' }\nmost_a_day = 2", "2026", "2027-03-17"),
        ("day.end_of_period = { plus = 75, unit = 'days' }", "2026", "2027-03-16"),
    ];
    for (toml, label, expected) in table {
        let derived = derived(&rule(toml), label, &known).unwrap_or_else(|error| panic!("{toml}: {error}"));
        assert_eq!(derived.day, day(expected), "{toml}, {label}");
    }
}

#[test]
fn a_rule_without_a_day_says_why() {
    let known = Known::default();
    let none = |toml: &str| derived(&rule(toml), "2026", &known).expect_err("no day");
    let end = day("2026-12-31");
    assert_eq!(
        none("day.release = { product = 'relazione', plus = 0, unit = 'days' }"),
        NoDay::NoRelease { product: "relazione".to_owned(), end }
    );
    assert_eq!(
        none("day.source = { source = 'istat', plus = 0, unit = 'days' }"),
        NoDay::NoSource { source_code: "istat".to_owned(), end }
    );
    assert_eq!(
        none("day.end_of_period = { plus = 1, unit = 'days' }\navoid = ['01-01/12-31']"),
        NoDay::NothingFits { anchor: day("2027-01-01") }
    );
}

#[test]
fn every_derived_day_explains_itself_in_one_sentence() {
    let known = Known {
        sources: vec![("istat", day("2027-05-07"))],
        busy: HashMap::from([(day("2027-05-10"), 1)]),
        ..Known::default()
    };
    let told = |toml: &str, label: &str, lang| {
        let rule = rule(toml);
        let derived = derived(&rule, label, &known).unwrap_or_else(|error| panic!("{toml}: {error}"));
        derived.sentence(&rule, period(label), lang, |code| format!("Fonte {code}"))
    };
    let table = [
        (
            "day.end_of_period = { plus = 3, unit = 'months' }",
            "2026",
            "Mercoledì 31 marzo 2027: 3 mesi dopo la fine del periodo (31 dicembre 2026).",
            "Wednesday 31 March 2027: 3 months after the end of the period (31 December 2026).",
        ),
        (
            "day.end_of_period = { plus = 45, unit = 'days' }",
            "2026",
            "Lunedì 15 febbraio 2027: primo giorno utile dopo domenica 14 febbraio 2027, cioè 45 giorni dopo la fine del \
             periodo (31 dicembre 2026); esclusi: 14 febbraio (fine settimana).",
            "Monday 15 February 2027: first suitable day after Sunday 14 February 2027, that is 45 days after the end of \
             the period (31 December 2026); passed over: 14 February (weekend).",
        ),
        (
            "day.source = { source = 'istat', plus = 1, unit = 'days' }\nmost_a_day = 1",
            "2026",
            "Martedì 11 maggio 2027: primo giorno utile dopo sabato 8 maggio 2027, cioè 1 giorno dopo la data della fonte \
             «Fonte istat» (7 maggio 2027); esclusi: dall’8 maggio al 9 maggio (fine settimana) e 10 maggio (c’è già un’uscita).",
            "Tuesday 11 May 2027: first suitable day after Saturday 8 May 2027, that is 1 day after the date of the source \
             “Fonte istat” (7 May 2027); passed over: 8 May to 9 May (weekend) and 10 May (there is already a release).",
        ),
        (
            "day.end_of_period = { plus = 57, unit = 'days' }\nadjust = 'previous'",
            "2027-S1",
            "Mercoledì 25 agosto 2027: ultimo giorno utile prima di giovedì 26 agosto 2027, cioè 57 giorni dopo la fine \
             del periodo (30 giugno 2027); esclusi: 26 agosto (Bergamo (Sant'Alessandro)).",
            "Wednesday 25 August 2027: last suitable day before Thursday 26 August 2027, that is 57 days after the end of \
             the period (30 June 2027); passed over: 26 August (Bergamo (Saint Alexander)).",
        ),
        (
            "day.nth_weekday = { nth = 'second', weekday = 'tuesday', month = 3 }",
            "2026",
            "Martedì 9 marzo 2027: 2° martedì di marzo 2027.",
            "Tuesday 9 March 2027: second Tuesday of March 2027.",
        ),
    ];
    for (toml, label, it, en) in table {
        assert_eq!(told(toml, label, Lang::It), it);
        assert_eq!(told(toml, label, Lang::En), en);
    }
}

#[test]
fn every_rule_describes_itself() {
    let table = [
        (
            "day.end_of_period = { plus = 45, unit = 'days' }\navoid = ['08-01/08-31', '12-20/01-06']\nmost_a_day = 2",
            "45 giorni dopo la fine del periodo, o il primo giorno successivo lavorativo per tutti; mai dal 1° agosto al 31 \
             agosto e dal 20 dicembre al 6 gennaio; al massimo 2 uscite in un giorno.",
        ),
        (
            "day.nth_weekday = { nth = 'last', weekday = 'friday', month = 1 }\nworked_by = 'varese'\nadjust = 'nearest'",
            "Ultimo venerdì del mese dopo la fine del periodo, o il giorno più vicino lavorativo a Varese.",
        ),
        (
            "day.release = { product = 'relazione', plus = 0, unit = 'days' }\nadjust = 'previous'",
            "Lo stesso giorno: l’uscita di «Relazione», o l’ultimo giorno precedente lavorativo per tutti.",
        ),
    ];
    for (toml, it) in table {
        assert_eq!(rule(toml).description(Lang::It, super::words::capital), it);
    }
}

#[test]
fn a_rule_is_the_same_in_the_file_and_in_json() {
    let texts = [
        "day.end_of_period = { plus = 45, unit = 'days' }",
        "day.nth_weekday = { nth = 'last', weekday = 'friday', month = 1 }\nadjust = 'nearest'",
        "day.release = { product = 'relazione', plus = 5, unit = 'working_days' }\nworked_by = 'varese'",
        "day.source = { source = 'istat', plus = 1, unit = 'months' }\navoid = ['12-20/01-06']\nmost_a_day = 3",
    ];
    for text in texts {
        let rule = rule(text);
        assert_eq!(DateRule::from_text(&rule.to_text()).as_ref(), Some(&rule));
        assert_eq!(rule.improper(), []);
    }
}

#[test]
fn an_unlikely_rule_is_refused() {
    let unreadable = [
        "adjust = 'next'",
        "day.end_of_period = { plus = -1, unit = 'days' }",
        "day.end_of_period = { plus = 1, unit = 'weeks' }",
        "day.nth_weekday = { nth = 'fifth', weekday = 'friday', month = 1 }",
        "day.nth_weekday = { nth = 'last', weekday = 'venerdì', month = 1 }",
        "day.end_of_period = { plus = 1, unit = 'days' }\navoid = ['02-30/03-01']",
        "day.end_of_period = { plus = 1, unit = 'days' }\navoid = ['8-1/8-31']",
        "day.end_of_period = { plus = 1, unit = 'days' }\nmost = 2",
    ];
    for text in unreadable {
        assert!(toml::from_str::<DateRule>(text).is_err(), "`{text}` was read");
    }
    let improper = [
        ("day.end_of_period = { plus = 1001, unit = 'days' }", Improper::Plus),
        ("day.source = { source = 'x', plus = 5000, unit = 'days' }", Improper::Plus),
        ("day.nth_weekday = { nth = 'last', weekday = 'friday', month = 0 }", Improper::Month),
        ("day.nth_weekday = { nth = 'last', weekday = 'friday', month = 25 }", Improper::Month),
        ("day.end_of_period = { plus = 1, unit = 'days' }\nmost_a_day = 0", Improper::MostADay),
    ];
    for (text, field) in improper {
        assert_eq!(rule(text).improper(), [field], "{text}");
    }
}

prop_compose! {
    fn any_rule()(
        which in 0_usize..4, plus in 0_u16..400, unit in 0_usize..3, nth in 0_usize..5, weekday in 0_u8..7, month in 1_u16..=24,
        adjust in 0_usize..3, avoid in any::<bool>(), most_a_day in proptest::option::of(1_u16..3),
    ) -> DateRule {
        let distance = Distance { plus: plus % 300, unit: [Unit::Days, Unit::WorkingDays, Unit::Months][unit] };
        let distance = if distance.unit == Unit::Months { Distance { plus: plus % 24, ..distance } } else { distance };
        let day = match which {
            0 => Anchor::EndOfPeriod(distance),
            1 => Anchor::NthWeekday {
                nth: [Nth::First, Nth::Second, Nth::Third, Nth::Fourth, Nth::Last][nth],
                weekday: Weekday::try_from(weekday).expect("a weekday"),
                month,
            },
            2 => Anchor::Release { product: "relazione".to_owned(), plus: distance.plus, unit: distance.unit },
            _ => Anchor::Source { source: "istat".to_owned(), plus: distance.plus, unit: distance.unit },
        };
        let avoid = if avoid { vec!["08-01/08-31".parse().expect("a span")] } else { Vec::new() };
        DateRule { day, adjust: [Adjust::Next, Adjust::Previous, Adjust::Nearest][adjust], worked_by: None, avoid, most_a_day }
    }
}

proptest! {
    /// A derived day keeps every condition, no day between it and the anchor in its direction does, and the explanation
    /// names each day passed over.
    #[test]
    fn a_derived_day_is_the_first_that_fits(rule in any_rule(), year in 2024_i32..2032, quarter in 1_u32..=4) {
        let network = network();
        let worked = network.all();
        let period = Period::new(crate::time::Frequency::Quarter, year, quarter).expect("a quarter");
        let end = period.last_day();
        let known = Known {
            releases: HashMap::from([(("relazione", end), end + Days::new(40))]),
            sources: vec![("istat", end + Days::new(20))],
            busy: (0..200).map(|number| (end + Days::new(number * 2), 1)).collect(),
        };
        let derived = rule.derive(period, &worked, &known).expect("these facts give a day");
        prop_assert_eq!(rule.unfit(derived.day, &worked, &known), None);
        prop_assert_eq!(rule.derive(period, &worked, &known), Ok(derived.clone()));
        let distance = (derived.day - derived.anchor).num_days();
        match rule.adjust {
            Adjust::Next => prop_assert!(distance >= 0),
            Adjust::Previous => prop_assert!(distance <= 0),
            Adjust::Nearest => {}
        }
        let passed: i64 = derived.passed.iter().map(|run| (run.to - run.from).num_days() + 1).sum();
        let tried = match rule.adjust {
            Adjust::Next | Adjust::Previous => distance.abs(),
            Adjust::Nearest => 2 * distance.abs() - i64::from(distance > 0),
        };
        prop_assert_eq!(passed, tried);
        for run in &derived.passed {
            for day in run.from.iter_days().take_while(|day| *day <= run.to) {
                prop_assert!(rule.unfit(day, &worked, &known).is_some());
            }
        }
        prop_assert!(!derived.sentence(&rule, period, Lang::It, str::to_owned).contains('\n'));
    }

    #[test]
    fn a_part_of_the_year_travels_as_its_text(from_month in 1_u32..=12, from_day in 1_u32..=31, to_month in 1_u32..=12, to_day in 1_u32..=31) {
        let text = format!("{from_month:02}-{from_day:02}/{to_month:02}-{to_day:02}");
        if let Ok(span) = text.parse::<SpanOfYear>() {
            prop_assert_eq!(span.to_string(), text);
            let days = NaiveDate::from_ymd_opt(2028, 1, 1).expect("a day").iter_days().take(366);
            prop_assert!(days.filter(|day| span.contains(*day)).count() >= 1);
        }
    }
}
