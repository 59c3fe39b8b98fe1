//! The pages of the network, of one body and of one observatory: public facts, and for participants the people.

use crate::ctx::Ctx;
use crate::designations::web::{
    SeatsBlock, TimelineBlock, seats_of_body, seats_of_observatory, timeline_of_body, timeline_of_observatory,
};
use crate::http::Answer;
use crate::http::page::{Shell, page};
use crate::network::web::{
    BodyFacts, NetworkFacts, ObservatoryFacts, body_facts, network_facts, observatory_facts, shell_below_network,
};
use crate::overview::service;
use crate::releases::service as releases;
use crate::releases::sought::Sought;
use crate::releases::web::{FeedLink, Line, feeds};
use crate::time::{words, zone};
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, get};
use askama::Template;
use entity::ids::ObservatoryId;
use std::collections::HashMap;

pub(super) fn pages(cfg: &mut ServiceConfig) {
    cfg.service(show_network).service(show_body).service(show_observatory);
}

#[derive(Template)]
#[template(path = "overview/network.html")]
struct NetworkPage {
    shell: Shell,
    facts: NetworkFacts,
    /// Last report of each observatory that has published.
    reports: HashMap<ObservatoryId, ReportLine>,
}

#[derive(Template)]
#[template(path = "overview/body.html")]
struct BodyPage {
    shell: Shell,
    facts: BodyFacts,
    seats: Option<SeatsBlock>,
    timeline: Option<TimelineBlock>,
}

#[derive(Template)]
#[template(path = "overview/observatory.html")]
struct ObservatoryPage {
    shell: Shell,
    facts: ObservatoryFacts,
    next: Option<Line>,
    reports: Vec<ReportLine>,
    /// Feeds of the releases for which it owes something.
    feeds: Vec<FeedLink>,
    /// Address of the page on subscribing to them.
    subscribe: String,
    seats: Option<SeatsBlock>,
    timeline: Option<TimelineBlock>,
}

/// A published report of the observatory.
struct ReportLine {
    title: String,
    /// Page of the release.
    href: String,
    /// Page on the portal, where the service has verified it.
    address: Option<String>,
    day: Option<String>,
}

impl ReportLine {
    fn of(report: &service::Report, ctx: &Ctx) -> Self {
        let service::Report { release, address } = report;
        Self {
            title: release.title(ctx.lang),
            href: format!("/releases/{}", release.release.id),
            day: release.release.published_at().map(|at| words::long_day(zone::day_of(at), ctx.lang)),
            address: address.clone(),
        }
    }
}

/// Shows the network: the observatories with their last reports, the bodies, and the agreement.
#[get("/network")]
async fn show_network(ctx: Ctx, request: HttpRequest) -> Answer {
    let shell = Shell::new(&ctx, &request, "network.title").described(ctx.lang.t("network.lead")).here();
    let reports = service::latest_reports(&ctx).await?;
    let reports = reports.iter().map(|(observatory, report)| (*observatory, ReportLine::of(report, &ctx)));
    page(&NetworkPage { shell, facts: network_facts(&ctx).await?, reports: reports.collect() })
}

/// Shows one body; for participants with the holders of its seats.
#[get("/network/bodies/{code}")]
async fn show_body(ctx: Ctx, request: HttpRequest, code: Path<String>) -> Answer {
    let facts = body_facts(&ctx, &code).await?;
    let about = ctx.lang.f("network.body_described", &[("body", &facts.body.name)]);
    let shell = shell_below_network(&ctx, &request, facts.body.name.clone()).described(about);
    let seats = seats_of_body(&ctx, facts.body.id, &facts.body.code).await?;
    let timeline = timeline_of_body(&ctx, facts.body.id).await?;
    page(&BodyPage { shell, facts, seats, timeline })
}

/// Shows one observatory: its reports and its next date; for participants with the people in it.
#[get("/network/observatories/{code}")]
async fn show_observatory(ctx: Ctx, request: HttpRequest, code: Path<String>) -> Answer {
    let facts = observatory_facts(&ctx, &code).await?;
    let about = ctx.lang.f("network.observatory_described", &[("observatory", &facts.observatory.name)]);
    let shell = shell_below_network(&ctx, &request, facts.observatory.name.clone()).described(about);
    let service::Part { reports, next } = service::part_of(&ctx, &facts.observatory).await?;
    let sought = Sought { observatory: facts.observatory.code.clone(), ..Sought::default() };
    let narrowed = releases::narrowing(&ctx, &sought).await?;
    page(&ObservatoryPage {
        shell,
        feeds: feeds(&ctx, &narrowed),
        subscribe: narrowed.address("/calendar/subscribe", &[]),
        next: next.map(|view| Line::of(&view, &ctx)),
        reports: reports.iter().map(|report| ReportLine::of(report, &ctx)).collect(),
        seats: seats_of_observatory(&ctx, facts.observatory.id, &facts.observatory.code).await?,
        timeline: timeline_of_observatory(&ctx, facts.observatory.id).await?,
        facts,
    })
}
