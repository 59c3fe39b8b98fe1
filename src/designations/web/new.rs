//! Designating: first the seat is chosen, then the person and the act. With the seat chosen, the form names its present
//! and future holders, and offers to end the present holder's term when the new one begins.

use super::forms::{self, Choices, PersonForm, StatementForm};
use super::one::led_to;
use super::words as register_words;
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::model::{Seat, Standing, Term, is_exclusive};
use crate::designations::policy::{self, Action, Subject};
use crate::designations::questions::AllSeats;
use crate::designations::service::{self, DesignateIn, Preview, RegisterFilter, Wanted};
use crate::designations::view::Designation;
use crate::documents::model::ACCEPTED_FILES;
use crate::error::{Code, Error, Result};
use crate::http::Answer;
use crate::http::form::{self, Choice, FormState};
use crate::http::multipart::SentWithFile;
use crate::http::page::{Shell, page, unprocessable};
use crate::letters;
use crate::network::policy as network_policy;
use crate::network::service as network;
use crate::time::words;
use crate::typed::{Reading, all_at_once};
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use entity::kinds::SeatKind;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Number of people offered, more than the network has ever had. Beyond it the page would be unusable.
const PEOPLE_OFFERED: u64 = 2000;

/// Number of latest terms read of one seat. Present and future terms are among them.
const TERMS_SHOWN: u64 = 50;

pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(show_form).service(designate).service(preview_designation);
}

#[derive(Template)]
#[template(path = "designations/choose_seat.html")]
struct ChooseSeatPage {
    shell: Shell,
    form: FormState<SeatForm>,
    seats: Vec<Choice>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct SeatForm {
    /// `None` on the first visit, empty if no seat was chosen.
    seat: Option<String>,
    /// «true» if the reader comes from the button that replaces the holder.
    #[serde(default)]
    replaces_holder: String,
}

impl SeatForm {
    fn seat(&self) -> &str {
        self.seat.as_deref().unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "designations/new.html")]
struct NewPage {
    shell: Shell,
    form: FormState<NewForm>,
    seat_name: String,
    body_name: String,
    is_partner: bool,
    /// «Oggi l’incarico è ricoperto da Anna Riva (dal 1° marzo 2027…)», one for each present or future holder of a seat
    /// for a single holder.
    holders: Vec<String>,
    /// Whether there is a holder who can be replaced.
    may_replace: bool,
    people: Vec<Choice>,
    choices: Choices,
    accepted_files: &'static str,
    /// Whether a body enters it itself, so that the form does not ask how the body communicated.
    is_of_the_body: bool,
    /// The effects; `None` before they were asked for, or if the form has to be corrected first.
    effects: Option<Effects>,
}

/// Effects of a designation in the reader's words.
struct Effects {
    holder: String,
    term: String,
    act: String,
    /// «Finisce l’incarico di Anna Riva: ultimo giorno domenica 31 gennaio 2027», one for each.
    ended: Vec<String>,
    /// «Ada Rossi (ada.rossi@ente.example): Designazione registrata».
    mails: Vec<String>,
    /// Names and values of the form, for the button that enters it.
    fields: Vec<(&'static str, String)>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct NewForm {
    #[serde(default)]
    seat: String,
    #[serde(flatten)]
    person: PersonForm,
    #[serde(flatten)]
    statement: StatementForm,
    /// «true» or empty.
    #[serde(default)]
    replaces_holder: String,
}

impl NewForm {
    /// Returns the input, or all that is wrong: in the fields, and with the seat in these days.
    async fn input(&self, ctx: &Ctx) -> Result<DesignateIn> {
        match (Reading::of(|reading| self.read(reading, ctx)), self.wanted()) {
            (Err(wrong), Some(wanted)) => {
                let seat = service::check_seat(ctx, ctx.reader(), &wanted).await.map_err(forms::placed);
                all_at_once(Err(wrong), [seat])
            }
            (read, _) => read,
        }
    }

    /// Returns seat, person and days, if the days can be read.
    fn wanted(&self) -> Option<Wanted> {
        let term = Reading::of(|reading| {
            let from = reading.day("valid_from", &self.statement.valid_from);
            let to = reading.optional_day("valid_to", &self.statement.valid_to);
            Some(Term { from: from?, to: to? })
        });
        Some(Wanted {
            seat: self.seat.clone(),
            person: self.person.person.trim().parse().ok(),
            term: term.ok()?,
            replaces_holder: self.replaces_holder == "true",
        })
    }

    /// Lists names and values of all fields.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let (person, statement) = (&self.person, &self.statement);
        let provenance = &statement.provenance;
        let fields = [
            ("seat", &self.seat),
            ("replaces_holder", &self.replaces_holder),
            ("person", &person.person),
            ("given_name", &person.given_name),
            ("family_name", &person.family_name),
            ("email", &person.email),
            ("phone", &person.phone),
            ("language", &person.language),
            ("valid_from", &statement.valid_from),
            ("valid_to", &statement.valid_to),
            ("act_kind", &statement.act_kind),
            ("act_number", &statement.act_number),
            ("act_date", &statement.act_date),
            ("act_organ", &statement.act_organ),
            ("act_subject", &statement.act_subject),
            ("organisation", &statement.organisation),
            ("channel", &provenance.channel),
            ("communicated_on", &provenance.communicated_on),
            ("protocol_number", &provenance.protocol_number),
            ("protocol_date", &provenance.protocol_date),
            ("receipt", &provenance.receipt),
            ("document_id", &provenance.document_id),
            ("document_name", &provenance.document_name),
        ];
        fields.into_iter().map(|(name, value)| (name, value.clone())).collect()
    }

    fn read(&self, reading: &mut Reading, ctx: &Ctx) -> Option<DesignateIn> {
        let person = self.person.read(reading);
        let mut statement = self.statement.clone();
        if is_of_the_body(ctx) {
            statement.provenance = statement.provenance.of_the_body_itself(ctx.today());
        }
        let statement = statement.read(reading, ctx.today());
        Some(DesignateIn {
            seat: self.seat.clone(),
            person: person?,
            statement: statement?,
            replaces_holder: self.replaces_holder == "true",
        })
    }
}

/// Shows the form once the seat is known, before that the choice of the seat.
#[get("/designations/new")]
async fn show_form(ctx: Ctx, request: HttpRequest, query: Query<SeatForm>) -> Answer {
    demand_any_right(&ctx)?;
    let seats = seats_to_fill(&ctx).await?;
    let typed = query.into_inner();
    let Some(code) = typed.seat.clone() else {
        return page(&choose_page(&ctx, &request, FormState::fresh(typed), &seats));
    };
    match seats.iter().find(|seat| seat.code == code) {
        Some(seat) => {
            let form = NewForm { seat: code, replaces_holder: typed.replaces_holder, ..NewForm::default() };
            page(&new_page(&ctx, &request, FormState::fresh(form), seat).await?)
        }
        None => {
            let why = if code.is_empty() { Code::Required } else { Code::SeatUnknown };
            let form = FormState::refused(typed, ctx.lang, Error::field("seat", why))?;
            unprocessable(&choose_page(&ctx, &request, form, &seats))
        }
    }
}

/// Designates, or shows the form again with everything that was typed.
#[post("/designations/new")]
async fn designate(ctx: Ctx, request: HttpRequest, sent: SentWithFile<NewForm>) -> Answer {
    demand_any_right(&ctx)?;
    let SentWithFile { form, file } = sent;
    let seats = seats_to_fill(&ctx).await?;
    let seat = form.peek(|typed| seats.iter().find(|seat| seat.code == typed.seat)).ok_or(Error::NotFound)?;
    let form = form.after(async |typed| typed.statement.provenance.keep(&ctx, file).await).await;
    let designate = async |txn: &Txn, typed: &NewForm| {
        let input = typed.input(&ctx).await?;
        service::designate(&ctx, txn, input).await.map_err(forms::placed)
    };
    let leads_on = |made: Designation| led_to(made.id, "designations.done_designated");
    form::answer(&ctx, form, designate, leads_on, async |form| Ok(new_page(&ctx, &request, form, seat).await?)).await
}

/// Shows what the designation would do, with the button that enters it, and the form again below.
#[post("/designations/new/preview")]
async fn preview_designation(ctx: Ctx, request: HttpRequest, sent: SentWithFile<NewForm>) -> Answer {
    demand_any_right(&ctx)?;
    let SentWithFile { form, file } = sent;
    let seats = seats_to_fill(&ctx).await?;
    let seat = form.peek(|typed| seats.iter().find(|seat| seat.code == typed.seat)).ok_or(Error::NotFound)?;
    let form = form.after(async |typed| typed.statement.provenance.keep(&ctx, file).await).await;
    let shown = async |_: &_, typed: &NewForm| -> Result<HttpResponse> {
        let input = typed.input(&ctx).await?;
        let preview = service::preview(&ctx, input).await.map_err(forms::placed)?;
        let effects = Some(effects(&ctx, &preview, typed));
        let again = new_page(&ctx, &request, FormState::fresh(typed.clone()), seat).await?;
        page(&NewPage { effects, ..again }).map_err(|failure| failure.0)
    };
    form::answer_by(&ctx, form, shown, async |form| Ok(new_page(&ctx, &request, form, seat).await?)).await
}

fn effects(ctx: &Ctx, preview: &Preview, typed: &NewForm) -> Effects {
    let lang = ctx.lang;
    let statement = &preview.entered.record.statement;
    let ended = preview.leaving.iter().map(|one| {
        let day = one.record.statement.term.to.map(|day| words::long_day(day, lang)).unwrap_or_default();
        lang.f("designations.preview_ends", &[("holder", &one.holder.name()), ("day", &day)])
    });
    let mails = preview.mails.iter().map(|mail| {
        let reader =
            mail.name.as_ref().map_or_else(|| mail.address.clone(), |name| format!("{name} ({})", mail.address));
        format!("{reader}: {}", lang.t(mail.kind))
    });
    Effects {
        holder: format!("{} ({})", preview.entered.holder.name(), preview.entered.holder.email),
        term: register_words::term(statement.term, lang),
        act: register_words::act(&statement.act, lang),
        ended: ended.collect(),
        mails: mails.collect(),
        fields: typed.fields(),
    }
}

fn choose_page(ctx: &Ctx, request: &HttpRequest, form: FormState<SeatForm>, seats: &[Arc<Seat>]) -> ChooseSeatPage {
    ChooseSeatPage {
        shell: shell(ctx, request),
        form,
        seats: seats.iter().map(|seat| Choice::new(seat.code.clone(), seat_label(ctx, seat))).collect(),
    }
}

/// Names a seat with its place; for an observatory's seat, with the body as well.
fn seat_label(ctx: &Ctx, seat: &Seat) -> String {
    let name = register_words::seat_name(seat, ctx.lang);
    if seat.observatory_id.is_some() { format!("{name} ({})", seat.body_name) } else { name }
}

async fn new_page(ctx: &Ctx, request: &HttpRequest, form: FormState<NewForm>, seat: &Seat) -> Result<NewPage> {
    let holders = in_the_way(ctx, seat).await?;
    // A former holder whose term includes the entered first day is not in this list; only the refusal reports that
    // clash.
    let is_refused_for_it = form.errors.of("replaces_holder").is_some();
    Ok(NewPage {
        shell: shell(ctx, request),
        seat_name: register_words::seat_name(seat, ctx.lang),
        body_name: seat.body_name.clone(),
        is_partner: seat.kind == SeatKind::Partner,
        may_replace: !holders.is_empty() || is_refused_for_it,
        holders: holders.iter().map(|holder| held_by(ctx, holder)).collect(),
        people: known_people(ctx).await?,
        choices: Choices::new(ctx.lang),
        accepted_files: ACCEPTED_FILES,
        is_of_the_body: is_of_the_body(ctx),
        effects: None,
        form,
    })
}

fn shell(ctx: &Ctx, request: &HttpRequest) -> Shell {
    Shell::new(ctx, request, "designations.new_title")
        .crumb(ctx.lang.t("designations.board_title"), "/designations")
        .here()
}

/// Lists the present and future holders of the seat, the earliest first; empty for a seat that may have several
/// holders.
async fn in_the_way(ctx: &Ctx, seat: &Seat) -> Result<Vec<Designation>> {
    if !is_exclusive(seat.kind) {
        return Ok(Vec::new());
    }
    let filter = RegisterFilter { seat: Some(seat.id), ..RegisterFilter::default() };
    let mut holders = service::list(ctx, &filter, None, TERMS_SHOWN).await?;
    holders.retain(|one| matches!(one.standing_on(ctx.today()), Standing::InForce | Standing::Announced));
    holders.reverse();
    Ok(holders)
}

fn held_by(ctx: &Ctx, holder: &Designation) -> String {
    let key = match holder.standing_on(ctx.today()) {
        Standing::Announced => "designations.announced_to",
        _ => "designations.held_by",
    };
    let term = register_words::term(holder.record.statement.term, ctx.lang);
    ctx.lang.f(key, &[("holder", &holder.holder.name()), ("term", &term)])
}

/// Lists the seats that the reader may fill.
async fn seats_to_fill(ctx: &Ctx) -> Result<Vec<Arc<Seat>>> {
    let seats = ctx.recall(&AllSeats).await?;
    Ok(seats.iter().filter(|seat| may_fill(&ctx.actor, seat)).cloned().collect())
}

/// Tells whether a body's manager enters a designation, and not the secretariat.
fn is_of_the_body(ctx: &Ctx) -> bool {
    !ctx.actor.is_secretariat()
}

fn may_fill(actor: &Actor, seat: &Seat) -> bool {
    policy::may(actor, Action::Designate, Subject { seat: seat.kind, body: seat.body_id, holder: None })
}

fn demand_any_right(ctx: &Ctx) -> Result<()> {
    if policy::may_ever(&ctx.actor, Action::Designate) {
        return Ok(());
    }
    Err(ctx.actor.refusal())
}

/// Lists the people that the reader may know of: everybody for the secretariat, the people in the body's register for
/// its manager.
async fn known_people(ctx: &Ctx) -> Result<Vec<Choice>> {
    let named: BTreeMap<String, String> = if network_policy::may(&ctx.actor, network_policy::Action::ListPeople) {
        let people = network::people(ctx, None, PEOPLE_OFFERED).await?;
        people
            .into_iter()
            .map(|person| (label(&person.family_name, &person.given_name, &person.email), person.id.to_string()))
            .collect()
    } else {
        let lines = service::list(ctx, &RegisterFilter::default(), None, PEOPLE_OFFERED).await?;
        let holders = lines.into_iter().map(|line| line.holder);
        holders.map(|one| (label(&one.family_name, &one.given_name, &one.email), one.id.to_string())).collect()
    };
    Ok(named.into_iter().map(|(label, id)| Choice::new(id, label)).collect())
}

/// Makes a label with the family name first, so that typing finds it in a long list; the address distinguishes people
/// with the same name.
fn label(family_name: &str, given_name: &str, email: &str) -> String {
    format!("{} ({email})", letters::full_name(family_name, given_name))
}
