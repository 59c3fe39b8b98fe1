//! Templates of tasks: kept by the secretariat, used when it gives a task. Retired ones are not offered.

use super::{DESCRIPTION_CHARACTERS, TASK_MINUTES, TITLE_CHARACTERS, store};
use crate::audit::{self, Event};
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service::{self as designations, SeatKey};
use crate::error::{Error, Result};
use crate::network::questions::AllCalendars;
use crate::open::{Guarded, Scoped, Seen, open, read, scope};
use crate::tasks::model::{Refusal, Wording};
use crate::tasks::policy::{self, Action};
use crate::tasks::template::{Outline, Template};
use crate::tasks::verb::Verb;
use crate::typed::{self, Reading};
use chrono::NaiveDate;
use entity::ids::{SeatId, TaskTemplateId};
use sea_orm::ConnectionTrait;
use std::ops::RangeInclusive;

/// Longest name of a template, in characters.
pub const NAME_CHARACTERS: usize = 120;
/// Working days between a chosen day and the due day, at most a year in either direction.
pub const OFFSETS: RangeInclusive<i32> = -250..=250;

/// Returns all templates, those that are offered first, each by name. Who may: the secretariat.
pub async fn templates(ctx: &Ctx) -> Result<Vec<Template>> {
    scope::<Template>(ctx)?;
    let mut all = store::templates::all(ctx.reader()).await?;
    all.sort_by_cached_key(|one| (one.is_retired(), one.outline.name.to_lowercase(), one.id));
    Ok(all)
}

/// Returns one template. Who may: the secretariat.
pub async fn template(ctx: &Ctx, db: &impl ConnectionTrait, id: TaskTemplateId) -> Result<Template> {
    read(ctx, db, id).await
}

/// Returns the due day that a template gives from a chosen day: in the calendar of its seat, otherwise in that of all.
pub async fn due_from(ctx: &Ctx, template: &Template, day: NaiveDate) -> Result<NaiveDate> {
    let calendars = ctx.recall(&AllCalendars).await?;
    let offset = template.outline.offset_working_days;
    Ok(match &template.outline.seat {
        Some(code) => {
            let seat = designations::seat(ctx, SeatKey::Code(code)).await?;
            calendars.of(&seat.territory)?.add_working_days(day, offset)?
        }
        None => calendars.all().add_working_days(day, offset)?,
    })
}

/// Checks the content of a template. Errors: `required`, `too_long`, `out_of_range`, each with its field.
pub fn check_outline(outline: &Outline) -> Result<Outline> {
    Reading::of(|reading| {
        let Outline { name, wording, seat, offset_working_days } = outline;
        let name = reading.text("name", name, NAME_CHARACTERS);
        let title = reading.text("title", &wording.title, TITLE_CHARACTERS);
        let text = reading.take(typed::optional("text", wording.text.as_deref(), DESCRIPTION_CHARACTERS));
        let minutes = reading.take(typed::minutes("estimated_minutes", Some(wording.estimated_minutes), TASK_MINUTES));
        let is_near = OFFSETS.contains(offset_working_days);
        let far = || Error::out_of_range("offset_working_days", *OFFSETS.start(), *OFFSETS.end());
        let offset = reading.take(if is_near { Ok(*offset_working_days) } else { Err(far()) });
        Some(Outline {
            name: name?,
            wording: Wording { title: title?, text: text?, estimated_minutes: minutes? },
            seat: seat.clone(),
            offset_working_days: offset?,
        })
    })
}

/// Adds a template. Who may: the secretariat. Mails: none. Errors: those of [`check_outline`], `unknown_value`, `name_taken`.
pub async fn create_template(ctx: &Ctx, txn: &Txn, outline: &Outline) -> Result<Template> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::KeepTemplates))?;
    let template = Template { id: ctx.new_id(), outline: check_outline(outline)?, retired_at: None, version: 1 };
    let seat = checked(ctx, txn, &template).await?;
    store::templates::insert(txn, &template, seat, ctx.now()).await?;
    record(ctx, txn, Verb::CreateTemplate, &template).await?;
    Ok(template)
}

/// Changes a template; tasks that were given stay as they are. Who may: the secretariat. Mails: none. Errors: as for
/// [`create_template`], `template_retired`, `nothing_changes`, `stale`.
pub async fn change_template(
    ctx: &Ctx,
    txn: &Txn,
    id: TaskTemplateId,
    version: i32,
    change: impl FnOnce(Outline) -> Outline,
) -> Result<Template> {
    let current = open::<Template>(ctx, txn, id, Action::KeepTemplates, Seen::Version(version)).await?;
    let outline = check_outline(&change(current.outline.clone()))?;
    save(ctx, txn, current.changed(outline)?, Verb::EditTemplate).await
}

/// Retires a template, so that it is not offered any more. Who may: the secretariat. Mails: none. Errors:
/// `nothing_changes`, `stale`.
pub async fn retire_template(ctx: &Ctx, txn: &Txn, id: TaskTemplateId, version: i32) -> Result<Template> {
    let current = open::<Template>(ctx, txn, id, Action::KeepTemplates, Seen::Version(version)).await?;
    save(ctx, txn, current.retired(Some(ctx.now()))?, Verb::RetireTemplate).await
}

/// Offers a retired template again. Who may: the secretariat. Mails: none. Errors: `nothing_changes`, `name_taken`, `stale`.
pub async fn restore_template(ctx: &Ctx, txn: &Txn, id: TaskTemplateId, version: i32) -> Result<Template> {
    let current = open::<Template>(ctx, txn, id, Action::KeepTemplates, Seen::Version(version)).await?;
    save(ctx, txn, current.retired(None)?, Verb::RestoreTemplate).await
}

async fn save(ctx: &Ctx, txn: &Txn, after: Template, verb: Verb) -> Result<Template> {
    let seat = checked(ctx, txn, &after).await?;
    store::templates::save(txn, &after, seat, ctx.now()).await?;
    record(ctx, txn, verb, &after).await?;
    template(ctx, txn, after.id).await
}

/// Checks that no other template that is offered has its name, and finds its seat.
async fn checked(ctx: &Ctx, txn: &Txn, template: &Template) -> Result<Option<SeatId>> {
    let is_same = |other: &Template| {
        !other.is_retired() && other.id != template.id && other.outline.name == template.outline.name
    };
    if !template.is_retired() && store::templates::all(txn).await?.iter().any(is_same) {
        return Err(Refusal::NameTaken.into());
    }
    match &template.outline.seat {
        Some(code) => {
            let seat = designations::seat(ctx, SeatKey::Code(code)).await;
            Ok(Some(seat.map_err(|error| error.as_unknown("seat"))?.id))
        }
        None => Ok(None),
    }
}

async fn record(ctx: &Ctx, txn: &Txn, verb: Verb, template: &Template) -> Result<()> {
    let details = serde_json::json!({ "name": template.outline.name, "retired": template.is_retired() });
    audit::record(ctx, txn, Event::about(verb, ("task_template", template.id.to_string()), details)).await
}

impl Guarded for Template {
    type Action = Action;
    const VIEW: Action = Action::KeepTemplates;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        policy::may_ever(actor, action)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

impl Scoped for Template {
    type Id = TaskTemplateId;
    type Visibility = ();

    fn visibility(actor: &Actor) -> Option<()> {
        policy::may_ever(actor, Action::KeepTemplates).then_some(())
    }

    async fn find(_: &Ctx, db: &impl ConnectionTrait, (): &(), id: TaskTemplateId) -> Result<Option<Self>> {
        Ok(store::templates::find(db, id).await?)
    }
}
