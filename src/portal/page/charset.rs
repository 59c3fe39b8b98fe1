//! The character set of a page, decided in the order of the HTML standard (13.2.3.1 "Determining the character
//! encoding"): byte order mark, `Content-Type`, `<meta>` within the first 1,024 bytes, then the form of the bytes.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::Cell;

/// Bytes in which a `<meta charset>` is searched, as browsers do; a later one is ignored.
const PRESCAN_BYTES: usize = 1024;

/// Decodes the bytes of a page. Bytes that are invalid in the character set become U+FFFD.
pub fn decoded(body: &[u8], media_type: &str) -> String {
    // `decode` gives a byte order mark precedence over the encoding it is called on.
    declared(body, media_type).unwrap_or_else(|| guessed(body)).decode(body).0.into_owned()
}

fn declared(body: &[u8], media_type: &str) -> Option<&'static Encoding> {
    parameter(media_type).and_then(encoding).or_else(|| in_meta(&body[..body.len().min(PRESCAN_BYTES)]))
}

/// Guesses the character set of an undeclared text: UTF-8 if it is valid, otherwise Windows-1252, in which every byte
/// is valid.
fn guessed(body: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(body).is_ok() { UTF_8 } else { WINDOWS_1252 }
}

fn encoding(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes())
}

/// Returns the value of `charset=` in a `Content-Type`.
fn parameter(content_type: &str) -> Option<&str> {
    let start = content_type.to_ascii_lowercase().find("charset")?;
    let value = content_type[start + "charset".len()..].trim_start().strip_prefix('=')?.trim_start();
    match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].split(quote).next(),
        _ => value.split([';', ' ', ',']).next(),
    }
}

fn in_meta(start: &[u8]) -> Option<&'static Encoding> {
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(start);
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(&text));
    let tokenizer = Tokenizer::new(Meta::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    // A page that declares "utf-16" in ASCII is not UTF-16: the standard prescribes UTF-8.
    match tokenizer.sink.found.get() {
        Some(wide) if wide == UTF_16LE || wide == UTF_16BE => Some(UTF_8),
        Some(own) if own == X_USER_DEFINED => Some(WINDOWS_1252),
        found => found,
    }
}

/// Stores the first character set that a `<meta>` declares.
#[derive(Default)]
struct Meta {
    found: Cell<Option<&'static Encoding>>,
}

impl TokenSink for Meta {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token
            && self.found.get().is_none()
        {
            self.found.set(of_meta(&tag));
        }
        TokenSinkResult::Continue
    }
}

fn of_meta(tag: &Tag) -> Option<&'static Encoding> {
    if tag.kind != TagKind::StartTag || &*tag.name != "meta" {
        return None;
    }
    let attribute = |name: &str| tag.attrs.iter().find(|one| &*one.name.local == name).map(|one| &*one.value);
    if let Some(label) = attribute("charset") {
        return encoding(label);
    }
    let says_type = attribute("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("content-type"));
    attribute("content").filter(|_| says_type).and_then(parameter).and_then(encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_in_the_set_that_a_browser_would_take() {
        let latin = b"qualit\xe0 dell\x92anno".as_slice();
        let with = |start: &str| [start.as_bytes(), latin].concat();
        let table: Vec<(&str, Vec<u8>, &str)> = vec![
            ("text/html", latin.to_vec(), "qualità dell’anno"),
            ("text/html; charset=ISO-8859-1", latin.to_vec(), "qualità dell’anno"),
            ("text/html;charset=\"windows-1252\"", latin.to_vec(), "qualità dell’anno"),
            ("text/html", with("<meta charset=iso-8859-15>"), "qualità dell"),
            ("text/html", with("<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=iso-8859-1'>"), "qualità"),
            ("text/html", with("<!-- <meta charset=utf-8> --><meta charset=latin1>"), "qualità"),
            ("text/html", "qualità".into(), "qualità"),
            ("text/html; charset=utf-8", with("<meta charset=latin1>"), "qualit\u{fffd}"),
            ("text/html; charset=latin1", "\u{feff}qualità".into(), "qualità"),
            ("text/html; charset=unknown", "qualità".into(), "qualità"),
            ("text/html", "<meta charset=utf-16>qualità".into(), "qualità"),
            ("", b"\xff\xfeq\0u\0".to_vec(), "qu"),
        ];
        for (media_type, body, said) in table {
            let read = decoded(&body, media_type);
            assert!(read.contains(said), "{media_type}: {read}");
        }
        let late = format!("{}<meta charset=utf-7>qualit\u{e0}", " ".repeat(PRESCAN_BYTES));
        assert!(decoded(late.as_bytes(), "").ends_with("qualità"));
    }
}
