//! The pages of the overview.

mod about;
mod contribution;
mod dossier;
mod home;
mod monday;
mod open_data;
mod places;
mod sitemap;
mod task;

use super::radar::SeatAtRisk;
use super::service;
use super::words as overview_words;
use crate::ctx::Ctx;
use crate::designations::model::Seat;
use crate::designations::policy::{self, Action, Subject};
use crate::designations::service::{self as register, Asked};
use crate::designations::web::words as register_words;
use crate::due::Obligation;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::FormState;
use crate::http::page::{Shell, page, unprocessable};
use crate::risk::RiskKind;
use crate::texts::Lang;
use crate::time::words;
use crate::typed::Reading;
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, get};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::BodyId;
use entity::kinds::SeatKind;
use serde::Deserialize;
use std::collections::HashSet;

/// Registers the pages of the overview. The pages of bodies and observatories are here because they show people, the page of
/// a contribution because it shows its tasks and its publication, that of a task because it shows the last reminder.
pub fn pages(cfg: &mut ServiceConfig) {
    home::pages(cfg);
    about::pages(cfg);
    sitemap::pages(cfg);
    places::pages(cfg);
    open_data::pages(cfg);
    cfg.service(show_radar)
        .service(monday::show_monday)
        .service(dossier::show_dossier)
        .service(contribution::show_contribution)
        .service(task::show_task);
}

#[derive(Template)]
#[template(path = "overview/radar.html")]
struct RadarPage {
    shell: Shell,
    form: FormState<DayForm>,
    caption: String,
    risks: Vec<RiskRow>,
}

/// One risk with its obligations and possible actions.
struct RiskRow {
    kind: &'static str,
    colour: &'static str,
    seat: String,
    sentence: String,
    /// Page of the designation concerned.
    href: Option<String>,
    due: Vec<DueLine>,
    /// «3 scadenze, la prima il 24.11.2026», if there are any.
    due_summary: Option<String>,
    /// «Designazione chiesta il 29.11.2026 a …», if the body was asked.
    asked: Option<String>,
    /// Address of the button that asks the body to designate.
    request: Option<String>,
    /// Label of that button: to ask, or to ask again.
    request_label: &'static str,
    /// Data to be entered before the body can be asked, because no mail would reach it.
    missing: Option<Missing>,
    remedy: Option<Remedy>,
}

/// Data missing for asking a body by mail, each with the form to enter it.
struct Missing {
    text: &'static str,
    links: Vec<Remedy>,
}

/// An action the reader can take at once.
struct Remedy {
    label: &'static str,
    href: String,
}

struct DueLine {
    title: String,
    day: String,
    href: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct DayForm {
    #[serde(default)]
    on: String,
}

impl DayForm {
    fn understood(&self) -> Result<Option<NaiveDate>> {
        Reading::of(|reading| reading.optional_day("on", &self.on))
    }
}

/// The vacancy radar.
#[get("/radar")]
async fn show_radar(ctx: Ctx, request: HttpRequest, query: Query<DayForm>) -> Answer {
    let typed = query.into_inner();
    let on = match typed.understood() {
        Ok(on) => on,
        Err(error) => {
            // The right is checked before the day is called wrong.
            service::radar(&ctx, None).await?;
            let form = FormState::refused(typed, ctx.lang, error)?;
            return unprocessable(&radar_page(&ctx, &request, form, ctx.today(), Vec::new()));
        }
    };
    let risks = service::radar(&ctx, on).await?;
    let day = on.unwrap_or_else(|| ctx.today());
    let rows = risk_rows(&ctx, &risks, day).await?;
    page(&radar_page(&ctx, &request, FormState::fresh(typed), day, rows))
}

fn radar_page(
    ctx: &Ctx,
    request: &HttpRequest,
    form: FormState<DayForm>,
    day: NaiveDate,
    risks: Vec<RiskRow>,
) -> RadarPage {
    RadarPage {
        shell: Shell::new(ctx, request, "overview.radar_title").here(),
        form,
        caption: ctx.lang.f("overview.radar_caption", &[("day", &words::short_day(day))]),
        risks,
    }
}

async fn risk_rows(ctx: &Ctx, risks: &[SeatAtRisk], day: NaiveDate) -> Result<Vec<RiskRow>> {
    let unreachable = register::unreachable_bodies(ctx).await?;
    let asked = register::asked(ctx).await?;
    Ok(risks.iter().map(|risk| risk_row(ctx, risk, day, &unreachable, asked.get(&risk.seat.id))).collect())
}

fn risk_row(
    ctx: &Ctx,
    risk: &SeatAtRisk,
    day: NaiveDate,
    unreachable: &HashSet<BodyId>,
    asked: Option<&Asked>,
) -> RiskRow {
    let seat = &risk.seat;
    let asked = asked.filter(|_| risk.kind == RiskKind::Vacant);
    // The mail says that the seat has no holder, so the button is shown only if that is so today.
    let is_to_ask = risk.kind == RiskKind::Vacant && day == ctx.today();
    let is_unreachable = unreachable.contains(&seat.body_id);
    let is_asked_today = asked.is_some_and(|asked| asked.on == ctx.today());
    let may = |action| policy::may(&ctx.actor, action, Subject { seat: seat.kind, body: seat.body_id, holder: None });
    RiskRow {
        kind: overview_words::risk_kind(risk.kind, ctx.lang),
        colour: overview_words::risk_colour(risk.kind),
        seat: register_words::seat_name(seat, ctx.lang),
        sentence: overview_words::risk(risk, ctx.lang),
        href: risk.designation_id.map(|id| format!("/designations/{id}")),
        due: risk.due_meanwhile.iter().map(|one| due_line(one, ctx.lang)).collect(),
        due_summary: due_summary(&risk.due_meanwhile, ctx.lang),
        asked: asked.map(|asked| {
            let values = [("day", words::short_day(asked.on)), ("whom", asked.addresses.join(", "))];
            ctx.lang.f("overview.asked", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
        }),
        request_label: ctx.lang.t(if asked.is_some() { "overview.request_again" } else { "overview.request" }),
        request: (is_to_ask && !is_unreachable && !is_asked_today && may(Action::RequestDesignation))
            .then(|| format!("/seats/{}/request-designation", seat.code)),
        missing: (is_to_ask && is_unreachable && may(Action::RequestDesignation)).then(|| missing(seat, ctx.lang)),
        remedy: remedy(risk, may(Action::Designate), ctx.lang),
    }
}

/// Returns the missing data of a vacant seat's body: its certified mailbox or, for another seat, its manager.
fn missing(seat: &Seat, lang: Lang) -> Missing {
    let mailbox =
        Remedy { label: lang.t("network.pec_enter"), href: format!("/network/bodies/{}/pec", seat.body_code) };
    let manager = Remedy {
        label: lang.t("overview.designate_manager"),
        href: format!("/designations/new?seat={}:{}", SeatKind::BodyManager, seat.body_code),
    };
    let links = std::iter::once(mailbox).chain((seat.kind != SeatKind::BodyManager).then_some(manager)).collect();
    Missing { text: lang.t("overview.request_missing"), links }
}

/// Returns the remedy of a risk: a new designation, a deputy, or the page of the holder.
fn remedy(risk: &SeatAtRisk, may_designate: bool, lang: Lang) -> Option<Remedy> {
    let seat = &risk.seat.code;
    let designate = |label, seat: &str| {
        may_designate.then(|| Remedy { label: lang.t(label), href: format!("/designations/new?seat={seat}") })
    };
    match risk.kind {
        RiskKind::Vacant | RiskKind::Expiring | RiskKind::VacantLater => designate("overview.designate", seat),
        RiskKind::Uncovered => designate("overview.designate_deputy", &seat.replace("referent:", "deputy:")),
        RiskKind::Bounced | RiskKind::Silent => risk
            .designation_id
            .map(|id| Remedy { label: lang.t("overview.open_designation"), href: format!("/designations/{id}") }),
    }
}

/// Returns the number of obligations and the day of the first; `None` without any.
fn due_summary(due: &[Obligation], lang: Lang) -> Option<String> {
    let first = words::short_day(due.iter().map(|one| one.due_day).min()?);
    let key = if due.len() == 1 { "overview.due_one" } else { "overview.due_several" };
    Some(lang.f(key, &[("count", &due.len().to_string()), ("day", &first)]))
}

fn due_line(obligation: &Obligation, lang: Lang) -> DueLine {
    DueLine {
        title: obligation.title(lang).to_owned(),
        day: words::long_day(obligation.due_day, lang),
        href: obligation.path.clone(),
    }
}
