//! The import of dates from a calendar file or a table: compared and shown first, then taken over whole or not at all.

use super::{admit, change_of, record};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::documents::service as documents;
use crate::documents::view::{CALENDAR, Document};
use crate::error::{Code, Error, Result};
use crate::ical::EntryStatus;
use crate::ical::reading;
use crate::letters;
use crate::open::Seen;
use crate::sheet::{self, Checked, Column, Row, WrongCell};
use crate::sources::model::{
    Comparison, Difference, LABEL_CHARACTERS, MARK_CHARACTERS, MOST_ROWS, NOTE_CHARACTERS, Occurrence, Read, Refusal,
    Source, compare,
};
use crate::sources::policy::{self, Action};
use crate::sources::store;
use crate::sources::verb::Verb;
use crate::texts::Label as _;
use crate::typed::{self, Reading, kept};
use bytes::Bytes;
use entity::ids::DocumentId;
use entity::kinds::OccurrenceState;
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::collections::HashSet;

/// Columns of a table with dates.
pub const COLUMNS: &[Column] = &[
    Column { field: "label", headings: &["etichetta", "periodo", "label"], is_required: true },
    Column { field: "day", headings: &["giorno", "data", "day", "date"], is_required: true },
    Column { field: "state", headings: &["stato", "state"], is_required: false },
    Column { field: "note", headings: &["nota", "note"], is_required: false },
];

/// A file that was read, and the part of it that is meant.
pub struct Draft {
    document: Document,
    content: Bytes,
    containing: String,
}

/// The file to compare, and the part of it that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// A file kept before with [`keep_file`].
    pub document: DocumentId,
    /// Words of which each entry that is meant has all in its label, because publishers put many series into one calendar.
    pub containing: String,
}

/// Result of comparing a file with the dates that are known. Nothing is written.
pub struct Preview {
    pub source: Source,
    pub document: Document,
    pub comparison: Comparison,
    /// Wrong cells; with one of them nothing can be taken over.
    pub wrong: Vec<WrongCell>,
}

/// Keeps a file with dates for a day, in a transaction of its own, so that it can be compared and then taken over.
///
/// Who may: the secretariat. Mails: none. Errors: those of [`documents::keep_draft`].
pub async fn keep_file(ctx: &Ctx, name: &str, content: Bytes) -> Result<Document> {
    ctx.demand(policy::may(&ctx.actor, Action::Import))?;
    documents::keep_draft(ctx, Verb::KeepFile, name, content).await
}

/// Reads the file, before the turn to write is taken. Who may: its uploader. Errors: `not_found`.
pub async fn read_file(ctx: &Ctx, chosen: Chosen) -> Result<Draft> {
    ctx.demand(policy::may(&ctx.actor, Action::Import))?;
    let (document, content) = documents::read_draft(ctx, chosen.document).await?;
    Ok(Draft { document, content, containing: chosen.containing })
}

/// Compares a file with the dates of a source.
///
/// Who may: the secretariat. Errors: `not_found`; `table_unreadable`, `unpacks_too_large`, `too_many_rows`, `column_unknown`,
/// `column_missing`, `column_twice`.
pub async fn preview(ctx: &Ctx, code: &str, draft: &Draft) -> Result<Preview> {
    compared(ctx, ctx.reader(), code, draft).await
}

/// Takes over the dates of a file: the new ones and the changed ones, all of them or none.
///
/// What happens: no release changes; the agenda proposes the days that rules give with the new dates. Who may: as
/// [`preview`]. Mails: none. Errors: those of [`preview`]; `cells_wrong`; `nothing_changes` for a file without anything new.
pub async fn import(ctx: &Ctx, txn: &Txn, code: &str, draft: &Draft) -> Result<Preview> {
    let preview = compared(ctx, txn, code, draft).await?;
    if !preview.wrong.is_empty() {
        return Err(sheet::Refusal::Wrong { count: preview.wrong.len() }.into());
    }
    if preview.comparison.differences.is_empty() {
        return Err(Refusal::NothingNew.into());
    }
    let (mut new, mut changes) = (Vec::new(), Vec::new());
    for difference in &preview.comparison.differences {
        match difference {
            Difference::New { mark, entry } => {
                let (id, source_id) = (ctx.new_id(), preview.source.id);
                let one = Occurrence { id, source_id, mark: mark.clone(), entry: entry.clone(), version: 1 };
                changes.push(change_of(ctx, None, &one));
                new.push(one);
            }
            Difference::Changed { before, entry } => {
                let after = Occurrence { entry: entry.clone(), ..before.clone() };
                store::save_occurrence(txn, &after, ctx.now()).await?;
                changes.push(change_of(ctx, Some(before.entry.day), &after));
            }
        }
    }
    store::insert_occurrences(txn, &new, ctx.now()).await?;
    store::insert_changes(txn, &changes).await?;
    let details = json!({
        "sha256": preview.document.sha256, "new": new.len(), "changed": changes.len() - new.len(),
    });
    record(ctx, txn, Verb::Import, &preview.source, details).await?;
    Ok(preview)
}

async fn compared(ctx: &Ctx, db: &impl ConnectionTrait, code: &str, draft: &Draft) -> Result<Preview> {
    let Draft { document, content, containing } = draft;
    let source = admit(ctx, store::source(db, code).await?, Action::Import, Seen::AsItStands)?;
    let known = store::occurrences(db, source.id).await?;
    let Checked { rows, wrong } = if document.media_type == CALENDAR {
        of_calendar(content, containing)?
    } else {
        of_table(content, containing)?
    };
    let comparison = compare(&known, rows.into_iter().map(|(_, read)| read).collect());
    Ok(Preview { source, document: document.clone(), comparison, wrong })
}

/// Reads the dates of a table.
fn of_table(content: &[u8], containing: &str) -> Result<Checked<Read>> {
    let table = sheet::read(content, COLUMNS, MOST_ROWS)?;
    let read = |row: &Row, reading: &mut Reading| {
        let label = reading.text("label", row.text("label"), LABEL_CHARACTERS);
        let day = reading.day("day", &row.day("day"));
        let state = reading.take(state(row.text("state")));
        let note = reading.optional_text("note", row.text("note"), NOTE_CHARACTERS);
        let (label, day) = (label?, day?);
        Some(Read { row: 0, mark: label.clone(), label, day, state: state?, note: note? })
    };
    let mut checked = table.check(read)?;
    checked.rows.retain(|(_, read)| contains(&read.label, containing));
    once_each(checked, |row| table.wrong(row, Refusal::Twice.into()))
}

/// Reads the dates of a calendar file. An entry that is cancelled there is withdrawn here.
fn of_calendar(content: &[u8], containing: &str) -> Result<Checked<Read>> {
    let unreadable = |_| Error::from(sheet::Refusal::Unreadable);
    let text = std::str::from_utf8(content).map_err(|_| Error::from(sheet::Refusal::Unreadable))?;
    let entries = reading::entries(text).map_err(unreadable)?;
    let mut checked = Checked { rows: Vec::new(), wrong: Vec::new() };
    for entry in entries.into_iter().filter(|entry| contains(&entry.summary, containing)) {
        if checked.rows.len() == MOST_ROWS {
            return Err(sheet::Refusal::TooManyRows { most: MOST_ROWS }.into());
        }
        let wrong = |field, column: &str, code| WrongCell {
            row: entry.number,
            column: column.to_owned(),
            field,
            code,
            params: Vec::new(),
        };
        let label = typed::cleaned(&entry.summary, LABEL_CHARACTERS);
        if label.is_empty() {
            checked.wrong.push(wrong("label", "SUMMARY", Code::Required));
        }
        let Some(day) = entry.day else {
            checked.wrong.push(wrong("day", "DTSTART", Code::NotADay));
            continue;
        };
        let state = entry.status.map(|status| match status {
            EntryStatus::Tentative => OccurrenceState::Expected,
            EntryStatus::Confirmed => OccurrenceState::Confirmed,
            EntryStatus::Cancelled => OccurrenceState::Withdrawn,
        });
        let mark = entry.uid.as_deref().map_or_else(|| label.clone(), |uid| typed::cut(uid, MARK_CHARACTERS));
        checked.rows.push((entry.number, Read { row: entry.number, mark, label, day, state, note: None }));
    }
    let twice = |row| {
        let column = "UID".to_owned();
        Ok(vec![WrongCell { row, column, field: "label", code: Code::LabelTaken, params: Vec::new() }])
    };
    once_each(checked, twice)
}

/// Adds an error for each date that the file has a second time.
fn once_each(mut checked: Checked<Read>, twice: impl Fn(usize) -> Result<Vec<WrongCell>>) -> Result<Checked<Read>> {
    let mut met = HashSet::new();
    for (row, read) in &checked.rows {
        if !met.insert(read.mark.clone()) {
            checked.wrong.extend(twice(*row)?);
        }
    }
    Ok(checked)
}

/// Tells whether a label has all these words, without case and accents.
fn contains(label: &str, words: &str) -> bool {
    let label = letters::name_key(label, "");
    words.split_whitespace().all(|word| label.contains(&letters::name_key(word, "")))
}

/// Reads a state by its name in a table, Italian or English; a blank one is none.
fn state(text: &str) -> Result<Option<OccurrenceState>> {
    let Some(text) = kept(text) else { return Ok(None) };
    Ok(Some(match letters::name_key(&text, "").as_str() {
        "attesa" | "atteso" | "prevista" | "expected" => OccurrenceState::Expected,
        "confermata" | "confermato" | "confirmed" => OccurrenceState::Confirmed,
        "uscita" | "uscito" | "out" => OccurrenceState::Out,
        "ritirata" | "ritirato" | "withdrawn" => OccurrenceState::Withdrawn,
        _ => return Err(Error::not_one_of("state", OccurrenceState::ALL.iter().map(|one| one.label_key()).collect())),
    }))
}
