//! Lists the operations of the API: one line per slice. The application serves them, and `http/openapi.rs` describes them.

use crate::auth::rights::{Right, Rights};
use crate::http::health;
use crate::{
    agenda, auth, catalogue, deliverables, designations, early_access, exports, jobs, mail, mail_log, meetings,
    network, overview, portal, releases, reminders, reviews, sources, studies, tasks, whatif,
};
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
    sources::api::configure(cfg);
    catalogue::api::configure(cfg);
    releases::api::configure(cfg);
    studies::api::configure(cfg);
    agenda::api::configure(cfg);
    deliverables::api::configure(cfg);
    reviews::api::configure(cfg);
    tasks::api::configure(cfg);
    meetings::api::configure(cfg);
    whatif::api::configure(cfg);
    early_access::api::configure(cfg);
    portal::api::configure(cfg);
    reminders::api::configure(cfg);
    exports::api::configure(cfg);
    overview::api::configure(cfg);
    mail_log::api::configure(cfg);
    jobs::api::configure(cfg);
}

/// Returns the right that each operation asks of its caller: one line per slice, with the policy that decides.
pub fn rights() -> Rights {
    Rights::default()
        .without_policy(&[("show_status", Right::Anybody)])
        .without_policy(auth::api::RIGHTS)
        .with(network::api::RIGHTS, network::policy::may)
        .with(designations::api::RIGHTS, designations::policy::may_ever)
        .with(sources::api::RIGHTS, sources::policy::may)
        .with(catalogue::api::RIGHTS, catalogue::policy::may)
        .with(releases::api::RIGHTS, releases::policy::may)
        .with(studies::api::RIGHTS, studies::policy::may_ever)
        .with(agenda::api::RIGHTS, agenda::policy::may)
        .with(agenda::api::RIGHTS_BY_DELIVERABLE, deliverables::policy::may_ever)
        .with(deliverables::api::RIGHTS, deliverables::policy::may_ever)
        .with(reviews::api::RIGHTS_BY_DELIVERABLE, deliverables::policy::may_ever)
        .with(reviews::api::RIGHTS, reviews::policy::may_ever)
        .with(tasks::api::RIGHTS, tasks::policy::may_ever)
        .with(meetings::api::RIGHTS, meetings::policy::may_ever)
        .with(whatif::api::RIGHTS, releases::policy::may)
        .with(whatif::api::RIGHTS_BY_AGENDA, agenda::policy::may)
        .with(early_access::api::RIGHTS, early_access::policy::may)
        .with(portal::api::RIGHTS_BY_DELIVERABLE, deliverables::policy::may_ever)
        .with(portal::api::RIGHTS_BY_RELEASE, releases::policy::may)
        .with(portal::api::RIGHTS, portal::policy::may)
        .with(reminders::api::RIGHTS, reminders::policy::may)
        .with(exports::api::RIGHTS, exports::policy::may)
        .with(overview::api::RIGHTS, overview::policy::may)
        .with(mail_log::api::RIGHTS, mail::policy::may)
        .with(jobs::api::RIGHTS, jobs::policy::may)
}
