//! Days on which a holder cannot work: declared on a page, withdrawn by a button.

use super::forms::Reading;
use super::one::shell_below;
use super::words as register_words;
use crate::ctx::Ctx;
use crate::designations::policy::{self, Action, Subject};
use crate::designations::service::{self, UnavailableIn};
use crate::designations::view::{Designation, Dossier};
use crate::error::{Code, Error, Result};
use crate::http::Answer;
use crate::http::form::{Choice, Form, FormState};
use crate::http::page::{FlashKind, Shell, done, page, unprocessable};
use crate::typed::kept;
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
    fn understood(&self) -> Result<UnavailableIn> {
        let mut reading = Reading::default();
        let from = reading.day("from", &self.from);
        let to = reading.day("to", &self.to);
        let mode = reading.chosen::<UnavailabilityMode>("mode", &self.mode);
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            reading.refuse("to", Code::EndBeforeStart);
        }
        match (from, to, mode) {
            (Some(from), Some(to), Some(mode)) if reading.is_clean() => {
                Ok(UnavailableIn { from, to, mode, note: kept(&self.note) })
            }
            _ => Err(reading.error()),
        }
    }
}

#[get("/designations/{id}/unavailability")]
async fn show_form(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>) -> Answer {
    let designation = open(&ctx, *id).await?;
    page(&absence_page(&ctx, &request, &designation, FormState::default()))
}

#[post("/designations/{id}/unavailability")]
async fn declare(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>, form: Form<AbsenceForm>) -> Answer {
    let designation = open(&ctx, *id).await?;
    let declared = match form.0.understood() {
        Ok(input) => ctx.write(async |txn| service::declare_unavailable(&ctx, txn, *id, input).await).await,
        Err(error) => Err(error),
    };
    match declared {
        Ok(_) => Ok(done(&format!("/designations/{}", *id), FlashKind::Success, "designations.done_absence")),
        Err(error) => {
            let form = FormState::refused(form.0, ctx.lang, error)?;
            unprocessable(&absence_page(&ctx, &request, &designation, form))
        }
    }
}

/// The version of the absence that was on the page.
#[derive(Clone, Debug, Deserialize)]
struct WithdrawForm {
    version: i32,
}

/// Withdrawing twice is no harm: whoever comes second finds it withdrawn.
#[post("/designations/{id}/unavailability/{absence}/withdraw")]
async fn withdraw(ctx: Ctx, path: Path<(DesignationId, UnavailabilityId)>, form: Form<WithdrawForm>) -> Answer {
    let (id, absence) = path.into_inner();
    let withdrawn =
        ctx.write(async |txn| service::withdraw_unavailability(&ctx, txn, id, absence, form.0.version).await).await;
    let back = format!("/designations/{id}");
    match withdrawn {
        Ok(()) => Ok(done(&back, FlashKind::Success, "designations.done_withdrawn")),
        Err(error) if error.code() == Code::Stale => Ok(done(&back, FlashKind::Info, "designations.withdrawn_before")),
        Err(error) => Err(error.into()),
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
