//! The pages on which the secretariat gives a task, changes it, and hands a refused one on.

use super::choices::seats;
use super::{about, href, shell_below, templates, waits};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::service as deliverables;
use crate::deliverables::web::shell_below_work;
use crate::designations::questions::AllSeats;
use crate::error::{Code, Result};
use crate::http::Answer;
use crate::http::form::{self, Choice, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::network::questions::AllObservatories;
use crate::open::{Seen, open};
use crate::tasks::model::{Task, Wording};
use crate::tasks::policy::{self, Action};
use crate::tasks::service::{self, GiveIn, Recipients, TASK_MINUTES};
use crate::tasks::template::Outline;
use crate::typed::{Reading, kept};
use actix_web::web::Query;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::{DeliverableId, ReleaseId, TaskId, TaskTemplateId};
use entity::kinds::{ObservatoryKind, SeatKind};
use serde::Deserialize;
use std::collections::HashMap;

/// Prefix of the name of an observatory's checkbox; its code follows.
const OBSERVATORY: &str = "observatory-";

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_form).service(give).service(show_edit_form).service(edit).service(show_hand_on).service(hand_on);
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct GiveForm {
    seat: String,
    /// Whether every territorial observatory gets the task.
    everybody: String,
    title: String,
    text: String,
    day: String,
    estimated_minutes: String,
    release_id: String,
    deliverable_id: String,
    /// A task that has to be done before.
    after: String,
    /// Checkboxes of the observatories.
    #[serde(flatten)]
    boxes: HashMap<String, String>,
}

/// Contribution or release for which the page is opened, and the template with which it begins.
#[derive(Clone, Debug, Default, Deserialize)]
struct About {
    deliverable: Option<DeliverableId>,
    release: Option<ReleaseId>,
    #[serde(default)]
    template: String,
    /// Day from which the template counts; today without one.
    #[serde(default)]
    from: String,
}

impl GiveForm {
    /// Fills the form for a task that belongs to a contribution or a release.
    async fn about(ctx: &Ctx, about: About) -> Result<Self> {
        let release_id = about.release.map(|id| id.to_string()).unwrap_or_default();
        let Some(id) = about.deliverable else { return Ok(Self { release_id, ..Self::default() }) };
        let view = deliverables::deliverable(ctx.reader(), id).await?;
        let seats = ctx.recall(&AllSeats).await?;
        let is_its =
            |kind, observatory| kind == SeatKind::Referent && observatory == Some(view.deliverable.observatory_id);
        let seat = seats.iter().find(|seat| is_its(seat.kind, seat.observatory_id));
        Ok(Self {
            seat: seat.map(|seat| seat.code.clone()).unwrap_or_default(),
            deliverable_id: id.to_string(),
            ..Self::default()
        })
    }

    /// Fills the form as a template says, due some working days from a day.
    async fn after(self, ctx: &Ctx, id: TaskTemplateId, from: NaiveDate) -> Result<Self> {
        let template = service::template(ctx, ctx.reader(), id).await?;
        let day = service::due_from(ctx, &template, from).await?;
        let Outline { wording, seat, .. } = template.outline;
        Ok(Self {
            seat: seat.unwrap_or(self.seat),
            title: wording.title,
            text: wording.text.unwrap_or_default(),
            day: day.to_string(),
            estimated_minutes: wording.estimated_minutes.to_string(),
            release_id: self.release_id,
            deliverable_id: self.deliverable_id,
            ..Self::default()
        })
    }

    fn read(&self, reading: &mut Reading, territorial: &[String]) -> Option<GiveIn> {
        let mut codes: Vec<String> =
            self.boxes.keys().filter_map(|field| field.strip_prefix(OBSERVATORY)).map(str::to_owned).collect();
        if !self.everybody.is_empty() {
            codes = territorial.to_vec();
        }
        let recipients = match (kept(&self.seat), codes.is_empty()) {
            (Some(seat), true) => Some(Recipients::Seat(seat)),
            (None, false) => Some(Recipients::Observatories(codes)),
            (one, _) => {
                let code = if one.is_some() { Code::SeatOrObservatories } else { Code::Required };
                reading.refuse("observatories", code);
                None
            }
        };
        let title = reading.text("title", &self.title, service::TITLE_CHARACTERS);
        let text = reading.optional_text("text", &self.text, service::DESCRIPTION_CHARACTERS);
        let day = reading.day("day", &self.day);
        let minutes = reading.optional_minutes("estimated_minutes", &self.estimated_minutes, TASK_MINUTES);
        let release_id = reading.optionally_chosen("release_id", &self.release_id);
        let deliverable_id = reading.optionally_chosen("deliverable_id", &self.deliverable_id);
        let after = reading.optionally_chosen::<TaskId>("after", &self.after);
        Some(GiveIn {
            recipients: recipients?,
            title: title?,
            text: text?,
            day: day?,
            estimated_minutes: minutes?.unwrap_or_default(),
            release_id: release_id?,
            deliverable_id: deliverable_id?,
            after: after?.into_iter().collect(),
        })
    }
}

/// The checkbox of an observatory.
struct TickBox {
    field: String,
    label: String,
    checked: bool,
}

#[derive(Template)]
#[template(path = "tasks/give.html")]
struct GivePage {
    shell: Shell,
    form: FormState<GiveForm>,
    seats: Vec<Choice>,
    boxes: Vec<TickBox>,
    releases: Vec<Choice>,
    /// Tasks for which the new one can wait.
    earlier: Vec<Choice>,
    /// Templates with which the form can begin.
    templates: Vec<Choice>,
    /// Name of the contribution to which the task belongs.
    contribution: Option<String>,
}

#[get("/tasks/new")]
async fn show_form(ctx: Ctx, request: HttpRequest, about: Query<About>) -> Answer {
    only_who_may(&ctx)?;
    let about = about.into_inner();
    let (template, from) = Reading::of(|reading| {
        let template = reading.optionally_chosen::<TaskTemplateId>("template", &about.template);
        let from = reading.optional_day("from", &about.from);
        Some((template?, from?))
    })?;
    let form = GiveForm::about(&ctx, about).await?;
    let form = match template {
        Some(id) => form.after(&ctx, id, from.unwrap_or_else(|| ctx.today())).await?,
        None => form,
    };
    page(&give_page(&ctx, &request, FormState::fresh(form)).await?)
}

#[post("/tasks/new")]
async fn give(ctx: Ctx, request: HttpRequest, form: Sent<GiveForm>) -> Answer {
    only_who_may(&ctx)?;
    let give = async |txn: &Txn, form: &GiveForm| {
        let observatories = ctx.recall(&AllObservatories).await?;
        let territorial: Vec<String> = observatories
            .iter()
            .filter(|one| one.kind == ObservatoryKind::Territorial)
            .map(|one| one.code.clone())
            .collect();
        let input = Reading::of(|reading| form.read(reading, &territorial))?;
        service::give(&ctx, txn, input).await
    };
    let leads_on = |tasks: Vec<Task>| match &tasks[..] {
        [task] => done(&href(task), FlashKind::Success, "tasks.done_given"),
        _ => done("/tasks?state=given", FlashKind::Success, "tasks.done_given_several"),
    };
    form::answer(&ctx, form, give, leads_on, async |form| Ok(give_page(&ctx, &request, form).await?)).await
}

fn only_who_may(ctx: &Ctx) -> Result<()> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::Create))
}

async fn give_page(ctx: &Ctx, request: &HttpRequest, form: FormState<GiveForm>) -> Result<GivePage> {
    let observatories = ctx.recall(&AllObservatories).await?;
    let tick_box = |(code, name): (&String, &String)| {
        let field = format!("{OBSERVATORY}{code}");
        TickBox { checked: form.boxes.contains_key(&field), field, label: name.clone() }
    };
    let releases = deliverables::releases_at_work(ctx.reader()).await?;
    let contribution = match form.deliverable_id.parse::<DeliverableId>() {
        Ok(id) => deliverables::deliverable(ctx.reader(), id).await.ok(),
        Err(_) => None,
    };
    Ok(GivePage {
        shell: shell_below_work(ctx, request, ctx.lang.t("tasks.give_title").to_owned()).here(),
        seats: seats(ctx).await?,
        boxes: observatories.iter().map(|one| tick_box((&one.code, &one.name))).collect(),
        releases: releases.into_iter().map(|one| Choice::new(one.id, one.name(ctx.lang))).collect(),
        earlier: waits::choices(ctx, None).await?,
        templates: templates::choices(ctx).await?,
        contribution: contribution.map(|view| crate::deliverables::web::title(&view, ctx.lang)),
        form,
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct WordingForm {
    title: String,
    text: String,
    estimated_minutes: String,
}

impl WordingForm {
    fn of(task: &Task) -> Self {
        let Wording { title, text, estimated_minutes } = task.wording();
        Self { title, text: text.unwrap_or_default(), estimated_minutes: estimated_minutes.to_string() }
    }

    fn read(&self) -> Result<Wording> {
        Reading::of(|reading| {
            let title = reading.text("title", &self.title, service::TITLE_CHARACTERS);
            let text = reading.optional_text("text", &self.text, service::DESCRIPTION_CHARACTERS);
            let minutes = reading.optional_minutes("estimated_minutes", &self.estimated_minutes, TASK_MINUTES);
            Some(Wording { title: title?, text: text?, estimated_minutes: minutes?.unwrap_or_default() })
        })
    }
}

#[derive(Template)]
#[template(path = "tasks/edit.html")]
struct EditPage {
    shell: Shell,
    about: String,
    href: String,
    form: FormState<Versioned<WordingForm>>,
}

#[get("/tasks/{id:[0-9A-Fa-f-]+}/edit")]
async fn show_edit_form(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>) -> Answer {
    let task = open::<Task>(&ctx, ctx.reader(), *id, Action::Edit, Seen::AsItStands).await?;
    let form = FormState::made_of(task.version, WordingForm::of(&task));
    page(&edit_page(&ctx, &request, &task, form).await?)
}

#[post("/tasks/{id:[0-9A-Fa-f-]+}/edit")]
async fn edit(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, form: Sent<Versioned<WordingForm>>) -> Answer {
    let edit = async |txn: &Txn, version, form: &WordingForm| {
        let wording = form.read()?;
        service::edit(&ctx, txn, *id, Seen::Version(version), |_| Ok(wording)).await
    };
    let leads_on = |task: Task| done(&href(&task), FlashKind::Success, "tasks.done_edited");
    form::change(&ctx, form, edit, leads_on, async |form| {
        let task = open::<Task>(&ctx, ctx.reader(), *id, Action::Edit, Seen::AsItStands).await?;
        let form = form.beside(task.version);
        Ok(edit_page(&ctx, &request, &task, form).await?)
    })
    .await
}

async fn edit_page(
    ctx: &Ctx,
    request: &HttpRequest,
    task: &Task,
    form: FormState<Versioned<WordingForm>>,
) -> Result<EditPage> {
    let shell = shell_below(ctx, request, "tasks.edit", task).await?;
    Ok(EditPage { shell, about: about(task, ctx.lang), href: href(task), form })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct HandOnForm {
    seat: String,
    day: String,
}

#[derive(Template)]
#[template(path = "tasks/hand_on.html")]
struct HandOnPage {
    shell: Shell,
    about: String,
    href: String,
    form: FormState<Versioned<HandOnForm>>,
    seats: Vec<Choice>,
}

#[get("/tasks/{id:[0-9A-Fa-f-]+}/hand_on")]
async fn show_hand_on(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>) -> Answer {
    let task = open::<Task>(&ctx, ctx.reader(), *id, Action::HandOn, Seen::AsItStands).await?;
    let form = HandOnForm { day: task.day().to_string(), ..HandOnForm::default() };
    page(&hand_on_page(&ctx, &request, &task, FormState::made_of(task.version, form)).await?)
}

#[post("/tasks/{id:[0-9A-Fa-f-]+}/hand_on")]
async fn hand_on(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, form: Sent<Versioned<HandOnForm>>) -> Answer {
    let hand_on = async |txn: &Txn, version, form: &HandOnForm| {
        let (seat, day) = Reading::of(|reading| {
            let seat = reading.chosen::<String>("seat", &form.seat);
            let day = reading.day("day", &form.day);
            Some((seat?, day?))
        })?;
        service::hand_on(&ctx, txn, *id, version, &seat, day).await
    };
    let leads_on = |task: Task| done(&href(&task), FlashKind::Success, "tasks.done_handed_on");
    form::change(&ctx, form, hand_on, leads_on, async |form| {
        let task = open::<Task>(&ctx, ctx.reader(), *id, Action::HandOn, Seen::AsItStands).await?;
        let form = form.beside(task.version);
        Ok(hand_on_page(&ctx, &request, &task, form).await?)
    })
    .await
}

async fn hand_on_page(
    ctx: &Ctx,
    request: &HttpRequest,
    task: &Task,
    form: FormState<Versioned<HandOnForm>>,
) -> Result<HandOnPage> {
    let shell = shell_below(ctx, request, "tasks.hand_on", task).await?;
    Ok(HandOnPage { shell, about: about(task, ctx.lang), href: href(task), form, seats: seats(ctx).await? })
}
