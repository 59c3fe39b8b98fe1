//! The page of a year's work: releases in rows, observatories in columns, the state of a contribution in each cell.
//!
//! Each state has a sign, a colour and a word, so that it can be told apart without any one of them.

use crate::agenda::service::{self, Part, PlaceOfWork, YearOfWork};
use crate::ctx::Ctx;
use crate::deliverables::view::DeliverableView;
use crate::deliverables::web::state as state_of;
use crate::http::Answer;
use crate::http::page::{Badge, Shell, page};
use crate::http::year::{YearQuery, YearWay};
use crate::releases::service as releases;
use crate::releases::view::ReleaseView;
use crate::releases::web::Line;
use crate::texts::Lang;
use crate::time::words;
use actix_web::{HttpRequest, get, web};
use askama::Template;
use entity::kinds::DeliverableState;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_year);
}

#[derive(Template)]
#[template(path = "agenda/year.html")]
struct YearPage {
    shell: Shell,
    heading: String,
    years: Vec<YearWay>,
    /// Address of the same year in the public calendar.
    public: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    key: Vec<Sign>,
}

/// The column of an observatory.
struct Column {
    name: String,
    short: String,
}

/// The row of a release.
struct Row {
    line: Line,
    cells: Vec<Cell>,
}

/// The contribution of an observatory to a release.
struct Cell {
    place: String,
    /// Page of the contribution; `None` where there is none.
    href: Option<String>,
    sign: Option<Sign>,
    overdue: bool,
}

/// A state as sign, colour and word.
struct Sign {
    mark: &'static str,
    state: Badge,
}

/// The work of a year, by default of the present one.
#[get("/agenda/year")]
async fn show_year(ctx: Ctx, request: HttpRequest, query: web::Query<YearQuery>) -> Answer {
    let year = query.read(ctx.today())?;
    let work = service::year_of_work(&ctx, year).await?;
    let years = releases::years(&ctx).await?;
    page(&YearPage {
        shell: Shell::new(&ctx, &request, "agenda.year_title"),
        heading: words::period(year, ctx.lang),
        years: years.iter().map(|one| YearWay::of("/agenda/year", *one, year)).collect(),
        public: format!("/calendar?year={}", year.year()),
        columns: work.places.iter().map(Column::of).collect(),
        rows: work.releases.iter().map(|view| Row::of(view, &work, &ctx)).collect(),
        key: key(ctx.lang),
    })
}

impl Column {
    fn of(place: &PlaceOfWork) -> Self {
        Self { name: place.observatory.name.clone(), short: place.short.clone() }
    }
}

impl Row {
    fn of(view: &ReleaseView, work: &YearOfWork, ctx: &Ctx) -> Self {
        let cell = |place: &PlaceOfWork| Cell::of(work.part(view, place), place, ctx);
        Self { line: Line::of(view, ctx), cells: work.places.iter().map(cell).collect() }
    }
}

impl Cell {
    fn of(part: Part<'_>, place: &PlaceOfWork, ctx: &Ctx) -> Self {
        let name = place.name.clone();
        match part {
            Part::Owed(owed) => Self {
                place: name,
                href: Some(format!("/deliverables/{}", owed.deliverable.id)),
                sign: Some(Sign::of(owed.deliverable.state(), ctx.lang)),
                overdue: is_overdue(owed, ctx),
            },
            Part::Expected => Self { place: name, href: None, sign: Some(expected(ctx.lang)), overdue: false },
            Part::None => Self { place: name, href: None, sign: None, overdue: false },
        }
    }
}

fn is_overdue(owed: &DeliverableView, ctx: &Ctx) -> bool {
    owed.deliverable.is_overdue(ctx.today())
}

impl Sign {
    fn of(state: DeliverableState, lang: Lang) -> Self {
        let mark = match state {
            DeliverableState::Planned => "○",
            DeliverableState::InProgress => "◐",
            DeliverableState::Submitted => "▲",
            DeliverableState::ChangesRequested => "↺",
            DeliverableState::Approved => "✓",
            DeliverableState::Published => "●",
            DeliverableState::Verified => "★",
            DeliverableState::Blocked => "■",
            DeliverableState::Waived => "–",
            DeliverableState::Missing => "✗",
        };
        let (text, kind) = state_of(state);
        Self { mark, state: Badge { text: lang.t(text), kind } }
    }
}

/// Returns the sign of a contribution that is not planned yet.
fn expected(lang: Lang) -> Sign {
    Sign { mark: "·", state: Badge { text: lang.t("agenda.year_expected"), kind: "neutral" } }
}

fn key(lang: Lang) -> Vec<Sign> {
    let states = DeliverableState::ALL.iter().map(|state| Sign::of(*state, lang));
    std::iter::once(expected(lang)).chain(states).collect()
}
