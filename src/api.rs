//! Lists the operations of the API: one line per slice. The application serves them, and `http/openapi.rs` describes them.

use crate::http::health;
use crate::{auth, deliverables, designations, meetings, network, overview, portal, releases, reminders, tasks};
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers every operation.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(health::show_status);
    cfg.service(utoipa_actix_web::scope("/api/v1").configure(version_1));
}

fn version_1(cfg: &mut ServiceConfig) {
    auth::api::configure(cfg);
    network::api::configure(cfg);
    designations::api::configure(cfg);
    releases::api::configure(cfg);
    deliverables::api::configure(cfg);
    tasks::api::configure(cfg);
    meetings::api::configure(cfg);
    portal::api::configure(cfg);
    reminders::api::configure(cfg);
    overview::api::configure(cfg);
}
