//! The page of one deliverable: state, submissions and possible actions.

use super::model::{Deliverable, Event, LIFECYCLE, Submission};
use super::policy::{self, Action, Subject};
use super::service::{self, SubmitIn};
use super::view::{DeliverableView, Dossier};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Error, Result};
use crate::http::Answer;
use crate::http::form::{self, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::lifecycle::Event as _;
use crate::open::{Seen, open};
use crate::texts::Lang;
use crate::time::words;
use crate::typed::{Reading, kept};
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::DeliverableId;
use entity::kinds::DeliverableState;
use serde::Deserialize;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_deliverable).service(reschedule_deliverable).service(change_deliverable);
}

/// Fields of all forms of a deliverable; each form uses some of them.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct DeliverableForm {
    #[serde(default)]
    pub link: String,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub remarks: String,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub day: String,
}

impl DeliverableForm {
    fn of(deliverable: &Deliverable) -> Self {
        Self { day: deliverable.hand_set_day.map(|day| day.to_string()).unwrap_or_default(), ..Self::default() }
    }
}

#[derive(Template)]
#[template(path = "deliverables/one.html")]
pub struct DeliverablePage {
    pub shell: Shell,
    pub href: String,
    pub observatory: String,
    pub release: String,
    /// Address of its page in the portal slice.
    pub publication: String,
    pub day: String,
    pub overdue: bool,
    pub state_text: &'static str,
    pub state_kind: &'static str,
    pub reason: Option<String>,
    /// The derived day, if another was set by hand.
    pub derived_day: Option<String>,
    pub submissions: Vec<SubmissionLine>,
    /// Actions by one button.
    pub buttons: Vec<Button>,
    /// Names of the possible actions, as in the addresses of the forms.
    pub may: Vec<&'static str>,
    pub may_reschedule: bool,
    /// Hint shown beside the "waive" button.
    pub reason_hint: &'static str,
    pub form: FormState<Versioned<DeliverableForm>>,
}

/// A form that is only a button.
pub struct Button {
    pub verb: &'static str,
    pub label: &'static str,
    pub kind: &'static str,
}

/// One submission with its answer.
pub struct SubmissionLine {
    pub at: String,
    pub link: Option<String>,
    pub note: Option<String>,
    pub remarks: Option<String>,
}

impl DeliverablePage {
    fn may(&self, name: &str) -> bool {
        self.may.contains(&name)
    }
}

#[get("/deliverables/{id:[0-9A-Fa-f-]+}")]
async fn show_deliverable(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let dossier = service::dossier(&ctx, *id).await?;
    let deliverable = &dossier.view.deliverable;
    let form = FormState::made_of(deliverable.version, DeliverableForm::of(deliverable));
    page(&deliverable_page(&ctx, &request, dossier, form))
}

/// Handles every button of the page; the address names the event.
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/{verb:start|submit|request_changes|approve|block|unblock|waive}")]
async fn change_deliverable(
    ctx: Ctx,
    request: HttpRequest,
    path: web::Path<(DeliverableId, String)>,
    form: Sent<Versioned<DeliverableForm>>,
) -> Answer {
    let (id, verb) = path.into_inner();
    let event = LIFECYCLE.event(&verb).ok_or(Error::NotFound)?;
    let said = said(event).ok_or(Error::NotFound)?;
    change(&ctx, &request, id, form, said, async |txn, version, form| match event {
        Event::Start => service::start(&ctx, txn, id, version).await,
        Event::Submit => {
            let handed_in = SubmitIn { link: kept(&form.link), note: kept(&form.note) };
            service::submit(&ctx, txn, id, version, handed_in).await
        }
        Event::RequestChanges => service::request_changes(&ctx, txn, id, version, &form.remarks).await,
        Event::Approve => service::approve(&ctx, txn, id, version).await,
        Event::Block => service::block(&ctx, txn, id, version, &form.reason).await,
        Event::Unblock => service::unblock(&ctx, txn, id, version).await,
        Event::Waive => service::waive(&ctx, txn, id, version, &form.reason).await,
        // Results of checks on the portal are recorded only by the service (rule 10 of the domain).
        Event::Publish | Event::Verify => Err(Error::NotFound),
    })
    .await
}

#[post("/deliverables/{id:[0-9A-Fa-f-]+}/reschedule")]
async fn reschedule_deliverable(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    form: Sent<Versioned<DeliverableForm>>,
) -> Answer {
    change(&ctx, &request, *id, form, "deliverables.done_reschedule", async |txn, version, form| {
        // The version first, because the page of a deliverable that has changed may no longer show the field.
        open::<DeliverableView>(&ctx, txn, *id, Action::Reschedule, Seen::Version(version)).await?;
        let day = Reading::of(|reading| reading.optional_day("day", &form.day))?;
        service::reschedule(&ctx, txn, *id, version, day).await
    })
    .await
}

/// Handles a form of the page; `said` is the message shown afterwards.
async fn change(
    ctx: &Ctx,
    request: &HttpRequest,
    id: DeliverableId,
    form: Sent<Versioned<DeliverableForm>>,
    said: &'static str,
    work: impl AsyncFnOnce(&Txn, i32, &DeliverableForm) -> Result<DeliverableView>,
) -> Answer {
    let leads_on = |_| done(&format!("/deliverables/{id}"), FlashKind::Success, said);
    form::change(ctx, form, work, leads_on, async |form| {
        let dossier = service::dossier(ctx, id).await?;
        let form = form.beside(dossier.view.deliverable.version);
        Ok(deliverable_page(ctx, request, dossier, form))
    })
    .await
}

fn deliverable_page(
    ctx: &Ctx,
    request: &HttpRequest,
    dossier: Dossier,
    form: FormState<Versioned<DeliverableForm>>,
) -> DeliverablePage {
    let view = dossier.view;
    let lang = ctx.lang;
    let title = format!("{}, {}", view.product_name(lang), view.period);
    let may = allowed(ctx, &view);
    let (state_key, state_kind) = state(view.deliverable.state());
    DeliverablePage {
        shell: Shell::titled(ctx, request, title).crumb(lang.t("tasks.mine_title"), "/tasks").here(),
        href: format!("/deliverables/{}", view.deliverable.id),
        observatory: view.observatory_name.clone(),
        release: format!("/releases/{}", view.deliverable.release_id),
        publication: format!("/publications/{}", view.deliverable.id),
        day: words::long_day(view.deliverable.day(), lang),
        overdue: view.deliverable.is_overdue(ctx.today()),
        state_text: lang.t(state_key),
        state_kind,
        reason: view.deliverable.stage.reason().map(str::to_owned),
        derived_day: view.deliverable.hand_set_day.map(|_| words::long_day(view.deliverable.due_day, lang)),
        submissions: dossier.submissions.into_iter().map(|one| SubmissionLine::of(one, lang)).collect(),
        buttons: BUTTONS
            .iter()
            .filter(|(event, ..)| may.contains(&event.as_str()))
            .map(|(event, label, kind)| Button { verb: event.as_str(), label: lang.t(label), kind })
            .collect(),
        reason_hint: if may.contains(&Event::Waive.as_str()) { lang.t("deliverables.waive_hint") } else { "" },
        may,
        may_reschedule: !view.deliverable.is_settled() && policy::may(&ctx.actor, Action::Reschedule, subject(&view)),
        form,
    }
}

/// Events that need no text. Approving is the secretariat's main action; starting leads to the form below it.
const BUTTONS: [(Event, &str, &str); 3] = [
    (Event::Start, "deliverables.start", "outline-primary"),
    (Event::Approve, "deliverables.approve", "primary"),
    (Event::Unblock, "deliverables.unblock", "outline-primary"),
];

fn allowed(ctx: &Ctx, view: &DeliverableView) -> Vec<&'static str> {
    let mut events: Vec<Event> = LIFECYCLE.possible(view.deliverable.state()).collect();
    // Submitting a deliverable that was never marked as started starts it first.
    if events.contains(&Event::Start) {
        events.push(Event::Submit);
    }
    let is_allowed =
        |event: &Event| action(*event).is_some_and(|action| policy::may(&ctx.actor, action, subject(view)));
    events.into_iter().filter(is_allowed).map(Event::as_str).collect()
}

fn subject(view: &DeliverableView) -> Subject {
    Subject { observatory: view.deliverable.observatory_id, body: view.body_id }
}

/// Returns the action that a button needs in the policy; `None` if the event has no button.
const fn action(event: Event) -> Option<Action> {
    match event {
        Event::Start => Some(Action::Start),
        Event::Submit => Some(Action::Submit),
        Event::RequestChanges => Some(Action::RequestChanges),
        Event::Approve => Some(Action::Approve),
        Event::Block => Some(Action::Block),
        Event::Unblock => Some(Action::Unblock),
        Event::Waive => Some(Action::Waive),
        Event::Publish | Event::Verify => None,
    }
}

/// Returns the message after an event; `None` if the event has no button.
const fn said(event: Event) -> Option<&'static str> {
    match event {
        Event::Start => Some("deliverables.done_start"),
        Event::Submit => Some("deliverables.done_submit"),
        Event::RequestChanges => Some("deliverables.done_request_changes"),
        Event::Approve => Some("deliverables.done_approve"),
        Event::Block => Some("deliverables.done_block"),
        Event::Unblock => Some("deliverables.done_unblock"),
        Event::Waive => Some("deliverables.done_waive"),
        Event::Publish | Event::Verify => None,
    }
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
    }
}

impl SubmissionLine {
    fn of(submission: Submission, lang: Lang) -> Self {
        let Submission { submitted_at, link, note, remarks, .. } = submission;
        Self { at: words::long_instant(submitted_at, lang), link, note, remarks }
    }
}
