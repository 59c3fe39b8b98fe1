//! The seats of one place over time: their holders with first and last day, absences, and days without a holder.

use crate::ctx::Ctx;
use crate::designations::model::{Seat, Term, gaps, needs_a_holder};
use crate::designations::policy::{self, Action, Subject};
use crate::designations::questions::AllSeats;
use crate::designations::store::Filter;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::network::service as network;
use crate::open::Scoped as _;
use chrono::NaiveDate;
use std::sync::Arc;

/// Limit for one query, more than the designations of one place during an agreement.
const MOST: u64 = 500;

/// The seats of one place over time.
#[derive(Clone, Debug)]
pub struct Timeline {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Last day of the agreement.
    pub agreement_ends: NaiveDate,
    pub seats: Vec<SeatTime>,
}

/// One seat over time.
#[derive(Clone, Debug)]
pub struct SeatTime {
    pub seat: Arc<Seat>,
    /// Designations to the seat, the earliest first.
    pub held: Vec<Held>,
    /// Days without a holder, of a seat that needs one.
    pub gaps: Vec<Term>,
}

/// A designation with the absences of its holder.
#[derive(Clone, Debug)]
pub struct Held {
    pub designation: Designation,
    pub absences: Vec<Term>,
}

/// Returns the seats of one place over time, from the beginning of the agreement or of the first designation to the end of
/// the agreement or of the last designation.
///
/// Who may: those who may read the designations to these seats. `None` for other callers, and for a place without seats.
pub async fn timeline(ctx: &Ctx, filter: Filter, is_of: impl Fn(&Seat) -> bool) -> Result<Option<Timeline>> {
    if Designation::visibility(&ctx.actor).is_none() {
        return Ok(None);
    }
    let may_read = |seat: &Seat| {
        let subject = Subject { seat: seat.kind, body: seat.body_id, holder: None };
        policy::may(&ctx.actor, Action::View, subject)
    };
    let is_shown = |seat: &&Arc<Seat>| is_of(seat) && may_read(seat);
    let mut seats: Vec<Arc<Seat>> = ctx.recall(&AllSeats).await?.iter().filter(is_shown).cloned().collect();
    if seats.is_empty() {
        return Ok(None);
    }
    seats.sort_by_key(|seat| seat.kind);
    let mut all = super::list(ctx, &filter, None, MOST).await?;
    all.sort_by_key(|one| (one.record.statement.term.from, one.id));
    let agreement = network::agreement(ctx).await?;
    let terms = || all.iter().map(|one| one.record.statement.term);
    let first = terms().map(|term| term.from).chain(agreement.in_force_from).min();
    let from = first.unwrap_or_else(|| ctx.today());
    let to = terms().filter_map(|term| term.to).chain([agreement.in_force_to, ctx.today()]).max();
    let to = to.unwrap_or(from).max(from);
    let absences = super::absences(ctx.reader(), from, to).await?;
    let held = |designation: &Designation| Held {
        absences: absences
            .iter()
            .filter(|absence| absence.designation_id == designation.id)
            .map(|absence| Term { from: absence.from, to: Some(absence.to) })
            .collect(),
        designation: designation.clone(),
    };
    let over_time = |seat: Arc<Seat>| {
        let own: Vec<&Designation> = all.iter().filter(|one| one.seat.id == seat.id).collect();
        let terms: Vec<Term> = own.iter().map(|one| one.record.statement.term).collect();
        SeatTime {
            gaps: if needs_a_holder(seat.kind) { gaps(&terms, from, to) } else { Vec::new() },
            held: own.into_iter().map(held).collect(),
            seat,
        }
    };
    // An optional seat that was never held has nothing to show.
    let says_something = |seat: &SeatTime| !seat.held.is_empty() || !seat.gaps.is_empty();
    let seats = seats.into_iter().map(over_time).filter(says_something).collect();
    Ok(Some(Timeline { from, to, agreement_ends: agreement.in_force_to, seats }))
}
