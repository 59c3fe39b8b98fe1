//! Answers to a form: executed once, or shown again.

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

/// Executes a form in one transaction and redirects. The same form sent again redirects to the page of the first time.
///
/// If the form is refused, `again` shows it with the typed values and the errors: status 409 after a conflict of
/// versions, otherwise 422. A resumed form is shown and not executed.
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

/// Executes a form about a record with a version, like [`answer`]; `work` gets the version for which the form was made.
/// `again` shows the form beside the present record ([`FormState::beside`]).
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

/// Executes a form like [`answer`], but with a page as the answer instead of a redirect; `work` opens its own
/// transaction and recognises a repetition by the press.
pub async fn answer_by<F, P: Template>(
    ctx: &Ctx,
    sent: Sent<F>,
    work: impl AsyncFnOnce(&Press, &F) -> Result<HttpResponse, Error>,
    again: impl AsyncFnOnce(FormState<F>) -> Result<P, Failure>,
) -> Answer {
    // Checked before any other error: a sender without a session gets the form back after signing in.
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
