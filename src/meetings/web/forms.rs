//! Forms of the secretariat: prepare, convene, move, cancel, hold, record.

mod agenda;
mod convene;
mod members;
mod prepare;
mod record;
mod typed;

use super::{QuorumLine, path, shell_below};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Error;
use crate::http::form::{self, Choice, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done};
use crate::http::{Answer, Failure};
use crate::meetings::policy::Action;
use crate::meetings::service;
use crate::meetings::view::{Dossier, Line};
use crate::releases::service as releases;
use crate::texts::{Label, Lang};
use actix_web::{HttpRequest, web};
use askama::Template;
use entity::ids::MeetingId;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    prepare::pages(cfg);
    agenda::pages(cfg);
    convene::pages(cfg);
    record::pages(cfg);
    members::pages(cfg);
}

fn choices<K: Label + std::fmt::Display>(kinds: &[K], lang: Lang) -> Vec<Choice> {
    kinds.iter().map(|kind| Choice::new(kind, kind.label(lang))).collect()
}

/// Refuses to show a form that the reader may not send.
fn only_who_may(ctx: &Ctx, action: Action) -> Result<(), Error> {
    ctx.demand(super::may(ctx, action))
}

/// Returns a meeting that the reader may change by an action.
async fn meeting_for(ctx: &Ctx, action: Action, id: MeetingId) -> Result<Dossier, Error> {
    only_who_may(ctx, action)?;
    service::show(ctx, id).await
}

fn shell(ctx: &Ctx, request: &HttpRequest, line: &Line, title_key: &str) -> Shell {
    shell_below(ctx, request, line, ctx.lang.t(title_key).to_owned())
}

/// Executes a form about a meeting and leads to it, or shows the form again beside the present meeting.
async fn answer<F, T, P: Template>(
    ctx: &Ctx,
    (id, action): (MeetingId, Action),
    form: Sent<Versioned<F>>,
    said: &'static str,
    work: impl AsyncFnOnce(&Txn, i32, &F) -> Result<T, Error>,
    again: impl AsyncFnOnce(FormState<Versioned<F>>, Dossier) -> Result<P, Failure>,
) -> Answer {
    only_who_may(ctx, action)?;
    let leads_on = |_| done(&path(id), FlashKind::Success, said);
    form::change(ctx, form, work, leads_on, async |form| {
        let now = meeting_for(ctx, action, id).await?;
        again(form.beside(now.meeting.version), now).await
    })
    .await
}

/// Returns the releases whose date is open or may move.
async fn releases_to_decide(ctx: &Ctx) -> Result<Vec<Choice>, Failure> {
    let filter = releases::ReleaseFilter { open: true, ..releases::ReleaseFilter::default() };
    Ok(releases::all(ctx.reader(), &filter)
        .await?
        .into_iter()
        .map(|one| Choice::new(one.release.id, one.title(ctx.lang)))
        .collect())
}
