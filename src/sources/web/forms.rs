//! Forms of the secretariat: a source, and one of its dates.

use super::{href, only_who_may, shell_below, sources_page};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Choice, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::sources::model::{Details, Occurrence, Source};
use crate::sources::policy::Action;
use crate::sources::service::{self, EntryIn, SourceIn, checked_code, checked_details, checked_entry};
use crate::texts::{Label as _, Lang};
use crate::typed::{Reading, kept};
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::SourceOccurrenceId;
use entity::kinds::OccurrenceState;
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(create_source)
        .service(show_source_form)
        .service(edit_source)
        .service(show_new_date_form)
        .service(enter_date)
        .service(show_date_form)
        .service(change_date);
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SourceForm {
    pub code: String,
    pub name: String,
    pub publisher: String,
    pub address: String,
}

impl SourceForm {
    fn of(details: &Details) -> Self {
        let Details { name, publisher, address } = details.clone();
        Self { code: String::new(), name, publisher, address: address.unwrap_or_default() }
    }

    fn input(&self) -> SourceIn {
        SourceIn { name: self.name.clone(), publisher: self.publisher.clone(), address: kept(&self.address) }
    }
}

#[post("/sources")]
async fn create_source(ctx: Ctx, request: HttpRequest, form: Sent<SourceForm>) -> Answer {
    let create = async |txn: &Txn, form: &SourceForm| {
        Reading::of(|reading| {
            let code = checked_code(reading, &form.code);
            let details = checked_details(reading, &form.input());
            Some((code?, details?))
        })?;
        service::create(&ctx, txn, &form.code, &form.input()).await
    };
    let leads_on = |source: Source| done(&href(&source.code), FlashKind::Success, "sources.done_created");
    form::answer(&ctx, form, create, leads_on, async |form| Ok(sources_page(&ctx, &request, form).await?)).await
}

#[derive(Template)]
#[template(path = "sources/edit.html")]
struct EditPage {
    shell: Shell,
    name: String,
    href: String,
    form: FormState<Versioned<SourceForm>>,
}

#[get("/sources/{code}/edit")]
async fn show_source_form(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    let source = service::dossier(&ctx, ctx.reader(), &code).await?.source;
    let form = FormState::made_of(source.version, SourceForm::of(&source.details));
    page(&edit_page(&ctx, &request, &source, form)?)
}

#[post("/sources/{code}/edit")]
async fn edit_source(
    ctx: Ctx,
    request: HttpRequest,
    code: web::Path<String>,
    form: Sent<Versioned<SourceForm>>,
) -> Answer {
    let edit = async |txn: &Txn, version, form: &SourceForm| {
        service::edit(&ctx, txn, &code, version, |_| Ok(form.input())).await
    };
    let leads_on = |source: Source| done(&href(&source.code), FlashKind::Success, "sources.done_edited");
    form::change(&ctx, form, edit, leads_on, async |form| {
        let source = service::dossier(&ctx, ctx.reader(), &code).await?.source;
        let form = form.beside(source.version);
        Ok(edit_page(&ctx, &request, &source, form)?)
    })
    .await
}

fn edit_page(
    ctx: &Ctx,
    request: &HttpRequest,
    source: &Source,
    form: FormState<Versioned<SourceForm>>,
) -> Result<EditPage> {
    only_who_may(ctx, Action::Edit)?;
    Ok(EditPage {
        shell: shell_below(ctx, request, "sources.edit", source),
        name: source.details.name.clone(),
        href: href(&source.code),
        form,
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct DateForm {
    label: String,
    day: String,
    state: String,
    note: String,
}

impl DateForm {
    fn of(one: &Occurrence) -> Self {
        let entry = one.entry.clone();
        Self {
            label: entry.label,
            day: entry.day.to_string(),
            state: entry.state.to_string(),
            note: entry.note.unwrap_or_default(),
        }
    }

    fn read(&self) -> Result<EntryIn> {
        Reading::of(|reading| {
            let day = reading.day("day", &self.day);
            let state = reading.chosen::<OccurrenceState>("state", &self.state);
            let input = EntryIn {
                label: self.label.clone(),
                day: day.unwrap_or_default(),
                state: state.unwrap_or(OccurrenceState::Expected),
                note: kept(&self.note),
            };
            checked_entry(reading, &input)?;
            day.and(state).map(|_| input)
        })
    }
}

#[derive(Template)]
#[template(path = "sources/date.html")]
struct DatePage {
    shell: Shell,
    name: String,
    href: String,
    action: String,
    form: FormState<Versioned<DateForm>>,
    states: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "sources/new_date.html")]
struct NewDatePage {
    shell: Shell,
    name: String,
    href: String,
    form: FormState<DateForm>,
    states: Vec<Choice>,
}

#[get("/sources/{code}/dates/new")]
async fn show_new_date_form(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    let source = service::dossier(&ctx, ctx.reader(), &code).await?.source;
    let form = DateForm { state: OccurrenceState::Expected.to_string(), ..DateForm::default() };
    page(&new_date_page(&ctx, &request, &source, FormState::fresh(form))?)
}

#[post("/sources/{code}/dates/new")]
async fn enter_date(ctx: Ctx, request: HttpRequest, code: web::Path<String>, form: Sent<DateForm>) -> Answer {
    let enter = async |txn: &Txn, form: &DateForm| service::enter(&ctx, txn, &code, &form.read()?).await;
    let leads_on = |_: Occurrence| done(&href(&code), FlashKind::Success, "sources.done_entered");
    form::answer(&ctx, form, enter, leads_on, async |form| {
        let source = service::dossier(&ctx, ctx.reader(), &code).await?.source;
        Ok(new_date_page(&ctx, &request, &source, form)?)
    })
    .await
}

fn new_date_page(ctx: &Ctx, request: &HttpRequest, source: &Source, form: FormState<DateForm>) -> Result<NewDatePage> {
    only_who_may(ctx, Action::Enter)?;
    Ok(NewDatePage {
        shell: shell_below(ctx, request, "sources.new_date", source),
        name: source.details.name.clone(),
        href: href(&source.code),
        states: states(ctx.lang),
        form,
    })
}

#[get("/sources/{code}/dates/{occurrence_id:[0-9A-Fa-f-]+}/edit")]
async fn show_date_form(ctx: Ctx, request: HttpRequest, path: web::Path<(String, SourceOccurrenceId)>) -> Answer {
    let (code, id) = path.into_inner();
    let (source, one) = service::occurrence(&ctx, &code, id).await?;
    page(&date_page(&ctx, &request, &source, id, FormState::made_of(one.version, DateForm::of(&one)))?)
}

#[post("/sources/{code}/dates/{occurrence_id:[0-9A-Fa-f-]+}/edit")]
async fn change_date(
    ctx: Ctx,
    request: HttpRequest,
    path: web::Path<(String, SourceOccurrenceId)>,
    form: Sent<Versioned<DateForm>>,
) -> Answer {
    let (code, id) = path.into_inner();
    let change = async |txn: &Txn, version, form: &DateForm| {
        let input = form.read()?;
        service::change(&ctx, txn, &code, id, version, |_| Ok(input)).await
    };
    let leads_on = |_: Occurrence| done(&href(&code), FlashKind::Success, "sources.done_changed");
    form::change(&ctx, form, change, leads_on, async |form| {
        let (source, one) = service::occurrence(&ctx, &code, id).await?;
        let form = form.beside(one.version);
        Ok(date_page(&ctx, &request, &source, id, form)?)
    })
    .await
}

fn date_page(
    ctx: &Ctx,
    request: &HttpRequest,
    source: &Source,
    id: SourceOccurrenceId,
    form: FormState<Versioned<DateForm>>,
) -> Result<DatePage> {
    only_who_may(ctx, Action::Enter)?;
    let href = href(&source.code);
    let action = format!("{href}/dates/{id}/edit");
    let shell = shell_below(ctx, request, "sources.edit_date", source);
    Ok(DatePage { shell, name: source.details.name.clone(), action, href, states: states(ctx.lang), form })
}

fn states(lang: Lang) -> Vec<Choice> {
    OccurrenceState::ALL.iter().map(|state| Choice::new(state, state.label(lang))).collect()
}
