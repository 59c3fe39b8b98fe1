//! What the service says about itself while it runs: one line per event, text for a terminal, JSON for a collector.
//!
//! Instants are RFC 3339 in UTC. No line holds an address, a name, a key or a body. Our own words are written with that in mind, so
//! `log.filter` decides how many of them there are. Libraries are not: below *info* they write requests, statements with their values
//! and conversations with the relay, so there they are silent whatever the filter says.

use crate::config::{Log, LogFormat};
use std::io::IsTerminal;
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterFn, LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// Appended to every filter, and the last word wins: these write what must not stand in a log at *info* or above as well. The
/// scheduler tells of every knock.
const QUIET: &[&str] = &[
    "lettre=off",
    "sqlx=off",
    "sea_orm=off",
    "sea_orm_migration=off",
    "hyper=off",
    "reqwest=off",
    "rustls=off",
    "h2=off",
    "tokio_cron_scheduler=warn",
];

/// Starts the log of the process, on the standard error stream.
pub fn start(log: &Log) -> Result<(), TryInitError> {
    // Colours are for eyes: in a file they are rubbish between the words somebody searches for.
    let lines =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let registry = tracing_subscriber::registry().with(filter(&log.filter)).with(no_talk_of_libraries());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_filter_makes_a_talkative_library_talk() {
        let filter = filter("trace,lettre=trace,sqlx=debug").to_string();
        for library in QUIET {
            assert!(filter.contains(library), "{filter}");
        }
        assert!(!filter.contains("lettre=trace") && !filter.contains("sqlx=debug"), "{filter}");
    }
}
