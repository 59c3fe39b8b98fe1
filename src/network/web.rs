//! Pages of the network: the agreement with its two dates, the parties, their observatories. Public, like the data.
//!
//! The pages of the network, of a body and of an observatory also show reports or people, which belong to other slices. So
//! `overview` serves them and takes the facts from [`network_facts`], [`body_facts`] and [`observatory_facts`].

mod forms;

use super::model::{AgreementAct, AgreementView, BodyView, CalendarDay, ObservatoryView, PatronDay};
use super::policy::{self, Action};
use super::questions::{AllBodies, AllCalendars, AllObservatories};
use super::service;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::http::page::Shell;
use crate::texts::{Label, Lang};
use crate::time::{TerritoryCalendar, words};
use actix_web::{HttpRequest, web};
use chrono::{Datelike, NaiveDate};
use entity::ids::ObservatoryId;

pub fn pages(cfg: &mut web::ServiceConfig) {
    forms::pages(cfg);
}

/// Facts about the network for its page.
pub struct NetworkFacts {
    /// Absent until the network is loaded.
    pub agreement: Option<AgreementBox>,
    pub places: Vec<Place>,
}

/// The agreement as the page shows it: two days, their distance from today, and their meaning.
pub struct AgreementBox {
    pub title: String,
    pub in_force_from: Option<String>,
    /// Whether the reader may enter the day of signature.
    pub may_edit: bool,
    pub in_force_to: String,
    pub in_force_to_away: String,
    pub review_due: String,
    pub review_due_away: String,
    pub acts: Vec<ActLine>,
}

pub struct ActLine {
    pub name: String,
    pub subject: String,
}

/// A party with its observatory.
pub struct Place {
    pub name: String,
    pub href: String,
    pub observatories: Vec<Node>,
}

/// An observatory with the addresses of its page here and of its own site.
pub struct Node {
    pub id: ObservatoryId,
    pub link: Link,
    pub site: Option<String>,
}

pub struct Link {
    pub label: String,
    pub href: String,
}

/// Facts about a body for its page.
pub struct BodyFacts {
    pub body: BodyView,
    pub kind: &'static str,
    pub signatory: &'static str,
    /// Address of the form for the certified mailbox, for readers with permission.
    pub edit_pec: Option<String>,
    pub observatories: Vec<Link>,
    pub days: TerritoryFacts,
}

/// Facts about an observatory for its page.
pub struct ObservatoryFacts {
    pub observatory: ObservatoryView,
    pub kind: &'static str,
    pub body: Link,
    /// Certified mailbox of its body.
    pub pec: Option<String>,
    pub days: TerritoryFacts,
}

/// Closed days of a town.
pub struct TerritoryFacts {
    pub city: String,
    /// «Sant'Alessandro, giovedì 26 agosto 2027».
    pub patron: Option<String>,
    pub closed: Vec<ClosedDay>,
}

pub struct ClosedDay {
    pub day: String,
    pub reason: String,
}

/// Collects the facts of the page of the network.
pub async fn network_facts(ctx: &Ctx) -> Result<NetworkFacts> {
    let bodies = ctx.recall(&AllBodies).await?;
    let observatories = ctx.recall(&AllObservatories).await?;
    Ok(NetworkFacts {
        agreement: agreement_box(ctx, &bodies).await?,
        places: bodies.iter().map(|body| Place::of(body, &observatories)).collect(),
    })
}

/// Makes the frame of the page of one body or observatory.
pub fn shell_below_network(ctx: &Ctx, request: &HttpRequest, title: String) -> Shell {
    Shell::titled(ctx, request, title).crumb(ctx.lang.t("network.title"), "/network").here().in_italian()
}

/// Collects the facts of a body's page; not found for an unknown body.
pub async fn body_facts(ctx: &Ctx, code: &str) -> Result<BodyFacts> {
    let body = service::body(ctx, code).await?;
    let observatories = ctx.recall(&AllObservatories).await?;
    Ok(BodyFacts {
        kind: body_kind(&body, ctx.lang),
        signatory: ctx.lang.t(if body.signatory { "network.signatory_yes" } else { "network.signatory_no" }),
        observatories: observatories
            .iter()
            .filter(|observatory| observatory.body_id == body.id)
            .map(Link::from)
            .collect(),
        days: territory_facts(ctx, &body.territory).await?,
        edit_pec: policy::may(&ctx.actor, Action::EditFrame).then(|| format!("{}/pec", body_href(&body.code))),
        body,
    })
}

/// Collects the facts of an observatory's page; not found for an unknown code.
pub async fn observatory_facts(ctx: &Ctx, code: &str) -> Result<ObservatoryFacts> {
    let observatory = service::observatory(ctx, code).await?;
    let bodies = ctx.recall(&AllBodies).await?;
    Ok(ObservatoryFacts {
        kind: observatory.kind.label(ctx.lang),
        body: Link { label: observatory.body_name.clone(), href: body_href(&observatory.body_code) },
        pec: bodies.iter().find(|body| body.id == observatory.body_id).and_then(|body| body.pec.clone()),
        days: territory_facts(ctx, &observatory.territory).await?,
        observatory,
    })
}

async fn territory_facts(ctx: &Ctx, code: &str) -> Result<TerritoryFacts> {
    let territory = service::territory(ctx, code).await?;
    let closed = service::closed_days(ctx, code).await?;
    let patron = territory.patron.map(|patron| patron_text(&patron, &closed, ctx.lang));
    let closed_day = |CalendarDay { day, reason }| ClosedDay {
        day: words::long_day(day, ctx.lang),
        reason: reason.unwrap_or_default(),
    };
    Ok(TerritoryFacts { city: territory.city, patron, closed: closed.into_iter().map(closed_day).collect() })
}

async fn agreement_box(ctx: &Ctx, bodies: &[BodyView]) -> Result<Option<AgreementBox>> {
    let agreement = match service::agreement(ctx).await {
        Ok(agreement) => agreement,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    // The region convenes and reviews the agreement, so working days are those of the region's seat.
    let calendars = ctx.recall(&AllCalendars).await?;
    let calendar = bodies.first().and_then(|region| calendars.of(&region.territory).ok());
    Ok(Some(AgreementBox {
        may_edit: policy::may(&ctx.actor, Action::EditFrame),
        ..AgreementBox::of(agreement, calendar, ctx.today(), ctx.lang)
    }))
}

impl AgreementBox {
    fn of(agreement: AgreementView, calendar: Option<&TerritoryCalendar>, today: NaiveDate, lang: Lang) -> Self {
        let away = |day| {
            let days = calendar.and_then(|calendar| calendar.working_days_between(today, day).ok());
            days.map(|days| words::working_days_away(days, lang)).unwrap_or_default()
        };
        Self {
            in_force_from: agreement.in_force_from.map(|day| words::long_day(day, lang)),
            may_edit: false,
            in_force_to: words::long_day(agreement.in_force_to, lang),
            in_force_to_away: away(agreement.in_force_to),
            review_due: words::long_day(agreement.review_due, lang),
            review_due_away: away(agreement.review_due),
            acts: agreement.acts.into_iter().map(|act| ActLine::of(act, lang)).collect(),
            title: agreement.title,
        }
    }
}

impl ActLine {
    /// «DGR XII/3092 del 23 settembre 2024». An unknown kind is shown as it is stored.
    fn of(act: AgreementAct, lang: Lang) -> Self {
        let kind = match act.kind.as_str() {
            "dgr" => lang.t("network.act_dgr"),
            "regional_law" => lang.t("network.act_regional_law"),
            "law" => lang.t("network.act_law"),
            other => other,
        };
        let name = match act.date {
            Some(day) => lang
                .f("network.act_of_day", &[("kind", kind), ("number", &act.number), ("day", &words::date(day, lang))]),
            None => format!("{kind} {}", act.number),
        };
        Self { name, subject: act.subject }
    }
}

impl Place {
    fn of(body: &BodyView, observatories: &[ObservatoryView]) -> Self {
        Self {
            name: body.name.clone(),
            href: body_href(&body.code),
            observatories: observatories.iter().filter(|of| of.body_id == body.id).map(Node::from).collect(),
        }
    }
}

impl From<&ObservatoryView> for Node {
    fn from(observatory: &ObservatoryView) -> Self {
        Self { id: observatory.id, link: Link::from(observatory), site: observatory.site.clone() }
    }
}

impl From<&ObservatoryView> for Link {
    fn from(observatory: &ObservatoryView) -> Self {
        Self { label: observatory.name.clone(), href: format!("/network/observatories/{}", observatory.code) }
    }
}

fn body_href(code: &str) -> String {
    format!("/network/bodies/{code}")
}

fn body_kind(body: &BodyView, lang: Lang) -> &'static str {
    body.kind.label(lang)
}

/// Names the patron and the next day of the feast.
fn patron_text(patron: &PatronDay, closed: &[CalendarDay], lang: Lang) -> String {
    let is_feast = |closed: &&CalendarDay| (closed.day.month(), closed.day.day()) == (patron.month, patron.day);
    let feast = closed.iter().find(is_feast).map(|closed| words::long_day(closed.day, lang));
    [Some(patron.name(lang).to_owned()), feast].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
