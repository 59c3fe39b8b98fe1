//! The button that reminds a person of one obligation.

use super::service;
use crate::auth::local_path::LocalPath;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Code;
use crate::http::form::{self, Form};
use crate::http::page::{FlashKind, done};
use crate::http::{Answer, Failure};
use actix_web::{post, web};
use entity::ids::{DeliverableId, TaskId};
use entity::kinds::ObligationKind;
use serde::Deserialize;
use uuid::Uuid;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(remind_of_task).service(remind_of_contribution);
}

/// The page from which the button was pressed.
#[derive(Clone, Debug, Default, Deserialize)]
struct BackForm {
    #[serde(default)]
    back: String,
}

#[post("/tasks/{id:[0-9A-Fa-f-]+}/remind")]
async fn remind_of_task(ctx: Ctx, id: web::Path<TaskId>, form: Form<BackForm>) -> Answer {
    remind(&ctx, ObligationKind::Task, id.0, &form).await
}

#[post("/deliverables/{id:[0-9A-Fa-f-]+}/remind")]
async fn remind_of_contribution(ctx: Ctx, id: web::Path<DeliverableId>, form: Form<BackForm>) -> Answer {
    remind(&ctx, ObligationKind::Deliverable, id.0, &form).await
}

/// Reminds, and returns to the page of the button with what happened.
async fn remind(ctx: &Ctx, kind: ObligationKind, id: Uuid, Form(typed, press): &Form<BackForm>) -> Answer {
    let back = LocalPath::or_home(&typed.back);
    let urge = async |txn: &Txn| service::urge(ctx, txn, kind, id).await;
    let leads_on = |_| done(back.as_str(), FlashKind::Success, "reminders.done_urged");
    match form::press(ctx, press, urge, leads_on).await {
        Err(Failure(error)) if is_said(error.code()) => {
            Ok(done(back.as_str(), FlashKind::Danger, error.code().text_key()))
        }
        answer => answer,
    }
}

/// Tells whether a refusal is said on the page of the button.
const fn is_said(code: Code) -> bool {
    matches!(code, Code::NothingDue | Code::RemindedToday | Code::NobodyInSeat)
}
