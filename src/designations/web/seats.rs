//! Present and announced holders of the seats of an observatory or a body: a block for pages about one of them.
//!
//! A page puts a [`SeatsBlock`] in its struct as `seats` and includes `designations/seats.html`. Participants of other bodies
//! see name and office address of those through whom the network works; the public gets no block.

use super::words as register_words;
use crate::ctx::Ctx;
use crate::designations::model::Seat;
use crate::designations::policy::{self, Action, Subject};
use crate::designations::questions::AllSeats;
use crate::designations::service::{self, RegisterFilter};
use crate::designations::view::Designation;
use crate::error::Result;
use crate::open::Guarded;
use entity::ids::{BodyId, ObservatoryId};
use std::sync::Arc;

/// Limit for one query, more than the designations of one place on one day.
const MOST: u64 = 200;

/// The seats of one place with their holders.
#[derive(Clone, Debug)]
pub struct SeatsBlock {
    /// Headings of the table; the term is for readers of the register.
    pub columns: Vec<&'static str>,
    pub lines: Vec<SeatLine>,
    /// Address of the register filtered to this place, on any day, for readers of the register.
    pub register: Option<String>,
}

/// One seat with one of its holders, or vacant.
#[derive(Clone, Debug)]
pub struct SeatLine {
    pub seat: &'static str,
    pub holder: Option<HolderLink>,
    /// Address for filling a vacant seat, if the reader may.
    pub designate: Option<String>,
}

/// The holder of a seat.
#[derive(Clone, Debug)]
pub struct HolderLink {
    pub name: String,
    pub email: String,
    /// Page of the designation and its term, for those who may read it.
    pub href: Option<String>,
    pub term: Option<String>,
    /// Whether the term is still in the future.
    pub is_announced: bool,
}

/// The seats of an observatory; `None` for a reader who may not see its people.
pub async fn seats_of_observatory(ctx: &Ctx, id: ObservatoryId, code: &str) -> Result<Option<SeatsBlock>> {
    let filter = RegisterFilter { observatory: Some(id), ..RegisterFilter::default() };
    let register = format!("/designations/list?observatory={code}&as_of=");
    block(ctx, filter, register, |seat| seat.observatory_id == Some(id)).await
}

/// The seats of a body, those of its observatories too; `None` for a reader who may not see its people.
pub async fn seats_of_body(ctx: &Ctx, id: BodyId, code: &str) -> Result<Option<SeatsBlock>> {
    let filter = RegisterFilter { body: Some(id), ..RegisterFilter::default() };
    let register = format!("/designations/list?body={code}&as_of=");
    block(ctx, filter, register, |seat| seat.body_id == id).await
}

async fn block(
    ctx: &Ctx,
    filter: RegisterFilter,
    register: String,
    is_of: impl Fn(&Seat) -> bool,
) -> Result<Option<SeatsBlock>> {
    let all = ctx.recall(&AllSeats).await?;
    let mut seats: Vec<&Arc<Seat>> =
        all.iter().filter(|seat| is_of(seat) && may(ctx, Action::ViewContact, seat)).collect();
    if seats.is_empty() {
        return Ok(None);
    }
    // The referent comes first, because readers look for the referent.
    seats.sort_by_key(|seat| seat.kind);
    let holders = service::contacts(ctx, filter.body, filter.observatory).await?;
    let begins_after = Some(ctx.today());
    let announced = service::list(ctx, &RegisterFilter { begins_after, ..filter }, None, MOST).await?;
    let lines = seats.iter().flat_map(|seat| lines_of(ctx, seat, &holders, &announced)).collect();
    let reads_register = seats.iter().any(|seat| may(ctx, Action::View, seat));
    Ok(Some(SeatsBlock {
        columns: columns(reads_register).map(|key| ctx.lang.t(key)).collect(),
        lines,
        register: reads_register.then_some(register),
    }))
}

fn columns(with_term: bool) -> impl Iterator<Item = &'static str> {
    let always = ["designations.seat", "designations.holder", "designations.email"];
    always.into_iter().chain(with_term.then_some("designations.term_heading"))
}

/// Asks the policy about a seat, without regard to its holder.
fn may(ctx: &Ctx, action: Action, seat: &Seat) -> bool {
    policy::may(&ctx.actor, action, Subject { seat: seat.kind, body: seat.body_id, holder: None })
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
        let designate = may(ctx, Action::Designate, seat).then(|| format!("/designations/new?seat={}", seat.code));
        lines.push(SeatLine { seat: name, holder: None, designate });
    }
    lines.extend(of_seat(announced));
    lines
}

/// Makes the link of a holder. In a block whose reader reads the register, every holder has a term.
fn link(ctx: &Ctx, designation: &Designation) -> HolderLink {
    let term = designation.record.statement.term;
    let may_open = designation.may(&ctx.actor, Action::View);
    HolderLink {
        name: designation.holder.name(),
        email: designation.holder.email.clone(),
        href: may_open.then(|| format!("/designations/{}", designation.id)),
        term: may_open.then(|| register_words::term(term, ctx.lang)),
        is_announced: term.from > ctx.today(),
    }
}
