//! Rows for planning a year: many products with rules, a release with hundreds of tasks, a year with the work of all observatories,
//! and five years of published releases. Written into a copy of the template, so that the other measurements stay as they are.

use super::agenda::{Product, Release, month_of, product, release};
use super::work::{contribution, task};
use super::{Network, Place, SECRETARIAT, Seed, World, settle};
use crate::databases::Database;
use chrono::{Datelike, Days, Months, NaiveDate, TimeDelta};
use entity::ids::{ProductStepId, SessionId, TaskId};
use entity::kinds::{Periodicity, ProductScope, ReleaseState, SeatKind, TaskState};
use entity::{
    deliverable, person, product as product_row, product_step as step, release as release_row, session,
    task as task_row,
};
use raccordo::db::Db;
use raccordo::secret;
use raccordo::time::DateRule;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

/// Products with rules, and how many of them each observatory does on its own.
const WITH_RULES: usize = 100;
const AUTONOMOUS: usize = 10;
/// Steps of the product whose release moves: with thirteen observatories more than 500 tasks.
const STEPS: i32 = 39;
/// Releases of the measured year.
const OF_THE_YEAR: usize = 60;
/// Months of history before those of the template.
const EARLIER_MONTHS: u32 = 48;
/// Products with that history.
const WITH_HISTORY: usize = 5;

/// A copy of the template with what planning needs.
pub struct Planning {
    pub database: Database,
    /// Key of a session of the secretariat.
    pub session: String,
    /// Months of the proposal.
    pub span: (String, String),
    /// The release that moves, and another day for it.
    pub moving: (String, NaiveDate),
    /// The year with the work of all observatories.
    pub year: i32,
}

impl Planning {
    pub async fn make(world: &World) -> Self {
        let database = world.databases.copy().await;
        let db = Db::open(&database.location).await.expect("a database");
        let txn = db.begin().await.expect("a transaction");
        let seed = Seed::new(&txn);
        let network = Network::with_regional(&txn).await;
        let session = format!("bench-{}", secret::new_token());
        seed.insert::<session::Entity>(vec![signed_in(&seed, &session).await]).await;
        products_with_rules(&seed, &network).await;
        let moving = moving(&seed, &network).await;
        let year = seed.today.year() + 3;
        of_the_year(&seed, &network, year).await;
        earlier(&seed, &network).await;
        let first = month_of(seed.today) + Months::new(1);
        let span = [first, first + Months::new(11)].map(|month| month.format("%Y-%m").to_string());
        txn.commit().await.expect("committed");
        settle(&db).await;
        db.close().await;
        let [from, to] = span;
        Self { database, session, span: (from, to), moving, year }
    }
}

async fn signed_in(seed: &Seed<'_>, key: &str) -> session::Model {
    let found = person::Entity::find().filter(person::Column::Email.eq(SECRETARIAT)).one(seed.txn).await;
    session::Model {
        id: seed.id::<SessionId>(seed.today),
        key_hash: secret::hash_token(key),
        person_id: found.expect("people").expect("the secretariat").id,
        user_agent: None,
        created_at: seed.now.into(),
        last_seen_at: seed.now.into(),
        expires_at: (seed.now + TimeDelta::hours(12)).into(),
        ended_at: None,
    }
}

/// Inserts a product of all thirteen observatories.
async fn insert(seed: &Seed<'_>, mut made: Product, code: String, steps: Vec<step::Model>) -> Product {
    made.row.code = code;
    made.row.with_regional = true;
    made.steps = steps;
    seed.insert::<product_row::Entity>(vec![made.row.clone()]).await;
    seed.insert::<step::Entity>(made.steps.clone()).await;
    made
}

async fn products_with_rules(seed: &Seed<'_>, network: &Network) {
    for number in 0..WITH_RULES {
        let mut made = product(seed, network, number);
        made.row.scope = if number < AUTONOMOUS { ProductScope::Autonomous } else { ProductScope::Joint };
        made.row.periodicity = match number % 10 {
            0 => Periodicity::Monthly,
            1..=4 => Periodicity::Quarterly,
            5..=6 => Periodicity::HalfYearly,
            _ => Periodicity::Annual,
        };
        let plus = 20 + number % 60;
        let rule = json!({ "day": { "end_of_period": { "plus": plus, "unit": "days" } }, "avoid": ["08-01/08-31"], "most_a_day": 4 });
        let rule: DateRule = serde_json::from_value(rule).expect("a rule");
        made.row.date_rule = Some(rule.to_text());
        insert(seed, made, format!("regola-{number}"), Vec::new()).await;
    }
}

/// Inserts a release of a product, confirmed for a day, with a contribution of each observatory.
async fn confirmed(
    seed: &Seed<'_>,
    network: &Network,
    of: &Product,
    number: usize,
    day: NaiveDate,
) -> Vec<(usize, deliverable::Model)> {
    let row = release(seed, of, number, day, ReleaseState::Confirmed);
    seed.insert::<release_row::Entity>(vec![row.clone()]).await;
    let made = Release { row, product: 0 };
    let owed = network.0.iter().enumerate().map(|(at, place)| (at, contribution(seed, &made, place, 6 * at)));
    let owed: Vec<(usize, deliverable::Model)> = owed.collect();
    seed.insert::<deliverable::Entity>(owed.iter().map(|(_, row)| row.clone()).collect()).await;
    owed
}

/// Inserts the release that moves, with its tasks. Returns its id and another day.
async fn moving(seed: &Seed<'_>, network: &Network) -> (String, NaiveDate) {
    let made = product(seed, network, 1);
    let steps = (1..=STEPS).map(|position| step::Model {
        id: seed.id::<ProductStepId>(seed.first_day()),
        product_id: made.row.id,
        position,
        code: format!("passo-{position}"),
        name_it: format!("Passo {position}"),
        name_en: format!("Step {position}"),
        seat: SeatKind::Referent,
        offset_working_days: position - STEPS,
        estimated_minutes: 60,
        after_steps: None,
        removed_at: None,
    });
    let steps = steps.collect();
    let made = insert(seed, made, "molti-passi".to_owned(), steps).await;
    let day = seed.today + Days::new(200);
    let owed = confirmed(seed, network, &made, 1, day).await;
    let mut tasks: Vec<task_row::Model> = Vec::new();
    for (at, contribution) in &owed {
        let place: &Place = &network.0[*at];
        tasks.extend(made.steps.iter().map(|one| task_row::Model {
            id: seed.id::<TaskId>(seed.today),
            release_id: Some(contribution.release_id),
            deliverable_id: Some(contribution.id),
            title_it: one.name_it.clone(),
            title_en: one.name_en.clone(),
            ..task(seed, one, place, day - Days::new(7), TaskState::Open)
        }));
    }
    assert!(tasks.len() >= 500, "{} tasks", tasks.len());
    seed.insert::<task_row::Entity>(tasks).await;
    (owed[0].1.release_id.to_string(), day + Days::new(28))
}

/// Inserts the releases of a year with nothing else in it.
async fn of_the_year(seed: &Seed<'_>, network: &Network, year: i32) {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).expect("a day");
    for number in 0..OF_THE_YEAR {
        let of = insert(seed, product(seed, network, 2), format!("di-un-anno-{number}"), Vec::new()).await;
        confirmed(seed, network, &of, number, first + Days::new(6 * number as u64)).await;
    }
}

/// Inserts the published releases of the years before the template's.
async fn earlier(seed: &Seed<'_>, network: &Network) {
    let first = month_of(seed.today) - Months::new(12 + EARLIER_MONTHS);
    let (mut releases, mut owed) = (Vec::new(), Vec::new());
    for number in 0..WITH_HISTORY {
        let made = insert(seed, product(seed, network, 2), format!("storia-{number}"), Vec::new()).await;
        for month in (0..EARLIER_MONTHS).map(|month| first + Months::new(month)) {
            let row = release(seed, &made, 1, month + Days::new(9), ReleaseState::Published);
            let made = Release { row, product: 0 };
            owed.extend(network.0.iter().map(|place| contribution(seed, &made, place, 0)));
            releases.push(made.row);
        }
    }
    seed.insert::<release_row::Entity>(releases).await;
    seed.insert::<deliverable::Entity>(owed).await;
}
