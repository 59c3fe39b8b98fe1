//! One designation: act, provenance, history, absences and audit trail, and the actions open to the reader.

use super::story::{HistoryRow, Names, TrailRow, protocol, told_once};
use super::words as register_words;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::model::{Record, Standing, Unavailability, how_it_was_told};
use crate::designations::policy::{self, Action, Subject};
use crate::designations::service;
use crate::designations::view::{Designation, Dossier};
use crate::documents::service as documents;
use crate::documents::view::Document;
use crate::error::{Code, Error, Result};
use crate::http::download;
use crate::http::form::{self, Form, FormState, OnlyButton, Sent};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::http::{Answer, Failure};
use crate::network::policy::{self as network_policy, Reach};
use crate::network::service as network;
use crate::slices;
use crate::texts::Lang;
use crate::time::words;
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::{DesignationId, DocumentId, PersonId};
use entity::kinds::RecordChange;
use serde::Deserialize;

pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(show_document).service(request_designation).service(report_bounce).service(show_designation);
}

#[derive(Template)]
#[template(path = "designations/one.html")]
struct DesignationPage {
    shell: Shell,
    seat: String,
    holder: String,
    standing: &'static str,
    standing_kind: &'static str,
    /// «Indisponibile fino al 10 dicembre 2026», for a holder who is away today.
    away: Option<String>,
    /// Reason for its end or annulment.
    reason: Option<String>,
    facts: Facts,
    act: ActFacts,
    end_told: Option<String>,
    documents: Vec<DocumentRow>,
    absences: Vec<AbsenceRow>,
    history: Vec<HistoryRow>,
    /// Operations that wrote no record.
    trail: Vec<TrailRow>,
    may: Allowed,
    path: String,
    bounce: Option<BounceBox>,
}

/// Holder, seat and term.
struct Facts {
    email: String,
    body: Link,
    observatory: Option<Link>,
    organisation: Option<String>,
    from: String,
    to: String,
    bounced: Option<String>,
}

struct ActFacts {
    line: String,
    subject: String,
    channel: &'static str,
    communicated_on: String,
    promptness: String,
    protocol: Option<String>,
    receipt: Option<String>,
}

struct Link {
    label: String,
    href: String,
}

struct DocumentRow {
    href: String,
    name: String,
    size: String,
    kept: String,
    sha256: String,
}

struct AbsenceRow {
    days: String,
    mode: &'static str,
    note: Option<String>,
    withdrawn: Option<String>,
    /// Address that withdraws the absence, and the version read.
    withdraw: String,
    version: i32,
}

/// Actions open to the reader; the page shows no button that would be refused.
struct Allowed {
    replace: Option<String>,
    end: bool,
    correct: bool,
    annul: bool,
    declare_absence: bool,
    /// Correct at least some of names, address and phone.
    correct_holder: bool,
}

/// Form of the secretariat for reporting a delivery failure to the holder.
struct BounceBox {
    action: String,
    form: FormState<BounceForm>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct BounceForm {
    #[serde(default)]
    note: String,
    /// The designation on whose page the form is.
    #[serde(default)]
    designation: String,
}

/// One designation.
#[get("/designations/{id:[0-9A-Fa-f-]+}")]
async fn show_designation(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>) -> Answer {
    page(&designation_page(&ctx, &request, *id, FormState::default()).await?)
}

/// The file that proves an act, as a download.
#[get("/designations/{id:[0-9A-Fa-f-]+}/documents/{document_id:[0-9A-Fa-f-]+}")]
async fn show_document(ctx: Ctx, path: Path<(DesignationId, DocumentId)>) -> Answer {
    let (id, document_id) = path.into_inner();
    Ok(download::document(documents::open(&ctx, &id, document_id).await?))
}

/// Asks a body by mail to fill a seat, and returns to the radar.
#[post("/seats/{code}/request-designation")]
async fn request_designation(ctx: Ctx, code: Path<String>, form: Form<OnlyButton>) -> Answer {
    let ask = async |txn: &Txn| service::request_designation(&ctx, txn, &code).await;
    let leads_on = |()| done("/radar", FlashKind::Success, "designations.done_requested");
    match form::press(&ctx, &form.1, ask, leads_on).await {
        Err(Failure(error)) if error.code() == Code::NobodyToAsk => {
            Ok(done("/radar", FlashKind::Danger, "errors.nobody_to_ask"))
        }
        answer => answer,
    }
}

/// Notes a permanent delivery failure for a person.
#[post("/people/{id:[0-9A-Fa-f-]+}/bounced")]
async fn report_bounce(ctx: Ctx, request: HttpRequest, id: Path<PersonId>, form: Sent<BounceForm>) -> Answer {
    let designation: DesignationId = form.peek(|typed| typed.designation.parse()).map_err(|_| Error::NotFound)?;
    let note = async |txn: &Txn, typed: &BounceForm| network::mark_bounced(&ctx, txn, *id, &typed.note).await;
    let leads_on = |_| led_to(designation, "designations.done_bounced");
    form::answer(
        &ctx,
        form,
        note,
        leads_on,
        async |form| Ok(designation_page(&ctx, &request, designation, form).await?),
    )
    .await
}

/// Leads to a designation with a confirmation text.
pub(super) fn led_to(id: DesignationId, said: &'static str) -> HttpResponse {
    done(&format!("/designations/{id}"), FlashKind::Success, said)
}

/// Makes the frame of a page about one designation.
pub(super) fn shell_below(ctx: &Ctx, request: &HttpRequest, title_key: &str, designation: &Designation) -> Shell {
    let name = format!("{}, {}", register_words::seat_name(&designation.seat, ctx.lang), designation.holder.name());
    Shell::new(ctx, request, title_key)
        .crumb(ctx.lang.t("designations.board_title"), "/designations")
        .crumb(name, format!("/designations/{}", designation.id))
        .here()
}

async fn designation_page(
    ctx: &Ctx,
    request: &HttpRequest,
    id: DesignationId,
    bounce: FormState<BounceForm>,
) -> Result<DesignationPage> {
    let Dossier { designation, history, documents, unavailabilities } = service::dossier(ctx, id).await?;
    let trail = slices::history(ctx.reader(), "designation", &id.to_string(), ctx.lang).await?;
    let names = Names::of(ctx, &history, &trail).await?;
    let lang = ctx.lang;
    let standing = designation.standing_on(ctx.today());
    let (seat, holder) = (register_words::seat_name(&designation.seat, lang), designation.holder.name());
    let may = allowed(ctx, &designation, standing).await?;
    let (story, trail) = told_once(&history, trail, &names, lang);
    let told = how_it_was_told(&designation.record, &history);
    let statement = &told.statement;
    Ok(DesignationPage {
        shell: Shell::titled(ctx, request, format!("{seat}: {holder}"))
            .crumb(lang.t("designations.board_title"), "/designations")
            .here(),
        standing: register_words::standing(standing, lang),
        standing_kind: register_words::standing_kind(standing),
        reason: register_words::reason(&designation.record, lang).filter(|_| tells_the_end(designation.record.change)),
        act: ActFacts {
            line: register_words::act(&statement.act, lang),
            subject: statement.act.subject.clone(),
            channel: register_words::channel(statement.provenance.channel, lang),
            communicated_on: words::date(statement.provenance.communicated_on, lang),
            promptness: register_words::promptness(told, lang),
            protocol: protocol(told, lang),
            receipt: statement.provenance.receipt.clone(),
        },
        end_told: end_told(&designation.record, told, &history, lang),
        facts: facts(&designation, lang),
        documents: documents.into_iter().map(|document| document_row(id, document, lang)).collect(),
        away: away(&unavailabilities, ctx.today(), lang),
        absences: unavailabilities.into_iter().map(|absence| absence_row(id, absence, lang)).collect(),
        history: story,
        trail,
        bounce: bounce_box(ctx, &designation, bounce),
        may,
        path: format!("/designations/{id}"),
        seat,
        holder,
    })
}

/// «Indisponibile fino al 10 dicembre 2026».
fn away(absences: &[Unavailability], today: NaiveDate, lang: Lang) -> Option<String> {
    let until = absences.iter().filter(|absence| absence.covers(today)).map(|absence| absence.to).max()?;
    let text = lang.f("designations.presence_until", &[("day", &words::date(until, lang))]);
    Some(format!("{} {text}", lang.t("designations.presence_away")))
}

/// Describes the communication of the end, if the end had one of its own. A correction of other data does not change
/// it.
fn end_told(present: &Record, told: &Record, history: &[Record], lang: Lang) -> Option<String> {
    let ends_so = |record: &&Record| {
        record.change == RecordChange::Ended && record.statement.term.to == present.statement.term.to
    };
    let end = history.iter().rfind(ends_so)?;
    let provenance = &end.statement.provenance;
    (*provenance != told.statement.provenance).then(|| {
        let channel = register_words::channel(provenance.channel, lang);
        let day = words::date(provenance.communicated_on, lang);
        let parts = [Some(channel.to_owned()), Some(day), protocol(end, lang)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    })
}

/// Tells whether the reason of such a record explains the present standing. The reason of a correction is shown only in
/// the history.
const fn tells_the_end(change: RecordChange) -> bool {
    matches!(change, RecordChange::Ended | RecordChange::Annulled)
}

fn facts(designation: &Designation, lang: Lang) -> Facts {
    let seat = &designation.seat;
    let statement = &designation.record.statement;
    let observatory = seat.observatory_code.as_ref().zip(seat.observatory_name.as_ref());
    Facts {
        email: designation.holder.email.clone(),
        body: Link { label: seat.body_name.clone(), href: format!("/network/bodies/{}", seat.body_code) },
        observatory: observatory
            .map(|(code, name)| Link { label: name.clone(), href: format!("/network/observatories/{code}") }),
        organisation: statement.organisation.clone(),
        from: words::long_day(statement.term.from, lang),
        to: statement
            .term
            .to
            .map_or_else(|| register_words::last_day(statement.term, lang), |day| words::long_day(day, lang)),
        bounced: designation.holder.bounced_at.map(|at| words::long_instant(at, lang)),
    }
}

fn document_row(id: DesignationId, document: Document, lang: Lang) -> DocumentRow {
    DocumentRow {
        href: format!("/designations/{id}/documents/{}", document.id),
        size: register_words::size(document.size, lang),
        kept: words::long_instant(document.created_at, lang),
        name: document.name,
        sha256: document.sha256,
    }
}

fn absence_row(id: DesignationId, absence: Unavailability, lang: Lang) -> AbsenceRow {
    let span = crate::designations::model::Term { from: absence.from, to: Some(absence.to) };
    AbsenceRow {
        days: register_words::term(span, lang),
        mode: register_words::absence_mode(absence.mode, lang),
        note: absence.note,
        withdrawn: absence.withdrawn_at.map(|at| words::long_instant(at, lang)),
        withdraw: format!("/designations/{id}/unavailability/{}/withdraw", absence.id),
        version: absence.version,
    }
}

async fn allowed(ctx: &Ctx, designation: &Designation, standing: Standing) -> Result<Allowed> {
    let seat = &designation.seat;
    let subject = Subject { seat: seat.kind, body: seat.body_id, holder: Some(designation.holder.id) };
    let may = |action| policy::may(&ctx.actor, action, subject);
    let stands = standing != Standing::Annulled;
    let goes_on = matches!(standing, Standing::Announced | Standing::InForce);
    Ok(Allowed {
        replace: (goes_on && may(Action::Designate))
            .then(|| format!("/designations/new?seat={}&replaces_holder=true", seat.code)),
        end: goes_on && may(Action::Designate),
        correct: stands && may(Action::Correct),
        annul: stands && may(Action::Annul),
        declare_absence: goes_on && may(Action::DeclareUnavailable),
        correct_holder: network::reach(ctx, designation.holder.id).await? > Reach::Nothing,
    })
}

fn bounce_box(ctx: &Ctx, designation: &Designation, mut form: FormState<BounceForm>) -> Option<BounceBox> {
    form.values.designation = designation.id.to_string();
    let action = format!("/people/{}/bounced", designation.holder.id);
    network_policy::may(&ctx.actor, network_policy::Action::MarkBounced).then_some(BounceBox { action, form })
}
