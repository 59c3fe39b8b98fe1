//! Figures of all rounds, and their medians.

use crate::load::Run;
use crate::process::Process;
use crate::record::{Entry, Figures, Memory, Start};
use std::time::Duration;

/// Figures of one run.
struct Sample {
    per_second: f64,
    p50: f64,
    p99: f64,
    cost: f64,
    to_twin: f64,
    to_live: f64,
}

/// Samples of one measurement, one for each round.
struct Row {
    name: &'static str,
    connections: usize,
    samples: Vec<Sample>,
}

/// Resident memory of the service before and after the load, in MiB.
#[derive(Clone, Copy)]
pub struct Extent {
    idle: f64,
    loaded: f64,
}

impl Extent {
    pub fn begin(service: &Process) -> Self {
        Self { idle: service.resident_mib(), loaded: f64::NAN }
    }

    pub fn end(self, service: &Process) -> Self {
        Self { loaded: service.resident_mib(), ..self }
    }
}

/// Measurements of one engine, in the order in which they were made.
pub struct Results {
    rows: Vec<Row>,
    /// Rates of `/health/live`.
    live: Vec<f64>,
    /// Times of the starts, sorted.
    starts: Vec<Duration>,
    memory: Vec<Extent>,
}

impl Results {
    pub fn new(starts: Vec<Duration>) -> Self {
        Self { rows: Vec::new(), live: Vec::new(), starts, memory: Vec::new() }
    }

    pub fn add_memory(&mut self, memory: Extent) {
        self.memory.push(memory);
    }

    /// Adds a run of `/health/live`, to which the following ones are compared.
    pub fn add_live(&mut self, run: &Run) {
        self.live.push(run.rate());
        self.add("/health/live", 8, run, None);
    }

    pub fn add(&mut self, name: &'static str, connections: usize, run: &Run, twin: Option<&Run>) {
        let sample = Sample {
            per_second: run.rate(),
            p50: run.percentile(50),
            p99: run.percentile(99),
            cost: run.cost(),
            to_twin: twin.map_or(f64::NAN, |twin| run.rate() / twin.rate()),
            to_live: run.rate() / self.live_now(),
        };
        self.push(name, connections, sample);
    }

    /// Adds the mails per second that the outbox sent.
    pub fn add_dispatch(&mut self, per_second: f64) {
        let (p50, p99, cost, to_twin) = (f64::NAN, f64::NAN, f64::NAN, f64::NAN);
        let sample = Sample { per_second, p50, p99, cost, to_twin, to_live: per_second / self.live_now() };
        self.push("outbox: mails sent", 4, sample);
    }

    fn live_now(&self) -> f64 {
        self.live.last().copied().unwrap_or(f64::NAN)
    }

    fn push(&mut self, name: &'static str, connections: usize, sample: Sample) {
        match self.rows.iter_mut().find(|row| (row.name, row.connections) == (name, connections)) {
            Some(row) => row.samples.push(sample),
            None => self.rows.push(Row { name, connections, samples: vec![sample] }),
        }
    }

    /// Returns the medians of the rounds.
    pub fn figures(&self) -> Figures {
        let start = |place: usize| self.starts.get(place).map_or(f64::NAN, |start| start.as_secs_f64() * 1000.0);
        Figures {
            health_live_per_second: median(self.live.iter().copied()),
            start_ms: Start { median: start(self.starts.len() / 2), worst: start(self.starts.len() - 1) },
            memory_mib: Memory {
                idle: median(self.memory.iter().map(|memory| memory.idle)),
                loaded: median(self.memory.iter().map(|memory| memory.loaded)),
            },
            rows: self.rows.iter().map(Row::entry).collect(),
        }
    }
}

impl Row {
    fn entry(&self) -> Entry {
        let of = |figure: fn(&Sample) -> f64| median(self.samples.iter().map(figure));
        let known = |figure: f64| Some(figure).filter(|figure| figure.is_finite());
        Entry {
            what: self.name.to_owned(),
            connections: self.connections,
            per_second: of(|sample| sample.per_second),
            p50_ms: known(of(|sample| sample.p50)),
            p99_ms: known(of(|sample| sample.p99)),
            cpu_ms: known(of(|sample| sample.cost)),
            to_twin: known(of(|sample| sample.to_twin)),
            to_live: of(|sample| sample.to_live),
        }
    }
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
