//! The committed record of the figures, `benches/record.json`, and the comparison with it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/record.json");
/// Part of the recorded ratio at which, and below which, a measurement has fallen.
const FALLEN: f64 = 0.8;

/// Aims for the median time of an answer over one connection, in milliseconds. They are printed beside the figures and fail no run,
/// because machines differ.
const AIMS: &[(&str, f64)] = &[
    ("proposal, 12 months of 100 products", 200.0),
    ("preview of a move, 500 tasks", 50.0),
    ("feed of 600 events, after a change", 20.0),
    ("year page, 13 x 60", 15.0),
    ("Monday page, five years of history", 30.0),
];

/// Figures of each engine, by its name.
#[derive(Default, Serialize, Deserialize)]
pub struct Record(BTreeMap<String, Figures>);

/// Figures of one engine.
#[derive(Serialize, Deserialize)]
pub struct Figures {
    /// Rate of an answer without any work: a measure of the machine.
    pub health_live_per_second: f64,
    pub start_ms: Start,
    pub memory_mib: Memory,
    pub rows: Vec<Entry>,
}

/// Time from the start to the first answer.
#[derive(Serialize, Deserialize)]
pub struct Start {
    pub median: f64,
    pub worst: f64,
}

/// Resident memory after the start and after the load.
#[derive(Serialize, Deserialize)]
pub struct Memory {
    pub idle: f64,
    pub loaded: f64,
}

/// Medians of one measurement.
#[derive(Serialize, Deserialize)]
pub struct Entry {
    pub what: String,
    pub connections: usize,
    pub per_second: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_ms: Option<f64>,
    /// Rate as a part of the twin's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_twin: Option<f64>,
    /// Rate as a part of the rate of `/health/live`.
    pub to_live: f64,
}

impl Entry {
    /// Returns the ratio that is watched: to the twin, otherwise to `/health/live`.
    fn ratio(&self) -> f64 {
        self.to_twin.unwrap_or(self.to_live)
    }

    fn round(&mut self) {
        let Self { what: _, connections: _, per_second, p50_ms, p99_ms, cpu_ms, to_twin, to_live } = self;
        let of_some = [p50_ms, p99_ms, cpu_ms, to_twin].into_iter().filter_map(Option::as_mut);
        for figure in of_some.chain([per_second, to_live]) {
            *figure = rounded(*figure);
        }
    }
}

impl Figures {
    /// Returns the entry of the same measurement.
    fn like(&self, entry: &Entry) -> Option<&Entry> {
        self.rows.iter().find(|one| (&one.what, one.connections) == (&entry.what, entry.connections))
    }

    /// Rounds all figures, so that the record shows no chance as a difference.
    fn round(&mut self) {
        let Self { health_live_per_second, start_ms, memory_mib, rows } = self;
        let (Start { median, worst }, Memory { idle, loaded }) = (start_ms, memory_mib);
        for figure in [health_live_per_second, median, worst, idle, loaded] {
            *figure = rounded(*figure);
        }
        rows.iter_mut().for_each(Entry::round);
    }
}

/// Rounds a figure to three digits.
fn rounded(figure: f64) -> f64 {
    format!("{figure:.2e}").parse().unwrap_or(figure)
}

impl Record {
    /// Reads the committed record; empty if there is none yet.
    pub fn read() -> Self {
        std::fs::read_to_string(PATH)
            .map(|text| serde_json::from_str(&text).expect("benches/record.json is a record"))
            .unwrap_or_default()
    }

    pub fn set(&mut self, engine: &str, mut figures: Figures) {
        figures.round();
        self.0.insert(engine.to_owned(), figures);
    }

    pub fn write(&self) {
        let text = serde_json::to_string_pretty(self).expect("a record is JSON");
        std::fs::write(PATH, text + "\n").expect("benches/record.json can be written");
    }

    /// Returns the change of the watched ratio against the record, as a factor.
    fn change(&self, engine: &str, entry: &Entry) -> Option<f64> {
        Some(entry.ratio() / self.0.get(engine)?.like(entry)?.ratio())
    }

    /// Prints the figures beside the record, and returns the measurements that fell by a fifth or more.
    pub fn compare(&self, engine: &str, figures: &Figures) -> Vec<String> {
        let mut fallen = Vec::new();
        println!();
        println!(
            "{engine:<38} {:>5} {:>8} {:>8} {:>8} {:>8} {:>7} {:>9} {:>8} {:>8}",
            "conn.", "per s", "p50 ms", "p99 ms", "cpu ms", "/ twin", "/ live", "change", "aim ms"
        );
        for entry in &figures.rows {
            let factor = self.change(engine, entry);
            let aim = AIMS.iter().find(|(what, _)| *what == entry.what).map(|(_, most)| format!("{most:.0}"));
            let change = factor.map_or_else(String::new, percent);
            println!("{} {change:>8} {:>8}", line(entry), aim.unwrap_or_default());
            if factor.is_some_and(|factor| factor <= FALLEN) {
                fallen.push(format!("{engine}: {} at {}", entry.what, entry.connections));
            }
        }
        let (start, memory) = (&figures.start_ms, &figures.memory_mib);
        println!("start to first answer: median {:.0} ms, worst {:.0} ms", start.median, start.worst);
        println!("resident memory: idle {:.1} MiB, after the load {:.1} MiB", memory.idle, memory.loaded);
        fallen
    }
}

fn line(entry: &Entry) -> String {
    let shown = |figure: Option<f64>, digits: usize| figure.map_or_else(String::new, |it| format!("{it:.digits$}"));
    format!(
        "{:<38} {:>5} {:>8.0} {:>8} {:>8} {:>8} {:>7} {:>9.5}",
        entry.what,
        entry.connections,
        entry.per_second,
        shown(entry.p50_ms, 2),
        shown(entry.p99_ms, 2),
        shown(entry.cpu_ms, 2),
        shown(entry.to_twin, 2),
        entry.to_live,
    )
}

fn percent(change: f64) -> String {
    format!("{:+.0} %", (change - 1.0) * 100.0)
}
