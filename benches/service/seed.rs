//! A register as it may be after some years, and the requests that read and change it.

use crate::load::Call;
use chrono::{NaiveDate, TimeDelta};
use entity::ids::{ApiTokenId, BodyId, DesignationId, DesignationRecordId, ObservatoryId, PersonId, SeatId};
use entity::kinds::{ActKind, Channel, RecordChange, SeatKind};
use entity::{Instant, api_token, designation, designation_record as record, observatory, person, seat};
use migration::{Migrator, MigratorTrait};
use raccordo::auth::actor::Actor;
use raccordo::clock::{Clock, SystemClock};
use raccordo::config::Config;
use raccordo::ctx::{Ctx, Services};
use raccordo::db::{Db, Location, Txn};
use raccordo::texts::Lang;
use raccordo::{load, secret, settings};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// Designations in force, more than a network of this size makes in ten years.
pub const DESIGNATIONS: usize = 1_000;
/// Seats that may have several holders, with two designations each at the start.
pub const SEATS: usize = 500;
pub const AUDIT_KEY: &str = "a key that is only good for benchmarks, 32+";
const SECRETARIAT: &str = "segreteria@raccordo.example";

/// The database with the ids in it.
pub struct Register {
    pub folder: PathBuf,
    token: String,
    ids: Rc<Vec<DesignationId>>,
}

impl Register {
    pub async fn make(folder: &Path) -> Self {
        let register =
            Self { folder: folder.to_owned(), token: format!("rac_{}", secret::new_token()), ids: Rc::default() };
        let db = Db::open(&register.location()).await.expect("a database");
        Migrator::up(db.writer(), None).await.expect("the migrations run");
        let services = Arc::new(Services::new(db.clone(), Arc::new(SystemClock), Config::for_tests()));
        let ctx = Ctx { services, actor: Actor::operator(), lang: Lang::It, request_id: None, generation: None };
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/lombardia.toml");
        load::run(&ctx, &data, |_| true).await.expect("the network loads");
        let txn = db.begin().await.expect("a transaction");
        let ids = register.fill(&txn).await;
        // Mails stay in the queue, because sending is measured separately.
        settings::set(&txn, settings::SENDING_PAUSED, "benchmark", SystemClock.now()).await.expect("a setting");
        txn.commit().await.expect("committed");
        db.close().await;
        Self { ids: Rc::new(ids), ..register }
    }

    pub fn location(&self) -> Location {
        Location::Sqlite(self.folder.join("raccordo.sqlite"))
    }

    async fn fill(&self, txn: &Txn) -> Vec<DesignationId> {
        let place = observatory::Entity::find().one(txn).await.expect("observatories").expect("an observatory");
        insert_token(txn, &self.token).await;
        let mut seats = Vec::new();
        for number in 0..SEATS {
            seats.push(insert_seat(txn, number, place.body_id, place.id).await);
        }
        let mut ids = Vec::new();
        for number in 0..DESIGNATIONS {
            ids.push(insert_designation(txn, number, seats[number % SEATS]).await);
        }
        ids
    }

    /// Makes requests for the first page of the register, with fifty designations.
    pub fn list(&self) -> impl Fn(usize) -> Call + Copy + use<'_> {
        |_| self.get("/api/v1/designations")
    }

    /// Makes requests for one designation with its history, a different one each time.
    pub fn read(&self) -> impl Fn(usize) -> Call + use<'_> {
        |number| self.get(&format!("/api/v1/designations/{}", self.ids[number % self.ids.len()]))
    }

    pub fn changes(&self) -> Changes<'_> {
        Changes { register: self, versions: RefCell::default(), corrected: 0, people: 0 }
    }

    fn get(&self, path: &str) -> Call {
        let token = &self.token;
        let bytes = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        Call { bytes: bytes.into_bytes(), expected: 200 }
    }

    fn post(&self, path: &str, version: Option<i32>, body: &Value, expected: u16) -> Call {
        let (token, body) = (&self.token, body.to_string());
        let condition = version.map(|version| format!("if-match: \"v{version}\"\r\n")).unwrap_or_default();
        let bytes = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n{condition}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        Call { bytes: bytes.into_bytes(), expected }
    }
}

/// Requests that change the register, each valid once.
pub struct Changes<'a> {
    register: &'a Register,
    /// Present version of each designation.
    versions: RefCell<HashMap<DesignationId, i32>>,
    corrected: usize,
    people: usize,
}

impl<'a> Changes<'a> {
    /// Makes corrections of one designation after the other; each changes the subject of the act.
    pub fn corrections(&mut self, count: usize) -> impl Fn(usize) -> Call + use<'a> {
        let first = self.corrected;
        self.corrected += count;
        let register = self.register;
        let calls: Vec<_> = (first..first + count)
            .map(|number| {
                let id = register.ids[number % register.ids.len()];
                let mut versions = self.versions.borrow_mut();
                let version = versions.entry(id).or_insert(1);
                let path = format!("/api/v1/designations/{id}/correct");
                let mut body = statement(&format!("Oggetto corretto {number}"));
                body["reason"] = "errore di trascrizione".into();
                let call = (path, *version, body);
                *version += 1;
                call
            })
            .collect();
        move |number| {
            let (path, version, body) = &calls[number];
            register.post(path, Some(*version), body, 200)
        }
    }

    /// Makes designations of new people.
    pub fn designations(&mut self, count: usize) -> impl Fn(usize) -> Call + use<'a> {
        let (first, register) = (self.people, self.register);
        self.people += count;
        move |number| {
            let number = first + number;
            let mut body = statement("Designazione del componente");
            body["seat"] = format!("partner:bench-{}", number % SEATS).into();
            let address = format!("nuova.{number}@bench.example");
            body["person"] = json!({ "given_name": "Nuova", "family_name": "Persona", "email": address });
            register.post("/api/v1/designations", None, &body, 201)
        }
    }

    /// Makes ends, some days ago, of the designations in earlier answers.
    pub fn ends(&self, made: &[Vec<u8>]) -> impl Fn(usize) -> Call + use<'a> {
        let register = self.register;
        let ids: Vec<String> = made
            .iter()
            .map(|answer| {
                serde_json::from_slice::<Value>(answer).expect("JSON")["id"].as_str().expect("an id").to_owned()
            })
            .collect();
        let last_day = SystemClock.today() - chrono::Days::new(3);
        move |number| {
            let body = json!({ "last_day": last_day, "reason": "cambio di incarico" });
            register.post(&format!("/api/v1/designations/{}/end", ids[number]), Some(1), &body, 200)
        }
    }
}

fn statement(subject: &str) -> Value {
    json!({
        "valid_from": "2026-01-12",
        "act": { "kind": "decree", "number": "12/2026", "date": "2026-01-08", "organ": "Presidente della Provincia", "subject": subject },
        "provenance": { "channel": "pec", "communicated_on": "2026-01-12", "protocol_number": "0001234/2026" },
    })
}

async fn insert_token(txn: &Txn, token: &str) {
    let found = person::Entity::find().filter(person::Column::Email.eq(SECRETARIAT)).one(txn).await;
    let now = SystemClock.now();
    let row = api_token::ActiveModel {
        id: Set(secret::Ids::default().next::<ApiTokenId>(now)),
        person_id: Set(found.expect("people").expect("the secretariat").id),
        name: Set("bench".into()),
        token_hash: Set(secret::hash_token(token)),
        scopes: Set("full".into()),
        created_at: Set(Instant::from(now)),
        expires_at: Set(Instant::from(now + TimeDelta::days(1))),
        last_used_at: Set(None),
        revoked_at: Set(None),
    };
    api_token::Entity::insert(row).exec_without_returning(txn).await.expect("a token");
}

async fn insert_seat(txn: &impl ConnectionTrait, number: usize, body: BodyId, place: ObservatoryId) -> SeatId {
    let now = SystemClock.now();
    let id: SeatId = secret::Ids::default().next(now);
    let row = seat::ActiveModel {
        id: Set(id),
        code: Set(format!("partner:bench-{number}")),
        kind: Set(SeatKind::Partner),
        body_id: Set(body),
        observatory_id: Set(Some(place)),
        version: Set(1),
        created_at: Set(Instant::from(now)),
    };
    seat::Entity::insert(row).exec_without_returning(txn).await.expect("a seat");
    id
}

async fn insert_designation(txn: &impl ConnectionTrait, number: usize, seat: SeatId) -> DesignationId {
    let now = SystemClock.now();
    let (id, holder): (DesignationId, PersonId) = (secret::Ids::default().next(now), secret::Ids::default().next(now));
    let person = person::ActiveModel {
        id: Set(holder),
        given_name: Set("Giovanna".into()),
        family_name: Set(format!("Bianchi {number}")),
        email: Set(format!("giovanna.bianchi.{number}@ente.example")),
        phone: Set(None),
        language: Set("it".into()),
        bounced_at: Set(None),
        bounce_note: Set(None),
        version: Set(1),
        created_at: Set(Instant::from(now)),
        updated_at: Set(Instant::from(now)),
    };
    person::Entity::insert(person).exec_without_returning(txn).await.expect("a person");
    let row = designation::ActiveModel {
        id: Set(id),
        seat_id: Set(seat),
        person_id: Set(holder),
        handed_over_at: Set(None),
        version: Set(1),
        created_at: Set(Instant::from(now)),
    };
    designation::Entity::insert(row).exec_without_returning(txn).await.expect("a designation");
    let first_day = NaiveDate::from_ymd_opt(2016, 1, 11).expect("a day")
        + TimeDelta::days(i64::try_from(number * 3).expect("a number"));
    let row = record::ActiveModel {
        id: Set(secret::Ids::default().next::<DesignationRecordId>(now)),
        designation_id: Set(id),
        position: Set(1),
        change: Set(RecordChange::Registered),
        valid_from: Set(first_day),
        valid_to: Set(None),
        organisation: Set(Some("Università degli Studi di Milano-Bicocca".into())),
        act_kind: Set(ActKind::Decree),
        act_number: Set(format!("{number}/2026")),
        act_date: Set(first_day),
        act_organ: Set("Dirigente del Settore Lavoro e Formazione".into()),
        act_subject: Set("Designazione del componente dell'osservatorio territoriale del mercato del lavoro".into()),
        protocol_number: Set(Some(format!("{number:07}/2026"))),
        protocol_date: Set(Some(first_day)),
        channel: Set(Channel::Pec),
        communicated_on: Set(first_day),
        receipt: Set(Some("opec2941.20260112.pec.example".into())),
        document_id: Set(None),
        reason: Set(None),
        replaced_by: Set(None),
        recorded_at: Set(Instant::from(now)),
        recorded_by: Set(None),
        superseded_at: Set(None),
    };
    record::Entity::insert(row).exec_without_returning(txn).await.expect("a record");
    id
}
