use super::*;
use crate::catalogue::model::Details;
use chrono::NaiveTime;
use entity::kinds::Periodicity;
use proptest::prelude::*;
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day written in a test")
}

fn slot(text: &str, hour: u32) -> Slot {
    Slot { day: day(text), hour: NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour of the test") }
}

fn annual() -> Product {
    Product {
        id: Uuid::nil().into(),
        code: "report".into(),
        details: Details::default(),
        steps: Vec::new(),
        former_steps: Vec::new(),
        retired_at: None,
        version: 1,
    }
}

fn with(change: impl FnOnce(&mut Details)) -> Product {
    let mut product = annual();
    change(&mut product.details);
    product
}

fn planned() -> Release {
    let period = "2026".parse().expect("a period of the test");
    let when = When::of(Precision::Month, day("2027-03-20"), None).expect("a month");
    Release::planned(Uuid::nil().into(), &annual(), None, period, when, day("2026-11-23")).expect("planned")
}

fn noon(text: &str) -> DateTime<Utc> {
    slot(text, 12).instant()
}

fn reason() -> Reason {
    Reason { code: ReasonCode::SourceLate, text: "The upstream data came late".into() }
}

fn apply(release: Release, event: Event) -> Result<Release, Refusal> {
    match event {
        Event::Improve => release.improved(When::On(day("2027-03-18")), day("2026-11-23")),
        Event::Correct => {
            let (product, before) = (annual(), release.period);
            release.corrected(&product, None, before.previous().expect("an earlier year"))
        }
        Event::Confirm => release.confirmed(slot("2027-03-18", 10), noon("2026-11-23")),
        Event::Move => release.moved(slot("2027-03-25", 10), noon("2026-11-23")),
        Event::Cancel => release.cancelled(reason()),
        Event::Publish => release.published(noon("2027-04-01")),
        Event::Amend => release.amended(AmendmentKind::Error, noon("2027-04-08")),
        Event::Withdraw => release.withdrawn(),
    }
}

#[test]
fn a_span_is_kept_by_its_first_day() {
    let table = [
        (Precision::Day, "2027-03-18", "2027-03-18", "2027-03-18"),
        (Precision::Week, "2027-03-18", "2027-03-15", "2027-03-21"),
        (Precision::Week, "2027-03-15", "2027-03-15", "2027-03-21"),
        (Precision::Month, "2028-02-18", "2028-02-01", "2028-02-29"),
        (Precision::TwoMonths, "2027-04-30", "2027-03-01", "2027-04-30"),
        (Precision::TwoMonths, "2027-11-02", "2027-11-01", "2027-12-31"),
    ];
    for (precision, given, first, last) in table {
        let when = When::of(precision, day(given), None).expect("a date of the table");
        assert_eq!((when.first_day(), when.last_day()), (day(first), day(last)), "{precision} {given}");
        assert_eq!(When::of(when.precision(), when.first_day(), when.hour()), Ok(when), "read back");
    }
}

#[test]
fn an_hour_goes_only_with_a_date_precise_to_the_hour() {
    let hour = Some(NaiveTime::MIN);
    assert_eq!(When::of(Precision::DayTime, day("2027-03-18"), None), Err(Refusal::HourMissing));
    assert_eq!(When::of(Precision::Week, day("2027-03-18"), hour), Err(Refusal::HourOutOfPlace));
}

#[test]
fn a_period_has_the_frequency_of_the_product() {
    let when = When::On(day("2027-03-18"));
    let quarter = "2026-Q4".parse().expect("a period of the test");
    let plan =
        |product: &Product| Release::planned(Uuid::nil().into(), product, None, quarter, when, day("2026-11-23"));
    assert_eq!(plan(&annual()), Err(Refusal::PeriodOfAnotherKind));
    assert!(plan(&with(|details| details.periodicity = Periodicity::Irregular)).is_ok());
}

#[test]
fn a_period_is_one_that_a_release_can_speak_about() {
    let irregular = with(|details| details.periodicity = Periodicity::Irregular);
    let march = When::of(Precision::Month, day("2027-03-18"), None).expect("a month");
    for (label, when, code) in [
        ("2026", march, None),
        ("2027", march, None),
        ("2027-Q1", march, None),
        ("2027-03", When::On(day("2027-03-01")), None),
        ("1977", march, None),
        ("1976", march, Some(Code::OutOfRange)),
        ("1900-Q1", march, Some(Code::OutOfRange)),
        ("2027-03", When::On(day("2027-02-28")), Some(Code::PeriodNotBegun)),
        ("2027-04", march, Some(Code::PeriodNotBegun)),
        ("2028", march, Some(Code::PeriodNotBegun)),
        ("2199", march, Some(Code::PeriodNotBegun)),
    ] {
        let period: Period = label.parse().expect("a label of the table");
        let planned = Release::planned(Uuid::nil().into(), &irregular, None, period, when, day("2026-11-23"));
        assert_eq!(planned.map_err(|refusal| refusal.said().code).err(), code, "{label} on {when:?}");
        let entered = Release { stage: Stage::Provisional(when), ..planned_for(&irregular, "2026-12") };
        assert_eq!(
            entered.corrected(&irregular, None, period).map_err(|refusal| refusal.said().code).err(),
            code,
            "{label}"
        );
    }
}

fn planned_for(product: &Product, label: &str) -> Release {
    Release { product_id: product.id, period: label.parse().expect("a period of the test"), ..planned() }
}

#[test]
fn no_date_precedes_the_period_it_is_for() {
    let next_year = planned_for(&annual(), "2028");
    let refused = |day: NaiveDate| Err(Refusal::PeriodNotBegun { day, period: next_year.period, field: "day" });
    let now = noon("2026-11-23");
    assert_eq!(next_year.clone().confirmed(slot("2027-12-31", 10), now), refused(day("2027-12-31")));
    assert_eq!(next_year.clone().improved(When::On(day("2027-06-01")), day("2026-11-23")), refused(day("2027-06-01")));
    let confirmed = next_year.clone().confirmed(slot("2028-01-03", 10), now).expect("begun");
    assert_eq!(confirmed.moved(slot("2027-12-31", 10), now), refused(day("2027-12-31")));
}

#[test]
fn a_release_before_the_end_of_its_period_is_flagged() {
    let flagged = |release: &Release| release.flags(noon("2026-11-23")).before_period_end;
    let this_year = planned_for(&annual(), "2027");
    assert!(flagged(&this_year) && !flagged(&planned()));
    let confirmed = |on| this_year.clone().confirmed(slot(on, 10), noon("2026-11-23")).expect("confirmed");
    assert!(flagged(&confirmed("2027-12-30")) && !flagged(&confirmed("2027-12-31")));
    assert!(!flagged(&confirmed("2027-03-18").cancelled(reason()).expect("cancelled")));
}

#[test]
fn an_hour_that_the_clocks_skip_is_no_date() {
    let at = |on: &str, hour, minute| Slot {
        day: day(on),
        hour: NaiveTime::from_hms_opt(hour, minute, 0).expect("an hour of the table"),
    };
    let (now, today) = (noon("2026-11-23"), day("2026-11-23"));
    let confirmed = || planned().confirmed(slot("2027-03-18", 10), now).expect("confirmed");
    for (slot, is_skipped) in [
        (at("2027-03-28", 1, 59), false),
        (at("2027-03-28", 2, 0), true),
        (at("2027-03-28", 2, 59), true),
        (at("2027-03-28", 3, 0), false),
        (at("2027-03-29", 2, 30), false),
        // This hour occurs twice that night; the first one is used (`time/zone.rs`).
        (at("2027-10-31", 2, 30), false),
        (at("2028-03-26", 2, 30), true),
    ] {
        let tries = [
            Release::planned(Uuid::nil().into(), &annual(), None, planned().period, When::At(slot), today),
            planned().improved(When::At(slot), today),
            planned().confirmed(slot, now),
            confirmed().moved(slot, now),
        ];
        for tried in tries {
            assert_eq!(tried.err(), is_skipped.then_some(Refusal::HourSkipped(slot)), "{slot:?}");
        }
    }
}

#[test]
fn a_correction_keeps_date_and_identity() {
    let other = Product { id: Uuid::from_u128(7).into(), ..annual() };
    let corrected = planned().corrected(&other, None, "2025".parse().expect("a year")).expect("corrected");
    assert_eq!((corrected.when(), corrected.id), (planned().when(), planned().id));
    assert_eq!((corrected.product_id, corrected.period.to_string()), (other.id, "2025".to_owned()));
    assert!(corrected.sequence > planned().sequence, "its name changes in calendars");
    assert_eq!(planned().corrected(&annual(), None, planned().period), Err(Refusal::NothingCorrected));
    let own = with(|details| details.scope = ProductScope::Autonomous);
    let bergamo = Some(Uuid::from_u128(7).into());
    assert_eq!(planned().corrected(&own, None, planned().period), Err(Refusal::ObservatoryMissing));
    assert_eq!(planned().corrected(&annual(), bergamo, planned().period), Err(Refusal::ObservatoryOutOfPlace));
    assert_eq!(planned().corrected(&own, bergamo, planned().period).map(|one| one.observatory), Ok(bergamo));
    let quarter = "2026-Q4".parse().expect("a quarter");
    assert_eq!(planned().corrected(&annual(), None, quarter), Err(Refusal::PeriodOfAnotherKind));
}

#[test]
fn the_first_confirmed_date_stays_while_the_last_announced_moves() {
    let confirmed = planned().confirmed(slot("2027-03-18", 10), noon("2027-01-11")).expect("confirmed");
    let moved = confirmed.moved(slot("2027-03-25", 10), noon("2027-02-01")).expect("moved");
    let first = Baseline { slot: slot("2027-03-18", 10), confirmed_at: noon("2027-01-11") };
    assert_eq!(moved.first_confirmed(), Some(first));
    assert_eq!(moved.when(), When::At(slot("2027-03-25", 10)));
    assert_eq!(moved.sequence, 2);
}

#[test]
fn flags_follow_from_the_dates() {
    let confirmed = planned().confirmed(slot("2027-03-18", 10), noon("2027-01-11")).expect("confirmed");
    assert_eq!(confirmed.flags(noon("2027-03-17")), Flags::default());
    let past_due = confirmed.flags(slot("2027-03-18", 10).instant());
    assert_eq!(past_due, Flags { due: true, ..Flags::default() });
    assert_eq!(confirmed.flags(noon("2027-03-18")), Flags { due: true, late: true, ..Flags::default() });
    let on_time = confirmed.clone().published(slot("2027-03-18", 10).instant()).expect("out");
    assert_eq!(on_time.flags(noon("2027-05-01")), Flags::default());
    let late = confirmed.clone().published(noon("2027-03-19")).expect("out");
    assert_eq!(late.flags(noon("2027-05-01")), Flags { late: true, ..Flags::default() });
    let forward = confirmed.moved(slot("2027-03-16", 10), noon("2027-02-01")).expect("moved");
    assert_eq!(forward.flags(noon("2027-02-02")), Flags { brought_forward: true, ..Flags::default() });
}

#[test]
fn a_release_is_not_published_early_nor_confirmed_for_the_past() {
    let confirmed = planned().confirmed(slot("2027-03-18", 10), noon("2027-01-11")).expect("confirmed");
    assert_eq!(confirmed.clone().published(noon("2027-03-17")), Err(Refusal::UnderEmbargo));
    let said = Refusal::UnderEmbargo.said();
    assert_eq!(said, Refused::of(Code::WrongTransition).with("state", "confirmed").with("allowed", "move, cancel"));
    assert_eq!(confirmed.clone().moved(slot("2027-02-01", 12), noon("2027-02-01")), Err(Refusal::DayInPast));
    assert_eq!(confirmed.moved(slot("2027-03-18", 10), noon("2027-02-01")), Err(Refusal::NothingChanges));
    assert_eq!(planned().confirmed(slot("2027-01-10", 10), noon("2027-01-11")), Err(Refusal::DayInPast));
}

#[test]
fn publishing_is_no_change_in_a_calendar() {
    let confirmed = planned().confirmed(slot("2027-03-18", 10), noon("2027-01-11")).expect("confirmed");
    let sequence = confirmed.sequence;
    assert_eq!(confirmed.published(noon("2027-03-18")).expect("out").sequence, sequence);
}

fn any_event() -> impl Strategy<Value = Event> {
    prop::sample::select(LIFECYCLE.events().collect::<Vec<_>>())
}

proptest! {
    /// The table and the transitions agree, the sequence never falls, and a confirmed release never returns to
    /// provisional.
    #[test]
    fn transitions_follow_the_table(chosen in prop::collection::vec(any_event(), 0..12)) {
        let mut at = planned();
        for event in chosen {
            let expected = LIFECYCLE.target(at.state(), event);
            match apply(at.clone(), event) {
                Ok(next) => {
                    prop_assert_eq!(expected, Some(Target::To(next.state())));
                    prop_assert!(next.sequence >= at.sequence);
                    prop_assert!(next.first_confirmed().is_some() || at.first_confirmed().is_none());
                    at = next;
                }
                Err(Refusal::NothingChanges | Refusal::NothingCorrected) => prop_assert!(expected.is_some()),
                Err(_) => prop_assert_eq!(expected, None),
            }
        }
    }
}
