//! The page of the load: hours of work due in each month of a year, by observatory, as bars and as a table.

use crate::ctx::Ctx;
use crate::deliverables::web::shell_below_work;
use crate::http::Answer;
use crate::http::page::{Shell, page};
use crate::http::plot::length;
use crate::http::year::{YearQuery, YearWay};
use crate::tasks::service::{self, Load, PlaceLoad};
use crate::texts::Lang;
use crate::time::words;
use actix_web::{HttpRequest, get, web};
use askama::Template;
use chrono::NaiveDate;

/// Width of the drawing, of the longest bar, and the space left of the bars.
const WIDTH: i64 = 480;
const BAR: i64 = 330;
const LEFT: i64 = 70;
/// Height of the row of a month.
const ROW: i64 = 26;

#[derive(Template)]
#[template(path = "tasks/load.html")]
struct LoadPage {
    shell: Shell,
    heading: String,
    years: Vec<YearWay>,
    width: i64,
    height: i64,
    left: i64,
    description: String,
    bars: Vec<MonthBar>,
    /// Short names of the months.
    months: Vec<&'static str>,
    rows: Vec<LoadRow>,
    total: LoadRow,
    is_empty: bool,
}

/// The hours of one month, of all observatories shown.
struct MonthBar {
    month: &'static str,
    hours: String,
    y: i64,
    label_y: i64,
    width: i64,
    hours_x: i64,
}

/// The row of an observatory.
struct LoadRow {
    /// The observatory; `None` for a row that is none's.
    place: Option<String>,
    /// Label of a row without an observatory.
    label: &'static str,
    months: Vec<MonthCell>,
    sum: String,
}

struct MonthCell {
    month: &'static str,
    /// «12 h 30»; `None` for a month without work.
    hours: Option<String>,
}

/// The load of a year, by default of the present one.
#[get("/tasks/load")]
pub(super) async fn show_load(ctx: Ctx, request: HttpRequest, query: web::Query<YearQuery>) -> Answer {
    let year = query.read(ctx.today())?;
    let load = service::load(&ctx, year).await?;
    let names = months(year.first_day(), ctx.lang);
    let around = (year.year() - 1)..=(year.year() + 1);
    page(&LoadPage {
        shell: shell_below_work(&ctx, &request, ctx.lang.t("tasks.load_title").to_owned()),
        heading: words::period(year, ctx.lang),
        years: around.map(|one| YearWay::of("/tasks/load", one, year)).collect(),
        width: WIDTH,
        height: ROW * 12,
        left: LEFT,
        description: described(&load, &names, ctx.lang),
        bars: bars(&load, &names),
        rows: load.places.iter().map(|place| LoadRow::of(place, ctx.lang.t("tasks.load_elsewhere"), &names)).collect(),
        total: LoadRow::of(
            &PlaceLoad { observatory: None, minutes: load.months() },
            ctx.lang.t("tasks.load_total"),
            &names,
        ),
        is_empty: load.places.is_empty(),
        months: names,
    })
}

/// Returns the short names of the months of a year.
fn months(first: NaiveDate, lang: Lang) -> Vec<&'static str> {
    (0..12).map(|ahead| words::short_month(first + chrono::Months::new(ahead), lang)).collect()
}

/// «12 h 30».
fn hours(minutes: i64) -> String {
    match minutes % 60 {
        0 => format!("{} h", minutes / 60),
        rest => format!("{} h {rest:02}", minutes / 60),
    }
}

fn described(load: &Load, names: &[&str], lang: Lang) -> String {
    let month = |(name, minutes): (&&str, i64)| format!("{name} {}", hours(minutes));
    let all: Vec<String> = names.iter().zip(load.months()).map(month).collect();
    lang.f("tasks.load_described", &[("months", &all.join(", "))])
}

fn bars(load: &Load, names: &[&'static str]) -> Vec<MonthBar> {
    let amounts = load.months();
    let most = amounts.iter().copied().max().unwrap_or_default();
    let bar = |(number, (month, minutes)): (i64, (&&'static str, i64))| {
        let width = length(minutes, most, BAR);
        let y = ROW * number + 3;
        MonthBar { month, hours: hours(minutes), y, label_y: y + 15, width, hours_x: LEFT + width + 6 }
    };
    (0..).zip(names.iter().zip(amounts)).map(bar).collect()
}

impl LoadRow {
    fn of(place: &PlaceLoad, label: &'static str, names: &[&'static str]) -> Self {
        let cell = |(month, minutes): (&&'static str, &i64)| MonthCell {
            month,
            hours: (*minutes > 0).then(|| hours(*minutes)),
        };
        Self {
            place: place.observatory.as_ref().map(|one| one.name.clone()),
            label,
            months: names.iter().zip(&place.minutes).map(cell).collect(),
            sum: hours(place.minutes.iter().sum()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_written_with_their_minutes() {
        assert_eq!([hours(0), hours(60), hours(750), hours(61)], ["0 h", "1 h", "12 h 30", "1 h 01"]);
    }
}
