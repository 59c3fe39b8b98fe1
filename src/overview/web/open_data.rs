//! The description of the open data for catalogues of data.

use crate::ctx::Ctx;
use crate::error::Error;
use crate::http::Answer;
use crate::overview::service;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get};

/// Time for which a catalogue of data may keep the description without asking again: an hour.
const KEPT: &str = "public, max-age=3600";

pub(super) fn pages(cfg: &mut ServiceConfig) {
    cfg.service(show_turtle).service(show_json_ld);
}

/// The description as Turtle.
#[get("/catalogue.ttl")]
async fn show_turtle(ctx: Ctx) -> Answer {
    let turtle = service::open_data(&ctx).await?.turtle();
    let turtle = turtle.map_err(|error| Error::Internal(format!("the catalogue was not written: {error}")))?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, KEPT)).content_type("text/turtle; charset=utf-8").body(turtle))
}

/// The description as JSON-LD.
#[get("/catalogue.jsonld")]
async fn show_json_ld(ctx: Ctx) -> Answer {
    let graph = service::open_data(&ctx).await?.json_ld();
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, KEPT))
        .content_type("application/ld+json")
        .body(graph.to_string()))
}
