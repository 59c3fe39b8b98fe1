//! A release as linked data of schema.org, for search engines. It has an address of its own, because pages have no inline
//! scripts, not even of data.

use crate::ctx::Ctx;
use crate::http::Answer;
use crate::releases::model::{Stage, When};
use crate::releases::service;
use crate::releases::view::{Story, when_text};
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use serde_json::{Value, json};

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_linked);
}

/// One release as an event of publication.
#[get("/rilasci/{slug}/event.jsonld")]
async fn show_linked(ctx: Ctx, slug: web::Path<String>) -> Answer {
    let story = service::story_of(&ctx, service::release_at(&ctx, &slug).await?).await?;
    let event = event(&ctx, &story);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .content_type("application/ld+json")
        .body(event.to_string()))
}

fn event(ctx: &Ctx, story: &Story) -> Value {
    let (view, lang) = (&story.view, ctx.lang);
    let (release, base) = (&view.release, ctx.config().base_url());
    let page = format!("{base}{}", view.href());
    let flags = view.flags(ctx.now());
    let status = match &release.stage {
        Stage::Cancelled { .. } => "EventCancelled",
        _ if flags.postponed || flags.brought_forward => "EventRescheduled",
        Stage::Provisional(_) | Stage::Confirmed(_) | Stage::Published { .. } | Stage::Withdrawn { .. } => {
            "EventScheduled"
        }
    };
    let reports: Vec<&str> = story.parts.reports.iter().map(|report| report.seen.address.as_str()).collect();
    let mut event = json!({
        "@context": "https://schema.org",
        "@type": "PublicationEvent",
        "@id": format!("{page}#release"),
        "name": view.title(lang),
        "description": format!("{}: {}", view.title(lang), when_text(release.when(), lang)),
        "url": page,
        "startDate": start(story),
        "eventStatus": format!("https://schema.org/{status}"),
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": { "@type": "VirtualLocation", "url": page },
        "isAccessibleForFree": true,
        "organizer": { "@type": "GovernmentOrganization", "name": lang.t("releases.feed_author"), "url": format!("{base}/network") },
        "workFeatured": {
            "@type": "Report",
            "name": view.title(lang),
            "temporalCoverage": format!("{}/{}", release.period.first_day(), release.period.last_day()),
            "spatialCoverage": story.places,
            "isPartOf": { "@type": "DataCatalog", "url": format!("{base}/calendar") },
        },
    });
    if let Some(first) = release.first_confirmed().filter(|_| flags.postponed || flags.brought_forward) {
        event["previousStartDate"] = first.slot.instant().to_rfc3339().into();
    }
    if !reports.is_empty() {
        event["workFeatured"]["url"] = reports.into();
    }
    event
}

/// Returns the instant of the release, or its first day if no hour is known.
fn start(story: &Story) -> String {
    match story.view.release.when() {
        When::At(slot) => slot.instant().to_rfc3339(),
        when => when.first_day().to_string(),
    }
}
