//! Present and announced holders of the seats of an observatory or a body: a block for pages about one of them.
//!
//! A page puts a [`SeatsBlock`] in its struct as `seats` and includes `designations/seats.html`. Names of people are
//! for participants; other readers get no block.

use super::words as register_words;
use crate::ctx::Ctx;
use crate::designations::model::Seat;
use crate::designations::policy::{self, Action, Subject, Visibility};
use crate::designations::service::{self, RegisterFilter};
use crate::designations::view::Designation;
use crate::error::Result;
use entity::ids::{BodyId, ObservatoryId};

/// Limit for one query, more than the designations of one place on one day.
const MOST: u64 = 200;

/// The seats of one place with their holders.
#[derive(Clone, Debug)]
pub struct SeatsBlock {
    pub lines: Vec<SeatLine>,
    /// Address of the register filtered to this place, on any day.
    pub register: String,
}

/// One seat with one of its holders, or vacant.
#[derive(Clone, Debug)]
pub struct SeatLine {
    pub seat: &'static str,
    pub holder: Option<HolderLink>,
    /// Address for filling a vacant seat, if the reader may.
    pub designate: Option<String>,
}

/// The holder of a seat, with the page of the designation.
#[derive(Clone, Debug)]
pub struct HolderLink {
    pub name: String,
    pub email: String,
    pub href: String,
    pub term: String,
    /// Whether the term is still in the future.
    pub is_announced: bool,
}

/// The seats of an observatory; `None` for a reader who may not see its people.
pub async fn seats_of_observatory(ctx: &Ctx, id: ObservatoryId, code: &str) -> Result<Option<SeatsBlock>> {
    let filter = RegisterFilter { observatory: Some(id), ..RegisterFilter::default() };
    let register = format!("/designations?observatory={code}&as_of=");
    block(ctx, filter, register, |seat| seat.observatory_id == Some(id)).await
}

/// The seats of a body, those of its observatories too; `None` for a reader who may not see its people.
pub async fn seats_of_body(ctx: &Ctx, id: BodyId, code: &str) -> Result<Option<SeatsBlock>> {
    let filter = RegisterFilter { body: Some(id), ..RegisterFilter::default() };
    let register = format!("/designations?body={code}&as_of=");
    block(ctx, filter, register, |seat| seat.body_id == id).await
}

async fn block(
    ctx: &Ctx,
    filter: RegisterFilter,
    register: String,
    is_of: impl Fn(&Seat) -> bool,
) -> Result<Option<SeatsBlock>> {
    let mut seats: Vec<Seat> = service::seats(ctx.reader()).await?.into_iter().filter(is_of).collect();
    // The referent comes first, because readers look for the referent.
    seats.sort_by_key(|seat| seat.kind);
    let sees = match policy::visibility(&ctx.actor) {
        Some(Visibility::Everything) => true,
        Some(Visibility::Bodies(bodies, _)) => seats.iter().any(|seat| bodies.contains(&seat.body_id)),
        Some(Visibility::Own(_)) | None => false,
    };
    if !sees {
        return Ok(None);
    }
    let today = Some(ctx.today());
    let holders = service::list(ctx, &RegisterFilter { as_of: today, ..filter.clone() }, None, MOST).await?;
    let announced = service::list(ctx, &RegisterFilter { begins_after: today, ..filter }, None, MOST).await?;
    let lines = seats.iter().flat_map(|seat| lines_of(ctx, seat, &holders, &announced)).collect();
    Ok(Some(SeatsBlock { lines, register }))
}

/// Makes one line for each holder, or one for a vacant seat with a link to fill it if the reader may; then one for each
/// announced holder.
fn lines_of(ctx: &Ctx, seat: &Seat, holders: &[Designation], announced: &[Designation]) -> Vec<SeatLine> {
    let name = register_words::seat_kind(seat.kind, ctx.lang);
    let of_seat = |all: &[Designation]| -> Vec<SeatLine> {
        let line = |one| SeatLine { seat: name, holder: Some(link(ctx, one)), designate: None };
        all.iter().filter(|one| one.seat.id == seat.id).map(line).collect()
    };
    let mut lines = of_seat(holders);
    if lines.is_empty() {
        let subject = Subject { seat: seat.kind, body: seat.body_id, holder: None };
        let may = policy::may(&ctx.actor, Action::Designate, subject);
        let designate = may.then(|| format!("/designations/new?seat={}", seat.code));
        lines.push(SeatLine { seat: name, holder: None, designate });
    }
    lines.extend(of_seat(announced));
    lines
}

fn link(ctx: &Ctx, designation: &Designation) -> HolderLink {
    HolderLink {
        name: designation.holder.name(),
        email: designation.holder.email.clone(),
        href: format!("/designations/{}", designation.id),
        term: register_words::term(designation.record.statement.term, ctx.lang),
        is_announced: designation.record.statement.term.from > ctx.today(),
    }
}
