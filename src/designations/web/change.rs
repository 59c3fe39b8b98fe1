//! Ending, correcting, annulling: each writes a record that supersedes the present one, if it is still the one that was
//! read. Whoever comes late is shown what was written meanwhile, keeps what they typed, and may press again knowing it.

use super::forms::{self, ACCEPTED_FILES, Choices, ProvenanceForm, Reading, StatementForm};
use super::one::{led_to, shell_below};
use super::words as register_words;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::model::{Statement, how_it_was_told};
use crate::designations::policy::{self, Action, Subject};
use crate::designations::service::{self, EndIn};
use crate::designations::view::{Designation, Dossier};
use crate::error::{Error, Result};
use crate::http::Answer;
use crate::http::form::{self, FormState, Sent, Versioned, version};
use crate::http::multipart::SentWithFile;
use crate::http::page::{Shell, page};
use crate::texts::Label;
use crate::time::words;
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
            what: record.change.label(ctx.lang),
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

/// Does what one of the forms asks for, and leads to the designation; if it is refused, the form comes back beside the
/// designation as it stands now.
async fn answer<F: Versioned, P: Template>(
    ctx: &Ctx,
    (id, action): (DesignationId, Action),
    form: Sent<F>,
    said: &'static str,
    work: impl AsyncFnOnce(&Txn, &F) -> Result<Designation>,
    again: impl FnOnce(&Designation, About, FormState<F>) -> P,
) -> Answer {
    let work = async |txn: &Txn, typed: &F| work(txn, typed).await.map_err(forms::at_the_file);
    form::answer(
        ctx,
        form,
        work,
        |_| led_to(id, said),
        async |form| {
            let now = open(ctx, id, action).await?.designation;
            let about = if form.errors.is_stale() { About::after_a_change(ctx, &now) } else { About::of(ctx, &now) };
            Ok(again(&now, about, form.beside(now.version).told_by_the_page()))
        },
    )
    .await
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

impl Versioned for EndForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
    }
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
async fn end(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>, sent: SentWithFile<EndForm>) -> Answer {
    open(&ctx, *id, Action::Designate).await?;
    let SentWithFile { form, file } = sent;
    let form = form.after(async |typed| typed.provenance.keep(&ctx, file).await).await;
    let end = async |txn: &Txn, typed: &EndForm| {
        service::end(&ctx, txn, *id, version(&typed.version)?, typed.understood()?).await
    };
    answer(&ctx, (*id, Action::Designate), form, "designations.done_ended", end, |now, about, form| {
        end_page(&ctx, &request, now, about, form)
    })
    .await
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

impl Versioned for CorrectForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
    }
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
async fn correct(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>, sent: SentWithFile<CorrectForm>) -> Answer {
    open(&ctx, *id, Action::Correct).await?;
    let SentWithFile { form, file } = sent;
    let form = form.after(async |typed| typed.statement.provenance.keep(&ctx, file).await).await;
    let correct = async |txn: &Txn, typed: &CorrectForm| {
        let (statement, reason) = typed.understood()?;
        let corrected = service::correct(&ctx, txn, *id, version(&typed.version)?, statement, &reason).await;
        // Seat and holder are no fields of this form: what clashes with another term is healed by this one's days.
        corrected.map_err(|error| {
            error.placed(|field| if matches!(field, "seat" | "person") { "valid_from" } else { field })
        })
    };
    answer(&ctx, (*id, Action::Correct), form, "designations.done_corrected", correct, |now, about, form| {
        correct_page(&ctx, &request, now, about, form)
    })
    .await
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

impl Versioned for AnnulForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
    }
}

#[get("/designations/{id}/annul")]
async fn show_annul(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>) -> Answer {
    let Dossier { designation, .. } = open(&ctx, *id, Action::Annul).await?;
    let form = FormState::fresh(AnnulForm { version: designation.version.to_string(), reason: String::new() });
    page(&annul_page(&ctx, &request, &designation, About::of(&ctx, &designation), form))
}

#[post("/designations/{id}/annul")]
async fn annul(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>, form: Sent<AnnulForm>) -> Answer {
    open(&ctx, *id, Action::Annul).await?;
    let annul = async |txn: &Txn, typed: &AnnulForm| {
        let annulled = service::annul(&ctx, txn, *id, version(&typed.version)?, &typed.reason).await;
        // The last day is no field of this form.
        annulled.map_err(|error| error.placed(|field| if field == "valid_to" { "" } else { field }))
    };
    answer(&ctx, (*id, Action::Annul), form, "designations.done_annulled", annul, |now, about, form| {
        annul_page(&ctx, &request, now, about, form)
    })
    .await
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
