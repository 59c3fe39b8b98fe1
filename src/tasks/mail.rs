//! Mails about tasks: given by a meeting or by the secretariat, changed by the secretariat, refused by their seat.
//!
//! Tasks that the secretariat gives to one seat within some minutes are one mail ([`given_together`]): a mail that still waits
//! is withdrawn, and the next one tells its tasks too. Each task keeps the name of the mail that tells of it.

pub mod proposals;

use super::model::Task;
use super::policy::Visibility;
use super::store;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::questions::AllSeats;
use crate::designations::questions::HoldersOn;
use crate::designations::service::{self as designations, News};
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::{Item, MailContent, Words};
use crate::mail::kind::{Facts, MailKind};
use crate::mail::outbox::{self, QUIET, Subject, withdraw};
use crate::open::Scoped as _;
use crate::texts::Lang;
use crate::time::words;
use chrono::TimeDelta;
use entity::ids::{GivingId, PersonId, SeatId, TaskId};
use entity::kinds::{SeatKind, TaskState};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, BTreeSet};

/// A task was given: to the holders of its seat. The mail states the due day.
pub struct Given;

impl MailKind for Given {
    const NAME: &'static str = "task_given";
    const LABEL: &'static str = "tasks_mail.given_kind";
    const SUBJECT: &'static str = "task";

    /// Tells whether the task is still to be done by the day stated in the mail.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(id) = mail.subject::<TaskId>() else { return Ok(false) };
        let known = Task::find(ctx, db, &Visibility::Everything, id).await?;
        Ok(known.is_some_and(|task| task.is_due() && mail.speaks_of(task.day())))
    }
}

/// Enqueues *given* to each holder of the task's seat, except to the person who acts.
pub(super) async fn given(ctx: &Ctx, txn: &Txn, task: &Task) -> Result<()> {
    let news = News::of::<Given>(task.id, Subject::of(task.id).on_day(task.day()));
    let is_reader = |one: &Designation| one.seat.id == task.seat.id;
    designations::tell(ctx, txn, &news, is_reader, |lang| content(ctx, task, lang)).await
}

fn content(ctx: &Ctx, task: &Task, lang: Lang) -> MailContent {
    MailContent {
        facts: task.note.iter().map(|note| (lang.t("tasks_mail.note").to_owned(), note.clone())).collect(),
        action: Some((lang.t("tasks_mail.open").to_owned(), format!("{}/tasks/{}", ctx.config().base_url(), task.id))),
        closing: Some(lang.t("tasks_mail.closing").to_owned()),
        ..Words::of("tasks_mail.given").write(lang, &values(task, lang))
    }
}

/// Tasks given by the secretariat: to the holders of their seat, several in one mail.
pub struct GivenTogether;

impl MailKind for GivenTogether {
    const NAME: &'static str = "tasks_given";
    const LABEL: &'static str = "tasks_mail.together_kind";
    const SUBJECT: &'static str = "giving";

    /// Tells whether one of the tasks is still to be done.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(name) = mail.subject::<GivingId>() else { return Ok(false) };
        Ok(told_with(ctx, db, &[name]).await?.iter().any(Task::is_due))
    }
}

/// The secretariat changed a task that it had given: to the holders of its seat. The mail states its version.
pub struct Changed;

impl MailKind for Changed {
    const NAME: &'static str = "task_changed";
    const LABEL: &'static str = "tasks_mail.changed_kind";
    const SUBJECT: &'static str = "task";

    /// Tells whether nothing has changed since.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(id) = mail.subject::<TaskId>() else { return Ok(false) };
        let known = Task::find(ctx, db, &Visibility::Everything, id).await?;
        Ok(known.is_some_and(|task| Some(task.version) == mail.about_version))
    }
}

/// The secretariat changed several tasks at once that it had given: to the holders of their seats.
pub struct ChangedTogether;

impl MailKind for ChangedTogether {
    const NAME: &'static str = "tasks_changed";
    const LABEL: &'static str = "tasks_mail.changed_together_kind";
    const SUBJECT: &'static str = "giving";

    /// Tells whether no later mail tells of all these tasks.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(name) = mail.subject::<GivingId>() else { return Ok(false) };
        Ok(!told_with(ctx, db, &[name]).await?.is_empty())
    }
}

/// A seat refused a task: to the secretariat.
pub struct Refused;

impl MailKind for Refused {
    const NAME: &'static str = "task_refused";
    const LABEL: &'static str = "tasks_mail.refused_kind";
    const SUBJECT: &'static str = "task";

    /// Tells whether the task is still refused.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(id) = mail.subject::<TaskId>() else { return Ok(false) };
        let known = Task::find(ctx, db, &Visibility::Everything, id).await?;
        Ok(known.is_some_and(|task| task.state() == TaskState::Refused && Some(task.version) == mail.about_version))
    }
}

/// Changes of a given task that its holders are told.
#[derive(Clone, Copy)]
pub(super) enum Change<'a> {
    Edited,
    Rescheduled,
    Insisted { reason: &'a str },
    Cancelled { reason: &'a str },
}

impl Change<'_> {
    const fn words(self) -> Words {
        match self {
            Self::Edited => Words::of("tasks_mail.edited"),
            Self::Rescheduled => Words::of("tasks_mail.rescheduled"),
            Self::Insisted { .. } => Words::of("tasks_mail.insisted"),
            Self::Cancelled { .. } => Words::of("tasks_mail.cancelled"),
        }
    }

    /// Returns the text keys for several tasks: subject, heading, body, line of a task.
    const fn words_together(self) -> [&'static str; 4] {
        match self {
            Self::Cancelled { .. } => [
                "tasks_mail.cancelled_together_subject",
                "tasks_mail.cancelled_together_heading",
                "tasks_mail.cancelled_together_body",
                "tasks_mail.cancelled_together_item",
            ],
            Self::Edited | Self::Rescheduled | Self::Insisted { .. } => [
                "tasks_mail.rescheduled_together_subject",
                "tasks_mail.rescheduled_together_heading",
                "tasks_mail.rescheduled_together_body",
                "tasks_mail.rescheduled_together_item",
            ],
        }
    }

    const fn reason(&self) -> Option<&str> {
        match self {
            Self::Insisted { reason } | Self::Cancelled { reason } => Some(reason),
            Self::Edited | Self::Rescheduled => None,
        }
    }
}

/// Returns the tasks of which mails tell.
async fn told_with(ctx: &Ctx, db: &impl ConnectionTrait, names: &[GivingId]) -> Result<Vec<Task>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let filter = store::Filter { told_with: Some(names.to_vec()), ..store::Filter::default() };
    let seats = ctx.recall(&AllSeats).await?;
    Ok(store::list(db, &seats, &Visibility::Everything, &filter, None, None).await?)
}

/// Returns the mails about given tasks that still wait in their quiet minutes.
async fn waiting(ctx: &Ctx, txn: &Txn) -> Result<Vec<(withdraw::Promised, GivingId)>> {
    let span = ctx.now() - QUIET - QUIET..ctx.now() + TimeDelta::milliseconds(1);
    let promised = withdraw::promised_within(txn, GivenTogether::NAME, span).await?;
    let named = |mail: withdraw::Promised| Some((mail.subject_id.parse().ok()?, mail));
    let waiting = promised.into_iter().filter(withdraw::Promised::is_waiting).filter_map(named);
    Ok(waiting.map(|(name, mail)| (mail, name)).collect())
}

/// Enqueues one mail to each holder of a seat about its new tasks, together with those of a mail that still waits, which is
/// withdrawn.
pub(super) async fn given_together(ctx: &Ctx, txn: &Txn, new: &[Task]) -> Result<()> {
    let waiting = waiting(ctx, txn).await?;
    let names: Vec<GivingId> = waiting.iter().map(|(_, name)| *name).collect();
    let mut tasks: BTreeMap<SeatId, Vec<Task>> = BTreeMap::new();
    for task in new {
        tasks.entry(task.seat.id).or_default().push(task.clone());
    }
    let mut overtaken: BTreeSet<GivingId> = BTreeSet::new();
    for earlier in told_with(ctx, txn, &names).await? {
        let Some(of_seat) = tasks.get_mut(&earlier.seat.id) else { continue };
        overtaken.extend(earlier.told_with);
        if earlier.is_due() && of_seat.iter().all(|task| task.id != earlier.id) {
            of_seat.push(earlier);
        }
    }
    let overtaken: Vec<_> =
        waiting.iter().filter(|(_, name)| overtaken.contains(name)).map(|(mail, _)| mail.id).collect();
    withdraw::withdraw(ctx, txn, &overtaken).await?;
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    let mut drafts = Vec::new();
    for (seat, tasks) in tasks {
        let name: GivingId = ctx.new_id();
        store::set_told_with(txn, tasks.iter().map(|task| task.id), name).await?;
        let readers = readers(ctx, &holders, seat);
        let news = once::<GivenTogether>(ctx, Subject::of(name));
        drafts.extend(readers.into_iter().map(|reader| news.to(ctx, reader, |lang| together(ctx, &tasks, lang))));
    }
    outbox::promise_all(ctx, txn, drafts).await?;
    Ok(())
}

/// Returns the holders of a seat, each once, without the person who acts.
fn readers<'a>(ctx: &Ctx, holders: &'a [Designation], seat: SeatId) -> Vec<&'a Designation> {
    designations::others(ctx, holders, |one| one.seat.id == seat)
}

/// Makes news that are no other news about the same tasks.
fn once<K: MailKind>(ctx: &Ctx, subject: Subject) -> News {
    News::of::<K>(ctx.new_id::<uuid::Uuid>(), subject)
}

/// Tells a change of a given task to the holders of its seat. While the mail that gives it still waits, that mail is written
/// again instead, and a task that is not due any more is left out of it.
pub(super) async fn changed(ctx: &Ctx, txn: &Txn, task: &Task, change: Change<'_>) -> Result<()> {
    changed_together(ctx, txn, std::slice::from_ref(task), change).await
}

/// Tells one change of several given tasks, in one mail to each holder of their seats, like [`changed`].
pub(super) async fn changed_together(ctx: &Ctx, txn: &Txn, tasks: &[Task], change: Change<'_>) -> Result<()> {
    let waiting = waiting(ctx, txn).await?;
    let is_untold = |task: &&Task| waiting.iter().any(|(_, name)| Some(*name) == task.told_with);
    let (untold, told): (Vec<&Task>, Vec<&Task>) = tasks.iter().partition(is_untold);
    if !untold.is_empty() {
        let names: BTreeSet<GivingId> = untold.iter().filter_map(|task| task.told_with).collect();
        write_again(ctx, txn, &waiting, &names).await?;
    }
    if told.is_empty() {
        return Ok(());
    }
    let name: GivingId = ctx.new_id();
    if told.len() > 1 {
        store::set_told_with(txn, told.iter().map(|task| task.id), name).await?;
    }
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    let mut by_reader: BTreeMap<PersonId, (&Designation, Vec<&Task>)> = BTreeMap::new();
    for task in told {
        for reader in readers(ctx, &holders, task.seat.id) {
            by_reader.entry(reader.holder.id).or_insert_with(|| (reader, Vec::new())).1.push(task);
        }
    }
    let drafts = by_reader.into_values().map(|(reader, tasks)| {
        if let [task] = tasks[..] {
            let news = once::<Changed>(ctx, Subject::of(task.id).at_version(task.version));
            return news.to(ctx, reader, |lang| about_one(ctx, task, change.words(), change.reason(), lang));
        }
        let news = once::<ChangedTogether>(ctx, Subject::of(name));
        news.to(ctx, reader, |lang| about_several(ctx, &tasks, change, lang))
    });
    outbox::promise_all(ctx, txn, drafts.collect()).await?;
    Ok(())
}

/// Writes the mails with these names again, with those of their tasks that are still due.
async fn write_again(
    ctx: &Ctx,
    txn: &Txn,
    waiting: &[(withdraw::Promised, GivingId)],
    names: &BTreeSet<GivingId>,
) -> Result<()> {
    let mut together = told_with(ctx, txn, &names.iter().copied().collect::<Vec<_>>()).await?;
    together.retain(Task::is_due);
    let mails = waiting.iter().filter(|(_, name)| names.contains(name)).map(|(mail, _)| mail.id);
    withdraw::withdraw(ctx, txn, &mails.collect::<Vec<_>>()).await?;
    if together.is_empty() { Ok(()) } else { given_together(ctx, txn, &together).await }
}

/// Writes the mail about one change of several tasks, the first due one first.
fn about_several(ctx: &Ctx, tasks: &[&Task], change: Change<'_>, lang: Lang) -> MailContent {
    let mut tasks = tasks.to_vec();
    tasks.sort_by_key(|task| (task.day(), task.id));
    let [subject, heading, body, line] = change.words_together();
    let count = tasks.len().to_string();
    let day = tasks.first().map(|task| words::brief_day(task.day(), lang)).unwrap_or_default();
    let values = [("count", count.as_str()), ("day", day.as_str())];
    let item = |task: &&Task| Item {
        title: task.title(lang).to_owned(),
        said: lang.f(line, &self::values(task, lang).each_ref().map(|(name, value)| (*name, value.as_str()))),
        action: (lang.t("tasks_mail.open_task").to_owned(), address(ctx, task)),
    };
    let reason = change.reason().map(|reason| (lang.t("tasks_mail.reason").to_owned(), reason.to_owned()));
    MailContent {
        subject: lang.f(subject, &values),
        preheader: lang.t("tasks_mail.changed_together_preheader").to_owned(),
        heading: lang.f(heading, &values),
        paragraphs: vec![lang.t(body).to_owned()],
        items: tasks.iter().map(item).collect(),
        facts: reason.into_iter().collect(),
        ..MailContent::default()
    }
}

/// Tells the secretariat that a task was refused.
pub(super) async fn refused(ctx: &Ctx, txn: &Txn, task: &Task) -> Result<()> {
    let news = once::<Refused>(ctx, Subject::of(task.id).at_version(task.version));
    let is_reader = |one: &Designation| one.seat.kind == SeatKind::Secretariat;
    let words = Words::of("tasks_mail.refused");
    designations::tell(ctx, txn, &news, is_reader, |lang| about_one(ctx, task, words, task.stage.reason(), lang)).await
}

fn address(ctx: &Ctx, task: &Task) -> String {
    format!("{}/tasks/{}", ctx.config().base_url(), task.id)
}

fn about_one(ctx: &Ctx, task: &Task, words: Words, reason: Option<&str>, lang: Lang) -> MailContent {
    let fact = |key: &str, text: &str| (lang.t(key).to_owned(), text.to_owned());
    let reason = reason.map(|reason| fact("tasks_mail.reason", reason));
    MailContent {
        facts: reason.into_iter().chain(task.text.iter().map(|text| fact("tasks_mail.text", text))).collect(),
        action: Some((lang.t("tasks_mail.open_task").to_owned(), address(ctx, task))),
        ..words.write(lang, &values(task, lang))
    }
}

fn values(task: &Task, lang: Lang) -> [(&'static str, String); 5] {
    [
        ("title", task.title(lang).to_owned()),
        ("place", task.seat.place().to_owned()),
        ("day", words::brief_day(task.day(), lang)),
        ("due", words::long_day(task.day(), lang)),
        ("minutes", words::about(task.estimated_minutes, lang)),
    ]
}

/// Writes the mail about given tasks: one alone, or several with the first due one first.
fn together(ctx: &Ctx, tasks: &[Task], lang: Lang) -> MailContent {
    let mut tasks: Vec<&Task> = tasks.iter().collect();
    tasks.sort_by_key(|task| (task.day(), task.id));
    if let [task] = tasks[..] {
        let words = Words::of("tasks_mail.together_one");
        return MailContent {
            closing: Some(lang.t("tasks_mail.together_closing").to_owned()),
            ..about_one(ctx, task, words, None, lang)
        };
    }
    let first = tasks.first().map(|task| words::brief_day(task.day(), lang)).unwrap_or_default();
    let count = tasks.len().to_string();
    let values = [("count", count.as_str()), ("day", first.as_str())];
    let item = |task: &&Task| Item {
        title: task.title(lang).to_owned(),
        said: lang.f(
            "tasks_mail.together_item",
            &self::values(task, lang).each_ref().map(|(name, value)| (*name, value.as_str())),
        ),
        action: (lang.t("tasks_mail.open_task").to_owned(), address(ctx, task)),
    };
    MailContent {
        items: tasks.iter().map(item).collect(),
        closing: Some(lang.t("tasks_mail.together_closing").to_owned()),
        ..Words::of("tasks_mail.together").write(lang, &values)
    }
}
