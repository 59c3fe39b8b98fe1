//! Days on which a holder cannot work: recorded on a page, withdrawn with a button.

use super::one::{led_to, shell_below};
use super::words as register_words;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::model::NOTE_CHARACTERS;
use crate::designations::policy::{self, Action, Subject};
use crate::designations::service::{self, UnavailableIn};
use crate::designations::view::{Designation, Dossier};
use crate::error::{Code, Error, Result};
use crate::http::form::{self, Choice, Form, FormState, OnlyButton, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::http::{Answer, Failure};
use crate::typed::Reading;
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, get, post};
use askama::Template;
use entity::ids::{DesignationId, UnavailabilityId};
use entity::kinds::UnavailabilityMode;
use serde::Deserialize;

pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(show_form).service(declare).service(withdraw);
}

#[derive(Template)]
#[template(path = "designations/unavailability.html")]
struct AbsencePage {
    shell: Shell,
    path: String,
    seat: String,
    holder: String,
    form: FormState<AbsenceForm>,
    modes: Vec<Choice>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct AbsenceForm {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    note: String,
}

impl AbsenceForm {
    fn read(&self, reading: &mut Reading) -> Option<UnavailableIn> {
        let from = reading.day("from", &self.from);
        let to = reading.day("to", &self.to);
        let mode = reading.chosen::<UnavailabilityMode>("mode", &self.mode);
        let note = reading.optional_text("note", &self.note, NOTE_CHARACTERS);
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            reading.refuse("to", Code::EndBeforeStart);
        }
        Some(UnavailableIn { from: from?, to: to?, mode: mode?, note: note? })
    }
}

#[get("/designations/{id:[0-9A-Fa-f-]+}/unavailability")]
async fn show_form(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>) -> Answer {
    let designation = open(&ctx, *id).await?;
    page(&absence_page(&ctx, &request, &designation, FormState::default()))
}

#[post("/designations/{id:[0-9A-Fa-f-]+}/unavailability")]
async fn declare(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>, form: Sent<AbsenceForm>) -> Answer {
    let designation = open(&ctx, *id).await?;
    let declare = async |txn: &Txn, typed: &AbsenceForm| {
        let input = Reading::of(|reading| typed.read(reading))?;
        service::declare_unavailable(&ctx, txn, *id, input).await.map_err(placed)
    };
    let leads_on = |_| led_to(*id, "designations.done_absence");
    form::answer(&ctx, form, declare, leads_on, async |form| Ok(absence_page(&ctx, &request, &designation, form))).await
}

/// Maps an error about the end to the field of the last day of absence.
fn placed(error: Error) -> Error {
    error.placed(|field| if field == "valid_to" { "to" } else { field })
}

/// Withdraws an absence. A second press, also by another reader, is answered that it was withdrawn already.
#[post("/designations/{id:[0-9A-Fa-f-]+}/unavailability/{absence:[0-9A-Fa-f-]+}/withdraw")]
async fn withdraw(
    ctx: Ctx,
    path: Path<(DesignationId, UnavailabilityId)>,
    form: Form<Versioned<OnlyButton>>,
) -> Answer {
    let (id, absence) = path.into_inner();
    let withdraw = async |txn: &Txn| service::withdraw_unavailability(&ctx, txn, id, absence, form.0.seen()?).await;
    match form::press(&ctx, &form.1, withdraw, |()| led_to(id, "designations.done_withdrawn")).await {
        Err(Failure(error)) if error.code() == Code::Stale => {
            Ok(done(&format!("/designations/{id}"), FlashKind::Info, "designations.withdrawn_before"))
        }
        answer => answer,
    }
}

async fn open(ctx: &Ctx, id: DesignationId) -> Result<Designation> {
    let Dossier { designation, .. } = service::dossier(ctx, id).await?;
    let subject =
        Subject { seat: designation.seat.kind, body: designation.seat.body_id, holder: Some(designation.holder.id) };
    if policy::may(&ctx.actor, Action::DeclareUnavailable, subject) { Ok(designation) } else { Err(Error::Denied) }
}

fn absence_page(
    ctx: &Ctx,
    request: &HttpRequest,
    designation: &Designation,
    form: FormState<AbsenceForm>,
) -> AbsencePage {
    AbsencePage {
        shell: shell_below(ctx, request, "designations.absence_title", designation),
        path: format!("/designations/{}", designation.id),
        seat: register_words::seat_name(&designation.seat, ctx.lang),
        holder: designation.holder.name(),
        form,
        modes: UnavailabilityMode::ALL
            .iter()
            .map(|mode| Choice::new(mode.as_str(), register_words::absence_mode(*mode, ctx.lang)))
            .collect(),
    }
}
