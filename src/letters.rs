//! Characters as a reader sees them: invisible ones, those that change the direction of text, keys that make two
//! spellings of a name equal, cleaning of texts from outside, and texts in addresses. Pure.

use std::fmt::Write as _;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Returns whether an invisible character changes the direction in which the following text is read (UAX #9, table 4).
/// A name that contains one can be displayed as a different name (CVE-2021-42574).
pub const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether an invisible character changes the layout of the text around it: line and paragraph separators,
/// deprecated format characters, interlinear annotations (Unicode 17, ch. 23).
const fn governs_layout(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{206A}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}')
}

/// Returns whether a character is invisible: blanks, controls, fillers, and the characters that Unicode lets programs
/// ignore (`Default_Ignorable_Code_Point`).
pub fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Returns whether a character is removed from texts for people and their programs (headers and bodies of mails,
/// calendar objects, stored texts from outside): controls, direction changes, marks without a shape. Joiners (U+200C,
/// U+200D) and variation selectors stay, because scripts and emoji need them.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{00AD}'
                | '\u{034F}'
                | '\u{061C}'
                | '\u{115F}'
                | '\u{1160}'
                | '\u{17B4}'
                | '\u{17B5}'
                | '\u{180E}'
                | '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{3164}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{1D173}'..='\u{1D17A}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

/// Cleans a text of several lines: every kind of line end becomes `\n`, tabs stay, hidden characters are removed.
pub fn lines(text: &str) -> String {
    let stays = |c: char| matches!(c, '\n' | '\t') || !is_hidden(c);
    if text.chars().all(stays) {
        return text.to_owned();
    }
    let unified = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    unified.chars().filter(|c| stays(*c)).collect()
}

/// Cleans a text to one line: line ends and tabs become spaces, and the text is trimmed.
pub fn line(text: &str) -> String {
    lines(text).replace(['\n', '\t'], " ").trim().to_owned()
}

/// Cleans bytes from outside to one line; invalid UTF-8 is replaced by U+FFFD.
pub fn line_of(bytes: &[u8]) -> String {
    line(&String::from_utf8_lossy(bytes))
}

/// Returns whether a text is displayed as it was typed: no character changes its direction or layout, and it is not
/// made of invisible characters only. A text of blanks counts as empty and passes.
pub fn reads_as_typed(text: &str) -> bool {
    let is_blank = text.trim().is_empty();
    !text.chars().any(|c| turns_direction(c) || governs_layout(c)) && (is_blank || !text.chars().all(is_unseen))
}

/// Joins first and second name; either may be empty.
pub fn full_name(first: &str, second: &str) -> String {
    [first, second].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns the letters and digits of a name in lower case without accents, equal for different spellings of the same
/// name.
///
/// *D’Angelo* and *D'Angelo*, *Niccolò* (composed or not) and *Niccolo'*, *De Rossi* and *De-Rossi* have the same key.
/// Use it only to compare a name with the owner of a known address, because two people may share a key.
pub fn name_key(first: &str, second: &str) -> String {
    let letters = full_name(first, second).nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>();
    // Upper case first, because the upper case of «ß» is «SS».
    letters.to_uppercase().to_lowercase().chars().filter(|c| c.is_alphanumeric() && !is_modifier(*c)).collect()
}

/// Returns whether a character is one of Unicode's modifier letters, such as the apostrophe of some keyboards (U+02BC).
const fn is_modifier(c: char) -> bool {
    matches!(c, '\u{2B0}'..='\u{2FF}')
}

/// Converts a text to ASCII for readers that support nothing else: letters lose their accents, every other character
/// becomes `_`.
pub fn in_ascii(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || " ._-(),'".contains(c) { c } else { '_' };
    text.nfkd().filter(|c| !is_combining_mark(*c)).map(plain).collect()
}

/// Cleans a file name: composes its letters, removes invisible characters and puts it on one line.
pub fn on_one_line(text: &str) -> String {
    let blank = |c: char| if c.is_whitespace() { ' ' } else { c };
    text.nfc().map(blank).filter(|c| *c == ' ' || !is_unseen(*c)).collect::<String>().trim().to_owned()
}

/// Returns the link that opens a mail to an address (RFC 6068). Characters that could end the address or begin a header
/// are percent-encoded.
pub fn mailto(address: &str) -> String {
    let address = percent_encoded(address.trim(), |byte| byte.is_ascii_alphanumeric() || b"-._~@+!$'*".contains(&byte));
    format!("mailto:{address}")
}

/// Writes every byte of a text that is not kept as `%` and two hexadecimal digits (RFC 3986 §2.1).
pub fn percent_encoded(text: &str, keep: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if keep(byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_link_to_an_address_brings_no_header_and_no_other_address_along() {
        for (address, link) in [
            ("ada.riva@ente.example", "mailto:ada.riva@ente.example"),
            (" o'neil+oml@ente.example ", "mailto:o'neil+oml@ente.example"),
            ("a?bcc=b@c.example&body=x", "mailto:a%3Fbcc%3Db@c.example%26body%3Dx"),
            ("a,b@c.example", "mailto:a%2Cb@c.example"),
            ("100%@c.example", "mailto:100%25@c.example"),
            ("a#b/c@d.example", "mailto:a%23b%2Fc@d.example"),
            ("niccolò@c.example", "mailto:niccol%C3%B2@c.example"),
        ] {
            assert_eq!(mailto(address), link);
        }
    }

    #[test]
    fn hidden_characters_are_removed_and_visible_ones_stay() {
        for hidden in
            ['\0', '\u{7f}', '\u{9b}', '\u{ad}', '\u{61c}', '\u{200b}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{e0041}']
        {
            assert_eq!(lines(&format!("a{hidden}b")), "ab", "U+{:04X}", u32::from(hidden));
        }
        for shown in ["è", "D’Angelo", "👩\u{200d}💻", "❤\u{fe0f}", "ע\u{5b4}", "\u{a0}", "a\tb"] {
            assert_eq!(lines(shown), shown);
        }
    }

    #[test]
    fn every_kind_of_line_end_becomes_one() {
        assert_eq!(lines("a\r\nb\rc\u{2028}d\u{85}e\n"), "a\nb\nc\nd\ne\n");
        assert_eq!(line(" a\r\n\tb\u{202e} "), "a  b");
    }

    #[test]
    fn bytes_in_latin_1_are_a_line_all_the_same() {
        assert_eq!(line_of(b"550 casella perch\xe9 inesistente\0\r\n"), "550 casella perch\u{fffd} inesistente");
    }

    #[test]
    fn a_text_reads_as_typed_unless_it_turns_or_nothing_is_seen() {
        for text in ["", "  ", "Ada", "è", "שרה", "سارة", "a\u{200d}b", "👩\u{200d}🔬", "a\u{ad}b"] {
            assert!(reads_as_typed(text), "{text:?}");
        }
        for text in [
            "a\u{2028}b",
            "a\u{206a}b",
            "\u{202e}gnp.exe",
            "a\u{200e}",
            "\u{61c}1",
            "\u{200b}",
            " \u{feff} ",
            "\u{3164}",
            "\u{2800}\u{e0041}",
        ] {
            assert!(!reads_as_typed(text), "{text:?}");
        }
    }

    #[test]
    fn two_spellings_of_one_name_have_one_key() {
        for (one, other) in [
            (("Sara", "D\u{2019}Angelo"), ("sara", "D'ANGELO")),
            (("Sara", "D\u{2bc}Angelo"), ("Sara", "D\u{b4}Angelo")),
            (("Niccol\u{f2}", "Po"), ("Niccolo\u{300}", "Po'")),
            (("Niccolo'", "Po"), ("NICCOL\u{d2}", "P\u{f2}")),
            (("Anna  Maria", "De-Rossi"), ("Anna\u{a0}maria", "De Rossi")),
            (("J\u{f6}rg", "Strau\u{df}"), ("JORG", "STRAUSS")),
            (("", "Madhavan"), ("Madhavan", "")),
            (("\u{ff21}da", "Riva"), ("Ada", "Riva")),
        ] {
            assert_eq!(name_key(one.0, one.1), name_key(other.0, other.1), "{one:?} {other:?}");
        }
        for (one, other) in [(("Ada", "Riva"), ("Eva", "Riva")), (("Anna", "Rossi"), ("Anna Maria", "Rossi"))] {
            assert_ne!(name_key(one.0, one.1), name_key(other.0, other.1), "{one:?} {other:?}");
        }
    }

    proptest! {
        /// The key stays the same however a name is normalised, cased or spaced.
        #[test]
        fn the_name_key_ignores_spelling_variants(given in "[A-Za-zàèéìòù' -]{1,12}", family in "[A-Za-zàèéìòù’ -]{1,12}") {
            let key = name_key(&given, &family);
            let apart = |text: &str| text.nfd().collect::<String>().to_uppercase().replace(' ', "  ");
            prop_assert_eq!(&name_key(&apart(&given), &apart(&family)), &key);
            let unaccented = |text: &str| text.nfd().filter(|c| !is_combining_mark(*c)).collect::<String>() + "'";
            prop_assert_eq!(&name_key(&unaccented(&given), &unaccented(&family)), &key);
        }

        /// A cleaned name contains no character that changes the direction of text.
        #[test]
        fn a_plain_name_reads_as_typed(name in "\\PC{0,30}") {
            prop_assert!(reads_as_typed(&on_one_line(&name)));
            prop_assert!(in_ascii(&name).is_ascii());
        }
    }
}
