//! The list of designations, and one designation with its history.

use super::db::{self, Db};
use super::designation::{AbsenceOut, Designation, Dossier, Entry};
use super::{Answer, Page, failed, secretariat, today};
use actix_web::error::ErrorNotFound;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;

db::row! {
    /// Record of a designation.
    RecordRow {
        id: String, position: i32, change: String, valid_from: NaiveDate, valid_to: Option<NaiveDate>,
        organisation: Option<String>, act_kind: String, act_number: String, act_date: NaiveDate, act_organ: String,
        act_subject: String, protocol_number: Option<String>, protocol_date: Option<NaiveDate>, channel: String,
        communicated_on: NaiveDate, receipt: Option<String>, document_id: Option<String>, reason: Option<String>,
        recorded_at: i64, recorded_by: Option<String>, superseded_at: Option<i64>,
    }
}

db::row! {
    /// Names around a record; `own` is 0 for an end without a communication of its own.
    Names {
        designation_id: String, version: i32, seat_id: String, seat_code: String, seat_kind: String, body_id: String,
        body_code: String, body_name: String, observatory_code: Option<String>, observatory_name: Option<String>,
        person_id: String, given_name: String, family_name: String, email: String, own: i32,
    }
}

/// One line of the register.
pub struct Line {
    pub names: Names,
    pub record: RecordRow,
}

impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for Line
where
    Names: sqlx::FromRow<'r, R>,
    RecordRow: sqlx::FromRow<'r, R>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        Ok(Self { names: Names::from_row(row)?, record: RecordRow::from_row(row)? })
    }
}

impl Line {
    fn key(&self) -> (NaiveDate, &str) {
        (self.record.valid_from, &self.names.designation_id)
    }
}

db::row! {
    /// Days of absence.
    Absence {
        id: String, from_day: NaiveDate, to_day: NaiveDate, mode: String, note: Option<String>,
        withdrawn_at: Option<i64>, version: i32,
    }
}

macro_rules! record {
    () => {
        "r.id, r.position, r.change, r.valid_from, r.valid_to, r.organisation, r.act_kind, r.act_number, r.act_date,
        r.act_organ, r.act_subject, r.protocol_number, r.protocol_date, r.channel, r.communicated_on, r.receipt,
        r.document_id, r.reason, r.recorded_at, r.recorded_by, r.superseded_at"
    };
}

/// Selects present records in two steps, so that names are read only for the rows shown. An end without a communication
/// of its own repeats the latest record that designates.
macro_rules! lines {
    ($which:literal) => {
        concat!(
            "WITH shown AS (SELECT r.id FROM designation_record r WHERE r.superseded_at IS NULL ",
            $which,
            ") SELECT ",
            record!(),
            ", d.id AS designation_id, d.version, s.id AS seat_id, s.code AS seat_code, s.kind AS seat_kind,
                b.id AS body_id, b.code AS body_code, b.name AS body_name, o.code AS observatory_code,
                o.name AS observatory_name, p.id AS person_id, p.given_name, p.family_name, p.email,
                CASE WHEN told.id IS NULL OR told.channel <> r.channel OR told.communicated_on <> r.communicated_on
                    OR told.protocol_number IS DISTINCT FROM r.protocol_number
                    OR told.protocol_date IS DISTINCT FROM r.protocol_date OR told.receipt IS DISTINCT FROM r.receipt
                    OR told.document_id IS DISTINCT FROM r.document_id THEN 1 ELSE 0 END AS own
            FROM shown JOIN designation_record r ON r.id = shown.id JOIN designation d ON d.id = r.designation_id
            JOIN seat s ON s.id = d.seat_id JOIN body b ON b.id = s.body_id LEFT JOIN observatory o ON o.id = s.observatory_id
            JOIN person p ON p.id = d.person_id
            LEFT JOIN designation_record told ON r.change = 'ended' AND told.designation_id = r.designation_id
                AND told.position = (SELECT max(t.position) FROM designation_record t
                    WHERE t.designation_id = r.designation_id AND t.change IN ('registered', 'corrected'))
            ORDER BY r.valid_from DESC, r.designation_id DESC"
        )
    };
}

pub const ONE: &str = lines!("AND r.designation_id = $1");
const LIST: &str = lines!("AND r.change <> 'annulled' ORDER BY r.valid_from DESC, r.designation_id DESC LIMIT 51");
const HISTORY: &str =
    concat!("SELECT ", record!(), " FROM designation_record r WHERE r.designation_id = $1 ORDER BY r.position");
const ABSENCES: &str = "SELECT id, from_day, to_day, mode, note, withdrawn_at, version FROM unavailability
    WHERE designation_id = $1 ORDER BY from_day, id";

#[get("/api/v1/designations")]
pub async fn list(db: web::Data<Db>, request: HttpRequest) -> Answer {
    secretariat(&db, &request).await?;
    let rows = db::read!(&**db, all, Line, LIST).map_err(failed)?;
    let today = today();
    let page = Page::cut("/api/v1/designations", rows, Line::key, |line| Designation::on(line, today));
    Ok(HttpResponse::Ok().json(page))
}

#[get("/api/v1/designations/{id}")]
pub async fn one(db: web::Data<Db>, request: HttpRequest, id: web::Path<String>) -> Answer {
    secretariat(&db, &request).await?;
    let line = db::read!(&**db, first, Line, ONE, &*id).map_err(failed)?;
    let designation = Designation::on(line.ok_or_else(|| ErrorNotFound("no such designation"))?, today());
    let history = db::read!(&**db, all, RecordRow, HISTORY, &*id).map_err(failed)?;
    let absences = db::read!(&**db, all, Absence, ABSENCES, &*id).map_err(failed)?;
    let tag = format!("\"v{}\"", designation.version);
    Ok(HttpResponse::Ok().insert_header(("etag", tag)).json(Dossier {
        designation,
        history: history.into_iter().map(Entry::from).collect(),
        documents: [],
        unavailabilities: absences.into_iter().map(AbsenceOut::from).collect(),
    }))
}
