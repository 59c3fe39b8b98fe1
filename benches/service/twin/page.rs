//! The calendar page: the lines of the service's page in plain HTML.

use super::agenda::{Row, upcoming};
use super::db::Db;
use super::words::{Lang, title, when};
use super::{Answer, now};
use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use std::fmt::Write;

const HEAD: &str = "<!doctype html><html lang=\"it\"><head><meta charset=\"utf-8\"><title>Calendario dei rilasci</title>\
    <link rel=\"stylesheet\" href=\"/assets/style.css\"></head><body><header><nav><a href=\"/\">Raccordo</a></nav>\
    </header><main><h1>Calendario dei rilasci</h1><table><thead><tr><th>Rilascio</th><th>Data</th><th>Stato</th></tr>\
    </thead><tbody>";

/// Releases on one page.
const LINES: usize = 30;

#[get("/calendar")]
pub async fn calendar(db: web::Data<Db>) -> Answer {
    let mut rows = upcoming(&db, 31).await?;
    let has_more = rows.len() > LINES;
    rows.truncate(LINES);
    let now = now();
    let mut html = String::with_capacity(32 * 1024);
    html.push_str(HEAD);
    for row in &rows {
        line(&mut html, row, now);
    }
    html.push_str("</tbody></table>");
    if let Some(last) = rows.last().filter(|_| has_more) {
        let _ = write!(html, "<p><a href=\"/calendar?cursor={}.{}\">Avanti</a></p>", last.day, last.id);
    }
    html.push_str("<p><a href=\"/calendar/changes\">Le date cambiate</a></p></main></body></html>");
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html))
}

fn line(html: &mut String, row: &Row, now: DateTime<Utc>) {
    let (title, when) = (escaped(&title(row, Lang::It)), escaped(&when(row, Lang::It)));
    let _ = write!(
        html,
        "<tr><th scope=\"row\"><a href=\"/rilasci/{}\">{title}</a></th><td>{when}</td><td><span class=\"badge\">{}</span>",
        row.slug,
        state(&row.state)
    );
    if let Some(remark) = remark(row, now) {
        let _ = write!(html, " <span class=\"badge\">{remark}</span>");
    }
    html.push_str("</td></tr>");
}

fn state(state: &str) -> &'static str {
    match state {
        "provisional" => "provvisorio",
        "confirmed" => "confermato",
        "published" => "pubblicato",
        _ => "annullato",
    }
}

fn remark(row: &Row, now: DateTime<Utc>) -> Option<&'static str> {
    let flags = row.flags(now);
    let remarks = [
        (flags.late, "in ritardo"),
        (flags.due, "atteso ora"),
        (flags.postponed, "rinviato"),
        (flags.brought_forward, "anticipato"),
        (flags.before_period_end, "prima della fine del periodo"),
    ];
    remarks.into_iter().find(|(holds, _)| *holds && row.state != "cancelled").map(|(_, text)| text)
}

fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            _ => html.push(letter),
        }
    }
    html
}
