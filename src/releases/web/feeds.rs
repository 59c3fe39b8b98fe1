//! The feeds of the public agenda. They are shared answers (`http/shared.rs`), so an unchanged agenda is answered 304
//! (RFC 9110 §15.4.5) without a look at the database.

use crate::ctx::Ctx;
use crate::error::{Code, Error, Result};
use crate::http::{Answer, Failure};
use crate::releases::feed::{self, FeedError, Format, Frame, changed_at};
use crate::releases::service::{self, ReleaseFilter};
use crate::releases::sought::Sought;
use crate::releases::view::Entry;
use crate::texts::Lang;
use crate::time::zone;
use actix_web::http::header::{CACHE_CONTROL, LastModified};
use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use std::time::SystemTime;

/// Time for which a reader may keep a feed without asking again: five minutes.
const KEPT: &str = "public, max-age=300";

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_calendar_feed).service(show_news).service(show_data).service(show_table).service(show_schema);
}

/// The language of a feed.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct FeedQuery {
    /// Absent: `it`. A subscribed address keeps its language.
    #[serde(default)]
    pub lang: String,
}

impl FeedQuery {
    fn read(&self) -> std::result::Result<Lang, Failure> {
        let known = Lang::ALL.into_iter().find(|lang| lang.code() == self.lang);
        let usual = self.lang.is_empty().then_some(Lang::It);
        known.or(usual).ok_or_else(|| Failure::because(Code::BadRequest, "the languages are it and en"))
    }
}

/// The calendar, for calendar programs.
#[get("/calendar.ics")]
async fn show_calendar_feed(ctx: Ctx, query: web::Query<FeedQuery>, sought: web::Query<Sought>) -> Answer {
    answer(ctx, &query, &sought, Format::Calendar, |entries, frame| {
        Ok(feed::calendar::feed(entries, frame).to_ical()?.into_bytes())
    })
    .await
}

/// The changes of dates, for readers of news.
#[get("/calendar.atom")]
async fn show_news(ctx: Ctx, query: web::Query<FeedQuery>, sought: web::Query<Sought>) -> Answer {
    answer(ctx, &query, &sought, Format::News, feed::news::feed).await
}

/// The releases with all their dates, for programs.
#[get("/calendar.json")]
async fn show_data(ctx: Ctx, query: web::Query<FeedQuery>, sought: web::Query<Sought>) -> Answer {
    answer(ctx, &query, &sought, Format::Data, feed::data::feed).await
}

/// The releases as a table, for spreadsheets.
#[get("/calendar.csv")]
async fn show_table(ctx: Ctx, query: web::Query<FeedQuery>, sought: web::Query<Sought>) -> Answer {
    answer(ctx, &query, &sought, Format::Table, feed::table::feed).await
}

/// The description of the data.
#[get("/calendar.schema.json")]
async fn show_schema() -> Answer {
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, KEPT))
        .content_type("application/schema+json")
        .body(feed::data::SCHEMA))
}

/// Answers with a feed, in the language that its address names and not in the reader's own.
async fn answer(
    ctx: Ctx,
    query: &FeedQuery,
    sought: &Sought,
    format: Format,
    write: impl FnOnce(&[Entry], &Frame) -> std::result::Result<Vec<u8>, FeedError>,
) -> Answer {
    let ctx = Ctx { lang: query.read()?, ..ctx };
    let frame = frame(&ctx, sought).await?;
    let (from, to) = frame.window;
    let filter = ReleaseFilter { from: Some(from), to: Some(to), ..service::filter(&ctx, &frame.narrowed).await? };
    let entries = service::entries(&ctx, &filter).await?;
    let bytes = write(&entries, &frame).map_err(|broken| Error::Internal(broken.to_string()))?;
    // The content changes with the releases and their reports, and at midnight with the range of days.
    let day_began = zone::start_of_day(ctx.today());
    let modified = entries.iter().map(changed_at).fold(day_began, Ord::max);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, KEPT))
        .insert_header(LastModified(SystemTime::from(modified).into()))
        .content_type(format.content_type())
        .body(bytes))
}

async fn frame(ctx: &Ctx, sought: &Sought) -> Result<Frame> {
    let config = ctx.config();
    Ok(Frame {
        base_url: config.base_url(),
        id_domain: config.mail.id_domain.clone(),
        licence: config.licence(),
        lang: ctx.lang,
        narrowed: service::narrowing(ctx, sought).await?,
        window: feed::window(ctx.today()),
        now: ctx.now(),
    })
}
