//! The honest twin: the same answers from a bare actix-web server with SQL written by hand, as a careful programmer
//! writes it who needs only these operations.
//!
//! It reads and writes the service's tables through `sqlx` with structs of its own, and uses nothing of `src/` and
//! nothing of `SeaORM`. Durability, foreign keys, numbers of connections and the check of the token are those of the
//! service; rights beyond the one needed, limits, the access log and refusals in words are missing. The difference to
//! the service is the cost of everything else.

mod agenda;
mod db;
mod designation;
mod feed;
mod page;
mod register;
mod tasks;
mod words;
mod write;

use actix_web::error::{ErrorInternalServerError, ErrorUnauthorized};
use actix_web::http::header::AUTHORIZATION;
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer, get, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, Utc};
use db::Db;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Argument that starts this program as the twin; the port follows.
pub const FLAG: &str = "--twin";
/// Items of a page; one more is read, to know whether there is another page.
const PAGE: usize = 50;

type Answer = Result<HttpResponse, Error>;

/// Serves the twin until it is killed.
pub fn serve(port: &str) {
    let port: u16 = port.parse().expect("a port");
    actix_web::rt::System::new().block_on(async move {
        let db = web::Data::new(Db::open(&address()).await.expect("the database opens"));
        HttpServer::new(move || App::new().app_data(db.clone()).configure(routes))
            .workers(2)
            .bind(("127.0.0.1", port))
            .expect("the port is free")
            .run()
            .await
            .expect("it serves");
    });
}

fn routes(config: &mut web::ServiceConfig) {
    config.service(ready).service(tasks::list).service(tasks::one).service(agenda::list).service(page::calendar);
    config.service(feed::feed).service(register::list).service(register::one).service(write::correct);
}

#[get("/health/ready")]
async fn ready() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

#[expect(clippy::disallowed_methods, reason = "the twin gets its database as the service does, and knows no config.rs")]
fn address() -> String {
    std::env::var("RACCORDO__DATABASE__URL").expect("an address")
}

#[expect(clippy::disallowed_methods, reason = "the twin has the machine's clock and no other")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Returns the present day in Italy.
fn today() -> NaiveDate {
    words::rome(now()).date()
}

fn failed(error: sqlx::Error) -> Error {
    ErrorInternalServerError(error)
}

fn instant(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

db::row! {
    /// Person of a token with one of the seats of that person; `held` is empty for one that is not held today.
    Caller { person_id: String, held: Option<String>, seat_kind: Option<String> }
}

/// Reads from the token to the seats. With inner joins `SQLite` would begin with all designations in force.
const CALLER: &str = "SELECT t.person_id, r.id AS held, s.kind AS seat_kind FROM api_token t
    LEFT JOIN designation d ON d.person_id = t.person_id
    LEFT JOIN designation_record r ON r.designation_id = d.id AND r.superseded_at IS NULL AND r.change <> 'annulled'
        AND r.valid_from <= $3 AND (r.valid_to IS NULL OR r.valid_to >= $3)
    LEFT JOIN seat s ON s.id = d.seat_id
    WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > $2";

/// Finds the caller by the bearer token; refused unless it is the secretariat today.
async fn secretariat(db: &Db, request: &HttpRequest) -> Result<Caller, Error> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let hash = hex::encode(Sha256::digest(token));
    let seats = db::read!(db, all, Caller, CALLER, &hash, now().timestamp_millis(), today()).map_err(failed)?;
    let is_secretariat = |seat: &Caller| seat.held.is_some() && seat.seat_kind.as_deref() == Some("secretariat");
    seats.into_iter().find(is_secretariat).ok_or_else(|| ErrorUnauthorized("no token of the secretariat"))
}

/// One page of a list.
#[derive(Serialize)]
struct Page<T> {
    items: Vec<T>,
    #[serde(rename = "_links")]
    links: Links,
}

#[derive(Serialize)]
struct Links {
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page from the rows read; `key` is the place in the order.
    fn cut<R>(path: &str, mut rows: Vec<R>, key: impl Fn(&R) -> (NaiveDate, &str), item: impl Fn(R) -> T) -> Self {
        let has_more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows.last().filter(|_| has_more).map(|last| {
            let (day, id) = key(last);
            format!("http://localhost{path}?cursor={}", URL_SAFE_NO_PAD.encode(format!("[\"{day}\",\"{id}\"]")))
        });
        Self { items: rows.into_iter().map(item).collect(), links: Links { next } }
    }
}
