//! The pages of the acts on a deliverable, and its texts. The page of the deliverable itself is in `overview`, because it
//! shows its steps and its publication too.

mod act;
mod hand_in;
mod text;

pub use act::{Act, ActForm, ActPage, FINAL, Field};
pub use hand_in::{HandInForm, HandInPage, file_hint};
pub use text::Text;

use super::model::{Event, LIFECYCLE, LateFrom, open_remarks};
use super::policy::Action;
use super::service;
use super::view::DeliverableView;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::documents::model::ACCEPTED_FILES;
use crate::documents::service as documents;
use crate::error::{Error, Result};
use crate::http::form::{self, Form, FormState, OnlyButton, Sent, Versioned};
use crate::http::multipart::{SentWithFile, at_the_file};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::http::{Answer, download};
use crate::open::{Guarded, Seen, open};
use crate::texts::Lang;
use actix_web::{HttpRequest, get, post, web};
use entity::ids::{DeliverableId, DocumentId};
use entity::kinds::{DeliverableState, SeatKind};

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_hand_in)
        .service(submit)
        .service(show_text)
        .service(press_button)
        .service(show_act)
        .service(perform);
}

/// Makes the frame of a page below the list of work.
pub fn shell_below_work(ctx: &Ctx, request: &HttpRequest, title: String) -> Shell {
    Shell::titled(ctx, request, title).crumb(ctx.lang.t(work_title(ctx)), "/tasks")
}

/// Returns the text key of the title of the list of work: that of others too, or only the reader's own.
pub fn work_title(ctx: &Ctx) -> &'static str {
    let sees_others = ctx.actor.sees_the_whole() || ctx.actor.holds(SeatKind::BodyManager);
    if sees_others { "tasks.all_title" } else { "tasks.mine_title" }
}

/// Makes the frame of a page below the page of a deliverable.
pub fn shell_below(ctx: &Ctx, request: &HttpRequest, title_key: &str, view: &DeliverableView) -> Shell {
    shell_below_work(ctx, request, ctx.lang.t(title_key).to_owned()).crumb(title(view, ctx.lang), href(view)).here()
}

/// «Relazione territoriale sul mercato del lavoro, 2026: Osservatorio del mercato del lavoro di Bergamo».
pub fn title(view: &DeliverableView, lang: Lang) -> String {
    format!("{}: {}", view.release_name(lang), view.observatory_name)
}

/// Returns the address of the page of a deliverable.
pub fn href(view: &DeliverableView) -> String {
    format!("/deliverables/{}", view.deliverable.id)
}

/// Returns the address of the button that reminds of a contribution that was sent back, for a reader who may remind of it.
pub fn urge_href(view: &DeliverableView, ctx: &Ctx) -> Option<String> {
    let is_due = view.deliverable.state() == DeliverableState::ChangesRequested;
    (is_due && view.may(&ctx.actor, Action::Urge)).then(|| format!("{}/remind", href(view)))
}

/// Answers with a text that was handed in as a file.
#[get("/deliverables/{id:[0-9A-Fa-f-]+}/documents/{text_id:[0-9A-Fa-f-]+}")]
async fn show_text(ctx: Ctx, path: web::Path<(DeliverableId, DocumentId)>) -> Answer {
    let (id, text_id) = path.into_inner();
    Ok(download::document(documents::open(&ctx, &id, text_id).await?))
}

/// Handles the buttons without a page of their own, because they can be undone.
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/{verb:start|unblock|reinstate}")]
async fn press_button(ctx: Ctx, path: web::Path<(DeliverableId, String)>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let (id, verb) = path.into_inner();
    let Form(sent, press) = form;
    let event = LIFECYCLE.event(&verb);
    let said = match event {
        Some(Event::Unblock) => "deliverables.done_unblock",
        Some(Event::Reinstate) => "deliverables.done_reinstate",
        _ => "deliverables.done_start",
    };
    let leads_on = |view: DeliverableView| done(&href(&view), FlashKind::Success, said);
    let work = async |txn: &Txn| {
        let version = sent.seen()?;
        match event {
            Some(Event::Unblock) => service::unblock(&ctx, txn, id, version).await,
            Some(Event::Reinstate) => service::reinstate(&ctx, txn, id, version).await,
            _ => service::start(&ctx, txn, id, version).await,
        }
    };
    form::press(&ctx, &press, work, leads_on).await
}

/// Acts with a page of their own. The names are those of the events, except for the one that sets a day.
const ACTS: &[(Act, Action)] = &[
    (
        Act {
            name: "block",
            label: "deliverables.block",
            lead: "deliverables.block_lead",
            kind: "primary",
            field: Field::Reason,
            done: "deliverables.done_block",
        },
        Action::Block,
    ),
    (
        Act {
            name: "reschedule",
            label: "deliverables.reschedule",
            lead: "deliverables.reschedule_lead",
            kind: "primary",
            field: Field::Day,
            done: "deliverables.done_reschedule",
        },
        Action::Reschedule,
    ),
    (
        Act {
            name: "waive",
            label: "deliverables.waive",
            lead: "deliverables.waive_lead",
            kind: FINAL,
            field: Field::Reason,
            done: "deliverables.done_waive",
        },
        Action::Waive,
    ),
    (
        Act {
            name: "omit",
            label: "deliverables.omit",
            lead: "deliverables.omit_lead",
            kind: "primary",
            field: Field::Cause,
            done: "deliverables.done_omit",
        },
        Action::Omit,
    ),
];

fn act_named(name: &str) -> Result<&'static (Act, Action)> {
    ACTS.iter().find(|(act, _)| act.name == name).ok_or(Error::NotFound)
}

/// Returns the acts with a page of their own that the reader may do now, in the order shown. A chapter is waived until it
/// is late (`late_from`), and left out afterwards.
pub fn possible_acts(ctx: &Ctx, view: &DeliverableView, late_from: Option<LateFrom>) -> Vec<&'static Act> {
    let state = view.deliverable.state();
    let is_late = late_from.is_some_and(|late| late.must_be_late(ctx.today()).is_ok());
    let is_possible = |act: &Act| match LIFECYCLE.event(act.name) {
        Some(Event::Waive) if is_late => false,
        Some(Event::Omit) if !is_late => false,
        Some(event) => LIFECYCLE.allows(state, event),
        None => !view.deliverable.is_settled(),
    };
    let allowed = |(act, action): &&(Act, Action)| is_possible(act) && view.may(&ctx.actor, *action);
    ACTS.iter().filter(allowed).map(|(act, _)| act).collect()
}

#[get("/deliverables/{id:[0-9A-Fa-f-]+}/{act:block|reschedule|waive|omit}")]
async fn show_act(ctx: Ctx, request: HttpRequest, path: web::Path<(DeliverableId, String)>) -> Answer {
    let (id, name) = path.into_inner();
    let (act, action) = act_named(&name)?;
    let view = open::<DeliverableView>(&ctx, ctx.reader(), id, *action, Seen::AsItStands).await?;
    let form = FormState::made_of(view.deliverable.version, ActForm::of_day(view.deliverable.hand_set_day));
    page(&act_page(&ctx, &request, act, &view, form))
}

#[post("/deliverables/{id:[0-9A-Fa-f-]+}/{act:block|reschedule|waive|omit}")]
async fn perform(
    ctx: Ctx,
    request: HttpRequest,
    path: web::Path<(DeliverableId, String)>,
    form: Sent<Versioned<ActForm>>,
) -> Answer {
    let (id, name) = path.into_inner();
    let (act, action) = act_named(&name)?;
    let work = async |txn: &Txn, version, typed: &ActForm| match action {
        Action::Block => service::block(&ctx, txn, id, version, &typed.reason).await,
        Action::Waive => service::waive(&ctx, txn, id, version, &typed.reason).await,
        Action::Omit => service::omit(&ctx, txn, id, version, &typed.reason).await,
        _ => service::reschedule(&ctx, txn, id, version, typed.read_day()?).await,
    };
    let leads_on = |view: DeliverableView| done(&href(&view), FlashKind::Success, act.done);
    form::change(&ctx, form, work, leads_on, async |form| {
        let view = open::<DeliverableView>(&ctx, ctx.reader(), id, *action, Seen::AsItStands).await?;
        let form = form.beside(view.deliverable.version);
        Ok(act_page(&ctx, &request, act, &view, form))
    })
    .await
}

fn act_page(
    ctx: &Ctx,
    request: &HttpRequest,
    act: &'static Act,
    view: &DeliverableView,
    form: FormState<Versioned<ActForm>>,
) -> ActPage {
    let on_behalf = if act.is_report() { on_behalf(ctx, view) } else { None };
    let shell = shell_below(ctx, request, act.label, view);
    ActPage { shell, about: title(view, ctx.lang), act, on_behalf, back: href(view), form }
}

#[get("/deliverables/{id:[0-9A-Fa-f-]+}/submit")]
async fn show_hand_in(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    page(&hand_in_page(&ctx, &request, *id, None).await?)
}

#[post("/deliverables/{id:[0-9A-Fa-f-]+}/submit")]
async fn submit(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    sent: SentWithFile<Versioned<HandInForm>>,
) -> Answer {
    open::<DeliverableView>(&ctx, ctx.reader(), *id, Action::Submit, Seen::AsItStands).await?;
    let SentWithFile { form, file } = sent;
    let form = form.after(async |typed| typed.fields.keep(&ctx, file).await).await;
    let work = async |txn: &Txn, version, typed: &HandInForm| {
        service::submit(&ctx, txn, *id, version, typed.read()?).await.map_err(at_the_file)
    };
    let leads_on = |view: DeliverableView| done(&href(&view), FlashKind::Success, "deliverables.done_submit");
    form::change(&ctx, form, work, leads_on, async |form| Ok(hand_in_page(&ctx, &request, *id, Some(form)).await?))
        .await
}

/// Makes the page on which a text is handed in for a deliverable without an open step: after requested changes, for
/// example. Otherwise the last step hands it in.
async fn hand_in_page(
    ctx: &Ctx,
    request: &HttpRequest,
    id: DeliverableId,
    form: Option<FormState<Versioned<HandInForm>>>,
) -> Result<HandInPage> {
    let view = open::<DeliverableView>(ctx, ctx.reader(), id, Action::Submit, Seen::AsItStands).await?;
    let version = view.deliverable.version;
    let form = match form {
        Some(form) => form.beside(version),
        None => FormState::made_of(version, HandInForm::default()),
    };
    let submissions = service::submissions(ctx.reader(), id).await?;
    Ok(HandInPage {
        shell: shell_below(ctx, request, "deliverables.submit_title", &view),
        about: title(&view, ctx.lang),
        lead: ctx.lang.t("deliverables.submit_lead"),
        on_behalf: on_behalf(ctx, &view),
        remarks: open_remarks(&submissions).map(str::to_owned),
        asks_text: true,
        is_keyed: false,
        file_hint: file_hint(ctx),
        accepted_files: ACCEPTED_FILES,
        action: format!("{}/submit", href(&view)),
        back: href(&view),
        form,
    })
}

/// Returns on whose behalf the reader acts; `None` for a reader who works for the observatory.
pub fn on_behalf(ctx: &Ctx, view: &DeliverableView) -> Option<String> {
    let is_own = ctx.actor.works_for(view.deliverable.observatory_id);
    (!is_own).then(|| ctx.lang.f("deliverables.on_behalf", &[("place", &view.observatory_name)]))
}

/// Returns the text key and the colour of a state.
pub const fn state(state: DeliverableState) -> (&'static str, &'static str) {
    match state {
        DeliverableState::Planned => ("deliverables.state_planned", "neutral"),
        DeliverableState::InProgress => ("deliverables.state_in_progress", "info"),
        DeliverableState::Submitted => ("deliverables.state_submitted", "info"),
        DeliverableState::ChangesRequested => ("deliverables.state_changes_requested", "warning"),
        DeliverableState::Approved => ("deliverables.state_approved", "success"),
        DeliverableState::Published => ("deliverables.state_published", "success"),
        DeliverableState::Verified => ("deliverables.state_verified", "success"),
        DeliverableState::Blocked => ("deliverables.state_blocked", "danger"),
        DeliverableState::Waived => ("deliverables.state_waived", "neutral"),
        DeliverableState::Missing => ("deliverables.state_missing", "warning"),
    }
}
