//! State shared by the HTTP side of one process, built once and not per worker, so that all workers use the same
//! limiter and metrics.

use crate::auth::last_use::LastUse;
use crate::ctx::Services;
use crate::http::answers::Answers;
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
    /// Memory for files being received.
    pub uploads: Room,
    /// Uses of keys that are not written yet.
    pub last_use: LastUse,
    /// Work that continues after its answer; a stop waits for it.
    later: TaskTracker,
    runtime: Handle,
    pub metrics: Metrics,
    pub notices: Notices,
    /// Public answers kept for all readers.
    pub(super) answers: Answers,
    /// Set first when the service stops: `/health/ready` then answers 503, so that the proxy sends no more requests.
    draining: AtomicBool,
    pub(super) headers: StandardHeaders,
    /// Scheme, host and port in the browsers' view.
    pub(super) origin: String,
    pub(super) https: bool,
}

/// Notices at the top of every page.
#[derive(Default)]
pub struct Notices {
    demo: AtomicBool,
    paused: AtomicBool,
}

impl Site {
    /// Makes the state. Must be called within the runtime that outlives the server's workers.
    pub fn new(services: Arc<Services>) -> Self {
        let config = &services.config;
        let mut metrics = Metrics::new();
        services.db.lock_times().register(metrics.registry());
        let sent = "Statements sent to the database for requests";
        metrics.registry().register("statements", sent, services.db.statements().clone());
        Self {
            limiter: Limiter::new(&config.limits),
            connections: Arc::new(Connections::new(config)),
            uploads: Room::for_files_of(config.limits.document_bytes),
            last_use: LastUse::default(),
            later: TaskTracker::new(),
            runtime: Handle::current(),
            metrics,
            notices: Notices::default(),
            answers: Answers::default(),
            draining: AtomicBool::new(false),
            headers: StandardHeaders::new(config.is_https()),
            origin: origin(&config.base_url()),
            https: config.is_https(),
            services,
        }
    }

    /// Runs work after the answer. Not on the worker's own runtime, which ends with the server.
    pub fn afterwards(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.later.spawn_on(work, &self.runtime);
    }

    /// Waits until that work is done.
    pub async fn all_done(&self) {
        self.later.close();
        self.later.wait().await;
        self.later.reopen();
    }

    /// Makes the service answer "not ready"; accepted requests are finished.
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

    /// Sets whether sending is paused. Called by the readers and writers of the setting (`cli/serve.rs` periodically,
    /// the buttons of the mail log), so that every replica shows the same.
    pub fn show_paused(&self, paused: bool) {
        self.paused.store(paused, Ordering::Relaxed);
    }

    pub fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }

    /// Returns the notices that a page built now shows.
    pub(super) fn shown(&self) -> (bool, bool) {
        (self.is_demo(), self.is_paused())
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
