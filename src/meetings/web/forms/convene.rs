//! Convening, moving, cancelling.

use super::typed::{ReasonForm, SlotForm};
use super::{Answer, answer, choices, meeting_for, path, shell};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::http::form::{Choice, FormState, Sent, Versioned};
use crate::http::page::{Shell, page};
use crate::meetings::policy::Action;
use crate::meetings::service;
use crate::meetings::view::{Dossier, Line, when_and_where};
use crate::meetings::web::checks::Checks;
use crate::typed::{Reading, kept};
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::MeetingId;
use entity::kinds::MeetingMode;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(convene_form)
        .service(convene)
        .service(move_form)
        .service(move_it)
        .service(call_off_form)
        .service(call_off);
}

#[derive(Template)]
#[template(path = "meetings/convene.html")]
struct ConvenePage {
    shell: Shell,
    path: String,
    lead: String,
    when: String,
    checks: Checks,
    form: FormState<Versioned<ReasonForm>>,
}

#[get("/meetings/{id:[0-9A-Fa-f-]+}/convene")]
async fn convene_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Convene, *id).await?;
    let form = FormState::made_of(dossier.meeting.version, ReasonForm::default());
    page(&convene_page(&ctx, &request, &dossier, form).await?)
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/convene")]
async fn convene(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Sent<Versioned<ReasonForm>>,
) -> Answer {
    let convene = async |txn: &Txn, version, typed: &ReasonForm| {
        let convened = service::convene(&ctx, txn, *id, version, kept(&typed.short_notice_reason)).await;
        // Only the reason is a field of this form; the rest is corrected in the draft.
        convened.map_err(|error| error.placed(|field| if field == "short_notice_reason" { field } else { "" }))
    };
    answer(&ctx, (*id, Action::Convene), form, "meetings.done_convened", convene, async |form, now| {
        Ok(convene_page(&ctx, &request, &now, form).await?)
    })
    .await
}

async fn convene_page(
    ctx: &Ctx,
    request: &HttpRequest,
    dossier: &Dossier,
    form: FormState<Versioned<ReasonForm>>,
) -> Result<ConvenePage> {
    let days = dossier.table.ordinary_notice_days.to_string();
    let checklist = service::checklist(ctx, dossier.meeting.id).await?;
    Ok(ConvenePage {
        checks: Checks::of(ctx, &dossier.meeting, checklist)?,
        shell: shell(ctx, request, &dossier.line(), "meetings.convene_heading"),
        path: path(dossier.meeting.id),
        lead: ctx.lang.f("meetings.convene_lead", &[("days", &days)]),
        when: when_and_where(dossier.meeting.slot, &dossier.meeting.venue, ctx.lang),
        form,
    })
}

#[derive(Template)]
#[template(path = "meetings/move.html")]
struct MovePage {
    shell: Shell,
    path: String,
    when: String,
    form: FormState<Versioned<SlotForm>>,
    modes: Vec<Choice>,
}

#[get("/meetings/{id:[0-9A-Fa-f-]+}/move")]
async fn move_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Convene, *id).await?;
    let form = FormState::made_of(dossier.meeting.version, SlotForm::of(&dossier.meeting));
    page(&move_page(&ctx, &request, &dossier.line(), form))
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/move")]
async fn move_it(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, form: Sent<Versioned<SlotForm>>) -> Answer {
    let move_it = async |txn: &Txn, version, typed: &SlotForm| {
        let input = Reading::of(|reading| typed.read_move(reading))?;
        service::move_to(&ctx, txn, *id, version, input).await
    };
    answer(&ctx, (*id, Action::Convene), form, "meetings.done_moved", move_it, async |form, now| {
        Ok(move_page(&ctx, &request, &now.line(), form))
    })
    .await
}

fn move_page(ctx: &Ctx, request: &HttpRequest, line: &Line, form: FormState<Versioned<SlotForm>>) -> MovePage {
    MovePage {
        shell: shell(ctx, request, line, "meetings.move_heading"),
        path: path(line.meeting.id),
        when: when_and_where(line.meeting.slot, &line.meeting.venue, ctx.lang),
        form,
        modes: choices(MeetingMode::ALL, ctx.lang),
    }
}

#[derive(Template)]
#[template(path = "meetings/cancel.html")]
struct CancelPage {
    shell: Shell,
    path: String,
    when: String,
    form: FormState<Versioned<ReasonForm>>,
}

#[get("/meetings/{id:[0-9A-Fa-f-]+}/cancel")]
async fn call_off_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Convene, *id).await?;
    let form = FormState::made_of(dossier.meeting.version, ReasonForm::default());
    page(&cancel_page(&ctx, &request, &dossier.line(), form))
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/cancel")]
async fn call_off(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Sent<Versioned<ReasonForm>>,
) -> Answer {
    let call_off =
        async |txn: &Txn, version, typed: &ReasonForm| service::cancel(&ctx, txn, *id, version, &typed.reason).await;
    answer(&ctx, (*id, Action::Convene), form, "meetings.done_cancelled", call_off, async |form, now| {
        Ok(cancel_page(&ctx, &request, &now.line(), form))
    })
    .await
}

fn cancel_page(ctx: &Ctx, request: &HttpRequest, line: &Line, form: FormState<Versioned<ReasonForm>>) -> CancelPage {
    CancelPage {
        shell: shell(ctx, request, line, "meetings.cancel"),
        path: path(line.meeting.id),
        when: when_and_where(line.meeting.slot, &line.meeting.venue, ctx.lang),
        form,
    }
}
