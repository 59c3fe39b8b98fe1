//! The import of a spreadsheet with dates of the agenda: compared and shown first, then taken over whole or not at all.

use crate::agenda::model::import::{Comparing, Known, MOST_ROWS, Outcome, Refusal, Row, day_or_month, when_of};
use crate::agenda::policy::{self, Action};
use crate::agenda::verb::Verb;
use crate::audit;
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::documents::service as documents;
use crate::documents::view::Document;
use crate::error::{Code, Error, Result};
use crate::letters;
use crate::network::questions::AllObservatories;
use crate::releases::model::Release;
use crate::releases::service::{self as releases, PlanIn, ReleaseFilter};
use crate::sheet::{self, Column, WrongCell};
use crate::texts::Label as _;
use crate::time::Period;
use crate::typed::{Reading, kept};
use bytes::Bytes;
use entity::ids::DocumentId;
use entity::kinds::Precision;
use sea_orm::ConnectionTrait;

/// Columns of a spreadsheet with dates of the agenda.
pub const COLUMNS: &[Column] = &[
    Column { field: "product", headings: &["prodotto", "codice", "product"], is_required: true },
    Column { field: "observatory", headings: &["osservatorio", "observatory"], is_required: false },
    Column { field: "period", headings: &["periodo", "period"], is_required: true },
    Column { field: "day", headings: &["giorno", "data", "day", "date"], is_required: true },
    Column { field: "hour", headings: &["ora", "hour"], is_required: false },
    Column { field: "precision", headings: &["precisione", "precision"], is_required: false },
];

/// A spreadsheet that was read, before the turn to write is taken.
pub struct Draft {
    document: Document,
    content: Bytes,
}

/// Comparison of a spreadsheet with the agenda. Nothing is written.
pub struct Preview {
    pub document: Document,
    /// Rows that plan a release or give one another date.
    pub lines: Vec<(Row, Outcome)>,
    /// Number of rows whose release has the date already.
    pub same: usize,
    /// Wrong cells; with one of them nothing can be taken over.
    pub wrong: Vec<WrongCell>,
}

/// Keeps a spreadsheet for a day, so that it can be compared and then taken over.
///
/// Who may: the secretariat. Mails: none. Errors: those of [`documents::keep_draft`].
pub async fn keep_file(ctx: &Ctx, name: &str, content: Bytes) -> Result<Document> {
    ctx.demand(policy::may(&ctx.actor, Action::Import))?;
    documents::keep_draft(ctx, Verb::KeepFile, name, content).await
}

/// Reads a spreadsheet, before the turn to write is taken. Who may: its uploader. Errors: `not_found`.
pub async fn read_file(ctx: &Ctx, id: DocumentId) -> Result<Draft> {
    ctx.demand(policy::may(&ctx.actor, Action::Import))?;
    let (document, content) = documents::read_draft(ctx, id).await?;
    Ok(Draft { document, content })
}

/// Compares a spreadsheet with the agenda.
///
/// Who may: the secretariat. Errors: `table_unreadable`, `unpacks_too_large`, `too_many_rows`, `column_unknown`,
/// `column_missing`, `column_twice`.
pub async fn preview_import(ctx: &Ctx, draft: &Draft) -> Result<Preview> {
    compared(ctx, ctx.reader(), draft).await
}

/// Takes over a spreadsheet: plans the new releases and gives the provisional ones the new dates, all of them or none.
///
/// Who may: the secretariat. Mails: none, because the dates are provisional. Errors: those of [`preview_import`];
/// `cells_wrong`; `nothing_changes` for a spreadsheet without anything new.
pub async fn import(ctx: &Ctx, txn: &Txn, draft: &Draft) -> Result<Preview> {
    let preview = compared(ctx, txn, draft).await?;
    if !preview.wrong.is_empty() {
        return Err(sheet::Refusal::Wrong { count: preview.wrong.len() }.into());
    }
    if preview.lines.is_empty() {
        return Err(Refusal::NothingNew.into());
    }
    let mut planned = 0;
    for (row, outcome) in &preview.lines {
        match outcome {
            Outcome::Plan => {
                let (product, observatory) = (row.product.clone(), row.observatory.clone());
                let input = PlanIn { product, observatory, period: row.period, when: row.when };
                releases::plan(ctx, txn, input).await?;
                planned += 1;
            }
            Outcome::Improve { release, version, .. } => {
                releases::improve(ctx, txn, *release, *version, row.when).await?;
            }
            Outcome::Same => {}
        }
    }
    let details = serde_json::json!({
        "sha256": preview.document.sha256, "planned": planned, "changed": preview.lines.len() - planned,
    });
    let about = ("document", preview.document.id.to_string());
    audit::record(ctx, txn, audit::Event::about(Verb::Import, about, details)).await?;
    Ok(preview)
}

async fn compared(ctx: &Ctx, db: &impl ConnectionTrait, draft: &Draft) -> Result<Preview> {
    ctx.demand(policy::may(&ctx.actor, Action::Import))?;
    let table = sheet::read(&draft.content, COLUMNS, MOST_ROWS)?;
    let sheet::Checked { rows, mut wrong } = table.check(read)?;
    let (catalogue, observatories) = (ctx.recall(&Catalogue).await?, ctx.recall(&AllObservatories).await?);
    let existing: Vec<Release> =
        releases::all(db, &ReleaseFilter::default()).await?.into_iter().map(|view| view.release).collect();
    let known = Known { catalogue: &catalogue, observatories: &observatories, existing: &existing, today: ctx.today() };
    let (mut comparing, mut lines, mut same) = (Comparing::with(known), Vec::new(), 0);
    for (number, row) in rows {
        let row = Row { number, ..row };
        match comparing.compare(&row) {
            Ok(Outcome::Same) => same += 1,
            Ok(outcome) => lines.push((row, outcome)),
            Err(refused) => wrong.extend(table.wrong(number, Error::Refused(refused))?),
        }
    }
    wrong.sort_by_key(|cell| cell.row);
    Ok(Preview { document: draft.document.clone(), lines, same, wrong })
}

/// Reads a row with all its wrong cells.
fn read(row: &sheet::Row, reading: &mut Reading) -> Option<Row> {
    let product = reading.text("product", row.text("product"), 60);
    let observatory = reading.optional_text("observatory", row.text("observatory"), 60);
    let period = reading.chosen::<Period>("period", row.text("period"));
    let typed = row.day("day");
    let day = if typed.is_empty() {
        reading.refuse("day", Code::Required);
        None
    } else {
        let read = day_or_month(&typed).filter(|(day, _)| crate::time::Day::try_from(*day).is_ok());
        reading.take(read.ok_or_else(|| Error::field("day", Code::NotADay)))
    };
    let hour = reading.optional_hour("hour", row.text("hour"));
    let precision = reading.take(precision(row.text("precision")));
    let (product, observatory, period) = (product?, observatory?, period?);
    let ((day, is_month), hour, precision) = (day?, hour?, precision?);
    let when = reading.take(when_of(day, is_month, hour, precision))?;
    Some(Row { number: 0, product, observatory, period, when })
}

/// Reads a precision by its name, Italian or English; a blank one is none.
fn precision(text: &str) -> Result<Option<Precision>> {
    let Some(text) = kept(text) else { return Ok(None) };
    Ok(Some(match letters::name_key(&text, "").as_str() {
        "giornoeora" | "daytime" | "dayandtime" => Precision::DayTime,
        "giorno" | "day" => Precision::Day,
        "settimana" | "week" => Precision::Week,
        "mese" | "month" => Precision::Month,
        "bimestre" | "duemesi" | "twomonths" => Precision::TwoMonths,
        _ => return Err(Error::not_one_of("precision", Precision::ALL.iter().map(|one| one.label_key()).collect())),
    }))
}
