//! Drafts and their agendas.

use super::typed::{self, ReasonForm, SlotForm, kind, number};
use super::{Answer, answer, choices, meeting_for, only_who_may, path, releases_to_decide, shell};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::http::Failure;
use crate::http::form::{self, Choice, Form, FormState, Sent, Versioned, version};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::meetings::model::Meeting;
use crate::meetings::policy::Action;
use crate::meetings::service::{self, ItemIn, MeetingIn};
use crate::meetings::view::{Dossier, Line};
use crate::open::Seen;
use crate::typed::{both, given};
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::{AgendaItemId, MeetingId};
use entity::kinds::{AgendaItemKind, MeetingMode};
use serde::Deserialize;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(new_meeting)
        .service(create_meeting)
        .service(edit_meeting)
        .service(save_meeting)
        .service(new_item)
        .service(add_item)
        .service(remove_item);
}

#[derive(Template)]
#[template(path = "meetings/draft.html")]
struct DraftPage {
    shell: Shell,
    action: String,
    cancel: String,
    form: FormState<SlotForm>,
    /// To choose from; empty when editing: a meeting stays at its table.
    tables: Vec<Choice>,
    modes: Vec<Choice>,
}

#[get("/meetings/new")]
async fn new_meeting(ctx: Ctx, request: HttpRequest) -> Answer {
    only_who_may(&ctx, Action::Prepare)?;
    let tables = service::tables(&ctx).await?;
    let form =
        SlotForm { table: tables.first().map(|table| table.code.clone()).unwrap_or_default(), ..SlotForm::default() };
    page(&draft_page(&ctx, &request, FormState::fresh(form)).await?)
}

#[post("/meetings")]
async fn create_meeting(ctx: Ctx, request: HttpRequest, form: Sent<SlotForm>) -> Answer {
    only_who_may(&ctx, Action::Prepare)?;
    let create = async |txn: &Txn, typed: &SlotForm| {
        let names = both(given("table", &typed.table), given("title", &typed.title));
        let ((table, title), (slot, venue)) = both(names, both(typed.slot(), typed.venue()))?;
        service::create(&ctx, txn, MeetingIn { table, title, slot, venue }).await
    };
    let leads_on = |made: Meeting| done(&path(&made), FlashKind::Success, "meetings.done_created");
    form::answer(&ctx, form, create, leads_on, async |form| draft_page(&ctx, &request, form).await).await
}

async fn draft_page(ctx: &Ctx, request: &HttpRequest, form: FormState<SlotForm>) -> Result<DraftPage, Failure> {
    let tables = service::tables(ctx).await?;
    Ok(DraftPage {
        shell: Shell::new(ctx, request, "meetings.new_title").crumb(ctx.lang.t("meetings.title"), "/meetings").here(),
        action: "/meetings".to_owned(),
        cancel: "/meetings".to_owned(),
        form,
        tables: tables.iter().map(|table| Choice::new(&table.code, table.name(ctx.lang))).collect(),
        modes: choices(MeetingMode::ALL, ctx.lang),
    })
}

#[get("/meetings/{id}/edit")]
async fn edit_meeting(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Prepare, *id).await?;
    let form = FormState::fresh(SlotForm::of(&dossier.meeting));
    page(&edit_page(&ctx, &request, &dossier.line(), form))
}

#[post("/meetings/{id}/edit")]
async fn save_meeting(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, form: Sent<SlotForm>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Prepare, *id).await?;
    let save = async |txn: &Txn, typed: &SlotForm| {
        service::edit(&ctx, txn, *id, version(&typed.version)?, typed.change()?).await
    };
    answer(&ctx, &dossier, form, "meetings.done_created", save, async |form, now| {
        Ok(edit_page(&ctx, &request, &now.line(), form))
    })
    .await
}

fn edit_page(ctx: &Ctx, request: &HttpRequest, line: &Line, form: FormState<SlotForm>) -> DraftPage {
    DraftPage {
        shell: shell(ctx, request, line, "meetings.edit_title"),
        action: format!("{}/edit", path(&line.meeting)),
        cancel: path(&line.meeting),
        form,
        tables: Vec::new(),
        modes: choices(MeetingMode::ALL, ctx.lang),
    }
}

// ---- The agenda ----------------------------------------------------------------------------------------------------------

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ItemForm {
    version: String,
    kind: String,
    title: String,
    minutes: String,
    release_id: String,
}

impl Versioned for ItemForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
    }
}

#[derive(Template)]
#[template(path = "meetings/item.html")]
struct ItemPage {
    shell: Shell,
    path: String,
    /// The agenda as it is.
    so_far: Vec<String>,
    form: FormState<ItemForm>,
    kinds: Vec<Choice>,
    releases: Vec<Choice>,
}

#[get("/meetings/{id}/agenda-items/new")]
async fn new_item(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Prepare, *id).await?;
    let version = dossier.meeting.version.to_string();
    let form = ItemForm { version, kind: AgendaItemKind::Information.to_string(), ..ItemForm::default() };
    page(&item_page(&ctx, &request, &dossier, FormState::fresh(form)).await?)
}

#[post("/meetings/{id}/agenda-items")]
async fn add_item(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, form: Sent<ItemForm>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Prepare, *id).await?;
    let add = async |txn: &Txn, typed: &ItemForm| {
        let what = both(kind("kind", &typed.kind), given("title", &typed.title));
        let ((kind, title), minutes) = both(what, number("minutes", &typed.minutes))?;
        let release_id = typed::id("release_id", &typed.release_id)?;
        let input = ItemIn { kind, title, release_id, minutes };
        service::add_item(&ctx, txn, *id, Seen::Version(version(&typed.version)?), input).await
    };
    answer(&ctx, &dossier, form, "meetings.done_item", add, async |form, now| {
        item_page(&ctx, &request, &now, form).await
    })
    .await
}

async fn item_page(
    ctx: &Ctx,
    request: &HttpRequest,
    dossier: &Dossier,
    form: FormState<ItemForm>,
) -> Result<ItemPage, Failure> {
    Ok(ItemPage {
        shell: shell(ctx, request, &dossier.line(), "meetings.add_item_heading"),
        path: path(&dossier.meeting),
        so_far: dossier.agenda.iter().map(|item| item.title.clone()).collect(),
        form,
        kinds: choices(AgendaItemKind::ALL, ctx.lang),
        releases: releases_to_decide(ctx).await?,
    })
}

#[post("/meetings/{id}/agenda-items/{item}/remove")]
async fn remove_item(ctx: Ctx, ids: web::Path<(MeetingId, AgendaItemId)>, form: Form<ReasonForm>) -> Answer {
    let (id, item) = ids.into_inner();
    let version = version(&form.0.version)?;
    let remove = async |txn: &Txn| service::remove_item(&ctx, txn, id, version, item).await;
    let leads_on = |left: Meeting| done(&path(&left), FlashKind::Success, "meetings.done_item");
    form::press(&ctx, &form.1, remove, leads_on).await
}
