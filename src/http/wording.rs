//! Texts of refusals in the language of the reader.

use crate::error::{Code, Value};
use crate::texts::Lang;
use crate::time::words;

/// Returns the text of a code with its values filled in.
pub fn text(lang: Lang, code: Code, params: &[(&'static str, Value)]) -> String {
    let worded: Vec<(&str, String)> = params.iter().map(|(name, value)| (*name, value_in_words(lang, value))).collect();
    let values: Vec<(&str, &str)> = worded.iter().map(|(name, value)| (*name, value.as_str())).collect();
    lang.f(code.text_key(), &values)
}

fn value_in_words(lang: Lang, value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Day(day) => words::short_day(*day),
        Value::Hour(hour) => hour.format("%H:%M").to_string(),
        Value::Closed(closed) => closed.text(lang),
    }
}
