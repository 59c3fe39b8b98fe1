//! The rows that a file describes, with one function per table.
//!
//! An existing row keeps its id, version and times. Values that the file leaves open stay as they are.

mod products;

use crate::letters;
use crate::load::check::rule_kind;
use crate::load::file::{self, File, Problem, Spanned};
use crate::mail::address;
use crate::network::settings;
use crate::time::RuleKind;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{AgreementId, BodyId, ObservatoryId, PersonId, SeatId, TableId};
use entity::kinds::{BodyKind, Channel, NonWorkingRuleKind, RecordChange, SeatKind};
use entity::{
    Instant, agreement, agreement_act, body, body_alias, designation, designation_record, non_working_rule,
    observatory, one_off_day, person, product, product_contributor, product_step, seat, setting, source, table_party,
    technical_table, territory,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The part of the database that a file can change: a few hundred rows in all.
pub struct Snapshot {
    pub territories: Vec<territory::Model>,
    pub rules: Vec<non_working_rule::Model>,
    pub one_off_days: Vec<one_off_day::Model>,
    pub agreements: Vec<agreement::Model>,
    pub acts: Vec<agreement_act::Model>,
    pub bodies: Vec<body::Model>,
    pub aliases: Vec<body_alias::Model>,
    pub observatories: Vec<observatory::Model>,
    pub seats: Vec<seat::Model>,
    /// People whose address is in the file.
    pub people: Vec<person::Model>,
    /// Seats that have had a holder at any time.
    once_held: HashSet<SeatId>,
    pub tables: Vec<technical_table::Model>,
    pub parties: Vec<table_party::Model>,
    pub sources: Vec<source::Model>,
    pub products: Vec<product::Model>,
    /// Steps of present templates.
    pub steps: Vec<product_step::Model>,
    pub contributors: Vec<product_contributor::Model>,
    pub settings: Vec<setting::Model>,
}

impl Snapshot {
    pub async fn read(db: &impl ConnectionTrait, file: &File) -> Result<Self, DbErr> {
        let addresses = file.people.iter().map(|person| address::meant(person.get_ref().email.get_ref()));
        let once_held: Vec<SeatId> = designation::Entity::find()
            .select_only()
            .column(designation::Column::SeatId)
            .distinct()
            .into_tuple()
            .all(db)
            .await?;
        Ok(Self {
            territories: territory::Entity::find().all(db).await?,
            rules: non_working_rule::Entity::find().all(db).await?,
            one_off_days: one_off_day::Entity::find().all(db).await?,
            agreements: agreement::Entity::find().all(db).await?,
            acts: agreement_act::Entity::find().all(db).await?,
            bodies: body::Entity::find().all(db).await?,
            aliases: body_alias::Entity::find().all(db).await?,
            observatories: observatory::Entity::find().all(db).await?,
            seats: seat::Entity::find().all(db).await?,
            people: person::Entity::find().filter(person::Column::Email.is_in(addresses)).all(db).await?,
            once_held: once_held.into_iter().collect(),
            tables: technical_table::Entity::find().all(db).await?,
            parties: table_party::Entity::find().all(db).await?,
            sources: source::Entity::find().all(db).await?,
            products: product::Entity::find().all(db).await?,
            steps: product_step::Entity::find().filter(product_step::Column::RemovedAt.is_null()).all(db).await?,
            contributors: product_contributor::Entity::find().all(db).await?,
            settings: setting::Entity::find().all(db).await?,
        })
    }
}

/// Returns the given name of a person in the file, or an empty text if the person has only one name.
fn given_name(person: &file::Person) -> String {
    person.given_name.as_ref().map(text).unwrap_or_default()
}

/// Returns the contradictions between the file and the database.
pub fn conflicts(source: &str, file: &File, known: &Snapshot) -> Vec<Problem> {
    let mut problems = Vec::new();
    for body in file.bodies.iter().map(Spanned::get_ref) {
        let same_ipa = |row: &&body::Model| row.ipa_code.eq_ignore_ascii_case(body.ipa.get_ref());
        if let Some(other) = known.bodies.iter().filter(same_ipa).find(|row| row.code != *body.code.get_ref()) {
            let (ipa, code) = (body.ipa.get_ref(), &other.code);
            let reason = format!("the IPA code \"{ipa}\" is that of \"{code}\" in the database: a body keeps its code");
            problems.push(Problem::at(source, &body.ipa.span(), reason));
        }
    }
    for person in file.people.iter().map(Spanned::get_ref) {
        let same_name = |row: &person::Model| {
            letters::name_key(&row.given_name, &row.family_name)
                == letters::name_key(&given_name(person), person.family_name.get_ref())
        };
        let will_be_designated = file
            .designations
            .iter()
            .map(Spanned::get_ref)
            .any(|d| d.person.get_ref() == person.code.get_ref() && is_first_holder(d, known));
        let holder = known.people.iter().find(|row| row.email == address::meant(person.email.get_ref()));
        if will_be_designated && holder.is_some_and(|row| !same_name(row)) {
            let reason = "the address belongs to a person of another name in the database";
            problems.push(Problem::at(source, &person.email.span(), reason));
        }
    }
    problems
}

/// Returns whether the seat never had a holder.
fn is_first_holder(designation: &file::Designation, known: &Snapshot) -> bool {
    let code = seat_code_of(designation);
    known.seats.iter().find(|seat| seat.code == code).is_none_or(|seat| !known.once_held.contains(&seat.id))
}

fn seat_code_of(designation: &file::Designation) -> String {
    let place = designation.observatory.as_ref().or(designation.body.as_ref()).map(Spanned::get_ref);
    seat_code(designation.seat, place.map_or("", String::as_str))
}

fn seat_code(kind: SeatKind, place: &str) -> String {
    format!("{kind}:{place}")
}

/// The rows as they should be after the load.
pub struct Rows {
    pub territories: Vec<territory::Model>,
    pub rules: Vec<non_working_rule::Model>,
    pub one_off_days: Vec<one_off_day::Model>,
    pub agreement: agreement::Model,
    pub acts: Vec<agreement_act::Model>,
    pub bodies: Vec<body::Model>,
    pub aliases: Vec<body_alias::Model>,
    pub observatories: Vec<observatory::Model>,
    pub seats: Vec<seat::Model>,
    /// New ones only, like the next two.
    pub people: Vec<person::Model>,
    pub designations: Vec<designation::Model>,
    pub records: Vec<designation_record::Model>,
    pub tables: Vec<technical_table::Model>,
    pub parties: Vec<table_party::Model>,
    pub sources: Vec<source::Model>,
    pub products: Vec<product::Model>,
    pub steps: Vec<product_step::Model>,
    pub contributors: Vec<product_contributor::Model>,
    /// Products that stay as the secretariat has changed them, with the day of the change.
    pub held: Vec<(String, NaiveDate)>,
    pub settings: Vec<setting::Model>,
    /// Codes of the rows that others refer to by id, for messages to people.
    pub codes: HashMap<String, String>,
}

/// Builds the rows a file asks for.
pub struct Builder<'a> {
    pub file: &'a File,
    pub known: &'a Snapshot,
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
    pub new_id: &'a dyn Fn() -> Uuid,
    /// Whether products that the secretariat has changed are overwritten.
    pub overwrites: bool,
}

impl Builder<'_> {
    pub fn rows(&self) -> Rows {
        let agreement = self.agreement();
        let bodies = self.bodies();
        let observatories = self.observatories(&bodies);
        let seats = self.seats(&bodies, &observatories);
        let people = self.people();
        let (designations, records) = self.designations(&seats, &people);
        let tables = self.tables();
        let products::Wanted { products, steps, contributors, held } = self.catalogue(&observatories);
        let mut codes = HashMap::from([(agreement.id.to_string(), agreement.code.clone())]);
        codes.extend(self.known.bodies.iter().chain(&bodies).map(|row| (row.id.to_string(), row.code.clone())));
        codes.extend(
            self.known.observatories.iter().chain(&observatories).map(|row| (row.id.to_string(), row.code.clone())),
        );
        codes.extend(self.known.products.iter().chain(&products).map(|row| (row.id.to_string(), row.code.clone())));
        codes.extend(tables.iter().map(|row| (row.id.to_string(), row.code.clone())));
        codes.extend(seats.iter().map(|row| (row.id.to_string(), row.code.clone())));
        codes.extend(people.iter().map(|(code, row)| (row.id.to_string(), code.clone())));
        Rows {
            territories: self.territories(),
            rules: self.rules(),
            one_off_days: self.one_off_days(),
            acts: self.acts(agreement.id),
            agreement,
            aliases: self.aliases(&bodies),
            people: people
                .into_iter()
                .map(|(_, row)| row)
                .filter(|row| self.is_designated_now(row, &designations))
                .collect(),
            designations,
            records,
            parties: self.parties(&tables, &bodies),
            sources: self.sources(),
            tables,
            steps,
            contributors,
            held,
            products,
            bodies,
            observatories,
            seats,
            settings: self.settings(),
            codes,
        }
    }

    fn id<T: From<Uuid>>(&self) -> T {
        T::from((self.new_id)())
    }

    fn instant(&self) -> Instant {
        self.now.into()
    }

    fn territories(&self) -> Vec<territory::Model> {
        let row = |territory: &file::Territory| territory::Model {
            code: text(&territory.code),
            name: text(&territory.name),
            city: text(&territory.city),
            neighbours: (!territory.neighbours.is_empty()).then(|| {
                let mut codes: Vec<String> = territory.neighbours.iter().map(text).collect();
                codes.sort();
                codes.join(" ")
            }),
        };
        self.file.territories.iter().map(|territory| row(territory.get_ref())).collect()
    }

    /// Builds national holidays and patron days; a patron day is a holiday of one territory.
    fn rules(&self) -> Vec<non_working_rule::Model> {
        let national = self.file.holidays.iter().map(Spanned::get_ref).filter_map(|holiday| {
            let (kind, month, day, easter_offset) = when_columns(rule_kind(holiday).ok()?);
            Some(non_working_rule::Model {
                id: self.id(),
                territory: None,
                kind,
                month,
                day,
                easter_offset,
                from_year: holiday.from_year,
                to_year: holiday.to_year,
                name_it: text(&holiday.name_it),
                name_en: text(&holiday.name_en),
                source: Some(text(&holiday.source)),
            })
        });
        let patrons = self.file.territories.iter().map(Spanned::get_ref).map(|territory| {
            let patron = territory.patron.get_ref();
            let when = RuleKind::Fixed { month: patron.month, day: patron.day };
            let (kind, month, day, easter_offset) = when_columns(when);
            non_working_rule::Model {
                id: self.id(),
                territory: Some(text(&territory.code)),
                kind,
                month,
                day,
                easter_offset,
                from_year: None,
                to_year: None,
                name_it: text(&patron.name_it),
                name_en: text(&patron.name_en),
                source: None,
            }
        });
        national
            .chain(patrons)
            .map(|row| keep_id(row, &self.known.rules, rule_key, |row, old| row.id = old.id))
            .collect()
    }

    fn one_off_days(&self) -> Vec<one_off_day::Model> {
        let row = |day: &file::OneOffDay| one_off_day::Model {
            id: self.id(),
            territory: day.territory.as_ref().map(text),
            day: day.date,
            name_it: text(&day.name_it),
            name_en: text(&day.name_en),
        };
        let days = self.file.one_off_days.iter().map(|day| row(day.get_ref()));
        days.map(|row| keep_id(row, &self.known.one_off_days, one_off_key, |row, old| row.id = old.id)).collect()
    }

    fn agreement(&self) -> agreement::Model {
        let agreement = self.file.agreement.get_ref();
        let old = self.known.agreements.iter().find(|row| row.code == *agreement.code.get_ref());
        agreement::Model {
            id: old.map_or_else(|| self.id(), |row| row.id),
            code: text(&agreement.code),
            title: text(&agreement.title),
            in_force_from: agreement.in_force_from.or_else(|| old?.in_force_from),
            in_force_to: agreement.in_force_to,
            review_due: *agreement.review_due.get_ref(),
            version: old.map_or(1, |row| row.version),
            created_at: old.map_or_else(|| self.instant(), |row| row.created_at),
            updated_at: old.map_or_else(|| self.instant(), |row| row.updated_at),
        }
    }

    fn acts(&self, agreement_id: AgreementId) -> Vec<agreement_act::Model> {
        let known = || self.known.acts.iter().filter(move |row| row.agreement_id == agreement_id);
        let mut rows: Vec<agreement_act::Model> = Vec::new();
        for (position, act) in (1..).zip(self.file.agreement.get_ref().acts.iter().map(Spanned::get_ref)) {
            let old = known().find(|row| row.kind == *act.kind.get_ref() && row.number == *act.number.get_ref());
            rows.push(agreement_act::Model {
                id: old.map_or_else(|| self.id(), |row| row.id),
                agreement_id,
                position,
                kind: text(&act.kind),
                number: text(&act.number),
                act_date: act.date,
                subject: text(&act.subject),
            });
        }
        let kept: Vec<_> = known().filter(|old| rows.iter().all(|row| row.id != old.id)).cloned().collect();
        rows.extend(behind(kept, rows.len(), |row, position| row.position = position));
        rows
    }

    fn bodies(&self) -> Vec<body::Model> {
        self.file.bodies.iter().map(|body| self.body(body.get_ref())).collect()
    }

    fn body(&self, body: &file::Body) -> body::Model {
        let old = self.known.bodies.iter().find(|row| row.code == *body.code.get_ref());
        body::Model {
            id: old.map_or_else(|| self.id(), |row| row.id),
            code: text(&body.code),
            name: text(&body.name),
            kind: body.kind,
            ipa_code: text(&body.ipa),
            istat_code: text(&body.istat),
            province_code: body.province_code.as_ref().map(text),
            sigla: body.sigla.as_ref().map(text),
            nuts: text(&body.nuts),
            capital: text(&body.capital),
            capital_istat: text(&body.capital_istat),
            capital_cadastral: text(&body.capital_cadastral),
            territory: text(&body.territory),
            pec: body.pec.as_ref().map(|pec| address::meant(pec.get_ref())).or_else(|| old?.pec.clone()),
            signatory: body.signatory,
            version: old.map_or(1, |row| row.version),
            created_at: old.map_or_else(|| self.instant(), |row| row.created_at),
            updated_at: old.map_or_else(|| self.instant(), |row| row.updated_at),
        }
    }

    fn aliases(&self, bodies: &[body::Model]) -> Vec<body_alias::Model> {
        let pairs = self.file.bodies.iter().map(Spanned::get_ref).zip(bodies);
        pairs
            .flat_map(|(body, row)| {
                body.aliases.iter().map(|alias| body_alias::Model { alias: text(alias), body_id: row.id })
            })
            .collect()
    }

    fn observatories(&self, bodies: &[body::Model]) -> Vec<observatory::Model> {
        let body_ids: HashMap<&str, BodyId> = bodies.iter().map(|row| (row.code.as_str(), row.id)).collect();
        let row = |observatory: &file::Observatory| {
            let old = self.known.observatories.iter().find(|row| row.code == *observatory.code.get_ref());
            Some(observatory::Model {
                id: old.map_or_else(|| self.id(), |row| row.id),
                code: text(&observatory.code),
                body_id: *body_ids.get(observatory.body.get_ref().as_str())?,
                name: text(&observatory.name),
                kind: observatory.kind,
                site: observatory.site.as_ref().map(text),
                version: old.map_or(1, |row| row.version),
                created_at: old.map_or_else(|| self.instant(), |row| row.created_at),
                updated_at: old.map_or_else(|| self.instant(), |row| row.updated_at),
            })
        };
        self.file.observatories.iter().filter_map(|observatory| row(observatory.get_ref())).collect()
    }

    /// Builds the seats, which follow from bodies and observatories and are not listed in the file.
    fn seats(&self, bodies: &[body::Model], observatories: &[observatory::Model]) -> Vec<seat::Model> {
        let of_bodies = bodies.iter().flat_map(|body| {
            let kinds: &[SeatKind] = match body.kind {
                BodyKind::Region => &[SeatKind::BodyManager, SeatKind::Secretariat, SeatKind::Direction],
                BodyKind::MetropolitanCity | BodyKind::Province => &[SeatKind::BodyManager],
            };
            kinds.iter().map(|kind| self.seat(*kind, &body.code, body.id, None))
        });
        let of_observatories = observatories.iter().flat_map(|observatory| {
            let kinds = [SeatKind::Referent, SeatKind::Deputy, SeatKind::Partner];
            kinds.map(|kind| self.seat(kind, &observatory.code, observatory.body_id, Some(observatory.id)))
        });
        of_bodies.chain(of_observatories).collect()
    }

    fn seat(&self, kind: SeatKind, place: &str, body_id: BodyId, observatory_id: Option<ObservatoryId>) -> seat::Model {
        let code = seat_code(kind, place);
        let old = self.known.seats.iter().find(|row| row.code == code);
        seat::Model {
            id: old.map_or_else(|| self.id(), |row| row.id),
            code,
            kind,
            body_id,
            observatory_id,
            version: old.map_or(1, |row| row.version),
            created_at: old.map_or_else(|| self.instant(), |row| row.created_at),
        }
    }

    /// Builds the people of the file, with their code in it. A person whose address is known stays as in the database.
    fn people(&self) -> Vec<(String, person::Model)> {
        let row = |person: &file::Person| {
            let email = address::meant(person.email.get_ref());
            if let Some(known) = self.known.people.iter().find(|row| row.email == email) {
                return known.clone();
            }
            person::Model {
                id: self.id(),
                given_name: given_name(person),
                family_name: text(&person.family_name),
                email,
                phone: None,
                language: person.language.code().to_owned(),
                bounced_at: None,
                bounce_note: None,
                version: 1,
                created_at: self.instant(),
                updated_at: self.instant(),
            }
        };
        self.file.people.iter().map(Spanned::get_ref).map(|person| (text(&person.code), row(person))).collect()
    }

    fn is_designated_now(&self, person: &person::Model, designations: &[designation::Model]) -> bool {
        let is_known = self.known.people.iter().any(|row| row.id == person.id);
        !is_known && designations.iter().any(|designation| designation.person_id == person.id)
    }

    fn designations(
        &self,
        seats: &[seat::Model],
        people: &[(String, person::Model)],
    ) -> (Vec<designation::Model>, Vec<designation_record::Model>) {
        let seat_ids: HashMap<&str, SeatId> = seats.iter().map(|row| (row.code.as_str(), row.id)).collect();
        let person_ids: HashMap<&str, PersonId> = people.iter().map(|(code, row)| (code.as_str(), row.id)).collect();
        let first = self.file.designations.iter().map(Spanned::get_ref).filter(|d| is_first_holder(d, self.known));
        first
            .filter_map(|designation| {
                let row = designation::Model {
                    id: self.id(),
                    seat_id: *seat_ids.get(seat_code_of(designation).as_str())?,
                    person_id: *person_ids.get(designation.person.get_ref().as_str())?,
                    handed_over_at: None,
                    version: 1,
                    created_at: self.instant(),
                };
                let record = self.first_record(designation, &row);
                Some((row, record))
            })
            .unzip()
    }

    fn first_record(&self, designation: &file::Designation, row: &designation::Model) -> designation_record::Model {
        let valid_from = *designation.valid_from.get_ref();
        designation_record::Model {
            id: self.id(),
            designation_id: row.id,
            position: 1,
            change: RecordChange::Registered,
            valid_from,
            valid_to: None,
            organisation: None,
            act_kind: designation.act_kind,
            act_number: text(&designation.act_number),
            act_date: designation.act_date,
            act_organ: text(&designation.act_organ),
            act_subject: text(&designation.act_subject),
            protocol_number: None,
            protocol_date: None,
            channel: Channel::Hand,
            // The installation counts as the communication: on the day of effect, or today if that day is still to
            // come.
            communicated_on: valid_from.min(self.today),
            receipt: None,
            document_id: None,
            reason: None,
            replaced_by: None,
            recorded_at: self.instant(),
            recorded_by: None,
            superseded_at: None,
        }
    }

    fn tables(&self) -> Vec<technical_table::Model> {
        let row = |table: &file::TechnicalTable| {
            let old = self.known.tables.iter().find(|row| row.code == *table.code.get_ref());
            technical_table::Model {
                id: old.map_or_else(|| self.id(), |row| row.id),
                code: text(&table.code),
                name_it: text(&table.name_it),
                name_en: text(&table.name_en),
                kind: table.kind,
                ordinary_notice_days: *table.ordinary_notice_days.get_ref(),
                version: old.map_or(1, |row| row.version),
                created_at: old.map_or_else(|| self.instant(), |row| row.created_at),
                updated_at: old.map_or_else(|| self.instant(), |row| row.updated_at),
            }
        };
        self.file.tables.iter().map(|table| row(table.get_ref())).collect()
    }

    /// Builds the first parties of working groups that never had any; afterwards the secretariat manages them.
    fn parties(&self, tables: &[technical_table::Model], bodies: &[body::Model]) -> Vec<table_party::Model> {
        let never_had = |row: &technical_table::Model| self.known.parties.iter().all(|party| party.table_id != row.id);
        let body_ids: HashMap<&str, BodyId> = bodies.iter().map(|row| (row.code.as_str(), row.id)).collect();
        let pairs = self.file.tables.iter().map(Spanned::get_ref).zip(tables).filter(|(_, row)| never_had(row));
        let party = |table: TableId, code: &str| {
            let body_id = *body_ids.get(code)?;
            Some(table_party::Model { id: self.id(), table_id: table, body_id, since: self.instant(), until: None })
        };
        pairs.flat_map(|(table, row)| table.parties.iter().filter_map(|code| party(row.id, code.get_ref()))).collect()
    }

    fn settings(&self) -> Vec<setting::Model> {
        let ladder = self.file.ladder.get_ref();
        let rungs: Vec<String> = ladder.rungs.get_ref().iter().map(ToString::to_string).collect();
        let values = [
            (settings::SATURDAY_WORKS, self.file.calendar.saturday_works.to_string()),
            (settings::CONTRIBUTIONS_SHARED, self.file.contributions.shared.to_string()),
            (settings::CHAPTER_LIMIT, self.file.contributions.missing_from().to_string()),
            (settings::LADDER_RUNGS, rungs.join(",")),
            (settings::LADDER_SEND_FROM, ladder.send_from.format("%H:%M").to_string()),
            (settings::LADDER_SEND_UNTIL, ladder.send_until.get_ref().format("%H:%M").to_string()),
        ];
        let row = |(key, value): (&str, String)| {
            let old = self.known.settings.iter().find(|row| row.key == key);
            let updated_at = old.map_or_else(|| self.instant(), |row| row.updated_at);
            setting::Model { key: key.to_owned(), value, updated_at }
        };
        values.into_iter().map(row).collect()
    }
}

fn text(text: &Spanned<String>) -> String {
    text.get_ref().clone()
}

/// Returns the key of a holiday. Without the day, so that a law that moves a holiday changes its row; with the first
/// year, so that a reintroduced holiday is another row.
pub fn rule_key(rule: &non_working_rule::Model) -> String {
    let territory = rule.territory.as_ref().map(|code| format!("{code} ")).unwrap_or_default();
    let from_year = rule.from_year.map(|year| format!(" (from {year})")).unwrap_or_default();
    format!("{territory}{}{from_year}", rule.name_it)
}

pub fn one_off_key(day: &one_off_day::Model) -> String {
    let territory = day.territory.as_ref().map(|code| format!("{code} ")).unwrap_or_default();
    format!("{territory}{}", day.day)
}

/// Gives a row the id of the existing row with the same key.
fn keep_id<M>(mut row: M, known: &[M], key: fn(&M) -> String, copy: fn(&mut M, &M)) -> M {
    if let Some(old) = known.iter().find(|old| key(old) == key(&row)) {
        copy(&mut row, old);
    }
    row
}

/// Moves rows that the file no longer has behind those it has, so that positions stay unique.
fn behind<M>(kept: Vec<M>, first: usize, place: fn(&mut M, i32)) -> Vec<M> {
    let positions = i32::try_from(first).unwrap_or(i32::MAX).saturating_add(1)..;
    let mut kept = kept;
    kept.iter_mut().zip(positions).for_each(|(row, position)| place(row, position));
    kept
}

/// Returns the columns `kind`, `month`, `day` and `easter_offset`.
fn when_columns(kind: RuleKind) -> (NonWorkingRuleKind, Option<i32>, Option<i32>, Option<i32>) {
    match kind {
        RuleKind::Fixed { month, day } => {
            (NonWorkingRuleKind::Fixed, i32::try_from(month).ok(), i32::try_from(day).ok(), None)
        }
        RuleKind::EasterOffset { days } => (NonWorkingRuleKind::EasterOffset, None, None, Some(days)),
    }
}
