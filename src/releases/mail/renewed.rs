//! The mail about other steps: one to each reader about all releases that got them in one act, with old and new days.

use super::LASTS_DAYS;
use super::workload::step_name;
use crate::catalogue::model::Product;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::questions::HoldersOn;
use crate::designations::service as designations;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::{MailContent, Words};
use crate::mail::kind::{Facts, Kind, MailKind};
use crate::mail::outbox::{self, Draft, QUIET, Subject};
use crate::releases::store::{self, Filter};
use crate::releases::view::ReleaseView;
use crate::tasks::model::{Task, is_open};
use crate::tasks::service as tasks;
use crate::texts::Lang;
use crate::time::words;
use chrono::Days;
use entity::ids::{GivingId, PersonId, ReleaseId};
use entity::kinds::{ReleaseState, SeatKind};
use sea_orm::ConnectionTrait;
use std::collections::BTreeMap;

/// Releases got the present steps of their product. Their tasks keep the name of the mail, and the mail states the version of
/// the product.
pub struct StepsRenewed;

impl MailKind for StepsRenewed {
    const NAME: &'static str = "release_steps_renewed";
    const LABEL: &'static str = "releases_mail.steps_kind";
    const SUBJECT: &'static str = "giving";

    /// Tells whether one of its tasks still has the day that it tells, for a release that is still at work.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(name) = mail.subject::<GivingId>() else { return Ok(false) };
        let told = tasks::told_with(ctx, db, name).await?;
        let ids: Vec<ReleaseId> = told.iter().filter_map(|task| task.release_id).collect();
        if ids.is_empty() {
            return Ok(false);
        }
        let filter = Filter { ids: Some(ids), state: Some(ReleaseState::Confirmed), ..Filter::default() };
        Ok(!store::list(db, &filter, None, Some(1)).await?.is_empty())
    }
}

/// Tasks of releases before other steps were given to them, and those that changed after it.
#[derive(Default)]
pub(in crate::releases) struct TaskChanges {
    pub before: Vec<Task>,
    pub after: Vec<Task>,
}

/// Enqueues one mail to each referent and deputy whose observatory has changed tasks, except to the person who acts. It leaves
/// after [`QUIET`].
pub(in crate::releases) async fn tell_of_renewal(
    ctx: &Ctx,
    txn: &Txn,
    product: &Product,
    releases: &[ReleaseView],
    told: &TaskChanges,
    name: GivingId,
) -> Result<()> {
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    let mut readers: BTreeMap<PersonId, Vec<&Designation>> = BTreeMap::new();
    for holder in holders.iter() {
        let works = matches!(holder.seat.kind, SeatKind::Referent | SeatKind::Deputy)
            && told.after.iter().any(|task| task.seat.observatory_id == holder.seat.observatory_id);
        if works && ctx.actor.person_id() != Some(holder.holder.id) {
            readers.entry(holder.holder.id).or_default().push(holder);
        }
    }
    let draft = |designations: Vec<&Designation>| {
        let to = designations::to_holder(designations[0]);
        let is_own = |task: &&Task| designations.iter().any(|one| one.seat.observatory_id == task.seat.observatory_id);
        let own: Vec<&Task> = told.after.iter().filter(is_own).collect();
        Draft {
            kind: Kind::of::<StepsRenewed>(),
            dedupe_key: format!("{}:{name}:{}", StepsRenewed::NAME, designations[0].holder.id),
            subject: Subject::of(name).at_version(product.version),
            content: content(ctx, product, releases, &told.before, &own, to.lang),
            to,
            due_at: ctx.now() + QUIET,
            expires_at: Some(ctx.now() + Days::new(LASTS_DAYS)),
            calendar: None,
        }
    };
    let drafts = readers.into_values().map(draft).collect();
    outbox::promise_all(ctx, txn, drafts).await?;
    Ok(())
}

/// Returns the people to whom the mail of this name is promised.
pub(in crate::releases) async fn told_of_renewal(
    db: &impl ConnectionTrait,
    product: &Product,
    name: GivingId,
) -> Result<Vec<PersonId>> {
    outbox::readers_of(db, &[Kind::of::<StepsRenewed>()], &Subject::of(name).at_version(product.version)).await
}

fn content(
    ctx: &Ctx,
    product: &Product,
    releases: &[ReleaseView],
    before: &[Task],
    own: &[&Task],
    lang: Lang,
) -> MailContent {
    let next = own.iter().filter(|task| task.is_due()).map(|task| task.day()).min();
    let values = [
        ("product", product.name(lang).to_owned()),
        ("number", own.len().to_string()),
        ("next", next.map_or_else(|| lang.t("releases_mail.no_next").to_owned(), |day| words::long_day(day, lang))),
    ];
    let mut facts = Vec::new();
    for view in releases {
        let mut tasks: Vec<&&Task> = own.iter().filter(|task| task.release_id == Some(view.release.id)).collect();
        tasks.sort_by_key(|task| (task.day(), task.id));
        let period = words::period(view.release.period, lang);
        let line = |task: &&Task| (format!("{period}: {}", step_name(product, task, lang)), said(before, task, lang));
        facts.extend(tasks.into_iter().map(line));
    }
    MailContent {
        facts,
        action: Some((
            lang.t("releases_mail.steps_open").to_owned(),
            format!("{}/tasks?mine=true", ctx.config().base_url()),
        )),
        closing: Some(lang.t("releases_mail.reminders").to_owned()),
        ..Words::of("releases_mail.steps").write(lang, &values)
    }
}

/// Words the day of a task beside the one it had: new, no longer asked for, or another day.
fn said(before: &[Task], task: &Task, lang: Lang) -> String {
    let day = words::long_day(task.day(), lang);
    if !is_open(task.state()) {
        return lang.t("releases_mail.step_dropped").to_owned();
    }
    match before.iter().find(|known| known.id == task.id) {
        None => lang.f("releases_mail.step_added", &[("day", &day)]),
        Some(known) if known.day() != task.day() => {
            lang.f("releases_mail.day_and_old", &[("day", &day), ("old", &words::brief_day(known.day(), lang))])
        }
        Some(_) => day,
    }
}
