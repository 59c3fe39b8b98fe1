//! Cleaning of texts that somebody else wrote: pure.
//!
//! Controls, orders about the direction of writing and characters without a shape can make a text read as something else than it is
//! (Unicode UAX #9 and TR #36; CVE-2021-42574), or spoil what it is written into. Whatever is written for people or for programs of
//! theirs (headers and bodies of mails, calendar objects, notes of a relay's words) leaves them out.

/// Whether a character has no shape of its own: a control, an order about the direction of writing, an invisible mark. Joiners
/// (U+200C, U+200D) and variation selectors are not among them, because scripts and emoji need them.
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

/// A text of several lines, separated by `\n` whatever separated them before, tabs kept, without hidden characters.
pub fn lines(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    unified.chars().filter(|c| matches!(c, '\n' | '\t') || !is_hidden(*c)).collect()
}

/// A text on one line: ends of lines and tabs become spaces, spaces at the ends go.
pub fn line(text: &str) -> String {
    lines(text).replace(['\n', '\t'], " ").trim().to_owned()
}

/// A line that came from outside as bytes. What is not UTF-8 is replaced (U+FFFD).
pub fn line_of(bytes: &[u8]) -> String {
    line(&String::from_utf8_lossy(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_shape_is_left_out_and_what_has_one_stays() {
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
    fn every_end_of_a_line_is_one() {
        assert_eq!(lines("a\r\nb\rc\u{2028}d\u{85}e\n"), "a\nb\nc\nd\ne\n");
        assert_eq!(line(" a\r\n\tb\u{202e} "), "a  b");
    }

    #[test]
    fn bytes_in_latin_1_are_a_line_all_the_same() {
        assert_eq!(line_of(b"550 casella perch\xe9 inesistente\0\r\n"), "550 casella perch\u{fffd} inesistente");
    }
}
