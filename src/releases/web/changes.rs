//! The public list of announced dates that were moved or given up.

use super::{Answer, Why, shell};
use crate::ctx::Ctx;
use crate::http::page::{Badge, Shell, page};
use crate::http::paging::{Page, Paging};
use crate::releases::service;
use crate::releases::view::{DateChange, when_text};
use crate::time::{words, zone};
use actix_web::{HttpRequest, get, web};
use askama::Template;
use entity::ids::ReleaseChangeId;
use entity::kinds::ReleaseChangeKind;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_changes);
}

#[derive(Template)]
#[template(path = "releases/changes.html")]
struct ChangesPage {
    shell: Shell,
    rows: Vec<ChangedRow>,
    next: Option<String>,
}

/// One date that was changed.
struct ChangedRow {
    href: String,
    title: String,
    announced: String,
    before: String,
    /// The new date; `None` for a release that was cancelled.
    after: Option<String>,
    why: Option<Why>,
    /// Number of working days of notice, and whether they are as many as the network aims at.
    notice: Option<(String, Badge)>,
}

/// The dates that were announced and then changed, newest first.
#[get("/calendar/changes")]
async fn show_changes(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>) -> Answer {
    let limit = paging.rows()?;
    let before: Option<ReleaseChangeId> = paging.after()?;
    let changed = service::changed_dates(&ctx, before, limit + 1).await?;
    let listed = Page::cut(&ctx, &request, limit, changed, |last| last.id)?;
    page(&ChangesPage {
        shell: shell(&ctx, &request, ctx.lang.t("releases.changes_title").to_owned())
            .described(ctx.lang.t("releases.changes_lead")),
        next: listed.next_path(),
        rows: listed.items.iter().map(|changed| ChangedRow::of(changed, &ctx)).collect(),
    })
}

impl ChangedRow {
    fn of(changed: &DateChange, ctx: &Ctx) -> Self {
        let (DateChange { view, change, before, .. }, lang) = (changed, ctx.lang);
        let is_cancelled = change.kind == ReleaseChangeKind::Cancelled;
        Self {
            href: view.href(),
            title: view.title(lang),
            announced: words::date(zone::day_of(change.at), lang),
            before: before.map(|before| when_text(before, lang)).unwrap_or_default(),
            after: (!is_cancelled).then(|| when_text(change.when, lang)),
            why: change.reason.as_ref().map(|reason| Why::of(reason, lang)),
            notice: change.notice.map(|days| (words::working_days(days, lang), notice_badge(days, ctx))),
        }
    }
}

fn notice_badge(days: i32, ctx: &Ctx) -> Badge {
    if service::is_notice_kept(days) {
        Badge { text: ctx.lang.t("releases.notice_was_kept"), kind: "success" }
    } else {
        Badge { text: ctx.lang.t("releases.notice_was_short"), kind: "warning" }
    }
}
