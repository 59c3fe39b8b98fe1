//! Choices that several pages of tasks offer.

use crate::ctx::Ctx;
use crate::designations::questions::AllSeats;
use crate::designations::web::words::seat_name;
use crate::error::Result;
use crate::http::form::Choice;
use entity::kinds::SeatKind;

/// Returns the seats that can get a task.
pub(super) async fn seats(ctx: &Ctx) -> Result<Vec<Choice>> {
    let seats = ctx.recall(&AllSeats).await?;
    let works = |kind| !matches!(kind, SeatKind::Deputy);
    let working = seats.iter().filter(|seat| works(seat.kind));
    Ok(working.map(|seat| Choice::new(&seat.code, seat_name(seat, ctx.lang))).collect())
}
