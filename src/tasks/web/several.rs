//! One act on several rows of the list of work: chosen on the list, confirmed on a page of its own, done on all or on none.

use super::{contribution_title, href};
use crate::auth::local_path::LocalPath;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::model::{Event as ContributionEvent, LIFECYCLE as CONTRIBUTIONS};
use crate::deliverables::service::{self as deliverables, DeliverableFilter};
use crate::deliverables::web::{self as contributions, FINAL, shell_below_work};
use crate::error::{Code, Result};
use crate::http::form::{self, Choice, FormState, Sent, row_field};
use crate::http::idempotency::Press;
use crate::http::page::{FlashKind, Shell, done, page};
use crate::http::{Answer, Failure};
use crate::tasks::model::{Event, LIFECYCLE, is_open};
use crate::tasks::policy::{self, Action};
use crate::tasks::reply;
use crate::tasks::service::{self, Act, Chosen, Done, TEXT_CHARACTERS, TaskFilter, To, WORKING_DAYS, Work};
use crate::texts::{Label, Lang};
use crate::time::words;
use crate::typed::Reading;
use crate::vocabulary::vocabulary;
use actix_web::{HttpRequest, post, web};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::{DeliverableId, TaskId};
use entity::kinds::ObligationKind;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;
use uuid::Uuid;

/// Prefix of the name of a row's box; kind and id follow, and the value is the version that the reader saw.
const WORK: &str = "work-";

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(act_on_several);
}

vocabulary! {
    /// An act on several rows.
    SeveralAct {
        Approve = "approve",
        Reschedule = "reschedule",
        Waive = "waive",
        Cancel = "cancel",
    }
}

impl FromStr for SeveralAct {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        Self::ALL.iter().copied().find(|act| act.as_str() == text).ok_or(())
    }
}

impl Label for SeveralAct {
    fn label_key(self) -> &'static str {
        match self {
            Self::Approve => "tasks.several_approve",
            Self::Reschedule => "tasks.several_reschedule",
            Self::Waive => "tasks.several_waive",
            Self::Cancel => "tasks.several_cancel",
        }
    }
}

impl SeveralAct {
    /// Returns the key of the sentence on its effect.
    const fn lead_key(self) -> &'static str {
        match self {
            Self::Approve => "tasks.several_approve_lead",
            Self::Reschedule => "tasks.several_reschedule_lead",
            Self::Waive => "tasks.several_waive_lead",
            Self::Cancel => "tasks.several_cancel_lead",
        }
    }

    /// Returns the key of the message after it.
    const fn done_key(self) -> &'static str {
        match self {
            Self::Approve => "tasks.done_several_approve",
            Self::Reschedule => "tasks.done_several_reschedule",
            Self::Waive => "tasks.done_several_waive",
            Self::Cancel => "tasks.done_several_cancel",
        }
    }

    /// Returns the colour of its button; that of what cannot be undone for a waiver and a cancellation.
    const fn kind(self) -> &'static str {
        match self {
            Self::Approve | Self::Reschedule => "primary",
            Self::Waive | Self::Cancel => FINAL,
        }
    }

    /// Tells whether at least one act is possible for a row.
    pub(super) fn is_possible_for(work: &Work) -> bool {
        match work {
            Work::Task(task) => is_open(task.state()) || LIFECYCLE.allows(task.state(), Event::Cancel),
            Work::Contribution(view) => {
                let state = view.deliverable.state();
                !view.deliverable.is_settled() || CONTRIBUTIONS.allows(state, ContributionEvent::Approve)
            }
        }
    }
}

/// Returns the acts that the reader may do on several rows.
pub(super) fn acts(ctx: &Ctx) -> Vec<Choice> {
    if !policy::may_ever(&ctx.actor, Action::Reschedule) {
        return Vec::new();
    }
    SeveralAct::ALL.iter().map(|act| Choice::new(act.as_str(), act.label(ctx.lang))).collect()
}

/// Returns the name of the box of a row: `work-task_0190…`.
pub(super) fn box_name((kind, id): reply::Work) -> String {
    format!("{WORK}{kind}_{id}")
}

fn work_of(name: &str) -> Option<reply::Work> {
    let (kind, id) = name.strip_prefix(WORK)?.split_once('_')?;
    Some((kind.parse().ok()?, id.parse().ok()?))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct SeveralForm {
    act: String,
    reason: String,
    day: String,
    working_days: String,
    /// The list from which the rows were chosen.
    back: String,
    /// Set on the page of confirmation.
    confirmed: String,
    /// Boxes of the rows.
    #[serde(flatten)]
    boxes: BTreeMap<String, String>,
}

impl SeveralForm {
    /// Returns the chosen rows, in the order in which the page shows them. A version that cannot be read is none of a record.
    fn chosen(&self) -> Vec<Chosen> {
        let chosen = |(name, version): (&String, &String)| {
            Some(Chosen { work: work_of(name)?, version: version.parse().unwrap_or(0) })
        };
        self.boxes.iter().filter_map(chosen).collect()
    }

    fn act(&self) -> Option<SeveralAct> {
        self.act.parse().ok()
    }

    /// Reads the act and checks that rows were chosen.
    fn read_choice(&self) -> Result<SeveralAct> {
        Reading::of(|reading| {
            let act = reading.chosen("act", &self.act);
            if self.chosen().is_empty() {
                reading.refuse("items", Code::NothingChosen);
            }
            act
        })
    }

    /// Reads the act with its fields.
    fn read(&self) -> Result<Act> {
        let act = self.read_choice()?;
        Reading::of(|reading| {
            Some(match act {
                SeveralAct::Approve => Act::Approve,
                SeveralAct::Waive => Act::Waive { reason: reading.reason("reason", &self.reason, TEXT_CHARACTERS)? },
                SeveralAct::Cancel => Act::Cancel { reason: reading.reason("reason", &self.reason, TEXT_CHARACTERS)? },
                SeveralAct::Reschedule => Act::Reschedule(self.read_days(reading)?),
            })
        })
    }

    fn read_days(&self, reading: &mut Reading) -> Option<To> {
        let day = reading.optional_day("day", &self.day);
        let days = reading.optional_number("working_days", &self.working_days, WORKING_DAYS);
        match (day?, days?) {
            (Some(day), None) => Some(To::Day(day)),
            (None, Some(days)) => Some(To::WorkingDays(days)),
            (None, None) => {
                reading.refuse("day", Code::Required);
                None
            }
            (Some(_), Some(_)) => {
                reading.refuse("working_days", Code::OneOfTwo);
                None
            }
        }
    }

    fn back(&self) -> LocalPath {
        let back = LocalPath::or_home(&self.back);
        if back.as_str().starts_with("/tasks") { back } else { LocalPath::or_home("/tasks") }
    }
}

#[derive(Template)]
#[template(path = "tasks/several.html")]
struct SeveralPage {
    shell: Shell,
    lead: &'static str,
    /// The act, if it is known; otherwise the reader chooses it here.
    act: Option<SeveralAct>,
    acts: Vec<Choice>,
    button: &'static str,
    kind: &'static str,
    back: String,
    rows: Vec<ChosenRow>,
    form: FormState<SeveralForm>,
}

impl SeveralPage {
    fn asks_reason(&self) -> bool {
        matches!(self.act, Some(SeveralAct::Waive | SeveralAct::Cancel))
    }

    fn asks_day(&self) -> bool {
        self.act == Some(SeveralAct::Reschedule)
    }
}

/// A chosen row.
struct ChosenRow {
    name: String,
    /// End of the ids of its box and of its error.
    field: String,
    error: Option<String>,
    version: i32,
    title: String,
    href: String,
    place: String,
    day: String,
}

impl ChosenRow {
    fn label(&self) -> String {
        format!("{}, {}", self.title, self.place)
    }
}

/// Shows the chosen rows with the fields of the act, and carries the act out once it is confirmed there.
#[post("/tasks/several")]
async fn act_on_several(ctx: Ctx, request: HttpRequest, form: Sent<SeveralForm>) -> Answer {
    ctx.demand(policy::may_ever(&ctx.actor, Action::Reschedule))?;
    let again = async |form: FormState<SeveralForm>| -> std::result::Result<SeveralPage, Failure> {
        Ok(several_page(&ctx, &request, form).await?)
    };
    if form.peek(|form| form.confirmed.is_empty()) {
        let show = async |_: &Press, form: &SeveralForm| {
            form.read_choice()?;
            let shown = several_page(&ctx, &request, FormState::fresh(form.clone())).await?;
            page(&shown).map_err(|Failure(error)| error)
        };
        return form::answer_by(&ctx, form, show, again).await;
    }
    let work = async |txn: &Txn, form: &SeveralForm| {
        let act = form.read()?;
        let done = service::act_on_several(&ctx, txn, &form.chosen(), &act).await?;
        Ok((form.clone(), done))
    };
    let leads_on = |(form, _): (SeveralForm, Done)| {
        let said = form.act().map_or("tasks.done_several_reschedule", SeveralAct::done_key);
        done(form.back().as_str(), FlashKind::Success, said)
    };
    form::answer(&ctx, form, work, leads_on, again).await
}

async fn several_page(ctx: &Ctx, request: &HttpRequest, form: FormState<SeveralForm>) -> Result<SeveralPage> {
    let act = form.act();
    let mut rows = rows(ctx, &form.chosen()).await?;
    for row in &mut rows {
        row.error = form.errors.of(&row.field).map(str::to_owned);
    }
    let labels: Vec<String> = rows.iter().map(ChosenRow::label).collect();
    let FormState { values, errors } = form;
    let form = FormState { values, errors: errors.naming_rows(labels.iter().map(String::as_str)) };
    let title = ctx.lang.t(act.map_or("tasks.several", Label::label_key));
    Ok(SeveralPage {
        shell: shell_below_work(ctx, request, title.to_owned()).here(),
        lead: ctx.lang.t(act.map_or("tasks.several_lead", SeveralAct::lead_key)),
        acts: acts(ctx),
        button: act.map_or_else(|| ctx.lang.t("tasks.several_next"), |act| act.label(ctx.lang)),
        kind: act.map_or("primary", SeveralAct::kind),
        back: form.back().as_str().to_owned(),
        act,
        rows,
        form,
    })
}

/// Reads the chosen rows. One that the reader may not see has no title; its refusal says that it is not there.
async fn rows(ctx: &Ctx, chosen: &[Chosen]) -> Result<Vec<ChosenRow>> {
    let ids = |kind: ObligationKind| chosen.iter().filter(move |one| one.work.0 == kind).map(|one| one.work.1);
    let mut found: HashMap<Uuid, (String, String, String, NaiveDate)> = HashMap::new();
    let tasks: Vec<TaskId> = ids(ObligationKind::Task).map(TaskId).collect();
    if !tasks.is_empty() {
        let filter = TaskFilter { ids: Some(tasks), ..TaskFilter::default() };
        for task in service::list_visible(ctx, &filter).await? {
            let title = task.title(ctx.lang).to_owned();
            found.insert(task.id.0, (title, href(&task), task.seat.place().to_owned(), task.day()));
        }
    }
    let owed: Vec<DeliverableId> = ids(ObligationKind::Deliverable).map(DeliverableId).collect();
    if !owed.is_empty() {
        let most = u64::try_from(owed.len()).unwrap_or(u64::MAX);
        let filter = DeliverableFilter { ids: Some(owed), ..DeliverableFilter::default() };
        for view in deliverables::list_seen(ctx, &filter, None, most).await? {
            let (title, place) = (contribution_title(&view, ctx.lang), view.observatory_name.clone());
            found.insert(view.deliverable.id.0, (title, contributions::href(&view), place, view.deliverable.day()));
        }
    }
    let row = |(position, one): (usize, &Chosen)| {
        let (title, href, place, day) = found.remove(&one.work.1).map_or_else(
            || (String::new(), "/tasks".to_owned(), String::new(), String::new()),
            |(title, href, place, day)| (title, href, place, day_in_words(day, ctx.lang)),
        );
        let field = row_field(position);
        ChosenRow { name: box_name(one.work), field, error: None, version: one.version, title, href, place, day }
    };
    Ok(chosen.iter().enumerate().map(row).collect())
}

fn day_in_words(day: NaiveDate, lang: Lang) -> String {
    words::long_day(day, lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_names_its_row() {
        for kind in [ObligationKind::Task, ObligationKind::Deliverable] {
            let work = (kind, Uuid::from_u128(7));
            assert_eq!(work_of(&box_name(work)), Some(work));
        }
        assert_eq!(work_of("work-task"), None);
        assert_eq!(work_of("act"), None);
    }
}
