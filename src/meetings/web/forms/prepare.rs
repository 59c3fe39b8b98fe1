//! Drafts.

use super::typed::SlotForm;
use super::{Answer, answer, choices, meeting_for, only_who_may, path, shell};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::http::Failure;
use crate::http::form::{self, Choice, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::meetings::model::Meeting;
use crate::meetings::policy::Action;
use crate::meetings::service;
use crate::meetings::view::Line;
use crate::typed::Reading;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::MeetingId;
use entity::kinds::MeetingMode;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(new_meeting).service(create_meeting).service(edit_meeting).service(save_meeting);
}

#[derive(Template)]
#[template(path = "meetings/draft.html")]
struct DraftPage {
    shell: Shell,
    action: String,
    cancel: String,
    form: FormState<Versioned<SlotForm>>,
    /// Tables to choose from; empty when editing, because a meeting cannot change its table.
    tables: Vec<Choice>,
    modes: Vec<Choice>,
}

#[get("/meetings/new")]
async fn new_meeting(ctx: Ctx, request: HttpRequest) -> Answer {
    only_who_may(&ctx, Action::Prepare)?;
    let tables = service::tables(&ctx).await?;
    let form =
        SlotForm { table: tables.first().map(|table| table.code.clone()).unwrap_or_default(), ..SlotForm::default() };
    page(&draft_page(&ctx, &request, FormState::fresh(Versioned { fields: form, ..Versioned::default() })).await?)
}

#[post("/meetings/new")]
async fn create_meeting(ctx: Ctx, request: HttpRequest, form: Sent<Versioned<SlotForm>>) -> Answer {
    only_who_may(&ctx, Action::Prepare)?;
    let create = async |txn: &Txn, typed: &Versioned<SlotForm>| {
        service::create(&ctx, txn, Reading::of(|reading| typed.read_new(reading))?).await
    };
    let leads_on = |made: Meeting| done(&path(made.id), FlashKind::Success, "meetings.done_created");
    form::answer(&ctx, form, create, leads_on, async |form| draft_page(&ctx, &request, form).await).await
}

async fn draft_page(
    ctx: &Ctx,
    request: &HttpRequest,
    form: FormState<Versioned<SlotForm>>,
) -> Result<DraftPage, Failure> {
    let tables = service::tables(ctx).await?;
    Ok(DraftPage {
        shell: Shell::new(ctx, request, "meetings.new_title").crumb(ctx.lang.t("meetings.title"), "/meetings").here(),
        action: "/meetings/new".to_owned(),
        cancel: "/meetings".to_owned(),
        form,
        tables: tables.iter().map(|table| Choice::new(&table.code, table.name(ctx.lang))).collect(),
        modes: choices(MeetingMode::ALL, ctx.lang),
    })
}

#[get("/meetings/{id:[0-9A-Fa-f-]+}/edit")]
async fn edit_meeting(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Prepare, *id).await?;
    let form = FormState::made_of(dossier.meeting.version, SlotForm::of(&dossier.meeting));
    page(&edit_page(&ctx, &request, &dossier.line(), form))
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/edit")]
async fn save_meeting(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Sent<Versioned<SlotForm>>,
) -> Answer {
    let save = async |txn: &Txn, version, typed: &SlotForm| {
        service::edit(&ctx, txn, *id, version, Reading::of(|reading| typed.read_change(reading))?).await
    };
    answer(&ctx, (*id, Action::Prepare), form, "meetings.done_created", save, async |form, now| {
        Ok(edit_page(&ctx, &request, &now.line(), form))
    })
    .await
}

fn edit_page(ctx: &Ctx, request: &HttpRequest, line: &Line, form: FormState<Versioned<SlotForm>>) -> DraftPage {
    DraftPage {
        shell: shell(ctx, request, line, "meetings.edit_title"),
        action: format!("{}/edit", path(line.meeting.id)),
        cancel: path(line.meeting.id),
        form,
        tables: Vec::new(),
        modes: choices(MeetingMode::ALL, ctx.lang),
    }
}
