//! The first sheet of an XLSX workbook, cell by cell.
//!
//! The workbook is unpacked once into nothing, to count its bytes with the same reader that parses it afterwards. Cells are
//! then taken one at a time, because a table of all of them would be as large as the farthest cell says.

use super::{MOST_COLUMNS, MOST_UNPACKED_BYTES, Refusal};
use calamine::{DataRef, Reader as _, Xlsx};
use std::io::{Cursor, Read, copy, sink};

/// Tells whether the bytes begin like those of a workbook.
pub fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Reads the rows with their numbers, at most `most`; one more is refused. Empty rows are left out.
pub fn lines(bytes: &[u8], most: usize) -> Result<Vec<(usize, Vec<String>)>, Refusal> {
    must_unpack_to_little(bytes)?;
    let unreadable = |_| Refusal::Unreadable;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let sheet = workbook.sheet_names().first().cloned().ok_or(Refusal::Unreadable)?;
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(unreadable)?;
    let mut lines: Vec<(usize, Vec<String>)> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let text = text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize + 1, column as usize);
        if column >= MOST_COLUMNS {
            return Err(Refusal::Unreadable);
        }
        if lines.last().is_none_or(|(last, _)| *last != row) {
            if lines.len() == most {
                return Err(Refusal::TooManyRows { most: most - 1 });
            }
            lines.push((row, Vec::new()));
        }
        if let Some((_, texts)) = lines.last_mut() {
            texts.resize(texts.len().max(column + 1), String::new());
            texts[column] = text;
        }
    }
    Ok(lines)
}

/// Refuses a workbook that unpacks to too much, whatever its directory says.
fn must_unpack_to_little(bytes: &[u8]) -> Result<(), Refusal> {
    let unreadable = |_| Refusal::Unreadable;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut left = MOST_UNPACKED_BYTES;
    for number in 0..archive.len() {
        let part = archive.by_index(number).map_err(unreadable)?;
        if part.size() > left {
            return Err(Refusal::UnpacksTooLarge);
        }
        let unpacked = copy(&mut part.take(left + 1), &mut sink()).map_err(|_| Refusal::Unreadable)?;
        left = left.checked_sub(unpacked).ok_or(Refusal::UnpacksTooLarge)?;
    }
    Ok(())
}

/// Returns a cell as a person reads it: a day as `2027-03-12`, an hour as `10:00`.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::DateTime(date) => date.as_datetime().map_or_else(String::new, |at| {
            match (date.as_f64() < 1.0, at.time() == chrono::NaiveTime::MIN) {
                (true, _) => at.format("%H:%M").to_string(),
                (false, true) => at.date().to_string(),
                (false, false) => at.format("%Y-%m-%d %H:%M").to_string(),
            }
        }),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) | DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}
