//! Tables that people send, as rows of texts: CSV, and the first sheet of an XLSX workbook. Formulas count by their last
//! value; nothing in a file is executed.
//!
//! A file is read only up to limits: rows, columns, and for a workbook the bytes that it unpacks to, which are counted
//! before it is parsed. Headings are compared without case, accents and blanks. Every wrong cell is reported with its row and column.

mod comma;
mod workbook;

use crate::error::{Code, Error, FieldError, Params, Refusal as DomainRefusal, Refused, Result};
use crate::letters;
use crate::typed::Reading;

/// Most columns of a table; a table with more is refused.
pub const MOST_COLUMNS: usize = 60;

/// Most bytes to which a workbook may unpack: 64 MiB, several hundred thousand cells.
pub const MOST_UNPACKED_BYTES: u64 = 64 << 20;

/// A column that a table may have.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name of the member in refusals and in the use case.
    pub field: &'static str,
    /// Headings that mean it. The first one is used in messages and templates.
    pub headings: &'static [&'static str],
    pub is_required: bool,
}

/// A table whose columns are known.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Found>,
    rows: Vec<Row>,
}

/// A known column at its place.
#[derive(Clone, Debug)]
struct Found {
    field: &'static str,
    heading: String,
}

/// A row with its number in the file; the headings are row 1.
#[derive(Debug)]
pub struct Row {
    number: usize,
    /// Texts of the known columns, by field.
    cells: Vec<(&'static str, String)>,
}

/// A wrong cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongCell {
    /// Number of the row in the file; the headings are row 1.
    pub row: usize,
    /// Heading as the file writes it; empty for an error about the whole row.
    pub column: String,
    /// Name of the member that is wrong.
    pub field: &'static str,
    pub code: Code,
    pub params: Params,
}

/// The rows that could be read, and the wrong cells of the others.
#[derive(Debug)]
pub struct Checked<T> {
    pub rows: Vec<(usize, T)>,
    pub wrong: Vec<WrongCell>,
}

/// Refusals of a whole file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the file is no table that can be read")]
    Unreadable,
    #[error("the workbook unpacks to more than {MOST_UNPACKED_BYTES} bytes")]
    UnpacksTooLarge,
    #[error("more than {most} rows")]
    TooManyRows { most: usize },
    #[error("the column {heading} is not known")]
    ColumnUnknown { heading: String },
    #[error("the column {heading} is there twice")]
    ColumnTwice { heading: String },
    #[error("the column {heading} is missing")]
    ColumnMissing { heading: &'static str },
    #[error("{count} cells are wrong")]
    Wrong { count: usize },
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        let at = |code| Refused::at("document", code);
        match self {
            Self::Unreadable => at(Code::TableUnreadable),
            Self::UnpacksTooLarge => at(Code::UnpacksTooLarge).with("limit", 64),
            Self::TooManyRows { most } => at(Code::TooManyRows).with("limit", *most),
            Self::ColumnUnknown { heading } => at(Code::ColumnUnknown).with("column", heading.as_str()),
            Self::ColumnTwice { heading } => at(Code::ColumnTwice).with("column", heading.as_str()),
            Self::ColumnMissing { heading } => at(Code::ColumnMissing).with("column", *heading),
            Self::Wrong { count } => at(Code::CellsWrong).with("count", *count),
        }
    }
}

/// Reads a table with these columns and at most `most` rows. Errors: a file that is no table, a workbook that unpacks to
/// too much, too many rows, an unknown, repeated or missing column.
pub fn read(bytes: &[u8], columns: &'static [Column], most: usize) -> std::result::Result<Table, Refusal> {
    let lines =
        if workbook::is_one(bytes) { workbook::lines(bytes, most + 1)? } else { comma::lines(bytes, most + 1)? };
    let mut lines = lines.into_iter();
    let (_, headings) = lines.next().ok_or(Refusal::Unreadable)?;
    let found = places(&headings, columns)?;
    let row = |(number, texts): (usize, Vec<String>)| {
        let cells = found.iter().zip(texts).filter_map(|(found, text)| Some((found.as_ref()?.field, text)));
        Row { number, cells: cells.collect() }
    };
    Ok(Table { rows: lines.map(row).collect(), columns: found.into_iter().flatten().collect() })
}

/// Finds the known column of each heading; a blank heading has none.
fn places(headings: &[String], columns: &'static [Column]) -> std::result::Result<Vec<Option<Found>>, Refusal> {
    let mut found: Vec<Option<Found>> = Vec::new();
    for heading in headings.iter().map(|heading| heading.trim()) {
        if heading.is_empty() {
            found.push(None);
            continue;
        }
        let heading = heading.chars().take(60).collect::<String>();
        let key = letters::name_key(&heading, "");
        let means = |known: &str| letters::name_key(known, "") == key;
        let Some(column) = columns.iter().find(|column| column.headings.iter().any(|known| means(known))) else {
            return Err(Refusal::ColumnUnknown { heading });
        };
        if found.iter().flatten().any(|other| other.field == column.field) {
            return Err(Refusal::ColumnTwice { heading });
        }
        found.push(Some(Found { field: column.field, heading }));
    }
    let is_there = |column: &&Column| found.iter().flatten().any(|one| one.field == column.field);
    match columns.iter().filter(|column| column.is_required).find(|column| !is_there(column)) {
        Some(missing) => Err(Refusal::ColumnMissing { heading: missing.headings[0] }),
        None => Ok(found),
    }
}

impl Table {
    /// Reads every row with all its errors. Blank rows are passed over.
    pub fn check<T>(&self, read: impl Fn(&Row, &mut Reading) -> Option<T>) -> Result<Checked<T>> {
        let mut checked = Checked { rows: Vec::new(), wrong: Vec::new() };
        for row in self.rows.iter().filter(|row| !row.is_blank()) {
            match Reading::of(|reading| read(row, reading)) {
                Ok(value) => checked.rows.push((row.number, value)),
                Err(error) => checked.wrong.extend(self.wrong(row.number, error)?),
            }
        }
        Ok(checked)
    }

    /// Places an error in a row; an error that is no matter of the row is returned as it is.
    pub fn wrong(&self, row: usize, error: Error) -> Result<Vec<WrongCell>> {
        let cell =
            |FieldError { field, code, params }| WrongCell { row, column: self.heading(field), field, code, params };
        match error {
            Error::Invalid(wrong) => Ok(wrong.into_iter().map(cell).collect()),
            Error::Refused(Refused { code, field, params }) => {
                Ok(vec![cell(FieldError { field: field.unwrap_or_default(), code, params })])
            }
            other => Err(other),
        }
    }

    /// Returns the heading of a field as the file writes it.
    fn heading(&self, field: &str) -> String {
        self.columns.iter().find(|found| found.field == field).map(|found| found.heading.clone()).unwrap_or_default()
    }
}

impl Row {
    /// Returns the text of a cell; empty for a column that the table does not have.
    pub fn text(&self, field: &str) -> &str {
        self.cells.iter().find(|(known, _)| *known == field).map_or("", |(_, text)| text.trim())
    }

    /// Returns a day as forms send it: `12.3.2027`, `12/03/2027` and `2027-03-12` are the same day.
    pub fn day(&self, field: &str) -> String {
        let text = self.text(field);
        let parts: Vec<&str> = text.split(['.', '/', '-']).collect();
        match parts.as_slice() {
            [day, month, year] if year.len() == 4 && day.len() <= 2 && month.len() <= 2 => {
                format!("{year}-{month:0>2}-{day:0>2}")
            }
            _ => text.to_owned(),
        }
    }

    fn is_blank(&self) -> bool {
        self.cells.iter().all(|(_, text)| text.trim().is_empty())
    }
}

impl<T> Checked<T> {
    /// Returns the rows if no cell is wrong.
    pub fn all(self) -> std::result::Result<Vec<(usize, T)>, Refusal> {
        if self.wrong.is_empty() { Ok(self.rows) } else { Err(Refusal::Wrong { count: self.wrong.len() }) }
    }
}

#[cfg(test)]
mod tests;
