//! Peer readings on pages: asked on a page of the contribution, answered and delivered on their own.

use super::contribution;
use super::panel::reading_badge;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::policy::Action as OnDeliverable;
use crate::deliverables::view::DeliverableView;
use crate::deliverables::web as contributions;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Choice, Form, FormState, OnlyButton, Sent, Versioned};
use crate::http::page::{Badge, FlashKind, Shell, done, page};
use crate::open::Guarded;
use crate::reviews::model::{ANSWER_CHARACTERS, READING, ReadingEvent};
use crate::reviews::policy::{self, Action, Subject};
use crate::reviews::service::{self, AskIn, DeliverIn, RemarkIn};
use crate::reviews::view::ReadingView;
use crate::texts::Lang;
use crate::time::words;
use crate::typed::{Reading, kept};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use entity::ids::{DeliverableId, PeerReadingId};
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_ask)
        .service(ask)
        .service(show_reading)
        .service(accept)
        .service(refuse)
        .service(withdraw)
        .service(deliver);
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct AskForm {
    observatory: String,
    due_day: String,
    note: String,
}

impl AskForm {
    fn read(&self, reading: &mut Reading) -> Option<AskIn> {
        let observatory = reading.chosen::<String>("observatory", &self.observatory);
        let due_day = reading.optional_day("due_day", &self.due_day);
        let note = reading.optional_text("note", &self.note, ANSWER_CHARACTERS);
        Some(AskIn { observatory: observatory?, due_day: due_day?, note: note? })
    }
}

#[derive(Template)]
#[template(path = "reviews/reading_ask.html")]
struct AskPage {
    shell: Shell,
    about: String,
    observatories: Vec<Choice>,
    back: String,
    form: FormState<AskForm>,
}

#[get("/deliverables/{id:[0-9A-Fa-f-]+}/readings/new")]
async fn show_ask(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let view = contribution(&ctx, *id, OnDeliverable::Remark).await?;
    page(&ask_page(&ctx, &request, &view, FormState::fresh(AskForm::default())).await?)
}

#[post("/deliverables/{id:[0-9A-Fa-f-]+}/readings/new")]
async fn ask(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>, form: Sent<AskForm>) -> Answer {
    let view = contribution(&ctx, *id, OnDeliverable::Remark).await?;
    let ask = async |txn: &Txn, typed: &AskForm| {
        let input = Reading::of(|reading| typed.read(reading))?;
        service::ask_reading(&ctx, txn, *id, input).await
    };
    let leads_on = |made: ReadingView| done(&contributions::href(&made.about), FlashKind::Success, "reviews.done_ask");
    form::answer(&ctx, form, ask, leads_on, async |form| Ok(ask_page(&ctx, &request, &view, form).await?)).await
}

async fn ask_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &DeliverableView,
    form: FormState<AskForm>,
) -> Result<AskPage> {
    let neighbours = service::neighbours(ctx, view).await?;
    Ok(AskPage {
        shell: contributions::shell_below(ctx, request, "reviews.ask_title", view),
        about: contributions::title(view, ctx.lang),
        observatories: neighbours.into_iter().map(|one| Choice::new(one.code, one.name)).collect(),
        back: contributions::href(view),
        form,
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct DeliverForm {
    remarks: String,
}

impl DeliverForm {
    /// Reads one remark from each paragraph; an empty field has none.
    fn read(&self) -> DeliverIn {
        let text = self.remarks.replace("\r\n", "\n");
        let remark = |paragraph: &str| Some(RemarkIn { text: kept(paragraph)?, ..RemarkIn::default() });
        DeliverIn { remarks: text.split("\n\n").filter_map(remark).collect() }
    }
}

#[derive(Template)]
#[template(path = "reviews/reading.html")]
struct ReadingPage {
    shell: Shell,
    about: String,
    href: String,
    reader: String,
    author: String,
    state: Badge,
    due: String,
    note: Option<String>,
    /// Page of the contribution, for those who may read it.
    contribution: Option<String>,
    /// Sentence on what the reader can do now.
    lead: Option<&'static str>,
    may_answer: bool,
    may_deliver: bool,
    may_withdraw: bool,
    version: i32,
    form: FormState<Versioned<DeliverForm>>,
}

#[get("/readings/{id:[0-9A-Fa-f-]+}")]
async fn show_reading(ctx: Ctx, request: HttpRequest, id: web::Path<PeerReadingId>) -> Answer {
    let view = service::reading(&ctx, *id).await?;
    let form = FormState::made_of(view.reading.version, DeliverForm::default());
    page(&reading_page(&ctx, &request, view, form))
}

fn href(view: &ReadingView) -> String {
    format!("/readings/{}", view.reading.id)
}

fn reading_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: ReadingView,
    form: FormState<Versioned<DeliverForm>>,
) -> ReadingPage {
    let lang = ctx.lang;
    let subject = Subject {
        reader: view.reading.observatory_id,
        observatory: view.about.deliverable.observatory_id,
        body: view.about.body_id,
    };
    let may = |event, action| READING.allows(view.reading.state, event) && policy::may(&ctx.actor, action, subject);
    let may_answer = may(ReadingEvent::Accept, Action::Answer);
    let may_deliver = may(ReadingEvent::Deliver, Action::Deliver);
    let reads = view.about.may(&ctx.actor, OnDeliverable::View);
    ReadingPage {
        shell: contributions::shell_below_work(ctx, request, lang.t("reviews.reading_title").to_owned()).here(),
        about: title(&view, lang),
        href: href(&view),
        author: view.about.observatory_name.clone(),
        state: reading_badge(view.reading.state, lang),
        due: words::long_day(view.reading.due_day, lang),
        note: view.reading.note.clone(),
        contribution: reads.then(|| contributions::href(&view.about)),
        lead: match (may_answer, may_deliver) {
            (true, _) => Some(lang.t("reviews.reading_answer_lead")),
            (_, true) => Some(lang.t("reviews.reading_deliver_lead")),
            _ => None,
        },
        may_answer,
        may_deliver,
        may_withdraw: may(ReadingEvent::Withdraw, Action::Withdraw),
        version: view.reading.version,
        reader: view.reader_name,
        form,
    }
}

fn title(view: &ReadingView, lang: Lang) -> String {
    contributions::title(&view.about, lang)
}

fn led_to(view: &ReadingView, said: &'static str) -> HttpResponse {
    done(&href(view), FlashKind::Success, said)
}

#[post("/readings/{id:[0-9A-Fa-f-]+}/accept")]
async fn accept(ctx: Ctx, id: web::Path<PeerReadingId>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let Form(sent, press) = form;
    let work = async |txn: &Txn| service::accept_reading(&ctx, txn, *id, sent.seen()?).await;
    form::press(&ctx, &press, work, |view| led_to(&view, "reviews.done_reading_accept")).await
}

#[post("/readings/{id:[0-9A-Fa-f-]+}/refuse")]
async fn refuse(ctx: Ctx, id: web::Path<PeerReadingId>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let Form(sent, press) = form;
    let work = async |txn: &Txn| service::refuse_reading(&ctx, txn, *id, sent.seen()?).await;
    form::press(&ctx, &press, work, |view| led_to(&view, "reviews.done_reading_refuse")).await
}

#[post("/readings/{id:[0-9A-Fa-f-]+}/withdraw")]
async fn withdraw(ctx: Ctx, id: web::Path<PeerReadingId>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let Form(sent, press) = form;
    let work = async |txn: &Txn| service::withdraw_reading(&ctx, txn, *id, sent.seen()?).await;
    form::press(&ctx, &press, work, |view| led_to(&view, "reviews.done_reading_withdraw")).await
}

#[post("/readings/{id:[0-9A-Fa-f-]+}/deliver")]
async fn deliver(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<PeerReadingId>,
    form: Sent<Versioned<DeliverForm>>,
) -> Answer {
    let work = async |txn: &Txn, version, typed: &DeliverForm| {
        let delivered = service::deliver_reading(&ctx, txn, *id, version, typed.read()).await;
        delivered.map_err(|error| error.placed(|field| if field == "text" { "remarks" } else { field }))
    };
    let leads_on = |view: ReadingView| led_to(&view, "reviews.done_reading_deliver");
    form::change(&ctx, form, work, leads_on, async |form| {
        let view = service::reading(&ctx, *id).await?;
        let form = form.beside(view.reading.version);
        Ok(reading_page(&ctx, &request, view, form))
    })
    .await
}
