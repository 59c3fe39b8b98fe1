//! Checks of typed values, shared by use cases and forms so that each rule has one text.

use super::DetailsIn;
use crate::catalogue::model::{
    CODE_CHARACTERS, CONTACT_CHARACTERS, Contact, Contributors, DESCRIPTION_CHARACTERS, Details, LIST_CHARACTERS,
    NAME_CHARACTERS, Refusal, SECTION_CHARACTERS, STEP_CODE_CHARACTERS, STEP_MINUTES, STEP_OFFSETS_WORKING_DAYS,
    StepIn, UsedList, WORDS_CHARACTERS,
};
use crate::error::{Code, Error, Result};
use crate::mail::{address, is_address};
use crate::network::model::{ADDRESS_CHARACTERS, ObservatoryView};
use crate::typed::{self, Reading, is_code};

/// Checks the code of a new product.
pub fn checked_code(reading: &mut Reading, code: &str) -> Option<String> {
    let code = reading.text("code", code, CODE_CHARACTERS)?;
    reading.take(if is_code(&code) { Ok(code) } else { Err(Refusal::CodeMalformed) })
}

/// Checks the properties of a product.
pub fn checked_details(reading: &mut Reading, input: &DetailsIn, observatories: &[ObservatoryView]) -> Option<Details> {
    let optional = |reading: &mut Reading, field, text: &Option<String>, limit| {
        reading.take(typed::optional(field, text.as_deref(), limit))
    };
    let name_it = reading.text("name_it", &input.name_it, NAME_CHARACTERS);
    let name_en = reading.text("name_en", &input.name_en, NAME_CHARACTERS);
    let description_it = optional(reading, "description_it", &input.description_it, DESCRIPTION_CHARACTERS);
    let description_en = optional(reading, "description_en", &input.description_en, DESCRIPTION_CHARACTERS);
    let chosen = Contributors::chosen(input.contributors, &input.observatories, input.with_regional, observatories);
    let contributors = reading.take(chosen);
    let contact = checked_contact(reading, input);
    let portal_section = optional(reading, "portal_section", &input.portal_section, SECTION_CHARACTERS);
    let portal_words = optional(reading, "portal_words", &input.portal_words, WORDS_CHARACTERS);
    Some(Details {
        name_it: name_it?,
        name_en: name_en?,
        theme: input.theme,
        periodicity: input.periodicity,
        scope: input.scope,
        contributors: contributors?,
        default_hour: input.default_hour,
        description_it: description_it?,
        description_en: description_en?,
        contact: contact?,
        portal_section: portal_section?,
        portal_words: portal_words?,
        date_rule: input.date_rule.clone(),
    })
}

/// Checks the contact. An address needs the name of its office.
fn checked_contact(reading: &mut Reading, input: &DetailsIn) -> Option<Option<Contact>> {
    let name = reading.take(typed::optional("contact_name", input.contact_name.as_deref(), CONTACT_CHARACTERS));
    let email = reading.take(checked_address(input.contact_email.as_deref()));
    match (name?, email?) {
        (None, Some(_)) => reading.take(Err(Refusal::ContactWithoutName)),
        (None, None) => Some(None),
        (Some(name), email) => Some(Some(Contact { name, email })),
    }
}

fn checked_address(text: Option<&str>) -> Result<Option<String>> {
    let Some(text) = typed::optional("contact_email", text, ADDRESS_CHARACTERS)? else { return Ok(None) };
    let address = address::meant(&text);
    if is_address(&address) { Ok(Some(address)) } else { Err(Error::field("contact_email", Code::NotAnAddress)) }
}

/// Checks a step for itself.
pub fn checked_step(reading: &mut Reading, step: &StepIn) -> Option<StepIn> {
    let code = reading.text("code", &step.code, STEP_CODE_CHARACTERS);
    let code = code.and_then(|code| reading.take(if is_code(&code) { Ok(code) } else { Err(Refusal::CodeMalformed) }));
    let name_it = reading.text("name_it", &step.name_it, NAME_CHARACTERS);
    let name_en = reading.text("name_en", &step.name_en, NAME_CHARACTERS);
    let mut within = |field, number, range: &std::ops::RangeInclusive<i32>| {
        if !range.contains(&number) {
            reading.take::<(), _>(Err(Error::out_of_range(field, *range.start(), *range.end())));
        }
    };
    within("offset_working_days", step.offset_working_days, &STEP_OFFSETS_WORKING_DAYS);
    within("estimated_minutes", step.estimated_minutes, &STEP_MINUTES);
    let mut after = step.after.clone();
    after.sort();
    after.dedup();
    // Only codes of the template are accepted in the end, and they are shorter than their column.
    let is_code_of_a_step = |code: &String| is_code(code) && code.len() <= CODE_CHARACTERS;
    if !after.iter().all(is_code_of_a_step) || after.join(" ").len() > AFTER_CHARACTERS {
        reading.refuse("after", Code::UnknownValue);
    }
    Some(StepIn { code: code?, name_it: name_it?, name_en: name_en?, after, ..step.clone() })
}

/// Length of the column for the steps that have to be done before, in characters: a dozen codes.
const AFTER_CHARACTERS: usize = 500;

/// Checks a list that a methodology sheet uses: it has a name and an edition.
pub fn checked_list(reading: &mut Reading, list: &UsedList) -> Option<UsedList> {
    let name = reading.text("list_name", &list.name, LIST_CHARACTERS);
    let edition = reading.text("list_edition", &list.edition, LIST_CHARACTERS);
    Some(UsedList { name: name?, edition: edition? })
}
