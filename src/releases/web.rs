//! The pages of the agenda: the public calendar, one release with the story of its date, and the secretariat's forms.

use super::feed::title;
use super::model::{Event, Flags, Reason, When, possible};
use super::policy::{self, Action};
use super::service::{self, ConfirmIn, MoveIn, PlanIn, ReleaseFilter};
use super::view::{Change, ReleaseView, Story};
use crate::ctx::Ctx;
use crate::deliverables::view::Progress;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Failure;
use crate::http::form::{Form, FormState};
use crate::http::page::{FlashKind, Shell, done, page, unprocessable};
use crate::http::paging::{Page, Paging};
use crate::texts::Lang;
use crate::time::words;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use chrono::NaiveTime;
use entity::ids::ReleaseId;
use entity::kinds::{Precision, ReasonCode, ReleaseState};
use serde::Deserialize;
use std::str::FromStr;

/// Every page of the agenda. `/releases/new` stands before the page of one release, which would swallow it.
pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_calendar)
        .service(show_plan_form)
        .service(plan_release)
        .service(show_release)
        .service(show_confirm_form)
        .service(confirm_release)
        .service(show_move_form)
        .service(move_release)
        .service(show_cancel_form)
        .service(cancel_release);
}

type Answer = std::result::Result<HttpResponse, Failure>;

#[derive(Template)]
#[template(path = "releases/calendar.html")]
pub struct CalendarPage {
    pub shell: Shell,
    pub lines: Vec<Line>,
    pub next: Option<String>,
    pub may_plan: bool,
}

/// One release in the list.
pub struct Line {
    pub href: String,
    pub title: String,
    pub when: String,
    pub state: Badge,
    pub remark: Option<Badge>,
}

/// A word with its colour.
pub struct Badge {
    pub text: &'static str,
    pub kind: &'static str,
}

#[derive(Template)]
#[template(path = "releases/one.html")]
pub struct ReleasePage {
    pub shell: Shell,
    pub line: Line,
    pub progress: Progress,
    pub notice_left: Option<i32>,
    pub first_date: Option<String>,
    pub changes: Vec<ChangeLine>,
    pub actions: Vec<ActionLink>,
}

/// One chapter of the story of a date.
pub struct ChangeLine {
    pub at: String,
    pub what: String,
    pub kind: &'static str,
    pub reason: Option<String>,
    pub notice: Option<String>,
    /// The meeting that decided it.
    pub meeting: Option<String>,
}

/// Something the reader may do.
pub struct ActionLink {
    pub href: String,
    pub label: &'static str,
    pub kind: &'static str,
}

/// One entry of a list to choose from.
pub struct Choice {
    pub value: String,
    pub label: String,
}

/// The public calendar: what is to come, in the order of its days; the past of the last month stays visible.
#[get("/calendar")]
async fn show_calendar(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>) -> Answer {
    let limit = paging.limit()?;
    let filter = ReleaseFilter { from: Some(ctx.today() - chrono::Days::new(31)), ..ReleaseFilter::default() };
    let views = service::list(ctx.reader(), &filter, paging.after()?, limit + 1).await?;
    let listed = Page::cut(&ctx, &request, limit, views, |last| (last.release.when().first_day(), last.release.id))?;
    page(&CalendarPage {
        shell: Shell::new(&ctx, &request, "releases.calendar_title").here(),
        next: listed.next_path(),
        lines: listed.items.iter().map(|view| Line::of(view, &ctx)).collect(),
        may_plan: policy::may(&ctx.actor, Action::Plan),
    })
}

/// One release: why this date.
#[get("/releases/{id}")]
async fn show_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    let story = service::story(&ctx, *id).await?;
    page(&ReleasePage::of(&ctx, &request, story))
}

impl ReleasePage {
    fn of(ctx: &Ctx, request: &HttpRequest, story: Story) -> Self {
        let release = &story.view.release;
        let moved = {
            let flags = story.view.flags(ctx.now());
            flags.postponed || flags.brought_forward
        };
        let first = release.first_confirmed().filter(|_| moved);
        Self {
            shell: shell(ctx, request, title(&story.view, ctx.lang)),
            line: Line::of(&story.view, ctx),
            progress: story.progress,
            notice_left: story.notice_left,
            first_date: first.map(|first| when_text(When::At(first.slot), ctx.lang)),
            changes: story.changes.iter().map(|change| ChangeLine::of(change, ctx.lang)).collect(),
            actions: actions(ctx, release.id, release.state()),
        }
    }
}

fn shell(ctx: &Ctx, request: &HttpRequest, title: String) -> Shell {
    Shell::titled(ctx, request, title).crumb(ctx.lang.t("releases.calendar_title"), "/calendar").here()
}

/// The forms that lead on from a state, for whoever may use them.
fn actions(ctx: &Ctx, id: ReleaseId, state: ReleaseState) -> Vec<ActionLink> {
    let forms = [
        (Event::Confirm, Action::Confirm, "releases.confirm", "primary"),
        (Event::Move, Action::Move, "releases.move", "outline-primary"),
        (Event::Cancel, Action::Cancel, "releases.cancel", "outline-danger"),
    ];
    let open = possible(state);
    forms
        .into_iter()
        .filter(|(event, action, ..)| open.contains(event) && policy::may(&ctx.actor, *action))
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
            title: title(view, ctx.lang),
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

/// The one thing to know beside the state, the gravest first.
fn remark(flags: Flags, state: ReleaseState, lang: Lang) -> Option<Badge> {
    let (key, kind) = match flags {
        _ if state == ReleaseState::Cancelled => return None,
        Flags { late: true, .. } => ("releases.flag_late", "danger"),
        Flags { due: true, .. } => ("releases.flag_due", "warning"),
        Flags { postponed: true, .. } => ("releases.flag_postponed", "warning"),
        Flags { brought_forward: true, .. } => ("releases.flag_brought_forward", "warning"),
        Flags { .. } => return None,
    };
    Some(Badge { text: lang.t(key), kind })
}

/// «martedì 30 marzo 2027, ore 9.30», «settimana dal 15 marzo 2027», «marzo 2027», «marzo-aprile 2027».
fn when_text(when: When, lang: Lang) -> String {
    match when {
        When::At(slot) => words::long_wall(slot.day.and_time(slot.hour), lang),
        When::On(day) => words::long_day(day, lang),
        When::InWeek(monday) => lang.f("releases.week_of", &[("day", &words::date(monday, lang))]),
        When::InMonth(first) => words::month_year(first, lang),
        When::InTwoMonths(first) => {
            format!("{}–{}", words::month(first, lang), words::month_year(when.last_day(), lang))
        }
    }
}

impl ChangeLine {
    fn of(change: &Change, lang: Lang) -> Self {
        let day = when_text(change.when, lang);
        let notice = change.notice.map(|notice| {
            let key = if service::is_notice_kept(notice) { "releases.notice_kept" } else { "releases.notice_short" };
            lang.f(key, &[("days", &notice.to_string())])
        });
        Self {
            at: words::long_instant(change.at, lang),
            what: lang.f(&format!("releases.change_{}", change.kind), &[("day", &day)]),
            kind: match change.kind {
                entity::kinds::ReleaseChangeKind::Moved => "warning",
                entity::kinds::ReleaseChangeKind::Cancelled => "danger",
                entity::kinds::ReleaseChangeKind::Published => "success",
                _ => "neutral",
            },
            reason: change.reason.as_ref().map(|reason| format!("{}: {}", reason_name(reason.code, lang), reason.text)),
            notice,
            meeting: change.outcome.as_ref().and_then(|decided| decided.meeting_id).map(|id| format!("/meetings/{id}")),
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

fn reasons(lang: Lang) -> Vec<Choice> {
    let choice = |code: &ReasonCode| Choice { value: code.to_string(), label: reason_name(*code, lang).to_owned() };
    ReasonCode::ALL.iter().map(choice).collect()
}

// ---- Planning -------------------------------------------------------------------------------------------------------

#[derive(Clone, Debug, Default, Deserialize)]
struct PlanForm {
    #[serde(default)]
    product: String,
    #[serde(default)]
    period: String,
    #[serde(default)]
    precision: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    hour: String,
}

#[derive(Template)]
#[template(path = "releases/plan.html")]
struct PlanPage {
    shell: Shell,
    form: FormState<PlanForm>,
    products: Vec<Choice>,
    precisions: Vec<Choice>,
}

#[get("/releases/new")]
async fn show_plan_form(ctx: Ctx, request: HttpRequest) -> Answer {
    allow(&ctx, Action::Plan)?;
    let form = FormState::fresh(PlanForm { precision: Precision::Month.to_string(), ..PlanForm::default() });
    page(&plan_page(&ctx, &request, form).await?)
}

#[post("/releases/new")]
async fn plan_release(ctx: Ctx, request: HttpRequest, form: Form<PlanForm>) -> Answer {
    let planned = match plan_of(&form.0) {
        Ok(input) => ctx.write(async |txn| service::plan(&ctx, txn, input).await).await,
        Err(error) => Err(error),
    };
    match planned {
        Ok(view) => Ok(done(&format!("/releases/{}", view.release.id), FlashKind::Success, "releases.done_planned")),
        Err(error) => {
            let form = FormState::refused(form.0, ctx.lang, error)?;
            unprocessable(&plan_page(&ctx, &request, form).await?)
        }
    }
}

fn plan_of(form: &PlanForm) -> Result<PlanIn> {
    let precision = parsed("precision", &form.precision, Code::UnknownValue);
    let period = parsed("period", &form.period, Code::UnknownValue);
    let day = parsed("day", &form.day, Code::NotADay);
    let (precision, period, day) = all(precision, period, day)?;
    let when = When::of(precision, day, hour_of(&form.hour)?)?;
    Ok(PlanIn { product: form.product.clone(), period, when })
}

async fn plan_page(ctx: &Ctx, request: &HttpRequest, form: FormState<PlanForm>) -> Result<PlanPage> {
    let products = service::products(ctx.reader()).await?;
    let name = |product: &super::model::Product| match ctx.lang {
        Lang::It => product.name_it.clone(),
        Lang::En => product.name_en.clone(),
    };
    let precision = |one: &Precision| Choice {
        value: one.to_string(),
        label: ctx.lang.t(&format!("releases.precision_{one}")).to_owned(),
    };
    Ok(PlanPage {
        shell: shell(ctx, request, ctx.lang.t("releases.plan").to_owned()),
        form,
        products: products.iter().map(|one| Choice { value: one.code.clone(), label: name(one) }).collect(),
        precisions: Precision::ALL.iter().map(precision).collect(),
    })
}

// ---- Confirming, moving, cancelling ---------------------------------------------------------------------------------

/// What the three forms about a date have in common; each page shows the fields it needs.
#[derive(Clone, Debug, Default, Deserialize)]
struct DateForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    hour: String,
    #[serde(default)]
    reason_code: String,
    #[serde(default)]
    reason_text: String,
    #[serde(default)]
    despite_non_working: String,
}

#[derive(Template)]
#[template(path = "releases/date.html")]
struct DatePage {
    shell: Shell,
    form: FormState<DateForm>,
    /// The release and its present date.
    line: Line,
    lead: &'static str,
    submit: &'static str,
    kind: &'static str,
    action: String,
    asks_date: bool,
    asks_reason: bool,
    reasons: Vec<Choice>,
}

#[get("/releases/{id}/confirm")]
async fn show_confirm_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    show_date_form(&ctx, &request, *id, Event::Confirm).await
}

#[get("/releases/{id}/move")]
async fn show_move_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    show_date_form(&ctx, &request, *id, Event::Move).await
}

#[get("/releases/{id}/cancel")]
async fn show_cancel_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    show_date_form(&ctx, &request, *id, Event::Cancel).await
}

async fn show_date_form(ctx: &Ctx, request: &HttpRequest, id: ReleaseId, event: Event) -> Answer {
    let view = service::release(ctx.reader(), id).await?;
    let hour = view.release.when().hour().map(|hour| hour.format("%H:%M").to_string()).unwrap_or_default();
    let day = match view.release.when() {
        When::At(slot) => slot.day.to_string(),
        When::On(day) => day.to_string(),
        _ => String::new(),
    };
    let form = DateForm { version: view.release.version.to_string(), day, hour, ..DateForm::default() };
    page(&date_page(ctx, request, &view, event, FormState::fresh(form))?)
}

#[post("/releases/{id}/confirm")]
async fn confirm_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: Form<DateForm>) -> Answer {
    let confirmed = match confirm_of(&form.0) {
        Ok((version, input)) => {
            ctx.write(async |txn| service::confirm_in(&ctx, txn, *id, Some(version), input, None).await).await
        }
        Err(error) => Err(error),
    };
    date_answer(&ctx, &request, *id, Event::Confirm, form.0, confirmed, "releases.done_confirmed").await
}

#[post("/releases/{id}/move")]
async fn move_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: Form<DateForm>) -> Answer {
    let moved = match move_of(&form.0) {
        Ok((version, input)) => {
            ctx.write(async |txn| service::move_in(&ctx, txn, *id, Some(version), input, None).await).await
        }
        Err(error) => Err(error),
    };
    date_answer(&ctx, &request, *id, Event::Move, form.0, moved, "releases.done_moved").await
}

#[post("/releases/{id}/cancel")]
async fn cancel_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: Form<DateForm>) -> Answer {
    let cancelled = match cancel_of(&form.0) {
        Ok((version, reason)) => {
            ctx.write(async |txn| service::cancel_in(&ctx, txn, *id, Some(version), reason, None).await).await
        }
        Err(error) => Err(error),
    };
    date_answer(&ctx, &request, *id, Event::Cancel, form.0, cancelled, "releases.done_cancelled").await
}

async fn date_answer(
    ctx: &Ctx,
    request: &HttpRequest,
    id: ReleaseId,
    event: Event,
    form: DateForm,
    result: Result<ReleaseView>,
    done_key: &'static str,
) -> Answer {
    match result {
        Ok(_) => Ok(done(&format!("/releases/{id}"), FlashKind::Success, done_key)),
        Err(error) => {
            let view = service::release(ctx.reader(), id).await?;
            let form = FormState::refused(form, ctx.lang, error)?;
            unprocessable(&date_page(ctx, request, &view, event, form)?)
        }
    }
}

fn date_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &ReleaseView,
    event: Event,
    form: FormState<DateForm>,
) -> Result<DatePage> {
    let (action, lead, submit, kind) = match event {
        Event::Confirm => (Action::Confirm, "releases.confirm_lead", "releases.confirm", "primary"),
        Event::Move => (Action::Move, "releases.move_lead", "releases.move", "primary"),
        _ => (Action::Cancel, "releases.cancel_lead", "releases.cancel", "danger"),
    };
    allow(ctx, action)?;
    let line = Line::of(view, ctx);
    let shell = Shell::new(ctx, request, submit)
        .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
        .crumb(line.title.clone(), line.href.clone())
        .here();
    Ok(DatePage {
        shell,
        form,
        action: format!("{}/{}", line.href, event.as_str()),
        line,
        lead: ctx.lang.t(lead),
        submit: ctx.lang.t(submit),
        kind,
        asks_date: event != Event::Cancel,
        asks_reason: event != Event::Confirm,
        reasons: reasons(ctx.lang),
    })
}

fn confirm_of(form: &DateForm) -> Result<(i32, ConfirmIn)> {
    let (version, day) = (version_of(&form.version)?, parsed("day", &form.day, Code::NotADay).map_err(one)?);
    let despite_non_working = Some(form.despite_non_working.clone());
    Ok((version, ConfirmIn { day, hour: hour_of(&form.hour)?, despite_non_working }))
}

fn move_of(form: &DateForm) -> Result<(i32, MoveIn)> {
    let (version, reason) = cancel_of(form)?;
    let day = parsed("day", &form.day, Code::NotADay).map_err(one)?;
    let despite_non_working = Some(form.despite_non_working.clone());
    Ok((version, MoveIn { day, hour: hour_of(&form.hour)?, reason, despite_non_working }))
}

fn cancel_of(form: &DateForm) -> Result<(i32, Reason)> {
    let code = parsed("reason_code", &form.reason_code, Code::UnknownValue).map_err(one)?;
    Ok((version_of(&form.version)?, Reason { code, text: form.reason_text.clone() }))
}

// ---- Reading what was typed -----------------------------------------------------------------------------------------

fn parsed<T: FromStr>(field: &'static str, typed: &str, code: Code) -> std::result::Result<T, FieldError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(FieldError::new(field, Code::Required));
    }
    typed.parse().map_err(|_| FieldError::new(field, code))
}

/// All three, or every one that is wrong.
fn all<A, B, C>(
    a: std::result::Result<A, FieldError>,
    b: std::result::Result<B, FieldError>,
    c: std::result::Result<C, FieldError>,
) -> Result<(A, B, C)> {
    match (a, b, c) {
        (Ok(a), Ok(b), Ok(c)) => Ok((a, b, c)),
        (a, b, c) => Err(Error::Invalid([a.err(), b.err(), c.err()].into_iter().flatten().collect())),
    }
}

fn one(error: FieldError) -> Error {
    Error::Invalid(vec![error])
}

/// An hour as a browser's field sends it; left empty, the usual one.
fn hour_of(typed: &str) -> Result<Option<NaiveTime>> {
    let typed = typed.trim().replace('.', ":");
    if typed.is_empty() {
        return Ok(None);
    }
    let hour = NaiveTime::parse_from_str(&typed, "%H:%M").or_else(|_| NaiveTime::parse_from_str(&typed, "%H:%M:%S"));
    hour.map(Some).map_err(|_| Error::field("hour", Code::NotAnHour))
}

/// The version the form was made of; a form without one was not ours.
fn version_of(typed: &str) -> Result<i32> {
    typed.parse().map_err(|_| Error::Stale)
}

fn allow(ctx: &Ctx, action: Action) -> Result<()> {
    match (policy::may(&ctx.actor, action), ctx.actor.person_id()) {
        (true, _) => Ok(()),
        (false, None) => Err(Error::Unauthenticated),
        (false, Some(_)) => Err(Error::Denied),
    }
}
