//! Products, and their releases with every date they had.

use super::{Network, Seed};
use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, Weekday};
use entity::ids::{ObservatoryId, ProductId, ProductStepId, ReleaseId};
use entity::kinds::{
    Contributing, Periodicity, Precision, ProductScope, ReasonCode, ReleaseChangeKind, ReleaseState, SeatKind, Theme,
};
use entity::{product, product_step as step, release, release_change as change};

const PRODUCTS: usize = 20;
/// Months with one release of each product: 600 releases, all in the days that the feed covers (twelve months back,
/// eighteen ahead).
const MONTHS: u32 = 30;
const CONFIRMED: usize = 84;
/// Days from now before which no release is confirmed, so that no step is due for a reminder while the service is
/// measured.
const AHEAD: u64 = 60;
const TEN: NaiveTime = NaiveTime::from_hms_opt(10, 0, 0).expect("an hour");
const REASON: &str = "La fonte ha consegnato i dati più tardi del previsto.";

/// A product with its steps.
pub struct Product {
    pub row: product::Model,
    pub steps: Vec<step::Model>,
    /// Observatory that owes the releases of an autonomous product.
    pub observatory: Option<ObservatoryId>,
}

/// A release with the place of its product in [`Agenda::products`].
pub struct Release {
    pub row: release::Model,
    pub product: usize,
}

pub struct Agenda {
    pub products: Vec<Product>,
    pub releases: Vec<Release>,
}

impl Agenda {
    pub fn confirmed(&self) -> impl Iterator<Item = &Release> {
        self.releases.iter().filter(|release| release.row.state == ReleaseState::Confirmed)
    }
}

pub async fn fill(seed: &Seed<'_>, network: &Network) -> Agenda {
    let products: Vec<Product> = (0..PRODUCTS).map(|number| product(seed, network, number)).collect();
    let releases = releases(seed, &products);
    let changes = releases.iter().flat_map(|release| changes(seed, &release.row)).collect();
    seed.insert::<product::Entity>(products.iter().map(|product| product.row.clone()).collect()).await;
    seed.insert::<step::Entity>(products.iter().flat_map(|product| product.steps.clone()).collect()).await;
    seed.insert::<release::Entity>(releases.iter().map(|release| release.row.clone()).collect()).await;
    seed.insert::<change::Entity>(changes).await;
    Agenda { products, releases }
}

pub(super) fn product(seed: &Seed<'_>, network: &Network, number: usize) -> Product {
    let day = seed.first_day();
    let id: ProductId = seed.id(day);
    let scope = match number % 5 {
        4 => ProductScope::Autonomous,
        1 | 3 => ProductScope::Joint,
        _ => ProductScope::PerObservatory,
    };
    let row = product::Model {
        id,
        code: format!("bench-{number}"),
        name_it: format!("Bollettino {number} del mercato del lavoro lombardo"),
        name_en: format!("Bulletin {number} on the labour market of Lombardy"),
        periodicity: Periodicity::Monthly,
        scope,
        default_hour: TEN,
        theme: Some(Theme::Employment),
        description_it: None,
        description_en: None,
        contact_name: None,
        contact_email: None,
        portal_section: None,
        portal_words: None,
        date_rule: None,
        contributors: Contributing::AllTerritorial,
        with_regional: false,
        retired_at: None,
        edited_at: None,
        version: 1,
        created_at: seed.past(day),
        updated_at: seed.past(day),
    };
    let owner = &network.0[number % network.0.len()];
    let observatory = (scope == ProductScope::Autonomous).then_some(owner.observatory);
    Product { row, steps: (1..=3).map(|position| product_step(seed, id, position)).collect(), observatory }
}

fn product_step(seed: &Seed<'_>, product: ProductId, position: i32) -> step::Model {
    step::Model {
        id: seed.id::<ProductStepId>(seed.first_day()),
        product_id: product,
        position,
        code: format!("passo-{position}"),
        name_it: format!("Passo {position}: dati e bozza"),
        name_en: format!("Step {position}: data and draft"),
        seat: SeatKind::Referent,
        offset_working_days: position * 5 - 20,
        estimated_minutes: 240,
        after_steps: None,
        removed_at: None,
    }
}

fn releases(seed: &Seed<'_>, products: &[Product]) -> Vec<Release> {
    let first = month_of(seed.today) - Months::new(12);
    let (mut releases, mut confirmed) = (Vec::new(), 0);
    for month in (0..MONTHS).map(|number| first + Months::new(number)) {
        for (product, of) in products.iter().enumerate() {
            let day = month + Days::new((product as u64 * 7) % 27);
            let state = state(seed, releases.len(), day, of.observatory.is_none() && confirmed < CONFIRMED);
            confirmed += usize::from(state == ReleaseState::Confirmed);
            let row = release(seed, of, releases.len(), day, state);
            releases.push(Release { row, product });
        }
    }
    releases
}

fn state(seed: &Seed<'_>, number: usize, day: NaiveDate, confirmable: bool) -> ReleaseState {
    if number.is_multiple_of(17) {
        ReleaseState::Cancelled
    } else if day < seed.today {
        ReleaseState::Published
    } else if confirmable && day >= seed.today + Days::new(AHEAD) {
        ReleaseState::Confirmed
    } else {
        ReleaseState::Provisional
    }
}

pub(super) fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day0(0).expect("a first day")
}

pub(super) fn release(
    seed: &Seed<'_>,
    product: &Product,
    number: usize,
    day: NaiveDate,
    state: ReleaseState,
) -> release::Model {
    let cancelled = state == ReleaseState::Cancelled;
    let firm = matches!(state, ReleaseState::Confirmed | ReleaseState::Published);
    let precision = if firm { Precision::DayTime } else { precision(number) };
    let period = month_of(day) - Months::new(1);
    // Every fourth confirmed date was moved by a week.
    let first_day = if number.is_multiple_of(4) { day - Days::new(7) } else { day };
    let planned = planned_on(seed, day);
    release::Model {
        id: seed.id::<ReleaseId>(planned),
        product_id: product.row.id,
        observatory_id: product.observatory,
        period_label: period.format("%Y-%m").to_string(),
        period_from: period,
        period_to: period + Months::new(1) - Days::new(1),
        state,
        precision,
        day: first_of(precision, day),
        hour: (precision == Precision::DayTime).then_some(TEN),
        first_confirmed_day: firm.then_some(first_day),
        first_confirmed_hour: firm.then_some(TEN),
        first_confirmed_at: firm.then(|| seed.past(planned + Days::new(30))),
        published_at: (state == ReleaseState::Published).then(|| Seed::at(day).into()),
        reason_code: cancelled.then_some(ReasonCode::SourceLate),
        reason_text: cancelled.then(|| REASON.to_owned()),
        slug: Some(format!("{}-{}", product.row.code, period.format("%Y-%m"))),
        rule_day: None,
        amended_at: None,
        sequence: i32::from(firm || cancelled),
        version: 2,
        created_at: seed.past(planned),
        updated_at: seed.past(planned + Days::new(60)),
    }
}

const fn precision(number: usize) -> Precision {
    match number % 4 {
        0 => Precision::Month,
        1 => Precision::Week,
        2 => Precision::Day,
        _ => Precision::DayTime,
    }
}

/// Returns the day by which a date of the precision is stored.
fn first_of(precision: Precision, day: NaiveDate) -> NaiveDate {
    match precision {
        Precision::Month | Precision::TwoMonths => month_of(day),
        Precision::Week => day.week(Weekday::Mon).first_day(),
        Precision::Day | Precision::DayTime => day,
    }
}

/// Returns the day on which a release was planned, always a past one.
fn planned_on(seed: &Seed<'_>, day: NaiveDate) -> NaiveDate {
    (day - Days::new(120)).min(seed.today - Days::new(90))
}

/// Returns the dates of a release, the first one first.
fn changes(seed: &Seed<'_>, release: &release::Model) -> Vec<change::Model> {
    use ReleaseChangeKind::{Cancelled, Confirmed, Moved, Planned, Published};
    let moved = release.first_confirmed_day.is_some_and(|first| first != release.day);
    let kinds = [
        (true, Planned),
        (release.first_confirmed_day.is_some(), Confirmed),
        (moved, Moved),
        (release.state == ReleaseState::Published, Published),
        (release.state == ReleaseState::Cancelled, Cancelled),
    ];
    let held = kinds.into_iter().filter_map(|(is_held, kind)| is_held.then_some(kind));
    (1..).zip(held).map(|(position, kind)| change(seed, release, position, kind)).collect()
}

fn change(seed: &Seed<'_>, release: &release::Model, position: i32, kind: ReleaseChangeKind) -> change::Model {
    let day = match kind {
        ReleaseChangeKind::Published => release.day,
        _ => planned_on(seed, release.day) + Days::new(30 * (u64::from(position.unsigned_abs()) - 1)),
    };
    let first = release.first_confirmed_day.filter(|_| kind == ReleaseChangeKind::Confirmed);
    let has_reason = matches!(kind, ReleaseChangeKind::Moved | ReleaseChangeKind::Cancelled);
    change::Model {
        id: seed.id(day),
        release_id: release.id,
        position,
        kind,
        precision: release.precision,
        day: first.unwrap_or(release.day),
        hour: release.hour,
        reason_code: has_reason.then_some(ReasonCode::SourceLate),
        reason_text: has_reason.then(|| REASON.to_owned()),
        despite_non_working: None,
        outcome_id: None,
        rule_it: None,
        amendment: None,
        explanation: None,
        observatory_id: None,
        address_before: None,
        address_after: None,
        rule_en: None,
        at: seed.past(day),
        by_person: None,
    }
}
