//! Texts typed by people: trimmed, and limited to the length of their column.
//!
//! Use cases and forms read a text by the same functions; [`Reading`] reads several fields and collects their errors.

mod reading;

pub use reading::Reading;

use crate::error::{Code, Error, Refused, Result, Value};
use crate::letters;
use std::ops::RangeInclusive;

/// Returns the value if all checks passed, a single refusal as it is, and several as errors of their fields.
pub fn all_at_once<T>(made: Result<T>, others: impl IntoIterator<Item = Result<()>>) -> Result<T> {
    let mut refused: Vec<Error> = others.into_iter().filter_map(Result::err).collect();
    let made = match made {
        Ok(made) => Some(made),
        Err(error) => {
            refused.insert(0, error);
            None
        }
    };
    if refused.len() == 1 {
        refused.pop().map_or(Ok(()), Err)?;
    }
    Reading::of(|reading| {
        for error in refused {
            reading.take(Err::<(), Error>(error));
        }
        made
    })
}

/// Trims a text; returns `None` if it is blank.
pub fn kept(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Reads a required text of at most `limit` characters.
pub fn required(field: &'static str, text: &str, limit: usize) -> Result<String> {
    optional(field, Some(text), limit)?.ok_or_else(|| Error::field(field, Code::Required))
}

/// Reads an optional text of at most `limit` characters; a blank one is `None`. Refuses a text that is displayed
/// differently from how it was typed ([`letters::reads_as_typed`]).
pub fn optional(field: &'static str, text: Option<&str>, limit: usize) -> Result<Option<String>> {
    let text = text.and_then(kept);
    if text.as_deref().is_some_and(|text| !letters::reads_as_typed(text)) {
        return Err(Error::field(field, Code::UnseenCharacters));
    }
    let is_too_long = text.as_ref().is_some_and(|text| text.chars().count() > limit);
    if is_too_long { Err(Error::too_long(field, limit)) } else { Ok(text) }
}

/// Cuts a text, which another system has already validated, to at most `limit` characters.
pub fn cut(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}

/// Cleans a text from outside (the title of a page, a reply of a relay, the name of a file) before it is stored.
///
/// Control characters are removed because `PostgreSQL` refuses NUL, and invisible characters because they mislead
/// readers. Blanks and line ends become one blank. At most `most_characters` are kept.
pub fn cleaned(text: &str, most_characters: usize) -> String {
    let words = letters::lines(text).split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&words, most_characters).trim_end().to_owned()
}

/// Reads a required reason of at most `limit` characters; a missing one is refused with its own code.
pub fn reason(field: &'static str, text: &str, limit: usize) -> Result<String> {
    let missing = || Error::Refused(Refused::at(field, Code::ReasonMissing));
    optional(field, Some(text), limit)?.ok_or_else(missing)
}

/// Reads a number of minutes within limits, both included; `None` is a text that is no number.
pub fn minutes(field: &'static str, minutes: Option<i32>, limits: RangeInclusive<i32>) -> Result<i32> {
    let (least, most) = (*limits.start(), Value::Minutes(*limits.end()));
    minutes.filter(|minutes| limits.contains(minutes)).ok_or_else(|| Error::out_of_range(field, least, most))
}

/// Fewest words and letters of a public reason. «Dati in ritardo oggi» has them, «x» and «dati» do not.
pub const REASON_WORDS: usize = 3;
pub const REASON_LETTERS: usize = 15;

/// Reads a reason that becomes public and cannot be changed. One that is no sentence is refused as `reason_too_short`.
pub fn public_reason(field: &'static str, text: &str, limit: usize) -> Result<String> {
    let text = reason(field, text, limit)?;
    let words = text.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count();
    if words < REASON_WORDS || text.chars().count() < REASON_LETTERS {
        let refused = Refused::at(field, Code::ReasonTooShort);
        return Err(Error::Refused(refused.with("words", REASON_WORDS).with("letters", REASON_LETTERS)));
    }
    Ok(text)
}

/// Reads the optional address of a web page, of at most `limit` characters.
pub fn web_address(field: &'static str, text: Option<&str>, limit: usize) -> Result<Option<String>> {
    let address = optional(field, text, limit)?;
    let is_another = address.as_deref().is_some_and(|address| !is_web_address(address));
    if is_another { Err(Error::field(field, Code::NotAUrl)) } else { Ok(address) }
}

/// Returns whether a text is an `http` or `https` address. Other schemes are refused because pages show the address as
/// a link, and a `javascript:` link would run in the reader's page.
pub fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Returns whether a text is a code, which stands in addresses of pages: lower-case letters, digits and single hyphens.
pub fn is_code(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.split('-').all(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_from_outside_are_stored_without_invisible_characters() {
        for (text, kept) in [
            ("Relazione\0 di\u{7}\u{202e} Lecco", "Relazione di Lecco"),
            ("  due\r\n righe\t", "due righe"),
            ("la\u{ad}vo\u{200b}ro \u{feff}", "lavoro"),
            ("\0\u{85}\u{61c}", ""),
            ("perché no", "perché no"),
        ] {
            assert_eq!(cleaned(text, 80), kept, "{text:?}");
        }
        assert_eq!(cleaned("uno due", 4), "uno", "no blank is left at the end");
    }

    #[test]
    fn a_public_reason_is_a_sentence() {
        for text in ["x", "dati in", "a b c d", "1 2 3 4 5 6 7 8 9 10 11", "motivotroppolungodascrivere"] {
            let refused = public_reason("reason_text", text, 99).expect_err(text);
            assert_eq!(refused.code(), Code::ReasonTooShort, "{text}");
        }
        assert_eq!(public_reason("reason_text", "", 99).expect_err("missing").code(), Code::ReasonMissing);
        assert!(public_reason("reason_text", " Dati in ritardo oggi ", 99).is_ok());
    }

    #[test]
    fn blanks_are_nothing_and_the_limit_is_in_characters() {
        assert_eq!(required("note", "  è ", 1).expect("one character"), "è");
        assert_eq!(optional("note", Some(" \t"), 1).expect("nothing"), None);
        assert!(matches!(required("note", " ", 1), Err(Error::Invalid(wrong)) if wrong[0].code == Code::Required));
        assert_eq!(reason("note", "", 1).expect_err("missing").code(), Code::ReasonMissing);
        let turned = required("note", "a\u{202e}b", 9).expect_err("turned");
        assert!(matches!(turned, Error::Invalid(wrong) if wrong[0].code == Code::UnseenCharacters));
        assert!(optional("note", Some("\u{200b}"), 9).is_err(), "nothing to see is not nothing");
        let Err(Error::Invalid(wrong)) = reason("note", "èè", 1) else { panic!("too long") };
        assert_eq!((wrong[0].code, &wrong[0].params[0].1), (Code::TooLong, &1.into()));
    }

    #[test]
    fn a_code_is_made_of_words_and_hyphens() {
        for code in ["focus", "nota-2", "a-b-c"] {
            assert!(is_code(code), "{code}");
        }
        for text in ["", "Focus", "nota_2", "a--b", "-a", "perché", "a b"] {
            assert!(!is_code(text), "{text}");
        }
    }
}
