//! Tables as answers: CSV and XLSX written for people's spreadsheet programs, and the wrong cells of a table that was sent.

use crate::documents::view::WORKBOOK;
use crate::error::{Code, Error, Refused, Result};
use crate::http::csv::{FOR_SPREADSHEETS, harmless, write};
use crate::http::{download, wording};
use crate::sheet::{Column, WrongCell};
use crate::texts::Lang;
use actix_web::HttpResponse;
use chrono::{NaiveDate, NaiveTime};
use rust_xlsxwriter::{Format as XlsxFormat, Workbook};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use utoipa::{IntoParams, ToSchema};

/// A wrong cell of a file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WrongCellOut {
    /// Number of the row in the file; the headings are row 1. In a calendar the number of the entry.
    #[schema(value_type = u32)]
    pub row: usize,
    /// Heading as the file writes it; empty for an error about the whole row.
    #[schema(max_length = 60)]
    pub column: String,
    #[schema(max_length = 60)]
    pub code: String,
    /// Text for people.
    #[schema(max_length = 500)]
    pub detail: String,
}

impl WrongCellOut {
    /// Describes a wrong cell in the language of the caller.
    pub fn of(wrong: &WrongCell, lang: Lang) -> Self {
        Self {
            row: wrong.row,
            column: wrong.column.clone(),
            code: wrong.code.as_str().to_owned(),
            detail: wording::field_text(lang, wrong.field, wrong.code, &wrong.params),
        }
    }
}

/// A wrong cell in the words of a page.
pub struct WrongLine {
    pub place: String,
    pub text: String,
}

impl WrongLine {
    /// Describes a wrong cell in the language of the reader.
    pub fn of(wrong: &WrongCell, lang: Lang) -> Self {
        let row = wrong.row.to_string();
        let place = if wrong.column.is_empty() {
            lang.f("common.wrong_row", &[("row", &row)])
        } else {
            lang.f("common.wrong_cell", &[("row", &row), ("column", &wrong.column)])
        };
        Self { place, text: wording::field_text(lang, wrong.field, wrong.code, &wrong.params) }
    }
}

/// Most rows of an export; a longer one is refused, and its reader asks for less.
pub const MOST_EXPORTED: u64 = 10_000;

/// A value of an exported table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Text(String),
    Day(NaiveDate),
    /// Wall time in Europe/Rome.
    Hour(NaiveTime),
    Number(i32),
    Blank,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<NaiveDate> for Cell {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Blank, Into::into)
    }
}

/// Form of an exported table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    #[default]
    Csv,
    Xlsx,
}

impl FromStr for Format {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        match text {
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            _ => Err(()),
        }
    }
}

/// The form of an exported table, as a query.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatQuery {
    /// `csv`, or `xlsx` for real days and hours; absent: `csv`.
    #[param(inline)]
    pub format: Option<Format>,
}

/// A table to be exported: headings in the reader's language, and rows.
pub struct Export {
    /// Name of the file without extension.
    pub name: String,
    pub headings: Vec<&'static str>,
    pub rows: Vec<Vec<Cell>>,
}

impl Export {
    /// Refuses more rows than are exported.
    pub fn must_be_short<T>(rows: &[T]) -> Result<()> {
        let most = usize::try_from(MOST_EXPORTED).unwrap_or(usize::MAX);
        if rows.len() > most {
            Err(Error::Refused(Refused::of(Code::ExportTooLong).with("limit", most)))
        } else {
            Ok(())
        }
    }

    /// Answers with the table as a file to be saved.
    pub fn answer(&self, format: Format) -> Result<HttpResponse> {
        let name = |extension| format!("{}.{extension}", self.name);
        Ok(match format {
            Format::Csv => download::file(&name("csv"), "text/csv; charset=utf-8; header=present", self.csv()?),
            Format::Xlsx => download::file(&name("xlsx"), WORKBOOK, self.workbook()?),
        })
    }

    /// Writes the table for a spreadsheet program.
    fn csv(&self) -> Result<Vec<u8>> {
        let rows = self.rows.iter().map(|row| row.iter().map(plain));
        write(FOR_SPREADSHEETS, &self.headings, rows).map_err(failed)
    }

    /// Writes the table as a workbook with one sheet, in which days and hours are values.
    fn workbook(&self) -> Result<Vec<u8>> {
        let mut workbook = Workbook::new();
        let (bold, day) = (XlsxFormat::new().set_bold(), XlsxFormat::new().set_num_format("dd/mm/yyyy"));
        let hour = XlsxFormat::new().set_num_format("hh:mm");
        let sheet = workbook.add_worksheet();
        for (column, heading) in (0..).zip(&self.headings) {
            sheet.write_string_with_format(0, column, *heading, &bold).map_err(failed)?;
            sheet.set_column_width(column, COLUMN_WIDTH).map_err(failed)?;
        }
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        for (row, cells) in (1..).zip(&self.rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Text(text) => sheet.write_string(row, column, text).map(drop),
                    Cell::Day(value) => sheet.write_date_with_format(row, column, value, &day).map(drop),
                    Cell::Hour(value) => sheet.write_time_with_format(row, column, value, &hour).map(drop),
                    Cell::Number(number) => sheet.write_number(row, column, *number).map(drop),
                    Cell::Blank => Ok(()),
                }
                .map_err(failed)?;
            }
        }
        workbook.save_to_buffer().map_err(failed)
    }
}

/// Width of a column of a workbook, in characters.
const COLUMN_WIDTH: f64 = 24.0;

/// Answers with an example of a table to fill in: the headings, and one row.
pub fn template(columns: &'static [Column], example: &[&str], name: &str) -> Result<HttpResponse> {
    let headings = columns.iter().map(|column| column.headings[0]).collect();
    let rows = vec![example.iter().map(|text| Cell::from(*text)).collect()];
    Export { name: name.to_owned(), headings, rows }.answer(Format::Csv)
}

/// Returns a value as a text. Days, hours and numbers are none that a spreadsheet program could take for a formula.
fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => harmless(text.clone()),
        Cell::Day(day) => day.to_string(),
        Cell::Hour(hour) => hour.format("%H:%M").to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Blank => String::new(),
    }
}

/// Returns the fault of a table that cannot be written.
fn failed(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a table cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(text: &str) -> Export {
        let day = NaiveDate::from_ymd_opt(2027, 3, 12).expect("a day");
        let hour = NaiveTime::from_hms_opt(10, 0, 0).expect("an hour");
        let rows = vec![vec![text.into(), day.into(), Cell::Hour(hour), Cell::Number(-3), Cell::Blank]];
        Export { name: "x".to_owned(), headings: vec!["Titolo", "Giorno", "Ora", "Numero", "Nota"], rows }
    }

    #[test]
    fn no_text_is_taken_for_a_formula() {
        for begins in ["=1+1", "+1", "-1", "@x", "\tx", "\rx"] {
            let text = String::from_utf8(export(begins).csv().expect("a table")).expect("UTF-8");
            let second = text.lines().nth(1).unwrap_or_default();
            assert!(second.trim_start_matches('"').starts_with('\''), "{text:?}");
        }
        let text = String::from_utf8(export("Nota; «breve»").csv().expect("a table")).expect("UTF-8");
        assert_eq!(text.lines().nth(1), Some("\"Nota; «breve»\";2027-03-12;10:00;-3;"));
    }

    #[test]
    fn a_workbook_is_read_as_it_was_written() {
        const COLUMNS: &[Column] = &[
            Column { field: "title", headings: &["titolo"], is_required: true },
            Column { field: "day", headings: &["giorno"], is_required: true },
            Column { field: "hour", headings: &["ora"], is_required: true },
            Column { field: "number", headings: &["numero"], is_required: true },
            Column { field: "note", headings: &["nota"], is_required: true },
        ];
        let bytes = export("=1+1").workbook().expect("a workbook");
        let table = crate::sheet::read(&bytes, COLUMNS, 9).expect("a table");
        let cells = |row: &crate::sheet::Row, _: &mut crate::typed::Reading| {
            Some([row.text("title"), row.text("day"), row.text("hour"), row.text("number")].map(str::to_owned))
        };
        let rows = table.check(cells).expect("checked").rows;
        assert_eq!(rows, [(2, ["=1+1", "2027-03-12", "10:00", "-3"].map(str::to_owned))]);
    }
}
