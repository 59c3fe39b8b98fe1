//! What the HTTP side of one process shares: built once, outside the factory that every worker runs, so that all workers
//! count with the same limiter and the same metrics.

use crate::auth::last_use::LastUse;
use crate::ctx::Services;
use crate::http::connections::Connections;
use crate::http::headers::StandardHeaders;
use crate::http::limits::Limiter;
use crate::http::metrics::Metrics;
use crate::http::uploads::Room;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

/// The shared state of the HTTP side.
pub struct Site {
    pub services: Arc<Services>,
    pub limiter: Limiter,
    pub connections: Arc<Connections>,
    /// Room for the files that are being received.
    pub uploads: Room,
    /// Uses of keys that are not written down yet.
    pub last_use: LastUse,
    /// Work that goes on after its answer has left; waited for when the service stops.
    later: TaskTracker,
    runtime: Handle,
    pub metrics: Metrics,
    pub notices: Notices,
    /// Set first when the service stops: `/health/ready` says no, so that the proxy sends nobody any more.
    draining: AtomicBool,
    pub(super) headers: StandardHeaders,
    /// Scheme, host and port as people's browsers know them.
    pub(super) origin: String,
    pub(super) https: bool,
}

/// What every page says at its top.
#[derive(Default)]
pub struct Notices {
    demo: AtomicBool,
    paused: AtomicBool,
}

impl Site {
    /// Called within the runtime that outlives the workers of the server.
    pub fn new(services: Arc<Services>) -> Self {
        let config = &services.config;
        let mut metrics = Metrics::new();
        services.db.lock_times().register(metrics.registry());
        Self {
            limiter: Limiter::new(&config.limits),
            connections: Arc::new(Connections::new(config)),
            uploads: Room::for_files_of(config.limits.document_bytes),
            last_use: LastUse::default(),
            later: TaskTracker::new(),
            runtime: Handle::current(),
            metrics,
            notices: Notices::default(),
            draining: AtomicBool::new(false),
            headers: StandardHeaders::new(config.is_https()),
            origin: origin(&config.base_url()),
            https: config.is_https(),
            services,
        }
    }

    /// Does something beside an answer that does not wait for it. Not on the worker's own runtime, which ends with the server.
    pub fn afterwards(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.later.spawn_on(work, &self.runtime);
    }

    /// Waits until all of it is done.
    pub async fn all_done(&self) {
        self.later.close();
        self.later.wait().await;
        self.later.reopen();
    }

    /// From now on the service answers "not ready"; what it has accepted it still finishes.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

impl Notices {
    pub fn show_demo(&self) {
        self.demo.store(true, Ordering::Relaxed);
    }

    pub fn is_demo(&self) -> bool {
        self.demo.load(Ordering::Relaxed)
    }

    /// Called by whoever reads or changes the setting (`cli/serve.rs` now and then, the mail log's buttons), so that every replica
    /// shows the same.
    pub fn show_paused(&self, paused: bool) {
        self.paused.store(paused, Ordering::Relaxed);
    }

    pub fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }
}

/// The origin of an address (RFC 6454 §4), as browsers write it in `Origin`.
fn origin(address: &str) -> String {
    url::Url::parse(address).map_or_else(|_| address.to_owned(), |url| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_leaves_out_the_path_and_the_usual_port() {
        assert_eq!(origin("https://raccordo.example:443/somewhere"), "https://raccordo.example");
        assert_eq!(origin("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
    }
}
