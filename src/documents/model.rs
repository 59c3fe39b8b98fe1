//! Rules for documents: accepted types, names, kinds of owner.

use crate::error::{Code, Refusal as DomainRefusal, Refused};
use crate::letters;
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Longest name of a document, in characters. A longer name loses the end of its stem.
const NAME_CHARACTERS: usize = 200;

/// Accepted types, with their extensions. Most administrations send signed envelopes (`.p7m`).
const TYPES: &[(&str, &[&str])] = &[
    (PDF, &["pdf"]),
    (ENVELOPE, &["p7m"]),
    ("image/png", &["png"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/tiff", &["tif", "tiff"]),
];
/// Extensions offered by the browser's dialogue. [`document_type`] checks the actual type.
pub const ACCEPTED_FILES: &str = ".pdf,.p7m,.png,.jpg,.jpeg,.tif,.tiff";
/// Extensions of tables and of calendars, offered by the browser's dialogue.
pub const TABLE_FILES: &str = ".csv,.xlsx";
pub const CALENDAR_FILES: &str = ".ics";
/// Files that a use case reads and that prove nothing: tables and calendars.
const DRAFTS: &[(&str, &str)] = &[(TABLE, "csv"), (WORKBOOK, "xlsx"), (CALENDAR, "ics")];
/// Media types of [`DRAFTS`].
pub const TABLE: &str = "text/csv";
pub const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub const CALENDAR: &str = "text/calendar";
const PDF: &str = "application/pdf";
const ENVELOPE: &str = "application/pkcs7-mime";

/// Bytes allowed before a PDF's header, as PDF readers allow them (ISO 32000-1, Annex H, note 13).
const BEFORE_PDF_HEADER: usize = 1024;

/// Base64 as signature programs write it, padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Refusals of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the file is empty")]
    Empty,
    #[error("the file is not of a type that is accepted")]
    TypeRefused,
    #[error("the content of the file is not of the type that its name says")]
    TypeMismatch,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        let code = match self {
            Self::Empty => Code::DocumentEmpty,
            Self::TypeRefused => Code::DocumentTypeRefused,
            Self::TypeMismatch => Code::DocumentTypeMismatch,
        };
        Refused::at("document", code)
    }
}

/// Returns the media type of a file, detected from its content; refused if its name indicates another type.
pub fn document_type(name: &str, bytes: &[u8]) -> Result<&'static str, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    let declared = type_of(extension).ok_or(Refusal::TypeRefused)?;
    if sniffed_type(bytes) == Some(declared) { Ok(declared) } else { Err(Refusal::TypeMismatch) }
}

/// Returns the media type of a file that a use case reads; refused if its name indicates another type than its content.
pub fn draft_type(name: &str, bytes: &[u8]) -> Result<&'static str, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default();
    let declared = DRAFTS.iter().find(|(_, known)| *known == extension).map(|(media_type, _)| *media_type);
    let declared = declared.ok_or(Refusal::TypeRefused)?;
    if sniffed_draft(bytes) == Some(declared) { Ok(declared) } else { Err(Refusal::TypeMismatch) }
}

/// Tells whether a media type is that of a file which a use case reads and which proves nothing.
pub fn is_draft(media_type: &str) -> bool {
    DRAFTS.iter().any(|(known, _)| *known == media_type)
}

/// Detects a workbook, a calendar or another text.
fn sniffed_draft(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Some(WORKBOOK);
    }
    let is_text = !bytes.contains(&0) && sniffed_type(bytes).is_none() && infer::get(bytes).is_none();
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let begins = |word: &[u8]| text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    is_text.then(|| if begins(b"BEGIN:VCALENDAR") { CALENDAR } else { TABLE })
}

/// Returns the name to store: the last part of its path, on one line. Only the stem of a long name is shortened,
/// because the extensions show the type: `….pdf.p7m`.
pub fn document_name(name: &str) -> String {
    let last = letters::on_one_line(name.rsplit(['/', '\\']).next().unwrap_or_default()).replace('"', "");
    let (stem, extensions) = last.split_at(extensions_from(&last));
    let left = NAME_CHARACTERS.saturating_sub(extensions.chars().count());
    stem.chars().take(left).chain(extensions.chars()).collect()
}

/// Finds the byte where the extensions of a name begin, with the dot of the first one.
fn extensions_from(name: &str) -> usize {
    match name.rfind('.') {
        Some(dot) if type_of(&name[dot + 1..]).is_some() => extensions_from(&name[..dot]),
        _ => name.len(),
    }
}

fn type_of(extension: &str) -> Option<&'static str> {
    let extension = extension.to_lowercase();
    TYPES.iter().find(|(_, extensions)| extensions.contains(&extension.as_str())).map(|(media_type, _)| *media_type)
}

/// Detects the type of the bytes. Only the beginning counts.
fn sniffed_type(bytes: &[u8]) -> Option<&'static str> {
    if is_signed_envelope(bytes) || decoded(bytes).is_some_and(|envelope| is_signed_envelope(&envelope)) {
        return Some(ENVELOPE);
    }
    match infer::get(bytes) {
        Some(found) => TYPES.iter().map(|(media_type, _)| *media_type).find(|known| *known == found.mime_type()),
        None => has_pdf_header(bytes).then_some(PDF),
    }
}

/// Tells whether the bytes are a CMS envelope in DER or BER (RFC 5652 §3): a sequence whose first member is the object
/// id of signed data.
fn is_signed_envelope(bytes: &[u8]) -> bool {
    const SIGNED_DATA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    let head = &bytes[..bytes.len().min(24)];
    head.first() == Some(&0x30) && head.windows(SIGNED_DATA.len()).any(|window| window == SIGNED_DATA)
}

/// Decodes base64, bare or between the lines of PEM (RFC 7468 §8–9); `None` if there is other text.
fn decoded(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim();
    let between = |label: &str| {
        text.strip_prefix(&format!("-----BEGIN {label}-----"))?.strip_suffix(&format!("-----END {label}-----"))
    };
    let body = between("PKCS7").or_else(|| between("CMS")).unwrap_or(text);
    let packed: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64.decode(packed).ok()
}

fn has_pdf_header(bytes: &[u8]) -> bool {
    const HEADER: &[u8] = b"%PDF-";
    let head = &bytes[..bytes.len().min(BEFORE_PDF_HEADER + HEADER.len())];
    head.windows(HEADER.len()).any(|window| window == HEADER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: [u8; 15] = [0x30, 0x82, 0x01, 0x00, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

    #[test]
    fn the_bytes_of_a_file_must_match_its_name() {
        let pdf = b"%PDF-1.7\n1 0 obj".as_slice();
        assert_eq!(document_type("atto.pdf", pdf), Ok(PDF));
        assert_eq!(document_type("ATTO.PDF", pdf), Ok(PDF));
        assert_eq!(document_type("atto.png", pdf), Err(Refusal::TypeMismatch));
        assert_eq!(document_type("atto.pdf", b"MZ\x90\0 not a pdf"), Err(Refusal::TypeMismatch));
        assert_eq!(document_type("atto.exe", pdf), Err(Refusal::TypeRefused));
        assert_eq!(document_type("atto", pdf), Err(Refusal::TypeRefused));
        assert_eq!(document_type("atto.pdf", b""), Err(Refusal::Empty));
        assert_eq!(document_type("atto.pdf.p7m", &HEAD), Ok(ENVELOPE));
    }

    #[test]
    fn a_table_is_text_and_a_workbook_is_packed() {
        assert_eq!(draft_type("date.csv", b"etichetta;giorno"), Ok(TABLE));
        assert_eq!(draft_type("date.XLSX", b"PK\x03\x04 and more"), Ok(WORKBOOK));
        assert_eq!(draft_type("date.ics", b"\xef\xbb\xbfBEGIN:VCALENDAR\r\n"), Ok(CALENDAR));
        for (name, bytes) in [
            ("date.csv", b"PK\x03\x04".as_slice()),
            ("date.csv", b"%PDF-1.7"),
            ("date.csv", b"a\0b"),
            ("date.xlsx", b"etichetta;giorno"),
            ("date.ics", b"<html>"),
        ] {
            assert_eq!(draft_type(name, bytes), Err(Refusal::TypeMismatch), "{name}");
        }
        assert_eq!(draft_type("date.xls", b"PK\x03\x04"), Err(Refusal::TypeRefused));
        assert_eq!(draft_type("date.csv", b""), Err(Refusal::Empty));
    }

    #[test]
    fn a_header_may_come_late_but_not_after_something_else() {
        for before in [0, 1, 1024] {
            assert_eq!(document_type("atto.pdf", &[vec![b' '; before], b"%PDF-2.0".to_vec()].concat()), Ok(PDF));
        }
        for before in [vec![b' '; 1025], b"MZ\x90\0".to_vec(), b"<html>".to_vec(), b"PK\x03\x04".to_vec()] {
            let bytes = [before, b"%PDF-2.0".to_vec()].concat();
            assert_eq!(document_type("atto.pdf", &bytes), Err(Refusal::TypeMismatch));
        }
    }

    #[test]
    fn of_a_long_name_the_stem_is_cut() {
        assert_eq!(document_name("\\atti\\decreto \"12\".pdf"), "decreto 12.pdf");
        assert_eq!(document_name("atto\u{202e}fdp.exe\r\n.pdf"), "attofdp.exe  .pdf");
        assert_eq!(document_name("Citta\u{300}.pdf"), "Citt\u{e0}.pdf");
        let long = document_name(&format!("{}.PDF.p7m", "è".repeat(300)));
        assert!(long.chars().count() == NAME_CHARACTERS && long.ends_with("è.PDF.p7m"), "{long}");
    }

    proptest! {
        /// A shortened name keeps its type and fits its column.
        #[test]
        fn a_name_keeps_its_type(stem in "\\PC{0,400}", extension in "(pdf|PDF|p7m|pdf\\.p7m|jpeg)") {
            let name = document_name(&format!("{stem}.{extension}"));
            prop_assert!(name.ends_with(&format!(".{extension}")), "{}", name);
            prop_assert!(name.chars().count() <= NAME_CHARACTERS);
        }

        /// An envelope in base64 is recognised, however its lines are broken.
        #[test]
        fn an_envelope_is_recognised_in_base64(rest in prop::collection::vec(any::<u8>(), 0..200), width in 1usize..80) {
            let text = BASE64.encode([&HEAD[..], &rest].concat());
            let lines = text.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>().join("\n");
            prop_assert_eq!(document_type("atto.p7m", lines.as_bytes()), Ok(ENVELOPE));
            let pem = format!("-----BEGIN CMS-----\n{lines}\n-----END CMS-----\n");
            prop_assert_eq!(document_type("atto.p7m", pem.as_bytes()), Ok(ENVELOPE));
        }
    }
}
