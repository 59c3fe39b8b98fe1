//! Remarks on pages: written, answered, rejected on a page of their own; accepted and left for the next edition by a
//! button.

use super::{action_of, contribution};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::policy::Action;
use crate::deliverables::view::DeliverableView;
use crate::deliverables::web as contributions;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Choice, Form, FormState, OnlyButton, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::open::{Seen, open};
use crate::reviews::model::{ANSWER_CHARACTERS, Event, PART_CHARACTERS, REMARK_CHARACTERS};
use crate::reviews::service::{self, AnswerIn, RemarkIn};
use crate::reviews::view::RemarkView;
use crate::texts::Label;
use crate::time::words;
use crate::typed::Reading;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use entity::ids::{DeliverableId, RemarkId};
use entity::kinds::RemarkStepKind;
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_new)
        .service(write)
        .service(show_answer)
        .service(answer)
        .service(show_reject)
        .service(reject)
        .service(accept)
        .service(carry)
        .service(take_over)
        .service(take_all_over);
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct RemarkForm {
    part: String,
    text: String,
    due_day: String,
}

impl RemarkForm {
    fn read(&self, reading: &mut Reading) -> Option<RemarkIn> {
        let part = reading.optional_text("part", &self.part, PART_CHARACTERS);
        let text = reading.text("text", &self.text, REMARK_CHARACTERS);
        let due_day = reading.optional_day("due_day", &self.due_day);
        Some(RemarkIn { part: part?, text: text?, due_day: due_day? })
    }
}

#[derive(Template)]
#[template(path = "reviews/remark_new.html")]
struct NewPage {
    shell: Shell,
    about: String,
    back: String,
    form: FormState<RemarkForm>,
}

#[get("/deliverables/{id:[0-9A-Fa-f-]+}/remarks/new")]
async fn show_new(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let view = contribution(&ctx, *id, Action::Remark).await?;
    page(&new_page(&ctx, &request, &view, FormState::fresh(RemarkForm::default())))
}

#[post("/deliverables/{id:[0-9A-Fa-f-]+}/remarks/new")]
async fn write(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>, form: Sent<RemarkForm>) -> Answer {
    let view = contribution(&ctx, *id, Action::Remark).await?;
    let write = async |txn: &Txn, typed: &RemarkForm| {
        let input = Reading::of(|reading| typed.read(reading))?;
        service::write_remark(&ctx, txn, *id, input).await
    };
    let leads_on = |made: RemarkView| led_to(&made, "reviews.done_remark");
    form::answer(&ctx, form, write, leads_on, async |form| Ok(new_page(&ctx, &request, &view, form))).await
}

fn new_page(ctx: &Ctx, request: &HttpRequest, view: &DeliverableView, form: FormState<RemarkForm>) -> NewPage {
    NewPage {
        shell: contributions::shell_below(ctx, request, "reviews.remark_new", view),
        about: contributions::title(view, ctx.lang),
        back: contributions::href(view),
        form,
    }
}

/// Leads to the contribution of a remark, with a confirmation text.
fn led_to(view: &RemarkView, said: &'static str) -> HttpResponse {
    done(&contributions::href(&view.about), FlashKind::Success, said)
}

/// Fields of the pages about a remark; answering uses both, rejecting only the text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct StepForm {
    answer: String,
    text: String,
}

impl StepForm {
    fn read(&self, reading: &mut Reading) -> Option<AnswerIn> {
        let kind = reading.chosen::<RemarkStepKind>("answer", &self.answer);
        let text = reading.optional_text("text", &self.text, ANSWER_CHARACTERS);
        Some(AnswerIn { is_done: kind? == RemarkStepKind::Done, text: text? })
    }
}

#[derive(Template)]
#[template(path = "reviews/remark_step.html")]
struct StepPage {
    shell: Shell,
    about: String,
    /// The remark as a line, with its number and part.
    remark: String,
    due: String,
    /// Last part of the address of the form.
    act: &'static str,
    lead: &'static str,
    text_label: &'static str,
    text_hint: &'static str,
    /// On whose behalf the reader would answer.
    on_behalf: Option<String>,
    /// Answers to choose from; none where the reader rejects.
    answers: Vec<Choice>,
    href: String,
    back: String,
    form: FormState<Versioned<StepForm>>,
}

#[get("/remarks/{id:[0-9A-Fa-f-]+}/answer")]
async fn show_answer(ctx: Ctx, request: HttpRequest, id: web::Path<RemarkId>) -> Answer {
    show_step(&ctx, &request, *id, Event::Answer).await
}

#[post("/remarks/{id:[0-9A-Fa-f-]+}/answer")]
async fn answer(ctx: Ctx, request: HttpRequest, id: web::Path<RemarkId>, form: Sent<Versioned<StepForm>>) -> Answer {
    let work = async |txn: &Txn, version, typed: &StepForm| {
        let input = Reading::of(|reading| typed.read(reading))?;
        service::answer(&ctx, txn, *id, version, input).await
    };
    let leads_on = |view: RemarkView| led_to(&view, "reviews.done_answer");
    form::change(&ctx, form, work, leads_on, async |form| {
        let view = find(&ctx, *id, Event::Answer).await?;
        let form = form.beside(view.remark.version);
        Ok(step_page(&ctx, &request, &view, Event::Answer, form))
    })
    .await
}

#[get("/remarks/{id:[0-9A-Fa-f-]+}/reject")]
async fn show_reject(ctx: Ctx, request: HttpRequest, id: web::Path<RemarkId>) -> Answer {
    show_step(&ctx, &request, *id, Event::Reject).await
}

#[post("/remarks/{id:[0-9A-Fa-f-]+}/reject")]
async fn reject(ctx: Ctx, request: HttpRequest, id: web::Path<RemarkId>, form: Sent<Versioned<StepForm>>) -> Answer {
    let work = async |txn: &Txn, version, typed: &StepForm| service::reject(&ctx, txn, *id, version, &typed.text).await;
    let leads_on = |view: RemarkView| led_to(&view, "reviews.done_reject");
    form::change(&ctx, form, work, leads_on, async |form| {
        let view = find(&ctx, *id, Event::Reject).await?;
        let form = form.beside(view.remark.version);
        Ok(step_page(&ctx, &request, &view, Event::Reject, form))
    })
    .await
}

async fn find(ctx: &Ctx, id: RemarkId, event: Event) -> Result<RemarkView> {
    open::<RemarkView>(ctx, ctx.reader(), id, action_of(event), Seen::AsItStands).await
}

async fn show_step(ctx: &Ctx, request: &HttpRequest, id: RemarkId, event: Event) -> Answer {
    let view = find(ctx, id, event).await?;
    let form = FormState::made_of(view.remark.version, StepForm::default());
    page(&step_page(ctx, request, &view, event, form))
}

fn step_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &RemarkView,
    event: Event,
    form: FormState<Versioned<StepForm>>,
) -> StepPage {
    let lang = ctx.lang;
    let answers = event == Event::Answer;
    let key = |of_answer: &'static str, of_reject: &'static str| lang.t(if answers { of_answer } else { of_reject });
    let title = if answers { "reviews.answer_title" } else { "reviews.reject_title" };
    let choice = |kind: RemarkStepKind| Choice::new(kind, kind.label(lang));
    StepPage {
        shell: contributions::shell_below(ctx, request, title, &view.about),
        about: contributions::title(&view.about, lang),
        remark: view.remark.line(),
        due: words::long_day(view.remark.due_day, lang),
        act: if answers { "answer" } else { "reject" },
        lead: key("reviews.answer_lead", "reviews.reject_lead"),
        text_label: key("reviews.answer_text", "reviews.reject_text"),
        text_hint: key("reviews.answer_hint", "reviews.reject_hint"),
        on_behalf: contributions::on_behalf(ctx, &view.about).filter(|_| answers),
        answers: if answers {
            vec![choice(RemarkStepKind::Done), choice(RemarkStepKind::Declined)]
        } else {
            Vec::new()
        },
        href: format!("/remarks/{}", view.remark.id),
        back: contributions::href(&view.about),
        form,
    }
}

#[post("/remarks/{id:[0-9A-Fa-f-]+}/accept")]
async fn accept(ctx: Ctx, id: web::Path<RemarkId>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let Form(sent, press) = form;
    let work = async |txn: &Txn| service::accept(&ctx, txn, *id, sent.seen()?).await;
    form::press(&ctx, &press, work, |view| led_to(&view, "reviews.done_accept")).await
}

#[post("/remarks/{id:[0-9A-Fa-f-]+}/carry")]
async fn carry(ctx: Ctx, id: web::Path<RemarkId>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let Form(sent, press) = form;
    let work = async |txn: &Txn| service::carry(&ctx, txn, *id, sent.seen()?).await;
    form::press(&ctx, &press, work, |view| led_to(&view, "reviews.done_carry")).await
}

#[post("/deliverables/{id:[0-9A-Fa-f-]+}/left-remarks/{remark_id:[0-9A-Fa-f-]+}/take-over")]
async fn take_over(ctx: Ctx, path: web::Path<(DeliverableId, RemarkId)>, form: Form<OnlyButton>) -> Answer {
    let (id, remark) = path.into_inner();
    take(&ctx, id, Some(remark), form).await
}

#[post("/deliverables/{id:[0-9A-Fa-f-]+}/left-remarks/take-over")]
async fn take_all_over(ctx: Ctx, id: web::Path<DeliverableId>, form: Form<OnlyButton>) -> Answer {
    take(&ctx, *id, None, form).await
}

async fn take(ctx: &Ctx, id: DeliverableId, only: Option<RemarkId>, form: Form<OnlyButton>) -> Answer {
    let work = async |txn: &Txn| service::take_over(ctx, txn, id, only).await;
    let leads_on =
        |_: Vec<RemarkView>| done(&format!("/deliverables/{id}"), FlashKind::Success, "reviews.done_take_over");
    form::press(ctx, &form.1, work, leads_on).await
}
