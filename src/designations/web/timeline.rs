//! The time line of the seats of one place: a drawing, and the same facts as a table.
//!
//! A page puts a [`TimelineBlock`] in its struct as `timeline` and includes `designations/timeline.html`.

use super::words as register_words;
use crate::ctx::Ctx;
use crate::designations::model::Term;
use crate::designations::service::{self, Held, RegisterFilter, SeatTime, Timeline};
use crate::error::Result;
use crate::http::plot::{Bar, Mark, Rows, TimeAxis};
use crate::texts::Lang;
use crate::time::words;
use chrono::NaiveDate;
use entity::ids::{BodyId, ObservatoryId};

/// Narrowest bar that has room for a name, and the width of a letter in it.
const ROOM: i64 = 48;
const LETTER: i64 = 8;

/// The time line as the page shows it.
pub struct TimelineBlock {
    pub width: i64,
    pub height: i64,
    /// Lower end of the lines.
    pub floor: i64,
    pub marks: Vec<Mark>,
    pub today: i64,
    pub agreement_ends: i64,
    /// «fine dell’Intesa: 30 giugno 2027».
    pub end_label: String,
    pub description: String,
    pub rows: Vec<SeatRow>,
    pub facts: Vec<Fact>,
}

/// The row of one seat.
pub struct SeatRow {
    pub label: String,
    /// Heights of the label and of the bars.
    pub label_y: i64,
    pub y: i64,
    pub name_y: i64,
    pub held: Vec<HeldBar>,
    pub gaps: Vec<Bar>,
    pub absences: Vec<Bar>,
}

/// The bar of one designation, with as much of the holder's name as it has room for.
pub struct HeldBar {
    pub bar: Bar,
    pub name: String,
}

/// One line of the table: a holder, an absence or a gap.
pub struct Fact {
    pub seat: String,
    pub who: String,
    pub is_gap: bool,
    pub days: String,
    pub absences: Vec<String>,
}

/// Makes the time line of an observatory's seats; `None` for a reader who may not read its designations.
pub async fn timeline_of_observatory(ctx: &Ctx, id: ObservatoryId) -> Result<Option<TimelineBlock>> {
    let filter = RegisterFilter { observatory: Some(id), ..RegisterFilter::default() };
    let timeline = service::timeline(ctx, filter, |seat| seat.observatory_id == Some(id)).await?;
    Ok(timeline.map(|timeline| TimelineBlock::of(&timeline, ctx.today(), ctx.lang)))
}

/// Makes the time line of a body's seats, those of its observatories too; `None` for a reader who may not read its
/// designations.
pub async fn timeline_of_body(ctx: &Ctx, id: BodyId) -> Result<Option<TimelineBlock>> {
    let filter = RegisterFilter { body: Some(id), ..RegisterFilter::default() };
    let timeline = service::timeline(ctx, filter, |seat| seat.body_id == id).await?;
    Ok(timeline.map(|timeline| TimelineBlock::of(&timeline, ctx.today(), ctx.lang)))
}

impl TimelineBlock {
    fn of(timeline: &Timeline, today: NaiveDate, lang: Lang) -> Self {
        let axis = Rows::axis(timeline.from, timeline.to);
        let rows: Vec<SeatRow> =
            timeline.seats.iter().enumerate().map(|(number, seat)| SeatRow::of(seat, number, &axis, lang)).collect();
        let Rows { width, height, floor, marks, .. } = Rows::of(&axis, rows.len(), today, lang);
        let ends = words::date(timeline.agreement_ends, lang);
        Self {
            width,
            height,
            floor,
            marks,
            today: axis.x(today),
            agreement_ends: axis.x(timeline.agreement_ends),
            end_label: lang.f("designations.timeline_end", &[("day", &ends)]),
            description: description(timeline, lang),
            facts: timeline.seats.iter().flat_map(|seat| facts(seat, lang)).collect(),
            rows,
        }
    }
}

/// «Dal 24 novembre 2026 al 30 giugno 2027, 3 incarichi. Referente: scoperto dal 1° marzo 2027 al 30 giugno 2027.»
fn description(timeline: &Timeline, lang: Lang) -> String {
    let values = [
        ("from", words::date(timeline.from, lang)),
        ("to", words::date(timeline.to, lang)),
        ("seats", timeline.seats.len().to_string()),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut said = vec![lang.f("designations.timeline_described", &values)];
    for seat in &timeline.seats {
        let (name, gaps) = (register_words::seat_kind(seat.seat.kind, lang), &seat.gaps);
        let said_of =
            |gap: &Term| lang.f("designations.timeline_gap_described", &[("seat", name), ("days", &span(*gap, lang))]);
        said.extend(gaps.iter().map(said_of));
    }
    said.join(" ")
}

/// «dal 1° marzo 2027 al 30 giugno 2027».
fn span(days: Term, lang: Lang) -> String {
    register_words::term(days, lang)
}

impl SeatRow {
    fn of(seat: &SeatTime, number: usize, axis: &TimeAxis, lang: Lang) -> Self {
        let heights = Rows::heights(number);
        let bar = |days: &Term| axis.bar(days.from, days.to.unwrap_or(axis.to));
        let absences = seat.held.iter().flat_map(|one| &one.absences);
        Self {
            label: register_words::seat_kind(seat.seat.kind, lang).to_owned(),
            label_y: heights.label,
            y: heights.bar,
            name_y: heights.text,
            held: seat.held.iter().filter_map(|one| HeldBar::of(one, axis)).collect(),
            gaps: seat.gaps.iter().filter_map(bar).collect(),
            absences: absences.filter_map(bar).collect(),
        }
    }
}

impl HeldBar {
    fn of(held: &Held, axis: &TimeAxis) -> Option<Self> {
        let term = held.designation.record.statement.term;
        let bar = axis.bar(term.from, term.to.unwrap_or(axis.to))?;
        let name = if bar.width < ROOM { String::new() } else { shortened(&held.designation.holder.name(), bar.width) };
        Some(Self { bar, name })
    }
}

/// Returns as much of a name as a bar of a width has room for.
fn shortened(name: &str, width: i64) -> String {
    let letters = usize::try_from((width - 8) / LETTER).unwrap_or_default();
    if name.chars().count() <= letters {
        return name.to_owned();
    }
    let kept: String = name.chars().take(letters.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Returns the lines of the table about a seat: its holders and its gaps, in the order of their days.
fn facts(seat: &SeatTime, lang: Lang) -> Vec<Fact> {
    let name = register_words::seat_name(&seat.seat, lang);
    let held = seat.held.iter().map(|one| {
        let term = one.designation.record.statement.term;
        let fact = Fact {
            seat: name.clone(),
            who: one.designation.holder.name(),
            is_gap: false,
            days: register_words::term(term, lang),
            absences: one.absences.iter().map(|days| span(*days, lang)).collect(),
        };
        (term.from, fact)
    });
    let gaps = seat.gaps.iter().map(|gap| {
        let fact =
            Fact { seat: name.clone(), who: String::new(), is_gap: true, days: span(*gap, lang), absences: Vec::new() };
        (gap.from, fact)
    });
    let mut facts: Vec<(NaiveDate, Fact)> = held.chain(gaps).collect();
    facts.sort_by_key(|(from, _)| *from);
    facts.into_iter().map(|(_, fact)| fact).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_into_its_bar() {
        assert_eq!(shortened("Ada Riva", 200), "Ada Riva");
        assert_eq!(shortened("Massimiliana Della Valle", 64), "Massim…");
        assert_eq!(shortened("Ada Riva", 0), "…");
    }
}
