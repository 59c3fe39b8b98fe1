//! The list of tasks, and one task.

use super::db::{self, Db};
use super::{Answer, Page, failed, instant, secretariat, today};
use actix_web::error::ErrorNotFound;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_with::skip_serializing_none;

db::row! {
    Row {
        id: String, seat: String, seat_kind: String, observatory: Option<String>, title_it: String, title_en: String,
        origin: String, release_id: Option<String>, deliverable_id: Option<String>, outcome_id: Option<String>,
        state: String, reason: Option<String>, note: Option<String>, day: NaiveDate, due_day: NaiveDate,
        hand_set_day: Option<NaiveDate>, estimated_minutes: i32, done_at: Option<i64>, version: i32,
        deliverable_state: Option<String>,
    }
}

/// Work of a seat, with the members of the service's answer.
#[skip_serializing_none]
#[derive(Serialize)]
struct Task {
    id: String,
    seat: String,
    seat_kind: String,
    observatory: Option<String>,
    title_it: String,
    title_en: String,
    origin: String,
    release_id: Option<String>,
    deliverable_id: Option<String>,
    outcome_id: Option<String>,
    state: String,
    is_due: bool,
    is_overdue: bool,
    reason: Option<String>,
    note: Option<String>,
    day: NaiveDate,
    due_day: NaiveDate,
    hand_set_day: Option<NaiveDate>,
    estimated_minutes: i32,
    done_at: Option<DateTime<Utc>>,
    possible: &'static [&'static str],
    version: i32,
}

impl Task {
    fn on(row: Row, today: NaiveDate) -> Self {
        let is_due = is_due(&row);
        Self {
            is_due,
            is_overdue: is_due && row.day < today,
            possible: match row.state.as_str() {
                "open" => &["start", "complete", "block", "cancel"],
                "in_progress" => &["complete", "block", "cancel"],
                "blocked" => &["unblock", "cancel"],
                "done" => &["reopen"],
                _ => &[],
            },
            id: row.id,
            seat: row.seat,
            seat_kind: row.seat_kind,
            observatory: row.observatory,
            title_it: row.title_it,
            title_en: row.title_en,
            origin: row.origin,
            release_id: row.release_id,
            deliverable_id: row.deliverable_id,
            outcome_id: row.outcome_id,
            state: row.state,
            reason: row.reason,
            note: row.note,
            day: row.day,
            due_day: row.due_day,
            hand_set_day: row.hand_set_day,
            estimated_minutes: row.estimated_minutes,
            done_at: row.done_at.map(instant),
            version: row.version,
        }
    }
}

fn is_due(row: &Row) -> bool {
    if !matches!(row.state.as_str(), "open" | "in_progress" | "blocked") {
        return false;
    }
    match (row.origin.as_str(), row.deliverable_state.as_deref()) {
        ("step", Some(state)) if matches!(row.seat_kind.as_str(), "secretariat" | "direction") => {
            !matches!(state, "approved" | "published" | "verified" | "waived" | "missing")
        }
        ("step", Some(state)) => matches!(state, "planned" | "in_progress" | "blocked"),
        _ => true,
    }
}

/// Selects a task in two steps: first the day, for which no names are needed; then the rest, of the rows shown.
macro_rules! tasks {
    ($which:literal) => {
        concat!(
            "WITH shown AS (SELECT t.id, COALESCE(t.hand_set_day, t.followed_day, t.due_day) AS day,
                d.state AS deliverable_state
            FROM task t LEFT JOIN deliverable d ON d.id = t.deliverable_id ",
            $which,
            ") SELECT t.id, s.code AS seat, s.kind AS seat_kind, o.code AS observatory, t.title_it, t.title_en, t.origin,
                t.release_id, t.deliverable_id, t.outcome_id, t.state, t.reason, t.note, shown.day, t.due_day,
                t.hand_set_day, t.estimated_minutes, t.done_at, t.version, shown.deliverable_state
            FROM shown JOIN task t ON t.id = shown.id JOIN seat s ON s.id = t.seat_id
            LEFT JOIN observatory o ON o.id = s.observatory_id ORDER BY shown.day, shown.id"
        )
    };
}

#[get("/api/v1/tasks")]
pub async fn list(db: web::Data<Db>, request: HttpRequest) -> Answer {
    secretariat(&db, &request).await?;
    let rows = db::read!(&**db, all, Row, tasks!("ORDER BY 2, 1 LIMIT 51")).map_err(failed)?;
    let today = today();
    let page = Page::cut("/api/v1/tasks", rows, |row| (row.day, &row.id), |row| Task::on(row, today));
    Ok(HttpResponse::Ok().json(page))
}

#[get("/api/v1/tasks/{id}")]
pub async fn one(db: web::Data<Db>, request: HttpRequest, id: web::Path<String>) -> Answer {
    secretariat(&db, &request).await?;
    let row = db::read!(&**db, first, Row, tasks!("WHERE t.id = $1"), &*id).map_err(failed)?;
    let row = row.ok_or_else(|| ErrorNotFound("no such task"))?;
    let tag = format!("\"v{}\"", row.version);
    Ok(HttpResponse::Ok().insert_header(("etag", tag)).json(Task::on(row, today())))
}
