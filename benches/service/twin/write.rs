//! The correction of a designation: one durable transaction with the rows that the service writes.

use super::db::{self, Db};
use super::designation::{Designation, Statement};
use super::register::{Line, Names, ONE};
use super::{Answer, failed, now, secretariat, today};
use actix_web::error::{ErrorConflict, ErrorInternalServerError, ErrorNotFound, ErrorPreconditionFailed};
use actix_web::http::header::IF_MATCH;
use actix_web::{Error, HttpRequest, HttpResponse, post, web};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;
use sqlx::{PgConnection, SqliteConnection, query};
use uuid::Uuid;

const AUDIT_KEY: &[u8] = b"a key that is only good for benchmarks, 32+";
/// Lock by which the writers of `PostgreSQL` wait for each other.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7)";
const IS_HELD: &str = "SELECT d.id FROM designation d
    JOIN designation_record r ON r.designation_id = d.id AND r.superseded_at IS NULL AND r.change <> 'annulled'
    WHERE d.seat_id = $1 AND d.person_id = $2 AND d.id <> $3
        AND (r.valid_to IS NULL OR r.valid_to >= $4) AND ($5 IS NULL OR r.valid_from <= $5) LIMIT 1";
const MOVE_ON: &str = "UPDATE designation SET version = version + 1 WHERE id = $1 AND version = $2";
const SUPERSEDE: &str = "UPDATE designation_record SET superseded_at = $1 WHERE id = $2 AND superseded_at IS NULL";
const INSERT: &str = "INSERT INTO designation_record (id, designation_id, position, change, valid_from, valid_to,
        organisation, act_kind, act_number, act_date, act_organ, act_subject, protocol_number, protocol_date, channel,
        communicated_on, receipt, document_id, reason, recorded_at, recorded_by)
    VALUES ($1, $2, $3, 'corrected', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
const HEAD: &str = "SELECT seq, hash FROM audit_head WHERE id = 1";
const RECORD: &str = "INSERT INTO audit_event (seq, at, actor_kind, actor_id, on_behalf_of, channel, source, action,
        subject_kind, subject_id, details, request_id, previous_hash, hash)
    VALUES ($1, $2, 'person', $3, $4, $5, $6, 'designations.correct', 'designation', $7, $8, $9, $10, $11)";
const MOVE_HEAD: &str = "UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1 AND seq = $1 - 1";

/// The right content, with the reason why the old one was wrong.
#[derive(Deserialize)]
struct Correction {
    #[serde(flatten)]
    statement: Statement,
    reason: String,
}

db::row! {
    /// Other designation of the same person to the same seat.
    Other { id: String }
}

db::row! {
    /// The head of the audit chain.
    Head { seq: i64, hash: String }
}

/// The record that supersedes another.
struct Successor<'a> {
    id: String,
    at: i64,
    by: &'a str,
    statement: &'a Statement,
    reason: &'a str,
}

#[post("/api/v1/designations/{id}/correct")]
pub async fn correct(
    db: web::Data<Db>,
    request: HttpRequest,
    id: web::Path<String>,
    input: web::Json<Correction>,
) -> Answer {
    let caller = secretariat(&db, &request).await?.person_id;
    let version = if_match(&request).ok_or_else(|| ErrorPreconditionFailed("no version"))?;
    let Correction { statement, reason } = &*input;
    let new = Successor { id: new_id(), at: now().timestamp_millis(), by: &caller, statement, reason };
    let corrected = match &**db {
        Db::Sqlite { writer, .. } => {
            let mut txn = writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
            let corrected = replace(&mut *txn, &id, version, &new).await?;
            txn.commit().await.map_err(failed)?;
            corrected
        }
        Db::Postgres { writer, .. } => {
            let mut txn = writer.begin().await.map_err(failed)?;
            query(LOCK).execute(&mut *txn).await.map_err(failed)?;
            let corrected = replace(&mut *txn, &id, version, &new).await?;
            txn.commit().await.map_err(failed)?;
            corrected
        }
    };
    let answer = Designation::on(corrected, today());
    Ok(HttpResponse::Ok().insert_header(("etag", format!("\"v{}\"", answer.version))).json(answer))
}

fn if_match(request: &HttpRequest) -> Option<i32> {
    let tag = request.headers().get(IF_MATCH)?.to_str().ok()?;
    tag.trim_matches('"').strip_prefix('v')?.parse().ok()
}

async fn replace(txn: &mut impl Statements, id: &str, version: i32, new: &Successor<'_>) -> Result<Line, Error> {
    let line = txn.present(id).await?;
    if let Some(other) = txn.other(&line, new.statement).await? {
        return Err(ErrorConflict(other.id));
    }
    txn.supersede(&line, version, new).await?;
    txn.record(&line, new).await?;
    txn.present(id).await
}

/// The statements of a correction.
trait Statements {
    async fn present(&mut self, id: &str) -> Result<Line, Error>;
    async fn other(&mut self, line: &Line, statement: &Statement) -> Result<Option<Other>, Error>;
    async fn supersede(&mut self, line: &Line, version: i32, new: &Successor<'_>) -> Result<(), Error>;
    async fn record(&mut self, line: &Line, new: &Successor<'_>) -> Result<(), Error>;
}

/// Executes a statement that has to write one row.
macro_rules! write_one {
    ($txn:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        match query($sql)$(.bind($value))*.execute($txn).await.map_err(failed)?.rows_affected() {
            1 => Ok(()),
            _ => Err(ErrorPreconditionFailed("changed meanwhile")),
        }
    };
}

macro_rules! statements_on {
    ($connection:ty) => {
        impl Statements for $connection {
            async fn present(&mut self, id: &str) -> Result<Line, Error> {
                let line = db::ask!(self, first, Line, ONE, id).map_err(failed)?;
                line.ok_or_else(|| ErrorNotFound("no such designation"))
            }

            async fn other(&mut self, line: &Line, statement: &Statement) -> Result<Option<Other>, Error> {
                let Names { seat_id, person_id, designation_id, .. } = &line.names;
                let (from, to) = (statement.valid_from, statement.valid_to);
                db::ask!(self, first, Other, IS_HELD, seat_id, person_id, designation_id, from, to).map_err(failed)
            }

            async fn supersede(&mut self, line: &Line, version: i32, new: &Successor<'_>) -> Result<(), Error> {
                let (id, record) = (&line.names.designation_id, &line.record);
                let Statement { valid_from, valid_to, act, provenance, organisation } = new.statement;
                write_one!(&mut *self, MOVE_ON, id, version)?;
                write_one!(&mut *self, SUPERSEDE, new.at, &record.id)?;
                write_one!(
                    self,
                    INSERT,
                    &new.id,
                    id,
                    record.position + 1,
                    valid_from,
                    valid_to,
                    organisation,
                    &act.kind,
                    &act.number,
                    act.date,
                    &act.organ,
                    &act.subject,
                    &provenance.protocol_number,
                    provenance.protocol_date,
                    &provenance.channel,
                    provenance.communicated_on,
                    &provenance.receipt,
                    &provenance.document_id,
                    new.reason,
                    new.at,
                    new.by,
                )
            }

            async fn record(&mut self, line: &Line, new: &Successor<'_>) -> Result<(), Error> {
                let head = db::ask!(&mut *self, first, Head, HEAD).map_err(failed)?;
                let head = head.ok_or_else(|| ErrorInternalServerError("no chain"))?;
                let (id, body, act) = (&line.names.designation_id, &line.names.body_id, &new.statement.act);
                let channel = &new.statement.provenance.channel;
                let (source, details) = (format!("{} {} {}", act.kind, act.number, act.date), details(line, new));
                let (seq, hash) = (head.seq + 1, sealed(&[&source, id, &details, &new.id, &head.hash, new.by]));
                write_one!(
                    &mut *self, RECORD, seq, new.at, new.by, body, channel, source, id, details, &new.id, head.hash,
                    &hash
                )?;
                write_one!(self, MOVE_HEAD, seq, hash)
            }
        }
    };
}

statements_on!(SqliteConnection);
statements_on!(PgConnection);

fn details(line: &Line, new: &Successor<'_>) -> String {
    let Statement { valid_from, valid_to, .. } = new.statement;
    let (seat, person) = (&line.names.seat_code, &line.names.person_id);
    json!({ "seat": seat, "person": person, "record": new.id, "from": valid_from, "to": valid_to }).to_string()
}

#[expect(clippy::disallowed_methods, reason = "the twin has no context that makes ids")]
fn new_id() -> String {
    Uuid::now_v7().to_string()
}

/// Returns the keyed hash of an event.
fn sealed(columns: &[&str]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(AUDIT_KEY).expect("HMAC takes keys of any length");
    for column in columns {
        mac.update(column.len().to_string().as_bytes());
        mac.update(column.as_bytes());
    }
    hex::encode(mac.finalize().into_bytes())
}
