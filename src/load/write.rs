//! Comparison of the file's rows with the database, and the writes that follow from it. [`rows`] builds the rows, with
//! one function per table.
//!
//! Each wanted row is built with the id and version of the existing row. Comparing the two column by column gives both
//! the difference to show and the writes to make, so that the two always agree.

mod rows;

use super::diff::{Change, Diff, Entry, FieldChange};
use super::file::{File, Problem};
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::time::zone;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::AgreementId;
use entity::{
    agreement, agreement_act, body, body_alias, designation, designation_record, non_working_rule, observatory,
    one_off_day, person, product, product_contributor, product_step, seat, setting, source, table_party,
    technical_table, territory,
};
use rows::{Rows, Snapshot};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IdenStatic, IntoActiveModel, Iterable, ModelTrait,
    PrimaryKeyToColumn, Value,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// All writes of a load, with the same difference as text.
pub struct Plan {
    pub diff: Diff,
    pub agreement_id: AgreementId,
    now: DateTime<Utc>,
    territories: Writes<territory::Model>,
    rules: Writes<non_working_rule::Model>,
    one_off_days: Writes<one_off_day::Model>,
    agreements: Writes<agreement::Model>,
    acts: Writes<agreement_act::Model>,
    bodies: Writes<body::Model>,
    aliases: Writes<body_alias::Model>,
    observatories: Writes<observatory::Model>,
    seats: Writes<seat::Model>,
    people: Writes<person::Model>,
    designations: Writes<designation::Model>,
    records: Writes<designation_record::Model>,
    tables: Writes<technical_table::Model>,
    parties: Writes<table_party::Model>,
    sources: Writes<source::Model>,
    products: Writes<product::Model>,
    steps: StepWrites,
    contributors: Writes<product_contributor::Model>,
    settings: Writes<setting::Model>,
}

/// Compares a checked file with the database. The inner error lists contradictions between the file and the database.
pub async fn plan(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    source: &str,
    file: &File,
    overwrites: bool,
) -> Result<Result<Plan, Vec<Problem>>, StoreError> {
    let known = Snapshot::read(db, file).await?;
    let problems = rows::conflicts(source, file, &known);
    if !problems.is_empty() {
        return Ok(Err(problems));
    }
    let new_id = || ctx.new_id::<Uuid>();
    let builder =
        rows::Builder { file, known: &known, now: ctx.now(), today: ctx.today(), new_id: &new_id, overwrites };
    Ok(Ok(Plan::between(&known, builder.rows(), ctx.now())))
}

impl Plan {
    fn between(known: &Snapshot, rows: Rows, now: DateTime<Utc>) -> Self {
        let codes = &rows.codes;
        let code = |id: String| codes.get(&id).cloned().unwrap_or(id);
        let of = |first: String, second: &str| format!("{first} {second}");
        let mut told = Comparison { codes, diff: Diff::default() };
        let agreement_id = rows.agreement.id;
        Self {
            territories: told
                .compare("territory", Absent::Stay, &known.territories, rows.territories, |row| row.code.clone()),
            rules: told.compare("holiday", Absent::Go, &known.rules, rows.rules, rows::rule_key),
            one_off_days: told.compare(
                "one-off day",
                Absent::Go,
                &known.one_off_days,
                rows.one_off_days,
                rows::one_off_key,
            ),
            agreements: told
                .compare("agreement", Absent::Stay, &known.agreements, vec![rows.agreement], |row| row.code.clone()),
            acts: told.compare("act", Absent::Stay, &known.acts, rows.acts, |row| of(row.kind.clone(), &row.number)),
            bodies: told.compare("body", Absent::Stay, &known.bodies, rows.bodies, |row| row.code.clone()),
            aliases: told.compare("other name", Absent::Go, &known.aliases, rows.aliases, |row| row.alias.clone()),
            observatories: told
                .compare("observatory", Absent::Stay, &known.observatories, rows.observatories, |row| row.code.clone()),
            seats: told.compare("seat", Absent::Stay, &known.seats, rows.seats, |row| row.code.clone()),
            people: told.compare("person", Absent::AreOthers, &[], rows.people, |row| code(row.id.to_string())),
            designations: told.compare("designation", Absent::AreOthers, &[], rows.designations, |row| {
                of(code(row.seat_id.to_string()), &code(row.person_id.to_string()))
            }),
            records: Writes::inserting(rows.records),
            tables: told.compare("table", Absent::Stay, &known.tables, rows.tables, |row| row.code.clone()),
            parties: told.compare("party", Absent::AreOthers, &[], rows.parties, |row| {
                of(code(row.table_id.to_string()), &code(row.body_id.to_string()))
            }),
            sources: told.compare("source", Absent::AreOthers, &known.sources, rows.sources, |row| row.code.clone()),
            products: told.compare("product", Absent::Stay, &known.products, rows.products, |row| row.code.clone()),
            steps: StepWrites::of(
                told.compare("step", Absent::Stay, &known.steps, rows.steps, |row| {
                    of(code(row.product_id.to_string()), &row.code)
                }),
                &known.steps,
                now,
            ),
            contributors: told.compare("contributor", Absent::Go, &known.contributors, rows.contributors, |row| {
                of(code(row.product_id.to_string()), &code(row.observatory_id.to_string()))
            }),
            settings: told.compare("setting", Absent::AreOthers, &known.settings, rows.settings, |row| row.key.clone()),
            diff: told.with_held(rows.held),
            now,
            agreement_id,
        }
    }

    /// Writes everything; referenced rows before the rows that refer to them.
    pub async fn write(self, txn: &Txn) -> Result<(), StoreError> {
        let now = self.now;
        self.territories.write(txn, now).await?;
        self.rules.write(txn, now).await?;
        self.one_off_days.write(txn, now).await?;
        self.agreements.write(txn, now).await?;
        self.acts.write(txn, now).await?;
        self.bodies.write(txn, now).await?;
        self.aliases.write(txn, now).await?;
        self.observatories.write(txn, now).await?;
        self.seats.write(txn, now).await?;
        self.people.write(txn, now).await?;
        self.designations.write(txn, now).await?;
        self.records.write(txn, now).await?;
        self.tables.write(txn, now).await?;
        self.parties.write(txn, now).await?;
        self.sources.write(txn, now).await?;
        self.products.write(txn, now).await?;
        self.steps.replaced.write(txn, now).await?;
        self.steps.present.write(txn, now).await?;
        self.contributors.write(txn, now).await?;
        self.settings.write(txn, now).await?;
        Ok(())
    }
}

/// Treatment of rows that the file does not have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absent {
    Stay,
    Go,
    /// Rows that are not in the file are left alone and not reported, because the table also holds data from elsewhere.
    AreOthers,
}

/// The writes to one table.
struct Writes<M> {
    insert: Vec<M>,
    update: Vec<M>,
    delete: Vec<M>,
}

type Active<M> = <<M as ModelTrait>::Entity as EntityTrait>::ActiveModel;
type Column<M> = <<M as ModelTrait>::Entity as EntityTrait>::Column;
type Key<M> = <<M as ModelTrait>::Entity as EntityTrait>::PrimaryKey;

/// The writes to the steps of templates.
struct StepWrites {
    /// Steps that leave their templates because others with another seat or distance replace them.
    replaced: Writes<product_step::Model>,
    present: Writes<product_step::Model>,
}

impl StepWrites {
    /// Sets apart the changed steps that have another id than before: they are inserted, and the known ones removed.
    fn of(mut writes: Writes<product_step::Model>, known: &[product_step::Model], now: DateTime<Utc>) -> Self {
        let (stay, replacing): (Vec<_>, Vec<_>) =
            writes.update.into_iter().partition(|row| known.iter().any(|old| old.id == row.id));
        let is_replaced = |old: &&product_step::Model| {
            replacing.iter().any(|row| (row.product_id, &row.code) == (old.product_id, &old.code))
        };
        let leaving = known.iter().filter(is_replaced).cloned();
        let leaving = leaving.map(|row| product_step::Model { removed_at: Some(now.into()), ..row }).collect();
        writes.update = stay;
        writes.insert.extend(replacing);
        Self { replaced: Writes { update: leaving, ..Writes::inserting(Vec::new()) }, present: writes }
    }
}

/// Compares table by table and collects the differences.
struct Comparison<'a> {
    /// Codes of rows by their id, so that a changed reference is shown as a code.
    codes: &'a HashMap<String, String>,
    diff: Diff,
}

impl Comparison<'_> {
    /// Returns the difference, with the products that stay as the secretariat has changed them.
    fn with_held(mut self, held: Vec<(String, NaiveDate)>) -> Diff {
        let entry = |(key, day)| Entry { notion: "product", key, change: Change::Held(day) };
        self.diff.entries.extend(held.into_iter().map(entry));
        self.diff
    }

    /// Compares the existing rows of one table with the wanted ones. `key` returns the name by which a row is matched.
    fn compare<M: ModelTrait>(
        &mut self,
        notion: &'static str,
        absent: Absent,
        known: &[M],
        wanted: Vec<M>,
        key: impl Fn(&M) -> String,
    ) -> Writes<M> {
        let mut writes = Writes::inserting(Vec::new());
        let mut by_key: BTreeMap<String, &M> = known.iter().map(|row| (key(row), row)).collect();
        for row in wanted {
            let change = match by_key.remove(&key(&row)) {
                None => Change::Added,
                Some(old) => match changed_fields(old, &row, self.codes) {
                    fields if fields.is_empty() => {
                        self.diff.unchanged += 1;
                        continue;
                    }
                    fields => Change::Changed(fields),
                },
            };
            let rows = if change == Change::Added { &mut writes.insert } else { &mut writes.update };
            self.diff.entries.push(Entry { notion, key: key(&row), change });
            rows.push(row);
        }
        for (key, row) in by_key {
            let change = match absent {
                Absent::AreOthers => continue,
                Absent::Stay => Change::Kept,
                Absent::Go => {
                    writes.delete.push(row.clone());
                    Change::Removed
                }
            };
            self.diff.entries.push(Entry { notion, key, change });
        }
        writes
    }
}

impl<M> Writes<M> {
    fn inserting(rows: Vec<M>) -> Self {
        Self { insert: rows, update: Vec::new(), delete: Vec::new() }
    }
}

impl<M> Writes<M>
where
    M: ModelTrait + IntoActiveModel<Active<M>>,
    Active<M>: Send,
    // An update returns the row it was given.
    M::Entity: EntityTrait<Model = M>,
{
    async fn write(self, txn: &Txn, now: DateTime<Utc>) -> Result<(), StoreError> {
        for row in self.delete {
            row.delete(txn).await?;
        }
        if let Some(position) = column::<M>("position") {
            for row in &self.update {
                park(txn, row, position).await?;
            }
        }
        for row in self.update {
            M::Entity::update(touched(row, now)).exec(txn).await?;
        }
        if !self.insert.is_empty() {
            let rows = self.insert.into_iter().map(IntoActiveModel::into_active_model);
            M::Entity::insert_many(rows).exec_without_returning(txn).await?;
        }
        Ok(())
    }
}

/// Returns the row to write over an older one, with the next version and the present instant.
fn touched<M>(row: M, now: DateTime<Utc>) -> Active<M>
where
    M: ModelTrait + IntoActiveModel<Active<M>>,
{
    let version = column::<M>("version").map(|column| (column, row.get(column)));
    let mut active = row.into_active_model().reset_all();
    if let Some((column, Value::Int(Some(version)))) = version {
        active.set(column, (version + 1).into());
    }
    if let Some(column) = column::<M>("updated_at") {
        active.set(column, entity::Instant::from(now).into());
    }
    active
}

/// Moves a row to a position outside the range in use, because positions are unique and two rows that change places
/// would collide.
async fn park<M>(txn: &Txn, row: &M, position: Column<M>) -> Result<(), DbErr>
where
    M: ModelTrait + IntoActiveModel<Active<M>>,
    M::Entity: EntityTrait<Model = M>,
{
    let Value::Int(Some(final_position)) = row.get(position) else { return Ok(()) };
    let mut active = row.clone().into_active_model();
    active.set(position, (-1 - final_position).into());
    M::Entity::update(active).exec(txn).await.map(drop)
}

fn column<M: ModelTrait>(name: &str) -> Option<Column<M>> {
    Column::<M>::iter().find(|column| column.as_str() == name)
}

/// Returns the columns in which two rows differ. It goes through all columns of the table, so that a new one is never
/// forgotten.
fn changed_fields<M: ModelTrait>(old: &M, new: &M, codes: &HashMap<String, String>) -> Vec<FieldChange> {
    Column::<M>::iter()
        .filter(|column| Key::<M>::iter().all(|key| key.into_column().as_str() != column.as_str()))
        .map(|column| (column, old.get(column), new.get(column)))
        .filter(|(_, from, to)| from != to)
        .map(|(column, from, to)| {
            let readable = |value: &Value| match (column.as_str().ends_with("_at"), value) {
                (true, Value::BigInt(Some(instant))) => in_words(*instant),
                _ => readable(value, codes),
            };
            FieldChange { field: column.as_str(), from: readable(&from), to: readable(&to) }
        })
        .collect()
}

/// Returns the day of an instant in milliseconds.
fn in_words(instant: i64) -> String {
    let day = DateTime::from_timestamp_millis(instant).map(zone::day_of);
    day.map_or_else(|| instant.to_string(), |day| day.to_string())
}

fn readable(value: &Value, codes: &HashMap<String, String>) -> String {
    match value {
        Value::String(Some(text)) => codes.get(text).cloned().unwrap_or_else(|| format!("\"{text}\"")),
        Value::Int(Some(number)) => number.to_string(),
        Value::BigInt(Some(number)) => number.to_string(),
        Value::Bool(Some(truth)) => truth.to_string(),
        Value::ChronoDate(Some(day)) => day.to_string(),
        Value::ChronoTime(Some(hour)) => hour.format("%H:%M").to_string(),
        _ => "(nothing)".to_owned(),
    }
}
