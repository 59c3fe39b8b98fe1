//! The steps of a release on a time line: the days on which each is due, what is done, and the slack before the next one. The
//! page says the same in a table.

use crate::catalogue::model::Step;
use crate::ctx::Ctx;
use crate::http::plot::{Bar, Heights, Rows, TimeAxis};
use crate::releases::view::ReleaseView;
use crate::tasks::model::Task;
use crate::texts::Lang;
use crate::time::{Calendars, words};
use chrono::{Days, NaiveDate};
use entity::kinds::TaskState;

/// Days that the axis shows before the first and after the last day.
const MARGIN: u64 = 5;

/// The drawing and the table.
pub struct StepsPlot {
    pub frame: Rows,
    /// The drawing in words.
    pub description: String,
    pub rows: Vec<StepBar>,
    /// Place of the release.
    pub release: i64,
    pub release_label: String,
}

/// One step: a bar from the first to the last day on which an observatory owes it.
pub struct StepBar {
    pub name: String,
    pub heights: Heights,
    pub bar: Bar,
    /// «3 di 12».
    pub done: String,
    /// «dal 1° marzo 2027 al 3 marzo 2027», or a day.
    pub due: String,
    /// Working days between its last day and the first day of the step that waits for it, or of the release.
    pub slack: Option<String>,
    pub is_late: bool,
    pub is_done: bool,
}

/// The tasks of a step in days and numbers.
struct Span<'s> {
    step: &'s Step,
    from: NaiveDate,
    to: NaiveDate,
    done: usize,
    all: usize,
    is_late: bool,
}

impl<'s> Span<'s> {
    fn of(step: &'s Step, tasks: &[Task], today: NaiveDate) -> Option<Self> {
        let is_its = |task: &&Task| task.step_id == Some(step.id) && task.state() != TaskState::Cancelled;
        let own: Vec<&Task> = tasks.iter().filter(is_its).collect();
        Some(Self {
            step,
            from: own.iter().map(|task| task.day()).min()?,
            to: own.iter().map(|task| task.day()).max()?,
            done: own.iter().filter(|task| task.state() == TaskState::Done).count(),
            all: own.len(),
            is_late: own.iter().any(|task| task.is_overdue(today)),
        })
    }
}

impl StepsPlot {
    /// Draws the steps whose tasks the reader sees; `None` without any.
    pub fn of(view: &ReleaseView, steps: &[Step], tasks: &[Task], calendars: &Calendars, ctx: &Ctx) -> Option<Self> {
        let (lang, today, out) = (ctx.lang, ctx.today(), view.release.day());
        let spans: Vec<Span<'_>> = steps.iter().filter_map(|step| Span::of(step, tasks, today)).collect();
        let from = spans.iter().map(|span| span.from).min()?;
        let to = spans.iter().map(|span| span.to).chain([out]).max()?;
        let axis = Rows::axis(from - Days::new(MARGIN), to + Days::new(MARGIN));
        let row = |(number, span): (usize, &Span<'_>)| {
            let next = waiting(span, &spans).unwrap_or(out);
            let slack = calendars.all().working_days_between(span.to, next).ok().map(|days| days.max(0));
            StepBar::of(span, number, slack, &axis, lang)
        };
        let rows: Vec<StepBar> = spans.iter().enumerate().filter_map(row).collect();
        let release_label = lang.f("releases.steps_release", &[("day", &words::date(out, lang))]);
        Some(Self {
            frame: Rows::of(&axis, rows.len(), today, lang),
            description: described(&rows, &release_label, lang),
            release: axis.x(out),
            release_label,
            rows,
        })
    }
}

/// Returns the first day of the steps that wait for this one.
fn waiting(span: &Span<'_>, all: &[Span<'_>]) -> Option<NaiveDate> {
    let waits = |other: &&Span<'_>| other.step.after.contains(&span.step.code);
    all.iter().filter(waits).map(|other| other.from).min()
}

fn described(rows: &[StepBar], release: &str, lang: Lang) -> String {
    let one = |row: &StepBar| {
        lang.f("releases.steps_described", &[("step", &row.name), ("days", &row.due), ("done", &row.done)])
    };
    rows.iter().map(one).chain([format!("{release}.")]).collect::<Vec<_>>().join(" ")
}

impl StepBar {
    fn of(span: &Span<'_>, number: usize, slack: Option<i32>, axis: &TimeAxis, lang: Lang) -> Option<Self> {
        let bar = axis.bar(span.from, span.to)?;
        let (from, to) = (words::date(span.from, lang), words::date(span.to, lang));
        let (done, all) = (span.done.to_string(), span.all.to_string());
        Some(Self {
            name: span.step.name(lang).to_owned(),
            heights: Rows::heights(number),
            bar: Bar { width: bar.width.max(4), ..bar },
            done: lang.f("releases.steps_done_of", &[("done", &done), ("all", &all)]),
            due: if span.from == span.to {
                from
            } else {
                lang.f("releases.steps_days", &[("from", &from), ("to", &to)])
            },
            slack: slack.map(|days| words::working_days(days, lang)),
            is_late: span.is_late,
            is_done: span.done == span.all,
        })
    }
}
