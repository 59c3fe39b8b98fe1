use super::*;
use crate::catalogue::model::Details;
use crate::releases::model::{Slot, Stage, When};
use crate::time::{CalendarData, Calendars, TerritoryDays};
use chrono::NaiveTime;
use entity::ids::ReleaseId;
use entity::kinds::Periodicity;
use proptest::prelude::*;
use uuid::Uuid;

const TODAY: &str = "2026-11-30";

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day of the test")
}

fn month(text: &str) -> Period {
    text.parse().expect("a month of the test")
}

fn product(number: u128, code: &str, periodicity: Periodicity, rule: Option<&str>) -> Product {
    Product {
        id: ProductId::from(Uuid::from_u128(number)),
        code: code.to_owned(),
        details: Details {
            periodicity,
            date_rule: rule.map(|text| toml::from_str(text).expect("a rule of the test")),
            ..Details::default()
        },
        steps: Vec::new(),
        former_steps: Vec::new(),
        retired_at: None,
        version: 1,
    }
}

fn release(number: u128, of: &Product, period: &str, when: When, rule_day: Option<&str>) -> Release {
    Release {
        id: ReleaseId::from(Uuid::from_u128(number)),
        product_id: of.id,
        observatory: None,
        period: month(period),
        stage: Stage::Provisional(when),
        rule_day: rule_day.map(day),
        amended_at: None,
        sequence: 0,
        version: 1,
    }
}

fn at(text: &str) -> When {
    When::At(Slot { day: day(text), hour: NaiveTime::MIN })
}

fn calendars() -> Calendars {
    Calendars::new(CalendarData {
        saturday_works: false,
        national: Vec::new(),
        one_offs: Vec::new(),
        territories: vec![TerritoryDays { code: "MI".to_owned(), rules: Vec::new(), one_offs: Vec::new() }],
    })
    .expect("a calendar")
}

fn proposed(products: &[Product], existing: &[Release], span: (&str, &str)) -> Vec<Line> {
    let calendars = calendars();
    let subjects: Vec<Subject<'_>> = products
        .iter()
        .map(|product| Subject { product, observatory: None, worked: calendars.joint(["MI"]).expect("a calendar") })
        .collect();
    let codes: BTreeMap<&str, ProductId> = products.iter().map(|product| (product.code.as_str(), product.id)).collect();
    let span = Span::new(month(span.0), month(span.1)).expect("a span");
    propose(span, day(TODAY), &subjects, existing, &codes, &|_, _| None, &str::to_owned)
}

/// Words a line: period, verdict, proposed day.
fn told(lines: &[Line]) -> Vec<String> {
    let verdict = |line: &Line| match &line.verdict {
        Verdict::New(derived) => format!("new {}", derived.day),
        Verdict::Changed(derived) => format!("changed {}", derived.day),
        Verdict::ByHand(derived) => format!("by hand {}", derived.day),
        Verdict::Same => "same".to_owned(),
        Verdict::Settled => "settled".to_owned(),
        Verdict::Overtaken(derived) => format!("overtaken {}", derived.day),
        Verdict::Gap => "gap".to_owned(),
        Verdict::NoDay(_) => "no day".to_owned(),
    };
    lines.iter().map(|line| format!("{}: {}", line.period, verdict(line))).collect()
}

const AFTER_45_DAYS: &str = "day.end_of_period = { plus = 45, unit = 'days' }";

#[test]
fn a_year_of_a_quarterly_product_is_proposed() {
    let note = product(1, "nota", Periodicity::Quarterly, Some(AFTER_45_DAYS));
    let lines = proposed(std::slice::from_ref(&note), &[], ("2027-01", "2027-12"));
    // 14 February and 15 May 2027 are days off; 14 August is a Saturday, 14 November a Sunday.
    let expected =
        ["2026-Q4: new 2027-02-15", "2027-Q1: new 2027-05-17", "2027-Q2: new 2027-08-16", "2027-Q3: new 2027-11-15"];
    assert_eq!(told(&lines), expected);
}

#[test]
fn what_exists_is_told_apart() {
    let note = product(1, "nota", Periodicity::Quarterly, Some(AFTER_45_DAYS));
    let confirmed = |release: Release| Release {
        stage: Stage::Confirmed(crate::releases::model::Confirmed {
            slot: Slot { day: day("2027-11-10"), hour: NaiveTime::MIN },
            first: crate::releases::model::Baseline {
                slot: Slot { day: day("2027-11-10"), hour: NaiveTime::MIN },
                confirmed_at: chrono::DateTime::UNIX_EPOCH,
            },
        }),
        ..release
    };
    let existing = [
        release(1, &note, "2026-Q4", at("2027-02-15"), Some("2027-02-15")),
        release(2, &note, "2027-Q1", at("2027-05-11"), Some("2027-05-11")),
        release(3, &note, "2027-Q2", at("2027-08-10"), None),
        confirmed(release(4, &note, "2027-Q3", at("2027-11-10"), None)),
    ];
    let lines = proposed(std::slice::from_ref(&note), &existing, ("2027-01", "2027-12"));
    let expected = ["2026-Q4: same", "2027-Q3: settled", "2027-Q1: changed 2027-05-17", "2027-Q2: by hand 2027-08-16"];
    let mut told = told(&lines);
    told.sort_by_key(|line| expected.iter().position(|known| known == line));
    assert_eq!(told, expected);
    let expected: Vec<bool> = lines.iter().map(|line| line.verdict.is_expected()).collect();
    assert_eq!(expected.iter().filter(|is| **is).count(), 1, "a date set by hand is not part of the whole proposal");
}

#[test]
fn a_cancelled_release_is_not_brought_back_and_a_product_without_a_rule_shows_its_gap() {
    let (note, focus) = (
        product(1, "nota", Periodicity::Annual, Some(AFTER_45_DAYS)),
        product(2, "focus", Periodicity::HalfYearly, None),
    );
    let reason = crate::releases::model::Reason { code: entity::kinds::ReasonCode::Other, text: "Chiuso".to_owned() };
    let cancelled = release(1, &note, "2026", at("2027-02-15"), None).cancelled(reason).expect("a cancelled release");
    let planned = release(2, &focus, "2027-S1", at("2027-09-01"), None);
    let lines = proposed(&[note, focus], &[cancelled, planned], ("2027-01", "2027-12"));
    assert_eq!(told(&lines), ["2027-S2: gap"]);
}

#[test]
fn a_rule_follows_another_product_in_the_same_proposal_and_a_circle_says_so() {
    let report =
        product(1, "z-relazione", Periodicity::Annual, Some("day.end_of_period = { plus = 3, unit = 'months' }"));
    let after = "day.release = { product = 'z-relazione', plus = 5, unit = 'working_days' }";
    let focus = product(2, "a-focus", Periodicity::Annual, Some(after));
    let lines = proposed(&[focus, report], &[], ("2027-01", "2027-12"));
    assert_eq!(told(&lines), ["2026: new 2027-03-31", "2026: new 2027-04-07"]);

    let one =
        product(1, "uno", Periodicity::Annual, Some("day.release = { product = 'due', plus = 1, unit = 'days' }"));
    let two =
        product(2, "due", Periodicity::Annual, Some("day.release = { product = 'uno', plus = 1, unit = 'days' }"));
    let lines = proposed(&[one, two], &[], ("2027-01", "2027-12"));
    assert!(lines.iter().all(|line| matches!(line.verdict, Verdict::NoDay(NoDay::NoRelease { .. }))), "{lines:?}");
}

#[test]
fn no_more_releases_than_the_rule_permits_share_a_day() {
    let rule = format!("{AFTER_45_DAYS}\nmost_a_day = 1");
    let products: Vec<Product> =
        (1..=4).map(|number| product(number, &format!("p{number}"), Periodicity::Annual, Some(&rule))).collect();
    let lines = proposed(&products, &[], ("2027-01", "2027-12"));
    let days: Vec<NaiveDate> = lines.iter().filter_map(|line| Some(line.verdict.proposed()?.day)).collect();
    assert_eq!(days, ["2027-02-15", "2027-02-16", "2027-02-17", "2027-02-18"].map(day));
    assert!(lines.iter().all(|line| line.warnings.is_empty()));

    let free: Vec<Product> = (1..=3)
        .map(|number| product(number, &format!("p{number}"), Periodicity::Annual, Some(AFTER_45_DAYS)))
        .collect();
    let lines = proposed(&free, &[], ("2027-01", "2027-12"));
    assert!(lines.iter().all(|line| line.warnings == [Warning::SharedDay(2)]), "{lines:?}");
}

#[test]
fn a_span_is_whole_months_in_order() {
    let span = |from, to| Span::new(month(from), month(to)).is_ok();
    assert!(span("2027-01", "2027-01") && span("2027-01", "2029-12"));
    assert!(!span("2027-01", "2030-01"), "37 months");
    assert!(!span("2027-02", "2027-01") && !span("2027", "2027-12") && !span("2027-Q1", "2027-Q4"));
}

proptest! {
    /// Accepting the whole proposal and asking again proposes nothing, whatever was there before; dates set by hand and
    /// announced ones stay.
    #[test]
    fn an_accepted_proposal_has_nothing_left_to_propose(
        pluses in proptest::collection::vec(0_u32..200, 1..5),
        most in proptest::option::of(1_u32..3),
        by_hand in proptest::collection::vec((0_usize..5, 0_u64..300), 0..4),
    ) {
        let products: Vec<Product> = pluses.iter().zip(1..).map(|(plus, number)| {
            let limit = most.map(|most| format!("\nmost_a_day = {most}")).unwrap_or_default();
            let rule = format!("day.end_of_period = {{ plus = {plus}, unit = 'days' }}{limit}");
            product(number, &format!("p{number}"), Periodicity::Quarterly, Some(&rule))
        }).collect();
        let mut existing: Vec<Release> = Vec::new();
        for ((which, days), number) in by_hand.iter().zip(100..) {
            let of = &products[which % products.len()];
            let period = format!("2027-Q{}", days % 4 + 1);
            if existing.iter().all(|known| (known.product_id, known.period) != (of.id, month(&period))) {
                let on = day("2027-01-04") + Days::new(*days);
                existing.push(release(number, of, &period, When::On(on), None));
            }
        }
        let fixed = existing.clone();
        for line in proposed(&products, &existing, ("2027-01", "2028-06")) {
            let Some(derived) = line.verdict.proposed().filter(|_| line.verdict.is_expected()) else { continue };
            let of = products.iter().find(|product| product.id == line.product).expect("its product");
            let number = 1000 + existing.len() as u128;
            let slot = When::At(Slot { day: derived.day, hour: NaiveTime::MIN });
            existing.push(release(number, of, &line.period.to_string(), slot, None).by_rule());
        }
        let again = proposed(&products, &existing, ("2027-01", "2028-06"));
        prop_assert!(again.iter().all(|line| !line.verdict.is_expected()), "{:?}", told(&again));
        prop_assert_eq!(&existing[..fixed.len()], &fixed[..]);
    }
}
