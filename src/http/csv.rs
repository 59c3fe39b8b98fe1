//! Tables as files (CSV, RFC 4180), for programs and for people's spreadsheet programs (`sheet.rs`).
//!
//! A spreadsheet computes a cell that begins like a formula, so such a cell gets an apostrophe in front, which a spreadsheet
//! does not show.

/// Beginnings of a cell that a spreadsheet takes for a formula.
const FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Form of a table.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    delimiter: u8,
    begins: &'static [u8],
}

/// For programs, as RFC 4180 has it.
pub const FOR_PROGRAMS: Form = Form { delimiter: b',', begins: b"" };

/// For people's spreadsheet programs: semicolons, and the byte order mark by which they know UTF-8.
pub const FOR_SPREADSHEETS: Form = Form { delimiter: b';', begins: b"\xef\xbb\xbf" };

/// Writes a table of texts for programs: the names of its columns, then its rows, each with as many cells.
pub fn table<R: IntoIterator<Item = String>>(
    columns: &[&str],
    rows: impl IntoIterator<Item = R>,
) -> Result<Vec<u8>, String> {
    write(FOR_PROGRAMS, columns, rows.into_iter().map(|row| row.into_iter().map(harmless)))
}

/// Writes a table whose texts are [`harmless`].
pub fn write<R: IntoIterator<Item = String>>(
    form: Form,
    columns: &[&str],
    rows: impl IntoIterator<Item = R>,
) -> Result<Vec<u8>, String> {
    let broken = |error: ::csv::Error| error.to_string();
    let mut builder = ::csv::WriterBuilder::new();
    let builder = builder.delimiter(form.delimiter).terminator(::csv::Terminator::CRLF);
    let mut table = builder.from_writer(form.begins.to_vec());
    table.write_record(columns).map_err(broken)?;
    for row in rows {
        table.write_record(row).map_err(broken)?;
    }
    table.into_inner().map_err(|error| error.to_string())
}

/// Returns a text that no spreadsheet computes (OWASP, *CSV Injection*).
pub fn harmless(text: String) -> String {
    if text.starts_with(FORMULAS) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cells: &[&str]) -> String {
        let rows = cells.iter().map(|cell| vec![(*cell).to_owned(), "x".to_owned()]);
        String::from_utf8(table(&["name", "other"], rows).expect("a table")).expect("a text")
    }

    #[test]
    fn no_cell_begins_like_a_formula() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("+39 02", "'+39 02"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\r=1", "\"'\r=1\""),
            ("1-1", "1-1"),
            ("'=1", "'=1"),
        ] {
            assert_eq!(written(&[cell]), format!("name,other\r\n{expected},x\r\n"), "{cell:?}");
        }
    }

    #[test]
    fn commas_quotes_and_lines_stay_in_their_cell() {
        assert_eq!(
            written(&["a,b", "say \"no\"", "a\nb"]),
            "name,other\r\n\"a,b\",x\r\n\"say \"\"no\"\"\",x\r\n\"a\nb\",x\r\n"
        );
    }

    #[test]
    fn a_row_of_another_length_is_refused() {
        assert!(table(&["one"], [vec!["a".to_owned(), "b".to_owned()]]).is_err());
    }
}
