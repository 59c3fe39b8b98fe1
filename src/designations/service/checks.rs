//! Checks of entered texts and files, made before the database would refuse them.

use crate::ctx::Ctx;
use crate::designations::model::{
    ACT_NUMBER_CHARACTERS, ACT_ORGAN_CHARACTERS, ACT_SUBJECT_CHARACTERS, Act, ORGANISATION_CHARACTERS,
    PROTOCOL_CHARACTERS, Provenance, RECEIPT_CHARACTERS, Statement,
};
use crate::error::{Code, Error, FieldError, Result};
use crate::letters;

/// Checks a statement, except for its document.
pub(super) fn check_statement(ctx: &Ctx, statement: &Statement) -> Result<()> {
    statement.check(ctx.today())?;
    let Statement { act: Act { number, organ, subject, .. }, provenance, organisation, .. } = statement;
    let required = [
        ("act_number", number, ACT_NUMBER_CHARACTERS),
        ("act_organ", organ, ACT_ORGAN_CHARACTERS),
        ("act_subject", subject, ACT_SUBJECT_CHARACTERS),
    ];
    let missing = required
        .into_iter()
        .filter(|(_, text, _)| text.trim().is_empty())
        .map(|(field, ..)| FieldError::new(field, Code::Required));
    let texts = required
        .into_iter()
        .chain(organisation.iter().map(|text| ("organisation", text, ORGANISATION_CHARACTERS)))
        .chain(texts_of(provenance));
    all_right(missing.chain(wrong(texts)).collect())
}

/// Checks the communication of an end. That of a designation is checked with its statement.
pub(super) fn check_provenance(ctx: &Ctx, provenance: &Provenance) -> Result<()> {
    provenance.check(ctx.today())?;
    all_right(wrong(texts_of(provenance)).collect())
}

type Text<'a> = (&'static str, &'a String, usize);

fn texts_of(provenance: &Provenance) -> impl Iterator<Item = Text<'_>> {
    let number = provenance.protocol_number.iter().map(|text| ("protocol_number", text, PROTOCOL_CHARACTERS));
    number.chain(provenance.receipt.iter().map(|text| ("receipt", text, RECEIPT_CHARACTERS)))
}

/// Reports the texts that are longer than their columns, or contain characters that are not displayed as typed.
fn wrong<'a>(texts: impl Iterator<Item = Text<'a>>) -> impl Iterator<Item = FieldError> {
    texts.filter_map(|(field, text, limit)| {
        if text.chars().count() > limit {
            return Some(FieldError::too_long(field, limit));
        }
        (!letters::reads_as_typed(text)).then(|| FieldError::new(field, Code::UnseenCharacters))
    })
}

fn all_right(errors: Vec<FieldError>) -> Result<()> {
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}
