//! Checks of entered texts, made before the database would refuse them.

use crate::ctx::Ctx;
use crate::designations::model::{
    self, ACT_NUMBER_CHARACTERS, ACT_ORGAN_CHARACTERS, ACT_SUBJECT_CHARACTERS, Act, ORGANISATION_CHARACTERS,
    PROTOCOL_CHARACTERS, Provenance, RECEIPT_CHARACTERS, Statement, Term,
};
use crate::designations::questions::AllSeats;
use crate::designations::seats::SeatKey;
use crate::designations::service::{DesignateIn, Designee};
use crate::designations::store;
use crate::error::{Error, Result};
use crate::typed::{self, Reading};
use entity::ids::PersonId;
use sea_orm::ConnectionTrait;

/// Returns a statement with its texts as they are kept, or all that is wrong with them. Its document is not checked here.
pub(super) fn checked_statement(ctx: &Ctx, statement: Statement) -> Result<Statement> {
    typed::all_at_once(Ok(()), statement.checks(ctx.today()).map(|check| check.map_err(Error::from)))?;
    let Statement { term, act, provenance, organisation } = statement;
    Reading::of(|reading| {
        let number = reading.text("act_number", &act.number, ACT_NUMBER_CHARACTERS);
        let organ = reading.text("act_organ", &act.organ, ACT_ORGAN_CHARACTERS);
        let subject = reading.text("act_subject", &act.subject, ACT_SUBJECT_CHARACTERS);
        let organisation = reading.text_if_given("organisation", organisation, ORGANISATION_CHARACTERS);
        let provenance = read_provenance(reading, provenance);
        let act = Act { number: number?, organ: organ?, subject: subject?, ..act };
        Some(Statement { term, act, provenance: provenance?, organisation: organisation? })
    })
}

/// Returns the communication of an end with its texts as they are kept. That of a designation is checked with its
/// statement.
pub(super) fn checked_provenance(ctx: &Ctx, provenance: Provenance) -> Result<Provenance> {
    provenance.check(ctx.today())?;
    Reading::of(|reading| read_provenance(reading, provenance))
}

fn read_provenance(reading: &mut Reading, provenance: Provenance) -> Option<Provenance> {
    let Provenance { protocol_number, receipt, .. } = provenance;
    let protocol_number = reading.text_if_given("protocol_number", protocol_number, PROTOCOL_CHARACTERS);
    let receipt = reading.text_if_given("receipt", receipt, RECEIPT_CHARACTERS);
    Some(Provenance { protocol_number: protocol_number?, receipt: receipt?, ..provenance })
}

/// Seat, person and days of a designation whose other fields may be wrong.
pub struct Wanted {
    pub seat: String,
    /// A known person; `None` for a new one.
    pub person: Option<PersonId>,
    pub term: Term,
    pub replaces_holder: bool,
}

impl Wanted {
    pub(super) fn by(input: &DesignateIn) -> Self {
        let person = match &input.person {
            Designee::Known(id) => Some(*id),
            Designee::New(_) => None,
        };
        let (seat, term) = (input.seat.clone(), input.statement.term);
        Self { seat, person, term, replaces_holder: input.replaces_holder }
    }
}

/// Checks that the seat is free in the wanted days, for an answer that is refused for its other fields, so that all is
/// corrected at once. A term that ends before it begins has no days to check. Errors: `seat_held`, `already_in_seat`.
pub async fn check_seat(ctx: &Ctx, db: &impl ConnectionTrait, wanted: &Wanted) -> Result<()> {
    if wanted.replaces_holder || wanted.term.check().is_err() {
        return Ok(());
    }
    let seats = ctx.recall(&AllSeats).await?;
    let Some(seat) = seats.find(SeatKey::Code(&wanted.seat)) else { return Ok(()) };
    let occupied = store::occupied(db, seat.id, wanted.term.from).await?;
    Ok(model::check_free(seat.kind, wanted.person, wanted.term, &occupied)?)
}
