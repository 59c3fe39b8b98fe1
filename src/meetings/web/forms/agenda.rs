//! The agenda of a draft: points added one by one or several at once, edited, moved, copied, removed.

use super::{Answer, answer, choices, meeting_for, path, releases_to_decide, shell};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error};
use crate::http::Failure;
use crate::http::form::{self, Choice, Form, FormState, OnlyButton, Sent, Versioned};
use crate::http::page::{Badge, FlashKind, Shell, done, page};
use crate::meetings::model::AgendaItem;
use crate::meetings::model::agenda::{Copied, Fate, Step, to_copy};
use crate::meetings::policy::Action;
use crate::meetings::service::{self, ITEM_CHARACTERS, ITEM_MINUTES, ItemChange, ItemIn, MOST_AT_ONCE, Source};
use crate::meetings::view::{Dossier, Line};
use crate::open::Seen;
use crate::releases::service as releases;
use crate::texts::Lang;
use crate::typed::{self, Reading};
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::{AgendaItemId, MeetingId};
use entity::kinds::AgendaItemKind;
use serde::Deserialize;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(new_item)
        .service(add_item)
        .service(new_items)
        .service(add_items)
        .service(copy_form)
        .service(copy_items)
        .service(edit_item)
        .service(save_item)
        .service(step_item)
        .service(remove_item);
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ItemForm {
    kind: String,
    title: String,
    minutes: String,
    release_id: String,
}

impl ItemForm {
    fn of(item: &AgendaItem) -> Self {
        Self {
            kind: item.kind.to_string(),
            title: item.title.clone(),
            minutes: item.minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
            release_id: item.release_id.map(|id| id.to_string()).unwrap_or_default(),
        }
    }

    fn read(&self, reading: &mut Reading) -> Option<ItemIn> {
        let kind = reading.chosen("kind", &self.kind);
        let title = reading.text("title", &self.title, ITEM_CHARACTERS);
        let release_id = reading.optionally_chosen("release_id", &self.release_id);
        let minutes = reading.optional_minutes("minutes", &self.minutes, ITEM_MINUTES);
        Some(ItemIn { kind: kind?, title: title?, release_id: release_id?, minutes: minutes? })
    }

    fn read_change(&self, reading: &mut Reading) -> Option<ItemChange> {
        let ItemIn { kind, title, release_id, minutes } = self.read(reading)?;
        Some(ItemChange { kind: Some(kind), title: Some(title), release_id: Some(release_id), minutes: Some(minutes) })
    }
}

#[derive(Template)]
#[template(path = "meetings/item.html")]
struct ItemPage {
    shell: Shell,
    path: String,
    action: String,
    /// Label of the button.
    save: &'static str,
    /// Whether the page offers to add several points at once.
    is_new: bool,
    /// The present agenda.
    so_far: Vec<String>,
    form: FormState<Versioned<ItemForm>>,
    kinds: Vec<Choice>,
    releases: Vec<Choice>,
}

#[get("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items/new")]
async fn new_item(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Prepare, *id).await?;
    let form = ItemForm { kind: AgendaItemKind::Information.to_string(), ..ItemForm::default() };
    page(&item_page(&ctx, &request, &dossier, FormState::made_of(dossier.meeting.version, form)).await?)
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items")]
async fn add_item(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, form: Sent<Versioned<ItemForm>>) -> Answer {
    let add = async |txn: &Txn, version, typed: &ItemForm| {
        let input = Reading::of(|reading| typed.read(reading))?;
        service::add_item(&ctx, txn, *id, Seen::Version(version), input).await
    };
    answer(&ctx, (*id, Action::Prepare), form, "meetings.done_item", add, async |form, now| {
        item_page(&ctx, &request, &now, form).await
    })
    .await
}

async fn item_page(
    ctx: &Ctx,
    request: &HttpRequest,
    dossier: &Dossier,
    form: FormState<Versioned<ItemForm>>,
) -> Result<ItemPage, Failure> {
    let path = path(dossier.meeting.id);
    Ok(ItemPage {
        shell: shell(ctx, request, &dossier.line(), "meetings.add_item_heading"),
        action: format!("{path}/agenda-items"),
        path,
        save: ctx.lang.t("meetings.add_item"),
        is_new: true,
        so_far: titles(dossier),
        form,
        kinds: choices(AgendaItemKind::ALL, ctx.lang),
        releases: releases_to_decide(ctx).await?,
    })
}

fn titles(dossier: &Dossier) -> Vec<String> {
    dossier.agenda.iter().map(|item| item.title.clone()).collect()
}

#[get("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items/{item:[0-9A-Fa-f-]+}/edit")]
async fn edit_item(ctx: Ctx, request: HttpRequest, ids: web::Path<(MeetingId, AgendaItemId)>) -> Answer {
    let (id, item) = ids.into_inner();
    let dossier = meeting_for(&ctx, Action::Prepare, id).await?;
    let form = ItemForm::of(point(&dossier, item)?);
    page(&edit_page(&ctx, &request, &dossier, item, FormState::made_of(dossier.meeting.version, form)).await?)
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items/{item:[0-9A-Fa-f-]+}/edit")]
async fn save_item(
    ctx: Ctx,
    request: HttpRequest,
    ids: web::Path<(MeetingId, AgendaItemId)>,
    form: Sent<Versioned<ItemForm>>,
) -> Answer {
    let (id, item) = ids.into_inner();
    let save = async |txn: &Txn, version, typed: &ItemForm| {
        let change = Reading::of(|reading| typed.read_change(reading))?;
        service::edit_item(&ctx, txn, id, version, item, change).await
    };
    answer(&ctx, (id, Action::Prepare), form, "meetings.done_item", save, async |form, now| {
        edit_page(&ctx, &request, &now, item, form).await
    })
    .await
}

fn point(dossier: &Dossier, item: AgendaItemId) -> Result<&AgendaItem, Error> {
    dossier.agenda.iter().find(|one| one.id == item).ok_or(Error::NotFound)
}

async fn edit_page(
    ctx: &Ctx,
    request: &HttpRequest,
    dossier: &Dossier,
    item: AgendaItemId,
    form: FormState<Versioned<ItemForm>>,
) -> Result<ItemPage, Failure> {
    let mut shown = item_page(ctx, request, dossier, form).await?;
    shown.shell = shell(ctx, request, &dossier.line(), "meetings.edit_item_heading");
    shown.action = format!("{}/agenda-items/{item}/edit", shown.path);
    shown.save = ctx.lang.t("common.save");
    shown.is_new = false;
    // A release whose date can no longer be decided stays a choice of the point that names it.
    if let Some(release) = point(dossier, item)?.release_id
        && shown.releases.iter().all(|choice| choice.value != release.to_string())
    {
        let named = releases::release(ctx.reader(), release).await?;
        shown.releases.push(Choice::new(release, named.title(ctx.lang)));
    }
    Ok(shown)
}

/// Several points of one kind and length, one on each line.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ItemsForm {
    titles: String,
    kind: String,
    minutes: String,
}

impl ItemsForm {
    fn read(&self, reading: &mut Reading) -> Option<Vec<ItemIn>> {
        let lines: Vec<&str> = self.titles.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let wrong = lines.iter().find_map(|line| typed::required("titles", line, ITEM_CHARACTERS).err());
        let titles = match wrong {
            Some(error) => reading.take::<(), _>(Err(error)),
            None => reading.take(must_be_some(lines.len())),
        };
        let kind = reading.chosen("kind", &self.kind);
        let minutes = reading.optional_minutes("minutes", &self.minutes, ITEM_MINUTES);
        let (kind, minutes) = (kind?, minutes?);
        titles?;
        let item = |line: &str| ItemIn { kind, title: line.to_owned(), release_id: None, minutes };
        Some(lines.into_iter().map(item).collect())
    }
}

/// Refuses a form without a line, or with too many.
fn must_be_some(lines: usize) -> Result<(), Error> {
    match lines {
        0 => Err(Error::field("titles", Code::Required)),
        1..=MOST_AT_ONCE => Ok(()),
        _ => Err(Error::out_of_range("titles", 1, MOST_AT_ONCE)),
    }
}

#[derive(Template)]
#[template(path = "meetings/items.html")]
struct ItemsPage {
    shell: Shell,
    path: String,
    so_far: Vec<String>,
    form: FormState<Versioned<ItemsForm>>,
    kinds: Vec<Choice>,
    hint: String,
}

#[get("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items/several")]
async fn new_items(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Prepare, *id).await?;
    let form = ItemsForm { kind: AgendaItemKind::Information.to_string(), ..ItemsForm::default() };
    page(&items_page(&ctx, &request, &dossier, FormState::made_of(dossier.meeting.version, form)))
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items/several")]
async fn add_items(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Sent<Versioned<ItemsForm>>,
) -> Answer {
    let add = async |txn: &Txn, version, typed: &ItemsForm| {
        let input = Reading::of(|reading| typed.read(reading))?;
        let added = service::add_items(&ctx, txn, *id, Seen::Version(version), input).await;
        added.map_err(|error| error.placed(|field| if field == "title" { "titles" } else { field }))
    };
    answer(&ctx, (*id, Action::Prepare), form, "meetings.done_item", add, async |form, now| {
        Ok(items_page(&ctx, &request, &now, form))
    })
    .await
}

fn items_page(ctx: &Ctx, request: &HttpRequest, dossier: &Dossier, form: FormState<Versioned<ItemsForm>>) -> ItemsPage {
    ItemsPage {
        shell: shell(ctx, request, &dossier.line(), "meetings.add_items_heading"),
        path: path(dossier.meeting.id),
        so_far: titles(dossier),
        form,
        kinds: choices(AgendaItemKind::ALL, ctx.lang),
        hint: ctx.lang.f("meetings.items_hint", &[("most", &MOST_AT_ONCE.to_string())]),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct CopyForm {
    points: String,
}

#[derive(Template)]
#[template(path = "meetings/copy.html")]
struct CopyPage {
    shell: Shell,
    path: String,
    /// The earlier meeting; `None` if there is none with points.
    from: Option<Earlier>,
    form: FormState<Versioned<CopyForm>>,
}

/// The meeting from which points are copied.
struct Earlier {
    href: String,
    name: String,
    points: Vec<(String, Badge)>,
    choices: Vec<Choice>,
}

#[get("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items/copy")]
async fn copy_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Prepare, *id).await?;
    let form = CopyForm { points: Copied::Open.as_str().to_owned() };
    page(&copy_page(&ctx, &request, &dossier, FormState::made_of(dossier.meeting.version, form)).await?)
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items/copy")]
async fn copy_items(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Sent<Versioned<CopyForm>>,
) -> Answer {
    let copy = async |txn: &Txn, version, typed: &CopyForm| {
        let which = Reading::of(|reading| reading.chosen("points", &typed.points))?;
        service::copy_items(&ctx, txn, *id, version, which).await
    };
    answer(&ctx, (*id, Action::Prepare), form, "meetings.done_item", copy, async |form, now| {
        copy_page(&ctx, &request, &now, form).await
    })
    .await
}

async fn copy_page(
    ctx: &Ctx,
    request: &HttpRequest,
    dossier: &Dossier,
    form: FormState<Versioned<CopyForm>>,
) -> Result<CopyPage, Failure> {
    let source = service::copy_source(ctx.reader(), &dossier.meeting).await?;
    Ok(CopyPage {
        shell: shell(ctx, request, &dossier.line(), "meetings.copy_heading"),
        path: path(dossier.meeting.id),
        from: source.map(|source| Earlier::of(source, dossier, ctx.lang)),
        form,
    })
}

impl Earlier {
    fn of(source: Source, dossier: &Dossier, lang: Lang) -> Self {
        let Source { meeting, points } = source;
        let choice = |which: Copied| {
            let number = to_copy(&points, &dossier.agenda, which).len().to_string();
            let key = match which {
                Copied::Open => "meetings.copy_open",
                Copied::All => "meetings.copy_all",
            };
            Choice::new(which.as_str(), lang.f(key, &[("number", &number)]))
        };
        let choices = Copied::ALL.map(choice).to_vec();
        let line = Line { meeting, table: dossier.table.clone() };
        Self {
            href: path(line.meeting.id),
            name: line.dated_name(lang),
            points: points.into_iter().map(|(item, fate)| (item.title, fate_badge(fate, lang))).collect(),
            choices,
        }
    }
}

fn fate_badge(fate: Fate, lang: Lang) -> Badge {
    let (key, kind) = match fate {
        Fate::Untouched => ("meetings.fate_untouched", "warning"),
        Fate::Deferred => ("meetings.fate_deferred", "info"),
        Fate::Dealt => ("meetings.fate_dealt", "success"),
    };
    Badge { text: lang.t(key), kind }
}

/// Moves a point by one place, and leads to where it is now.
#[post("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items/{item:[0-9A-Fa-f-]+}/{step:up|down}")]
async fn step_item(
    ctx: Ctx,
    path_parts: web::Path<(MeetingId, AgendaItemId, String)>,
    form: Form<Versioned<OnlyButton>>,
) -> Answer {
    let (id, item, step) = path_parts.into_inner();
    let step: Step = step.parse().map_err(|()| Error::NotFound)?;
    let work = async |txn: &Txn| service::step_item(&ctx, txn, id, form.0.seen()?, item, step).await;
    let leads_on = |_| done(&format!("{}#point-{item}", path(id)), FlashKind::Success, "meetings.done_order");
    form::press(&ctx, &form.1, work, leads_on).await
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/agenda-items/{item:[0-9A-Fa-f-]+}/remove")]
async fn remove_item(ctx: Ctx, ids: web::Path<(MeetingId, AgendaItemId)>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let (id, item) = ids.into_inner();
    let remove = async |txn: &Txn| service::remove_item(&ctx, txn, id, form.0.seen()?, item).await;
    let leads_on = |_| done(&path(id), FlashKind::Success, "meetings.done_item");
    form::press(&ctx, &form.1, remove, leads_on).await
}
