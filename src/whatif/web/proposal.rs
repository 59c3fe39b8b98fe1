//! The page between the proposal of the agenda and its acceptance.

use crate::agenda::web::proposal::{SpanForm, verdict_badge, warning_texts};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Errors, Sent};
use crate::http::page::{Badge, Shell, page};
use crate::releases::view::{ReleaseView, when_text};
use crate::texts::Lang;
use crate::whatif::service::{self, ProposalPreview, Proposed};
use actix_web::{HttpRequest, HttpResponse, post, web};
use askama::Template;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(preview_proposal);
}

#[derive(Template)]
#[template(path = "whatif/proposal.html")]
struct ProposalPage {
    shell: Shell,
    from: String,
    to: String,
    /// The effects; `None` if another choice has to be made first.
    effects: Option<Effects>,
    errors: Errors,
    /// Names of the chosen boxes, for the form that accepts them.
    chosen: Vec<String>,
}

struct Effects {
    summary: String,
    rows: Vec<Row>,
}

/// A release in the reader's words.
struct Row {
    title: String,
    href: Option<String>,
    verdict: Badge,
    before: Option<String>,
    after: String,
    why: String,
    warnings: Vec<String>,
    /// Meetings of the day: name and address.
    meetings: Vec<(String, String)>,
}

#[post("/agenda/proposal/preview")]
async fn preview_proposal(ctx: Ctx, request: HttpRequest, form: Sent<SpanForm>) -> Answer {
    let shown = async |_: &_, typed: &SpanForm| -> Result<HttpResponse> {
        let preview = service::preview_proposal(&ctx, typed.span()?, &typed.chosen()).await?;
        let effects = effects(&preview, ctx.lang);
        page(&proposal_page(&ctx, &request, typed, Some(effects), Errors::default())).map_err(|failure| failure.0)
    };
    form::answer_by(&ctx, form, shown, async |form| {
        let errors = form.errors.clone();
        Ok(proposal_page(&ctx, &request, &form.values, None, errors))
    })
    .await
}

fn proposal_page(
    ctx: &Ctx,
    request: &HttpRequest,
    typed: &SpanForm,
    effects: Option<Effects>,
    errors: Errors,
) -> ProposalPage {
    let shell = Shell::new(ctx, request, "whatif.proposal_title")
        .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
        .crumb(ctx.lang.t("agenda.proposal_title"), "/agenda/proposal")
        .here();
    let (from, to) = (typed.from.clone(), typed.to.clone());
    ProposalPage { shell, from, to, effects, errors, chosen: typed.names() }
}

fn effects(preview: &ProposalPreview, lang: Lang) -> Effects {
    let (planned, changed) = (preview.planned().to_string(), preview.changed().to_string());
    Effects {
        summary: lang.f("whatif.proposal_summary", &[("planned", &planned), ("changed", &changed)]),
        rows: preview.releases.iter().map(|one| row(one, lang)).collect(),
    }
}

fn row(one: &Proposed, lang: Lang) -> Row {
    let taken = &one.taken_over;
    let before = taken.before.as_ref();
    let meetings = one.meetings.iter().map(|line| {
        let name = format!("{}: {}", line.name(lang), line.meeting.title);
        (name, format!("/meetings/{}", line.meeting.id))
    });
    Row {
        title: taken.after.title(lang),
        href: before.map(ReleaseView::href),
        verdict: verdict_badge(&taken.line.verdict, lang),
        before: before.map(|view| when_text(view.release.when(), lang)),
        after: when_text(taken.after.release.when(), lang),
        why: taken.said.text(lang).to_owned(),
        warnings: warning_texts(one.before_period_end, one.shared_with, lang),
        meetings: meetings.collect(),
    }
}
