//! Tables with planted faults.

use super::*;

const COLUMNS: &[Column] = &[
    Column { field: "label", headings: &["periodo", "label"], is_required: true },
    Column { field: "day", headings: &["giorno"], is_required: true },
    Column { field: "note", headings: &["nota"], is_required: false },
];

type Rows = Checked<(String, String)>;

fn checked(text: &[u8]) -> std::result::Result<Rows, Refusal> {
    let table = read(text, COLUMNS, 3)?;
    let read = |row: &Row, reading: &mut Reading| {
        let label = reading.text("label", row.text("label"), 20);
        let day = reading.day("day", &row.day("day"));
        Some((label?, day?.to_string()))
    };
    Ok(table.check(read).expect("errors of rows only"))
}

#[test]
fn a_table_is_read_with_any_separator_and_any_usual_writing_of_a_day() {
    for text in [
        "Periodo;Giorno\nIV;12.3.2027\n".as_bytes(),
        "\u{feff}PERIODO,giorno\r\nIV,2027-03-12\r\n".as_bytes(),
        "nota\tlabel\tgiorno\n\tIV\t12/03/2027\n\t\t\n".as_bytes(),
    ] {
        assert_eq!(checked(text).expect("a table").rows, [(2, ("IV".to_owned(), "2027-03-12".to_owned()))]);
    }
    let old = b"Periodo;Giorno\nprim\xe0vera;12.3.2027\n";
    assert_eq!(checked(old).expect("Windows-1252").rows[0].1.0, "primàvera");
}

#[test]
fn every_wrong_cell_is_told_with_its_row_and_its_column() {
    let found = checked("Periodo;Giorno\n;12.3.2027\nIV;31.2.2027\n\nI;1.6.2027\n".as_bytes()).expect("a table");
    let wrong: Vec<(usize, &str, Code)> =
        found.wrong.iter().map(|cell| (cell.row, cell.column.as_str(), cell.code)).collect();
    assert_eq!(wrong, [(2, "Periodo", Code::Required), (3, "Giorno", Code::NotADay)]);
    assert_eq!(found.rows.len(), 1);
    assert_eq!(found.all().unwrap_err(), Refusal::Wrong { count: 2 });
}

#[test]
fn a_file_that_is_no_such_table_is_refused_with_the_reason() {
    let refused = |text: &[u8]| checked(text).map(|_| ()).unwrap_err();
    assert_eq!(refused(b""), Refusal::Unreadable);
    assert_eq!(refused(b"a\0b"), Refusal::Unreadable);
    assert_eq!(refused(b"PK\x03\x04 no workbook"), Refusal::Unreadable);
    assert_eq!(refused(b"Periodo;Giorno;Colore\n"), Refusal::ColumnUnknown { heading: "Colore".to_owned() });
    assert_eq!(refused(b"Periodo;Giorno;label\n"), Refusal::ColumnTwice { heading: "label".to_owned() });
    assert_eq!(refused(b"Periodo;Nota\n"), Refusal::ColumnMissing { heading: "giorno" });
    assert_eq!(
        refused(&b"Periodo;Giorno\n".iter().copied().chain(b"IV;1.6.2027\n".repeat(4)).collect::<Vec<u8>>()),
        Refusal::TooManyRows { most: 3 }
    );
}

#[test]
fn a_table_of_a_hundred_thousand_rows_is_refused_before_it_is_read() {
    let text = [b"Periodo;Giorno\n".to_vec(), b"IV;1.6.2027\n".repeat(100_000)].concat();
    assert_eq!(checked(&text).map(|_| ()).unwrap_err(), Refusal::TooManyRows { most: 3 });
}

#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused_whatever_its_directory_says() {
    use std::io::Write as _;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let part = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("xl/worksheets/sheet1.xml", part).expect("a part");
    let blank = vec![b' '; 1 << 20];
    for _ in 0..65 {
        archive.write_all(&blank).expect("written");
    }
    let mut bytes = archive.finish().expect("an archive").into_inner();
    assert!(bytes.len() < 1 << 20, "small when packed");
    assert_eq!(checked(&bytes).map(|_| ()).unwrap_err(), Refusal::UnpacksTooLarge);
    // The same with a directory that says it is small.
    let size = u32::to_le_bytes(65 << 20);
    let places: Vec<usize> = bytes.windows(4).enumerate().filter(|(_, four)| *four == size).map(|(at, _)| at).collect();
    for at in places {
        bytes[at..at + 4].copy_from_slice(&u32::to_le_bytes(10));
    }
    assert!(matches!(checked(&bytes).map(|_| ()).unwrap_err(), Refusal::UnpacksTooLarge | Refusal::Unreadable));
}
