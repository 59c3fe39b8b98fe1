//! The board of seats: one row for each body, one column for each kind of seat.

use super::words as register_words;
use crate::ctx::Ctx;
use crate::designations::policy::{self, Action, Subject};
use crate::designations::service::{self, BoardSeat, Seated};
use crate::http::Answer;
use crate::http::page::{Badge, Shell, page};
use crate::letters;
use crate::network::model::BodyView;
use crate::network::questions::AllBodies;
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, get};
use askama::Template;
use entity::kinds::SeatKind;

/// Columns of the board.
const COLUMNS: [SeatKind; 4] = [SeatKind::Referent, SeatKind::Deputy, SeatKind::BodyManager, SeatKind::Partner];
/// Seats of the whole network, below the board.
const ABOVE_BODIES: [SeatKind; 2] = [SeatKind::Secretariat, SeatKind::Direction];

pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(show_board);
}

#[derive(Template)]
#[template(path = "designations/board.html")]
struct BoardPage {
    shell: Shell,
    columns: [&'static str; 4],
    rows: Vec<Row>,
    /// Seats of the secretariat and the direction, if the reader may know of them.
    above: Vec<Cell>,
    may_designate: bool,
    /// Whether some cells are empty because the reader may not know of their people.
    is_partial: bool,
}

/// One body with a cell for each column; an empty cell is about people whom the reader may not know of.
struct Row {
    body: String,
    href: String,
    cells: Vec<Cell>,
}

/// The holders of one kind of seat.
struct Cell {
    label: &'static str,
    people: Vec<Person>,
    vacant: Option<Badge>,
    /// Address for filling a vacant seat, if the reader may.
    designate: Option<String>,
}

struct Person {
    name: String,
    /// Page of the designation, or the office address for a reader of another body.
    href: String,
    state: Badge,
    until: Option<String>,
}

/// Shows who holds which seat. Who may: any participant, each with the people they may know of.
#[get("/designations")]
async fn show_board(ctx: Ctx, request: HttpRequest) -> Answer {
    let seats = service::board(&ctx).await?;
    let bodies = ctx.recall(&AllBodies).await?;
    let rows: Vec<Row> = bodies.iter().filter_map(|body| row(&ctx, body, &seats)).collect();
    page(&BoardPage {
        shell: Shell::new(&ctx, &request, "designations.board_title").here(),
        columns: COLUMNS.map(|kind| register_words::seat_kind(kind, ctx.lang)),
        is_partial: rows.iter().flat_map(|row| &row.cells).any(|cell| !cell.is_known()),
        rows,
        above: ABOVE_BODIES
            .iter()
            .map(|kind| cell(&ctx, *kind, &of_kind(&seats, *kind)))
            .filter(Cell::is_known)
            .collect(),
        may_designate: policy::may_ever(&ctx.actor, Action::Designate),
    })
}

/// Makes the row of a body; `None` if the reader may know of none of its people.
fn row(ctx: &Ctx, body: &BodyView, seats: &[BoardSeat]) -> Option<Row> {
    let own = |kind| of_kind(seats, kind).into_iter().filter(|one| one.seat.body_id == body.id).collect::<Vec<_>>();
    let cells: Vec<Cell> = COLUMNS.iter().map(|kind| cell(ctx, *kind, &own(*kind))).collect();
    let href = format!("/network/bodies/{}", body.code);
    cells.iter().any(Cell::is_known).then(|| Row { body: body.name.clone(), href, cells })
}

fn of_kind(seats: &[BoardSeat], kind: SeatKind) -> Vec<&BoardSeat> {
    seats.iter().filter(|one| one.seat.kind == kind).collect()
}

fn cell(ctx: &Ctx, kind: SeatKind, seats: &[&BoardSeat]) -> Cell {
    let vacant = seats.iter().find(|one| one.is_vacant);
    let may_fill = |one: &&&BoardSeat| {
        let subject = Subject { seat: kind, body: one.seat.body_id, holder: None };
        policy::may(&ctx.actor, Action::Designate, subject)
    };
    Cell {
        label: register_words::seat_kind(kind, ctx.lang),
        people: seats.iter().flat_map(|one| &one.people).map(|one| person(ctx, one)).collect(),
        vacant: vacant.map(|_| register_words::vacancy(kind, ctx.lang)),
        designate: vacant.filter(may_fill).map(|one| format!("/designations/new?seat={}", one.seat.code)),
    }
}

fn person(ctx: &Ctx, seated: &Seated) -> Person {
    let Seated { designation, presence, may_open } = seated;
    let href = if *may_open {
        format!("/designations/{}", designation.id)
    } else {
        letters::mailto(&designation.holder.email)
    };
    Person {
        name: designation.holder.name(),
        href,
        state: register_words::presence(*presence, ctx.lang),
        until: register_words::presence_until(*presence, ctx.lang),
    }
}

impl Cell {
    fn is_known(&self) -> bool {
        !self.people.is_empty() || self.vacant.is_some()
    }
}
