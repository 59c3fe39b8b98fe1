//! Serves the metrics of [`crate::http::metrics`] on `server.metrics_bind`, an address that the public proxy does not
//! reach.

use crate::http::site::Site;
use actix_web::{App, HttpResponse, HttpServer, dev::Server, get, web};

/// Returns the server of `/metrics`, or `None` if no address is set.
pub fn server(site: &web::Data<Site>) -> std::io::Result<Option<Server>> {
    let bind = site.services.config.server.metrics_bind.clone();
    if bind.is_empty() {
        return Ok(None);
    }
    let site = site.clone();
    let server = HttpServer::new(move || App::new().app_data(site.clone()).service(show_metrics));
    Ok(Some(server.workers(1).disable_signals().bind(bind)?.run()))
}

#[get("/metrics")]
async fn show_metrics(site: web::Data<Site>) -> HttpResponse {
    site.metrics.remembers(site.limiter.callers());
    site.metrics.gave_signs(&site.services.vitals.signs());
    match site.metrics.text() {
        Ok(text) => {
            HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(text)
        }
        Err(error) => {
            tracing::error!(%error, "the measures were not written");
            HttpResponse::InternalServerError().finish()
        }
    }
}
