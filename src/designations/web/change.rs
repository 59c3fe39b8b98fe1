//! Ending, correcting, annulling: each writes a record that supersedes the present one, if that is still the one on the
//! page. Otherwise the form is shown again with the typed values, beside the record written meanwhile.

use super::forms::{Choices, ProvenanceForm, StatementForm};
use super::one::{led_to, shell_below};
use super::words as register_words;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::model::{REASON_CHARACTERS, Statement, how_it_was_told};
use crate::designations::policy::{self, Action, Subject};
use crate::designations::service::{self, EndIn};
use crate::designations::view::{Designation, Dossier};
use crate::documents::model::ACCEPTED_FILES;
use crate::error::{Error, Result};
use crate::http::Answer;
use crate::http::form::{self, FormState, Sent, Versioned};
use crate::http::multipart::{SentWithFile, at_the_file};
use crate::http::page::{Shell, page};
use crate::texts::Label;
use crate::time::words;
use crate::typed::Reading;
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, get, post};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::DesignationId;
use entity::kinds::SeatKind;
use serde::Deserialize;

pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(show_end).service(end).service(show_correct).service(correct).service(show_annul).service(annul);
}

/// The designation above the fields of all three forms.
struct About {
    path: String,
    seat: String,
    holder: String,
    term: String,
    act: String,
    /// The record that was written since the form was opened.
    meanwhile: Option<Meanwhile>,
}

/// A record that was written since the form was opened.
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

/// Returns a designation that the reader may change by an action.
async fn open(ctx: &Ctx, id: DesignationId, action: Action) -> Result<Dossier> {
    let dossier = service::dossier(ctx, id).await?;
    let designation = &dossier.designation;
    let subject =
        Subject { seat: designation.seat.kind, body: designation.seat.body_id, holder: Some(designation.holder.id) };
    if policy::may(&ctx.actor, action, subject) { Ok(dossier) } else { Err(Error::Denied) }
}

/// Executes one of the forms and leads to the designation, or shows the form again beside the present designation.
async fn answer<F, P: Template>(
    ctx: &Ctx,
    (id, action): (DesignationId, Action),
    form: Sent<Versioned<F>>,
    said: &'static str,
    work: impl AsyncFnOnce(&Txn, i32, &F) -> Result<Designation>,
    again: impl FnOnce(&Designation, About, FormState<Versioned<F>>) -> P,
) -> Answer {
    let work = async |txn: &Txn, version, typed: &F| work(txn, version, typed).await.map_err(at_the_file);
    form::change(
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

#[derive(Template)]
#[template(path = "designations/end.html")]
struct EndPage {
    shell: Shell,
    about: About,
    form: FormState<Versioned<EndForm>>,
    choices: Choices,
    accepted_files: &'static str,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct EndForm {
    /// Last day in the seat.
    #[serde(default)]
    valid_to: String,
    #[serde(default)]
    reason: String,
    #[serde(flatten)]
    provenance: ProvenanceForm,
}

impl EndForm {
    fn read(&self, reading: &mut Reading, today: NaiveDate) -> Option<EndIn> {
        let last_day = reading.day("valid_to", &self.valid_to);
        let reason = reading.text("reason", &self.reason, REASON_CHARACTERS);
        let provenance = self.provenance.read_if_any(reading, today);
        Some(EndIn { last_day: last_day?, reason: reason?, provenance: provenance? })
    }
}

#[get("/designations/{id:[0-9A-Fa-f-]+}/end")]
async fn show_end(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>) -> Answer {
    let Dossier { designation, .. } = open(&ctx, *id, Action::Designate).await?;
    let form = FormState::made_of(designation.version, EndForm::default());
    page(&end_page(&ctx, &request, &designation, About::of(&ctx, &designation), form))
}

#[post("/designations/{id:[0-9A-Fa-f-]+}/end")]
async fn end(
    ctx: Ctx,
    request: HttpRequest,
    id: Path<DesignationId>,
    sent: SentWithFile<Versioned<EndForm>>,
) -> Answer {
    open(&ctx, *id, Action::Designate).await?;
    let SentWithFile { form, file } = sent;
    let form = form.after(async |typed| typed.fields.provenance.keep(&ctx, file).await).await;
    let end = async |txn: &Txn, version, typed: &EndForm| {
        let input = Reading::of(|reading| typed.read(reading, ctx.today()))?;
        service::end(&ctx, txn, *id, version, input).await
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
    form: FormState<Versioned<EndForm>>,
) -> EndPage {
    EndPage {
        shell: shell_below(ctx, request, "designations.end_title", designation),
        about,
        form,
        choices: Choices::new(ctx.lang),
        accepted_files: ACCEPTED_FILES,
    }
}

#[derive(Template)]
#[template(path = "designations/correct.html")]
struct CorrectPage {
    shell: Shell,
    about: About,
    form: FormState<Versioned<CorrectForm>>,
    is_partner: bool,
    choices: Choices,
    accepted_files: &'static str,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct CorrectForm {
    #[serde(default)]
    reason: String,
    #[serde(flatten)]
    statement: StatementForm,
}

impl CorrectForm {
    fn read(&self, reading: &mut Reading, today: NaiveDate) -> Option<(Statement, String)> {
        let statement = self.statement.read(reading, today);
        let reason = reading.text("reason", &self.reason, REASON_CHARACTERS);
        Some((statement?, reason?))
    }
}

#[get("/designations/{id:[0-9A-Fa-f-]+}/correct")]
async fn show_correct(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>) -> Answer {
    let dossier = open(&ctx, *id, Action::Correct).await?;
    let designation = &dossier.designation;
    // A record of an end holds the communication of the end; this form corrects that of the designation.
    let told = how_it_was_told(&designation.record, &dossier.history);
    let provenance = told.statement.provenance.clone();
    let statement = Statement { provenance, ..designation.record.statement.clone() };
    let document = dossier.documents.iter().find(|document| Some(document.id) == statement.provenance.document_id);
    let form = CorrectForm {
        reason: String::new(),
        statement: StatementForm::of(&statement, document.map(|document| document.name.as_str())),
    };
    page(&correct_page(
        &ctx,
        &request,
        designation,
        About::of(&ctx, designation),
        FormState::made_of(designation.version, form),
    ))
}

#[post("/designations/{id:[0-9A-Fa-f-]+}/correct")]
async fn correct(
    ctx: Ctx,
    request: HttpRequest,
    id: Path<DesignationId>,
    sent: SentWithFile<Versioned<CorrectForm>>,
) -> Answer {
    open(&ctx, *id, Action::Correct).await?;
    let SentWithFile { form, file } = sent;
    let form = form.after(async |typed| typed.fields.statement.provenance.keep(&ctx, file).await).await;
    let correct = async |txn: &Txn, version, typed: &CorrectForm| {
        let (statement, reason) = Reading::of(|reading| typed.read(reading, ctx.today()))?;
        let corrected = service::correct(&ctx, txn, *id, version, statement, &reason).await;
        // Seat and holder are not fields of this form: a clash with another term can only be corrected by changing the
        // days.
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
    form: FormState<Versioned<CorrectForm>>,
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

#[derive(Template)]
#[template(path = "designations/annul.html")]
struct AnnulPage {
    shell: Shell,
    about: About,
    form: FormState<Versioned<AnnulForm>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct AnnulForm {
    #[serde(default)]
    reason: String,
}

#[get("/designations/{id:[0-9A-Fa-f-]+}/annul")]
async fn show_annul(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>) -> Answer {
    let Dossier { designation, .. } = open(&ctx, *id, Action::Annul).await?;
    let form = FormState::made_of(designation.version, AnnulForm::default());
    page(&annul_page(&ctx, &request, &designation, About::of(&ctx, &designation), form))
}

#[post("/designations/{id:[0-9A-Fa-f-]+}/annul")]
async fn annul(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>, form: Sent<Versioned<AnnulForm>>) -> Answer {
    open(&ctx, *id, Action::Annul).await?;
    let annul = async |txn: &Txn, version, typed: &AnnulForm| {
        let annulled = service::annul(&ctx, txn, *id, version, &typed.reason).await;
        // The last day is not a field of this form.
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
    form: FormState<Versioned<AnnulForm>>,
) -> AnnulPage {
    AnnulPage { shell: shell_below(ctx, request, "designations.annul_title", designation), about, form }
}
