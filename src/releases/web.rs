//! Pages of the agenda: the public calendar, one release with its dates, and the secretariat's forms (`web/forms.rs`).

mod forms;
mod subscribe;

use super::model::{Event, Flags, LIFECYCLE, When};
use super::policy::{self, Action};
use super::service::{self, ReleaseFilter};
use super::view::{Change, ReleaseView, Story, when_text};
use crate::ctx::Ctx;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::{DeliverableView, Progress};
use crate::deliverables::web::state as contribution_state;
use crate::http::Answer;
use crate::http::page::{Badge, Shell, page};
use crate::http::paging::{Page, Paging};
use crate::lifecycle::Event as _;
use crate::texts::{Label, Lang};
use crate::time::{Day, words};
use actix_web::{HttpRequest, get, web};
use askama::Template;
use chrono::{Days, NaiveDate};
use entity::ids::ReleaseId;
use entity::kinds::{ReasonCode, ReleaseState};
use serde::Deserialize;

/// Registers every page of the agenda.
pub fn pages(cfg: &mut web::ServiceConfig) {
    super::api::pages(cfg);
    forms::pages(cfg);
    subscribe::pages(cfg);
    cfg.service(show_calendar).service(show_release);
}

#[derive(Template)]
#[template(path = "releases/calendar.html")]
pub struct CalendarPage {
    pub shell: Shell,
    pub lines: Vec<Line>,
    pub next: Option<String>,
    /// Address of the same list, starting a year earlier.
    pub earlier: String,
    pub may_plan: bool,
}

/// First day of the calendar.
#[derive(Deserialize)]
struct Since {
    since: Option<Day>,
}

/// Days of the past that the calendar shows, and days that each link to earlier releases adds.
const RECENT_DAYS: u64 = 31;
const YEAR_DAYS: u64 = 366;

/// One release in the list.
pub struct Line {
    pub href: String,
    pub title: String,
    pub when: String,
    pub state: Badge,
    pub remark: Option<Badge>,
}

#[derive(Template)]
#[template(path = "releases/one.html")]
pub struct ReleasePage {
    pub shell: Shell,
    pub line: Line,
    pub progress: Progress,
    pub notice_left: Option<i32>,
    pub first_date: Option<String>,
    /// Heading of the changes; a cancelled release has its own, because it has no date to explain.
    pub story: &'static str,
    pub changes: Vec<ChangeLine>,
    /// Contributions of the observatories, for readers with permission.
    pub contributions: Vec<ContributionLine>,
    pub actions: Vec<ActionLink>,
}

/// The contribution of one observatory to the release.
pub struct ContributionLine {
    pub href: String,
    pub observatory: String,
    pub state: Badge,
    pub day: String,
    pub overdue: bool,
}

/// One entry of the history of a date.
pub struct ChangeLine {
    pub at: String,
    pub what: String,
    pub kind: &'static str,
    pub reason: Option<String>,
    /// Reason for a day that was not worked in all territories concerned.
    pub despite: Option<String>,
    pub notice: Option<String>,
    /// Whether a meeting decided it; `meeting` is its page, for readers with permission.
    pub is_decided: bool,
    pub meeting: Option<String>,
}

/// An action open to the reader.
pub struct ActionLink {
    pub href: String,
    pub label: &'static str,
    pub kind: &'static str,
}

/// The public calendar: future releases by day, and those of the last month. Links below the list lead further back, a
/// year at a time, because announcements stay public.
#[get("/calendar")]
async fn show_calendar(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>, begin: web::Query<Since>) -> Answer {
    let limit = paging.limit()?;
    let since = begin.since.map_or_else(|| ctx.today() - Days::new(RECENT_DAYS), NaiveDate::from);
    let earlier = since - Days::new(YEAR_DAYS);
    let filter = ReleaseFilter { from: Some(since), ..ReleaseFilter::default() };
    let views = service::list(ctx.reader(), &filter, paging.after_day()?, limit + 1).await?;
    let listed = Page::cut(&ctx, &request, limit, views, |last| (last.release.when().first_day(), last.release.id))?;
    page(&CalendarPage {
        shell: Shell::new(&ctx, &request, "releases.calendar_title")
            .described(ctx.lang.t("releases.calendar_lead"))
            .here(),
        next: listed.next_path(),
        earlier: format!("/calendar?since={earlier}"),
        lines: listed.items.iter().map(|view| Line::of(view, &ctx)).collect(),
        may_plan: policy::may(&ctx.actor, Action::Plan),
    })
}

/// One release with the history of its date.
#[get("/releases/{id:[0-9A-Fa-f-]+}")]
async fn show_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    let story = service::story(&ctx, *id).await?;
    let owed = deliverables::seen_of_release(&ctx, *id).await?;
    page(&ReleasePage::of(&ctx, &request, story, owed))
}

impl ReleasePage {
    fn of(ctx: &Ctx, request: &HttpRequest, story: Story, owed: Vec<DeliverableView>) -> Self {
        let release = &story.view.release;
        let moved = {
            let flags = story.view.flags(ctx.now());
            flags.postponed || flags.brought_forward
        };
        let first = release.first_confirmed().filter(|_| moved);
        Self {
            shell: shell(ctx, request, story.view.title(ctx.lang)).described(description(&story.view, ctx.lang)),
            line: Line::of(&story.view, ctx),
            progress: story.progress,
            notice_left: story.notice_left,
            first_date: first.map(|first| when_text(When::At(first.slot), ctx.lang)),
            story: ctx.lang.t(match release.state() {
                ReleaseState::Cancelled => "releases.story_cancelled",
                _ => "releases.story",
            }),
            changes: story.changes.iter().map(|change| ChangeLine::of(change, ctx)).collect(),
            contributions: owed.into_iter().map(|owed| ContributionLine::of(owed, ctx)).collect(),
            actions: actions(ctx, release.id, release.state()),
        }
    }
}

fn shell(ctx: &Ctx, request: &HttpRequest, title: String) -> Shell {
    Shell::titled(ctx, request, title).crumb(ctx.lang.t("releases.calendar_title"), "/calendar").here()
}

/// «Relazione territoriale, anno 2026: martedì 30 marzo 2027, ore 9.30 (confermato)».
fn description(view: &ReleaseView, lang: Lang) -> String {
    let (day, state) = (when_text(view.release.when(), lang), state_badge(view.release.state(), lang).text);
    lang.f("releases.described", &[("title", &view.title(lang)), ("day", &day), ("state", state)])
}

/// Lists the forms that are possible in a state, for readers with permission.
fn actions(ctx: &Ctx, id: ReleaseId, state: ReleaseState) -> Vec<ActionLink> {
    let forms = [
        (Event::Confirm, Action::Confirm, "releases.confirm", "primary"),
        (Event::Improve, Action::Improve, "releases.improve", "outline-primary"),
        (Event::Correct, Action::Correct, "releases.correct", "outline-primary"),
        (Event::Move, Action::Move, "releases.move", "outline-primary"),
        (Event::Cancel, Action::Cancel, "releases.cancel", "outline-danger"),
    ];
    forms
        .into_iter()
        .filter(|(event, action, ..)| LIFECYCLE.allows(state, *event) && policy::may(&ctx.actor, *action))
        .map(|(event, _, label, kind)| ActionLink {
            href: format!("/releases/{id}/{}", event.as_str()),
            label: ctx.lang.t(label),
            kind,
        })
        .collect()
}

impl Line {
    pub fn of(view: &ReleaseView, ctx: &Ctx) -> Self {
        let release = &view.release;
        Self {
            href: format!("/releases/{}", release.id),
            title: view.title(ctx.lang),
            when: when_text(release.when(), ctx.lang),
            state: state_badge(release.state(), ctx.lang),
            remark: remark(view.flags(ctx.now()), release.state(), ctx.lang),
        }
    }
}

fn state_badge(state: ReleaseState, lang: Lang) -> Badge {
    let (key, kind) = match state {
        ReleaseState::Provisional => ("releases.state_provisional", "neutral"),
        ReleaseState::Confirmed => ("releases.state_confirmed", "info"),
        ReleaseState::Published => ("releases.state_published", "success"),
        ReleaseState::Cancelled => ("releases.state_cancelled", "danger"),
    };
    Badge { text: lang.t(key), kind }
}

/// The most serious flag to show beside the state.
fn remark(flags: Flags, state: ReleaseState, lang: Lang) -> Option<Badge> {
    let (key, kind) = match flags {
        _ if state == ReleaseState::Cancelled => return None,
        Flags { late: true, .. } => ("releases.flag_late", "danger"),
        Flags { due: true, .. } => ("releases.flag_due", "warning"),
        Flags { postponed: true, .. } => ("releases.flag_postponed", "warning"),
        Flags { brought_forward: true, .. } => ("releases.flag_brought_forward", "warning"),
        Flags { before_period_end: true, .. } => ("releases.flag_before_period_end", "warning"),
        Flags { .. } => return None,
    };
    Some(Badge { text: lang.t(key), kind })
}

impl ContributionLine {
    pub fn of(owed: DeliverableView, ctx: &Ctx) -> Self {
        let deliverable = &owed.deliverable;
        let (text, kind) = contribution_state(deliverable.state());
        Self {
            href: format!("/deliverables/{}", deliverable.id),
            state: Badge { text: ctx.lang.t(text), kind },
            day: words::long_day(deliverable.day(), ctx.lang),
            overdue: deliverable.is_overdue(ctx.today()),
            observatory: owed.observatory_name,
        }
    }
}

impl ChangeLine {
    fn of(change: &Change, ctx: &Ctx) -> Self {
        let lang = ctx.lang;
        let meeting = change.outcome.as_ref().and_then(|decided| decided.meeting_id);
        let day = when_text(change.when, lang);
        let notice = change.notice.map(|notice| {
            let key = if service::is_notice_kept(notice) { "releases.notice_kept" } else { "releases.notice_short" };
            lang.f(key, &[("days", &notice.to_string())])
        });
        Self {
            at: words::long_instant(change.at, lang),
            what: lang.f(change.kind.label_key(), &[("day", &day)]),
            kind: match change.kind {
                entity::kinds::ReleaseChangeKind::Moved => "warning",
                entity::kinds::ReleaseChangeKind::Cancelled => "danger",
                entity::kinds::ReleaseChangeKind::Published => "success",
                _ => "neutral",
            },
            reason: change.reason.as_ref().map(|reason| format!("{}: {}", reason_name(reason.code, lang), reason.text)),
            despite: change.despite_non_working.as_ref().map(|why| lang.f("releases.despite_said", &[("why", why)])),
            notice,
            is_decided: meeting.is_some(),
            // The public sees that a meeting decided; only members of the table may read the meeting.
            meeting: meeting.filter(|_| ctx.actor.sits_at_the_table()).map(|id| format!("/meetings/{id}")),
        }
    }
}

fn reason_name(code: ReasonCode, lang: Lang) -> &'static str {
    lang.t(match code {
        ReasonCode::SourceLate => "releases.reason_source_late",
        ReasonCode::SeatVacant => "releases.reason_seat_vacant",
        ReasonCode::Workload => "releases.reason_workload",
        ReasonCode::Portal => "releases.reason_portal",
        ReasonCode::Method => "releases.reason_method",
        ReasonCode::TableDecision => "releases.reason_table_decision",
        ReasonCode::Other => "releases.reason_other",
    })
}
