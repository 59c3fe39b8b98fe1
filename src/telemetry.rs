//! Logging: one line per event, as text for a terminal or as JSON for a collector.
//!
//! Instants are RFC 3339 in UTC. No line contains an address, a name, a key or a body. Our own log lines are written to
//! that rule, so `log.filter` sets their level freely. Libraries are not: below *info* they log requests, statements
//! with their values and SMTP conversations, so [`no_talk_of_libraries`] silences them there whatever the filter says.

use crate::config::{Log, LogFormat};
use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tracing::callsite::Identifier;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterFn, LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// Directives appended to every filter, where the last one wins. These crates log private data at *info* or above too;
/// the scheduler logs every tick.
const QUIET: &[&str] = &[
    "lettre=off",
    "sqlx=off",
    "sea_orm=off",
    "sea_orm_migration=off",
    "hyper=off",
    "reqwest=off",
    "rustls=off",
    "h2=off",
    // It logs a line for each malformed request, so a client could fill the log; metrics do not count these either.
    "actix_http=off",
    "tokio_cron_scheduler=warn",
];

/// Starts logging to the standard error stream.
pub fn start(log: &Log) -> Result<(), TryInitError> {
    // Colour codes only for a terminal, because in a file they break searches for words.
    let lines =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let registry =
        tracing_subscriber::registry().with(filter(&log.filter)).with(no_talk_of_libraries()).with(Seldom::default());
    match log.format {
        LogFormat::Text => registry.with(lines.with_target(false)).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true).with_current_span(false)).try_init(),
    }
}

fn filter(wanted: &str) -> EnvFilter {
    let wanted = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).parse_lossy(wanted);
    QUIET.iter().filter_map(|directive| directive.parse().ok()).fold(wanted, EnvFilter::add_directive)
}

fn no_talk_of_libraries() -> FilterFn {
    filter_fn(may_be_said)
}

fn may_be_said(event: &Metadata<'_>) -> bool {
    *event.level() <= Level::INFO || event.target().split("::").next() == Some("raccordo")
}

/// Limits the HTTP server's own warnings to one a minute each. While the process has no file descriptors left it would
/// log twice a second.
#[derive(Default)]
struct Seldom(Mutex<HashMap<Identifier, Instant>>);

const SAID_AGAIN_AFTER: Duration = Duration::from_mins(1);

impl Seldom {
    /// Returns whether a message may be logged now, and if so records it as logged.
    fn may_say(&self, what: Identifier, now: Instant) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if said.get(&what).is_some_and(|last| now.duration_since(*last) < SAID_AGAIN_AFTER) {
            return false;
        }
        said.insert(what, now);
        true
    }
}

impl<S: Subscriber> Layer<S> for Seldom {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let metadata = event.metadata();
        let is_of_the_server = metadata.target().starts_with("actix_server");
        !is_of_the_server || self.may_say(metadata.callsite(), Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_of_the_server_is_logged_once_a_minute_and_others_each_time() {
        #[derive(Clone, Default)]
        struct Lines(std::sync::Arc<Mutex<Vec<u8>>>);
        impl std::io::Write for Lines {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0.lock().expect("lines").write(bytes)
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = tracing_subscriber::fmt::layer().with_writer(move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(Seldom::default()).with(layer), || {
            for _ in 0..3 {
                tracing::error!(target: "actix_server::accept", "no files left");
                tracing::error!(target: "raccordo", "ours");
            }
        });
        let text = String::from_utf8(lines.0.lock().expect("lines").clone()).expect("text");
        assert_eq!((text.matches("no files left").count(), text.matches("ours").count()), (1, 3), "{text}");
    }

    #[test]
    fn no_filter_turns_on_the_log_of_a_silenced_library() {
        let filter = filter("trace,lettre=trace,sqlx=debug").to_string();
        for library in QUIET {
            assert!(filter.contains(library), "{filter}");
        }
        assert!(!filter.contains("lettre=trace") && !filter.contains("sqlx=debug"), "{filter}");
    }
}
