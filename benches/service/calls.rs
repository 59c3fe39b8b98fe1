//! The requests of the measurements.

use crate::load::{Call, Connection};
use crate::seed::{OLD_SEAT, Planning, World, seat_code};
use chrono::Days;
use raccordo::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use std::cell::Cell;
use std::fmt::Display;

/// Different things that one measurement reads in turn.
const DIFFERENT: usize = 1_000;

impl World {
    pub fn me(&self) -> Vec<Call> {
        vec![self.get("/api/v1/me")]
    }

    pub fn tasks(&self) -> Vec<Call> {
        vec![self.get("/api/v1/tasks")]
    }

    pub fn each_task(&self) -> Vec<Call> {
        self.each("/api/v1/tasks", &self.tasks)
    }

    pub fn each_story(&self) -> Vec<Call> {
        self.releases.iter().map(|id| page(&format!("/api/v1/releases/{id}"))).collect()
    }

    pub fn each_release_page(&self) -> Vec<Call> {
        self.release_pages.iter().map(|slug| page(&format!("/rilasci/{slug}"))).collect()
    }

    pub fn register(&self) -> Vec<Call> {
        vec![self.get("/api/v1/designations")]
    }

    pub fn each_designation(&self) -> Vec<Call> {
        self.each("/api/v1/designations", &self.histories)
    }

    fn each(&self, path: &str, ids: &[impl Display]) -> Vec<Call> {
        let step = ids.len().div_ceil(DIFFERENT);
        ids.iter().step_by(step).map(|id| self.get(&format!("{path}/{id}"))).collect()
    }

    fn get(&self, path: &str) -> Call {
        request(path, &format!("accept: application/json\r\nauthorization: Bearer {}\r\n", self.token))
    }

    fn post(&self, path: &str, version: Option<usize>, body: &Value, expected: u16) -> Call {
        let (token, body) = (&self.token, body.to_string());
        let condition = version.map(|version| format!("if-match: \"v{version}\"\r\n")).unwrap_or_default();
        let head = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n{condition}");
        let content = format!("content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        Call { bytes: (head + &content).into_bytes(), expected }
    }
}

impl Planning {
    /// Makes the request for the proposal of twelve months.
    pub fn proposal(&self, world: &World) -> Vec<Call> {
        let (from, to) = &self.span;
        vec![world.get(&format!("/api/v1/agenda/proposal?from={from}&to={to}"))]
    }

    /// Makes the preview of a move that touches more than 500 tasks.
    pub fn preview_of_a_move(&self, world: &World) -> Vec<Call> {
        let (release, day) = &self.moving;
        let body = json!({
            "day": day, "reason_code": "workload", "reason_text": "Altri lavori nello stesso mese",
            "despite_non_working": "La conferenza stampa è già fissata",
        });
        vec![world.post(&format!("/api/v1/releases/{release}/move/preview"), Some(2), &body, 200)]
    }

    /// Makes the request for the page with the work of a year.
    pub fn year(&self) -> Vec<Call> {
        vec![self.signed_in(&format!("/agenda/year?year={}", self.year))]
    }

    pub fn monday(&self) -> Vec<Call> {
        vec![self.signed_in("/monday")]
    }

    fn signed_in(&self, path: &str) -> Call {
        request(path, &format!("accept: text/html\r\ncookie: sid={}\r\n", self.session))
    }
}

pub fn health() -> Vec<Call> {
    vec![Call { expected: 204, ..page("/health/live") }]
}

/// Makes the request for the public list, without a token.
pub fn agenda() -> Vec<Call> {
    vec![page("/api/v1/releases")]
}

pub fn calendar() -> Vec<Call> {
    vec![page("/calendar")]
}

/// Makes one request for the feed in each language.
pub fn feeds() -> Vec<Call> {
    ["it", "en"].map(|lang| page(&format!("/calendar.ics?lang={lang}"))).into()
}

/// Makes the request of a subscriber who has the present feed.
pub async fn unchanged_feed(port: u16) -> Vec<Call> {
    let mut connection = Connection::open(port).await;
    connection.ask(&page("/calendar.ics")).await;
    let tag = connection.header("etag").expect("a tag").to_owned();
    vec![Call { expected: 304, ..request("/calendar.ics", &format!("if-none-match: {tag}\r\n")) }]
}

/// Makes an anonymous request.
fn page(path: &str) -> Call {
    request(path, "")
}

fn request(path: &str, headers: &str) -> Call {
    Call { bytes: format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n").into_bytes(), expected: 200 }
}

/// Requests that change one copy of the template, each valid once.
pub struct Changes<'a> {
    world: &'a World,
    corrected: Cell<usize>,
    ended: Cell<usize>,
    people: Cell<usize>,
}

impl<'a> Changes<'a> {
    pub fn new(world: &'a World) -> Self {
        Self { world, corrected: Cell::new(0), ended: Cell::new(0), people: Cell::new(0) }
    }

    /// Makes corrections of one designation after the other; each changes the subject of the act.
    pub fn corrections(&self, count: usize) -> Vec<Call> {
        // The other half is ended.
        let ids = &self.world.designations[..self.world.designations.len() / 2];
        let correction = |number: usize| {
            let (id, version) = (ids[number % ids.len()], 1 + number / ids.len());
            let mut body = statement(&format!("Oggetto corretto {number}"));
            body["reason"] = "errore di trascrizione".into();
            self.world.post(&format!("/api/v1/designations/{id}/correct"), Some(version), &body, 200)
        };
        some(&self.corrected, count).map(correction).collect()
    }

    /// Makes designations of new people to one seat after the other.
    pub fn designations(&self, count: usize) -> Vec<Call> {
        some(&self.people, count).map(|number| self.designation(&seat_code(number), number)).collect()
    }

    /// Makes designations of new people to the seat with many earlier holders.
    pub fn designations_to_the_old_seat(&self, count: usize) -> Vec<Call> {
        some(&self.people, count).map(|number| self.designation(OLD_SEAT, number)).collect()
    }

    fn designation(&self, seat: &str, number: usize) -> Call {
        let mut body = statement("Designazione del componente");
        body["seat"] = seat.into();
        let address = format!("nuova.{number}@bench.example");
        body["person"] = json!({ "given_name": "Nuova", "family_name": "Persona", "email": address });
        self.world.post("/api/v1/designations", None, &body, 201)
    }

    /// Makes ends, some days ago, of one designation after the other.
    pub fn ends(&self, count: usize) -> Vec<Call> {
        let ids = &self.world.designations[self.world.designations.len() / 2..];
        let last_day = SystemClock.today() - Days::new(3);
        let end = |number: usize| {
            let body = json!({ "last_day": last_day, "reason": "cambio di incarico" });
            self.world.post(&format!("/api/v1/designations/{}/end", ids[number]), Some(1), &body, 200)
        };
        some(&self.ended, count).map(end).collect()
    }
}

/// Takes the next numbers of a sequence.
fn some(next: &Cell<usize>, count: usize) -> std::ops::Range<usize> {
    let first = next.replace(next.get() + count);
    first..first + count
}

fn statement(subject: &str) -> Value {
    json!({
        "valid_from": "2026-01-12",
        "act": {
            "kind": "decree", "number": "12/2026", "date": "2026-01-08", "organ": "Presidente della Provincia",
            "subject": subject,
        },
        "provenance": { "channel": "pec", "communicated_on": "2026-01-12", "protocol_number": "0001234/2026" },
    })
}
