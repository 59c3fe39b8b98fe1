//! The board of seats, and the people whom participants of other bodies may find.

use crate::ctx::Ctx;
use crate::designations::model::Seat;
use crate::designations::policy::{self, Action, Subject};
use crate::designations::questions::{HoldersOn, RegisterOn};
use crate::designations::risks::{Presence, Register};
use crate::designations::view::Designation;
use crate::error::Result;
use crate::open::Guarded;
use entity::ids::{BodyId, ObservatoryId};
use std::sync::Arc;

/// A seat on the board, with the people whom the caller may know of.
pub struct BoardSeat {
    pub seat: Arc<Seat>,
    /// Present holders, then announced ones.
    pub people: Vec<Seated>,
    /// Whether the seat has no holder today.
    pub is_vacant: bool,
}

/// A person on the board.
pub struct Seated {
    pub designation: Designation,
    pub presence: Presence,
    /// Whether the caller may read the designation, not only the contact.
    pub may_open: bool,
}

/// Returns the seats about whose holders the caller may know, in the order of the codes.
///
/// Who may: any participant. Absences, ends and announced holders are shown to those who may read the designation; to
/// others, today's referents, deputies and managers.
pub async fn board(ctx: &Ctx) -> Result<Vec<BoardSeat>> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::ViewSeats))?;
    let register = ctx.recall(&RegisterOn(ctx.today())).await?;
    Ok(register.seats().iter().filter_map(|seat| board_seat(ctx, &register, seat)).collect())
}

/// Returns a seat as the caller may see it; `None` if the caller may not even know whether it is held.
fn board_seat(ctx: &Ctx, register: &Register, seat: &Arc<Seat>) -> Option<BoardSeat> {
    let people: Vec<Seated> =
        register.present(seat).into_iter().filter_map(|(one, presence)| seated(ctx, one, presence)).collect();
    let nobody = Subject { seat: seat.kind, body: seat.body_id, holder: None };
    let is_known = policy::may(&ctx.actor, Action::ViewContact, nobody) || !people.is_empty();
    is_known.then(|| BoardSeat { seat: Arc::clone(seat), people, is_vacant: register.is_vacant(seat) })
}

fn seated(ctx: &Ctx, designation: &Designation, presence: Presence) -> Option<Seated> {
    let may = |action| designation.may(&ctx.actor, action);
    if may(Action::View) {
        return Some(Seated { designation: designation.clone(), presence, may_open: true });
    }
    let is_contact = may(Action::ViewContact) && designation.record.covers(ctx.today());
    is_contact.then(|| Seated { designation: designation.clone(), presence: Presence::InForce, may_open: false })
}

/// Lists today's holders in a body and an observatory, if these are given, whose name and office address the caller may
/// see.
pub async fn contacts(ctx: &Ctx, body: Option<BodyId>, observatory: Option<ObservatoryId>) -> Result<Vec<Designation>> {
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    let is_sought = |seat: &Seat| {
        body.is_none_or(|body| seat.body_id == body) && observatory.is_none_or(|one| seat.observatory_id == Some(one))
    };
    let may_see = |one: &&Designation| is_sought(&one.seat) && one.may(&ctx.actor, Action::ViewContact);
    Ok(holders.iter().filter(may_see).cloned().collect())
}
