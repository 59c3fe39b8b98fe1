//! Pages of the sources: the list, one source with its dates, and the secretariat's forms.

mod forms;
mod import;

use super::model::{Change, Occurrence, Source};
use super::policy::{self, Action};
use super::service;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::FormState;
use crate::http::page::{Badge, Shell, page};
use crate::texts::{Label, Lang};
use crate::time::words;
use actix_web::{HttpRequest, get, web};
use askama::Template;
use entity::kinds::OccurrenceState;
use forms::SourceForm;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_sources).service(show_source);
    forms::pages(cfg);
    import::pages(cfg);
}

#[derive(Template)]
#[template(path = "sources/list.html")]
struct SourcesPage {
    shell: Shell,
    lines: Vec<SourceLine>,
    /// The form to name another one, for those who may.
    form: Option<FormState<SourceForm>>,
}

struct SourceLine {
    href: String,
    name: String,
    publisher: String,
    code: String,
}

#[get("/sources")]
async fn show_sources(ctx: Ctx, request: HttpRequest) -> Answer {
    page(&sources_page(&ctx, &request, FormState::default()).await?)
}

async fn sources_page(ctx: &Ctx, request: &HttpRequest, form: FormState<SourceForm>) -> Result<SourcesPage> {
    let line = |source: Source| SourceLine {
        href: href(&source.code),
        name: source.details.name,
        publisher: source.details.publisher,
        code: source.code,
    };
    Ok(SourcesPage {
        shell: Shell::new(ctx, request, "sources.title")
            .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
            .here(),
        lines: service::sources(ctx).await?.into_iter().map(line).collect(),
        form: may(ctx, Action::Create).then_some(form),
    })
}

#[derive(Template)]
#[template(path = "sources/one.html")]
struct SourcePage {
    shell: Shell,
    name: String,
    publisher: String,
    code: String,
    address: Option<String>,
    href: String,
    /// Dates that count, and then those that do not any more.
    dates: Vec<DateLine>,
    changes: Vec<ChangeLine>,
    may_edit: bool,
}

struct DateLine {
    label: String,
    day: String,
    state: Badge,
    note: Option<String>,
    edit: String,
}

struct ChangeLine {
    when: String,
    text: String,
}

#[get("/sources/{code}")]
async fn show_source(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    let dossier = service::dossier(&ctx, ctx.reader(), &code).await?;
    let (source, lang) = (dossier.source, ctx.lang);
    let named = |change: &Change| {
        let found = dossier.occurrences.iter().find(|one| one.id == change.occurrence);
        found.map(|one| one.entry.label.clone()).unwrap_or_default()
    };
    page(&SourcePage {
        shell: Shell::titled(&ctx, &request, source.details.name.clone())
            .crumb(lang.t("releases.calendar_title"), "/calendar")
            .crumb(lang.t("sources.title"), "/sources")
            .here(),
        dates: dossier.occurrences.iter().map(|one| date_line(&source, one, lang)).collect(),
        changes: dossier.changes.iter().map(|change| change_line(change, &named(change), lang)).collect(),
        href: href(&source.code),
        name: source.details.name,
        publisher: source.details.publisher,
        address: source.details.address,
        code: source.code,
        may_edit: may(&ctx, Action::Edit),
    })
}

fn date_line(source: &Source, one: &Occurrence, lang: Lang) -> DateLine {
    DateLine {
        label: one.entry.label.clone(),
        day: words::long_day(one.entry.day, lang),
        state: state_badge(one.entry.state, lang),
        note: one.entry.note.clone(),
        edit: format!("{}/dates/{}/edit", href(&source.code), one.id),
    }
}

/// Describes a change: «IV trimestre 2026: dal 12.03.2027 al 19.03.2027».
fn change_line(change: &Change, label: &str, lang: Lang) -> ChangeLine {
    let (day, state) = (words::short_day(change.day), change.state.label(lang));
    let before = change.before.map(words::short_day);
    let values = [("label", label), ("day", &day), ("before", before.as_deref().unwrap_or_default()), ("state", state)];
    let key = match change.before {
        None => "sources.was_entered",
        Some(before) if before != change.day => "sources.was_moved",
        Some(_) => "sources.was_changed",
    };
    ChangeLine { when: words::long_instant(change.at, lang), text: lang.f(key, &values) }
}

fn state_badge(state: OccurrenceState, lang: Lang) -> Badge {
    let kind = match state {
        OccurrenceState::Expected => "info",
        OccurrenceState::Confirmed | OccurrenceState::Out => "success",
        OccurrenceState::Withdrawn => "neutral",
    };
    Badge { text: state.label(lang), kind }
}

/// Address of the page of a source.
fn href(code: &str) -> String {
    format!("/sources/{code}")
}

fn may(ctx: &Ctx, action: Action) -> bool {
    policy::may(&ctx.actor, action)
}

/// Refuses to show a form that the reader may not send.
fn only_who_may(ctx: &Ctx, action: Action) -> Result<()> {
    ctx.demand(may(ctx, action))
}

/// Makes the frame of a form about a source.
fn shell_below(ctx: &Ctx, request: &HttpRequest, title_key: &str, source: &Source) -> Shell {
    Shell::new(ctx, request, title_key)
        .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
        .crumb(ctx.lang.t("sources.title"), "/sources")
        .crumb(source.details.name.clone(), href(&source.code))
        .in_italian()
        .here()
}
