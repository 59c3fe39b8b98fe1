//! Ending, correcting, annulling: each writes a record that supersedes the present one, if it is still the one that was
//! read. Whoever comes late is shown what was written meanwhile, keeps what they typed, and may press again knowing it.

use super::forms::{self, ACCEPTED_FILES, Choices, ProvenanceForm, Reading, StatementForm};
use super::one::shell_below;
use super::words as register_words;
use crate::ctx::Ctx;
use crate::designations::model::{Statement, how_it_was_told};
use crate::designations::policy::{self, Action, Subject};
use crate::designations::service::{self, EndIn};
use crate::designations::view::{Designation, Dossier};
use crate::error::{Code, Error, Result};
use crate::http::Answer;
use crate::http::form::{Form, FormState};
use crate::http::multipart::Upload;
use crate::http::page::{FlashKind, Shell, done, page, unprocessable, with_status};
use crate::time::words;
use actix_web::http::StatusCode;
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, get, post};
use askama::Template;
use entity::ids::DesignationId;
use entity::kinds::SeatKind;
use serde::Deserialize;

pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(show_end).service(end).service(show_correct).service(correct).service(show_annul).service(annul);
}

/// What all three forms say above their fields.
struct About {
    path: String,
    seat: String,
    holder: String,
    term: String,
    act: String,
    /// What was written since the form was opened.
    meanwhile: Option<Meanwhile>,
}

/// The record somebody else wrote meanwhile.
struct Meanwhile {
    when: String,
    what: &'static str,
    reason: Option<String>,
}

impl About {
    fn of(ctx: &Ctx, designation: &Designation) -> Self {
        Self {
            path: format!("/designations/{}", designation.id),
            seat: register_words::seat_name(&designation.seat, ctx.lang),
            holder: designation.holder.name(),
            term: register_words::term(designation.record.statement.term, ctx.lang),
            act: register_words::act(&designation.record.statement.act, ctx.lang),
            meanwhile: None,
        }
    }

    fn after_a_change(ctx: &Ctx, designation: &Designation) -> Self {
        let record = &designation.record;
        let meanwhile = Meanwhile {
            when: words::long_instant(record.recorded_at, ctx.lang),
            what: ctx.lang.t(&format!("designations.change_{}", record.change)),
            reason: register_words::reason(record, ctx.lang),
        };
        Self { meanwhile: Some(meanwhile), ..Self::of(ctx, designation) }
    }
}

/// A designation about to change, if the reader may change it so.
async fn open(ctx: &Ctx, id: DesignationId, action: Action) -> Result<Dossier> {
    let dossier = service::dossier(ctx, id).await?;
    let designation = &dossier.designation;
    let subject =
        Subject { seat: designation.seat.kind, body: designation.seat.body_id, holder: Some(designation.holder.id) };
    if policy::may(&ctx.actor, action, subject) { Ok(dossier) } else { Err(Error::Denied) }
}

/// The version the form was opened with; nonsense counts as an old one.
fn version(typed: &str) -> i32 {
    typed.parse().unwrap_or(0)
}

/// What a refused change finds: the designation as it stands now, and whether somebody else was there first.
struct Found {
    designation: Designation,
    is_stale: bool,
}

impl Found {
    async fn after(ctx: &Ctx, id: DesignationId, action: Action, error: &Error) -> Result<Self> {
        Ok(Self { designation: open(ctx, id, action).await?.designation, is_stale: error.code() == Code::Stale })
    }

    fn about(&self, ctx: &Ctx) -> About {
        if self.is_stale { About::after_a_change(ctx, &self.designation) } else { About::of(ctx, &self.designation) }
    }

    /// The version the form goes on with: whoever is shown the change may press again knowing it.
    fn version(&self, typed: &str) -> String {
        if self.is_stale { self.designation.version.to_string() } else { typed.to_owned() }
    }

    /// 409 where somebody else was there first, 422 where a field must be put right.
    fn answer(&self, template: &impl Template) -> Answer {
        if self.is_stale { with_status(StatusCode::CONFLICT, template) } else { unprocessable(template) }
    }
}

// ---- Ending -------------------------------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "designations/end.html")]
struct EndPage {
    shell: Shell,
    about: About,
    form: FormState<EndForm>,
    choices: Choices,
    accepted_files: &'static str,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct EndForm {
    #[serde(default)]
    version: String,
    /// The last day in the seat.
    #[serde(default)]
    valid_to: String,
    #[serde(default)]
    reason: String,
    #[serde(flatten)]
    provenance: ProvenanceForm,
}

impl EndForm {
    fn understood(&self) -> Result<EndIn> {
        let mut reading = Reading::default();
        let last_day = reading.day("valid_to", &self.valid_to);
        let reason = reading.text("reason", &self.reason);
        let provenance = self.provenance.read_if_any(&mut reading);
        match (last_day, reason, provenance) {
            (Some(last_day), Some(reason), Some(provenance)) => Ok(EndIn { last_day, reason, provenance }),
            _ => Err(reading.error()),
        }
    }
}

#[get("/designations/{id}/end")]
async fn show_end(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>) -> Answer {
    let Dossier { designation, .. } = open(&ctx, *id, Action::Designate).await?;
    let form = FormState::fresh(EndForm { version: designation.version.to_string(), ..EndForm::default() });
    page(&end_page(&ctx, &request, &designation, About::of(&ctx, &designation), form))
}

#[post("/designations/{id}/end")]
async fn end(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>, upload: Upload) -> Answer {
    open(&ctx, *id, Action::Designate).await?;
    let mut typed: EndForm = upload.parse()?;
    let kept = typed.provenance.keep(&ctx, upload.file).await;
    let ended = match kept.and_then(|()| typed.understood()) {
        Ok(input) => ctx.write(async |txn| service::end(&ctx, txn, *id, version(&typed.version), input).await).await,
        Err(error) => Err(error),
    };
    let Err(error) = ended else {
        return Ok(done(&format!("/designations/{}", *id), FlashKind::Success, "designations.done_ended"));
    };
    let found = Found::after(&ctx, *id, Action::Designate, &error).await?;
    typed.version = found.version(&typed.version);
    let form = forms::refused(&ctx, typed, error)?;
    found.answer(&end_page(&ctx, &request, &found.designation, found.about(&ctx), form))
}

fn end_page(
    ctx: &Ctx,
    request: &HttpRequest,
    designation: &Designation,
    about: About,
    form: FormState<EndForm>,
) -> EndPage {
    EndPage {
        shell: shell_below(ctx, request, "designations.end_title", designation),
        about,
        form,
        choices: Choices::new(ctx.lang),
        accepted_files: ACCEPTED_FILES,
    }
}

// ---- Correcting ---------------------------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "designations/correct.html")]
struct CorrectPage {
    shell: Shell,
    about: About,
    form: FormState<CorrectForm>,
    is_partner: bool,
    choices: Choices,
    accepted_files: &'static str,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct CorrectForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    reason: String,
    #[serde(flatten)]
    statement: StatementForm,
}

impl CorrectForm {
    fn understood(&self) -> Result<(Statement, String)> {
        let mut reading = Reading::default();
        let statement = self.statement.read(&mut reading);
        let reason = reading.text("reason", &self.reason);
        match (statement, reason) {
            (Some(statement), Some(reason)) => Ok((statement, reason)),
            _ => Err(reading.error()),
        }
    }
}

#[get("/designations/{id}/correct")]
async fn show_correct(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>) -> Answer {
    let dossier = open(&ctx, *id, Action::Correct).await?;
    let designation = &dossier.designation;
    // An end has a communication of its own; what is corrected here is the designation's.
    let told = how_it_was_told(&designation.record, &dossier.history);
    let provenance = told.statement.provenance.clone();
    let statement = Statement { provenance, ..designation.record.statement.clone() };
    let document = dossier.documents.iter().find(|document| Some(document.id) == statement.provenance.document_id);
    let form = CorrectForm {
        version: designation.version.to_string(),
        reason: String::new(),
        statement: StatementForm::of(&statement, document.map(|document| document.name.as_str())),
    };
    page(&correct_page(&ctx, &request, designation, About::of(&ctx, designation), FormState::fresh(form)))
}

#[post("/designations/{id}/correct")]
async fn correct(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>, upload: Upload) -> Answer {
    open(&ctx, *id, Action::Correct).await?;
    let mut typed: CorrectForm = upload.parse()?;
    let kept = typed.statement.provenance.keep(&ctx, upload.file).await;
    let corrected = match kept.and_then(|()| typed.understood()) {
        Ok((statement, reason)) => {
            let version = version(&typed.version);
            ctx.write(async |txn| service::correct(&ctx, txn, *id, version, statement, &reason).await).await
        }
        Err(error) => Err(error),
    };
    let Err(error) = corrected else {
        return Ok(done(&format!("/designations/{}", *id), FlashKind::Success, "designations.done_corrected"));
    };
    let found = Found::after(&ctx, *id, Action::Correct, &error).await?;
    typed.version = found.version(&typed.version);
    let form = forms::refused(&ctx, typed, error)?;
    found.answer(&correct_page(&ctx, &request, &found.designation, found.about(&ctx), form))
}

fn correct_page(
    ctx: &Ctx,
    request: &HttpRequest,
    designation: &Designation,
    about: About,
    form: FormState<CorrectForm>,
) -> CorrectPage {
    CorrectPage {
        shell: shell_below(ctx, request, "designations.correct_title", designation),
        is_partner: designation.seat.kind == SeatKind::Partner,
        about,
        form,
        choices: Choices::new(ctx.lang),
        accepted_files: ACCEPTED_FILES,
    }
}

// ---- Annulling ----------------------------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "designations/annul.html")]
struct AnnulPage {
    shell: Shell,
    about: About,
    form: FormState<AnnulForm>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct AnnulForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    reason: String,
}

#[get("/designations/{id}/annul")]
async fn show_annul(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>) -> Answer {
    let Dossier { designation, .. } = open(&ctx, *id, Action::Annul).await?;
    let form = FormState::fresh(AnnulForm { version: designation.version.to_string(), reason: String::new() });
    page(&annul_page(&ctx, &request, &designation, About::of(&ctx, &designation), form))
}

#[post("/designations/{id}/annul")]
async fn annul(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>, form: Form<AnnulForm>) -> Answer {
    open(&ctx, *id, Action::Annul).await?;
    let mut typed = form.0;
    let annulled =
        ctx.write(async |txn| service::annul(&ctx, txn, *id, version(&typed.version), &typed.reason).await).await;
    let Err(error) = annulled else {
        return Ok(done(&format!("/designations/{}", *id), FlashKind::Success, "designations.done_annulled"));
    };
    let found = Found::after(&ctx, *id, Action::Annul, &error).await?;
    typed.version = found.version(&typed.version);
    let form = forms::refused(&ctx, typed, error)?;
    found.answer(&annul_page(&ctx, &request, &found.designation, found.about(&ctx), form))
}

fn annul_page(
    ctx: &Ctx,
    request: &HttpRequest,
    designation: &Designation,
    about: About,
    form: FormState<AnnulForm>,
) -> AnnulPage {
    AnnulPage { shell: shell_below(ctx, request, "designations.annul_title", designation), about, form }
}
