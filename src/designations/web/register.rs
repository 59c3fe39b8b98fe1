//! The register as a list: filtered by body, observatory and seat, on a past or future day, as known on a day.

use super::words as register_words;
use crate::ctx::Ctx;
use crate::designations::policy::{self, Action};
use crate::designations::service::{self, RegisterFilter, RegisterSought};
use crate::designations::view::Designation;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{Choice, FormState};
use crate::http::page::{Shell, page, unprocessable};
use crate::http::paging::{Page, Paging};
use crate::network::questions::{AllBodies, AllObservatories};
use crate::open::scope;
use crate::texts::Lang;
use crate::time::words;
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, get};
use askama::Template;
use chrono::NaiveDate;
use entity::kinds::SeatKind;

/// Most announced designations shown above the list, more than the seats of the network.
const MOST_ANNOUNCED: u64 = 100;

pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(show_register);
}

#[derive(Template)]
#[template(path = "designations/register.html")]
struct RegisterPage {
    shell: Shell,
    form: FormState<RegisterSought>,
    bodies: Vec<Choice>,
    observatories: Vec<Choice>,
    kinds: Vec<Choice>,
    /// Description of the list.
    caption: String,
    rows: Vec<Row>,
    /// Designations that begin after the day of the list, the earliest first; on the first page only.
    announced: Vec<Announced>,
    may_designate: bool,
    /// Addresses of the same rows as files.
    files: Vec<(&'static str, String)>,
    first: Option<String>,
    next: Option<String>,
}

/// A designation whose first day is still to come.
struct Announced {
    href: String,
    seat: String,
    holder: String,
    /// «annunciata dal 1° dicembre 2026».
    from: String,
}

struct Row {
    href: String,
    seat: String,
    holder: String,
    from: String,
    to: String,
    act: String,
    standing: &'static str,
    standing_kind: &'static str,
}

/// The register.
#[get("/designations/list")]
async fn show_register(ctx: Ctx, request: HttpRequest, query: Query<RegisterSought>, paging: Query<Paging>) -> Answer {
    scope::<Designation>(&ctx)?;
    let typed = query.into_inner().with_today(ctx.today());
    let filter = match service::understood(&ctx, &typed).await {
        Ok(filter) => filter,
        Err(error) => {
            let form = FormState::refused(typed, ctx.lang, error)?;
            return unprocessable(&register_page(&ctx, &request, form, Vec::new(), None).await?);
        }
    };
    let limit = paging.rows()?;
    let after = paging.after_day()?;
    let lines = service::list(&ctx, &filter, after, limit + 1).await?;
    let lines = Page::cut(&ctx, &request, limit, lines, |last| (last.record.statement.term.from, last.id))?;
    let next = lines.next_path();
    let mut shown = register_page(&ctx, &request, FormState::fresh(typed), lines.items, next).await?;
    shown.first = after.is_some().then(|| without_cursor(&request));
    if after.is_none() {
        shown.announced = announced(&ctx, filter).await?;
    }
    page(&shown)
}

/// Lists what begins after the day of the list and passes its other filters; nothing for a list of any day, which shows it
/// anyway.
async fn announced(ctx: &Ctx, filter: RegisterFilter) -> Result<Vec<Announced>> {
    let Some(day) = filter.as_of else { return Ok(Vec::new()) };
    let coming = RegisterFilter { as_of: None, begins_after: Some(day), ..filter };
    let mut coming = service::list(ctx, &coming, None, MOST_ANNOUNCED).await?;
    coming.sort_by_key(|one| (one.record.statement.term.from, one.id));
    let line = |one: Designation| {
        let from = words::date(one.record.statement.term.from, ctx.lang);
        Announced {
            href: format!("/designations/{}", one.id),
            seat: register_words::seat_name(&one.seat, ctx.lang),
            holder: one.holder.name(),
            from: ctx.lang.f("designations.announced_from", &[("day", &from)]),
        }
    };
    Ok(coming.into_iter().map(line).collect())
}

async fn register_page(
    ctx: &Ctx,
    request: &HttpRequest,
    form: FormState<RegisterSought>,
    lines: Vec<Designation>,
    next: Option<String>,
) -> Result<RegisterPage> {
    let bodies = ctx.recall(&AllBodies).await?;
    let observatories = ctx.recall(&AllObservatories).await?;
    let day = form.as_of().parse().unwrap_or_else(|_| ctx.today());
    Ok(RegisterPage {
        shell: Shell::new(ctx, request, "designations.title")
            .crumb(ctx.lang.t("designations.board_title"), "/designations")
            .here(),
        bodies: bodies.iter().map(|body| Choice::new(&body.code, &body.name)).collect(),
        observatories: observatories.iter().map(|one| Choice::new(&one.code, &one.name)).collect(),
        kinds: SeatKind::ALL
            .iter()
            .map(|kind| Choice::new(kind.as_str(), register_words::seat_kind(*kind, ctx.lang)))
            .collect(),
        caption: caption(&form, ctx.lang),
        rows: lines.into_iter().map(|line| row(line, day, ctx.lang)).collect(),
        announced: Vec::new(),
        may_designate: policy::may_ever(&ctx.actor, Action::Designate),
        files: [("XLSX", "xlsx"), ("CSV", "csv")].map(|(name, format)| (name, form.file(format))).to_vec(),
        first: None,
        next,
        form,
    })
}

/// «Situazione al 30 marzo 2027, come risultava il 15 marzo 2027».
fn caption(form: &RegisterSought, lang: Lang) -> String {
    let as_of = form.as_of().parse().ok().map(|day| words::date(day, lang));
    let known_on = form.known_on.parse().ok().map(|day| words::date(day, lang));
    match (as_of, known_on) {
        (Some(day), None) => lang.f("designations.caption_as_of", &[("day", &day)]),
        (Some(day), Some(known)) => lang.f("designations.caption_as_of_known", &[("day", &day), ("known", &known)]),
        (None, None) => lang.t("designations.caption_all").to_owned(),
        (None, Some(known)) => lang.f("designations.caption_all_known", &[("known", &known)]),
    }
}

fn row(line: Designation, day: NaiveDate, lang: Lang) -> Row {
    let standing = line.standing_on(day);
    let statement = &line.record.statement;
    Row {
        href: format!("/designations/{}", line.id),
        seat: register_words::seat_name(&line.seat, lang),
        holder: line.holder.name(),
        from: words::date(statement.term.from, lang),
        to: register_words::last_day(statement.term, lang),
        act: register_words::act(&statement.act, lang),
        standing: register_words::standing(standing, lang),
        standing_kind: register_words::standing_kind(standing),
    }
}

fn without_cursor(request: &HttpRequest) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(
        url::form_urlencoded::parse(request.query_string().as_bytes()).filter(|(name, _)| name != "cursor"),
    );
    format!("{}?{}", request.path(), query.finish())
}
