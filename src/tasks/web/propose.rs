//! The pages on which an observatory proposes another day for a contribution, and the secretariat decides.

use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::policy::Action;
use crate::deliverables::view::DeliverableView;
use crate::deliverables::web as contributions;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Form, FormState, OnlyButton, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::open::{Guarded, Seen, open};
use crate::tasks::model::Task;
use crate::tasks::proposal::{DayProposal, Event, LIFECYCLE};
use crate::tasks::service::{self, ProposeIn, TEXT_CHARACTERS};
use crate::tasks::view::{DayPreview, Proposed};
use crate::texts::Lang;
use crate::time::words;
use crate::typed::Reading;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use entity::ids::{DayProposalId, DeliverableId};
use entity::kinds::DayProposalState;
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_form)
        .service(propose)
        .service(show_proposal)
        .service(show_effects)
        .service(accept)
        .service(decline)
        .service(withdraw);
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ProposeForm {
    day: String,
    reason: String,
}

impl ProposeForm {
    fn read(&self) -> Result<ProposeIn> {
        Reading::of(|reading| {
            let day = reading.day("day", &self.day);
            let reason = reading.reason("reason", &self.reason, TEXT_CHARACTERS);
            Some(ProposeIn { day: day?, reason: reason? })
        })
    }
}

#[derive(Template)]
#[template(path = "tasks/propose.html")]
struct ProposePage {
    shell: Shell,
    about: String,
    /// «La scadenza è venerdì 5 marzo 2027, l’uscita lunedì 15 marzo 2027.»
    lead: String,
    on_behalf: Option<String>,
    back: String,
    form: FormState<ProposeForm>,
}

#[get("/deliverables/{id:[0-9A-Fa-f-]+}/propose-day")]
async fn show_form(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let view = own(&ctx, *id).await?;
    page(&propose_page(&ctx, &request, &view, FormState::default()))
}

#[post("/deliverables/{id:[0-9A-Fa-f-]+}/propose-day")]
async fn propose(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>, form: Sent<ProposeForm>) -> Answer {
    let view = own(&ctx, *id).await?;
    let propose = async |txn: &Txn, form: &ProposeForm| service::propose(&ctx, txn, *id, form.read()?).await;
    let leads_on = |one: Proposed| done(&contributions::href(&one.view), FlashKind::Success, "tasks.done_proposed");
    form::answer(&ctx, form, propose, leads_on, async |form| Ok(propose_page(&ctx, &request, &view, form))).await
}

async fn own(ctx: &Ctx, id: DeliverableId) -> Result<DeliverableView> {
    open(ctx, ctx.reader(), id, Action::Submit, Seen::AsItStands).await
}

fn propose_page(ctx: &Ctx, request: &HttpRequest, view: &DeliverableView, form: FormState<ProposeForm>) -> ProposePage {
    let day = |day| words::long_day(day, ctx.lang);
    let values = [("day", day(view.deliverable.day())), ("out", day(view.release_day))];
    ProposePage {
        shell: contributions::shell_below(ctx, request, "tasks.propose", view),
        about: contributions::title(view, ctx.lang),
        lead: ctx.lang.f("tasks.propose_lead", &values.each_ref().map(|(name, value)| (*name, value.as_str()))),
        on_behalf: contributions::on_behalf(ctx, view),
        back: contributions::href(view),
        form,
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct DeclineForm {
    reason: String,
}

/// A proposal in the reader's words, and what the reader may do.
pub struct ProposalLine {
    pub href: String,
    pub contribution: String,
    pub contribution_href: String,
    /// «Da venerdì 5 marzo 2027 a lunedì 15 marzo 2027».
    pub change: String,
    pub reason: String,
    pub state: &'static str,
    pub kind: &'static str,
    pub answer: Option<String>,
    pub version: i32,
    pub may_answer: bool,
    pub may_withdraw: bool,
}

impl ProposalLine {
    pub fn of(ctx: &Ctx, proposal: &DayProposal, view: &DeliverableView) -> Self {
        let lang = ctx.lang;
        let may = |event, action| LIFECYCLE.allows(proposal.state, event) && view.may(&ctx.actor, action);
        let (state, kind) = match proposal.state {
            DayProposalState::Open => ("tasks.proposal_open", "warning"),
            DayProposalState::Accepted => ("tasks.proposal_accepted", "success"),
            DayProposalState::Declined => ("tasks.proposal_declined", "danger"),
            DayProposalState::Withdrawn => ("tasks.proposal_withdrawn", "neutral"),
        };
        Self {
            href: format!("/day-proposals/{}", proposal.id),
            contribution: contributions::title(view, lang),
            contribution_href: contributions::href(view),
            change: change(proposal, lang),
            reason: proposal.reason.clone(),
            state: lang.t(state),
            kind,
            answer: proposal.answer.clone(),
            version: proposal.version,
            may_answer: may(Event::Accept, Action::Reschedule),
            may_withdraw: may(Event::Withdraw, Action::Submit),
        }
    }
}

fn change(proposal: &DayProposal, lang: Lang) -> String {
    let (from, to) = (words::long_day(proposal.former_day, lang), words::long_day(proposal.day, lang));
    lang.f("tasks.proposal_change", &[("from", &from), ("to", &to)])
}

#[derive(Template)]
#[template(path = "tasks/proposal.html")]
struct ProposalPage {
    shell: Shell,
    line: ProposalLine,
    /// Day of the release.
    out: String,
    effects: Option<Effects>,
    form: FormState<Versioned<DeclineForm>>,
}

/// Effects of accepting a proposal.
struct Effects {
    /// «Il contributo scade lunedì 15 marzo 2027.»
    contribution: String,
    /// Titles of the tasks with another day, and their days before and after.
    tasks: Vec<(String, String, String)>,
    /// Whether the new day comes after the release.
    after_release: bool,
}

impl Effects {
    fn of(preview: &DayPreview, lang: Lang) -> Self {
        let day = words::long_day(preview.after.deliverable.day(), lang);
        let row = |(before, after): &(Task, Task)| {
            let day = |task: &Task| words::long_day(task.day(), lang);
            (before.title(lang).to_owned(), day(before), day(after))
        };
        Self {
            contribution: lang.f("tasks.effect_contribution", &[("day", &day)]),
            tasks: preview.tasks.iter().map(row).collect(),
            after_release: preview.after.deliverable.day() > preview.after.release_day,
        }
    }
}

#[get("/day-proposals/{id:[0-9A-Fa-f-]+}")]
async fn show_proposal(ctx: Ctx, request: HttpRequest, id: web::Path<DayProposalId>) -> Answer {
    let proposed = service::proposal(&ctx, ctx.reader(), *id).await?;
    let form = FormState::made_of(proposed.proposal.version, DeclineForm::default());
    page(&proposal_page(&ctx, &request, &proposed, None, form))
}

#[post("/day-proposals/{id:[0-9A-Fa-f-]+}/preview")]
async fn show_effects(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DayProposalId>,
    form: Form<Versioned<OnlyButton>>,
) -> Answer {
    let preview = service::preview_day(&ctx, *id, form.0.seen()?).await?;
    let proposed = service::proposal(&ctx, ctx.reader(), *id).await?;
    let form = FormState::made_of(proposed.proposal.version, DeclineForm::default());
    page(&proposal_page(&ctx, &request, &proposed, Some(Effects::of(&preview, ctx.lang)), form))
}

fn proposal_page(
    ctx: &Ctx,
    request: &HttpRequest,
    proposed: &Proposed,
    effects: Option<Effects>,
    form: FormState<Versioned<DeclineForm>>,
) -> ProposalPage {
    ProposalPage {
        shell: contributions::shell_below(ctx, request, "tasks.proposal", &proposed.view),
        line: ProposalLine::of(ctx, &proposed.proposal, &proposed.view),
        out: words::long_day(proposed.view.release_day, ctx.lang),
        effects,
        form,
    }
}

#[post("/day-proposals/{id:[0-9A-Fa-f-]+}/accept")]
async fn accept(ctx: Ctx, id: web::Path<DayProposalId>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let Form(sent, press) = form;
    let work = async |txn: &Txn| service::accept_day(&ctx, txn, *id, sent.seen()?).await;
    form::press(&ctx, &press, work, |one| led_to(&one, "tasks.done_day_accepted")).await
}

#[post("/day-proposals/{id:[0-9A-Fa-f-]+}/withdraw")]
async fn withdraw(ctx: Ctx, id: web::Path<DayProposalId>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let Form(sent, press) = form;
    let work = async |txn: &Txn| service::withdraw_day(&ctx, txn, *id, sent.seen()?).await;
    form::press(&ctx, &press, work, |one| led_to(&one, "tasks.done_day_withdrawn")).await
}

#[post("/day-proposals/{id:[0-9A-Fa-f-]+}/decline")]
async fn decline(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DayProposalId>,
    form: Sent<Versioned<DeclineForm>>,
) -> Answer {
    let decline = async |txn: &Txn, version, form: &DeclineForm| {
        service::decline_day(&ctx, txn, *id, version, &form.reason).await
    };
    let leads_on = |one: Proposed| led_to(&one, "tasks.done_day_declined");
    form::change(&ctx, form, decline, leads_on, async |form| {
        let proposed = service::proposal(&ctx, ctx.reader(), *id).await?;
        let form = form.beside(proposed.proposal.version);
        Ok(proposal_page(&ctx, &request, &proposed, None, form))
    })
    .await
}

fn led_to(one: &Proposed, said: &'static str) -> HttpResponse {
    done(&contributions::href(&one.view), FlashKind::Success, said)
}
