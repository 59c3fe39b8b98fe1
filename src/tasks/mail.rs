//! The mail about a task that a meeting gave to a seat.

use super::model::Task;
use super::policy::Visibility;
use super::store;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service as designations;
use crate::error::Result;
use crate::mail::content::MailContent;
use crate::mail::kind::{Facts, Kind, MailKind};
use crate::mail::outbox::{self, Draft, QUIET, Subject};
use crate::texts::Lang;
use crate::time::words;
use chrono::Days;
use entity::ids::{PersonId, TaskId};
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// Days after which an unsent mail expires; the reminders go on.
const LASTS_DAYS: u64 = 14;

/// A task was given: to the holders of its seat. The mail states the due day.
pub struct Given;

impl MailKind for Given {
    const NAME: &'static str = "task_given";
    const LABEL: &'static str = "tasks_mail.given_kind";
    const SUBJECT: &'static str = "task";

    /// Tells whether the task is still to be done by the day stated in the mail.
    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(id) = mail.subject::<TaskId>() else { return Ok(false) };
        let known = store::find(db, &Visibility::Everything, id).await?;
        Ok(known.is_some_and(|task| task.is_due() && mail.speaks_of(task.day())))
    }
}

/// Enqueues *given* to each holder of the task's seat, except to the person who acts.
pub(super) async fn given(ctx: &Ctx, txn: &Txn, task: &Task) -> Result<()> {
    let mut told: BTreeSet<PersonId> = ctx.actor.person_id().into_iter().collect();
    let holders = designations::all_holders(txn, ctx.today()).await?;
    let readers = holders.iter().filter(|one| one.seat.id == task.seat.id && told.insert(one.holder.id));
    let drafts = readers.map(|reader| {
        let to = designations::to_holder(reader);
        Draft {
            kind: Kind::of::<Given>(),
            dedupe_key: format!("{}:{}:{}", Given::NAME, task.id, reader.holder.id),
            subject: Subject::of(task.id).on_day(task.day()),
            content: content(ctx, task, to.lang),
            to,
            due_at: ctx.now() + QUIET,
            expires_at: Some(ctx.now() + Days::new(LASTS_DAYS)),
            calendar: None,
        }
    });
    let drafts = drafts.collect();
    outbox::promise_all(ctx, txn, drafts).await?;
    Ok(())
}

fn content(ctx: &Ctx, task: &Task, lang: Lang) -> MailContent {
    let values = [
        ("title", task.title(lang).to_owned()),
        ("place", task.seat.place().to_owned()),
        ("day", words::brief_day(task.day(), lang)),
        ("due", words::long_day(task.day(), lang)),
        ("minutes", words::about(task.estimated_minutes, lang)),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    MailContent {
        subject: lang.f("tasks_mail.given_subject", &values),
        preheader: lang.f("tasks_mail.given_preheader", &values),
        heading: lang.f("tasks_mail.given_heading", &values),
        paragraphs: vec![lang.f("tasks_mail.given_body", &values)],
        facts: task.note.iter().map(|note| (lang.t("tasks_mail.note").to_owned(), note.clone())).collect(),
        action: Some((lang.t("tasks_mail.open").to_owned(), format!("{}/tasks/{}", ctx.config().base_url(), task.id))),
        closing: Some(lang.t("tasks_mail.closing").to_owned()),
        ..MailContent::default()
    }
}
