//! The page between the form of an act and the act: its effects, exactly as they will be, with the button that carries it
//! out, and the form again below.

mod proposal;
mod steps;

use super::model::Effect;
use super::service::{self, Preview, WorkEffects};
use crate::catalogue::model::Product;
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::deliverables::view::DeliverableView;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, FormState, Versioned};
use crate::http::page::{Shell, page};
use crate::releases::model::NOTICE_TARGET_WORKING_DAYS;
use crate::releases::service::{self as releases, is_notice_kept};
use crate::releases::view::{Place, Slip, when_text};
use crate::releases::web::acts::{ActForm, ActKind, DateForm, SentAct};
use crate::releases::web::reason_name;
use crate::tasks::model::Task;
use crate::texts::{Label, Lang};
use crate::time::words;
use actix_web::{HttpRequest, HttpResponse, post, web};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::{ObservatoryId, ReleaseId};
use entity::kinds::ReleaseState;

/// Registers the pages.
pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(preview_confirmation).service(preview_move).service(preview_cancellation);
    steps::pages(cfg);
    proposal::pages(cfg);
}

#[derive(Template)]
#[template(path = "whatif/preview.html")]
struct PreviewPage {
    shell: Shell,
    act: ActForm,
    /// The effects; `None` if the form has to be corrected first.
    effects: Option<Effects>,
}

/// Effects of an act in the reader's words.
struct Effects {
    before: String,
    after: String,
    notice: Option<String>,
    slip: Option<String>,
    reason: Option<(String, String)>,
    despite: Option<String>,
    /// Versions in subscribers' calendars; `None` if they stay.
    calendars: Option<String>,
    work: WorkTable,
    that_day: Vec<(String, String)>,
    told: Vec<String>,
}

/// Effects on the work, in the reader's words.
struct WorkTable {
    changes: Vec<Row>,
    /// Number of records that stay, in words, if any do.
    unchanged: Option<String>,
}

/// Contributions or tasks with the same change, of several observatories.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    what: String,
    before: String,
    after: String,
    whose: Vec<String>,
}

#[post("/releases/{id:[0-9A-Fa-f-]+}/confirm/preview")]
async fn preview_confirmation(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: SentAct) -> Answer {
    preview(&ctx, &request, *id, ActKind::Confirm, form).await
}

#[post("/releases/{id:[0-9A-Fa-f-]+}/move/preview")]
async fn preview_move(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: SentAct) -> Answer {
    preview(&ctx, &request, *id, ActKind::Move, form).await
}

#[post("/releases/{id:[0-9A-Fa-f-]+}/cancel/preview")]
async fn preview_cancellation(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: SentAct) -> Answer {
    preview(&ctx, &request, *id, ActKind::Cancel, form).await
}

async fn preview(ctx: &Ctx, request: &HttpRequest, id: ReleaseId, kind: ActKind, form: SentAct) -> Answer {
    let shown = async |_: &_, typed: &Versioned<DateForm>| -> Result<HttpResponse> {
        let preview = service::preview(ctx, id, typed.seen()?, typed.act(kind)?).await?;
        let (shell, act) = ActForm::of(ctx, request, &preview.before, kind, FormState::fresh(typed.clone()))?;
        let effects = Some(effects(ctx, &preview).await?);
        page(&PreviewPage { shell, act, effects }).map_err(|failure| failure.0)
    };
    form::answer_by(ctx, form, shown, async |form| {
        let view = releases::release(ctx.reader(), id).await?;
        let form = form.beside(view.release.version);
        let (shell, act) = ActForm::of(ctx, request, &view, kind, form)?;
        Ok(PreviewPage { shell, act, effects: None })
    })
    .await
}

async fn effects(ctx: &Ctx, preview: &Preview) -> Result<Effects> {
    let lang = ctx.lang;
    let (before, after) = (&preview.before.release, &preview.after.release);
    let is_off = after.state() == ReleaseState::Cancelled;
    let change = preview.change.as_ref();
    let catalogue = ctx.recall(&Catalogue).await?;
    let product = catalogue.iter().find(|product| product.id == after.product_id);
    let work = work_table(&preview.work, product, &releases::places(ctx).await?, lang);
    let rises = |(from, to): (i32, i32)| {
        lang.f("whatif.calendars_rise", &[("from", &from.to_string()), ("to", &to.to_string())])
    };
    Ok(Effects {
        before: when_text(before.when(), lang),
        after: if is_off { lang.t("whatif.cancelled").to_owned() } else { when_text(after.when(), lang) },
        notice: change.and_then(|change| change.notice).map(|notice| notice_text(notice, lang)),
        slip: preview.slip.filter(|slip| slip.days != 0).map(|slip| slip_text(slip, lang)),
        reason: change
            .and_then(|change| change.reason.as_ref())
            .map(|reason| (reason_name(reason.code, lang).to_owned(), reason.text.clone())),
        despite: change.and_then(|change| change.despite_non_working.clone()),
        calendars: Some((before.sequence, after.sequence)).filter(|(from, to)| from != to).map(rises),
        work,
        that_day: that_day(preview, lang),
        told: readers(&preview.told, lang),
    })
}

/// Names the people to whom a mail will leave: «Ada Rossi (Referente, Bergamo)».
fn readers(told: &[Designation], lang: Lang) -> Vec<String> {
    let name =
        |one: &Designation| format!("{} ({}, {})", one.holder.name(), one.seat.kind.label(lang), one.seat.place());
    told.iter().map(name).collect()
}

fn notice_text(notice: i32, lang: Lang) -> String {
    let key = if is_notice_kept(notice) { "whatif.notice_kept" } else { "whatif.notice_short" };
    let target = NOTICE_TARGET_WORKING_DAYS.to_string();
    lang.f(key, &[("notice", &words::working_days(notice, lang)), ("target", &target)])
}

fn slip_text(slip: Slip, lang: Lang) -> String {
    let key = if slip.days > 0 { "whatif.later" } else { "whatif.earlier" };
    let (days, working) = (slip.days.unsigned_abs().to_string(), words::working_days(slip.working_days, lang));
    lang.f(key, &[("days", &days), ("working", &working)])
}

/// Words the effects on the work, the same ones of several observatories in one row.
fn work_table(work: &WorkEffects, product: Option<&Product>, places: &[Place], lang: Lang) -> WorkTable {
    let step = |task: &Task| {
        let known = product.zip(task.step_id).and_then(|(product, id)| product.step(id));
        known.map_or_else(|| task.title(lang).to_owned(), |step| step.name(lang).to_owned())
    };
    let place = |observatory: ObservatoryId| places.iter().find(|place| place.observatory == observatory);
    let name = |observatory: Option<ObservatoryId>, otherwise: &str| {
        observatory.and_then(place).map_or(otherwise, |place| &place.name).to_owned()
    };
    let contribution = lang.t("whatif.contribution");
    let contributions = work.contributions.iter().map(|effect| {
        let shown = |one: &DeliverableView| Shown {
            day: one.deliverable.day(),
            state: one.deliverable.state().label(lang),
            minutes: 0,
        };
        let whose = name(Some(effect.after.deliverable.observatory_id), &effect.after.observatory_name);
        (contribution.to_owned(), said(effect, shown, lang), whose)
    });
    let tasks = work.tasks.iter().map(|effect| {
        let shown =
            |task: &Task| Shown { day: task.day(), state: task.state().label(lang), minutes: task.estimated_minutes };
        let seat = &effect.after.seat;
        (step(&effect.after), said(effect, shown, lang), name(seat.observatory_id, seat.place()))
    });
    let mut changes: Vec<Row> = Vec::new();
    let mut still = 0;
    for (what, shown, whose) in contributions.chain(tasks) {
        let Some((before, after)) = shown else {
            still += 1;
            continue;
        };
        match changes.iter_mut().find(|row| row.what == what && row.before == before && row.after == after) {
            Some(row) => row.whose.push(whose),
            None => changes.push(Row { what, before, after, whose: vec![whose] }),
        }
    }
    let unchanged = (still > 0).then(|| lang.f("whatif.unchanged", &[("number", &still.to_string())]));
    WorkTable { changes, unchanged }
}

/// Parts of a record that a change shows.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shown {
    day: NaiveDate,
    state: &'static str,
    minutes: i32,
}

/// Words a record before and after the act: its state if that changes, else its day, and its minutes if they do; `None` if
/// nothing does.
fn said<T: PartialEq>(effect: &Effect<T>, shown: impl Fn(&T) -> Shown, lang: Lang) -> Option<(String, String)> {
    let now = shown(&effect.after);
    let Some(old) = effect.before.as_ref().map(&shown) else {
        return Some((lang.t("whatif.new").to_owned(), words::long_day(now.day, lang)));
    };
    if old == now {
        return None;
    }
    if old.state != now.state {
        return Some((old.state.to_owned(), now.state.to_owned()));
    }
    let in_words = |one: Shown| {
        let day = words::long_day(one.day, lang);
        if old.minutes == now.minutes {
            return day;
        }
        lang.f("whatif.day_and_minutes", &[("day", &day), ("minutes", &one.minutes.to_string())])
    };
    Some((in_words(old), in_words(now)))
}

/// Lists the other releases and the meetings of the day, with their addresses.
fn that_day(preview: &Preview, lang: Lang) -> Vec<(String, String)> {
    let releases = preview.releases_that_day.iter().map(|view| (view.title(lang), view.href()));
    let meetings = preview.meetings_that_day.iter().map(|line| {
        let name = format!("{}: {}", line.name(lang), line.meeting.title);
        (name, format!("/meetings/{}", line.meeting.id))
    });
    releases.chain(meetings).collect()
}
