//! The public calendar: lists of releases, the months of a year, one month as a grid.
//!
//! A wrong query is answered with the coming releases and a sentence that says what was wrong, because its readers typed
//! or were sent an address.

use super::filters::{FeedLink, Filters, feeds};
use super::{Answer, Line};
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::http::page::{Shell, with_status};
use crate::http::paging::{Page, Paging};
use crate::releases::model::When;
use crate::releases::month::{self, GridDay};
use crate::releases::policy::{self, Action};
use crate::releases::service::{self, ReleaseFilter};
use crate::releases::sought::{Narrowing, NotUnderstood, Shown as List, Sought};
use crate::releases::view::{Agenda, ReleaseView};
use crate::time::{Day, Frequency, Period, words};
use crate::typed::kept;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, get, web};
use askama::Template;
use chrono::{Datelike, NaiveDate, Weekday};
use entity::kinds::ReleaseState;
use serde::Deserialize;
use std::collections::HashMap;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_calendar);
}

/// Query of the calendar, as it was typed.
#[derive(Default, Deserialize)]
#[serde(default)]
struct CalendarQuery {
    show: String,
    year: String,
    month: String,
    since: String,
}

impl List {
    const fn label_key(self) -> &'static str {
        match self {
            Self::Upcoming => "releases.list_upcoming",
            Self::Published => "releases.list_published",
            Self::Cancelled => "releases.list_cancelled",
        }
    }

    const fn empty_key(self) -> &'static str {
        match self {
            Self::Upcoming => "releases.none_upcoming",
            Self::Published => "releases.none_published",
            Self::Cancelled => "releases.none_cancelled",
        }
    }
}

/// Part of the calendar to show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    List(List),
    Year(Period),
    Month(Period),
}

impl Part {
    /// Returns the query parameter that names the part, and its value.
    fn named(self) -> (&'static str, String) {
        match self {
            Self::List(list) => ("show", list.as_str().to_owned()),
            Self::Year(year) => ("year", year.to_string()),
            Self::Month(month) => ("month", month.to_string()),
        }
    }

    /// Returns the states among which its releases are; a list of one state only has no choice.
    const fn states(self) -> &'static [ReleaseState] {
        match self {
            Self::List(List::Upcoming) => &[ReleaseState::Provisional, ReleaseState::Confirmed],
            Self::List(List::Published) => &[ReleaseState::Published, ReleaseState::Withdrawn],
            Self::List(List::Cancelled) => &[],
            Self::Year(_) | Self::Month(_) => ReleaseState::ALL,
        }
    }

    /// Returns the filters that make sense in the part: without a state that none of its releases has.
    fn narrowed(self, narrowed: &Narrowing) -> Narrowing {
        match narrowed.state {
            Some(state) if !self.states().contains(&state) => narrowed.clone().of_any_state(),
            Some(_) | None => narrowed.clone(),
        }
    }

    /// Returns the address of the part, for the releases that pass the filters.
    pub(super) fn href(self, narrowed: &Narrowing) -> String {
        let (name, value) = self.named();
        self.narrowed(narrowed).address("/calendar", &[(name, &value)])
    }

    /// Returns the filters of the feed that has the releases of the part. One of coming releases keeps those that came.
    fn of_feed(self, narrowed: &Narrowing) -> Narrowing {
        match self {
            Self::List(List::Published) if narrowed.state.is_none() => {
                Narrowing { state: Some(ReleaseState::Published), ..narrowed.clone() }
            }
            Self::List(List::Cancelled) => Narrowing { state: Some(ReleaseState::Cancelled), ..narrowed.clone() },
            Self::List(List::Upcoming | List::Published) | Self::Year(_) | Self::Month(_) => narrowed.clone(),
        }
    }
}

/// A query that was understood.
struct Asked {
    part: Part,
    since: Option<NaiveDate>,
    narrowed: Narrowing,
}

impl Default for Asked {
    fn default() -> Self {
        Self { part: Part::List(List::Upcoming), since: None, narrowed: Narrowing::default() }
    }
}

impl Asked {
    /// Reads a query. Errors: the key of the sentence that says what is wrong.
    fn read(query: &CalendarQuery, narrowed: Narrowing) -> std::result::Result<Self, &'static str> {
        let part = match (kept(&query.month), kept(&query.year), kept(&query.show)) {
            (Some(month), ..) => Part::Month(period(&month, Frequency::Month).ok_or("releases.wrong_month")?),
            (None, Some(year), _) => Part::Year(period(&year, Frequency::Year).ok_or("releases.wrong_year")?),
            (None, None, Some(name)) => Part::List(name.parse().map_err(|()| "releases.wrong_list")?),
            (None, None, None) => Part::List(List::Upcoming),
        };
        let since = kept(&query.since).map(|day| day.parse::<Day>().map_err(|_| "releases.wrong_since")).transpose()?;
        if narrowed.state.is_some_and(|state| !part.states().contains(&state)) {
            return Err(NotUnderstood::State.text_key());
        }
        Ok(Self { part, since: since.map(NaiveDate::from), narrowed })
    }
}

fn period(label: &str, frequency: Frequency) -> Option<Period> {
    label.parse().ok().filter(|period: &Period| period.frequency() == frequency)
}

/// The parts shared by all pages of the calendar.
struct Frame {
    parts: Vec<Way>,
    years: Vec<Way>,
    filters: Filters,
    feeds: Vec<FeedLink>,
    /// Addresses of the same releases as files, for readers with a seat of the network.
    files: Vec<(&'static str, String)>,
    /// Address of the page on subscribing to what is shown.
    subscribe: String,
    /// Sentence that says what was wrong with the query.
    mistake: Option<&'static str>,
    may_plan: bool,
}

/// A link to a part of the calendar.
struct Way {
    href: String,
    label: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "releases/calendar.html")]
struct ListPage {
    shell: Shell,
    frame: Frame,
    lines: Vec<Line>,
    next: Option<String>,
    /// Text of an empty list.
    none: &'static str,
}

#[derive(Template)]
#[template(path = "releases/year.html")]
struct YearPage {
    shell: Shell,
    frame: Frame,
    heading: String,
    months: Vec<MonthOfYear>,
    /// Text of a year without releases.
    none: Option<&'static str>,
}

/// The releases of one month in a list.
struct MonthOfYear {
    href: String,
    name: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "releases/month.html")]
struct MonthPage {
    shell: Shell,
    frame: Frame,
    heading: String,
    weekdays: Vec<&'static str>,
    weeks: Vec<Vec<Option<DayCell>>>,
    /// Text of a month with which no release has to do.
    none: Option<&'static str>,
    /// Releases of which only a week or months are known.
    undated: Vec<Line>,
    previous: Option<Way>,
    next: Option<Way>,
}

/// A day of the grid.
struct DayCell {
    number: u32,
    /// The day as `2026-12-08`.
    date: NaiveDate,
    weekday: &'static str,
    is_today: bool,
    holiday: Option<String>,
    releases: Vec<DayLine>,
    left: Vec<LeftLine>,
}

/// A release on its day.
struct DayLine {
    line: Line,
    hour: Option<String>,
    is_cancelled: bool,
}

/// A release on a day that it left.
struct LeftLine {
    href: String,
    title: String,
    to: String,
}

/// The public calendar: coming releases unless the query asks for published or cancelled ones, a year or a month.
#[get("/calendar")]
async fn show_calendar(
    ctx: Ctx,
    request: HttpRequest,
    paging: web::Query<Paging>,
    query: web::Query<CalendarQuery>,
    sought: web::Query<Sought>,
) -> Answer {
    let narrowed = sought.among(&service::places(&ctx).await?, &ctx.recall(&Catalogue).await?);
    let read = narrowed.map_err(NotUnderstood::text_key).and_then(|narrowed| Asked::read(&query, narrowed));
    let (asked, mistake) = match read {
        Ok(asked) => (asked, None),
        Err(key) => (Asked::default(), Some(ctx.lang.t(key))),
    };
    let status = if mistake.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let frame = Frame::of(&ctx, &asked, mistake).await?;
    let shell = Shell::titled(&ctx, &request, asked.title(&ctx)).described(ctx.lang.t("releases.calendar_lead")).here();
    match asked.part {
        Part::List(list) => with_status(status, &list_page(&ctx, &request, &paging, shell, frame, list, &asked).await?),
        Part::Year(year) => with_status(status, &year_page(&ctx, shell, frame, year, &asked).await?),
        Part::Month(month) => with_status(status, &month_page(&ctx, shell, frame, month, &asked).await?),
    }
}

impl Asked {
    /// Returns the key of the text of an empty part: with filters it says nothing about the agenda as a whole.
    fn empty_key(&self, whole: &'static str) -> &'static str {
        if self.narrowed == Narrowing::default() { whole } else { "releases.none_narrowed" }
    }

    /// Returns the names and the addresses of the files with the same releases.
    fn files(&self) -> Vec<(&'static str, String)> {
        let (name, value) = self.part.named();
        let since = self.since.map(|day| day.to_string());
        let file = |(label, format): (&'static str, &'static str)| {
            let mut before = vec![("format", format), (name, value.as_str())];
            before.extend(since.as_deref().map(|day| ("since", day)));
            (label, self.narrowed.address("/exports/agenda", &before))
        };
        [("XLSX", "xlsx"), ("CSV", "csv")].map(file).to_vec()
    }

    fn title(&self, ctx: &Ctx) -> String {
        let title = ctx.lang.t("releases.calendar_title");
        match self.part {
            Part::List(List::Upcoming) => title.to_owned(),
            Part::List(list) => format!("{title}: {}", ctx.lang.t(list.label_key())),
            Part::Year(period) | Part::Month(period) => format!("{title}: {}", words::period(period, ctx.lang)),
        }
    }
}

impl Frame {
    async fn of(ctx: &Ctx, asked: &Asked, mistake: Option<&'static str>) -> Result<Self> {
        let Asked { part, narrowed, .. } = asked;
        let way = |part: Part, label: String, current: bool| Way { href: part.href(narrowed), label, current };
        let lists = List::ALL.iter().map(|list| {
            let part = Part::List(*list);
            way(part, ctx.lang.t(list.label_key()).to_owned(), asked.part == part)
        });
        let by_month = Period::containing(Frequency::Month, ctx.today()).ok().map(|month| {
            let is_shown = matches!(asked.part, Part::Month(_));
            way(Part::Month(month), ctx.lang.t("releases.by_month").to_owned(), is_shown)
        });
        let years = service::years(ctx).await?;
        let years = years.iter().filter_map(|year| Period::new(Frequency::Year, *year, 1).ok()).map(|year| {
            let part = Part::Year(year);
            way(part, year.to_string(), asked.part == part)
        });
        Ok(Self {
            parts: lists.chain(by_month).collect(),
            years: years.collect(),
            filters: Filters::of(ctx, "/calendar", Some(part.named()), part.states(), narrowed).await?,
            feeds: feeds(ctx, &part.of_feed(narrowed)),
            files: if ctx.actor.is_colleague() { asked.files() } else { Vec::new() },
            subscribe: part.of_feed(narrowed).address("/calendar/subscribe", &[]),
            mistake,
            may_plan: policy::may(&ctx.actor, Action::Plan),
        })
    }
}

async fn list_page(
    ctx: &Ctx,
    request: &HttpRequest,
    paging: &Paging,
    shell: Shell,
    frame: Frame,
    list: List,
    asked: &Asked,
) -> Result<ListPage> {
    let limit = paging.rows()?;
    let filter = service::shown(list, service::filter(ctx, &asked.narrowed).await?);
    let filter = ReleaseFilter { from: asked.since, ..filter };
    let views = service::list(ctx.reader(), &filter, paging.after_day()?, limit + 1).await?;
    let listed = Page::cut(ctx, request, limit, views, |last| (last.release.when().first_day(), last.release.id))?;
    Ok(ListPage {
        shell,
        frame,
        next: listed.next_path(),
        lines: listed.items.iter().map(|view| Line::of(view, ctx)).collect(),
        none: ctx.lang.t(asked.empty_key(list.empty_key())),
    })
}

async fn year_page(ctx: &Ctx, shell: Shell, frame: Frame, year: Period, asked: &Asked) -> Result<YearPage> {
    let agenda = service::agenda(ctx, year.first_day(), year.last_day(), &asked.narrowed).await?;
    let months = months_of(year).into_iter().map(|month| {
        // A release of two months stands in its first; one that began in the year before stands in January.
        let is_in = |view: &&ReleaseView| {
            let day = view.release.when().first_day().max(year.first_day());
            month.first_day() <= day && day <= month.last_day()
        };
        MonthOfYear {
            href: Part::Month(month).href(&asked.narrowed),
            name: words::period(month, ctx.lang),
            lines: agenda.releases.iter().filter(is_in).map(|view| Line::of(view, ctx)).collect(),
        }
    });
    Ok(YearPage {
        shell,
        frame,
        heading: words::period(year, ctx.lang),
        none: agenda.releases.is_empty().then(|| ctx.lang.t(asked.empty_key("releases.none_in_year"))),
        months: months.collect(),
    })
}

/// Returns the twelve months of a year.
fn months_of(year: Period) -> Vec<Period> {
    (1..=12).filter_map(|month| Period::new(Frequency::Month, year.year(), month).ok()).collect()
}

async fn month_page(ctx: &Ctx, shell: Shell, frame: Frame, month: Period, asked: &Asked) -> Result<MonthPage> {
    let place = asked.narrowed.place.as_ref();
    let (from, to) = (month.first_day(), month.last_day());
    let holidays = service::holidays(ctx, from, to, place).await?;
    let agenda = service::agenda(ctx, from, to, &asked.narrowed).await?;
    let years = service::years(ctx).await?;
    // A month of a year without releases is not linked, so that links do not lead on through empty months for ever.
    let beside = |month: Option<Period>| {
        let month = month.filter(|month| years.contains(&month.year()))?;
        let label = words::period(month, ctx.lang);
        Some(Way { href: Part::Month(month).href(&asked.narrowed), label, current: false })
    };
    let mut days = DaysOfMonth::of(&agenda, ctx);
    let weeks = month::weeks(month, |day| holidays.get(&day).cloned());
    Ok(MonthPage {
        shell,
        frame,
        heading: words::period(month, ctx.lang),
        weekdays: weekdays().map(|weekday| words::weekday(weekday, ctx.lang)).to_vec(),
        weeks: weeks.into_iter().map(|week| week.map(|cell| Some(days.cell(cell?, ctx))).into()).collect(),
        none: (agenda.releases.is_empty() && agenda.left.is_empty())
            .then(|| ctx.lang.t(asked.empty_key("releases.none_in_month"))),
        undated: agenda.releases.iter().filter(|view| day_of(view).is_none()).map(|view| Line::of(view, ctx)).collect(),
        previous: beside(month.previous()),
        next: beside(month.next()),
    })
}

pub(super) const fn weekdays() -> [Weekday; 7] {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    [Mon, Tue, Wed, Thu, Fri, Sat, Sun]
}

/// Returns the day of a release; `None` if only a week or months are known.
pub(super) fn day_of(view: &ReleaseView) -> Option<NaiveDate> {
    match view.release.when() {
        When::At(slot) => Some(slot.day),
        When::On(day) => Some(day),
        When::InWeek(_) | When::InMonth(_) | When::InTwoMonths(_) => None,
    }
}

/// The lines of each day, until its cell takes them.
struct DaysOfMonth {
    releases: HashMap<NaiveDate, Vec<DayLine>>,
    left: HashMap<NaiveDate, Vec<LeftLine>>,
}

impl DaysOfMonth {
    fn of(agenda: &Agenda, ctx: &Ctx) -> Self {
        let (mut releases, mut left) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for view in &agenda.releases {
            if let Some(day) = day_of(view) {
                releases.entry(day).or_default().push(DayLine::of(view, ctx));
            }
        }
        for (day, view) in &agenda.left {
            left.entry(*day).or_default().push(LeftLine::of(view, ctx));
        }
        Self { releases, left }
    }

    fn cell(&mut self, GridDay { day, closed }: GridDay, ctx: &Ctx) -> DayCell {
        DayCell {
            number: day.day(),
            date: day,
            weekday: words::weekday(day.weekday(), ctx.lang),
            is_today: day == ctx.today(),
            holiday: closed,
            releases: self.releases.remove(&day).unwrap_or_default(),
            left: self.left.remove(&day).unwrap_or_default(),
        }
    }
}

impl DayLine {
    fn of(view: &ReleaseView, ctx: &Ctx) -> Self {
        Self {
            line: Line::of(view, ctx),
            hour: view.release.when().hour().map(|hour| words::hour(hour, ctx.lang)),
            is_cancelled: view.release.state() == ReleaseState::Cancelled,
        }
    }
}

impl LeftLine {
    fn of(view: &ReleaseView, ctx: &Ctx) -> Self {
        let day = words::date(view.release.when().first_day(), ctx.lang);
        Self { href: view.href(), title: view.title(ctx.lang), to: ctx.lang.f("releases.moved_to", &[("day", &day)]) }
    }
}
