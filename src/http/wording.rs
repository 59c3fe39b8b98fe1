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

/// Returns the text of the error of a field: for an empty one what to write there.
pub fn field_text(lang: Lang, field: &str, code: Code, params: &[(&'static str, Value)]) -> String {
    let asked = lang.asking_for(field).filter(|_| code == Code::Required);
    asked.map_or_else(|| text(lang, code, params), str::to_owned)
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
