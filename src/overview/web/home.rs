//! The home page: when the next data come, and for participants the way to their work.

use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::designations::questions::{AllSeats, HoldersOn};
use crate::designations::web::words as register_words;
use crate::error::Result;
use crate::http::Answer;
use crate::http::page::{Shell, page, see_other};
use crate::overview::policy::{self, Action};
use crate::overview::service;
use crate::releases::view::ReleaseView;
use crate::releases::web::Line;
use crate::releases::web::picture::{Picture, picture};
use crate::reviews::service as reviews;
use crate::reviews::view::ReadingView;
use crate::texts::Lang;
use crate::time::{Frequency, Period, words, zone};
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, get};
use askama::Template;
use chrono::NaiveDate;
use entity::kinds::{ReadingState, SeatKind};
use serde::Deserialize;

pub(super) fn pages(cfg: &mut ServiceConfig) {
    cfg.service(home);
}

#[derive(Template)]
#[template(path = "overview/home.html")]
struct HomePage {
    shell: Shell,
    /// Links for the reader, the most important first; none for the public.
    errands: Vec<Errand>,
    next: Option<Next>,
    /// The month of the next release, or of today; `None` in a year that the calendar does not know.
    month: Option<Picture>,
    later: Vec<Line>,
    published: Vec<Published>,
}

/// A task of the reader, as a link.
struct Errand {
    label: String,
    text: String,
    href: String,
}

/// The next release, in large type.
struct Next {
    line: Line,
    /// «Fra 16 giorni», if the date has a day.
    away: Option<String>,
}

/// A published release.
struct Published {
    title: String,
    href: String,
    day: Option<String>,
}

/// Query of the home page.
#[derive(Debug, Default, Deserialize)]
struct HomeQuery {
    /// Present with any value: the public page is shown, even to a reader whose own page is another one.
    #[serde(default)]
    public: String,
}

/// Shows the home page, or leads to the reader's own: the secretariat's is `/monday`.
#[get("/")]
async fn home(ctx: Ctx, request: HttpRequest, query: Query<HomeQuery>) -> Answer {
    if query.public.is_empty() && policy::may(&ctx.actor, Action::ViewMonday) {
        return Ok(see_other("/monday"));
    }
    let service::Front { next, later, published } = service::front(ctx.reader(), ctx.today()).await?;
    let day = next.as_ref().map_or(ctx.today(), |view| view.release.when().first_day());
    let month = match Period::containing(Frequency::Month, day) {
        Ok(month) => Some(picture(&ctx, month).await?),
        Err(_) => None,
    };
    page(&HomePage {
        month,
        shell: Shell::new(&ctx, &request, "overview.home_heading").described(ctx.lang.t("overview.home_lead")),
        errands: errands(&ctx).await?,
        next: next.map(|view| next_of(&view, &ctx)),
        later: later.iter().map(|view| Line::of(view, &ctx)).collect(),
        published: published.iter().map(|view| published_line(view, ctx.lang)).collect(),
    })
}

fn next_of(view: &ReleaseView, ctx: &Ctx) -> Next {
    let when = view.release.when();
    let has_day = when.first_day() == when.last_day();
    Next { line: Line::of(view, ctx), away: has_day.then(|| away(when.first_day(), ctx.today(), ctx.lang)) }
}

/// «Oggi», «Domani», «Fra 16 giorni».
fn away(day: NaiveDate, today: NaiveDate, lang: Lang) -> String {
    match (day - today).num_days() {
        0 => lang.t("overview.away_today").to_owned(),
        1 => lang.t("overview.away_tomorrow").to_owned(),
        days => lang.f("overview.away_days", &[("days", &days.to_string())]),
    }
}

fn published_line(view: &ReleaseView, lang: Lang) -> Published {
    let day = view.release.published_at().map(|at| words::long_day(zone::day_of(at), lang));
    Published { title: view.title(lang), href: format!("/releases/{}", view.release.id), day }
}

/// Lists what the reader may have come for. The first one is the reader's own page: that of the whole network for the
/// secretariat, the tasks for those who work for an observatory.
async fn errands(ctx: &Ctx) -> Result<Vec<Errand>> {
    let mut errands = Vec::new();
    let may = |action| policy::may(&ctx.actor, action);
    if may(Action::ViewMonday) {
        errands.push(errand(ctx, "overview.errand_monday", "overview.errand_monday_text", "/monday"));
    }
    if works(&ctx.actor) {
        errands.push(own_tasks(ctx).await?);
        errands.extend(own_readings(ctx).await?);
        errands.push(errand(ctx, "studies.new", "overview.errand_study_text", "/studies/new"));
    }
    if may(Action::ViewRadar) {
        errands.push(errand(ctx, "overview.errand_radar", "overview.errand_radar_text", "/radar"));
    }
    errands.extend(empty_seats(ctx).await?);
    if ctx.actor.holds(SeatKind::BodyManager) {
        errands.push(errand(ctx, "overview.errand_designate", "overview.errand_designate_text", "/designations/new"));
    }
    let sees_others_work = ctx.actor.sees_the_whole() || ctx.actor.holds(SeatKind::BodyManager);
    if sees_others_work && !may(Action::ViewMonday) {
        errands.push(errand(ctx, "overview.errand_late", "overview.errand_late_text", "/tasks?overdue=true"));
    }
    if may(Action::ViewDossiers) {
        errands.push(errand(ctx, "overview.errand_dossier", "overview.errand_dossier_text", "/dossier"));
    }
    Ok(errands)
}

fn errand(ctx: &Ctx, label: &str, text: &str, href: &str) -> Errand {
    Errand { label: ctx.lang.t(label).to_owned(), text: ctx.lang.t(text).to_owned(), href: href.to_owned() }
}

/// Tells whether the reader works for an observatory.
fn works(reader: &Actor) -> bool {
    reader.holds(SeatKind::Referent) || reader.holds(SeatKind::Deputy)
}

/// Returns the way to the reader's tasks, with the first one that is due.
async fn own_tasks(ctx: &Ctx) -> Result<Errand> {
    let open = service::own_obligations(ctx).await?;
    let text = match open.first() {
        None => ctx.lang.t("overview.errand_tasks_none").to_owned(),
        Some(first) => ctx.lang.f(
            "overview.errand_tasks_open",
            &[
                ("number", &open.len().to_string()),
                ("title", first.title(ctx.lang)),
                ("day", &words::date(first.due_day, ctx.lang)),
            ],
        ),
    };
    Ok(Errand { label: ctx.lang.t("overview.errand_tasks").to_owned(), text, href: "/tasks".to_owned() })
}

/// Returns the peer readings that the reader's observatory is asked for, or has accepted and not delivered.
async fn own_readings(ctx: &Ctx) -> Result<Vec<Errand>> {
    let mut open = reviews::list_open_readings(ctx).await?;
    open.retain(|one| ctx.actor.works_for(one.reading.observatory_id));
    let errand = |view: ReadingView| {
        let key = match view.reading.state {
            ReadingState::Asked => "overview.errand_reading_asked",
            _ => "overview.errand_reading_accepted",
        };
        Errand {
            label: ctx.lang.f("overview.errand_reading", &[("title", &view.about.release_name(ctx.lang))]),
            text: ctx.lang.f(key, &[("day", &words::long_day(view.reading.due_day, ctx.lang))]),
            href: format!("/readings/{}", view.reading.id),
        }
    };
    Ok(open.into_iter().map(errand).collect())
}

/// Returns the vacant referents' seats of the bodies that the reader manages.
async fn empty_seats(ctx: &Ctx) -> Result<Vec<Errand>> {
    let managed: Vec<_> =
        ctx.actor.seats.iter().filter(|held| held.kind == SeatKind::BodyManager).map(|held| held.body_id).collect();
    if managed.is_empty() {
        return Ok(Vec::new());
    }
    let (held, seats) = (ctx.recall(&HoldersOn(ctx.today())).await?, ctx.recall(&AllSeats).await?);
    let empty = seats.iter().filter(|seat| {
        seat.kind == SeatKind::Referent
            && managed.contains(&seat.body_id)
            && held.iter().all(|one| one.seat.id != seat.id)
    });
    Ok(empty
        .map(|seat| Errand {
            label: ctx.lang.f("overview.errand_empty", &[("seat", &register_words::seat_name(seat, ctx.lang))]),
            text: ctx.lang.t("overview.errand_empty_text").to_owned(),
            href: format!("/designations/new?seat={}", seat.code),
        })
        .collect())
}
