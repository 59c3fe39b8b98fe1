//! The application: all routes, and the middleware around them. Both `main` and the tests get it from [`build`].
//!
//! Middleware, from outside: `edge` (applies to every request), the store of public answers, compression, the marker of
//! small answers, `gate` (authentication and roles of API operations), routes.

use crate::db::StoreError;
use crate::error::{Code, Error};
use crate::http::connections::Connection;
use crate::http::site::Site;
use crate::http::{Failure, assets, compress, edge, gate, health, language, openapi, shared, unmatched};
use crate::{
    agenda, api, auth, catalogue, deliverables, designations, early_access, jobs, mail_log, meetings, network,
    overview, portal, press, releases, reminders, reviews, tasks, whatif,
};
use actix_http::{HttpService, Protocol};
use actix_server::Server;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, web};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use utoipa_actix_web::AppExt;

/// The pages: one line per slice.
fn pages(cfg: &mut web::ServiceConfig) {
    assets::pages(cfg);
    health::pages(cfg);
    language::pages(cfg);
    auth::web::pages(cfg);
    designations::web::pages(cfg);
    mail_log::web::pages(cfg);
    jobs::web::pages(cfg);
    overview::web::pages(cfg);
    network::web::pages(cfg);
    meetings::web::pages(cfg);
    whatif::web::pages(cfg);
    press::web::pages(cfg);
    catalogue::web::pages(cfg);
    agenda::web::pages(cfg);
    releases::web::pages(cfg);
    deliverables::web::pages(cfg);
    reviews::web::pages(cfg);
    tasks::web::pages(cfg);
    early_access::web::pages(cfg);
    portal::web::pages(cfg);
    reminders::web::pages(cfg);
}

/// Builds the application of one worker.
pub fn build(
    site: &web::Data<Site>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    App::new()
        .app_data(site.clone())
        .app_data(web::Data::from(site.services.clone()))
        .app_data(
            web::QueryConfig::default().error_handler(|error, _| Failure::because(Code::BadRequest, error).into()),
        )
        .app_data(web::PathConfig::default().error_handler(|_, _| Failure(Error::NotFound).into()))
        // Before the operations, because it lies below their common prefix, which answers for everything else there.
        .configure(openapi::pages)
        .into_utoipa_app()
        .configure(api::configure)
        .into_app()
        .configure(pages)
        .default_service(web::to(unmatched::unmatched))
        .wrap(from_fn(gate::gate))
        .wrap(from_fn(compress::spare_small_answers))
        .wrap(Compress::default())
        .wrap(from_fn(shared::shared))
        .wrap(from_fn(edge::edge))
}

/// Serves the application on a bound listener until `stop`; then it accepts no more connections and finishes accepted
/// requests. `Site::drain` has to come first, and the proxy's check interval between the two.
///
/// It is built from the parts of `HttpServer`, because `HttpServer` itself gives no access to its connections.
pub fn server(site: web::Data<Site>, listener: TcpListener, stop: CancellationToken) -> std::io::Result<Server> {
    let workers = site.services.config.server.workers;
    let local = listener.local_addr()?;
    let builder = Server::build()
        .workers(workers)
        .worker_max_blocking_threads(8)
        .max_concurrent_connections(site.connections.of_a_worker(workers))
        .shutdown_timeout(25)
        .disable_signals()
        .shutdown_signal(stop.cancelled_owned());
    let ending = builder.graceful_shutdown_signal();
    let worker = move || {
        let (ending, connections) = (ending.clone(), Arc::clone(&site.connections));
        let application = build(&site).into_factory().map_err(|error: actix_web::Error| error.error_response());
        let answers = HttpService::build()
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            // Longer than the proxy keeps an idle connection, because otherwise the proxy would send requests into
            // closing connections.
            .keep_alive(Duration::from_secs(30))
            .client_request_timeout(Duration::from_secs(5))
            .client_disconnect_timeout(Duration::from_secs(1))
            .local_addr(local)
            .on_connect_ext(|connection: &Connection, data| {
                data.insert(connection.turn());
            })
            .finish(map_config(application, |()| AppConfig::default()));
        let admitted = fn_service(move |stream: TcpStream| {
            let connection = connections.admit(stream);
            async move {
                let (connection, peer) = connection?;
                Ok((connection, Protocol::Http1, Some(peer)))
            }
        });
        admitted.and_then(answers)
    };
    Ok(builder.listen("raccordo", listener, worker)?.run())
}

/// Stores every minute which keys were used, until `stop`.
pub async fn write_down_uses(site: web::Data<Site>, stop: CancellationToken) {
    let mut minutes = tokio::time::interval(Duration::from_mins(1));
    while stop.run_until_cancelled(minutes.tick()).await.is_some() {
        match site.last_use.write_down(&site.services.db).await {
            // They are kept for the next minute.
            Ok(()) | Err(StoreError::Busy) => {}
            Err(error) => tracing::error!(%error, "the last uses of keys were not written down"),
        }
    }
}

/// Removes old entries from the limiter's table every minute, until `stop`.
pub async fn sweep_limiter(site: web::Data<Site>, stop: CancellationToken) {
    let mut minutes = tokio::time::interval(Duration::from_mins(1));
    while stop.run_until_cancelled(minutes.tick()).await.is_some() {
        site.limiter.sweep();
    }
}
