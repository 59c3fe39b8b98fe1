//! Page about subscribing to the public calendar, program by program.

use super::filters::{FeedLink, Filters, feeds};
use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::page::{Shell, page};
use crate::releases::feed::Format;
use crate::releases::service;
use crate::releases::sought::Sought;
use actix_web::{HttpRequest, get, web};
use askama::Template;
use entity::kinds::ReleaseState;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_ways);
}

#[derive(Template)]
#[template(path = "releases/subscribe.html")]
struct SubscribePage {
    shell: Shell,
    filters: Filters,
    /// Feeds in every format, for the same releases.
    feeds: Vec<FeedLink>,
    /// Address of the feed, and the one that asks a calendar program to subscribe to it.
    feed: String,
    webcal: String,
    programs: Vec<Program>,
    /// Address of the news, for readers of news.
    news: String,
}

/// A calendar program with the steps that subscribe to a feed.
struct Program {
    name: &'static str,
    steps: [&'static str; 3],
}

/// Programs in the order of the page: name, then three steps.
const PROGRAMS: [[&str; 4]; 3] = [
    ["releases.outlook", "releases.outlook_open", "releases.outlook_paste", "releases.outlook_done"],
    ["releases.google", "releases.google_open", "releases.google_paste", "releases.google_done"],
    ["releases.apple", "releases.apple_open", "releases.apple_paste", "releases.apple_done"],
];

#[get("/calendar/subscribe")]
async fn show_ways(ctx: Ctx, request: HttpRequest, sought: web::Query<Sought>) -> Answer {
    let narrowed = service::narrowing(&ctx, &sought).await?;
    let address = |format: Format| {
        format!("{}{}", ctx.config().base_url(), narrowed.address(format.path(), &[("lang", ctx.lang.code())]))
    };
    let feed = address(Format::Calendar);
    let program = |[name, open, paste, done]: [&str; 4]| Program {
        name: ctx.lang.t(name),
        steps: [open, paste, done].map(|step| ctx.lang.t(step)),
    };
    page(&SubscribePage {
        shell: Shell::new(&ctx, &request, "releases.subscribe_title")
            .described(ctx.lang.t("releases.subscribe_lead"))
            .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
            .here(),
        filters: Filters::of(&ctx, "/calendar/subscribe", None, ReleaseState::ALL, &narrowed).await?,
        feeds: feeds(&ctx, &narrowed),
        news: address(Format::News),
        // The convention of calendar programs: the web address with the scheme `webcal`.
        webcal: feed.replacen("https:", "webcal:", 1).replacen("http:", "webcal:", 1),
        programs: PROGRAMS.map(program).into(),
        feed,
    })
}
