//! State of the service: for people and catalogues (`/status`), for the supervisor that restarts it (`/health/live`)
//! and for the proxy that sends requests (`/health/ready`).

use crate::ctx::Services;
use crate::error::{Code, Error};
use crate::http::problem::Problem;
use crate::http::request::Facts;
use crate::http::site::Site;
use crate::http::{Answer, Failure};
use actix_web::{HttpRequest, HttpResponse, get, web};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Statement};

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_liveness).service(show_readiness);
}

/// The state of the service
///
/// Answers 200 as problem details, as the interoperability guidelines ask (`RAC_REST_NAME_011`).
#[utoipa::path(
    tag = "Service",
    operation_id = "show_status",
    responses((status = 200, description = "The service works.", body = Problem, content_type = "application/problem+json"))
)]
#[get("/status")]
pub async fn show_status(request: HttpRequest) -> Answer {
    let facts = Facts::of(&request);
    Ok(Problem {
        kind: "about:blank",
        title: "OK",
        status: 200,
        detail: facts.lang.t("health.works").to_owned(),
        instance: facts.request_id.urn().to_string(),
        code: "ok",
        request_id: facts.request_id.to_string(),
        errors: Vec::new(),
        possible: Vec::new(),
    }
    .respond())
}

/// Answers if the process works at all. It checks nothing else, because a restart does not repair a database that is
/// down.
#[get("/health/live")]
async fn show_liveness() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// Answers whether requests may be sent here: the database answers, its schema is ours, every background part gives
/// signs of life, and the service is not about to stop.
#[get("/health/ready")]
async fn show_readiness(site: web::Data<Site>) -> Answer {
    let is_whole = !site.is_draining() && site.services.vitals.silent().is_empty();
    if !is_whole || applied_migrations(&site.services).await? < Migrator::migrations().len() {
        return Err(Failure::of(Code::Busy));
    }
    Ok(HttpResponse::NoContent().finish())
}

async fn applied_migrations(services: &Services) -> Result<usize, Error> {
    let reader = services.db.reader();
    let question = Statement::from_string(reader.get_database_backend(), "SELECT COUNT(*) FROM seaql_migrations");
    // Any other answer means not ready; the reason is in the database's own log.
    let not_ready = |_| Error::refused(Code::Busy);
    let row = reader.query_one_raw(question).await.map_err(not_ready)?.ok_or_else(|| Error::refused(Code::Busy))?;
    let count: i64 = row.try_get_by_index(0).map_err(not_ready)?;
    Ok(usize::try_from(count).unwrap_or(0))
}
