//! Answers to a form: done once, or shown again.

use super::sent::Sent;
use super::state::FormState;
use super::versioned::Versioned;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Error;
use crate::http::idempotency::{self, Press};
use crate::http::page::{page, with_status};
use crate::http::{Answer, Failure};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// Does in one transaction what a form asks for, and leads on; the same form sent again leads where it led the first time.
///
/// If it is refused, `again` shows the form with what was typed and why: 409 where the form was made of an older version,
/// 422 where a field must be corrected. A form that is resumed is shown and does nothing.
pub async fn answer<F, T, P: Template>(
    ctx: &Ctx,
    sent: Sent<F>,
    work: impl AsyncFnOnce(&Txn, &F) -> Result<T, Error>,
    leads_on: impl FnOnce(T) -> HttpResponse,
    again: impl AsyncFnOnce(FormState<F>) -> Result<P, Failure>,
) -> Answer {
    let lead = async |press: &Press, typed: &F| {
        idempotency::lead_once(ctx, press, async |txn| Ok(leads_on(work(txn, typed).await?))).await
    };
    answer_by(ctx, sent, lead, again).await
}

/// Does what a form about something with a version asks for, as [`answer`] does; `work` is given the version that the form
/// was made of. `again` shows the form beside what is now ([`FormState::beside`]).
pub async fn change<F, T, P: Template>(
    ctx: &Ctx,
    sent: Sent<Versioned<F>>,
    work: impl AsyncFnOnce(&Txn, i32, &F) -> Result<T, Error>,
    leads_on: impl FnOnce(T) -> HttpResponse,
    again: impl AsyncFnOnce(FormState<Versioned<F>>) -> Result<P, Failure>,
) -> Answer {
    let work = async |txn: &Txn, typed: &Versioned<F>| work(txn, typed.seen()?, &typed.fields).await;
    answer(ctx, sent, work, leads_on, again).await
}

/// Answers a form as [`answer`] does, where the answer is a page instead of a redirection; `work` makes its own transaction
/// and knows a repetition by the press.
pub async fn answer_by<F, P: Template>(
    ctx: &Ctx,
    sent: Sent<F>,
    work: impl AsyncFnOnce(&Press, &F) -> Result<HttpResponse, Error>,
    again: impl AsyncFnOnce(FormState<F>) -> Result<P, Failure>,
) -> Answer {
    // A caller who is not signed in gets the form back to send it later, before anything is said of its fields.
    ctx.actor.person_id().ok_or(Error::Unauthenticated)?;
    let Sent { typed, press, is_resumed, refused } = sent;
    if is_resumed {
        return page(&again(FormState::resumed(typed)).await?);
    }
    let done = match refused {
        Some(error) => Err(error),
        None => work(&press, &typed).await,
    };
    match done {
        Ok(done) => Ok(done),
        Err(error) => {
            let form = FormState::refused(typed, ctx.lang, error)?;
            let status = if form.errors.is_stale() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            with_status(status, &again(form).await?)
        }
    }
}

/// Executes a button in one transaction and redirects. The same press sent again redirects to the page of the first
/// time.
pub async fn press<T>(
    ctx: &Ctx,
    press: &Press,
    work: impl AsyncFnOnce(&Txn) -> Result<T, Error>,
    leads_on: impl FnOnce(T) -> HttpResponse,
) -> Answer {
    Ok(idempotency::lead_once(ctx, press, async |txn| Ok(leads_on(work(txn).await?))).await?)
}
