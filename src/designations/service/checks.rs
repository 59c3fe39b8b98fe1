//! Checks of entered texts, made before the database would refuse them.

use crate::ctx::Ctx;
use crate::designations::model::{
    ACT_NUMBER_CHARACTERS, ACT_ORGAN_CHARACTERS, ACT_SUBJECT_CHARACTERS, Act, ORGANISATION_CHARACTERS,
    PROTOCOL_CHARACTERS, Provenance, RECEIPT_CHARACTERS, Statement,
};
use crate::error::Result;
use crate::typed::Reading;

/// Returns a statement with its texts as they are kept, or all that is wrong with them. Its document is not checked here.
pub(super) fn checked_statement(ctx: &Ctx, statement: Statement) -> Result<Statement> {
    statement.check(ctx.today())?;
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
