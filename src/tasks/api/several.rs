//! One act on several tasks and contributions over REST.

use super::TaskOut;
use super::wire::{ActOnSeveralIn, SeveralAct, SeveralDoneOut};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::api::DeliverableOut;
use crate::error::{Code, Error, Result};
use crate::http::Answer;
use crate::http::json::Json;
use crate::tasks::service::{self, Act, Chosen, TEXT_CHARACTERS, To};
use crate::typed;
use actix_web::{HttpResponse, post};
use chrono::NaiveDate;

/// Act on several tasks and contributions at once
///
/// On all of them or on none. `approve` and `waive` are for contributions, `cancel` for tasks, `reschedule` sets another due
/// day of both: the same for all, or some working days later in the calendar of each. Who may: the secretariat. Mails: those
/// of the act, one to each reader. Errors: `nothing_chosen`, `out_of_range` for more than 100, `reason_missing`, `one_of_two`
/// for day and working days; `rows_refused` with the refusal of each item at `items[0]`, `items[1]`, …
#[utoipa::path(tag = "tasks", request_body = ActOnSeveralIn, responses((status = 200, body = SeveralDoneOut)))]
#[post("/tasks/several")]
pub async fn act_on_several(ctx: Ctx, input: Json<ActOnSeveralIn>) -> Answer {
    let input = input.value;
    let act = act_of(&input)?;
    let chosen: Vec<Chosen> =
        input.items.iter().map(|one| Chosen { work: (one.kind, one.id), version: one.version }).collect();
    let done = ctx.write(async |txn: &Txn| service::act_on_several(&ctx, txn, &chosen, &act).await).await?;
    let today = ctx.today();
    Ok(HttpResponse::Ok().json(SeveralDoneOut {
        tasks: done.tasks.into_iter().map(|task| TaskOut::on(task, today)).collect(),
        deliverables: done.contributions.into_iter().map(|view| DeliverableOut::on(view, today)).collect(),
    }))
}

fn act_of(input: &ActOnSeveralIn) -> Result<Act> {
    // Read for every act, so that a wrong text is refused as such.
    let reason = typed::optional("reason", input.reason.as_deref(), TEXT_CHARACTERS)?.unwrap_or_default();
    Ok(match input.act {
        SeveralAct::Approve => Act::Approve,
        SeveralAct::Waive => Act::Waive { reason },
        SeveralAct::Cancel => Act::Cancel { reason },
        SeveralAct::Reschedule => Act::Reschedule(match (input.day, input.working_days) {
            (Some(day), None) => To::Day(NaiveDate::from(day)),
            (None, Some(days)) => To::WorkingDays(days),
            (None, None) => return Err(Error::field("day", Code::Required)),
            (Some(_), Some(_)) => return Err(Error::field("working_days", Code::OneOfTwo)),
        }),
    })
}
