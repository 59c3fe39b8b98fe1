//! Metrics in the text format of Prometheus, on an address of their own (`server.metrics_bind`) that the public proxy
//! does not reach. Labels contain patterns of routes, so that their number is bounded and no key becomes a label.

use crate::vitals::Sign;
use actix_web::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// Buckets of durations in seconds, from a cached answer to one that a person notices.
const BUCKETS: [f64; 9] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0];

/// Metrics of the HTTP side, with a registry to which others may be added before the service starts.
pub struct Metrics {
    registry: Registry,
    answers: Family<AnswerLabels, Counter>,
    durations: Histogram,
    panics: Counter,
    callers: Gauge,
    silence: Family<PartLabels, Gauge>,
    silent_parts: Gauge,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct AnswerLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PartLabels {
    part: &'static str,
}

impl Metrics {
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("raccordo");
        let (answers, panics, callers) =
            (Family::<AnswerLabels, Counter>::default(), Counter::default(), Gauge::default());
        let durations = Histogram::new(BUCKETS);
        let (silence, silent_parts) = (Family::<PartLabels, Gauge>::default(), Gauge::default());
        registry.register("http_answers", "Answers by method, route and status", answers.clone());
        registry.register_with_unit("http_duration", "Time to an answer", Unit::Seconds, durations.clone());
        registry.register("http_panics", "Handlers that panicked", panics.clone());
        registry.register("http_callers", "Callers the limiter remembers", callers.clone());
        let help = "Time since the last sign of life of a part that works without being asked";
        registry.register_with_unit("silence", help, Unit::Seconds, silence.clone());
        registry.register("silent_parts", "Parts that gave no sign of life for too long", silent_parts.clone());
        Self { registry, answers, durations, panics, callers, silence, silent_parts }
    }

    /// Returns the registry, in which other parts register their metrics during start-up.
    pub fn registry(&mut self) -> &mut Registry {
        &mut self.registry
    }

    pub(super) fn answered(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let labels = AnswerLabels { method: known(method), route: route.to_owned(), status: status.as_u16() };
        self.answers.get_or_create(&labels).inc();
        self.durations.observe(took.as_secs_f64());
    }

    pub(super) fn panicked(&self) {
        self.panics.inc();
    }

    /// Sets the number of callers that the limiter remembers.
    pub(super) fn remembers(&self, callers: usize) {
        self.callers.set(i64::try_from(callers).unwrap_or(i64::MAX));
    }

    pub(super) fn gave_signs(&self, signs: &[Sign]) {
        for sign in signs {
            let labels = PartLabels { part: sign.part };
            self.silence.get_or_create(&labels).set(i64::try_from(sign.silence.as_secs()).unwrap_or(i64::MAX));
        }
        let silent = signs.iter().filter(|sign| sign.is_silent).count();
        self.silent_parts.set(i64::try_from(silent).unwrap_or(i64::MAX));
    }

    pub(super) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns a known method or `other`, because invented methods would each create a permanent time series.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_counted_under_its_pattern() {
        let metrics = Metrics::new();
        metrics.answered(&Method::GET, "/designations/{id}", StatusCode::OK, Duration::from_millis(3));
        let text = metrics.text().expect("written");
        assert!(
            text.contains(r#"raccordo_http_answers_total{method="GET",route="/designations/{id}",status="200"} 1"#),
            "{text}"
        );
        assert!(text.contains("raccordo_http_duration_seconds_count 1"), "{text}");
    }

    #[test]
    fn a_silent_part_changes_its_metrics() {
        let metrics = Metrics::new();
        let sign = |part, seconds, is_silent| Sign { part, silence: Duration::from_secs(seconds), is_silent };
        metrics.gave_signs(&[sign("publish", 70, true), sign("writing", 3, false)]);
        let text = metrics.text().expect("written");
        for line in ["raccordo_silence_seconds{part=\"publish\"} 70", "raccordo_silent_parts 1"] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }

    #[test]
    fn an_unknown_method_makes_no_time_series() {
        assert_eq!(known(&Method::from_bytes(b"BREW").expect("a method")), "other");
    }
}
