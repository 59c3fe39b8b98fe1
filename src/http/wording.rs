//! Texts of refusals in the language of the reader.

use crate::error::{Code, Value};
use crate::texts::Lang;
use crate::time::words;

/// Text keys that tell what to write in an empty field, by the name of the field. `tests/it/forms.rs` fails if a required field
/// of a form has none.
const EMPTY_FIELDS: &[(&str, &str)] = &[
    ("act", "fields.act"),
    ("act_date", "fields.act_date"),
    ("act_kind", "fields.act_kind"),
    ("act_number", "fields.act_number"),
    ("act_organ", "fields.act_organ"),
    ("act_subject", "fields.act_subject"),
    ("address", "fields.address"),
    ("adjust", "fields.adjust"),
    ("answer", "fields.answer"),
    ("body", "fields.body"),
    ("change", "fields.change"),
    ("channel", "fields.channel"),
    ("code", "fields.code"),
    ("communicated_on", "fields.communicated_on"),
    ("contact_name", "fields.contact_name"),
    ("contributors", "fields.contributors"),
    ("day", "fields.day"),
    ("days", "fields.days"),
    ("default_hour", "fields.default_hour"),
    ("delegate", "fields.delegate"),
    ("designation_id", "fields.designation_id"),
    ("document", "fields.document"),
    ("due_day", "fields.due_day"),
    ("email", "fields.email"),
    ("ends", "fields.ends"),
    ("estimated_minutes", "fields.estimated_minutes"),
    ("explanation", "fields.explanation"),
    ("family_name", "fields.family_name"),
    ("from", "fields.from"),
    ("from_period", "fields.from_period"),
    ("given_name", "fields.given_name"),
    ("guests", "fields.guests"),
    ("hours_before", "fields.hours_before"),
    ("kind", "fields.kind"),
    ("label", "fields.label"),
    ("list_edition", "fields.list_edition"),
    ("list_name", "fields.list_name"),
    ("mode", "fields.mode"),
    ("month", "fields.month"),
    ("name", "fields.name"),
    ("name_en", "fields.name_en"),
    ("name_it", "fields.name_it"),
    ("note", "fields.note"),
    ("nth", "fields.nth"),
    ("observatories", "fields.observatories"),
    ("observatory", "fields.observatory"),
    ("offset_working_days", "fields.offset_working_days"),
    ("parties", "fields.parties"),
    ("period", "fields.period"),
    ("periodicity", "fields.periodicity"),
    ("person", "fields.person"),
    ("plus", "fields.plus"),
    ("points", "fields.points"),
    ("precision", "fields.precision"),
    ("presence", "fields.presence"),
    ("product", "fields.product"),
    ("publisher", "fields.publisher"),
    ("reason", "fields.reason"),
    ("reason_code", "fields.reason_code"),
    ("release_id", "fields.release_id"),
    ("scope", "fields.scope"),
    ("seat", "fields.seat"),
    ("source", "fields.source"),
    ("starts", "fields.starts"),
    ("state", "fields.state"),
    ("table", "fields.table"),
    ("task", "fields.task"),
    ("territory", "fields.territory"),
    ("text", "fields.text"),
    ("text_it", "fields.text_it"),
    ("theme", "fields.theme"),
    ("title", "fields.title"),
    ("titles", "fields.titles"),
    ("to", "fields.to"),
    ("unit", "fields.unit"),
    ("valid_from", "fields.valid_from"),
    ("valid_to", "fields.valid_to"),
    ("weekday", "fields.weekday"),
];

/// Returns the text of a code with its values filled in.
pub fn text(lang: Lang, code: Code, params: &[(&'static str, Value)]) -> String {
    let worded: Vec<(&str, String)> = params.iter().map(|(name, value)| (*name, value_in_words(lang, value))).collect();
    let values: Vec<(&str, &str)> = worded.iter().map(|(name, value)| (*name, value.as_str())).collect();
    lang.f(code.text_key(), &values)
}

/// Returns the text of the error of a field: for an empty one what to write there.
pub fn field_text(lang: Lang, field: &str, code: Code, params: &[(&'static str, Value)]) -> String {
    let asked = EMPTY_FIELDS.iter().find(|(name, _)| code == Code::Required && *name == field);
    asked.map_or_else(|| text(lang, code, params), |(_, key)| lang.t(key).to_owned())
}

fn value_in_words(lang: Lang, value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Minutes(minutes) => lang.f("common.minutes", &[("minutes", &minutes.to_string())]),
        Value::Day(day) => words::short_day(*day),
        Value::Hour(hour) => hour.format("%H:%M").to_string(),
        Value::Closed(closed) => closed.text(lang),
        Value::Choice(keys) => keys.iter().map(|key| lang.t(key)).collect::<Vec<_>>().join(", "),
        Value::Sentences(said) => sentences(lang, said),
    }
}

/// Writes each sentence once, with the names that it is about: «Il contributo non è ancora approvato: Lodi, Pavia.».
fn sentences(lang: Lang, said: &[(Option<String>, &'static str)]) -> String {
    let mut about: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, key) in said {
        let known = about.iter().position(|(known, _)| known == key);
        let at = known.unwrap_or_else(|| {
            about.push((*key, Vec::new()));
            about.len() - 1
        });
        about[at].1.extend(name.as_deref());
    }
    let sentence = |(key, names): &(&str, Vec<&str>)| match names.as_slice() {
        [] => lang.t(key).to_owned(),
        names => format!("{}: {}.", lang.t(key).trim_end_matches('.'), names.join(", ")),
    };
    about.iter().map(sentence).collect::<Vec<_>>().join(" ")
}
