//! Rows of the network: the only file of the slice that queries the database.

use super::model::{
    AgreementAct, AgreementView, BodyView, ObservatoryView, PatronDay, PersonIn, PersonView, TerritoryView,
};
use super::policy::Subject;
use super::settings::{self, Ladder};
use crate::db::{StoreError, Txn, save_row};
use crate::texts::Lang;
use crate::time::{CalendarData, Calendars, NonWorkingRule, OneOffDay, RuleKind, TerritoryDays};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{BodyId, PersonId};
use entity::kinds::{NonWorkingRuleKind, RecordChange, SeatKind};
use entity::{
    agreement, agreement_act, body, body_alias, designation, designation_record, non_working_rule, observatory,
    one_off_day, person, seat, territory,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationDef, Set,
};
use std::collections::HashMap;

/// A connection to read from: the reader of the context, or the transaction of a use case.
pub use sea_orm::ConnectionTrait as Connection;

type Result<T> = std::result::Result<T, StoreError>;

/// Lists the people with a permanent delivery failure, with its instant.
pub async fn bounced(db: &impl Connection) -> Result<Vec<(PersonId, DateTime<Utc>)>> {
    let people = person::Entity::find().filter(person::Column::BouncedAt.is_not_null()).all(db).await?;
    Ok(people.into_iter().filter_map(|person| Some((person.id, person.bounced_at?.0))).collect())
}

/// Finds the agreement of the network; among several, the one with the latest end.
pub async fn agreement(db: &impl Connection) -> Result<Option<AgreementView>> {
    let Some(row) = agreement::Entity::find().order_by_desc(agreement::Column::InForceTo).one(db).await? else {
        return Ok(None);
    };
    let acts = agreement_act::Entity::find()
        .filter(agreement_act::Column::AgreementId.eq(row.id))
        .order_by_asc(agreement_act::Column::Position)
        .all(db)
        .await?;
    let act = |act: agreement_act::Model| AgreementAct {
        kind: act.kind,
        number: act.number,
        date: act.act_date,
        subject: act.subject,
    };
    Ok(Some(AgreementView {
        id: row.id,
        code: row.code,
        title: row.title,
        in_force_from: row.in_force_from,
        in_force_to: row.in_force_to,
        review_due: row.review_due,
        acts: acts.into_iter().map(act).collect(),
        version: row.version,
    }))
}

/// Lists all bodies, the region first, then by name.
pub async fn bodies(db: &impl Connection) -> Result<Vec<BodyView>> {
    let rows = body::Entity::find().order_by_asc(body::Column::Name).all(db).await?;
    let mut views = bodies_of(db, rows).await?;
    views.sort_by_key(|body| body.kind);
    Ok(views)
}

pub async fn body_by_id(db: &impl Connection, id: BodyId) -> Result<Option<BodyView>> {
    let row = body::Entity::find_by_id(id).one(db).await?;
    Ok(bodies_of(db, row.into_iter().collect()).await?.pop())
}

async fn bodies_of(db: &impl Connection, rows: Vec<body::Model>) -> Result<Vec<BodyView>> {
    let mut aliases: HashMap<BodyId, Vec<String>> = HashMap::new();
    for alias in body_alias::Entity::find().order_by_asc(body_alias::Column::Alias).all(db).await? {
        aliases.entry(alias.body_id).or_default().push(alias.alias);
    }
    let view = |row: body::Model| BodyView {
        aliases: aliases.remove(&row.id).unwrap_or_default(),
        id: row.id,
        code: row.code,
        name: row.name,
        kind: row.kind,
        ipa_code: row.ipa_code,
        istat_code: row.istat_code,
        province_code: row.province_code,
        sigla: row.sigla,
        nuts: row.nuts,
        capital: row.capital,
        capital_istat: row.capital_istat,
        capital_cadastral: row.capital_cadastral,
        territory: row.territory,
        pec: row.pec,
        signatory: row.signatory,
        version: row.version,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Replaces the certified mailbox of a body, if its version is unchanged.
pub async fn update_mailbox(txn: &Txn, before: BodyView, pec: Option<String>, now: DateTime<Utc>) -> Result<BodyView> {
    let row = body::ActiveModel { pec: Set(pec.clone()), updated_at: Set(now.into()), ..Default::default() };
    save_row(txn, row, (body::Column::Id, before.id), (body::Column::Version, before.version)).await?;
    Ok(BodyView { pec, version: before.version + 1, ..before })
}

/// Replaces the first day of the agreement, if its version is unchanged.
pub async fn update_signature(
    txn: &Txn,
    before: AgreementView,
    in_force_from: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<AgreementView> {
    let row =
        agreement::ActiveModel { in_force_from: Set(in_force_from), updated_at: Set(now.into()), ..Default::default() };
    save_row(txn, row, (agreement::Column::Id, before.id), (agreement::Column::Version, before.version)).await?;
    Ok(AgreementView { in_force_from, version: before.version + 1, ..before })
}

/// Lists all observatories, the regional one first, then by name.
pub async fn observatories(db: &impl Connection) -> Result<Vec<ObservatoryView>> {
    let rows = observatory::Entity::find().order_by_asc(observatory::Column::Name).all(db).await?;
    let mut views = observatories_of(db, rows).await?;
    views.sort_by_key(|observatory| observatory.kind);
    Ok(views)
}

async fn observatories_of(db: &impl Connection, rows: Vec<observatory::Model>) -> Result<Vec<ObservatoryView>> {
    let ids: Vec<BodyId> = rows.iter().map(|row| row.body_id).collect();
    let bodies = body::Entity::find().filter(body::Column::Id.is_in(ids)).all(db).await?;
    let bodies: HashMap<BodyId, body::Model> = bodies.into_iter().map(|body| (body.id, body)).collect();
    let view = |row: observatory::Model| {
        let no_body = || StoreError::inconsistent("observatory", row.id, "its body does not exist");
        let body = bodies.get(&row.body_id).ok_or_else(no_body)?;
        Ok(ObservatoryView {
            id: row.id,
            code: row.code,
            name: row.name,
            kind: row.kind,
            site: row.site,
            body_id: row.body_id,
            body_code: body.code.clone(),
            body_name: body.name.clone(),
            territory: body.territory.clone(),
            version: row.version,
        })
    };
    rows.into_iter().map(view).collect()
}

/// Lists all territories by name, each with its patron day.
pub async fn territories(db: &impl Connection) -> Result<Vec<TerritoryView>> {
    let rows = territory::Entity::find().order_by_asc(territory::Column::Name).all(db).await?;
    let own_rules =
        non_working_rule::Entity::find().filter(non_working_rule::Column::Territory.is_not_null()).all(db).await?;
    let view = |row: territory::Model| TerritoryView {
        patron: own_rules.iter().find(|rule| rule.territory.as_ref() == Some(&row.code)).and_then(patron_day),
        code: row.code,
        name: row.name,
        city: row.city,
        neighbours: row.neighbours.iter().flat_map(|codes| codes.split(' ')).map(str::to_owned).collect(),
    };
    Ok(rows.into_iter().map(view).collect())
}

fn patron_day(rule: &non_working_rule::Model) -> Option<PatronDay> {
    Some(PatronDay {
        name_it: rule.name_it.clone(),
        name_en: rule.name_en.clone(),
        month: u32::try_from(rule.month?).ok()?,
        day: u32::try_from(rule.day?).ok()?,
    })
}

/// Reads the calendars of all territories.
pub async fn calendars(db: &impl Connection) -> Result<Calendars> {
    let saturday_works = setting(db, settings::SATURDAY_WORKS).await?;
    let saturday_works =
        saturday_works.parse().map_err(|_| settings::unreadable(settings::SATURDAY_WORKS, &saturday_works))?;
    let mut data = CalendarData { saturday_works, ..CalendarData::default() };
    let mut own: HashMap<String, TerritoryDays> = HashMap::new();
    for row in territory::Entity::find().all(db).await? {
        let days = TerritoryDays { code: row.code.clone(), rules: Vec::new(), one_offs: Vec::new() };
        own.insert(row.code, days);
    }
    let unknown = |row: &dyn std::fmt::Display| StoreError::inconsistent("territory", row, "does not exist");
    for row in non_working_rule::Entity::find().all(db).await? {
        let rule = rule_of(&row)?;
        match &row.territory {
            None => data.national.push(rule),
            Some(code) => own.get_mut(code).ok_or_else(|| unknown(code))?.rules.push(rule),
        }
    }
    for row in one_off_day::Entity::find().all(db).await? {
        let day = OneOffDay { date: row.day, name_it: row.name_it, name_en: row.name_en };
        match &row.territory {
            None => data.one_offs.push(day),
            Some(code) => own.get_mut(code).ok_or_else(|| unknown(code))?.one_offs.push(day),
        }
    }
    data.territories = own.into_values().collect();
    Calendars::new(data).map_err(|error| StoreError::inconsistent("territory", "all", error))
}

fn rule_of(row: &non_working_rule::Model) -> Result<NonWorkingRule> {
    let incomplete = || StoreError::inconsistent("non_working_rule", row.id.0, "says no day");
    let number = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok()).ok_or_else(incomplete);
    let kind = match row.kind {
        NonWorkingRuleKind::Fixed => RuleKind::Fixed { month: number(row.month)?, day: number(row.day)? },
        NonWorkingRuleKind::EasterOffset => RuleKind::EasterOffset { days: row.easter_offset.ok_or_else(incomplete)? },
    };
    NonWorkingRule::new(kind, row.from_year, row.to_year, &row.name_it, &row.name_en)
        .map_err(|error| StoreError::inconsistent("non_working_rule", row.id.0, error))
}

pub async fn ladder(db: &impl Connection) -> Result<Ladder> {
    let rungs = setting(db, settings::LADDER_RUNGS).await?;
    let send_from = setting(db, settings::LADDER_SEND_FROM).await?;
    let send_until = setting(db, settings::LADDER_SEND_UNTIL).await?;
    Ladder::read(&rungs, &send_from, &send_until)
        .ok_or_else(|| settings::unreadable("ladder.*", format!("{rungs} {send_from} {send_until}")))
}

/// Reads the working days before a joint release from which it may go out without a chapter.
pub async fn chapter_limit(db: &impl Connection) -> Result<i32> {
    let Some(days) = crate::settings::get(db, settings::CHAPTER_LIMIT).await? else {
        return Ok(settings::CHAPTER_LIMIT_WORKING_DAYS);
    };
    days.parse().map_err(|_| settings::unreadable(settings::CHAPTER_LIMIT, &days))
}

async fn setting(db: &impl Connection, key: &'static str) -> Result<String> {
    crate::settings::get(db, key).await?.ok_or_else(|| settings::unreadable(key, "is missing: load the network first"))
}

pub async fn person(db: &impl Connection, id: PersonId) -> Result<Option<PersonView>> {
    Ok(person::Entity::find_by_id(id).one(db).await?.map(person_view))
}

/// Reads the people with these ids; unknown ids are left out.
pub async fn people_by_id(db: &impl Connection, ids: impl IntoIterator<Item = PersonId>) -> Result<Vec<PersonView>> {
    let rows = person::Entity::find().filter(person::Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(person_view).collect())
}

/// Finds a person by address, which must be in lower case.
pub async fn person_by_address(db: &impl Connection, folded: &str) -> Result<Option<PersonView>> {
    Ok(person::Entity::find().filter(person::Column::Email.eq(folded)).one(db).await?.map(person_view))
}

/// Lists up to `limit` people after the given one, in the order in which they were entered.
pub async fn people_after(db: &impl Connection, after: Option<PersonId>, limit: u64) -> Result<Vec<PersonView>> {
    let mut query = person::Entity::find().order_by_asc(person::Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(person::Column::Id.gt(after));
    }
    Ok(query.all(db).await?.into_iter().map(person_view).collect())
}

fn person_view(row: person::Model) -> PersonView {
    PersonView {
        id: row.id,
        given_name: row.given_name,
        family_name: row.family_name,
        email: row.email,
        phone: row.phone,
        language: Lang::of(&row.language),
        bounced_at: row.bounced_at.map(|instant| instant.0),
        bounce_note: row.bounce_note,
        version: row.version,
    }
}

/// Finds a person with the seats held on a day or announced, for the rules on people.
///
/// Reads the tables of the register directly, because the register depends on people and dependencies between slices
/// must not be circular.
pub async fn subject(db: &impl Connection, person: PersonId, today: NaiveDate) -> Result<Subject> {
    let not_over = Condition::any()
        .add(designation_record::Column::ValidTo.is_null())
        .add(designation_record::Column::ValidTo.gte(today));
    let seats: Vec<(SeatKind, BodyId)> = seat::Entity::find()
        .select_only()
        .column(seat::Column::Kind)
        .column(seat::Column::BodyId)
        .join(JoinType::InnerJoin, seat_designations())
        .join(JoinType::InnerJoin, designation_records())
        .filter(designation::Column::PersonId.eq(person))
        .filter(designation_record::Column::SupersededAt.is_null())
        .filter(designation_record::Column::Change.ne(RecordChange::Annulled))
        .filter(not_over)
        .into_tuple()
        .all(db)
        .await?;
    Ok(Subject { person, seats })
}

fn seat_designations() -> RelationDef {
    seat::Entity::belongs_to(designation::Entity).from(seat::Column::Id).to(designation::Column::SeatId).into()
}

fn designation_records() -> RelationDef {
    designation::Entity::belongs_to(designation_record::Entity)
        .from(designation::Column::Id)
        .to(designation_record::Column::DesignationId)
        .into()
}

/// Inserts a checked person.
pub async fn insert_person(txn: &Txn, id: PersonId, person: PersonIn, now: DateTime<Utc>) -> Result<PersonView> {
    let PersonIn { given_name, family_name, email, phone, language } = person;
    let row = person::Model {
        id,
        given_name,
        family_name,
        email,
        phone,
        language: language.code().to_owned(),
        bounced_at: None,
        bounce_note: None,
        version: 1,
        created_at: now.into(),
        updated_at: now.into(),
    };
    person::Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(txn).await?;
    Ok(person_view(row))
}

/// Replaces a person's data, if its version is unchanged. A new address clears the noted delivery failure.
pub async fn update_person(txn: &Txn, before: &PersonView, after: PersonIn, now: DateTime<Utc>) -> Result<PersonView> {
    let PersonIn { given_name, family_name, email, phone, language } = after;
    let same_address = before.email == email;
    let view = PersonView {
        id: before.id,
        given_name,
        family_name,
        email,
        phone,
        language,
        bounced_at: before.bounced_at.filter(|_| same_address),
        bounce_note: before.bounce_note.clone().filter(|_| same_address),
        version: before.version + 1,
    };
    write_person(txn, before.version, &view, now).await?;
    Ok(view)
}

/// Notes a permanent delivery failure for the person.
pub async fn mark_bounced(txn: &Txn, before: &PersonView, note: String, now: DateTime<Utc>) -> Result<PersonView> {
    let view =
        PersonView { bounced_at: Some(now), bounce_note: Some(note), version: before.version + 1, ..before.clone() };
    write_person(txn, before.version, &view, now).await?;
    Ok(view)
}

async fn write_person(txn: &Txn, version: i32, view: &PersonView, now: DateTime<Utc>) -> Result<()> {
    let PersonView { id, given_name, family_name, email, phone, language, bounced_at, bounce_note, version: _ } =
        view.clone();
    let columns = person::ActiveModel {
        given_name: Set(given_name),
        family_name: Set(family_name),
        email: Set(email),
        phone: Set(phone),
        language: Set(language.code().to_owned()),
        bounced_at: Set(bounced_at.map(Into::into)),
        bounce_note: Set(bounce_note),
        updated_at: Set(now.into()),
        ..Default::default()
    };
    save_row(txn, columns, (person::Column::Id, id), (person::Column::Version, version)).await
}
